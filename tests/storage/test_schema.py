"""Migrations: the models are what they build, newer databases are refused, two may start at once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from tests.forums import rows
from tests.postgres import PostgresServer
from tui_forum.domain.errors import SchemaTooNewError, StorageFailedError
from tui_forum.domain.events import EventKind
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.storage.engine import Database
from tui_forum.storage.models import Base
from tui_forum.storage.schema import REVISIONS
from tui_forum.storage.uow import UnitOfWork

MIGRATIONS = Path(__file__).parents[2] / "migrations" / "versions"


@pytest.fixture(params=["sqlite", "postgresql"])
async def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database that nobody has opened yet."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'forum.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    async with server.fresh(migrated=False) as url:
        yield url


def test_the_list_of_revisions_is_what_is_in_the_folder() -> None:
    found = [path.name.split("_")[0] for path in sorted(MIGRATIONS.glob("[0-9]*.py"))]
    assert list(REVISIONS) == found


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
async def test_the_models_are_what_the_migrations_build(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_newer_schema_is_refused_and_left_alone(url: str) -> None:
    database = await Database.open(url)

    async def work(uow: UnitOfWork) -> None:
        await uow.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await database.write(work)
    await database.close()
    with pytest.raises(SchemaTooNewError, match="schema 9999, which is newer than this program's"):
        await Database.open(url)


async def test_opening_again_changes_nothing(new_url: str) -> None:
    for _ in range(3):
        database = await Database.open(new_url)
        assert await rows(database, "SELECT version_num FROM alembic_version") == [(REVISIONS[-1],)]
        await database.close()


OPEN = """
import asyncio, sys
from tui_forum.storage.engine import Database
async def main():
    await (await Database.open(sys.argv[1])).close()
sys.stdin.readline()
asyncio.run(main())
"""


async def test_two_processes_open_a_new_database_at_once(new_url: str) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", OPEN, new_url], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    ends = await asyncio.gather(*(asyncio.to_thread(process.communicate) for process in started))
    assert [(process.returncode, end[1]) for process, end in zip(started, ends, strict=True)] == [
        (0, b"")
    ] * 2


async def test_tasks_of_one_process_open_a_new_database_at_once(new_url: str) -> None:
    for database in await asyncio.gather(*(Database.open(new_url) for _ in range(3))):
        await database.close()


@pytest.mark.parametrize("statement", ["UPDATE {} SET created_at = created_at", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["event", "moderation_record"])
async def test_facts_can_neither_be_changed_nor_deleted(
    database: Database, table: str, statement: str
) -> None:
    async def note(uow: UnitOfWork) -> None:
        if table == "event":
            uow.record(EventKind.COMMUNITY_OPENED)
            return
        uow.note(RecordEntry(RecordAction.APPROVE, 1, reason="fine"))

    async def change(uow: UnitOfWork) -> None:
        await uow.connection.execute(text(statement.format(table)))

    await database.write(note)
    before = await rows(database, f"SELECT * FROM {table}")
    assert len(before) == 1
    with pytest.raises(StorageFailedError) as caught:
        await database.write(change)
    assert f"{table} is append-only" in str(caught.value.__cause__)
    assert await rows(database, f"SELECT * FROM {table}") == before
