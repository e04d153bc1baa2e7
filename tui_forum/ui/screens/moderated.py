"""What is moderated in a community, and why: for everybody who may read there, without names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from rich.style import Style
from textual import events
from textual.widget import Widget

from tui_forum.domain.errors import ForumError
from tui_forum.domain.record import RecordAction
from tui_forum.domain.recordviews import PublicLine, PublicPage
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, explain, format_datetime
from tui_forum.ui.casewords import category_name
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.navigation import OpenThread
from tui_forum.ui.render.wrapping import wrap
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Heading, Lines, Note, RowList, columns

#: Said of what the moderators (or the forum itself, when a time is over) did.
WHAT: Final = {
    RecordAction.REMOVE: N_("A post was removed"),
    RecordAction.EDIT: N_("A post was changed"),
    RecordAction.MOVE: N_("A post or thread was moved to another community"),
    RecordAction.OFF_TOPIC: N_("A post was marked as off topic"),
    RecordAction.UNDO: N_("A decision was taken back"),
    RecordAction.OVERTURN: N_("A decision was overturned on appeal"),
    RecordAction.LOCK: N_("A thread was closed"),
    RecordAction.UNLOCK: N_("A thread was opened again"),
    RecordAction.MERGE: N_("A thread was merged into another"),
    RecordAction.SPLIT: N_("Posts were split off"),
    RecordAction.RESTRICT: N_("Writing was restricted"),
    RecordAction.END_RESTRICTION: N_("A restriction was ended"),
    RecordAction.WARN: N_("A member was warned"),
    RecordAction.SILENCE: N_("A member was silenced for a time"),
    RecordAction.SUSPEND: N_("A member was suspended"),
    RecordAction.REMOVE_MEMBER: N_("A member was removed from the community"),
    RecordAction.LIFT: N_("A measure against a member was lifted"),
    RecordAction.REMOVE_PRAISE: N_("Praise was taken away"),
}


def _draw(line: PublicLine, width: int, skin: Skin) -> Lines:
    parts = [_(WHAT[line.action])]
    if line.category is not None:
        parts.append(category_name(line.category, line.rule))
    when = Cell(f" {format_datetime(line.created_at)} ", skin.dim)
    return (columns(Cell(f" {' · '.join(parts)}", skin.strong), [when], width),)


class ModeratedScreen(ListScreen[None]):
    """Latest first; the reason stands beneath each line."""

    TITLE_TEXT = N_("Moderated here")
    KEYS: ClassVar = (
        Key(("enter", "l", "right", "t"), "enter", N_("open the thread"), hint=True),
        Key(("ctrl+r", "f5"), "reload", N_("reload")),
    )

    def __init__(self, community_id: int, name: str = "") -> None:
        super().__init__()
        self._community_id = community_id
        self._community = name
        self._lines: list[PublicLine] = []
        self._next: int | None = None
        self._loading = False
        self.rows = RowList[PublicLine](_draw, empty=_("Nothing was moderated here yet."))

    def heading(self) -> str:
        """Where."""
        return _("Moderated in {community}, and why").format(community=display_line(self._community))

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    async def on_mount(self) -> None:
        """Load; who may not read it is told so where one came from."""
        self.rows.focus()
        try:
            self._take(await self.forum.record.public(self.actor, self._community_id))
        except ForumError as error:
            self.forum_app.call_later(self.forum_app.say, explain(error), error=True)
            self.dismiss()
            return
        await super().on_mount()

    async def action_reload(self) -> None:
        """Load again, from the latest."""
        page = await self.ask(self.forum.record.public(self.actor, self._community_id))
        if page is not None:
            self._lines = []
            self._take(page)

    def _take(self, page: PublicPage) -> None:
        self._lines += page.lines
        self._next = page.next
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Reasons are wrapped to the width."""
        super().on_resize(event)
        if self._lines:
            self._show()

    def _show(self) -> None:
        current = self.rows.current
        self.rows.set_items(list(self._items()), keep=lambda row: row == current)

    def _items(self) -> Iterator[PublicLine | Heading]:
        for line in self._lines:
            yield line
            if line.thread_title:
                number = f" #{line.post_number}" if line.post_number else ""
                where = _("“{title}”").format(title=display_line(line.thread_title)) + number
                yield Note(f"   {where}", dim=True)
            if line.reason:
                reason = [(display_line(line.reason), Style.null())]
                for part in wrap(reason, max(20, self.size.width - 6)):
                    yield Note(f"   {''.join(segment.text for segment in part)}")

    async def on_row_list_near_end(self, message: RowList.NearEnd) -> None:
        """The next page."""
        message.stop()
        if self._next is None or self._loading:
            return
        self._loading = True
        page = await self.ask(self.forum.record.public(self.actor, self._community_id, self._next))
        self._loading = False
        if page is not None:
            self._take(page)

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """To the post that it was about."""
        message.stop()
        line = message.item
        if isinstance(line, PublicLine) and line.thread_id is not None:
            self.post_message(OpenThread(line.thread_id, line.post_number))
        else:
            self.say(_("No thread belongs to this entry."))
