"""Figures of moderation: how much waits, how long things take, how often a decision does not stand.

By category and by community, never by moderator: figures of persons would make them race.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from tui_forum.domain.moderation import CaseCategory

#: Periods that can be asked for, in weeks.
PERIODS: Final = (4, 12)


class Group(StrEnum):
    """What a line of figures is about."""

    ALL = "all"
    CATEGORY = "category"
    COMMUNITY = "community"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds within which half, and nine of ten, were done; None where nothing was."""

    half: float | None = None
    ninety: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of all cases, of a category, or of a community (``name``; "" for the whole forum).

    Now: how many are ``open``, how many of these ``overdue`` and ``unseen`` (nobody has looked yet),
    and since when the ``oldest`` is. In the period: ``opened`` (and by week, oldest first),
    ``decided``, decisions ``undone`` by who made them and ``overturned`` on appeal, and the times
    from being opened to the first ``look`` and to the decision (``took``).
    """

    group: Group
    category: CaseCategory | None = None
    community_id: int | None = None
    name: str = ""
    open: int = 0
    overdue: int = 0
    unseen: int = 0
    oldest: datetime | None = None
    weeks: tuple[int, ...] = ()
    decided: int = 0
    undone: int = 0
    overturned: int = 0
    look: Times = field(default_factory=Times)
    took: Times = field(default_factory=Times)

    @property
    def opened(self) -> int:
        """How many were opened in the period."""
        return sum(self.weeks)

    @property
    def undone_share(self) -> float | None:
        """Of all decisions that were made, those that were taken back; None when none was made."""
        made = self.decided + self.undone
        return self.undone / made if made else None

    @property
    def overturned_share(self) -> float | None:
        """Of all decisions that stand in the period, those that an appeal has overturned."""
        return self.overturned / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class FiguresView:
    """The figures of a period that ends ``now``. ``lines``: all, each category, each community."""

    weeks: int
    since: datetime
    now: datetime
    lines: tuple[Line, ...]
