"""Communities: opening, joining, leaving, roles; what counts as read when one joins."""

from __future__ import annotations

import asyncio

import pytest

from tests.forums import another, member, number, person, place, rows, statements
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.domain.entities import Actor, Role, SiteRole, Visibility
from tui_forum.domain.errors import ConflictError, NotAllowedError, NotFoundError
from tui_forum.domain.limits import HOME_SIZE, UNREAD_CAP
from tui_forum.services.forum import Forum


async def test_home_shows_ones_communities_first_and_others_to_join(forum: Forum) -> None:
    boss, garden = await place(forum)
    _, kitchen = await place(forum, "kitchen")
    ada = await person(forum, "ada")
    home = await forum.communities.home(ada)
    assert home.joined == ()
    assert [row.slug for row in home.others] == ["garden", "kitchen"]
    await forum.memberships.join(ada, kitchen.community_id)
    home = await forum.communities.home(ada)
    assert [(row.slug, row.role) for row in home.joined] == [("kitchen", Role.MEMBER)]
    assert [row.slug for row in home.others] == ["garden"]
    assert home.joined[0].member_count == 2
    await forum.memberships.leave(ada, kitchen.community_id)
    assert (await forum.communities.community(ada, "kitchen")).member_count == 1
    assert (await forum.communities.community(boss, "GARDEN")).community_id == garden.community_id


async def test_the_community_with_the_latest_post_comes_first(forum: Forum) -> None:
    boss, garden = await place(forum)
    kitchen = await another(forum, boss, "kitchen")
    for turn in (kitchen, garden, kitchen):
        await forum.posts.start_thread(boss, turn.community_id, "News", "Here")
        assert (await forum.communities.home(boss)).joined[0].slug == turn.slug


async def test_more_communities_than_a_page_come_page_by_page(sqlite_forum: Forum) -> None:
    boss = await person(sqlite_forum, "boss", SiteRole.ADMIN)
    slugs = [f"c{n:03}" for n in range(120)]
    for slug in slugs:
        await another(sqlite_forum, boss, slug)
    ada = await person(sqlite_forum, "ada")
    home = await sqlite_forum.communities.home(ada)
    found, after = list(home.others), home.others_next
    while after is not None:
        more, after = await sqlite_forum.communities.others(ada, after)
        found += more
    assert [row.slug for row in found] == slugs


async def many(forum: Forum, count: int) -> tuple[Actor, list[int]]:
    """Somebody who is in so many communities, the liveliest first; every third has no thread."""
    boss = await person(forum, "boss", SiteRole.ADMIN)
    ada = await person(forum, "ada")
    ids = []
    for index in range(count):
        row = await another(forum, boss, f"c{index:03}")
        await forum.memberships.join(ada, row.community_id)
        ids.append(row.community_id)
    for index, community_id in enumerate(ids):
        if index % 3:
            await forum.posts.start_thread(boss, community_id, "News", "Here")
    lively = [one for index, one in enumerate(ids) if index % 3]
    return ada, lively[::-1] + [one for index, one in enumerate(ids) if not index % 3][::-1]


async def test_ones_communities_come_page_by_page_the_liveliest_first(forum: Forum) -> None:
    ada, expected = await many(forum, 20)
    home = await forum.communities.home(ada, 4)
    assert home.others == ()  # they come after all of one's own
    found, after = list(home.joined), home.joined_next
    while after is not None:
        more, after = await forum.communities.joined(ada, after)
        found += more
    assert [row.community_id for row in found] == expected
    assert {row.unread for row in found} == {0, 1}
    assert set(await forum.communities.joined_ids(ada)) == set(expected)
    whole = await forum.communities.home(ada, 20)
    assert (len(whole.joined), whole.joined_next) == (20, None)


async def test_home_is_three_statements_however_many_communities_one_is_in(sqlite_forum: Forum) -> None:
    ada, _expected = await many(sqlite_forum, 60)
    async with statements(sqlite_forum.database) as seen:
        home = await sqlite_forum.communities.home(ada)
    assert len(seen) <= 3
    assert len(home.joined) == HOME_SIZE


async def test_unread_is_exact_up_to_99_and_then_99_plus(sqlite_forum: Forum) -> None:
    boss, garden = await place(sqlite_forum)
    ada = await member(sqlite_forum, "ada", garden)
    for index in range(101):
        await sqlite_forum.posts.start_thread(boss, garden.community_id, f"T{index}", "x")
        if index in (0, 97, 98, 99, 100):
            unread = (await sqlite_forum.communities.home(ada)).joined[0].unread
            assert unread == min(index + 1, UNREAD_CAP)


async def test_what_was_there_when_one_joined_counts_as_read(forum: Forum) -> None:
    boss, garden = await place(forum)
    old = await forum.posts.start_thread(boss, garden.community_id, "Old", "There before")
    ada = await member(forum, "ada", garden)
    assert (await forum.communities.home(ada)).joined[0].unread == 0
    new = await forum.posts.start_thread(boss, garden.community_id, "New", "Came later")
    await forum.posts.reply(boss, old.thread_id, "Came later, too")
    assert (await forum.communities.home(ada)).joined[0].unread == 2
    unread = {row.title: row.unread for row in (await forum.threads.page(ada, garden.community_id)).rows}
    assert unread == {"Old": 1, "New": 1}
    assert (await forum.threads.view(ada, old.thread_id)).landing == 2
    assert (await forum.threads.view(ada, new.thread_id)).landing == 1


async def test_mark_all_read_leaves_nothing_unread_and_later_posts_count_again(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    await forum.communities.mark_all_read(ada, garden.community_id)
    assert (await forum.communities.home(ada)).joined[0].unread == 0
    assert await forum.threads.next_unread(ada) is None
    await forum.posts.reply(boss, start.thread_id, "Now!")
    assert (await forum.communities.home(ada)).joined[0].unread == 1
    assert (await forum.threads.view(ada, start.thread_id)).landing == 2


async def test_a_post_elsewhere_does_not_make_later_posts_here_read(postgres_url: str) -> None:
    """Post ids are given out before the commit: a baseline must not run ahead of what is committed."""
    forum = await open_forum(Settings(database_url=postgres_url))
    boss, garden = await place(forum)
    kitchen = await another(forum, boss, "kitchen")
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    await forum.posts.start_thread(boss, kitchen.community_id, "Soup", "What?")
    await forum.communities.mark_all_read(ada, garden.community_id)
    assert await rows(
        forum.database, "SELECT read_baseline FROM membership WHERE account_id = :a", a=ada.account_id
    ) == [(start.post_id,)]
    await forum.close()


async def test_joining_fifty_times_at_once_is_one_membership(forum: Forum) -> None:
    _, garden = await place(forum)
    ada = await person(forum, "ada")
    await asyncio.gather(
        *(forum.memberships.join(ada, garden.community_id) for _ in range(50)), return_exceptions=True
    )
    assert (await forum.communities.community(ada, "garden")).member_count == 2
    joined = "SELECT count(*) FROM event WHERE kind = 'member_joined' AND account_id = :ada"
    assert await number(forum.database, joined, ada=ada.account_id) == 1


async def test_joining_needs_an_open_community(forum: Forum) -> None:
    _, approval = await place(forum, "approval", Visibility.APPROVAL)
    ada = await person(forum, "ada")
    with pytest.raises(NotAllowedError, match="needs an approval"):
        await forum.memberships.join(ada, approval.community_id)


async def test_a_community_that_is_not_there_is_not_found(forum: Forum) -> None:
    boss, _ = await place(forum)
    with pytest.raises(NotFoundError, match="no community “nowhere”"):
        await forum.communities.community(boss, "nowhere")


async def test_the_last_manager_neither_leaves_nor_steps_down_even_when_two_do_so_at_once(
    forum: Forum,
) -> None:
    boss, garden = await place(forum)
    with pytest.raises(ConflictError, match="needs a manager"):
        await forum.memberships.leave(boss, garden.community_id)
    with pytest.raises(ConflictError, match="needs a manager"):
        await forum.memberships.set_role(boss, garden.community_id, boss.handle, Role.MEMBER)
    ada = await member(forum, "ada", garden, Role.MANAGER, boss)
    ends = await asyncio.gather(
        forum.memberships.leave(boss, garden.community_id),
        forum.memberships.leave(ada, garden.community_id),
        return_exceptions=True,
    )
    assert sum(isinstance(end, ConflictError) for end in ends) == 1


async def test_roles_are_given_by_managers_to_members(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada, ben = await member(forum, "ada", garden), await person(forum, "ben")
    with pytest.raises(NotAllowedError, match="Only managers"):
        await forum.memberships.set_role(ada, garden.community_id, "ada", Role.MODERATOR)
    with pytest.raises(NotFoundError, match="@ben is not a member"):
        await forum.memberships.set_role(boss, garden.community_id, ben.handle, Role.MODERATOR)
    with pytest.raises(NotFoundError):
        await forum.memberships.set_role(boss, garden.community_id, "nobody-here", Role.MODERATOR)
    await forum.memberships.set_role(boss, garden.community_id, "ada", Role.MODERATOR)
    assert (await forum.communities.community(ada, "garden")).role is Role.MODERATOR
