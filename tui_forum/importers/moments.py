"""Dates as archives have them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

#: No forum, list or newsgroup is older; an earlier date is a clock that was wrong.
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)


def bounded(moment: datetime, now: datetime) -> datetime:
    """``moment``, or the nearest one between 1970 and ``now``."""
    return min(max(moment, EARLIEST), now)


def parse_iso(text: str) -> datetime | None:
    """An ISO date and time; without a zone it is UTC. None when it cannot be read."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return _utc(moment)


def parse_mail(text: str) -> datetime | None:
    """A mail's date (RFC 5322, RFC 850, ctime); None when it cannot be read."""
    try:
        moment = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _utc(moment)


def _utc(moment: datetime) -> datetime | None:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
