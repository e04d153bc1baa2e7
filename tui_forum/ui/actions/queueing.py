"""What the actions on cases know of the screen they belong to."""

from __future__ import annotations

from collections.abc import Iterable

from tui_forum.domain.cases import CaseRow, CaseView
from tui_forum.domain.moderation import CaseFilter
from tui_forum.i18n import _
from tui_forum.ui.asking import ask_words
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.modals.pick import Choice, PickModal
from tui_forum.ui.widgets.casetext import CaseText
from tui_forum.ui.widgets.rows import Heading, RowList


class Queueing(ListScreen[None]):
    """A screen with a queue of cases and the text of one of them."""

    queue: RowList[CaseRow]
    text: CaseText
    marked: dict[int, CaseRow]
    wanted: CaseFilter

    @property
    def shown(self) -> CaseView | None:
        """The case whose text is on the screen, when it is the selected one."""
        case, row = self.text.case, self.queue.current
        if case is None or row is None or case.row.case_id != row.case_id or not self.text.display:
            return None
        return case

    def case_rows(self) -> list[CaseRow]:
        """All cases that are loaded, in the queue's order."""
        return [row for row in self.queue.items if not isinstance(row, Heading)]

    async def reload(self) -> None:
        """Load the queue again, as it is wanted now."""
        raise NotImplementedError

    async def take_out(self, case_ids: Iterable[int]) -> None:
        """Cases are not in this queue any more: the next one is selected and shown."""
        raise NotImplementedError

    async def show_case(self) -> None:
        """Show the selected case again."""
        raise NotImplementedError

    def subject(self) -> CaseRow | None:
        """The selected case; says so when there is none."""
        row = self.queue.current
        if row is None:
            self.say(_("There is no case."))
        return row

    # -- dialogs

    async def pick(self, title: str, choices: list[Choice], first: int = 0) -> int | None:
        """Ask for one of several things; its place, or None."""
        return await self.forum_app.push_screen(PickModal(title, choices, first), wait_for_dismiss=True)

    async def ask_words(self, key: str, title: str, text: str = "") -> str | None:
        """Ask for several lines; what is not sent is kept as a draft under ``key``."""
        return await ask_words(self, key, title, text)

    async def words_sent(self, key: str) -> None:
        """What was written has arrived: the draft is no longer needed."""
        await self.ask(self.forum.drafts.discard(self.actor, key))
