"""Sanctions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.storage.models import Sanction


class SanctionRepository:
    """Statements of sanctions, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, values: dict[str, Any]) -> int:
        """Insert a sanction; its id."""
        result = await self._connection.execute(insert(Sanction).values(**values).returning(Sanction.id))
        return int(result.scalar_one())

    async def lift_of_case(
        self, case_id: int, imposed_at: datetime, actor_id: int, now: datetime
    ) -> list[int]:
        """Lift what one decision of a case imposed and still stands; the ids."""
        result = await self._connection.execute(
            update(Sanction)
            .where(
                Sanction.case_id == case_id, Sanction.created_at == imposed_at, Sanction.lifted_at.is_(None)
            )
            .values(lifted_at=now, lifted_by=actor_id, ended_at=now)
            .returning(Sanction.id)
        )
        return sorted(result.scalars())
