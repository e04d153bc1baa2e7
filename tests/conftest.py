"""What all tests share: an empty forum on either database."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.postgres import PostgresServer, running_server
from tests.statements import share_compiled_statements
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.services.forum import Forum
from tui_forum.storage.engine import Database

BOTH = ("sqlite", "postgresql")

# Files that are synced thousands of times need no disk where the machine has a folder in memory.
MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4 << 30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

share_compiled_statements()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """This worker's PostgreSQL server."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this worker keeps a migrated SQLite file to copy."""
    return tmp_path_factory.mktemp("template") / "forum.db"


async def _sqlite(template: Path, folder: Path) -> str:
    if not template.exists():
        await (await Database.open(f"sqlite+aiosqlite:///{template}")).close()
    shutil.copyfile(template, folder / "forum.db")
    return f"sqlite+aiosqlite:///{folder / 'forum.db'}"


@pytest.fixture
async def sqlite_url(_template: Path, tmp_path: Path) -> str:
    """The URL of an empty, migrated SQLite database: ``tmp_path/forum.db``."""
    return await _sqlite(_template, tmp_path)


@pytest.fixture
async def postgres_url(postgres: PostgresServer) -> AsyncIterator[str]:
    """The URL of an empty, migrated PostgreSQL database."""
    async with postgres.fresh() as url:
        yield url


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    found: str = request.getfixturevalue(f"{'sqlite' if request.param == 'sqlite' else 'postgres'}_url")
    return found


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """An empty database, once on SQLite and once on PostgreSQL."""
    opened = await Database.open(url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """An empty database on SQLite."""
    opened = await Database.open(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
async def forum(url: str, tmp_path: Path) -> AsyncIterator[Forum]:
    """An empty forum, once on SQLite and once on PostgreSQL."""
    opened = await open_forum(Settings(data_dir=tmp_path, database_url=url))
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_forum(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Forum]:
    """An empty forum on SQLite."""
    opened = await open_forum(Settings(data_dir=tmp_path, database_url=sqlite_url))
    yield opened
    await opened.close()
