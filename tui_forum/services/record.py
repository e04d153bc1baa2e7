"""The record of moderation, as those read it who moderate."""

from __future__ import annotations

from tui_forum.domain.cases import RecordLine
from tui_forum.domain.entities import Actor
from tui_forum.domain.limits import PAGE_SIZE
from tui_forum.domain.record import RecordAction
from tui_forum.domain.views import Author
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.record import RecordReading


class Record:
    """Use cases of reading the record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        actor: Actor,
        community_id: int | None = None,
        case_id: int | None = None,
        after: int | None = None,
        limit: int = PAGE_SIZE,
    ) -> tuple[RecordLine, ...]:
        """What was done in one's scope, latest first (``after``: the last entry one has)."""
        async with self._database.read() as connection:
            reading = RecordReading(connection, actor.account_id, actor.site_role)
            found = await reading.page(community_id, case_id, after, limit)
        return tuple(
            RecordLine(
                entry_id=row[0],
                created_at=row[1],
                action=RecordAction(row[2]),
                reason=row[3],
                case_id=row[4],
                community_slug=row[5] or "",
                thread_id=row[6],
                post_number=row[7],
                moderator=Author(row[8], row[9], row[10]) if row[8] is not None else None,
                author=Author(row[11], row[12], row[13]) if row[11] is not None else None,
            )
            for row in found
        )
