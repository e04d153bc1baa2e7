"""The hosts' round: the forum's own community of all who host one."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Final

from sqlalchemy import and_, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import Purpose, Role, Visibility
from tui_forum.storage.models import Charter, Community, Membership

BUILTIN: Final = "hosts"
#: The round is laid down in both languages of the interface: it is made before anybody chooses one.
_NAME: Final = "Hosts' round / Leitungsrunde"
_STATEMENT: Final = (
    "Those who host communities help one another: guides, co-hosts, holidays, experience. / "
    "Wer eine Community leitet, findet hier Hilfe: Leitfäden, Mitleitung, Vertretung, Erfahrung."
)
_AUDIENCE: Final = "Everybody who hosts a community / Alle, die eine Community leiten"


class RoundRepository:
    """Who belongs to the hosts' round, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    async def find(self) -> int | None:
        """The round's community id; None as long as nobody has needed it."""
        found = await self._connection.execute(select(Community.id).where(Community.builtin == BUILTIN))
        return found.scalar_one_or_none()

    async def open(self, now: datetime) -> tuple[int, bool]:
        """The round's community id, and whether it was made just now.

        Its short name is ``hosts``, or with a number where a community has taken that earlier.
        """
        values = {
            "name": _NAME,
            "statement": _STATEMENT,
            "audience": _AUDIENCE,
            "purpose": Purpose.PRACTICE.value,
            "visibility": Visibility.INVITE.value,
            "languages": "en,de",
            "charter_version": 1,
            "builtin": BUILTIN,
            "created_at": now,
        }
        for number in count(1):
            slug = BUILTIN if number == 1 else f"{BUILTIN}-{number}"
            made = await self._connection.execute(
                self._insert(Community)
                .values(slug=slug, **values)
                .on_conflict_do_nothing()
                .returning(Community.id)
            )
            community_id = made.scalar_one_or_none()
            if community_id is not None:
                await self._connection.execute(
                    insert(Charter).values(
                        community_id=community_id,
                        version=1,
                        purpose=values["purpose"],
                        statement=_STATEMENT,
                        audience=_AUDIENCE,
                        rules=[],
                        languages="en,de",
                        created_at=now,
                    )
                )
                return community_id, True
            known = await self.find()
            if known is not None:  # somebody was quicker
                return known, False
        raise AssertionError("unreachable")

    async def hosts(self, account_id: int) -> bool:
        """Whether an account manages any community but the round itself."""
        found = await self._connection.execute(
            select(literal(1))
            .select_from(Membership)
            .join(Community, and_(Community.id == Membership.community_id, Community.builtin.is_(None)))
            .where(Membership.account_id == account_id, Membership.role == Role.MANAGER.value)
            .limit(1)
        )
        return found.first() is not None
