"""Sanctions: which run, for whom and where; and how they are laid, lifted and lapse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from tui_forum.domain.entities import Role
from tui_forum.domain.moderation import SanctionKind
from tui_forum.domain.sanctions import BARRING, Bar
from tui_forum.storage.models import Community, Membership, Sanction

AnyRow = Row[*tuple[Any, ...]]
_MODERATING: Final = (Role.MODERATOR.value, Role.MANAGER.value)
_BARRING: Final = tuple(kind.value for kind in BARRING)
_SUSPENSION: Final[ColumnElement[str]] = literal_column(f"'{SanctionKind.SUSPENSION.value}'")


def _now() -> datetime:
    return datetime.now(UTC)


def _running() -> ColumnElement[bool]:
    """Sanctions that hold at the moment the statement is run, whether their end was told or not."""
    now = bindparam(None, callable_=_now, type_=Sanction.until.type)
    return and_(
        Sanction.lifted_at.is_(None),
        Sanction.ended_at.is_(None),
        or_(Sanction.until.is_(None), Sanction.until > now),
    )


def barred(account_id: Any) -> ColumnElement[bool]:
    """Per row of ``Community``: a sanction keeps the account from something there."""
    return (
        exists()
        .where(
            Sanction.account_id == account_id,
            Sanction.kind.in_(_BARRING),
            or_(Sanction.community_id.is_(None), Sanction.community_id == Community.id),
            _running(),
        )
        .correlate(Community)
    )


def suspended(
    account_id: Any, community_id: InstrumentedAttribute[Any] = Community.id
) -> ColumnElement[bool]:
    """Per row: the account is suspended from the community ``community_id``, or from the whole forum."""
    return (
        exists()
        .where(
            Sanction.account_id == account_id,
            Sanction.kind == _SUSPENSION,
            or_(Sanction.community_id.is_(None), Sanction.community_id == community_id),
            _running(),
        )
        .correlate(community_id.class_)
    )


async def bars_of(connection: AsyncConnection, account_id: int, community_id: int | None) -> tuple[Bar, ...]:
    """The sanctions that keep an account from something in a community (None: everywhere) now."""
    here: ColumnElement[bool] = Sanction.community_id.is_(None)
    if community_id is not None:
        here = or_(here, Sanction.community_id == community_id)
    rows = await connection.execute(
        select(Sanction.kind, Sanction.reason, Sanction.until, Sanction.community_id).where(
            Sanction.account_id == account_id, Sanction.kind.in_(_BARRING), here, _running()
        )
    )
    return tuple(Bar(SanctionKind(row[0]), row[1], row[2], row[3] is None) for row in rows)


class SanctionRepository:
    """Statements of sanctions, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, values: dict[str, Any]) -> int:
        """Insert a sanction; its id."""
        result = await self._connection.execute(insert(Sanction).values(**values).returning(Sanction.id))
        return int(result.scalar_one())

    async def of(
        self, account_id: int, *, unread: bool = False, everywhere: bool = False, limit: int = 50
    ) -> list[AnyRow]:
        """An account's sanctions, latest first: id, kind, community's name, reason, when, until, case.

        Only those that it has not read (and that were not lifted, or over, before it did), or
        those that suspend it from the whole forum now.
        """
        statement = (
            select(
                Sanction.id, Sanction.kind, Community.name, Sanction.reason, Sanction.created_at,
                Sanction.until, Sanction.case_id,
            )
            .outerjoin(Community, Community.id == Sanction.community_id)
            .where(Sanction.account_id == account_id)
            .order_by(Sanction.id.desc())
            .limit(limit)
        )  # fmt: skip
        if unread:
            statement = statement.where(Sanction.seen_at.is_(None), _running())
        if everywhere:
            statement = statement.where(
                Sanction.community_id.is_(None), Sanction.kind == _SUSPENSION, _running()
            )
        return list(await self._connection.execute(statement))

    async def running(self, account_id: int, moderator_id: int | None) -> list[AnyRow]:
        """What bars an account now, latest first: id, kind, community's slug, reason, when, until.

        Of a moderator of communities only what is laid on it there, or everywhere.
        """
        statement = (
            select(
                Sanction.id, Sanction.kind, Community.slug, Sanction.reason, Sanction.created_at,
                Sanction.until,
            )
            .outerjoin(Community, Community.id == Sanction.community_id)
            .where(Sanction.account_id == account_id, Sanction.kind.in_(_BARRING), _running())
            .order_by(Sanction.id.desc())
        )  # fmt: skip
        if moderator_id is not None:
            theirs = select(Membership.community_id).where(
                Membership.account_id == moderator_id, Membership.role.in_(_MODERATING)
            )
            statement = statement.where(
                or_(Sanction.community_id.is_(None), Sanction.community_id.in_(theirs))
            )
        return list(await self._connection.execute(statement))

    async def see(self, account_id: int, sanction_ids: Sequence[int], now: datetime) -> None:
        """The account has read these of its sanctions."""
        await self._connection.execute(
            update(Sanction)
            .where(
                Sanction.account_id == account_id,
                Sanction.id.in_(sanction_ids),
                Sanction.seen_at.is_(None),
            )
            .values(seen_at=now)
        )

    async def get(self, sanction_id: int) -> AnyRow | None:
        """A sanction: account, community, kind, case, until, the community's visibility."""
        found = await self._connection.execute(
            select(
                Sanction.account_id, Sanction.community_id, Sanction.kind, Sanction.case_id, Sanction.until,
                Community.visibility,
            )
            .outerjoin(Community, Community.id == Sanction.community_id)
            .where(Sanction.id == sanction_id)
        )  # fmt: skip
        return found.first()

    async def lift(self, sanction_id: int, actor_id: int, now: datetime) -> bool:
        """End a sanction before its time; False when it is over already."""
        result = await self._connection.execute(
            update(Sanction)
            .where(Sanction.id == sanction_id, _running())
            .values(lifted_at=now, lifted_by=actor_id, ended_at=now)
            .returning(Sanction.id)
        )
        return result.first() is not None

    async def lift_of_case(
        self, case_id: int, imposed_at: datetime, actor_id: int, now: datetime
    ) -> list[AnyRow]:
        """Lift what one decision of a case imposed and still stands: id, account, community, kind."""
        result = await self._connection.execute(
            update(Sanction)
            .where(
                Sanction.case_id == case_id, Sanction.created_at == imposed_at, Sanction.lifted_at.is_(None)
            )
            .values(lifted_at=now, lifted_by=actor_id, ended_at=func.coalesce(Sanction.ended_at, now))
            .returning(Sanction.id, Sanction.account_id, Sanction.community_id, Sanction.kind)
        )
        return sorted(result, key=lambda row: int(row[0]))

    async def next_end(self) -> datetime | None:
        """When the next sanction lapses."""
        found = await self._connection.execute(
            select(func.min(Sanction.until)).where(Sanction.ended_at.is_(None), Sanction.kind.in_(_BARRING))
        )
        end: datetime | None = found.scalar_one_or_none()
        return end

    async def lapse(self, now: datetime) -> list[AnyRow]:
        """Sanctions whose time is over are so: id, account, community, kind, case of each."""
        result = await self._connection.execute(
            update(Sanction)
            .where(Sanction.ended_at.is_(None), Sanction.until <= now)
            .values(ended_at=now)
            .returning(
                Sanction.id, Sanction.account_id, Sanction.community_id, Sanction.kind, Sanction.case_id
            )
        )
        return sorted(result, key=lambda row: int(row[0]))
