"""What stages are read off, counted on both databases: one statement, whatever the number of communities."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.forums import member, place, statements
from tui_forum.domain.entities import Purpose, ThreadKind
from tui_forum.domain.life import LifeFacts, Stage, stage_of
from tui_forum.services.forum import Forum
from tui_forum.services.imports import IncomingPost, IncomingThread
from tui_forum.storage.repositories.life import LifeRepository

NOW = datetime.now(UTC)


async def facts(forum: Forum, *community_ids: int, now: datetime = NOW) -> dict[int, LifeFacts]:
    async with forum.database.read() as connection:
        return await LifeRepository(connection).facts(community_ids, now)


def thread(
    name: str, *posts: tuple[str, timedelta], kind: ThreadKind = ThreadKind.DISCUSSION
) -> IncomingThread:
    return IncomingThread(
        title=name,
        kind=kind,
        posts=tuple(
            IncomingPost(
                external_id=f"{name}.{number}", author_key=author, author_name=author, parts=("text",),
                created_at=NOW - age,
            )
            for number, (author, age) in enumerate(posts)
        ),
    )  # fmt: skip


async def test_facts_are_counted_from_what_was_written_and_who_came(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    ref = await forum.posts.start_thread(ada, garden.community_id, "Roses?", "How?", kind=ThreadKind.QUESTION)
    await forum.posts.reply(boss, ref.thread_id, "So.")
    found = (await facts(forum, garden.community_id, now=datetime.now(UTC)))[garden.community_id]
    assert (found.hosts, found.active_hosts, found.members, found.newcomers) == (1, 1, 2, 1)
    assert (found.threads, found.contributors, found.writers) == (1, 2, 2)
    assert found.weeks == (0,) * 11 + (2,)
    assert (found.unanswered, found.asked, found.answered) == (0, 1, 1)
    assert stage_of(found).stage is Stage.SEED


async def test_imported_posts_count_in_the_weeks_they_were_written_in(forum: Forum) -> None:
    _boss, garden = await place(forum)
    sink = await forum.imports.sink("garden", "old")
    week = timedelta(weeks=1)
    await sink.write(
        [
            thread("ancient", ("eva", 700 * week), ("max", 699 * week)),
            thread("lost", ("eva", 700 * week), kind=ThreadKind.QUESTION),
            thread("waits", ("eva", 3 * week), kind=ThreadKind.QUESTION),
            thread("late", ("eva", 2 * week), ("max", week)),
            thread("prompt", ("max", 2 * week), ("eva", 2 * week - timedelta(days=1))),
            thread("just now", ("max", timedelta(hours=1))),
        ]
    )
    found = (await facts(forum, garden.community_id))[garden.community_id]
    assert sum(found.weeks) == 6
    assert sum(found.recent) + found.weeks[-1] == 6
    assert (found.contributors, found.writers) == (2, 2)
    # Nobody waits for an answer to what was asked years ago; a promise needs its two days.
    assert (found.unanswered, found.asked, found.answered) == (1, 3, 1)
    assert found.purpose is Purpose.PRACTICE


async def test_a_host_who_was_never_seen_again_is_not_active(forum: Forum) -> None:
    _boss, garden = await place(forum)
    later = NOW + timedelta(days=100)
    found = (await facts(forum, garden.community_id, now=later))[garden.community_id]
    assert (found.hosts, found.active_hosts, found.newcomers) == (1, 0, 0)
    assert found.forsaken


async def test_a_page_of_communities_is_one_statement(forum: Forum) -> None:
    places = [(await place(forum, f"garden-{number}"))[1].community_id for number in range(3)]
    async with statements(forum.database) as seen:
        found = await facts(forum, *places)
    assert set(found) == set(places)
    assert len([statement for statement, _ in seen if "FROM event" not in statement]) == 1
    assert await facts(forum) == {}
