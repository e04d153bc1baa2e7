"""OpenSSH's PerSourcePenalties: who misbehaves has to wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

#: Seconds each offence costs, as in sshd_config(5).
AUTH_FAILED: Final = 5.0
NO_AUTH: Final = 1.0
GRACE_EXCEEDED: Final = 10.0
ABUSED: Final = 90.0  # sent what no client sends
MINIMUM: Final = 15.0  # below this sum nothing happens
MAXIMUM: Final = 600.0
SOURCES: Final = 65_536  # addresses remembered


class PenaltyBox:
    """Sums up offences per address; they wear off with time."""

    def __init__(self, *, enabled: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self._enabled = enabled
        self._clock = clock
        self._until: dict[str, float] = {}

    def add(self, address: str, seconds: float) -> None:
        """An offence."""
        if not self._enabled:
            return
        now = self._clock()
        if len(self._until) >= SOURCES and address not in self._until:
            self._until = {source: until for source, until in self._until.items() if until > now}
            if len(self._until) >= SOURCES:
                self._until.pop(next(iter(self._until)))
        begin = max(now, self._until.get(address, now))
        self._until[address] = min(begin + seconds, now + MAXIMUM)

    def refuses(self, address: str) -> bool:
        """Whether the address has to wait."""
        until = self._until.get(address)
        if until is None:
            return False
        left = until - self._clock()
        if left <= 0:
            del self._until[address]
            return False
        return left > MINIMUM
