"""Lines of the screen that weigh little, and are let go when they are no longer shown.

Textual's ``Strip`` keeps what it was divided, cropped and styled into, in seven caches of its own.
A line that is as wide as what shows it, which is nearly every line, was its own only part and kept
itself until the garbage collector came: at fifty sessions nine in ten of all objects that it had to
free, which held the one loop for up to a second. And since widgets here keep their lines, most of what
a session consisted of were these caches, nearly all of them empty.
"""

from __future__ import annotations

from typing import Any, Final

import textual.strip


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


def let_lines_go() -> None:
    """For all that Textual draws in this process."""
    textual.strip.FIFOCache = _no_cache  # type: ignore[assignment, attr-defined]
