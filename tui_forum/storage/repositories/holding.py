"""Posts that wait for a moderator before anybody sees them: how they are kept apart, and let go.

While a post is held nothing counts it. When it is published it is written anew, with the next
number and the next id, as if it was sent at that moment: what is unread goes by both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Row, Table, case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import PostState
from tui_forum.domain.limits import HELD_FROM
from tui_forum.storage.models import (
    Account,
    Case,
    CasePost,
    Community,
    Notice,
    Post,
    PostAlias,
    PostRevision,
    Report,
    RuleHit,
    Thread,
)
from tui_forum.storage.repositories.writing import WritingRepository

_post = cast("Table", Post.__table__)
#: What may speak of a post that nobody has seen yet.
_SPEAKING: Final[Sequence[ColumnElement[Any]]] = (
    cast("Table", Case.__table__).c.post_id,
    cast("Table", CasePost.__table__).c.post_id,
    cast("Table", Report.__table__).c.post_id,
    cast("Table", RuleHit.__table__).c.post_id,
    cast("Table", PostRevision.__table__).c.post_id,
    cast("Table", Notice.__table__).c.post_id,
)


class HoldingRepository:
    """Statements inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_thread(self, values: dict[str, Any]) -> int:
        """Insert a thread that nobody knows of; its id. Nothing counts it."""
        result = await self._connection.execute(
            insert(Thread).values(**values, held=True, removed_at=values["created_at"]).returning(Thread.id)
        )
        return int(result.scalar_one())

    async def add_post(self, values: dict[str, Any]) -> int:
        """Insert a post that is held; its id. Nothing counts it."""
        result = await self._connection.execute(
            insert(Post).values(**values, state=PostState.HELD.value).returning(Post.id)
        )
        return int(result.scalar_one())

    async def next_number(self, thread_id: int) -> int:
        """A number that no post of the thread has, of those that are none to speak of.

        The thread's row is locked by the caller.
        """
        highest = await self._connection.execute(
            select(func.max(Post.number)).where(Post.thread_id == thread_id, Post.number >= HELD_FROM)
        )
        return max(HELD_FROM, int(highest.scalar_one() or 0) + 1)

    async def post(self, post_id: int) -> Row[*tuple[Any, ...]]:
        """A held post, locked: all its columns, and its author's handle and name."""
        found = await self._connection.execute(
            select(_post, Account.handle, Account.display_name)
            .join(Account, Account.id == _post.c.author_id)
            .where(_post.c.id == post_id)
            .with_for_update(of=_post)
        )
        return found.one()

    async def whereabouts(self, thread_id: int, reply_to: int | None) -> tuple[int, int | None]:
        """Where a post belongs that was written for this place: what it answers may have moved since."""
        moved = await self._connection.execute(
            select(Post.thread_id, Post.number)
            .join(PostAlias, PostAlias.post_id == Post.id)
            .where(PostAlias.thread_id == thread_id, PostAlias.number == reply_to)
        )
        if row := moved.first():
            return row[0], row[1]
        merged = await self._connection.execute(select(Thread.merged_into_id).where(Thread.id == thread_id))
        return merged.scalar_one() or thread_id, reply_to

    async def show_thread(self, thread_id: int, values: dict[str, Any]) -> None:
        """Let a thread that was held be there for everybody, and be counted."""
        shown = await self._connection.execute(
            update(Thread)
            .where(Thread.id == thread_id, Thread.held)
            .values(**values, held=False, removed_at=None)
            .returning(Thread.community_id)
        )
        community_id = shown.scalar_one()
        await self._connection.execute(
            update(Community)
            .where(Community.id == community_id)
            .values(thread_count=Community.thread_count + 1)
        )

    async def hide_thread(self, thread_id: int) -> None:
        """A thread of which nothing else was written is held again; what counted it still does."""
        await self._connection.execute(
            update(Thread)
            .where(Thread.id == thread_id, Thread.reply_count == 0)
            .values(held=True, removed_at=Thread.last_post_at)
        )

    async def bring_back(self, thread_id: int) -> None:
        """The opposite of :meth:`hide_thread`."""
        await self._connection.execute(
            update(Thread)
            .where(Thread.id == thread_id, Thread.held)
            .values(
                held=False, removed_at=case((Thread.merged_into_id.is_(None), None), else_=Thread.removed_at)
            )
        )

    async def publish(self, row: Row[*tuple[Any, ...]], values: dict[str, Any], community_id: int) -> int:
        """Write a held post anew with ``values``, where everybody sees it; its new id."""
        mapping = row._mapping  # noqa: SLF001 - documented; rows have no public one
        old = {name: mapping[column] for name, column in _post.c.items()}
        await self._connection.execute(update(Post).where(Post.id == old["id"]).values(token=None))
        kept = {name: value for name, value in old.items() if name != "id"}
        fresh = {**kept, "state": PostState.VISIBLE.value, **values}
        post_id = await WritingRepository(self._connection).add_post(fresh, community_id)
        for column in _SPEAKING:
            table = cast("Table", column.table)
            await self._connection.execute(
                update(table).where(column == old["id"]).values({column.key: post_id})
            )
        await self._connection.execute(delete(Post).where(Post.id == old["id"]))
        return post_id
