"""What a charter promises comes when its time has come, to the right people, once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from tests.forums import another, charter_for, member, place
from tui_forum.domain.charter import after_working_days
from tui_forum.domain.entities import Actor, Purpose, Role, ThreadKind
from tui_forum.domain.views import CommunityRow
from tui_forum.services.forum import Forum
from tui_forum.services.reminders import Reminders
from tui_forum.storage.models import Community
from tui_forum.storage.uow import UnitOfWork


async def told(forum: Forum, actor: Actor) -> list[str]:
    """The kinds of one's notices that reminders send, latest first."""
    kinds = ("question_for_experts", "question_for_hosts", "project_ends", "review_due")
    return [notice.kind for notice in await forum.notices.page(actor) if notice.kind in kinds]


async def desk(forum: Forum, *, experts: int = 1) -> tuple[Actor, CommunityRow, list[Actor], Actor]:
    """A desk that answers within two working days: its host, itself, its experts, who asks."""
    boss, row = await place(forum, "desk", charter=charter_for(Purpose.QUESTIONS, response_days=2))
    found = [await member(forum, f"expert{n}", row, Role.EXPERT, boss) for n in range(experts)]
    return boss, row, found, await member(forum, "ada", row)


async def test_a_question_goes_to_the_experts_then_to_the_hosts_each_once(forum: Forum) -> None:
    boss, row, [eva, emil], ada = await desk(forum, experts=2)
    jobs = Reminders(forum.database)
    assert await jobs.next_question() is None
    before = datetime.now(UTC)
    start = await forum.posts.start_thread(ada, row.community_id, "Soil", "Which?")
    due = await jobs.next_question()
    assert due is not None
    assert after_working_days(before, 2) <= due <= after_working_days(datetime.now(UTC), 2)
    await jobs.hand_on(due - timedelta(seconds=1))
    assert await told(forum, eva) == []
    await asyncio.gather(jobs.hand_on(due), Reminders(forum.database).hand_on(due))  # two processes
    assert await told(forum, eva) == await told(forum, emil) == ["question_for_experts"]
    assert await told(forum, boss) == await told(forum, ada) == []
    notice = next(n for n in await forum.notices.page(eva) if n.kind == "question_for_experts")
    assert (notice.thread_id, notice.post_number, notice.thread_title) == (start.thread_id, 1, "Soil")
    later = await jobs.next_question()
    assert later == after_working_days(due, 2)
    await jobs.hand_on(later)
    assert await told(forum, boss) == ["question_for_hosts"]
    assert await told(forum, eva) == ["question_for_experts"]
    assert await jobs.next_question() is None


async def test_an_answer_stops_it_but_not_what_the_asker_adds(forum: Forum) -> None:
    _, row, [eva], ada = await desk(forum)
    jobs = Reminders(forum.database)
    start = await forum.posts.start_thread(ada, row.community_id, "Soil", "Which?")
    await forum.posts.reply(ada, start.thread_id, "For roses, I mean")
    assert await jobs.next_question() is not None
    await forum.posts.reply(eva, start.thread_id, "Loam")
    assert await jobs.next_question() is None


async def test_where_there_is_no_expert_the_hosts_are_told_at_once(forum: Forum) -> None:
    boss, row, _, ada = await desk(forum, experts=0)
    jobs = Reminders(forum.database)
    await forum.posts.start_thread(ada, row.community_id, "Soil", "Which?")
    due = await jobs.next_question()
    assert due is not None
    await jobs.hand_on(due)
    assert await told(forum, boss) == ["question_for_hosts"]
    assert await jobs.next_question() is None


async def test_an_expert_who_asks_is_not_told_of_their_own_question(forum: Forum) -> None:
    boss, row, [eva], _ = await desk(forum)
    jobs = Reminders(forum.database)
    await forum.posts.start_thread(eva, row.community_id, "Soil", "Which?")
    due = await jobs.next_question()
    assert due is not None
    await jobs.hand_on(due)
    assert await told(forum, eva) == []
    assert await told(forum, boss) == ["question_for_hosts"]


async def test_what_is_closed_or_solved_meanwhile_goes_nowhere(forum: Forum) -> None:
    boss, row, [eva], ada = await desk(forum)
    jobs = Reminders(forum.database)
    closed = await forum.posts.start_thread(ada, row.community_id, "Soil", "Which?")
    solved = await forum.posts.start_thread(ada, row.community_id, "Water", "When?")
    await forum.curation.close(boss, closed.thread_id)
    await forum.posts.reply(ada, solved.thread_id, "Found it: mornings")
    await forum.threads.accept(ada, solved.thread_id, 2)
    due = await jobs.next_question()
    assert due is not None
    await jobs.hand_on(due + timedelta(minutes=1))
    assert await told(forum, eva) == await told(forum, boss) == []
    assert await jobs.next_question() is None


async def test_a_community_that_is_no_desk_any_more_sends_nobody(forum: Forum) -> None:
    boss, row, [eva], ada = await desk(forum)
    jobs = Reminders(forum.database)
    await forum.posts.start_thread(ada, row.community_id, "Soil", "Which?")
    await forum.charters.change(boss, row.community_id, charter_for(), version=1, reason="A practice now")
    due = await jobs.next_question()
    assert due is not None
    await jobs.hand_on(due)
    assert await told(forum, eva) == await told(forum, boss) == []


async def test_only_questions_at_a_desk_are_waited_for(forum: Forum) -> None:
    boss, garden = await place(forum, charter=charter_for(response_days=2))
    await forum.posts.start_thread(boss, garden.community_id, "Soil", "Which?", kind=ThreadKind.QUESTION)
    assert await Reminders(forum.database).next_question() is None


async def test_more_questions_than_a_batch_are_all_handed_on(sqlite_forum: Forum) -> None:
    forum = sqlite_forum
    boss, row, _, ada = await desk(forum, experts=0)
    for index in range(130):
        await forum.posts.start_thread(ada, row.community_id, f"Q{index}", "?")
    await Reminders(forum.database).hand_on(datetime.now(UTC) + timedelta(days=10))
    first = await forum.notices.page(boss, limit=200)
    assert sum(notice.kind == "question_for_hosts" for notice in first) == 130


# -- dates


async def test_on_a_projects_last_day_its_hosts_are_asked_once(forum: Forum) -> None:
    now = datetime.now(UTC)
    ends = now.date() + timedelta(days=20)
    boss, row = await place(forum, "bridge", charter=charter_for(Purpose.PROJECT, ends_on=ends))
    ada = await member(forum, "ada", row)
    jobs = Reminders(forum.database)
    due = await jobs.next_end()
    assert due is not None
    assert due.date() == ends
    await jobs.ask_about_ends(due - timedelta(seconds=1))
    assert await told(forum, boss) == []
    await asyncio.gather(jobs.ask_about_ends(due), jobs.ask_about_ends(due))
    assert await told(forum, boss) == ["project_ends"]
    assert await told(forum, ada) == []
    assert await jobs.next_end() is None
    # Extended, it is asked again on the new last day.
    later = charter_for(Purpose.PROJECT, ends_on=ends + timedelta(days=30))
    await forum.charters.change(boss, row.community_id, later, version=1, reason="More to do")
    due = await jobs.next_end()
    assert due is not None
    await jobs.ask_about_ends(due)
    assert await told(forum, boss) == ["project_ends"] * 2


async def test_on_the_review_date_the_hosts_are_reminded_once(forum: Forum) -> None:
    boss, garden = await place(forum)
    await another(forum, boss, "field", charter=charter_for(review_on=datetime.now(UTC).date()))
    jobs = Reminders(forum.database)
    due = await jobs.next_review()
    assert due is not None
    assert due <= datetime.now(UTC)
    await jobs.remind_of_reviews(datetime.now(UTC))
    await jobs.remind_of_reviews(datetime.now(UTC))
    assert await told(forum, boss) == ["review_due"]
    due = await jobs.next_review()
    assert due is not None
    await jobs.remind_of_reviews(due)
    assert await told(forum, boss) == ["review_due"] * 2
    names = [n.community_name for n in await forum.notices.page(boss) if n.kind == "review_due"]
    assert names == [garden.name, "Field"]


async def test_an_archived_community_reminds_nobody(sqlite_forum: Forum) -> None:
    forum = sqlite_forum
    boss, row = await place(forum, "bridge", purpose=Purpose.PROJECT)

    async def archive(uow: UnitOfWork) -> None:
        await uow.connection.execute(
            update(Community).where(Community.id == row.community_id).values(archived_at=uow.now)
        )

    await forum.database.write(archive)
    jobs = Reminders(forum.database)
    assert await jobs.next_end() is None
    assert await jobs.next_review() is None
    assert await told(forum, boss) == []


async def test_the_clockwork_runs_them(sqlite_forum: Forum) -> None:
    forum = sqlite_forum
    boss, _ = await place(forum, charter=charter_for(review_on=datetime.now(UTC).date()))
    await forum.clockwork.run_due()
    assert await told(forum, boss) == ["review_due"]
