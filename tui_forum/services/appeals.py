"""Appeals: whom a decision is about challenges it, somebody else looks at it once more."""

from __future__ import annotations

from tui_forum.domain.appeals import (
    ALREADY,
    APPEAL_MAX_CHARS,
    APPEALABLE,
    NOT_AN_APPEAL,
    STANDS_NOT,
    AppealLine,
    AppealState,
    DecisionView,
)
from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import ConflictError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.moderation import (
    CaseCategory,
    CaseSource,
    DecisionKind,
    ForwardedTo,
    SanctionKind,
)
from tui_forum.domain.policy import NOT_FOUND
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.services.casestate import (
    DECIDED_MEANWHILE,
    check_reason,
    check_words,
    load_case,
    require_open,
)
from tui_forum.services.notices import notify
from tui_forum.services.reports import into_queue
from tui_forum.services.reversal import reverse
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.appeals import AnyRow, AppealRepository
from tui_forum.storage.repositories.cases import CaseReading
from tui_forum.storage.repositories.casework import CaseWriting
from tui_forum.storage.repositories.rules import WRONG, RuleRepository
from tui_forum.storage.uow import UnitOfWork


class Appeals:
    """Use cases of appeals."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- the member's side

    async def decision(self, actor: Actor, case_id: int) -> DecisionView:
        """What was decided in a case about oneself, why, and what became of one's appeal.

        Raises:
            NotFoundError: no such case about the actor, or its decision does not stand any more.
        """
        async with self._database.read() as connection:
            repository = AppealRepository(connection)
            row = await _decision(repository, actor, case_id)
            told = row[14] or await repository.told(case_id, actor.account_id, row[7]) or row[10]
        everywhere = row[11] is not None and row[13] is None
        appeal = None
        if row[19] is not None:
            appeal = AppealLine(row[19], AppealState(row[20]), row[21], row[22], row[23])
        return DecisionView(
            case_id=case_id,
            kind=DecisionKind(row[0]),
            community_name="" if everywhere else row[4] or "",
            thread_id=row[16],
            thread_title=row[17] or "",
            post_number=row[18],
            reason=told,
            decided_at=row[7],
            sanction=SanctionKind(row[12]) if row[12] else None,
            until=row[15],
            appeal=appeal,
            why_not=_why_not(row),
        )

    async def appeal(self, actor: Actor, case_id: int, text: str) -> None:
        """Challenge the decision of a case about oneself: once, and somebody else looks at it.

        Raises:
            InvalidInputError: empty or too long. ConflictError: it was appealed against, or taken back.
            NotFoundError: no such decision about the actor.
        """
        text = check_words(text, APPEAL_MAX_CHARS)

        async def work(uow: UnitOfWork) -> None:
            repository = AppealRepository(uow.connection)
            row = await _decision(repository, actor, case_id)
            if why_not := _why_not(row):
                raise ConflictError(why_not)
            own_case = await into_queue(
                uow,
                community_id=row[3],
                account_id=actor.account_id,
                source=CaseSource.APPEAL,
                category=CaseCategory(row[5]),
                rule=row[6],
            )
            await repository.add(
                {
                    "case_id": own_case,
                    "decided_case_id": case_id,
                    "sanction_id": row[11],
                    "record_id": row[9],
                    "account_id": actor.account_id,
                    "body": text,
                    "created_at": uow.now,
                }
            )
            if row[11] is not None and row[13] is None:  # what holds everywhere is not a community's to lift
                await CaseWriting(uow.connection).forward(own_case, ForwardedTo.SITE)
            uow.note(
                RecordEntry(
                    RecordAction.APPEAL,
                    actor.account_id,
                    community_id=row[3],
                    case_id=own_case,
                    account_id=actor.account_id,
                    before={"case": case_id, "decision": row[0]},
                )
            )

        await self._database.write(work)

    # -- the moderators' side

    async def answer(self, actor: Actor, case_id: int, reason: str, *, overturn: bool) -> None:
        """Answer an appeal: the decision stands, or all that it did is taken back; the member is told.

        Raises:
            InvalidInputError: no reason. ConflictError: answered meanwhile, or not an appeal.
            NotAllowedError: one has made the decision oneself (and there is somebody else), or see
            the policy. NotFoundError: no such case for this actor.
        """
        reason = check_reason(reason)
        kind = DecisionKind.OVERTURN if overturn else DecisionKind.UPHOLD

        async def work(uow: UnitOfWork) -> None:
            reading = CaseReading(uow.connection, actor.account_id, actor.site_role)
            repository = AppealRepository(uow.connection)
            case = await load_case(reading, actor, case_id, uow.now)
            require_open(case)
            row = await repository.of_case(case_id)
            if row is None:
                raise ConflictError(NOT_AN_APPEAL)
            if not await CaseWriting(uow.connection).close(case_id, kind, actor.account_id, uow.now):
                raise ConflictError(DECIDED_MEANWHILE)
            decided_case, decision, decider = row[4], DecisionKind(row[6]), row[11]
            after: dict[str, object] = {"case": decided_case}
            if overturn:
                decided = await load_case(reading, actor, decided_case, uow.now)
                after |= await reverse(uow, actor, decided, decision, row[7], row[8], row[9])
                await repository.overturn(decided_case)
                await RuleRepository(uow.connection).judge(decided_case, WRONG)
                uow.record(EventKind.CASE_CHANGED, actor_id=actor.account_id, data={"case": decided_case})
            if case.standing.alone:
                after["alone"] = True
            state = AppealState.OVERTURNED if overturn else AppealState.UPHELD
            await repository.answer(case_id, state, reason, actor.account_id, uow.now)
            uow.note(
                RecordEntry(
                    RecordAction(kind.value),
                    actor.account_id,
                    community_id=case.row.community_id,
                    case_id=case_id,
                    account_id=case.row.author.account_id,
                    reason=reason,
                    before={"decision": decision.value, "moderator": decider},
                    after=after,
                )
            )
            place = case.row.community_id
            await notify(
                uow,
                [case.row.author.account_id],
                f"appeal_{state.value}",
                community_id=place,
                case_id=decided_case,
                text=reason,
            )
            await notify(
                uow,
                [decider],
                f"decision_{state.value}",
                community_id=place,
                actor_id=actor.account_id,
                case_id=case_id,
                text=reason,
            )
            uow.record(
                EventKind.CASE_DECIDED,
                actor_id=actor.account_id,
                data={"case": case_id, "decision": kind.value},
            )

        await self._database.write(work)


async def _decision(repository: AppealRepository, actor: Actor, case_id: int) -> AnyRow:
    row = await repository.decision(case_id, actor.account_id)
    if row is None or row[0] not in APPEALABLE:
        raise NotFoundError(NOT_FOUND)
    return row


def _why_not(row: AnyRow) -> str:
    """Why one cannot appeal; "" when one can."""
    if row[19] is not None:
        return ALREADY
    return STANDS_NOT if row[2] else ""
