"""Lines of text, scrolled; drawn anew only when they or the width change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip

from tui_forum.ui.render.wrapping import wrap
from tui_forum.ui.widgets.linewidget import LineWidget, padded

STEP: Final = 3  # lines of a turn of the wheel


class LinesView(LineWidget, can_focus=True):
    """Shows what ``draw(width)`` gives, one :class:`Strip` a line."""

    DEFAULT_CSS = "LinesView { height: 1fr; }"

    def __init__(self, draw: Callable[[int], list[Strip]]) -> None:
        super().__init__()
        self._draw = draw
        self._top = 0
        self._to_end = False
        self._drawn: tuple[tuple[int, str], list[Strip]] | None = None

    def changed(self, *, at_start: bool = False, at_end: bool = False) -> None:
        """There is something else to draw; shown from where one was, its start, or its end."""
        self._drawn = None
        self._to_end = at_end
        if at_start:
            self._top = 0
        self.refresh()

    @staticmethod
    def wrapped(text: str, width: int, style: Style) -> list[Strip]:
        """Display-safe text as lines."""
        return [Strip(line) for part in text.split("\n") for line in wrap([(part, style)], width)]

    def scroll_lines(self, lines: int) -> None:
        """Move the view."""
        end = max(0, len(self._lines()) - self.size.height)
        self._top = max(0, min(end, self._top + lines))
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(STEP)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(-STEP)

    def _lines(self) -> list[Strip]:
        width = max(20, self.size.width - 2)
        key = (width, self.skin.name)
        if self._drawn is None or self._drawn[0] != key:
            self._drawn = (key, self._draw(width))
        return self._drawn[1]

    def render_line(self, y: int) -> Strip:
        """One line."""
        base = self.skin.base
        lines = self._lines()
        if self._to_end:
            self._top, self._to_end = max(0, len(lines) - self.size.height), False
        index = self._top + y
        strip = lines[index] if index < len(lines) else Strip([])
        return padded([Segment(" ", base), *strip], self.size.width, base)
