"""A key pasted into a post: the dialog says where, and what one can do."""

from __future__ import annotations

import pytest

from tests.ui.reading import NARROW, WIDE, community, person, press, session, shows
from tests.unit.test_leaks import AWS
from tui_forum.services.forum import Forum


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_pasted_key_is_masked_with_a_key(sqlite_forum: Forum, size: tuple[int, int]) -> None:
    boss = await person(sqlite_forum, "boss", admin=True)
    mary = await person(sqlite_forum, "mary", language="de")
    row = await community(sqlite_forum, boss, mary)
    start = await sqlite_forum.posts.start_thread(boss, row.community_id, "Roses", "When?")
    async with session(sqlite_forum, mary, size=size) as (_app, pilot):
        await press(pilot, "enter", "enter")
        await shows(pilot, "When?")
        await press(pilot, "r", '"My key:\n\nkey="', f'"{AWS}"', "ctrl+s")
        screen = await shows(
            pilot, "Das sieht nach einem Geheimnis aus", "Zeile 3: ein Zugangsschlüssel von AWS"
        )
        assert "key=AKIA••••••••" in screen
        await press(pilot, "m")
        screen = await shows(pilot, "Unkenntlich gemacht")
        assert AWS not in screen
        await press(pilot, "ctrl+s")
        await shows(pilot, "key=AKIA••••••••", "#2")
    page = await sqlite_forum.threads.posts(boss, start.thread_id)
    assert page.posts[1].body == "My key:\n\nkey=AKIA••••••••"


async def test_an_example_is_sent_and_waits(sqlite_forum: Forum) -> None:
    boss = await person(sqlite_forum, "boss", admin=True)
    mary = await person(sqlite_forum, "mary")
    row = await community(sqlite_forum, boss, mary)
    await sqlite_forum.posts.start_thread(boss, row.community_id, "Roses", "When?")
    async with session(sqlite_forum, mary) as (_app, pilot):
        await press(pilot, "enter", "enter")
        await shows(pilot, "When?")
        await press(pilot, "r", f'"{AWS}"', "ctrl+s")
        await shows(pilot, "Not sent: this looks like a secret", "Line 1: an access key of AWS")
        await press(pilot, "escape")
        await shows(pilot, AWS)
        await press(pilot, "ctrl+s")
        await shows(pilot, "Not sent")
        await press(pilot, "x")
        await shows(pilot, "It waits for a moderator", AWS)
