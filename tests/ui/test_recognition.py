"""Reacting, praising and welcoming in the reader, as members do it and as others see it."""

from __future__ import annotations

import pytest

from tests.ui.reading import NARROW, WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor
from tui_forum.domain.people import PRAISE_MAX_CHARS, ReactionKind
from tui_forum.domain.views import CommunityRow, PostRef
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.modals.pick import PickModal
from tui_forum.ui.traits import TerminalTraits


class World:
    """``ada`` hosts gardens and wrote; ``bob`` and ``eva`` (German) are members, ``otto`` is not."""

    def __init__(self, forum: Forum, row: CommunityRow, post: PostRef, people: dict[str, Actor]) -> None:
        self.forum, self.row, self.post = forum, row, post
        self.ada, self.bob, self.eva, self.otto = people.values()


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    forum = sqlite_forum
    people = {
        "ada": await person(forum, "ada", admin=True),
        "bob": await person(forum, "bob"),
        "eva": await person(forum, "eva", language="de"),
        "otto": await person(forum, "otto"),
    }
    row = await community(forum, people["ada"], people["bob"], people["eva"])
    post = await forum.posts.start_thread(people["ada"], row.community_id, "Roses", "Prune them in March.")
    return World(forum, row, post, people)


async def reading(app: ForumApp, world: World, number: int | None = None) -> None:
    await app.browse.open_thread(world.post.thread_id, number)


async def test_a_digit_reacts_and_again_takes_it_back(world: World) -> None:
    await world.forum.recognition.react(world.eva, world.post.post_id, ReactionKind.THANKS)
    async with session(world.forum, world.bob, size=NARROW) as (app, pilot):
        await reading(app, world)
        await shows(pilot, "🙏 1", "+ react")
        await press(pilot, "plus")
        text = await shows(pilot, "Your reaction to #1 by @ada", "1  🙏 thanks", "5  🎉 celebrate", "@eva")
        assert "✓" not in text
        await press(pilot, "1")
        await shows(pilot, "[🙏 2]")
        await press(pilot, "plus")
        await shows(pilot, "✓", "@eva @bob")
        await press(pilot, "1")
        await until(pilot, lambda: "[🙏" not in screen_text(app))
        await shows(pilot, "🙏 1")
        await press(pilot, "plus", "j", "enter")  # the arrows and Enter do as well
        await shows(pilot, "🙏 1  [👍 1]")
        await press(pilot, "plus", "escape", "plus", "8")
        await until(pilot, lambda: isinstance(app.screen, PickModal))


async def test_the_others_see_it_at_once(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await reading(app, world)
        await world.forum.recognition.react(world.bob, world.post.post_id, ReactionKind.CELEBRATE)
        await shows(pilot, "🎉 1")
        await world.forum.recognition.praise(world.bob, world.post.post_id, "so clear")
        await shows(pilot, "💐 @bob: so clear", "1 notice")
        await press(pilot, "plus")
        await shows(pilot, "How others reacted to your post #1", "@bob")
        await press(pilot, "2")
        await shows(pilot, "Reactions are for what others write.")


async def test_praise_is_given_with_a_reason_and_taken_back(world: World) -> None:
    async with session(world.forum, world.eva, size=NARROW) as (app, pilot):
        await reading(app, world)
        await press(pilot, "P")
        await shows(pilot, "Ada öffentlich für Beitrag #1 danken. Wofür?")
        await press(pilot, "enter")
        await shows(pilot, "Ein Lob sagt, wofür")
        await press(pilot, '"Schnitt erklärt"', "enter")
        await shows(pilot, "[💐] @eva: Schnitt erklärt", "Ada erfährt es")
        await press(pilot, "P")
        await shows(pilot, "Du hast das gelobt: „Schnitt erklärt“. Zurücknehmen?")
        await press(pilot, "n", "P", "j")
        await until(pilot, lambda: "💐" not in screen_text(app))


async def test_long_praise_stays_in_the_line_and_is_told_why(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await reading(app, world)
        await press(pilot, "P")
        await shows(pilot, "What for?")
        app.screen.query_one("Input").value = "x" * (PRAISE_MAX_CHARS + 1)  # type: ignore[attr-defined]
        await press(pilot, "enter")
        await shows(pilot, "Praise has at most 300 characters; this has 301.")
        await press(pilot, "backspace", "enter")
        await shows(pilot, "[💐] @bob: xxx")


async def test_own_posts_tombstones_and_outsiders_get_a_sentence(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await reading(app, world)
        for key, sentence in (
            ("plus", "Reactions are for what others write."),
            ("P", "Praise is for others."),
            ("w", "You are here already."),
        ):
            await press(pilot, key)
            await shows(pilot, sentence)
        await world.forum.posts.delete(world.ada, world.post.post_id)
        await shows(pilot, "Deleted by its author")
        for key in ("plus", "P", "w"):
            await press(pilot, "j", key)
            await shows(pilot, "This post is gone.")


async def test_who_is_no_member_may_look_but_not_react(world: World) -> None:
    async with session(world.forum, world.otto) as (app, pilot):
        await reading(app, world)
        for key in ("plus", "P", "w"):
            await press(pilot, "j", key)
            await shows(pilot, "Only members do that here: go back and press J to join.")
        await world.forum.recognition.react(world.bob, world.post.post_id, ReactionKind.FUNNY)
        await shows(pilot, "😄 1")
        await press(pilot, "plus")
        await shows(pilot, "@bob")
        await press(pilot, "4")
        await shows(pilot, "Only members do that here")


async def test_a_newcomer_is_welcomed_with_a_reply(world: World) -> None:
    hello = await world.forum.posts.start_thread(world.bob, world.row.community_id, "Hello", "I am Bob.")
    async with session(world.forum, world.ada, size=NARROW) as (app, pilot):
        await app.browse.open_thread(hello.thread_id)
        await shows(pilot, "@bob", "👋 new here")
        await press(pilot, "w")
        await shows(pilot, "Welcome to Gardens, Bob!")
        await press(pilot, "ctrl+s")
        await shows(pilot, "#2 Ada @ada")
        await until(pilot, lambda: "new here" not in screen_text(app))
        await press(pilot, "k", "w")
        await shows(pilot, "@bob was welcomed by @ada already.")


async def test_the_greeting_is_in_ones_own_language(world: World) -> None:
    hello = await world.forum.posts.start_thread(world.bob, world.row.community_id, "Hello", "I am Bob.")
    async with session(world.forum, world.eva, size=NARROW) as (app, pilot):
        await app.browse.open_thread(hello.thread_id)
        await shows(pilot, "👋 neu hier")
        await press(pilot, "w")
        await shows(pilot, "Willkommen in Gardens, Bob!")


async def test_without_colour_ones_own_reaction_still_differs(world: World) -> None:
    await world.forum.recognition.react(world.eva, world.post.post_id, ReactionKind.THANKS)
    await world.forum.recognition.react(world.bob, world.post.post_id, ReactionKind.AGREE)
    async with session(world.forum, world.bob, traits=TerminalTraits("none")) as (app, pilot):
        await reading(app, world)
        await shows(pilot, "🙏 1  [👍 1]")
