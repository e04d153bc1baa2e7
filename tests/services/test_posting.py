"""Writing: numbers without gaps, once per token, drafts that go with their post, pointers that only rise."""

from __future__ import annotations

import asyncio

import pytest

from tests.forums import member, number, person, place, rows
from tui_forum.domain.entities import PostState, Role
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.events import EventKind, account_topic, community_topic, thread_topic
from tui_forum.domain.limits import BODY_MAX_CHARS
from tui_forum.services.forum import Forum

#: Of all communities but the hosts' round.
COUNTS = "SELECT thread_count, post_count FROM community WHERE builtin IS NULL"


async def test_a_thread_and_its_replies_are_counted(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "  Roses\n", "When?\r\n")
    assert start.number == 1
    reply = await forum.posts.reply(ada, start.thread_id, "In *May*.", reply_to=1)
    assert reply.number == 2
    [row] = (await forum.threads.page(boss, garden.community_id)).rows
    assert (row.title, row.reply_count, row.last_author.handle, row.unread) == ("Roses", 1, "ada", 1)
    found = await forum.communities.community(boss, "garden")
    assert (found.thread_count, found.last_post_at) == (1, row.last_post_at)
    assert await number(forum.database, "SELECT post_count FROM community WHERE builtin IS NULL") == 2
    first, second = (await forum.threads.posts(boss, start.thread_id)).posts
    assert (first.body, first.mine, first.reply_to) == ("When?\n", True, None)
    assert second.reply_to is not None
    assert (second.reply_to.number, second.reply_to.handle, second.reply_to.excerpt) == (
        1, boss.handle, "When?",
    )  # fmt: skip


async def test_fifty_replies_at_once_get_consecutive_numbers(forum: Forum) -> None:
    boss, garden = await place(forum)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    refs = await asyncio.gather(
        *(forum.posts.reply(boss, start.thread_id, f"answer {n}", reply_to=1) for n in range(50))
    )
    assert sorted(ref.number for ref in refs) == list(range(2, 52))
    assert await rows(forum.database, "SELECT last_number, reply_count FROM thread") == [(51, 50)]
    assert await rows(
        forum.database, "SELECT thread_count, post_count FROM community WHERE builtin IS NULL"
    ) == [(1, 51)]
    events = await rows(
        forum.database,
        "SELECT post.number FROM event JOIN post ON post.id = post_id "
        "WHERE kind = 'post_created' ORDER BY event.id",
    )
    assert events == [(n,) for n in range(1, 52)], "events are in the order of the posts"


async def test_threads_started_while_others_reply_do_not_deadlock(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    work = [
        call
        for n in range(15)
        for call in (
            forum.posts.start_thread(ada, garden.community_id, f"T{n}", "x"),
            forum.posts.reply(boss, start.thread_id, "y"),
            forum.posts.edit(boss, start.post_id, "When?", revision=1),
            forum.communities.mark_all_read(ada, garden.community_id),
            forum.posts.mark_read(ada, start.thread_id, n),
        )
    ]
    await asyncio.gather(*work)
    assert await rows(
        forum.database, "SELECT thread_count, post_count FROM community WHERE builtin IS NULL"
    ) == [(16, 31)]


async def test_sending_the_same_again_gives_the_same_post(forum: Forum) -> None:
    boss, garden = await place(forum)
    starts = [
        await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?", token="t1")
        for _ in range(2)
    ]
    assert starts[0] == starts[1]
    thread_id = starts[0].thread_id
    again = await asyncio.gather(*(forum.posts.reply(boss, thread_id, "May", token="t2") for _ in range(20)))
    assert len(set(again)) == 1
    threads = await asyncio.gather(
        *(
            forum.posts.start_thread(boss, garden.community_id, "Tulips", "Why?", token="t3")
            for _ in range(10)
        )
    )
    assert len(set(threads)) == 1
    assert await rows(
        forum.database, "SELECT thread_count, post_count FROM community WHERE builtin IS NULL"
    ) == [(2, 3)]
    assert await number(forum.database, "SELECT count(*) FROM event WHERE kind = 'post_created'") == 3


async def test_a_token_is_its_authors_own(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?", token="same")
    reply = await forum.posts.reply(ada, start.thread_id, "May", token="same")
    assert reply.post_id != start.post_id


async def test_a_draft_disappears_with_its_post_and_with_nothing_else(forum: Forum) -> None:
    boss, garden = await place(forum)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    key = f"thread:{start.thread_id}"
    draft = await forum.drafts.save(boss, key, title="", body="In M")
    later = await forum.drafts.save(boss, key, title="", body="In May")
    assert later.token == draft.token
    other = await forum.drafts.save(boss, "community:1", title="Tulips", body="")
    await forum.posts.reply(boss, start.thread_id, "sent from elsewhere")
    with pytest.raises(InvalidInputError):
        await forum.posts.reply(boss, start.thread_id, "x" * (BODY_MAX_CHARS + 1), token=draft.token)
    assert await forum.drafts.get(boss, key) == later
    await forum.posts.reply(boss, start.thread_id, later.body, token=later.token)
    assert await forum.drafts.get(boss, key) is None
    assert await forum.drafts.all(boss) == (other,)
    await forum.drafts.discard(boss, "community:1")
    assert await forum.drafts.all(boss) == ()


async def test_a_draft_is_its_authors_own(forum: Forum) -> None:
    ada, eve = await person(forum, "ada"), await person(forum, "eve")
    await forum.drafts.save(ada, "community:1", title="", body="secret")
    assert await forum.drafts.get(eve, "community:1") is None
    await forum.drafts.discard(eve, "community:1")
    await forum.drafts.save(eve, "community:1", title="", body="mine")
    draft = await forum.drafts.get(ada, "community:1")
    assert draft is not None
    assert draft.body == "secret"


async def test_a_thread_closed_while_one_was_writing_keeps_the_draft(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    draft = await forum.drafts.save(ada, f"thread:{start.thread_id}", title="", body="In May")
    await forum.curation.close(boss, start.thread_id)
    with pytest.raises(ConflictError, match="closed"):
        await forum.posts.reply(ada, start.thread_id, draft.body, token=draft.token)
    assert await forum.drafts.get(ada, draft.key) == draft
    await forum.posts.reply(boss, start.thread_id, "Moderators may.")
    await forum.curation.reopen(boss, start.thread_id)
    assert (await forum.posts.reply(ada, start.thread_id, draft.body, token=draft.token)).number == 3


@pytest.mark.parametrize(
    ("field", "title", "body", "why"),
    [
        ("title", " \n\u200b", "x", "needs a title"),
        ("title", "x" * 201, "x", "at most 200 characters; this one has 201"),
        ("body", "Roses", " \n ", "nothing to send"),
        ("body", "Roses", "\u200b\n\u00ad", "nothing to send"),
        ("body", "Roses", "x" * 32_001, "at most 32000 characters; this one has 32001"),
    ],
)
async def test_what_cannot_be_sent_is_said_and_nothing_is_written(
    sqlite_forum: Forum, field: str, title: str, body: str, why: str
) -> None:
    boss, garden = await place(sqlite_forum)
    with pytest.raises(InvalidInputError, match=why) as caught:
        await sqlite_forum.posts.start_thread(boss, garden.community_id, title, body)
    assert caught.value.field == field
    assert await number(sqlite_forum.database, "SELECT count(*) FROM thread") == 0


async def test_a_reply_to_what_is_not_there_is_a_conflict(forum: Forum) -> None:
    boss, garden = await place(forum)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    with pytest.raises(ConflictError, match="gone"):
        await forum.posts.reply(boss, start.thread_id, "x", reply_to=7)
    with pytest.raises(NotFoundError):
        await forum.posts.reply(boss, 999, "x")
    assert (await forum.posts.reply(boss, start.thread_id, "x")).number == 2, "no number was lost"


async def test_editing_keeps_the_earlier_text_and_two_editors_do_not_overwrite_each_other(
    forum: Forum,
) -> None:
    boss, garden = await place(forum)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "one")
    await forum.posts.edit(boss, start.post_id, "two", revision=1)
    with pytest.raises(ConflictError, match="changed meanwhile"):
        await forum.posts.edit(boss, start.post_id, "three", revision=1)
    ends = await asyncio.gather(
        *(forum.posts.edit(boss, start.post_id, f"three {n}", revision=2) for n in range(10)),
        return_exceptions=True,
    )
    assert sum(not isinstance(end, BaseException) for end in ends) == 1
    post = await forum.threads.post(boss, start.thread_id, 1)
    assert (post.revision, post.edited_at is not None) == (3, True)
    revisions = await forum.posts.revisions(boss, start.post_id)
    assert [(found.revision, found.body) for found in revisions] == [(1, "one"), (2, "two")]


async def test_only_the_author_edits_and_deletes(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada, ben = await member(forum, "ada", garden), await member(forum, "ben", garden, Role.MODERATOR, boss)
    start = await forum.posts.start_thread(ada, garden.community_id, "Roses", "When?")
    for other in (boss, ben):
        with pytest.raises(NotAllowedError, match="not yours"):
            await forum.posts.edit(other, start.post_id, "Never!", revision=1)
        with pytest.raises(NotAllowedError, match="not yours"):
            await forum.posts.delete(other, start.post_id)
    assert (await forum.posts.mine(ada, start.post_id)).body == "When?"
    with pytest.raises(NotFoundError):
        await forum.posts.mine(ben, start.post_id)


async def test_a_deleted_post_is_a_tombstone_for_everybody(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    reply = await forum.posts.reply(ada, start.thread_id, "regretted", reply_to=1)
    await forum.posts.edit(ada, reply.post_id, "regretted, too", revision=1)
    await forum.posts.reply(boss, start.thread_id, "What?", reply_to=2)
    await forum.posts.delete(ada, reply.post_id)
    for actor in (ada, boss):
        _, stone, answer = (await forum.threads.posts(actor, start.thread_id)).posts
        assert (stone.state, stone.body, stone.number) == (PostState.DELETED, "", 2)
        assert answer.reply_to is not None
        assert answer.reply_to.excerpt == ""
        with pytest.raises(NotAllowedError):
            await forum.posts.revisions(actor, reply.post_id)
    assert [notice.text for notice in await forum.notices.page(boss)] == [""], "not in the inbox either"
    with pytest.raises(ConflictError, match="gone"):
        await forum.posts.delete(ada, reply.post_id)
    with pytest.raises(ConflictError, match="gone"):
        await forum.posts.edit(ada, reply.post_id, "back", revision=2)


async def test_the_read_pointer_never_goes_back(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    for _ in range(9):
        await forum.posts.reply(boss, start.thread_id, "x")

    async def read_number() -> int:
        return (await forum.threads.view(ada, start.thread_id)).read_number

    await forum.posts.mark_read(ada, start.thread_id, 6)
    await forum.posts.mark_read(ada, start.thread_id, 3)
    assert await read_number() == 6
    await asyncio.gather(*(forum.posts.mark_read(ada, start.thread_id, n) for n in (8, 2, 7, 9, 1, 5)))
    assert await read_number() == 9
    await forum.posts.mark_read(ada, start.thread_id, 1_000_000)
    assert await read_number() == 10, "not past the last post"
    await forum.posts.reply(boss, start.thread_id, "new")
    assert (await forum.threads.row(ada, start.thread_id)).unread == 1


async def test_reading_what_one_has_read_writes_nothing(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    moved = forum.events.subscribe(account_topic(ada.account_id))
    await forum.posts.mark_read(ada, start.thread_id, 1)
    told = [event.kind for event in moved.take_all() if event.kind is EventKind.READ_MOVED]
    assert told == [EventKind.READ_MOVED]

    async def no_write(_work: object) -> None:
        raise AssertionError("wrote")

    forum.database.write = no_write  # type: ignore[method-assign, assignment]
    for number_read in (1, 0, 1):
        await forum.posts.mark_read(ada, start.thread_id, number_read)
    assert not moved.pending


async def test_how_far_one_has_read_is_told_to_oneself_alone(forum: Forum) -> None:
    """Everybody in the community loaded everything again whenever anybody read on."""
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    others = forum.events.subscribe(
        account_topic(boss.account_id), community_topic(garden.community_id), thread_topic(start.thread_id)
    )
    own = forum.events.subscribe(account_topic(ada.account_id))
    others.take_all()
    await forum.posts.mark_read(ada, start.thread_id, 1)
    await forum.communities.mark_all_read(ada, garden.community_id)
    assert [event.kind for event in others.take_all() if event.kind is EventKind.READ_MOVED] == []
    assert [event.kind for event in own.take_all()] == [EventKind.READ_MOVED] * 2


async def test_what_one_writes_is_read_but_what_one_has_not_seen_is_not(forum: Forum) -> None:
    boss, garden = await place(forum)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    await forum.posts.reply(boss, start.thread_id, "before")
    ada = await member(forum, "ada", garden)
    await forum.posts.reply(ada, start.thread_id, "mine")  # what was there counts as read
    assert (await forum.threads.row(ada, start.thread_id)).unread == 0
    await forum.posts.reply(boss, start.thread_id, "not seen yet")
    await forum.posts.reply(ada, start.thread_id, "mine again")
    assert (await forum.threads.row(ada, start.thread_id)).unread == 2
    assert (await forum.threads.view(ada, start.thread_id)).landing == 4


async def test_an_answer_is_accepted_by_who_asked(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada, ben = await member(forum, "ada", garden), await member(forum, "ben", garden)
    start = await forum.posts.start_thread(ada, garden.community_id, "Roses", "When?")
    reply = await forum.posts.reply(ben, start.thread_id, "In May")
    with pytest.raises(NotAllowedError):
        await forum.threads.accept(ben, start.thread_id, reply.number)
    with pytest.raises(ConflictError, match="gone"):
        await forum.threads.accept(ada, start.thread_id, 99)
    await forum.threads.accept(ada, start.thread_id, reply.number)
    assert (await forum.threads.row(boss, start.thread_id)).solved
    assert (await forum.threads.post(boss, start.thread_id, 2)).accepted
    await forum.threads.accept(ada, start.thread_id, None)
    assert not (await forum.threads.row(boss, start.thread_id)).solved
    await forum.posts.delete(ben, reply.post_id)
    with pytest.raises(ConflictError, match="gone"):
        await forum.threads.accept(ada, start.thread_id, reply.number)


async def test_who_is_answered_is_told_and_who_answers_oneself_is_not(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    await forum.posts.reply(boss, start.thread_id, "myself", reply_to=1)
    await forum.posts.reply(ada, start.thread_id, "In **May**", reply_to=1)
    [notice] = await forum.notices.page(boss)
    assert (notice.kind, notice.actor_handle, notice.post_number, notice.seen) == ("reply", "ada", 3, False)
    assert await forum.notices.unseen(boss) == 1
    await forum.notices.mark_seen(boss)
    assert await forum.notices.unseen(boss) == 0
    assert await forum.notices.page(ada) == ()
