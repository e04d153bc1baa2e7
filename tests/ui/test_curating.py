"""Curating as a moderator does it, and what others see of it while they read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.forums import another
from tests.ui.reading import NARROW, WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor, Role, Visibility
from tui_forum.domain.errors import NotFoundError
from tui_forum.domain.views import PostRef
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp


@dataclass
class World:
    """Two communities that ``ada`` runs; ``bob`` reads in both. A thread of four posts, and one of one."""

    forum: Forum
    ada: Actor
    bob: Actor
    gardens: int
    kitchens: int
    roses: PostRef
    soup: PostRef


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    forum = sqlite_forum
    ada = await person(forum, "ada", admin=True)
    bob = await person(forum, "bob", language="de")
    gardens = await community(forum, ada, bob)
    kitchens = await community(forum, ada, bob, slug="kitchens")
    roses = await forum.posts.start_thread(
        ada, gardens.community_id, "Roses in winter", "How do you cover them?"
    )
    await forum.posts.reply(bob, roses.thread_id, "What about soup?", reply_to=1)
    await forum.posts.reply(ada, roses.thread_id, "With fir twigs.", reply_to=1)
    await forum.posts.reply(ada, roses.thread_id, "Soup needs salt.", reply_to=2)
    soup = await forum.posts.start_thread(bob, gardens.community_id, "Soup of the day", "Leek")
    return World(forum, ada, bob, gardens.community_id, kitchens.community_id, roses, soup)


async def at(app: ForumApp, pilot: Any, thread: PostRef, number: int = 1) -> None:
    """In the reader, at a post."""
    await app.browse.open_thread(thread.thread_id, number)
    await until(pilot, lambda: app.browse.level == "posts" and bool(app.browse.reader.posts))
    await pilot.pause()


async def test_pinning_and_closing_from_the_list_and_from_the_reader(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await app.browse.open_community(world.gardens)
        await shows(pilot, "Soup of the day", "Roses in winter")
        await press(pilot, "u")
        await shows(pilot, "📌 ○ Soup of the day", "Pinned")
        await press(pilot, "enter", "L")
        await shows(pilot, "📌 🔒 Soup of the day", "Closed: nobody but moderators")
        await press(pilot, "L")
        await shows(pilot, "Open again")
        await press(pilot, "u")
        await shows(pilot, "No longer pinned")
    notices = [notice.kind for notice in await world.forum.notices.page(world.bob)]
    assert notices[:4] == ["thread_unpinned", "thread_unlocked", "thread_locked", "thread_pinned"]


async def test_who_does_not_moderate_is_told_so(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await at(app, pilot, world.roses)
        for key in ("u", "L", "M", "asterisk"):
            await press(pilot, key)
            await shows(pilot, "! Das darf nur die Moderation.")
            await press(pilot, "k")


async def test_moving_a_thread_leaves_a_line_that_leads_on(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await app.browse.open_community(world.gardens)
        await shows(pilot, "Soup of the day")
        await press(pilot, "M")
        await shows(pilot, "1  move the thread to another community", "2  merge it into another thread")
        await press(pilot, "1")
        await shows(pilot, "Move “Soup of the day” to:", "Kitchens")
        assert "Gardens\n" not in screen_text(app)
        await press(pilot, '"kit"', "enter")
        await shows(pilot, "Move “Soup of the day” to Kitchens?")
        await press(pilot, "y")
        await shows(pilot, "⤷ Soup of the day → moved to Kitchens", "It is in Kitchens now.")
        await until(pilot, lambda: len(app.browse.threads.items) == 2)
        await press(pilot, "enter")
        await shows(pilot, "Soup of the day (Kitchens)", "Leek")


async def test_merging_asks_then_shows_where_the_posts_are(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await at(app, pilot, world.soup)
        await press(pilot, "M", "2")
        await shows(pilot, "Merge “Soup of the day” into:", "Roses in winter")
        await press(pilot, "enter")
        await shows(pilot, "Put the 1 post of “Soup of the day” into “Roses in winter”")
        await press(pilot, "y")
        await shows(pilot, "Roses in winter (Gardens)", "⤷ 1 post of “Soup of the day” was merged in", "Leek")
        await press(pilot, "q")
        await shows(pilot, "⤷ Soup of the day → now in “Roses in winter”")


async def test_splitting_a_post_with_its_replies_and_following_both_lines(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await at(app, pilot, world.roses, 2)
        await press(pilot, "M", "3")
        await shows(pilot, "The title of the new thread:", "What about soup?")
        await press(pilot, "ctrl+u", "enter")
        await shows(pilot, "! A thread needs a title.")
        await press(pilot, '"All about soup"', "enter")
        await shows(
            pilot, "All about soup (Gardens)", "⤷ Split off from “Roses in winter”", "Soup needs salt"
        )
        await press(pilot, "enter")
        await shows(pilot, "Roses in winter (Gardens)", "⤷ 2 posts went to “All about soup” · Enter follows")
        assert app.browse.reader.current is not None
        assert app.browse.reader.current.number == 1
        await press(pilot, "enter")
        await shows(pilot, "Nothing leads elsewhere from this post.")
        await press(pilot, "j", "enter")
        await shows(pilot, "All about soup (Gardens)")


async def test_marked_posts_are_split_together(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await at(app, pilot, world.roses, 3)
        await press(pilot, "asterisk")
        await shows(pilot, "✂ #3", "1 post is marked: M splits.")
        await press(pilot, "j", "asterisk", "M")
        await shows(pilot, "3  split off 2 marked posts and their replies")
        await press(pilot, "3", "enter")
        await shows(pilot, "With fir twigs. (Gardens)", "#1", "#2")
    assert [
        post.body for post in (await world.forum.threads.posts(world.ada, world.roses.thread_id)).posts
    ] == [
        "How do you cover them?",
        "What about soup?",
    ]


async def test_the_rest_of_a_thread_is_split_and_the_first_post_stays(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await at(app, pilot, world.roses, 1)
        await press(pilot, "asterisk", "M", "3", "enter")
        await shows(pilot, "! The first post cannot be split off: move the whole thread instead.")
        await press(pilot, "asterisk", "j", "j", "M", "4", "enter")
        await shows(pilot, "With fir twigs. (Gardens)")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
async def test_who_reads_stays_with_the_post_wherever_it_goes(world: World, size: tuple[int, int]) -> None:
    async with session(world.forum, world.bob, size=size) as (app, pilot):
        await at(app, pilot, world.roses, 4)
        await world.forum.curation.split(world.ada, world.roses.thread_id, "Soup apart", numbers=[2])
        await shows(pilot, "Soup apart (Gardens)", "Soup needs salt", "jetzt in „Soup apart“")
        assert app.browse.reader.current is not None
        assert app.browse.reader.current.number == 2
        await world.forum.curation.merge(world.ada, app.browse.reader.current.thread_id, world.soup.thread_id)
        await shows(pilot, "Soup of the day (Gardens)", "Soup needs salt")
        assert app.browse.reader.current.body == "Soup needs salt."
        await world.forum.curation.move(world.ada, world.soup.thread_id, world.kitchens)
        await shows(pilot, "Soup of the day (Kitchens)", "Soup needs salt")


async def test_who_may_not_read_where_it_went_is_told_and_sees_nothing(world: World) -> None:
    vault = await another(world.forum, world.ada, "vault", Visibility.INVITE)
    async with session(world.forum, world.bob) as (app, pilot):
        await at(app, pilot, world.roses, 2)
        await world.forum.curation.move(world.ada, world.roses.thread_id, vault.community_id)
        text = await shows(pilot, "dorthin gekommen, wo du nicht lesen kannst", "Soup of the day")
        assert "Roses" not in text
        assert "Vault" not in text
    with pytest.raises(NotFoundError):
        await world.forum.threads.view(world.bob, world.roses.thread_id)


async def test_a_draft_begun_before_a_merge_is_sent_where_its_post_went(world: World) -> None:
    await world.forum.drafts.save(
        world.bob, f"thread:{world.soup.thread_id}:re:1", title="", body="Mit Lauch?"
    )
    await world.forum.curation.merge(world.ada, world.soup.thread_id, world.roses.thread_id)
    async with session(world.forum, world.bob) as (_app, pilot):
        await press(pilot, "g", "d")
        await shows(pilot, "Mit Lauch?")
        await press(pilot, "enter")
        await shows(pilot, "Roses in winter", "↪ #5 @bob Leek", "Mit Lauch?")
        await press(pilot, "ctrl+s")
        await shows(pilot, "Roses in winter (Gardens)", "Mit Lauch?")
    assert await world.forum.drafts.all(world.bob) == ()


async def test_the_first_post_was_offered_for_splitting_and_then_refused(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await at(app, pilot, world.roses)
        await press(pilot, "M")
        text = await shows(pilot, "1  move the thread", "2  merge it")
        assert "split" not in text
        await press(pilot, "escape", "j", "M")
        await shows(pilot, "3  split off this post and its replies", "4  split off all posts")


async def test_who_moderates_one_community_searched_in_vain_for_where_to_move(world: World) -> None:
    await world.forum.memberships.set_role(world.ada, world.gardens, "bob", Role.MODERATOR)
    async with session(world.forum, await world.forum.accounts.actor(world.bob.account_id)) as (app, pilot):
        await at(app, pilot, world.roses)
        await press(pilot, "M", "1")
        await shows(pilot, "Du moderierst keine andere Community, in die er kommen könnte.")
