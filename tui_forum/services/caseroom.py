"""What is said in a case: among moderators, and between them and the member it is about."""

from __future__ import annotations

from typing import Final

from tui_forum.domain.cases import Conversation
from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import NotAllowedError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.moderation import CaseCategory, CaseSource, CaseState, Conflict
from tui_forum.domain.policy import ABOUT_YOU, NOT_FOUND, Action, require
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.domain.text import excerpt
from tui_forum.services.cases import message_view
from tui_forum.services.casestate import LoadedCase, check_words, load_case
from tui_forum.services.communities import standing_in
from tui_forum.services.notices import notify
from tui_forum.services.reports import into_queue
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.accounts import AccountRepository
from tui_forum.storage.repositories.cases import CaseReading
from tui_forum.storage.repositories.casework import CaseWriting
from tui_forum.storage.repositories.reading import ReadingRepository
from tui_forum.storage.uow import UnitOfWork

MESSAGE_MAX_CHARS: Final = 4_000
NOTICE_CELLS: Final = 200


class Caseroom:
    """Use cases of talking about a case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def discuss(self, actor: Actor, case_id: int, text: str) -> None:
        """Say something that only moderators read; those who talk there, and whose it is, are told.

        Raises:
            InvalidInputError: empty or too long. NotAllowedError: the case is about oneself.
            NotFoundError: no such case for this actor.
        """
        text = check_words(text, MESSAGE_MAX_CHARS)

        async def work(uow: UnitOfWork) -> None:
            case = await _load(uow, actor, case_id)
            if case.row.conflict is Conflict.SUBJECT and not case.standing.alone:
                raise NotAllowedError(ABOUT_YOU)
            await _say(uow, actor, case, text, private=True)
            await _tell_moderators(uow, actor.account_id, case, "case_discussed", text)

        await self._database.write(work)

    async def write_to_member(self, actor: Actor, case_id: int, text: str) -> None:
        """Write, as the moderators, to the member whom a case is about; it is told.

        Raises:
            InvalidInputError: empty or too long. NotAllowedError: somebody else has to.
            NotFoundError: no such case for this actor.
        """
        text = check_words(text, MESSAGE_MAX_CHARS)

        async def work(uow: UnitOfWork) -> None:
            case = await _load(uow, actor, case_id)
            require(Action.DECIDE_CASE, case.standing)
            await _say(uow, actor, case, text, private=False)
            _note(uow, actor, case)
            await notify(
                uow,
                [case.row.author.account_id],
                "modmail",
                community_id=case.row.community_id,
                case_id=case_id,
                text=excerpt(text, NOTICE_CELLS),
            )

        await self._database.write(work)

    async def begin(self, actor: Actor, community_id: int, handle: str, text: str) -> int:
        """Begin a talk between the moderators of a community and a member: a case without a post.

        Raises:
            InvalidInputError: empty or too long. NotAllowedError: not a moderator there.
            NotFoundError: no such community or account.
        """
        text = check_words(text, MESSAGE_MAX_CHARS)

        async def work(uow: UnitOfWork) -> int:
            reading = ReadingRepository(uow.connection, actor.account_id, actor.site_role)
            community = await reading.community(community_id=community_id)
            if community is None:
                raise NotFoundError(NOT_FOUND)
            require(Action.MODERATE, standing_in(actor, community))
            name = handle.strip().removeprefix("@").lower()
            member = await AccountRepository(uow.connection).by_handle(name)
            if member is None or member.account_id == actor.account_id:
                raise NotFoundError(NOT_FOUND)
            case_id = await into_queue(
                uow,
                community_id=community_id,
                account_id=member.account_id,
                source=CaseSource.MODMAIL,
                category=CaseCategory.OTHER,
            )
            case = await _load(uow, actor, case_id)
            await _say(uow, actor, case, text, private=False)
            _note(uow, actor, case, RecordAction.OPEN_CASE)
            await notify(
                uow,
                [member.account_id],
                "modmail",
                community_id=community_id,
                case_id=case_id,
                text=excerpt(text, NOTICE_CELLS),
            )
            return case_id

        return await self._database.write(work)

    # -- the member's side

    async def conversation(self, actor: Actor, case_id: int) -> Conversation:
        """What the moderators and oneself have said in a case about oneself.

        Raises:
            NotFoundError: no such case, it is not about oneself, or nobody has written yet.
        """
        async with self._database.read() as connection:
            reading = CaseReading(connection, actor.account_id, actor.site_role)
            row = await reading.case(case_id)
            if row is None or row[7] != actor.account_id:
                raise NotFoundError(NOT_FOUND)
            messages = await reading.messages(case_id, private=False)
        if not messages:
            raise NotFoundError(NOT_FOUND)
        return Conversation(
            case_id=case_id,
            community_name=row[31] or "",
            subject=row[4] or "",
            messages=tuple(map(message_view, messages)),
            open=row[17] == CaseState.OPEN.value,
        )

    async def answer(self, actor: Actor, case_id: int, text: str) -> None:
        """Answer the moderators, as the member whom the case is about.

        Raises:
            InvalidInputError: empty or too long. NotFoundError: see :meth:`conversation`.
        """
        text = check_words(text, MESSAGE_MAX_CHARS)
        await self.conversation(actor, case_id)

        async def work(uow: UnitOfWork) -> None:
            writing = CaseWriting(uow.connection)
            place = await writing.place(case_id)
            await writing.add_message(
                {
                    "case_id": case_id,
                    "author_id": actor.account_id,
                    "private": False,
                    "body": text,
                    "created_at": uow.now,
                }
            )
            told = await writing.talking(case_id)
            if place.assigned_to is not None:
                told.add(place.assigned_to)
            await notify(
                uow,
                told,
                "modmail_answer",
                community_id=place.community_id,
                actor_id=actor.account_id,
                case_id=case_id,
                text=excerpt(text, NOTICE_CELLS),
            )
            _changed(uow, actor.account_id, case_id, member_id=actor.account_id)

        await self._database.write(work)


async def _load(uow: UnitOfWork, actor: Actor, case_id: int) -> LoadedCase:
    reading = CaseReading(uow.connection, actor.account_id, actor.site_role)
    return await load_case(reading, actor, case_id, uow.now)


async def _say(uow: UnitOfWork, actor: Actor, case: LoadedCase, text: str, *, private: bool) -> None:
    await CaseWriting(uow.connection).add_message(
        {
            "case_id": case.row.case_id,
            "author_id": actor.account_id,
            "private": private,
            "body": text,
            "created_at": uow.now,
        }
    )
    member = None if private else case.row.author.account_id
    _changed(uow, actor.account_id, case.row.case_id, member_id=member)


async def _tell_moderators(uow: UnitOfWork, actor_id: int, case: LoadedCase, kind: str, text: str) -> None:
    """Those moderators who have said something in the case, and whose it is."""
    told = await CaseWriting(uow.connection).talking(case.row.case_id)
    if case.assigned_to is not None:
        told.add(case.assigned_to)
    told.discard(case.row.author.account_id)
    await notify(
        uow,
        told,
        kind,
        community_id=case.row.community_id,
        actor_id=actor_id,
        case_id=case.row.case_id,
        text=excerpt(text, NOTICE_CELLS),
    )


def _changed(uow: UnitOfWork, actor_id: int, case_id: int, *, member_id: int | None) -> None:
    """Queues hear of it; so does the member's own session, when it concerns it."""
    uow.record(EventKind.CASE_CHANGED, actor_id=actor_id, account_id=member_id, data={"case": case_id})


def _note(
    uow: UnitOfWork, actor: Actor, case: LoadedCase, action: RecordAction = RecordAction.MESSAGE
) -> None:
    """That moderators wrote to a member is on the record; what they wrote is in the case."""
    uow.note(
        RecordEntry(
            action,
            actor.account_id,
            community_id=case.row.community_id,
            case_id=case.row.case_id,
            post_id=case.row.post_id,
            thread_id=case.row.thread_id,
            account_id=case.row.author.account_id,
        )
    )
