"""Working together on the queue: who is on a case, whose it is, who has to decide it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tui_forum.domain.entities import Actor, SiteRole
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.leaks import refuse_secrets
from tui_forum.domain.moderation import CaseFilter, ForwardedTo
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.domain.text import clean_line, display_line
from tui_forum.domain.views import Author
from tui_forum.i18n import N_
from tui_forum.services.casestate import (
    DECIDED_MEANWHILE,
    LoadedCase,
    check_reason,
    check_words,
    load_case,
    require_open,
)
from tui_forum.services.notices import notify
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.cases import CaseReading
from tui_forum.storage.repositories.casework import CaseWriting
from tui_forum.storage.repositories.filters import FilterRepository
from tui_forum.storage.uow import UnitOfWork

FILTER_NAME_MAX: Final = 40

NOT_A_MODERATOR: Final = N_("@{handle} does not moderate here.")
NOBODY_ELSE: Final = N_("There is nobody else to forward it to.")
THERE_ALREADY: Final = N_("It is there already.")
ONLY_POST: Final = N_("This is the only post of the case.")
FILTER_NAME: Final = N_("A filter needs a name of at most {longest} characters.")


class Casework:
    """Use cases of moderators who share a queue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- claims: soft, they only tell others

    async def look(self, actor: Actor, case_id: int) -> str:
        """Open a case: it is claimed when nobody is on it. Who is on it instead ("": oneself).

        Raises:
            NotFoundError: no such case for this actor.
        """

        async def work(uow: UnitOfWork) -> str:
            case = await self._load(uow, actor, case_id)
            if not case.verdict().allowed:
                return case.row.claimed_by  # who may not decide it is not on it
            if await CaseWriting(uow.connection).claim(case_id, actor.account_id, uow.now):
                _changed(uow, actor, case_id, claim=True)
                return ""
            # Perhaps it is one's own, perhaps somebody was quicker just now.
            return (await self._load(uow, actor, case_id)).row.claimed_by

        return await self._database.write(work)

    async def let_go(self, actor: Actor, case_id: int | None = None) -> None:
        """One is not on the case (None: on any) any more."""

        async def work(uow: UnitOfWork) -> None:
            for released in await CaseWriting(uow.connection).release(actor.account_id, case_id):
                _changed(uow, actor, released, claim=True)

        await self._database.write(work)

    async def next_lapse(self) -> datetime | None:
        """When the next claim lapses by itself."""
        async with self._database.read() as connection:
            return await CaseReading(connection, 0, SiteRole.ADMIN).next_lapse()

    async def lapse(self, now: datetime) -> None:
        """Let claims go whose holders have done nothing for too long."""

        async def work(uow: UnitOfWork) -> None:
            for released in await CaseWriting(uow.connection).lapse(now):
                uow.record(EventKind.CASE_CHANGED, data={"case": released, "claim": True})

        await self._database.write(work)

    # -- whose it is

    async def moderators(self, actor: Actor, case_id: int) -> tuple[Author, ...]:
        """Who can be given a case: all who moderate there, by handle.

        Raises:
            NotFoundError: no such case for this actor.
        """
        async with self._database.read() as connection:
            reading = CaseReading(connection, actor.account_id, actor.site_role)
            case = await load_case(reading, actor, case_id, self._database.now())
            found = await reading.moderators(case.row.community_id)
        return tuple(Author(*row[:3]) for row in found if row[0] != case.row.author.account_id)

    async def assign(self, actor: Actor, case_id: int, account_id: int | None, note: str = "") -> None:
        """Make a case somebody's (None: nobody's), or hand it over, with a word for them.

        Raises:
            InvalidInputError: there is a secret in the note. ConflictError: decided meanwhile.
            NotAllowedError: not one's to decide.
            NotFoundError: no such case, or they do not moderate there.
        """
        note = clean_line(note)
        refuse_secrets(note, "note")

        async def work(uow: UnitOfWork) -> None:
            case = await self._load(uow, actor, case_id)
            require_open(case)
            reading = CaseReading(uow.connection, actor.account_id, actor.site_role)
            who = {row[0]: row[1] for row in await reading.moderators(case.row.community_id)}
            subject = case.row.author.account_id
            if account_id is not None and (account_id not in who or account_id == subject):
                raise NotFoundError(NOT_A_MODERATOR, handle=who.get(account_id, account_id))
            writing = CaseWriting(uow.connection)
            if not await writing.assign(case_id, account_id):
                raise ConflictError(DECIDED_MEANWHILE)
            _note(
                uow, actor, case, RecordAction.ASSIGN, reason=note,
                before={"assigned": case.assigned_to}, after={"assigned": account_id},
            )  # fmt: skip
            if account_id is not None:
                await notify(
                    uow,
                    [account_id],
                    "case_assigned",
                    community_id=case.row.community_id,
                    actor_id=actor.account_id,
                    case_id=case_id,
                    text=note,
                )
            _changed(uow, actor, case_id)

        await self._database.write(work)

    async def forward(self, actor: Actor, case_id: int, to: ForwardedTo, reason: str = "") -> None:
        """Let the managers, or the moderators of the whole forum, decide; NOBODY takes it back.

        Raises:
            InvalidInputError: no reason. ConflictError: decided meanwhile, there already, or there
            is nobody. NotAllowedError: not one's to decide. NotFoundError: no such case.
        """
        reason = check_reason(reason) if to is not ForwardedTo.NOBODY else clean_line(reason)

        async def work(uow: UnitOfWork) -> None:
            case = await self._load(uow, actor, case_id)
            require_open(case)
            if case.row.forwarded_to is to:
                raise ConflictError(THERE_ALREADY)
            told: list[int] = []
            if to is not ForwardedTo.NOBODY:
                told = await self._who(uow, actor, case, to)
                if not told:
                    raise ConflictError(NOBODY_ELSE)
            if not await CaseWriting(uow.connection).forward(case_id, to):
                raise ConflictError(DECIDED_MEANWHILE)
            _note(
                uow, actor, case, RecordAction.FORWARD, reason=reason,
                before={"forwarded": case.row.forwarded_to.value}, after={"forwarded": to.value},
            )  # fmt: skip
            await notify(
                uow,
                told,
                "case_forwarded",
                community_id=case.row.community_id,
                actor_id=actor.account_id,
                case_id=case_id,
                text=reason,
            )
            _changed(uow, actor, case_id)

        await self._database.write(work)

    @staticmethod
    async def _who(uow: UnitOfWork, actor: Actor, case: LoadedCase, to: ForwardedTo) -> list[int]:
        """Those others whom a case is forwarded to, less whom it is about."""
        reading = CaseReading(uow.connection, actor.account_id, actor.site_role)
        found = await reading.deciders(case.row.community_id, to)
        return [one for one in found if one not in (actor.account_id, case.row.author.account_id)]

    # -- what else is done with it

    async def note(self, actor: Actor, case_id: int, text: str) -> None:
        """Note something about whom a case is about, for those who moderate there.

        Raises:
            InvalidInputError: empty or too long. NotFoundError: no such case for this actor.
        """
        text = check_words(text)

        async def work(uow: UnitOfWork) -> None:
            case = await self._load(uow, actor, case_id)
            await CaseWriting(uow.connection).add_note(
                {
                    "account_id": case.row.author.account_id,
                    "community_id": case.row.community_id,
                    "case_id": case_id,
                    "author_id": actor.account_id,
                    "body": text,
                    "created_at": uow.now,
                }
            )
            _note(uow, actor, case, RecordAction.NOTE)
            _changed(uow, actor, case_id)

        await self._database.write(work)

    async def break_off(self, actor: Actor, case_id: int, post_id: int) -> int:
        """Make a post, with its reports, a case of its own; that case's id.

        Raises:
            ConflictError: decided meanwhile, or it is the only post.
            NotAllowedError: not one's to decide. NotFoundError: no such case.
        """

        async def work(uow: UnitOfWork) -> int:
            case = await self._load(uow, actor, case_id)
            require_open(case)
            new = await CaseWriting(uow.connection).break_off(case_id, post_id, uow.now)
            if new is None:
                raise ConflictError(ONLY_POST)
            _note(uow, actor, case, RecordAction.BREAK_OFF, after={"case": new, "posts": [post_id]})
            for changed in (case_id, new):
                _changed(uow, actor, changed)
            return new

        return await self._database.write(work)

    # -- filters

    async def filters(self, actor: Actor) -> tuple[tuple[str, CaseFilter], ...]:
        """One's saved filters, by name."""
        async with self._database.read() as connection:
            found = await FilterRepository(connection).all(actor.account_id)
        return tuple((name, CaseFilter.from_json(saved)) for name, saved in found)

    async def save_filter(self, actor: Actor, name: str, wanted: CaseFilter) -> None:
        """Save a filter; one of the same name is replaced.

        Raises:
            InvalidInputError: the name is empty or too long (``field="name"``).
        """
        name = clean_line(name)
        if not display_line(name).strip() or len(name) > FILTER_NAME_MAX:
            raise InvalidInputError(FILTER_NAME, field="name", longest=FILTER_NAME_MAX)

        async def work(uow: UnitOfWork) -> None:
            await FilterRepository(uow.connection).save(actor.account_id, name, wanted.as_json())

        await self._database.write(work)

    async def forget_filter(self, actor: Actor, name: str) -> None:
        """Forget a saved filter."""

        async def work(uow: UnitOfWork) -> None:
            await FilterRepository(uow.connection).forget(actor.account_id, name)

        await self._database.write(work)

    @staticmethod
    async def _load(uow: UnitOfWork, actor: Actor, case_id: int) -> LoadedCase:
        reading = CaseReading(uow.connection, actor.account_id, actor.site_role)
        return await load_case(reading, actor, case_id, uow.now)


def _changed(uow: UnitOfWork, actor: Actor, case_id: int, *, claim: bool = False) -> None:
    """Let queues know; ``claim`` tells that nothing but who is on it has changed."""
    data: dict[str, object] = {"case": case_id, "claim": True} if claim else {"case": case_id}
    uow.record(EventKind.CASE_CHANGED, actor_id=actor.account_id, data=data)


def _note(
    uow: UnitOfWork,
    actor: Actor,
    case: LoadedCase,
    action: RecordAction,
    *,
    reason: str = "",
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """Enter what was done with a case into the record."""
    row = case.row
    uow.note(
        RecordEntry(
            action,
            actor.account_id,
            community_id=row.community_id,
            case_id=row.case_id,
            thread_id=row.thread_id,
            post_id=row.post_id,
            account_id=row.author.account_id,
            reason=reason,
            before=before or {},
            after=after or {},
        )
    )
