"""The database is locked or full while one writes: one is told, the text stays, and is sent once."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.forums import number
from tests.ui.reading import community, person, press, session, shows, until
from tui_forum.domain.limits import BODY_MAX_CHARS
from tui_forum.services.forum import Forum
from tui_forum.storage.uow import UnitOfWork
from tui_forum.ui.navigation import ComposeTarget, StartWriting
from tui_forum.ui.screens.compose import ComposeScreen


@pytest.fixture
async def target(sqlite_forum: Forum) -> ComposeTarget:
    """A reply of ``bob``'s to ``ada``."""
    ada, bob = await person(sqlite_forum, "ada", admin=True), await person(sqlite_forum, "bob")
    row = await community(sqlite_forum, ada, bob)
    first = await sqlite_forum.posts.start_thread(ada, row.community_id, "Roses in winter", "How?")
    return ComposeTarget(row.community_id, first.thread_id, "Roses in winter", 1, "ada")


async def pragma(forum: Forum, setting: str) -> None:
    """Set something of the writing connection."""

    async def work(uow: UnitOfWork) -> None:
        await uow.connection.execute(text(f"PRAGMA {setting}"))

    await forum.database.write(work)


async def test_a_locked_database_is_told_and_the_text_is_sent_when_it_is_free(
    sqlite_forum: Forum, tmp_path: Path, target: ComposeTarget
) -> None:
    """Another program holds the lock for longer than one waits for it."""
    bob = await sqlite_forum.accounts.actor(2)
    await pragma(sqlite_forum, "busy_timeout=300")  # not 5 s in a test
    async with session(sqlite_forum, bob) as (app, pilot):
        app.post_message(StartWriting(target))
        await until(pilot, lambda: isinstance(app.screen, ComposeScreen) and app.screen._loaded)
        await press(pilot, '"With fir twigs"')
        holder = sqlite3.connect(tmp_path / "forum.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "busy" in app.screen.footer.text, rounds=4000)  # type: ignore[attr-defined]
        assert app.screen.editor.text == "With fir twigs"  # type: ignore[attr-defined]
        assert holder.execute("SELECT count(*) FROM post").fetchone() == (1,)
        holder.execute("ROLLBACK")
        holder.close()
        await press(pilot, "ctrl+s")
        await shows(pilot, "2/2", "With fir twigs")
    assert await number(sqlite_forum.database, "SELECT count(*) FROM post") == 2


async def test_a_full_disk_is_told_and_the_text_is_sent_when_there_is_room(
    sqlite_forum: Forum, target: ComposeTarget
) -> None:
    """The post is not half written: neither its row nor its event nor a counter."""
    bob = await sqlite_forum.accounts.actor(2)
    forum = sqlite_forum

    body = "word " * (BODY_MAX_CHARS // 5)
    async with session(forum, bob) as (app, pilot):
        app.post_message(StartWriting(target))
        await until(pilot, lambda: isinstance(app.screen, ComposeScreen) and app.screen._loaded)
        app.screen.editor.load_text(body)  # type: ignore[attr-defined]
        await until(pilot, lambda: app.screen._draft is not None)  # type: ignore[attr-defined]
        events = await number(forum.database, "SELECT count(*) FROM event")
        await pragma(forum, f"max_page_count={await number(forum.database, 'PRAGMA page_count')}")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "full" in app.screen.footer.text)  # type: ignore[attr-defined]
        assert app.screen.editor.text == body  # type: ignore[attr-defined]
        assert await number(forum.database, "SELECT count(*) FROM post") == 1
        assert await number(forum.database, "SELECT count(*) FROM event") == events
        assert await number(forum.database, "SELECT reply_count FROM thread") == 0
        await pragma(forum, "max_page_count=1000000")
        await press(pilot, "ctrl+s")
        await shows(pilot, "2/2")
    assert await number(forum.database, "SELECT count(*) FROM post WHERE length(body) > 30000") == 1
