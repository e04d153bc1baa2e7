"""A member appeals, somebody else answers: keys pressed, screens read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.ui.reading import WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor
from tui_forum.domain.moderation import CaseCategory, DecisionKind, Ruling
from tui_forum.services.forum import Forum
from tui_forum.ui.screens.browse import BrowseScreen
from tui_forum.ui.suspended import SuspendedApp, app_for


class World:
    """``max`` has decided about ``bob``; ``ada`` moderates, too."""

    def __init__(self, forum: Forum, ada: Actor, other: Actor, bob: Actor) -> None:
        self.forum, self.ada, self.other, self.bob = forum, ada, other, bob

    async def decide(self, kind: DecisionKind, *, everywhere: bool = False) -> None:
        """Max decides about the one case there is."""
        [case] = (await self.forum.cases.queue(self.other)).rows
        until = datetime.now(UTC) + timedelta(days=3)
        ruling = Ruling.plain(kind, "No adverts [x]", until=until, everywhere=everywhere)
        await self.forum.decisions.decide(self.other, case.case_id, ruling)


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    forum = sqlite_forum
    ada, other = await person(forum, "ada", admin=True), await person(forum, "max", admin=True)
    bob = await person(forum, "bob")
    row = await community(forum, ada, bob)
    first = await forum.posts.start_thread(ada, row.community_id, "Roses", "Which ones?")
    bad = await forum.posts.reply(bob, first.thread_id, "Buy cheap roses")
    await forum.reports.report(await person(forum, "eve"), bad.post_id, CaseCategory.SPAM, "spam")
    return World(forum, ada, other, bob)


async def test_from_the_inbox_to_the_appeal_and_back(world: World) -> None:
    await world.decide(DecisionKind.REMOVE)
    async with session(world.forum, world.bob) as (_app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "Your post in “Roses” was removed by a moderator")
        await press(pilot, "enter")
        await shows(pilot, "The moderators say why:", "No adverts [x]", "Press a and say why")
        await press(pilot, "a", '"A joke"', "escape")
        await shows(pilot, "Kept as a draft")
        await press(pilot, "a")
        await shows(pilot, "A joke")
        await press(pilot, "ctrl+s")
        await shows(pilot, "You have appealed. Somebody else looks at it", "A joke")
        await press(pilot, "a")
        await shows(pilot, "! You have appealed against this decision already")
        # Whoever answers is told apart from whoever decided.
        [case] = (await world.forum.cases.queue(world.ada)).rows
        await world.forum.appeals.answer(world.ada, case.case_id, "It was one", overturn=True)
        await shows(pilot, "Your appeal was granted", "It was one")
        await press(pilot, "t")
        await shows(pilot, "Buy cheap roses")


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_another_moderator_answers_with_a_or_x(world: World, size: tuple[int, int]) -> None:
    await world.decide(DecisionKind.REMOVE)
    await world.forum.appeals.appeal(world.bob, 1, "It was a joke")
    async with session(world.forum, world.other, size=size) as (_app, pilot):
        await press(pilot, "g", "m")
        await shows(pilot, "appeal", "your decision", "It was a joke")
        await press(pilot, "x")
        await shows(pilot, "somebody else answers the appeal")
    async with session(world.forum, world.ada, size=size) as (_app, pilot):
        await press(pilot, "g", "m")
        await shows(pilot, "appeal", "It was a joke")
        await press(pilot, "enter")
        assert "grant" in screen_text(pilot.app)
        assert "suspend" not in screen_text(pilot.app)
        await shows(pilot, "Appeal of @bob", "What was decided", "removal · @max", "No adverts [x]")
        await press(pilot, "w")
        await shows(pilot, "An appeal is answered: a grants it, x turns it down.")
        await press(pilot, "x")
        await shows(pilot, "Turn the appeal down: what was decided stands. Why?", "1  Looked at")
        await press(pilot, "1", "enter")
        await shows(pilot, "Turned down; both are told.", "Nothing waits for a decision")
        await press(pilot, "z")
        await shows(pilot, "What is answered to an appeal cannot be taken back.")


async def test_who_is_suspended_appeals_from_the_page_and_comes_back(world: World) -> None:
    german = await world.forum.accounts.update_profile(
        world.bob, display_name="Bob", time_zone="Europe/Berlin", language="de"
    )
    await world.decide(DecisionKind.SUSPEND, everywhere=True)
    app = await app_for(world.forum, german)
    assert isinstance(app, SuspendedApp)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Du bist in diesem Forum gesperrt", "Drücke a und sag, warum", "No adverts [x]")
        await press(pilot, "a", '"Bitte"', "ctrl+s")
        await shows(pilot, "Du hast Einspruch erhoben.", "Bitte")
        [case] = (await world.forum.cases.queue(world.ada)).rows
        await world.forum.appeals.answer(world.ada, case.case_id, "gut", overturn=True)
        await until(pilot, lambda: app.successor is not None)
    assert not isinstance(await app_for(world.forum, german), SuspendedApp)


async def test_the_notice_at_login_leads_to_the_appeal(world: World) -> None:
    await world.decide(DecisionKind.WARN)
    async with session(world.forum, world.bob) as (app, pilot):
        await shows(pilot, "The moderators of Gardens warn you")
        await press(pilot, "a")
        await shows(pilot, "A decision of the moderators", "Press a and say why")
        await press(pilot, "q")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
        assert "warn you" not in screen_text(app)
