"""Memberships: roles, requests with an answer for each, invitations, and who may see a community."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.forums import member, number, person, place
from tui_forum.domain.entities import Actor, Role, SiteRole, Visibility
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.life import Stage
from tui_forum.domain.limits import REASON_MAX_CHARS
from tui_forum.domain.views import CommunityRow, Notice
from tui_forum.services.forum import Forum


async def inbox(forum: Forum, actor: Actor) -> list[Notice]:
    return list(await forum.notices.page(actor))


async def told(forum: Forum, actor: Actor) -> list[tuple[str, str, str, str]]:
    return [(n.kind, n.actor_handle, n.community_name, n.text) for n in await inbox(forum, actor)]


async def ask(forum: Forum, garden: CommunityRow, boss: Actor, handle: str = "ada") -> tuple[Actor, int]:
    """Somebody who has asked to join, and the request."""
    actor = await person(forum, handle)
    await forum.memberships.request(actor, garden.community_id, "I grow beans")
    return actor, (await forum.memberships.requests(boss, garden.community_id))[-1].request_id


# -- requests


async def test_a_request_is_answered_with_a_sentence_and_the_asker_is_told(forum: Forum) -> None:
    boss, garden = await place(forum, visibility=Visibility.APPROVAL)
    ada, request = await ask(forum, garden, boss)
    assert await told(forum, boss) == [("join_request", "ada", "Garden", "I grow beans")]
    assert (await forum.communities.community(ada, "garden")).requested
    assert (await forum.memberships.page(boss, garden.community_id)).requests == 1
    await forum.memberships.answer_request(boss, request, accept=True, sentence="Welcome!")
    assert (await forum.communities.community(ada, "garden")).role is Role.MEMBER
    assert await told(forum, ada) == [("request_accepted", boss.handle, "Garden", "Welcome!")]
    assert await forum.memberships.requests(boss, garden.community_id) == ()


async def test_who_was_declined_is_told_why_and_may_ask_again_later(forum: Forum) -> None:
    boss, garden = await place(forum, visibility=Visibility.APPROVAL)
    ada, request = await ask(forum, garden, boss)
    await forum.memberships.answer_request(boss, request, accept=False, sentence="We are full")
    row = await forum.communities.community(ada, "garden")
    assert (row.role, row.requested) == (None, False)
    assert await told(forum, ada) == [("request_declined", boss.handle, "Garden", "We are full")]
    with pytest.raises(ConflictError, match="you may ask again from 20"):
        await forum.memberships.request(ada, garden.community_id)
    later = datetime.now(UTC) + timedelta(days=8)
    forum.database._clock = lambda: later
    await forum.memberships.request(ada, garden.community_id)
    assert (await forum.communities.community(ada, "garden")).requested


async def test_one_request_gets_one_answer_whoever_is_quicker(forum: Forum) -> None:
    boss, garden = await place(forum, visibility=Visibility.APPROVAL)
    ada, request = await ask(forum, garden, boss)
    ends = await asyncio.gather(
        *(forum.memberships.answer_request(boss, request, accept=yes) for yes in (True, False, True)),
        return_exceptions=True,
    )
    assert sum(isinstance(end, ConflictError) for end in ends) == 2
    assert len(await inbox(forum, ada)) == 1
    with pytest.raises(ConflictError, match="answered or taken back"):
        await forum.memberships.answer_request(boss, request, accept=True)


async def test_a_request_is_taken_back_only_while_it_waits(forum: Forum) -> None:
    boss, garden = await place(forum, visibility=Visibility.APPROVAL)
    ada, request = await ask(forum, garden, boss)
    with pytest.raises(ConflictError, match="asked to join already"):
        await forum.memberships.request(ada, garden.community_id)
    await forum.memberships.withdraw_request(ada, garden.community_id)
    with pytest.raises(ConflictError, match="no request"):
        await forum.memberships.withdraw_request(ada, garden.community_id)
    with pytest.raises(ConflictError):
        await forum.memberships.answer_request(boss, request, accept=True)
    await forum.memberships.request(ada, garden.community_id)  # thinking better of it is no refusal


async def test_requests_are_for_managers_alone(forum: Forum) -> None:
    boss, garden = await place(forum, visibility=Visibility.APPROVAL)
    _ada, request = await ask(forum, garden, boss)
    max_ = await member(forum, "max", garden, Role.MODERATOR, boss)
    outsider = await person(forum, "otto")
    for actor, error in ((max_, NotAllowedError), (outsider, NotFoundError)):
        with pytest.raises(error):
            await forum.memberships.requests(actor, garden.community_id)
        with pytest.raises(error):
            await forum.memberships.answer_request(actor, request, accept=True)
        if actor is max_:
            assert (await forum.memberships.page(actor, garden.community_id)).requests == 0
    with pytest.raises(NotFoundError):
        await forum.memberships.answer_request(boss, 10**6, accept=True)


async def test_a_message_that_is_too_long_is_told_before_anything_is_written(forum: Forum) -> None:
    _boss, garden = await place(forum, visibility=Visibility.APPROVAL)
    ada = await person(forum, "ada")
    with pytest.raises(InvalidInputError, match="at most 1000 characters; this one has 1001") as caught:
        await forum.memberships.request(ada, garden.community_id, "x" * (REASON_MAX_CHARS + 1))
    assert caught.value.field == "message"
    assert await number(forum.database, "SELECT count(*) FROM join_request") == 0


# -- invitations


@pytest.mark.parametrize("visibility", list(Visibility))
async def test_who_is_invited_sees_the_charter_and_comes_in(forum: Forum, visibility: Visibility) -> None:
    boss, garden = await place(forum, visibility=visibility)
    await forum.posts.start_thread(boss, garden.community_id, "Roses", "Secret")
    ada = await person(forum, "ada")
    await forum.memberships.invite(boss, garden.community_id, "@Ada", "Come in")
    assert await told(forum, ada) == [("invitation", boss.handle, "Garden", "Come in")]
    page = await forum.memberships.page(ada, garden.community_id)
    assert page.invitation is not None
    assert (page.invitation.inviter.handle, page.invitation.message) == (boss.handle, "Come in")
    assert page.may_join
    assert page.may_read is page.row.readable is (visibility is Visibility.OPEN)
    assert [host.handle for host in page.hosts] == [boss.handle]
    assert [row.slug for row in (await forum.communities.home(ada)).others] == ["garden"]
    await forum.memberships.join(ada, garden.community_id)
    assert (await forum.communities.community(ada, "garden")).role is Role.MEMBER
    assert await told(forum, boss) == [("invitation_accepted", "ada", "Garden", "")]
    with pytest.raises(ConflictError, match="@ada is a member already"):
        await forum.memberships.invite(boss, garden.community_id, "ada")


@pytest.mark.parametrize("ending", ["declined", "withdrawn"])
async def test_an_invitation_that_is_over_takes_its_community_out_of_sight(forum: Forum, ending: str) -> None:
    boss, garden = await place(forum, visibility=Visibility.INVITE)
    ada = await person(forum, "ada")
    await forum.memberships.invite(boss, garden.community_id, "ada")
    if ending == "declined":
        await forum.memberships.decline_invitation(ada, garden.community_id)
    else:
        await forum.memberships.withdraw_invitation(boss, garden.community_id, "ada")
    for call in (forum.memberships.page, forum.memberships.join, forum.memberships.decline_invitation):
        with pytest.raises(NotFoundError):
            await call(ada, garden.community_id)
    assert await inbox(forum, ada) == []
    assert (await forum.communities.home(ada)).unseen_notices == 0
    assert await forum.memberships.invitations(boss, garden.community_id) == ()


async def test_members_invite_where_all_may_join_and_managers_everywhere(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada, _ben = await member(forum, "ada", garden), await person(forum, "ben")
    with pytest.raises(NotAllowedError, match="Only members invite"):
        await forum.memberships.invite(await person(forum, "otto"), garden.community_id, "ben")
    await forum.memberships.invite(ada, garden.community_id, "ben")
    with pytest.raises(ConflictError, match="@ben is invited already"):
        await forum.memberships.invite(boss, garden.community_id, "ben")
    await forum.memberships.withdraw_invitation(ada, garden.community_id, "ben")  # her own
    await forum.memberships.invite(boss, garden.community_id, "ben")
    with pytest.raises(NotAllowedError, match="not yours"):
        await forum.memberships.withdraw_invitation(ada, garden.community_id, "ben")
    await forum.memberships.change_visibility(boss, garden.community_id, Visibility.APPROVAL)
    with pytest.raises(NotAllowedError, match="Only managers"):
        await forum.memberships.invite(ada, garden.community_id, "otto")


async def test_whoever_declined_is_not_pressed_by_every_member(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada, ben = await member(forum, "ada", garden), await person(forum, "ben")
    await forum.memberships.invite(ada, garden.community_id, "ben")
    await forum.memberships.decline_invitation(ben, garden.community_id)
    with pytest.raises(ConflictError, match="declined an invitation"):
        await forum.memberships.invite(ada, garden.community_id, "ben")
    await forum.memberships.invite(boss, garden.community_id, "ben")


async def test_inviting_whom_one_cannot_says_why(forum: Forum) -> None:
    boss, garden = await place(forum, visibility=Visibility.APPROVAL)
    await ask(forum, garden, boss)
    for handle, sentence, error in (
        ("nobody-here", "nobody called @nobody-here", InvalidInputError),
        (boss.handle, "cannot invite yourself", InvalidInputError),
        ("ada", "@ada has asked to join", ConflictError),
    ):
        with pytest.raises(error, match=sentence):
            await forum.memberships.invite(boss, garden.community_id, handle)


# -- members


async def test_members_come_page_by_page_hosts_first_then_the_latest(forum: Forum) -> None:
    boss, garden = await place(forum)
    for index in range(7):
        await member(forum, f"m{index}", garden)
    for handle, role in (("m1", Role.EXPERT), ("m3", Role.MODERATOR), ("m5", Role.MANAGER)):
        await forum.memberships.set_role(boss, garden.community_id, handle, role)
    expected = [boss.handle, "m5", "m3", "m1", "m6", "m4", "m2", "m0"]
    for limit in (1, 2, 3, 50):
        found: list[str] = []
        after = None
        while True:
            page = await forum.memberships.members(boss, garden.community_id, after, limit)
            found += [row.account.handle for row in page.rows]
            after = page.next
            if after is None:
                break
        assert found == expected, limit


async def test_a_removed_member_is_told_and_is_out(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    with pytest.raises(NotAllowedError, match="Only managers"):
        await forum.memberships.remove(ada, garden.community_id, boss.handle)
    await forum.memberships.remove(boss, garden.community_id, "ada", "Only adverts")
    assert (await forum.communities.community(ada, "garden")).role is None
    assert await told(forum, ada) == [("member_removed", boss.handle, "Garden", "Only adverts")]
    with pytest.raises(NotFoundError, match="@ada is not a member"):
        await forum.memberships.remove(boss, garden.community_id, "ada")


async def test_removed_from_what_one_cannot_see_any_more_one_is_told_without_its_name(forum: Forum) -> None:
    boss, garden = await place(forum, visibility=Visibility.INVITE)
    ada = await member(forum, "ada", garden, boss=boss)
    await forum.memberships.remove(boss, garden.community_id, "ada", "The project is over")
    (notice,) = await inbox(forum, ada)
    assert (notice.kind, notice.community_name, notice.community_id) == ("member_removed", "", None)
    assert notice.text == "The project is over"


async def test_the_last_manager_is_not_removed_either(forum: Forum) -> None:
    boss, garden = await place(forum)
    for call in (
        forum.memberships.remove(boss, garden.community_id, boss.handle),
        forum.memberships.leave(boss, garden.community_id),
        forum.memberships.set_role(boss, garden.community_id, boss.handle, Role.EXPERT),
    ):
        with pytest.raises(ConflictError, match="needs a manager: name another one first"):
            await call


async def test_who_gets_another_role_is_told_and_the_same_role_again_says_nothing(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    for _ in range(2):
        await forum.memberships.set_role(boss, garden.community_id, "ada", Role.EXPERT)
    assert await told(forum, ada) == [("role_changed", boss.handle, "Garden", "expert")]


# -- who may see it


async def test_opening_a_community_to_all_lets_in_who_waits_and_tells_the_members(forum: Forum) -> None:
    boss, garden = await place(forum, visibility=Visibility.APPROVAL)
    ada, _request = await ask(forum, garden, boss)
    ben = await member(forum, "ben", garden, boss=boss)
    with pytest.raises(NotAllowedError, match="Only managers"):
        await forum.memberships.change_visibility(ben, garden.community_id, Visibility.OPEN)
    await forum.memberships.change_visibility(boss, garden.community_id, Visibility.OPEN)
    assert (await forum.communities.community(ada, "garden")).role is Role.MEMBER
    assert [kind for kind, *_ in await told(forum, ada)] == ["request_accepted"]
    assert await told(forum, ben) == [
        ("visibility_changed", boss.handle, "Garden", "open"),
        ("invitation", boss.handle, "Garden", ""),
    ]
    with pytest.raises(ConflictError, match="already"):
        await forum.memberships.change_visibility(boss, garden.community_id, Visibility.OPEN)


async def test_before_a_community_hides_those_who_asked_get_their_answer(forum: Forum) -> None:
    boss, garden = await place(forum, visibility=Visibility.APPROVAL)
    ada, request = await ask(forum, garden, boss)
    with pytest.raises(ConflictError, match="answer them first"):
        await forum.memberships.change_visibility(boss, garden.community_id, Visibility.INVITE)
    await forum.memberships.answer_request(boss, request, accept=False)
    await forum.memberships.change_visibility(boss, garden.community_id, Visibility.INVITE)
    with pytest.raises(NotFoundError):
        await forum.memberships.page(ada, garden.community_id)
    assert await inbox(forum, ada) == []


async def test_of_a_community_by_approval_outsiders_see_the_charter_and_no_figure(forum: Forum) -> None:
    boss, garden = await place(forum, visibility=Visibility.APPROVAL)
    await forum.posts.start_thread(boss, garden.community_id, "Roses", "Secret")
    otto = await person(forum, "otto")
    page = await forum.memberships.page(otto, garden.community_id)
    assert (page.row.name, page.may_request, page.may_join, page.may_read) == ("Garden", True, False, False)
    assert (page.row.thread_count, page.row.member_count, page.row.last_post_at) == (0, 0, None)
    assert (page.stage, page.weeks) == (None, ())
    with pytest.raises(NotFoundError):
        await forum.memberships.members(otto, garden.community_id)
    mine = await forum.memberships.page(boss, garden.community_id)
    assert mine.stage is not None
    assert (mine.stage.stage, mine.weeks[-1], mine.row.thread_count) == (Stage.SEED, 1, 1)


async def test_site_moderators_ask_like_everybody_and_administrators_need_not(forum: Forum) -> None:
    _boss, garden = await place(forum, visibility=Visibility.APPROVAL)
    mona = await person(forum, "mona", SiteRole.MODERATOR)
    root = await person(forum, "root2", SiteRole.ADMIN)
    with pytest.raises(NotAllowedError, match="needs an approval"):
        await forum.memberships.join(mona, garden.community_id)
    await forum.memberships.request(mona, garden.community_id)
    await forum.memberships.join(root, garden.community_id)


# -- notices


async def test_what_happens_after_one_has_left_is_not_told_and_not_counted(forum: Forum) -> None:
    """Who had left a community by invitation was still told, and saw a count, of every reply there."""
    boss, garden = await place(forum, visibility=Visibility.INVITE)
    ada = await member(forum, "ada", garden, boss=boss)
    post = await forum.posts.start_thread(ada, garden.community_id, "Roses", "When?")
    await forum.posts.reply(boss, post.thread_id, "Now", reply_to=1)
    assert await forum.notices.unseen(ada) == 2
    await forum.memberships.leave(ada, garden.community_id)
    assert await forum.notices.unseen(ada) == 0
    before = await number(forum.database, "SELECT count(*) FROM event WHERE kind = 'notice_sent'")
    await forum.posts.reply(boss, post.thread_id, "Or tomorrow", reply_to=1)
    assert await number(forum.database, "SELECT count(*) FROM event WHERE kind = 'notice_sent'") == before
    assert (await forum.communities.home(ada)).unseen_notices == 0
