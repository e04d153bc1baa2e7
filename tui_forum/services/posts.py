"""Writing: threads, replies, edits, deletions, and how far one has read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from tui_forum.domain.charter import PURPOSES
from tui_forum.domain.curation import PostAddress
from tui_forum.domain.entities import Actor, PostState, ThreadKind
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.limits import BODY_MAX_CHARS, TITLE_MAX_CHARS
from tui_forum.domain.policy import GONE, NOT_FOUND, Action, approval_first, decide, require
from tui_forum.domain.polls import PollPlan
from tui_forum.domain.rules import RuleAction
from tui_forum.domain.text import clean_body, clean_line, display_line, display_text
from tui_forum.domain.tree import depth_of, tree_path
from tui_forum.domain.views import Author, PostRef, PostView, RevisionView
from tui_forum.i18n import N_
from tui_forum.services.charters import escalation_of
from tui_forum.services.communities import standing_in
from tui_forum.services.events import EventHub
from tui_forum.services.publishing import announce, known
from tui_forum.services.reports import look_again, wait_for_approval
from tui_forum.services.screening import Refused, Screening, file, refuse, weigh
from tui_forum.services.threads import gone, post_view, standing_to, unknown
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.curation import resolve
from tui_forum.storage.repositories.holding import HoldingRepository
from tui_forum.storage.repositories.polls import PollRepository
from tui_forum.storage.repositories.reading import (
    Reader,
    ReadingRepository,
    ThreadState,
    posts_by_number,
    revisions_of,
    thread_state,
)
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

EMPTY_TITLE: Final = N_("A thread needs a title.")
LONG_TITLE: Final = N_("A title has at most {longest} characters; this one has {count}.")
EMPTY_BODY: Final = N_("There is nothing to send yet.")
LONG_BODY: Final = N_("A post has at most {longest} characters; this one has {count}.")
EDITED_MEANWHILE: Final = N_("This post was changed meanwhile; look at it before you change it again.")


def check_title(title: str) -> str:
    """A title as it is stored.

    Raises:
        InvalidInputError: empty or too long (``field="title"``).
    """
    cleaned = clean_line(title)
    if not display_line(cleaned).strip():  # also when nothing of it can be seen
        raise InvalidInputError(EMPTY_TITLE, field="title")
    if len(cleaned) > TITLE_MAX_CHARS:
        raise InvalidInputError(LONG_TITLE, field="title", longest=TITLE_MAX_CHARS, count=len(cleaned))
    return cleaned


def check_body(body: str, *, may_be_empty: bool = False) -> str:
    """A post's text as it is stored.

    Raises:
        InvalidInputError: empty or too long (``field="body"``).
    """
    cleaned = clean_body(body)
    if not may_be_empty and not display_text(cleaned).strip():
        raise InvalidInputError(EMPTY_BODY, field="body")
    if len(cleaned) > BODY_MAX_CHARS:
        raise InvalidInputError(LONG_BODY, field="body", longest=BODY_MAX_CHARS, count=len(cleaned))
    return cleaned


def _taken(result: PostRef | Refused) -> PostRef:
    """Where the post is.

    Raises:
        InvalidInputError: a rule has refused it.
    """
    if isinstance(result, Refused):
        raise result.as_error()
    return result


class Posts:
    """Use cases of writing. Rules may hold, flag or refuse what is written (``services.screening``)."""

    def __init__(self, database: Database, hub: EventHub, screening: Screening) -> None:
        self._database = database
        self._hub = hub
        self._screening = screening

    async def start_thread(
        self,
        actor: Actor,
        community_id: int,
        title: str,
        body: str,
        *,
        kind: ThreadKind | None = None,
        wants_acknowledgement: bool = False,
        about: int | None = None,
        poll: PollPlan | None = None,
        token: str | None = None,
        examples: bool = False,
    ) -> PostRef:
        """Open a thread with its first post. The same ``token`` again gives the same post.

        Without ``kind`` it is of the kind that is usual in the community. An announcement may want
        to be acknowledged: its members are told. ``about`` is the announcement that it discusses.
        A poll, and nothing else, has a ``poll``; its post may be empty. ``examples``: what looks
        like secrets in it is none; then it waits for a moderator.

        Raises:
            InvalidInputError: title, body or what the poll is made of; or a rule refuses it.
            LeaksFoundError: there are secrets in it.
            NotAllowedError, NotFoundError: see the policy.
        """
        title, body = check_title(title), check_body(body, may_be_empty=poll is not None)
        kind = ThreadKind.POLL if poll is not None else kind
        if kind is ThreadKind.POLL and poll is None:
            poll = PollPlan(())
        texts = [("title", title), ("body", body)]
        if poll is not None:
            texts.append(("options", "\n".join(poll.options)))
        looked = await self._screening.look(texts, community_id=community_id, examples=examples)

        async def work(uow: UnitOfWork) -> PostRef | Refused:
            writing = WritingRepository(uow.connection)
            if token and (sent := await writing.post_by_token(actor.account_id, token)):
                return sent
            reading = ReadingRepository(uow.connection, actor.account_id, actor.site_role)
            community = await reading.community(community_id=community_id)
            if community is None:
                raise NotFoundError(NOT_FOUND)
            standing = replace(standing_in(actor, community), kind=kind, acknowledged=wants_acknowledgement)
            require(Action.START_THREAD, standing)
            is_a = kind or PURPOSES[community.purpose].kinds[0]
            plan = poll.check(uow.now) if poll is not None else None
            home = community.community_id  # another one, where the one asked for was merged into it
            found = await weigh(uow, actor, standing, looked, fresh=True)
            if found.action is RuleAction.REFUSE:
                return await refuse(uow, actor, found, home)
            first = approval_first(standing) is not None
            held = first or found.action is RuleAction.HOLD
            add = HoldingRepository(uow.connection).add_thread if held else writing.add_thread
            thread_id = await add(
                {
                    "community_id": home,
                    "author_id": actor.account_id,
                    "kind": is_a.value,
                    "title": title,
                    "created_at": uow.now,
                    "last_post_at": uow.now,
                    "last_author_id": actor.account_id,
                    "wants_acknowledgement": wants_acknowledgement,
                    "about_id": await self._about(uow, actor, about),
                    "escalate_at": None if held else await escalation_of(uow, home, community.purpose, is_a),
                }
            )
            if plan is not None:
                await PollRepository(uow.connection).add(thread_id, plan)
            ref = await self._add(
                uow, actor, thread_id, home, body, token, held=held, acknowledge=wants_acknowledgement
            )
            await file(uow, actor, found, ref, home)
            if first:
                await wait_for_approval(uow, actor, ref, home)
            return ref

        return _taken(await self._database.write(work))

    @staticmethod
    async def _about(uow: UnitOfWork, actor: Actor, thread_id: int | None) -> int | None:
        """The announcement that a thread discusses, if it is there for who writes."""
        if thread_id is None:
            return None
        state = await thread_state(uow.connection, thread_id, actor.account_id)
        if state is None or state.removed or not decide(Action.READ, standing_to(actor, state)).allowed:
            return None
        return state.thread_id

    async def reply(
        self,
        actor: Actor,
        thread_id: int,
        body: str,
        *,
        reply_to: int | None = None,
        token: str | None = None,
        examples: bool = False,
    ) -> PostRef:
        """Write into a thread, answering post number ``reply_to`` or the thread as a whole.

        Raises:
            InvalidInputError, LeaksFoundError: as in :meth:`start_thread`. ConflictError: locked or
            removed meanwhile. NotAllowedError, NotFoundError: see the policy.
        """
        body = check_body(body)
        looked = await self._screening.look([("body", body)], thread_id=thread_id, examples=examples)

        async def work(uow: UnitOfWork) -> PostRef | Refused:
            writing = WritingRepository(uow.connection)
            if token and (sent := await writing.post_by_token(actor.account_id, token)):
                return sent
            # What is answered may have gone to another thread while one wrote.
            at = await resolve(uow.connection, thread_id, reply_to, actor.account_id, actor.site_role)
            at = at or PostAddress(thread_id, reply_to)
            state = await thread_state(uow.connection, at.thread_id, actor.account_id, lock=True)
            if state is None or (state.held and gone(actor, state)):
                raise NotFoundError(NOT_FOUND)
            standing = standing_to(actor, state)
            require(Action.REPLY, standing)
            found = await weigh(uow, actor, standing, looked, fresh=True)
            if found.action is RuleAction.REFUSE:
                return await refuse(uow, actor, found, state.community_id)
            first = approval_first(standing) is not None
            ref = await self._add(
                uow, actor, at.thread_id, state.community_id, body, token, reply_to=at.number, state=state,
                held=first or found.action is RuleAction.HOLD,
            )  # fmt: skip
            await file(uow, actor, found, ref, state.community_id)
            if first:
                await wait_for_approval(uow, actor, ref, state.community_id)
            return ref

        return _taken(await self._database.write(work))

    async def _add(
        self,
        uow: UnitOfWork,
        actor: Actor,
        thread_id: int,
        community_id: int,
        body: str,
        token: str | None,
        *,
        reply_to: int | None = None,
        state: ThreadState | None = None,
        held: bool = False,
        acknowledge: bool = False,
    ) -> PostRef:
        writing, holding = WritingRepository(uow.connection), HoldingRepository(uow.connection)
        parent_path = b""
        told = state.author.account_id if state is not None else None
        if reply_to is not None:
            parent = await writing.parent(thread_id, reply_to)
            if parent is None or not known(reply_to):
                raise ConflictError(GONE)
            parent_path, told = parent[0], parent[2]
        number = await (holding if held else writing).next_number(thread_id)
        path = tree_path(parent_path, number)
        values = {
            "thread_id": thread_id,
            "number": number,
            "author_id": actor.account_id,
            "reply_to_number": reply_to,
            "depth": depth_of(path),
            "tree_path": path,
            "body": body,
            "created_at": uow.now,
            "token": token,
        }
        post_id = await (holding.add_post(values) if held else writing.add_post(values, community_id))
        if token:
            await writing.discard_draft(actor.account_id, token=token)
        ref = PostRef(thread_id, post_id, number, held)
        if not held:
            await announce(
                uow, actor, ref, community_id, body, state=state, told=told, acknowledge=acknowledge
            )
        return ref

    async def edit(
        self,
        actor: Actor,
        post_id: int,
        body: str,
        *,
        revision: int,
        token: str | None = None,
        examples: bool = False,
    ) -> PostRef:
        """Change one's own post; the earlier text is kept.

        Raises:
            ConflictError: it was changed, removed or locked since ``revision``.
            InvalidInputError, LeaksFoundError, NotAllowedError, NotFoundError: as elsewhere.
        """
        body = check_body(body)
        async with self._database.read() as connection:
            there = await WritingRepository(connection).post(post_id)
        before = there["body"] if there is not None and there["author_id"] == actor.account_id else ""
        looked = await self._screening.look(
            [("body", body)], post_id=post_id, examples=examples, before=before
        )

        async def work(uow: UnitOfWork) -> PostRef | Refused:
            writing = WritingRepository(uow.connection)
            post, state = await self._own(uow, actor, post_id, Action.EDIT_POST)
            ref = PostRef(post["thread_id"], post_id, post["number"], post["state"] == PostState.HELD.value)
            if body != post["body"]:
                if post["revision"] != revision:
                    raise ConflictError(EDITED_MEANWHILE)
                found = await weigh(uow, actor, standing_to(actor, state), looked, fresh=False)
                if found.action is RuleAction.REFUSE:
                    return await refuse(uow, actor, found, state.community_id)
                await writing.revise(post, body, actor.account_id, uow.now)
                if found.action is RuleAction.HOLD and not ref.held:
                    ref = replace(ref, held=True)
                    await writing.set_state(post_id, PostState.HELD)
                await look_again(uow, post, state.community_id)
                await file(uow, actor, found, ref, state.community_id, revision=post["revision"] + 1)
                self._note(uow, EventKind.POST_EDITED, actor, state, post)
            if token:
                await writing.discard_draft(actor.account_id, token=token)
            return ref

        return _taken(await self._database.write(work))

    async def delete(self, actor: Actor, post_id: int) -> None:
        """Delete one's own post; a tombstone stays in its place.

        Raises:
            ConflictError: it is gone already. NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> None:
            post, state = await self._own(uow, actor, post_id, Action.DELETE_POST)
            await WritingRepository(uow.connection).set_state(post_id, PostState.DELETED)
            self._note(uow, EventKind.POST_DELETED, actor, state, post)

        await self._database.write(work)

    @staticmethod
    def _note(
        uow: UnitOfWork, kind: EventKind, actor: Actor, state: ThreadState, post: dict[str, Any]
    ) -> None:
        if not known(post["number"]):
            return  # who follows the thread must not learn of it
        uow.record(
            kind,
            actor_id=actor.account_id,
            community_id=state.community_id,
            thread_id=state.thread_id,
            post_id=post["id"],
            data={"number": post["number"]},
        )

    @staticmethod
    async def _own(
        uow: UnitOfWork, actor: Actor, post_id: int, action: Action
    ) -> tuple[dict[str, Any], ThreadState]:
        post = await WritingRepository(uow.connection).post(post_id, lock=True)
        if post is None:
            raise NotFoundError(NOT_FOUND)
        state = await thread_state(uow.connection, post["thread_id"], actor.account_id)
        if state is None or unknown(actor, state, post["number"], post["author_id"]):
            raise NotFoundError(NOT_FOUND)
        standing = standing_to(actor, state, own=post["author_id"] == actor.account_id)
        require(action, replace(standing, post_state=PostState(post["state"])))
        return post, state

    async def mine(self, actor: Actor, post_id: int) -> PostView:
        """One's own post, to go on changing it.

        Raises:
            NotFoundError: there is none, or it is not one's own.
        """
        async with self._database.read() as connection:
            post = await WritingRepository(connection).post(post_id)
            if post is None or post["author_id"] != actor.account_id:
                raise NotFoundError(NOT_FOUND)
            state = await thread_state(connection, post["thread_id"], actor.account_id)
            if state is None or gone(actor, state):
                raise NotFoundError(NOT_FOUND)
            standing = standing_to(actor, state)
            require(Action.READ, standing)
            reader = Reader(actor.account_id, moderates=False)
            rows = await posts_by_number(
                connection, post["thread_id"], reader, low=post["number"], descending=False, limit=1
            )
        return post_view(rows[0], actor, standing, state.accepted_number)

    async def revisions(self, actor: Actor, post_id: int) -> tuple[RevisionView, ...]:
        """The earlier texts of a post, oldest first, for its author and moderators.

        Raises:
            NotAllowedError, NotFoundError: see the policy.
        """
        async with self._database.read() as connection:
            post = await WritingRepository(connection).post(post_id)
            if post is None:
                raise NotFoundError(NOT_FOUND)
            state = await thread_state(connection, post["thread_id"], actor.account_id)
            if (
                state is None
                or gone(actor, state)
                or unknown(actor, state, post["number"], post["author_id"])
            ):
                raise NotFoundError(NOT_FOUND)
            standing = standing_to(actor, state, own=post["author_id"] == actor.account_id)
            require(Action.SEE_REVISIONS, replace(standing, post_state=PostState(post["state"])))
            rows = await revisions_of(connection, post_id)
        return tuple(RevisionView(row[0], row[1], Author(*row[2:5]), row[5]) for row in rows)

    async def mark_read(self, actor: Actor, thread_id: int, number: int) -> None:
        """Move one's read pointer forward to ``number``; it never moves backwards.

        Writes only when there is something to move: this is called while one scrolls.

        Raises:
            NotFoundError: no such thread for this actor.
        """
        async with self._database.read() as connection:
            state = await thread_state(connection, thread_id, actor.account_id)
        if state is None or gone(actor, state):
            raise NotFoundError(NOT_FOUND)
        require(Action.READ, standing_to(actor, state))
        upto, member, community_id = min(number, state.last_number), state.role, state.community_id
        if upto <= state.read_number:
            return

        async def work(uow: UnitOfWork) -> bool:
            writing = WritingRepository(uow.connection)
            moved = await writing.move_pointer(actor.account_id, thread_id, upto, uow.now)
            if moved and member is not None:
                await writing.settle_baseline(actor.account_id, community_id)
            return moved

        if await self._database.write(work):
            self._hub.tell(
                EventKind.READ_MOVED,
                account_id=actor.account_id,
                community_id=community_id,
                thread_id=thread_id,
            )
