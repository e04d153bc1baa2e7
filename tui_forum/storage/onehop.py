"""aiosqlite with one visit to its thread for each statement, and none for those that are quick.

A connection of aiosqlite has a thread, and each step of a statement (a cursor, running it, its
rows, closing the cursor) is a visit there and back, for rows that SQLite finds in a tenth of a
millisecond. Each switch of threads waits for a core, and worse, for Python's lock: SQLite gives it
up for each row, and a loop that is painting for other sessions keeps it for five milliseconds each
time. Here a statement is one visit. A statement marked ``at_once`` (``storage.prepared``) is run
where it is asked for, and goes to the thread only when it turns out not to be quick after all:
when it takes more than ``STEPS``, or while the disk is slow.

Rows are all fetched at once, and the cursor is closed before its statement is heard of again: a
caller that is cancelled meanwhile leaves no cursor, and so no read transaction, behind.
"""

from __future__ import annotations

import resource
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Self, TypeVar

import aiosqlite
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")

STEPS: Final = 50_000  # of SQLite's machine, two or three milliseconds
_STRIDE: Final = 1_000  # of them between two looks at how many are left
SLOW: Final = 0.01  # seconds; a statement that has read from the disk and took longer found a slow one
THREAD_ONLY: Final = 10.0  # seconds in which the loop does not wait for such a disk again


class OneHopCursor:
    """What SQLAlchemy asks of a cursor of aiosqlite, and no more."""

    def __init__(self, connection: OneHopConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.at_once = False
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    def _run(self, method: str, sql: str, parameters: Any) -> None:
        cursor = self._connection.raw.cursor()
        try:
            getattr(cursor, method)(sql, parameters)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.rowcount = cursor.rowcount
            self.lastrowid = cursor.lastrowid
        finally:
            cursor.close()

    async def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Self:
        """Run one statement and fetch its rows."""
        run = partial(self._run, "execute", sql, parameters)
        if not (self.at_once and self._connection.try_at_once(run)):
            await self._connection.visit(run)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Run one statement for each of ``parameters``."""
        await self._connection.visit(partial(self._run, "executemany", sql, parameters))
        return self

    async def fetchall(self) -> list[Any]:
        """The rows that were fetched."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open."""


class OneHopConnection(aiosqlite.Connection):
    """A connection whose cursors are :class:`OneHopCursor`."""

    #: Until when no connection runs anything on its caller's thread (``time.monotonic``).
    thread_only_until = 0.0

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True  # as SQLAlchemy does with its own
        self._at_work: deque[None] = deque()  # one for each visit that is under way
        self._strides_left = 0

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection of ``sqlite3``."""
        return self._conn

    async def visit(self, function: Callable[[], T]) -> T:
        """Call ``function`` on the connection's thread."""

        def work() -> T:
            try:
                return function()
            finally:
                self._at_work.pop()

        # Whoever is cancelled waits no longer; the thread goes on, and has the connection until it is done.
        self._at_work.append(None)
        result: T = await self._execute(work)  # type: ignore[no-untyped-call]
        return result

    def try_at_once(self, function: Callable[[], None]) -> bool:
        """Call ``function`` here when that is quick; False when the thread has to do it (again)."""
        began = time.monotonic()
        if self._at_work or began < OneHopConnection.thread_only_until:
            return False
        blocks = resource.getrusage(resource.RUSAGE_THREAD).ru_inblock
        self._strides_left = STEPS // _STRIDE
        self.raw.set_progress_handler(self._stride, _STRIDE)
        try:
            function()
        except sqlite3.OperationalError:
            if self._strides_left >= 0:
                raise
            return False
        finally:
            self.raw.set_progress_handler(None, 0)
        took = time.monotonic() - began
        if took > SLOW and resource.getrusage(resource.RUSAGE_THREAD).ru_inblock > blocks:
            OneHopConnection.thread_only_until = began + took + THREAD_ONLY
        return True

    def _stride(self) -> int:
        """Called by SQLite; what is not 0 interrupts the statement."""
        self._strides_left -= 1
        return self._strides_left < 0

    async def rollback(self) -> None:
        """Roll back what there is; SQLAlchemy asks for it whenever it gives a connection back."""
        if self.in_transaction:
            await self.visit(self.raw.rollback)

    async def commit(self) -> None:
        """Commit what there is."""
        if self.in_transaction:
            await self.visit(self.raw.commit)

    def cursor(self) -> OneHopCursor:  # type: ignore[override]
        """A cursor, without asking anybody."""
        return OneHopCursor(self)


def _connect(database: str, **options: Any) -> OneHopConnection:
    options["check_same_thread"] = False
    return OneHopConnection(partial(sqlite3.connect, database, **options))


def use_one_hop(engine: AsyncEngine) -> None:
    """Let all connections of an ``sqlite+aiosqlite`` engine be of this kind."""

    def do_connect(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
        options["async_creator_fn"] = _connect

    def before_execute(
        _connection: Any, cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        options = context.execution_options if context is not None else {}
        cursor._cursor.at_once = options.get("at_once", False)  # noqa: SLF001 - SQLAlchemy's around ours

    event.listen(engine.sync_engine, "do_connect", do_connect)
    event.listen(engine.sync_engine, "before_cursor_execute", before_execute)
