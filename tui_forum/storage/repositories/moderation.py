"""Reports, cases, decisions and notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.entities import Role, SiteRole
from tui_forum.domain.errors import ConflictError
from tui_forum.domain.moderation import EXPECTED, CaseState, DecisionKind
from tui_forum.i18n import N_
from tui_forum.storage.models import (
    Account,
    Case,
    CasePost,
    Community,
    Membership,
    ModerationRecord,
    Post,
    Report,
    Thread,
)

AnyRow = Row[*tuple[Any, ...]]
_MODERATOR = aliased(Account)
_BODY_CHARS: Final = 400
ALREADY_REPORTED: Final = N_("You have reported this post already; the moderators know.")


def _cases() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Case.id, Case.community_id, Community.slug, Post.thread_id, Thread.title, Post.id, Post.number,
            Account.id, Account.handle, Account.display_name, func.substr(Post.body, 1, _BODY_CHARS),
            Case.report_count, Case.opened_at, Case.state, Community.visibility, Post.revision, Post.state,
        )
        .join(Post, Post.id == Case.post_id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Community, Community.id == Case.community_id)
        .join(Account, Account.id == Post.author_id)
    )  # fmt: skip


class ModerationRepository:
    """Statements of moderation."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open_case(self, community_id: int, post: dict[str, Any], now: datetime) -> int:
        """The open case of a post, opened when there is none."""
        found = await self._connection.execute(
            select(Case.id).where(Case.post_id == post["id"], Case.state == CaseState.OPEN.value)
        )
        case_id = found.scalar_one_or_none()
        if case_id is not None:
            return case_id
        result = await self._connection.execute(
            insert(Case)
            .values(
                community_id=community_id,
                account_id=post["author_id"],
                post_id=post["id"],
                opened_at=now,
                reported_at=now,
                due_at=now + EXPECTED[4],
            )
            .returning(Case.id)
        )
        case_id = int(result.scalar_one())
        await self._connection.execute(
            insert(CasePost).values(
                case_id=case_id, post_id=post["id"], revision=post["revision"], added_at=now
            )
        )
        return case_id

    async def add_report(
        self, case_id: int, post: dict[str, Any], reporter_id: int, note: str, now: datetime
    ) -> None:
        """Add a report to a case.

        Raises:
            ConflictError: the same person has reported it already.
        """
        try:
            await self._connection.execute(
                insert(Report).values(
                    case_id=case_id,
                    post_id=post["id"],
                    revision=post["revision"],
                    reporter_id=reporter_id,
                    note=note,
                    created_at=now,
                )
            )
        except IntegrityError as error:
            raise ConflictError(ALREADY_REPORTED) from error
        await self._connection.execute(
            update(Case).where(Case.id == case_id).values(report_count=Case.report_count + 1)
        )

    async def queue(
        self, account_id: int, site_role: SiteRole, after: int | None, limit: int
    ) -> list[AnyRow]:
        """Open cases in this account's scope, oldest first."""
        statement = _cases().where(Case.state == CaseState.OPEN.value, Case.id > (after or 0))
        if site_role is SiteRole.MEMBER:
            statement = statement.where(Case.community_id.in_(_moderated_by(account_id)))
        return list(await self._connection.execute(statement.order_by(Case.id).limit(limit)))

    async def case(self, case_id: int) -> AnyRow | None:
        """One case."""
        return (await self._connection.execute(_cases().where(Case.id == case_id))).first()

    async def role(self, account_id: int, community_id: int) -> Role | None:
        """An account's role in a community."""
        found = await self._connection.execute(
            select(Membership.role).where(
                Membership.account_id == account_id, Membership.community_id == community_id
            )
        )
        role = found.scalar_one_or_none()
        return Role(role) if role else None

    async def reports(self, case_id: int) -> list[AnyRow]:
        """The reports of a case, oldest first."""
        return list(
            await self._connection.execute(
                select(Account.id, Account.handle, Account.display_name, Report.note, Report.created_at)
                .join(Account, Account.id == Report.reporter_id)
                .where(Report.case_id == case_id)
                .order_by(Report.id)
            )
        )

    async def close_case(self, case_id: int, kind: DecisionKind, decided_by: int, now: datetime) -> bool:
        """Decide an open case; False when somebody was quicker."""
        result = await self._connection.execute(
            update(Case)
            .where(Case.id == case_id, Case.state == CaseState.OPEN.value)
            .values(state=CaseState.DECIDED.value, decided_at=now, decided_by=decided_by, outcome=kind.value)
            .returning(Case.id)
        )
        return result.first() is not None

    async def log(
        self,
        account_id: int,
        site_role: SiteRole,
        community_id: int | None,
        before: int | None,
        limit: int,
    ) -> list[AnyRow]:
        """Decisions in this account's scope, latest first; ``before`` is a decision id."""
        statement = (
            select(
                ModerationRecord.id, ModerationRecord.case_id, Community.slug, Post.thread_id, Post.number,
                _MODERATOR.id, _MODERATOR.handle, _MODERATOR.display_name,
                Account.id, Account.handle, Account.display_name,
                ModerationRecord.action, ModerationRecord.reason, ModerationRecord.created_at,
            )
            .join(Community, Community.id == ModerationRecord.community_id)
            .join(Post, Post.id == ModerationRecord.post_id)
            .join(_MODERATOR, _MODERATOR.id == ModerationRecord.actor_id)
            .join(Account, Account.id == Post.author_id)
            .where(ModerationRecord.action.in_([kind.value for kind in DecisionKind]))
        )  # fmt: skip
        if site_role is SiteRole.MEMBER:
            statement = statement.where(ModerationRecord.community_id.in_(_moderated_by(account_id)))
        if community_id is not None:
            statement = statement.where(ModerationRecord.community_id == community_id)
        if before is not None:
            statement = statement.where(ModerationRecord.id < before)
        return list(
            await self._connection.execute(statement.order_by(ModerationRecord.id.desc()).limit(limit))
        )


def _moderated_by(account_id: int) -> Select[*tuple[Any, ...]]:
    return select(Membership.community_id).where(
        Membership.account_id == account_id,
        Membership.role.in_((Role.MODERATOR.value, Role.MANAGER.value)),
    )
