"""A body's lines, made into strips when they come into view.

A strip costs twenty times what its text costs (1 KB and 20 µs); of a post of thousands of lines a
screen shows a few dozen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from rich.segment import Segment
from textual.strip import Strip

from tui_forum.domain.text import cell_width


class Lines(Sequence[Strip]):
    """Strips for lines of segments, none of them padded."""

    def __init__(self, lines: list[list[Segment]]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, number: int) -> Strip: ...

    @overload
    def __getitem__(self, number: slice) -> tuple[Strip, ...]: ...

    def __getitem__(self, number: int | slice) -> Strip | tuple[Strip, ...]:
        if isinstance(number, slice):
            return tuple(map(_strip, self._lines[number]))
        return _strip(self._lines[number])


def _strip(line: list[Segment]) -> Strip:
    return Strip(line, sum([cell_width(segment.text) for segment in line]))
