"""Channels on the screen: acknowledging, discussing elsewhere; and what nobody has answered."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.forums import another, charter_for
from tests.ui.reading import NARROW, community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor, Purpose, Role
from tui_forum.domain.views import CommunityRow
from tui_forum.services.forum import Forum
from tui_forum.ui.navigation import OpenCommunity, OpenThread
from tui_forum.ui.screens.compose import ComposeScreen


@dataclass
class World:
    forum: Forum
    ada: Actor
    bob: Actor
    bert: Actor
    news: CommunityRow
    talk: CommunityRow
    thread_id: int


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    """A channel of ada's that asks bob and bert (who speaks German) to acknowledge; discussed in talk."""
    forum = sqlite_forum
    ada, bob = await person(forum, "ada", admin=True), await person(forum, "bob")
    bert = await person(forum, "bert", language="de")
    talk = await another(forum, ada, "talk")
    charter = charter_for(Purpose.INFORMATION, linked="talk")
    news = await community(forum, ada, bob, bert, slug="news", charter=charter)
    start = await forum.posts.start_thread(
        ada, news.community_id, "New doors", "From *Monday*.", wants_acknowledgement=True
    )
    return World(forum, ada, bob, bert, news, talk, start.thread_id)


async def test_the_footer_offered_writing_to_who_may_only_read(world: World) -> None:
    forum = world.forum
    otto = await person(forum, "otto")
    async with session(forum, world.bob, size=NARROW) as (app, pilot):  # a member of the channel
        app.post_message(OpenCommunity(world.news.community_id))
        assert "c new thread" not in await shows(pilot, "New doors", "Enter open")
        await press(pilot, "enter")
        text = await shows(pilot, "From Monday.", "r discuss")
        assert not any(hint in text for hint in ("R quote", "c new thread"))
        await press(pilot, "c")
        await shows(pilot, "Only the hosts write in this channel.")
    talk = await forum.posts.start_thread(world.ada, world.talk.community_id, "Hall", "Is it warm?")
    async with session(forum, otto, size=NARROW) as (app, pilot):  # a member of nothing
        app.post_message(OpenThread(talk.thread_id))
        text = await shows(pilot, "Is it warm?", "t by time")
        assert not any(hint in text for hint in ("r reply", "R quote", "c new thread"))
    async with session(forum, world.ada, size=NARROW) as (app, pilot):
        app.post_message(OpenCommunity(world.news.community_id))
        await shows(pilot, "New doors", "c new thread")


async def test_a_channel_without_a_place_for_it_offered_discussing(world: World) -> None:
    forum = world.forum
    news = await community(
        forum, world.ada, world.bob, slug="leaks", charter=charter_for(Purpose.INFORMATION)
    )
    start = await forum.posts.start_thread(world.ada, news.community_id, "Valve 7", "It leaks.")
    async with session(forum, world.bob, size=NARROW) as (app, pilot):
        app.post_message(OpenThread(start.thread_id))
        text = await shows(pilot, "It leaks.", "+ react")
        assert not any(hint in text for hint in ("r discuss", "r reply", "R quote"))
        await press(pilot, "r")
        await shows(pilot, "Only the hosts write in this channel; + reacts.")


async def test_an_empty_list_told_readers_to_write_the_first_thread(world: World) -> None:
    forum = world.forum
    empty = await another(forum, world.ada, "empty")
    async with session(forum, world.bob, size=NARROW) as (app, pilot):
        app.post_message(OpenCommunity(empty.community_id))
        text = await shows(pilot, "No threads yet.")
        assert "press c" not in text


async def test_a_member_acknowledges_and_the_host_sees_who_has_not(world: World) -> None:
    async with session(world.forum, world.ada, size=NARROW) as (host, watching):
        host.post_message(OpenThread(world.thread_id))
        await shows(watching, "acknowledged 0/2", "New doors")
        async with session(world.forum, world.bob) as (app, pilot):
            app.post_message(OpenCommunity(world.news.community_id))
            await shows(pilot, "☐ 📣 New doors")
            await press(pilot, "enter")
            await shows(pilot, "From Monday.", "a acknowledge", "r discuss")
            await press(pilot, "a")
            await shows(pilot, "Acknowledged: the hosts see that you have read it.")
            await press(pilot, "a")
            text = await shows(pilot, "You have acknowledged this already.")
            assert "a acknowledge" not in text
            await press(pilot, "q")
            await until(pilot, lambda: "☐" not in screen_text(app))
        await shows(watching, "acknowledged 1/2")
        await press(watching, "Y")
        text = await shows(watching, "1 of 2 have acknowledged “New doors”; not yet:", "@bert")
        assert "@bob" not in text


async def test_in_german_the_notice_leads_to_what_is_to_be_acknowledged(world: World) -> None:
    async with session(world.forum, world.bert, size=NARROW) as (_app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "@ada bittet dich, „New doors“ zu bestätigen")
        await press(pilot, "enter")
        await shows(pilot, "From Monday.", "a bestätigen")
        await press(pilot, "a")
        await shows(pilot, "Bestätigt: die Leitung sieht, dass du es gelesen hast.")
        await press(pilot, "Y")
        await shows(pilot, "Nur die Leitung sieht, wer bestätigt hat")


async def test_in_a_channel_members_start_nothing(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        app.post_message(OpenCommunity(world.news.community_id))
        await shows(pilot, "New doors")
        await press(pilot, "c")
        await shows(pilot, "Only the hosts write in this channel.")
        assert not isinstance(app.screen, ComposeScreen)


async def test_r_leads_to_where_it_is_discussed_joins_and_begins_and_then_leads_to_that_thread(
    world: World,
) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        app.post_message(OpenThread(world.thread_id))
        await shows(pilot, "From Monday.")
        await press(pilot, "r")
        await shows(pilot, "This is discussed in Talk. Join it and begin?")
        await press(pilot, "n")
        assert (await world.forum.communities.community(world.bob, "talk")).role is None
        await press(pilot, "r")
        await shows(pilot, "Join it and begin?")
        await press(pilot, "y")
        await shows(pilot, "New thread in Talk", "New doors", "> From *Monday*.")
        await press(pilot, '"Which ones?"', "escape")  # later
        await shows(pilot, "Your draft is kept")
        await press(pilot, "g", "d", "enter")
        await shows(pilot, "New thread in Talk", "Which ones?")
        await press(pilot, "ctrl+s")
        await shows(pilot, "Which ones?", "(Talk)")
        app.post_message(OpenThread(world.thread_id))
        await shows(pilot, "From Monday.", "(News)")
        await press(pilot, "r")
        await shows(pilot, "Which ones?", "(Talk)")


async def test_without_a_linked_community_r_says_what_one_can_do(sqlite_forum: Forum) -> None:
    ada, bob = await person(sqlite_forum, "ada", admin=True), await person(sqlite_forum, "bob")
    news = await community(sqlite_forum, ada, bob, purpose=Purpose.INFORMATION)
    start = await sqlite_forum.posts.start_thread(ada, news.community_id, "New doors", "From Monday.")
    async with session(sqlite_forum, bob) as (app, pilot):
        app.post_message(OpenThread(start.thread_id))
        await shows(pilot, "From Monday.")
        await press(pilot, "r")
        await shows(pilot, "Only the hosts write in this channel; + reacts.")


# -- what waits


async def test_what_nobody_has_answered_stands_above_ones_communities_and_goes_when_answered(
    sqlite_forum: Forum,
) -> None:
    forum = sqlite_forum
    ada, bob = await person(forum, "ada", admin=True), await person(forum, "bob")
    row = await community(forum, ada, bob)
    start = await forum.posts.start_thread(ada, row.community_id, "Roses", "When?")
    async with session(forum, bob) as (app, pilot):
        await shows(pilot, "1 thread that nobody has answered: U", "My communities")
        await press(pilot, "U")
        await shows(pilot, "Nobody has answered yet", "○ Roses", "gardens")
        await press(pilot, "enter")
        await shows(pilot, "When?")
        await forum.posts.reply(bob, start.thread_id, "In May")
        await press(pilot, "q")
        await shows(pilot, "Roses")
        await until(pilot, lambda: "○" not in screen_text(app))
        await press(pilot, "q")
        await until(pilot, lambda: "nobody has answered" not in screen_text(app))
        await press(pilot, "U")
        await shows(pilot, "Everything is answered.")


async def test_a_question_that_waits_is_told_to_the_expert_in_words(sqlite_forum: Forum) -> None:
    forum = sqlite_forum
    ada, eva = await person(forum, "ada", admin=True), await person(forum, "eva", language="de")
    bob = await person(forum, "bob")
    row = await community(forum, ada, eva, bob, purpose=Purpose.QUESTIONS)
    await forum.memberships.set_role(ada, row.community_id, "eva", Role.EXPERT)
    await forum.posts.start_thread(bob, row.community_id, "Printer", "It is on fire")
    from tui_forum.services.reminders import Reminders

    jobs = Reminders(forum.database)
    due = await jobs.next_question()
    assert due is not None
    await jobs.hand_on(due)
    async with session(forum, eva) as (_app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "„Printer“ wartet auf eine Antwort: du bist dort Fachperson")
        await press(pilot, "enter")
        await shows(pilot, "It is on fire")
