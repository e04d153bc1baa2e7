"""What becomes due by the calendar: unanswered questions, reviews of charters, last days of projects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from tui_forum.domain.entities import Purpose
from tui_forum.storage.models import Charter, Community, Post, Thread

#: Of so many questions one transaction takes care.
BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class WaitingQuestion:
    """A question that nobody has answered in time; ``told`` is who was told of it already."""

    thread_id: int
    post_id: int
    community_id: int
    author_id: int
    told: str
    purpose: Purpose
    response_days: int | None
    open: bool


class ReminderRepository:
    """Statements of the clockwork's jobs around charters."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # -- questions

    async def next_question(self) -> datetime | None:
        """When the next question goes on."""
        return (await self._connection.execute(select(func.min(Thread.escalate_at)))).scalar_one_or_none()

    async def questions(self, now: datetime) -> list[WaitingQuestion]:
        """Questions whose time has come, the longest waiting first."""
        rows = await self._connection.execute(
            select(
                Thread.id, Post.id, Thread.community_id, Thread.author_id, Thread.escalated_to,
                Community.purpose, Charter.response_days,
                and_(
                    Thread.answered_at.is_(None), Thread.accepted_number.is_(None), Thread.locked.is_(False),
                    Thread.removed_at.is_(None), Thread.merged_into_id.is_(None),
                    Community.archived_at.is_(None),
                ),
            )
            .join(Community, Community.id == Thread.community_id)
            .join(Post, and_(Post.thread_id == Thread.id, Post.number == 1))
            .join(
                Charter,
                and_(
                    Charter.community_id == Community.id, Charter.version == Community.charter_version
                ),
            )
            .where(Thread.escalate_at <= now)
            .order_by(Thread.escalate_at, Thread.id)
            .limit(BATCH)
        )  # fmt: skip
        return [WaitingQuestion(*row[:5], Purpose(row[5]), row[6], bool(row[7])) for row in rows]

    async def hand_on(
        self, question: WaitingQuestion, now: datetime, told: str, next_at: datetime | None
    ) -> bool:
        """Note who is told of a question, and when it goes on; False when another process was quicker."""
        found = await self._connection.execute(
            update(Thread)
            .where(
                Thread.id == question.thread_id,
                Thread.escalate_at <= now,
                Thread.escalated_to == question.told,
            )
            .values(escalated_to=told, escalate_at=next_at)
            .returning(Thread.id)
        )
        return found.first() is not None

    # -- dates

    @staticmethod
    def _open(
        day: InstrumentedAttribute[date | None], told: InstrumentedAttribute[date | None]
    ) -> ColumnElement[bool]:
        return and_(
            day.is_not(None),
            or_(told.is_(None), told != day),
            Community.archived_at.is_(None),
            Community.merged_into_id.is_(None),
            Community.builtin.is_(None),
        )

    async def _next(
        self, day: InstrumentedAttribute[date | None], told: InstrumentedAttribute[date | None]
    ) -> date | None:
        found = await self._connection.execute(select(func.min(day)).where(self._open(day, told)))
        return found.scalar_one_or_none()

    async def _take(
        self,
        day: InstrumentedAttribute[date | None],
        told: InstrumentedAttribute[date | None],
        today: date,
    ) -> list[int]:
        """Communities whose ``day`` has come, once: from now on it is told."""
        found = await self._connection.execute(
            update(Community)
            .where(day <= today, self._open(day, told))
            .values({told: day})
            .returning(Community.id)
        )
        return list(found.scalars())

    async def next_review(self) -> date | None:
        """When the next charter is to be looked at again."""
        return await self._next(Community.review_on, Community.review_told)

    async def take_reviews(self, today: date) -> list[int]:
        """The communities whose hosts are to be told so now."""
        return await self._take(Community.review_on, Community.review_told, today)

    async def next_end(self) -> date | None:
        """The last day of the next project to end."""
        return await self._next(Community.ends_on, Community.end_told)

    async def take_ends(self, today: date) -> list[int]:
        """The projects whose hosts are to be asked now what becomes of them."""
        return await self._take(Community.ends_on, Community.end_told, today)
