"""From the event hub to the screen: one subscription per app, bursts made one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from textual.message_pump import MessagePump

from tui_forum.domain.errors import ForumError
from tui_forum.domain.events import Event, Topic
from tui_forum.services.listening import Ear

#: Events that arrive within this many seconds after the first are handled together.
GATHER: Final = 0.05
#: How long (seconds) others wait for a screen that is at something else.
PATIENCE: Final = 0.2


class EventPump:
    """Hands events to ``handle``, the like ones of a burst once (the last of them)."""

    def __init__(self, ear: Ear, handle: Callable[[Event], Awaitable[None]]) -> None:
        self._ear = ear
        self._handle = handle

    def watch(self, *topics: Topic) -> None:
        """Follow exactly these besides one's own account, moderation and presence."""
        self._ear.watch(*topics)

    async def run(self) -> None:
        """Until closed. Idle, it waits on nothing but the hub."""
        while await self._ear.wait():
            async with self._ear.turns:
                events = await self._heard()
            if self._ear.pending:
                await asyncio.sleep(GATHER)
                events += await self._heard()
            for event in {_likeness(event): event for event in events}.values():
                async with self._ear.turns:
                    await self._handle(event)

    async def _heard(self) -> tuple[Event, ...]:
        """What may be heard; when the database does not say, nothing is: the next event asks again."""
        try:
            return await self._ear.take()
        except ForumError:
            return ()

    def close(self) -> None:
        """End."""
        self._ear.close()


async def wait_for(pump: MessagePump, callback: Callable[..., Awaitable[None]], *arguments: object) -> None:
    """Have ``pump`` call ``callback`` between its messages, and wait until it is done (or busy for long)."""
    done = asyncio.Event()

    async def call() -> None:
        try:
            await callback(*arguments)
        finally:
            done.set()

    pump.call_next(call)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await done.wait()


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
