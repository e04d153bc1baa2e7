"""The demonstration shows every purpose, every door and every stage of a community's life."""

from __future__ import annotations

from tui_forum.domain.directory import DirectoryRow, Wanted
from tui_forum.domain.entities import Purpose, Visibility
from tui_forum.domain.life import Stage
from tui_forum.importers.demo import load_demo
from tui_forum.services.forum import Forum


async def test_a_first_look_shows_it_all(sqlite_forum: Forum) -> None:
    await load_demo(sqlite_forum)
    olga = await sqlite_forum.accounts.demo_actor("olga")
    assert olga is not None
    rows: list[DirectoryRow] = []
    for stage in (None, Stage.ARCHIVED):
        rows += (await sqlite_forum.directory.page(olga, Wanted(stage=stage))).rows
    assert {row.community.purpose for row in rows} == set(Purpose)
    assert {row.community.visibility for row in rows} == set(Visibility)
    assert {row.stage for row in rows} == set(Stage)
    cases = await sqlite_forum.cases.queue(olga)
    assert len(cases.rows) == 1


async def test_loading_it_again_adds_nothing(sqlite_forum: Forum) -> None:
    await load_demo(sqlite_forum)
    olga = await sqlite_forum.accounts.demo_actor("olga")
    assert olga is not None
    before = await sqlite_forum.communities.home(olga)
    await load_demo(sqlite_forum)
    assert await sqlite_forum.communities.home(olga) == before
