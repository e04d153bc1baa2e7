"""One writer: whole transactions or nothing, a lock that nobody can leave behind, a fair turn."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import insert

from tests.forums import number, rows
from tui_forum.domain.errors import ForumError, StorageBusyError, StorageFailedError
from tui_forum.domain.events import EventKind
from tui_forum.storage.engine import Database
from tui_forum.storage.models import Community
from tui_forum.storage.uow import UnitOfWork


async def add(uow: UnitOfWork, slug: str) -> None:
    await uow.connection.execute(insert(Community).values(slug=slug, name=slug, created_at=uow.now))


class Signal:
    """An event between the test and its work, which runs on the writer's thread."""

    def __init__(self) -> None:
        self._set = False

    def set(self) -> None:
        """Let who waits go on."""
        self._set = True

    async def wait(self) -> None:
        """Wait, on whatever loop."""
        while not self._set:
            await asyncio.sleep(0.001)


async def slugs(database: Database) -> list[str]:
    return [row[0] for row in await rows(database, "SELECT slug FROM community ORDER BY id")]


async def test_a_thousand_cancelled_writers_leave_the_lock_free_and_no_connection_out(url: str) -> None:
    database, other = await Database.open(url), await Database.open(url)
    inside, go_on = Signal(), Signal()

    def writer(name: str) -> asyncio.Task[None]:
        async def work(uow: UnitOfWork) -> None:
            await add(uow, name)
            inside.set()
            await go_on.wait()  # in the middle of its transaction

        return asyncio.create_task(database.write(work))

    async def one_more(uow: UnitOfWork) -> None:
        await add(uow, "other")

    writers = [writer(f"c{place}") for place in range(1000)]
    await inside.wait()
    for task in writers:
        task.cancel()
    assert all(isinstance(end, asyncio.CancelledError)
               for end in await asyncio.gather(*writers, return_exceptions=True))  # fmt: skip
    go_on.set()
    started = time.perf_counter()
    await other.write(one_more)  # as another process would: it knows nothing of the first's queue
    waited = time.perf_counter() - started
    assert waited < 0.1
    await database.drain()
    assert database.connections_in_use == 0
    assert len(await slugs(database)) == 1001, "what was asked for is written, whoever went away"
    await database.close()
    await other.close()


async def test_failing_work_rolls_back_and_tells_nobody(database: Database) -> None:
    told = []
    database.on_commit = lambda: told.append(1)

    async def work(uow: UnitOfWork) -> None:
        await add(uow, "half")
        uow.record(EventKind.COMMUNITY_OPENED)
        await uow.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(work)
    assert await slugs(database) == []
    assert await number(database, "SELECT count(*) FROM event") == 0
    assert told == []
    await database.write(lambda uow: add(uow, "whole"))
    assert await slugs(database) == ["whole"]


async def test_work_that_is_cancelled_from_within_leaves_nothing(database: Database) -> None:
    async def work(uow: UnitOfWork) -> None:
        await add(uow, "half")
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await database.write(work)
    await database.write(lambda uow: add(uow, "whole"))
    assert await slugs(database) == ["whole"]


async def test_a_wake_up_that_fails_does_not_say_that_the_commit_failed(database: Database) -> None:
    def broken() -> None:
        raise OSError("no socket")

    async def work(uow: UnitOfWork) -> None:
        await add(uow, "kept")
        uow.record(EventKind.COMMUNITY_OPENED)

    database.on_commit = broken
    await database.write(work)
    assert await slugs(database) == ["kept"]


async def test_the_same_row_written_by_two_at_once_is_a_clear_conflict(database: Database) -> None:
    await database.write(lambda uow: add(uow, "garden"))
    with pytest.raises(ForumError, match="Somebody else wrote the same"):
        await database.write(lambda uow: add(uow, "garden"))


async def test_locked_by_another_program_it_says_busy_and_writes_nothing(
    sqlite_url: str, tmp_path: Path
) -> None:
    database = await Database.open(sqlite_url, busy_timeout=0.2)
    holder = sqlite3.connect(tmp_path / "forum.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    started = time.perf_counter()
    results = await asyncio.gather(
        *(database.write(lambda uow, n=n: add(uow, f"c{n}")) for n in range(20)),  # type: ignore[misc]
        return_exceptions=True,
    )
    assert all(isinstance(result, StorageBusyError) for result in results)
    assert time.perf_counter() - started < 3, "those behind must not each wait as long again"
    assert await slugs(database) == [], "reading goes on"
    holder.execute("ROLLBACK")
    holder.close()
    await database.write(lambda uow: add(uow, "later"))
    assert await slugs(database) == ["later"]
    await database.close()


async def test_a_row_locked_by_another_node_says_busy(postgres_url: str) -> None:
    database = await Database.open(postgres_url, busy_timeout=0.2)
    other = await Database.open(postgres_url)
    inside, go_on = Signal(), Signal()

    async def hold(uow: UnitOfWork) -> None:
        await add(uow, "garden")
        inside.set()
        await go_on.wait()

    holding = asyncio.create_task(other.write(hold))
    await inside.wait()
    with pytest.raises(StorageBusyError):
        await database.write(lambda uow: add(uow, "garden"))
    go_on.set()
    await holding
    await database.close()
    await other.close()


async def test_more_readers_than_connections_wait_for_their_turn(database: Database) -> None:
    counts = await asyncio.gather(*(number(database, "SELECT count(*) FROM post") for _ in range(200)))
    assert set(counts) == {0}
    assert database.connections_in_use == 0


async def test_readers_that_are_cancelled_leave_no_connection_out(database: Database) -> None:
    for _ in range(20):
        readers = [asyncio.create_task(rows(database, "SELECT * FROM account")) for _ in range(10)]
        await asyncio.sleep(0)
        for place, task in enumerate(readers):
            task.cancel()
            if place % 3 == 0:
                await asyncio.sleep(0)
        await asyncio.gather(*readers, return_exceptions=True)
    assert database.connections_in_use == 0
    assert await rows(database, "SELECT * FROM account") == []


BUSY_WRITER = """
import asyncio, sys
from sqlalchemy import text
from tui_forum.storage.engine import Database
async def main():
    database = await Database.open(sys.argv[1])
    async def work(uow):
        await uow.connection.execute(text("UPDATE community SET thread_count = thread_count + 1"))
    print("ready", flush=True)
    while True:
        await database.write(work)
asyncio.run(main())
"""


async def test_a_process_that_writes_all_the_time_does_not_starve_another(sqlite_url: str) -> None:
    database = await Database.open(sqlite_url)
    await database.write(lambda uow: add(uow, "garden"))
    busy = subprocess.Popen([sys.executable, "-c", BUSY_WRITER, sqlite_url], stdout=subprocess.PIPE)
    try:
        assert busy.stdout is not None
        assert busy.stdout.readline()
        longest = 0.0
        for place in range(30):
            started = time.perf_counter()
            await database.write(lambda uow, n=place: add(uow, f"c{n}"))  # type: ignore[misc]
            longest = max(longest, time.perf_counter() - started)
        assert longest < 0.5
        assert await number(database, "SELECT thread_count FROM community WHERE slug = 'garden'") > 0
    finally:
        busy.kill()
        busy.communicate()
        await database.close()


async def test_a_database_that_cannot_be_reached_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageFailedError, match=r"cannot be opened: .*No such file"):
        await Database.open(f"postgresql+asyncpg://nobody@/none?host={tmp_path}")
    with pytest.raises(ForumError):
        await Database.open(f"sqlite+aiosqlite:///{tmp_path}/missing/forum.db")
    with pytest.raises(ForumError):
        await Database.open(f"sqlite+aiosqlite:///{tmp_path}")
    (tmp_path / "text.db").write_text("this is not a database, it is a letter to a friend\n" * 100)
    with pytest.raises(StorageFailedError, match="not a database"):
        await Database.open(f"sqlite+aiosqlite:///{tmp_path}/text.db")
    for wrong in ("", "nonsense", "mysql://x/y", "sqlite+aiosqlite://"):
        with pytest.raises(ForumError, match="database_url"):
            await Database.open(wrong)


@pytest.mark.parametrize("name", ["a b", "50%41", "what?", "#1", "käse", "x;y&z=1"])
async def test_a_data_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    from tui_forum.bootstrap import open_forum
    from tui_forum.config import Settings

    forum = await open_forum(Settings(data_dir=tmp_path / name))
    await forum.accounts.local_actor("ada")
    assert (await forum.accounts.actor_by_handle("ada")).handle == "ada"
    await forum.close()
    assert (tmp_path / name / "forum.db").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [name]
