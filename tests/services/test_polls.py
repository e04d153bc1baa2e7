"""Polls: opening one, voting and changing one's mind until it closes, and what is told of it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.forums import member, person, place, rows, statements
from tui_forum.domain.entities import Actor, ThreadKind
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.polls import PollPlan, PollView, VoteOutcome
from tui_forum.domain.views import CommunityRow, PostRef
from tui_forum.services.forum import Forum

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
DAYS = PollPlan(("Tuesday", "Wednesday", "Friday"), closes_at=START + timedelta(days=2))


async def poll(
    forum: Forum, actor: Actor, community: CommunityRow, plan: PollPlan = DAYS, body: str = ""
) -> PostRef:
    forum.database._clock = lambda: START
    return await forum.posts.start_thread(actor, community.community_id, "When do we meet?", body, poll=plan)


async def seen(forum: Forum, actor: Actor, ref: PostRef) -> PollView:
    found = (await forum.threads.view(actor, ref.thread_id)).poll
    assert found is not None
    return found


async def counts(forum: Forum, actor: Actor, ref: PostRef) -> list[int]:
    return [option.votes for option in (await seen(forum, actor, ref)).options]


async def test_a_poll_needs_no_text_and_shows_its_answers_in_their_order(forum: Forum) -> None:
    boss, garden = await place(forum)
    ref = await poll(forum, boss, garden)
    view = await forum.threads.view(boss, ref.thread_id)
    assert view.kind is ThreadKind.POLL
    assert view.poll is not None
    assert [option.text for option in view.poll.options] == ["Tuesday", "Wednesday", "Friday"]
    assert (view.poll.people, view.poll.closed, view.poll.why_not) == (0, False, "")
    assert (await forum.threads.post(boss, ref.thread_id, 1)).body == ""


async def test_a_vote_is_changed_and_taken_back_until_the_poll_closes(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    ref = await poll(forum, boss, garden)
    vote = forum.polls.vote
    assert await vote(ada, ref.thread_id, [1]) is VoteOutcome.COUNTED
    assert await vote(boss, ref.thread_id, [1]) is VoteOutcome.COUNTED
    assert await counts(forum, ada, ref) == [2, 0, 0]
    assert await vote(ada, ref.thread_id, [3]) is VoteOutcome.CHANGED
    view = await seen(forum, ada, ref)
    assert [option.votes for option in view.options] == [1, 0, 1]
    assert view.mine == {3}
    assert [option.voters for option in view.options] == [("boss-garden",), (), ("ada",)]
    assert await vote(ada, ref.thread_id, []) is VoteOutcome.WITHDRAWN
    assert await counts(forum, ada, ref) == [1, 0, 0]
    assert (await seen(forum, ada, ref)).people == 1

    forum.database._clock = lambda: START + timedelta(days=2)
    with pytest.raises(ConflictError, match="closed: votes stay"):
        await vote(ada, ref.thread_id, [2])
    assert await counts(forum, ada, ref) == [1, 0, 0]
    view = await seen(forum, ada, ref)
    assert (view.closed, view.why_not) == (True, "This poll is closed: votes stay as they are.")


async def test_voting_twice_counts_once(forum: Forum) -> None:
    boss, garden = await place(forum)
    ref = await poll(forum, boss, garden)
    outcomes = await asyncio.gather(*(forum.polls.vote(boss, ref.thread_id, [2]) for _ in range(4)))
    assert sorted(outcomes) == [VoteOutcome.COUNTED, *[VoteOutcome.UNCHANGED] * 3]
    assert await counts(forum, boss, ref) == [0, 1, 0]


async def test_two_sessions_of_one_voter_at_once_leave_one_vote(forum: Forum) -> None:
    boss, garden = await place(forum)
    ref = await poll(forum, boss, garden)
    await asyncio.gather(*(forum.polls.vote(boss, ref.thread_id, [1 + n % 3]) for n in range(9)))
    assert sum(await counts(forum, boss, ref)) == 1


async def test_several_answers_only_where_the_poll_says_so(forum: Forum) -> None:
    boss, garden = await place(forum)
    single = await poll(forum, boss, garden)
    with pytest.raises(InvalidInputError, match="Only one answer"):
        await forum.polls.vote(boss, single.thread_id, [1, 2])
    with pytest.raises(InvalidInputError, match="no such answer"):
        await forum.polls.vote(boss, single.thread_id, [4])
    several = await poll(forum, boss, garden, PollPlan(("A", "B", "C"), multiple=True))
    await forum.polls.vote(boss, several.thread_id, [1, 3])
    view = await seen(forum, boss, several)
    assert ([option.votes for option in view.options], view.people) == ([1, 0, 1], 1)


async def test_only_members_vote_and_nobody_in_a_closed_thread(forum: Forum) -> None:
    boss, garden = await place(forum)
    stranger = await person(forum, "eve")
    ref = await poll(forum, boss, garden)
    with pytest.raises(NotAllowedError, match="Only members vote"):
        await forum.polls.vote(stranger, ref.thread_id, [1])
    assert "Only members vote" in (await seen(forum, stranger, ref)).why_not
    await forum.curation.close(boss, ref.thread_id)
    with pytest.raises(ConflictError, match="nobody can vote"):
        await forum.polls.vote(boss, ref.thread_id, [1])
    plain = await forum.posts.start_thread(boss, garden.community_id, "Roses", "x")
    with pytest.raises(NotFoundError):
        await forum.polls.vote(boss, plain.thread_id, [1])
    with pytest.raises(NotFoundError):
        await forum.polls.vote(boss, 999, [1])


async def test_what_is_no_poll_is_refused_and_nothing_is_written(forum: Forum) -> None:
    boss, garden = await place(forum)
    for plan, field in (
        (PollPlan(("A",)), "options"),
        (PollPlan(("A", "B"), closes_at=START - timedelta(hours=1)), "closes"),
    ):
        with pytest.raises(InvalidInputError) as caught:
            await poll(forum, boss, garden, plan)
        assert caught.value.field == field
    with pytest.raises(InvalidInputError, match="at least 2"):
        await forum.posts.start_thread(boss, garden.community_id, "T", "x", kind=ThreadKind.POLL)
    assert (await forum.threads.page(boss, garden.community_id)).rows == ()


async def test_the_same_poll_sent_twice_is_one(forum: Forum) -> None:
    boss, garden = await place(forum)
    forum.database._clock = lambda: START
    start = forum.posts.start_thread
    refs = [await start(boss, garden.community_id, "T", "", poll=DAYS, token="t") for _ in range(2)]
    assert refs[0] == refs[1]
    assert len((await forum.threads.page(boss, garden.community_id)).rows) == 1


async def test_an_anonymous_poll_never_tells_who(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada, bob = await member(forum, "ada", garden), await member(forum, "bob", garden)
    plan = PollPlan(("Yes", "No"), anonymous=True, closes_at=START + timedelta(days=1))
    ref = await poll(forum, boss, garden, plan)
    await forum.polls.vote(ada, ref.thread_id, [1])
    await forum.polls.vote(bob, ref.thread_id, [2])
    for actor in (ada, bob, boss):
        view = await seen(forum, actor, ref)
        assert [option.voters for option in view.options] == [(), ()]
        assert [option.votes for option in view.options] == [1, 1]
    assert (await seen(forum, ada, ref)).mine == {1}
    await forum.polls.close_due(START + timedelta(days=1))
    events = await rows(forum.database, "SELECT kind, actor_id, account_id, data FROM event")
    told = [row for row in events if row[0] in ("poll_voted", "poll_closed")]
    assert len(told) == 3
    for _kind, actor_id, account_id, data in told:
        assert (actor_id, account_id) == (None, None)
        assert data in ({}, "{}") or json.loads(data) == {}


async def test_the_end_is_told_once_to_the_author_and_to_who_voted(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada, bob = await member(forum, "ada", garden), await member(forum, "bob", garden)
    ref = await poll(forum, boss, garden)
    await poll(forum, boss, garden, PollPlan(("A", "B")))  # without an end
    await forum.polls.vote(ada, ref.thread_id, [3])
    end = START + timedelta(days=2)
    assert await forum.polls.next_close() == end
    await asyncio.gather(forum.polls.close_due(end), forum.polls.close_due(end))
    assert await forum.polls.next_close() is None
    for actor, told in ((boss, 1), (ada, 1), (bob, 0)):
        notices = [n for n in await forum.notices.page(actor) if n.kind == "poll_closed"]
        assert len(notices) == told
        assert all((n.thread_id, n.text) == (ref.thread_id, "Friday 100 %") for n in notices)


async def test_a_poll_costs_two_statements_more_and_names_the_first_voters_only(forum: Forum) -> None:
    boss, garden = await place(forum)
    ref = await poll(forum, boss, garden)
    for number in range(25):
        actor = await member(forum, f"voter{number:02}", garden)
        await forum.polls.vote(actor, ref.thread_id, [1])
    async with statements(forum.database) as noted:
        view = await seen(forum, boss, ref)
    assert len(noted) <= 5
    assert (view.options[0].votes, len(view.options[0].voters)) == (25, 20)


async def test_a_draft_keeps_the_parts_of_a_poll(forum: Forum) -> None:
    boss, _garden = await place(forum)
    extra = {"kind": "poll", "options": "A\nB", "multiple": True, "closes": "3 days"}
    await forum.drafts.save(boss, "community:1", title="T", body="", extra=extra)
    found = await forum.drafts.get(boss, "community:1")
    assert found is not None
    assert found.extra == extra
    assert [draft.extra for draft in await forum.drafts.all(boss)] == [extra]
