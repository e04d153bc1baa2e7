"""How much one connection may send: a budget before login, and never much in one loop turn.

AsyncSSH handles everything that is in its buffer at once. Eight megabytes of ignorable packets
during an authentication callback froze the loop for a minute; a flood of small packets after
login holds it for as long as it takes to decrypt them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final

SLICE: Final = 4 * 1024  # bytes handled in one turn of the loop
PAUSE_ABOVE: Final = 64 * 1024  # bytes waiting above which the socket is not read


class Intake:
    """Stands before a connection's ``data_received``."""

    def __init__(self, connection: Any, budget: int, over_budget: Callable[[], None]) -> None:
        self._connection = connection
        self._deliver: Callable[[bytes], Any] = connection.data_received
        self._left: int | None = budget
        self._over_budget = over_budget
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._scheduled = False
        self._paused = False
        connection.data_received = self.receive

    def authenticated(self) -> None:
        """The budget was for strangers."""
        self._left = None

    def receive(self, data: bytes, datatype: object = None) -> None:  # noqa: ARG002
        """Data from the socket."""
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                self._waiting.clear()
                self._over_budget()
                return
        if not self._waiting and len(data) <= SLICE:
            self._deliver(data)
            return
        self._waiting.extend(data[i : i + SLICE] for i in range(0, len(data), SLICE))
        self._size += len(data)
        transport = self._connection._transport  # noqa: SLF001
        if self._size > PAUSE_ABOVE and not self._paused and transport is not None:
            self._paused = True
            transport.pause_reading()
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled and self._waiting:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        self._scheduled = False
        transport = self._connection._transport  # noqa: SLF001
        if transport is None or transport.is_closing():
            self._waiting.clear()
            return
        if self._waiting:
            piece = self._waiting.popleft()
            self._size -= len(piece)
            self._deliver(piece)
        if self._paused and self._size < SLICE and not transport.is_closing():
            self._paused = False
            transport.resume_reading()
        self._schedule()
