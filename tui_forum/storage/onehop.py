"""aiosqlite with one visit to its thread for each statement.

A connection of aiosqlite has a thread, and each step of a statement (a cursor, running it, its
rows, closing the cursor) is a visit there and back: four switches of threads each way for rows
that SQLite finds in a tenth of a millisecond. On a busy machine each switch waits for a core.

Rows are all fetched at once, and the cursor is closed before its statement is heard of again: a
caller that is cancelled meanwhile leaves no cursor, and so no read transaction, behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Self

import aiosqlite
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


class OneHopCursor:
    """What SQLAlchemy asks of a cursor of aiosqlite, and no more."""

    def __init__(self, connection: OneHopConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    def _run(self, method: str, sql: str, parameters: Any) -> None:
        """On the connection's thread."""
        cursor = self._connection.raw.cursor()
        try:
            getattr(cursor, method)(sql, parameters)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.rowcount = cursor.rowcount
            self.lastrowid = cursor.lastrowid
        finally:
            cursor.close()

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Run one statement and fetch its rows."""
        await self._connection.visit(self._run, "execute", sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Run one statement for each of ``parameters``."""
        await self._connection.visit(self._run, "executemany", sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        """The rows that were fetched."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open."""


class OneHopConnection(aiosqlite.Connection):
    """A connection whose cursors are :class:`OneHopCursor`."""

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection of ``sqlite3``, for its own thread."""
        return self._conn

    async def visit(self, function: Any, *arguments: Any) -> Any:
        """Call ``function`` on the connection's thread."""
        return await self._execute(function, *arguments)  # type: ignore[no-untyped-call]

    async def rollback(self) -> None:
        """Roll back what there is; SQLAlchemy asks for it whenever it gives a connection back."""
        if self.in_transaction:
            await super().rollback()

    async def commit(self) -> None:
        """Commit what there is."""
        if self.in_transaction:
            await super().commit()

    def cursor(self) -> OneHopCursor:  # type: ignore[override]
        """A cursor, without asking anybody."""
        return OneHopCursor(self)


def _connect(database: str, **options: Any) -> OneHopConnection:
    connection = OneHopConnection(lambda: sqlite3.connect(database, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does with its own
    return connection


def use_one_hop(engine: AsyncEngine) -> None:
    """Let all connections of an ``sqlite+aiosqlite`` engine be of this kind."""

    def do_connect(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
        options["async_creator_fn"] = _connect

    event.listen(engine.sync_engine, "do_connect", do_connect)
