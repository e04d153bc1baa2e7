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
        self._rights: tuple[str, ...] = ("",)

    def show(self, left: str, *rights: str) -> None:
        """Change the texts; they may hold what users wrote. The first of ``rights`` that fits is shown."""
        if (left, rights) != (self._left, self._rights):
            self._left, self._rights = left, rights
            self.refresh()

    def line(self, width: int) -> list[Segment]:
        """``left`` as far as there is room beside ``right``, which has half, or all that is free."""
        skin = self.skin
        left = display_line(self._left)
        room = max(0, width // 2, width - cell_width(left) - 3)
        rights = [display_line(right) for right in self._rights]
        right = fit(next((one for one in rights if cell_width(one) <= room), rights[-1]), room)
        left = fit(left, max(0, width - cell_width(right) - 3))
        gap = width - cell_width(left) - cell_width(right) - 2
        return [
            Segment(" ", skin.bar),
            Segment(left, skin.bar + skin.strong),
            Segment(" " * max(0, gap), skin.bar),
            Segment(right, skin.bar),
            Segment(" ", skin.bar),
        ]


class Footer(LineWidget):
    """The keys that work now, on a line or more, and a sentence until the next key."""

    DEFAULT_CSS = "Footer { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._height = 1
        self._keys: list[tuple[str, str]] = []
        self._sentence = ""
        self._error = False

    def use_lines(self, lines: int) -> None:
        """Take another height."""
        if lines != self._height:
            self._height = lines
            self.styles.height = lines
            self.refresh()

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
    def speaks(self) -> bool:
        """Whether a sentence stands there that nobody may have read yet."""
        return bool(self._sentence)

    @property
    def text(self) -> str:
        """What is shown, for tests and screen readers."""
        return self._sentence or "  ".join(f"{key} {label}" for key, label in self._keys)

    def render_line(self, y: int) -> Strip:
        """A line of keys; a sentence takes the place of the first."""
        skin, width = self.skin, self.size.width
        if y == 0 and self._sentence:
            style = skin.error if self._error else skin.bar
            mark = "! " if self._error else ""
            text = fit(f" {mark}{display_line(self._sentence)}", width)
            return padded([Segment(text, style)], width, style)
        lines = self._lines(width)
        segments = [Segment(" ", skin.bar)]
        for key, label in lines[y] if y < len(lines) else ():
            segments += [Segment(key, skin.bar_key), Segment(f" {label}  ", skin.bar)]
        return padded(segments, width, skin.bar)

    def _lines(self, width: int) -> list[list[tuple[str, str]]]:
        """The keys in their order, as many as there is room for; the last one always."""
        if not self._keys:
            return []
        *keys, last = self._keys
        lines: list[list[tuple[str, str]]] = [[]]
        used = 1
        for key in keys:
            if used + _cells(key) > width and len(lines) < self._height:
                lines.append([])
                used = 1
            reserve = _cells(last) if len(lines) == self._height else 0
            if used + _cells(key) + reserve <= width:
                lines[-1].append(key)
                used += _cells(key)
        lines[-1].append(last)
        return lines


def _cells(key: tuple[str, str]) -> int:
    """What a key and its label take, with the space behind them."""
    return cell_width(key[0]) + cell_width(key[1]) + 3
