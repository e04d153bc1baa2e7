"""How cases come about, and how the queue is ordered, filtered and paged."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.forums import another, charter_for, member, number, person, rows, statements
from tests.scenes import Scene, garden_scene
from tui_forum.domain.charter import Rule
from tui_forum.domain.entities import Role
from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.moderation import (
    CaseCategory,
    CaseFilter,
    CaseSort,
    CaseSource,
    CaseState,
    Claimed,
    DecisionKind,
    ForwardedTo,
    Ruling,
)
from tui_forum.services.forum import Forum


@pytest.fixture
async def scene(forum: Forum) -> Scene:
    return await garden_scene(forum)


async def test_reports_on_one_author_within_a_day_join_one_case(scene: Scene) -> None:
    first = await scene.report(scene.ben)
    second = await scene.post(scene.ada, "and my shoes")
    scene.later(timedelta(hours=23))
    await scene.forum.reports.report(scene.cleo, second.post_id, CaseCategory.HARASSMENT, "rude")
    [row] = (await scene.forum.cases.queue(scene.mod)).rows
    assert (row.case_id, row.post_count, row.report_count) == (first, 2, 2)
    # The gravest report names the case and brings its end nearer.
    assert (row.category, row.severity) == (CaseCategory.HARASSMENT, 2)
    scene.later(timedelta(hours=25))
    third = await scene.post(scene.ada, "and my hat")
    await scene.forum.reports.report(scene.ben, third.post_id, CaseCategory.SPAM)
    assert len((await scene.forum.cases.queue(scene.mod)).rows) == 2
    # The same post still belongs to its own case, however old that is.
    await scene.forum.reports.report(scene.mod, scene.bad.post_id, CaseCategory.SPAM)
    assert [row.report_count for row in (await scene.forum.cases.queue(scene.mod)).rows] == [3, 1]


async def test_reports_on_one_author_at_once_open_one_case(scene: Scene) -> None:
    posts = [await scene.post(scene.ada, f"bad {n}") for n in range(12)]
    readers = [await person(scene.forum, f"reader-{n}x") for n in range(12)]
    await asyncio.gather(
        *(
            scene.forum.reports.report(reader, post.post_id, CaseCategory.SPAM)
            for reader, post in zip(readers, posts, strict=True)
        )
    )
    assert await rows(scene.forum.database, "SELECT report_count FROM moderation_case") == [(12,)]
    assert await number(scene.forum.database, "SELECT count(*) FROM case_post") == 12


async def test_a_report_cites_a_rule_of_the_charter_by_its_number(scene: Scene) -> None:
    charter = charter_for(rules=(Rule("Be kind"), Rule("No advertising")))
    await scene.forum.charters.change(scene.boss, scene.garden.community_id, charter, version=1, reason="so")
    rules = await scene.forum.reports.rules(scene.ben, scene.start.thread_id)
    assert rules == ("Be kind", "No advertising")
    for wrong in (0, 3):
        with pytest.raises(InvalidInputError, match=f"no rule {wrong}"):
            await scene.forum.reports.report(scene.ben, scene.bad.post_id, CaseCategory.RULE, rule=wrong)
    await scene.forum.reports.report(scene.ben, scene.bad.post_id, CaseCategory.RULE, rule=2)
    [row] = (await scene.forum.cases.queue(scene.mod)).rows
    case = await scene.forum.cases.case(scene.mod, row.case_id)
    assert (row.category, row.rule, case.rule_text) == (CaseCategory.RULE, 2, "No advertising")
    reason = {"en": "It breaks a rule of {community}: {rule}", "de": "Regel {rule}"}
    await scene.forum.decisions.decide(scene.mod, row.case_id, Ruling(DecisionKind.REMOVE, reason))
    [told] = [one for one in await scene.forum.notices.page(scene.ada) if one.kind == "post_removed"]
    assert told.text == "It breaks a rule of Garden: 2. No advertising"


async def test_the_reported_text_is_shown_beside_the_present_one_also_when_deleted(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    await scene.forum.posts.edit(scene.ada, scene.bad.post_id, "sorry", revision=1)
    [post] = (await scene.forum.cases.case(scene.mod, case_id)).posts
    assert (post.body, post.revision, post.present, post.present_revision) == (
        "buy **my** watches", 1, "sorry", 2,
    )  # fmt: skip
    await scene.forum.posts.delete(scene.ada, scene.bad.post_id)
    [post] = (await scene.forum.cases.case(scene.mod, case_id)).posts
    assert (post.body, post.present, post.state.value) == ("buy **my** watches", None, "deleted")


async def test_the_queue_is_sorted_and_filtered(scene: Scene) -> None:
    people = [await member(scene.forum, f"author-{n}", scene.garden) for n in range(4)]
    kinds = (CaseCategory.SPAM, CaseCategory.CONFIDENTIAL, CaseCategory.OTHER, CaseCategory.HARASSMENT)
    cases = []
    for author, kind in zip(people, kinds, strict=True):
        post = await scene.post(author)
        await scene.forum.reports.report(scene.cleo, post.post_id, kind, "so")
        cases.append((await scene.forum.cases.queue(scene.mod)).rows[-1].case_id)
        if kind is CaseCategory.OTHER:
            await scene.forum.reports.report(scene.ben, post.post_id, kind, "so")
    spam, secret, other, rude = cases

    async def shown(wanted: CaseFilter, limit: int = 2) -> list[int]:
        found, after = [], None
        while True:
            page = await scene.forum.cases.queue(scene.mod, wanted, after, limit)
            found += [row.case_id for row in page.rows]
            after = page.next
            if after is None:
                return found

    assert await shown(CaseFilter()) == [spam, secret, other, rude]
    assert await shown(CaseFilter(sort=CaseSort.SEVERITY)) == [secret, rude, spam, other]
    assert await shown(CaseFilter(sort=CaseSort.REPORTS)) == [other, rude, secret, spam]
    assert await shown(CaseFilter(sort=CaseSort.DUE)) == [secret, rude, spam, other]
    assert await shown(CaseFilter(category=CaseCategory.SPAM)) == [spam]
    assert await shown(CaseFilter(community_id=scene.garden.community_id)) == cases
    assert await shown(CaseFilter(community_id=10**6)) == []
    await scene.forum.casework.look(scene.boss, rude)
    await scene.forum.casework.look(scene.mod, spam)
    await scene.forum.casework.assign(scene.boss, other, scene.mod.account_id)
    await scene.forum.casework.forward(scene.mod, secret, ForwardedTo.SITE, "hot")
    assert await shown(CaseFilter(claimed=Claimed.MINE)) == [spam]
    assert await shown(CaseFilter(claimed=Claimed.OTHERS)) == [rude]
    assert await shown(CaseFilter(claimed=Claimed.NOBODY)) == [secret, other]
    assert await shown(CaseFilter(assigned_to_me=True)) == [other]
    assert await shown(CaseFilter(forwarded=True)) == [secret]
    scene.later(timedelta(hours=13))
    assert await shown(CaseFilter(overdue=True)) == [secret, rude]
    for case_id in (spam, other):
        await scene.decide(case_id, DecisionKind.APPROVE)
    assert await shown(CaseFilter(state=CaseState.DECIDED)) == [other, spam]
    assert await shown(CaseFilter(state=None)) == cases


async def test_rows_are_refreshed_by_what_the_queue_shows(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    [row] = await scene.forum.cases.rows(scene.mod, [case_id, 10**6])
    assert row.case_id == case_id
    await scene.decide(case_id)
    assert await scene.forum.cases.rows(scene.mod, [case_id]) == ()
    [row] = await scene.forum.cases.rows(scene.mod, [case_id], CaseFilter(state=None))
    assert row.outcome is DecisionKind.REMOVE


async def test_a_page_and_a_case_cost_the_same_however_many_there_are(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    async with statements(scene.forum.database) as few:
        await scene.forum.cases.queue(scene.boss)
        await scene.forum.cases.case(scene.boss, case_id)
    for n in range(5):
        await scene.case_of(await member(scene.forum, f"author-{n}", scene.garden))
    async with statements(scene.forum.database) as many:
        await scene.forum.cases.queue(scene.boss)
        await scene.forum.cases.case(scene.boss, case_id)
    assert len(few) == len(many) <= 12


async def test_filters_are_saved_by_name_and_survive_words_that_are_unknown(scene: Scene) -> None:
    wanted = CaseFilter(category=CaseCategory.SPAM, sort=CaseSort.DUE, overdue=True)
    await scene.forum.casework.save_filter(scene.mod, " my spam ", CaseFilter())
    await scene.forum.casework.save_filter(scene.mod, "my spam", wanted)
    assert await scene.forum.casework.filters(scene.mod) == (("my spam", wanted),)
    assert await scene.forum.casework.filters(scene.boss) == ()
    assert CaseFilter.from_json({"sort": "colour", "category": None, "new": 1}) == CaseFilter()
    await scene.forum.casework.forget_filter(scene.mod, "my spam")
    assert await scene.forum.casework.filters(scene.mod) == ()


async def test_history_tells_what_is_known_of_the_author(scene: Scene) -> None:
    await scene.decide(await scene.report(scene.ben), DecisionKind.WARN)
    case_id = await scene.case_of(scene.ada)
    await scene.forum.casework.note(scene.mod, case_id, "Sells them elsewhere, too")
    history = (await scene.forum.cases.case(scene.mod, case_id)).history
    assert (history.posts, history.cases, history.upheld) == (2, 1, 1)
    assert [(one.outcome, one.community_slug) for one in history.earlier] == [(DecisionKind.WARN, "garden")]
    assert [(one.kind.value, one.running) for one in history.sanctions] == [("warning", True)]
    assert [(one.author.handle, one.body) for one in history.notes] == [("max", "Sells them elsewhere, too")]
    # Another community's moderator learns of none of it.
    kitchen = await another(scene.forum, scene.boss, "kitchen")
    cook = await member(scene.forum, "cook", kitchen, Role.MODERATOR, scene.boss)
    await scene.forum.memberships.join(scene.ada, kitchen.community_id)
    soup = await scene.forum.posts.start_thread(scene.ada, kitchen.community_id, "Soup", "salty")
    await scene.forum.reports.report(scene.cleo, soup.post_id, CaseCategory.SPAM)
    [row] = (await scene.forum.cases.queue(cook)).rows
    history = (await scene.forum.cases.case(cook, row.case_id)).history
    assert (history.cases, history.earlier, history.sanctions, history.notes) == (0, (), (), ())


async def test_what_was_approved_and_changed_since_is_looked_at_again(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    await scene.decide(case_id, DecisionKind.APPROVE)
    await scene.forum.posts.edit(scene.ada, scene.bad.post_id, "buy them now", revision=1)
    [row] = (await scene.forum.cases.queue(scene.mod)).rows
    assert (row.source, row.category, row.report_count, row.excerpt) == (
        CaseSource.EDIT, CaseCategory.SPAM, 0, "buy them now",
    )  # fmt: skip
    await scene.forum.posts.edit(scene.ada, scene.bad.post_id, "buy them today", revision=2)
    assert len((await scene.forum.cases.queue(scene.mod)).rows) == 1
    # What nobody has ever looked at is changed without more ado.
    other = await scene.post(scene.ada, "fine")
    await scene.forum.posts.edit(scene.ada, other.post_id, "fine, too", revision=1)
    assert [row.post_count for row in (await scene.forum.cases.queue(scene.mod)).rows] == [1]
