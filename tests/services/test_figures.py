"""Figures of moderation: exact, of what one moderates, and at the same cost however much there is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from tests.forums import another, member, statements
from tests.scenes import Scene, garden_scene
from tui_forum.domain.entities import Actor, Role
from tui_forum.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.figures import FiguresView, Group, Line, Times
from tui_forum.domain.moderation import CaseCategory, DecisionKind
from tui_forum.domain.views import CommunityRow
from tui_forum.services.forum import Forum
from tui_forum.storage.models import Case
from tui_forum.storage.uow import UnitOfWork

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def scene(forum: Forum) -> Scene:
    """A garden, without a case."""
    return await garden_scene(forum)


@pytest.fixture
async def kitchen(scene: Scene) -> CommunityRow:
    """Another community, which cook moderates."""
    kitchen = await another(scene.forum, scene.boss, "kitchen")
    await member(scene.forum, "cook", kitchen, Role.MODERATOR, scene.boss)
    return kitchen


async def cases(
    scene: Scene,
    count: int,
    *,
    community: CommunityRow | None = None,
    category: CaseCategory = CaseCategory.SPAM,
    opened: timedelta = timedelta(hours=1),
    look: int | None = None,
    took: int | None = None,
    overturned: bool = False,
) -> None:
    """Cases opened so long ago; looked at and decided after ``look`` and ``took`` minutes, 2×, 3× …"""

    async def work(uow: UnitOfWork) -> None:
        at = uow.now - opened
        rows = [
            {
                "community_id": (community or scene.garden).community_id,
                "account_id": scene.ada.account_id,
                "category": category.value,
                "state": "open" if took is None else "decided",
                "outcome": "" if took is None else "remove",
                "opened_at": at,
                "reported_at": at,
                "due_at": at + timedelta(hours=24),
                "first_look_at": None if look is None else at + n * look * MINUTE,
                "decided_at": None if took is None else at + n * took * MINUTE,
                "overturned": overturned,
            }
            for n in range(1, count + 1)
        ]
        await uow.connection.execute(insert(Case), rows)

    await scene.forum.database.write(work)


def line(view: FiguresView, group: Group, key: object = None) -> Line:
    [only] = [
        one for one in view.lines if one.group is group and key in (None, one.category, one.community_id)
    ]
    return only


async def test_times_are_those_of_half_and_of_nine_in_ten(scene: Scene) -> None:
    await cases(scene, 10, opened=timedelta(days=2), look=3, took=30)
    await cases(scene, 1, opened=timedelta(days=2), category=CaseCategory.HARASSMENT, took=600)
    view = await scene.forum.figures.of(scene.mod)
    spam = line(view, Group.CATEGORY, CaseCategory.SPAM)
    assert (spam.decided, spam.opened) == (10, 10)
    assert spam.look.half == pytest.approx(15 * 60, abs=0.01)
    assert spam.look.ninety == pytest.approx(27 * 60, abs=0.01)
    assert spam.took.half == pytest.approx(150 * 60, abs=0.01)
    assert spam.took.ninety == pytest.approx(270 * 60, abs=0.01)
    # Who decides at once has looked then, too.
    rude = line(view, Group.CATEGORY, CaseCategory.HARASSMENT)
    assert rude.look.half == rude.took.ninety == pytest.approx(36_000, abs=0.01)
    everything = line(view, Group.ALL)
    assert everything.decided == 11
    assert everything.took.half == pytest.approx(180 * 60, abs=0.01)
    assert line(view, Group.CATEGORY, CaseCategory.OTHER).took == Times()
    assert line(view, Group.COMMUNITY, scene.garden.community_id).name == "Garden"


async def test_what_waits_is_counted_with_its_age(scene: Scene) -> None:
    await cases(scene, 2, opened=timedelta(days=3))
    await cases(scene, 1, opened=timedelta(hours=2), look=5)
    now = line(await scene.forum.figures.of(scene.mod), Group.ALL)
    assert (now.open, now.overdue, now.unseen, now.decided) == (3, 2, 2, 0)
    assert now.oldest is not None
    assert scene.forum.database.now() - now.oldest > timedelta(days=2, hours=23)
    assert (now.undone_share, now.overturned_share) == (None, None)


async def test_what_was_undone_or_overturned_is_a_share_of_what_was_decided(scene: Scene) -> None:
    await cases(scene, 3, opened=timedelta(days=1), took=1)
    await cases(scene, 1, opened=timedelta(days=1), took=1, overturned=True)
    await scene.decide(await scene.report(scene.cleo))
    await scene.forum.decisions.undo(scene.mod)
    figures = line(await scene.forum.figures.of(scene.mod), Group.ALL)
    assert (figures.decided, figures.undone, figures.overturned, figures.open) == (4, 1, 1, 1)
    assert (figures.undone_share, figures.overturned_share) == (1 / 5, 1 / 4)


async def test_a_period_is_so_many_weeks_with_this_one(scene: Scene) -> None:
    def clock() -> datetime:
        return datetime.fromisoformat("2026-03-11T12:00:00+00:00")  # a Wednesday

    scene.forum.database._clock = clock
    for days, count in ((1, 1), (7, 2), (23, 4), (24, 8), (60, 16)):
        await cases(scene, count, opened=timedelta(days=days), took=1)
    month = line(await scene.forum.figures.of(scene.mod, 4), Group.ALL)
    assert (month.weeks, month.decided) == ((4, 0, 2, 1), 7)
    quarter = line(await scene.forum.figures.of(scene.mod, 12), Group.CATEGORY, CaseCategory.SPAM)
    assert (quarter.weeks[-5:], sum(quarter.weeks), quarter.decided) == ((8, 4, 0, 2, 1), 31, 31)
    with pytest.raises(InvalidInputError, match="4 / 12 weeks"):
        await scene.forum.figures.of(scene.mod, 5)


async def test_figures_are_of_what_one_moderates(scene: Scene, kitchen: CommunityRow) -> None:
    await cases(scene, 2)
    await cases(scene, 3, community=kitchen, took=1)
    cook = await scene.forum.accounts.actor_by_handle("cook")
    assert cook is not None

    async def told(actor: Actor, community_id: int | None = None) -> list[tuple[str, int, int]]:
        view = await scene.forum.figures.of(actor, community_id=community_id)
        found = [one for one in view.lines if one.group is not Group.CATEGORY]
        return [(one.name, one.open, one.decided) for one in found]

    assert await told(scene.boss) == [("", 2, 3), ("Garden", 2, 0), ("Kitchen", 0, 3)]
    assert await told(scene.mod) == [("", 2, 0), ("Garden", 2, 0)]
    assert await told(cook) == [("", 0, 3), ("Kitchen", 0, 3)]
    assert await told(scene.boss, kitchen.community_id) == [("", 0, 3), ("Kitchen", 0, 3)]
    with pytest.raises(NotAllowedError):
        await told(scene.ada)
    with pytest.raises(NotAllowedError):
        await told(cook, scene.garden.community_id)
    with pytest.raises(NotFoundError):
        await told(cook, 10**6)


async def test_nobody_is_named_or_ranked(scene: Scene) -> None:
    await scene.decide(await scene.report(scene.cleo), DecisionKind.REMOVE)
    view = repr(await scene.forum.figures.of(scene.boss))
    assert not [handle for handle in ("max", "ada", "cleo", "boss") if handle in view]


async def test_the_statements_are_as_many_however_much_there_is(scene: Scene, kitchen: CommunityRow) -> None:
    async with statements(scene.forum.database) as few:
        await scene.forum.figures.of(scene.boss, 12)
    for category in CaseCategory:
        await cases(scene, 5, category=category, took=1)
        await cases(scene, 5, category=category, community=kitchen)
    async with statements(scene.forum.database) as many:
        await scene.forum.figures.of(scene.boss, 12)
    assert len(many) == len(few) <= 6
