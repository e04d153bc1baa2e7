"""The record of moderation: appended under one lock, chained by hash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.record import FIRST_HASH, RecordAction, RecordEntry, chain_hash
from tui_forum.storage.models import ModerationRecord

#: Serialises appending on PostgreSQL: each entry's hash covers the one before it.
_RECORD_LOCK: Final = 7463828


async def append_entries(connection: AsyncConnection, entries: Sequence[RecordEntry], now: datetime) -> None:
    """Append ``entries`` to the chain. Called by the unit of work only, last before the commit."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _RECORD_LOCK})
    last = (
        await connection.execute(
            select(ModerationRecord.id, ModerationRecord.hash).order_by(ModerationRecord.id.desc()).limit(1)
        )
    ).first()
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
