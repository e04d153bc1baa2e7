"""What is counted of a community's life while it is written: posts per week, who wrote, first answers.

And :meth:`LifeRepository.facts`, which reads it: one statement for a page of communities.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Subquery,
    Table,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import Purpose, Role, ThreadKind
from tui_forum.domain.life import HOST_AWAY, PATIENCE, RECENT, WEEKS, LifeFacts
from tui_forum.storage.functions import seconds_between
from tui_forum.storage.models import (
    Charter,
    Community,
    CommunityWeek,
    Contributor,
    Membership,
    SshKey,
    Thread,
)

Insert = sqlite.Insert | postgresql.Insert

#: Weeks are counted from the Monday of the epoch's first full week.
FIRST_MONDAY: Final = datetime(1970, 1, 5, tzinfo=UTC)
_WEEK_SECONDS: Final = 7 * 24 * 3600

_week = cast("Table", CommunityWeek.__table__)
_contributor = cast("Table", Contributor.__table__)
_thread = cast("Table", Thread.__table__)


#: Kinds of threads that want an answer.
_ASKING: Final = (ThreadKind.QUESTION.value, ThreadKind.DISCUSSION.value)


def week_of(moment: datetime) -> int:
    """The number of the week (Monday to Sunday, UTC) that ``moment`` lies in."""
    return int((moment - FIRST_MONDAY).total_seconds() // _WEEK_SECONDS)


def adding_weeks(statement: Insert) -> Insert:
    """An insertion into ``community_week`` that adds to what was counted already."""
    return statement.on_conflict_do_update(
        index_elements=[_week.c.community_id, _week.c.week],
        set_={
            "posts": _week.c.posts + statement.excluded.posts,
            "threads": _week.c.threads + statement.excluded.threads,
        },
    )


def adding_people(statement: Insert) -> Insert:
    """An insertion into ``contributor`` that adds to what was counted already."""
    new = statement.excluded
    earlier = new.first_post_at < _contributor.c.first_post_at
    later = new.last_post_at > _contributor.c.last_post_at
    return statement.on_conflict_do_update(
        index_elements=[_contributor.c.community_id, _contributor.c.account_id],
        set_={
            "posts": _contributor.c.posts + new.posts,
            "first_post_at": case((earlier, new.first_post_at), else_=_contributor.c.first_post_at),
            "last_post_at": case((later, new.last_post_at), else_=_contributor.c.last_post_at),
        },
    )


class LifeRepository:
    """Counters that move with the posts they count, in the same transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    async def count_posts(self, community_id: int, posts: Iterable[tuple[int, datetime, bool]]) -> None:
        """Count posts: each its author, its moment, and whether it opens a thread."""
        weeks: dict[int, list[int]] = {}
        authors: dict[int, tuple[int, datetime, datetime]] = {}
        for author_id, at, opens in posts:
            week = weeks.setdefault(week_of(at), [0, 0])
            week[0] += 1
            week[1] += opens
            count, first, last = authors.get(author_id, (0, at, at))
            authors[author_id] = (count + 1, min(first, at), max(last, at))
        if not weeks:
            return
        await self._connection.execute(
            adding_weeks(self._insert(_week)),
            [
                {"community_id": community_id, "week": week, "posts": count, "threads": threads}
                for week, (count, threads) in sorted(weeks.items())
            ],
        )
        await self._count_authors(community_id, authors)

    async def _count_authors(
        self, community_id: int, authors: dict[int, tuple[int, datetime, datetime]]
    ) -> None:
        await self._connection.execute(
            adding_people(self._insert(_contributor)),
            [
                {
                    "community_id": community_id,
                    "account_id": author_id,
                    "posts": count,
                    "first_post_at": first,
                    "last_post_at": last,
                }
                for author_id, (count, first, last) in sorted(authors.items())
            ],
        )

    async def note_answers(self, answers: Iterable[tuple[int, int, datetime]]) -> None:
        """Note when threads were answered first: thread, author of the reply, moment.

        What the thread's own author writes is no answer; a later one changes nothing.
        """
        rows: list[dict[str, Any]] = [
            {"thread": thread_id, "author": author_id, "at": at} for thread_id, author_id, at in answers
        ]
        if rows:
            await self._connection.execute(
                update(_thread)
                .where(
                    _thread.c.id == bindparam("thread"),
                    _thread.c.author_id != bindparam("author"),
                    func.coalesce(_thread.c.answered_at, bindparam("at")) >= bindparam("at"),
                )
                .values(answered_at=bindparam("at"), escalate_at=None),
                rows,
            )

    # -- reading

    async def facts(self, community_ids: Sequence[int], now: datetime) -> dict[int, LifeFacts]:
        """What the stages of these communities are read off, by community id: one statement."""
        if not community_ids:
            return {}
        weeks = _weeks(community_ids, week_of(now))
        answers = _answers(community_ids, now)
        rows = await self._connection.execute(
            select(
                Community.id, Community.purpose, Community.created_at, Community.archived_at,
                Community.last_post_at, hosts_of(), hosts_of(now - HOST_AWAY), Community.member_count,
                Community.thread_count, contributors_of(), contributors_of(now - RECENT),
                _newcomers(now - RECENT),
                func.coalesce(answers.c.unanswered, 0), func.coalesce(answers.c.asked, 0),
                func.coalesce(answers.c.answered, 0),
                *(func.coalesce(column, 0) for column in list(weeks.c)[1:]),
            )
            .outerjoin(weeks, weeks.c.community_id == Community.id)
            .outerjoin(answers, answers.c.community_id == Community.id)
            .where(Community.id.in_(community_ids))
        )  # fmt: skip
        return {row[0]: _facts(row, now) for row in rows}


def _facts(row: Row[*tuple[Any, ...]], now: datetime) -> LifeFacts:
    return LifeFacts(
        community_id=row[0],
        purpose=Purpose(row[1]),
        now=now,
        created_at=row[2],
        archived_at=row[3],
        last_post_at=row[4],
        hosts=row[5],
        active_hosts=row[6],
        members=row[7],
        threads=row[8],
        contributors=row[9],
        writers=row[10],
        newcomers=row[11],
        unanswered=row[12],
        asked=row[13],
        answered=row[14],
        weeks=tuple(map(int, row[15:])),
    )


def _weeks(community_ids: Sequence[int], present: int) -> Subquery:
    """Posts per week of each community, a column for each of the last weeks, oldest first."""
    first = present - WEEKS + 1
    return (
        select(
            CommunityWeek.community_id,
            *(
                func.sum(case((CommunityWeek.week == first + index, CommunityWeek.posts), else_=0)).label(
                    f"week_{index}"
                )
                for index in range(WEEKS)
            ),
        )
        .where(
            CommunityWeek.community_id.in_(community_ids),
            CommunityWeek.week >= first,
            CommunityWeek.week <= present,
        )
        .group_by(CommunityWeek.community_id)
        .subquery()
    )


def asks() -> ColumnElement[bool]:
    """Threads that want an answer and can still get one."""
    return and_(
        Thread.kind.in_(_ASKING),
        Thread.removed_at.is_(None),
        Thread.merged_into_id.is_(None),
        Thread.locked.is_(False),
    )


def promised_seconds() -> ColumnElement[Any]:
    """How long an answer may take by the charter, as if each five working days held a weekend.

    Without a promise it is :data:`PATIENCE`. Needs ``Charter`` outer-joined.
    """
    days = Charter.response_days + 2 * ((Charter.response_days + 4) // 5)
    return func.coalesce(days * 86_400, int(PATIENCE.total_seconds()))


def _answers(community_ids: Sequence[int], now: datetime) -> Subquery:
    """Of each community's recent threads: how many wait, and how many were answered in time.

    Older threads than :data:`WEEKS` weeks are let be: what an import brings in of years ago waits
    for nobody.
    """
    in_time = seconds_between(Thread.created_at, Thread.answered_at) <= promised_seconds()
    waited = seconds_between(Thread.created_at, literal(now, Thread.created_at.type))
    return (
        select(
            Thread.community_id,
            func.sum(
                case((and_(Thread.answered_at.is_(None), Thread.created_at <= now - PATIENCE), 1), else_=0)
            ).label("unanswered"),
            func.sum(
                case((or_(Thread.answered_at.is_not(None), waited > promised_seconds()), 1), else_=0)
            ).label("asked"),
            func.sum(case((in_time, 1), else_=0)).label("answered"),
        )
        .join(Community, Community.id == Thread.community_id)
        .outerjoin(
            Charter,
            and_(Charter.community_id == Community.id, Charter.version == Community.charter_version),
        )
        .where(
            Thread.community_id.in_(community_ids),
            Thread.created_at >= now - timedelta(weeks=WEEKS),
            asks(),
        )
        .group_by(Thread.community_id)
        .subquery()
    )


def hosts_of(since: datetime | None = None) -> ScalarSelect[int]:
    """Per row of ``Community``: its managers, or those who logged in or wrote there ``since``."""
    statement = select(func.count()).where(
        Membership.community_id == Community.id, Membership.role == Role.MANAGER.value
    )
    if since is not None:
        statement = statement.where(
            or_(
                Membership.joined_at >= since,
                select(SshKey.id)
                .where(SshKey.account_id == Membership.account_id, SshKey.last_used_at >= since)
                .correlate(Membership)
                .exists(),
                select(Contributor.account_id)
                .where(
                    Contributor.community_id == Membership.community_id,
                    Contributor.account_id == Membership.account_id,
                    Contributor.last_post_at >= since,
                )
                .correlate(Membership)
                .exists(),
            )
        )
    return statement.correlate(Community).scalar_subquery()


def contributors_of(since: datetime | None = None) -> ScalarSelect[int]:
    """Per row of ``Community``: who has written there, at all or ``since``."""
    statement = select(func.count()).where(Contributor.community_id == Community.id)
    if since is not None:
        statement = statement.where(Contributor.last_post_at >= since)
    return statement.correlate(Community).scalar_subquery()


def _newcomers(since: datetime) -> ScalarSelect[int]:
    """Per row of ``Community``: who joined ``since`` and does not host it."""
    return (
        select(func.count())
        .where(
            Membership.community_id == Community.id,
            Membership.joined_at >= since,
            Membership.role != Role.MANAGER.value,
        )
        .correlate(Community)
        .scalar_subquery()
    )
