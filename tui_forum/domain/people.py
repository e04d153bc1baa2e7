"""Recognition that ranks nobody: reactions, praise, first answers, welcomes, early movers.

The rules are issue 3's, part 7. Everything here is frozen; what is shown of it is decided in SQL,
by what the viewer may read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.text import clean_line, display_line
from tui_forum.i18n import N_

# --- reactions -----------------------------------------------------------------------------------


class ReactionKind(StrEnum):
    """The few reactions there are."""

    THANKS = "thanks"
    AGREE = "agree"
    INSIGHTFUL = "insightful"
    FUNNY = "funny"
    CELEBRATE = "celebrate"


#: Each with a sign of exactly two cells that no terminal counts otherwise (one code point, no
#: selector), and a word for those who cannot see or read it.
REACTIONS: Final[tuple[tuple[ReactionKind, str, str], ...]] = (
    (ReactionKind.THANKS, "🙏", N_("thanks")),
    (ReactionKind.AGREE, "👍", N_("agree")),
    (ReactionKind.INSIGHTFUL, "💡", N_("insightful")),
    (ReactionKind.FUNNY, "😄", N_("funny")),
    (ReactionKind.CELEBRATE, "🎉", N_("celebrate")),
)
SIGNS: Final = {kind: sign for kind, sign, _word in REACTIONS}
PRAISE_SIGN: Final = "💐"


@dataclass(frozen=True, slots=True)
class Reactions:
    """How many reacted in one way to a post; ``mine`` when the viewer is one of them."""

    kind: ReactionKind
    count: int
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Reacted:
    """As :class:`Reactions`, with the handles of the first few who did."""

    kind: ReactionKind
    count: int
    mine: bool
    handles: tuple[str, ...]


# --- praise --------------------------------------------------------------------------------------

PRAISE_MAX_CHARS: Final = 300
#: Lines of praise shown under a post; the rest is on the profile of who got it.
PRAISE_SHOWN: Final = 3

NO_REASON: Final = N_("Praise says what it is for: please write a few words.")
LONG_REASON: Final = N_("Praise has at most {longest} characters; this has {count}.")


@dataclass(frozen=True, slots=True)
class PraiseLine:
    """Praise as it stands under its post."""

    praise_id: int
    giver: str  # a handle
    reason: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """What others have put to a post: the parts of a ``PostView`` that come with one statement."""

    reactions: tuple[Reactions, ...] = ()
    praise: tuple[PraiseLine, ...] = ()
    praise_count: int = 0
    newcomer: bool = False


NO_MARKS: Final = Marks()


def check_reason(text: str) -> str:
    """What a praise is for, as it is stored.

    Raises:
        InvalidInputError: empty or too long (``field="reason"``).
    """
    reason = clean_line(text)
    if not display_line(reason).strip():
        raise InvalidInputError(NO_REASON, field="reason")
    if len(reason) > PRAISE_MAX_CHARS:
        raise InvalidInputError(LONG_REASON, field="reason", longest=PRAISE_MAX_CHARS, count=len(reason))
    return reason


# --- recognition ---------------------------------------------------------------------------------


class RecognitionKind(StrEnum):
    """What a profile shows of the good one did; a person can switch each off, then nobody sees it."""

    REACTIONS = "reactions"
    PRAISE = "praise"
    ANSWERED_FIRST = "answered_first"
    WELCOMED = "welcomed"
    EARLY_MOVER = "early_mover"


RECOGNITION_NAMES: Final = {
    RecognitionKind.REACTIONS: N_("Reactions to my posts"),
    RecognitionKind.PRAISE: N_("Praise I was given"),
    RecognitionKind.ANSWERED_FIRST: N_("Questions I answered first"),
    RecognitionKind.WELCOMED: N_("Newcomers I welcomed"),
    RecognitionKind.EARLY_MOVER: N_("Communities I was early in"),
}

#: Who joined within this time, and was not welcomed yet, is a newcomer.
NEWCOMER: Final = timedelta(days=30)
#: The first few who write in a community within its first months are its early movers.
EARLY_MOVERS: Final = 5
EARLY: Final = timedelta(days=90)


def hidden_kinds(stored: str) -> frozenset[RecognitionKind]:
    """The kinds that a profile's ``hidden`` column names; unknown ones are passed over."""
    known = {kind.value for kind in RecognitionKind}
    return frozenset(RecognitionKind(word) for word in stored.split(",") if word in known)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A member whom nobody has welcomed yet, with their first post here if there is one."""

    account_id: int
    handle: str
    display_name: str
    joined_at: datetime
    thread_id: int | None = None
    post_number: int | None = None
    thread_title: str = ""
