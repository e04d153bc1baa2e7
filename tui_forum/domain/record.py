"""The record of moderation: what an entry tells, and the chain that shows whether one was changed.

Each entry's hash covers all that it tells, its number and the hash before it. Numbers have no
gaps. So an entry cannot be changed, taken out or slipped in without every later hash being wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

#: What stands before the first entry.
FIRST_HASH: Final = "0" * 64


class RecordAction(StrEnum):
    """Everything that moderators, or rules on their behalf, do."""

    # decisions of cases; the same words as DecisionKind
    APPROVE = "approve"
    REMOVE = "remove"
    EDIT = "edit"
    WARN = "warn"
    SILENCE = "silence"
    SUSPEND = "suspend"
    MOVE = "move"
    OFF_TOPIC = "off_topic"
    # what else is done with a case
    UNDO = "undo"
    FORWARD = "forward"
    ASSIGN = "assign"
    BREAK_OFF = "break_off"
    MESSAGE = "message"
    OPEN_CASE = "open_case"
    # sanctions and appeals
    REMOVE_MEMBER = "remove_member"
    LIFT = "lift"
    LAPSE = "lapse"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    OVERTURN = "overturn"
    RESTRICT = "restrict"
    END_RESTRICTION = "end_restriction"
    REMOVE_PRAISE = "remove_praise"
    # threads as a whole, without a case
    LOCK = "lock"
    UNLOCK = "unlock"
    PIN = "pin"
    UNPIN = "unpin"
    MERGE = "merge"
    SPLIT = "split"
    # rules, texts, notes
    HOLD = "hold"
    FLAG = "flag"
    REFUSE = "refuse"
    CONFIRM_EXAMPLE = "confirm_example"
    CHANGE_RULE = "change_rule"
    CHANGE_TEXT = "change_text"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """One action. ``actor_id`` None is the program itself; ids that do not apply are None.

    ``before`` and ``after`` hold what was changed as plain JSON values (no floats), never the
    text of a post and never a secret.
    """

    action: RecordAction
    actor_id: int | None
    community_id: int | None = None
    case_id: int | None = None
    thread_id: int | None = None
    post_id: int | None = None
    account_id: int | None = None
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """The entry's fields as they are stored and hashed."""
        return {
            "action": self.action.value,
            "actor_id": self.actor_id,
            "community_id": self.community_id,
            "case_id": self.case_id,
            "thread_id": self.thread_id,
            "post_id": self.post_id,
            "account_id": self.account_id,
            "reason": self.reason,
            "before": dict(self.before),
            "after": dict(self.after),
        }


def chain_hash(previous: str, number: int, created_at: datetime, values: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over entry ``number`` as canonical JSON, with the hash before it.

    ``values`` are those of :meth:`RecordEntry.values`; ``created_at`` counts to the microsecond.
    """
    told = {
        **values,
        "id": number,
        "created_at": created_at.astimezone(UTC).isoformat(),
        "previous": previous,
    }
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
