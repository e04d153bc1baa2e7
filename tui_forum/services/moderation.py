"""Moderation: reports gather into cases, moderators decide, the log remembers."""

from __future__ import annotations

from typing import Any, Final

from tui_forum.domain.entities import Actor, PostState, Role, Visibility
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.limits import PAGE_SIZE, REASON_MAX_CHARS
from tui_forum.domain.moderation import CaseState, DecisionKind
from tui_forum.domain.policy import NOT_FOUND, Action, Standing, decide, require
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.domain.text import clean_body, excerpt
from tui_forum.domain.views import Author, CasePage, CaseRow, CaseView, DecisionView, ReportView
from tui_forum.i18n import N_
from tui_forum.services.notices import notify
from tui_forum.services.threads import post_view
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.moderation import ModerationRepository
from tui_forum.storage.repositories.reading import posts_by_number, thread_state
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

EXCERPT_CELLS: Final = 120
CONTEXT_POSTS: Final = 3  # shown before and after the subject

DECIDED_MEANWHILE: Final = N_("Somebody has decided this case meanwhile.")
EMPTY_REASON: Final = N_("Please give a reason.")
LONG_REASON: Final = N_("A reason has at most {longest} characters; this one has {count}.")


def check_reason(reason: str) -> str:
    """A reason as it is stored.

    Raises:
        InvalidInputError: empty or too long (``field="reason"``).
    """
    cleaned = clean_body(reason).strip()
    if not cleaned:
        raise InvalidInputError(EMPTY_REASON, field="reason")
    if len(cleaned) > REASON_MAX_CHARS:
        raise InvalidInputError(LONG_REASON, field="reason", longest=REASON_MAX_CHARS, count=len(cleaned))
    return cleaned


def _case_row(row: Any) -> CaseRow:
    return CaseRow(
        case_id=row[0],
        community_id=row[1],
        community_slug=row[2],
        thread_id=row[3],
        thread_title=row[4],
        post_id=row[5],
        post_number=row[6],
        author=Author(*row[7:10]),
        # What its author has deleted is gone for moderators, too.
        excerpt="" if row[16] == PostState.DELETED.value else excerpt(row[10], EXCERPT_CELLS),
        report_count=row[11],
        opened_at=row[12],
    )


class Moderation:
    """Use cases of reporters and moderators."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(self, actor: Actor, post_id: int, reason: str) -> None:
        """Tell the moderators about a post; reports on one post join one open case.

        Raises:
            InvalidInputError: no reason. ConflictError: reported already, or the post is gone.
            NotAllowedError, NotFoundError: see the policy.
        """
        reason = check_reason(reason)

        async def work(uow: UnitOfWork) -> None:
            post = await WritingRepository(uow.connection).post(post_id, lock=True)
            if post is None:
                raise NotFoundError(NOT_FOUND)
            state = await thread_state(uow.connection, post["thread_id"], actor.account_id)
            if state is None or state.removed:
                raise NotFoundError(NOT_FOUND)
            own = post["author_id"] == actor.account_id
            require(
                Action.REPORT_POST,
                Standing(
                    actor.site_role,
                    state.role,
                    state.visibility,
                    own=own,
                    post_state=PostState(post["state"]),
                ),
            )
            repository = ModerationRepository(uow.connection)
            case_id = await repository.open_case(state.community_id, post, uow.now)
            await repository.add_report(case_id, post, actor.account_id, reason, uow.now)
            # No thread and community here: that somebody reported is for moderators only.
            uow.record(EventKind.POST_REPORTED, post_id=post_id, data={"case": case_id})

        await self._database.write(work)

    async def queue(self, actor: Actor, after: int | None = None, limit: int = PAGE_SIZE) -> CasePage:
        """Open cases one may decide, oldest first (``after``: a case id)."""
        async with self._database.read() as connection:
            rows = await ModerationRepository(connection).queue(
                actor.account_id, actor.site_role, after, limit + 1
            )
        cases = tuple(map(_case_row, rows[:limit]))
        return CasePage(cases, cases[-1].case_id if len(rows) > limit else None)

    async def case(self, actor: Actor, case_id: int) -> CaseView:
        """A case with its reports and the post in its context.

        Raises:
            NotFoundError: no such case for this actor.
        """
        async with self._database.read() as connection:
            repository = ModerationRepository(connection)
            row = await repository.case(case_id)
            if row is None:
                raise NotFoundError(NOT_FOUND)
            role = await repository.role(actor.account_id, row[1])
            standing = Standing(actor.site_role, role, Visibility(row[14]))
            self._require_moderator(standing)
            reports = await repository.reports(case_id)
            low = max(1, row[6] - CONTEXT_POSTS)
            posts = await posts_by_number(
                connection, row[3], low=low, descending=False, limit=row[6] - low + 1 + CONTEXT_POSTS
            )
        state = CaseState(row[13])
        return CaseView(
            row=_case_row(row),
            state=state,
            reports=tuple(ReportView(Author(*r[:3]), r[3], r[4]) for r in reports),
            context=tuple(post_view(post, actor, standing, None) for post in posts),
            may_decide=state is CaseState.OPEN,
        )

    @staticmethod
    def _require_moderator(standing: Standing) -> None:
        """Others must not learn that there is a case."""
        if not decide(Action.MODERATE, standing).allowed:
            raise NotFoundError(NOT_FOUND)

    async def decide(self, actor: Actor, case_id: int, kind: DecisionKind, reason: str) -> DecisionView:
        """Approve or remove the post of a case. Exactly one decision wins.

        Author (when removed) and reporters are told.

        Raises:
            InvalidInputError: no reason. ConflictError: decided meanwhile.
            NotFoundError: no such case for this actor.
        """
        reason = check_reason(reason)

        async def work(uow: UnitOfWork) -> DecisionView:
            repository = ModerationRepository(uow.connection)
            writing = WritingRepository(uow.connection)
            row = await repository.case(case_id)
            if row is None:
                raise NotFoundError(NOT_FOUND)
            role: Role | None = await repository.role(actor.account_id, row[1])
            self._require_moderator(Standing(actor.site_role, role, Visibility(row[14])))
            # The post first, as reporting does: nobody can report it, edit it or decide meanwhile.
            post = await writing.post(row[5], lock=True)
            if post is None or not await repository.close_case(case_id, kind, actor.account_id, uow.now):
                raise ConflictError(DECIDED_MEANWHILE)
            case = _case_row(row)
            uow.note(
                RecordEntry(
                    RecordAction(kind.value),
                    actor.account_id,
                    community_id=case.community_id,
                    case_id=case_id,
                    thread_id=case.thread_id,
                    post_id=case.post_id,
                    account_id=case.author.account_id,
                    reason=reason,
                    before={"posts": [{"post": case.post_id, "state": post["state"]}]},
                    after={"posts": [{"post": case.post_id, "revision": post["revision"]}]},
                )
            )
            if kind is DecisionKind.REMOVE:
                if post["state"] != PostState.DELETED.value:  # else its text would come back
                    await writing.set_state(case.post_id, PostState.REMOVED, reason)
                uow.record(
                    EventKind.POST_REMOVED,
                    community_id=case.community_id,
                    thread_id=case.thread_id,
                    post_id=case.post_id,
                    data={"number": case.post_number},
                )
            uow.record(
                EventKind.CASE_DECIDED,
                actor_id=actor.account_id,
                post_id=case.post_id,
                data={"case": case_id, "decision": kind.value},
            )
            await self._tell(uow, case, kind, reason, [r[0] for r in await repository.reports(case_id)])
            return DecisionView(
                decision_id=0,
                case_id=case_id,
                community_slug=case.community_slug,
                thread_id=case.thread_id,
                post_number=case.post_number,
                moderator=Author(actor.account_id, actor.handle, actor.display_name),
                author=case.author,
                kind=kind,
                reason=reason,
                created_at=uow.now,
            )

        return await self._database.write(work)

    @staticmethod
    async def _tell(
        uow: UnitOfWork, case: CaseRow, kind: DecisionKind, reason: str, reporters: list[int]
    ) -> None:
        """The author of a removed post learns why; each reporter learns the outcome."""
        told = dict.fromkeys(reporters, f"report_{kind.value}")
        if kind is DecisionKind.REMOVE:
            told[case.author.account_id] = "post_removed"
        for account_id, notice in told.items():
            await notify(
                uow, [account_id], notice, thread_id=case.thread_id, post_id=case.post_id, text=reason
            )

    async def log(
        self,
        actor: Actor,
        community_id: int | None = None,
        after: int | None = None,
        limit: int = PAGE_SIZE,
    ) -> tuple[DecisionView, ...]:
        """Decisions in one's scope, latest first (``after``: the last decision id one has)."""
        async with self._database.read() as connection:
            rows = await ModerationRepository(connection).log(
                actor.account_id, actor.site_role, community_id, after, limit
            )
        return tuple(
            DecisionView(
                row[0], row[1], row[2], row[3], row[4], Author(*row[5:8]), Author(*row[8:11]),
                DecisionKind(row[11]), row[12], row[13],
            )
            for row in rows
        )  # fmt: skip
