"""What changes when people write: posts, threads, pointers, drafts, memberships."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import PostState, Role, SiteRole
from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.limits import HELD_FROM
from tui_forum.domain.views import Draft as DraftView
from tui_forum.domain.views import PostRef
from tui_forum.i18n import N_
from tui_forum.storage.models import (
    Account,
    Community,
    Draft,
    Membership,
    Post,
    PostRevision,
    ReadPointer,
    Thread,
)

TAKEN: Final = N_("There is a community “{slug}” already.")


class WritingRepository:
    """Statements of the writing services, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        dialect = connection.dialect.name
        self._upsert = sqlite.insert if dialect == "sqlite" else postgresql.insert

    # -- posts

    async def post_by_token(self, author_id: int, token: str) -> PostRef | None:
        """The post that was sent with this token already."""
        row = (
            await self._connection.execute(
                select(Post.thread_id, Post.id, Post.number).where(
                    Post.author_id == author_id, Post.token == token
                )
            )
        ).first()
        return None if row is None else PostRef(row[0], row[1], row[2], held=row[2] >= HELD_FROM)

    async def parent(self, thread_id: int, number: int) -> tuple[bytes, int, int, str] | None:
        """Tree path, depth, author and state of a post."""
        row = (
            await self._connection.execute(
                select(Post.tree_path, Post.depth, Post.author_id, Post.state).where(
                    Post.thread_id == thread_id, Post.number == number
                )
            )
        ).first()
        return None if row is None else (row[0], row[1], row[2], row[3])

    async def add_thread(self, values: dict[str, Any]) -> int:
        """Insert a thread without posts; its id."""
        result = await self._connection.execute(insert(Thread).values(**values).returning(Thread.id))
        await self._connection.execute(
            update(Community)
            .where(Community.id == values["community_id"])
            .values(thread_count=Community.thread_count + 1)
        )
        return int(result.scalar_one())

    async def next_number(self, thread_id: int) -> int:
        """Give out the next post number of a thread (its row stays locked till the commit)."""
        result = await self._connection.execute(
            update(Thread)
            .where(Thread.id == thread_id)
            .values(
                last_number=case(
                    (Thread.retired_number > Thread.last_number, Thread.retired_number),
                    else_=Thread.last_number,
                )
                + 1
            )
            .returning(Thread.last_number)
        )
        return int(result.scalar_one())

    async def add_post(self, values: dict[str, Any], community_id: int) -> int:
        """Insert a post and move the counters of its thread and community; its id.

        The community's row is locked first, so that post ids grow in commit order within a
        community: read baselines are post ids, and a post below one must not appear later.
        """
        at = values["created_at"]
        await self._connection.execute(
            update(Community)
            .where(Community.id == community_id)
            .values(
                post_count=Community.post_count + 1,
                last_post_at=case((Community.last_post_at > at, Community.last_post_at), else_=at),
            )
        )
        result = await self._connection.execute(insert(Post).values(**values).returning(Post.id))
        post_id = int(result.scalar_one())
        await self._connection.execute(
            update(Thread)
            .where(Thread.id == values["thread_id"])
            .values(
                reply_count=Thread.reply_count + (1 if values["number"] > 1 else 0),
                last_post_at=case((Thread.last_post_at > at, Thread.last_post_at), else_=at),
                last_post_id=post_id,
                last_author_id=values["author_id"],
            )
        )
        return post_id

    async def post(self, post_id: int, *, lock: bool = False) -> dict[str, Any] | None:
        """What the services must know of a post before changing it."""
        statement = select(
            Post.id, Post.thread_id, Post.number, Post.author_id, Post.body, Post.revision, Post.state
        ).where(Post.id == post_id)
        if lock:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).mappings().first()
        return None if row is None else dict(row)

    async def revise(self, post: dict[str, Any], body: str, editor_id: int, now: datetime) -> None:
        """Keep the present text as a revision and put ``body`` in its place."""
        await self._connection.execute(
            insert(PostRevision).values(
                post_id=post["id"],
                revision=post["revision"],
                body=post["body"],
                editor_id=editor_id,
                created_at=now,
            )
        )
        await self._connection.execute(
            update(Post)
            .where(Post.id == post["id"])
            .values(body=body, revision=post["revision"] + 1, edited_at=now)
        )

    async def set_state(self, post_id: int, state: PostState, reason: str = "") -> None:
        """Make a post visible, deleted or removed; its text stays stored."""
        await self._connection.execute(
            update(Post).where(Post.id == post_id).values(state=state.value, removal_reason=reason)
        )

    async def set_thread(self, thread_id: int, **values: Any) -> None:
        """Change flags of a thread."""
        await self._connection.execute(update(Thread).where(Thread.id == thread_id).values(**values))

    # -- reading

    async def move_pointer(self, account_id: int, thread_id: int, number: int, now: datetime) -> bool:
        """Move a read pointer forward; False when it was as far already."""
        statement = self._upsert(ReadPointer).values(
            account_id=account_id, thread_id=thread_id, number=number, updated_at=now
        )
        result = await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[ReadPointer.account_id, ReadPointer.thread_id],
                set_={"number": number, "updated_at": now},
                where=ReadPointer.number < number,
            ).returning(ReadPointer.number)
        )
        return result.first() is not None

    async def move_pointer_if_current(
        self, account_id: int, thread_id: int, number: int, now: datetime
    ) -> None:
        """One has read what one writes, unless there are unread posts before it."""
        pointer = (
            select(ReadPointer.number)
            .where(ReadPointer.account_id == account_id, ReadPointer.thread_id == thread_id)
            .scalar_subquery()
        )
        baseline = (
            select(Membership.read_baseline)
            .join(Thread, Thread.community_id == Membership.community_id)
            .where(Membership.account_id == account_id, Thread.id == thread_id)
            .scalar_subquery()
        )
        unread = await self._connection.execute(
            select(Post.id)
            .where(
                Post.thread_id == thread_id,
                Post.number > func.coalesce(pointer, 0),
                Post.number < number,
                Post.id > func.coalesce(baseline, 0),
            )
            .limit(1)
        )
        if unread.first() is None:
            await self.move_pointer(account_id, thread_id, number, now)

    async def settle_baseline(self, account_id: int, community_id: int) -> None:
        """When nothing in a community is unread any more, raise the baseline to its newest post.

        That keeps counting cheap: only what is newer than the baseline is ever looked at.
        """
        mine = and_(Membership.account_id == account_id, Membership.community_id == community_id)
        unread = (
            select(Thread.id)
            .outerjoin(
                ReadPointer, and_(ReadPointer.thread_id == Thread.id, ReadPointer.account_id == account_id)
            )
            .where(
                Thread.community_id == community_id,
                Thread.last_post_id > Membership.read_baseline,
                Thread.last_number > func.coalesce(ReadPointer.number, 0),
                Thread.removed_at.is_(None),
            )
            .correlate(Membership)
            .exists()
        )
        newest = (
            select(func.coalesce(func.max(Thread.last_post_id), 0))
            .where(Thread.community_id == community_id)
            .scalar_subquery()
        )
        await self._connection.execute(
            update(Membership)
            .where(mine, ~unread, Membership.read_baseline < newest)
            .values(read_baseline=newest)
        )

    async def newest_post_id(self, community_id: int) -> int:
        """The highest post id of a community."""
        found = await self._connection.execute(
            select(func.coalesce(func.max(Thread.last_post_id), 0)).where(Thread.community_id == community_id)
        )
        return int(found.scalar_one())

    async def raise_baseline(self, account_id: int, community_id: int, post_id: int) -> None:
        """All posts of a community up to ``post_id`` count as read; never moves backwards."""
        await self._connection.execute(
            update(Membership)
            .where(
                Membership.account_id == account_id,
                Membership.community_id == community_id,
                Membership.read_baseline < post_id,
            )
            .values(read_baseline=post_id)
        )

    # -- memberships

    async def add_member(
        self, account_id: int, community_id: int, role: Role, baseline: int, now: datetime
    ) -> bool:
        """Join; False when one was in already."""
        result = await self._connection.execute(
            self._upsert(Membership)
            .values(
                account_id=account_id,
                community_id=community_id,
                role=role.value,
                joined_at=now,
                read_baseline=baseline,
            )
            .on_conflict_do_nothing()
            .returning(Membership.account_id)
        )
        added = result.first() is not None
        if added:
            await self._count_members(community_id, 1)
        return added

    async def remove_member(self, account_id: int, community_id: int) -> bool:
        """Leave; False when one was not in."""
        result = await self._connection.execute(
            delete(Membership)
            .where(Membership.account_id == account_id, Membership.community_id == community_id)
            .returning(Membership.account_id)
        )
        removed = result.first() is not None
        if removed:
            await self._count_members(community_id, -1)
        return removed

    async def _count_members(self, community_id: int, change: int) -> None:
        await self._connection.execute(
            update(Community)
            .where(Community.id == community_id)
            .values(member_count=Community.member_count + change)
        )

    async def set_role(self, account_id: int, community_id: int, role: Role) -> bool:
        """Change a member's role; False when it is no member."""
        result = await self._connection.execute(
            update(Membership)
            .where(Membership.account_id == account_id, Membership.community_id == community_id)
            .values(role=role.value)
            .returning(Membership.account_id)
        )
        return result.first() is not None

    async def roles_of(self, account_id: int, community_id: int | None) -> tuple[SiteRole, Role | None]:
        """What an account may do everywhere, and what it is in a community."""
        row = (
            await self._connection.execute(
                select(Account.site_role, Membership.role)
                .outerjoin(
                    Membership,
                    and_(Membership.account_id == Account.id, Membership.community_id == community_id),
                )
                .where(Account.id == account_id)
            )
        ).one()
        return SiteRole(row[0]), Role(row[1]) if row[1] else None

    async def managers(self, community_id: int) -> set[int]:
        """The account ids of a community's managers, whose rows stay locked: two who leave at once."""
        found = await self._connection.execute(
            select(Membership.account_id)
            .where(Membership.community_id == community_id, Membership.role == Role.MANAGER.value)
            .order_by(Membership.account_id)
            .with_for_update()
        )
        return set(found.scalars())

    async def add_community(self, values: dict[str, Any]) -> int:
        """Insert a community.

        Raises:
            InvalidInputError: the slug is taken (``field="slug"``).
        """
        try:
            result = await self._connection.execute(
                insert(Community).values(**values).returning(Community.id)
            )
        except IntegrityError as error:
            raise InvalidInputError(TAKEN, field="slug", slug=values["slug"]) from error
        return int(result.scalar_one())

    # -- drafts

    async def draft(self, account_id: int, key: str) -> DraftView | None:
        """One draft."""
        row = (
            await self._connection.execute(
                select(Draft.key, Draft.title, Draft.body, Draft.token, Draft.updated_at, Draft.extra).where(
                    Draft.account_id == account_id, Draft.key == key
                )
            )
        ).first()
        return None if row is None else DraftView(*row)

    async def drafts(self, account_id: int, limit: int) -> tuple[DraftView, ...]:
        """An account's drafts, latest first."""
        rows = await self._connection.execute(
            select(Draft.key, Draft.title, Draft.body, Draft.token, Draft.updated_at, Draft.extra)
            .where(Draft.account_id == account_id)
            .order_by(Draft.updated_at.desc(), Draft.key)
            .limit(limit)
        )
        return tuple(DraftView(*row) for row in rows)

    async def save_draft(self, account_id: int, draft: DraftView) -> DraftView:
        """Write a draft; one that exists under its key keeps its token."""
        statement = self._upsert(Draft).values(
            account_id=account_id,
            key=draft.key,
            title=draft.title,
            body=draft.body,
            token=draft.token,
            updated_at=draft.updated_at,
            extra=dict(draft.extra),
        )
        row = (
            await self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[Draft.account_id, Draft.key],
                    set_={
                        "title": draft.title,
                        "body": draft.body,
                        "updated_at": draft.updated_at,
                        "extra": dict(draft.extra),
                    },
                ).returning(Draft.key, Draft.title, Draft.body, Draft.token, Draft.updated_at, Draft.extra)
            )
        ).one()
        return DraftView(*row)

    async def discard_draft(self, account_id: int, *, key: str = "", token: str = "") -> None:
        """Forget a draft, by its key or by its token."""
        await self._connection.execute(
            delete(Draft).where(
                Draft.account_id == account_id,
                or_(Draft.key == key, Draft.token == token) if key and token
                else (Draft.key == key if key else Draft.token == token),
            )
        )  # fmt: skip
