"""Deciding: exactly one decision wins; about many cases at once; taken back for a short time."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from tui_forum.domain.appeals import ANSWERS
from tui_forum.domain.cases import BulkOutcome, Decided
from tui_forum.domain.entities import Actor, PostState
from tui_forum.domain.errors import (
    ConflictError,
    ForumError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from tui_forum.domain.events import EventKind
from tui_forum.domain.leaks import LeaksFoundError
from tui_forum.domain.moderation import (
    BULK_CASES,
    UNDO_WITHIN,
    CaseSource,
    CaseState,
    DecisionKind,
    Ruling,
)
from tui_forum.domain.reasons import pick
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.i18n import N_
from tui_forum.services.casestate import (
    DECIDED_MEANWHILE,
    check_reason,
    load_case,
    require_open,
)
from tui_forum.services.notices import notify, notify_each
from tui_forum.services.reversal import reverse
from tui_forum.services.rulings import CasePost, Effect, Hearing, apply, let_through
from tui_forum.services.screening import Screening
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.appeals import AppealRepository
from tui_forum.storage.repositories.cases import CaseReading
from tui_forum.storage.repositories.casework import CaseWriting
from tui_forum.storage.repositories.record import entries_of
from tui_forum.storage.repositories.rules import RIGHT, WRONG, RuleRepository
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

CHANGED: Final = N_("A post of this case was changed meanwhile: look at it again.")
JOINED: Final = N_("Another post has joined this case meanwhile: look at it again.")
NOTHING_TO_UNDO: Final = N_("There is nothing to undo: a decision can be taken back for ten minutes.")
REPORTED_AGAIN: Final = N_("It was reported again meanwhile: decide the new case instead.")
TOO_MANY: Final = N_("At most {most} cases can be decided at once.")
ONE_BY_ONE: Final = N_("Such a decision is made for one case at a time.")
APPEALED: Final = N_("An appeal is answered, not decided like a report.")
APPEALED_MEANWHILE: Final = N_("Somebody has appealed against it: it is for others to take back.")
ANSWER_STANDS: Final = N_("What is answered to an appeal cannot be taken back.")

_DECISIONS: Final = tuple(RecordAction(kind.value) for kind in DecisionKind)
#: Decisions that are the same for many cases: an edit or a move is about one post.
_FOR_MANY: Final = frozenset(DecisionKind) - {DecisionKind.EDIT, DecisionKind.MOVE} - ANSWERS

#: What a reporter is told; the words of sanctions are between the moderators and the author.
_OUTCOMES: Final = {
    DecisionKind.APPROVE: "report_approve",
    DecisionKind.REMOVE: "report_remove",
    DecisionKind.EDIT: "report_edit",
    DecisionKind.MOVE: "report_move",
    DecisionKind.OFF_TOPIC: "report_off_topic",
}
ACTED: Final = "report_acted"

#: What a decision says of the rules that brought the case.
_VERDICTS: Final = {
    DecisionKind.APPROVE: WRONG,
    DecisionKind.REMOVE: RIGHT,
    DecisionKind.EDIT: RIGHT,
    DecisionKind.WARN: RIGHT,
    DecisionKind.SILENCE: RIGHT,
    DecisionKind.SUSPEND: RIGHT,
    DecisionKind.REMOVE_MEMBER: RIGHT,
}

Progress = Callable[[int, int], None]


class Decisions:
    """Use cases of deciding."""

    def __init__(self, database: Database, screening: Screening) -> None:
        self._database = database
        self._screening = screening

    async def decide(
        self, actor: Actor, case_id: int, ruling: Ruling, seen: Mapping[int, int] | None = None
    ) -> Decided:
        """Decide a case; author and reporters are told. Exactly one decision wins.

        ``seen`` are the posts that the moderator looked at, by id, with their present revisions
        (None: as they were reported): nobody decides about what they have not seen.

        Raises:
            InvalidInputError: the reason, the edit or the time cannot be taken.
            LeaksFoundError: the edit brings secrets in.
            ConflictError: decided meanwhile, or a post was changed or has joined.
            NotAllowedError: a conflict of interest, or it was forwarded. NotFoundError: no such case.
        """
        _check_reasons(ruling)
        if ruling.post_id is not None and ruling.body:
            async with self._database.read() as connection:
                post = await WritingRepository(connection).post(ruling.post_id)
            before = post["body"] if post is not None else ""
            if found := await self._screening.secrets([("body", ruling.body)], before):
                raise LeaksFoundError(found)

        async def work(uow: UnitOfWork) -> Decided:
            return await _decide(uow, actor, case_id, ruling, seen, {})

        return await self._database.write(work)

    async def decide_many(
        self, actor: Actor, case_ids: Sequence[int], ruling: Ruling, progress: Progress | None = None
    ) -> BulkOutcome:
        """Decide cases one after the other, each in a transaction of its own.

        What cannot be decided (decided meanwhile, changed since it was reported, a conflict of
        interest) is left; ``progress`` hears how many of how many are done.

        Raises:
            InvalidInputError: too many, an edit, or the reason cannot be taken.
        """
        _check_reasons(ruling)
        if len(case_ids) > BULK_CASES:
            raise InvalidInputError(TOO_MANY, most=BULK_CASES)
        if ruling.kind not in _FOR_MANY:
            raise InvalidInputError(ONE_BY_ONE)
        together = {"batch": secrets.token_hex(6)} if len(case_ids) > 1 else {}
        decided, left = 0, Counter[str]()
        for done, case_id in enumerate(case_ids, 1):

            async def work(uow: UnitOfWork, case_id: int = case_id) -> Decided:
                return await _decide(uow, actor, case_id, ruling, None, together)

            try:
                await self._database.write(work)
                decided += 1
            except (ConflictError, NotAllowedError, NotFoundError) as error:
                left[error.message] += 1
            if progress is not None:
                progress(done, len(case_ids))
        return BulkOutcome(decided, dict(left))

    async def undo(self, actor: Actor, progress: Progress | None = None) -> tuple[int, ...]:
        """Take back one's last decision (all of it, when it was about many cases); the cases.

        The posts are as they were, what was laid on the author is lifted, notices that nobody has
        seen are gone; who has seen one is told.

        Raises:
            ConflictError: there is nothing to undo, or it was reported again.
        """
        cases = await self._last(actor)
        if cases and cases[0][1][2] in ANSWERS:
            raise ConflictError(ANSWER_STANDS)
        undone: list[int] = []
        refused: ForumError | None = None
        for done, (case_id, entry) in enumerate(cases, 1):

            async def work(uow: UnitOfWork, case_id: int = case_id, entry: Any = entry) -> None:
                await _undo(uow, actor, case_id, entry)

            try:
                await self._database.write(work)
                undone.append(case_id)
            except ConflictError as error:
                refused = error
            if progress is not None:
                progress(done, len(cases))
        if not undone:
            raise refused or ConflictError(NOTHING_TO_UNDO)
        return tuple(undone)

    async def _last(self, actor: Actor) -> list[tuple[int, Any]]:
        """One's last decision that still stands: its cases, each with its entry of the record."""
        async with self._database.read() as connection:
            reading = CaseReading(connection, actor.account_id, actor.site_role)
            since = self._database.now() - UNDO_WITHIN
            mine = await entries_of(connection, actor.account_id, _DECISIONS, since, 2 * BULK_CASES)
            standing = await reading.decided_by_me(since)
        found: list[tuple[int, Any]] = []
        batch = ""
        for entry in mine:
            if standing.get(entry[0]) != entry[1]:
                continue  # undone already
            here = str(entry[4].get("batch", ""))
            if found and (not batch or here != batch):
                break
            found.append((entry[0], entry))
            batch = here
        return found


def _check_reasons(ruling: Ruling) -> None:
    """Some reason must be given; each is checked again once its placeholders are filled."""
    check_reason(pick(ruling.reason, "en"))


async def _decide(
    uow: UnitOfWork,
    actor: Actor,
    case_id: int,
    ruling: Ruling,
    seen: Mapping[int, int] | None,
    together: Mapping[str, str],
) -> Decided:
    reading = CaseReading(uow.connection, actor.account_id, actor.site_role)
    writing = CaseWriting(uow.connection)
    case = await load_case(reading, actor, case_id, uow.now)
    require_open(case)
    row = case.row
    if row.source is CaseSource.APPEAL or ruling.kind in ANSWERS:
        raise ConflictError(APPEALED)
    if not await writing.close(case_id, ruling.kind, actor.account_id, uow.now):
        raise ConflictError(DECIDED_MEANWHILE)
    posts = [CasePost.of(found) for found in await writing.posts(case_id)]
    _require_seen(posts, seen)
    hearing = await let_through(Hearing(uow, actor, case, ruling, posts))
    row = hearing.case.row
    effect = await apply(hearing)
    await RuleRepository(uow.connection).judge(case_id, _VERDICTS.get(ruling.kind, ""))
    effect.after |= together
    if case.standing.alone:
        effect.after["alone"] = True
    uow.note(
        RecordEntry(
            RecordAction(ruling.kind.value),
            actor.account_id,
            community_id=row.community_id,
            case_id=case_id,
            thread_id=row.thread_id,
            post_id=row.post_id,
            account_id=row.author.account_id,
            reason=hearing.reason_in(actor.language),
            before=effect.before,
            after=effect.after,
        )
    )
    uow.record(
        EventKind.CASE_DECIDED,
        actor_id=actor.account_id,
        post_id=row.post_id,
        data={"case": case_id, "decision": ruling.kind.value},
    )
    await _tell(hearing, effect, writing)
    return Decided(case_id, ruling.kind, len(posts))


def _require_seen(posts: Iterable[CasePost], seen: Mapping[int, int] | None) -> None:
    """Nobody decides about a text they have not seen."""
    for post in posts:
        if post.state is PostState.DELETED:
            continue
        looked_at = post.reported if seen is None else seen.get(post.post_id)
        if looked_at is None:
            raise ConflictError(JOINED)
        if looked_at != post.revision:
            raise ConflictError(CHANGED)


async def _tell(hearing: Hearing, effect: Effect, writing: CaseWriting) -> None:
    """The author learns what became of the posts and why; each reporter learns the outcome, once."""
    uow, row, kind = hearing.uow, hearing.case.row, hearing.ruling.kind
    tidings: dict[int, tuple[str, Callable[[str], str]]] = {}
    reporters: set[int] = set()
    if row.report_count:
        told = _OUTCOMES.get(kind, ACTED)
        why = hearing.reason_in if kind in _OUTCOMES else _nothing
        reporters = set(await writing.tell_reporters(row.case_id, kind.value, uow.now))
        tidings |= dict.fromkeys(reporters, (told, why))
    if effect.notice == "post_moved_away":  # to where its author does not read
        await notify(
            uow,
            [row.author.account_id],
            effect.notice,
            community_id=row.community_id,
            actor_id=hearing.actor.account_id,
            case_id=row.case_id,
            text=hearing.reason_in(hearing.case.language),
        )
    elif effect.notice and effect.posts:
        tidings[row.author.account_id] = (effect.notice, hearing.reason_in)
    tidings.pop(hearing.actor.account_id, None)  # who decides knows
    if not tidings:
        return
    heard = await notify_each(uow, tidings, thread_id=row.thread_id, post_id=row.post_id, case_id=row.case_id)
    if kind is DecisionKind.MOVE:  # its reporters may not read where it is now
        missed = (reporters & tidings.keys()) - heard
        await notify(uow, missed, ACTED, community_id=row.community_id, case_id=row.case_id)


def _nothing(_language: str) -> str:
    return ""


async def _undo(uow: UnitOfWork, actor: Actor, case_id: int, entry: Any) -> None:
    reading = CaseReading(uow.connection, actor.account_id, actor.site_role)
    writing = CaseWriting(uow.connection)
    decided_at, before, after = entry[1], entry[3], entry[4]
    kind = DecisionKind(entry[2])
    case = await load_case(reading, actor, case_id, uow.now)
    if not await writing.reopen(case_id, actor.account_id, decided_at):
        raise ConflictError(NOTHING_TO_UNDO)
    if await writing.others_open(case_id):
        raise ConflictError(REPORTED_AGAIN)
    if await AppealRepository(uow.connection).against(case_id, decided_at):
        raise ConflictError(APPEALED_MEANWHILE)
    undone = await reverse(uow, actor, case, kind, decided_at, before, after)
    await RuleRepository(uow.connection).judge(case_id, "")
    if case.row.report_count:
        await writing.tell_reporters(case_id, "", None)
    seen = await writing.withdraw_notices(case_id, decided_at)
    await notify(
        uow,
        seen,
        "decision_undone",
        thread_id=case.row.thread_id,
        post_id=case.row.post_id,
        case_id=case_id,
    )
    uow.note(
        RecordEntry(
            RecordAction.UNDO,
            actor.account_id,
            community_id=case.row.community_id,
            case_id=case_id,
            thread_id=case.row.thread_id,
            post_id=case.row.post_id,
            account_id=case.row.author.account_id,
            before={"decision": kind.value, "state": CaseState.DECIDED.value},
            after=undone,
        )
    )
    uow.record(EventKind.CASE_CHANGED, actor_id=actor.account_id, data={"case": case_id})
