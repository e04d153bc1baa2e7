"""Reactions, praise, welcomes and early movers: given, seen, taken back, and kept from outsiders."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.forums import member, number, person, place, rows, statements
from tui_forum.domain.entities import Actor, Role, SiteRole, ThreadKind, Visibility
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.people import NEWCOMER, PRAISE_MAX_CHARS, Marks, ReactionKind
from tui_forum.domain.record import RecordAction
from tui_forum.domain.views import CommunityRow, PostRef
from tui_forum.services.forum import Forum
from tui_forum.storage.uow import UnitOfWork

THANKS, AGREE = ReactionKind.THANKS, ReactionKind.AGREE


class Garden:
    """A community whose boss wrote about roses; ``ada`` and ``ben`` are members, ``otto`` is not."""

    def __init__(
        self, forum: Forum, boss: Actor, row: CommunityRow, post: PostRef, people: list[Actor]
    ) -> None:
        self.forum, self.boss, self.row, self.post = forum, boss, row, post
        self.ada, self.ben, self.otto = people

    async def marks(self, actor: Actor, number: int = 1) -> Marks:
        return (await self.forum.threads.post(actor, self.post.thread_id, number)).marks


@pytest.fixture
async def garden(forum: Forum) -> Garden:
    boss, row = await place(forum)
    people = [await member(forum, "ada", row), await member(forum, "ben", row), await person(forum, "otto")]
    post = await forum.posts.start_thread(boss, row.community_id, "Roses", "Prune them in March.")
    return Garden(forum, boss, row, post, people)


# -- reactions


async def test_a_reaction_is_put_seen_by_all_and_taken_back(garden: Garden) -> None:
    react = garden.forum.recognition.react
    assert await react(garden.ada, garden.post.post_id, AGREE)
    assert await react(garden.ada, garden.post.post_id, THANKS)
    assert await react(garden.ben, garden.post.post_id, THANKS)
    for viewer, mine in ((garden.ada, True), (garden.otto, False)):
        marks = await garden.marks(viewer)
        assert [(r.kind, r.count, r.mine) for r in marks.reactions] == [(THANKS, 2, mine), (AGREE, 1, mine)]
    assert not await react(garden.ada, garden.post.post_id, THANKS)
    marks = await garden.marks(garden.ada)
    assert [(r.kind, r.count, r.mine) for r in marks.reactions] == [(THANKS, 1, False), (AGREE, 1, True)]
    [thanks, agree] = await garden.forum.recognition.reacted(garden.otto, garden.post.post_id)
    assert (thanks.handles, agree.handles, agree.mine) == (("ben",), ("ada",), False)


async def test_the_same_reaction_from_two_windows_at_once_counts_once(garden: Garden) -> None:
    await asyncio.gather(
        *(garden.forum.recognition.react(garden.ada, garden.post.post_id, THANKS) for _ in range(3))
    )
    [thanks] = (await garden.marks(garden.ada)).reactions
    assert thanks.count == 1


async def test_members_react_to_what_others_wrote_and_is_there(garden: Garden) -> None:
    forum, post_id = garden.forum, garden.post.post_id
    with pytest.raises(NotAllowedError, match="join the community first"):
        await forum.recognition.react(garden.otto, post_id, THANKS)
    with pytest.raises(NotAllowedError, match="what others write"):
        await forum.recognition.react(garden.boss, post_id, THANKS)
    with pytest.raises(NotFoundError):
        await forum.recognition.react(garden.ada, 10**6, THANKS)
    await forum.curation.close(garden.boss, garden.post.thread_id)
    assert await forum.recognition.react(garden.ada, post_id, THANKS), "a lock stops writing, not thanks"
    await forum.posts.delete(garden.boss, post_id)
    with pytest.raises(ConflictError, match="gone"):
        await forum.recognition.react(garden.ada, post_id, AGREE)
    assert await garden.marks(garden.ada) == Marks(), "a tombstone shows none"
    assert await forum.recognition.reacted(garden.ada, post_id) == ()


async def test_a_page_of_posts_costs_one_statement_more_however_many_reacted(garden: Garden) -> None:
    forum = garden.forum
    for count in range(5):
        ref = await forum.posts.reply(garden.ada, garden.post.thread_id, f"{count}")
        for kind in ReactionKind:
            await forum.recognition.react(garden.ben, ref.post_id, kind)
        await forum.recognition.praise(garden.ben, ref.post_id, "so kind")
    async with statements(forum.database) as seen:
        page = await forum.threads.posts(garden.ben, garden.post.thread_id)
    assert sum(len(post.marks.reactions) for post in page.posts) == 25
    assert sum("reaction" in statement for statement, _ in seen) == 1
    assert sum("praise" in statement for statement, _ in seen) == 1


# -- praise


async def test_praise_stands_under_the_post_and_is_told(garden: Garden) -> None:
    forum = garden.forum
    await forum.recognition.praise(garden.ada, garden.post.post_id, "  You saved\nmy roses  ")
    [line] = (await garden.marks(garden.otto)).praise
    assert (line.giver, line.reason, line.mine) == ("ada", "You saved my roses", False)
    [notice] = await forum.notices.page(garden.boss)
    assert (notice.kind, notice.actor_handle, notice.text) == ("praise", "ada", "You saved my roses")
    assert (notice.thread_id, notice.post_number) == (garden.post.thread_id, 1)


async def test_praise_taken_back_leaves_nothing_not_even_its_notice(garden: Garden) -> None:
    forum = garden.forum
    await forum.recognition.praise(garden.ada, garden.post.post_id, "thanks")
    [line] = (await garden.marks(garden.ada)).praise
    assert line.mine
    with pytest.raises(NotAllowedError):
        await forum.recognition.withdraw_praise(garden.ben, line.praise_id)
    await forum.recognition.withdraw_praise(garden.ada, line.praise_id)
    assert (await garden.marks(garden.ada)).praise == ()
    assert await forum.notices.page(garden.boss) == ()
    assert await forum.notices.unseen(garden.boss) == 0
    with pytest.raises(NotFoundError):
        await forum.recognition.withdraw_praise(garden.ada, line.praise_id)
    await forum.recognition.praise(garden.ada, garden.post.post_id, "again, after all")


async def test_a_moderator_can_take_away_praise_that_insults(garden: Garden) -> None:
    forum = garden.forum
    mona = await member(forum, "mona", garden.row, Role.MODERATOR, garden.boss)
    await forum.recognition.praise(garden.ada, garden.post.post_id, "thanks for nothing, fool")
    [line] = (await garden.marks(mona)).praise
    with pytest.raises(InvalidInputError, match="reason"):
        await forum.recognition.withdraw_praise(mona, line.praise_id)
    assert (await garden.marks(garden.ada)).praise_count == 1
    await forum.recognition.withdraw_praise(mona, line.praise_id, "It insults.")
    assert (await garden.marks(garden.ada)).praise_count == 0
    assert await forum.notices.page(garden.boss) == ()
    [notice] = await forum.notices.page(garden.ada)
    assert (notice.kind, notice.text, notice.actor_handle) == ("praise_removed", "It insults.", "")
    [entry] = await forum.record.page(mona)
    assert (entry.action, entry.reason, entry.author and entry.author.handle) == (
        RecordAction.REMOVE_PRAISE, "It insults.", "ada",
    )  # fmt: skip


@pytest.mark.parametrize("reason", ["", " \n ", "\u200b", "x" * (PRAISE_MAX_CHARS + 1)])
async def test_praise_needs_a_reason_of_some_words(garden: Garden, reason: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        await garden.forum.recognition.praise(garden.ada, garden.post.post_id, reason)
    assert error.value.field == "reason"


async def test_praise_is_for_others_once_and_from_members(garden: Garden) -> None:
    praise, post_id = garden.forum.recognition.praise, garden.post.post_id
    with pytest.raises(NotAllowedError, match="for others"):
        await praise(garden.boss, post_id, "me")
    with pytest.raises(NotAllowedError, match="join"):
        await praise(garden.otto, post_id, "you")
    await praise(garden.ada, post_id, "one")
    with pytest.raises(ConflictError, match="already"):
        await praise(garden.ada, post_id, "two")
    answers = await asyncio.gather(
        praise(garden.ben, post_id, "a"), praise(garden.ben, post_id, "b"), return_exceptions=True
    )
    assert [type(answer) for answer in answers if answer is not None] == [ConflictError]


async def test_much_praise_is_counted_and_ones_own_always_shown(garden: Garden) -> None:
    forum = garden.forum
    for name in ("cy", "dora", "emil", "fay"):
        fan = await member(forum, name, garden.row)
        await forum.recognition.praise(fan, garden.post.post_id, f"from {name}")
    seen, own = await garden.marks(garden.otto), await garden.marks(fan)
    assert ([line.giver for line in seen.praise], seen.praise_count) == (["cy", "dora", "emil"], 4)
    assert [line.giver for line in own.praise] == ["cy", "dora", "emil", "fay"]


# -- what posts earn


async def earned(garden: Garden) -> list[tuple[str, str, int]]:
    """Who earned what of which subject, but for early movers."""
    return [
        (str(row[0]), str(row[1]), int(row[2]))
        for row in await rows(
            garden.forum.database,
            "SELECT account.handle, kind, subject_id FROM recognition "
            "JOIN account ON account.id = account_id WHERE kind <> 'early_mover' ORDER BY 1, 2, 3",
        )
    ]


async def test_only_the_first_answer_of_somebody_else_to_a_question_is_recognised(garden: Garden) -> None:
    forum = garden.forum
    asked = await forum.posts.start_thread(
        garden.boss, garden.row.community_id, "Which?", "?", kind=ThreadKind.QUESTION
    )
    await forum.posts.reply(garden.boss, asked.thread_id, "I mean roses.")
    assert await earned(garden) == []
    await forum.posts.reply(garden.ada, asked.thread_id, "The red ones.")
    await forum.posts.reply(garden.ben, asked.thread_id, "The white ones.")
    await forum.posts.reply(garden.ben, garden.post.thread_id, "Not a question.")
    assert await earned(garden) == [("ada", "answered_first", asked.thread_id)]


async def test_two_who_answer_at_once_are_not_both_first(garden: Garden) -> None:
    forum = garden.forum
    asked = await forum.posts.start_thread(
        garden.boss, garden.row.community_id, "Which?", "?", kind=ThreadKind.QUESTION
    )
    await asyncio.gather(
        forum.posts.reply(garden.ada, asked.thread_id, "red"),
        forum.posts.reply(garden.ben, asked.thread_id, "white"),
    )
    assert len(await earned(garden)) == 1


async def test_the_first_answer_that_a_newcomer_gets_is_their_welcome(garden: Garden) -> None:
    forum, new = garden.forum, garden.ada
    hello = await forum.posts.start_thread(new, garden.row.community_id, "Hello", "I am new.")
    assert (await forum.threads.post(garden.boss, hello.thread_id, 1)).marks.newcomer
    assert not (await forum.threads.post(new, hello.thread_id, 1)).marks.newcomer, "one knows that oneself"
    await forum.posts.reply(new, hello.thread_id, "Anybody?")
    await forum.posts.reply(garden.boss, hello.thread_id, "Welcome!")
    await forum.posts.reply(garden.ben, hello.thread_id, "Me too.", reply_to=1)
    assert await earned(garden) == [(garden.boss.handle, "welcomed", new.account_id)]
    assert not (await forum.threads.post(garden.boss, hello.thread_id, 1)).marks.newcomer
    with pytest.raises(ConflictError, match=f"@ada was welcomed by @{garden.boss.handle} already"):
        await forum.recognition.newcomer(garden.ben, garden.row.community_id, "ada")


async def joined_before(garden: Garden, actor: Actor, ago: timedelta) -> None:
    async def work(uow: UnitOfWork) -> None:
        await uow.connection.execute(
            text("UPDATE membership SET joined_at = :at WHERE account_id = :id").bindparams(
                at=uow.now - ago if uow.connection.dialect.name == "postgresql" else str(uow.now - ago)[:26],
                id=actor.account_id,
            )
        )

    await garden.forum.database.write(work)


async def test_hosts_and_those_who_came_long_ago_are_no_newcomers(garden: Garden) -> None:
    forum = garden.forum
    await joined_before(garden, garden.ada, NEWCOMER + timedelta(days=1))
    old = await forum.posts.reply(garden.ada, garden.post.thread_id, "I am here since long.")
    await forum.posts.reply(garden.ben, garden.post.thread_id, "Hello", reply_to=old.number)
    await forum.posts.reply(garden.ben, garden.post.thread_id, "Hello, boss")
    assert await earned(garden) == []
    for handle in ("ada", garden.boss.handle, "otto", "nobody"):
        with pytest.raises(ConflictError, match="no newcomer here"):
            await forum.recognition.newcomer(garden.ben, garden.row.community_id, handle)


async def test_who_comes_back_is_no_newcomer(garden: Garden) -> None:
    forum, community_id = garden.forum, garden.row.community_id
    await forum.posts.reply(garden.ada, garden.post.thread_id, "Here I am.")
    await forum.memberships.leave(garden.ada, community_id)
    await forum.memberships.join(garden.ada, community_id)
    assert [who.handle for who in await forum.recognition.newcomers(garden.boss, community_id)] == ["ben"]
    await forum.posts.reply(garden.ada, garden.post.thread_id, "Here I am again.")
    assert not (await garden.marks(garden.boss, 3)).newcomer


async def test_who_has_not_written_yet_is_welcomed_with_a_notice(garden: Garden) -> None:
    forum, community_id = garden.forum, garden.row.community_id
    hello = await forum.posts.start_thread(garden.ben, community_id, "Hello", "I am Ben.")
    ada, ben = await forum.recognition.newcomers(garden.boss, community_id)
    assert (ada.handle, ada.thread_id) == ("ada", None)
    assert (ben.handle, ben.thread_id, ben.post_number, ben.thread_title) == (
        "ben",
        hello.thread_id,
        1,
        "Hello",
    )
    await forum.recognition.welcome(garden.boss, community_id, "ada", "Good to have you, *Ada*!\nAsk away.")
    [notice] = await forum.notices.page(garden.ada)
    assert (notice.kind, notice.community_id, notice.text) == (
        "welcome", community_id, "Good to have you, Ada! Ask away.",
    )  # fmt: skip
    with pytest.raises(ConflictError, match="welcomed by"):
        await forum.recognition.welcome(garden.ben, community_id, "ada", "Hello!")
    assert [who.handle for who in await forum.recognition.newcomers(garden.boss, community_id)] == ["ben"]
    with pytest.raises(NotAllowedError):
        await forum.recognition.newcomers(garden.otto, community_id)


async def early(forum: Forum, community_id: int) -> list[str]:
    found = await rows(
        forum.database,
        "SELECT handle FROM recognition JOIN account ON account.id = account_id "
        "WHERE kind = 'early_mover' AND community_id = :id ORDER BY recognition.post_id",
        id=community_id,
    )
    return [str(row[0]) for row in found]


async def test_the_first_five_who_write_in_a_young_community_are_early_movers(garden: Garden) -> None:
    forum = garden.forum
    for count in range(6):
        fan = await member(forum, f"fan{count}", garden.row)
        for _ in range(2):
            await forum.posts.reply(fan, garden.post.thread_id, "Me too.")
    expected = [garden.boss.handle, "fan0", "fan1", "fan2", "fan3"]
    assert await early(forum, garden.row.community_id) == expected


async def test_nobody_is_early_in_an_old_community(garden: Garden) -> None:
    forum = garden.forum

    async def age(uow: UnitOfWork) -> None:
        await uow.connection.execute(text("UPDATE community SET created_at = '2020-01-01 00:00:00'"))

    await forum.database.write(age)
    await forum.posts.reply(garden.ada, garden.post.thread_id, "Am I late?")
    assert await early(forum, garden.row.community_id) == [garden.boss.handle]


async def test_the_same_post_sent_twice_earns_once(garden: Garden) -> None:
    forum = garden.forum
    asked = await forum.posts.start_thread(
        garden.boss, garden.row.community_id, "Which?", "?", kind=ThreadKind.QUESTION
    )
    for _ in range(2):
        await forum.posts.reply(garden.ada, asked.thread_id, "red", token="once")
    assert await number(forum.database, "SELECT count(*) FROM recognition WHERE kind = 'answered_first'") == 1


# -- secrecy


async def test_what_is_recognised_in_a_closed_community_stays_there(forum: Forum) -> None:
    boss, closed = await place(forum, "closed", Visibility.APPROVAL)
    post = await forum.posts.start_thread(boss, closed.community_id, "Plans", "Secret.")
    otto, mona = await person(forum, "otto"), await person(forum, "mona", SiteRole.MODERATOR)
    calls = (
        lambda post_id: forum.recognition.react(otto, post_id, THANKS),
        lambda post_id: forum.recognition.reacted(otto, post_id),
        lambda post_id: forum.recognition.praise(otto, post_id, "x"),
    )
    for call in calls:
        messages = set()
        for post_id in (post.post_id, 10**6):
            with pytest.raises(NotFoundError) as error:
                await call(post_id)
            messages.add(str(error.value))
        assert len(messages) == 1
    with pytest.raises(NotFoundError):
        await forum.recognition.newcomers(otto, closed.community_id)
    with pytest.raises(NotFoundError):
        await forum.recognition.welcome(otto, closed.community_id, "boss-closed", "x")
    assert await forum.recognition.reacted(mona, post.post_id) == ()
