"""Search: threads by words of their titles. (The search in posts comes later.)"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from tui_forum.domain.text import display_line, fit, pad
from tui_forum.domain.views import SearchHit
from tui_forum.i18n import N_, _, format_age, format_number
from tui_forum.ui.findscreen import FindScreen
from tui_forum.ui.keys import Key
from tui_forum.ui.navigation import OpenThread
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns


def _draw(hit: SearchHit, width: int, skin: Skin) -> Lines:
    right = [
        Cell(f"{format_number(hit.reply_count):>5} "),
        Cell(f"{format_age(hit.last_post_at, datetime.now(UTC)):>8}", skin.dim),
    ]
    where = Cell(pad(fit(hit.community_slug, 16), 17), skin.dim)
    return ([where, *columns(Cell(display_line(hit.title)), right, width - 17)],)


class SearchScreen(FindScreen):
    """A line to type in, and the threads that fit."""

    TITLE_TEXT = N_("Search titles")
    PLACEHOLDER = N_("Words of the title")
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("open"), hint=True),
        Key(("slash",), "type", N_("change the words"), hint=True),
    )

    def __init__(self) -> None:
        super().__init__()
        self.rows = RowList[SearchHit](_draw, empty=_("Nothing found."))

    async def find(self, words: str) -> Sequence[SearchHit] | None:
        """Threads whose titles hold the words."""
        return await self.ask(self.forum.threads.search_titles(self.actor, words))

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Open the thread."""
        message.stop()
        if isinstance(message.item, SearchHit):
            self.post_message(OpenThread(message.item.thread_id))
