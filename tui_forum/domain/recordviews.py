"""What is read of the record: its entries as moderators see them, and what all may know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tui_forum.domain.record import RecordAction
from tui_forum.domain.views import Author

#: What moderators do among themselves; whom it is about does not read it (as in the case itself).
AMONG_MODERATORS: Final = frozenset(
    (
        RecordAction.ASSIGN,
        RecordAction.BREAK_OFF,
        RecordAction.FLAG,
        RecordAction.FORWARD,
        RecordAction.NOTE,
    )
)


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which entries are wanted. ``actor`` and ``account`` (whom it is about) are handles, "" for all.

    From ``since`` to just before ``until``.
    """

    community_id: int | None = None
    case_id: int | None = None
    action: RecordAction | None = None
    actor: str = ""
    account: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordLine:
    """An entry of the record with the names of what it tells about.

    ``moderator`` None is the program; ``author`` is whom it is about. Names are "" or None where
    there is nothing (any more); the ids stay what was written, so that the hash can be checked.
    ``now_in`` is the thread in which the post, or the thread, can be read now; ``thread_title`` its
    title while it is in the entry's community.
    """

    entry_id: int
    created_at: datetime
    action: RecordAction
    reason: str
    case_id: int | None
    community_slug: str
    post_number: int | None
    moderator: Author | None
    author: Author | None
    actor_id: int | None
    account_id: int | None
    community_id: int | None
    thread_id: int | None
    post_id: int | None
    now_in: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    previous_hash: str
    hash: str
    thread_title: str
