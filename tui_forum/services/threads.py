"""Reading threads: lists, headers, pages of posts, title search; and accepted answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tui_forum.domain.curation import PostAddress
from tui_forum.domain.entities import Actor, PostOrder, PostState, ThreadKind
from tui_forum.domain.errors import BarredError, ConflictError, NotFoundError, RulesNotAcceptedError
from tui_forum.domain.events import EventKind
from tui_forum.domain.limits import HELD_FROM, PAGE_SIZE
from tui_forum.domain.people import NO_MARKS, Marks
from tui_forum.domain.policy import (
    GONE,
    HOSTS_WRITE,
    NOT_FOUND,
    Action,
    Standing,
    decide,
    moderates,
    require,
)
from tui_forum.domain.text import clean_line
from tui_forum.domain.views import (
    Author,
    PostPage,
    PostView,
    ReplyContext,
    SearchHit,
    ThreadCursor,
    ThreadPage,
    ThreadRow,
    ThreadView,
)
from tui_forum.services.communities import standing_in
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.announcements import AnnouncementRepository
from tui_forum.storage.repositories.curation import left_behind, resolve, retired_numbers, signs_in
from tui_forum.storage.repositories.polls import poll_of
from tui_forum.storage.repositories.reading import (
    Reader,
    ReadingRepository,
    ThreadState,
    first_unread,
    hidden,
    path_of,
    posts_by_number,
    posts_by_path,
    thread_state,
)
from tui_forum.storage.repositories.recognition import marks_of
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

SIGNS_IN_A_ROW: Final = 200  # signposts shown on one page of a list


def standing_to(actor: Actor, state: ThreadState, *, own: bool = False) -> Standing:
    """How ``actor`` stands to a thread."""
    return Standing(
        actor.site_role,
        state.role,
        state.visibility,
        own=own,
        locked=state.locked,
        removed=state.removed,
        held=state.held,
        archived=state.archived,
        builtin=state.builtin,
        purpose=state.purpose,
        kind=state.kind,
        rules_accepted=state.rules_accepted,
        acknowledged=state.wants_acknowledgement,
        bars=state.bars,
        restrictions=state.restrictions,
    )


def gone(actor: Actor, state: ThreadState) -> bool:
    """Whether a thread is not there for ``actor``: removed, or held without their knowing of it."""
    if not state.removed:
        return False
    knows = state.author.account_id == actor.account_id or moderates(standing_to(actor, state))
    return not (state.held and knows)


def unknown(actor: Actor, state: ThreadState, number: int, author_id: int) -> bool:
    """Whether ``actor`` must not learn that a post exists: nobody but its author and moderators knows yet."""
    knows = author_id == actor.account_id or moderates(standing_to(actor, state))
    return number >= HELD_FROM and not knows


def post_view(
    row: Sequence[Any], actor: Actor, standing: Standing, accepted: int | None, marks: Marks | None = None
) -> PostView:
    """A row of ``post_rows`` as ``actor`` may see it: tombstones keep their text to themselves."""
    state = PostState(row[10])
    mine = row[3] == actor.account_id
    subject = Standing(standing.site_role, standing.role, standing.visibility, own=mine, post_state=state)
    shown = state is PostState.VISIBLE or decide(Action.SEE_HIDDEN_TEXT, subject).allowed
    context = None
    if row[14] is not None:
        context = ReplyContext(row[14], row[15], "" if hidden(row[17]) else row[16])
    return PostView(
        post_id=row[0],
        thread_id=row[1],
        number=row[2],
        author=Author(row[3], row[4], row[5]),
        body=row[6] if shown else "",
        created_at=row[7],
        edited_at=row[8],
        revision=row[9],
        state=state,
        removal_reason=row[11],
        reply_to=context,
        depth=row[12],
        position=row[13],
        accepted=accepted == row[2],
        mine=mine,
        off_topic=bool(row[18]),
        marks=marks if marks is not None and state is PostState.VISIBLE else NO_MARKS,
    )


async def post_views(
    connection: AsyncConnection, rows: Sequence[Sequence[Any]], actor: Actor, state: ThreadState
) -> tuple[PostView, ...]:
    """Rows of ``post_rows`` in one thread with what others have put to them: one more statement."""
    standing = standing_to(actor, state)
    marks = await marks_of(connection, [row[0] for row in rows], actor.account_id, datetime.now(UTC))
    return tuple(post_view(row, actor, standing, state.accepted_number, marks.get(row[0])) for row in rows)


class Threads:
    """Use cases of reading."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, actor: Actor, community_id: int, after: ThreadCursor | None = None, limit: int = PAGE_SIZE
    ) -> ThreadPage:
        """A page of a community's threads: pinned first, then by latest post.

        Raises:
            NotFoundError: no such community for this actor.
        """
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            community = await reading.community(community_id=community_id)
            if community is None:
                raise NotFoundError(NOT_FOUND)
            require(Action.READ, standing_in(actor, community))
            rows = await reading.threads(community.community_id, after, limit + 1)
            end = rows[limit - 1].cursor if len(rows) > limit else None
            signs = await left_behind(
                connection, community.community_id, actor.account_id, actor.site_role,
                above=after, below=end, limit=SIGNS_IN_A_ROW,
            )  # fmt: skip
        return ThreadPage(rows[:limit], end, signs)

    async def unanswered(
        self,
        actor: Actor,
        community_id: int | None = None,
        after: ThreadCursor | None = None,
        limit: int = PAGE_SIZE,
    ) -> ThreadPage:
        """Threads that nobody has answered, latest first, where that concerns the members.

        In one community, or in all that ``actor`` belongs to, less what the actor has asked.

        Raises:
            NotFoundError: no such community for this actor.
        """
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            if community_id is not None:
                community = await reading.community(community_id=community_id)
                if community is None:
                    raise NotFoundError(NOT_FOUND)
                require(Action.READ, standing_in(actor, community))
                community_id = community.community_id
            rows = await reading.unanswered(community_id, after, limit + 1)
        return ThreadPage(rows[:limit], rows[limit - 1].cursor if len(rows) > limit else None)

    async def row(self, actor: Actor, thread_id: int) -> ThreadRow:
        """One line of a list, to refresh it.

        Raises:
            NotFoundError: no such thread for this actor.
        """
        async with self._database.read() as connection:
            found = await ReadingRepository(connection, actor.account_id, actor.site_role).thread(thread_id)
        if found is None:
            raise NotFoundError(NOT_FOUND)
        return found

    async def resolve(self, actor: Actor, thread_id: int, number: int | None = None) -> PostAddress:
        """Where the thread, or its post ``number``, is now: old addresses lead on for ever.

        Raises:
            NotFoundError: no such thread for this actor.
        """
        async with self._database.read() as connection:
            found = await resolve(connection, thread_id, number, actor.account_id, actor.site_role)
        if found is None:
            raise NotFoundError(NOT_FOUND)
        return found

    @staticmethod
    async def _discussed(connection: AsyncConnection, actor: Actor, state: ThreadState) -> bool:
        """Whether the channel is linked to a place that the actor may read in."""
        repository = AnnouncementRepository(connection)
        found = await repository.linked(state.community_id, actor.account_id, actor.site_role)
        return found is not None

    async def view(self, actor: Actor, thread_id: int) -> ThreadView:
        """A thread's header, where to land in it, and what one may do.

        Raises:
            NotFoundError: no such thread for this actor.
        """
        async with self._database.read() as connection:
            state = await thread_state(connection, thread_id, actor.account_id)
            if state is None or gone(actor, state):
                raise NotFoundError(NOT_FOUND)
            standing = standing_to(actor, state, own=state.author.account_id == actor.account_id)
            require(Action.READ, standing)
            unread = await first_unread(connection, state)
            signs = await signs_in(connection, thread_id, actor.account_id, actor.site_role)
            retired: frozenset[int] = frozenset()
            if state.last_number > state.reply_count + 1:
                retired = await retired_numbers(connection, thread_id, state.read_number, state.last_number)
            reply = decide(Action.REPLY, standing)
            discussed = reply.reason == HOSTS_WRITE and await self._discussed(connection, actor, state)
            noted, counts = False, None
            if state.wants_acknowledgement:
                announcements = AnnouncementRepository(connection)
                noted = await announcements.acknowledged(thread_id, actor.account_id)
                if decide(Action.SEE_ACKNOWLEDGEMENTS, standing).allowed:
                    counts = await announcements.count(thread_id, state.community_id, state.author.account_id)
            poll = None
            if state.kind is ThreadKind.POLL:
                poll = await poll_of(connection, thread_id, actor.account_id)
        if poll is not None:
            voting = decide(Action.VOTE, standing)
            poll = poll.judged(self._database.now(), voting.reason, voting.params)
        # A thread never opened begins at its beginning, also when its posts count as read.
        read_all = state.last_number if state.read_number else 1
        return ThreadView(
            thread_id=state.thread_id,
            community_id=state.community_id,
            community_slug=state.community_slug,
            community_name=state.community_name,
            title=state.title,
            kind=state.kind,
            author=state.author,
            created_at=state.created_at,
            last_number=state.last_number,
            post_count=state.reply_count + 1,
            read_number=state.read_number,
            landing=unread if unread is not None else read_all,
            pinned=state.pinned,
            locked=state.locked,
            accepted_number=state.accepted_number,
            role=state.role,
            may_reply=reply.allowed or reply.error in (RulesNotAcceptedError, BarredError),
            may_moderate=moderates(standing),
            why_not=reply.reason,
            why_params=reply.params,
            restrictions=state.restrictions,
            signs=signs,
            retired=retired,
            wants_acknowledgement=decide(Action.ACKNOWLEDGE, standing).allowed,
            acknowledged=noted,
            acknowledgements=counts,
            discussed=discussed,
            poll=poll,
            held=state.held,
        )

    async def posts(
        self,
        actor: Actor,
        thread_id: int,
        *,
        order: PostOrder = PostOrder.CHRONOLOGICAL,
        around: int | None = None,
        before: PostView | None = None,
        after: PostView | None = None,
        limit: int = PAGE_SIZE,
    ) -> PostPage:
        """A window of consecutive posts: around a number, or next to a post that one has.

        With ``around`` about a third of the window lies before it.

        Raises:
            NotFoundError: no such thread for this actor.
        """
        async with self._database.read() as connection:
            state = await thread_state(connection, thread_id, actor.account_id)
            if state is None or gone(actor, state):
                raise NotFoundError(NOT_FOUND)
            require(Action.READ, standing_to(actor, state))
            reader = Reader(actor.account_id, moderates(standing_to(actor, state)))

            async def downwards(post: PostView | None, number: int, count: int) -> list[Any]:
                """Posts before ``post`` (or before ``number``), nearest first."""
                if order is PostOrder.TREE:
                    path = post.position if post else await path_of(connection, thread_id, number) or b""
                    return await posts_by_path(
                        connection, thread_id, reader, path=path, descending=True, limit=count
                    )
                low = (post.number if post else number) - 1
                return await posts_by_number(
                    connection, thread_id, reader, low=low, descending=True, limit=count
                )

            async def upwards(post: PostView | None, number: int, count: int) -> list[Any]:
                """Posts after ``post`` (or from ``number`` on)."""
                if order is PostOrder.TREE:
                    # The smallest path behind a post's own is that path with a zero byte.
                    path = (
                        post.position + b"\0" if post else await path_of(connection, thread_id, number) or b""
                    )
                    return await posts_by_path(
                        connection, thread_id, reader, path=path, descending=False, limit=count
                    )
                low = post.number + 1 if post else number
                return await posts_by_number(
                    connection, thread_id, reader, low=low, descending=False, limit=count
                )

            if before is not None:
                rows = (await downwards(before, 0, limit + 1))[::-1]
                more_before, more_after = len(rows) > limit, True
                rows = rows[-limit:]
            elif after is not None:
                rows = await upwards(after, 0, limit + 1)
                more_before, more_after = True, len(rows) > limit
                rows = rows[:limit]
            else:
                number = max(1, min(around or 1, state.last_number))
                above = (await downwards(None, number, limit // 3 + 1))[::-1] if number > 1 else []
                more_before = len(above) > limit // 3
                above = above[-(limit // 3) :] if limit >= 3 else []
                below = await upwards(None, number, limit - len(above) + 1)
                more_after = len(below) > limit - len(above)
                rows = above + below[: limit - len(above)]
            posts = await post_views(connection, rows, actor, state)
        return PostPage(posts, order, more_before, more_after)

    async def post(self, actor: Actor, thread_id: int, number: int) -> PostView:
        """One post, to refresh it.

        Raises:
            NotFoundError: no such post for this actor.
        """
        async with self._database.read() as connection:
            state = await thread_state(connection, thread_id, actor.account_id)
            if state is None or gone(actor, state):
                raise NotFoundError(NOT_FOUND)
            require(Action.READ, standing_to(actor, state))
            reader = Reader(actor.account_id, moderates(standing_to(actor, state)))
            rows = await posts_by_number(connection, thread_id, reader, low=number, descending=False, limit=1)
            if not rows or rows[0][2] != number:
                raise NotFoundError(NOT_FOUND)
            return (await post_views(connection, rows, actor, state))[0]

    async def search_titles(
        self, actor: Actor, query: str, *, limit: int = PAGE_SIZE
    ) -> tuple[SearchHit, ...]:
        """Threads whose titles hold every word of ``query``, latest first."""
        words = clean_line(query).split()[:8]
        if not words:
            return ()
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            return await reading.search_titles(words, limit)

    async def next_unread(
        self, actor: Actor, community_id: int | None = None, after_thread_id: int | None = None
    ) -> int | None:
        """The latest unread thread (not ``after_thread_id``), in one's communities or one of them."""
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            return await reading.next_unread(community_id, after_thread_id)

    async def accept(self, actor: Actor, thread_id: int, number: int | None) -> None:
        """Mark a post as the answer to a question (None takes the mark away).

        Raises:
            NotAllowedError, NotFoundError: see the policy. ConflictError: the post is gone.
        """

        async def work(uow: UnitOfWork) -> None:
            state = await thread_state(uow.connection, thread_id, actor.account_id, lock=True)
            if state is None or state.removed:
                raise NotFoundError(NOT_FOUND)
            own = state.author.account_id == actor.account_id
            require(Action.ACCEPT_ANSWER, standing_to(actor, state, own=own))
            writing = WritingRepository(uow.connection)
            if number is not None:
                post = await writing.parent(thread_id, number)
                if post is None or hidden(post[3]):
                    raise ConflictError(GONE)
            await writing.set_thread(thread_id, accepted_number=number)
            uow.record(
                EventKind.POST_EDITED,
                actor_id=actor.account_id,
                community_id=state.community_id,
                thread_id=thread_id,
            )

        await self._database.write(work)
