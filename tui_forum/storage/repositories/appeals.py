"""Appeals against decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.appeals import ALREADY, AppealState
from tui_forum.domain.errors import ConflictError
from tui_forum.domain.moderation import CaseState
from tui_forum.storage.models import (
    Account,
    Appeal,
    Case,
    Community,
    ModerationRecord,
    Notice,
    Post,
    Sanction,
    Thread,
)

AnyRow = Row[*tuple[Any, ...]]


class AppealRepository:
    """Statements of appeals, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def decision(self, case_id: int, account_id: int) -> AnyRow | None:
        """The decision of a case about an account, with what it did and the appeal against it.

        0 outcome, 1 state, 2 overturned, 3 community, 4 its name, 5 category, 6 rule, 7 decided_at,
        8 decided_by, 9 record's id, 10 its reason, 11 sanction, 12 its kind, 13 its community,
        14 its reason, 15 until, 16 thread, 17 title, 18 post's number, 19-23 appeal: body, state,
        created_at, answer, answered_at.
        """
        found = await self._connection.execute(
            select(
                Case.outcome, Case.state, Case.overturned, Case.community_id, Community.name, Case.category,
                Case.rule, Case.decided_at, Case.decided_by, ModerationRecord.id, ModerationRecord.reason,
                Sanction.id, Sanction.kind, Sanction.community_id, Sanction.reason, Sanction.until,
                Thread.id, Thread.title, Post.number, Appeal.body, Appeal.state, Appeal.created_at,
                Appeal.answer, Appeal.answered_at,
            )
            .outerjoin(Community, Community.id == Case.community_id)
            .join(
                ModerationRecord,
                and_(
                    ModerationRecord.case_id == Case.id,
                    ModerationRecord.created_at == Case.decided_at,
                    ModerationRecord.action == Case.outcome,
                ),
            )
            .outerjoin(
                Sanction, and_(Sanction.case_id == Case.id, Sanction.created_at == Case.decided_at)
            )
            .outerjoin(Post, Post.id == Case.post_id)
            .outerjoin(Thread, Thread.id == Post.thread_id)
            .outerjoin(
                Appeal, and_(Appeal.record_id == ModerationRecord.id, Appeal.account_id == Case.account_id)
            )
            .where(
                Case.id == case_id,
                Case.account_id == account_id,
                Case.state == CaseState.DECIDED.value,
            )
        )  # fmt: skip
        return found.first()

    async def told(self, case_id: int, account_id: int, decided_at: datetime) -> str:
        """What an account was told of a decision, in its own language; "" when nothing."""
        found = await self._connection.execute(
            select(Notice.text)
            .where(
                Notice.case_id == case_id,
                Notice.account_id == account_id,
                Notice.created_at == decided_at,
            )
            .order_by(Notice.id.desc())
            .limit(1)
        )
        return found.scalar_one_or_none() or ""

    async def add(self, values: dict[str, Any]) -> None:
        """Insert an appeal.

        Raises:
            ConflictError: there is one against this decision already.
        """
        try:
            await self._connection.execute(insert(Appeal).values(**values))
        except IntegrityError as error:
            raise ConflictError(ALREADY) from error

    async def of_case(self, case_id: int) -> AnyRow | None:
        """The appeal that a case is about.

        0 account, 1 body, 2 state, 3 answer, 4 decided case, 5 record's id, then what is challenged:
        6 action, 7 moment, 8 before, 9 after, 10 reason, 11-13 by whom.
        """
        found = await self._connection.execute(
            select(
                Appeal.account_id, Appeal.body, Appeal.state, Appeal.answer, Appeal.decided_case_id,
                Appeal.record_id, ModerationRecord.action, ModerationRecord.created_at,
                ModerationRecord.before, ModerationRecord.after, ModerationRecord.reason,
                Account.id, Account.handle, Account.display_name,
            )
            .join(ModerationRecord, ModerationRecord.id == Appeal.record_id)
            .join(Account, Account.id == ModerationRecord.actor_id)
            .where(Appeal.case_id == case_id)
        )  # fmt: skip
        return found.first()

    async def answer(
        self, case_id: int, state: AppealState, answer: str, actor_id: int, now: datetime
    ) -> None:
        """Note what an appeal came to."""
        await self._connection.execute(
            update(Appeal)
            .where(Appeal.case_id == case_id)
            .values(state=state.value, answer=answer, answered_by=actor_id, answered_at=now)
        )

    async def overturn(self, case_id: int) -> None:
        """The decision of a case does not stand any more."""
        await self._connection.execute(update(Case).where(Case.id == case_id).values(overturned=True))

    async def against(self, case_id: int, decided_at: datetime) -> bool:
        """Whether somebody has appealed against a decision of a case."""
        found = await self._connection.execute(
            select(Appeal.id)
            .join(ModerationRecord, ModerationRecord.id == Appeal.record_id)
            .where(Appeal.decided_case_id == case_id, ModerationRecord.created_at == decided_at)
            .limit(1)
        )
        return found.first() is not None
