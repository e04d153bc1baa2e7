"""The queue, as two moderators work it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.reading import NARROW, WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor, PostState
from tui_forum.domain.errors import StorageBusyError
from tui_forum.domain.moderation import CaseCategory, DecisionKind, Ruling
from tui_forum.domain.views import PostRef
from tui_forum.i18n import N_
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.screens.inbox import InboxScreen
from tui_forum.ui.screens.moderation import ModerationScreen


class World:
    """``ada`` and ``max`` moderate; ``bob`` and ``carl`` wrote posts that ``eve`` reported, in this order."""

    def __init__(self, forum: Forum, ada: Actor, other: Actor, bob: Actor, posts: list[PostRef]) -> None:
        self.forum, self.ada, self.other, self.bob, self.posts = forum, ada, other, bob, posts

    async def states(self) -> list[PostState]:
        page = await self.forum.threads.posts(self.ada, self.posts[0].thread_id, around=1)
        by_id = {post.post_id: post.state for post in page.posts}
        return [by_id[ref.post_id] for ref in self.posts]


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    forum = sqlite_forum
    ada, other = await person(forum, "ada", admin=True), await person(forum, "max", admin=True)
    bob, eve = await person(forum, "bob"), await person(forum, "eve")
    carl = await person(forum, "carl")
    row = await community(forum, ada, bob, carl, eve)
    first = await forum.posts.start_thread(ada, row.community_id, "Roses", "Which ones?")
    spam = await forum.posts.reply(bob, first.thread_id, "Buy *cheap* roses [/] [@click=app.exit]now[/]")
    rude = await forum.posts.reply(carl, first.thread_id, "Only fools grow these.")
    await forum.reports.report(eve, spam.post_id, CaseCategory.SPAM, "It is\nadvertising")
    await forum.reports.report(eve, rude.post_id, CaseCategory.SPAM, "rude")
    return World(forum, ada, other, bob, [spam, rude])


async def open_queue(app: ForumApp, pilot: Any) -> ModerationScreen:
    await press(pilot, "g", "m")
    await until(pilot, lambda: isinstance(app.screen, ModerationScreen) and bool(app.screen.queue.items))
    screen = app.screen
    assert isinstance(screen, ModerationScreen)
    return screen


async def test_wide_shows_queue_and_case_side_by_side(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        text = await shows(pilot, "@bob: Buy cheap roses", "@eve", "advertising", "Which ones?", "reported")
        assert text.index("Buy cheap") < text.index("Only fools")
        assert "[@click=app.exit]now[/]" in text
        assert "a approve" in text
        assert "x remove" in text
        await press(pilot, "j")
        await shows(pilot, "rude")


async def test_narrow_shows_one_at_a_time(world: World) -> None:
    async with session(world.forum, world.ada, size=NARROW) as (app, pilot):
        await open_queue(app, pilot)
        assert "advertising" not in screen_text(app)
        await press(pilot, "enter")
        await shows(pilot, "advertising", "Which ones?")
        await press(pilot, "q")
        await shows(pilot, "@carl: Only fools")
        await press(pilot, "q")
        await until(pilot, lambda: not isinstance(app.screen, ModerationScreen))


async def test_removing_asks_for_a_reason_and_selects_the_next_case(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "x")
        await shows(pilot, "Remove the post. Why?", "1  Spam or advertising")
        await press(pilot, "1")
        assert await world.states() == [PostState.VISIBLE] * 2  # a digit alone decides nothing
        await press(pilot, "enter")
        await shows(pilot, "Removed.", "1 case")
        await until(pilot, lambda: "@bob: Buy cheap" not in screen_text(app))
        assert await world.states() == [PostState.REMOVED, PostState.VISIBLE]
        await press(pilot, "a")
        await shows(pilot, "Approve: the post stays. Why?")
        await press(pilot, '"well"', "enter")
        await shows(pilot, "Nothing waits for a decision. Thank you!")
        assert await world.states() == [PostState.REMOVED, PostState.VISIBLE]
        await press(pilot, "a")
        await shows(pilot, "There is no case to decide.")


async def test_thinking_better_of_it_decides_nothing(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        screen = await open_queue(app, pilot)
        await press(pilot, "x", '"no"', "escape")
        await until(pilot, lambda: app.screen is screen)
        await press(pilot, "x", "enter")  # an empty reason sends nothing
        await shows(pilot, "Remove the post. Why?")
    assert await world.states() == [PostState.VISIBLE] * 2


async def test_a_decision_made_meanwhile_is_told(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        screen = await open_queue(app, pilot)
        case = screen.queue.current
        assert case is not None
        await press(pilot, "x", "1")
        await world.forum.decisions.decide(
            world.other, case.case_id, Ruling.plain(DecisionKind.APPROVE, "fine")
        )
        await press(pilot, "enter")
        await shows(pilot, "decided this case meanwhile")
        await until(pilot, lambda: screen.queue.current != case)
    assert await world.states() == [PostState.VISIBLE] * 2


async def test_the_queue_follows_what_others_decide_and_report(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        screen = await open_queue(app, pilot)
        case = screen.queue.current
        assert case is not None
        await world.forum.decisions.decide(
            world.other, case.case_id, Ruling.plain(DecisionKind.REMOVE, "spam")
        )
        await until(pilot, lambda: "@bob: Buy cheap" not in screen_text(app))
        await shows(pilot, "Somebody has decided this case meanwhile.", "Only fools")
        another = await world.forum.posts.reply(world.bob, world.posts[0].thread_id, "And another")
        await world.forum.reports.report(world.other, another.post_id, CaseCategory.SPAM, "again")
        await shows(pilot, "@bob: And another")


async def test_a_busy_database_ends_no_session(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_args: object) -> None:
        raise StorageBusyError(N_("The database is busy; nothing was written."))

    monkeypatch.setattr(world.forum.decisions, "decide", busy)
    async with session(world.forum, world.ada) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "x", "1", "enter")
        await shows(pilot, "! The database is busy", "Buy cheap")


async def test_the_log_lists_decisions_latest_first(world: World) -> None:
    cases = await world.forum.cases.queue(world.ada)
    for row, kind in zip(cases.rows, (DecisionKind.REMOVE, DecisionKind.APPROVE), strict=True):
        await world.forum.decisions.decide(world.other, row.case_id, Ruling.plain(kind, f"because {kind}"))
    async with session(world.forum, world.ada) as (_app, pilot):
        await press(pilot, "g", "m")
        await shows(pilot, "Nothing waits for a decision")
        await press(pilot, "L")
        text = await shows(pilot, "@max removed #2 @bob", "@max approved #3 @carl", "because remove")
        assert text.index("approved") < text.index("removed")
        await press(pilot, "q")
        await shows(pilot, "Nothing waits for a decision")


async def test_the_author_finds_the_reason_in_the_inbox(world: World) -> None:
    cases = await world.forum.cases.queue(world.ada)
    await world.forum.decisions.decide(
        world.ada, cases.rows[0].case_id, Ruling.plain(DecisionKind.REMOVE, "This is spam")
    )
    async with session(world.forum, world.bob) as (app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "Your post in “Roses” was removed", "This is spam")
        await until(pilot, lambda: isinstance(app.screen, InboxScreen))
        await press(pilot, "enter")
        await until(pilot, lambda: not isinstance(app.screen, InboxScreen))
    assert await world.forum.notices.unseen(world.bob) == 0


async def test_a_case_is_read_by_pages_at_40_by_10(world: World) -> None:
    long = await world.forum.posts.reply(
        world.ada, world.posts[0].thread_id, "\n\n".join(f"line {n}" for n in range(40))
    )
    await world.forum.reports.report(world.other, long.post_id, CaseCategory.SPAM, "long")
    async with session(world.forum, world.ada, size=(40, 10)) as (app, pilot):
        screen = await open_queue(app, pilot)
        await press(pilot, "G", "enter")
        await shows(pilot, "long")
        for _page in range(20):
            await press(pilot, "pagedown")
        await shows(pilot, "line 39")
        assert screen.level == "case"
