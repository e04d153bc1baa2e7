"""Moderators' notes on accounts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.entities import SiteRole
from tui_forum.storage.models import Account, AccountNote, Community
from tui_forum.storage.repositories.cases import moderated_by

_WRITER = aliased(Account)


class NoteRepository:
    """Statements of notes, on behalf of one moderator."""

    def __init__(self, connection: AsyncConnection, account_id: int, site_role: SiteRole) -> None:
        self._connection = connection
        self._account_id = account_id
        self._site_role = site_role

    async def page(self, about: int, before: int | None, limit: int) -> list[Row[*tuple[Any, ...]]]:
        """Notes on an account, latest first: of communities one moderates; the site's moderators see all."""
        statement = (
            select(
                AccountNote.id, _WRITER.id, _WRITER.handle, _WRITER.display_name, AccountNote.body,
                AccountNote.created_at, Community.name, AccountNote.case_id,
            )
            .join(_WRITER, _WRITER.id == AccountNote.author_id)
            .outerjoin(Community, Community.id == AccountNote.community_id)
            .where(AccountNote.account_id == about)
        )  # fmt: skip
        if self._site_role is SiteRole.MEMBER:
            statement = statement.where(AccountNote.community_id.in_(moderated_by(self._account_id)))
        if before is not None:
            statement = statement.where(AccountNote.id < before)
        return list(await self._connection.execute(statement.order_by(AccountNote.id.desc()).limit(limit)))

    async def add(self, values: dict[str, Any]) -> None:
        """Insert a note."""
        await self._connection.execute(insert(AccountNote).values(**values))
