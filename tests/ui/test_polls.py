"""Polls as people see them: bars, the ballot, changing one's mind, others who watch, the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.ui.reading import NARROW, WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor
from tui_forum.domain.polls import PollPlan
from tui_forum.domain.views import PostRef
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.navigation import ComposeTarget, StartWriting
from tui_forum.ui.screens.compose import ComposeScreen
from tui_forum.ui.traits import TerminalTraits

DAYS = ("Tuesday", "Wednesday", "Friday")


@dataclass
class World:
    """A community of ``ada``, ``bob`` and ``cem``; who wants a poll starts one."""

    forum: Forum
    ada: Actor
    bob: Actor
    cem: Actor
    community_id: int

    async def poll(self, *options: str, body: str = "Bring cake.", **rules: Any) -> PostRef:
        plan = PollPlan(options or DAYS, **rules)
        return await self.forum.posts.start_thread(
            self.ada, self.community_id, "When do we meet?", body, poll=plan
        )


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    forum = sqlite_forum
    ada, bob = await person(forum, "ada", admin=True), await person(forum, "bob")
    cem = await person(forum, "cem", language="de")
    row = await community(forum, ada, bob, cem)
    return World(forum, ada, bob, cem, row.community_id)


async def at(app: ForumApp, pilot: Any, ref: PostRef) -> None:
    """In the reader, at the poll."""
    await app.browse.open_thread(ref.thread_id, 1)
    await until(pilot, lambda: app.browse.level == "posts" and bool(app.browse.reader.posts))
    await pilot.pause()


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
async def test_a_poll_stands_above_the_text_and_v_votes(world: World, size: tuple[int, int]) -> None:
    ref = await world.poll(closes_at=datetime.now(UTC) + timedelta(days=2, minutes=5))
    await world.forum.polls.vote(world.ada, ref.thread_id, [1])
    async with session(world.forum, world.bob, size=size) as (app, pilot):
        await at(app, pilot, ref)
        text = await shows(pilot, "( ) Tuesday", "100 %  1", "@ada", "1 person has voted", "closes in 2 days")
        assert text.index("Tuesday") < text.index("Bring cake.")
        await press(pilot, "V")
        await shows(pilot, "When do we meet?", "You may choose one answer.", "2  ( ) Wednesday")
        await press(pilot, "2", "3")
        await shows(pilot, "2  ( ) Wednesday", "3  (•) Friday")
        await press(pilot, "enter")
        await shows(pilot, "Your vote counts.", "(•) Friday", "50 %  1", "@bob", "2 people have voted")
        await press(pilot, "V", "enter")
        await shows(pilot, "Your vote stays as it was; it counts once.", "2 people have voted")
        await press(pilot, "V", "1", "enter")
        await shows(pilot, "Your vote was changed; it counts once.", "(•) Tuesday", "100 %  2", "@ada @bob")
        await press(pilot, "V", "1", "enter")
        await shows(pilot, "Your vote is taken back.", "( ) Tuesday", "1 person has voted")


async def test_several_answers_are_toggled_and_escape_leaves_all_as_it_was(world: World) -> None:
    ref = await world.poll(multiple=True)
    async with session(world.forum, world.cem) as (app, pilot):
        await at(app, pilot, ref)
        await shows(pilot, "[ ] Tuesday", "mehrere Antworten", "V stimmt ab")
        await press(pilot, "V", "1", "3", "3", "2", "escape")
        await shows(pilot, "0 haben abgestimmt")
        await press(pilot, "V", "1", "j", "j", "space", "enter")
        await shows(
            pilot, "Deine Stimme zählt.", "[x] Tuesday", "[ ] Wednesday", "[x] Friday", "1 hat abgestimmt"
        )


async def test_others_see_votes_as_they_come_and_keep_their_place(world: World) -> None:
    ref = await world.poll()
    await world.forum.posts.reply(world.bob, ref.thread_id, "Fine with me.")
    async with session(world.forum, world.cem) as (app, pilot):
        await app.browse.open_thread(ref.thread_id, 2)
        await shows(pilot, "0 haben abgestimmt", "Fine with me.")
        await world.forum.polls.vote(world.bob, ref.thread_id, [2])
        await shows(pilot, "100 %  1", "@bob", "1 hat abgestimmt")
        assert app.browse.reader.current is not None
        assert app.browse.reader.current.number == 2


async def test_an_anonymous_poll_shows_nobody(world: World) -> None:
    ref = await world.poll(anonymous=True)
    await world.forum.polls.vote(world.bob, ref.thread_id, [2])
    async with session(world.forum, world.ada) as (app, pilot):
        await at(app, pilot, ref)
        text = await shows(pilot, "100 %  1", "anonymous")
        assert "@bob" not in text.split("\n", 1)[1]


async def test_after_the_end_v_says_so_also_when_it_ends_under_ones_hands(world: World) -> None:
    now = datetime.now(UTC)
    ref = await world.poll(closes_at=now + timedelta(hours=1))
    await world.forum.polls.vote(world.bob, ref.thread_id, [2])
    async with session(world.forum, world.cem) as (app, pilot):
        await at(app, pilot, ref)
        await press(pilot, "V", "1")
        world.forum.database._clock = lambda: now + timedelta(hours=2)
        await press(pilot, "enter")
        await shows(pilot, "! Diese Umfrage ist beendet: Die Stimmen bleiben")
        await world.forum.polls.close_due(now + timedelta(hours=2))
        await shows(pilot, "beendet seit")
        await press(pilot, "V")
        await shows(pilot, "! Diese Umfrage ist beendet")
        assert app.screen is app.browse
        await press(pilot, "g", "i")
    async with session(world.forum, world.bob) as (_app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "The poll “When do we meet?” is closed", "Wednesday 100 %")


async def test_who_may_not_vote_is_told_why(world: World) -> None:
    ref = await world.poll()
    eve = await person(world.forum, "eve")
    async with session(world.forum, eve) as (app, pilot):
        await at(app, pilot, ref)
        await press(pilot, "V")
        await shows(pilot, "! Only members vote here: join the community first.")
    plain = await world.forum.posts.start_thread(world.ada, world.community_id, "Roses", "x")
    async with session(world.forum, world.bob) as (app, pilot):
        await at(app, pilot, plain)
        await press(pilot, "V")
        await shows(pilot, "There is no poll in this thread.")


async def test_twelve_long_answers_fit_the_smallest_usual_window(world: World) -> None:
    options = [f"{number} " + "long words " * 17 for number in range(1, 13)]
    ref = await world.poll(*options, multiple=True)
    async with session(world.forum, world.bob) as (app, pilot):
        await at(app, pilot, ref)
        await press(pilot, "V")
        text = await shows(pilot, "12 long words", "Esc never mind")
        assert len(text.splitlines()) <= 24
        await press(pilot, "0", "j", "space", "j", "space", "enter")
        await until(pilot, lambda: app.screen is app.browse)
        await shows(pilot, "Your vote counts.")
    votes = (await world.forum.threads.view(world.bob, ref.thread_id)).poll
    assert votes is not None
    assert votes.mine == {10, 11, 12}


async def test_without_colours_ones_own_choice_still_shows(world: World) -> None:
    ref = await world.poll()
    await world.forum.polls.vote(world.bob, ref.thread_id, [2])
    async with session(world.forum, world.bob, traits=replace(TerminalTraits(), color_system="none")) as (
        app,
        pilot,
    ):
        await at(app, pilot, ref)
        await shows(pilot, "(•) Wednesday", "( ) Tuesday")
        assert "█" in screen_text(app)


# -- opening one


async def begin(app: ForumApp, pilot: Any, world: World) -> ComposeScreen:
    """A new thread that is a poll."""
    app.post_message(StartWriting(ComposeTarget(world.community_id)))
    await until(
        pilot, lambda: isinstance(app.screen, ComposeScreen) and app.screen._loaded and bool(app.focused)
    )
    screen = app.screen
    assert isinstance(screen, ComposeScreen)
    await press(pilot, "f3", "f3")
    return screen


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
async def test_a_poll_is_written_field_by_field_and_sent(world: World, size: tuple[int, int]) -> None:
    async with session(world.forum, world.bob, size=size) as (app, pilot):
        await begin(app, pilot, world)
        await shows(pilot, "Kind: poll", "Answers to choose from", "Empty: never.", "Ctrl-S send")
        await press(pilot, '"When?"', "enter", '"- Tuesday\n- Friday"', "tab", "space", "tab", "right", "tab")
        await press(pilot, '"3 days"')
        await shows(pilot, "(•) several answers", "(•) anonymous", "· in 3 days")
        await press(pilot, "tab", '"Bring cake"', "f2")
        await shows(pilot, "[ ] Tuesday", "several answers · anonymous")
        await press(pilot, "ctrl+s")
        await shows(pilot, "When? (Gardens)", "[ ] Tuesday", "[ ] Friday", "closes in 3 days", "Bring cake")
    assert await world.forum.drafts.all(world.bob) == ()


async def test_tab_goes_round_and_shift_tab_back(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        screen = await begin(app, pilot, world)
        form = screen.poll_form
        places: list[object] = [
            screen.title_field, form.options, form.multiple, form.anonymous, form.closes, screen.editor,
        ]  # fmt: skip
        for place in places[1:]:
            await press(pilot, "tab")
            assert screen.focused is place
        for place in reversed(places[:-1]):
            await press(pilot, "shift+tab")
            assert screen.focused is place
        await press(pilot, "tab", "f3")  # what one was in is not there for the next kind
        assert screen.focused is screen.editor


async def test_what_is_wrong_is_told_at_its_field_and_everything_typed_stays(world: World) -> None:
    async with session(world.forum, world.cem) as (app, pilot):
        screen = await begin(app, pilot, world)
        await press(pilot, '"Wann?"', "enter", '"Dienstag"', "ctrl+s")
        await shows(pilot, "! Eine Umfrage braucht mindestens 2 Antworten")
        assert screen.focused is screen.poll_form.options
        await press(pilot, "enter", '"dienstag"', "ctrl+s")
        await shows(pilot, "! „dienstag“ steht zweimal da.")
        await press(pilot, *["backspace"] * 8, '"Freitag"', "tab", "tab", "tab", '"bald"', "ctrl+s")
        await shows(pilot, "! „bald“ ist kein Zeitpunkt", "oder 3\n Tage.", "Dienstag", "Freitag", "Wann?")
        assert screen.focused is not None
        assert screen.focused.id == screen.poll_form.closes.id
        await press(pilot, "ctrl+u", '"1.1.2020"', "ctrl+s")
        await shows(pilot, "! Eine Umfrage muss in der Zukunft enden")
        await press(pilot, "ctrl+u", '"2 Tage"', "ctrl+s")
        await shows(pilot, "( ) Dienstag", "( ) Freitag", "endet in 2 Tagen")


async def test_a_draft_brings_the_whole_poll_back(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await begin(app, pilot, world)
        await press(pilot, "tab", '"One\nTwo"', "tab", "space", "tab", "tab", '"tomorrow"', "escape")
        await shows(pilot, "Your draft is kept")
    async with session(world.forum, world.bob) as (app, pilot):
        await press(pilot, "g", "d")
        await shows(pilot, "new thread")
        await press(pilot, "enter")
        text = await shows(pilot, "Kind: poll", "One", "Two", "(•) several answers", "tomorrow")
        assert "(•) with names" in text
        await press(pilot, "f3", "f3", "f3")  # other kinds and back: nothing typed is lost
        await shows(pilot, "Kind: poll", "One", "tomorrow")
        await press(pilot, "ctrl+g", "y")
    assert await world.forum.drafts.all(world.bob) == ()


async def test_a_poll_left_empty_leaves_no_draft(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await begin(app, pilot, world)
        await press(pilot, "tab", '"x"', "backspace", "escape")
        await until(pilot, lambda: app.screen is app.browse)
    assert await world.forum.drafts.all(world.bob) == ()
