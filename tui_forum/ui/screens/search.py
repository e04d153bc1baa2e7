"""Search: threads by words of their titles. (The search in posts comes later.)"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final

from textual import events
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from tui_forum.domain.text import display_line, fit, pad
from tui_forum.domain.views import SearchHit
from tui_forum.i18n import N_, _, format_age, format_number
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.navigation import OpenThread
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns

#: Results follow typing after this pause, seconds.
PAUSE: Final = 0.15


def _draw(hit: SearchHit, width: int, skin: Skin) -> Lines:
    right = [
        Cell(f"{format_number(hit.reply_count):>5} "),
        Cell(f"{format_age(hit.last_post_at, datetime.now(UTC)):>8}", skin.dim),
    ]
    where = Cell(pad(fit(hit.community_slug, 16), 17), skin.dim)
    return ([where, *columns(Cell(display_line(hit.title)), right, width - 17)],)


class SearchScreen(ListScreen[None]):
    """A line to type in, and the threads that fit."""

    TITLE_TEXT = N_("Search titles")
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("open"), hint=True),
        Key(("slash",), "type", N_("change the words"), hint=True),
    )
    DEFAULT_CSS = "SearchScreen Input { border: none; height: 1; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.field = Input(placeholder=_("Words of the title"), compact=True)
        self.field.cursor_blink = False
        self.rows = RowList[SearchHit](_draw, empty=_("Nothing found."))
        self._timer: Timer | None = None

    def body(self) -> Sequence[Widget]:
        """The line and the list."""
        return (self.field, self.rows)

    async def on_mount(self) -> None:
        """Type at once."""
        self.field.focus()
        await super().on_mount()

    def on_input_changed(self) -> None:
        """Search when typing pauses."""
        if self._timer is None:
            self._timer = self.set_timer(PAUSE, self._search)

    async def _search(self) -> None:
        self._timer = None
        query = self.field.value
        hits = await self.ask(self.forum.threads.search_titles(self.actor, query))
        if hits is not None:
            self.rows.set_items(hits)

    async def on_input_submitted(self) -> None:
        """On to the results."""
        await self._search()
        if self.rows.items:
            self.rows.focus()

    async def on_key(self, event: events.Key) -> None:
        """While typing only Esc and the arrow down are keys."""
        if self.focused is self.field:
            if event.key == "escape":
                event.stop()
                self.dismiss()
            elif event.key in {"down", "tab"} and self.rows.items:
                event.stop()
                event.prevent_default()
                self.rows.focus()
            return
        await super().on_key(event)

    def action_type(self) -> None:
        """Back to the words."""
        self.field.focus()

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Open the thread."""
        message.stop()
        if isinstance(message.item, SearchHit):
            self.post_message(OpenThread(message.item.thread_id))
