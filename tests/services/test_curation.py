"""Curating: threads move, merge and split; addresses, counters and what was unread stay right."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.forums import member, person, place, rows
from tui_forum.domain.curation import (
    NewSeat,
    PostAddress,
    ReadingAgain,
    Seat,
    SignKind,
    in_order,
    merge_seats,
    with_replies,
)
from tui_forum.domain.entities import Actor, PostOrder, Purpose, Role, ThreadKind, Visibility
from tui_forum.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from tui_forum.domain.record import RecordAction
from tui_forum.domain.views import CommunityRow, PostRef
from tui_forum.services.forum import Forum
from tui_forum.storage.repositories.life import week_of

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that tests set."""

    def __init__(self, forum: Forum) -> None:
        self.now = START
        forum.database._clock = lambda: self.now

    def later(self, **step: int) -> None:
        self.now += timedelta(**(step or {"minutes": 1}))


def as_json(column: Any) -> Any:
    """A JSON column as either database gives it."""
    return json.loads(column) if isinstance(column, str) else column


async def bodies(forum: Forum, actor: Actor, thread_id: int) -> list[tuple[int, str, int | None]]:
    page = await forum.threads.posts(actor, thread_id, around=1, limit=500)
    return [(post.number, post.body, post.reply_to.number if post.reply_to else None) for post in page.posts]


async def unread(forum: Forum, actor: Actor, thread_id: int) -> set[int]:
    """The ids of the posts that the list counts as unread."""
    return {
        row[0]
        for row in await rows(
            forum.database,
            "SELECT post.id FROM post JOIN thread ON thread.id = post.thread_id "
            "JOIN membership ON membership.community_id = thread.community_id "
            "LEFT JOIN read_pointer ON read_pointer.thread_id = thread.id "
            "AND read_pointer.account_id = membership.account_id "
            "WHERE membership.account_id = :who AND thread.id = :thread "
            "AND post.number > coalesce(read_pointer.number, 0) AND post.id > membership.read_baseline",
            who=actor.account_id,
            thread=thread_id,
        )
    }


# -- numbers


def seat(thread: int, number: int, minute: int, reply_to: int | None = None, author: int = 1) -> Seat:
    return Seat(thread * 1000 + number, thread, number, reply_to, START + timedelta(minutes=minute), author)


def told(seats: list[NewSeat]) -> list[tuple[int, int, int, int | None, int]]:
    return [(one.old.thread_id, one.old.number, one.number, one.reply_to, one.depth) for one in seats]


def test_posts_that_come_later_are_numbered_on_and_nothing_else_changes() -> None:
    target = [seat(1, 1, 0), seat(1, 2, 1, 1)]
    source = [seat(2, 1, 5), seat(2, 2, 6, 1)]
    assert told(merge_seats(target, source, 2)) == [
        (1, 1, 1, None, 0), (1, 2, 2, 1, 1), (2, 1, 3, None, 0), (2, 2, 4, 3, 1),
    ]  # fmt: skip


def test_from_the_first_that_comes_in_between_all_get_numbers_that_were_never_used() -> None:
    target = [seat(1, 1, 0), seat(1, 2, 4, 1), seat(1, 3, 6, 2)]
    source = [seat(2, 1, 3), seat(2, 2, 5, 1)]
    assert told(merge_seats(target, source, 7)) == [
        (1, 1, 1, None, 0), (2, 1, 8, None, 0), (1, 2, 9, 1, 1), (2, 2, 10, 8, 1), (1, 3, 11, 9, 2),
    ]  # fmt: skip


def test_a_thread_whose_dates_go_back_keeps_its_own_order() -> None:
    merged = merge_seats([seat(1, 1, 0), seat(1, 2, 9), seat(1, 3, 2)], [seat(2, 1, 5)], 3)
    assert [(one.old.thread_id, one.old.number) for one in merged] == [(1, 1), (2, 1), (1, 2), (1, 3)]


def test_replies_go_with_what_they_answer() -> None:
    seats = [seat(1, 1, 0), seat(1, 2, 1, 1), seat(1, 3, 2, 2), seat(1, 4, 3, 1), seat(1, 5, 4, 3)]
    assert [one.number for one in with_replies(seats, [2])] == [2, 3, 5]
    assert [one.number for one in with_replies(seats, [4, 99])] == [4]


def test_whatever_was_unread_is_unread_and_nothing_before_it() -> None:
    chance = random.Random(11)
    for _round in range(300):
        minutes = iter(sorted(chance.sample(range(200), 12)))
        order = [chance.choice([1, 2]) for _ in range(12)]
        count = Counter[int]()
        posts: dict[int, list[Seat]] = {1: [seat(1, 1, -1)], 2: []}
        count[1] = 1
        for thread in order:
            count[thread] += 1
            at = START + timedelta(minutes=next(minutes))
            posts[thread].append(Seat(chance.randrange(10_000), thread, count[thread], None, at, 1))
        if not posts[2]:
            continue
        seats = merge_seats(posts[1], posts[2], count[1])
        pointers = {thread: chance.randint(0, count[thread]) for thread in (1, 2) if chance.random() < 0.8}
        baseline = chance.choice([0, 0, chance.randrange(10_000)])
        pointer = ReadingAgain(seats).pointer(pointers, baseline)
        missed = [
            one.number
            for one in seats
            if one.old.number > pointers.get(one.old.thread_id, 0) and one.old.post_id > baseline
        ]
        assert pointer == (min(missed) - 1 if missed else seats[-1].number)


# -- the record


async def test_what_moderators_do_with_threads_is_in_the_record_with_before_and_after(forum: Forum) -> None:
    boss, garden = await place(forum)
    _other, kitchen = await place(forum, "kitchen")
    ada = await member(forum, "ada", garden)
    mo = await member(forum, "mo", garden, Role.MODERATOR, boss)
    where, there = garden.community_id, kitchen.community_id
    roses = (await forum.posts.start_thread(ada, where, "Roses", "x")).thread_id
    for text in ("one", "two"):
        await forum.posts.reply(ada, roses, text)
    soup = (await forum.posts.start_thread(ada, where, "Soup", "x")).thread_id
    for _twice in range(2):  # what is so already is not done again
        await forum.curation.pin(mo, roses)
    await forum.curation.unpin(mo, roses)
    await forum.curation.close(mo, roses)
    await forum.curation.reopen(mo, roses)
    tulips = (await forum.curation.split(mo, roses, "Tulips", from_number=2)).thread_id
    await forum.curation.merge(mo, tulips, roses)
    await forum.curation.move(boss, soup, there)
    with pytest.raises(NotAllowedError):
        await forum.curation.pin(ada, roses)

    def told(action: str, thread: int, before: object, after: object) -> tuple[object, ...]:
        return (action, mo.account_id, where, thread, ada.account_id, before, after)

    *mine, moved = [
        (row[0], row[1], row[2], row[3], row[4], as_json(row[5]), as_json(row[6]))
        for row in await rows(
            forum.database,
            "SELECT action, actor_id, community_id, thread_id, account_id, before, after "
            "FROM moderation_record ORDER BY id",
        )
    ]
    assert mine == [
        told("pin", roses, {"pinned": False}, {"pinned": True}),
        told("unpin", roses, {"pinned": True}, {"pinned": False}),
        told("lock", roses, {"locked": False}, {"locked": True}),
        told("unlock", roses, {"locked": True}, {"locked": False}),
        told("split", roses, {"thread": roses, "number": 2, "posts": 2},
             {"thread": tulips, "number": 1}),
        told("merge", tulips, {"community": where, "thread": tulips, "posts": 2},
             {"community": where, "thread": roses, "number": 4}),
    ]  # fmt: skip
    assert moved[:2] == ("move", boss.account_id)
    assert moved[5:] == ({"community": where, "pinned": False}, {"community": there, "pinned": False})
    lines = await forum.record.page(mo)
    assert [(line.action, line.thread_title) for line in lines[:3]] == [
        (RecordAction.MOVE, ""),  # its name there is not for who moderates here
        (RecordAction.MERGE, "Tulips"),
        (RecordAction.SPLIT, "Roses"),
    ]
    assert lines[0].created_at >= lines[-1].created_at
    assert await forum.record.page(ada) == ()


# -- moving


async def test_a_moved_thread_is_found_where_it_was_and_a_line_there_says_where_it_went(forum: Forum) -> None:
    clock = Clock(forum)
    boss, garden = await place(forum)
    _other, kitchen = await place(forum, "kitchen")
    ada = await member(forum, "ada", garden)
    refs = []
    for title in ("Roses", "Soup", "Tulips"):
        clock.later()
        refs.append(await forum.posts.start_thread(ada, garden.community_id, title, "x"))
    await forum.curation.pin(boss, refs[1].thread_id)
    await forum.curation.move(boss, refs[1].thread_id, kitchen.community_id)

    assert await forum.threads.resolve(ada, refs[1].thread_id, 1) == PostAddress(refs[1].thread_id, 1)
    view = await forum.threads.view(ada, refs[1].thread_id)
    assert (view.community_slug, view.pinned) == ("kitchen", False)
    page = await forum.threads.page(ada, garden.community_id)
    assert [one.title for one in in_order(page.rows, page.left_behind)] == ["Tulips", "Soup", "Roses"]
    [left] = page.left_behind
    assert (left.kind, left.into, left.thread_id) == (SignKind.MOVED, "Kitchen", refs[1].thread_id)
    notices = [(n.kind, n.text, n.thread_id) for n in await forum.notices.page(ada)]
    assert notices[0] == ("thread_moved", "Kitchen", refs[1].thread_id)

    await forum.curation.move(boss, refs[1].thread_id, garden.community_id)
    assert (await forum.threads.page(ada, garden.community_id)).left_behind == ()
    assert [s.into for s in (await forum.threads.page(boss, kitchen.community_id)).left_behind] == ["Garden"]


async def test_where_a_thread_went_is_told_to_those_only_who_may_read_there(forum: Forum) -> None:
    boss, garden = await place(forum)
    _other, vault = await place(forum, "vault", Visibility.INVITE)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(ada, garden.community_id, "Salaries", "All of them")
    await forum.curation.move(boss, start.thread_id, vault.community_id)
    assert (await forum.threads.page(ada, garden.community_id)).left_behind == ()
    assert len((await forum.threads.page(boss, garden.community_id)).left_behind) == 1
    for call in (
        forum.threads.resolve(ada, start.thread_id, 1),
        forum.threads.view(ada, start.thread_id),
        forum.posts.reply(ada, start.thread_id, "still there?"),
    ):
        with pytest.raises(NotFoundError):
            await call
    [notice] = await forum.notices.page(ada)
    assert (notice.kind, notice.text, notice.community_name) == ("thread_moved_away", "Salaries", "Garden")


async def test_pages_of_a_list_hold_every_signpost_once(forum: Forum) -> None:
    clock = Clock(forum)
    boss, garden = await place(forum)
    _other, kitchen = await place(forum, "kitchen")
    refs = []
    for number in range(20):
        clock.later(minutes=number % 2)  # some at the same moment
        refs.append(await forum.posts.start_thread(boss, garden.community_id, f"T{number}", "x"))
    for ref in refs[::3]:
        await forum.curation.move(boss, ref.thread_id, kitchen.community_id)
    await forum.curation.pin(boss, refs[1].thread_id)
    for limit in (1, 2, 5, 50):
        found, after = [], None
        while True:
            page = await forum.threads.page(boss, garden.community_id, after, limit)
            found += [one.title for one in in_order(page.rows, page.left_behind)]
            after = page.next
            if after is None:
                break
        assert sorted(found) == sorted(f"T{n}" for n in range(20)), limit
        assert found[0] == "T1"


MAY_NOT: dict[str, tuple[str, str]] = {
    "member": ("member", "member"),
    "moderator of one": ("moderator", "member"),
    "moderator of the other": ("member", "moderator"),
}


@pytest.mark.parametrize("roles", MAY_NOT.values(), ids=MAY_NOT)
async def test_only_who_moderates_both_moves_and_merges(forum: Forum, roles: tuple[str, str]) -> None:
    boss, garden = await place(forum)
    cook, kitchen = await place(forum, "kitchen")
    eve = await member(forum, "eve", garden, Role(roles[0]), boss)
    await forum.memberships.join(eve, kitchen.community_id)
    if roles[1] != "member":
        await forum.memberships.set_role(cook, kitchen.community_id, "eve", Role(roles[1]))
    here = await forum.posts.start_thread(boss, garden.community_id, "Roses", "x")
    there = await forum.posts.start_thread(cook, kitchen.community_id, "Soup", "x")
    with pytest.raises(NotAllowedError):
        await forum.curation.move(eve, here.thread_id, kitchen.community_id)
    with pytest.raises(NotAllowedError):
        await forum.curation.merge(eve, here.thread_id, there.thread_id)
    await forum.memberships.set_role(cook, kitchen.community_id, "eve", Role.MODERATOR)
    await forum.memberships.set_role(boss, garden.community_id, "eve", Role.MODERATOR)
    await forum.curation.move(eve, here.thread_id, kitchen.community_id)
    await forum.curation.merge(eve, here.thread_id, there.thread_id)


async def test_what_few_could_read_does_not_go_where_more_read(forum: Forum) -> None:
    boss, vault = await place(forum, "vault", Visibility.INVITE)
    gardener, garden = await place(forum)
    start = await forum.posts.start_thread(boss, vault.community_id, "Salaries", "x")
    public = await forum.posts.start_thread(gardener, garden.community_id, "Roses", "x")
    with pytest.raises(NotAllowedError, match="More people"):
        await forum.curation.move(boss, start.thread_id, garden.community_id)
    with pytest.raises(NotAllowedError, match="More people"):
        await forum.curation.merge(boss, start.thread_id, public.thread_id)


async def test_moving_where_it_is_merging_with_itself_or_what_is_gone_is_told(forum: Forum) -> None:
    boss, garden = await place(forum)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "x")
    with pytest.raises(ConflictError, match="already"):
        await forum.curation.move(boss, start.thread_id, garden.community_id)
    with pytest.raises(NotFoundError):
        await forum.curation.move(boss, start.thread_id, 999)
    with pytest.raises(InvalidInputError, match="itself"):
        await forum.curation.merge(boss, start.thread_id, start.thread_id)
    with pytest.raises(NotFoundError):
        await forum.curation.merge(boss, start.thread_id, 999)
    with pytest.raises(ConflictError, match="first post"):
        await forum.curation.split(boss, start.thread_id, "New", from_number=1)
    with pytest.raises(ConflictError, match="gone"):
        await forum.curation.split(boss, start.thread_id, "New", from_number=2)
    with pytest.raises(InvalidInputError, match="title"):
        await forum.curation.split(boss, start.thread_id, " ", from_number=1)


async def test_what_was_read_stays_read_in_another_community_and_what_was_unread_unread(forum: Forum) -> None:
    boss, garden = await place(forum)
    cook, kitchen = await place(forum, "kitchen")
    ada = await member(forum, "ada", garden)
    await forum.memberships.join(ada, kitchen.community_id)
    bob = await member(forum, "bob", kitchen)  # only there
    await forum.posts.start_thread(cook, kitchen.community_id, "Soup", "unread for ada and bob")
    read = await forum.posts.start_thread(boss, garden.community_id, "Roses", "1")
    await forum.posts.reply(boss, read.thread_id, "2")
    await forum.communities.mark_all_read(ada, garden.community_id)
    half = await forum.posts.start_thread(boss, garden.community_id, "Tulips", "1")
    await forum.posts.reply(boss, half.thread_id, "2")
    await forum.posts.mark_read(ada, half.thread_id, 1)
    for ref in (read, half):
        before = await unread(forum, ada, ref.thread_id)
        await forum.curation.move(boss, ref.thread_id, kitchen.community_id)
        assert await unread(forum, ada, ref.thread_id) == before
        assert len(await unread(forum, bob, ref.thread_id)) == 2  # new to who never saw it
    assert [c.unread for c in (await forum.communities.home(ada)).joined if c.slug == "kitchen"] == [2]


# -- merging


async def test_merged_posts_come_in_the_order_of_time_and_every_old_address_leads_on(forum: Forum) -> None:
    clock = Clock(forum)
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    into = await forum.posts.start_thread(boss, garden.community_id, "Roses", "a1")
    clock.later()
    start = await forum.posts.start_thread(ada, garden.community_id, "Roses again", "b1")
    old: dict[tuple[int, int], str] = {(into.thread_id, 1): "a1", (start.thread_id, 1): "b1"}
    for thread, body, answered in ((into, "a2", 1), (start, "b2", 1), (into, "a3", 2), (start, "b3", None)):
        clock.later()
        ref = await forum.posts.reply(boss, thread.thread_id, body, reply_to=answered)
        old[ref.thread_id, ref.number] = body

    at = await forum.curation.merge(boss, start.thread_id, into.thread_id)
    found = await bodies(forum, ada, into.thread_id)
    assert found == [
        (1, "a1", None), (4, "b1", None), (5, "a2", 1), (6, "b2", 4), (7, "a3", 5), (8, "b3", None),
    ]  # fmt: skip
    assert at == PostAddress(into.thread_id, 4)
    places = {body: number for number, body, _reply in found}
    for (thread_id, number), body in old.items():
        assert await forum.threads.resolve(ada, thread_id, number) == PostAddress(
            into.thread_id, places[body]
        )
    assert await forum.threads.resolve(ada, start.thread_id) == PostAddress(into.thread_id)
    tree = await forum.threads.posts(ada, into.thread_id, order=PostOrder.TREE, around=1)
    assert [(post.body, post.depth) for post in tree.posts] == [
        ("a1", 0), ("a2", 1), ("a3", 2), ("b1", 0), ("b2", 1), ("b3", 0),
    ]  # fmt: skip

    view = await forum.threads.view(ada, into.thread_id)
    assert (view.last_number, view.post_count) == (8, 6)
    assert [(s.kind, s.number, s.title, s.posts) for s in view.signs] == [
        (SignKind.MERGED_IN, 4, "Roses again", 3)
    ]
    page = await forum.threads.page(ada, garden.community_id)
    assert [row.title for row in page.rows] == ["Roses"]
    [left] = page.left_behind
    assert (left.kind, left.title, left.into) == (SignKind.MERGED, "Roses again", "Roses")
    with pytest.raises(NotFoundError):
        await forum.threads.view(ada, start.thread_id)
    assert (await forum.posts.reply(ada, into.thread_id, "next")).number == 9
    [notice] = [n for n in await forum.notices.page(ada) if n.kind == "thread_merged"]
    assert (notice.thread_id, notice.post_number, notice.text) == (into.thread_id, 4, "Roses again")


async def test_a_reply_begun_before_a_merge_goes_where_its_post_went(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    into = await forum.posts.start_thread(boss, garden.community_id, "Roses", "a1")
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses again", "b1")
    answered = await forum.posts.reply(boss, start.thread_id, "b2")
    await forum.curation.merge(boss, start.thread_id, into.thread_id)
    ref = await forum.posts.reply(ada, start.thread_id, "to b2", reply_to=answered.number)
    assert ref.thread_id == into.thread_id
    assert (await bodies(forum, ada, into.thread_id))[-1] == (4, "to b2", 3)


async def test_threads_merged_one_into_the_next_lead_to_the_last(forum: Forum) -> None:
    boss, garden = await place(forum)
    cook, kitchen = await place(forum, "kitchen")
    refs = [await forum.posts.start_thread(boss, garden.community_id, f"T{n}", f"x{n}") for n in range(3)]
    last = await forum.posts.start_thread(cook, kitchen.community_id, "Last", "y")
    for source, target in ((refs[0], refs[1]), (refs[1], refs[2]), (refs[2], last)):
        await forum.curation.merge(boss, source.thread_id, target.thread_id)
    found = {body: number for number, body, _ in await bodies(forum, boss, last.thread_id)}
    for n, ref in enumerate(refs):
        address = await forum.threads.resolve(boss, ref.thread_id, 1)
        assert address == PostAddress(last.thread_id, found[f"x{n}"])
        assert await forum.threads.resolve(boss, ref.thread_id) == PostAddress(last.thread_id)
    left = (await forum.threads.page(boss, garden.community_id)).left_behind
    assert [(one.title, one.into) for one in left] == [("T2", "Last"), ("T1", "Last"), ("T0", "Last")]


async def test_the_accepted_answer_stays_accepted_under_its_new_number(forum: Forum) -> None:
    clock = Clock(forum)
    boss, garden = await place(forum)
    into = await forum.posts.start_thread(boss, garden.community_id, "Q", "q", kind=ThreadKind.QUESTION)
    clock.later()
    start = await forum.posts.start_thread(boss, garden.community_id, "Same", "b", kind=ThreadKind.QUESTION)
    clock.later()
    answer = await forum.posts.reply(boss, into.thread_id, "so")
    await forum.threads.accept(boss, into.thread_id, answer.number)
    await forum.curation.merge(boss, start.thread_id, into.thread_id)
    post = await forum.threads.post(boss, into.thread_id, 4)
    assert (post.body, post.accepted) == ("so", True)
    at = await forum.curation.split(boss, into.thread_id, "Apart", numbers=[4])
    assert (await forum.threads.view(boss, into.thread_id)).accepted_number is None
    assert (await forum.threads.view(boss, at.thread_id)).accepted_number is None  # it is the first there


# -- splitting


async def test_posts_split_off_are_numbered_anew_and_both_threads_say_so(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "1")
    await forum.posts.reply(ada, start.thread_id, "2 on soup", reply_to=1)
    await forum.posts.reply(boss, start.thread_id, "3 on roses", reply_to=1)
    await forum.posts.reply(boss, start.thread_id, "4 on soup", reply_to=2)
    at = await forum.curation.split(boss, start.thread_id, "Soup", numbers=[2])
    assert await bodies(forum, ada, at.thread_id) == [(1, "2 on soup", None), (2, "4 on soup", 1)]
    assert await bodies(forum, ada, start.thread_id) == [(1, "1", None), (3, "3 on roses", 1)]
    assert await forum.threads.resolve(ada, start.thread_id, 4) == PostAddress(at.thread_id, 2)
    old, new = [await forum.threads.view(ada, one) for one in (start.thread_id, at.thread_id)]
    assert [(s.kind, s.number, s.title, s.posts, s.target) for s in old.signs] == [
        (SignKind.SPLIT_TO, 2, "Soup", 2, PostAddress(at.thread_id, 1))
    ]
    assert [(s.kind, s.title, s.target) for s in new.signs] == [
        (SignKind.SPLIT_FROM, "Roses", PostAddress(start.thread_id, 1))
    ]
    assert (new.author.handle, new.post_count, old.post_count, old.last_number) == ("ada", 2, 2, 3)
    # A number that went is not given out again: the old address stays that of the old post.
    assert (await forum.posts.reply(ada, start.thread_id, "5")).number == 5
    notices = [n.kind for n in await forum.notices.page(ada)]
    assert "post_split" in notices


async def test_the_end_split_off_leaves_nothing_unread_that_is_not_there(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada, bob = await member(forum, "ada", garden), await member(forum, "bob", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "1")
    for number in range(2, 7):
        await forum.posts.reply(boss, start.thread_id, str(number))
    await forum.posts.mark_read(ada, start.thread_id, 3)
    at = await forum.curation.split(boss, start.thread_id, "Rest", from_number=4)
    for who, left in ((ada, 0), (bob, 3)):
        assert len(await unread(forum, who, start.thread_id)) == left
        assert len(await unread(forum, who, at.thread_id)) == 3
    await forum.posts.mark_read(bob, start.thread_id, 3)
    listed = {row.title: row.unread for row in (await forum.threads.page(bob, garden.community_id)).rows}
    assert listed == {"Roses": 0, "Rest": 3}
    assert (await forum.communities.home(bob)).joined[0].unread == 1
    assert (await forum.threads.view(bob, start.thread_id)).landing == 3


async def test_a_signpost_goes_along_with_the_posts_it_stands_before(forum: Forum) -> None:
    clock = Clock(forum)
    boss, garden = await place(forum)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "1")
    for number in range(2, 7):
        clock.later()
        await forum.posts.reply(boss, start.thread_id, str(number))
    first = await forum.curation.split(boss, start.thread_id, "Three", numbers=[3])
    second = await forum.curation.split(boss, start.thread_id, "Rest", from_number=4)
    assert [s.title for s in (await forum.threads.view(boss, start.thread_id)).signs] == ["Rest"]
    signs = (await forum.threads.view(boss, second.thread_id)).signs
    assert [(s.kind, s.number, s.title) for s in signs] == [
        (SignKind.SPLIT_TO, 1, "Three"), (SignKind.SPLIT_FROM, 1, "Roses"),
    ]  # fmt: skip
    await forum.curation.merge(boss, second.thread_id, start.thread_id)
    # 4 to 6 were taken away: they come back as 7 to 9, with what stood before them.
    signs = (await forum.threads.view(boss, start.thread_id)).signs
    assert [(s.kind, s.number, s.title) for s in signs] == [
        (SignKind.SPLIT_TO, 7, "Three"), (SignKind.MERGED_IN, 7, "Rest"),
    ]  # fmt: skip
    assert await forum.threads.resolve(boss, first.thread_id, 1) == PostAddress(first.thread_id, 1)


# -- whatever one does, in whatever order


async def recounted(forum: Forum) -> dict[str, Any]:
    """What is stored of counters, and what counting gives, table by table."""
    database = forum.database
    found: dict[str, Any] = {}
    found["thread"] = (
        await rows(
            database,
            "SELECT id, reply_count, last_number, last_post_id, last_author_id, answered_at IS NULL "
            "FROM thread WHERE merged_into_id IS NULL ORDER BY id",
        ),
        await rows(
            database,
            "SELECT thread.id, count(*) - 1, max(post.number), max(post.id), "
            "(SELECT author_id FROM post WHERE post.thread_id = thread.id "
            "ORDER BY created_at DESC, number DESC LIMIT 1), "
            "NOT EXISTS (SELECT 1 FROM post WHERE post.thread_id = thread.id "
            "AND post.author_id <> thread.author_id) "
            "FROM thread JOIN post ON post.thread_id = thread.id GROUP BY thread.id ORDER BY thread.id",
        ),
    )
    found["community"] = (
        await rows(database, "SELECT id, thread_count, post_count FROM community ORDER BY id"),
        await rows(
            database,
            "SELECT community.id, "
            "(SELECT count(*) FROM thread WHERE community_id = community.id AND merged_into_id IS NULL), "
            "(SELECT count(*) FROM post JOIN thread ON thread.id = post.thread_id "
            "WHERE thread.community_id = community.id) FROM community ORDER BY id",
        ),
    )
    found["latest"] = (
        await rows(database, "SELECT id, last_post_at FROM community ORDER BY id"),
        await rows(
            database,
            "SELECT community.id, (SELECT max(post.created_at) FROM post "
            "JOIN thread ON thread.id = post.thread_id WHERE thread.community_id = community.id) "
            "FROM community ORDER BY id",
        ),
    )
    found["contributor"] = (
        await rows(
            database,
            "SELECT community_id, account_id, posts, first_post_at, last_post_at FROM contributor "
            "ORDER BY community_id, account_id",
        ),
        await rows(
            database,
            "SELECT thread.community_id, post.author_id, count(*), "
            "min(post.created_at), max(post.created_at) "
            "FROM post JOIN thread ON thread.id = post.thread_id "
            "GROUP BY thread.community_id, post.author_id ORDER BY thread.community_id, post.author_id",
        ),
    )
    weeks: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for which, statement in (
        (0, "SELECT community_id, post.created_at FROM post JOIN thread ON thread.id = post.thread_id"),
        (1, "SELECT community_id, created_at FROM thread WHERE merged_into_id IS NULL"),
    ):
        for community_id, at in await rows(database, statement):
            moment = datetime.fromisoformat(at) if isinstance(at, str) else at
            weeks[community_id, week_of(moment.replace(tzinfo=UTC))][which] += 1
    found["community_week"] = (
        await rows(
            database,
            "SELECT community_id, week, posts, threads FROM community_week ORDER BY community_id, week",
        ),
        [(*key, *counts) for key, counts in sorted(weeks.items())],
    )
    return found


class Life:
    """A few people in three communities who do anything, again and again."""

    def __init__(self, forum: Forum, chance: random.Random, boss: Actor) -> None:
        self.forum, self.chance, self.boss = forum, chance, boss
        self.clock = Clock(forum)
        self.people: list[Actor] = []
        self.places: list[CommunityRow] = []
        self.posts: dict[int, tuple[int, int]] = {}  # post id → where it is now
        self.addresses: dict[tuple[int, int], int] = {}  # every address there ever was → post id
        self.done = Counter[str]()

    async def step(self) -> None:
        self.clock.later(hours=self.chance.choice((1, 30, 90)))
        what = self.chance.choices(
            (self.start, self.reply, self.read, self.move, self.merge, self.split, self.flag),
            (3, 12, 4, 2, 2, 3, 1),
        )[0]
        try:
            await what()
            self.done[what.__name__] += 1
        except (ConflictError, InvalidInputError):
            self.done["refused"] += 1
        await self.look()

    def threads(self) -> list[int]:
        return sorted({thread for thread, _number in self.posts.values()})

    async def look(self) -> None:
        found = await rows(self.forum.database, "SELECT id, thread_id, number FROM post")
        self.posts = {post: (thread, number) for post, thread, number in found}
        for post, address in self.posts.items():
            assert self.addresses.setdefault(address, post) == post, "an address was given twice"

    def noted(self, ref: PostRef) -> None:
        self.addresses[ref.thread_id, ref.number] = ref.post_id

    async def start(self) -> None:
        where = self.chance.choice(self.places)
        self.noted(
            await self.forum.posts.start_thread(
                self.chance.choice(self.people), where.community_id, f"Thread {len(self.addresses)}", "text"
            )
        )

    async def reply(self) -> None:
        if not self.posts:
            return
        thread, number = self.chance.choice(list(self.posts.values()))
        self.noted(
            await self.forum.posts.reply(
                self.chance.choice(self.people), thread, "reply",
                reply_to=self.chance.choice((number, None)),
            )
        )  # fmt: skip

    async def read(self) -> None:
        if self.posts:
            thread, number = self.chance.choice(list(self.posts.values()))
            await self.forum.posts.mark_read(self.chance.choice(self.people), thread, number)

    async def move(self) -> None:
        if threads := self.threads():
            where = self.chance.choice(self.places)
            await self.forum.curation.move(self.boss, self.chance.choice(threads), where.community_id)

    async def merge(self) -> None:
        if len(threads := self.threads()) > 3:
            one, other = self.chance.sample(threads, 2)
            before = await self.unread_in((one, other))
            crosses = len(await rows(
                self.forum.database,
                f"SELECT DISTINCT community_id FROM thread WHERE id IN ({one}, {other})",
            )) > 1  # fmt: skip
            await self.forum.curation.merge(self.boss, one, other)
            if not crosses:  # else a baseline may say that what comes is read
                assert before <= await self.unread_in((other,)), "something unread was lost"

    async def split(self) -> None:
        if self.posts:
            thread, number = self.chance.choice(list(self.posts.values()))
            before = await self.unread_in((thread,))
            if self.chance.random() < 0.5:
                at = await self.forum.curation.split(self.boss, thread, "Apart", from_number=number)
            else:
                at = await self.forum.curation.split(self.boss, thread, "Apart", numbers=[number])
            assert before == await self.unread_in((thread, at.thread_id)), "unread has changed"

    async def flag(self) -> None:
        if threads := self.threads():
            thread = self.chance.choice(threads)
            await self.chance.choice((self.forum.curation.pin, self.forum.curation.unpin))(self.boss, thread)

    async def unread_in(self, threads: tuple[int, ...]) -> set[tuple[int, int]]:
        return {
            (person.account_id, post)
            for person in self.people
            for thread in threads
            for post in await unread(self.forum, person, thread)
        }


@pytest.mark.parametrize("seed", [1, 2])
async def test_counters_addresses_and_unread_are_right_whatever_is_done(forum: Forum, seed: int) -> None:
    chance = random.Random(seed)
    boss, garden = await place(forum)
    life = Life(forum, chance, boss)
    life.places = [garden] + [(await place(forum, slug))[1] for slug in ("kitchen", "shed")]
    for handle in ("ada", "bob", "cem"):
        actor = await person(forum, handle)
        for where in life.places:
            await forum.memberships.join(actor, where.community_id)
        life.people.append(actor)
    for step in range(70):
        await life.step()
        if step % 10 == 9:
            for table, (stored, counted) in (await recounted(forum)).items():
                assert stored == counted, (table, step, life.done)
    assert min(life.done[name] for name in ("start", "reply", "move", "merge", "split")) >= 2, life.done
    for (thread, number), post in life.addresses.items():
        address = await forum.threads.resolve(boss, thread, number)
        assert (address.thread_id, address.number) == life.posts[post]
    for thread in life.threads():
        page = await forum.threads.posts(boss, thread, order=PostOrder.TREE, around=1, limit=500)
        seen: set[int] = set()
        for one in page.posts:
            assert one.reply_to is None or one.reply_to.number in seen, "a reply before what it answers"
            seen.add(one.number)
        view = await forum.threads.view(boss, thread)
        assert view.last_number == max(seen)


async def test_all_threads_of_a_community_go_at_once_with_everything_that_is_counted(forum: Forum) -> None:
    from tui_forum.storage.repositories.moving import MovingRepository
    from tui_forum.storage.uow import UnitOfWork

    clock = Clock(forum)
    boss, garden = await place(forum)
    cook, kitchen = await place(forum, "kitchen")
    ada, bob = await member(forum, "ada", garden), await member(forum, "bob", kitchen)
    for number in range(6):
        clock.later(days=4)
        for actor, where in ((boss, garden), (cook, kitchen), (ada, garden)):
            ref = await forum.posts.start_thread(actor, where.community_id, f"T{number}", "x")
            await forum.posts.reply(actor, ref.thread_id, "y")
    await forum.communities.mark_all_read(bob, kitchen.community_id)

    async def work(uow: UnitOfWork) -> None:
        await MovingRepository(uow.connection).move_threads(
            garden.community_id, kitchen.community_id, uow.now
        )

    await forum.database.write(work)
    for table, (stored, counted) in (await recounted(forum)).items():
        assert stored == counted, table
    assert (await forum.threads.page(boss, garden.community_id)).rows == ()
    assert len((await forum.threads.page(boss, kitchen.community_id)).rows) == 18
    assert [c.unread for c in (await forum.communities.home(bob)).joined] == [0]


async def test_what_comes_to_a_desk_that_answers_is_a_question_and_is_expected_to_be_answered(
    forum: Forum,
) -> None:
    boss, garden = await place(forum)
    _clerk, desk = await place(forum, "desk", purpose=Purpose.QUESTIONS)
    start = await forum.posts.start_thread(boss, garden.community_id, "How?", "x")
    await forum.curation.move(boss, start.thread_id, desk.community_id)
    [(kind, due)] = await rows(forum.database, "SELECT kind, escalate_at FROM thread WHERE title = 'How?'")
    assert kind == "question"
    assert due is not None
    await forum.curation.move(boss, start.thread_id, garden.community_id)
    [(kind, due)] = await rows(forum.database, "SELECT kind, escalate_at FROM thread WHERE title = 'How?'")
    assert (kind, due) == ("question", None)
