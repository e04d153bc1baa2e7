"""Appeals: once, against what was decided about oneself, answered by somebody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.forums import member, person, rows
from tests.scenes import Scene, garden_scene
from tui_forum.domain.appeals import AppealState
from tui_forum.domain.entities import PostState, Role, SiteRole
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.moderation import CaseSource, Conflict, DecisionKind, ForwardedTo, Ruling
from tui_forum.domain.record import RecordAction
from tui_forum.services.forum import Forum


@pytest.fixture
async def scene(forum: Forum) -> Scene:
    return await garden_scene(forum)


async def removed(scene: Scene) -> int:
    """Ada's post was removed by max; the case."""
    case_id = await scene.report(scene.ben)
    await scene.decide(case_id)
    return case_id


async def appealed(scene: Scene, case_id: int) -> int:
    """Ada appeals; the appeal's own case."""
    await scene.forum.appeals.appeal(scene.ada, case_id, "It was a *joke*")
    [(own,)] = await rows(scene.forum.database, "SELECT max(case_id) FROM appeal")
    return int(own)


async def state_of_post(scene: Scene) -> PostState:
    return (await scene.forum.threads.post(scene.boss, scene.start.thread_id, 3)).state


async def test_a_decision_is_read_by_whom_it_is_about_and_nobody_else(scene: Scene) -> None:
    case_id = await removed(scene)
    view = await scene.forum.appeals.decision(scene.ada, case_id)
    assert (view.kind, view.reason, view.community_name) == (DecisionKind.REMOVE, "My reason", "Garden")
    assert (view.appeal, view.why_not, view.thread_title) == (None, "", "Roses")
    for other in (scene.ben, scene.mod, scene.boss):
        with pytest.raises(NotFoundError):
            await scene.forum.appeals.decision(other, case_id)
        with pytest.raises(NotFoundError):
            await scene.forum.appeals.appeal(other, case_id, "so")


async def test_what_is_approved_or_still_open_has_nothing_to_appeal_against(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    with pytest.raises(NotFoundError):
        await scene.forum.appeals.appeal(scene.ada, case_id, "so")
    await scene.decide(case_id, DecisionKind.APPROVE)
    with pytest.raises(NotFoundError):
        await scene.forum.appeals.appeal(scene.ada, case_id, "so")


async def test_the_first_decider_does_not_answer_while_there_is_somebody_else(scene: Scene) -> None:
    own = await appealed(scene, await removed(scene))
    [row] = (await scene.forum.cases.queue(scene.mod)).rows
    assert (row.case_id, row.source, row.conflict) == (own, CaseSource.APPEAL, Conflict.DECIDER)
    assert row.excerpt == "It was a joke"
    case = await scene.forum.cases.case(scene.mod, own)
    assert (case.may_decide, case.alone) == (False, False)
    for overturn in (True, False):
        with pytest.raises(NotAllowedError, match="somebody else answers the appeal"):
            await scene.forum.appeals.answer(scene.mod, own, "no", overturn=overturn)
    case = await scene.forum.cases.case(scene.boss, own)
    assert case.may_decide
    assert case.appeal is not None
    assert (case.appeal.body, case.appeal.kind, case.appeal.decided_by.handle, case.appeal.reason) == (
        "It was a *joke*", DecisionKind.REMOVE, "max", "My reason",
    )  # fmt: skip
    assert [post.body for post in case.posts] == ["buy **my** watches"]
    with pytest.raises(ConflictError, match="answered, not decided"):
        await scene.decide(own, DecisionKind.APPROVE, scene.boss)


async def test_who_is_alone_answers_and_the_record_says_that_they_were(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    await scene.forum.memberships.set_role(scene.boss, scene.garden.community_id, "max", Role.MEMBER)
    await scene.decide(case_id, actor=scene.boss)
    own = await appealed(scene, case_id)
    case = await scene.forum.cases.case(scene.boss, own)
    assert (case.may_decide, case.alone, case.row.conflict) == (True, True, Conflict.DECIDER)
    await scene.forum.appeals.answer(scene.boss, own, "It stays", overturn=False)
    [(after,)] = await rows(
        scene.forum.database, "SELECT CAST(after AS TEXT) FROM moderation_record WHERE action = 'uphold'"
    )
    assert '"alone": true' in after


async def test_an_appeal_that_is_turned_down_leaves_all_as_it_was_and_is_told(scene: Scene) -> None:
    case_id = await removed(scene)
    own = await appealed(scene, case_id)
    await scene.forum.appeals.answer(scene.boss, own, "It is advertising", overturn=False)
    assert await state_of_post(scene) is PostState.REMOVED
    assert (await scene.kinds(scene.ada))[0] == "appeal_upheld"
    assert (await scene.kinds(scene.mod))[0] == "decision_upheld"
    view = await scene.forum.appeals.decision(scene.ada, case_id)
    assert view.appeal is not None
    assert (view.appeal.state, view.appeal.answer) == (AppealState.UPHELD, "It is advertising")
    with pytest.raises(ConflictError, match="already"):
        await scene.forum.appeals.appeal(scene.ada, case_id, "But")
    with pytest.raises(ConflictError):
        await scene.forum.appeals.answer(scene.boss, own, "again", overturn=True)


async def test_an_appeal_that_is_granted_brings_the_post_back_and_lifts_what_was_laid_on(
    scene: Scene,
) -> None:
    case_id = await scene.report(scene.ben)
    until = scene.forum.database.now() + timedelta(days=3)
    ruling = Ruling.plain(DecisionKind.SILENCE, "Enough", until=until, remove=True)
    await scene.forum.decisions.decide(scene.mod, case_id, ruling)
    own = await appealed(scene, case_id)
    await scene.forum.appeals.answer(scene.boss, own, "A misunderstanding", overturn=True)
    assert await state_of_post(scene) is PostState.VISIBLE
    await scene.forum.posts.reply(scene.ada, scene.start.thread_id, "thank you")
    assert (await scene.kinds(scene.ada))[0] == "appeal_overturned"
    assert (await scene.kinds(scene.mod))[0] == "decision_overturned"
    assert await rows(
        scene.forum.database, "SELECT id FROM moderation_case WHERE overturned ORDER BY id"
    ) == [(case_id,)]
    actions = [one.action for one in await scene.forum.record.page(scene.boss)]
    assert actions == [RecordAction.OVERTURN, RecordAction.APPEAL, RecordAction.SILENCE]


async def test_who_was_removed_and_should_not_have_been_is_a_member_again(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    await scene.forum.decisions.decide(scene.mod, case_id, Ruling.plain(DecisionKind.REMOVE_MEMBER, "Enough"))
    own = await appealed(scene, case_id)
    await scene.forum.appeals.answer(scene.boss, own, "Come back", overturn=True)
    row = await scene.forum.communities.community_by_id(scene.ada, scene.garden.community_id)
    assert row.role is Role.MEMBER


async def test_what_holds_everywhere_is_answered_by_those_who_moderate_everywhere(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    everywhere = Ruling.plain(DecisionKind.SUSPEND, "Enough", everywhere=True)
    await scene.forum.decisions.decide(scene.boss, case_id, everywhere)
    own = await appealed(scene, case_id)  # also while one is suspended
    case = await scene.forum.cases.case(scene.mod, own)
    assert (case.row.forwarded_to, case.may_decide) == (ForwardedTo.SITE, False)
    other = await person(scene.forum, "olga", SiteRole.MODERATOR)
    await scene.forum.appeals.answer(other, own, "Enough is enough", overturn=True)
    assert await scene.forum.sanctions.suspension(scene.ada) is None


async def test_a_decision_that_was_appealed_against_is_not_undone_behind_the_appeal(scene: Scene) -> None:
    own = await appealed(scene, await removed(scene))
    with pytest.raises(ConflictError, match="appealed"):
        await scene.forum.decisions.undo(scene.mod)
    await scene.forum.appeals.answer(scene.boss, own, "It stays", overturn=False)
    with pytest.raises(ConflictError, match="cannot be taken back"):
        await scene.forum.decisions.undo(scene.boss)


async def test_a_decision_made_anew_can_be_appealed_against_anew(scene: Scene) -> None:
    case_id = await removed(scene)
    await scene.forum.decisions.undo(scene.mod)
    with pytest.raises(NotFoundError):
        await scene.forum.appeals.appeal(scene.ada, case_id, "so")  # it does not stand
    await scene.decide(case_id)
    await appealed(scene, case_id)


async def test_of_two_appeals_at_once_there_is_one_and_of_two_answers_too(scene: Scene) -> None:
    case_id = await removed(scene)
    sent = await asyncio.gather(
        *(scene.forum.appeals.appeal(scene.ada, case_id, "so") for _ in range(4)), return_exceptions=True
    )
    assert [one for one in sent if one is None] == [None]
    assert all(isinstance(one, ConflictError) for one in sent if one is not None)
    [(own,)] = await rows(scene.forum.database, "SELECT case_id FROM appeal")
    second = await member(scene.forum, "mia", scene.garden, Role.MODERATOR, scene.boss)
    answered = await asyncio.gather(
        *(scene.forum.appeals.answer(one, own, "so", overturn=True) for one in (scene.boss, second)),
        return_exceptions=True,
    )
    assert [one for one in answered if one is None] == [None]
    with pytest.raises(InvalidInputError):
        await scene.forum.appeals.appeal(scene.ada, case_id, "  ")
