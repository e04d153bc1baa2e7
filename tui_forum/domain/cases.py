"""What moderators read: the queue, a case with all that belongs to it, talks with a member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tui_forum.domain.appeals import AppealView
from tui_forum.domain.entities import PostState
from tui_forum.domain.moderation import (
    CaseCategory,
    CaseFilter,
    CaseSort,
    CaseSource,
    CaseState,
    Conflict,
    DecisionKind,
    ForwardedTo,
    SanctionKind,
)
from tui_forum.domain.views import Author, PostView


@dataclass(frozen=True, slots=True)
class CaseCursor:
    """Keyset position in a queue: what it is sorted by, then the case's id."""

    value: int | datetime
    case_id: int


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in the queue. ``excerpt`` is plain text of the first post as it was reported.

    ``community_slug`` is "" for a matter of the site; thread and post are None (``thread_title``
    "") where a case has no post. ``claimed_by`` is who is on it now, never the reader.
    """

    case_id: int
    community_id: int | None
    community_slug: str
    thread_id: int | None
    thread_title: str
    post_id: int | None
    post_number: int | None
    author: Author
    excerpt: str
    post_count: int
    report_count: int
    category: CaseCategory
    rule: int | None
    severity: int
    source: CaseSource
    state: CaseState
    outcome: DecisionKind | None
    opened_at: datetime
    due_at: datetime
    decided_at: datetime | None
    claimed_by: str
    assigned_to: str
    forwarded_to: ForwardedTo
    conflict: Conflict

    def overdue(self, now: datetime) -> bool:
        """Whether it should have been decided already."""
        return self.state is CaseState.OPEN and now > self.due_at


def _place(row: CaseRow, sort: CaseSort) -> tuple[int | datetime, int]:
    values: dict[CaseSort, int | datetime] = {
        CaseSort.AGE: row.case_id,
        CaseSort.SEVERITY: row.severity,
        CaseSort.REPORTS: row.report_count,
        CaseSort.DUE: row.due_at,
    }
    return values[sort], row.case_id


def cursor_at(row: CaseRow, sort: CaseSort) -> CaseCursor:
    """Where the page after ``row`` begins."""
    return CaseCursor(*_place(row, sort))


def backwards(wanted: CaseFilter) -> bool:
    """Whether a queue begins at the high end: most reports first; what was decided last, first."""
    return wanted.sort is CaseSort.REPORTS or (
        wanted.sort is CaseSort.AGE and wanted.state is CaseState.DECIDED
    )


def merged(
    rows: Sequence[CaseRow], fresh: Sequence[CaseRow], wanted: CaseFilter, *, whole: bool
) -> list[CaseRow]:
    """The loaded part of a queue with ``fresh`` rows in their places.

    Unless the queue is loaded as a ``whole``, what comes behind its last row is left to the next page.
    """
    if not fresh:
        return list(rows)
    by_id = {row.case_id: row for row in (*rows, *fresh)}
    ordered = sorted(by_id.values(), key=lambda row: _place(row, wanted.sort), reverse=backwards(wanted))
    if whole or not rows:
        return ordered
    known = {row.case_id for row in rows}
    last = max(index for index, row in enumerate(ordered) if row.case_id in known)
    return ordered[: last + 1]


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of the queue; ``next`` is None on the last one."""

    rows: tuple[CaseRow, ...]
    next: CaseCursor | None


@dataclass(frozen=True, slots=True)
class ReportView:
    """One report inside a case. ``reporter`` is None for whom the case is about."""

    reporter: Author | None
    post_id: int
    category: CaseCategory
    rule: int | None
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CasePostView:
    """A post of a case: as it was reported, and as it is now.

    ``body`` is the text that was reported, ``present`` the text now when it is another one.
    """

    post_id: int
    thread_id: int
    thread_title: str
    number: int
    body: str
    revision: int
    present: str | None
    present_revision: int
    state: PostState
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CaseMessageView:
    """What somebody said in a case; ``private`` is among moderators only."""

    message_id: int
    author: Author
    private: bool
    body: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """Another case about the same account, latest first."""

    case_id: int
    community_slug: str
    category: CaseCategory
    state: CaseState
    outcome: DecisionKind | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class SanctionLine:
    """A sanction in an account's history; ``running`` when it holds now."""

    sanction_id: int
    kind: SanctionKind
    community_slug: str
    reason: str
    created_at: datetime
    until: datetime | None
    running: bool


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A moderator's note on an account."""

    note_id: int
    author: Author
    body: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AuthorHistory:
    """What a moderator should know of the author, as far as the reader may.

    ``posts`` counts those in the case's community. ``earlier`` and the other lists hold the
    latest few; ``cases`` and ``upheld`` count all: earlier cases, and those not just approved.
    """

    joined_at: datetime
    posts: int
    cases: int
    upheld: int
    earlier: tuple[EarlierCase, ...]
    sanctions: tuple[SanctionLine, ...]
    notes: tuple[NoteLine, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with all that a decision needs. ``why_not`` (a msgid) says why one may not decide.

    ``context`` are the posts around ``posts[selected]``. ``rule_text`` is the charter's rule
    that is cited; ``rules`` are the names of those that acted by themselves. ``can_undo`` tells that
    the reader's own decision can still be undone, ``alone`` that they may decide in spite of a
    conflict, because nobody else can. Of an ``appeal``, posts and reports are those of the case whose
    decision is challenged.
    """

    row: CaseRow
    reports: tuple[ReportView, ...]
    posts: tuple[CasePostView, ...]
    selected: int
    context: tuple[PostView, ...]
    messages: tuple[CaseMessageView, ...]
    history: AuthorHistory
    community_name: str
    rule_text: str
    may_decide: bool
    why_not: str
    can_undo: bool
    alone: bool = False
    appeal: AppealView | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision came to, for whoever made it."""

    case_id: int
    kind: DecisionKind
    posts: int


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What a decision about many cases came to: counts, and why some were left (msgid → count)."""

    decided: int
    left: dict[str, int]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A talk between a member and the moderators, as the member reads it."""

    case_id: int
    community_name: str
    subject: str
    messages: tuple[CaseMessageView, ...]
    open: bool
