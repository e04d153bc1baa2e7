"""Announcements: acknowledging, who has not yet, discussing elsewhere; and what waits for an answer."""

from __future__ import annotations

import pytest

from tests.forums import another, charter_for, member, person, place, statements
from tui_forum.domain.entities import Actor, Purpose, Role, ThreadKind, Visibility
from tui_forum.domain.errors import ConflictError, NotAllowedError
from tui_forum.domain.views import CommunityRow
from tui_forum.services.forum import Forum


async def channel(forum: Forum) -> tuple[Actor, CommunityRow]:
    """An information channel and its host."""
    return await place(forum, "news", purpose=Purpose.INFORMATION)


async def test_members_acknowledge_and_hosts_see_who_has_not_yet(forum: Forum) -> None:
    boss, news = await channel(forum)
    people = [await member(forum, f"m{n}", news) for n in range(5)]
    start = await forum.posts.start_thread(
        boss, news.community_id, "New doors", "From Monday", wants_acknowledgement=True
    )
    assert [n.kind for n in await forum.notices.page(people[0])] == ["acknowledgement_wanted"]
    assert "acknowledgement_wanted" not in [n.kind for n in await forum.notices.page(boss)]
    view = await forum.threads.view(people[0], start.thread_id)
    assert (view.wants_acknowledgement, view.acknowledged, view.acknowledgements) == (True, False, None)
    assert (await forum.threads.row(people[0], start.thread_id)).to_acknowledge
    assert await forum.announcements.acknowledge(people[0], start.thread_id)
    assert not await forum.announcements.acknowledge(people[0], start.thread_id)
    assert (await forum.threads.view(people[0], start.thread_id)).acknowledged
    assert not (await forum.threads.row(people[0], start.thread_id)).to_acknowledge
    assert (await forum.threads.view(boss, start.thread_id)).acknowledgements == (1, 5)
    first = await forum.announcements.not_yet(boss, start.thread_id, limit=3)
    assert (first.done, first.asked, [one.handle for one in first.rows]) == (1, 5, ["m1", "m2", "m3"])
    assert first.next is not None
    rest = await forum.announcements.not_yet(boss, start.thread_id, first.next, 3)
    assert ([one.handle for one in rest.rows], rest.next) == (["m4"], None)
    await forum.memberships.leave(people[4], news.community_id)
    assert (await forum.threads.view(boss, start.thread_id)).acknowledgements == (1, 4)


async def test_only_hosts_see_who_has_not_and_only_members_are_asked(forum: Forum) -> None:
    boss, news = await channel(forum)
    mona = await member(forum, "mona", news, Role.MODERATOR, boss)
    otto = await person(forum, "otto")
    start = await forum.posts.start_thread(
        boss, news.community_id, "New doors", "From Monday", wants_acknowledgement=True
    )
    with pytest.raises(NotAllowedError, match="Only managers"):
        await forum.announcements.not_yet(mona, start.thread_id)
    with pytest.raises(NotAllowedError, match="not a member"):
        await forum.announcements.acknowledge(otto, start.thread_id)
    assert not (await forum.threads.view(otto, start.thread_id)).wants_acknowledgement
    assert not (await forum.threads.view(boss, start.thread_id)).wants_acknowledgement


async def test_the_author_could_acknowledge_what_they_announced(sqlite_forum: Forum) -> None:
    """Its figures leave the author out: they are not asked."""
    forum = sqlite_forum
    boss, news = await channel(forum)
    start = await forum.posts.start_thread(
        boss, news.community_id, "New doors", "From Monday", wants_acknowledgement=True
    )
    with pytest.raises(ConflictError, match="announced this yourself"):
        await forum.announcements.acknowledge(boss, start.thread_id)
    assert not (await forum.threads.view(boss, start.thread_id)).acknowledged


async def test_who_is_not_asked_acknowledges_nothing(sqlite_forum: Forum) -> None:
    forum = sqlite_forum
    boss, news = await channel(forum)
    ada = await member(forum, "ada", news)
    start = await forum.posts.start_thread(boss, news.community_id, "New doors", "From Monday")
    with pytest.raises(ConflictError, match="Nobody is asked"):
        await forum.announcements.acknowledge(ada, start.thread_id)
    with pytest.raises(ConflictError, match="Nobody is asked"):
        await forum.announcements.not_yet(boss, start.thread_id)


async def test_only_announcements_of_a_channel_ask(sqlite_forum: Forum) -> None:
    boss, garden = await place(sqlite_forum)
    for kind in (ThreadKind.ANNOUNCEMENT, ThreadKind.DISCUSSION, None):
        with pytest.raises(NotAllowedError, match="information channel"):
            await sqlite_forum.posts.start_thread(
                boss, garden.community_id, "T", "x", kind=kind, wants_acknowledgement=True
            )


# -- discussing


async def test_what_is_announced_is_discussed_in_the_linked_community(forum: Forum) -> None:
    boss, talk = await place(forum, "talk")
    news = await another(forum, boss, "news", charter=charter_for(Purpose.INFORMATION, linked="talk"))
    ada = await member(forum, "ada", news)
    start = await forum.posts.start_thread(boss, news.community_id, "New doors", "From Monday")
    with pytest.raises(NotAllowedError, match="Only the hosts write"):
        await forum.posts.reply(ada, start.thread_id, "Which ones?")
    found = await forum.announcements.discussion(ada, start.thread_id)
    assert found is not None
    assert (found.community_id, found.member, found.thread_id) == (talk.community_id, False, None)
    await forum.memberships.join(ada, talk.community_id)
    begun = await forum.posts.start_thread(
        ada, talk.community_id, "New doors", "Which ones?", about=start.thread_id
    )
    found = await forum.announcements.discussion(ada, start.thread_id)
    assert found is not None
    assert (found.member, found.thread_id) == (True, begun.thread_id)


async def test_who_may_not_read_the_linked_community_is_not_told_of_it(forum: Forum) -> None:
    boss, _talk = await place(forum, "talk", Visibility.APPROVAL)
    news = await another(forum, boss, "news", charter=charter_for(Purpose.INFORMATION, linked="talk"))
    start = await forum.posts.start_thread(boss, news.community_id, "New doors", "From Monday")
    ada = await member(forum, "ada", news)
    assert await forum.announcements.discussion(ada, start.thread_id) is None
    assert await forum.announcements.discussion(boss, start.thread_id) is not None


async def test_without_a_linked_community_there_is_nothing_to_go_to(sqlite_forum: Forum) -> None:
    boss, news = await channel(sqlite_forum)
    start = await sqlite_forum.posts.start_thread(boss, news.community_id, "New doors", "From Monday")
    assert await sqlite_forum.announcements.discussion(boss, start.thread_id) is None


# -- what nobody has answered


async def test_unanswered_threads_of_a_practice_surface_to_its_members(forum: Forum) -> None:
    boss, garden = await place(forum)
    desk = await another(forum, boss, "desk", purpose=Purpose.QUESTIONS)
    ada, otto = await member(forum, "ada", garden), await person(forum, "otto")
    await forum.memberships.join(ada, desk.community_id)
    roses = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    await forum.posts.start_thread(ada, garden.community_id, "My own", "Anyone?")
    await forum.posts.start_thread(
        boss, garden.community_id, "Open day", "Come", kind=ThreadKind.ANNOUNCEMENT
    )
    await forum.posts.start_thread(boss, desk.community_id, "Printer", "Broken?")
    assert (await forum.communities.home(ada)).unanswered == 1
    assert (await forum.communities.home(otto)).unanswered == 0
    assert [row.title for row in (await forum.threads.unanswered(ada)).rows] == ["Roses"]
    waiting = (await forum.threads.unanswered(otto, garden.community_id)).rows
    assert [row.title for row in waiting] == ["My own", "Roses"]
    marks = {row.title: row.waits for row in (await forum.threads.page(ada, garden.community_id)).rows}
    assert marks == {"Roses": True, "My own": True, "Open day": False}
    await forum.posts.reply(boss, roses.thread_id, "Spring, perhaps")  # one's own words are no answer
    assert (await forum.communities.home(ada)).unanswered == 1
    await forum.posts.reply(ada, roses.thread_id, "In May")
    assert (await forum.communities.home(ada)).unanswered == 0
    assert not (await forum.threads.row(ada, roses.thread_id)).waits


async def test_unanswered_threads_come_page_by_page(sqlite_forum: Forum) -> None:
    forum = sqlite_forum
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    for index in range(7):
        await forum.posts.start_thread(boss, garden.community_id, f"T{index}", "x")
    page = await forum.threads.unanswered(ada, limit=4)
    assert page.next is not None
    rest = await forum.threads.unanswered(ada, after=page.next, limit=4)
    assert [row.title for row in (*page.rows, *rest.rows)] == [f"T{n}" for n in range(6, -1, -1)]
    assert rest.next is None
    async with statements(forum.database) as seen:
        await forum.threads.unanswered(ada)
    assert len(seen) == 1
