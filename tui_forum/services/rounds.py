"""The hosts' round keeps itself: whoever hosts a community belongs to it, and nobody else."""

from __future__ import annotations

from tui_forum.domain.entities import Role
from tui_forum.domain.events import EventKind
from tui_forum.storage.repositories.rounds import RoundRepository
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork


async def keep_hosts_round(uow: UnitOfWork, *account_ids: int) -> None:
    """Let accounts belong to the hosts' round if they manage a community, and not if they do not.

    Called wherever somebody becomes a manager or stops being one, in the same transaction and
    after the change. The round is made when the first one needs it.
    """
    rounds, writing = RoundRepository(uow.connection), WritingRepository(uow.connection)
    round_id = await rounds.find()
    for account_id in sorted(set(account_ids)):
        hosts = await rounds.hosts(account_id)
        if hosts and round_id is None:
            round_id, made = await rounds.open(uow.now)
            if made:
                uow.record(EventKind.COMMUNITY_OPENED, community_id=round_id)
        if round_id is None:
            continue
        if hosts:
            baseline = await writing.newest_post_id(round_id)
            changed = await writing.add_member(account_id, round_id, Role.MEMBER, baseline, uow.now)
        else:
            changed = await writing.remove_member(account_id, round_id)
        if changed:
            kind = EventKind.MEMBER_JOINED if hosts else EventKind.MEMBER_LEFT
            uow.record(kind, actor_id=account_id, community_id=round_id, account_id=account_id)
