"""Threads that nobody has answered yet: of one community of practice, or of all of one's own."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any, ClassVar

from textual.widget import Widget

from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.text import display_line
from tui_forum.domain.views import ThreadCursor, ThreadRow
from tui_forum.i18n import N_, _
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import Page, PagedScreen
from tui_forum.ui.navigation import OpenThread
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.listings import draw_thread
from tui_forum.ui.widgets.rows import Cell, Lines, RowList

_CHANGES = frozenset((EventKind.POST_CREATED, EventKind.THREAD_STARTED, EventKind.THREAD_LOCKED))


def _draw(row: ThreadRow, width: int, skin: Skin) -> Lines:
    where = Cell(f"    {display_line(row.community_slug)}", skin.dim)
    return (*draw_thread(row, width, skin), [where])


class UnansweredScreen(PagedScreen[None]):
    """Latest first; Enter opens one, to answer it."""

    TITLE_TEXT = N_("Nobody has answered yet")
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("open"), hint=True),
        Key(("ctrl+r", "f5"), "reload", N_("reload")),
    )

    def __init__(self, community_id: int | None = None) -> None:
        super().__init__()
        self._community_id = community_id
        self._next: ThreadCursor | None = None
        self.rows = RowList[ThreadRow](_draw, row_height=2, empty=_("Everything is answered."))

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    async def on_mount(self) -> None:
        """Load."""
        self.rows.focus()
        await self.action_reload()
        await super().on_mount()

    async def action_reload(self) -> None:
        """Load again, keeping the selection."""
        page = await self.ask(self.forum.threads.unanswered(self.actor, self._community_id))
        if page is not None:
            current = self.rows.current
            self._next = page.next
            self.rows.set_items(
                page.rows, keep=lambda row: current is not None and row.thread_id == current.thread_id
            )

    def next_page(self) -> Coroutine[Any, Any, Page]:
        """Further down."""
        return self.forum.threads.unanswered(self.actor, self._community_id, self._next)

    async def on_forum_event(self, event: Event) -> None:
        """Somebody has answered, or asked."""
        if event.kind in _CHANGES and self._next is None:
            await self.action_reload()
        self.refresh_bars()

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Go there."""
        message.stop()
        if isinstance(message.item, ThreadRow):
            self.post_message(OpenThread(message.item.thread_id))
