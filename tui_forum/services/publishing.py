"""When a post comes to be seen: at once, or when a moderator lets it through. Both are the same to others."""

from __future__ import annotations

from typing import Final

from tui_forum.domain.entities import Actor, SiteRole
from tui_forum.domain.events import EventKind
from tui_forum.domain.limits import HELD_FROM
from tui_forum.domain.text import excerpt
from tui_forum.domain.tree import depth_of, tree_path
from tui_forum.domain.views import PostRef
from tui_forum.services.announcements import ACKNOWLEDGEMENT_WANTED
from tui_forum.services.charters import escalation_of
from tui_forum.services.notices import REPLY, notify
from tui_forum.services.recognition import recognise_post
from tui_forum.storage.repositories.charters import CharterRepository
from tui_forum.storage.repositories.holding import HoldingRepository
from tui_forum.storage.repositories.life import LifeRepository
from tui_forum.storage.repositories.reading import ThreadState, thread_state
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

NOTICE_CELLS: Final = 200


async def announce(
    uow: UnitOfWork,
    author: Actor,
    ref: PostRef,
    community_id: int,
    body: str,
    *,
    state: ThreadState | None,
    told: int | None,
    acknowledge: bool = False,
) -> None:
    """All that a post sets off when others can see it: what it counts as, and who is told.

    ``state`` is the thread before it (None: it opens the thread), ``told`` who wrote what it answers;
    with ``acknowledge`` the members are told that they are asked to take note.
    """
    opens = state is None
    life = LifeRepository(uow.connection)
    await life.count_posts(community_id, [(author.account_id, uow.now, opens)])
    if state is not None and state.author.account_id != author.account_id:
        await life.note_answers([(ref.thread_id, author.account_id, uow.now)])
    await recognise_post(uow, author, community_id, ref.post_id, state=state, answered=told)
    await WritingRepository(uow.connection).move_pointer_if_current(
        author.account_id, ref.thread_id, ref.number, uow.now
    )
    uow.record(
        EventKind.POST_CREATED,
        actor_id=author.account_id,
        community_id=community_id,
        thread_id=ref.thread_id,
        post_id=ref.post_id,
        data={"number": ref.number},
    )
    if told is not None:
        await notify(
            uow,
            [told],
            REPLY,
            thread_id=ref.thread_id,
            post_id=ref.post_id,
            actor_id=author.account_id,
            text=excerpt(body, NOTICE_CELLS),
        )
    if opens:
        uow.record(
            EventKind.THREAD_STARTED,
            actor_id=author.account_id,
            community_id=community_id,
            thread_id=ref.thread_id,
            post_id=ref.post_id,
        )
    if acknowledge:
        await notify(
            uow,
            await CharterRepository(uow.connection).members(community_id),
            ACKNOWLEDGEMENT_WANTED,
            thread_id=ref.thread_id,
            post_id=ref.post_id,
            actor_id=author.account_id,
        )


async def publish(uow: UnitOfWork, post_id: int) -> PostRef:
    """Let a post be seen that was held before anybody knew of it; where it is now.

    It has another number and another id than before: it counts as written now.
    """
    holding = HoldingRepository(uow.connection)
    post = await holding.post(post_id)
    author = Actor(post.author_id, post.handle, post.display_name, SiteRole.MEMBER)
    thread_id, reply_to = await holding.whereabouts(post.thread_id, post.reply_to_number)
    state = await thread_state(uow.connection, thread_id, author.account_id, lock=True)
    assert state is not None
    opens = state.held and state.last_number == 0
    if opens:
        await holding.show_thread(
            thread_id,
            {
                "created_at": uow.now,
                "escalate_at": await escalation_of(uow, state.community_id, state.purpose, state.kind),
            },
        )
    writing = WritingRepository(uow.connection)
    parent = await writing.parent(thread_id, reply_to) if reply_to is not None else None
    parent_path, told = (parent[0], parent[2]) if parent is not None else (b"", state.author.account_id)
    number = await writing.next_number(thread_id)
    path = tree_path(parent_path, number)
    new_id = await holding.publish(
        post,
        {
            "thread_id": thread_id,
            "number": number,
            "reply_to_number": reply_to if parent is not None else None,
            "tree_path": path,
            "depth": depth_of(path),
            "created_at": uow.now,
        },
        state.community_id,
    )
    ref = PostRef(thread_id, new_id, number)
    await announce(
        uow,
        author,
        ref,
        state.community_id,
        post.body,
        state=None if opens else state,
        told=None if opens else told,
        acknowledge=opens and state.wants_acknowledgement,
    )
    return ref


def known(number: int) -> bool:
    """Whether others know of a post with this number: it was published at some time."""
    return number < HELD_FROM
