"""How many sessions one account and one address may have."""

from __future__ import annotations

from collections import Counter


class SessionLimit:
    """Counts what is open under each name."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[object] = Counter()

    def enter(self, name: object) -> bool:
        """Whether one more may open; if so it counts until :meth:`leave`."""
        if self._open[name] >= self._most:
            return False
        self._open[name] += 1
        return True

    def leave(self, name: object) -> None:
        """One has closed."""
        self._open[name] -= 1
        if self._open[name] <= 0:
            del self._open[name]
