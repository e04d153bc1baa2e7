"""Lines of the screen that are let go when they are no longer shown.

Textual's ``Strip`` keeps what it was divided and cropped into. A line that is as wide as what shows
it, which is nearly every line, was its own only part: it kept itself, with its segments and seven
caches, until the garbage collector came. At fifty sessions that was nine in ten of all objects that
it had to free, and it held the one loop for up to a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.style import Style
from textual.strip import Strip

_divide: Final = Strip.divide
_crop_extend: Final = Strip.crop_extend


def divide(self: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
    """As Textual's, but the whole is not kept as a part of itself."""
    places = list(cuts)
    width = self.cell_length
    if places and places[0] == width and (len(places) == 1 or places[1] > width):
        return [self]
    return _divide(self, places)


def crop_extend(self: Strip, start: int, end: int, style: Style | None) -> Strip:
    """As Textual's, but the whole is not kept as a part of itself."""
    if start <= 0 and end == self.cell_length:
        return self
    return _crop_extend(self, start, end, style)


def let_lines_go() -> None:
    """For all that Textual draws in this process."""
    Strip.divide = divide  # type: ignore[method-assign]
    Strip.crop_extend = crop_extend  # type: ignore[method-assign]
