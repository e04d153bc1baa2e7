"""Bulk statements of the importers: many rows per statement, counters moved along.

All calls run inside the caller's transaction. Lists given to ``IN`` are cut to what both
dialects take as parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, cast

from sqlalchemy import Column, Table, bindparam, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.errors import ConflictError
from tui_forum.i18n import N_
from tui_forum.storage.models import Account, Community, ImportRecord, Membership, Post, Thread

_IN_MAX: Final = 500

_account = cast("Table", Account.__table__)
_community = cast("Table", Community.__table__)
_thread = cast("Table", Thread.__table__)
_post = cast("Table", Post.__table__)
_record = cast("Table", ImportRecord.__table__)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A post that an earlier run or batch has written."""

    thread_id: int
    number: int
    tree_path: bytes


@dataclass(frozen=True, slots=True)
class ThreadGrowth:
    """What a batch adds to one thread; ``last_post_at`` is the newest date among the added."""

    thread_id: int
    posts: int
    last_number: int
    last_post_id: int
    last_post_at: datetime
    last_author_id: int
    accepted_number: int | None


class ImportRepository:
    """Rows of an import, by the ids they have in their source."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def community(self, slug: str) -> int | None:
        """The id of a community; of one that was merged, where it went."""
        found = await self._connection.execute(
            select(func.coalesce(_community.c.merged_into_id, _community.c.id)).where(
                _community.c.slug == slug
            )
        )
        community_id: int | None = found.scalar_one_or_none()
        return community_id

    async def posts(self, source: str, external_ids: Iterable[str]) -> dict[str, ImportedRow]:
        """Which of the ids are posts here already, and where."""
        found: dict[str, ImportedRow] = {}
        for some in _slices(external_ids):
            rows = await self._connection.execute(
                select(_record.c.external_id, _post.c.thread_id, _post.c.number, _post.c.tree_path)
                .join(_post, _post.c.id == _record.c.object_id)
                .where(_record.c.source == source, _record.c.kind == "post", _record.c.external_id.in_(some))
            )
            found.update({row[0]: ImportedRow(row[1], row[2], row[3]) for row in rows})
        return found

    async def accounts(self, source: str, keys: Iterable[str]) -> dict[str, int]:
        """The accounts that author keys have become."""
        found: dict[str, int] = {}
        for some in _slices(keys):
            rows = await self._connection.execute(
                select(_record.c.external_id, _record.c.object_id).where(
                    _record.c.source == source, _record.c.kind == "account", _record.c.external_id.in_(some)
                )
            )
            found.update({row[0]: row[1] for row in rows})
        return found

    async def taken(self, skeletons: Iterable[str]) -> set[str]:
        """Which skeletons belong to an account."""
        found: set[str] = set()
        for some in _slices(skeletons):
            rows = await self._connection.execute(
                select(_account.c.skeleton).where(_account.c.skeleton.in_(some))
            )
            found.update(rows.scalars())
        return found

    async def last_numbers(self, thread_ids: Iterable[int]) -> dict[int, int]:
        """The highest post number given out in threads, which stay locked until the transaction ends."""
        found: dict[int, int] = {}
        for some in _slices(thread_ids):
            rows = await self._connection.execute(
                select(_thread.c.id, _thread.c.last_number, _thread.c.retired_number)
                .where(_thread.c.id.in_(some))
                .with_for_update()
            )
            found.update({row[0]: max(0, row[1], row[2]) for row in rows})
        return found

    async def add_accounts(self, rows: Sequence[Row]) -> list[int]:
        """Insert accounts; their ids in the same order."""
        ids = await self._insert(_account, rows, _account.c.skeleton)
        return [ids[(row["skeleton"],)] for row in rows]

    async def add_threads(self, rows: Sequence[Row]) -> list[int]:
        """Insert threads without posts; their ids in the same order.

        Until :meth:`grow_threads` sets it, ``last_number`` holds the place in ``rows`` as
        a negative number: a thread has nothing else by which to know it again.
        """
        marked = [{**row, "last_number": -place} for place, row in enumerate(rows, 1)]
        ids = await self._insert(_thread, marked, _thread.c.last_number)
        return [ids[(row["last_number"],)] for row in marked]

    async def add_posts(self, rows: Sequence[Row]) -> list[int]:
        """Insert posts; their ids in the same order."""
        ids = await self._insert(_post, rows, _post.c.thread_id, _post.c.number)
        return [ids[(row["thread_id"], row["number"])] for row in rows]

    async def remember(self, source: str, kind: str, made: Iterable[tuple[str, int]]) -> None:
        """Write down what became of external ids.

        Raises:
            ConflictError: another import has written one of them meanwhile.
        """
        rows = [
            {"source": source, "kind": kind, "external_id": name, "object_id": made_id}
            for name, made_id in made
        ]
        if not rows:
            return
        try:
            await self._connection.execute(insert(_record), rows)
        except IntegrityError as error:
            raise ConflictError(N_("The same archive is being imported by another process.")) from error

    async def grow_threads(self, grown: Sequence[ThreadGrowth]) -> None:
        """Move the counters of threads; an older import never moves the latest post back."""
        if not grown:
            return
        newer = _thread.c.last_post_at <= bindparam("at")
        await self._connection.execute(
            update(_thread)
            .where(_thread.c.id == bindparam("thread"))
            .values(
                # The opening post is no reply.
                reply_count=_thread.c.reply_count
                + bindparam("posts")
                - case((_thread.c.last_number <= 0, 1), else_=0),
                last_number=bindparam("number"),
                last_post_id=bindparam("post"),
                last_author_id=case((newer, bindparam("author")), else_=_thread.c.last_author_id),
                last_post_at=case((newer, bindparam("at")), else_=_thread.c.last_post_at),
                accepted_number=func.coalesce(_thread.c.accepted_number, bindparam("accepted")),
            ),
            [
                {
                    "thread": one.thread_id,
                    "posts": one.posts,
                    "number": one.last_number,
                    "post": one.last_post_id,
                    "author": one.last_author_id,
                    "at": one.last_post_at,
                    "accepted": one.accepted_number,
                }
                for one in grown
            ],
        )

    async def date_back(self, community_id: int, moment: datetime) -> None:
        """Move the day a community was opened, and on which its members joined."""
        await self._connection.execute(
            update(_community).where(_community.c.id == community_id).values(created_at=moment)
        )
        await self._connection.execute(
            update(Membership).where(Membership.community_id == community_id).values(joined_at=moment)
        )

    async def grow_community(self, community_id: int, *, threads: int, posts: int, last: datetime) -> None:
        """Move the counters of a community."""
        at = _community.c.last_post_at
        await self._connection.execute(
            update(_community)
            .where(_community.c.id == community_id)
            .values(
                thread_count=_community.c.thread_count + threads,
                post_count=_community.c.post_count + posts,
                last_post_at=case((at.is_(None), last), (at < last, last), else_=at),
            )
        )

    async def _insert(
        self, table: Table, rows: Sequence[Row], *by: Column[Any]
    ) -> dict[tuple[Any, ...], int]:
        """Insert, and give the new ids by the columns ``by``.

        (Asking for the ids in the order of the rows makes SQLAlchemy insert one row at a time
        on SQLite: 3 times slower.)
        """
        if not rows:
            return {}
        made = await self._connection.execute(insert(table).returning(table.c.id, *by), list(rows))
        return {tuple(row[1:]): int(row[0]) for row in made}


def _slices(values: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(dict.fromkeys(values))
    while some := list(islice(rest, _IN_MAX)):
        yield some
