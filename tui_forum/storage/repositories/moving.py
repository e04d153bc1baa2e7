"""Threads that go to another community: one of them, or all when communities merge.

Everything that is counted per community goes along. What was unread stays unread as far as a
baseline can say so: of members of both, what lies below the target's baseline counts as read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final, cast

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    Table,
    and_,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.storage.models import (
    Case,
    Community,
    CommunityWeek,
    Contributor,
    Membership,
    Post,
    ReadPointer,
    Thread,
)
from tui_forum.storage.repositories.life import adding_people, adding_weeks, week_of
from tui_forum.storage.repositories.reading import published

_week = cast("Table", CommunityWeek.__table__)
_contributor = cast("Table", Contributor.__table__)
_HERE: Final = aliased(Membership)  # in the community that threads leave
_THERE: Final = aliased(Membership)  # in the one they go to
#: A thread that was merged into another is an address only; one that is held is not there yet.
LIVE: Final = and_(Thread.merged_into_id.is_(None), Thread.held.is_(False))


def _unread_in(
    community_id: int, account: SQLColumnExpression[int], baseline: SQLColumnExpression[int]
) -> ColumnElement[bool]:
    """Whether an account has unread threads in a community."""
    return (
        select(literal(1))
        .select_from(Thread)
        .outerjoin(ReadPointer, and_(ReadPointer.thread_id == Thread.id, ReadPointer.account_id == account))
        .where(
            Thread.community_id == community_id,
            Thread.last_post_id > baseline,
            Thread.last_number > func.coalesce(ReadPointer.number, 0),
            Thread.removed_at.is_(None),
        )
        .correlate(Membership, _HERE)
        .exists()
    )


class MovingRepository:
    """Statements inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    async def move_threads(
        self, source_id: int, target_id: int, now: datetime, *, thread_id: int | None = None
    ) -> None:
        """Let the thread, or all threads of ``source_id``, belong to ``target_id``.

        When all go, members of the target who have read everything, there and here, have
        nothing unread after it either, as when one joins.
        """
        which = Thread.community_id == source_id
        if thread_id is not None:
            which = and_(which, Thread.id == thread_id)
        await self.lock_communities((source_id, target_id))
        await self._keep_read(source_id, target_id, which, now)
        await self._move_counts(source_id, target_id, which)
        if thread_id is None:
            await self._settle(source_id, target_id)
            await self._hand_over(source_id, target_id)
        else:
            await self._move_weeks(source_id, target_id, thread_id)
        posts = select(Post.id).join(Thread, Thread.id == Post.thread_id).where(which)
        await self._connection.execute(
            update(Case).where(Case.state == "open", Case.post_id.in_(posts)).values(community_id=target_id)
        )
        await self._connection.execute(update(Thread).where(which).values(community_id=target_id))
        if thread_id is not None:
            await self._count_contributors(source_id, target_id, thread_id)
        await self.find_last_post(source_id, target_id)

    async def lock_communities(self, community_ids: Iterable[int]) -> None:
        """Hold the communities' rows, whose counters will change; always in the same order."""
        await self._connection.execute(
            select(Community.id)
            .where(Community.id.in_(set(community_ids)))
            .order_by(Community.id)
            .with_for_update()
        )

    # -- what was read

    async def _keep_read(
        self, source_id: int, target_id: int, which: ColumnElement[bool], now: datetime
    ) -> None:
        """Members of both whose baseline is higher in the source: what they have read stays read.

        Who has nothing unread in the target gets the source's baseline there, others a pointer
        for each thread.
        """
        baseline = (
            select(_HERE.read_baseline)
            .where(
                _HERE.account_id == Membership.account_id,
                _HERE.community_id == source_id,
                _HERE.read_baseline > Membership.read_baseline,
            )
            .correlate(Membership)
        )
        await self._connection.execute(
            update(Membership)
            .where(
                Membership.community_id == target_id,
                baseline.exists(),
                ~_unread_in(target_id, Membership.account_id, Membership.read_baseline),
            )
            .values(read_baseline=baseline.scalar_subquery())
        )
        pointer = func.coalesce(ReadPointer.number, 0)
        first_unread = (
            select(func.min(Post.number))
            .where(
                Post.thread_id == Thread.id,
                Post.number > pointer,
                published(),
                Post.id > _HERE.read_baseline,
            )
            .correlate(Thread, ReadPointer, _HERE)
            .scalar_subquery()
        )
        number = func.coalesce(first_unread - 1, Thread.last_number)
        found = (
            select(_THERE.account_id, Thread.id, number, literal(now, Thread.created_at.type))
            .join(
                _HERE,
                and_(
                    _HERE.account_id == _THERE.account_id,
                    _HERE.community_id == source_id,
                    _HERE.read_baseline > _THERE.read_baseline,
                ),
            )
            .join(Thread, which)
            .outerjoin(
                ReadPointer,
                and_(ReadPointer.thread_id == Thread.id, ReadPointer.account_id == _THERE.account_id),
            )
            .where(
                _THERE.community_id == target_id,
                Thread.last_post_id > _THERE.read_baseline,
                number > pointer,
            )
        )
        statement = self._insert(ReadPointer).from_select(
            ["account_id", "thread_id", "number", "updated_at"], found
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[ReadPointer.account_id, ReadPointer.thread_id],
                set_={"number": statement.excluded.number, "updated_at": now},
            )
        )

    async def _settle(self, source_id: int, target_id: int) -> None:
        """What comes counts as read for members of the target who have read all, there and here."""
        newest = (
            select(func.coalesce(func.max(Thread.last_post_id), 0))
            .where(Thread.community_id.in_((source_id, target_id)))
            .scalar_subquery()
        )
        behind = (
            select(literal(1))
            .select_from(_HERE)
            .where(
                _HERE.account_id == Membership.account_id,
                _HERE.community_id == source_id,
                _unread_in(source_id, _HERE.account_id, _HERE.read_baseline),
            )
            .correlate(Membership)
            .exists()
        )
        await self._connection.execute(
            update(Membership)
            .where(
                Membership.community_id == target_id,
                Membership.read_baseline < newest,
                ~_unread_in(target_id, Membership.account_id, Membership.read_baseline),
                ~behind,
            )
            .values(read_baseline=newest)
        )

    # -- counters

    async def _move_counts(self, source_id: int, target_id: int, which: ColumnElement[bool]) -> None:
        threads, posts = (
            await self._connection.execute(
                select(func.count(), func.coalesce(func.sum(Thread.reply_count + 1), 0)).where(which, LIVE)
            )
        ).one()
        await self.count(source_id, -threads, -posts)
        await self.count(target_id, threads, posts)

    async def count(self, community_id: int, threads: int, posts: int = 0) -> None:
        """Move the counters of a community."""
        await self._connection.execute(
            update(Community)
            .where(Community.id == community_id)
            .values(thread_count=Community.thread_count + threads, post_count=Community.post_count + posts)
        )

    async def _hand_over(self, source_id: int, target_id: int) -> None:
        """All that was counted in the source counts in the target."""
        weeks = self._insert(_week).from_select(
            ["community_id", "week", "posts", "threads"],
            select(literal(target_id), _week.c.week, _week.c.posts, _week.c.threads).where(
                _week.c.community_id == source_id
            ),
        )
        await self._connection.execute(adding_weeks(weeks))
        people = self._insert(_contributor).from_select(
            ["community_id", "account_id", "posts", "first_post_at", "last_post_at"],
            select(
                literal(target_id),
                _contributor.c.account_id,
                _contributor.c.posts,
                _contributor.c.first_post_at,
                _contributor.c.last_post_at,
            ).where(_contributor.c.community_id == source_id),
        )
        await self._connection.execute(adding_people(people))
        await self._connection.execute(delete(_week).where(_week.c.community_id == source_id))
        await self._connection.execute(delete(_contributor).where(_contributor.c.community_id == source_id))

    async def _move_weeks(self, source_id: int, target_id: int, thread_id: int) -> None:
        written = await self._connection.execute(
            select(Post.created_at).where(Post.thread_id == thread_id, published())
        )
        posts = Counter(map(week_of, written.scalars()))
        opened = await self._connection.execute(select(Thread.created_at).where(Thread.id == thread_id))
        threads = Counter((week_of(opened.scalar_one()),))
        await self.count_weeks(target_id, posts, threads)
        await self.count_weeks(source_id, posts, threads, sign=-1)

    async def count_weeks(
        self, community_id: int, posts: Counter[int], threads: Counter[int], *, sign: int = 1
    ) -> None:
        """Add to (``sign`` 1) or take from (-1) what was written and opened in each week."""
        await self._connection.execute(
            adding_weeks(self._insert(_week)),
            [
                {
                    "community_id": community_id,
                    "week": week,
                    "posts": sign * posts[week],
                    "threads": sign * threads[week],
                }
                for week in sorted({*posts, *threads})
            ],
        )
        await self._connection.execute(
            delete(_week).where(
                _week.c.community_id == community_id, _week.c.posts == 0, _week.c.threads == 0
            )
        )

    async def _count_contributors(self, source_id: int, target_id: int, thread_id: int) -> None:
        """Count again what the thread's authors have written in both communities."""
        both = (source_id, target_id)
        authors = select(Post.author_id).where(Post.thread_id == thread_id)
        await self._connection.execute(
            delete(_contributor).where(
                _contributor.c.community_id.in_(both), _contributor.c.account_id.in_(authors)
            )
        )
        await self._connection.execute(
            self._insert(_contributor).from_select(
                ["community_id", "account_id", "posts", "first_post_at", "last_post_at"],
                select(
                    Thread.community_id,
                    Post.author_id,
                    func.count(),
                    func.min(Post.created_at),
                    func.max(Post.created_at),
                )
                .join(Thread, Thread.id == Post.thread_id)
                .where(Thread.community_id.in_(both), Post.author_id.in_(authors), published())
                .group_by(Thread.community_id, Post.author_id),
            )
        )

    async def find_last_post(self, *community_ids: int) -> None:
        """Look up again when communities were last written in."""
        latest = (
            select(func.max(Thread.last_post_at))
            .where(Thread.community_id == Community.id, LIVE)
            .correlate(Community)
            .scalar_subquery()
        )
        await self._connection.execute(
            update(Community).where(Community.id.in_(community_ids)).values(last_post_at=latest)
        )
