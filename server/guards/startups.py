"""OpenSSH's MaxStartups: refuse new connections at random while many are not logged in yet."""

from __future__ import annotations

import random

from tui_forum.config import Startups


class StartupGuard:
    """Counts connections that have not authenticated (sshd_config(5), MaxStartups)."""

    def __init__(self, limits: Startups) -> None:
        self._limits = limits
        self.waiting = 0

    def admit(self) -> bool:
        """Whether one more may come in; if so it counts until :meth:`done`."""
        start, rate, full = self._limits.start, self._limits.rate, self._limits.full
        if self.waiting >= full:
            return False
        if self.waiting >= start:
            share = rate if full == start else rate + (100 - rate) * (self.waiting - start) / (full - start)
            if random.uniform(0, 100) < share:
                return False
        self.waiting += 1
        return True

    def done(self) -> None:
        """One has logged in or gone."""
        self.waiting -= 1
