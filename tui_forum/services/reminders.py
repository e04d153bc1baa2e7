"""What a charter promises comes when its time has come: jobs of the clockwork.

Questions that nobody has answered in the promised time go to the experts, then, after the same
time again, to the hosts (at once where there is no expert). On a project's last day its hosts
are asked what becomes of it; on a charter's review date they are reminded. Each is told once.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final

from tui_forum.domain.charter import PURPOSES, after_working_days
from tui_forum.domain.entities import Role
from tui_forum.services.notices import notify
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.charters import CharterRepository
from tui_forum.storage.repositories.reminders import BATCH, ReminderRepository, WaitingQuestion
from tui_forum.storage.uow import UnitOfWork

QUESTION_WAITS: Final = {Role.EXPERT: "question_for_experts", Role.MANAGER: "question_for_hosts"}
PROJECT_ENDS: Final = "project_ends"
REVIEW_DUE: Final = "review_due"


def _midnight(day: date | None) -> datetime | None:
    """When a day begins: dates of charters are taken in UTC, hosts may sit anywhere."""
    return None if day is None else datetime.combine(day, time(), UTC)


class Reminders:
    """The jobs; who acts is the forum itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def next_question(self) -> datetime | None:
        """When the next question goes on."""
        async with self._database.read() as connection:
            return await ReminderRepository(connection).next_question()

    async def hand_on(self, now: datetime) -> None:
        """Questions whose time has come go on: each to one kind of people, once."""

        async def work(uow: UnitOfWork) -> int:
            waiting = await ReminderRepository(uow.connection).questions(now)
            for question in waiting:
                await self._hand_on(uow, question, now)
            return len(waiting)

        while await self._database.write(work) == BATCH:
            pass

    @staticmethod
    async def _hand_on(uow: UnitOfWork, question: WaitingQuestion, now: datetime) -> None:
        charters, steps = CharterRepository(uow.connection), PURPOSES[question.purpose].escalates_to
        done = 1 + next((index for index, role in enumerate(steps) if role == question.told), -1)
        for index, role in enumerate(steps[done:] if question.open else (), done):
            people = set(await charters.members(question.community_id, role)) - {question.author_id}
            if not people:
                continue
            more = index + 1 < len(steps) and question.response_days is not None
            next_at = after_working_days(now, question.response_days or 1) if more else None
            if await ReminderRepository(uow.connection).hand_on(question, now, role.value, next_at):
                await notify(
                    uow,
                    people,
                    QUESTION_WAITS[role],
                    community_id=question.community_id,
                    thread_id=question.thread_id,
                    post_id=question.post_id,
                )
            return
        await ReminderRepository(uow.connection).hand_on(question, now, question.told, None)

    async def next_review(self) -> datetime | None:
        """When the next charter is to be looked at again."""
        async with self._database.read() as connection:
            return _midnight(await ReminderRepository(connection).next_review())

    async def remind_of_reviews(self, now: datetime) -> None:
        """Remind the hosts of charters whose review date has come."""

        async def work(uow: UnitOfWork) -> None:
            for community_id in await ReminderRepository(uow.connection).take_reviews(now.date()):
                await self._tell_hosts(uow, community_id, REVIEW_DUE)

        await self._database.write(work)

    async def next_end(self) -> datetime | None:
        """The last day of the next project to end."""
        async with self._database.read() as connection:
            return _midnight(await ReminderRepository(connection).next_end())

    async def ask_about_ends(self, now: datetime) -> None:
        """Ask the hosts of projects whose last day has come: close, extend, or go on as a practice?"""

        async def work(uow: UnitOfWork) -> None:
            for community_id in await ReminderRepository(uow.connection).take_ends(now.date()):
                await self._tell_hosts(uow, community_id, PROJECT_ENDS)

        await self._database.write(work)

    @staticmethod
    async def _tell_hosts(uow: UnitOfWork, community_id: int, kind: str) -> None:
        hosts = await CharterRepository(uow.connection).members(community_id, Role.MANAGER)
        await notify(uow, hosts, kind, community_id=community_id)
