"""SQLite's write-ahead log: folded in under the writer's lock, never by a reader, never without bounds."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from tests.forums import number, rows
from tui_forum.domain.errors import ForumError, StorageFullError
from tui_forum.storage.engine import WAL_LIMIT, Database
from tui_forum.storage.models import Community
from tui_forum.storage.uow import UnitOfWork


async def fill(uow: UnitOfWork, slug: str, size: int = 200_000) -> None:
    await uow.connection.execute(insert(Community).values(slug=slug, name="x" * size, created_at=uow.now))


async def test_the_log_stays_bounded_under_load_with_readers_open(
    sqlite_database: Database, tmp_path: Path
) -> None:
    done = asyncio.Event()

    async def reader() -> int:
        reads = 0
        while not done.is_set():
            await rows(sqlite_database, "SELECT slug FROM community")
            reads += 1
        return reads

    readers = [asyncio.create_task(reader()) for _ in range(6)]
    largest = 0
    for place in range(100):  # 20 MB through the log
        await sqlite_database.write(lambda uow, n=place: fill(uow, f"c{n}"))  # type: ignore[misc]
        largest = max(largest, (tmp_path / "forum.db-wal").stat().st_size)
    done.set()
    assert min(await asyncio.gather(*readers)) > 0
    assert largest < 3 * WAL_LIMIT


async def test_readers_that_are_cancelled_do_not_hold_the_log(
    sqlite_database: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for place in range(50):
        await sqlite_database.write(lambda uow, n=place: fill(uow, f"c{n}", 20_000))  # type: ignore[misc]
    gc.disable()  # a cursor that only the collector closes would hold the log until then
    request.addfinalizer(gc.enable)
    for pause in range(60):
        reader = asyncio.create_task(rows(sqlite_database, "SELECT name FROM community"))
        for _ in range(pause):
            await asyncio.sleep(0)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
    checker = sqlite3.connect(tmp_path / "forum.db", timeout=1)
    busy, *_ = checker.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    checker.close()
    assert busy == 0, "some reader still holds an old state of the database"


async def test_a_reading_connection_cannot_write(sqlite_database: Database) -> None:
    for statement in (
        "INSERT INTO community (slug, name, created_at) VALUES ('x', 'x', '2026-01-01')",
        "CREATE TABLE x (y)",
        "DELETE FROM account",
    ):
        with pytest.raises(StorageFullError):
            async with sqlite_database.read() as connection:
                await connection.execute(text(statement))
    assert await number(sqlite_database, "SELECT count(*) FROM community") == 0


async def test_a_reader_never_folds_the_log_in(sqlite_database: Database, tmp_path: Path) -> None:
    await sqlite_database.write(lambda uow: fill(uow, "c"))
    size = (tmp_path / "forum.db").stat().st_size
    async with sqlite_database.read() as connection:
        assert (await connection.execute(text("PRAGMA wal_autocheckpoint"))).scalar() == 0
        assert (await connection.execute(text("PRAGMA mmap_size"))).scalar() in (0, None)
        with pytest.raises(ForumError):
            # Refused: the connection is read-only.
            async with sqlite_database.read() as other:
                await other.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    await sqlite_database._reading.dispose()
    assert (tmp_path / "forum.db").stat().st_size == size
    assert (tmp_path / "forum.db-wal").stat().st_size > 200_000


async def test_a_reader_sees_what_was_written_before_it_asked(database: Database) -> None:
    for place in range(30):
        await database.write(lambda uow, n=place: fill(uow, f"c{n}", 10))  # type: ignore[misc]
        assert await number(database, "SELECT count(*) FROM community") == place + 1


async def test_the_pragmas_of_the_writer(sqlite_database: Database) -> None:
    async def work(uow: UnitOfWork) -> dict[str, object]:
        return {
            name: (await uow.connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint", "busy_timeout")
        }

    assert await sqlite_database.write(work) == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "wal_autocheckpoint": 0,
        "busy_timeout": 5000,
    }  # fmt: skip
