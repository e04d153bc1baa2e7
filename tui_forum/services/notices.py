"""The inbox: what an account is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from tui_forum.domain.entities import Actor
from tui_forum.domain.events import EventKind
from tui_forum.domain.limits import PAGE_SIZE
from tui_forum.domain.views import Notice
from tui_forum.services.events import EventHub
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.notices import NoticeRepository
from tui_forum.storage.repositories.reading import PERSONAL, ReadingRepository, hidden
from tui_forum.storage.uow import UnitOfWork

REPLY: Final = "reply"  # its text is the start of the post


async def notify(
    uow: UnitOfWork,
    account_ids: Iterable[int],
    kind: str,
    *,
    community_id: int | None = None,
    thread_id: int | None = None,
    post_id: int | None = None,
    actor_id: int | None = None,
    case_id: int | None = None,
    text: str = "",
) -> None:
    """Tell accounts something, each once, never the one who did it; their sessions hear of it.

    Those who may not read the thread (any more), or not know of the community, are told nothing.
    ``kind`` names the sentence in ``ui.screens.inbox``. With ``thread_id`` a notice leads to
    the post, else to the community.
    """
    repository = NoticeRepository(uow.connection)
    told = sorted(set(account_ids) - {actor_id})
    if kind not in PERSONAL and (community_id is not None or thread_id is not None):
        told = list(await repository.who_may_hear(told, community_id, thread_id))
    await repository.add(
        told,
        {
            "kind": kind,
            "community_id": community_id,
            "thread_id": thread_id,
            "post_id": post_id,
            "actor_id": actor_id,
            "case_id": case_id,
            "text": text,
            "created_at": uow.now,
        },
    )
    for account_id in told:
        uow.record(EventKind.NOTICE_SENT, account_id=account_id)


async def notify_each(
    uow: UnitOfWork,
    tidings: Mapping[int, tuple[str, Callable[[str], str]]],
    *,
    thread_id: int | None,
    post_id: int | None,
    case_id: int | None,
) -> frozenset[int]:
    """Tell accounts different things about one post, each in its own language, at once.

    ``tidings`` has for each account the kind of notice and what gives its text in a language.
    Who may not read the thread is told nothing, as with :func:`notify`. Those who were told.
    """
    repository = NoticeRepository(uow.connection)
    told = await repository.who_may_hear(sorted(tidings), None, thread_id)
    await repository.tell_each(
        [
            {
                "account_id": account_id,
                "kind": tidings[account_id][0],
                "community_id": None,
                "thread_id": thread_id,
                "post_id": post_id,
                "actor_id": None,
                "case_id": case_id,
                "text": tidings[account_id][1](language),
                "created_at": uow.now,
            }
            for account_id, language in told.items()
        ]
    )
    for account_id in told:
        uow.record(EventKind.NOTICE_SENT, account_id=account_id)
    return frozenset(told)


async def withdraw(uow: UnitOfWork, account_id: int, kind: str, *, post_id: int, actor_id: int) -> None:
    """Take back what :func:`notify` has told an account about a post."""
    if await NoticeRepository(uow.connection).remove(account_id, kind, post_id, actor_id):
        uow.record(EventKind.NOTICE_SENT, account_id=account_id)


class Notices:
    """Use cases of the inbox."""

    def __init__(self, database: Database, hub: EventHub) -> None:
        self._database = database
        self._hub = hub

    async def page(
        self, actor: Actor, after: int | None = None, limit: int = PAGE_SIZE
    ) -> tuple[Notice, ...]:
        """One's notices, latest first (``after``: the last notice id one has)."""
        async with self._database.read() as connection:
            rows = await NoticeRepository(connection).page(actor.account_id, actor.site_role, after, limit)
        return tuple(
            Notice(
                row[0], row[1], row[2], row[3], row[4] or "", row[5] or "",
                "" if row[1] == REPLY and hidden(row[9]) else row[6], row[7], bool(row[8]),
                row[10], row[11] or "", row[12],
            )
            for row in rows
        )  # fmt: skip

    async def mark_seen(self, actor: Actor) -> None:
        """All of one's notices have been seen."""

        async def work(uow: UnitOfWork) -> None:
            await NoticeRepository(uow.connection).mark_seen(actor.account_id, uow.now)

        await self._database.write(work)
        self._hub.tell(EventKind.NOTICE_SENT, account_id=actor.account_id)

    async def unseen(self, actor: Actor) -> int:
        """How many notices are unseen (capped at ``limits.UNREAD_CAP``)."""
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            return (await reading.waiting())[1]
