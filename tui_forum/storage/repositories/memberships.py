"""Members, requests to join and invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, insert, literal, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.entities import Role, Visibility
from tui_forum.domain.errors import ConflictError
from tui_forum.domain.membership import (
    INVITED_ALREADY,
    Answer,
    Invitation,
    Member,
    MemberCursor,
    Request,
)
from tui_forum.domain.policy import ASKED_ALREADY
from tui_forum.domain.views import Author
from tui_forum.storage.models import (
    Account,
    Community,
    CommunityInvitation,
    JoinRequest,
    Membership,
)

_INVITER: Final = aliased(Account)
_STAFF: Final = ((Role.MANAGER, 0), (Role.MODERATOR, 1), (Role.EXPERT, 2))
_PLAIN: Final = 3


def _staff() -> ColumnElement[int]:
    """Where a role stands in a list of members."""
    return case(*((Membership.role == role.value, rank) for role, rank in _STAFF), else_=_PLAIN)


class MembershipRepository:
    """Statements of memberships, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # -- members

    async def find(
        self, community_id: int, handle: str, *, active: bool = False
    ) -> tuple[int, Role | None] | None:
        """The account of a handle (``active``: only if it can log in) and its role in a community."""
        statement = (
            select(Account.id, Membership.role)
            .outerjoin(
                Membership,
                and_(Membership.account_id == Account.id, Membership.community_id == community_id),
            )
            .where(Account.handle == handle)
        )
        if active:
            statement = statement.where(Account.state == "active")
        row = (await self._connection.execute(statement)).first()
        return None if row is None else (row[0], Role(row[1]) if row[1] else None)

    async def members(
        self, community_id: int, after: MemberCursor | None, limit: int
    ) -> tuple[tuple[Member, ...], MemberCursor | None]:
        """A page of members: those with another role by rank and time, then the others, latest first."""
        rows: list[Any] = []
        if after is None or after.staff < _PLAIN:
            rows = list(await self._connection.execute(self._staff_page(community_id, after, limit + 1)))
        if len(rows) <= limit:
            last = after if after is not None and after.staff == _PLAIN else None
            rows += await self._connection.execute(
                self._plain_page(community_id, last, limit + 1 - len(rows))
            )
        page = tuple(Member(Author(*row[:3]), Role(row[3]), row[4]) for row in rows[:limit])
        if len(rows) <= limit:
            return page, None
        row = rows[limit - 1]
        return page, MemberCursor(row[5], row[4], row[0])

    @staticmethod
    def _member_rows(community_id: int) -> Select[*tuple[Any, ...]]:
        return (
            select(
                Account.id, Account.handle, Account.display_name, Membership.role, Membership.joined_at,
                _staff(),
            )
            .join(Account, Account.id == Membership.account_id)
            .where(Membership.community_id == community_id)
        )  # fmt: skip

    def _staff_page(
        self, community_id: int, after: MemberCursor | None, limit: int
    ) -> Select[*tuple[Any, ...]]:
        statement = self._member_rows(community_id).where(
            Membership.role.in_([role.value for role, _rank in _STAFF])
        )
        if after is not None:
            statement = statement.where(
                tuple_(_staff(), Membership.joined_at, Membership.account_id)
                > tuple_(
                    literal(after.staff),
                    literal(after.joined_at, Membership.joined_at.type),
                    literal(after.account_id),
                )
            )
        return statement.order_by(_staff(), Membership.joined_at, Membership.account_id).limit(limit)

    def _plain_page(
        self, community_id: int, after: MemberCursor | None, limit: int
    ) -> Select[*tuple[Any, ...]]:
        statement = self._member_rows(community_id).where(Membership.role == Role.MEMBER.value)
        if after is not None:
            statement = statement.where(
                tuple_(Membership.joined_at, Membership.account_id)
                < tuple_(literal(after.joined_at, Membership.joined_at.type), literal(after.account_id))
            )
        return statement.order_by(Membership.joined_at.desc(), Membership.account_id.desc()).limit(limit)

    async def ids(self, community_id: int, role: Role | None = None) -> list[int]:
        """The account ids of a community's members, or of those with one role."""
        statement = select(Membership.account_id).where(Membership.community_id == community_id)
        if role is not None:
            statement = statement.where(Membership.role == role.value)
        return list((await self._connection.execute(statement)).scalars())

    async def note_inviter(self, account_id: int, community_id: int, inviter_id: int) -> None:
        """Remember who brought a member in."""
        await self._connection.execute(
            update(Membership)
            .where(Membership.account_id == account_id, Membership.community_id == community_id)
            .values(invited_by=inviter_id)
        )

    # -- the community's page

    async def details(self, community_id: int) -> tuple[str, str, datetime, datetime | None, int, int]:
        """Audience, languages, when opened and archived, and how many requests and invitations wait."""
        requests = select(func.count()).where(
            JoinRequest.community_id == community_id, JoinRequest.state == Answer.OPEN.value
        )
        invited = select(func.count()).where(
            CommunityInvitation.community_id == community_id, CommunityInvitation.state == Answer.OPEN.value
        )
        row = (
            await self._connection.execute(
                select(
                    Community.audience, Community.languages, Community.created_at, Community.archived_at,
                    requests.scalar_subquery(), invited.scalar_subquery(),
                ).where(Community.id == community_id)
            )
        ).one()  # fmt: skip
        return row[0], row[1], row[2], row[3], row[4], row[5]

    async def hosts(self, community_id: int) -> tuple[Author, ...]:
        """A community's managers, who have been in it longest first."""
        rows = await self._connection.execute(
            select(Account.id, Account.handle, Account.display_name)
            .join(Membership, Membership.account_id == Account.id)
            .where(Membership.community_id == community_id, Membership.role == Role.MANAGER.value)
            .order_by(Membership.joined_at, Account.id)
        )
        return tuple(Author(*row) for row in rows)

    async def set_visibility(self, community_id: int, visibility: Visibility) -> None:
        """Let a community be seen by others than before."""
        await self._connection.execute(
            update(Community).where(Community.id == community_id).values(visibility=visibility.value)
        )

    # -- requests to join

    async def add_request(self, account_id: int, community_id: int, message: str, now: datetime) -> int:
        """Ask to join; the request's id.

        Raises:
            ConflictError: there is an open request already.
        """
        try:
            result = await self._connection.execute(
                insert(JoinRequest)
                .values(account_id=account_id, community_id=community_id, message=message, created_at=now)
                .returning(JoinRequest.id)
            )
        except IntegrityError as error:
            raise ConflictError(ASKED_ALREADY) from error
        return int(result.scalar_one())

    @staticmethod
    def _requests() -> Select[*tuple[Any, ...]]:
        return (
            select(
                JoinRequest.id, Account.id, Account.handle, Account.display_name, JoinRequest.message,
                JoinRequest.created_at, JoinRequest.community_id,
            )
            .join(Account, Account.id == JoinRequest.account_id)
            .where(JoinRequest.state == Answer.OPEN.value)
        )  # fmt: skip

    async def requests(self, community_id: int, after: int, limit: int) -> tuple[Request, ...]:
        """Open requests, oldest first, past id ``after``."""
        rows = await self._connection.execute(
            self._requests()
            .where(JoinRequest.community_id == community_id, JoinRequest.id > after)
            .order_by(JoinRequest.id)
            .limit(limit)
        )
        return tuple(_request(row) for row in rows)

    async def request(self, request_id: int) -> tuple[Request, int] | None:
        """An open request and the id of its community."""
        row = (await self._connection.execute(self._requests().where(JoinRequest.id == request_id))).first()
        return None if row is None else (_request(row), row[6])

    async def request_of(self, account_id: int, community_id: int) -> Request | None:
        """Somebody's open request."""
        row = (
            await self._connection.execute(
                self._requests().where(
                    JoinRequest.account_id == account_id, JoinRequest.community_id == community_id
                )
            )
        ).first()
        return None if row is None else _request(row)

    async def community_of_request(self, request_id: int) -> int | None:
        """The community that a request, answered or not, is about."""
        found = await self._connection.execute(
            select(JoinRequest.community_id).where(JoinRequest.id == request_id)
        )
        return found.scalar_one_or_none()

    async def declined_request(self, account_id: int, community_id: int) -> datetime | None:
        """When somebody's latest request was declined."""
        found = await self._connection.execute(
            select(func.max(JoinRequest.answered_at)).where(
                JoinRequest.account_id == account_id,
                JoinRequest.community_id == community_id,
                JoinRequest.state == Answer.DECLINED.value,
            )
        )
        return found.scalar_one()

    async def close_requests(
        self,
        community_id: int,
        state: Answer,
        now: datetime,
        *,
        account_id: int | None = None,
        answered_by: int | None = None,
        answer: str = "",
    ) -> list[int]:
        """Answer all open requests, or one account's; whose they were. A closed one stays as it is."""
        which = and_(JoinRequest.community_id == community_id, JoinRequest.state == Answer.OPEN.value)
        if account_id is not None:
            which = and_(which, JoinRequest.account_id == account_id)
        result = await self._connection.execute(
            update(JoinRequest)
            .where(which)
            .values(state=state.value, answered_by=answered_by, answered_at=now, answer=answer)
            .returning(JoinRequest.account_id)
        )
        return list(result.scalars())

    # -- invitations

    async def add_invitation(
        self, account_id: int, community_id: int, inviter_id: int, message: str, now: datetime, handle: str
    ) -> int:
        """Ask somebody in; the invitation's id.

        Raises:
            ConflictError: there is an open invitation already.
        """
        try:
            result = await self._connection.execute(
                insert(CommunityInvitation)
                .values(
                    account_id=account_id,
                    community_id=community_id,
                    inviter_id=inviter_id,
                    message=message,
                    created_at=now,
                )
                .returning(CommunityInvitation.id)
            )
        except IntegrityError as error:
            raise ConflictError(INVITED_ALREADY, handle=handle) from error
        return int(result.scalar_one())

    async def has_declined(self, account_id: int, community_id: int) -> bool:
        """Whether somebody has declined an invitation into a community."""
        found = await self._connection.execute(
            select(CommunityInvitation.id)
            .where(
                CommunityInvitation.account_id == account_id,
                CommunityInvitation.community_id == community_id,
                CommunityInvitation.state == Answer.DECLINED.value,
            )
            .limit(1)
        )
        return found.first() is not None

    async def invitations(
        self, community_id: int, after: int, limit: int, account_id: int | None = None
    ) -> tuple[Invitation, ...]:
        """Open invitations of a community, oldest first, past id ``after``; or one account's."""
        statement = (
            select(
                CommunityInvitation.id, CommunityInvitation.community_id,
                Account.id, Account.handle, Account.display_name,
                _INVITER.id, _INVITER.handle, _INVITER.display_name,
                CommunityInvitation.message, CommunityInvitation.created_at,
            )
            .join(Account, Account.id == CommunityInvitation.account_id)
            .join(_INVITER, _INVITER.id == CommunityInvitation.inviter_id)
            .where(
                CommunityInvitation.community_id == community_id,
                CommunityInvitation.state == Answer.OPEN.value,
                CommunityInvitation.id > after,
            )
            .order_by(CommunityInvitation.id)
            .limit(limit)
        )  # fmt: skip
        if account_id is not None:
            statement = statement.where(CommunityInvitation.account_id == account_id)
        rows = await self._connection.execute(statement)
        return tuple(
            Invitation(row[0], row[1], Author(*row[2:5]), Author(*row[5:8]), row[8], row[9]) for row in rows
        )

    async def close_invitation(
        self, account_id: int, community_id: int, state: Answer, now: datetime
    ) -> int | None:
        """Answer or take back an open invitation; who had sent it, None when there was none."""
        result = await self._connection.execute(
            update(CommunityInvitation)
            .where(
                CommunityInvitation.account_id == account_id,
                CommunityInvitation.community_id == community_id,
                CommunityInvitation.state == Answer.OPEN.value,
            )
            .values(state=state.value, answered_at=now)
            .returning(CommunityInvitation.inviter_id)
        )
        return result.scalar_one_or_none()


def _request(row: Any) -> Request:
    return Request(row[0], Author(*row[1:4]), row[4], row[5])
