"""Guides for hosts: as they were shipped, until a host changes one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import Purpose
from tui_forum.domain.playbooks import Playbook, PlaybookRow, Shipped
from tui_forum.domain.views import Author
from tui_forum.storage.models import Account
from tui_forum.storage.models import Playbook as Table


def _rows() -> Select[*tuple[Any, ...]]:
    return select(
        Table.id, Table.slug, Table.purpose, Table.title, Account.id, Account.handle,
        Account.display_name, Table.updated_at, Table.language, Table.body, Table.revision,
    ).outerjoin(Account, Account.id == Table.author_id)  # fmt: skip


def _row(row: Row[*tuple[Any, ...]]) -> PlaybookRow:
    editor = Author(row[4], row[5], row[6]) if row[4] is not None else None
    return PlaybookRow(row[0], row[1], Purpose(row[2]), row[3], editor, row[7])


class PlaybookRepository:
    """Statements of the shelf of guides, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    async def put(self, guides: Sequence[Shipped], now: datetime) -> None:
        """Put shipped guides on the shelf; those that a host has changed stay as they are."""
        statement = self._insert(Table)
        new = statement.excluded
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[Table.slug, Table.language],
                set_={"title": new.title, "body": new.body, "updated_at": new.updated_at},
                where=Table.author_id.is_(None),
            ),
            [
                {
                    "slug": guide.slug,
                    "language": guide.language,
                    "purpose": guide.purpose.value,
                    "title": guide.title,
                    "body": guide.body,
                    "updated_at": now,
                }
                for guide in guides
            ],
        )

    async def untouched(self) -> dict[tuple[str, str], tuple[bool, str, str]]:
        """What is on the shelf, by name and language: whether a host has changed it, title and text."""
        rows = await self._connection.execute(
            select(Table.slug, Table.language, Table.author_id, Table.title, Table.body)
        )
        return {(row[0], row[1]): (row[2] is not None, row[3], row[4]) for row in rows}

    async def shelf(self, language: str) -> tuple[PlaybookRow, ...]:
        """All guides in a language."""
        return tuple(
            _row(row) for row in await self._connection.execute(_rows().where(Table.language == language))
        )

    async def guide(
        self, *, slug: str = "", language: str = "", playbook_id: int = 0, lock: bool = False
    ) -> Playbook | None:
        """One guide by name and language, or by id; with ``lock`` its row is held."""
        which = (
            (Table.id == playbook_id,) if playbook_id else (Table.slug == slug, Table.language == language)
        )
        statement = _rows().where(*which)
        if lock:
            statement = statement.with_for_update(of=Table)
        row = (await self._connection.execute(statement)).first()
        return None if row is None else Playbook(_row(row), row[8], row[9], row[10], False)

    async def change(
        self, playbook_id: int, title: str, body: str, revision: int, author_id: int | None, now: datetime
    ) -> None:
        """Put another text in a guide's place."""
        await self._connection.execute(
            update(Table)
            .where(Table.id == playbook_id)
            .values(title=title, body=body, revision=revision, author_id=author_id, updated_at=now)
        )
