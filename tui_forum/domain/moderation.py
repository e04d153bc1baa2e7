"""The vocabulary of moderation: why a case is opened, how grave it is, what it may end with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final


class CaseState(StrEnum):
    """A case is open until it is decided."""

    OPEN = "open"
    DECIDED = "decided"


class CaseCategory(StrEnum):
    """What is wrong: a rule of the community's charter (by its number), or one of these."""

    RULE = "rule"
    SPAM = "spam"
    HARASSMENT = "harassment"
    CONFIDENTIAL = "confidential"
    OFF_TOPIC = "off_topic"
    OTHER = "other"


class CaseSource(StrEnum):
    """How a case came into the queue."""

    REPORT = "report"
    NEW_ACCOUNT = "new_account"
    WORDS = "words"
    SECRET = "secret"  # noqa: S105 - a word, not a password
    LINKS = "links"
    RATE = "rate"
    EDIT = "edit"
    APPROVAL = "approval"
    APPEAL = "appeal"
    MODMAIL = "modmail"


class DecisionKind(StrEnum):
    """What a case ends with. The words are those of ``domain.record.RecordAction``."""

    APPROVE = "approve"
    REMOVE = "remove"
    EDIT = "edit"
    WARN = "warn"
    SILENCE = "silence"
    SUSPEND = "suspend"
    MOVE = "move"
    OFF_TOPIC = "off_topic"
    REMOVE_MEMBER = "remove_member"
    # of an appeal: the decision stands, or is taken back
    UPHOLD = "uphold"
    OVERTURN = "overturn"


class ForwardedTo(StrEnum):
    """Who must decide: everybody who moderates there, its managers, or the site's moderators."""

    NOBODY = ""
    MANAGERS = "managers"
    SITE = "site"


class Conflict(StrEnum):
    """Why somebody should not decide a case: it is about them, they reported it, or (an appeal) they
    have made the decision that is challenged.
    """

    NONE = ""
    SUBJECT = "subject"
    REPORTER = "reporter"
    DECIDER = "decider"


class CaseSort(StrEnum):
    """How the queue is ordered: oldest first, gravest first, most reports first, due first."""

    AGE = "age"
    SEVERITY = "severity"
    REPORTS = "reports"
    DUE = "due"


class Claimed(StrEnum):
    """Cases by who is on them at the moment."""

    ANY = ""
    MINE = "mine"
    NOBODY = "nobody"
    OTHERS = "others"


class SanctionKind(StrEnum):
    """What a decision does to an account."""

    WARNING = "warning"
    SILENCE = "silence"
    SUSPENSION = "suspension"
    REMOVAL = "removal"


#: 1 is the gravest. Sorting by severity puts what does harm while it waits first.
SEVERITIES: Final[Mapping[CaseCategory, int]] = {
    CaseCategory.CONFIDENTIAL: 1,
    CaseCategory.HARASSMENT: 2,
    CaseCategory.RULE: 3,
    CaseCategory.SPAM: 3,
    CaseCategory.OFF_TOPIC: 4,
    CaseCategory.OTHER: 4,
}

#: Until when a case should be decided, by its severity; later it is overdue.
EXPECTED: Final[Mapping[int, timedelta]] = {
    1: timedelta(hours=4),
    2: timedelta(hours=12),
    3: timedelta(hours=24),
    4: timedelta(hours=72),
}

#: Reports on one author within this time join one case.
JOIN_WITHIN: Final = timedelta(hours=24)
#: A claim lapses when its holder has done nothing with the case for so long.
CLAIM_FOR: Final = timedelta(minutes=10)
#: How long the last decision can be undone by who made it.
UNDO_WITHIN: Final = timedelta(minutes=10)
#: Posts of one case; further reports open another.
CASE_POSTS: Final = 50
#: Decisions that do something to the account.
SANCTIONS: Final[Mapping[DecisionKind, SanctionKind]] = {
    DecisionKind.WARN: SanctionKind.WARNING,
    DecisionKind.SILENCE: SanctionKind.SILENCE,
    DecisionKind.SUSPEND: SanctionKind.SUSPENSION,
    DecisionKind.REMOVE_MEMBER: SanctionKind.REMOVAL,
}
#: Cases that one decision may take at once.
BULK_CASES: Final = 500


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases a queue shows and in which order. ``state`` None is every state."""

    state: CaseState | None = CaseState.OPEN
    community_id: int | None = None
    category: CaseCategory | None = None
    claimed: Claimed = Claimed.ANY
    assigned_to_me: bool = False
    forwarded: bool = False
    overdue: bool = False
    sort: CaseSort = CaseSort.AGE

    def as_json(self) -> dict[str, Any]:
        """As it is saved: only what differs from the queue that everybody begins with."""
        return {key: value for key, value in asdict(self).items() if value != asdict(CaseFilter())[key]}

    @staticmethod
    def from_json(saved: Mapping[str, Any]) -> CaseFilter:
        """What :meth:`as_json` made; what this program does not know any more is left out."""
        known = {f.name for f in fields(CaseFilter)}
        kinds = {"state": CaseState, "category": CaseCategory, "claimed": Claimed, "sort": CaseSort}
        found: dict[str, Any] = {}
        for key, value in saved.items():
            if key not in known:
                continue
            try:
                found[key] = kinds[key](value) if key in kinds and value is not None else value
            except ValueError:
                continue
        return CaseFilter(**found)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a moderator decides about a case.

    ``reason`` is by language, or under ``""`` the same for everybody; a prepared text's
    placeholders are filled for each case (``domain.reasons``). ``remove`` takes the posts away,
    too, with a sanction, which holds until ``until`` (None: for good) and, with ``everywhere``,
    on the whole site. ``post_id`` is the post that is changed (to ``body``, from ``revision``) or
    moved: to ``community_id``, as a thread called ``title`` unless it is a thread's first post.
    """

    kind: DecisionKind
    reason: Mapping[str, str]
    remove: bool = False
    until: datetime | None = None
    everywhere: bool = False
    post_id: int | None = None
    body: str = ""
    revision: int = 0
    community_id: int | None = None
    title: str = ""

    @staticmethod
    def plain(kind: DecisionKind, reason: str, **rest: Any) -> Ruling:
        """A ruling in one's own words."""
        return Ruling(kind, {"": reason}, **rest)


def severity_of(category: CaseCategory) -> int:
    """How grave a category is, 1 to 4."""
    return SEVERITIES[category]
