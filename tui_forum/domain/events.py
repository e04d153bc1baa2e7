"""Events: facts in the past tense, written in the transaction that made them true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final


class EventKind(StrEnum):
    """Every kind of event the log may hold."""

    ACCOUNT_REGISTERED = "account_registered"
    ACCOUNT_CHANGED = "account_changed"
    KEY_ADDED = "key_added"
    KEY_REMOVED = "key_removed"
    COMMUNITY_OPENED = "community_opened"
    COMMUNITY_ARCHIVED = "community_archived"
    COMMUNITY_REOPENED = "community_reopened"
    COMMUNITY_MERGED = "community_merged"
    HOST_ASKED = "host_asked"
    HOST_ANSWERED = "host_answered"
    CHARTER_CHANGED = "charter_changed"
    MEMBER_JOINED = "member_joined"
    MEMBER_LEFT = "member_left"
    MEMBER_CHANGED = "member_changed"  # has another role
    MEMBER_INVITED = "member_invited"
    INVITATION_CLOSED = "invitation_closed"  # declined or taken back
    JOIN_REQUESTED = "join_requested"
    REQUEST_CLOSED = "request_closed"  # declined or taken back
    COMMUNITY_CHANGED = "community_changed"  # others may see it than before
    THREAD_STARTED = "thread_started"
    THREAD_LOCKED = "thread_locked"
    THREAD_UNLOCKED = "thread_unlocked"
    THREAD_PINNED = "thread_pinned"
    THREAD_UNPINNED = "thread_unpinned"
    #: Recorded for both communities, or both threads: each tells its followers what it is to them.
    THREAD_MOVED = "thread_moved"
    THREAD_MERGED = "thread_merged"
    THREAD_SPLIT = "thread_split"
    POLL_VOTED = "poll_voted"
    POLL_CLOSED = "poll_closed"
    ACKNOWLEDGED = "acknowledged"
    POST_CREATED = "post_created"
    POST_EDITED = "post_edited"
    POST_DELETED = "post_deleted"
    POST_REMOVED = "post_removed"
    POST_REPORTED = "post_reported"
    CASE_DECIDED = "case_decided"
    #: Claimed, assigned, forwarded, talked about, opened again: what a queue shows is not so any more.
    CASE_CHANGED = "case_changed"
    #: Somebody was warned, silenced, suspended or removed, or is so no longer: told to that account only.
    SANCTION_CHANGED = "sanction_changed"
    #: A thread (or a whole community) is restricted for a time, or is so no longer.
    RESTRICTION_CHANGED = "restriction_changed"
    POST_REACTED = "post_reacted"
    PRAISE_GIVEN = "praise_given"
    PRAISE_WITHDRAWN = "praise_withdrawn"
    NEWCOMER_WELCOMED = "newcomer_welcomed"
    NOTICE_SENT = "notice_sent"
    READ_MOVED = "read_moved"
    POSTS_IMPORTED = "posts_imported"
    #: Never stored: somebody came, went or looks elsewhere (in-process only).
    PRESENCE_CHANGED = "presence_changed"


@dataclass(frozen=True, slots=True)
class Topic:
    """What one can subscribe to: ``kind`` is thread, community, account, moderation or presence."""

    kind: str
    key: int = 0


def thread_topic(thread_id: int) -> Topic:
    """Everything that happens in one thread."""
    return Topic("thread", thread_id)


def community_topic(community_id: int) -> Topic:
    """Everything that happens in one community."""
    return Topic("community", community_id)


def account_topic(account_id: int) -> Topic:
    """What concerns one account: notices, read pointers in its other sessions."""
    return Topic("account", account_id)


#: Reports and decisions anywhere; the queue reloads through the service, so policy applies.
MODERATION_TOPIC = Topic("moderation")
PRESENCE_TOPIC = Topic("presence")
#: Something may be due at another time than before; the clockwork looks again.
DUE_TOPIC = Topic("due")
#: What is nobody's business but the account's: how far it has read, who asked it in, where it wants in.
PERSONAL: Final = frozenset(
    (
        EventKind.READ_MOVED,
        EventKind.NOTICE_SENT,
        EventKind.MEMBER_INVITED,
        EventKind.INVITATION_CLOSED,
        EventKind.JOIN_REQUESTED,
        EventKind.REQUEST_CLOSED,
        EventKind.HOST_ASKED,
        EventKind.SANCTION_CHANGED,
    )
)
#: Only who reads the thread hears of these: a list shows nothing of them.
IN_THREAD: Final = frozenset(
    (
        EventKind.POST_REACTED,
        EventKind.PRAISE_GIVEN,
        EventKind.PRAISE_WITHDRAWN,
        EventKind.POLL_VOTED,
        EventKind.POLL_CLOSED,
    )
)
_CHANGES_DUE: Final = frozenset(
    (
        EventKind.THREAD_STARTED,
        EventKind.COMMUNITY_OPENED,
        EventKind.COMMUNITY_REOPENED,
        EventKind.CHARTER_CHANGED,
        EventKind.HOST_ANSWERED,
        EventKind.CASE_CHANGED,
        EventKind.SANCTION_CHANGED,
        EventKind.RESTRICTION_CHANGED,
    )
)


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. ``event_id`` grows with commit order; 0 for events that are not stored."""

    event_id: int
    kind: EventKind
    created_at: datetime
    actor_id: int | None = None
    community_id: int | None = None
    thread_id: int | None = None
    post_id: int | None = None
    account_id: int | None = None
    data: Mapping[str, object] = field(default_factory=dict)

    def topics(self) -> tuple[Topic, ...]:
        """The topics whose subscribers hear of it."""
        if self.kind in PERSONAL and self.account_id is not None:
            own = account_topic(self.account_id)
            return (own, DUE_TOPIC) if self.kind in _CHANGES_DUE else (own,)
        found: list[Topic] = []
        if self.thread_id is not None:
            found.append(thread_topic(self.thread_id))
        if self.community_id is not None and self.kind not in IN_THREAD:
            found.append(community_topic(self.community_id))
        if self.account_id is not None:
            found.append(account_topic(self.account_id))
        if self.kind in (EventKind.POST_REPORTED, EventKind.CASE_DECIDED, EventKind.CASE_CHANGED):
            found.append(MODERATION_TOPIC)
        if self.kind is EventKind.PRESENCE_CHANGED:
            found.append(PRESENCE_TOPIC)
        if self.kind in _CHANGES_DUE:
            found.append(DUE_TOPIC)
        return tuple(found)
