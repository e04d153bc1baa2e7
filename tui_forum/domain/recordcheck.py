"""Whether the record is whole: its chain of hashes, read once from the first entry to the last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tui_forum.domain.record import FIRST_HASH, chain_hash
from tui_forum.i18n import N_

BEFORE_FIRST: Final = N_("Entry {number} was slipped in: the record begins with entry 1.")
MISSING: Final = N_("Entry {number} is missing.")
MISSING_SOME: Final = N_("Entries {number} to {last} are missing.")
CHANGED: Final = N_("Entry {number} is not what was written as entry {number}: it was changed, or exchanged.")
UNLINKED: Final = N_("Entry {number} does not follow on entry {before}: one of the two was exchanged.")
NO_FIRST: Final = N_("Entry 1 was exchanged: it follows on one that is not there.")
UNREADABLE: Final = N_("Entry {number} cannot be read: it was changed.")
CUT: Final = N_(
    "Entries were cut off after entry {number}: case {case} is decided, and no entry tells of it."
)
CUT_APPEAL: Final = N_(
    "Entries were cut off after entry {number}: an appeal challenges entry {missing}, which is not there."
)
UNKNOWN_HASH: Final = N_("No entry has the hash that was expected: the record was cut or rewritten.")
OTHER_HASH: Final = N_("Entry {number} has another hash than was expected: the record was rewritten.")
TOO_SHORT: Final = N_("There is no entry {number}: the record was cut off after entry {last}.")


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong with the record: a sentence (msgid) and what it names."""

    sentence: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence.format(**self.params)


@dataclass(frozen=True, slots=True)
class Proof:
    """What checking the record came to. ``fault`` None: whole, ``head`` is the last entry's hash.

    ``found_at`` is the number of the entry that has the expected hash.
    """

    entries: int
    head: str
    fault: Fault | None = None
    found_at: int | None = None


class ChainCheck:
    """Takes the entries in the order of their numbers, and tells the first that breaks the chain."""

    def __init__(self, expected: str = "", at: int | None = None) -> None:
        """``expected`` is a hash noted elsewhere: that of entry ``at``, or (None) of any."""
        self.count = 0
        self.head = FIRST_HASH
        self._expected = expected
        self._at = at
        self._found_at: int | None = None

    def take(
        self, number: int, created_at: datetime, previous: str, link: str, values: Mapping[str, Any]
    ) -> Fault | None:
        """The next entry, with ``values`` as ``RecordEntry.values`` gives them; what is wrong with it."""
        due = self.count + 1
        if number < due:
            return Fault(BEFORE_FIRST, {"number": number})
        if number > due:
            return _missing(due, number - 1)
        # An entry whose own hash is right, but not its place, was exchanged with all that it says.
        if link != chain_hash(previous, number, created_at, values):
            return Fault(CHANGED, {"number": number})
        if previous != self.head:
            if number == 1:
                return Fault(NO_FIRST)
            return Fault(UNLINKED, {"number": number, "before": number - 1})
        if number == self._at and link != self._expected:
            return Fault(OTHER_HASH, {"number": number})
        if self._expected and link == self._expected:
            self._found_at = number
        self.count, self.head = number, link
        return None

    def proof(self, fault: Fault | None = None) -> Proof:
        """What the check came to, after the last entry or at the first ``fault``."""
        if fault is None and self._expected and self._found_at is None:
            fault = (
                Fault(UNKNOWN_HASH)
                if self._at is None
                else Fault(TOO_SHORT, {"number": self._at, "last": self.count})
            )
        return Proof(self.count, self.head, fault, self._found_at)


def _missing(first: int, last: int) -> Fault:
    if first == last:
        return Fault(MISSING, {"number": first})
    return Fault(MISSING_SOME, {"number": first, "last": last})
