"""The life of a community: which stage it is in, why, and what helps next. Pure, computed from facts.

``seed`` → ``growing`` → ``thriving`` → ``quiet`` → ``dormant`` → ``archived``. A stage is no mark:
it says which next steps help. What counts differs by purpose (:data:`PACES`): an information
channel lives when somebody writes now and then, a desk for questions when many do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tui_forum.domain.entities import Purpose

#: Weeks of posts that are looked at; the last one is the present week and not over yet.
WEEKS: Final = 12
#: Complete weeks that tell how lively a community is now.
RECENT_WEEKS: Final = 4
RECENT: Final = timedelta(weeks=RECENT_WEEKS)
#: Nobody wrote for so long: dormant, offered for archive, merging or adoption.
DORMANT: Final = timedelta(days=90)
#: A thread that nobody has answered for so long waits for its host.
PATIENCE: Final = timedelta(days=2)
#: Posts fell from at least so many a week to less than this share: quiet, even if somebody still writes.
FALL_FROM: Final = 4
FALL_TO: Final = 0.25
#: A host who neither logged in nor wrote here for so long is away.
HOST_AWAY: Final = timedelta(days=60)


class Stage(StrEnum):
    """Where a community stands."""

    SEED = "seed"
    GROWING = "growing"
    THRIVING = "thriving"
    QUIET = "quiet"
    DORMANT = "dormant"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Pace:
    """What the stages ask for in communities of one purpose.

    It is past ``seed`` with ``seed_threads`` threads by ``seed_writers`` people, ``thriving`` when
    ``writers`` people wrote in the last four weeks and something was written in ``weeks`` of
    them, ``quiet`` after ``quiet`` without a post.
    """

    seed_threads: int
    seed_writers: int
    writers: int
    weeks: int
    quiet: timedelta


PACES: Final[Mapping[Purpose, Pace]] = {
    Purpose.PRACTICE: Pace(5, 3, 8, 4, timedelta(days=21)),
    Purpose.INFORMATION: Pace(3, 1, 1, 2, timedelta(days=45)),
    Purpose.QUESTIONS: Pace(5, 3, 8, 4, timedelta(days=21)),
    Purpose.PROJECT: Pace(3, 2, 4, 3, timedelta(days=21)),
}


@dataclass(frozen=True, slots=True)
class LifeFacts:
    """What is counted of a community; everything that a stage depends on.

    ``weeks`` are posts in each of the last :data:`WEEKS` weeks, oldest first, the last one not
    over yet. ``hosts`` are managers, ``active_hosts`` those who were here lately
    (:data:`HOST_AWAY`). ``contributors`` have ever written, ``writers`` in the last four weeks;
    ``newcomers`` joined in them. ``unanswered`` threads of the last twelve weeks wait for more
    than two days. Of ``asked`` threads whose time is over, ``answered`` were answered in it.
    """

    community_id: int
    purpose: Purpose
    now: datetime
    created_at: datetime
    archived_at: datetime | None
    last_post_at: datetime | None
    hosts: int
    active_hosts: int
    members: int
    threads: int
    weeks: tuple[int, ...]
    contributors: int
    writers: int
    newcomers: int
    unanswered: int
    asked: int
    answered: int

    @property
    def pace(self) -> Pace:
        """What the stages ask for here."""
        return PACES[self.purpose]

    @property
    def age(self) -> timedelta:
        """How long ago it was opened."""
        return self.now - self.created_at

    @property
    def silence(self) -> timedelta:
        """How long nobody has written: since the last post, or since it was opened."""
        return max(timedelta(), self.now - (self.last_post_at or self.created_at))

    @property
    def recent(self) -> tuple[int, ...]:
        """Posts in the last complete weeks, oldest first."""
        return self.weeks[-RECENT_WEEKS - 1 : -1]

    @property
    def lively_weeks(self) -> int:
        """In how many of the last complete weeks somebody wrote."""
        return sum(1 for posts in self.recent if posts)

    @property
    def posts_a_week(self) -> float:
        """Posts a week over the last complete weeks."""
        return sum(self.recent) / RECENT_WEEKS

    @property
    def posts_a_week_before(self) -> float:
        """Posts a week over the weeks before those."""
        before = self.weeks[: -RECENT_WEEKS - 1]
        return sum(before) / len(before) if before else 0.0

    @property
    def forsaken(self) -> bool:
        """Dormant, and no host has been here lately: others may care for it."""
        return stage_of(self).stage is Stage.DORMANT and self.active_hosts == 0


class Sign(StrEnum):
    """What a stage is read off; ``ui.lifewords`` has a sentence for each."""

    ARCHIVED = "archived"
    SILENT = "silent"  # n days without a post
    EMPTY = "empty"  # n days old, and nobody has written at all
    FALLING = "falling"  # n posts a week now, of ``of`` before
    THREADS = "threads"  # n threads of ``of``
    CONTRIBUTORS = "contributors"  # n people have ever written, of ``of``
    WRITERS = "writers"  # n people wrote in the last four weeks, of ``of``
    WEEKS = "weeks"  # written in n of the last four weeks, of ``of``


@dataclass(frozen=True, slots=True)
class Reason:
    """A sign and its figures: ``n``, and ``of`` how many are wanted (0: none)."""

    sign: Sign
    n: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage and what it was read off, the most telling first."""

    stage: Stage
    reasons: tuple[Reason, ...]


def _silent(facts: LifeFacts) -> Reason:
    sign = Sign.SILENT if facts.last_post_at is not None else Sign.EMPTY
    return Reason(sign, facts.silence.days)


def _rhythm(facts: LifeFacts) -> tuple[Reason, ...]:
    return (
        Reason(Sign.WRITERS, facts.writers, facts.pace.writers),
        Reason(Sign.WEEKS, facts.lively_weeks, facts.pace.weeks),
    )


def stage_of(facts: LifeFacts) -> StageView:
    """The stage of a community, and why.

    An archive that was imported lately is no dormant community, however old its posts are: its
    people have not had the time to come.
    """
    pace = facts.pace
    if facts.archived_at is not None:
        return StageView(Stage.ARCHIVED, (Reason(Sign.ARCHIVED, (facts.now - facts.archived_at).days),))
    if min(facts.silence, facts.age) >= DORMANT:
        return StageView(Stage.DORMANT, (_silent(facts),))
    if facts.threads < pace.seed_threads or facts.contributors < pace.seed_writers:
        threads = Reason(Sign.THREADS, facts.threads, pace.seed_threads)
        people = Reason(Sign.CONTRIBUTORS, facts.contributors, pace.seed_writers)
        return StageView(Stage.SEED, (threads, people))
    if facts.silence >= pace.quiet:
        return StageView(Stage.QUIET, (_silent(facts),))
    now, before = facts.posts_a_week, facts.posts_a_week_before
    if before >= FALL_FROM and now < before * FALL_TO:
        return StageView(Stage.QUIET, (Reason(Sign.FALLING, round(now), round(before)),))
    thrives = facts.writers >= pace.writers and facts.lively_weeks >= pace.weeks
    return StageView(Stage.THRIVING if thrives else Stage.GROWING, _rhythm(facts))
