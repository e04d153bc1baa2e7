"""What a session hears of: events of what its account may read at the moment it is told, no others.

A session follows topics; which of the events on them reach it is decided when they come. Access
is looked up once for each community that is followed, and again when an event says that it may
have changed: somebody joined, left or has another role, or the community is open to others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from tui_forum.domain.entities import Actor, SiteRole
from tui_forum.domain.events import (
    MODERATION_TOPIC,
    PERSONAL,
    PRESENCE_TOPIC,
    Event,
    EventKind,
    Topic,
    account_topic,
)
from tui_forum.services.events import EventHub
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.hearing import HearingRepository

#: How many sessions may act on what they hear at the same time. A post that two hundred people see
#: is two hundred screens drawn anew: one after the other, so that whoever presses a key need not wait.
TURNS: Final = 2
_CHANGES_ACCESS: Final = frozenset(
    (
        EventKind.MEMBER_JOINED,
        EventKind.MEMBER_LEFT,
        EventKind.MEMBER_CHANGED,
        EventKind.COMMUNITY_CHANGED,
    )
)


class Ear:
    """One session's: its own account, moderation, presence, and what it watches besides."""

    def __init__(self, database: Database, hub: EventHub, actor: Actor, turns: asyncio.Semaphore) -> None:
        self._database = database
        self._actor = actor
        self.turns = turns
        self._subscription = hub.subscribe(account_topic(actor.account_id), MODERATION_TOPIC, PRESENCE_TOPIC)
        self._watched: set[Topic] = set()
        self._readable: dict[int, bool] = {}
        self._moderated: frozenset[int] | None = None

    def watch(self, *topics: Topic) -> None:
        """Follow exactly these besides what is always followed."""
        wanted = set(topics)
        self._subscription.unfollow(*(self._watched - wanted))
        self._subscription.follow(*(wanted - self._watched))
        self._watched = wanted
        self._readable.clear()

    async def wait(self) -> bool:
        """Until there is something; False when it was closed. Idle, it costs nothing."""
        return await self._subscription.wait()

    @property
    def pending(self) -> bool:
        """Whether something has come that was not taken yet."""
        return self._subscription.pending

    async def take(self) -> tuple[Event, ...]:
        """What has come and may be heard, in order."""
        events = self._subscription.take_all()
        for event in events:
            if event.kind in _CHANGES_ACCESS:
                self._readable.pop(event.community_id or 0, None)
                if event.account_id == self._actor.account_id:
                    self._moderated = None
            elif event.kind is EventKind.SANCTION_CHANGED and self._personal(event):
                self._readable.clear()
                self._moderated = None
        await self._learn(events)
        cases = await self._cases(events)
        return tuple(event for event in events if self._hears(event, cases))

    def close(self) -> None:
        """Hear nothing any more."""
        self._subscription.close()

    # -- what may be heard

    def _personal(self, event: Event) -> bool:
        return event.account_id == self._actor.account_id

    def _hears(self, event: Event, cases: frozenset[int]) -> bool:
        if MODERATION_TOPIC in event.topics():
            return _case(event) in cases or self._everywhere or self._personal(event)
        if self._personal(event):
            return True
        if event.kind in PERSONAL:
            return False
        if event.community_id is None:
            return event.thread_id is None and event.account_id is None
        return self._readable.get(event.community_id, False)

    @property
    def _everywhere(self) -> bool:
        return self._actor.site_role in (SiteRole.MODERATOR, SiteRole.ADMIN)

    async def _learn(self, events: Iterable[Event]) -> None:
        asked = {
            event.community_id
            for event in events
            if event.community_id is not None and event.community_id not in self._readable
        }
        if not asked:
            return
        if self._everywhere:
            self._readable |= dict.fromkeys(asked, True)
            return
        async with self._database.read() as connection:
            repository = HearingRepository(connection, self._actor.account_id, self._actor.site_role)
            allowed = await repository.readable(asked)
        self._readable |= {community_id: community_id in allowed for community_id in asked}

    async def _cases(self, events: Sequence[Event]) -> frozenset[int]:
        """The cases among ``events`` in communities that the account moderates."""
        asked = {_case(event) for event in events if MODERATION_TOPIC in event.topics()} - {0}
        if not asked or self._everywhere:
            return frozenset()
        if self._moderated is None:
            async with self._database.read() as connection:
                repository = HearingRepository(connection, self._actor.account_id, self._actor.site_role)
                self._moderated = frozenset(await repository.moderated())
        if not self._moderated:
            return frozenset()
        async with self._database.read() as connection:
            repository = HearingRepository(connection, self._actor.account_id, self._actor.site_role)
            return frozenset(await repository.cases_in(asked, self._moderated))


def _case(event: Event) -> int:
    """The case that a moderators' event is about; 0 for none."""
    found = event.data.get("case")
    return found if isinstance(found, int) else 0


class Listening:
    """Gives every session its ear."""

    def __init__(self, database: Database, hub: EventHub) -> None:
        self._database = database
        self._hub = hub
        self._turns = asyncio.Semaphore(TURNS)

    def open(self, actor: Actor) -> Ear:
        """A session's ear; close it with the session."""
        return Ear(self._database, self._hub, actor, self._turns)
