"""The vocabulary of moderation: why a case is opened, how grave it is, what it may end with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final


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


class ForwardedTo(StrEnum):
    """Who must decide: everybody who moderates there, its managers, or the site's moderators."""

    NOBODY = ""
    MANAGERS = "managers"
    SITE = "site"


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
#: Cases that one decision may take at once.
BULK_CASES: Final = 500


def severity_of(category: CaseCategory) -> int:
    """How grave a category is, 1 to 4."""
    return SEVERITIES[category]
