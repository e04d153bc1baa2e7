"""A community by invitation does not exist for those who are not in it, whatever they ask."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest

from tests.forums import person, place, rows
from tui_forum.domain.entities import Actor, PostOrder, Role, SiteRole, Visibility
from tui_forum.domain.errors import NotFoundError
from tui_forum.domain.moderation import DecisionKind
from tui_forum.domain.views import PostRef
from tui_forum.services.forum import Forum
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

WORD = "hush"  # in everything that belongs to the community


@dataclass
class Secret:
    """A community by invitation with a thread, seen by an outsider."""

    forum: Forum
    outsider: Actor
    community_id: int
    post: PostRef
    case_id: int


@pytest.fixture
async def secret(forum: Forum) -> Secret:
    boss, hidden = await place(forum, WORD, Visibility.INVITE)
    mary = await person(forum, "mary")

    async def invite(uow: UnitOfWork) -> None:  # (There is no use case yet that invites into one.)
        await WritingRepository(uow.connection).add_member(
            mary.account_id, hidden.community_id, Role.MEMBER, 0, uow.now
        )

    await forum.database.write(invite)
    post = await forum.posts.start_thread(mary, hidden.community_id, f"{WORD} title", f"{WORD} body")
    await forum.posts.edit(mary, post.post_id, f"{WORD} body, changed", revision=1)
    await forum.moderation.report(boss, post.post_id, f"{WORD} reason")
    [(case_id,)] = await rows(forum.database, "SELECT id FROM moderation_case")
    return Secret(forum, await person(forum, "otto"), hidden.community_id, post, case_id)


ASKED: dict[str, Callable[[Secret], Coroutine[Any, Any, Any]]] = {
    "community by id": lambda s: s.forum.communities.community_by_id(s.outsider, s.community_id),
    "join": lambda s: s.forum.memberships.join(s.outsider, s.community_id),
    "leave": lambda s: s.forum.memberships.leave(s.outsider, s.community_id),
    "set role": lambda s: s.forum.memberships.set_role(s.outsider, s.community_id, "mary", Role.MEMBER),
    "threads": lambda s: s.forum.threads.page(s.outsider, s.community_id),
    "row": lambda s: s.forum.threads.row(s.outsider, s.post.thread_id),
    "view": lambda s: s.forum.threads.view(s.outsider, s.post.thread_id),
    "posts": lambda s: s.forum.threads.posts(s.outsider, s.post.thread_id),
    "tree": lambda s: s.forum.threads.posts(s.outsider, s.post.thread_id, order=PostOrder.TREE),
    "post": lambda s: s.forum.threads.post(s.outsider, s.post.thread_id, 1),
    "lock": lambda s: s.forum.threads.lock(s.outsider, s.post.thread_id),
    "accept": lambda s: s.forum.threads.accept(s.outsider, s.post.thread_id, 1),
    "start": lambda s: s.forum.posts.start_thread(s.outsider, s.community_id, "x", "x"),
    "reply": lambda s: s.forum.posts.reply(s.outsider, s.post.thread_id, "x", reply_to=1),
    "edit": lambda s: s.forum.posts.edit(s.outsider, s.post.post_id, "x", revision=1),
    "delete": lambda s: s.forum.posts.delete(s.outsider, s.post.post_id),
    "mine": lambda s: s.forum.posts.mine(s.outsider, s.post.post_id),
    "revisions": lambda s: s.forum.posts.revisions(s.outsider, s.post.post_id),
    "mark read": lambda s: s.forum.posts.mark_read(s.outsider, s.post.thread_id, 1),
    "report": lambda s: s.forum.moderation.report(s.outsider, s.post.post_id, "x"),
    "case": lambda s: s.forum.moderation.case(s.outsider, s.case_id),
    "decide": lambda s: s.forum.moderation.decide(s.outsider, s.case_id, DecisionKind.REMOVE, "x"),
}


async def test_an_outsider_is_told_the_same_as_of_what_does_not_exist(secret: Secret) -> None:
    nowhere = Secret(secret.forum, secret.outsider, 10**6, PostRef(10**6, 10**6, 1), 10**6)
    for asked, question in ASKED.items():
        with pytest.raises(NotFoundError) as there:
            await question(secret)
        with pytest.raises(NotFoundError) as missing:
            await question(nowhere)
        assert str(there.value) == str(missing.value), asked


LISTS: dict[str, Callable[[Secret], Coroutine[Any, Any, Any]]] = {
    "home": lambda s: s.forum.communities.home(s.outsider),
    "others": lambda s: s.forum.communities.others(s.outsider, ""),
    "search": lambda s: s.forum.threads.search_titles(s.outsider, WORD),
    "next unread": lambda s: s.forum.threads.next_unread(s.outsider),
    "next unread there": lambda s: s.forum.threads.next_unread(s.outsider, s.community_id),
    "queue": lambda s: s.forum.moderation.queue(s.outsider),
    "log": lambda s: s.forum.moderation.log(s.outsider),
    "log there": lambda s: s.forum.moderation.log(s.outsider, s.community_id),
    "notices": lambda s: s.forum.notices.page(s.outsider),
    "drafts": lambda s: s.forum.drafts.all(s.outsider),
}


async def test_no_list_of_an_outsider_holds_anything_of_it(secret: Secret) -> None:
    for asked, question in LISTS.items():
        found = repr(await question(secret))
        assert WORD not in found, asked
        assert "mary" not in found, asked


async def test_its_name_is_as_unknown_as_any_other(secret: Secret) -> None:
    for slug in (WORD, "nonsense"):
        with pytest.raises(NotFoundError, match=f"^There is no community “{slug}”.$"):
            await secret.forum.communities.community(secret.outsider, slug)


async def test_marking_it_read_from_outside_changes_nothing(secret: Secret) -> None:
    await secret.forum.communities.mark_all_read(secret.outsider, secret.community_id)
    mine = "SELECT 1 FROM membership WHERE account_id = :id"
    assert await rows(secret.forum.database, mine, id=secret.outsider.account_id) == []


async def test_who_has_left_finds_nothing_of_it_not_even_in_the_inbox(secret: Secret) -> None:
    forum = secret.forum
    mary = await forum.accounts.actor_by_handle("mary")
    boss = await forum.accounts.actor_by_handle(f"boss-{WORD}")
    await forum.posts.reply(boss, secret.post.thread_id, f"{WORD} answer", reply_to=1)
    assert WORD in repr(await forum.notices.page(mary))
    await forum.memberships.leave(mary, secret.community_id)
    for found in (
        await forum.notices.page(mary),
        await forum.communities.home(mary),
        await forum.threads.search_titles(mary, WORD),
    ):
        assert WORD not in repr(found)
    with pytest.raises(NotFoundError):
        await forum.posts.mine(mary, secret.post.post_id)
    with pytest.raises(NotFoundError):
        await forum.posts.edit(mary, secret.post.post_id, "x", revision=2)


async def test_its_members_and_site_moderators_see_it(secret: Secret) -> None:
    mary = await secret.forum.accounts.actor_by_handle("mary")
    mona = await person(secret.forum, "mona", SiteRole.MODERATOR)
    for actor in (mary, mona):
        assert (await secret.forum.threads.view(actor, secret.post.thread_id)).title == f"{WORD} title"
        assert len(await secret.forum.threads.search_titles(actor, WORD)) == 1
