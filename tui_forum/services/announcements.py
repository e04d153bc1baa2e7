"""Announcements: acknowledging them, who has not yet, and where they are discussed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui_forum.domain.announcements import Discussion, NotYet
from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.limits import PAGE_SIZE
from tui_forum.domain.policy import NOT_FOUND, Action, require
from tui_forum.services.threads import standing_to
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.announcements import AnnouncementRepository
from tui_forum.storage.repositories.reading import ThreadState, thread_state
from tui_forum.storage.uow import UnitOfWork

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

ACKNOWLEDGEMENT_WANTED: Final = "acknowledgement_wanted"


async def _thread(connection: AsyncConnection, actor: Actor, thread_id: int, action: Action) -> ThreadState:
    state = await thread_state(connection, thread_id, actor.account_id)
    if state is None or state.removed:
        raise NotFoundError(NOT_FOUND)
    require(action, standing_to(actor, state, own=state.author.account_id == actor.account_id))
    return state


class Announcements:
    """Use cases of announcements."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def acknowledge(self, actor: Actor, thread_id: int) -> bool:
        """Take note of an announcement that asks for it; False when one had already.

        Raises:
            ConflictError: nobody is asked. NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> bool:
            state = await _thread(uow.connection, actor, thread_id, Action.ACKNOWLEDGE)
            repository = AnnouncementRepository(uow.connection)
            if not await repository.acknowledge(thread_id, actor.account_id, uow.now):
                return False
            uow.record(
                EventKind.ACKNOWLEDGED,
                actor_id=actor.account_id,
                community_id=state.community_id,
                thread_id=thread_id,
            )
            return True

        return await self._database.write(work)

    async def not_yet(self, actor: Actor, thread_id: int, after: str = "", limit: int = PAGE_SIZE) -> NotYet:
        """Who has not acknowledged an announcement yet, for its hosts.

        Raises:
            ConflictError: nobody is asked. NotAllowedError, NotFoundError: see the policy.
        """
        async with self._database.read() as connection:
            state = await _thread(connection, actor, thread_id, Action.SEE_ACKNOWLEDGEMENTS)
            asked = (thread_id, state.community_id, state.author.account_id)
            repository = AnnouncementRepository(connection)
            done, people = await repository.count(*asked)
            rows = await repository.missing(*asked, after, limit + 1)
        return NotYet(
            thread_id=thread_id,
            title=state.title,
            done=done,
            asked=people,
            rows=rows[:limit],
            next=rows[limit - 1].handle if len(rows) > limit else None,
        )

    async def discussion(self, actor: Actor, thread_id: int) -> Discussion | None:
        """Where an announcement is discussed; None when there is no place that the actor may read in.

        Raises:
            NotFoundError: no such thread for this actor.
        """
        async with self._database.read() as connection:
            state = await _thread(connection, actor, thread_id, Action.READ)
            repository = AnnouncementRepository(connection)
            linked = await repository.linked(state.community_id, actor.account_id, actor.site_role)
            if linked is None:
                return None
            found = await repository.discussion(thread_id, linked[0])
        return Discussion(*linked, found, state.title)
