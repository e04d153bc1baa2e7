"""The hosts' round as one sees it: what is asked, one's own communities, those that nobody looks after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tui_forum.domain.entities import Actor, Purpose, SiteRole
from tui_forum.domain.hosting import (
    Comparison,
    HostedCommunity,
    HostRequestView,
    RequestState,
    RoundView,
    compare,
)
from tui_forum.domain.life import LifeFacts, stage_of
from tui_forum.services.hostrequests import with_rights
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.hosting import HostingRepository
from tui_forum.storage.repositories.hostrequests import HostRequestRepository
from tui_forum.storage.repositories.life import LifeRepository
from tui_forum.storage.repositories.rounds import RoundRepository

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

#: Communities shown that nobody looks after, those silent for longest first.
FORSAKEN: Final = 20


class HostsRound:
    """The read model behind ``g o``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def view(self, actor: Actor) -> RoundView:
        """What concerns ``actor`` as a host. Who hosts nothing sees only what they were asked.

        A bounded number of statements, however many communities there are.
        """
        now = datetime.now(UTC)
        async with self._database.read() as connection:
            rounds, hosting = RoundRepository(connection), HostingRepository(connection)
            hosts = await rounds.hosts(actor.account_id)
            inside = hosts or actor.site_role is not SiteRole.MEMBER
            requests = await HostRequestRepository(connection).concerning(actor.account_id, actor.site_role)
            managed = [row for row in await hosting.managed(actor.account_id) if row[5] is None]
            forsaken = (
                await hosting.forsaken(actor.account_id, actor.site_role, now, FORSAKEN) if inside else []
            )
            own_ids = [row[0] for row in managed]
            facts = await LifeRepository(connection).facts(
                sorted({*own_ids, *(row[0] for row in forsaken)}), now
            )
            compared = await self._compare(connection, [facts[one] for one in own_ids], now)
            round_id = await rounds.find() if inside else None
        asked, others, running = _sort(requests, actor, hosts=hosts)
        return RoundView(
            community_id=round_id,
            hosts=hosts,
            asked=asked,
            others=others if inside else (),
            running=running,
            own=tuple(
                HostedCommunity(
                    row[0], row[1], row[2], facts[row[0]], stage_of(facts[row[0]]), compared[row[0]]
                )
                for row in managed
            ),
            forsaken=tuple(
                HostedCommunity(row[0], row[1], row[2], facts[row[0]], stage_of(facts[row[0]]))
                for row in forsaken
                if row[0] not in own_ids
            ),
        )

    @staticmethod
    async def _compare(
        connection: AsyncConnection, own: Sequence[LifeFacts], now: datetime
    ) -> dict[int, Comparison]:
        """Each of one's communities beside the others of its kind."""
        found: dict[int, Comparison] = {}
        for purpose in Purpose:
            mine = [facts.community_id for facts in own if facts.purpose is purpose]
            if mine:
                figures = await HostingRepository(connection).figures(purpose, now, mine)
                found.update({one: compare(one, figures) for one in mine})
        return found


def _sort(
    requests: Sequence[HostRequestView], actor: Actor, *, hosts: bool
) -> tuple[tuple[HostRequestView, ...], tuple[HostRequestView, ...], tuple[HostRequestView, ...]]:
    """What waits for one's own answer, what else is open, and the handovers that are running."""
    seen = [with_rights(request, actor, hosts=hosts) for request in requests]
    running = tuple(request for request in seen if request.state is RequestState.ACCEPTED)
    asked = tuple(request for request in seen if request.may_decline)
    others = tuple(
        request for request in seen if request.state is RequestState.OPEN and not request.may_decline
    )
    return asked, others, running
