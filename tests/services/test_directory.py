"""The directory: pages without gaps, filters, orders, what is suggested and why, and few statements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from tests.forums import another, charter_for, member, person, place, rows, statements
from tui_forum.domain.directory import DirectoryRow, Order, Wanted, Whose, words_of
from tui_forum.domain.entities import Actor, Purpose, Role, SiteRole, Visibility
from tui_forum.domain.life import Stage
from tui_forum.domain.views import CommunityRow
from tui_forum.services.forum import Forum
from tui_forum.storage.models import Community, Interest
from tui_forum.storage.uow import UnitOfWork


async def found(
    forum: Forum, actor: Actor, wanted: Wanted | None = None, limit: int = 50
) -> list[DirectoryRow]:
    """The whole directory, page by page."""
    all_rows: list[DirectoryRow] = []
    after = None
    while True:
        page = await forum.directory.page(actor, wanted or Wanted(), after, limit)
        assert len(page.rows) <= limit
        all_rows += page.rows
        after = page.next
        if after is None:
            return all_rows


async def slugs(forum: Forum, actor: Actor, wanted: Wanted | None = None, limit: int = 50) -> list[str]:
    return [row.community.slug for row in await found(forum, actor, wanted, limit)]


async def change(forum: Forum, community_id: int, **values: object) -> None:
    async def work(uow: UnitOfWork) -> None:
        await uow.connection.execute(update(Community).where(Community.id == community_id).values(**values))

    await forum.database.write(work)


async def interests(forum: Forum, actor: Actor, *topics: str) -> None:
    async def work(uow: UnitOfWork) -> None:
        await uow.connection.execute(
            insert(Interest),
            [
                {
                    "account_id": actor.account_id,
                    "kind": "learn",
                    "topic": topic,
                    "label": topic,
                    "position": index,
                }
                for index, topic in enumerate(topics)
            ],
        )

    await forum.database.write(work)


async def several(forum: Forum) -> tuple[Actor, list[CommunityRow]]:
    """Five communities: two with posts, two doors closed, one that nobody has written in."""
    boss = await person(forum, "boss", SiteRole.ADMIN)
    opened = []
    for slug, name, purpose, visibility in (
        ("roses", "Roses", Purpose.PRACTICE, Visibility.OPEN),
        ("beans", "beans", Purpose.QUESTIONS, Visibility.OPEN),
        ("orchids", "Orchids", Purpose.PRACTICE, Visibility.APPROVAL),
        ("truffles", "Truffles", Purpose.PROJECT, Visibility.INVITE),
        ("weeds", "Weeds", Purpose.INFORMATION, Visibility.OPEN),
    ):
        opened.append(
            await forum.charters.open(
                boss, slug, name, charter_for(purpose, statement=f"About {slug}"), visibility=visibility
            )
        )
    for row in (opened[3], opened[2], opened[0], opened[1]):
        await forum.posts.start_thread(boss, row.community_id, "News", "Here")
    return boss, opened


async def test_it_lists_what_one_may_know_of_the_liveliest_first(forum: Forum) -> None:
    boss, _opened = await several(forum)
    otto = await person(forum, "otto")
    assert await slugs(forum, otto) == ["beans", "roses", "weeds", "orchids"]
    # Who hosts is in the hosts' round; nobody else knows of it.
    assert await slugs(forum, boss) == ["beans", "roses", "orchids", "truffles", "weeds", "hosts"]
    row = (await found(forum, otto))[0]
    assert (row.community.member_count, row.weeks[-1], row.stage) == (1, 1, Stage.SEED)
    closed = (await found(forum, otto))[-1]
    assert (closed.community.thread_count, closed.community.last_post_at) == (0, None)
    assert (closed.weeks, closed.stage) == ((), None)


async def test_what_one_may_not_know_moves_nothing_in_any_order(forum: Forum) -> None:
    boss, opened = await several(forum)
    otto = await person(forum, "otto")
    before = {order: await found(forum, otto, Wanted(order=order)) for order in Order}
    for index in range(3):
        await member(forum, f"m{index}", opened[2], boss=boss)
        await forum.posts.start_thread(boss, opened[2].community_id, "More", "Here")
    for order in Order:
        assert await found(forum, otto, Wanted(order=order)) == before[order]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
async def test_every_order_comes_page_by_page_without_gaps_or_repeats(forum: Forum, limit: int) -> None:
    _boss, opened = await several(forum)
    otto = await person(forum, "otto")
    await forum.memberships.join(otto, opened[4].community_id)
    assert await slugs(forum, otto, Wanted(order=Order.SIZE), limit) == ["weeds", "beans", "roses", "orchids"]
    assert await slugs(forum, otto, Wanted(order=Order.NAME), limit) == ["beans", "orchids", "roses", "weeds"]
    newest = ["weeds", "orchids", "beans", "roses"]
    assert await slugs(forum, otto, Wanted(order=Order.NEWEST), limit) == newest
    assert await slugs(forum, otto, Wanted(), limit) == ["beans", "roses", "weeds", "orchids"]


async def test_filters_narrow_it_together(forum: Forum) -> None:
    boss, opened = await several(forum)
    otto = await member(forum, "otto", opened[0])
    await change(forum, opened[1].community_id, languages="en,de", audience="All who cook")
    for wanted, expected in (
        (Wanted(purpose=Purpose.PRACTICE), ["roses", "orchids"]),
        (Wanted(language="de"), ["beans"]),
        (Wanted(language="d"), []),
        (Wanted(whose=Whose.MINE), ["roses"]),
        (Wanted(whose=Whose.OTHERS), ["beans", "weeds", "orchids"]),
        (Wanted(purpose=Purpose.PRACTICE, whose=Whose.OTHERS), ["orchids"]),
        (Wanted(text="ROS"), ["roses"]),
        (Wanted(text="about ro"), ["roses"]),
        (Wanted(text="bout"), []),
        (Wanted(text="100% [_]"), []),
        (Wanted(stage=Stage.SEED), ["beans", "roses", "weeds"]),
        (Wanted(stage=Stage.THRIVING), []),
        (Wanted(stage=Stage.ARCHIVED), []),
    ):
        assert await slugs(forum, otto, wanted) == expected, wanted
    assert await slugs(forum, boss, Wanted(text="truffles")) == ["truffles"]


async def test_archived_communities_are_found_when_one_asks_for_them(forum: Forum) -> None:
    _boss, opened = await several(forum)
    otto = await person(forum, "otto")
    for row in (opened[0], opened[2]):
        await change(forum, row.community_id, archived_at=datetime.now(UTC))
    assert await slugs(forum, otto) == ["beans", "weeds"]
    assert await slugs(forum, otto, Wanted(stage=Stage.ARCHIVED)) == ["roses"]


async def test_a_stage_that_few_are_in_is_found_beyond_the_first_page(sqlite_forum: Forum) -> None:
    boss = await person(sqlite_forum, "boss", SiteRole.ADMIN)
    now = datetime.now(UTC)
    for index in range(120):
        sqlite_forum.database._clock = lambda i=index: now - timedelta(days=200 if i % 40 == 0 else 1)  # type: ignore[misc]
        await another(sqlite_forum, boss, f"c{index:03}")
    otto = await person(sqlite_forum, "otto")
    for limit in (1, 2, 50):
        asleep = await slugs(sqlite_forum, otto, Wanted(stage=Stage.DORMANT), limit)
        assert asleep == ["c080", "c040", "c000"]


async def test_a_page_is_two_statements_however_many_communities_there_are(sqlite_forum: Forum) -> None:
    boss = await person(sqlite_forum, "boss", SiteRole.ADMIN)
    for index in range(130):
        row = await another(sqlite_forum, boss, f"c{index:03}")
        if index % 2:
            await sqlite_forum.posts.start_thread(boss, row.community_id, "News", "Here")
    otto = await person(sqlite_forum, "otto")
    for order in Order:
        async with statements(sqlite_forum.database) as seen:
            await sqlite_forum.directory.page(otto, Wanted(order=order))
        assert len(seen) == 2, order
    async with statements(sqlite_forum.database) as seen:
        await sqlite_forum.directory.suggestions(otto)
    assert len(seen) <= 5


@pytest.mark.parametrize(
    ("order", "index"),
    [
        (Order.ACTIVITY, "ix_community_activity"),
        (Order.SIZE, "ix_community_size"),
        (Order.NAME, "ix_community_name"),
        (Order.NEWEST, "SCAN community\n"),
    ],
)
async def test_a_page_is_read_off_an_index(sqlite_forum: Forum, order: Order, index: str) -> None:
    boss, _opened = await several(sqlite_forum)
    otto = await person(sqlite_forum, "otto")
    async with statements(sqlite_forum.database) as seen:
        await sqlite_forum.directory.page(otto, Wanted(order=order))
    statement, parameters = seen[0]
    async with sqlite_forum.database.read() as connection:
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).all()
    text = "\n".join(str(tuple(row)[3]) for row in plan) + "\n"
    assert index in text
    assert "TEMP B-TREE" not in text
    assert boss


# -- suggestions


async def test_communities_about_ones_topics_are_suggested_with_the_topic(forum: Forum) -> None:
    _boss, opened = await several(forum)
    otto = await person(forum, "otto")
    assert await forum.directory.suggestions(otto) == ()
    await interests(forum, otto, "orchids", "about beans", "truffles", "roses and thorns")
    suggested = [(s.row.community.slug, s.topics) for s in await forum.directory.suggestions(otto)]
    assert suggested == [("orchids", ("orchids",)), ("beans", ("about beans",))]
    await forum.memberships.join(otto, opened[1].community_id)
    assert [s.row.community.slug for s in await forum.directory.suggestions(otto)] == ["orchids"]


async def test_where_ones_colleagues_are_is_suggested_with_how_many(forum: Forum) -> None:
    boss, opened = await several(forum)
    otto = await member(forum, "otto", opened[4])
    people = [await member(forum, f"m{index}", opened[4]) for index in range(3)]
    for actor in people:
        await forum.memberships.join(actor, opened[0].community_id)
    await forum.memberships.join(people[0], opened[1].community_id)  # with boss, two
    for row in (opened[2], opened[3]):
        for actor in people:
            await forum.memberships.invite(boss, row.community_id, actor.handle)
            await forum.memberships.join(actor, row.community_id)
    suggested = [(s.row.community.slug, s.colleagues) for s in await forum.directory.suggestions(otto)]
    assert suggested == [("roses", 4), ("beans", 2)]


async def test_a_private_community_joins_no_two_people_for_a_stranger(forum: Forum) -> None:
    """What is suggested must not tell who meets where one is not."""
    boss, opened = await several(forum)
    otto = await person(forum, "otto")
    for index in range(3):
        actor = await member(forum, f"m{index}", opened[3], Role.MEMBER, boss)
        await forum.memberships.join(actor, opened[0].community_id)
    assert await forum.directory.suggestions(otto) == ()


def test_words_are_folded_and_keep_what_makes_languages() -> None:
    assert words_of("Größe, C++ und C#; node.js – naïve ﬁles C++") == (
        "grösse", "c++", "und", "c#", "node", "js", "naïve", "files",
    )  # fmt: skip
    assert words_of("x" * 61) == ()


async def test_renamed_words_are_those_of_the_community(forum: Forum) -> None:
    boss, garden = await place(forum, charter=charter_for(statement="Garden"))
    words = "SELECT word FROM community_word WHERE community_id = :c ORDER BY word"
    assert await rows(forum.database, words, c=garden.community_id) == [("garden",)]
    assert boss
