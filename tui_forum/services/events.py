"""Subscriptions: how screens, and whoever else, hear of events.

One hub per process, fed by the tail of the event log (``storage.tail``) and, for what is not
stored, directly. A subscriber has a bounded queue; when it does not keep up, the oldest events
fall out and ``lagged`` is set: it should then reload what it shows.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from datetime import UTC, datetime
from typing import Final

from tui_forum.domain.events import Event, EventKind, Topic

QUEUE_LENGTH: Final = 256


class Subscription:
    """An async iterator of events on the topics it follows."""

    def __init__(self, hub: EventHub) -> None:
        self._hub = hub
        self._queue: deque[Event] = deque(maxlen=QUEUE_LENGTH)
        self._ready = asyncio.Event()
        self._closed = False
        self.topics: set[Topic] = set()
        self.lagged = False

    def follow(self, *topics: Topic) -> None:
        """Also hear of ``topics``."""
        for topic in topics:
            self.topics.add(topic)
            self._hub.add(topic, self)

    def unfollow(self, *topics: Topic) -> None:
        """Hear no more of ``topics``."""
        for topic in topics:
            self.topics.discard(topic)
            self._hub.remove(topic, self)

    def put(self, event: Event) -> None:
        """Called by the hub."""
        if len(self._queue) == QUEUE_LENGTH:
            self.lagged = True
        self._queue.append(event)
        self._ready.set()

    @property
    def pending(self) -> bool:
        """Whether more events wait."""
        return bool(self._queue)

    def take_all(self) -> tuple[Event, ...]:
        """What waits, at once."""
        events = tuple(self._queue)
        self._queue.clear()
        return events

    async def wait(self) -> bool:
        """Until something waits; False once it was closed and nothing does."""
        while not self._queue:
            if self._closed:
                return False
            self._ready.clear()
            await self._ready.wait()
        return True

    def close(self) -> None:
        """End the iteration and follow nothing."""
        self.unfollow(*tuple(self.topics))
        self._closed = True
        self._ready.set()

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Event:
        if not await self.wait():
            raise StopAsyncIteration
        return self._queue.popleft()


class EventHub:
    """Who follows what."""

    def __init__(self) -> None:
        self._followers: defaultdict[Topic, set[Subscription]] = defaultdict(set)

    def subscribe(self, *topics: Topic) -> Subscription:
        """A new subscription; close it when done."""
        subscription = Subscription(self)
        subscription.follow(*topics)
        return subscription

    def add(self, topic: Topic, subscription: Subscription) -> None:
        """Let ``subscription`` hear of ``topic``."""
        self._followers[topic].add(subscription)

    def remove(self, topic: Topic, subscription: Subscription) -> None:
        """The opposite of :meth:`add`."""
        followers = self._followers.get(topic)
        if followers is not None:
            followers.discard(subscription)
            if not followers:
                del self._followers[topic]

    def publish(self, event: Event) -> None:
        """Hand ``event`` to everyone who follows one of its topics, once each."""
        told: set[Subscription] = set()
        for topic in event.topics():
            told |= self._followers.get(topic, set())
        for subscription in told:
            subscription.put(event)

    def tell(
        self,
        kind: EventKind,
        *,
        actor_id: int | None = None,
        community_id: int | None = None,
        thread_id: int | None = None,
        account_id: int | None = None,
    ) -> None:
        """Publish something that is not stored (presence, a moved read pointer)."""
        self.publish(
            Event(
                0,
                kind,
                datetime.now(UTC),
                actor_id=actor_id,
                community_id=community_id,
                thread_id=thread_id,
                account_id=account_id,
            )
        )

    @property
    def followers(self) -> int:
        """How many subscriptions there are on all topics together."""
        return sum(len(found) for found in self._followers.values())
