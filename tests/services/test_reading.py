"""Reading: pages without gaps or repeats, the tree, unread counts, few statements and no scans."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.forums import another, member, place, rows, statements
from tui_forum.domain.entities import Actor, PostOrder
from tui_forum.domain.errors import NotFoundError
from tui_forum.domain.limits import TREE_MAX_DEPTH, UNREAD_CAP
from tui_forum.domain.tree import tree_path
from tui_forum.domain.views import ThreadRow
from tui_forum.services.forum import Forum
from tui_forum.storage.uow import UnitOfWork


async def all_threads(forum: Forum, actor: Actor, community_id: int, limit: int) -> list[ThreadRow]:
    found: list[ThreadRow] = []
    after = None
    while True:
        page = await forum.threads.page(actor, community_id, after, limit)
        assert len(page.rows) <= limit
        found += page.rows
        after = page.next
        if after is None:
            return found


@pytest.mark.parametrize("limit", [1, 3, 7, 50])
async def test_threads_come_page_by_page_without_gaps_or_repeats_over_equal_times(
    forum: Forum, limit: int
) -> None:
    boss, garden = await place(forum)
    times = [datetime(2026, 1, 1, second=second, tzinfo=UTC) for second in (0, 0, 1, 1, 1, 2)]
    chance = random.Random(limit)
    for number in range(23):
        at = chance.choice(times)
        forum.database._clock = lambda at=at: at  # type: ignore[misc]
        ref = await forum.posts.start_thread(boss, garden.community_id, f"T{number}", "x")
        if number % 5 == 0:
            await pin(forum, ref.thread_id)
    found = await all_threads(forum, boss, garden.community_id, limit)
    assert len({row.thread_id for row in found}) == 23
    keys = [(row.pinned, row.last_post_at, row.thread_id) for row in found]
    assert keys == sorted(keys, reverse=True)


async def pin(forum: Forum, thread_id: int) -> None:
    async def work(uow: UnitOfWork) -> None:
        await uow.connection.execute(
            text("UPDATE thread SET pinned = :yes WHERE id = :id"), {"yes": True, "id": thread_id}
        )

    await forum.database.write(work)


async def test_a_thread_that_moves_up_while_one_pages_is_not_shown_as_a_gap(forum: Forum) -> None:
    boss, garden = await place(forum)
    refs = [await forum.posts.start_thread(boss, garden.community_id, f"T{n}", "x") for n in range(10)]
    first = await forum.threads.page(boss, garden.community_id, limit=4)
    await forum.posts.reply(boss, refs[0].thread_id, "bump")
    await forum.posts.start_thread(boss, garden.community_id, "new", "x")
    rest = await forum.threads.page(boss, garden.community_id, first.next)
    assert [row.title for row in first.rows + rest.rows] == [f"T{n}" for n in range(9, 0, -1)]


# -- posts in both orders


async def thread_of(forum: Forum, parents: list[int | None]) -> tuple[Actor, int]:
    """A thread whose post n+2 answers the post number ``parents[n]``."""
    boss, garden = await place(forum)
    start = await forum.posts.start_thread(boss, garden.community_id, "Tree", "root")
    for parent in parents:
        await forum.posts.reply(boss, start.thread_id, f"to {parent}", reply_to=parent)
    return boss, start.thread_id


def tree_order(parents: list[int | None]) -> list[tuple[int, int]]:
    """Numbers and depths as a reader of a tree expects them: every reply below what it answers."""
    children: defaultdict[int | None, list[int]] = defaultdict(list)
    for number, parent in enumerate(parents, 2):
        children[parent].append(number)
    found: list[tuple[int, int]] = []

    def walk(number: int, depth: int) -> None:
        found.append((number, depth))
        for child in children[number]:
            walk(child, depth + 1)

    for root in sorted([1, *children[None]]):
        walk(root, 0)
    return found


@st.composite
def trees(draw: st.DrawFn) -> list[int | None]:
    size = draw(st.integers(0, 25))
    return [draw(st.none() | st.integers(1, n + 1)) for n in range(size)]


def paths_of(parents: list[int | None]) -> list[bytes]:
    paths = [tree_path(b"", 1)]
    for number, parent in enumerate(parents, 2):
        paths.append(tree_path(paths[parent - 1] if parent else b"", number))
    return paths


@given(trees())
@settings(max_examples=300, deadline=None)
def test_ordering_by_path_is_walking_the_tree(parents: list[int | None]) -> None:
    paths = paths_of(parents)
    ordered = sorted(range(1, len(paths) + 1), key=lambda number: paths[number - 1])
    assert ordered == [number for number, _ in tree_order(parents)]
    assert len(set(paths)) == len(paths)


async def test_pages_in_both_orders_are_the_whole_thread_whatever_the_window(forum: Forum) -> None:
    chance = random.Random(7)
    parents = [chance.choice([None, *range(1, n + 2)]) for n in range(60)]
    boss, thread_id = await thread_of(forum, parents)
    expected = {
        PostOrder.CHRONOLOGICAL: [(number, depth) for number, depth in sorted(tree_order(parents))],
        PostOrder.TREE: tree_order(parents),
    }
    for order, whole in expected.items():
        for limit, around in ((1, 30), (4, 1), (7, 61), (10, 17), (100, 1)):
            page = await forum.threads.posts(boss, thread_id, order=order, around=around, limit=limit)
            found = list(page.posts)
            assert around in [post.number for post in found]
            assert len(found) <= limit
            above, below = page.more_before, page.more_after
            while above:
                page = await forum.threads.posts(boss, thread_id, order=order, before=found[0], limit=limit)
                found, above = [*page.posts, *found], page.more_before
            while below:
                page = await forum.threads.posts(boss, thread_id, order=order, after=found[-1], limit=limit)
                found, below = [*found, *page.posts], page.more_after
            assert [(post.number, post.depth) for post in found] == whole, (order, limit, around)


async def test_a_third_of_the_window_lies_before_where_one_lands(sqlite_forum: Forum) -> None:
    boss, thread_id = await thread_of(sqlite_forum, [None] * 99)
    page = await sqlite_forum.threads.posts(boss, thread_id, around=50, limit=30)
    assert [post.number for post in page.posts] == list(range(40, 70))
    assert (page.more_before, page.more_after) == (True, True)
    end = await sqlite_forum.threads.posts(boss, thread_id, around=1000, limit=30)
    assert (end.posts[-1].number, end.more_after) == (100, False)


async def test_replies_deeper_than_the_deepest_level_stay_in_the_tree(sqlite_forum: Forum) -> None:
    depth = TREE_MAX_DEPTH + 20
    boss, thread_id = await thread_of(sqlite_forum, [*range(1, depth), 1])
    page = await sqlite_forum.threads.posts(boss, thread_id, order=PostOrder.TREE, limit=200)
    numbers = [post.number for post in page.posts]
    assert numbers == list(range(1, depth + 2))
    assert max(post.depth for post in page.posts) == TREE_MAX_DEPTH - 1
    assert max(len(post.position) for post in page.posts) == TREE_MAX_DEPTH * 4


# -- unread


async def test_one_lands_on_the_first_unread_post_and_at_the_end_when_all_is_read(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "1")
    for number in range(2, 6):
        await forum.posts.reply(boss, start.thread_id, str(number))

    async def landing() -> tuple[int, int]:
        row, view = await asyncio.gather(
            forum.threads.row(ada, start.thread_id), forum.threads.view(ada, start.thread_id)
        )
        return view.landing, row.unread

    assert await landing() == (1, 5)
    await forum.posts.mark_read(ada, start.thread_id, 3)
    assert await landing() == (4, 2)
    await forum.posts.mark_read(ada, start.thread_id, 5)
    assert await landing() == (5, 0)


async def test_counts_of_unread_stop_at_the_cap(sqlite_forum: Forum) -> None:
    boss, garden = await place(sqlite_forum)
    ada = await member(sqlite_forum, "ada", garden)
    start = await sqlite_forum.posts.start_thread(boss, garden.community_id, "Roses", "1")
    for _ in range(UNREAD_CAP + 5):
        await sqlite_forum.posts.reply(boss, start.thread_id, "x")
    assert (await sqlite_forum.threads.row(ada, start.thread_id)).unread == UNREAD_CAP


async def test_reading_everything_raises_the_baseline_and_skips_nothing(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    refs = [await forum.posts.start_thread(boss, garden.community_id, f"T{n}", "x") for n in range(3)]

    async def baseline() -> int:
        [(found,)] = await rows(
            forum.database, "SELECT read_baseline FROM membership WHERE account_id = :id", id=ada.account_id
        )
        return int(found)

    for ref in refs[:2]:
        await forum.posts.mark_read(ada, ref.thread_id, 1)
        assert await baseline() == 0, "something is unread still"
    assert await forum.threads.next_unread(ada) == refs[2].thread_id
    await forum.posts.mark_read(ada, refs[2].thread_id, 1)
    assert await baseline() == refs[2].post_id
    assert await forum.threads.next_unread(ada) is None
    late = await forum.posts.reply(boss, refs[0].thread_id, "y")
    assert await forum.threads.next_unread(ada) == refs[0].thread_id
    assert (await forum.threads.view(ada, refs[0].thread_id)).landing == late.number


async def test_the_next_unread_thread_is_the_latest_other_one(forum: Forum) -> None:
    boss, garden = await place(forum)
    kitchen = await another(forum, boss, "kitchen")
    ada = await member(forum, "ada", garden)
    await forum.memberships.join(ada, kitchen.community_id)
    rose = await forum.posts.start_thread(boss, garden.community_id, "Roses", "x")
    soup = await forum.posts.start_thread(boss, kitchen.community_id, "Soup", "x")
    assert await forum.threads.next_unread(ada) == soup.thread_id
    assert await forum.threads.next_unread(ada, garden.community_id) == rose.thread_id
    assert await forum.threads.next_unread(ada, after_thread_id=soup.thread_id) == rose.thread_id
    assert await forum.threads.next_unread(ada, garden.community_id, rose.thread_id) is None


async def test_titles_are_found_by_all_their_words_and_signs_are_plain(forum: Forum) -> None:
    boss, garden = await place(forum)
    for title in ("Red roses", "ROSES, white", "100% wool", "a_b", "axb"):
        await forum.posts.start_thread(boss, garden.community_id, title, "x")

    async def found(query: str) -> list[str]:
        return [hit.title for hit in await forum.threads.search_titles(boss, query)]

    assert await found("roses") == ["ROSES, white", "Red roses"]
    assert await found("roses red") == ["Red roses"]
    assert await found("%") == ["100% wool"]
    assert await found("a_b") == ["a_b"]
    assert await found("  ") == await found("\x00") == await found("'; DROP TABLE post; --") == []


async def test_a_post_that_is_not_there_is_not_found(forum: Forum) -> None:
    boss, thread_id = await thread_of(forum, [None])
    for number in (0, 3, -1):
        with pytest.raises(NotFoundError):
            await forum.threads.post(boss, thread_id, number)
    with pytest.raises(NotFoundError):
        await forum.threads.view(boss, 999)


# -- cost


async def test_each_screen_costs_a_fixed_number_of_statements(forum: Forum) -> None:
    boss, garden = await place(forum)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "1")
    for number in range(10):
        await forum.posts.reply(boss, start.thread_id, "x", reply_to=number + 1)
    post = await forum.threads.post(boss, start.thread_id, 5)
    costs = {
        "home": (forum.communities.home(boss), 3),
        "threads": (forum.threads.page(boss, garden.community_id), 3),
        "row": (forum.threads.row(boss, start.thread_id), 1),
        "address": (forum.threads.resolve(boss, start.thread_id, 5), 1),
        "header": (forum.threads.view(boss, start.thread_id), 3),
        "posts": (forum.threads.posts(boss, start.thread_id, around=6), 5),
        "posts after": (forum.threads.posts(boss, start.thread_id, after=post), 3),
        "posts as a tree": (forum.threads.posts(boss, start.thread_id, around=1, order=PostOrder.TREE), 5),
        "tree before": (forum.threads.posts(boss, start.thread_id, before=post, order=PostOrder.TREE), 3),
        "queue": (forum.cases.queue(boss), 1),
        "inbox": (forum.notices.page(boss), 1),
    }
    for name, (call, most) in costs.items():
        async with statements(forum.database) as seen:
            await call
        assert 0 < len(seen) <= most, name


async def test_no_screen_scans_the_threads_or_the_posts(sqlite_forum: Forum) -> None:
    forum = sqlite_forum
    boss, garden = await place(forum)
    kitchen = await another(forum, boss, "kitchen")
    ada = await member(forum, "ada", garden)
    chance = random.Random(1)
    for number in range(60):
        where = garden if number % 3 else kitchen
        start = await forum.posts.start_thread(boss, where.community_id, f"T{number}", "x")
        for _ in range(chance.randrange(6)):
            await forum.posts.reply(boss, start.thread_id, "x")
    page = await forum.threads.page(ada, garden.community_id, limit=5)
    post = (await forum.threads.posts(ada, start.thread_id)).posts[0]

    async def plans() -> list[tuple[str, str]]:
        async with statements(forum.database) as seen:
            await forum.communities.home(ada)
            await forum.threads.page(ada, garden.community_id)
            await forum.threads.page(ada, garden.community_id, page.next)
            await forum.threads.row(ada, start.thread_id)
            await forum.threads.resolve(ada, start.thread_id, 1)
            await forum.threads.view(ada, start.thread_id)
            await forum.threads.next_unread(ada, garden.community_id)
            for order in PostOrder:
                await forum.threads.posts(ada, start.thread_id, order=order, around=3)
                await forum.threads.posts(ada, start.thread_id, order=order, after=post)
                await forum.threads.posts(ada, start.thread_id, order=order, before=post)
        found = []
        async with forum.database.read() as connection:
            for statement, parameters in seen:
                plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                found += [(str(tuple(row)[-1]), statement) for row in plan]
        return found

    for step, statement in await plans():
        if step.startswith("SCAN"):
            assert step.split()[1] not in ("thread", "post", "read_pointer", "notice"), (step, statement)
        # One's few communities, what is unread and the praise of a page may be sorted; lists come sorted
        # from an index.
        if (
            "FROM praise" not in statement
            and "FROM community" not in statement
            and "last_post_id > membership.read_baseline" not in statement
        ):
            assert "USE TEMP B-TREE FOR ORDER BY" not in step, statement
