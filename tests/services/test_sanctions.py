"""What a sanction keeps somebody from, how long, and how it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.forums import another, member, person
from tests.scenes import Scene, garden_scene
from tui_forum.domain.entities import Actor, Role
from tui_forum.domain.errors import BarredError, ConflictError, NotAllowedError, NotFoundError
from tui_forum.domain.events import EventKind, community_topic
from tui_forum.domain.moderation import CaseCategory, DecisionKind, Ruling, SanctionKind
from tui_forum.domain.people import ReactionKind
from tui_forum.domain.polls import PollPlan
from tui_forum.domain.record import RecordAction
from tui_forum.services.forum import Forum
from tui_forum.storage.models import Sanction
from tui_forum.storage.uow import UnitOfWork


@pytest.fixture
async def scene(forum: Forum) -> Scene:
    return await garden_scene(forum)


async def sanction(scene: Scene, kind: DecisionKind, by: Actor | None = None, **rest: Any) -> int:
    """Ada's post is reported by ben and the author sanctioned: for three days, unless told otherwise."""
    case_id = await scene.report(scene.ben)
    rest.setdefault("until", scene.forum.database.now() + timedelta(days=3))
    await scene.forum.decisions.decide(by or scene.mod, case_id, Ruling.plain(kind, "Enough", **rest))
    return case_id


async def pass_time(scene: Scene) -> None:
    """The sanctions that end at some time end now."""
    past = datetime.now(UTC) - timedelta(seconds=1)

    async def work(uow: UnitOfWork) -> None:
        await uow.connection.execute(update(Sanction).where(Sanction.until.is_not(None)).values(until=past))

    await scene.forum.database.write(work)


def writes(scene: Scene, poll: int) -> dict[str, Any]:
    """Everything that ada may write, each as a call that is made when it is awaited."""
    forum, ada, place = scene.forum, scene.ada, scene.garden.community_id
    thread = scene.start.thread_id
    return {
        "thread": lambda: forum.posts.start_thread(ada, place, "More", "text"),
        "reply": lambda: forum.posts.reply(ada, thread, "text"),
        "edit": lambda: forum.posts.edit(ada, scene.bad.post_id, "other", revision=1),
        "praise": lambda: forum.recognition.praise(ada, scene.start.post_id, "Well said"),
        "welcome": lambda: forum.recognition.welcome(ada, place, "ben", "Hello"),
        "vote": lambda: forum.polls.vote(ada, poll, [1]),
        "invitation": lambda: forum.memberships.invite(ada, place, "olga"),
        "reaction": lambda: forum.recognition.react(ada, scene.start.post_id, next(iter(ReactionKind))),
    }


@pytest.mark.parametrize("everywhere", [False, True])
async def test_silence_refuses_every_write_and_says_until_when_and_why(
    scene: Scene, everywhere: bool
) -> None:
    await person(scene.forum, "olga")
    poll = await scene.forum.posts.start_thread(
        scene.boss, scene.garden.community_id, "Red?", "", poll=PollPlan(("yes", "no"))
    )
    case_id = await sanction(scene, DecisionKind.SILENCE, scene.boss, everywhere=everywhere)
    for write in writes(scene, poll.thread_id).values():
        with pytest.raises(BarredError, match=r"but not write, until .*: Enough"):
            await write()
    thread = await scene.forum.threads.view(scene.ada, scene.start.thread_id)
    assert thread.may_reply  # the composer tells
    assert thread.why_params["reason"] == "Enough"
    # What stays: reading, reporting, talking with the moderators, appealing, deleting one's own.
    await scene.forum.caseroom.write_to_member(scene.boss, case_id, "Do you see why?")
    await scene.forum.caseroom.answer(scene.ada, case_id, "I do")
    await scene.forum.appeals.appeal(scene.ada, case_id, "But it was a joke")
    await scene.forum.reports.report(scene.ada, scene.start.post_id, CaseCategory.SPAM, "so")
    await scene.forum.posts.delete(scene.ada, scene.bad.post_id)


async def test_silence_holds_where_it_was_imposed(scene: Scene) -> None:
    elsewhere = await another(scene.forum, scene.boss, "orchard")
    await scene.forum.memberships.join(scene.ada, elsewhere.community_id)
    await sanction(scene, DecisionKind.SILENCE)
    await scene.forum.posts.start_thread(scene.ada, elsewhere.community_id, "Here", "I may")


async def test_a_silence_lapses_at_its_time_and_is_told_and_noted(scene: Scene) -> None:
    case_id = await sanction(scene, DecisionKind.SILENCE)
    assert await scene.forum.sanctions.next_end() is not None
    await pass_time(scene)
    await scene.forum.posts.reply(scene.ada, scene.start.thread_id, "again")  # before anybody looked
    await scene.forum.sanctions.lapse(datetime.now(UTC))
    await scene.forum.sanctions.lapse(datetime.now(UTC))  # once only
    assert (await scene.kinds(scene.ada)).count("sanction_over") == 1
    [line] = [one for one in await scene.forum.record.page(scene.mod) if one.action is RecordAction.LAPSE]
    assert (line.moderator, line.case_id) == (None, case_id)
    assert await scene.forum.sanctions.next_end() is None


async def test_who_is_suspended_from_a_community_reads_nothing_there(scene: Scene) -> None:
    elsewhere = await another(scene.forum, scene.boss, "orchard")
    await scene.forum.memberships.join(scene.ada, elsewhere.community_id)
    await scene.forum.posts.start_thread(scene.ben, scene.garden.community_id, "Who knows?", "Nobody")
    await sanction(scene, DecisionKind.SUSPEND)
    forum, ada, place = scene.forum, scene.ada, scene.garden.community_id
    with pytest.raises(BarredError, match=r"suspended from this community until .*: Enough"):
        await forum.threads.page(ada, place)
    with pytest.raises(BarredError):
        await forum.threads.view(ada, scene.start.thread_id)
    with pytest.raises(BarredError):
        await forum.threads.posts(ada, scene.start.thread_id)
    with pytest.raises(NotFoundError):
        await forum.threads.row(ada, scene.start.thread_id)
    with pytest.raises(NotFoundError):
        await forum.threads.resolve(ada, scene.start.thread_id)
    assert await forum.threads.search_titles(ada, "Roses") == ()
    assert (await forum.threads.page(ada, elsewhere.community_id)).rows == ()
    assert await forum.threads.next_unread(ada) is None  # bug: Tab led there again and again
    assert (await forum.threads.unanswered(ada)).rows == ()
    assert (await forum.communities.home(ada)).unanswered == 0
    row = await forum.communities.community_by_id(ada, place)  # that it is there is no secret
    assert not row.readable
    await forum.memberships.leave(ada, place)
    with pytest.raises(BarredError):
        await forum.memberships.join(ada, place)
    with pytest.raises(BarredError):
        await forum.threads.page(ada, place)  # not as a visitor either
    await pass_time(scene)
    assert (await forum.threads.page(ada, place)).rows


async def test_who_is_suspended_everywhere_gets_the_notice_and_nothing_else(scene: Scene) -> None:
    assert await scene.forum.sanctions.suspension(scene.ada) is None
    await sanction(scene, DecisionKind.SUSPEND, scene.boss, everywhere=True)
    penalty = await scene.forum.sanctions.suspension(scene.ada)
    assert penalty is not None
    assert (penalty.kind, penalty.reason, penalty.community_name) == (SanctionKind.SUSPENSION, "Enough", "")
    with pytest.raises(BarredError, match="suspended from this forum"):
        await scene.forum.communities.community_by_id(scene.ada, scene.garden.community_id)
    home = await scene.forum.communities.home(scene.ada)
    assert not any(row.readable for row in home.others)
    await pass_time(scene)
    assert await scene.forum.sanctions.suspension(scene.ada) is None


async def test_events_of_a_community_one_is_suspended_from_are_not_heard(scene: Scene) -> None:
    ear = scene.forum.listening.open(scene.ada)
    ear.watch(community_topic(scene.garden.community_id))
    await scene.forum.posts.reply(scene.ben, scene.start.thread_id, "heard")
    await sanction(scene, DecisionKind.SUSPEND)
    after = await scene.forum.posts.reply(scene.ben, scene.start.thread_id, "not heard")
    last = await scene.forum.posts.reply(scene.boss, scene.start.thread_id, "to ada", reply_to=3)
    heard: list[tuple[EventKind, int | None]] = []
    while EventKind.SANCTION_CHANGED not in {kind for kind, _post in heard}:
        await ear.wait()
        heard += [(event.kind, event.post_id) for event in await ear.take()]
    assert {after.post_id, last.post_id}.isdisjoint(post for _kind, post in heard)
    ear.close()


async def test_who_is_removed_is_out_and_does_not_come_back_until_it_is_over(scene: Scene) -> None:
    await sanction(scene, DecisionKind.REMOVE_MEMBER)
    forum, ada, place = scene.forum, scene.ada, scene.garden.community_id
    row = await forum.communities.community_by_id(ada, place)
    assert (row.role, row.readable) == (None, True)  # as everybody reads there
    with pytest.raises(BarredError, match=r"cannot join it until .*: Enough"):
        await forum.memberships.join(ada, place)
    assert (await scene.kinds(ada))[0] == "sanction_removal"
    await scene.forum.decisions.undo(scene.mod)
    assert (await forum.communities.community_by_id(ada, place)).role is Role.MEMBER


async def test_a_warning_is_unread_until_it_is_acknowledged_and_forbids_nothing(scene: Scene) -> None:
    await sanction(scene, DecisionKind.WARN)
    await scene.forum.posts.reply(scene.ada, scene.start.thread_id, "sorry")
    await pass_time(scene)
    [warning] = await scene.forum.sanctions.unread(scene.ada)
    assert (warning.kind, warning.reason, warning.until) == (SanctionKind.WARNING, "Enough", None)
    await scene.forum.sanctions.acknowledge(scene.ben, warning.sanction_id)  # not ben's
    assert await scene.forum.sanctions.unread(scene.ada)
    await scene.forum.sanctions.acknowledge(scene.ada, warning.sanction_id)
    assert await scene.forum.sanctions.unread(scene.ada) == ()


async def test_a_moderator_lifts_a_sanction_and_says_why(scene: Scene) -> None:
    case_id = await sanction(scene, DecisionKind.SILENCE)
    [line] = (await scene.forum.cases.case(scene.mod, case_id)).history.sanctions
    assert line.running
    outsider = await person(scene.forum, "olga")
    for actor, error in ((outsider, NotFoundError), (scene.ada, NotFoundError)):
        with pytest.raises(error):
            await scene.forum.sanctions.lift(actor, line.sanction_id, "please")
    await scene.forum.sanctions.lift(scene.mod, line.sanction_id, "It is good now")
    await scene.forum.posts.reply(scene.ada, scene.start.thread_id, "thanks")
    [notice] = [one for one in await scene.forum.notices.page(scene.ada) if one.kind == "sanction_lifted"]
    assert notice.text == "It is good now"
    [entry] = [one for one in await scene.forum.record.page(scene.mod) if one.action is RecordAction.LIFT]
    assert (entry.case_id, entry.reason) == (case_id, "It is good now")
    with pytest.raises(ConflictError, match="over already"):
        await scene.forum.sanctions.lift(scene.mod, line.sanction_id, "again")
    [line] = (await scene.forum.cases.case(scene.mod, case_id)).history.sanctions
    assert not line.running


async def test_moderators_see_what_is_laid_on_somebody_where_they_moderate(scene: Scene) -> None:
    await sanction(scene, DecisionKind.SILENCE)
    orchard = await another(scene.forum, scene.boss, "orchard")
    gardener = await member(scene.forum, "greta", orchard, Role.MODERATOR, scene.boss)
    assert [one.community_slug for one in await scene.forum.sanctions.of(scene.mod, "@Ada")] == ["garden"]
    assert len(await scene.forum.sanctions.of(scene.boss, "ada")) == 1
    assert await scene.forum.sanctions.of(gardener, "ada") == ()
    with pytest.raises(NotAllowedError):
        await scene.forum.sanctions.of(scene.ben, "ada")


async def test_nobody_bars_who_has_more_to_say(scene: Scene) -> None:
    post = await scene.forum.posts.reply(scene.boss, scene.start.thread_id, "I am the boss")
    await scene.forum.reports.report(scene.ben, post.post_id, CaseCategory.SPAM, "so")
    [case] = (await scene.forum.cases.queue(scene.mod)).rows
    for kind in (DecisionKind.SILENCE, DecisionKind.SUSPEND, DecisionKind.REMOVE_MEMBER):
        with pytest.raises(NotAllowedError, match="forward the case"):
            await scene.forum.decisions.decide(scene.mod, case.case_id, Ruling.plain(kind, "so"))
    await scene.forum.decisions.decide(scene.mod, case.case_id, Ruling.plain(DecisionKind.WARN, "Hm"))


async def test_a_moderator_who_is_suspended_moderates_no_more(scene: Scene) -> None:
    post = await scene.forum.posts.reply(scene.mod, scene.start.thread_id, "rude")
    await scene.forum.reports.report(scene.ben, post.post_id, CaseCategory.SPAM, "so")
    [case] = (await scene.forum.cases.queue(scene.boss)).rows
    await scene.forum.decisions.decide(scene.boss, case.case_id, Ruling.plain(DecisionKind.SUSPEND, "so"))
    case_id = await scene.case_of(scene.ada)
    assert (await scene.forum.cases.queue(scene.mod)).rows == ()
    with pytest.raises(NotFoundError):
        await scene.decide(case_id)
    await scene.decide(case_id, actor=scene.boss)


async def test_a_silence_holds_also_where_the_community_was_merged_into(scene: Scene) -> None:
    """Bug: it was of a community that was no more, and the member wrote on."""
    orchard = await another(scene.forum, scene.boss, "orchard")
    await sanction(scene, DecisionKind.SILENCE)
    await scene.forum.merging.merge(scene.boss, scene.garden.community_id, orchard.community_id)
    with pytest.raises(BarredError):
        await scene.forum.posts.reply(scene.ada, scene.start.thread_id, "but")
