"""What the importers' tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tui_forum.storage.engine import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty forum."""
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'forum.db'}")
    yield opened
    await opened.close()
