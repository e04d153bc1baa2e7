"""Sanctions as they hold now, and as those they are laid on, and moderators, read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Final

from tui_forum.domain.moderation import SanctionKind
from tui_forum.i18n import N_

#: Kinds that keep somebody from something while they run; a warning does not.
BARRING: Final = (SanctionKind.SILENCE, SanctionKind.SUSPENSION, SanctionKind.REMOVAL)

#: What somebody is told who may not, by kind and whether it holds in the whole forum.
REFUSALS: Final = {
    (SanctionKind.SILENCE, False): N_("You can read here, but not write, until {until}: {reason}"),
    (SanctionKind.SILENCE, True): N_("You can read in this forum, but not write, until {until}: {reason}"),
    (SanctionKind.SUSPENSION, False): N_("You are suspended from this community until {until}: {reason}"),
    (SanctionKind.SUSPENSION, True): N_("You are suspended from this forum until {until}: {reason}"),
    (SanctionKind.REMOVAL, False): N_(
        "You were removed from this community and cannot join it until {until}: {reason}"
    ),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A sanction that runs now. ``until`` None is until somebody lifts it."""

    kind: SanctionKind
    reason: str
    until: datetime | None
    everywhere: bool

    @property
    def refusal(self) -> str:
        """The sentence (a msgid with ``until`` and ``reason``) that says what it keeps one from."""
        return REFUSALS[self.kind, self.everywhere and self.kind is not SanctionKind.REMOVAL]

    @property
    def params(self) -> dict[str, object]:
        """What the sentence's placeholders stand for."""
        return {"until": self.until, "reason": self.reason}


def longest(bars: Iterable[Bar], kind: SanctionKind) -> Bar | None:
    """The one of a kind that ends last: none of the others matters beside it."""
    return max((bar for bar in bars if bar.kind is kind), key=_end, default=None)


def _end(bar: Bar) -> float:
    return inf if bar.until is None else bar.until.timestamp()


@dataclass(frozen=True, slots=True)
class Penalty:
    """A sanction as the account reads it that it is laid on. ``community_name`` "" is everywhere.

    ``case_id`` is the case whose decision it belongs to: what an appeal is about.
    """

    sanction_id: int
    kind: SanctionKind
    community_name: str
    reason: str
    created_at: datetime
    until: datetime | None
    case_id: int | None

    @property
    def shuts_out(self) -> bool:
        """Whether it leaves one nothing of the forum but the page that says so."""
        return self.kind is SanctionKind.SUSPENSION and not self.community_name
