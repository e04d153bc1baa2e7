"""What somebody sees who is suspended from the whole forum: why, until when, how to appeal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tui_forum.domain.appeals import DecisionView
from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import ForumError
from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.moderation import SanctionKind
from tui_forum.domain.sanctions import Penalty
from tui_forum.domain.text import display_text
from tui_forum.i18n import N_, _
from tui_forum.ui.actions.appealing import AppealingActions
from tui_forum.ui.app import ForumApp
from tui_forum.ui.keys import Key
from tui_forum.ui.navigation import Place
from tui_forum.ui.sanctionwords import MEANING, headline, term
from tui_forum.ui.screen import dialog
from tui_forum.ui.widgets.decisionlines import decision_parts
from tui_forum.ui.widgets.lines import LinesView

if TYPE_CHECKING:
    from tui_forum.services.forum import Forum


class SuspensionScreen(AppealingActions):
    """The one screen there is; none of the keys that lead elsewhere."""

    TITLE_TEXT = N_("Suspended")
    KEYS: ClassVar = (
        Key(("a",), "appeal", N_("appeal"), hint=True),
        Key(("j", "down"), "down", N_("down")),
        Key(("k", "up"), "up", N_("up")),
        Key(("T",), "toggle_theme", N_("dark or light")),
        Key(("q", "Q", "ctrl+q", "escape"), "leave_forum", N_("leave the forum"), hint=True),
    )

    def __init__(self, penalty: Penalty) -> None:
        super().__init__()
        self.penalty = penalty
        self._decision: DecisionView | None = None
        self.view = LinesView(self._draw)

    def keymap(self) -> tuple[Key, ...]:
        """Only its own."""
        return self.KEYS

    def body(self) -> Sequence[Widget]:
        """What there is to know."""
        return (self.view,)

    async def on_mount(self) -> None:
        """The lines have the keys."""
        self.view.focus()
        await self.tell(self.penalty)
        await super().on_mount()

    def go(self, place: Place) -> None:
        """Nowhere."""

    async def tell(self, penalty: Penalty) -> None:
        """What holds now, and what became of the appeal."""
        self.penalty = penalty
        if penalty.case_id is not None:
            self._decision = await self.ask(self.forum.appeals.decision(self.actor, penalty.case_id))
        self.view.changed()
        self.refresh_bars()

    def _draw(self, width: int) -> list[Strip]:
        skin, penalty = self.forum_app.skin, self.penalty
        parts: list[tuple[str, Style]] = [("", skin.base)]
        if self._decision is not None:
            parts += decision_parts(self._decision, skin)
        else:
            parts += [
                (headline(penalty), skin.base + skin.strong),
                ("", skin.base),
                (display_text(penalty.reason), skin.base),
                ("", skin.base),
                (f"{term(penalty)} {_(MEANING[SanctionKind.SUSPENSION])}", skin.base),
            ]
        room = max(10, min(width - 4, 76))
        return [
            Strip([Segment("  ", skin.base), *line])
            for text, style in parts
            for line in self.view.wrapped(text, room, style)
        ]

    @dialog
    async def action_appeal(self) -> None:
        """Say why it should be looked at once more."""
        if self._decision is not None and await self.appeal_against(self._decision):
            await self.tell(self.penalty)

    def action_down(self) -> None:
        """A line."""
        self.view.scroll_lines(1)

    def action_up(self) -> None:
        """A line."""
        self.view.scroll_lines(-1)


class SuspendedApp(ForumApp):
    """The session of somebody who is suspended: a page, and nothing that leads into the forum."""

    def __init__(self, forum: Forum, actor: Actor, penalty: Penalty, **options: Any) -> None:
        super().__init__(forum, actor, **options)
        self._presence.leave()  # nobody meets them
        self._page = SuspensionScreen(penalty)

    def get_default_screen(self) -> Screen[Any]:
        """The page."""
        return self._page

    def on_load(self) -> None:
        """There is nothing to fetch."""

    async def greet(self) -> None:
        """The page tells it all."""

    def status_text(self) -> str:
        """Who one is; who else is here is not told."""
        return f"@{self.actor.handle}"

    def go(self, place: Place, *arguments: object, on_top: bool = False) -> None:
        """Nowhere."""

    async def _handle_event(self, event: Event) -> None:
        """What is laid on oneself is lifted, or over, or another one holds; or the appeal is answered."""
        if event.kind not in (EventKind.SANCTION_CHANGED, EventKind.NOTICE_SENT):
            return
        try:
            penalty = await self.forum.sanctions.suspension(self.actor)
        except ForumError:
            return  # the next event asks again
        if penalty is None:
            await self.start_again()
        else:
            await self._page.tell(penalty)


async def app_for(forum: Forum, actor: Actor, **options: Any) -> ForumApp:
    """The app for an account as it stands now: the forum, or the page that says that it is suspended."""
    penalty = await forum.sanctions.suspension(actor)
    if penalty is not None:
        return SuspendedApp(forum, actor, penalty, **options)
    return ForumApp(forum, actor, **options)
