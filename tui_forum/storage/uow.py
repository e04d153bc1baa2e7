"""The unit of work: one transaction, one clock reading, the events and moderation actions it records."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.events import EventKind
from tui_forum.domain.leaks import masked
from tui_forum.domain.record import RecordEntry
from tui_forum.storage.models import Event
from tui_forum.storage.repositories.record import append_entries

#: Serialises the recording of events on PostgreSQL, so that ids grow in commit order.
_EVENT_LOCK: Final = 7463827


class UnitOfWork:
    """What a write is done with. Repositories never commit; the database does, after ``work``."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._events: list[dict[str, Any]] = []
        self._entries: list[RecordEntry] = []
        self.has_events = False

    def record(
        self,
        kind: EventKind,
        *,
        actor_id: int | None = None,
        community_id: int | None = None,
        thread_id: int | None = None,
        post_id: int | None = None,
        account_id: int | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        """Note a fact; it is written with the transaction and known after its commit."""
        self._events.append(
            {
                "kind": kind.value,
                "created_at": self.now,
                "actor_id": actor_id,
                "community_id": community_id,
                "thread_id": thread_id,
                "post_id": post_id,
                "account_id": account_id,
                "data": data or {},
            }
        )

    def note(self, entry: RecordEntry) -> None:
        """Note a moderation action; it enters the record with the transaction.

        The one way into the record. Entries are chained just before the commit, so that what
        serialises them is held for as short as can be. What looks like a secret is masked: nobody
        could take it out again.
        """
        self._entries.append(
            replace(
                entry,
                reason=masked(entry.reason),
                before=masked(entry.before),
                after=masked(entry.after),
            )
        )

    async def flush(self) -> None:
        """Write what was noted and recorded; called once, just before the commit."""
        if self._entries:
            await append_entries(self.connection, self._entries, self.now)
        if not self._events:
            return
        self.has_events = True
        if self.connection.dialect.name == "postgresql":
            await self.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _EVENT_LOCK})
            await self.connection.execute(text("SELECT pg_notify('tui_forum_event', '')"))
        await self.connection.execute(insert(Event), self._events)
