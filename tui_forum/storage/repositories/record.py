"""The record of moderation: appended under one lock, chained by hash; and how it is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.entities import SiteRole
from tui_forum.domain.record import FIRST_HASH, RecordAction, RecordEntry, chain_hash
from tui_forum.storage.models import Account, Community, ModerationRecord, Post
from tui_forum.storage.repositories.cases import moderated_by

_MODERATOR = aliased(Account)
_LAST: Final = (
    select(ModerationRecord.id, ModerationRecord.hash).order_by(ModerationRecord.id.desc()).limit(1)
)

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
) -> list[Row[*tuple[Any, ...]]]:
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


class RecordReading:
    """Statements of who reads the record, on behalf of one account."""

    def __init__(self, connection: AsyncConnection, account_id: int, site_role: SiteRole) -> None:
        self._connection = connection
        self._account_id = account_id
        self._site_role = site_role

    async def page(
        self, community_id: int | None, case_id: int | None, before: int | None, limit: int
    ) -> list[Row[*tuple[Any, ...]]]:
        """Entries in this account's scope, latest first."""
        statement = (
            select(
                ModerationRecord.id, ModerationRecord.created_at, ModerationRecord.action,
                ModerationRecord.reason, ModerationRecord.case_id, Community.slug, Post.thread_id,
                Post.number, _MODERATOR.id, _MODERATOR.handle, _MODERATOR.display_name, Account.id,
                Account.handle, Account.display_name,
            )
            .outerjoin(Community, Community.id == ModerationRecord.community_id)
            .outerjoin(Post, Post.id == ModerationRecord.post_id)
            .outerjoin(_MODERATOR, _MODERATOR.id == ModerationRecord.actor_id)
            .outerjoin(Account, Account.id == ModerationRecord.account_id)
        )  # fmt: skip
        if self._site_role is SiteRole.MEMBER:
            statement = statement.where(ModerationRecord.community_id.in_(moderated_by(self._account_id)))
        if community_id is not None:
            statement = statement.where(ModerationRecord.community_id == community_id)
        if case_id is not None:
            statement = statement.where(ModerationRecord.case_id == case_id)
        if before is not None:
            statement = statement.where(ModerationRecord.id < before)
        statement = statement.order_by(ModerationRecord.id.desc()).limit(limit)
        return list(await self._connection.execute(statement))
