"""Announcements that ask to be acknowledged, and what nobody has answered."""

from __future__ import annotations

from tests.forums import charter_for
from tests.ui.reading import person, press, session, shows
from tui_forum.domain.entities import Purpose
from tui_forum.services.forum import Forum
from tui_forum.ui.navigation import OpenThread


async def test_members_acknowledge_and_hosts_see_who_has_not(sqlite_forum: Forum) -> None:
    ada, bob = await person(sqlite_forum, "ada"), await person(sqlite_forum, "bob")
    news = await sqlite_forum.charters.open(ada, "daily", "Daily", charter_for(Purpose.INFORMATION))
    await sqlite_forum.memberships.join(bob, news.community_id)
    post = await sqlite_forum.posts.start_thread(
        ada, news.community_id, "New hall", "Please take note.", wants_acknowledgement=True
    )
    async with session(sqlite_forum, ada) as (app, pilot):
        app.post_message(OpenThread(post.thread_id))
        await shows(pilot, "acknowledged 0/1")
        await press(pilot, "Y")
        await shows(pilot, "0 of 1 have acknowledged", "@bob")
    async with session(sqlite_forum, bob) as (app, pilot):
        app.post_message(OpenThread(post.thread_id))
        await shows(pilot, "New hall", "a acknowledge")
        await press(pilot, "a")
        await shows(pilot, "Acknowledged: the hosts see that you have read it")
        await press(pilot, "a")
        await shows(pilot, "You have acknowledged this already")
        await press(pilot, "Y")
        await shows(pilot, "Only hosts see who has acknowledged")


async def test_what_nobody_has_answered_is_a_key_away(sqlite_forum: Forum) -> None:
    ada, bob = await person(sqlite_forum, "ada"), await person(sqlite_forum, "bob", language="de")
    garden = await sqlite_forum.charters.open(ada, "garden", "Garden", charter_for())
    await sqlite_forum.memberships.join(bob, garden.community_id)
    await sqlite_forum.posts.start_thread(ada, garden.community_id, "Roses?", "When?")
    async with session(sqlite_forum, bob) as (_app, pilot):
        await shows(pilot, "1 Thread")
        await press(pilot, "U")
        await shows(pilot, "Roses?")
        await press(pilot, "enter")
        await shows(pilot, "When?")
