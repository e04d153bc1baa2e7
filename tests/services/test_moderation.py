"""Reports become cases, one decision wins, who is concerned is told, the log forgets nothing."""

from __future__ import annotations

import asyncio

import pytest

from tests.forums import member, number, person, place, rows
from tests.scenes import Scene, garden_scene
from tui_forum.domain.cases import Decided
from tui_forum.domain.entities import Actor, PostState, Role, SiteRole
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.moderation import CaseCategory, CaseState, DecisionKind, Ruling
from tui_forum.domain.recordviews import RecordFilter
from tui_forum.services.forum import Forum


@pytest.fixture
async def scene(forum: Forum) -> Scene:
    return await garden_scene(forum)


async def test_reports_on_one_post_are_one_case_shown_in_its_context(scene: Scene) -> None:
    case_id = await scene.report(scene.ben, scene.cleo)
    [row] = (await scene.forum.cases.queue(scene.mod)).rows
    assert (row.report_count, row.post_number, row.author.handle, row.excerpt) == (
        2, 3, "ada", "buy my watches",
    )  # fmt: skip
    case = await scene.forum.cases.case(scene.mod, case_id)
    assert [(report.reporter.handle, report.note) for report in case.reports if report.reporter] == [
        ("ben", "ben says spam"), ("cleo", "cleo says spam"),
    ]  # fmt: skip
    assert [post.number for post in case.context] == [1, 2, 3, 4]
    assert (case.row.state, case.may_decide) == (CaseState.OPEN, True)
    assert (await scene.forum.communities.home(scene.mod)).open_cases == 1
    assert (await scene.forum.communities.home(scene.ben)).open_cases == 0


async def test_fifty_reports_at_once_are_one_case(scene: Scene) -> None:
    people = [await person(scene.forum, f"reader-{n}x") for n in range(50)]
    await asyncio.gather(
        *(scene.forum.reports.report(one, scene.bad.post_id, CaseCategory.SPAM, "spam") for one in people)
    )
    assert await rows(scene.forum.database, "SELECT report_count FROM moderation_case") == [(50,)]
    assert await number(scene.forum.database, "SELECT count(*) FROM report") == 50


async def test_one_reports_once_with_a_reason_and_never_oneself(scene: Scene) -> None:
    await scene.report(scene.ben)
    with pytest.raises(ConflictError, match="reported this post already"):
        await scene.report(scene.ben)
    for category, reason, why in (
        (CaseCategory.OTHER, " \n", "in your own words"),
        (CaseCategory.SPAM, "x" * 1001, "at most 1000 characters"),
        (CaseCategory.RULE, "it breaks", "no rule 0"),
    ):
        with pytest.raises(InvalidInputError, match=why):
            await scene.forum.reports.report(scene.cleo, scene.bad.post_id, category, reason)
    with pytest.raises(NotAllowedError, match="your own post"):
        await scene.forum.reports.report(scene.ada, scene.bad.post_id, CaseCategory.SPAM, "me")
    with pytest.raises(NotFoundError):
        await scene.forum.reports.report(scene.ben, 10**6, CaseCategory.SPAM, "nothing")
    assert await number(scene.forum.database, "SELECT count(*) FROM report") == 1


async def test_a_moderator_sees_the_cases_of_ones_own_communities(scene: Scene) -> None:
    forum = scene.forum
    boss, kitchen = await place(forum, "kitchen")
    cook = await member(forum, "cook", kitchen, Role.MODERATOR, boss)
    soup = await forum.posts.start_thread(boss, kitchen.community_id, "Soup", "salty")
    await forum.reports.report(scene.ben, soup.post_id, CaseCategory.SPAM, "salty")
    garden_case = await scene.report(scene.ben)
    mona = await person(forum, "mona", SiteRole.MODERATOR)
    seen = {
        actor.handle: [row.community_slug for row in (await forum.cases.queue(actor)).rows]
        for actor in (scene.mod, cook, mona, scene.boss, scene.ben, scene.ada)
    }
    assert seen == {
        "max": ["garden"], "cook": ["kitchen"], "mona": ["kitchen", "garden"],
        scene.boss.handle: ["kitchen", "garden"], "ben": [], "ada": [],
    }  # fmt: skip
    for actor in (cook, scene.ben, scene.ada):
        with pytest.raises(NotFoundError):
            await forum.cases.case(actor, garden_case)
        with pytest.raises(NotFoundError):
            await forum.decisions.decide(actor, garden_case, Ruling.plain(DecisionKind.REMOVE, "mine"))


async def test_the_queue_comes_oldest_first_page_by_page(scene: Scene) -> None:
    forum = scene.forum
    for n in range(7):
        author = await member(forum, f"author-{n}", scene.garden)
        post = await forum.posts.reply(author, scene.start.thread_id, f"bad {n}")
        await forum.reports.report(scene.ben, post.post_id, CaseCategory.SPAM, "spam")
    found, after = [], None
    while True:
        page = await forum.cases.queue(scene.mod, None, after, limit=3)
        found += [row.post_number for row in page.rows]
        after = page.next
        if after is None:
            break
    assert found == list(range(5, 12))


async def test_of_fifty_decisions_at_once_exactly_one_wins(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    kinds = [DecisionKind.REMOVE, DecisionKind.APPROVE] * 25
    ends = await asyncio.gather(
        *(
            scene.forum.decisions.decide(
                (scene.mod, scene.boss)[n // 2 % 2], case_id, Ruling.plain(kind, f"reason {n}")
            )
            for n, kind in enumerate(kinds)
        ),
        return_exceptions=True,
    )
    [won] = [end for end in ends if isinstance(end, Decided)]
    assert sum(isinstance(end, ConflictError) for end in ends) == 49
    [logged] = await scene.forum.record.page(scene.boss)
    assert (logged.case_id, logged.action.value) == (won.case_id, won.kind.value)
    state = PostState.REMOVED if won.kind is DecisionKind.REMOVE else PostState.VISIBLE
    assert (await scene.forum.threads.post(scene.boss, scene.start.thread_id, 3)).state is state
    assert await number(scene.forum.database, "SELECT count(*) FROM event WHERE kind = 'case_decided'") == 1


async def test_reporting_while_it_is_decided_loses_no_report(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    people = [await person(scene.forum, f"reader-{n}x") for n in range(20)]
    await asyncio.gather(
        *(
            scene.forum.reports.report(one, scene.bad.post_id, CaseCategory.SPAM, "spam")
            for one in people[:10]
        ),
        scene.forum.decisions.decide(scene.mod, case_id, Ruling.plain(DecisionKind.APPROVE, "fine")),
        *(
            scene.forum.reports.report(one, scene.bad.post_id, CaseCategory.SPAM, "spam")
            for one in people[10:]
        ),
    )
    # Each is in the case that was decided, before that, or in a new one that is open.
    late = await rows(
        scene.forum.database,
        "SELECT count(*) FROM report JOIN moderation_case c ON c.id = case_id "
        "WHERE c.state = 'decided' AND report.created_at > c.decided_at",
    )
    assert late == [(0,)]
    assert await number(scene.forum.database, "SELECT sum(report_count) FROM moderation_case") == 21
    told = await number(scene.forum.database, "SELECT count(*) FROM notice WHERE kind = 'report_approve'")
    assert told == await number(
        scene.forum.database, "SELECT report_count FROM moderation_case WHERE state = 'decided'"
    )


async def test_a_removed_post_is_a_tombstone_but_its_author_and_moderators_see_it(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    await scene.forum.decisions.decide(scene.mod, case_id, Ruling.plain(DecisionKind.REMOVE, "Advertising"))
    outsider = await person(scene.forum, "otto")
    for actor, body in (
        (scene.ben, ""), (outsider, ""), (scene.ada, "buy **my** watches"), (scene.mod, "buy **my** watches"),
        (scene.boss, "buy **my** watches"),
    ):  # fmt: skip
        posts = (await scene.forum.threads.posts(actor, scene.start.thread_id)).posts
        assert (posts[2].state, posts[2].body, posts[2].removal_reason) == (
            PostState.REMOVED, body, "Advertising",
        ), actor  # fmt: skip
        assert posts[3].reply_to is not None
        assert "watches" not in posts[3].reply_to.excerpt
    with pytest.raises(ConflictError, match="gone"):
        await scene.forum.posts.edit(scene.ada, scene.bad.post_id, "again", revision=1)
    with pytest.raises(ConflictError, match="gone"):
        await scene.forum.reports.report(scene.cleo, scene.bad.post_id, CaseCategory.SPAM, "late")
    # Who was answered by it does not read it in the inbox.
    assert not [notice for notice in await scene.forum.notices.page(scene.boss) if "watches" in notice.text]


@pytest.mark.parametrize("kind", [DecisionKind.APPROVE, DecisionKind.REMOVE])
async def test_the_author_and_the_reporters_are_told(scene: Scene, kind: DecisionKind) -> None:
    case_id = await scene.report(scene.ben, scene.cleo)
    await scene.forum.decisions.decide(scene.mod, case_id, Ruling.plain(kind, "My reason"))

    async def told(actor: Actor) -> list[tuple[str, str]]:
        return [
            (notice.kind, notice.text)
            for notice in await scene.forum.notices.page(actor)
            if notice.kind != "reply"
        ]

    assert await told(scene.ben) == await told(scene.cleo) == [(f"report_{kind.value}", "My reason")]
    assert await told(scene.ada) == ([("post_removed", "My reason")] if kind is DecisionKind.REMOVE else [])
    assert (await scene.forum.cases.queue(scene.mod)).rows == ()
    case = await scene.forum.cases.case(scene.mod, case_id)
    assert (case.row.state, case.may_decide) == (CaseState.DECIDED, False)


async def test_what_its_author_deleted_stays_deleted_whatever_is_decided(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    await scene.forum.posts.delete(scene.ada, scene.bad.post_id)
    [row] = (await scene.forum.cases.queue(scene.mod)).rows
    assert row.excerpt == "buy my watches"  # moderators see what was reported, in the case only
    await scene.forum.decisions.decide(scene.mod, case_id, Ruling.plain(DecisionKind.REMOVE, "Advertising"))
    for actor in (scene.ada, scene.mod, scene.ben):
        post = await scene.forum.threads.post(actor, scene.start.thread_id, 3)
        assert (post.state, post.body) == (PostState.DELETED, "")


async def test_a_decision_needs_a_reason(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    with pytest.raises(InvalidInputError, match="give a reason"):
        await scene.forum.decisions.decide(scene.mod, case_id, Ruling.plain(DecisionKind.REMOVE, " "))
    assert await scene.forum.record.page(scene.mod) == ()


async def test_a_post_that_was_approved_can_be_reported_again(scene: Scene) -> None:
    first = await scene.report(scene.ben)
    await scene.forum.decisions.decide(scene.mod, first, Ruling.plain(DecisionKind.APPROVE, "Fine"))
    second = await scene.report(scene.ben)
    assert second != first


async def test_the_log_tells_who_decided_what_latest_first(scene: Scene) -> None:
    first = await scene.report(scene.ben)
    await scene.forum.decisions.decide(scene.mod, first, Ruling.plain(DecisionKind.APPROVE, "Fine"))
    await scene.forum.posts.edit(scene.ada, scene.bad.post_id, "worse", revision=1)
    second = await scene.report(scene.cleo)
    await scene.forum.decisions.decide(scene.boss, second, Ruling.plain(DecisionKind.REMOVE, "Not fine"))
    log = await scene.forum.record.page(scene.mod, RecordFilter(scene.garden.community_id))
    assert [(line.moderator and line.moderator.handle, line.action.value, line.reason) for line in log] == [
        (scene.boss.handle, "remove", "Not fine"),
        ("max", "approve", "Fine"),
    ]
    assert await rows(scene.forum.database, "SELECT revision FROM case_post ORDER BY case_id") == [(1,), (2,)]
    assert await scene.forum.record.page(scene.mod, after=log[0].entry_id) == log[1:]
    assert await scene.forum.record.page(scene.ben) == ()
