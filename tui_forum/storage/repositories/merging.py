"""What merging two communities changes besides their threads: members, and where old addresses lead."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, delete, func, insert, literal, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.entities import SiteRole
from tui_forum.storage.models import Community, Membership, Sanction
from tui_forum.storage.repositories.reading import visible


class MergingRepository:
    """Statements inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hand_members_over(self, source_id: int, target_id: int, baseline: int, now: datetime) -> None:
        """Let all members of one community be members of another; who is one already stays what it is there.

        For those who come all that is there counts as read up to ``baseline`` (a post id).
        """
        there = aliased(Membership)
        known = select(literal(1)).where(
            there.account_id == Membership.account_id, there.community_id == target_id
        )
        coming = select(
            Membership.account_id,
            literal(target_id),
            literal(now, Membership.joined_at.type),
            literal(baseline),
        ).where(Membership.community_id == source_id, ~known.correlate(Membership).exists())
        added = await self._connection.execute(
            insert(Membership)
            .from_select(["account_id", "community_id", "joined_at", "read_baseline"], coming)
            .returning(Membership.account_id)
        )
        await self._connection.execute(
            update(Community)
            .where(Community.id == target_id)
            .values(member_count=Community.member_count + len(added.all()))
        )
        await self._connection.execute(delete(Membership).where(Membership.community_id == source_id))

    async def hand_sanctions_over(self, source_id: int, target_id: int) -> None:
        """What is laid on somebody holds where the community went."""
        await self._connection.execute(
            update(Sanction)
            .where(Sanction.community_id == source_id, Sanction.ended_at.is_(None))
            .values(community_id=target_id)
        )

    async def lead_on(self, source_id: int, target_id: int) -> None:
        """From now on whoever asks for one community finds another, also by addresses that led to it."""
        await self._connection.execute(
            update(Community).where(Community.id == source_id).values(member_count=0)
        )
        await self._connection.execute(
            update(Community)
            .where(or_(Community.id == source_id, Community.merged_into_id == source_id))
            .values(merged_into_id=target_id)
        )
        await self._connection.execute(
            update(Community)
            .where(Community.linked_community_id == source_id)
            .values(linked_community_id=case((Community.id == target_id, null()), else_=target_id))
        )

    async def others(self, account_id: int, site_role: SiteRole, limit: int) -> list[Row[*tuple[Any, ...]]]:
        """Living communities that one may know of, as ``HostingRepository.managed`` gives them."""
        return list(
            await self._connection.execute(
                select(
                    Community.id, Community.slug, Community.name, Community.purpose,
                    Community.visibility, Community.archived_at,
                )
                .outerjoin(
                    Membership,
                    and_(Membership.community_id == Community.id, Membership.account_id == account_id),
                )
                .where(
                    Community.builtin.is_(None),
                    Community.archived_at.is_(None),
                    visible(site_role, account_id),
                )
                .order_by(func.lower(Community.name), Community.id)
                .limit(limit)
            )
        )  # fmt: skip
