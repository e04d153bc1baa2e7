"""What hosts ask one another: a co-host, somebody who stands in, somebody who adopts a community."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.entities import Purpose, Role, SiteRole
from tui_forum.domain.hosting import HostRequestView, RequestKind, RequestState
from tui_forum.domain.views import Author
from tui_forum.storage.models import Account, Community, HostRequest, Membership
from tui_forum.storage.repositories.reading import visible

_ASKER = aliased(Account)
_ASKED = aliased(Account)
_RUNNING = and_(
    HostRequest.kind == RequestKind.HANDOVER.value, HostRequest.state == RequestState.ACCEPTED.value
)


def _open() -> ColumnElement[bool]:
    return HostRequest.state == RequestState.OPEN.value


def _rows(account_id: int) -> Select[*tuple[Any, ...]]:
    """Requests with their communities and people; the actor's own membership is joined."""
    return (
        select(
            HostRequest.id, HostRequest.kind, HostRequest.state,
            Community.id, Community.name, Community.slug, Community.purpose,
            _ASKER.id, _ASKER.handle, _ASKER.display_name,
            _ASKED.id, _ASKED.handle, _ASKED.display_name,
            HostRequest.notes, HostRequest.ends_on, HostRequest.thread_id, HostRequest.created_at,
            Membership.role, HostRequest.account_id,
        )
        .join(Community, Community.id == HostRequest.community_id)
        .join(_ASKER, _ASKER.id == HostRequest.asker_id)
        .outerjoin(_ASKED, _ASKED.id == func.coalesce(HostRequest.account_id, HostRequest.answered_by))
        .outerjoin(
            Membership, and_(Membership.community_id == Community.id, Membership.account_id == account_id)
        )
    )  # fmt: skip


def _view(row: Row[*tuple[Any, ...]]) -> HostRequestView:
    return HostRequestView(
        request_id=row[0],
        kind=RequestKind(row[1]),
        state=RequestState(row[2]),
        community_id=row[3],
        community_name=row[4],
        community_slug=row[5],
        purpose=Purpose(row[6]),
        asker=Author(*row[7:10]),
        asked=Author(*row[10:13]) if row[10] is not None else None,
        notes=row[13],
        ends_on=row[14],
        thread_id=row[15],
        created_at=row[16],
        role=Role(row[17]) if row[17] else None,
        to_all=row[18] is None,
    )


class HostRequestRepository:
    """Statements of requests among hosts, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def concerning(self, account_id: int, site_role: SiteRole) -> tuple[HostRequestView, ...]:
        """What is open or running that concerns an account, oldest first: one statement.

        That is what it is asked or has asked, what all hosts are asked, and what is going on in
        communities that it hosts.
        """
        takes_part = or_(
            HostRequest.account_id == account_id,
            HostRequest.asker_id == account_id,
            HostRequest.answered_by == account_id,
            Membership.role == Role.MANAGER.value,
        )
        to_all = and_(HostRequest.account_id.is_(None), visible(site_role, account_id))
        rows = await self._connection.execute(
            _rows(account_id)
            .where(
                or_(and_(_open(), or_(takes_part, to_all)), and_(_RUNNING, takes_part)),
                Community.archived_at.is_(None),
            )
            .order_by(HostRequest.id)
        )
        return tuple(map(_view, rows))

    async def request(
        self, request_id: int, account_id: int, *, lock: bool = False
    ) -> tuple[HostRequestView, str] | None:
        """A request and, of a handover, the role to give back; with ``lock`` its row is held."""
        if lock:
            await self._connection.execute(
                select(HostRequest.id).where(HostRequest.id == request_id).with_for_update()
            )
        row = (
            await self._connection.execute(
                _rows(account_id).add_columns(HostRequest.previous_role).where(HostRequest.id == request_id)
            )
        ).first()
        return None if row is None else (_view(row), row[19])

    async def looks_for_host(self, community_id: int) -> bool:
        """Whether all hosts are asked to adopt a community."""
        return await self.is_asked(community_id, RequestKind.ADOPTION, None)

    async def is_asked(self, community_id: int, kind: RequestKind, account_id: int | None) -> bool:
        """Whether there is such a request already that nobody has answered, or a running handover."""
        asked = (
            HostRequest.account_id.is_(None) if account_id is None else HostRequest.account_id == account_id
        )
        found = await self._connection.execute(
            select(literal(1)).where(
                HostRequest.community_id == community_id,
                HostRequest.kind == kind.value,
                asked,
                or_(_open(), _RUNNING),
            )
        )
        return found.first() is not None

    async def add(self, values: dict[str, Any]) -> int:
        """Write a request; its id."""
        made = await self._connection.execute(insert(HostRequest).values(**values).returning(HostRequest.id))
        return int(made.scalar_one())

    async def note_thread(self, request_id: int, thread_id: int) -> None:
        """Remember the thread in which all hosts are asked."""
        await self._connection.execute(
            update(HostRequest).where(HostRequest.id == request_id).values(thread_id=thread_id)
        )

    async def move_on(
        self, request_id: int, before: RequestState, after: RequestState, **values: Any
    ) -> bool:
        """Change a request's state; False when it is not in ``before`` any more."""
        moved = await self._connection.execute(
            update(HostRequest)
            .where(HostRequest.id == request_id, HostRequest.state == before.value)
            .values(state=after.value, **values)
            .returning(HostRequest.id)
        )
        return moved.first() is not None

    async def settle_adoption(self, community_id: int, account_id: int, now: datetime) -> None:
        """Whoever was asked to adopt a community: somebody has done it."""
        await self._connection.execute(
            update(HostRequest)
            .where(
                HostRequest.community_id == community_id,
                HostRequest.kind == RequestKind.ADOPTION.value,
                _open(),
            )
            .values(state=RequestState.ACCEPTED.value, answered_by=account_id, answered_at=now)
        )

    async def keep_as_host(self, community_id: int, account_id: int) -> None:
        """Somebody who stands in has become a host for good: the end of the handover changes nothing."""
        await self._connection.execute(
            update(HostRequest)
            .where(HostRequest.community_id == community_id, HostRequest.account_id == account_id, _RUNNING)
            .values(previous_role=Role.MANAGER.value)
        )

    # -- the end of handovers

    async def next_end(self) -> datetime | None:
        """When the next handover, running or only asked for, is over: as its last day ends (UTC)."""
        found = await self._connection.execute(
            select(func.min(HostRequest.ends_on)).where(or_(_RUNNING, _open()))
        )
        last_day: date | None = found.scalar_one()
        if last_day is None:
            return None
        return datetime.combine(last_day + timedelta(days=1), time(), UTC)

    async def lapse(self, now: datetime) -> None:
        """Withdraw handovers that nobody has accepted before their last day was over."""
        await self._connection.execute(
            update(HostRequest)
            .where(_open(), HostRequest.ends_on < now.astimezone(UTC).date())
            .values(state=RequestState.WITHDRAWN.value, answered_at=now)
        )

    async def over(self, now: datetime) -> list[int]:
        """The running handovers whose last day is over."""
        found = await self._connection.execute(
            select(HostRequest.id)
            .where(_RUNNING, HostRequest.ends_on < now.astimezone(UTC).date())
            .order_by(HostRequest.id)
        )
        return list(found.scalars())
