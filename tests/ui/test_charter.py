"""Opening a community with a charter, reading it, changing it, two hosts at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from textual.pilot import Pilot

from tests.forums import charter_for
from tests.ui.reading import NARROW, WIDE, person, press, session, shows, until
from tui_forum.domain.charter import Rule
from tui_forum.domain.entities import Actor, Purpose
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.navigation import OpenCommunity
from tui_forum.ui.screens.charter import CharterScreen
from tui_forum.ui.screens.charter_form import CharterFormScreen, charter_of, form_values


@pytest.fixture
async def ada(sqlite_forum: Forum) -> Actor:
    return await person(sqlite_forum, "ada")


async def opened(forum: Forum, ada: Actor) -> int:
    charter = charter_for(rules=(Rule("Be kind."), Rule("Show code.")))
    await person(forum, "bob")
    row = await forum.charters.open(ada, "gardens", "Gardens", charter, hosts=("ada", "bob"))
    return row.community_id


async def to_gardens(app: ForumApp, pilot: Pilot[None], community_id: int) -> None:
    """To the threads of Gardens, and from there to its charter."""
    app.post_message(OpenCommunity(community_id))
    await until(pilot, lambda: app.browse.level == "threads")
    await press(pilot, "C")
    await until(pilot, lambda: isinstance(app.screen, CharterScreen))


async def test_a_community_is_opened_by_filling_in_the_form(sqlite_forum: Forum, ada: Actor) -> None:
    async with session(sqlite_forum, ada) as (app, pilot):
        await press(pilot, "O")
        await until(pilot, lambda: isinstance(app.screen, CharterFormScreen))
        await shows(pilot, "Open a community", "Name, as people read it")
        await press(pilot, '"Gardens"', "tab", '"gardens"', "tab")
        await shows(pilot, "open dialogue")
        await press(pilot, "right", "right")
        await shows(pilot, "a desk that answers")
        await press(pilot, "tab", "ctrl+s")
        await shows(pilot, "Say in one sentence what the community is for")
        await press(pilot, '"What grows"', "tab", "tab", '"Be kind"', "ctrl+s")
        await shows(pilot, "No threads yet")
    row = await sqlite_forum.communities.community(ada, "gardens")
    charter = (await sqlite_forum.charters.view(ada, row.community_id)).present.charter
    assert (charter.purpose, charter.statement) == (Purpose.QUESTIONS, "What grows")
    assert [rule.text for rule in charter.rules] == ["Be kind"]
    assert await sqlite_forum.drafts.all(ada) == ()


@pytest.mark.parametrize(
    ("slug", "sentence"), [("gardens", "is a community “gardens” already"), ("all", "reserved")]
)
async def test_a_short_name_that_cannot_be_keeps_what_was_typed(
    sqlite_forum: Forum, ada: Actor, slug: str, sentence: str
) -> None:
    await opened(sqlite_forum, ada)
    async with session(sqlite_forum, ada, size=WIDE) as (app, pilot):
        await press(pilot, "O")
        await until(pilot, lambda: isinstance(app.screen, CharterFormScreen))
        await press(pilot, '"Gardens"', "tab", f'"{slug}"', "tab", "tab", '"What grows"', "ctrl+s")
        await shows(pilot, sentence, "What grows")


async def test_esc_keeps_a_draft_that_comes_back_also_from_the_list(sqlite_forum: Forum, ada: Actor) -> None:
    async with session(sqlite_forum, ada) as (app, pilot):
        await press(pilot, "O")
        await until(pilot, lambda: isinstance(app.screen, CharterFormScreen))
        await press(pilot, '"Gardens"', "escape")
        await shows(pilot, "Your draft is kept")
        await press(pilot, "g", "d")
        await shows(pilot, "Gardens", "charter")
        await press(pilot, "enter")
        await shows(pilot, "What you had typed is back", "Gardens")
        await press(pilot, "ctrl+g", "y")
        await until(pilot, lambda: not isinstance(app.screen, CharterFormScreen))
    assert await sqlite_forum.drafts.all(ada) == ()


async def test_everybody_reads_the_charter_hosts_change_it_and_versions_show_why(
    sqlite_forum: Forum, ada: Actor
) -> None:
    community_id = await opened(sqlite_forum, ada)
    async with session(sqlite_forum, ada) as (app, pilot):
        await to_gardens(app, pilot, community_id)
        await shows(pilot, "Charter of Gardens · version 1", "1  Be kind.", "2  Show code.", "@ada @bob")
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(app.screen, CharterFormScreen))
        await press(pilot, "tab", '" today"', "ctrl+s")
        await shows(pilot, "Say why the charter changes")
        await press(pilot, '"It is spring"', "ctrl+s")
        await shows(pilot, "version 2", "today")
        await until(pilot, lambda: isinstance(app.screen, CharterScreen))
        await press(pilot, "v")
        await shows(pilot, "It is spring", "+ What grows, and why it does not today")
        await press(pilot, "j")
        await shows(pilot, "the first", "open dialogue")
        await press(pilot, "q")
        await shows(pilot, "Charter of Gardens · version 2")
    assert (await sqlite_forum.charters.view(ada, community_id)).present.version == 2


@pytest.mark.parametrize(
    ("key", "statement"), [("m", "What grows in pots"), ("t", "What grows, and why it does not")]
)
async def test_of_two_hosts_the_second_sees_the_difference_and_decides(
    sqlite_forum: Forum, ada: Actor, key: str, statement: str
) -> None:
    community_id = await opened(sqlite_forum, ada)
    bob = await sqlite_forum.accounts.actor_by_handle("bob")
    async with session(sqlite_forum, ada, size=WIDE) as (app, pilot):
        await to_gardens(app, pilot, community_id)
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(app.screen, CharterFormScreen))
        form = app.screen
        assert isinstance(form, CharterFormScreen)
        form.fill({"statement": "What grows in pots", "reason": "Pots"})
        before = (await sqlite_forum.charters.view(bob, community_id)).present
        theirs = replace(before.charter, audience="Gardeners")
        await sqlite_forum.charters.change(bob, community_id, theirs, version=1, reason="For whom was open")
        await press(pilot, "ctrl+s")
        await shows(pilot, "For whom was open", "+ Gardeners", "take all of theirs")
        await press(pilot, key)
        await shows(pilot, "Look at it once more")
        assert form.values["statement"] == statement
        assert form.values["audience"] == "Gardeners"
        if key == "m":
            await press(pilot, "ctrl+s")
            await shows(pilot, "version 3")


async def test_members_accept_the_rules_where_they_read_them(sqlite_forum: Forum, ada: Actor) -> None:
    community_id = await opened(sqlite_forum, ada)
    eve = await person(sqlite_forum, "eve", language="de")
    await sqlite_forum.memberships.join(eve, community_id)
    async with session(sqlite_forum, eve, size=NARROW) as (_app, pilot):
        await press(pilot, "C")
        await shows(pilot, "Regeln", "1  Be kind.", "y nimmt sie an")
        await press(pilot, "y")
        await until_accepted(sqlite_forum, eve, community_id, pilot)
        await press(pilot, "e")
        await shows(pilot, "Das darf nur")


async def until_accepted(forum: Forum, actor: Actor, community_id: int, pilot: Pilot[None]) -> None:
    for _round in range(400):
        if (await forum.charters.view(actor, community_id)).accepted:
            return
        await pilot.pause()
    raise AssertionError("never accepted")


def test_what_the_form_shows_of_a_charter_is_what_it_makes_of_it() -> None:
    today = datetime.now(UTC).date()
    charter = charter_for(
        Purpose.PROJECT,
        rules=(
            Rule("Be kind."),
            Rule("Say (why)."),
        ),
        audience="All",
        ends_on=today + timedelta(days=3),
        public_record=False,
    )
    assert charter_of(form_values(charter), today) == charter
