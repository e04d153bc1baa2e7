"""What hosts see of their communities and do with them: what waits, figures to compare, closing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import PostState, Purpose, Role, SiteRole, Visibility
from tui_forum.domain.hosting import Figures, HostedThread, KindFigures
from tui_forum.domain.life import DORMANT, HOST_AWAY, PATIENCE, RECENT, RECENT_WEEKS, WEEKS
from tui_forum.domain.views import Author
from tui_forum.storage.functions import seconds_between
from tui_forum.storage.models import (
    Account,
    Community,
    CommunityInvitation,
    CommunityWeek,
    Contributor,
    HostRequest,
    JoinRequest,
    Membership,
    Post,
    Praise,
    Thread,
)
from tui_forum.storage.repositories.life import asks, contributors_of, hosts_of, week_of
from tui_forum.storage.repositories.reading import visible

#: Somebody who wrote so often here is asked back when they stop.
REGULAR_POSTS: Final = 2


def _author(row: Sequence[Any]) -> Author:
    return Author(row[0], row[1], row[2])


def _thread(row: Row[*tuple[Any, ...]] | None) -> HostedThread | None:
    if row is None:
        return None
    return HostedThread(row[0], row[1], Author(row[2], row[3], row[4]), row[5], row[6])


class HostingRepository:
    """Statements of the host's page and of the hosts' round, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # -- what the next steps are read off

    async def frame(self, community_id: int) -> tuple[date | None, date | None, int, int]:
        """When the charter is looked at again, the last day, open requests to join, and experts."""
        requests = select(func.count()).where(
            JoinRequest.community_id == community_id, JoinRequest.state == "open"
        )
        experts = select(func.count()).where(
            Membership.community_id == community_id, Membership.role == Role.EXPERT.value
        )
        row = (
            await self._connection.execute(
                select(
                    Community.review_on,
                    Community.ends_on,
                    requests.scalar_subquery(),
                    experts.scalar_subquery(),
                ).where(Community.id == community_id)
            )
        ).one()
        return row[0], row[1], row[2], row[3]

    async def waiting(self, community_id: int, now: datetime, but: int) -> HostedThread | None:
        """The thread that has waited longest for an answer, other than those of ``but``."""
        return await self._unanswered(
            community_id, now, Thread.created_at <= now - PATIENCE, Thread.author_id != but
        )

    async def newcomer_thread(self, community_id: int, now: datetime) -> HostedThread | None:
        """The oldest thread of a newcomer that nobody has answered."""
        new = (
            select(literal(1))
            .select_from(Membership)
            .where(
                Membership.community_id == Thread.community_id,
                Membership.account_id == Thread.author_id,
                Membership.role != Role.MANAGER.value,
                Membership.joined_at >= now - RECENT,
            )
            .correlate(Thread)
        )
        return await self._unanswered(community_id, now, new.exists())

    async def _unanswered(
        self, community_id: int, now: datetime, *conditions: ColumnElement[bool]
    ) -> HostedThread | None:
        rows = await self._connection.execute(
            select(
                Thread.id, Thread.title, Account.id, Account.handle, Account.display_name,
                Thread.created_at, literal(None),
            )
            .join(Account, Account.id == Thread.author_id)
            .where(
                Thread.community_id == community_id,
                Thread.created_at >= now - timedelta(weeks=WEEKS),
                Thread.answered_at.is_(None),
                asks(),
                *conditions,
            )
            .order_by(Thread.created_at, Thread.id)
            .limit(1)
        )  # fmt: skip
        return _thread(rows.first())

    async def helper(self, community_id: int, now: datetime, account_id: int) -> HostedThread | None:
        """The latest accepted answer of somebody else that ``account_id`` has not praised."""
        praised = (
            select(literal(1))
            .select_from(Praise)
            .where(Praise.post_id == Post.id, Praise.giver_id == account_id)
            .correlate(Post)
        )
        rows = await self._connection.execute(
            select(
                Thread.id, Thread.title, Account.id, Account.handle, Account.display_name,
                Post.created_at, Post.number,
            )
            .join(Post, and_(Post.thread_id == Thread.id, Post.number == Thread.accepted_number))
            .join(Account, Account.id == Post.author_id)
            .where(
                Thread.community_id == community_id,
                Thread.created_at >= now - RECENT,
                Thread.removed_at.is_(None),
                Post.state == PostState.VISIBLE.value,
                Post.author_id.not_in((account_id, Thread.author_id)),
                ~praised.exists(),
            )
            .order_by(Thread.created_at.desc(), Thread.id.desc())
            .limit(1)
        )  # fmt: skip
        return _thread(rows.first())

    async def former(self, community_id: int, now: datetime, limit: int, but: int) -> tuple[Author, ...]:
        """Members who used to write and have stopped, who wrote most recently first."""
        rows = await self._connection.execute(
            select(Account.id, Account.handle, Account.display_name)
            .join(Contributor, Contributor.account_id == Account.id)
            .join(
                Membership,
                and_(
                    Membership.account_id == Contributor.account_id,
                    Membership.community_id == Contributor.community_id,
                ),
            )
            .where(
                Contributor.community_id == community_id,
                Contributor.last_post_at < now - RECENT,
                Contributor.posts >= REGULAR_POSTS,
                Contributor.account_id != but,
            )
            .order_by(Contributor.last_post_at.desc(), Account.id)
            .limit(limit)
        )
        return tuple(map(_author, rows))

    # -- figures

    async def figures(self, purpose: Purpose, now: datetime, own: Iterable[int]) -> tuple[KindFigures, ...]:
        """Figures of the living communities of a kind, and of ``own`` ones: two statements.

        Communities by invitation are not among others': their numbers are nobody else's business.
        """
        public = and_(
            Community.purpose == purpose.value,
            Community.builtin.is_(None),
            Community.archived_at.is_(None),
            Community.visibility != Visibility.INVITE.value,
            Community.last_post_at >= now - DORMANT,
        )
        compared = or_(Community.id.in_(tuple(own)), public)
        rows = await self._connection.execute(_written(compared, public, now))
        answers = await self._connection.execute(_answer_medians(compared, now))
        median = {row[0]: float(row[1]) for row in answers}
        return tuple(
            KindFigures(row[0], bool(row[3]), Figures(row[1] / RECENT_WEEKS, row[2], median.get(row[0])))
            for row in rows
        )

    # -- which communities

    async def managed(self, account_id: int) -> list[Row[*tuple[Any, ...]]]:
        """The communities that an account hosts: id, slug, name, purpose, visibility, archived; by name."""
        return list(
            await self._connection.execute(
                select(
                    Community.id, Community.slug, Community.name, Community.purpose,
                    Community.visibility, Community.archived_at,
                )
                .join(Membership, Membership.community_id == Community.id)
                .where(
                    Membership.account_id == account_id,
                    Membership.role == Role.MANAGER.value,
                    Community.builtin.is_(None),
                    Community.merged_into_id.is_(None),
                )
                .order_by(func.lower(Community.name), Community.id)
            )
        )  # fmt: skip

    async def forsaken(
        self, account_id: int, site_role: SiteRole, now: datetime, limit: int
    ) -> list[tuple[int, str, str]]:
        """Communities one may know of that nobody has written in for long and no host looks after."""
        silent = _silent_since()
        rows = await self._connection.execute(
            select(Community.id, Community.slug, Community.name)
            .outerjoin(
                Membership,
                and_(Membership.community_id == Community.id, Membership.account_id == account_id),
            )
            .where(
                Community.builtin.is_(None),
                Community.archived_at.is_(None),
                visible(site_role, account_id),
                silent <= now - DORMANT,
                hosts_of(now - HOST_AWAY) == 0,
            )
            .order_by(silent, Community.id)
            .limit(limit)
        )
        return [(row[0], row[1], row[2]) for row in rows]

    # -- closing

    async def archive(self, community_id: int, now: datetime) -> bool:
        """Close a community for writing; False when it was closed already. Open requests lapse."""
        closed = await self._connection.execute(
            update(Community)
            .where(Community.id == community_id, Community.archived_at.is_(None))
            .values(archived_at=now)
            .returning(Community.id)
        )
        if closed.first() is None:
            return False
        for table in (JoinRequest, CommunityInvitation, HostRequest):
            await self._connection.execute(
                update(table)
                .where(table.community_id == community_id, table.state == "open")
                .values(state="withdrawn", answered_at=now)
            )
        await self._connection.execute(
            update(Thread)
            .where(Thread.community_id == community_id, Thread.escalate_at.is_not(None))
            .values(escalate_at=None)
        )
        return True

    async def reopen(self, community_id: int, now: datetime) -> bool:
        """Open an archived community again; nobody is told at once that it is dormant."""
        opened = await self._connection.execute(
            update(Community)
            .where(
                Community.id == community_id,
                Community.archived_at.is_not(None),
                Community.merged_into_id.is_(None),
            )
            .values(archived_at=None, dormant_told_at=now, forsaken_told_at=now)
            .returning(Community.id)
        )
        return opened.first() is not None

    # -- becoming dormant

    async def next_dormant(self) -> datetime | None:
        """When the next community that nobody writes in becomes dormant."""
        found = await self._connection.execute(select(func.min(_silent_since())).where(_untold()))
        since: datetime | None = found.scalar_one()
        return None if since is None else since + DORMANT

    async def is_forsaken(self, now: datetime) -> bool:
        """Whether there is a community that nobody looks after, and of which nobody was told."""
        found = await self._connection.execute(select(Community.id).where(_newly_forsaken(now)).limit(1))
        return found.first() is not None

    async def newly_forsaken(self, now: datetime) -> list[int]:
        """Communities that nobody looks after any more, each once: they are noted as told."""
        found = await self._connection.execute(
            update(Community).where(_newly_forsaken(now)).values(forsaken_told_at=now).returning(Community.id)
        )
        return sorted(found.scalars())

    async def newly_dormant(self, now: datetime) -> list[int]:
        """Communities that have become dormant, each once: they are noted as told."""
        found = await self._connection.execute(
            update(Community)
            .where(_untold(), _silent_since() <= now - DORMANT)
            .values(dormant_told_at=now)
            .returning(Community.id)
        )
        return sorted(found.scalars())


def _silent_since() -> ColumnElement[datetime]:
    """Since when nobody has written in a community; not earlier than it was opened here."""
    return case(
        (Community.last_post_at > Community.created_at, Community.last_post_at), else_=Community.created_at
    )


def _not_since_the_last_post(told_at: ColumnElement[Any]) -> ColumnElement[bool]:
    """Communities that live, of which nobody was told since somebody wrote there."""
    return and_(
        Community.builtin.is_(None),
        Community.archived_at.is_(None),
        or_(told_at.is_(None), told_at < Community.last_post_at),
    )


def _untold() -> ColumnElement[bool]:
    """Communities whose hosts have not been told that they are dormant."""
    return _not_since_the_last_post(Community.__table__.c.dormant_told_at)


def _newly_forsaken(now: datetime) -> ColumnElement[bool]:
    """Communities as ``LifeFacts.forsaken`` has them, of which the site's moderators were not told."""
    return and_(
        _not_since_the_last_post(Community.__table__.c.forsaken_told_at),
        _silent_since() <= now - DORMANT,
        hosts_of(now - HOST_AWAY) == 0,
    )


def _written(
    compared: ColumnElement[bool], public: ColumnElement[bool], now: datetime
) -> Select[*tuple[Any, ...]]:
    """Posts in the last complete weeks and people who wrote lately, per community; and which are public."""
    present = week_of(now)
    posts = (
        select(func.coalesce(func.sum(CommunityWeek.posts), 0))
        .where(
            CommunityWeek.community_id == Community.id,
            CommunityWeek.week >= present - RECENT_WEEKS,
            CommunityWeek.week < present,
        )
        .correlate(Community)
        .scalar_subquery()
    )
    return select(Community.id, posts, contributors_of(now - RECENT), case((public, 1), else_=0)).where(
        compared
    )


def _answer_medians(compared: ColumnElement[bool], now: datetime) -> Select[*tuple[Any, ...]]:
    """The median of seconds to the first answer in the last weeks, per community."""
    seconds = seconds_between(Thread.created_at, Thread.answered_at)
    ranked = (
        select(
            Thread.community_id,
            seconds.label("seconds"),
            func.row_number().over(partition_by=Thread.community_id, order_by=seconds).label("rank"),
            func.count().over(partition_by=Thread.community_id).label("all"),
        )
        .join(Community, Community.id == Thread.community_id)
        .where(
            compared,
            Thread.created_at >= now - timedelta(weeks=WEEKS),
            Thread.answered_at.is_not(None),
            Thread.answered_at >= Thread.created_at,
        )
        .subquery()
    )
    middle = ranked.c.rank.in_(((ranked.c.all + 1) // 2, (ranked.c.all + 2) // 2))
    return (
        select(ranked.c.community_id, func.avg(ranked.c.seconds))
        .where(middle)
        .group_by(ranked.c.community_id)
    )
