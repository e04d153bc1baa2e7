"""The host's page: how a community fares and what helps next; archiving, merging, finding a host."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from tui_forum.domain.entities import Actor, Role, SiteRole
from tui_forum.domain.errors import ConflictError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.hosting import (
    HostView,
    Situation,
    Step,
    StepKind,
    compare,
    next_steps,
)
from tui_forum.domain.life import LifeFacts, stage_of
from tui_forum.domain.limits import PAGE_SIZE, REASON_MAX_CHARS
from tui_forum.domain.moderation import ForwardedTo
from tui_forum.domain.policy import (
    ARCHIVED,
    NOT_ARCHIVED,
    NOT_FOUND,
    Action,
    Standing,
    decide,
    require,
)
from tui_forum.domain.text import clean_line
from tui_forum.domain.views import Author, CommunityRow
from tui_forum.services.communities import standing_in, today_of
from tui_forum.services.notices import notify
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.cases import CaseReading
from tui_forum.storage.repositories.hosting import HostingRepository
from tui_forum.storage.repositories.hostrequests import HostRequestRepository
from tui_forum.storage.repositories.life import LifeRepository
from tui_forum.storage.repositories.memberships import MembershipRepository
from tui_forum.storage.repositories.reading import ReadingRepository
from tui_forum.storage.repositories.recognition import RecognitionRepository
from tui_forum.storage.repositories.rounds import RoundRepository
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

COMMUNITY_ARCHIVED: Final = "community_archived"  # the notices; the text is the reason
COMMUNITY_REOPENED: Final = "community_reopened"
COMMUNITY_DORMANT: Final = "community_dormant"
COMMUNITY_FORSAKEN: Final = "community_forsaken"

#: Steps that moderators of the site take where no host comes any more.
CLOSING: Final = frozenset((StepKind.FIND_HOST, StepKind.MERGE, StepKind.ARCHIVE))


async def _standing_of(
    connection: AsyncConnection, actor: Actor, community: CommunityRow, facts: LifeFacts
) -> Standing:
    looking = facts.forsaken or await HostRequestRepository(connection).looks_for_host(community.community_id)
    hosts = looking and await RoundRepository(connection).hosts(actor.account_id)
    return replace(standing_in(actor, community), forsaken=looking, hosts=hosts)


async def find_community(connection: AsyncConnection, actor: Actor, community_id: int) -> CommunityRow:
    """A community by id.

    Raises:
        NotFoundError: there is none, or the actor may not know of it.
    """
    reading = ReadingRepository(connection, actor.account_id, actor.site_role)
    found = await reading.community(community_id=community_id)
    if found is None:
        raise NotFoundError(NOT_FOUND)
    require(Action.SEE_COMMUNITY, standing_in(actor, found))
    return found


async def stand_to(
    connection: AsyncConnection, actor: Actor, community_id: int, now: datetime
) -> tuple[CommunityRow, LifeFacts, Standing]:
    """A community, the facts of its life, and how ``actor`` stands to it as a whole.

    Raises:
        NotFoundError: there is none, or the actor may not know of it.
    """
    community = await find_community(connection, actor, community_id)
    facts = (await LifeRepository(connection).facts([community.community_id], now))[community.community_id]
    return community, facts, await _standing_of(connection, actor, community, facts)


class Hosting:
    """Use cases of hosts around a community as a whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- the host's page

    async def view(self, actor: Actor, community_id: int) -> HostView:
        """How a community fares, why, and the next steps that help.

        Raises:
            NotAllowedError, NotFoundError: see the policy: its hosts, moderators of the site, and
            who may adopt it.
        """
        now = datetime.now(UTC)
        async with self._database.read() as connection:
            community, facts, standing = await stand_to(connection, actor, community_id, now)
            community_id = community.community_id
            hosts = decide(Action.HOST, standing)
            adopts = decide(Action.ADOPT, standing)
            if not adopts.allowed:
                require(Action.HOST, standing)
            hosting = HostingRepository(connection)
            people = await MembershipRepository(connection).hosts(community_id)
            figures = await hosting.figures(community.purpose, now, [community_id])
            situation = await self._situation(connection, actor, facts, today_of(actor, now))
        may_close = decide(Action.CLOSE_COMMUNITY, standing).allowed
        steps = next_steps(situation)
        if not (standing.role is Role.MANAGER or standing.site_role is SiteRole.ADMIN):
            steps = tuple(step for step in steps if may_close and step.kind in CLOSING)
        if adopts.allowed:
            steps = (Step(StepKind.ADOPT), *steps)
        return HostView(
            community=community,
            facts=facts,
            stage=stage_of(facts),
            steps=steps,
            comparison=compare(community_id, figures),
            hosts=people,
            review_on=situation.review_on,
            ends_on=situation.ends_on,
            may_host=hosts.allowed,
            may_ask=decide(Action.ASK_FOR_HOST, standing).allowed,
            may_close=may_close,
            may_reopen=decide(Action.REOPEN_COMMUNITY, standing).allowed,
            may_adopt=adopts.allowed,
        )

    @staticmethod
    async def _situation(
        connection: AsyncConnection, actor: Actor, facts: LifeFacts, today: date
    ) -> Situation:
        hosting, recognition = HostingRepository(connection), RecognitionRepository(connection)
        community_id, now, me = facts.community_id, facts.now, actor.account_id
        review_on, ends_on, requests, experts = await hosting.frame(community_id)
        newcomers = await recognition.newcomers(community_id, now, PAGE_SIZE, but=me)
        return Situation(
            facts=facts,
            stage=stage_of(facts).stage,
            today=today,
            waiting=await hosting.waiting(community_id, now, me),
            newcomer_thread=await hosting.newcomer_thread(community_id, now),
            helper=await hosting.helper(community_id, now, me),
            newcomers=tuple(Author(one.account_id, one.handle, one.display_name) for one in newcomers),
            former=await hosting.former(community_id, now, PAGE_SIZE, me),
            join_requests=requests,
            experts=experts,
            review_on=review_on,
            ends_on=ends_on,
        )

    # -- closing and opening again

    async def archive(self, actor: Actor, community_id: int, reason: str = "") -> None:
        """Close a community for writing; it stays readable. Its members are told.

        Raises:
            ConflictError: it is archived already. NotAllowedError, NotFoundError: see the policy.
        """
        reason = clean_line(reason)[:REASON_MAX_CHARS]

        async def work(uow: UnitOfWork) -> None:
            community, _facts, standing = await stand_to(uow.connection, actor, community_id, uow.now)
            require(Action.CLOSE_COMMUNITY, standing)
            hosting = HostingRepository(uow.connection)
            if not await hosting.archive(community.community_id, uow.now):
                raise ConflictError(ARCHIVED)
            await self._tell(uow, actor, community.community_id, COMMUNITY_ARCHIVED, reason)
            uow.record(
                EventKind.COMMUNITY_ARCHIVED, actor_id=actor.account_id, community_id=community.community_id
            )

        await self._database.write(work)

    async def reopen(self, actor: Actor, community_id: int) -> None:
        """Let people write in an archived community again. Its members are told.

        Raises:
            ConflictError: it is not archived. NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> None:
            community, _facts, standing = await stand_to(uow.connection, actor, community_id, uow.now)
            require(Action.REOPEN_COMMUNITY, standing)
            hosting = HostingRepository(uow.connection)
            if not await hosting.reopen(community.community_id, uow.now):
                raise ConflictError(NOT_ARCHIVED)
            await self._tell(uow, actor, community.community_id, COMMUNITY_REOPENED)
            uow.record(
                EventKind.COMMUNITY_REOPENED, actor_id=actor.account_id, community_id=community.community_id
            )

        await self._database.write(work)

    @staticmethod
    async def _tell(
        uow: UnitOfWork,
        actor: Actor,
        community_id: int,
        kind: str,
        text: str = "",
    ) -> None:
        members = await MembershipRepository(uow.connection).ids(community_id)
        await notify(uow, members, kind, community_id=community_id, actor_id=actor.account_id, text=text)

    # -- becoming dormant

    async def next_dormant(self) -> datetime | None:
        """When the next community becomes dormant."""
        async with self._database.read() as connection:
            return await HostingRepository(connection).next_dormant()

    async def tell_dormant(self, _now: datetime) -> None:
        """Tell the hosts of communities that have become dormant what can be done about it."""

        async def work(uow: UnitOfWork) -> None:
            hosting, writing = HostingRepository(uow.connection), WritingRepository(uow.connection)
            for community_id in await hosting.newly_dormant(uow.now):
                managers = await writing.managers(community_id)
                await notify(uow, managers, COMMUNITY_DORMANT, community_id=community_id)

        await self._database.write(work)

    # -- being forsaken

    async def next_forsaken(self) -> datetime | None:
        """Now, when there is something to tell; hosts stay away so slowly that looking again will do."""
        now = self._database.now()
        async with self._database.read() as connection:
            return now if await HostingRepository(connection).is_forsaken(now) else None

    async def tell_forsaken(self, _now: datetime) -> None:
        """Tell the site's moderators of dormant communities whose hosts do not come any more.

        Who hosts it has been told already that it is dormant.
        """

        async def work(uow: UnitOfWork) -> None:
            hosting, writing = HostingRepository(uow.connection), WritingRepository(uow.connection)
            communities = await hosting.newly_forsaken(uow.now)
            if not communities:
                return
            cases = CaseReading(uow.connection, 0, SiteRole.ADMIN)
            moderators = set(await cases.deciders(None, ForwardedTo.SITE))
            for community_id in communities:
                told = moderators - await writing.managers(community_id)
                await notify(uow, told, COMMUNITY_FORSAKEN, community_id=community_id)

        await self._database.write(work)
