"""The inbox: what accounts are told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Row, Table, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import SiteRole
from tui_forum.storage.models import Account, Community, Membership, Notice, Post, Thread
from tui_forum.storage.repositories.reading import readable, visible

_notice = cast("Table", Notice.__table__)

#: Told to this account in person: they may name a community that it could not see otherwise.
PERSONAL: Final = ("invitation",)


class NoticeRepository:
    """Statements of the inbox."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, account_ids: Iterable[int], values: dict[str, Any]) -> None:
        """Tell several accounts the same."""
        rows = [{**values, "account_id": account_id} for account_id in account_ids]
        if rows:
            await self._connection.execute(insert(_notice), rows)

    async def page(
        self, account_id: int, site_role: SiteRole, before: int | None, limit: int
    ) -> list[Row[*tuple[Any, ...]]]:
        """An account's notices, latest first, less those of communities it may not read any more.

        A notice about a community alone (an invitation, an answered request) stays while one
        may know that the community exists.
        """
        statement = (
            select(
                Notice.id, Notice.kind, Thread.id, Post.number, Thread.title, Account.handle,
                Notice.text, Notice.created_at, Notice.seen_at, Post.state,
                Notice.community_id, Community.name,
            )
            .outerjoin(Post, Post.id == Notice.post_id)
            # A post may have gone to another thread since.
            .outerjoin(Thread, Thread.id == func.coalesce(Post.thread_id, Notice.thread_id))
            .outerjoin(Account, Account.id == Notice.actor_id)
            .outerjoin(Community, Community.id == func.coalesce(Thread.community_id, Notice.community_id))
            .outerjoin(
                Membership,
                and_(Membership.community_id == Community.id, Membership.account_id == account_id),
            )
            .where(
                Notice.account_id == account_id,
                or_(
                    Community.id.is_(None),
                    readable(site_role),
                    and_(Notice.thread_id.is_(None), or_(visible(site_role), Notice.kind.in_(PERSONAL))),
                ),
            )
        )  # fmt: skip
        if before is not None:
            statement = statement.where(Notice.id < before)
        return list(await self._connection.execute(statement.order_by(Notice.id.desc()).limit(limit)))

    async def mark_seen(self, account_id: int, now: datetime) -> None:
        """All notices of an account have been seen."""
        await self._connection.execute(
            update(Notice)
            .where(Notice.account_id == account_id, Notice.seen_at.is_(None))
            .values(seen_at=now)
        )
