"""Drafts: what was typed is kept, whatever happens."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tui_forum.domain.entities import Actor
from tui_forum.domain.limits import DRAFT_MAX_CHARS, PAGE_SIZE
from tui_forum.domain.text import clean_body, clean_line
from tui_forum.domain.views import Draft
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

_TITLE_CHARS: Final = 2_000


class Drafts:
    """Use cases of drafts; keys are those of ``ui.navigation.ComposeTarget``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, actor: Actor, key: str) -> Draft | None:
        """The draft under ``key``."""
        async with self._database.read() as connection:
            return await WritingRepository(connection).draft(actor.account_id, key)

    async def save(
        self, actor: Actor, key: str, *, title: str, body: str, extra: Mapping[str, Any] | None = None
    ) -> Draft:
        """Write a draft. It may be longer than a post; it keeps its token.

        ``extra`` is what else was chosen in the composer: a small JSON object.
        """
        draft = Draft(
            key,
            clean_line(title)[:_TITLE_CHARS],
            clean_body(body)[:DRAFT_MAX_CHARS],
            secrets.token_hex(16),
            datetime.now(UTC),
            extra or {},
        )

        async def work(uow: UnitOfWork) -> Draft:
            return await WritingRepository(uow.connection).save_draft(actor.account_id, draft)

        return await self._database.write(work)

    async def discard(self, actor: Actor, key: str) -> None:
        """Forget a draft."""

        async def work(uow: UnitOfWork) -> None:
            await WritingRepository(uow.connection).discard_draft(actor.account_id, key=key)

        await self._database.write(work)

    async def all(self, actor: Actor) -> tuple[Draft, ...]:
        """One's drafts, latest first."""
        async with self._database.read() as connection:
            return await WritingRepository(connection).drafts(actor.account_id, PAGE_SIZE * 4)
