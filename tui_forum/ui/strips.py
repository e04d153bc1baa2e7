"""Lines of the screen that weigh little, and are let go when they are no longer shown.

Textual's ``Strip`` keeps what it was divided, cropped and styled into, in seven caches of its own.
A line that is as wide as what shows it, which is nearly every line, was its own only part and kept
itself until the garbage collector came: at fifty sessions nine in ten of all objects that it had to
free, which held the one loop for up to a second. And since widgets here keep their lines, most of what
a session consisted of were these caches, nearly all of them empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import textual.strip
from rich.style import Style
from textual.strip import Strip


class NoCache:
    """One for all strips, in place of the caches that each would have: it keeps nothing."""

    def get(self, _key: object, default: Any = None) -> Any:
        """Not here."""
        return default

    def __setitem__(self, _key: object, _value: object) -> None:
        """Not kept."""


_NO_CACHE: Final = NoCache()


def _no_cache(_maxsize: int) -> NoCache:
    return _NO_CACHE


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
    textual.strip.FIFOCache = _no_cache  # type: ignore[assignment, attr-defined]
    Strip.divide = divide  # type: ignore[method-assign]
    Strip.crop_extend = crop_extend  # type: ignore[method-assign]
