"""A project's last day: its hosts are asked, from the inbox to a key for each answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.forums import charter_for
from tests.ui.reading import NARROW, WIDE, community, person, press, session, shows
from tui_forum.domain.entities import Actor, Purpose, Role
from tui_forum.domain.views import CommunityRow
from tui_forum.i18n import format_date
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.navigation import OpenCommunity


@pytest.fixture
async def ada(sqlite_forum: Forum) -> Actor:
    return await person(sqlite_forum, "ada")


@pytest.fixture
async def ended(sqlite_forum: Forum, ada: Actor) -> CommunityRow:
    """A project whose last day is today; its hosts have been asked."""
    today = datetime.now(UTC).date()
    charter = replace(charter_for(Purpose.PROJECT), ends_on=today)
    row = await community(sqlite_forum, ada, slug="bridge", charter=charter)
    await sqlite_forum.clockwork.run_due()
    return row


async def asked(app: ForumApp, pilot: Any) -> None:
    """From the inbox to the question."""
    await press(pilot, "g", "i")
    await shows(pilot, "The last day of Bridge has come: close, extend, or go on?")
    await press(pilot, "enter")
    await shows(pilot, "Its last day is", "c close the project", "x extend it", "p go on as a pr")


async def test_a_project_is_closed(sqlite_forum: Forum, ada: Actor, ended: CommunityRow) -> None:
    async with session(sqlite_forum, ada) as (app, pilot):
        await asked(app, pilot)
        await press(pilot, "c")
        await shows(pilot, "Close Bridge?")
        await press(pilot, "y")
        text = await shows(pilot, "The project is closed", "archived")
        assert "x extend it" not in text
    assert (await sqlite_forum.communities.community_by_id(ada, ended.community_id)).archived


async def test_a_project_is_extended_to_a_day_that_is_to_come(
    sqlite_forum: Forum, ada: Actor, ended: CommunityRow
) -> None:
    async with session(sqlite_forum, ada) as (app, pilot):
        await asked(app, pilot)
        await press(pilot, "x")
        await shows(pilot, "New last day")
        await press(pilot, "end", "ctrl+u", '"2020-01-01"', "enter")
        await shows(pilot, "must be later than today", "2020-01-01")
        later = datetime.now(UTC).date() + timedelta(days=30)
        await press(pilot, "end", "ctrl+u", f'"{later}"', "enter")
        text = await shows(pilot, "The project goes on")
        assert "c close the project" not in text
    present = (await sqlite_forum.charters.view(ada, ended.community_id)).present
    assert (present.version, present.charter.ends_on) == (2, later)


async def test_a_project_goes_on_as_a_practice(sqlite_forum: Forum, ada: Actor, ended: CommunityRow) -> None:
    async with session(sqlite_forum, ada) as (app, pilot):
        await asked(app, pilot)
        await press(pilot, "p", "y")
        await shows(pilot, "It is a community of practice now", "Practice · open dialogue")
    charter = (await sqlite_forum.charters.view(ada, ended.community_id)).present.charter
    assert (charter.purpose, charter.ends_on) == (Purpose.PRACTICE, None)


async def test_on_the_review_date_the_notice_leads_to_the_charter(sqlite_forum: Forum, ada: Actor) -> None:
    today = datetime.now(UTC).date()
    await community(sqlite_forum, ada, charter=charter_for(review_on=today))
    await sqlite_forum.clockwork.run_due()
    async with session(sqlite_forum, ada) as (_app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "It is time to look at the charter of Gardens again")
        await press(pilot, "enter")
        await shows(pilot, "It is time to look at this charter again: e changes it.")


async def test_in_german_at_80_columns_the_three_answers_are_there(sqlite_forum: Forum) -> None:
    bert = await person(sqlite_forum, "bert", language="de")
    today = datetime.now(UTC).date()
    charter = replace(charter_for(Purpose.PROJECT), ends_on=today)
    await community(sqlite_forum, bert, slug="bridge", charter=charter)
    await sqlite_forum.clockwork.run_due()
    async with session(sqlite_forum, bert, size=NARROW) as (_app, pilot):
        await press(pilot, "g", "i", "enter")
        await shows(pilot, "Der letzte Tag ist", "c Projekt schließen", "x verlängern", "p als Praxis weiter")
        await press(pilot, "x")
        await shows(pilot, "Neuer letzter Tag")
        await press(pilot, "enter")
        await shows(pilot, "Das Projekt geht weiter")


async def test_of_two_hosts_who_decide_at_once_the_second_sees_what_the_first_decided(
    sqlite_forum: Forum, ada: Actor, ended: CommunityRow
) -> None:
    forum = sqlite_forum
    bob = await person(forum, "bob")
    await forum.memberships.join(bob, ended.community_id)
    await forum.memberships.set_role(ada, ended.community_id, "bob", Role.MANAGER)
    later = datetime.now(UTC).date() + timedelta(days=30)
    async with session(forum, ada, size=WIDE) as (app, pilot):
        await asked(app, pilot)
        await press(pilot, "c")
        await shows(pilot, "Close Bridge?")
        await forum.projects.extend(bob, ended.community_id, later, version=1, reason="Not done yet")
        await press(pilot, "y")
        await shows(pilot, "version 2 is in force now", "Not done yet", format_date(later))
    assert not (await forum.communities.community_by_id(ada, ended.community_id)).archived


async def test_members_read_the_last_day_and_decide_nothing(sqlite_forum: Forum, ended: CommunityRow) -> None:
    bob = await person(sqlite_forum, "bob")
    await sqlite_forum.memberships.join(bob, ended.community_id)
    async with session(sqlite_forum, bob) as (app, pilot):
        app.post_message(OpenCommunity(ended.community_id))
        await shows(pilot, "No threads yet")
        await press(pilot, "C")
        text = await shows(pilot, "The last day of this project")
        assert "close the project" not in text
        await press(pilot, "c")
        await shows(pilot, "c does nothing here")
