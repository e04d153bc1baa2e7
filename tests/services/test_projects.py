"""A project's last day: its hosts close it, extend it, or let it go on as a practice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.forums import charter_for, member, person, place
from tui_forum.domain.entities import Actor, Purpose
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError
from tui_forum.domain.views import CommunityRow
from tui_forum.services.forum import Forum
from tui_forum.services.reminders import Reminders


def today() -> date:
    return datetime.now(UTC).date()


async def bridge(forum: Forum) -> tuple[Actor, CommunityRow, Actor]:
    """A project whose last day and review are today; its host, and a member."""
    charter = charter_for(Purpose.PROJECT, ends_on=today(), review_on=today(), audience="Builders")
    boss, row = await place(forum, "bridge", charter=charter)
    await Reminders(forum.database).ask_about_ends(datetime.now(UTC))
    return boss, row, await member(forum, "ada", row)


async def told(forum: Forum, actor: Actor) -> list[tuple[str, str]]:
    return [(notice.kind, notice.text) for notice in await forum.notices.page(actor)]


async def test_closed_it_can_be_read_and_its_members_are_told_why(forum: Forum) -> None:
    boss, row, ada = await bridge(forum)
    await forum.projects.close(boss, row.community_id, version=1, reason="The bridge stands")
    view = await forum.charters.view(ada, row.community_id)
    assert view.archived
    assert not view.ending(today())
    assert await told(forum, ada) == [("community_archived", "The bridge stands")]
    with pytest.raises(ConflictError, match="archived"):
        await forum.projects.close(boss, row.community_id, version=1, reason="Again")


async def test_extended_it_keeps_its_charter_and_is_asked_about_again(forum: Forum) -> None:
    boss, row, ada = await bridge(forum)
    later = today() + timedelta(days=20)
    assert await forum.projects.extend(boss, row.community_id, later, version=1, reason="A pier more") == 2
    charter = (await forum.charters.view(ada, row.community_id)).present.charter
    assert (charter.purpose, charter.ends_on, charter.audience) == (Purpose.PROJECT, later, "Builders")
    assert await told(forum, ada) == [("charter_changed", "A pier more")]
    jobs = Reminders(forum.database)
    due = await jobs.next_end()
    assert due is not None
    assert due.date() == later
    await jobs.ask_about_ends(due)
    assert [kind for kind, _text in await told(forum, boss)].count("project_ends") == 2


async def test_as_a_practice_it_has_no_end_and_is_looked_at_in_half_a_year(forum: Forum) -> None:
    boss, row, _ada = await bridge(forum)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await Reminders(forum.database).remind_of_reviews(tomorrow)
    assert await forum.projects.go_on(boss, row.community_id, version=1, reason="We stay") == 2
    charter = (await forum.charters.view(boss, row.community_id)).present.charter
    assert (charter.purpose, charter.ends_on) == (Purpose.PRACTICE, None)
    assert charter.review_on is not None
    assert charter.review_on >= today()
    assert await Reminders(forum.database).next_end() is None
    with pytest.raises(ConflictError, match="no project any more"):
        await forum.projects.go_on(boss, row.community_id, version=2, reason="Again")


async def test_a_last_day_must_be_later_than_today_and_than_the_one_there_is(forum: Forum) -> None:
    boss, row, _ada = await bridge(forum)
    for day in (None, today(), today() - timedelta(days=3)):
        with pytest.raises(InvalidInputError, match="later than today"):
            await forum.projects.extend(boss, row.community_id, day, version=1, reason="More")
    later = today() + timedelta(days=20)
    await forum.projects.extend(boss, row.community_id, later, version=1, reason="More")
    day = later - timedelta(days=1)
    with pytest.raises(InvalidInputError, match=f"ends on {later} anyway"):
        await forum.projects.extend(
            boss, row.community_id, later - timedelta(days=1), version=2, reason="Less"
        )


async def test_who_has_read_an_older_charter_decides_nothing(forum: Forum) -> None:
    boss, row, _ada = await bridge(forum)
    later = today() + timedelta(days=20)
    await forum.projects.extend(boss, row.community_id, later, version=1, reason="More")
    for late in (
        forum.projects.close(boss, row.community_id, version=1, reason="Over"),
        forum.projects.go_on(boss, row.community_id, version=1, reason="On"),
        forum.projects.extend(boss, row.community_id, later + timedelta(days=1), version=1, reason="On"),
    ):
        with pytest.raises(ConflictError, match="version 2 is in force"):
            await late
    assert not (await forum.charters.view(boss, row.community_id)).archived


async def test_only_its_hosts_decide(forum: Forum) -> None:
    _boss, row, ada = await bridge(forum)
    eve = await person(forum, "eve")
    for actor in (ada, eve):
        with pytest.raises(NotAllowedError):
            await forum.projects.close(actor, row.community_id, version=1, reason="Over")
