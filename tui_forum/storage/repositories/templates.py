"""Templates of communities."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import ThreadKind
from tui_forum.domain.templates import Template
from tui_forum.storage.models import ThreadTemplate


class TemplateRepository:
    """Statements of templates."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, community_id: int) -> tuple[Template, ...]:
        """A community's templates in their order."""
        rows = await self._connection.execute(
            select(
                ThreadTemplate.id,
                ThreadTemplate.name,
                ThreadTemplate.kind,
                ThreadTemplate.title,
                ThreadTemplate.body,
            )
            .where(ThreadTemplate.community_id == community_id)
            .order_by(ThreadTemplate.position, ThreadTemplate.id)
        )
        return tuple(Template(row[0], row[1], ThreadKind(row[2]), row[3], row[4]) for row in rows)

    async def add(self, community_id: int, template: Template) -> int:
        """Put one behind the others."""
        last = select(func.coalesce(func.max(ThreadTemplate.position), 0) + 1).where(
            ThreadTemplate.community_id == community_id
        )
        result = await self._connection.execute(
            insert(ThreadTemplate)
            .values(
                community_id=community_id,
                name=template.name,
                kind=template.kind.value,
                title=template.title,
                body=template.body,
                position=last.scalar_subquery(),
            )
            .returning(ThreadTemplate.id)
        )
        return int(result.scalar_one())

    async def change(self, template: Template) -> None:
        """Let a template be this."""
        await self._connection.execute(
            update(ThreadTemplate)
            .where(ThreadTemplate.id == template.template_id)
            .values(name=template.name, kind=template.kind.value, title=template.title, body=template.body)
        )

    async def arrange(self, template_ids: list[int]) -> None:
        """Let templates stand in this order."""
        for position, template_id in enumerate(template_ids, 1):
            await self._connection.execute(
                update(ThreadTemplate).where(ThreadTemplate.id == template_id).values(position=position)
            )

    async def remove(self, template_id: int) -> None:
        """Forget a template."""
        await self._connection.execute(delete(ThreadTemplate).where(ThreadTemplate.id == template_id))
