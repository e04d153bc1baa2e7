"""Recognition without ranking: reactions, praise, welcoming newcomers, and what posts earn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tui_forum.domain.entities import Actor, PostState, ThreadKind
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.limits import BODY_MAX_CHARS, REASON_MAX_CHARS
from tui_forum.domain.people import Newcomer, Reacted, ReactionKind, RecognitionKind, check_reason
from tui_forum.domain.policy import GONE, NOT_FOUND, Action, require
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.domain.text import clean_body, clean_line, display_line, excerpt
from tui_forum.i18n import N_
from tui_forum.services.communities import standing_in
from tui_forum.services.notices import notify, withdraw
from tui_forum.services.threads import standing_to, unknown
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.reading import ReadingRepository, ThreadState, thread_state
from tui_forum.storage.repositories.recognition import RecognitionRepository
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

PRAISE: Final = "praise"  # the notice; its text is the reason
PRAISE_REMOVED: Final = "praise_removed"  # the notice to who gave it; its text is why
WELCOME: Final = "welcome"  # the notice; its text is the greeting
NEWCOMERS_SHOWN: Final = 50

WELCOMED_ALREADY: Final = N_("@{handle} was welcomed by @{by} already.")
WITHOUT_REASON: Final = N_("Please give a reason: it is told to who wrote the praise.")
NO_NEWCOMER: Final = N_("@{handle} is no newcomer here.")


async def recognise_post(
    uow: UnitOfWork,
    actor: Actor,
    community_id: int,
    post_id: int,
    *,
    state: ThreadState | None,
    answered: int | None,
) -> None:
    """Note what a new post earns its author, in the transaction that writes it.

    ``state`` is the thread before the post (None for one that it opens), ``answered`` who wrote
    what it answers. Three things count: the first reply to a question by somebody else, the first
    answer that a newcomer gets, and being among the first who write in a young community.
    """
    repository = RecognitionRepository(uow.connection)
    await repository.note_early_mover(actor.account_id, community_id, post_id, uow.now)
    if state is None:
        return
    if (
        state.kind is ThreadKind.QUESTION
        and not state.answered
        and state.author.account_id != actor.account_id
    ):
        await repository.add(
            actor.account_id,
            RecognitionKind.ANSWERED_FIRST,
            community_id,
            uow.now,
            subject_id=state.thread_id,
            post_id=post_id,
        )
    if answered is not None and answered != actor.account_id:
        await _note_welcome(uow, actor, community_id, answered, post_id)


async def _note_welcome(
    uow: UnitOfWork, actor: Actor, community_id: int, account_id: int, post_id: int | None
) -> bool:
    repository = RecognitionRepository(uow.connection)
    if not await repository.welcome(account_id, community_id, actor.account_id, uow.now):
        return False
    await repository.add(
        actor.account_id,
        RecognitionKind.WELCOMED,
        community_id,
        uow.now,
        subject_id=account_id,
        post_id=post_id,
    )
    uow.record(
        EventKind.NEWCOMER_WELCOMED,
        actor_id=actor.account_id,
        community_id=community_id,
        account_id=account_id,
    )
    return True


class Recognised:
    """A post that somebody wants to recognise: what the policy must know of it."""

    __slots__ = ("post", "standing", "state")

    def __init__(self, post: dict[str, Any], state: ThreadState, actor: Actor) -> None:
        self.post = post
        self.state = state
        own = post["author_id"] == actor.account_id
        self.standing = replace(standing_to(actor, state, own=own), post_state=PostState(post["state"]))


async def _find(connection: AsyncConnection, actor: Actor, post_id: int, *, lock: bool = False) -> Recognised:
    post = await WritingRepository(connection).post(post_id, lock=lock)
    state = None if post is None else await thread_state(connection, post["thread_id"], actor.account_id)
    if post is None or state is None or unknown(actor, state, post["number"], post["author_id"]):
        raise NotFoundError(NOT_FOUND)
    return Recognised(post, state, actor)


class Recognition:
    """Use cases of recognising what others do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- reactions

    async def react(self, actor: Actor, post_id: int, kind: ReactionKind) -> bool:
        """Put a reaction to a post, or take it back; whether it is there now.

        Raises:
            ConflictError: the post is gone. NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> bool:
            found = await _find(uow.connection, actor, post_id, lock=True)
            require(Action.REACT, found.standing)
            there = await RecognitionRepository(uow.connection).react(
                post_id, found.post["author_id"], actor.account_id, kind.value, uow.now
            )
            self._note(uow, EventKind.POST_REACTED, actor, found)
            return there

        return await self._database.write(work)

    async def reacted(self, actor: Actor, post_id: int) -> tuple[Reacted, ...]:
        """Who reacted to a post, per kind of reaction; nobody to one that is gone.

        Raises:
            NotFoundError: no such post for this actor.
        """
        async with self._database.read() as connection:
            found = await _find(connection, actor, post_id)
            if found.state.removed:
                raise NotFoundError(NOT_FOUND)
            require(Action.READ, found.standing)
            if found.standing.post_state is not PostState.VISIBLE:
                return ()
            return await RecognitionRepository(connection).reacted(post_id, actor.account_id)

    # -- praise

    async def praise(self, actor: Actor, post_id: int, reason: str) -> None:
        """Thank a post's author in public; they are told.

        Raises:
            InvalidInputError: no reason, or a long one. ConflictError: one has praised it already,
            or it is gone. NotAllowedError, NotFoundError: see the policy.
        """
        reason = check_reason(reason)

        async def work(uow: UnitOfWork) -> None:
            found = await _find(uow.connection, actor, post_id, lock=True)
            require(Action.PRAISE, found.standing)
            receiver = found.post["author_id"]
            await RecognitionRepository(uow.connection).add_praise(
                post_id, actor.account_id, receiver, reason, uow.now
            )
            self._note(uow, EventKind.PRAISE_GIVEN, actor, found)
            await notify(
                uow,
                [receiver],
                PRAISE,
                thread_id=found.state.thread_id,
                post_id=post_id,
                actor_id=actor.account_id,
                text=reason,
            )

        await self._database.write(work)

    async def withdraw_praise(self, actor: Actor, praise_id: int, reason: str = "") -> None:
        """Take back praise that one gave; its notice goes with it.

        A moderator takes away what others gave: with a reason, which the giver is told and the
        record of moderation keeps.

        Raises:
            InvalidInputError: a moderator gave no reason. ConflictError: it is gone already.
            NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> None:
            repository = RecognitionRepository(uow.connection)
            praise = await repository.praise(praise_id)
            if praise is None:
                raise NotFoundError(NOT_FOUND)
            post_id, giver, receiver = praise
            found = await _find(uow.connection, actor, post_id)
            require(Action.WITHDRAW_PRAISE, replace(found.standing, own=giver == actor.account_id))
            if not await repository.remove_praise(praise_id):
                raise ConflictError(GONE)
            self._note(uow, EventKind.PRAISE_WITHDRAWN, actor, found)
            await withdraw(uow, receiver, PRAISE, post_id=post_id, actor_id=giver)
            if giver != actor.account_id:
                await self._take_away(uow, actor, found, praise_id, giver, reason)

        await self._database.write(work)

    @staticmethod
    async def _take_away(
        uow: UnitOfWork, actor: Actor, found: Recognised, praise_id: int, giver: int, reason: str
    ) -> None:
        """Tell the giver and the record what a moderator has done."""
        reason = clean_line(reason)[:REASON_MAX_CHARS]
        if not display_line(reason).strip():
            raise InvalidInputError(WITHOUT_REASON, field="reason")
        state, post_id = found.state, found.post["id"]
        uow.note(
            RecordEntry(
                RecordAction.REMOVE_PRAISE,
                actor.account_id,
                community_id=state.community_id,
                thread_id=state.thread_id,
                post_id=post_id,
                account_id=giver,
                reason=reason,
                before={"praise": praise_id},
            )
        )
        await notify(uow, [giver], PRAISE_REMOVED, thread_id=state.thread_id, post_id=post_id, text=reason)

    @staticmethod
    def _note(uow: UnitOfWork, kind: EventKind, actor: Actor, found: Recognised) -> None:
        uow.record(
            kind,
            actor_id=actor.account_id,
            community_id=found.state.community_id,
            thread_id=found.state.thread_id,
            post_id=found.post["id"],
            data={"number": found.post["number"]},
        )

    # -- newcomers

    async def newcomers(
        self, actor: Actor, community_id: int, limit: int = NEWCOMERS_SHOWN
    ) -> tuple[Newcomer, ...]:
        """Members who came within ``people.NEWCOMER`` and were not welcomed yet, longest waiting first.

        Raises:
            NotAllowedError, NotFoundError: only members welcome.
        """
        async with self._database.read() as connection:
            await self._member(connection, actor, community_id)
            return await RecognitionRepository(connection).newcomers(
                community_id, datetime.now(UTC), limit, but=actor.account_id
            )

    async def newcomer(self, actor: Actor, community_id: int, handle: str) -> Newcomer:
        """One of :meth:`newcomers`, to welcome them.

        Raises:
            ConflictError: they were welcomed already, or are none. NotAllowedError, NotFoundError:
            only members welcome.
        """
        async with self._database.read() as connection:
            await self._member(connection, actor, community_id)
            return await self._unwelcomed(connection, actor, community_id, handle, datetime.now(UTC))

    async def welcome(self, actor: Actor, community_id: int, handle: str, greeting: str) -> None:
        """Welcome a newcomer who has not written yet: they get the greeting as a notice.

        Raises:
            ConflictError: they were welcomed already, or are none. NotAllowedError, NotFoundError:
            only members welcome.
        """
        greeting = excerpt(clean_body(greeting), BODY_MAX_CHARS)

        async def work(uow: UnitOfWork) -> None:
            await self._member(uow.connection, actor, community_id)
            newcomer = await self._unwelcomed(uow.connection, actor, community_id, handle, uow.now)
            if await _note_welcome(uow, actor, community_id, newcomer.account_id, None):
                await notify(
                    uow,
                    [newcomer.account_id],
                    WELCOME,
                    community_id=community_id,
                    actor_id=actor.account_id,
                    text=greeting,
                )

        await self._database.write(work)

    @staticmethod
    async def _member(connection: AsyncConnection, actor: Actor, community_id: int) -> None:
        reading = ReadingRepository(connection, actor.account_id, actor.site_role)
        community = await reading.community(community_id=community_id)
        if community is None:
            raise NotFoundError(NOT_FOUND)
        require(Action.WELCOME, standing_in(actor, community))

    @staticmethod
    async def _unwelcomed(
        connection: AsyncConnection, actor: Actor, community_id: int, handle: str, now: datetime
    ) -> Newcomer:
        repository = RecognitionRepository(connection)
        found = await repository.newcomers(community_id, now, 1, but=actor.account_id, handle=handle)
        if found:
            return found[0]
        by = await repository.welcomed_by(handle, community_id)
        if by is not None:
            raise ConflictError(WELCOMED_ALREADY, handle=handle, by=by)
        raise ConflictError(NO_NEWCOMER, handle=handle)
