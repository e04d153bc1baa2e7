"""What is counted of a community's life while it is written: posts per week, who wrote, first answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, case, func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.storage.models import CommunityWeek, Contributor, Thread

#: Weeks are counted from the Monday of the epoch's first full week.
FIRST_MONDAY: Final = datetime(1970, 1, 5, tzinfo=UTC)
_WEEK_SECONDS: Final = 7 * 24 * 3600

_week = cast("Table", CommunityWeek.__table__)
_contributor = cast("Table", Contributor.__table__)
_thread = cast("Table", Thread.__table__)


def week_of(moment: datetime) -> int:
    """The number of the week (Monday to Sunday, UTC) that ``moment`` lies in."""
    return int((moment - FIRST_MONDAY).total_seconds() // _WEEK_SECONDS)


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
        statement = self._insert(_week)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[_week.c.community_id, _week.c.week],
                set_={
                    "posts": _week.c.posts + statement.excluded.posts,
                    "threads": _week.c.threads + statement.excluded.threads,
                },
            ),
            [
                {"community_id": community_id, "week": week, "posts": count, "threads": threads}
                for week, (count, threads) in sorted(weeks.items())
            ],
        )
        await self._count_authors(community_id, authors)

    async def _count_authors(
        self, community_id: int, authors: dict[int, tuple[int, datetime, datetime]]
    ) -> None:
        statement = self._insert(_contributor)
        new = statement.excluded
        earlier = new.first_post_at < _contributor.c.first_post_at
        later = new.last_post_at > _contributor.c.last_post_at
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[_contributor.c.community_id, _contributor.c.account_id],
                set_={
                    "posts": _contributor.c.posts + new.posts,
                    "first_post_at": case((earlier, new.first_post_at), else_=_contributor.c.first_post_at),
                    "last_post_at": case((later, new.last_post_at), else_=_contributor.c.last_post_at),
                },
            ),
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
