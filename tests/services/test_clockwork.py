"""Jobs run when they are due, once, and a job that fails holds nobody up."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

from tui_forum.domain.errors import StorageBusyError
from tui_forum.domain.events import EventKind
from tui_forum.services.clockwork import AFTER_FAILURE, LONGEST_SLEEP, Clockwork, Job
from tui_forum.services.events import EventHub

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Alarm:
    """Something due at a moment, and when it was done."""

    def __init__(self, at: datetime | None) -> None:
        self.at = at
        self.done: list[datetime] = []
        self.job = Job("alarm", self.next_due, self.run)

    async def next_due(self) -> datetime | None:
        return self.at

    async def run(self, now: datetime) -> None:
        self.done.append(now)
        self.at = None


def clockwork(*alarms: Alarm) -> Clockwork:
    made = Clockwork(EventHub(), lambda: NOON)
    for alarm in alarms:
        made.add(alarm.job)
    return made


async def test_what_is_due_runs_once_and_the_next_is_waited_for() -> None:
    due, later = Alarm(NOON - timedelta(days=2)), Alarm(NOON + timedelta(minutes=5))
    works = clockwork(due, later)
    assert await works.run_due() == 300
    assert await works.run_due() == 300
    assert due.done == [NOON]
    assert later.done == []


async def test_nothing_due_sleeps_long() -> None:
    assert await clockwork(Alarm(None)).run_due() == LONGEST_SLEEP


async def test_a_job_that_fails_is_tried_again_and_holds_nobody_up() -> None:
    broken, fine = Alarm(NOON), Alarm(NOON)

    async def fail(_now: datetime) -> None:
        raise StorageBusyError("busy")

    works = Clockwork(EventHub(), lambda: NOON)
    works.add(Job("broken", broken.next_due, fail))
    works.add(fine.job)
    assert await works.run_due() == AFTER_FAILURE
    assert fine.done == [NOON]


async def test_an_event_makes_it_look_again() -> None:
    hub = EventHub()
    alarm = Alarm(None)
    looked: list[int] = []
    waited = asyncio.Event()

    async def next_due() -> datetime | None:
        looked.append(1)
        waited.set()
        return None

    works = Clockwork(hub, lambda: NOON)
    works.add(Job("watched", next_due, alarm.run))
    works.start()
    await waited.wait()
    waited.clear()
    hub.tell(EventKind.COMMUNITY_OPENED, community_id=1)
    await waited.wait()
    await works.stop()
    assert len(looked) == 2
    assert hub.followers == 0


async def test_a_job_that_is_due_now_runs_though_the_clock_goes_on() -> None:
    """Its answer was always a little later than what it was compared with: asked for ever, never run."""
    moments = itertools.count()

    def clock() -> datetime:
        return NOON + timedelta(milliseconds=next(moments))

    found, stubborn = Alarm(NOON), Alarm(NOON)

    async def now() -> datetime | None:
        return None if found.done else clock()

    async def always() -> datetime | None:
        return clock()

    works = Clockwork(EventHub(), clock)
    works.add(Job("found", now, found.run))
    works.add(Job("stubborn", always, stubborn.run))
    assert await works.run_due() == AFTER_FAILURE
    assert (len(found.done), len(stubborn.done)) == (1, 1)
