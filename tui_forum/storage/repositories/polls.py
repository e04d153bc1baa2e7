"""Polls: their answers, votes and results."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, and_, case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.polls import OptionView, PollPlan, PollView, named
from tui_forum.storage.models import Account, Poll, PollOption, PollVote, Thread

#: So many of those who chose an answer are named.
NAMES: Final = 20

AnyRow = Row[*tuple[Any, ...]]


async def poll_of(connection: AsyncConnection, thread_id: int, account_id: int) -> PollView | None:
    """A thread's poll with its results; who voted is read only where that is for all to see."""
    people = (
        select(func.count(PollVote.account_id.distinct()))
        .where(PollVote.thread_id == thread_id)
        .scalar_subquery()
    )
    rows = list(
        await connection.execute(
            select(
                PollOption.position, PollOption.text, func.count(PollVote.account_id),
                func.coalesce(func.sum(case((PollVote.account_id == account_id, 1), else_=0)), 0),
                Poll.multiple, Poll.anonymous, Poll.closes_at, people,
            )
            .join(Poll, Poll.thread_id == PollOption.thread_id)
            .outerjoin(
                PollVote,
                and_(
                    PollVote.thread_id == PollOption.thread_id, PollVote.position == PollOption.position
                ),
            )
            .where(PollOption.thread_id == thread_id)
            .group_by(
                PollOption.position, PollOption.text, Poll.multiple, Poll.anonymous, Poll.closes_at
            )
            .order_by(PollOption.position)
        )
    )  # fmt: skip
    if not rows:
        return None
    *_option, multiple, anonymous, closes_at, voted = rows[0]
    voters = {} if anonymous or not voted else await _voters(connection, thread_id)
    options = tuple(OptionView(row[0], row[1], row[2], bool(row[3]), voters.get(row[0], ())) for row in rows)
    return PollView(options, voted, multiple, anonymous, closes_at)


async def _voters(connection: AsyncConnection, thread_id: int) -> dict[int, tuple[str, ...]]:
    place = func.row_number().over(partition_by=PollVote.position, order_by=Account.handle).label("place")
    ranked = (
        select(PollVote.position, Account.handle, place)
        .join(Account, Account.id == PollVote.account_id)
        .where(PollVote.thread_id == thread_id)
        .subquery()
    )
    rows = await connection.execute(
        select(ranked.c.position, ranked.c.handle)
        .where(ranked.c.place <= NAMES)
        .order_by(ranked.c.position, ranked.c.place)
    )
    return named((row[0], row[1]) for row in rows)


class PollRepository:
    """Statements inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, thread_id: int, plan: PollPlan) -> None:
        """Give a thread a poll."""
        await self._connection.execute(
            insert(Poll).values(
                thread_id=thread_id,
                multiple=plan.multiple,
                anonymous=plan.anonymous,
                closes_at=plan.closes_at,
            )
        )
        await self._connection.execute(
            insert(PollOption),
            [
                {"thread_id": thread_id, "position": position, "text": text}
                for position, text in enumerate(plan.options, 1)
            ],
        )

    async def rules(self, thread_id: int) -> tuple[bool, datetime | None, list[int]] | None:
        """Whether several may be chosen, when it closes, and what there is; the poll stays locked."""
        row = (
            await self._connection.execute(
                select(Poll.multiple, Poll.closes_at).where(Poll.thread_id == thread_id).with_for_update()
            )
        ).first()
        if row is None:
            return None
        positions = await self._connection.execute(
            select(PollOption.position).where(PollOption.thread_id == thread_id)
        )
        return row[0], row[1], list(positions.scalars())

    async def vote_of(self, thread_id: int, account_id: int) -> set[int]:
        """What an account has chosen."""
        found = await self._connection.execute(
            select(PollVote.position).where(
                PollVote.thread_id == thread_id, PollVote.account_id == account_id
            )
        )
        return set(found.scalars())

    async def vote(self, thread_id: int, account_id: int, chosen: Collection[int]) -> None:
        """Let this be what an account has chosen."""
        await self._connection.execute(
            delete(PollVote).where(PollVote.thread_id == thread_id, PollVote.account_id == account_id)
        )
        if chosen:
            await self._connection.execute(
                insert(PollVote),
                [
                    {"thread_id": thread_id, "account_id": account_id, "position": position}
                    for position in sorted(chosen)
                ],
            )

    # -- the end

    async def next_close(self) -> datetime | None:
        """The earliest closing time that was not told yet."""
        found = await self._connection.execute(
            select(func.min(Poll.closes_at)).where(Poll.closed_at.is_(None), Poll.closes_at.is_not(None))
        )
        return found.scalar_one_or_none()

    async def close_due(self, now: datetime) -> list[AnyRow]:
        """Note the end of polls whose time has come, each once: thread, community, author."""
        ended = await self._connection.execute(
            update(Poll)
            .where(Poll.closed_at.is_(None), Poll.closes_at <= now)
            .values(closed_at=now)
            .returning(Poll.thread_id)
        )
        ids = list(ended.scalars())
        if not ids:
            return []
        return list(
            await self._connection.execute(
                select(Thread.id, Thread.community_id, Thread.author_id)
                .where(Thread.id.in_(ids), Thread.removed_at.is_(None))
                .order_by(Thread.id)
            )
        )

    async def voters(self, thread_id: int) -> list[int]:
        """Who has voted, to tell them of the end."""
        found = await self._connection.execute(
            select(PollVote.account_id).where(PollVote.thread_id == thread_id).distinct()
        )
        return list(found.scalars())
