"""The record of moderation: one unbroken chain, also from what was decided before there was one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from tests.forums import rows
from tests.postgres import PostgresServer
from tui_forum.domain.record import FIRST_HASH, RecordAction, RecordEntry, chain_hash
from tui_forum.storage.engine import Database
from tui_forum.storage.models import ModerationRecord
from tui_forum.storage.uow import UnitOfWork


async def is_whole(database: Database) -> int:
    """Check the chain as anybody could; the number of entries."""
    async with database.read() as connection:
        found = (
            await connection.execute(select(ModerationRecord.__table__).order_by(ModerationRecord.id))
        ).mappings()
    previous, count = FIRST_HASH, 0
    for row in found:
        told = dict(row)
        number, at = told.pop("id"), told.pop("created_at")
        before, link = told.pop("previous_hash"), told.pop("hash")
        count += 1
        assert (number, before) == (count, previous)
        assert link == chain_hash(previous, number, at, told)
        previous = link
    return count


async def test_entries_of_transactions_at_once_are_one_chain_without_a_gap(database: Database) -> None:
    async def act(n: int) -> None:
        async def work(uow: UnitOfWork) -> None:
            uow.note(
                RecordEntry(RecordAction.NOTE, n, reason=f"Grüße {n} \U0001f339", after={"b": [n, None]})
            )
            uow.note(RecordEntry(RecordAction.APPROVE, None, account_id=n))
            if n % 5 == 0:
                raise LookupError

        await database.write(work)

    ends = await asyncio.gather(*(act(n) for n in range(25)), return_exceptions=True)
    assert sum(isinstance(end, LookupError) for end in ends) == 5
    assert await is_whole(database) == 40


@pytest.fixture(params=["sqlite", "postgresql"])
async def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database of before, with a case that was decided and one that is open."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'forum.db'}"
        await _build(url)
        yield url
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    async with server.fresh(migrated=False) as url:
        await _build(url)
        yield url


OLD = (
    "INSERT INTO account (id, handle, skeleton, display_name, created_at) "
    "VALUES (1, 'ada', 'ada', 'A', :now), (2, 'ben', 'ben', 'B', :now), (3, 'max', 'max', 'M', :now)",
    "INSERT INTO community (id, slug, name, created_at) VALUES (1, 'c', 'C', :now)",
    "INSERT INTO thread (id, community_id, author_id, title, created_at, last_post_at, last_author_id) "
    "VALUES (1, 1, 1, 't', :now, :now, 1)",
    "INSERT INTO post (id, thread_id, number, author_id, tree_path, body, created_at, revision) "
    "VALUES (1, 1, 1, 1, '', 'b', :now, 3), (2, 1, 2, 1, '', 'b', :now, 1)",
    "INSERT INTO moderation_case (id, community_id, post_id, state, report_count, opened_at, decided_at) "
    "VALUES (1, 1, 1, 'decided', 1, :now, :now), (7, 1, 2, 'open', 1, :now, NULL)",
    "INSERT INTO report (id, case_id, reporter_id, reason, created_at) "
    "VALUES (1, 1, 2, 'rude', :now), (2, 7, 2, 'spam', :now)",
    "INSERT INTO decision (id, case_id, community_id, post_id, post_revision, moderator_id, kind, reason, "
    "created_at) VALUES (1, 1, 1, 1, 2, 3, 'remove', 'Rude', :now)",
)


async def _build(url: str) -> None:
    place = make_url(url)
    engine = create_async_engine(
        place.set(drivername="postgresql+asyncpg") if place.drivername == "postgresql" else place
    )

    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(resources.files("migrations")))
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")

    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
        now = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)
        for statement in OLD:
            at = now if engine.dialect.name == "postgresql" else now.replace(tzinfo=None)
            await connection.execute(text(statement), {"now": at})
    await engine.dispose()


async def test_what_was_decided_before_begins_the_chain(old_url: str) -> None:
    database = await Database.open(old_url)
    assert await is_whole(database) == 1
    assert await rows(
        database, "SELECT action, actor_id, account_id, case_id, post_id, reason FROM moderation_record"
    ) == [("remove", 3, 1, 1, 1, "Rude")]
    assert await rows(
        database, "SELECT id, account_id, state, outcome, decided_by FROM moderation_case ORDER BY id"
    ) == [(1, 1, "decided", "remove", 3), (7, 1, "open", "", None)]
    assert await rows(database, "SELECT case_id, post_id, revision FROM case_post ORDER BY case_id") == [
        (1, 1, 2), (7, 2, 1),
    ]  # fmt: skip
    assert await rows(database, "SELECT id, post_id, note, outcome FROM report ORDER BY id") == [
        (1, 1, "rude", "remove"), (2, 2, "spam", ""),
    ]  # fmt: skip

    # New ids follow the old ones.
    async def work(uow: UnitOfWork) -> None:
        at = uow.now if uow.connection.dialect.name == "postgresql" else uow.now.replace(tzinfo=None)
        await uow.connection.execute(
            text(
                "INSERT INTO moderation_case (community_id, account_id, opened_at, reported_at, due_at) "
                "VALUES (1, 1, :at, :at, :at)"
            ),
            {"at": at},
        )
        uow.note(RecordEntry(RecordAction.OPEN_CASE, 3, case_id=8))

    await database.write(work)
    assert await rows(database, "SELECT max(id) FROM moderation_case") == [(8,)]
    assert await is_whole(database) == 2
    await database.close()
