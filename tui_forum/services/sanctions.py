"""Sanctions: what a decision does to an account."""

from __future__ import annotations

from datetime import datetime

from tui_forum.domain.moderation import SanctionKind
from tui_forum.services.notices import notify
from tui_forum.storage.repositories.sanctions import SanctionRepository
from tui_forum.storage.uow import UnitOfWork


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
    return sanction_id


async def take_back(uow: UnitOfWork, case_id: int, imposed_at: datetime, actor_id: int) -> list[int]:
    """A decision is undone: lift what it laid on the account; the ids of those sanctions."""
    return await SanctionRepository(uow.connection).lift_of_case(case_id, imposed_at, actor_id, uow.now)
