"""The record of moderation: appended under one lock, chained by hash; and how it is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.entities import PostState, SiteRole, Visibility
from tui_forum.domain.moderation import CaseState
from tui_forum.domain.record import FIRST_HASH, RecordAction, RecordEntry, chain_hash
from tui_forum.domain.recordviews import AMONG_MODERATORS, PUBLIC, Named, RecordFilter
from tui_forum.storage.models import (
    Account,
    Appeal,
    Case,
    CasePost,
    Charter,
    Community,
    ModerationRecord,
    Post,
    PostRevision,
    Report,
    Thread,
)
from tui_forum.storage.repositories.cases import SEPARATE, moderated_by

AnyRow = Row[*tuple[Any, ...]]

_MODERATOR = aliased(Account)
_PUBLISHED = aliased(Post)
_LAST: Final = (
    select(ModerationRecord.id, ModerationRecord.hash).order_by(ModerationRecord.id.desc()).limit(1)
)
#: Clocks of several nodes differ by less; within it, ids and times may disagree about an order.
_CLOCK_SKEW: Final = timedelta(hours=1)

#: Serialises appending on PostgreSQL: each entry's hash covers the one before it.
_RECORD_LOCK: Final = 7463828


async def append_entries(connection: AsyncConnection, entries: Sequence[RecordEntry], now: datetime) -> None:
    """Append ``entries`` to the chain. Called by the unit of work only, last before the commit."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _RECORD_LOCK})
    last = (await connection.execute(_LAST)).first()
    number, link = (last[0], last[1]) if last is not None else (0, FIRST_HASH)
    rows = []
    for entry in entries:
        number += 1
        values = entry.values()
        previous, link = link, chain_hash(link, number, now, values)
        rows.append({**values, "id": number, "created_at": now, "previous_hash": previous, "hash": link})
    await connection.execute(insert(ModerationRecord), rows)


async def entries_of(
    connection: AsyncConnection, actor_id: int, actions: Sequence[RecordAction], since: datetime, limit: int
) -> list[AnyRow]:
    """What an account did since a moment, latest first: case, moment, action, before, after, reason."""
    return list(
        await connection.execute(
            select(
                ModerationRecord.case_id, ModerationRecord.created_at, ModerationRecord.action,
                ModerationRecord.before, ModerationRecord.after, ModerationRecord.reason,
            )
            .where(
                ModerationRecord.actor_id == actor_id,
                ModerationRecord.action.in_([action.value for action in actions]),
                ModerationRecord.created_at > since,
            )
            .order_by(ModerationRecord.id.desc())
            .limit(limit)
        )
    )  # fmt: skip


class RecordChain:
    """Statements of who checks the whole chain."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def links(self, after: int | None, limit: int) -> list[AnyRow]:
        """Entries in the order of their numbers: id, moment, the two hashes, then all that is hashed.

        Raises:
            ValueError: an entry holds what cannot be read.
        """
        statement = select(
            ModerationRecord.id, ModerationRecord.created_at, ModerationRecord.previous_hash,
            ModerationRecord.hash, ModerationRecord.action, ModerationRecord.actor_id,
            ModerationRecord.community_id, ModerationRecord.case_id, ModerationRecord.thread_id,
            ModerationRecord.post_id, ModerationRecord.account_id, ModerationRecord.reason,
            ModerationRecord.before, ModerationRecord.after,
        )  # fmt: skip
        if after is not None:
            statement = statement.where(ModerationRecord.id > after)
        return list(await self._connection.execute(statement.order_by(ModerationRecord.id).limit(limit)))

    async def next_number(self, after: int | None) -> int | None:
        """The number of the next entry, whatever it holds."""
        statement = select(func.min(ModerationRecord.id))
        if after is not None:
            statement = statement.where(ModerationRecord.id > after)
        return (await self._connection.execute(statement)).scalar_one_or_none()

    async def last_number(self) -> int:
        """The number of the last entry; 0 when there is none."""
        found = await self._connection.execute(select(func.max(ModerationRecord.id)))
        return found.scalar_one_or_none() or 0

    async def decided_without_entry(self) -> int | None:
        """A case whose decision no entry tells of (they are written in one transaction)."""
        told = exists().where(
            ModerationRecord.case_id == Case.id, ModerationRecord.created_at == Case.decided_at
        )
        found = await self._connection.execute(
            select(Case.id)
            .where(Case.state == CaseState.DECIDED.value, Case.decided_at.is_not(None), ~told)
            .order_by(Case.id)
            .limit(1)
        )
        return found.scalar_one_or_none()

    async def challenged_without_entry(self) -> int | None:
        """The number of an entry that an appeal challenges and that is not there."""
        there = exists().where(ModerationRecord.id == Appeal.record_id)
        found = await self._connection.execute(select(func.min(Appeal.record_id)).where(~there))
        return found.scalar_one_or_none()


class RecordReading:
    """Statements of who reads the record, on behalf of one account."""

    def __init__(self, connection: AsyncConnection, account_id: int, site_role: SiteRole) -> None:
        self._connection = connection
        self._account_id = account_id
        self._site_role = site_role

    def _wanted(self, wanted: RecordFilter) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if wanted.case_id is not None:
            found.append(ModerationRecord.case_id == wanted.case_id)
        if wanted.action is not None:
            found.append(ModerationRecord.action == wanted.action.value)
        if wanted.actor:
            found.append(ModerationRecord.actor_id == _id_of(wanted.actor))
        if wanted.account:
            found.append(ModerationRecord.account_id == _id_of(wanted.account))
        # Times grow with the ids but for the clocks' differences: the ids bound what is looked at.
        at = ModerationRecord.created_at
        if wanted.since is not None:
            first = select(ModerationRecord.id).where(at >= wanted.since - _CLOCK_SKEW).order_by(at).limit(1)
            found += [at >= wanted.since, ModerationRecord.id >= first.scalar_subquery()]
        if wanted.until is not None:
            last = (
                select(ModerationRecord.id)
                .where(at < wanted.until + _CLOCK_SKEW)
                .order_by(at.desc())
                .limit(1)
            )
            found += [at < wanted.until, ModerationRecord.id <= last.scalar_subquery()]
        return found

    def _scope(self) -> list[ColumnElement[bool]]:
        """What this account may read at all. An administrator holds the database: all of it."""
        if self._site_role is SiteRole.ADMIN:
            return []
        about = ModerationRecord.account_id
        among = [action.value for action in AMONG_MODERATORS]
        found = [
            or_(about.is_(None), about != self._account_id, ModerationRecord.action.not_in(among)),
        ]
        if self._site_role is SiteRole.MEMBER:
            found.append(ModerationRecord.community_id.in_(moderated_by(self._account_id)))
        return found

    async def page(
        self, wanted: RecordFilter, after: int | None, limit: int, *, oldest_first: bool = False
    ) -> list[AnyRow]:
        """Entries in this account's scope, latest first (or oldest first), ``after`` that entry."""
        places: list[int] = []
        if wanted.community_id is not None:
            places = [wanted.community_id]
        elif self._site_role is SiteRole.MEMBER:
            places = list((await self._connection.execute(moderated_by(self._account_id))).scalars())
            if not places:
                return []
        number = ModerationRecord.id
        conditions = [*self._wanted(wanted), *self._scope()]
        if after is not None:
            conditions.append(number > after if oldest_first else number < after)
        order = number.asc() if oldest_first else number.desc()

        def first(*where: ColumnElement[bool]) -> Select[int]:
            return select(number.label("id")).where(*conditions, *where).order_by(order).limit(limit)

        if places and len(places) <= SEPARATE:
            parts = [select(first(ModerationRecord.community_id == place).subquery()) for place in places]
            ids = (parts[0] if len(parts) == 1 else union_all(*parts)).subquery()
        else:
            ids = first().subquery()
        statement = _lines().join(ids, ids.c.id == number).order_by(order).limit(limit)
        return list(await self._connection.execute(statement))

    async def entry(self, entry_id: int) -> AnyRow | None:
        """One entry in this account's scope."""
        statement = _lines().where(ModerationRecord.id == entry_id, *self._scope())
        return (await self._connection.execute(statement)).first()

    async def names(self, named: Named) -> list[AnyRow]:
        """What ids stand for, as rows of kind (``post``, ``account``, ``community``), id, name.

        Of posts (numbers) and communities only those that this account may know of.
        """
        known: ColumnElement[bool] = or_(
            Community.id.in_(moderated_by(self._account_id)), Community.visibility == Visibility.OPEN.value
        )
        if self._site_role is not SiteRole.MEMBER:
            known = literal(True)
        parts: list[Select[*tuple[Any, ...]]] = []
        if named.posts:
            parts.append(
                select(literal("post"), Post.id, cast(Post.number, String))
                .join(Thread, Thread.id == Post.thread_id)
                .join(Community, Community.id == Thread.community_id)
                .where(Post.id.in_(named.posts), known)
            )
        if named.accounts:
            parts.append(
                select(literal("account"), Account.id, Account.handle).where(Account.id.in_(named.accounts))
            )
        if named.communities:
            parts.append(
                select(literal("community"), Community.id, Community.slug).where(
                    Community.id.in_(named.communities), known
                )
            )
        return list(await self._connection.execute(union_all(*parts))) if parts else []

    async def texts(self, post_id: int, revisions: Sequence[int]) -> dict[int, str]:
        """Texts of a post by revision, unless its author has deleted it or it went where one may not look."""
        mine: ColumnElement[bool] = literal(True)
        if self._site_role is SiteRole.MEMBER:
            mine = Thread.community_id.in_(moderated_by(self._account_id))
        there = (
            select(Post.id, Post.revision, Post.body)
            .join(Thread, Thread.id == Post.thread_id)
            .where(Post.id == post_id, Post.state != PostState.DELETED.value, mine)
        ).subquery()
        earlier = select(PostRevision.revision, PostRevision.body).join(
            there, there.c.id == PostRevision.post_id
        )
        found = await self._connection.execute(
            union_all(
                earlier.where(PostRevision.revision.in_(revisions)),
                select(there.c.revision, there.c.body).where(there.c.revision.in_(revisions)),
            )
        )
        return {row[0]: row[1] for row in found}

    async def is_public(self, community_id: int) -> bool:
        """Whether the community's charter lets everybody read what was moderated."""
        found = await self._connection.execute(
            select(Charter.public_record)
            .join(
                Community,
                and_(Community.id == Charter.community_id, Community.charter_version == Charter.version),
            )
            .where(Community.id == community_id)
        )
        return bool(found.scalar_one_or_none())

    async def public(self, community_id: int, after: int | None, limit: int) -> list[AnyRow]:
        """Entries of a community that all may know of, latest first; not yet redacted.

        Behind each line: whether its thread can be read, and begins with a post that can.
        """
        actions = [action.value for action in PUBLIC]
        opening = aliased(Post)
        readable = and_(
            Thread.removed_at.is_(None),
            exists().where(
                opening.thread_id == Thread.id,
                opening.number == 1,
                opening.state == PostState.VISIBLE.value,
            ),
        )
        statement = (
            _lines()
            .add_columns(readable)
            .where(ModerationRecord.community_id == community_id, ModerationRecord.action.in_(actions))
        )
        if after is not None:
            statement = statement.where(ModerationRecord.id < after)
        return list(
            await self._connection.execute(statement.order_by(ModerationRecord.id.desc()).limit(limit))
        )

    async def reporters(self, case_ids: Iterable[int]) -> dict[int, list[str]]:
        """What those are called who reported in these cases."""
        found = await self._connection.execute(
            select(Report.case_id, Account.display_name)
            .join(Account, Account.id == Report.reporter_id)
            .where(Report.case_id.in_(list(case_ids)))
        )
        names: dict[int, list[str]] = {}
        for case_id, name in found:
            names.setdefault(case_id, []).append(name)
        return names


def _id_of(handle: str) -> Any:
    return select(Account.id).where(Account.handle == handle).scalar_subquery()


def _lines() -> Select[*tuple[Any, ...]]:
    others = exists().where(CasePost.case_id == Case.id, CasePost.post_id != Case.post_id)
    now_in = func.coalesce(Post.thread_id, _PUBLISHED.thread_id, ModerationRecord.thread_id)
    return (
        select(
            ModerationRecord.id, ModerationRecord.created_at, ModerationRecord.action,
            ModerationRecord.reason, ModerationRecord.case_id, Community.slug,
            func.coalesce(Post.number, _PUBLISHED.number),
            _MODERATOR.id, _MODERATOR.handle, _MODERATOR.display_name, Account.id, Account.handle,
            Account.display_name, ModerationRecord.actor_id, ModerationRecord.account_id,
            ModerationRecord.community_id, ModerationRecord.thread_id, ModerationRecord.post_id,
            now_in, ModerationRecord.before, ModerationRecord.after, ModerationRecord.previous_hash,
            ModerationRecord.hash, Thread.title,
        )
        .outerjoin(Community, Community.id == ModerationRecord.community_id)
        .outerjoin(Post, Post.id == ModerationRecord.post_id)
        # What was held had another id before it was published: its case, if it is about one
        # post, knows the present one.
        .outerjoin(
            Case,
            and_(
                Case.id == ModerationRecord.case_id,
                ModerationRecord.post_id.is_not(None),
                Post.id.is_(None),
                ~others,
            ),
        )
        .outerjoin(_PUBLISHED, _PUBLISHED.id == Case.post_id)
        # What a thread is called elsewhere, who moderates here need not see.
        .outerjoin(Thread, and_(Thread.id == now_in, Thread.community_id == ModerationRecord.community_id))
        .outerjoin(_MODERATOR, _MODERATOR.id == ModerationRecord.actor_id)
        .outerjoin(Account, Account.id == ModerationRecord.account_id)
    )  # fmt: skip
