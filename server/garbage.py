"""What Python's garbage collector need not walk over while people type.

A full collection walks over every object and holds the one loop meanwhile: at fifty sessions 0.2 to
0.3 s. Nearly all of these objects are there for as long as a session is. So what there is when a
session's first key comes is set aside (``gc.freeze``, which costs nothing), and a full collection
walks over what came since. Apps refer to themselves in circles: to free those that have ended, all is
put back after a number of them.
"""

from __future__ import annotations

import gc
from typing import Final

#: Collections of the youngest, the middle, and the oldest objects: the last one less often than usual.
THRESHOLDS: Final = (700, 10, 50)
#: Sessions that end before they are collected, at least; a session that has ended holds 0.6 MiB.
ENDED: Final = 10


class Garbage:
    """Told of each session's first key and end."""

    def __init__(self) -> None:
        self._open = 0
        self._ended = 0

    @staticmethod
    def begin() -> None:
        """Set aside what has been loaded; once, before the first session."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)

    def at_work(self) -> None:
        """A session is there as a whole: somebody types."""
        self._open += 1
        gc.freeze()

    def ended(self, *, worked: bool) -> None:
        """A session is over; ``worked``: it had been :meth:`at_work`."""
        self._open -= worked
        self._ended += 1
        if self._ended >= max(ENDED, self._open // 2):
            self._ended = 0
            gc.unfreeze()
