"""The two lines around every screen: where one is, and which keys work."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip

from tui_forum.domain.text import cell_width, display_line, fit
from tui_forum.ui.widgets.linewidget import LineWidget, padded


class Line(LineWidget):
    """A widget of one line, drawn by the line API."""

    DEFAULT_CSS = "Line { height: 1; }"

    def render_line(self, y: int) -> Strip:
        """The line, exactly as wide as the widget."""
        if y:
            return Strip.blank(self.size.width, self.skin.bar)
        return padded(self.line(self.size.width), self.size.width, self.skin.bar)

    def line(self, width: int) -> list[Segment]:
        """What the line shows."""
        raise NotImplementedError


class StatusBar(Line):
    """Where one is on the left, who is here on the right."""

    def __init__(self) -> None:
        super().__init__()
        self._left = ""
        self._right = ""

    def show(self, left: str, right: str) -> None:
        """Change the texts; they may hold what users wrote."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def line(self, width: int) -> list[Segment]:
        """``left`` as far as there is room beside ``right``."""
        skin = self.skin
        right = fit(display_line(self._right), max(0, width // 2)) if self._right else ""
        room = width - cell_width(right) - 3
        left = fit(display_line(self._left), max(0, room))
        gap = width - cell_width(left) - cell_width(right) - 2
        return [
            Segment(" ", skin.bar),
            Segment(left, skin.bar + skin.strong),
            Segment(" " * max(0, gap), skin.bar),
            Segment(right, skin.bar),
            Segment(" ", skin.bar),
        ]


class Footer(Line):
    """The keys that work now, or a sentence until the next key."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[tuple[str, str]] = []
        self._sentence = ""
        self._error = False

    def show_keys(self, keys: list[tuple[str, str]], *, keep: bool = False) -> None:
        """Show keys and labels; as many as there is room for, the last one always.

        ``keep`` lets a sentence stand until the next key: what happens elsewhere must not
        wipe it away before it is read.
        """
        if keys != self._keys or (self._sentence and not keep):
            self._keys = keys
            if not keep:
                self._sentence = ""
            self.refresh()

    def say(self, sentence: str, *, error: bool = False) -> None:
        """Show a sentence instead of the keys."""
        self._sentence, self._error = sentence, error
        self.refresh()

    @property
    def text(self) -> str:
        """What is shown, for tests and screen readers."""
        return self._sentence or "  ".join(f"{key} {label}" for key, label in self._keys)

    def line(self, width: int) -> list[Segment]:
        """The sentence, or the keys."""
        skin = self.skin
        if self._sentence:
            style = skin.error if self._error else skin.bar
            mark = "! " if self._error else ""
            text = fit(f" {mark}{display_line(self._sentence)}", width)
            return [Segment(text.ljust(width), style)]
        if not self._keys:
            return []
        last = self._keys[-1]
        reserve = cell_width(last[0]) + cell_width(last[1]) + 3
        segments = [Segment(" ", skin.bar)]
        used = 1
        for index, (key, label) in enumerate(self._keys):
            needs = cell_width(key) + cell_width(label) + 3
            final = index == len(self._keys) - 1
            if not final and used + needs + reserve > width:
                continue
            segments += [
                Segment(key, skin.bar_key),
                Segment(f" {label}  ", skin.bar),
            ]
            used += needs
        return segments
