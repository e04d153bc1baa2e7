"""A forum of an earlier version opens with all that was in it, and with what is new made of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.forums import rows
from tests.postgres import PostgresServer
from tui_forum.storage.engine import Database

FIRST = [
    "INSERT INTO account (id, handle, skeleton, display_name, created_at) VALUES "
    "(1, 'ada', 'ada', 'Ada', :at), (2, 'ben', 'ben', 'Ben', :at), (3, 'cem', 'cem', 'Cem', :at)",
    "INSERT INTO community (id, slug, name, statement, purpose, created_at, member_count) VALUES "
    "(7, 'garden', 'Garden', 'Roses', 'practice', :at, 3), (8, 'field', 'Field', '', 'questions', :at, 1)",
    "INSERT INTO membership (account_id, community_id, role, joined_at) VALUES "
    "(1, 7, 'manager', :at), (1, 8, 'manager', :at), (2, 7, 'manager', :at), (3, 7, 'member', :at)",
]


def _first_version(connection: Connection, managers: bool) -> None:
    config = Config()
    config.set_main_option("script_location", str(resources.files("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")
    for statement in FIRST if managers else FIRST[:2]:
        connection.execute(text(statement.replace(":at", "'2024-03-01 12:00:00+00'")))


@pytest.fixture(params=["sqlite", "postgresql"])
async def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database that nobody has opened yet."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'forum.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    async with server.fresh(migrated=False) as url:
        yield url


@pytest.mark.parametrize("managers", [True, False])
async def test_hosts_of_a_forum_of_the_first_version_find_their_round(old_url: str, managers: bool) -> None:
    engine = create_async_engine(old_url)
    async with engine.begin() as connection:
        await connection.run_sync(_first_version, managers)
    await engine.dispose()
    database = await Database.open(old_url)
    found = await rows(
        database,
        "SELECT slug, visibility, member_count, charter.version FROM community "
        "JOIN charter ON charter.community_id = community.id WHERE builtin = 'hosts'",
    )
    members = await rows(
        database,
        "SELECT account_id, role FROM membership JOIN community ON community.id = community_id "
        "WHERE builtin = 'hosts' ORDER BY account_id",
    )
    assert found == ([("hosts", "invite", 2, 1)] if managers else [])
    assert members == ([(1, "member"), (2, "member")] if managers else [])
    charters = "SELECT community_id, purpose, statement FROM charter WHERE community_id IN (7, 8) ORDER BY 1"
    assert await rows(database, charters) == [(7, "practice", "Roses"), (8, "questions", "")]
    words = "SELECT word FROM community_word WHERE community_id IN (7, 8) ORDER BY community_id, word"
    assert await rows(database, words) == [("garden",), ("roses",), ("field",)]
    await database.close()
