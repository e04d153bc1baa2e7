"""Moderators' saved filters of the queue."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.storage.models import SavedFilter


class FilterRepository:
    """Statements of saved filters."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._upsert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    async def all(self, account_id: int) -> list[tuple[str, dict[str, Any]]]:
        """An account's filters, by name."""
        found = await self._connection.execute(
            select(SavedFilter.name, SavedFilter.filter)
            .where(SavedFilter.account_id == account_id)
            .order_by(SavedFilter.name)
        )
        return [(row[0], row[1]) for row in found]

    async def save(self, account_id: int, name: str, wanted: dict[str, Any]) -> None:
        """Write a filter; the one of that name is replaced."""
        await self._connection.execute(
            self._upsert(SavedFilter)
            .values(account_id=account_id, name=name, filter=wanted)
            .on_conflict_do_update(
                index_elements=[SavedFilter.account_id, SavedFilter.name], set_={"filter": wanted}
            )
        )

    async def forget(self, account_id: int, name: str) -> None:
        """Delete a filter."""
        await self._connection.execute(
            delete(SavedFilter).where(SavedFilter.account_id == account_id, SavedFilter.name == name)
        )
