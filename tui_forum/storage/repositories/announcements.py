"""Acknowledgements of announcements, and the threads elsewhere that discuss them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.entities import SiteRole
from tui_forum.domain.views import Author
from tui_forum.storage.models import Account, Acknowledgement, Community, Membership, Thread
from tui_forum.storage.repositories.reading import mine, readable, visible


class AnnouncementRepository:
    """Statements around announcements, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    async def acknowledge(self, thread_id: int, account_id: int, now: datetime) -> bool:
        """Note that somebody has taken note; False when that was noted already."""
        found = await self._connection.execute(
            self._insert(Acknowledgement)
            .values(thread_id=thread_id, account_id=account_id, created_at=now)
            .on_conflict_do_nothing()
            .returning(Acknowledgement.account_id)
        )
        return found.first() is not None

    async def acknowledged(self, thread_id: int, account_id: int) -> bool:
        """Whether somebody has taken note."""
        found = await self._connection.execute(
            select(Acknowledgement.account_id).where(
                Acknowledgement.thread_id == thread_id, Acknowledgement.account_id == account_id
            )
        )
        return found.first() is not None

    @staticmethod
    def _noted(thread_id: int) -> ColumnElement[bool]:
        return and_(
            Acknowledgement.account_id == Membership.account_id, Acknowledgement.thread_id == thread_id
        )

    async def count(self, thread_id: int, community_id: int, author_id: int) -> tuple[int, int]:
        """How many of the members have taken note, of how many; the author is not asked."""
        row = (
            await self._connection.execute(
                select(func.count(Acknowledgement.account_id), func.count())
                .select_from(Membership)
                .outerjoin(Acknowledgement, self._noted(thread_id))
                .where(Membership.community_id == community_id, Membership.account_id != author_id)
            )
        ).one()
        return int(row[0]), int(row[1])

    async def missing(
        self, thread_id: int, community_id: int, author_id: int, after: str, limit: int
    ) -> tuple[Author, ...]:
        """The members who have not taken note, by handle."""
        rows = await self._connection.execute(
            select(Account.id, Account.handle, Account.display_name)
            .join(Membership, Membership.account_id == Account.id)
            .outerjoin(Acknowledgement, self._noted(thread_id))
            .where(
                Membership.community_id == community_id,
                Membership.account_id != author_id,
                Acknowledgement.account_id.is_(None),
                Account.handle > after,
            )
            .order_by(Account.handle)
            .limit(limit)
        )
        return tuple(Author(*row) for row in rows)

    async def linked(
        self, community_id: int, account_id: int, site_role: SiteRole
    ) -> tuple[int, str, bool] | None:
        """The community where one's announcements are discussed, and whether one is a member there."""
        channel = aliased(Community)
        row = (
            await self._connection.execute(
                select(Community.id, Community.name, Membership.role)
                .join(channel, channel.linked_community_id == Community.id)
                .outerjoin(Membership, mine(account_id))
                .where(
                    channel.id == community_id,
                    Community.archived_at.is_(None),
                    visible(site_role, account_id),
                    readable(site_role, account_id),
                )
            )
        ).first()
        return None if row is None else (row[0], row[1], row[2] is not None)

    async def discussion(self, thread_id: int, community_id: int) -> int | None:
        """The first thread of a community that discusses an announcement."""
        found = await self._connection.execute(
            select(func.min(Thread.id)).where(
                Thread.about_id == thread_id,
                Thread.community_id == community_id,
                Thread.removed_at.is_(None),
            )
        )
        return found.scalar_one_or_none()
