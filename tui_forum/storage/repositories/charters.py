"""Charters: versions that stay, and the present one's figures beside the community's name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.charter import Charter, CharterVersion, Rule, RuleScope
from tui_forum.domain.entities import Purpose, Role, SiteRole, Visibility
from tui_forum.domain.sanctions import Bar
from tui_forum.domain.views import Author
from tui_forum.storage.models import Account, Community, Membership
from tui_forum.storage.models import Charter as CharterTable
from tui_forum.storage.repositories.directory import note_words
from tui_forum.storage.repositories.reading import invited, mine, rules_accepted, visible
from tui_forum.storage.repositories.sanctions import barred, bars_of

_LINKED = aliased(Community)
_VERSION: Final = (
    CharterTable.version, CharterTable.purpose, CharterTable.statement, CharterTable.audience,
    CharterTable.rules, CharterTable.response_days, CharterTable.responders, CharterTable.languages,
    CharterTable.review_on, CharterTable.ends_on, _LINKED.slug, CharterTable.public_record,
    CharterTable.reason, CharterTable.created_at, Account.id, Account.handle, Account.display_name,
)  # fmt: skip


def _version(row: Row[*tuple[Any, ...]]) -> CharterVersion:
    charter = Charter(
        purpose=Purpose(row[1]),
        statement=row[2],
        audience=row[3],
        rules=tuple(Rule(rule["text"], RuleScope(rule["scope"])) for rule in row[4]),
        response_days=row[5],
        responders=row[6],
        languages=tuple(row[7].split(",")),
        review_on=row[8],
        ends_on=row[9],
        linked=row[10] or "",
        public_record=row[11],
    )
    author = Author(row[14], row[15], row[16]) if row[14] is not None else None
    return CharterVersion(row[0], charter, row[12], author, row[13])


class CharterPlace:
    """A community as who asks stands to it, with its present charter."""

    __slots__ = (
        "archived", "bars", "builtin", "community_id", "invited", "name", "present", "role", "rules_accepted",
        "slug", "visibility",
    )  # fmt: skip

    def __init__(self, row: Row[*tuple[Any, ...]]) -> None:
        self.present = _version(row)
        after = len(_VERSION)
        self.community_id: int = row[after]
        self.slug: str = row[after + 1]
        self.name: str = row[after + 2]
        self.visibility = Visibility(row[after + 3])
        self.archived: bool = row[after + 4] is not None
        self.builtin: bool = row[after + 5] is not None
        self.role = Role(row[after + 6]) if row[after + 6] else None
        self.rules_accepted = bool(row[after + 7])
        self.invited = bool(row[after + 8])
        self.bars: tuple[Bar, ...] = ()


class CharterRepository:
    """Statements of charters, on behalf of one account: a linked community it may not know of is none."""

    def __init__(self, connection: AsyncConnection, account_id: int = 0) -> None:
        self._connection = connection
        self._account_id = account_id

    def _known(self, site_role: SiteRole) -> ColumnElement[bool]:
        if site_role in (SiteRole.MODERATOR, SiteRole.ADMIN):
            return literal(True)
        mine = select(Membership.community_id).where(Membership.account_id == self._account_id)
        return or_(_LINKED.visibility != Visibility.INVITE.value, _LINKED.id.in_(mine))

    async def place(self, community_id: int, site_role: SiteRole) -> CharterPlace | None:
        """A community with its present charter."""
        row = (
            await self._connection.execute(
                select(
                    *_VERSION, Community.id, Community.slug, Community.name, Community.visibility,
                    Community.archived_at, Community.builtin, Membership.role, rules_accepted(),
                    invited(self._account_id), barred(self._account_id),
                )
                .select_from(Community)
                .join(
                    CharterTable,
                    and_(
                        CharterTable.community_id == Community.id,
                        CharterTable.version == Community.charter_version,
                    ),
                )
                .outerjoin(
                    _LINKED,
                    and_(_LINKED.id == CharterTable.linked_community_id, self._known(site_role)),
                )
                .outerjoin(Account, Account.id == CharterTable.author_id)
                .outerjoin(Membership, mine(self._account_id))
                .where(Community.id == community_id)
            )
        ).first()  # fmt: skip
        if row is None:
            return None
        place = CharterPlace(row)
        if row[-1]:
            place.bars = await bars_of(self._connection, self._account_id, community_id)
        return place

    async def versions(
        self, community_id: int, site_role: SiteRole, before: int | None, limit: int
    ) -> tuple[CharterVersion, ...]:
        """A community's charters, latest first, below version ``before``."""
        statement = (
            select(*_VERSION)
            .select_from(CharterTable)
            .outerjoin(_LINKED, and_(_LINKED.id == CharterTable.linked_community_id, self._known(site_role)))
            .outerjoin(Account, Account.id == CharterTable.author_id)
            .where(CharterTable.community_id == community_id)
        )
        if before is not None:
            statement = statement.where(CharterTable.version < before)
        rows = await self._connection.execute(statement.order_by(CharterTable.version.desc()).limit(limit))
        return tuple(map(_version, rows))

    async def linked_id(self, community_id: int) -> int | None:
        """The id of the community that the present charter links to, whoever may know of it."""
        found = await self._connection.execute(
            select(Community.linked_community_id).where(Community.id == community_id)
        )
        return found.scalar_one_or_none()

    async def find(self, slug: str, site_role: SiteRole) -> int | None:
        """The id of a community that the account may know of; of one that was merged, where it went."""
        asked = aliased(Community)
        which = select(func.coalesce(asked.merged_into_id, asked.id)).where(asked.slug == slug)
        found = await self._connection.execute(
            select(Community.id)
            .outerjoin(Membership, mine(self._account_id))
            .where(Community.id == which.scalar_subquery(), visible(site_role, self._account_id))
        )
        return found.scalar_one_or_none()

    async def slug_taken(self, slug: str) -> bool:
        """Whether a community has this short name, or had it before it was merged."""
        found = await self._connection.execute(select(Community.id).where(Community.slug == slug))
        return found.first() is not None

    async def response_days(self, community_id: int) -> int | None:
        """In how many working days the present charter promises a first answer."""
        found = await self._connection.execute(
            select(CharterTable.response_days)
            .join(
                Community,
                and_(
                    Community.id == CharterTable.community_id,
                    Community.charter_version == CharterTable.version,
                ),
            )
            .where(Community.id == community_id)
        )
        return found.scalar_one_or_none()

    async def members(self, community_id: int, role: Role | None = None) -> list[int]:
        """The account ids of a community's members, or of those with one role."""
        statement = select(Membership.account_id).where(Membership.community_id == community_id)
        if role is not None:
            statement = statement.where(Membership.role == role.value)
        return list((await self._connection.execute(statement)).scalars())

    async def hosts(self, community_id: int) -> tuple[Author, ...]:
        """A community's managers, who have been it longest first."""
        rows = await self._connection.execute(
            select(Account.id, Account.handle, Account.display_name)
            .join(Membership, Membership.account_id == Account.id)
            .where(Membership.community_id == community_id, Membership.role == Role.MANAGER.value)
            .order_by(Membership.joined_at, Account.id)
        )
        return tuple(Author(*row) for row in rows)

    async def accounts(self, handles: Iterable[str]) -> dict[str, int]:
        """The ids of active accounts by handle."""
        rows = await self._connection.execute(
            select(Account.handle, Account.id).where(
                Account.handle.in_(tuple(handles)), Account.state == "active"
            )
        )
        return {row[0]: row[1] for row in rows}

    async def add(
        self,
        community_id: int,
        charter: Charter,
        *,
        version: int,
        linked_id: int | None,
        now: datetime,
        author_id: int | None = None,
        reason: str = "",
    ) -> bool:
        """Put ``version`` in force if the one before is; False when somebody was quicker."""
        present = await self._connection.execute(
            update(Community)
            .where(Community.id == community_id, Community.charter_version == version - 1)
            .values(
                charter_version=version,
                purpose=charter.purpose.value,
                statement=charter.statement,
                audience=charter.audience,
                languages=",".join(charter.languages),
                review_on=charter.review_on,
                ends_on=charter.ends_on,
                rule_count=len(charter.rules),
                linked_community_id=linked_id,
            )
            .returning(Community.id)
        )
        if present.first() is None:
            return False
        await self._connection.execute(
            insert(CharterTable).values(
                community_id=community_id,
                version=version,
                purpose=charter.purpose.value,
                statement=charter.statement,
                audience=charter.audience,
                rules=[{"text": rule.text, "scope": rule.scope.value} for rule in charter.rules],
                response_days=charter.response_days,
                responders=charter.responders,
                languages=",".join(charter.languages),
                review_on=charter.review_on,
                ends_on=charter.ends_on,
                linked_community_id=linked_id,
                public_record=charter.public_record,
                reason=reason,
                author_id=author_id,
                created_at=now,
            )
        )
        await note_words(self._connection, community_id)
        if author_id is not None:
            await self.accept(community_id, author_id, version)
        return True

    async def accept(self, community_id: int, account_id: int, version: int) -> None:
        """A member has accepted the rules of ``version``; never moves backwards."""
        await self._connection.execute(
            update(Membership)
            .where(
                Membership.community_id == community_id,
                Membership.account_id == account_id,
                Membership.accepted_charter < version,
            )
            .values(accepted_charter=version)
        )
