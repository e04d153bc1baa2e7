"""What a member sees who is sanctioned, and how a moderator calms a place down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.ui.reading import WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor
from tui_forum.domain.moderation import CaseCategory, DecisionKind, Ruling
from tui_forum.domain.restrictions import RestrictionKind
from tui_forum.domain.views import CommunityRow, PostRef
from tui_forum.services.forum import Forum
from tui_forum.ui.navigation import Place
from tui_forum.ui.screens.browse import BrowseScreen
from tui_forum.ui.screens.compose import ComposeScreen
from tui_forum.ui.suspended import SuspendedApp, app_for

ADVERTS = "Too many [b]adverts[/b]"


class World:
    """``ada`` moderates; ``bob`` has written a post that is bad."""

    def __init__(self, forum: Forum, ada: Actor, bob: Actor, row: CommunityRow, posts: list[PostRef]) -> None:
        self.forum, self.ada, self.bob, self.row, self.posts = forum, ada, bob, row, posts

    async def decide(
        self, kind: DecisionKind, *, everywhere: bool = False, lasting: timedelta = timedelta(days=3)
    ) -> None:
        """A decision about bob."""
        eve = await person(self.forum, f"eve{len(await self.forum.record.page(self.ada))}")
        await self.forum.memberships.join(eve, self.row.community_id)
        await self.forum.reports.report(eve, self.posts[1].post_id, CaseCategory.SPAM, "spam")
        [case] = (await self.forum.cases.queue(self.ada)).rows
        until = datetime.now(UTC) + lasting
        ruling = Ruling.plain(kind, ADVERTS, until=until, everywhere=everywhere)
        await self.forum.decisions.decide(self.ada, case.case_id, ruling)


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    forum = sqlite_forum
    ada, bob = await person(forum, "ada", admin=True), await person(forum, "bob")
    row = await community(forum, ada, bob)
    first = await forum.posts.start_thread(ada, row.community_id, "Roses", "Which ones?")
    bad = await forum.posts.reply(bob, first.thread_id, "Buy cheap roses")
    return World(forum, ada, bob, row, [first, bad])


async def open_thread(pilot: Any) -> None:
    await shows(pilot, "Gardens")
    await press(pilot, "enter")
    await shows(pilot, "Roses")
    await press(pilot, "enter")
    await shows(pilot, "Which ones?")


async def test_a_warning_is_told_at_login_until_one_has_read_it(world: World) -> None:
    await world.decide(DecisionKind.WARN)
    async with session(world.forum, world.bob) as (app, pilot):
        await shows(pilot, "The moderators of Gardens warn you", ADVERTS, "Enter I have read")
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
    async with session(world.forum, world.bob) as (app, pilot):
        await shows(pilot, "warn you")
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
    async with session(world.forum, world.bob) as (app, pilot):
        await shows(pilot, "Gardens")
        assert "warn you" not in screen_text(app)


async def test_who_is_silenced_reads_it_in_the_composer_before_writing(world: World) -> None:
    await world.decide(DecisionKind.SILENCE)
    async with session(world.forum, world.bob) as (app, pilot):
        await shows(pilot, "but not write in Gardens", "It ends by itself")
        await press(pilot, "enter")
        await open_thread(pilot)
        await press(pilot, "r")
        await shows(pilot, "! You can read here, but not write, until", "Too many", "is kept as a draft")
        await press(pilot, '"But why"', "ctrl+s")
        await until(pilot, lambda: "but not write" in screen_text(app).splitlines()[-1])
        assert isinstance(app.screen, ComposeScreen)  # and what was typed is there
        await shows(pilot, "But why")
        # It is lifted meanwhile: the composer knows at once, and it can be sent.
        await world.forum.sanctions.lift(world.ada, 1, "It is good")
        await shows(pilot, "You can send now.")
        await press(pilot, "ctrl+s")
        await shows(pilot, "3/3", "But why")


async def test_a_silence_that_begins_while_one_writes_is_told_and_the_text_stays(world: World) -> None:
    async with session(world.forum, world.bob) as (_app, pilot):
        await open_thread(pilot)
        await press(pilot, "r", '"half a se"')
        await world.decide(DecisionKind.SILENCE)
        await shows(pilot, "! You can read here, but not write, until", "half a se")


async def test_german_says_it_in_german(world: World) -> None:
    german = await world.forum.accounts.update_profile(
        world.bob, display_name="Bob", time_zone="Europe/Berlin", language="de"
    )
    await world.decide(DecisionKind.SILENCE)
    async with session(world.forum, german) as (_app, pilot):
        await shows(pilot, "Es endet von selbst", "Einspruch")
        await press(pilot, "enter")
        await open_thread(pilot)
        await press(pilot, "r")
        await shows(pilot, "! Du kannst hier lesen, aber nicht schreiben, bis")


async def suspended_session(world: World, check: Callable[[SuspendedApp, Any], Awaitable[None]]) -> None:
    app = await app_for(world.forum, world.bob)
    assert isinstance(app, SuspendedApp)
    async with app.run_test(size=(80, 24)) as pilot:
        await check(app, pilot)


async def test_who_is_suspended_sees_the_page_and_no_key_leads_into_the_forum(world: World) -> None:
    await world.decide(DecisionKind.SUSPEND, everywhere=True)

    async def look(app: SuspendedApp, pilot: Any) -> None:
        text = await shows(pilot, "You are suspended from this forum", ADVERTS, "ends by itself")
        assert "@ada" not in text  # who else is here is not told
        for key in ("g h", "g i", "g c", "g m", "slash", "colon", "question_mark", "enter", "@", "c"):
            await press(pilot, *key.split())
            assert "You are suspended from this forum" in screen_text(app)
            assert "Gardens" not in screen_text(app)

    await suspended_session(world, look)
    assert "bob" not in world.forum.presence.handles()


async def test_a_live_session_ends_at_once_with_its_draft_kept_and_begins_again_when_it_is_lifted(
    world: World,
) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await open_thread(pilot)
        await press(pilot, "r", '"half a sentence"')
        await world.decide(DecisionKind.SUSPEND, everywhere=True)
        await until(pilot, lambda: app.successor is not None)
    draft = await world.forum.drafts.get(world.bob, f"thread:{world.posts[0].thread_id}:re:1")
    assert draft is not None
    assert draft.body == "half a sentence"

    async def lift(app: SuspendedApp, pilot: Any) -> None:
        await world.forum.sanctions.lift(world.ada, 1, "Come back")
        await until(pilot, lambda: app.successor is not None)

    await suspended_session(world, lift)
    assert not isinstance(await app_for(world.forum, world.bob), SuspendedApp)


async def test_a_community_that_one_is_suspended_from_says_so(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await open_thread(pilot)
        await world.decide(DecisionKind.SUSPEND)
        await shows(pilot, "You are suspended from this community until")
        assert "Which ones?" not in screen_text(app)
        await press(pilot, "enter")  # the community's page is all there is
        await shows(pilot, "! You are suspended from this community until")


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_a_moderator_slows_a_thread_down_and_ends_it(world: World, size: tuple[int, int]) -> None:
    async with session(world.forum, world.ada, size=size) as (_app, pilot):
        await open_thread(pilot)
        await press(pilot, "s")
        await shows(pilot, "Restrict “Roses”", "slow mode", "read only", "every 5 min", "a week")
        await press(pilot, "enter")
        await shows(pilot, "! Please give a reason.")
        await press(pilot, '"It gets heated"', "enter")
        await shows(pilot, "slow mode (5 minutes) until", "It holds from now on")
        await press(pilot, "s")
        await shows(pilot, "Now (its number ends it):", "1  slow mode (5 minutes)", "It gets heated")
        await press(pilot, "1")
        await shows(pilot, "It is over.")
        await until(pilot, lambda: "slow mode (5" not in screen_text(pilot.app))


async def test_members_see_a_restriction_at_once_and_may_not_set_one(world: World) -> None:
    async with session(world.forum, world.bob) as (_app, pilot):
        await open_thread(pilot)
        await press(pilot, "s")
        await shows(pilot, "Only moderators may do that.")
        await world.forum.restrictions.restrict(
            world.ada, world.row.community_id, RestrictionKind.READ_ONLY, "Night", thread_id=None
        )
        await shows(pilot, "read only")
        await press(pilot, "r")
        await shows(pilot, "This community can only be read until further notice: Night")


async def test_a_moderator_lifts_what_is_laid_on_somebody(world: World) -> None:
    await world.decide(DecisionKind.SILENCE)
    await world.forum.reports.report(
        await person(world.forum, "zoe"), world.posts[1].post_id, CaseCategory.SPAM, "again"
    )
    async with session(world.forum, world.ada, size=WIDE) as (_app, pilot):
        await press(pilot, "g", "m")
        await shows(pilot, "silencing")
        await press(pilot, "U")
        await shows(pilot, "Lift which sanction of @bob?", "silencing · gardens")
        await press(pilot, "1")
        await shows(pilot, "Why? They read it.")
        await press(pilot, '"It is good"', "enter")
        await shows(pilot, "Lifted; @bob is told.")
        await press(pilot, "U")
        await shows(pilot, "Nothing is laid on @bob now.")


async def test_each_restriction_has_a_line_with_its_end_at_80_columns(world: World) -> None:
    """Bug: of the second one only the name was to be read, of both in the heading nothing."""
    until = datetime.now(UTC) + timedelta(hours=3)
    for kind in (RestrictionKind.SLOW, RestrictionKind.APPROVAL):
        await world.forum.restrictions.restrict(
            world.ada, world.row.community_id, kind, "a long reason " * 8, until=until, seconds=300
        )
    async with session(world.forum, world.bob) as (app, pilot):
        await open_thread(pilot)
        await shows(pilot, "! slow mode (5 minutes) until", "! moderators look first until", "Which ones?")
        assert [line[:3] for line in screen_text(app).splitlines()[1:4]] == [" ! ", " ! ", "▌#1"]
        await press(pilot, "r", '"May I?"', "ctrl+s")
        await shows(pilot, "You can write in this community again at")


async def test_what_is_laid_on_somebody_is_lifted_from_what_is_noted_about_them(world: World) -> None:
    await world.decide(DecisionKind.SILENCE)
    async with session(world.forum, world.ada) as (app, pilot):
        await shows(pilot, "Gardens")
        app.go(Place.NOTES, "bob", on_top=True)
        await shows(pilot, "Laid on @bob now", "silencing · gardens · until", ADVERTS)
        await press(pilot, "U", "1", '"It is good"', "enter")
        await shows(pilot, "Lifted; @bob is told.")
        await until(pilot, lambda: "Laid on @bob now" not in screen_text(app))


async def test_a_silence_and_a_lock_end_by_themselves_while_one_looks(world: World) -> None:
    soon = timedelta(seconds=1)
    world.forum.clockwork.start()
    async with session(world.forum, world.bob) as (app, pilot):
        await open_thread(pilot)
        await press(pilot, "r", '"half a sentence"')
        await world.decide(DecisionKind.SILENCE, lasting=soon)
        await shows(pilot, "! You can read here, but not write, until")
        await shows(pilot, "You can send now.")
        await press(pilot, "escape")
        await world.forum.restrictions.restrict(
            world.ada,
            world.row.community_id,
            RestrictionKind.LOCK,
            "Night",
            thread_id=world.posts[0].thread_id,
            until=datetime.now(UTC) + soon,
        )
        await shows(pilot, "! locked until")
        await until(pilot, lambda: "! locked until" not in screen_text(app))
        await press(pilot, "r")
        await shows(pilot, "half a sentence")


async def test_a_suspension_that_was_imposed_while_the_session_began_is_not_missed(world: World) -> None:
    await world.decide(DecisionKind.SUSPEND, everywhere=True)
    async with session(world.forum, world.bob) as (app, pilot):  # made as if nothing were laid on bob
        await until(pilot, lambda: app.successor is not None)


async def test_the_choices_of_a_restriction_fit_in_german(world: World) -> None:
    """Bug: a lock was called "schloss", a verb of the record, and the last choice went into a second line."""
    german = await world.forum.accounts.update_profile(
        world.ada, display_name="Ada", time_zone="Europe/Berlin", language="de"
    )
    async with session(world.forum, german) as (_app, pilot):
        await open_thread(pilot)
        await press(pilot, "s")
        await shows(pilot, "„Roses“ einschränken", "( ) geschlossen   ( ) nur lesen", "( ) ohne Ende")
