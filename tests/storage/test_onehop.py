"""How SQLite is asked: what is quick at once, what is not on a thread that holds nobody up."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from tui_forum.storage.onehop import OneHopConnection, use_one_hop

COUNT = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < :n) SELECT count(*) FROM c"
QUICK = text(COUNT).execution_options(at_once=True)
LONG = 3_000_000  # half a second and more


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", isolation_level="AUTOCOMMIT")
    use_one_hop(engine)
    yield engine
    await engine.dispose()


class Visits:
    """Counts the visits to the threads of all connections."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        visit = OneHopConnection.visit

        async def counted(connection: OneHopConnection, function: object) -> object:
            self.count += 1
            return await visit(connection, function)  # type: ignore[arg-type]

        monkeypatch.setattr(OneHopConnection, "visit", counted)


@asynccontextmanager
async def held_up() -> AsyncIterator[list[float]]:
    """How long the loop was held up at most, seconds (in a list, when it is over)."""
    worst = [0.0]

    async def look() -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.005)
            worst[0] = max(worst[0], time.monotonic() - began - 0.005)

    task = asyncio.create_task(look())
    try:
        yield worst
    finally:
        task.cancel()


async def counted(connection: AsyncConnection, n: int) -> int:
    return int((await connection.execute(QUICK, {"n": n})).scalar_one())


async def test_what_is_quick_needs_no_thread(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    async with engine.connect() as connection:
        visits = Visits(monkeypatch)
        for n in range(1, 200):  # SQLite counts the steps of a statement over all its runs
            assert await counted(connection, n) == n
        assert visits.count == 0
        assert (await connection.execute(text(COUNT), {"n": 7})).scalar_one() == 7
        assert visits.count == 1, "only what is marked is asked at once"


async def test_what_takes_long_goes_to_the_thread(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is begun again there, and holds the loop no longer than it takes to find out."""
    async with engine.connect() as connection:
        visits = Visits(monkeypatch)
        async with held_up() as worst:
            assert await counted(connection, LONG) == LONG
        assert visits.count == 1
        assert worst[0] < 0.1
        assert await counted(connection, 3) == 3
        assert visits.count == 1


async def test_a_connection_at_work_is_not_asked_at_once(tmp_path: Path) -> None:
    """A caller that went away left its statement running: the next must not wait for it on the loop."""
    connection = OneHopConnection(partial(sqlite3.connect, tmp_path / "x.db", check_same_thread=False))
    await connection
    long, quick = connection.cursor(), connection.cursor()
    quick.at_once = True
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await long.execute(COUNT, {"n": LONG})
    assert not connection.try_at_once(lambda: None)
    async with held_up() as worst:
        await quick.execute(COUNT, {"n": 3})
    assert await quick.fetchall() == [(3,)]
    assert worst[0] < 0.1
    await connection.close()


async def test_errors_are_what_they_are(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(OperationalError, match="no such table"):
            await connection.execute(text("SELECT * FROM nowhere").execution_options(at_once=True))
        with pytest.raises(OperationalError, match="no such table"):
            await connection.execute(text("SELECT * FROM nowhere"))


async def test_a_slow_disk_is_asked_from_the_thread_for_a_while(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine.connect() as connection:
        visits = Visits(monkeypatch)
        monkeypatch.setattr(OneHopConnection, "thread_only_until", time.monotonic() + 60)
        assert await counted(connection, 3) == 3
        assert visits.count == 1
