"""Sanctions: what a decision does to an account, who reads of it, and how it ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tui_forum.domain.cases import SanctionLine
from tui_forum.domain.entities import Actor, SiteRole, Visibility
from tui_forum.domain.errors import ConflictError, NotAllowedError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.moderation import SanctionKind
from tui_forum.domain.policy import MODERATORS, NOT_FOUND, Action, Standing, decide, require
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.domain.sanctions import Penalty
from tui_forum.domain.text import clean_line
from tui_forum.i18n import N_
from tui_forum.services.casestate import check_reason
from tui_forum.services.notices import notify
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.accounts import AccountRepository
from tui_forum.storage.repositories.cases import CaseReading
from tui_forum.storage.repositories.sanctions import SanctionRepository
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

OVER = N_("This is over already.")
# Kinds of notices; their sentences are in ``ui.casewords``.
LIFTED = "sanction_lifted"
ENDED = "sanction_over"  # its text is the kind


async def impose(
    uow: UnitOfWork,
    *,
    account_id: int,
    community_id: int | None,
    kind: SanctionKind,
    reason: str,
    actor_id: int,
    until: datetime | None = None,
    case_id: int | None = None,
) -> int:
    """Lay a sanction on an account, here or (``community_id`` None) everywhere; tell it. The id.

    The caller notes the action that it belongs to in the record.
    """
    sanction_id = await SanctionRepository(uow.connection).add(
        {
            "account_id": account_id,
            "community_id": community_id,
            "kind": kind.value,
            "reason": reason,
            "case_id": case_id,
            "created_by": actor_id,
            "created_at": uow.now,
            "until": until,
        }
    )
    await notify(
        uow,
        [account_id],
        f"sanction_{kind.value}",
        community_id=community_id,
        case_id=case_id,
        text=reason,
    )
    _changed(uow, account_id, sanction_id)
    return sanction_id


async def take_back(uow: UnitOfWork, case_id: int, imposed_at: datetime, actor_id: int) -> list[int]:
    """A decision is undone: lift what it laid on the account; the ids of those sanctions."""
    repository = SanctionRepository(uow.connection)
    lifted = await repository.lift_of_case(case_id, imposed_at, actor_id, uow.now)
    for sanction_id, account_id, _community_id, _kind in lifted:
        _changed(uow, account_id, sanction_id)
    return [row[0] for row in lifted]


def _changed(uow: UnitOfWork, account_id: int, sanction_id: int) -> None:
    uow.record(EventKind.SANCTION_CHANGED, account_id=account_id, data={"sanction": sanction_id})


def _penalty(row: Any) -> Penalty:
    return Penalty(row[0], SanctionKind(row[1]), row[2] or "", row[3], row[4], row[5], row[6])


class Sanctions:
    """Use cases of who is sanctioned, and of lifting sanctions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- the account's side

    async def suspension(self, actor: Actor) -> Penalty | None:
        """What suspends the account from the whole forum now: of several, the one that ends last."""
        async with self._database.read() as connection:
            rows = await SanctionRepository(connection).of(actor.account_id, everywhere=True)
        found = [_penalty(row) for row in rows]
        endless = next((one for one in found if one.until is None), None)
        return endless or max(found, key=lambda one: one.until or one.created_at, default=None)

    async def unread(self, actor: Actor) -> tuple[Penalty, ...]:
        """Warnings and running sanctions that the account has not acknowledged, oldest first."""
        async with self._database.read() as connection:
            rows = await SanctionRepository(connection).of(actor.account_id, unread=True)
        return tuple(_penalty(row) for row in rows[::-1])

    async def acknowledge(self, actor: Actor, *sanction_ids: int) -> None:
        """The account has read these of its sanctions."""

        async def work(uow: UnitOfWork) -> None:
            await SanctionRepository(uow.connection).see(actor.account_id, sanction_ids, uow.now)

        await self._database.write(work)

    # -- the moderators' side

    async def of(self, actor: Actor, handle: str) -> tuple[SanctionLine, ...]:
        """What is laid on somebody now, latest first, where one moderates or everywhere.

        Raises:
            NotAllowedError: one moderates nothing. NotFoundError: no such account.
        """
        async with self._database.read() as connection:
            places = await CaseReading(connection, actor.account_id, actor.site_role).places()
            if not places and actor.site_role is SiteRole.MEMBER:
                raise NotAllowedError(MODERATORS)
            name = clean_line(handle).removeprefix("@").lower()
            person = await AccountRepository(connection).by_handle(name)
            if person is None:
                raise NotFoundError(NOT_FOUND)
            rows = await SanctionRepository(connection).running(
                person.account_id, None if actor.site_role is not SiteRole.MEMBER else actor.account_id
            )
        return tuple(
            SanctionLine(row[0], SanctionKind(row[1]), row[2] or "", row[3], row[4], row[5], running=True)
            for row in rows
        )

    async def lift(self, actor: Actor, sanction_id: int, reason: str) -> None:
        """End a sanction before its time; the account is told.

        Raises:
            InvalidInputError: no reason. ConflictError: it is over already.
            NotAllowedError, NotFoundError: see the policy.
        """
        reason = check_reason(reason)

        async def work(uow: UnitOfWork) -> None:
            repository = SanctionRepository(uow.connection)
            found = await repository.get(sanction_id)
            if found is None:
                raise NotFoundError(NOT_FOUND)
            account_id, community_id, kind, case_id, until, visibility = found
            _site, role = await WritingRepository(uow.connection).roles_of(actor.account_id, community_id)
            standing = Standing(
                actor.site_role,
                role,
                Visibility(visibility) if visibility else Visibility.OPEN,
                own=account_id == actor.account_id,
                everywhere=community_id is None,
            )
            if not decide(Action.MODERATE, standing).allowed:
                raise NotFoundError(NOT_FOUND)
            require(Action.LIFT_SANCTION, standing)
            if not await repository.lift(sanction_id, actor.account_id, uow.now):
                raise ConflictError(OVER)
            uow.note(
                RecordEntry(
                    RecordAction.LIFT,
                    actor.account_id,
                    community_id=community_id,
                    case_id=case_id,
                    account_id=account_id,
                    reason=reason,
                    before={"kind": kind, "until": until.isoformat() if until else None},
                    after={"sanction": sanction_id},
                )
            )
            await notify(uow, [account_id], LIFTED, community_id=community_id, case_id=case_id, text=reason)
            _changed(uow, account_id, sanction_id)
            if case_id is not None:
                uow.record(EventKind.CASE_CHANGED, actor_id=actor.account_id, data={"case": case_id})

        await self._database.write(work)

    # -- by itself

    async def next_end(self) -> datetime | None:
        """When the next sanction lapses."""
        async with self._database.read() as connection:
            return await SanctionRepository(connection).next_end()

    async def lapse(self, now: datetime) -> None:
        """Tell those whose sanctions are over; they held no longer since their time had come."""

        async def work(uow: UnitOfWork) -> None:
            lapsed = await SanctionRepository(uow.connection).lapse(now)
            for sanction_id, account_id, community_id, kind, case_id in lapsed:
                uow.note(
                    RecordEntry(
                        RecordAction.LAPSE,
                        None,
                        community_id=community_id,
                        case_id=case_id,
                        account_id=account_id,
                        after={"sanction": sanction_id, "kind": kind},
                    )
                )
                await notify(uow, [account_id], ENDED, community_id=community_id, case_id=case_id, text=kind)
                _changed(uow, account_id, sanction_id)

        await self._database.write(work)
