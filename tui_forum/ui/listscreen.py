"""What screens with one list share: moving in it and leaving it."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, ClassVar, Final, Protocol, TypeVar

from tui_forum.i18n import N_
from tui_forum.ui.keys import Key
from tui_forum.ui.screen import ForumScreen
from tui_forum.ui.widgets.rows import RowList

Result = TypeVar("Result")

LIST_KEYS: Final = (
    Key(("j", "down"), "down", N_("down")),
    Key(("k", "up"), "up", N_("up")),
    Key(("pagedown", "space", "ctrl+d"), "page_down", N_("page down")),
    Key(("pageup", "ctrl+u"), "page_up", N_("page up")),
    Key(("g g", "home"), "first", N_("to the beginning")),
    Key(("G", "end"), "last", N_("to the end")),
    Key(("q", "escape", "h", "left"), "close", N_("back"), hint=True),
)


class ListScreen(ForumScreen[Result]):
    """A screen with one list; subclasses say which by ``rows``."""

    rows: RowList[Any]
    LIST_KEYS: ClassVar = LIST_KEYS

    def keymap(self) -> tuple[Key, ...]:
        """The screen's own keys, the list's, and those of every screen."""
        return (*self.KEYS, *self.LIST_KEYS, *super().keymap()[len(self.KEYS) :])

    def action_down(self) -> None:
        """One row."""
        self.rows.move(1)

    def action_up(self) -> None:
        """One row."""
        self.rows.move(-1)

    def action_page_down(self) -> None:
        """A page."""
        self.rows.move_page(1)

    def action_page_up(self) -> None:
        """A page."""
        self.rows.move_page(-1)

    def action_first(self) -> None:
        """The first row."""
        self.rows.select(0)

    def action_last(self) -> None:
        """The last row."""
        self.rows.select(len(self.rows.items) - 1, -1)

    def action_enter(self) -> None:
        """Open the selected row."""
        self.rows.choose()


class Page(Protocol):
    """Some rows, and where the next page begins (None: this was the last)."""

    @property
    def rows(self) -> Any:
        """The rows."""

    @property
    def next(self) -> Any:
        """For ``next_page``."""


class PagedScreen(ListScreen[Result]):
    """A screen whose list grows by pages; who loads the first one sets ``_next``."""

    _next: Any = None
    _loading = False

    def next_page(self) -> Coroutine[Any, Any, Page]:
        """Ask for the page that begins at ``_next``."""
        raise NotImplementedError

    async def on_row_list_near_end(self, message: RowList.NearEnd) -> None:
        """The next page."""
        message.stop()
        if self._next is None or self._loading:
            return
        self._loading = True
        try:
            page = await self.ask(self.next_page())
            if page is not None:
                self._next = page.next
                self.rows.add_items(page.rows)
        finally:
            self._loading = False
