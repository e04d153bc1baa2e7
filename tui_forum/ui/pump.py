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


class Calm:
    """Calls ``act`` at once, and again as often as it is asked to, but only every ``pause`` seconds."""

    def __init__(self, act: Callable[[], None], pause: float) -> None:
        self._act = act
        self._pause = pause
        self._waiting: asyncio.TimerHandle | None = None
        self._asked = False

    def ask(self) -> None:
        """Now, or when the pause since the last time is over."""
        if self._waiting is not None:
            self._asked = True
            return
        self._waiting = asyncio.get_running_loop().call_later(self._pause, self._over)
        self._act()

    def _over(self) -> None:
        self._waiting = None
        if self._asked:
            self._asked = False
            self.ask()

    def close(self) -> None:
        """Never again."""
        if self._waiting is not None:
            self._waiting.cancel()


def _likeness(event: Event) -> tuple[object, ...]:
    return (event.kind, event.thread_id, event.community_id, event.post_id, event.account_id)
