"""Slow mode, lock, approval first, read only: for a thread or a community, for a time."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    RulesNotAcceptedError,
)
from tui_forum.domain.events import EventKind
from tui_forum.domain.policy import NOT_FOUND, Action, approval_first, decide, require
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.domain.restrictions import HELD_FIRST, MINUTES, Hindrance, RestrictionKind
from tui_forum.i18n import N_
from tui_forum.services.casestate import check_reason
from tui_forum.services.communities import place_for, standing_in
from tui_forum.services.threads import standing_to
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.reading import ReadingRepository, thread_state
from tui_forum.storage.repositories.restrictions import RestrictionRepository
from tui_forum.storage.uow import UnitOfWork

OVER: Final = N_("This is over already.")
PAST: Final = N_("That time is over already.")
#: Slow mode asks for at most a day between two posts.
LONGEST_PAUSE: Final = 24 * 60 * 60
NO_PAUSE: Final = N_("Slow mode needs a pause between two posts, of at most a day.")


class Restrictions:
    """Use cases of calming a place down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def restrict(
        self,
        actor: Actor,
        community_id: int,
        kind: RestrictionKind,
        reason: str,
        *,
        thread_id: int | None = None,
        until: datetime | None = None,
        seconds: int = MINUTES[0] * 60,
    ) -> int:
        """Restrict a thread of a community, or (``thread_id`` None) all of it, until a moment.

        One of the same kind that runs there is over then. ``seconds`` is slow mode's pause. The id.

        Raises:
            InvalidInputError: no reason, or the time or the pause cannot be taken.
            NotAllowedError, ConflictError, NotFoundError: see the policy.
        """
        reason = check_reason(reason)
        if until is not None and until <= self._database.now():
            raise InvalidInputError(PAST, field="until")
        if kind is RestrictionKind.SLOW and not 0 < seconds <= LONGEST_PAUSE:
            raise InvalidInputError(NO_PAUSE, field="seconds")

        async def work(uow: UnitOfWork) -> int:
            place = await _may_restrict(uow, actor, community_id, thread_id)
            repository = RestrictionRepository(uow.connection)
            await repository.replace(place, thread_id, kind, actor.account_id, uow.now)
            restriction_id = await repository.add(
                {
                    "community_id": place,
                    "thread_id": thread_id,
                    "kind": kind.value,
                    "seconds": seconds if kind is RestrictionKind.SLOW else 0,
                    "reason": reason,
                    "created_by": actor.account_id,
                    "created_at": uow.now,
                    "until": until,
                }
            )
            after: dict[str, object] = {"restriction": restriction_id, "kind": kind.value}
            if until is not None:
                after["until"] = until.isoformat()
            if kind is RestrictionKind.SLOW:
                after["seconds"] = seconds
            uow.note(
                RecordEntry(
                    RecordAction.RESTRICT,
                    actor.account_id,
                    community_id=place,
                    thread_id=thread_id,
                    reason=reason,
                    after=after,
                )
            )
            _changed(uow, actor.account_id, place, thread_id)
            return restriction_id

        return await self._database.write(work)

    async def end(self, actor: Actor, restriction_id: int) -> None:
        """End a restriction before its time.

        Raises:
            ConflictError: it is over already. NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> None:
            repository = RestrictionRepository(uow.connection)
            found = await repository.get(restriction_id)
            if found is None:
                raise NotFoundError(NOT_FOUND)
            community_id, thread_id, kind, until = found
            await _may_restrict(uow, actor, community_id, thread_id)
            if not await repository.end(restriction_id, actor.account_id, uow.now):
                raise ConflictError(OVER)
            uow.note(
                RecordEntry(
                    RecordAction.END_RESTRICTION,
                    actor.account_id,
                    community_id=community_id,
                    thread_id=thread_id,
                    before={"kind": kind, "until": until.isoformat() if until else None},
                    after={"restriction": restriction_id},
                )
            )
            _changed(uow, actor.account_id, community_id, thread_id)

        await self._database.write(work)

    async def hindrance(
        self, actor: Actor, community_id: int, thread_id: int | None = None, *, editing: bool = False
    ) -> Hindrance | None:
        """What keeps the actor from starting a thread, replying (or editing) there now, or delays it.

        Raises:
            NotFoundError: no such place for this actor.
        """
        action = Action.EDIT_POST if editing else Action.REPLY
        async with self._database.read() as connection:
            if thread_id is None:
                action = Action.START_THREAD
                reading = ReadingRepository(connection, actor.account_id, actor.site_role)
                standing = standing_in(actor, await place_for(reading, actor, community_id, Action.READ))
            else:
                state = await thread_state(connection, thread_id, actor.account_id)
                if state is None:
                    raise NotFoundError(NOT_FOUND)
                standing = standing_to(actor, state, own=editing)
                require(Action.READ, standing)
        verdict = decide(action, standing)
        if not verdict.allowed and verdict.error is not RulesNotAcceptedError:
            return Hindrance(verdict.reason, verdict.params)
        first = None if editing else approval_first(standing)
        return Hindrance(HELD_FIRST, first.params, stops=False) if first is not None else None

    async def next_end(self) -> datetime | None:
        """When the next restriction lapses."""
        async with self._database.read() as connection:
            return await RestrictionRepository(connection).next_end()

    async def lapse(self, now: datetime) -> None:
        """Tell who looks there that restrictions are over; they held no longer since their time had come."""

        async def work(uow: UnitOfWork) -> None:
            for restriction_id, place, thread_id, kind in await RestrictionRepository(uow.connection).lapse(
                now
            ):
                uow.note(
                    RecordEntry(
                        RecordAction.END_RESTRICTION,
                        None,
                        community_id=place,
                        thread_id=thread_id,
                        after={"restriction": restriction_id, "kind": kind},
                    )
                )
                _changed(uow, None, place, thread_id)

        await self._database.write(work)


async def _may_restrict(uow: UnitOfWork, actor: Actor, community_id: int, thread_id: int | None) -> int:
    """The community (where it is now), if the actor may restrict it, or the thread in it.

    Raises:
        NotAllowedError, ConflictError, NotFoundError: see the policy.
    """
    if thread_id is None:
        reading = ReadingRepository(uow.connection, actor.account_id, actor.site_role)
        return (await place_for(reading, actor, community_id, Action.RESTRICT)).community_id
    state = await thread_state(uow.connection, thread_id, actor.account_id, lock=True)
    if state is None or state.removed:
        raise NotFoundError(NOT_FOUND)
    require(Action.RESTRICT, standing_to(actor, state))
    return state.community_id


def _changed(uow: UnitOfWork, actor_id: int | None, community_id: int, thread_id: int | None) -> None:
    uow.record(
        EventKind.RESTRICTION_CHANGED, actor_id=actor_id, community_id=community_id, thread_id=thread_id
    )
