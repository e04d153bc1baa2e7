"""What a restricted thread or community refuses, whom it does not concern, and how it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.forums import another
from tests.scenes import Scene, garden_scene
from tui_forum.domain.errors import BarredError, ConflictError, InvalidInputError, NotAllowedError
from tui_forum.domain.moderation import CaseSource, DecisionKind
from tui_forum.domain.people import ReactionKind
from tui_forum.domain.record import RecordAction
from tui_forum.domain.restrictions import RestrictionKind
from tui_forum.services.forum import Forum
from tui_forum.storage.models import Post, Restriction
from tui_forum.storage.uow import UnitOfWork


@pytest.fixture
async def scene(forum: Forum) -> Scene:
    return await garden_scene(forum)


async def restrict(
    scene: Scene,
    kind: RestrictionKind,
    *,
    thread: bool = True,
    until: datetime | None = None,
    seconds: int = 60,
) -> int:
    until = until or scene.forum.database.now() + timedelta(hours=2)
    return await scene.forum.restrictions.restrict(
        scene.mod,
        scene.garden.community_id,
        kind,
        "Calm down",
        thread_id=scene.start.thread_id if thread else None,
        until=until,
        seconds=seconds,
    )


async def pass_time(scene: Scene) -> None:
    """Restrictions end, and posts were written, before now."""
    past = datetime.now(UTC) - timedelta(seconds=1)

    async def work(uow: UnitOfWork) -> None:
        await uow.connection.execute(update(Restriction).values(until=past))
        await uow.connection.execute(update(Post).values(created_at=past - timedelta(hours=1)))

    await scene.forum.database.write(work)


@pytest.mark.parametrize("kind", [RestrictionKind.LOCK, RestrictionKind.READ_ONLY])
async def test_a_locked_thread_takes_nothing_until_its_time_is_over(
    scene: Scene, kind: RestrictionKind
) -> None:
    await restrict(scene, kind)
    forum, ada, thread = scene.forum, scene.ada, scene.start.thread_id
    with pytest.raises(ConflictError, match=r"This thread .* until .*: Calm down"):
        await forum.posts.reply(ada, thread, "but")
    with pytest.raises(ConflictError):
        await forum.posts.edit(ada, scene.bad.post_id, "other", revision=1)
    thanks = forum.recognition.react(ada, scene.start.post_id, ReactionKind.THANKS)
    if kind is RestrictionKind.READ_ONLY:
        with pytest.raises(ConflictError):
            await thanks
    else:
        await thanks
    await forum.posts.reply(scene.mod, thread, "moderators may")
    await forum.posts.start_thread(ada, scene.garden.community_id, "Elsewhere", "it is quiet")
    view = await forum.threads.view(ada, thread)
    assert [(one.kind, one.reason, one.of_thread) for one in view.restrictions] == [(kind, "Calm down", True)]
    await pass_time(scene)
    await forum.posts.reply(ada, thread, "again")
    assert (await forum.threads.view(ada, thread)).restrictions == ()


async def test_a_community_that_can_only_be_read_refuses_new_threads_and_replies(scene: Scene) -> None:
    await restrict(scene, RestrictionKind.READ_ONLY, thread=False)
    forum, ada = scene.forum, scene.ada
    with pytest.raises(ConflictError, match="This community can only be read"):
        await forum.posts.start_thread(ada, scene.garden.community_id, "New", "text")
    with pytest.raises(ConflictError, match="This community can only be read"):
        await forum.posts.reply(ada, scene.start.thread_id, "text")
    row = await forum.communities.community_by_id(ada, scene.garden.community_id)
    assert [one.kind for one in row.restrictions] == [RestrictionKind.READ_ONLY]


@pytest.mark.parametrize("thread", [True, False])
async def test_slow_mode_lets_each_member_write_once_in_a_while(scene: Scene, *, thread: bool) -> None:
    await pass_time(scene)
    await restrict(scene, RestrictionKind.SLOW, thread=thread, seconds=600)
    forum = scene.forum
    await forum.posts.reply(scene.ada, scene.start.thread_id, "one")
    with pytest.raises(BarredError, match=r"again at .* \(slow mode until .*\): Calm down"):
        await forum.posts.reply(scene.ada, scene.start.thread_id, "two")
    await forum.posts.reply(scene.ben, scene.start.thread_id, "I have not yet")
    if thread:
        await forum.posts.start_thread(scene.ada, scene.garden.community_id, "Elsewhere", "at once")
    else:
        with pytest.raises(BarredError):
            await forum.posts.start_thread(scene.ada, scene.garden.community_id, "Elsewhere", "not")


async def test_a_restriction_is_ended_replaced_or_lapses_and_all_of_it_is_on_the_record(scene: Scene) -> None:
    first = await restrict(scene, RestrictionKind.SLOW)
    second = await restrict(scene, RestrictionKind.SLOW, seconds=300)
    view = await scene.forum.threads.view(scene.ada, scene.start.thread_id)
    assert [(one.restriction_id, one.seconds) for one in view.restrictions] == [(second, 300)]
    with pytest.raises(ConflictError, match="over already"):
        await scene.forum.restrictions.end(scene.mod, first)
    with pytest.raises(NotAllowedError):
        await scene.forum.restrictions.end(scene.ada, second)
    await scene.forum.restrictions.end(scene.mod, second)
    await restrict(scene, RestrictionKind.LOCK, thread=False)
    assert await scene.forum.restrictions.next_end() is not None
    await pass_time(scene)
    await scene.forum.restrictions.lapse(datetime.now(UTC))
    await scene.forum.restrictions.lapse(datetime.now(UTC))
    done = [(one.action, one.moderator is None) for one in await scene.forum.record.page(scene.mod)]
    assert done == [
        (RecordAction.END_RESTRICTION, True),
        (RecordAction.RESTRICT, False),
        (RecordAction.END_RESTRICTION, False),
        (RecordAction.RESTRICT, False),
        (RecordAction.RESTRICT, False),
    ]


async def test_a_restriction_needs_a_moderator_a_reason_and_a_time_to_come(scene: Scene) -> None:
    forum, place = scene.forum, scene.garden.community_id
    with pytest.raises(NotAllowedError):
        await forum.restrictions.restrict(scene.ada, place, RestrictionKind.LOCK, "so")
    with pytest.raises(InvalidInputError, match="reason"):
        await forum.restrictions.restrict(scene.mod, place, RestrictionKind.LOCK, " ")
    with pytest.raises(InvalidInputError, match="over already"):
        await restrict(scene, RestrictionKind.LOCK, until=forum.database.now() - timedelta(minutes=1))
    with pytest.raises(InvalidInputError, match="at most a day"):
        await restrict(scene, RestrictionKind.SLOW, seconds=0)


@pytest.mark.parametrize("thread", [True, False])
async def test_approval_first_holds_what_members_write_until_a_moderator_lets_it_through(
    scene: Scene, *, thread: bool
) -> None:
    await restrict(scene, RestrictionKind.APPROVAL, thread=thread)
    forum = scene.forum
    ref = await forum.posts.reply(scene.ada, scene.start.thread_id, "May I?")
    assert ref.held
    seen = await forum.threads.posts(scene.ben, scene.start.thread_id, around=1)
    assert "May I?" not in [post.body for post in seen.posts]
    assert not (await forum.posts.reply(scene.mod, scene.start.thread_id, "I may")).held
    [case] = (await forum.cases.queue(scene.mod)).rows
    assert (case.source, case.author.handle) == (CaseSource.APPROVAL, "ada")
    await scene.decide(case.case_id, DecisionKind.APPROVE)
    seen = await forum.threads.posts(scene.ben, scene.start.thread_id, around=1)
    assert "May I?" in [post.body for post in seen.posts]
    assert "post_published" in await scene.kinds(scene.ada)
    started = await forum.posts.start_thread(scene.ada, scene.garden.community_id, "New", "text")
    assert started.held is not thread
    if not thread:
        page = await forum.threads.page(scene.ben, scene.garden.community_id)
        assert [row.title for row in page.rows] == ["Roses"]


async def test_a_locked_thread_stays_so_where_it_is_moved(scene: Scene) -> None:
    """Bug: a restriction was looked for in the community where it was set."""
    orchard = await another(scene.forum, scene.boss, "orchard")
    await scene.forum.memberships.join(scene.ada, orchard.community_id)
    await restrict(scene, RestrictionKind.LOCK)
    await scene.forum.curation.move(scene.boss, scene.start.thread_id, orchard.community_id)
    with pytest.raises(ConflictError, match="This thread is closed until"):
        await scene.forum.posts.reply(scene.ada, scene.start.thread_id, "but")
    view = await scene.forum.threads.view(scene.boss, scene.start.thread_id)
    await scene.forum.restrictions.end(scene.boss, view.restrictions[0].restriction_id)
    await scene.forum.posts.reply(scene.ada, scene.start.thread_id, "again")
