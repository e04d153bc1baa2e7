"""Communities: home. Who is in them: ``services.memberships``; how they are opened: ``services.charters``."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.limits import HOME_SIZE, PAGE_SIZE
from tui_forum.domain.policy import NOT_FOUND, Action, Standing, decide, require
from tui_forum.domain.views import CommunityRow, HomeCursor, HomeView
from tui_forum.i18n import N_, known_zone
from tui_forum.services.events import EventHub
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.reading import NEVER, ReadingRepository
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork


def standing_in(actor: Actor, community: CommunityRow) -> Standing:
    """How ``actor`` stands to a community."""
    return Standing(
        actor.site_role,
        community.role,
        community.visibility,
        archived=community.archived,
        builtin=community.builtin is not None,
        invited=community.invited,
        requested=community.requested,
        purpose=community.purpose,
        rules_accepted=community.rules_accepted,
        bars=community.bars,
        restrictions=community.restrictions,
    )


def today_of(actor: Actor, now: datetime) -> date:
    """Which day it is where ``actor`` is."""
    return now.astimezone(ZoneInfo(actor.time_zone) if known_zone(actor.time_zone) else UTC).date()


async def place_for(
    reading: ReadingRepository, actor: Actor, community_id: int, action: Action
) -> CommunityRow:
    """The community (where it went, if it was merged) as ``actor`` stands to it, if ``action`` is allowed.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: see the policy.
    """
    found = await reading.community(community_id=community_id)
    if found is None:
        raise NotFoundError(NOT_FOUND)
    require(action, standing_in(actor, found))
    return found


class Communities:
    """Use cases around communities."""

    def __init__(self, database: Database, hub: EventHub) -> None:
        self._database = database
        self._hub = hub

    async def home(self, actor: Actor, limit: int = HOME_SIZE) -> HomeView:
        """The first screen: three statements whatever the number of communities.

        ``limit`` is how many of one's communities, and of others, it begins with.
        """
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            joined = await reading.joined(None, limit + 1)
            others = () if len(joined) > limit else await reading.others("", limit + 1)
            cases, notices, unanswered = await reading.waiting()
        return HomeView(
            joined[:limit],
            _behind(joined, limit),
            others[:limit],
            others[limit - 1].slug if len(others) > limit else None,
            cases,
            notices,
            unanswered,
        )

    async def joined(
        self, actor: Actor, after: HomeCursor
    ) -> tuple[tuple[CommunityRow, ...], HomeCursor | None]:
        """The next communities one is in, and where to continue after them."""
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            rows = await reading.joined(after, PAGE_SIZE + 1)
        return rows[:PAGE_SIZE], _behind(rows, PAGE_SIZE)

    async def joined_ids(self, actor: Actor) -> tuple[int, ...]:
        """All communities one is in, to hear of what goes on there."""
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            return await reading.joined_ids()

    async def others(self, actor: Actor, after: str) -> tuple[tuple[CommunityRow, ...], str | None]:
        """The next communities one may join, and where to continue after them."""
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            rows = await reading.others(after, PAGE_SIZE + 1)
        return rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].slug if len(rows) > PAGE_SIZE else None

    async def community(self, actor: Actor, slug: str) -> CommunityRow:
        """A community by its slug.

        Raises:
            NotFoundError: there is none, or the actor may not know of it.
        """
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            found = await reading.community(slug=slug.lower())
        if found is None or not decide(Action.SEE_COMMUNITY, standing_in(actor, found)).allowed:
            raise NotFoundError(N_("There is no community “{slug}”."), slug=slug)
        return found

    async def community_by_id(self, actor: Actor, community_id: int) -> CommunityRow:
        """A community by id.

        Raises:
            NotFoundError: there is none, or the actor may not know of it.
        """
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            return await place_for(reading, actor, community_id, Action.SEE_COMMUNITY)

    async def mark_all_read(self, actor: Actor, community_id: int) -> None:
        """Everything that is in the community now counts as read."""

        async def work(uow: UnitOfWork) -> None:
            writing = WritingRepository(uow.connection)
            newest = await writing.newest_post_id(community_id)
            await writing.raise_baseline(actor.account_id, community_id, newest)

        await self._database.write(work)
        self._hub.tell(EventKind.READ_MOVED, account_id=actor.account_id, community_id=community_id)


def _behind(rows: tuple[CommunityRow, ...], limit: int) -> HomeCursor | None:
    """The position behind a page of one's communities; None when there is nothing more."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return HomeCursor(last.last_post_at or NEVER, last.community_id)
