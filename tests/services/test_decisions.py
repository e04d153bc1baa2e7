"""What each decision does, how it is taken back, and what happens when many are made at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.forums import another, member, number, rows
from tests.scenes import Scene, garden_scene
from tests.storage.test_record import is_whole
from tui_forum.domain.cases import Decided
from tui_forum.domain.entities import Actor, PostState, Role, Visibility
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError
from tui_forum.domain.moderation import CaseCategory, CaseState, DecisionKind, Ruling
from tui_forum.services.forum import Forum


@pytest.fixture
async def scene(forum: Forum) -> Scene:
    return await garden_scene(forum)


async def body_and_state(scene: Scene, post_number: int = 3) -> tuple[str, PostState]:
    post = await scene.forum.threads.post(scene.boss, scene.start.thread_id, post_number)
    return post.body, post.state


# -- each kind


async def test_an_edit_keeps_the_earlier_text_and_tells_author_and_reporter(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    ruling = Ruling.plain(
        DecisionKind.EDIT, "No adverts", post_id=scene.bad.post_id, body="I like watches.", revision=1
    )
    await scene.forum.decisions.decide(scene.mod, case_id, ruling)
    assert await body_and_state(scene) == ("I like watches.", PostState.VISIBLE)
    revisions = await scene.forum.posts.revisions(scene.ada, scene.bad.post_id)
    assert [(one.body, one.editor.handle) for one in revisions] == [("buy **my** watches", "max")]
    assert await scene.kinds(scene.ada) == ["post_changed"]
    assert await scene.kinds(scene.ben) == ["report_edit"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"revision": 2}, "changed meanwhile"),
        ({"post_id": 1}, "changed meanwhile"),
        ({"body": " "}, "nothing to send"),
    ],
)
async def test_an_edit_of_what_is_not_there_leaves_the_case_open(
    scene: Scene, change: dict[str, Any], why: str
) -> None:
    case_id = await scene.report(scene.ben)
    ruling = Ruling.plain(DecisionKind.EDIT, "so", post_id=scene.bad.post_id, body="other", revision=1)
    with pytest.raises((ConflictError, InvalidInputError), match=why):
        await scene.forum.decisions.decide(scene.mod, case_id, replace(ruling, **change))
    assert len((await scene.forum.cases.queue(scene.mod)).rows) == 1
    assert await scene.forum.record.page(scene.mod) == ()


@pytest.mark.parametrize("kind", [DecisionKind.WARN, DecisionKind.SILENCE, DecisionKind.SUSPEND])
async def test_a_sanction_is_laid_on_the_author_with_or_without_the_post(
    scene: Scene, kind: DecisionKind
) -> None:
    case_id = await scene.report(scene.ben)
    until = scene.forum.database.now() + timedelta(days=3)
    ruling = Ruling.plain(kind, "Enough", until=until, remove=kind is not DecisionKind.WARN)
    await scene.forum.decisions.decide(scene.mod, case_id, ruling)
    state = PostState.VISIBLE if kind is DecisionKind.WARN else PostState.REMOVED
    assert (await body_and_state(scene))[1] is state
    [(account_id, place, reason, case)] = await rows(
        scene.forum.database, "SELECT account_id, community_id, reason, case_id FROM sanction"
    )
    assert (account_id, place, reason, case) == (
        scene.ada.account_id, scene.garden.community_id, "Enough", case_id,
    )  # fmt: skip
    assert (await scene.kinds(scene.ada))[0].startswith("sanction_")
    assert await scene.kinds(scene.ben) == ["report_acted"]  # what is laid on others is not theirs to know


async def test_a_sanction_needs_a_time_to_come_and_for_everywhere_a_moderator_of_all(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    past = scene.forum.database.now() - timedelta(minutes=1)
    with pytest.raises(InvalidInputError, match="over already"):
        await scene.forum.decisions.decide(
            scene.mod, case_id, Ruling.plain(DecisionKind.SILENCE, "so", until=past)
        )
    everywhere = Ruling.plain(DecisionKind.SUSPEND, "so", everywhere=True)
    with pytest.raises(NotAllowedError, match="whole forum"):
        await scene.forum.decisions.decide(scene.mod, case_id, everywhere)
    await scene.forum.decisions.decide(scene.boss, case_id, everywhere)
    assert await rows(scene.forum.database, "SELECT community_id FROM sanction") == [(None,)]


async def test_off_topic_marks_the_posts_and_leaves_them(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    await scene.decide(case_id, DecisionKind.OFF_TOPIC)
    assert (await body_and_state(scene))[1] is PostState.VISIBLE
    assert await number(scene.forum.database, "SELECT count(*) FROM post WHERE off_topic") == 1
    assert await scene.kinds(scene.ada) == ["post_off_topic"]
    await scene.forum.decisions.undo(scene.mod)
    assert await number(scene.forum.database, "SELECT count(*) FROM post WHERE off_topic") == 0


async def test_a_reply_is_moved_with_its_replies_and_comes_back(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    market = await another(scene.forum, scene.boss, "market")
    await member(scene.forum, "dora", market, Role.MEMBER)
    ruling = Ruling.plain(
        DecisionKind.MOVE,
        "There",
        post_id=scene.bad.post_id,
        community_id=market.community_id,
        title="Watches",
    )
    with pytest.raises(NotAllowedError):  # max does not moderate the market
        await scene.forum.decisions.decide(scene.mod, case_id, ruling)
    await scene.forum.decisions.decide(scene.boss, case_id, ruling)
    [thread] = (await scene.forum.threads.page(scene.boss, market.community_id)).rows
    posts = (await scene.forum.threads.posts(scene.boss, thread.thread_id)).posts
    assert (thread.title, [post.author.handle for post in posts]) == ("Watches", ["ada", "ben"])
    assert "post_moved" in await scene.kinds(scene.ada)
    assert await scene.kinds(scene.ben) == ["report_move"]
    await scene.forum.decisions.undo(scene.boss)
    titles = [
        row.title for row in (await scene.forum.threads.page(scene.boss, scene.garden.community_id)).rows
    ]
    assert sorted(titles) == ["Roses", "Watches"]
    assert len((await scene.forum.cases.queue(scene.mod)).rows) == 1


async def test_who_reported_what_moved_out_of_sight_was_told_nothing(scene: Scene) -> None:
    forum = scene.forum
    post = await forum.posts.start_thread(scene.ada, scene.garden.community_id, "Watches", "Cheap")
    await forum.reports.report(scene.ben, post.post_id, CaseCategory.OFF_TOPIC)
    case_id = (await forum.cases.queue(scene.mod)).rows[0].case_id
    attic = await another(forum, scene.boss, "attic", Visibility.INVITE)
    ruling = Ruling.plain(
        DecisionKind.MOVE, "There", post_id=post.post_id, community_id=attic.community_id, title="Watches"
    )
    await forum.decisions.decide(scene.boss, case_id, ruling)
    assert await scene.kinds(scene.ben) == ["report_acted"]
    [told] = [one for one in await forum.notices.page(scene.ben) if one.kind == "report_acted"]
    assert (told.thread_id, "Attic" in repr(told), "Watches" in repr(told)) == (None, False, False)
    assert await scene.kinds(scene.ada) == ["post_moved_away"]


async def test_a_prepared_text_is_told_in_the_language_of_who_reads_it(scene: Scene) -> None:
    for actor, language in ((scene.ada, "de"), (scene.ben, "en"), (scene.cleo, "de")):
        await scene.forum.accounts.update_profile(
            actor, display_name=actor.display_name, time_zone="UTC", language=language
        )
    case_id = await scene.report(scene.ben, scene.cleo)
    ruling = Ruling(DecisionKind.REMOVE, {"en": "Not in {community}, {author}", "de": "Nicht in {community}"})
    await scene.forum.decisions.decide(scene.mod, case_id, ruling)

    async def told(actor: Actor) -> str:
        return next(one.text for one in await scene.forum.notices.page(actor) if one.kind != "reply")

    assert await told(scene.ada) == await told(scene.cleo) == "Nicht in Garden"
    assert await told(scene.ben) == "Not in Garden, @ada"
    assert (await scene.forum.record.page(scene.mod))[0].reason == "Not in Garden, @ada"


# -- nobody decides about what they have not seen


async def test_a_post_that_was_changed_or_has_joined_is_looked_at_first(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    seen = {scene.bad.post_id: 1}
    await scene.forum.posts.edit(scene.ada, scene.bad.post_id, "sorry", revision=1)
    for what in (seen, None):
        with pytest.raises(ConflictError, match="was changed meanwhile"):
            await scene.forum.decisions.decide(
                scene.mod, case_id, Ruling.plain(DecisionKind.REMOVE, "x"), what
            )
    more = await scene.post(scene.ada, "more")
    await scene.forum.reports.report(scene.cleo, more.post_id, CaseCategory.SPAM)
    with pytest.raises(ConflictError, match="Another post has joined"):
        await scene.forum.decisions.decide(
            scene.mod, case_id, Ruling.plain(DecisionKind.REMOVE, "x"), {scene.bad.post_id: 2}
        )
    await scene.forum.decisions.decide(
        scene.mod, case_id, Ruling.plain(DecisionKind.REMOVE, "x"), {scene.bad.post_id: 2, more.post_id: 1}
    )
    assert await number(scene.forum.database, "SELECT count(*) FROM post WHERE state = 'removed'") == 2


# -- at once


async def test_fifty_sessions_over_the_same_cases_decide_each_exactly_once(scene: Scene) -> None:
    forum = scene.forum
    cases = []
    for n in range(10):
        author = await member(forum, f"author-{n}", scene.garden)
        cases.append(await scene.case_of(author))
    mods = [await member(forum, f"mod-{n}", scene.garden, Role.MODERATOR, scene.boss) for n in range(10)]

    lost: set[str] = set()

    async def session(n: int) -> list[Decided]:
        """Works through the queue from its own place on, as fast as it can."""
        won = []
        order = cases[n % 10 :] + cases[: n % 10]
        kind = (DecisionKind.APPROVE, DecisionKind.REMOVE, DecisionKind.WARN)[n % 3]
        for case_id in order:
            try:
                won.append(
                    await forum.decisions.decide(mods[n % 10], case_id, Ruling.plain(kind, f"session {n}"))
                )
            except ConflictError as error:
                lost.add(str(error))
        return won

    ends = await asyncio.gather(*(session(n) for n in range(50)))
    won = [decided for end in ends for decided in end]
    assert lost == {"Somebody has decided this case meanwhile."}
    assert sorted(decided.case_id for decided in won) == sorted(cases)
    assert await is_whole(forum.database) == 10
    by_case = {decided.case_id: decided.kind.value for decided in won}
    assert dict(await rows(forum.database, "SELECT case_id, action FROM moderation_record")) == by_case
    assert dict(await rows(forum.database, "SELECT id, outcome FROM moderation_case")) == by_case
    assert await number(forum.database, "SELECT count(*) FROM sanction") == sum(
        kind == "warn" for kind in by_case.values()
    )


async def test_many_are_decided_together_and_what_cannot_be_is_left_and_counted(scene: Scene) -> None:
    forum = scene.forum
    authors = [await member(forum, f"author-{n}", scene.garden) for n in range(5)]
    cases = [await scene.case_of(author) for author in authors]
    mine = await scene.case_of(await member(forum, "kim", scene.garden), reporter=scene.mod)
    await scene.decide(cases[0], DecisionKind.APPROVE, scene.boss)
    [(changed,)] = await rows(
        forum.database, "SELECT post_id FROM moderation_case WHERE id = :id", id=cases[1]
    )
    await forum.posts.edit(authors[1], changed, "better", revision=1)
    seen: list[tuple[int, int]] = []
    outcome = await forum.decisions.decide_many(
        scene.mod, [*cases, mine, 10**6], Ruling.plain(DecisionKind.REMOVE, "spam"),
        lambda done, count: seen.append((done, count)),
    )  # fmt: skip
    assert outcome.decided == 3
    assert sum(outcome.left.values()) == 4
    assert {why.split()[0] for why in outcome.left} == {"Somebody", "A", "You", "That"}
    assert seen == [(n, 7) for n in range(1, 8)]
    assert await number(forum.database, "SELECT count(*) FROM moderation_record WHERE action = 'remove'") == 3
    undone = await forum.decisions.undo(scene.mod)
    assert sorted(undone) == sorted(cases[2:])
    assert await number(forum.database, "SELECT count(*) FROM post WHERE state = 'removed'") == 0


async def test_an_edit_is_not_for_many_and_there_is_a_limit(scene: Scene) -> None:
    with pytest.raises(InvalidInputError, match="one case at a time"):
        await scene.forum.decisions.decide_many(scene.mod, [1], Ruling.plain(DecisionKind.EDIT, "x"))
    with pytest.raises(InvalidInputError, match="At most 500"):
        await scene.forum.decisions.decide_many(scene.mod, range(501), Ruling.plain(DecisionKind.REMOVE, "x"))


# -- taking back


async def test_taking_back_puts_everything_as_it_was(scene: Scene) -> None:
    case_id = await scene.report(scene.ben, scene.cleo)
    ruling = Ruling.plain(DecisionKind.SUSPEND, "Enough", remove=True)
    await scene.forum.decisions.decide(scene.mod, case_id, ruling)
    await scene.forum.notices.mark_seen(scene.ben)
    assert await scene.forum.decisions.undo(scene.mod) == (case_id,)
    assert await body_and_state(scene) == ("buy **my** watches", PostState.VISIBLE)
    case = await scene.forum.cases.case(scene.mod, case_id)
    assert (case.row.state, case.may_decide, case.row.outcome) == (CaseState.OPEN, True, None)
    assert await number(scene.forum.database, "SELECT count(*) FROM sanction WHERE lifted_at IS NULL") == 0
    # Who has not looked yet is not bothered; who has read it is told.
    assert await scene.kinds(scene.ada) == []
    assert await scene.kinds(scene.cleo) == []
    assert await scene.kinds(scene.ben) == ["decision_undone", "report_acted"]
    assert [line.action.value for line in await scene.forum.record.page(scene.mod)] == ["undo", "suspend"]
    assert await is_whole(scene.forum.database) == 2
    await scene.decide(case_id, DecisionKind.APPROVE)
    assert (await scene.kinds(scene.cleo))[0] == "report_approve"


async def test_an_edit_is_taken_back_as_one_more_version(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    await scene.forum.decisions.decide(
        scene.mod, case_id,
        Ruling.plain(DecisionKind.EDIT, "x", post_id=scene.bad.post_id, body="tame", revision=1),
    )  # fmt: skip
    await scene.forum.decisions.undo(scene.mod)
    assert await body_and_state(scene) == ("buy **my** watches", PostState.VISIBLE)
    assert len(await scene.forum.posts.revisions(scene.ada, scene.bad.post_id)) == 2


async def test_what_its_author_did_since_is_not_undone(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    await scene.decide(case_id, DecisionKind.APPROVE)
    await scene.forum.posts.delete(scene.ada, scene.bad.post_id)
    await scene.forum.decisions.undo(scene.mod)
    assert (await body_and_state(scene))[1] is PostState.DELETED


async def test_only_ones_own_last_decision_and_only_for_ten_minutes(scene: Scene) -> None:
    first = await scene.report(scene.ben)
    second = await scene.case_of(scene.cleo, reporter=scene.ben)
    await scene.decide(first)
    await scene.decide(second)
    with pytest.raises(ConflictError, match="nothing to undo"):
        await scene.forum.decisions.undo(scene.boss)
    assert await scene.forum.decisions.undo(scene.mod) == (second,)
    scene.later(timedelta(minutes=11))
    with pytest.raises(ConflictError, match="ten minutes"):
        await scene.forum.decisions.undo(scene.mod)


async def test_what_was_reported_again_is_decided_in_its_new_case(scene: Scene) -> None:
    first = await scene.report(scene.ben)
    await scene.decide(first, DecisionKind.APPROVE)
    assert await scene.report(scene.cleo) != first
    with pytest.raises(ConflictError, match="reported again"):
        await scene.forum.decisions.undo(scene.mod)


async def test_taking_back_at_once_happens_once(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    await scene.decide(case_id)
    ends = await asyncio.gather(
        *(scene.forum.decisions.undo(scene.mod) for _ in range(8)), return_exceptions=True
    )
    assert sum(end == (case_id,) for end in ends) == 1
    assert sum(isinstance(end, ConflictError) for end in ends) == 7
    assert await is_whole(scene.forum.database) == 2


# -- in a community that not everybody sees


async def test_an_author_who_has_left_is_told_what_became_of_the_post_but_not_where(forum: Forum) -> None:
    scene = await garden_scene(forum)
    hidden = await another(forum, scene.boss, "hidden", Visibility.INVITE)
    for actor in (scene.ada, scene.ben):
        await forum.memberships.invite(scene.boss, hidden.community_id, actor.handle)
        await forum.memberships.join(actor, hidden.community_id)
    post = await forum.posts.start_thread(scene.ada, hidden.community_id, "Secret", "x")
    await forum.reports.report(scene.ben, post.post_id, CaseCategory.SPAM)
    [row] = (await forum.cases.queue(scene.boss)).rows
    await forum.memberships.leave(scene.ada, hidden.community_id)
    await forum.decisions.decide(scene.boss, row.case_id, Ruling.plain(DecisionKind.WARN, "Not so"))
    [told] = [one for one in await forum.notices.page(scene.ada) if one.kind == "sanction_warning"]
    assert (told.text, told.community_name, told.community_id) == ("Not so", "", None)


async def test_moments_are_in_utc(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    row = (await scene.forum.cases.case(scene.mod, case_id)).row
    assert row.opened_at.tzinfo is UTC
    assert abs(datetime.now(UTC) - row.opened_at) < timedelta(minutes=1)
