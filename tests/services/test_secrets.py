"""What looks like a secret is stopped before it is stored; what its author calls an example waits."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.forums import charter_for, member, place, rows
from tests.scenes import garden_scene
from tests.unit.test_leaks import AWS, GITHUB, KEY
from tui_forum.domain.entities import PostState
from tui_forum.domain.errors import InvalidInputError, NotFoundError
from tui_forum.domain.leaks import LeaksFoundError
from tui_forum.domain.moderation import CaseCategory, CaseSource, DecisionKind, ForwardedTo, Ruling
from tui_forum.domain.polls import PollPlan
from tui_forum.domain.record import RecordAction
from tui_forum.domain.restrictions import RestrictionKind
from tui_forum.services.forum import Forum


async def stored(forum: Forum) -> str:
    """All that the database holds, but for drafts."""
    if forum.database.dialect == "sqlite":
        tables = await rows(forum.database, "SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        tables = await rows(
            forum.database, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
    found = []
    for (name,) in tables:
        if name != "draft":
            async with forum.database.read() as connection:
                found.append(repr((await connection.execute(text(f'SELECT * FROM "{name}"'))).all()))
    return "\n".join(found)


async def test_a_secret_is_stopped_before_it_is_stored(forum: Forum) -> None:
    boss, garden = await place(forum)
    mary = await member(forum, "mary", garden)
    start = await forum.posts.start_thread(mary, garden.community_id, "Roses", "When?")
    place_ = garden.community_id
    for call in (
        forum.posts.start_thread(mary, place_, "Help", f"My key:\n{AWS}"),
        forum.posts.start_thread(mary, place_, f"Is {GITHUB} right?", "Look"),
        forum.posts.start_thread(mary, place_, "Which?", "", poll=PollPlan(("yes", f"no {AWS}"))),
        forum.posts.reply(mary, start.thread_id, KEY),
        forum.posts.reply(boss, start.thread_id, AWS),  # nobody is trusted with it
        forum.posts.edit(mary, start.post_id, f"When? {AWS}", revision=1),
    ):
        with pytest.raises(LeaksFoundError) as stopped:
            await call
        assert AWS not in repr(stopped.value)
    everything = await stored(forum)
    for secret in (AWS, GITHUB, "b3BlbnNzaC1rZXktdjE"):
        assert secret not in everything


async def test_the_dialog_is_told_where(forum: Forum) -> None:
    _boss, garden = await place(forum)
    mary = await member(forum, "mary", garden)
    with pytest.raises(LeaksFoundError) as stopped:
        await forum.posts.start_thread(mary, garden.community_id, "Help", f"Hello\n\nkey={AWS}")
    (leak,) = stopped.value.leaks
    assert (stopped.value.field, leak.line, leak.masked) == ("body", 3, "key=AKIA••••••••")


async def test_an_example_waits_for_a_moderator(forum: Forum) -> None:
    boss, garden = await place(forum)
    mary, otto = await member(forum, "mary", garden), await member(forum, "otto", garden)
    start = await forum.posts.start_thread(otto, garden.community_id, "Keys", "How do they look?")
    reply = await forum.posts.reply(mary, start.thread_id, f"Like {AWS}", examples=True)
    assert reply.held
    page = await forum.threads.posts(otto, start.thread_id)
    assert len(page.posts) == 1
    assert AWS not in repr(await forum.notices.page(otto))
    row = (await forum.cases.queue(boss)).rows[0]
    assert (row.source, row.category) == (CaseSource.SECRET, CaseCategory.CONFIDENTIAL)
    entries = await forum.record.page(boss)
    assert [entry.action for entry in entries] == [RecordAction.CONFIRM_EXAMPLE]
    for table in ("moderation_record", "event", "notice", "rule_hit", "moderation_case"):
        async with forum.database.read() as connection:
            assert AWS not in repr((await connection.execute(text(f"SELECT * FROM {table}"))).all())
    await forum.decisions.decide(boss, row.case_id, Ruling.plain(DecisionKind.APPROVE, "An example"))
    page = await forum.threads.posts(otto, start.thread_id)
    assert page.posts[1].body == f"Like {AWS}"
    # What was looked at is not asked for again when something else is changed.
    post = page.posts[1]
    await forum.posts.edit(mary, post.post_id, f"Like this: {AWS}", revision=post.revision)
    with pytest.raises(LeaksFoundError):
        await forum.posts.edit(mary, post.post_id, f"{AWS} {GITHUB}", revision=post.revision + 1)


async def test_moderators_change_what_holds_an_example_and_bring_no_secret_in(forum: Forum) -> None:
    boss, garden = await place(forum)
    mary = await member(forum, "mary", garden)
    held = await forum.posts.start_thread(mary, garden.community_id, "Keys", f"Like {AWS}", examples=True)
    case = (await forum.cases.queue(boss)).rows[0].case_id

    def better(body: str) -> Ruling:
        return Ruling.plain(DecisionKind.EDIT, "Clearer", post_id=held.post_id, body=body, revision=1)

    with pytest.raises(LeaksFoundError):
        await forum.decisions.decide(boss, case, better(f"Like {AWS} or {GITHUB}"))
    await forum.decisions.decide(boss, case, better(f"An example: {AWS}"))
    posts = (await forum.threads.posts(mary, held.thread_id)).posts
    assert [post.body for post in posts] == [f"An example: {AWS}"]


async def test_an_example_in_an_edit_takes_the_post_from_sight_until_it_is_approved(forum: Forum) -> None:
    _boss, garden = await place(forum)
    mary, otto = await member(forum, "mary", garden), await member(forum, "otto", garden)
    start = await forum.posts.start_thread(mary, garden.community_id, "Keys", "How do they look?")
    await forum.posts.edit(mary, start.post_id, f"Like {AWS}", revision=1, examples=True)
    post = (await forum.threads.posts(otto, start.thread_id)).posts[0]
    assert (post.state, post.body) == (PostState.HELD, "")


async def test_a_moderator_s_reason_brought_a_key_into_the_record(forum: Forum) -> None:
    scene = await garden_scene(forum)
    case = await scene.report(scene.ben)
    place_, start = scene.garden.community_id, scene.start.thread_id
    said = f"You published {AWS}"
    charter = charter_for(statement=said)
    for call in (
        forum.decisions.decide(scene.mod, case, Ruling.plain(DecisionKind.REMOVE, said)),
        forum.decisions.decide_many(scene.mod, [case], Ruling.plain(DecisionKind.WARN, said)),
        forum.casework.forward(scene.mod, case, ForwardedTo.SITE, said),
        forum.casework.assign(scene.mod, case, scene.boss.account_id, said),
        forum.casework.note(scene.mod, case, said),
        forum.caseroom.discuss(scene.mod, case, said),
        forum.caseroom.write_to_member(scene.mod, case, said),
        forum.reports.report(scene.cleo, scene.bad.post_id, CaseCategory.CONFIDENTIAL, said),
        forum.reasons.save(scene.mod, place_, None, {"en": said}),
        forum.restrictions.restrict(scene.mod, place_, RestrictionKind.LOCK, said, thread_id=start),
        forum.memberships.remove(scene.boss, place_, "ada", said),
        forum.charters.open(scene.boss, "kitchen", "Kitchen", charter),
        forum.charters.change(scene.boss, place_, charter_for(), reason=said, version=1),
    ):
        with pytest.raises(InvalidInputError, match="key or a token: You published AKIA•") as stopped:
            await call
        assert AWS not in repr(stopped.value)
    assert AWS not in await stored(forum)


async def test_the_title_of_an_example_entered_the_record_with_its_key(forum: Forum) -> None:
    scene = await garden_scene(forum)
    held = await forum.posts.start_thread(
        scene.ada, scene.garden.community_id, f"Is {AWS} right?", "Look", examples=True
    )
    case = (await forum.cases.queue(scene.mod)).rows[0].case_id
    reason = Ruling.plain(DecisionKind.APPROVE, "“{thread}” is an example")
    await forum.decisions.decide(scene.mod, case, reason)
    entry = (await forum.record.page(scene.mod))[0]
    assert entry.reason == "“Is AKIA•••••••• right?” is an example"
    assert AWS not in repr(await rows(forum.database, "SELECT * FROM moderation_record"))
    assert held.held


async def test_strangers_learn_nothing_by_pasting_a_secret(forum: Forum) -> None:
    boss, garden = await place(forum)
    otto = await member(forum, "otto", garden)
    with pytest.raises(NotFoundError):
        await forum.posts.reply(otto, 10**6, "Hello", examples=True)
    assert boss
