"""Restrictions of threads and communities: which run, and how they begin and end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.restrictions import Restriction, RestrictionKind
from tui_forum.storage.models import Community, Post, Thread
from tui_forum.storage.models import Restriction as RestrictionTable

AnyRow = Row[*tuple[Any, ...]]
_T = RestrictionTable


def _now() -> datetime:
    return datetime.now(UTC)


def _running() -> ColumnElement[bool]:
    """Those that hold at the moment the statement is run, whether their end was told or not."""
    now = bindparam(None, callable_=_now, type_=_T.until.type)
    return and_(_T.ended_at.is_(None), or_(_T.until.is_(None), _T.until > now))


def restricted(*, in_thread: bool) -> ColumnElement[bool]:
    """Per row of ``Community`` (and ``Thread``): something restricts what is written there."""
    place = and_(_T.community_id == Community.id, _T.thread_id.is_(None))
    if in_thread:
        place = or_(place, _T.thread_id == Thread.id)
    found = exists().where(place, _running())
    return found.correlate(Community, Thread) if in_thread else found.correlate(Community)


async def restrictions_of(
    connection: AsyncConnection, account_id: int, community_id: int, thread_id: int | None
) -> tuple[Restriction, ...]:
    """What restricts a thread, or (None) a community, now, as it concerns an account."""
    place = and_(_T.community_id == community_id, _T.thread_id.is_(None))
    if thread_id is not None:
        place = or_(place, _T.thread_id == thread_id)
    rows = await connection.execute(
        select(_T.id, _T.kind, _T.thread_id, _T.seconds, _T.reason, _T.until)
        .where(place, _running())
        .order_by(_T.id)
    )
    found = [
        Restriction(row[0], RestrictionKind(row[1]), row[2] is not None, row[3], row[4], row[5])
        for row in rows
    ]
    return tuple(
        [
            replace(one, ready_at=await _ready_at(connection, account_id, community_id, thread_id, one))
            if one.kind is RestrictionKind.SLOW
            else one
            for one in found
        ]
    )


async def _ready_at(
    connection: AsyncConnection,
    account_id: int,
    community_id: int,
    thread_id: int | None,
    slow: Restriction,
) -> datetime | None:
    """When an account may write its next post; None at once."""
    since = _now() - timedelta(seconds=slow.seconds)
    latest = select(func.max(Post.created_at)).where(Post.author_id == account_id, Post.created_at > since)
    if slow.of_thread:
        latest = latest.where(Post.thread_id == thread_id)
    else:
        latest = latest.join(Thread, Thread.id == Post.thread_id).where(Thread.community_id == community_id)
    wrote: datetime | None = (await connection.execute(latest)).scalar_one_or_none()
    return None if wrote is None else wrote + timedelta(seconds=slow.seconds)


class RestrictionRepository:
    """Statements of restrictions, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, values: dict[str, Any]) -> int:
        """Insert a restriction; its id."""
        result = await self._connection.execute(insert(_T).values(**values).returning(_T.id))
        return int(result.scalar_one())

    async def replace(
        self, community_id: int, thread_id: int | None, kind: RestrictionKind, actor_id: int, now: datetime
    ) -> None:
        """End those of one kind that run in this place: another comes instead."""
        place = and_(_T.community_id == community_id, _T.thread_id.is_(None))
        if thread_id is not None:  # which may have been in another community
            place = _T.thread_id == thread_id
        await self._connection.execute(
            update(_T)
            .where(place, _T.kind == kind.value, _T.ended_at.is_(None))
            .values(ended_at=now, ended_by=actor_id)
        )

    async def get(self, restriction_id: int) -> AnyRow | None:
        """A restriction: community, thread, kind, until."""
        found = await self._connection.execute(
            select(_T.community_id, _T.thread_id, _T.kind, _T.until).where(_T.id == restriction_id)
        )
        return found.first()

    async def end(self, restriction_id: int, actor_id: int, now: datetime) -> bool:
        """End one before its time; False when it is over already."""
        result = await self._connection.execute(
            update(_T)
            .where(_T.id == restriction_id, _running())
            .values(ended_at=now, ended_by=actor_id)
            .returning(_T.id)
        )
        return result.first() is not None

    async def next_end(self) -> datetime | None:
        """When the next restriction lapses."""
        found = await self._connection.execute(select(func.min(_T.until)).where(_T.ended_at.is_(None)))
        end: datetime | None = found.scalar_one_or_none()
        return end

    async def lapse(self, now: datetime) -> list[AnyRow]:
        """Restrictions whose time is over are so: id, community, thread, kind of each."""
        result = await self._connection.execute(
            update(_T)
            .where(_T.ended_at.is_(None), _T.until <= now)
            .values(ended_at=now)
            .returning(_T.id, _T.community_id, _T.thread_id, _T.kind)
        )
        return sorted(result, key=lambda row: int(row[0]))
