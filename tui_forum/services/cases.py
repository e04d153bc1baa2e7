"""The queue and its cases, as moderators read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tui_forum.domain.appeals import AppealState, AppealView
from tui_forum.domain.cases import (
    AuthorHistory,
    CaseCursor,
    CaseMessageView,
    CasePage,
    CasePostView,
    CaseRow,
    CaseView,
    EarlierCase,
    NoteLine,
    ReportView,
    SanctionLine,
    cursor_at,
)
from tui_forum.domain.entities import Actor, PostState
from tui_forum.domain.limits import PAGE_SIZE
from tui_forum.domain.moderation import (
    UNDO_WITHIN,
    CaseCategory,
    CaseFilter,
    CaseSource,
    CaseState,
    Conflict,
    DecisionKind,
    SanctionKind,
)
from tui_forum.domain.views import Author, PostView
from tui_forum.services.casestate import DECIDED_MEANWHILE, LoadedCase, case_row, load_case
from tui_forum.services.threads import post_view
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.appeals import AppealRepository
from tui_forum.storage.repositories.cases import CaseReading
from tui_forum.storage.repositories.rules import RuleRepository

CONTEXT_POSTS = 3  # shown before and after a post of the case


class Cases:
    """Use cases of reading the queue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def queue(
        self,
        actor: Actor,
        wanted: CaseFilter | None = None,
        after: CaseCursor | None = None,
        limit: int = PAGE_SIZE,
    ) -> CasePage:
        """A page of the cases in one's scope, filtered and sorted as ``wanted``."""
        wanted = wanted or CaseFilter()
        now = self._database.now()
        async with self._database.read() as connection:
            reading = CaseReading(connection, actor.account_id, actor.site_role)
            found = await reading.page(wanted, after, now, limit + 1)
        rows = tuple(case_row(row, actor, now) for row in found[:limit])
        return CasePage(rows, cursor_at(rows[-1], wanted.sort) if len(found) > limit else None)

    async def rows(
        self, actor: Actor, case_ids: Sequence[int], wanted: CaseFilter | None = None
    ) -> tuple[CaseRow, ...]:
        """Those of ``case_ids`` that a queue (still, or newly) shows, to refresh it; in no order."""
        if not case_ids:
            return ()
        now = self._database.now()
        async with self._database.read() as connection:
            reading = CaseReading(connection, actor.account_id, actor.site_role)
            found = await reading.some(case_ids, wanted or CaseFilter(), now)
        return tuple(case_row(row, actor, now) for row in found)

    async def places(self, actor: Actor) -> tuple[tuple[int, str, str], ...]:
        """Communities whose cases one sees: id, slug and name."""
        async with self._database.read() as connection:
            found = await CaseReading(connection, actor.account_id, actor.site_role).places()
        return tuple((row[0], row[1], row[2]) for row in found)

    async def case(self, actor: Actor, case_id: int, post_id: int | None = None) -> CaseView:
        """A case with all that a decision needs, in the context of one of its posts (None: the first).

        Whom a case is about sees neither who reported nor what moderators say among themselves.

        Raises:
            NotFoundError: no such case for this actor.
        """
        now = self._database.now()
        async with self._database.read() as connection:
            reading = CaseReading(connection, actor.account_id, actor.site_role)
            case = await load_case(reading, actor, case_id, now)
            secret = case.row.conflict is Conflict.SUBJECT and not case.standing.alone
            appeal = None
            if case.row.source is CaseSource.APPEAL:
                appeal = appeal_view(await AppealRepository(connection).of_case(case_id))
            about = appeal.decided_case_id if appeal is not None else case_id
            reports = await reading.reports(about)
            posts = tuple(_case_post(row) for row in await reading.posts(about))
            selected = next((i for i, post in enumerate(posts) if post.post_id == post_id), 0)
            context = await _around(reading, actor, case, posts[selected]) if posts else ()
            messages = await reading.messages(case_id, private=not secret)
            history = await _history(reading, case, now)
            rules = await RuleRepository(connection).caught(case_id)
        verdict = case.verdict()
        mine = case.decided_by == actor.account_id and case.row.decided_at is not None
        return CaseView(
            row=case.row,
            reports=tuple(
                ReportView(None if secret else Author(*r[:3]), r[3], CaseCategory(r[4]), r[5], r[6], r[7])
                for r in reports
            ),
            posts=posts,
            selected=selected,
            context=context,
            messages=tuple(map(message_view, messages)),
            history=history,
            community_name=case.community_name,
            rule_text=case.rule_text,
            may_decide=verdict.allowed and case.row.state is CaseState.OPEN,
            why_not=verdict.reason if not verdict.allowed else _decided(case),
            rules=rules,
            can_undo=mine and case.row.decided_at is not None and now - case.row.decided_at < UNDO_WITHIN,
            alone=case.standing.alone,
            appeal=appeal,
        )


def _decided(case: LoadedCase) -> str:
    return "" if case.row.state is CaseState.OPEN else DECIDED_MEANWHILE


def appeal_view(row: Sequence[Any] | None) -> AppealView | None:
    """A row of :meth:`AppealRepository.of_case`."""
    if row is None:
        return None
    return AppealView(
        body=row[1],
        state=AppealState(row[2]),
        decided_case_id=row[4],
        kind=DecisionKind(row[6]),
        reason=row[10],
        decided_by=Author(*row[11:14]),
        decided_at=row[7],
        answer=row[3],
    )


def message_view(row: Sequence[Any]) -> CaseMessageView:
    """A row of :meth:`CaseReading.messages`."""
    return CaseMessageView(row[0], Author(*row[1:4]), bool(row[4]), row[5], row[6])


def _case_post(row: Sequence[Any]) -> CasePostView:
    # The reported text is among the revisions once it was changed; a deleted post keeps its text.
    reported = row[5] if row[4] is None else row[4]
    state = PostState(row[8])
    changed = row[5] != reported and state is not PostState.DELETED
    return CasePostView(
        post_id=row[0],
        thread_id=row[1],
        thread_title=row[2],
        number=row[3],
        body=reported,
        revision=row[6],
        present=row[5] if changed else None,
        present_revision=row[7],
        state=state,
        created_at=row[9],
    )


async def _around(
    reading: CaseReading, actor: Actor, case: LoadedCase, post: CasePostView
) -> tuple[PostView, ...]:
    rows = await reading.around(post.thread_id, post.number, CONTEXT_POSTS)
    return tuple(post_view(row, actor, case.standing, None) for row in rows)


async def _history(reading: CaseReading, case: LoadedCase, now: datetime) -> AuthorHistory:
    account_id, place = case.row.author.account_id, case.row.community_id
    counts = await reading.history(account_id, place, case.row.case_id)
    earlier = await reading.earlier(account_id, case.row.case_id) if counts[1] else []
    sanctions = await reading.sanctions(account_id, place)
    notes = await reading.notes(account_id, place) if case.row.conflict is not Conflict.SUBJECT else []
    return AuthorHistory(
        joined_at=case.joined_at,
        posts=int(counts[0]),
        cases=counts[1],
        upheld=counts[2],
        earlier=tuple(
            EarlierCase(
                row[0], row[1] or "", CaseCategory(row[2]), CaseState(row[3]),
                DecisionKind(row[4]) if row[4] else None, row[5],
            )
            for row in earlier
        ),
        sanctions=tuple(
            SanctionLine(
                row[0], SanctionKind(row[1]), row[2] or "", row[3], row[4], row[5],
                running=row[6] is None and (row[5] is None or row[5] > now),
            )
            for row in sanctions
        ),
        notes=tuple(NoteLine(row[0], Author(*row[1:4]), row[4], row[5]) for row in notes),
    )  # fmt: skip
