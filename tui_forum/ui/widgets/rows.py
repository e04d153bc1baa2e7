"""A list of any length: only the lines in view are drawn, and only those that changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from tui_forum.domain.text import cell_width, fit
from tui_forum.ui.widgets.linewidget import LineWidget, padded

if TYPE_CHECKING:
    from tui_forum.ui.skin import Skin

Item = TypeVar("Item")

NEAR_END: Final = 10  # rows before the end at which the next page is asked for
WHEEL_ROWS: Final = 3
_PLAIN: Final = Style.null()


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of a row: its text (display-safe) and how it looks."""

    text: str
    style: Style = _PLAIN


@dataclass(frozen=True, slots=True)
class Heading:
    """A row that cannot be chosen."""

    text: str


@dataclass(frozen=True, slots=True)
class Note(Heading):
    """Plain text that cannot be chosen; it belongs to the row above and comes into view with it."""

    dim: bool = False


Lines = Sequence[Sequence[Cell]]
Draw = Callable[[Item, int, "Skin"], Lines]


class RowList(LineWidget, Generic[Item], can_focus=True):
    """Rows of ``row_height`` lines each, drawn by ``draw(item, width, skin)``.

    ``draw`` returns the row's lines, each a sequence of cells at most ``width`` wide in all;
    they are cut and padded here. Items may be mixed with :class:`Heading`.
    """

    DEFAULT_CSS = "RowList { height: 1fr; }"

    @dataclass
    class Chosen(Message):
        """Enter or a click on a row."""

        rows: RowList[object]
        item: object

        @property
        def control(self) -> RowList[object]:
            """The list."""
            return self.rows

    @dataclass
    class Moved(Message):
        """The selection is on another row."""

        rows: RowList[object]
        item: object | None

    @dataclass
    class NearEnd(Message):
        """The selection comes near the end: load more, if there is more."""

        rows: RowList[object]

    def __init__(self, draw: Draw[Item], *, row_height: int = 1, empty: str = "") -> None:
        super().__init__()
        self._draw = draw
        self.row_height = row_height
        self.empty = empty
        self.items: list[Item | Heading] = []
        self.index = -1
        self._top = 0
        self._loaded = False  # until then nobody knows that it is empty

    @property
    def current(self) -> Item | None:
        """The selected item."""
        if 0 <= self.index < len(self.items):
            item = self.items[self.index]
            return None if isinstance(item, Heading) else item
        return None

    @property
    def _page(self) -> int:
        return max(1, self.size.height // self.row_height)

    @property
    def is_full(self) -> bool:
        """Whether there are as many rows as there is room for."""
        return len(self.items) >= self._page

    def set_items(
        self, items: Sequence[Item | Heading], *, keep: Callable[[Item], bool] | None = None
    ) -> None:
        """Replace all rows. The selection goes to the first item for which ``keep`` is true."""
        self.items = list(items)
        self._loaded = True
        self.index = -1
        if keep is not None:
            self.index = next(
                (i for i, item in enumerate(self.items) if not isinstance(item, Heading) and keep(item)), -1
            )
        if self.index < 0:
            self._top = 0
            self.index = self._choosable(0, 1)
        self._scroll_into_view()
        self.refresh()

    def add_items(self, items: Sequence[Item]) -> None:
        """Append a page."""
        self.items.extend(items)
        self.refresh()

    def replace(self, index: int, item: Item) -> None:
        """Change one row where it stands."""
        self.items[index] = item
        self._refresh_row(index)

    def _choosable(self, index: int, step: int) -> int:
        """The first row from ``index`` on in direction ``step`` that can be chosen; -1 for none."""
        while 0 <= index < len(self.items):
            if not isinstance(self.items[index], Heading):
                return index
            index += step
        return -1

    def move(self, rows: int) -> None:
        """Move the selection."""
        self.select(max(0, min(len(self.items) - 1, self.index + rows)), 1 if rows > 0 else -1)

    def move_page(self, pages: float) -> None:
        """Move the selection by (parts of) what fits on the screen."""
        step = max(1, int(abs(pages) * self._page))
        self.move(step if pages > 0 else -step)

    def select(self, index: int, direction: int = 1) -> None:
        """Select a row, or the next one that can be chosen."""
        found = self._choosable(index, direction)
        if found < 0:
            found = self._choosable(index, -direction)
        if found == self.index == len(self.items) - 1:  # one would like to go on
            self.post_message(self.NearEnd(cast("RowList[object]", self)))
        if found < 0 or found == self.index:
            return
        before, self.index = self.index, found
        if self._scroll_into_view():
            self.refresh()
        else:
            self._refresh_row(before)
            self._refresh_row(found)
        self.post_message(self.Moved(cast("RowList[object]", self), self.current))
        if found >= len(self.items) - NEAR_END:
            self.post_message(self.NearEnd(cast("RowList[object]", self)))

    def _scroll_into_view(self) -> bool:
        """Move the window over the rows so that the selection shows; whether it moved."""
        if not self.size.height:  # hidden: it shows again what it showed
            return False
        top = self._top
        if self.index < min(self._page, top + 1) and self._choosable(0, 1) == self.index:
            top = 0  # the heading above the first row comes along
        elif self.index < top:
            top = self.index
        elif self._last_of(self.index) >= top + self._page:
            top = self._last_of(self.index) - self._page + 1
        top = max(0, min(top, len(self.items) - self._page))
        moved, self._top = top != self._top, top
        return moved

    def _last_of(self, index: int) -> int:
        """The last of the notes that belong to a row, as far as both fit on a page."""
        last = index
        while last + 1 < min(len(self.items), index + self._page) and isinstance(self.items[last + 1], Note):
            last += 1
        return last

    def _refresh_row(self, index: int) -> None:
        y = (index - self._top) * self.row_height
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, self.row_height))

    def choose(self) -> None:
        """Open the selected row."""
        if self.current is not None:
            self.post_message(self.Chosen(cast("RowList[object]", self), self.current))

    def on_resize(self) -> None:
        """Keep the selection in view."""
        if self._scroll_into_view():
            self.refresh()

    def on_focus(self) -> None:
        """The selection looks different with focus."""
        self._refresh_row(self.index)

    def on_blur(self) -> None:
        """The selection looks different without focus."""
        self._refresh_row(self.index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the selection."""
        event.stop()
        self.move(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the selection."""
        event.stop()
        self.move(-WHEEL_ROWS)

    def on_click(self, event: events.Click) -> None:
        """A click selects; a click on the selection opens."""
        index = self._top + event.y // self.row_height
        if index == self.index:
            self.choose()
        elif index < len(self.items):
            self.select(index)

    def render_line(self, y: int) -> Strip:
        """One line of the row that is there."""
        width = self.size.width
        skin = self.skin
        row, line = divmod(y, self.row_height)
        index = self._top + row
        if index >= len(self.items):
            text = f"  {self.empty}" if self._loaded and not self.items and y == 1 else ""
            return Strip([Segment(fit(text, width).ljust(width), skin.base + skin.dim)], width)
        item = self.items[index]
        if isinstance(item, Heading):
            text = fit(f" {item.text}", width) if line == self.row_height - 1 else ""
            style = skin.base + skin.accent + skin.strong
            if isinstance(item, Note):
                style = skin.base + skin.dim if item.dim else skin.base
            return padded([Segment(text, style)], width, skin.base)
        base = skin.base
        mark = " "
        if index == self.index:
            base += skin.selected if self.has_focus else skin.selected_unfocused
            mark = "▌"
        lines = self._draw(item, width - 1, skin)
        segments = [Segment(mark, base + skin.accent)]
        # The ground of a plain cell is that of its row, which may be the selected one.
        segments += [
            Segment(cell.text, base if cell.style is skin.base else base + cell.style) for cell in lines[line]
        ]
        return padded(segments, width, base)


def columns(left: Cell, right: Sequence[Cell], width: int, gap: int = 1) -> list[Cell]:
    """``left`` cut to what ``right`` leaves, padded, then ``right``."""
    taken = sum(cell_width(cell.text) for cell in right)
    room = max(0, width - taken - gap)
    text = fit(left.text, room)
    return [Cell(text, left.style), Cell(" " * (width - taken - cell_width(text))), *right]
