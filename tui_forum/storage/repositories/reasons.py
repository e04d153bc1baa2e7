"""Prepared texts for decisions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.storage.models import ReasonTemplate

AnyRow = Row[*tuple[Any, ...]]


class ReasonRepository:
    """Statements of prepared texts."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def texts(self, community_id: int | None) -> list[AnyRow]:
        """The texts of a community (None: of the site), in their order: id, kind, texts."""
        return list(
            await self._connection.execute(
                select(ReasonTemplate.id, ReasonTemplate.kind, ReasonTemplate.texts)
                .where(
                    ReasonTemplate.community_id.is_(None)
                    if community_id is None
                    else ReasonTemplate.community_id == community_id
                )
                .order_by(ReasonTemplate.position, ReasonTemplate.id)
            )
        )

    async def text(self, text_id: int) -> AnyRow | None:
        """One text: its community, kind and texts; locked."""
        found = await self._connection.execute(
            select(ReasonTemplate.community_id, ReasonTemplate.kind, ReasonTemplate.texts)
            .where(ReasonTemplate.id == text_id)
            .with_for_update()
        )
        return found.first()

    async def add(self, values: dict[str, Any]) -> int:
        """Insert a text behind the others of its place; its id."""
        last = select(func.coalesce(func.max(ReasonTemplate.position), 0) + 1).scalar_subquery()
        result = await self._connection.execute(
            insert(ReasonTemplate).values(**values, position=last).returning(ReasonTemplate.id)
        )
        return int(result.scalar_one())

    async def change(self, text_id: int, values: dict[str, Any]) -> None:
        """Change a text."""
        await self._connection.execute(
            update(ReasonTemplate).where(ReasonTemplate.id == text_id).values(**values)
        )

    async def delete(self, text_id: int) -> None:
        """Delete a text; what was decided with it keeps its reason."""
        await self._connection.execute(delete(ReasonTemplate).where(ReasonTemplate.id == text_id))
