"""The host's page: figures, steps, comparison; archiving and opening again; becoming dormant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.forums import member, person, place, rows, statements
from tests.storage.test_life import thread
from tui_forum.domain.entities import Actor, Role, SiteRole, ThreadKind, Visibility
from tui_forum.domain.errors import ConflictError, NotAllowedError, NotFoundError
from tui_forum.domain.hosting import StepKind
from tui_forum.domain.life import Stage
from tui_forum.services.forum import Forum
from tui_forum.storage.models import Community, Membership, SshKey
from tui_forum.storage.uow import UnitOfWork

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=200)


async def age(forum: Forum, *community_ids: int, hosts_away: bool = True) -> None:
    """Let communities have been opened, and their people have come, long ago."""

    async def work(uow: UnitOfWork) -> None:
        await uow.connection.execute(
            update(Community).where(Community.id.in_(community_ids)).values(created_at=LONG_AGO)
        )
        await uow.connection.execute(
            update(Membership).where(Membership.community_id.in_(community_ids)).values(joined_at=LONG_AGO)
        )
        if hosts_away:
            await uow.connection.execute(update(SshKey).values(last_used_at=LONG_AGO))

    await forum.database.write(work)


async def kinds_of_steps(forum: Forum, actor: Actor, community_id: int) -> list[StepKind]:
    return [step.kind for step in (await forum.hosting.view(actor, community_id)).steps]


async def test_a_new_community_is_told_how_to_begin(forum: Forum) -> None:
    boss, garden = await place(forum)
    view = await forum.hosting.view(boss, garden.community_id)
    assert view.stage.stage is Stage.SEED
    assert [step.kind for step in view.steps] == [
        StepKind.SECOND_HOST, StepKind.FIRST_THREADS, StepKind.INVITE, StepKind.READ_GUIDE,
    ]  # fmt: skip
    assert [host.handle for host in view.hosts] == ["boss-garden"]
    assert (view.may_close, view.may_reopen, view.comparison.median) == (True, False, None)


async def test_people_come_first_and_a_step_goes_when_it_is_done(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    ref = await forum.posts.start_thread(ada, garden.community_id, "Roses?", "How?")
    view = await forum.hosting.view(boss, garden.community_id)
    first, second = view.steps[:2]
    assert (first.kind, second.kind) == (StepKind.ANSWER_NEWCOMER, StepKind.WELCOME)
    assert first.thread is not None
    assert (first.thread.thread_id, first.thread.author.handle) == (ref.thread_id, "ada")
    assert [one.handle for one in second.people] == ["ada"]
    await forum.posts.reply(boss, ref.thread_id, "So.")
    assert StepKind.ANSWER_NEWCOMER not in await kinds_of_steps(forum, boss, garden.community_id)


async def test_who_has_waited_longest_is_named_but_not_the_host_and_not_who_asked_years_ago(
    forum: Forum,
) -> None:
    boss, garden = await place(forum)
    sink = await forum.imports.sink("garden", "old")
    day = timedelta(days=1)
    await sink.adopt({"boss": boss.account_id})
    await sink.write(
        [
            thread("of the host", ("boss", 9 * day)),
            thread("ancient", ("eva", 900 * day)),
            thread("waits longest", ("eva", 5 * day)),
            thread("waits", ("eva", 3 * day)),
            thread("answered", ("eva", 6 * day), ("max", 5 * day)),
            thread("new", ("eva", day)),
        ]
    )
    view = await forum.hosting.view(boss, garden.community_id)
    waiting = next(step for step in view.steps if step.kind is StepKind.ANSWER_WAITING)
    assert waiting.thread is not None
    assert (waiting.thread.title, waiting.n) == ("waits longest", 3)


async def test_an_accepted_answer_is_somebody_to_thank(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    ben = await member(forum, "ben", garden)
    for number in range(5):
        ref = await forum.posts.start_thread(
            ada, garden.community_id, f"Roses {number}?", "How?", kind=ThreadKind.QUESTION
        )
        answer = await forum.posts.reply(ben, ref.thread_id, "So.")
    await forum.posts.reply(boss, ref.thread_id, "Yes.")
    await forum.threads.accept(ada, ref.thread_id, answer.number)
    steps = (await forum.hosting.view(boss, garden.community_id)).steps
    thanks = next(step for step in steps if step.kind is StepKind.THANK)
    assert thanks.thread is not None
    assert (thanks.thread.author.handle, thanks.thread.number) == ("ben", 2)


async def test_the_page_is_for_hosts_and_those_who_run_the_forum(forum: Forum) -> None:
    _boss, garden = await place(forum, visibility=Visibility.INVITE)
    mona = await person(forum, "mona", SiteRole.MODERATOR)
    otto = await person(forum, "otto")
    assert (await forum.hosting.view(mona, garden.community_id)).steps == ()
    with pytest.raises(NotFoundError):
        await forum.hosting.view(otto, garden.community_id)
    _boss, field = await place(forum, "field")
    with pytest.raises(NotAllowedError):
        await forum.hosting.view(otto, field.community_id)


async def test_the_page_costs_the_same_whatever_the_forum(forum: Forum) -> None:
    boss, garden = await place(forum)
    async with statements(forum.database) as few:
        await forum.hosting.view(boss, garden.community_id)
    for number in range(5):
        await place(forum, f"other-{number}")
    async with statements(forum.database) as many:
        await forum.hosting.view(boss, garden.community_id)
    count = [sum("FROM event" not in statement for statement, _ in seen) for seen in (few, many)]
    assert count[0] == count[1] <= 12


async def test_figures_stand_beside_the_medians_of_the_kind_when_there_are_enough(forum: Forum) -> None:
    day = timedelta(days=1)
    boss, garden = await place(forum)
    secret = None
    for number, visibility in enumerate([Visibility.OPEN] * 2 + [Visibility.INVITE] + [Visibility.APPROVAL]):
        _boss, other = await place(forum, f"other-{number}", visibility)
        sink = await forum.imports.sink(other.slug, other.slug)
        lots = 100 if visibility is Visibility.INVITE else 4 * (number + 1)
        await sink.write(
            [
                thread(
                    f"{other.slug} {count}", (f"a{count % (number + 1)}", 10 * day), ("b", (9 - number) * day)
                )
                for count in range(lots)
            ]
        )
        secret = other.community_id
        comparison = (await forum.hosting.view(boss, garden.community_id)).comparison
        assert (comparison.median is None) == (number < 3)
    assert secret is not None
    assert comparison.others == 3  # not the one by invitation
    assert comparison.own.posts == 0
    assert comparison.own.answer is None
    assert comparison.median is not None
    assert comparison.median.answer == pytest.approx(2 * 86400, rel=1e-6)
    # 4, 8 and 16 threads of two posts each, all in the last four weeks
    assert comparison.median.posts == 8 * 2 / 4
    assert comparison.median.writers == 3


async def test_archived_it_is_read_and_not_written_and_not_at_home(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    ref = await forum.posts.start_thread(ada, garden.community_id, "Roses?", "How?")
    with pytest.raises(NotAllowedError):
        await forum.hosting.archive(ada, garden.community_id)
    await forum.hosting.archive(boss, garden.community_id, "It is winter")

    assert (await forum.threads.view(ada, ref.thread_id)).may_reply is False
    assert len((await forum.threads.page(ada, garden.community_id)).rows) == 1
    for attempt in (
        forum.posts.reply(ada, ref.thread_id, "x"),
        forum.posts.start_thread(boss, garden.community_id, "x", "x"),
        forum.posts.edit(ada, ref.post_id, "x", revision=1),
        forum.memberships.join(await person(forum, "otto"), garden.community_id),
        forum.hosting.archive(boss, garden.community_id),
    ):
        with pytest.raises(ConflictError, match="archived"):
            await attempt
    assert "garden" not in [row.slug for row in (await forum.communities.home(ada)).joined]
    assert await forum.threads.next_unread(boss) is None
    [notice] = await forum.notices.page(ada)
    assert (notice.kind, notice.text) == ("community_archived", "It is winter")
    assert await kinds_of_steps(forum, boss, garden.community_id) == [StepKind.REOPEN, StepKind.READ_GUIDE]

    with pytest.raises(NotAllowedError):
        await forum.hosting.reopen(ada, garden.community_id)
    await forum.hosting.reopen(boss, garden.community_id)
    await forum.posts.reply(ada, ref.thread_id, "Spring!")
    with pytest.raises(ConflictError, match="not archived"):
        await forum.hosting.reopen(boss, garden.community_id)


async def test_moderators_of_the_site_close_what_is_forsaken_and_nothing_else(forum: Forum) -> None:
    _boss, garden = await place(forum)
    mona = await person(forum, "mona", SiteRole.MODERATOR)
    with pytest.raises(NotAllowedError):
        await forum.hosting.archive(mona, garden.community_id)
    await age(forum, garden.community_id, hosts_away=False)
    assert (await forum.hosting.view(mona, garden.community_id)).stage.stage is Stage.DORMANT
    await age(forum, garden.community_id)
    assert await kinds_of_steps(forum, mona, garden.community_id) == [
        StepKind.FIND_HOST, StepKind.MERGE, StepKind.ARCHIVE,
    ]  # fmt: skip
    await forum.hosting.archive(mona, garden.community_id)


async def test_hosts_are_told_once_that_their_community_is_dormant(forum: Forum) -> None:
    boss, garden = await place(forum)
    await place(forum, "field")
    due = await forum.hosting.next_dormant()
    assert due is not None
    assert timedelta(days=89) < due - datetime.now(UTC) < timedelta(days=90)

    await age(forum, garden.community_id)
    for _ in range(2):
        await forum.hosting.tell_dormant(datetime.now(UTC))
    told = [(notice.kind, notice.community_id) for notice in await forum.notices.page(boss)]
    assert told == [("community_dormant", garden.community_id)]
    # From now on the other one is waited for.
    later = await forum.hosting.next_dormant()
    assert later is not None
    assert later > due
    assert (await rows(forum.database, "SELECT count(*) FROM notice WHERE kind LIKE '%dormant'")) == [(1,)]


async def test_moderators_of_the_site_are_told_once_that_nobody_looks_after_a_community(forum: Forum) -> None:
    sven = await person(forum, "sven", SiteRole.MODERATOR)
    boss, garden = await place(forum, visibility=Visibility.INVITE)
    _host, field = await place(forum, "field")
    otto = await person(forum, "otto")
    assert await forum.hosting.next_forsaken() is None
    await age(forum, garden.community_id)

    async def log_in(uow: UnitOfWork) -> None:
        key = update(SshKey).where(SshKey.account_id == boss.account_id)
        await uow.connection.execute(key.values(last_used_at=NOW))

    await forum.database.write(log_in)
    assert await forum.hosting.next_forsaken() is None  # dormant, but its host comes

    await age(forum, garden.community_id)
    due = await forum.hosting.next_forsaken()
    assert due is not None
    assert due <= datetime.now(UTC)
    for _ in range(2):
        await forum.hosting.tell_forsaken(datetime.now(UTC))
    assert await forum.hosting.next_forsaken() is None
    [notice] = await forum.notices.page(sven)
    assert (notice.kind, notice.community_id) == ("community_forsaken", garden.community_id)
    kinds = await kinds_of_steps(forum, sven, garden.community_id)
    assert kinds == [StepKind.FIND_HOST, StepKind.MERGE, StepKind.ARCHIVE]
    for other in (boss, otto):  # its host has been asked what to do with it; nobody else is
        assert "community_forsaken" not in {one.kind for one in await forum.notices.page(other)}
    # Once more only when somebody has written since, and it has fallen silent again.
    await age(forum, field.community_id)
    assert await forum.hosting.next_forsaken() is not None
    await forum.hosting.archive(boss, field.community_id)
    await forum.hosting.reopen(boss, field.community_id)
    assert await forum.hosting.next_forsaken() is None


async def test_experts_are_missed_where_questions_are_answered(forum: Forum) -> None:
    boss, garden = await place(forum)
    await member(forum, "ada", garden, Role.EXPERT, boss)
    assert StepKind.NAME_EXPERTS not in await kinds_of_steps(forum, boss, garden.community_id)
