"""Taking a decision back: the posts are as they were, what was laid on the author is lifted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tui_forum.domain.entities import Actor, PostState, Role
from tui_forum.domain.errors import NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.moderation import DecisionKind
from tui_forum.domain.policy import NOT_FOUND
from tui_forum.services.casestate import LoadedCase
from tui_forum.services.curation import move_thread
from tui_forum.services.memberships import become_member
from tui_forum.services.publishing import known
from tui_forum.services.rulings import CasePost
from tui_forum.services.sanctions import take_back
from tui_forum.storage.repositories.casework import CaseWriting
from tui_forum.storage.repositories.holding import HoldingRepository
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork


async def reverse(
    uow: UnitOfWork,
    actor: Actor,
    case: LoadedCase,
    kind: DecisionKind,
    decided_at: datetime,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> dict[str, Any]:
    """Undo what a decision did, as far as nobody has changed it since; posts and sanctions, by id.

    ``before`` and ``after`` are those of its entry in the record.

    Raises:
        NotAllowedError, NotFoundError: a post that was moved cannot be brought back by the actor.
    """
    case_id = case.row.case_id
    posts = {found[0]: CasePost.of(found) for found in await CaseWriting(uow.connection).posts(case_id)}
    if kind is DecisionKind.MOVE:
        await move_thread(uow, actor, after["thread"], before["community"])
    restored = await _restore(uow, actor, kind, posts, before, after)
    for post in filter(lambda post: known(post.number), restored):
        uow.record(
            EventKind.POST_EDITED,
            community_id=case.row.community_id,
            thread_id=post.thread_id,
            post_id=post.post_id,
            data={"number": post.number},
        )
    lifted = await take_back(uow, case_id, decided_at, actor.account_id)
    if kind is DecisionKind.REMOVE_MEMBER and before.get("role") and case.row.community_id is not None:
        author, role = case.row.author.account_id, Role(before["role"])
        await become_member(uow, author, case.row.community_id, role, actor_id=actor.account_id)
    return {"posts": [post.post_id for post in restored], "lifted": lifted}


async def _restore(
    uow: UnitOfWork,
    actor: Actor,
    kind: DecisionKind,
    posts: Mapping[int, CasePost],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> list[CasePost]:
    """Make the posts what they were, as far as nobody has changed them since."""
    writing = CaseWriting(uow.connection)
    came_to = {told["post"]: told for told in after.get("posts", ())}
    restored = []
    for told in before.get("posts", ()):
        post, now = posts.get(told["post"]), came_to.get(told["post"], {})
        if post is None or post.state.value != now.get("state", post.state.value):
            continue  # deleted, or removed by another decision, since
        if kind is DecisionKind.OFF_TOPIC:
            await writing.mark_off_topic([post.post_id], off_topic=False)
        elif kind is DecisionKind.EDIT and post.revision == now["revision"]:
            await _bring_back(uow, actor, post, told["revision"])
        if post.state.value != told["state"]:
            await writing.set_states([post.post_id], PostState(told["state"]))
            if told["state"] == PostState.HELD.value and post.number == 1:
                await HoldingRepository(uow.connection).hide_thread(post.thread_id)
        restored.append(post)
    return restored


async def _bring_back(uow: UnitOfWork, actor: Actor, post: CasePost, revision: int) -> None:
    """Put an earlier text of a post in its place, as one more version."""
    writing = WritingRepository(uow.connection)
    body = await CaseWriting(uow.connection).text_of(post.post_id, revision)
    if body is None:
        raise NotFoundError(NOT_FOUND)
    row = {"id": post.post_id, "revision": post.revision, "body": post.body}
    await writing.revise(row, body, actor.account_id, uow.now)
