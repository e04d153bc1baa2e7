"""From the event hub to the screen: one subscription per app, bursts made one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from tui_forum.domain.events import Event, Topic
from tui_forum.services.events import EventHub

#: Events that arrive within this many seconds after the first are handled together.
GATHER: Final = 0.05


class EventPump:
    """Hands events to ``handle``, the like ones of a burst once (the last of them)."""

    def __init__(self, hub: EventHub, handle: Callable[[Event], Awaitable[None]], *topics: Topic) -> None:
        self._subscription = hub.subscribe(*topics)
        self._handle = handle
        self._varying: set[Topic] = set()

    def watch(self, *topics: Topic) -> None:
        """Follow exactly these besides the topics given at the start."""
        wanted = set(topics)
        self._subscription.unfollow(*(self._varying - wanted))
        self._subscription.follow(*(wanted - self._varying))
        self._varying = wanted

    async def run(self) -> None:
        """Until closed. Idle, it waits on nothing but the hub."""
        async for event in self._subscription:
            burst = {_likeness(event): event}
            if self._subscription.pending:
                await asyncio.sleep(GATHER)
            for more in self._subscription.take_all():
                burst[_likeness(more)] = more
            for one in burst.values():
                await self._handle(one)

    def close(self) -> None:
        """End."""
        self._subscription.close()


def _likeness(event: Event) -> tuple[object, ...]:
    return (event.kind, event.thread_id, event.community_id, event.post_id, event.account_id)
