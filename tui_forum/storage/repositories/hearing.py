"""Who may hear of what: asked before events are handed to a session."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import Role, SiteRole
from tui_forum.storage.models import Case, Community, Membership
from tui_forum.storage.repositories.reading import mine, readable
from tui_forum.storage.repositories.sanctions import suspended


class HearingRepository:
    """Statements on behalf of one account."""

    def __init__(self, connection: AsyncConnection, account_id: int, site_role: SiteRole) -> None:
        self._connection = connection
        self._account_id = account_id
        self._site_role = site_role

    async def readable(self, community_ids: Collection[int]) -> set[int]:
        """Those of the communities that the account may read."""
        found = await self._connection.execute(
            select(Community.id)
            .outerjoin(Membership, mine(self._account_id))
            .where(Community.id.in_(community_ids), readable(self._site_role, self._account_id))
        )
        return set(found.scalars())

    async def moderated(self) -> set[int]:
        """The communities that the account moderates by its role there."""
        found = await self._connection.execute(
            select(Membership.community_id).where(
                Membership.account_id == self._account_id,
                Membership.role.in_((Role.MODERATOR.value, Role.MANAGER.value)),
                not_(suspended(self._account_id, Membership.community_id)),
            )
        )
        return set(found.scalars())

    async def cases_in(self, case_ids: Collection[int], community_ids: Collection[int]) -> set[int]:
        """Those of the cases that are in one of the communities."""
        found = await self._connection.execute(
            select(Case.id).where(Case.id.in_(case_ids), Case.community_id.in_(community_ids))
        )
        return set(found.scalars())
