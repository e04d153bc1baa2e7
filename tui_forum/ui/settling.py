"""Keys that come at once go where the ones before lead.

Typed ahead, or bunched by the network: a key that opens a screen or moves the focus must have done
so before the next is given to whoever has the focus then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from textual.app import App
from textual.message_pump import MessagePump

#: How long (seconds) a key may keep the next one waiting.
SETTLE: Final = 0.5
QUICK_TURNS: Final = 50


def _waits(pump: MessagePump) -> bool:
    """Whether ``pump`` has nothing to do: it stands at its empty queue."""
    queue: Any = pump._message_queue  # noqa: SLF001
    return queue.empty() and bool(queue.ready_event._waiters)  # noqa: SLF001


def is_settled(app: App[Any]) -> bool:
    """Whether the app, its screen and whoever has the focus wait for messages."""
    if not app.screen_stack:
        return _waits(app)
    screen = app.screen
    return (
        _waits(app)
        and screen._mounted_event.is_set()  # noqa: SLF001
        and all(_waits(node) for node in (screen.focused or screen).ancestors_with_self)
    )


async def settle(app: App[Any], meanwhile: Callable[[], None] | None = None) -> None:
    """Wait until ``app`` has done what the last key asks for, or not much longer.

    ``meanwhile`` is called now and then.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + SETTLE
    turns = 0
    await asyncio.sleep(0)
    while not is_settled(app) and loop.time() < until:
        if meanwhile is not None:
            meanwhile()
        # Most keys take a few turns of the loop; those that ask the database take longer.
        await asyncio.sleep(0 if turns < QUICK_TURNS else 0.002)
        turns += 1
