"""Appeals: a decision as the member reads it whom it is about, and an appeal as moderators do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tui_forum.domain.moderation import DecisionKind, SanctionKind
from tui_forum.domain.views import Author
from tui_forum.i18n import N_

#: Decisions against which whom they are about may appeal.
APPEALABLE: Final = frozenset(
    (
        DecisionKind.REMOVE,
        DecisionKind.EDIT,
        DecisionKind.WARN,
        DecisionKind.SILENCE,
        DecisionKind.SUSPEND,
        DecisionKind.REMOVE_MEMBER,
        DecisionKind.MOVE,
        DecisionKind.OFF_TOPIC,
    )
)
#: What an appeal ends with.
ANSWERS: Final = frozenset((DecisionKind.UPHOLD, DecisionKind.OVERTURN))
APPEAL_MAX_CHARS: Final = 4_000

ALREADY: Final = N_("You have appealed against this decision already: it is looked at once more, not twice.")
STANDS_NOT: Final = N_("This decision was taken back already.")
NOT_AN_APPEAL: Final = N_("This case is not an appeal.")


class AppealState(StrEnum):
    """Until it is answered an appeal is open; then the decision stands, or it is taken back."""

    OPEN = "open"
    UPHELD = "upheld"
    OVERTURNED = "overturned"


@dataclass(frozen=True, slots=True)
class AppealLine:
    """One's own appeal, and what was answered."""

    body: str
    state: AppealState
    created_at: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision about the reader. ``community_name`` is "" for the whole forum.

    ``sanction`` with ``until`` is what it laid on the reader, if it did. ``why_not`` (a msgid) says
    why one cannot appeal, "" when one can.
    """

    case_id: int
    kind: DecisionKind
    community_name: str
    thread_id: int | None
    thread_title: str
    post_number: int | None
    reason: str
    decided_at: datetime
    sanction: SanctionKind | None
    until: datetime | None
    appeal: AppealLine | None
    why_not: str


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal inside its case: what is challenged, by whom it was decided and why, and what is said."""

    body: str
    state: AppealState
    decided_case_id: int
    kind: DecisionKind
    reason: str
    decided_by: Author
    decided_at: datetime
    answer: str
