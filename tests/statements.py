"""Statements are compiled once for all forums of a test process.

A test has a new forum, and so new engines whose caches are empty: compiling the same statements
again for each test took half of the suite's time. Here engines share one cache; dialects of one
kind, which are part of its keys, are equal. What is compiled is the same either way.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache


def share_compiled_statements() -> None:
    """Once in a process, before the first engine."""
    shared: LRUCache[Any, Any] = LRUCache(10_000)
    begin = Engine.__init__

    def __init__(self: Engine, *arguments: Any, **options: Any) -> None:  # noqa: N807
        begin(self, *arguments, **options)
        self._compiled_cache = shared

    Engine.__init__ = __init__  # type: ignore[method-assign]
    for dialect in (SQLiteDialect_aiosqlite, PGDialect_asyncpg):
        dialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
        dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
