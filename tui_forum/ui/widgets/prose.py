"""Paragraphs that explain something: wrapped with a hanging indent, scrolled by lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.strip import Strip

from tui_forum.domain.text import cell_width
from tui_forum.ui.render.wrapping import wrap
from tui_forum.ui.widgets.linewidget import LineWidget, padded

WHEEL: Final = 3
#: Keys that scroll a text which is there to be read, in lines.
SCROLLING: Final = {
    "down": 1, "j": 1, "up": -1, "k": -1, "pagedown": 8, "space": 8, "pageup": -8, "home": -999, "end": 999,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Para:
    """One paragraph: display-safe ``text`` after ``lead``, below which its further lines begin.

    ``look`` and ``lead_look`` name styles of the skin. An empty paragraph is an empty line.
    """

    text: str = ""
    lead: str = ""
    look: str = "base"
    lead_look: str = "dim"


class Prose(LineWidget):
    """Shows paragraphs; as high as they are where its height is ``auto``."""

    DEFAULT_CSS = "Prose { height: 1fr; }"

    def __init__(self, *, panel: bool = False) -> None:
        """``panel``: it lies on a dialog, and has that background."""
        super().__init__()
        self._panel = panel
        self._paras: tuple[Para, ...] = ()
        self._top = 0
        self._lines: list[list[Segment]] = []
        self._lines_for: tuple[object, ...] = ()

    def show(self, paras: Sequence[Para], *, keep: bool = False) -> None:
        """Show other paragraphs, from their beginning or (``keep``) from where one was."""
        self._paras = tuple(paras)
        self._top = self._top if keep else 0
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """How many lines there are in ``width`` cells."""
        return max(1, len(self._wrapped(width)))

    @property
    def _base(self) -> Style:
        return self.skin.bar if self._panel else self.skin.base

    def _style(self, look: str) -> Style:
        style: Style = Style.null() if look == "base" else getattr(self.skin, look)
        return self._base + style

    def _wrapped(self, width: int) -> list[list[Segment]]:
        wanted = (self._paras, width, self.skin)
        if wanted == self._lines_for:
            return self._lines
        lines: list[list[Segment]] = []
        for para in self._paras:
            indent = cell_width(para.lead)
            room = max(10, width - indent - 2)
            parts = wrap([(para.text, self._style(para.look))], room) if para.text else [[]]
            for index, part in enumerate(parts):
                lead = para.lead if index == 0 else " " * indent
                lines.append([Segment(f" {lead}", self._style(para.lead_look)), *part])
        self._lines, self._lines_for = lines, wanted
        return lines

    def scroll_lines(self, lines: int) -> None:
        """Move the view."""
        end = max(0, len(self._wrapped(self.size.width)) - self.size.height)
        top = max(0, min(end, self._top + lines))
        if top != self._top:
            self._top = top
            self.refresh()

    def scroll_pages(self, pages: float) -> None:
        """Move the view by (parts of) what fits."""
        self.scroll_lines(int(pages * max(2, self.size.height - 1)))

    @property
    def more_below(self) -> bool:
        """Whether there is something below what is shown."""
        return self._top + self.size.height < len(self._wrapped(self.size.width))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(-WHEEL)

    def render_line(self, y: int) -> Strip:
        """One line."""
        width = self.size.width
        lines = self._wrapped(width)
        index = self._top + y
        return padded(list(lines[index]) if index < len(lines) else [], width, self._base)
