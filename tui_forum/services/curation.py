"""Curating: pinning, closing, moving, merging and splitting threads, for who moderates them.

Thread ids and post ids never change; what changes is which thread a post is in, and which
community a thread is in. Every old address leads on (``Threads.resolve``), and something is left
behind where a thread or posts were. All of it is in the record of moderation, in the community
where the thread was.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from tui_forum.domain.charter import PURPOSES
from tui_forum.domain.curation import (
    NewSeat,
    PostAddress,
    ReadingAgain,
    Seat,
    SignKind,
    merge_seats,
    new_place,
    split_seats,
    with_replies,
)
from tui_forum.domain.entities import Actor, Purpose, ThreadKind
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.limits import PAGE_SIZE
from tui_forum.domain.policy import GONE, NOT_FOUND, Action, keeps_secrets, require
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.domain.text import clean_line
from tui_forum.domain.views import CommunityRow, SearchHit
from tui_forum.i18n import N_
from tui_forum.services.charters import escalation_of
from tui_forum.services.communities import standing_in
from tui_forum.services.notices import notify
from tui_forum.services.posts import check_title
from tui_forum.services.threads import standing_to
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.curation import CurationRepository
from tui_forum.storage.repositories.life import week_of
from tui_forum.storage.repositories.moving import MovingRepository
from tui_forum.storage.repositories.reading import ReadingRepository, ThreadState, thread_state
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

HERE_ALREADY: Final = N_("The thread is in this community already.")
ITSELF: Final = N_("A thread cannot be merged with itself.")
POLL_STAYS: Final = N_(
    "A poll cannot become part of another thread: close it, or merge the other thread into it."
)
CONFIDENTIAL: Final = N_("More people can read there: what was written among fewer does not go there.")
OPENING_STAYS: Final = N_("The first post cannot be split off: move the whole thread instead.")


@dataclass(frozen=True, slots=True)
class Destination:
    """A community that one may move threads to."""

    community_id: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class SplitOff:
    """The thread ``thread_id`` made of ``posts`` posts of the thread ``state``, ``opening`` the first."""

    thread_id: int
    state: ThreadState
    opening: Seat
    posts: int


#: What is done, by the event that tells of it.
_FLAGGED: Final = {
    EventKind.THREAD_PINNED: RecordAction.PIN,
    EventKind.THREAD_UNPINNED: RecordAction.UNPIN,
    EventKind.THREAD_LOCKED: RecordAction.LOCK,
    EventKind.THREAD_UNLOCKED: RecordAction.UNLOCK,
}


class Curation:
    """Use cases of moderators with threads as a whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- flags

    async def pin(self, actor: Actor, thread_id: int) -> None:
        """Keep the thread at the top of its community's list.

        Raises:
            NotAllowedError, NotFoundError, ConflictError: see the policy.
        """
        await self._flag(actor, thread_id, Action.PIN_THREAD, EventKind.THREAD_PINNED, pinned=True)

    async def unpin(self, actor: Actor, thread_id: int) -> None:
        """The opposite of :meth:`pin`."""
        await self._flag(actor, thread_id, Action.PIN_THREAD, EventKind.THREAD_UNPINNED, pinned=False)

    async def close(self, actor: Actor, thread_id: int) -> None:
        """Nobody but moderators can write in the thread any more.

        Raises:
            NotAllowedError, NotFoundError: see the policy.
        """
        await self._flag(actor, thread_id, Action.LOCK_THREAD, EventKind.THREAD_LOCKED, locked=True)

    async def reopen(self, actor: Actor, thread_id: int) -> None:
        """The opposite of :meth:`close`."""
        await self._flag(actor, thread_id, Action.LOCK_THREAD, EventKind.THREAD_UNLOCKED, locked=False)

    async def _flag(
        self, actor: Actor, thread_id: int, action: Action, kind: EventKind, **flag: bool
    ) -> None:
        """Set a flag and tell the author; what is so already is not told again."""

        async def work(uow: UnitOfWork) -> None:
            state = await _held(uow, actor, thread_id, action)
            if all(getattr(state, name) == value for name, value in flag.items()):
                return
            await WritingRepository(uow.connection).set_thread(thread_id, **flag)
            was = {name: getattr(state, name) for name in flag}
            _note(uow, actor, _FLAGGED[kind], state, before=was, after=flag)
            uow.record(kind, actor_id=actor.account_id, community_id=state.community_id, thread_id=thread_id)
            await _tell(uow, actor, kind.value, state)

        await self._database.write(work)

    # -- moving

    async def move(self, actor: Actor, thread_id: int, community_id: int) -> None:
        """Let the thread be in another community; a signpost stays in the list where it was.

        Raises:
            NotAllowedError: not a moderator of both, or more people could read it there.
            NotFoundError: no such thread or community for this actor.
            ConflictError: it is there already, or the community is archived.
        """

        async def work(uow: UnitOfWork) -> None:
            state, target = await move_thread(uow, actor, thread_id, community_id)
            _note(
                uow,
                actor,
                RecordAction.MOVE,
                state,
                before={"community": state.community_id, "pinned": state.pinned},
                after={"community": target.community_id, "pinned": False},
            )
            await self._tell_moved(uow, actor, state, target)

        await self._database.write(work)

    @staticmethod
    async def _tell_moved(uow: UnitOfWork, actor: Actor, state: ThreadState, target: CommunityRow) -> None:
        """The author learns where it is, or at least that it is gone from where it was."""
        author = state.author.account_id
        if await CurationRepository(uow.connection).reads(author, target.community_id):
            await _tell(uow, actor, "thread_moved", state, text=target.name)
        else:
            await notify(
                uow,
                [author],
                "thread_moved_away",
                community_id=state.community_id,
                actor_id=actor.account_id,
                text=state.title,
            )

    # -- merging

    async def merge(self, actor: Actor, thread_id: int, into_id: int) -> PostAddress:
        """Let the posts of a thread be in another one, in the order of time; where its first one is now.

        Raises:
            InvalidInputError: a thread and itself. ConflictError: it has a poll.
            NotAllowedError: not a moderator of both, or more people could read it there.
            NotFoundError: no such thread for this actor.
        """
        if thread_id == into_id:
            raise InvalidInputError(ITSELF)

        async def work(uow: UnitOfWork) -> PostAddress:
            # Held in the order of their ids: two who merge crosswise do not wait for each other.
            held = {
                one: await _held(uow, actor, one, Action.MOVE_THREAD) for one in sorted((thread_id, into_id))
            }
            source, target = held[thread_id], held[into_id]
            if source.kind is ThreadKind.POLL:
                raise ConflictError(POLL_STAYS)
            moving = MovingRepository(uow.connection)
            if source.community_id != target.community_id:
                await _move(uow, source, await _community(uow, actor, target.community_id))
            await moving.lock_communities([target.community_id])
            first = await self._merge_posts(uow, source, target)
            await moving.count(target.community_id, -1)
            await moving.count_weeks(
                target.community_id, Counter(), Counter([week_of(source.created_at)]), sign=-1
            )
            await moving.find_last_post(target.community_id)
            await self._leave_merged(uow, actor, source, target, first)
            return PostAddress(into_id, first.number)

        return await self._database.write(work)

    @staticmethod
    async def _merge_posts(uow: UnitOfWork, source: ThreadState, target: ThreadState) -> NewSeat:
        """Posts, pointers, signposts and the accepted answer; the first post that came in."""
        repository = CurationRepository(uow.connection)
        both = (source.thread_id, target.thread_id)
        seats = merge_seats(
            await repository.seats(target.thread_id),
            await repository.seats(source.thread_id),
            await repository.highest_number(target.thread_id),
        )
        read = await repository.pointers(both)
        signs = await repository.signs_at(both)
        await repository.reseat(target.thread_id, seats)
        await _read_again(uow, target.thread_id, seats, read)
        await repository.forget_pointers(source.thread_id)
        await repository.replant(
            {sign: (target.thread_id, new_place(seats, thread, at)) for sign, thread, at in signs}
        )
        accepted = _new_number(seats, target.thread_id, target.accepted_number)
        if accepted is None and target.kind is ThreadKind.QUESTION:
            accepted = _new_number(seats, source.thread_id, source.accepted_number)
        await WritingRepository(uow.connection).set_thread(target.thread_id, accepted_number=accepted)
        await repository.close_merged(source.thread_id, target.thread_id, target.community_id, uow.now)
        await repository.recount(target.thread_id)
        return next(seat for seat in seats if seat.old.thread_id == source.thread_id)

    @staticmethod
    async def _leave_merged(
        uow: UnitOfWork, actor: Actor, source: ThreadState, target: ThreadState, first: NewSeat
    ) -> None:
        repository = CurationRepository(uow.connection)
        posts = source.reply_count + 1
        await repository.leave_sign(
            SignKind.MERGED_IN, target.thread_id, actor.account_id, uow.now,
            thread_id=target.thread_id, number=first.number, title=source.title, posts=posts,
        )  # fmt: skip
        await repository.leave_sign(
            SignKind.MERGED, source.thread_id, actor.account_id, uow.now,
            community_id=source.community_id, place_at=source.last_post_at, title=source.title,
        )  # fmt: skip
        _note(
            uow,
            actor,
            RecordAction.MERGE,
            source,
            before={"community": source.community_id, "thread": source.thread_id, "posts": posts},
            after={"community": target.community_id, "thread": target.thread_id, "number": first.number},
        )
        for state in (source, target):
            uow.record(
                EventKind.THREAD_MERGED,
                actor_id=actor.account_id,
                community_id=state.community_id,
                thread_id=state.thread_id,
            )
        await _tell(
            uow, actor, "thread_merged", source, thread_id=target.thread_id, post_id=first.old.post_id,
            text=source.title,
        )  # fmt: skip

    # -- splitting

    async def split(
        self,
        actor: Actor,
        thread_id: int,
        title: str,
        *,
        numbers: Collection[int] = (),
        from_number: int | None = None,
    ) -> PostAddress:
        """Make a thread of its own of posts: all from ``from_number`` on, or ``numbers`` with their replies.

        Raises:
            InvalidInputError: title. ConflictError: the posts are gone, or the first is among them.
            NotAllowedError, NotFoundError: see the policy.
        """
        title = check_title(title)

        async def work(uow: UnitOfWork) -> PostAddress:
            split = await split_thread(uow, actor, thread_id, title, numbers, from_number)
            _note(
                uow,
                actor,
                RecordAction.SPLIT,
                split.state,
                before={"thread": thread_id, "number": split.opening.number, "posts": split.posts},
                after={"thread": split.thread_id, "number": 1},
            )
            return PostAddress(split.thread_id, 1)

        return await self._database.write(work)

    # -- where to

    async def destinations(self, actor: Actor, query: str = "") -> tuple[Destination, ...]:
        """Communities that one moderates, whose name holds every word of ``query``, by name."""
        async with self._database.read() as connection:
            rows = await CurationRepository(connection).moderated_communities(
                actor.account_id, actor.site_role, clean_line(query).split()[:8], PAGE_SIZE
            )
        return tuple(Destination(*row) for row in rows)

    async def candidates(self, actor: Actor, query: str = "") -> tuple[SearchHit, ...]:
        """Threads that one moderates, whose title holds every word of ``query``, latest first."""
        async with self._database.read() as connection:
            return await CurationRepository(connection).moderated_threads(
                actor.account_id, actor.site_role, clean_line(query).split()[:8], PAGE_SIZE
            )


async def move_thread(
    uow: UnitOfWork, actor: Actor, thread_id: int, community_id: int
) -> tuple[ThreadState, CommunityRow]:
    """Let the thread be in another community, within a transaction; what it was, and where it is.

    The caller tells the author. Raises what :meth:`Curation.move` does.
    """
    state = await _held(uow, actor, thread_id, Action.MOVE_THREAD)
    target = await _community(uow, actor, community_id)
    require(Action.MOVE_THREAD, standing_in(actor, target))
    if target.community_id == state.community_id:
        raise ConflictError(HERE_ALREADY)
    await _move(uow, state, target)
    await CurationRepository(uow.connection).leave_sign(
        SignKind.MOVED,
        thread_id,
        actor.account_id,
        uow.now,
        community_id=state.community_id,
        place_at=state.last_post_at,
    )
    uow.record(
        EventKind.THREAD_MOVED,
        actor_id=actor.account_id,
        community_id=state.community_id,
        thread_id=thread_id,
    )
    # Who follows the thread need not be able to read it there.
    uow.record(EventKind.THREAD_MOVED, actor_id=actor.account_id, community_id=community_id)
    return state, target


async def split_thread(
    uow: UnitOfWork,
    actor: Actor,
    thread_id: int,
    title: str,
    numbers: Collection[int] = (),
    from_number: int | None = None,
) -> SplitOff:
    """Make a thread of its own of posts, within a transaction. Raises what :meth:`Curation.split` does."""
    state = await _held(uow, actor, thread_id, Action.SPLIT_THREAD)
    repository, moving = CurationRepository(uow.connection), MovingRepository(uow.connection)
    seats = await repository.seats(thread_id)
    if from_number is not None:
        chosen = [seat for seat in seats if seat.number >= from_number]
    else:
        chosen = with_replies(seats, numbers)
    if not chosen:
        raise ConflictError(GONE)
    if chosen[0] is seats[0]:
        raise ConflictError(OPENING_STAYS)
    await moving.lock_communities([state.community_id])
    new_id = await _split_posts(uow, state, title, chosen)
    await moving.count_weeks(state.community_id, Counter(), Counter([week_of(chosen[0].created_at)]))
    await _leave_split(uow, actor, state, new_id, seats, chosen, title)
    return SplitOff(new_id, state, chosen[0], len(chosen))


async def _split_posts(uow: UnitOfWork, state: ThreadState, title: str, chosen: list[Seat]) -> int:
    """The new thread with its posts, pointers, signposts and perhaps the accepted answer."""
    repository, writing = CurationRepository(uow.connection), WritingRepository(uow.connection)
    opening, thread_id = chosen[0], state.thread_id
    kind = ThreadKind.DISCUSSION if state.kind is not ThreadKind.QUESTION else ThreadKind.QUESTION
    new_id = await writing.add_thread(
        {
            "community_id": state.community_id,
            "author_id": opening.author_id,
            "kind": kind.value,
            "title": title,
            "created_at": opening.created_at,
            "last_post_at": opening.created_at,
            "last_author_id": opening.author_id,
        }
    )
    seats = split_seats(chosen)
    read = await repository.pointers([thread_id])
    signs = await repository.signs_at([thread_id])
    stays = await repository.seats(thread_id)
    await repository.reseat(new_id, seats)
    await _read_again(uow, new_id, seats, read)
    went = {seat.old.number: seat.number for seat in seats}
    places = {}
    for sign, _thread, at in signs:
        stood = next((seat.number for seat in stays if seat.number >= at), None)
        if stood in went:
            places[sign] = (new_id, went[stood])
    await repository.replant(places)
    accepted = _new_number(seats, thread_id, state.accepted_number)
    if accepted is not None:
        await writing.set_thread(thread_id, accepted_number=None)
        if kind is ThreadKind.QUESTION and accepted > 1:
            await writing.set_thread(new_id, accepted_number=accepted)
    await repository.recount(thread_id)
    await repository.recount(new_id)
    return new_id


async def _leave_split(
    uow: UnitOfWork,
    actor: Actor,
    state: ThreadState,
    new_id: int,
    seats: list[Seat],
    chosen: list[Seat],
    title: str,
) -> None:
    repository = CurationRepository(uow.connection)
    opening, thread_id = chosen[0], state.thread_id
    gone = {seat.number for seat in chosen}
    before = max(seat.number for seat in seats if seat.number < opening.number and seat.number not in gone)
    await repository.leave_sign(
        SignKind.SPLIT_TO, new_id, actor.account_id, uow.now,
        thread_id=thread_id, number=opening.number, target_number=1, posts=len(chosen),
    )  # fmt: skip
    await repository.leave_sign(
        SignKind.SPLIT_FROM, thread_id, actor.account_id, uow.now,
        thread_id=new_id, number=1, target_number=before, posts=len(chosen),
    )  # fmt: skip
    for one in (thread_id, new_id):
        uow.record(
            EventKind.THREAD_SPLIT,
            actor_id=actor.account_id,
            community_id=state.community_id,
            thread_id=one,
        )
    await _tell(uow, actor, "thread_split", state, text=title)
    if opening.author_id != state.author.account_id:
        await notify(
            uow, [opening.author_id], "post_split",
            thread_id=new_id, post_id=opening.post_id, actor_id=actor.account_id,
        )  # fmt: skip


async def _held(uow: UnitOfWork, actor: Actor, thread_id: int, action: Action) -> ThreadState:
    """The thread, whose row stays locked, if the actor may do this with it."""
    state = await thread_state(uow.connection, thread_id, actor.account_id, lock=True)
    if state is None or state.removed:
        raise NotFoundError(NOT_FOUND)
    require(action, standing_to(actor, state))
    return state


async def _community(uow: UnitOfWork, actor: Actor, community_id: int) -> CommunityRow:
    found = await ReadingRepository(uow.connection, actor.account_id, actor.site_role).community(
        community_id=community_id
    )
    if found is None:
        raise NotFoundError(NOT_FOUND)
    return found


async def _move(uow: UnitOfWork, state: ThreadState, target: CommunityRow) -> None:
    """The thread with all that is counted; what the old community's hosts decided stays there."""
    if not keeps_secrets(state.visibility, target.visibility):
        raise NotAllowedError(CONFIDENTIAL)
    await MovingRepository(uow.connection).move_threads(
        state.community_id, target.community_id, uow.now, thread_id=state.thread_id
    )
    kind = _kind_in(target.purpose, state.kind)
    escalate_at = None
    if not state.answered:
        escalate_at = await escalation_of(uow, target.community_id, target.purpose, kind)
    await WritingRepository(uow.connection).set_thread(
        state.thread_id, pinned=False, kind=kind.value, escalate_at=escalate_at, escalated_to=""
    )
    await CurationRepository(uow.connection).drop_signs(target.community_id, state.thread_id)


def _kind_in(purpose: Purpose, kind: ThreadKind) -> ThreadKind:
    """What a thread is in a community: at a desk that answers, a discussion is a question."""
    kinds = PURPOSES[purpose].kinds
    asked = kind is ThreadKind.DISCUSSION and kind not in kinds and ThreadKind.QUESTION in kinds
    return ThreadKind.QUESTION if asked else kind


async def _read_again(uow: UnitOfWork, thread_id: int, seats: list[NewSeat], read: list[Any]) -> None:
    """Read pointers for posts that have got new numbers."""
    pointers: defaultdict[int, dict[int, int]] = defaultdict(dict)
    baselines: dict[int, int] = {}
    for account_id, thread, number, baseline in read:
        pointers[account_id][thread] = number
        baselines[account_id] = baseline
    again = ReadingAgain(seats)
    await CurationRepository(uow.connection).set_pointers(
        thread_id,
        {account: again.pointer(numbers, baselines[account]) for account, numbers in pointers.items()},
        uow.now,
    )


def _new_number(seats: list[NewSeat], thread_id: int, number: int | None) -> int | None:
    return next(
        (seat.number for seat in seats if (seat.old.thread_id, seat.old.number) == (thread_id, number)), None
    )


def _note(
    uow: UnitOfWork,
    actor: Actor,
    action: RecordAction,
    state: ThreadState,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """Who did what with whose thread; the thread itself is told as it was before."""
    uow.note(
        RecordEntry(
            action,
            actor.account_id,
            community_id=state.community_id,
            thread_id=state.thread_id,
            account_id=state.author.account_id,
            before=before,
            after=after,
        )
    )


async def _tell(
    uow: UnitOfWork,
    actor: Actor,
    kind: str,
    state: ThreadState,
    *,
    thread_id: int | None = None,
    post_id: int | None = None,
    text: str = "",
) -> None:
    """The thread's author learns what was done with it."""
    await notify(
        uow,
        [state.author.account_id],
        kind,
        thread_id=thread_id or state.thread_id,
        post_id=post_id,
        actor_id=actor.account_id,
        text=text,
    )
