"""Polls: what can be asked, when it ends, and what a ballot may hold. Issue 3, part 9."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from tui_forum.domain.errors import ConflictError, InvalidInputError
from tui_forum.domain.limits import OPTION_MAX_CHARS, OPTIONS_MAX, OPTIONS_MIN, POLL_MAX_DAYS
from tui_forum.domain.text import clean_line, display_line
from tui_forum.i18n import N_

FEW_OPTIONS: Final = N_("A poll needs at least {fewest} answers to choose from: one on each line.")
MANY_OPTIONS: Final = N_("A poll has at most {most} answers; these are {count}.")
LONG_OPTION: Final = N_("An answer has at most {longest} characters; “{option}” has {count}.")
SAME_OPTION: Final = N_("“{option}” stands there twice.")
NO_MOMENT: Final = N_("“{text}” is no time: write 2026-03-12 14:00, 12.3. 14:00, or 3 days.")
PAST: Final = N_("A poll must close in the future; {text} is over.")
FAR: Final = N_("A poll may be open for at most {days} days.")
CLOSED: Final = N_("This poll is closed: votes stay as they are.")
ONE_ANSWER: Final = N_("Only one answer may be chosen in this poll.")
NO_OPTION: Final = N_("There is no such answer.")

_BULLET: Final = re.compile(r"[-*•]\s+(?:\[[ xX]?\]\s+)?")


@dataclass(frozen=True, slots=True)
class PollPlan:
    """A poll that is to be held. Without ``closes_at`` it is open for good."""

    options: tuple[str, ...]
    multiple: bool = False
    anonymous: bool = False
    closes_at: datetime | None = None

    def check(self, now: datetime) -> PollPlan:
        """The plan as it is stored.

        Raises:
            InvalidInputError: too few, too many, equal or too long answers (``field="options"``),
                or a closing time that is no time to come (``field="closes"``).
        """
        options = tuple(filter(lambda text: display_line(text).strip(), map(clean_line, self.options)))
        if len(options) < OPTIONS_MIN:
            raise InvalidInputError(FEW_OPTIONS, field="options", fewest=OPTIONS_MIN)
        if len(options) > OPTIONS_MAX:
            raise InvalidInputError(MANY_OPTIONS, field="options", most=OPTIONS_MAX, count=len(options))
        seen: set[str] = set()
        for option in options:
            if len(option) > OPTION_MAX_CHARS:
                raise InvalidInputError(
                    LONG_OPTION, field="options", longest=OPTION_MAX_CHARS, option=option[:20] + "…",
                    count=len(option),
                )  # fmt: skip
            if (same := display_line(option).casefold()) in seen:
                raise InvalidInputError(SAME_OPTION, field="options", option=option)
            seen.add(same)
        if self.closes_at is not None:
            check_closing(self.closes_at, now, self.closes_at.strftime("%Y-%m-%d %H:%M"))
        return replace(self, options=options)


def read_options(text: str) -> tuple[str, ...]:
    """The answers in a text, one on each line; a list's bullets, when all have one, do not count."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if all(map(_BULLET.match, lines)):
        lines = [_BULLET.sub("", line, count=1) for line in lines]
    return tuple(lines)


# -- when it closes

_SPAN: Final = re.compile(r"(?:in\s+|\+\s*)?(\d{1,4})\s*([a-z]+)", re.ASCII)
_UNITS: Final[Mapping[str, timedelta]] = {
    name: step
    for names, step in (
        ("min minute minutes minuten", timedelta(minutes=1)),
        ("h hour hours std stunde stunden", timedelta(hours=1)),
        ("d day days t tag tage tagen", timedelta(days=1)),
        ("w week weeks woche wochen", timedelta(weeks=1)),
    )
    for name in names.split()
}
_DAYS: Final[Mapping[str, int]] = {"today": 0, "heute": 0, "tomorrow": 1, "morgen": 1}
_DATE: Final = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})|(?P<gd>\d{1,2})\.\s?(?P<gm>\d{1,2})\.\s?(?P<gy>\d{4})?"
    rf"|(?P<word>{'|'.join(_DAYS)}))?"
    r"[\st,]*(?:(?P<hour>\d{1,2})(?::(?P<minute>\d{2})|\s*uhr))?",
    re.ASCII,
)
#: A day without a time ends when it ends.
_END_OF_DAY: Final = time(23, 59)


def read_closing(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """When a poll closes, as people write it in their own zone; None when they write nothing.

    ``2026-03-12 14:00``, ``12.3. 14:00``, ``12.3.2026``, ``18:00``, ``tomorrow 18:00``, ``3 days``,
    ``2 Wochen``.

    Raises:
        InvalidInputError: it is no time, it is over, or too far away (``field="closes"``).
    """
    words = clean_line(text).lower()
    if not words:
        return None
    moment = _span(words, now) or _moment(words, now.astimezone(zone))
    if moment is None:
        raise InvalidInputError(NO_MOMENT, field="closes", text=clean_line(text)[:40])
    check_closing(moment, now, clean_line(text)[:40])
    return moment


def check_closing(moment: datetime, now: datetime, text: str) -> None:
    """Refuse a closing time that is over or too far away.

    Raises:
        InvalidInputError: ``field="closes"``.
    """
    if moment <= now:
        raise InvalidInputError(PAST, field="closes", text=text)
    if moment > now + timedelta(days=POLL_MAX_DAYS):
        raise InvalidInputError(FAR, field="closes", days=POLL_MAX_DAYS)


def _span(words: str, now: datetime) -> datetime | None:
    found = _SPAN.fullmatch(words)
    step = _UNITS.get(found[2]) if found else None
    # The unit is one of four and the number has four digits: no overflow within datetime's years.
    return now + int(found[1]) * step if found and step else None


def _moment(words: str, here: datetime) -> datetime | None:
    found = _DATE.fullmatch(words)
    if found is None:
        return None
    at = _END_OF_DAY
    try:
        if found["hour"]:
            at = time(int(found["hour"]), int(found["minute"] or 0))
        day = _day(found, here)
        if day is None:
            day = here.date()
            if at <= here.time():  # a time alone is the next one
                day += timedelta(days=1)
        return datetime.combine(day, at, here.tzinfo)
    except (ValueError, OverflowError):
        return None


def _day(found: re.Match[str], here: datetime) -> date | None:
    if found["y"]:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    if found["word"]:
        return here.date() + timedelta(days=_DAYS[found["word"]])
    if not found["gd"]:
        return None
    day, month = int(found["gd"]), int(found["gm"])
    if found["gy"]:
        return date(int(found["gy"]), month, day)
    this_year = date(here.year, month, day)
    return this_year if this_year >= here.date() else date(here.year + 1, month, day)


# -- voting


class VoteOutcome(StrEnum):
    """What became of a ballot."""

    COUNTED = "counted"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WITHDRAWN = "withdrawn"


def check_ballot(choice: Collection[int], positions: Collection[int], *, multiple: bool) -> frozenset[int]:
    """The positions that are chosen; none takes a vote back.

    Raises:
        InvalidInputError: several where one may be chosen, or one that there is not.
    """
    chosen = frozenset(choice)
    if not chosen <= frozenset(positions):
        raise InvalidInputError(NO_OPTION)
    if len(chosen) > 1 and not multiple:
        raise InvalidInputError(ONE_ANSWER)
    return chosen


def outcome(before: Collection[int], after: Collection[int]) -> VoteOutcome:
    """What changes when a vote becomes another."""
    if set(before) == set(after):
        return VoteOutcome.UNCHANGED
    if not after:
        return VoteOutcome.WITHDRAWN
    return VoteOutcome.CHANGED if before else VoteOutcome.COUNTED


# -- the result


@dataclass(frozen=True, slots=True)
class OptionView:
    """An answer and how often it was chosen.

    ``voters`` are the handles of the first who chose it; none in an anonymous poll, not even
    one's own: ``mine`` says that.
    """

    position: int
    text: str
    votes: int
    mine: bool
    voters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PollView:
    """A poll as somebody sees it. ``people`` have voted, each for one or for several answers.

    ``why_not`` (with ``why_params``) says why one may not vote; it is empty when one may.
    """

    options: tuple[OptionView, ...]
    people: int
    multiple: bool
    anonymous: bool
    closes_at: datetime | None
    closed: bool = False
    why_not: str = ""
    why_params: Mapping[str, object] = field(default_factory=dict)

    @property
    def mine(self) -> frozenset[int]:
        """The positions that one has chosen."""
        return frozenset(option.position for option in self.options if option.mine)

    def share(self, option: OptionView) -> int:
        """How many percent of those who voted chose an answer."""
        return round(100 * option.votes / self.people) if self.people else 0

    def leading(self) -> tuple[OptionView, ...]:
        """The answers that were chosen most often; none when nobody has voted."""
        most = max((option.votes for option in self.options), default=0)
        return tuple(option for option in self.options if option.votes == most > 0)

    def judged(self, now: datetime, why_not: str, why_params: Mapping[str, object] | None = None) -> PollView:
        """As it is at a moment, to somebody who may vote unless there is a reason."""
        closed = self.closes_at is not None and self.closes_at <= now
        return replace(
            self, closed=closed, why_not=CLOSED if closed else why_not, why_params=why_params or {}
        )


def require_open(closes_at: datetime | None, now: datetime) -> None:
    """Refuse votes after the end.

    Raises:
        ConflictError: the poll is closed.
    """
    if closes_at is not None and closes_at <= now:
        raise ConflictError(CLOSED)


def named(rows: Iterable[tuple[int, str]]) -> dict[int, tuple[str, ...]]:
    """Handles by position, in their order."""
    found: dict[int, list[str]] = {}
    for position, handle in rows:
        found.setdefault(position, []).append(handle)
    return {position: tuple(handles) for position, handles in found.items()}
