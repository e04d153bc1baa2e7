"""What happens when its time has come: questions go on, projects end, handovers and sanctions lapse.

One task per process sleeps until the earliest moment that any job waits for; idle it costs
nothing. It looks again when an event says that a moment may have changed, and once an hour, for
what another process wrote. Jobs guard their own statements (``WHERE`` the state is still the old
one), so that two processes on one database do a thing once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog

from tui_forum.domain.errors import ForumError
from tui_forum.domain.events import DUE_TOPIC
from tui_forum.services.events import EventHub

LONGEST_SLEEP: Final = 3600.0  # seconds
AFTER_FAILURE: Final = 60.0  # seconds until a job that failed is tried again

log = structlog.get_logger(__name__)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """``next_due`` tells the earliest moment it waits for; ``run`` does what is due at a moment."""

    name: str
    next_due: Callable[[], Awaitable[datetime | None]]
    run: Callable[[datetime], Awaitable[None]]


class Clockwork:
    """Runs jobs when they are due, from :meth:`start` to :meth:`stop`."""

    def __init__(self, hub: EventHub, clock: Callable[[], datetime] = _utc_now) -> None:
        self._hub = hub
        self._clock = clock
        self._jobs: list[Job] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, job: Job) -> None:
        """Also care for ``job``; before :meth:`start`."""
        self._jobs.append(job)

    def start(self) -> None:
        """Begin; what became due while nobody ran comes at once."""
        self._task = asyncio.get_running_loop().create_task(self._keep_time(), name="clockwork")

    async def stop(self) -> None:
        """End; a job that is running is finished by the database."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def run_due(self) -> float:
        """Run every job that is due now; seconds until the next one (at most :data:`LONGEST_SLEEP`)."""
        pause = LONGEST_SLEEP
        for job in self._jobs:
            try:
                due = await job.next_due()
                now = self._clock()  # after it was asked: "now" is an answer, too
                if due is not None and due <= now:
                    await job.run(now)
                    due = await job.next_due()
                    if due is not None and due <= self._clock():
                        due = None  # it could not do all: not again at once
                        pause = min(pause, AFTER_FAILURE)
            except ForumError:
                log.exception("job_failed", job=job.name)
                pause = min(pause, AFTER_FAILURE)
                continue
            if due is not None:
                pause = min(pause, max(0.0, (due - now).total_seconds()))
        return pause

    async def _keep_time(self) -> None:
        changes = self._hub.subscribe(DUE_TOPIC)
        try:
            while True:
                changes.take_all()
                pause = await self.run_due()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(anext(changes), pause)
        finally:
            changes.close()
