"""What a thread or a community is limited to for a time: slow mode, a lock, approval first, read only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from tui_forum.i18n import N_


class RestrictionKind(StrEnum):
    """The ways to calm a place down."""

    SLOW = "slow"
    APPROVAL = "approval"
    LOCK = "lock"
    READ_ONLY = "read_only"


#: What a member is told who may not write, by kind and whether it is about one thread.
REFUSALS: Final = {
    (RestrictionKind.LOCK, True): N_("This thread is closed until {until}: {reason}"),
    (RestrictionKind.LOCK, False): N_("Nobody writes in this community until {until}: {reason}"),
    (RestrictionKind.READ_ONLY, True): N_("This thread can only be read until {until}: {reason}"),
    (RestrictionKind.READ_ONLY, False): N_("This community can only be read until {until}: {reason}"),
    (RestrictionKind.SLOW, True): N_(
        "You can write in this thread again at {ready} (slow mode until {until}): {reason}"
    ),
    (RestrictionKind.SLOW, False): N_(
        "You can write in this community again at {ready} (slow mode until {until}): {reason}"
    ),
}
#: Slow mode: a post every so many minutes.
MINUTES: Final = (1, 5, 15, 60)


HELD_FIRST: Final = N_("Until {until} moderators look at each new post before it is published: {reason}")


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What whoever begins to write must know: a sentence (a msgid and ``params``).

    ``stops`` tells that it would be refused now; else it is only published later.
    """

    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    stops: bool = True


@dataclass(frozen=True, slots=True)
class Restriction:
    """A restriction that runs now. ``until`` None is until somebody ends it.

    ``seconds`` must pass between two posts of one member (slow mode); ``ready_at`` is when the reader's
    next one may come, None at once.
    """

    restriction_id: int
    kind: RestrictionKind
    of_thread: bool
    seconds: int
    reason: str
    until: datetime | None
    ready_at: datetime | None = None

    @property
    def refusal(self) -> str:
        """The sentence (a msgid with :attr:`params`) for who may not write because of it."""
        return REFUSALS[self.kind, self.of_thread]

    @property
    def params(self) -> dict[str, object]:
        """What the sentence's placeholders stand for."""
        return {"until": self.until, "reason": self.reason, "ready": self.ready_at}


def first_of(restrictions: Iterable[Restriction], *kinds: RestrictionKind) -> Restriction | None:
    """One of these kinds, the one that ends last."""
    found = [one for one in restrictions if one.kind in kinds]
    endless = next((one for one in found if one.until is None), None)
    return endless or max(
        found, key=lambda one: one.until.timestamp() if one.until is not None else 0.0, default=None
    )
