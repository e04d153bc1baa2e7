"""What ``tui-forum admin doctor`` looks at. Reads only."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

#: Versions in which a commit during another connection's checkpoint can corrupt a WAL database.
_WAL_BUG: Final = ((3, 7, 0), (3, 51, 2))
_WAL_BUG_FIXED: Final = {(3, 44, 6), (3, 50, 7)}
_SHOWN_PROBLEMS: Final = 20
_COUNTED: Final = ("account", "community", "thread", "post", "event")


@dataclass(frozen=True, slots=True)
class Health:
    """The state of a database. ``size`` is in bytes; ``problems`` are the database's own words."""

    engine: str
    schema: str
    size: int
    problems: tuple[str, ...]
    rows: dict[str, int]


def sqlite_version() -> tuple[int, int, int]:
    """The version of the SQLite library in use."""
    return sqlite3.sqlite_version_info


def has_wal_bug(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite needs checkpoints kept apart from commits (the engine does that)."""
    lowest, highest = _WAL_BUG
    return lowest <= version <= highest and version not in _WAL_BUG_FIXED


async def examine(connection: AsyncConnection) -> Health:
    """Look at everything; on SQLite this reads the whole file once."""
    run = connection.execute
    schema = (await run(text("SELECT version_num FROM alembic_version"))).scalar() or ""
    rows = {name: (await run(text(f"SELECT count(*) FROM {name}"))).scalar_one() for name in _COUNTED}  # noqa: S608 - constants
    if connection.dialect.name == "sqlite":
        pages = (await run(text("PRAGMA page_count"))).scalar_one()
        size = pages * (await run(text("PRAGMA page_size"))).scalar_one()
        found = (await run(text(f"PRAGMA integrity_check({_SHOWN_PROBLEMS})"))).scalars().all()
        problems = [str(line) for line in found if line != "ok"]
        orphans = (await run(text("PRAGMA foreign_key_check"))).fetchmany(_SHOWN_PROBLEMS)
        problems += [f"{row[0]} {row[1]}: no such {row[2]}" for row in orphans]
        engine = f"SQLite {sqlite3.sqlite_version}"
    else:
        size = (await run(text("SELECT pg_database_size(current_database())"))).scalar_one()
        problems = []
        engine = f"PostgreSQL {(await run(text('SHOW server_version'))).scalar_one()}"
    return Health(engine, schema, size, tuple(problems), rows)
