"""Hosts among themselves: co-hosts, holidays, adoption; who is told, and who may do what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.forums import member, person, place, rows
from tests.services.test_hosting import age
from tui_forum.domain.entities import Actor, Role, SiteRole, Visibility
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.hosting import RequestKind, RequestState
from tui_forum.domain.views import CommunityRow
from tui_forum.services.forum import Forum
from tui_forum.services.hostrequests import Call
from tui_forum.storage.models import HostRequest
from tui_forum.storage.uow import UnitOfWork

TODAY = datetime.now(UTC).date()
FORTNIGHT = TODAY + timedelta(days=14)


async def host(
    forum: Forum, slug: str, visibility: Visibility = Visibility.OPEN
) -> tuple[Actor, CommunityRow]:
    """Somebody who hosts a community and does not run the forum."""
    boss, community = await place(forum, slug, visibility)
    actor = await member(forum, f"host-{slug}", community, Role.MANAGER, boss)
    return actor, await forum.communities.community_by_id(actor, community.community_id)


async def role_of(forum: Forum, actor: Actor, community: CommunityRow) -> str | None:
    found = await rows(
        forum.database,
        "SELECT role FROM membership WHERE account_id = :account AND community_id = :community",
        account=actor.account_id,
        community=community.community_id,
    )
    return found[0][0] if found else None


async def told(forum: Forum, actor: Actor) -> list[str]:
    return [notice.kind for notice in await forum.notices.page(actor)]


async def in_round(forum: Forum, actor: Actor) -> bool:
    return any(row.builtin for row in (await forum.communities.home(actor)).joined)


async def test_somebody_asked_by_name_becomes_a_host_or_says_no(forum: Forum) -> None:
    eva, garden = await host(forum, "garden", Visibility.INVITE)
    ada, ben = await person(forum, "ada"), await person(forum, "ben")
    first = await forum.host_requests.ask_cohost(eva, garden.community_id, "@Ada ", "Roses need *you*")
    second = await forum.host_requests.ask_cohost(eva, garden.community_id, "ben")
    [asked] = (await forum.hosts_round.view(ada)).asked
    assert (asked.request_id, asked.community_name, asked.notes) == (first, "Garden", "Roses need *you*")
    assert asked.may_accept
    assert await told(forum, ada) == ["cohost_asked"]

    joined = await forum.host_requests.accept(ada, first)
    assert joined.role is Role.MANAGER
    assert await in_round(forum, ada)
    await forum.host_requests.decline(ben, second)
    assert await role_of(forum, ben, garden) is None
    assert await told(forum, eva) == ["cohost_declined", "cohost_accepted", "role_changed", "invitation"]
    for late in (forum.host_requests.accept(ben, second), forum.host_requests.decline(ada, first)):
        with pytest.raises(ConflictError, match="meanwhile"):
            await late


async def test_all_hosts_are_asked_in_the_round_and_one_of_them_says_yes(forum: Forum) -> None:
    eva, garden = await host(forum, "garden")
    max_, _field = await host(forum, "field")
    otto = await person(forum, "otto")
    request_id = await forum.host_requests.ask_cohost(
        eva, garden.community_id, notes="Two are better", call=Call("A co-host for Garden?", "Two are better")
    )
    [seen] = (await forum.hosts_round.view(max_)).others
    assert (seen.kind, seen.may_accept, seen.may_withdraw) == (RequestKind.COHOST, True, False)
    assert seen.thread_id is not None
    assert (await forum.threads.view(max_, seen.thread_id)).title == "A co-host for Garden?"
    [mine] = (await forum.hosts_round.view(eva)).others
    assert (mine.may_accept, mine.may_withdraw) == (False, True)
    assert (await forum.hosts_round.view(otto)).others == ()
    for nobody in (otto, eva):
        with pytest.raises((NotFoundError, NotAllowedError, ConflictError)):
            await forum.host_requests.accept(nobody, request_id)
    await forum.host_requests.accept(max_, request_id)
    assert await role_of(forum, max_, garden) == "manager"
    assert (await forum.hosts_round.view(max_)).others == ()


async def test_what_is_typed_wrongly_is_said_with_its_field(forum: Forum) -> None:
    eva, garden = await host(forum, "garden")
    ask, place_ = forum.host_requests, garden.community_id
    for attempt, field in (
        (ask.ask_cohost(eva, place_, "nobody"), "handle"),
        (ask.ask_cohost(eva, place_, eva.handle), "handle"),
        (ask.ask_cohost(eva, place_, "boss-garden"), "handle"),
        (ask.ask_cohost(eva, place_, "", "x" * 5000), "notes"),
        (ask.hand_over(eva, place_, "", "", FORTNIGHT), "handle"),
        (ask.hand_over(eva, place_, "boss-garden", "", None), "ends_on"),
        (ask.hand_over(eva, place_, "boss-garden", "", TODAY), "ends_on"),
        (ask.hand_over(eva, place_, "boss-garden", "", TODAY + timedelta(days=300)), "ends_on"),
    ):
        with pytest.raises(InvalidInputError) as caught:
            await attempt
        assert caught.value.field == field
    assert await rows(forum.database, "SELECT 1 FROM host_request") == []


async def test_only_its_members_know_of_it_so_others_are_asked_by_name_only(forum: Forum) -> None:
    eva, garden = await host(forum, "garden", Visibility.INVITE)
    with pytest.raises(ConflictError, match="by name"):
        await forum.host_requests.ask_cohost(eva, garden.community_id)
    max_, _field = await host(forum, "field")
    assert "Garden" not in repr(await forum.hosts_round.view(max_))


async def test_the_same_is_not_asked_twice_and_can_be_taken_back(forum: Forum) -> None:
    eva, garden = await host(forum, "garden")
    max_, _field = await host(forum, "field")
    request_id = await forum.host_requests.ask_cohost(eva, garden.community_id)
    with pytest.raises(ConflictError, match="asked already"):
        await forum.host_requests.ask_cohost(eva, garden.community_id)
    with pytest.raises(NotAllowedError):
        await forum.host_requests.withdraw(max_, request_id)
    await forum.host_requests.withdraw(eva, request_id)
    with pytest.raises(ConflictError, match="meanwhile"):
        await forum.host_requests.accept(max_, request_id)
    await forum.host_requests.ask_cohost(eva, garden.community_id)


async def test_who_asked_and_hosts_no_more_gives_no_role(forum: Forum) -> None:
    eva, garden = await host(forum, "garden")
    ada = await person(forum, "ada")
    boss = await forum.accounts.actor_by_handle("boss-garden")
    request_id = await forum.host_requests.ask_cohost(eva, garden.community_id, "ada")
    await forum.memberships.set_role(boss, garden.community_id, eva.handle, Role.MEMBER)
    with pytest.raises(ConflictError, match="does not host"):
        await forum.host_requests.accept(ada, request_id)
    assert await role_of(forum, ada, garden) is None


@pytest.mark.parametrize("before", [None, Role.MEMBER, Role.EXPERT])
async def test_a_handover_ends_as_its_last_day_does_and_gives_back_what_was(
    forum: Forum, before: Role | None
) -> None:
    eva, garden = await host(forum, "garden")
    boss = await forum.accounts.actor_by_handle("boss-garden")
    if before is None:
        ada = await person(forum, "ada")
    else:
        ada = await member(forum, "ada", garden, before, boss)
    request_id = await forum.host_requests.hand_over(eva, garden.community_id, "ada", "Water them", FORTNIGHT)
    await forum.host_requests.accept(ada, request_id)
    assert await role_of(forum, ada, garden) == "manager"
    assert await in_round(forum, ada)
    [running] = (await forum.hosts_round.view(ada)).running
    assert (running.notes, running.ends_on, running.may_end) == ("Water them", FORTNIGHT, True)

    end = datetime(FORTNIGHT.year, FORTNIGHT.month, FORTNIGHT.day, tzinfo=UTC) + timedelta(days=1)
    assert await forum.host_requests.next_end() == end
    await forum.host_requests.end_handovers(end - timedelta(seconds=1))
    assert await role_of(forum, ada, garden) == "manager"
    for _ in range(2):
        await forum.host_requests.end_handovers(end)
    assert await role_of(forum, ada, garden) == (before.value if before else None)
    assert not await in_round(forum, ada)
    assert await forum.host_requests.next_end() is None
    assert (await told(forum, ada))[0] == "handover_ended"
    assert (await told(forum, eva))[:2] == ["handover_ended", "handover_accepted"]
    assert await rows(forum.database, "SELECT count(*) FROM notice WHERE kind = 'handover_ended'") == [(2,)]


async def test_the_clockwork_ends_handovers_and_tells_of_dormant_communities(forum: Forum) -> None:
    eva, garden = await host(forum, "garden")
    ada = await member(forum, "ada", garden)
    request_id = await forum.host_requests.hand_over(eva, garden.community_id, "ada", "", FORTNIGHT)
    await forum.host_requests.accept(ada, request_id)

    async def yesterday(uow: UnitOfWork) -> None:
        await uow.connection.execute(update(HostRequest).values(ends_on=TODAY - timedelta(days=1)))

    await forum.database.write(yesterday)
    await age(forum, garden.community_id)
    await forum.clockwork.run_due()
    assert await role_of(forum, ada, garden) == "member"
    assert {"handover_ended", "community_dormant"} <= set(await told(forum, eva))


async def test_what_nobody_has_accepted_in_time_is_over(forum: Forum) -> None:
    eva, garden = await host(forum, "garden")
    ada = await person(forum, "ada")
    request_id = await forum.host_requests.hand_over(eva, garden.community_id, "ada", "", FORTNIGHT)

    async def yesterday(uow: UnitOfWork) -> None:
        await uow.connection.execute(update(HostRequest).values(ends_on=TODAY - timedelta(days=1)))

    await forum.database.write(yesterday)
    with pytest.raises(ConflictError, match="over already"):
        await forum.host_requests.accept(ada, request_id)
    await forum.clockwork.run_due()
    assert (await forum.hosts_round.view(ada)).asked == ()
    assert await forum.host_requests.next_end() is None


async def test_either_side_ends_a_handover_early(forum: Forum) -> None:
    eva, garden = await host(forum, "garden")
    max_, _field = await host(forum, "field")
    ada = await member(forum, "ada", garden)
    request_id = await forum.host_requests.hand_over(eva, garden.community_id, "ada", "", FORTNIGHT)
    await forum.host_requests.accept(ada, request_id)
    with pytest.raises(NotAllowedError):
        await forum.host_requests.end_handover(max_, request_id)
    await forum.host_requests.end_handover(ada, request_id)
    assert await role_of(forum, ada, garden) == "member"
    assert "handover_ended" not in await told(forum, ada)
    assert (await told(forum, eva))[0] == "handover_ended"
    with pytest.raises(ConflictError):
        await forum.host_requests.end_handover(eva, request_id)


async def test_the_last_host_stays_one_when_the_handover_ends(forum: Forum) -> None:
    eva, garden = await host(forum, "garden")
    boss = await forum.accounts.actor_by_handle("boss-garden")
    ada = await member(forum, "ada", garden)
    request_id = await forum.host_requests.hand_over(eva, garden.community_id, "ada", "", FORTNIGHT)
    await forum.host_requests.accept(ada, request_id)
    await forum.memberships.leave(eva, garden.community_id)
    await forum.memberships.leave(boss, garden.community_id)
    await forum.host_requests.end_handovers(datetime.now(UTC) + timedelta(days=20))
    assert await role_of(forum, ada, garden) == "manager"
    assert (await told(forum, ada))[0] == "handover_kept"


async def test_who_becomes_a_host_for_good_meanwhile_stays_one(forum: Forum) -> None:
    eva, garden = await host(forum, "garden")
    ada = await member(forum, "ada", garden)
    handover = await forum.host_requests.hand_over(eva, garden.community_id, "ada", "", FORTNIGHT)
    cohost = await forum.host_requests.ask_cohost(eva, garden.community_id, "ada")
    await forum.host_requests.accept(ada, handover)
    await forum.host_requests.accept(ada, cohost)
    await forum.host_requests.end_handover(eva, handover)
    assert await role_of(forum, ada, garden) == "manager"


async def test_a_host_of_another_community_adopts_what_is_forsaken(forum: Forum) -> None:
    eva, garden = await host(forum, "garden")
    await age(forum, garden.community_id)
    max_, _field = await host(forum, "field")
    otto, mona = await person(forum, "otto"), await person(forum, "mona", SiteRole.MODERATOR)
    assert [one.slug for one in (await forum.hosts_round.view(max_)).forsaken] == ["garden"]
    assert [one.slug for one in (await forum.hosts_round.view(mona)).forsaken] == ["garden"]
    assert (await forum.hosts_round.view(otto)).forsaken == ()
    assert (await forum.hosting.view(max_, garden.community_id)).may_adopt
    with pytest.raises(NotAllowedError):
        await forum.host_requests.adopt(otto, garden.community_id)
    await forum.host_requests.adopt(max_, garden.community_id)
    assert await role_of(forum, max_, garden) == "manager"
    assert (await told(forum, eva))[0] == "community_adopted"
    assert (await forum.hosts_round.view(max_)).forsaken == ()
    with pytest.raises(ConflictError):
        await forum.host_requests.adopt(max_, garden.community_id)


async def test_a_host_who_is_still_there_can_look_for_a_successor(forum: Forum) -> None:
    eva, garden = await host(forum, "garden")
    max_, _field = await host(forum, "field")
    with pytest.raises(ConflictError, match="does not look"):
        await forum.host_requests.adopt(max_, garden.community_id)
    await forum.host_requests.look_for_host(eva, garden.community_id, "I move on")
    [asked] = (await forum.hosts_round.view(max_)).others
    assert (asked.kind, asked.state, asked.may_accept) == (RequestKind.ADOPTION, RequestState.OPEN, True)
    await forum.host_requests.adopt(max_, garden.community_id)
    assert await role_of(forum, max_, garden) == "manager"
    assert await rows(forum.database, "SELECT state FROM host_request") == [("accepted",)]


async def test_a_request_that_was_taken_back_stayed_in_the_inbox_and_led_to_nothing(forum: Forum) -> None:
    eva, garden = await host(forum, "garden", Visibility.INVITE)
    ada = await person(forum, "ada")
    first = await forum.host_requests.hand_over(eva, garden.community_id, "ada", "x", FORTNIGHT)
    await forum.host_requests.withdraw(eva, first)
    assert await told(forum, ada) == []
    assert await forum.notices.unseen(ada) == 0
    again = await forum.host_requests.hand_over(eva, garden.community_id, "ada", "y", FORTNIGHT)
    assert await told(forum, ada) == ["handover_asked"]
    assert (await forum.host_requests.view(ada, again)).notes == "y"


async def test_archiving_withdraws_what_was_asked(forum: Forum) -> None:
    eva, garden = await host(forum, "garden")
    ada = await person(forum, "ada")
    request_id = await forum.host_requests.ask_cohost(eva, garden.community_id, "ada")
    await forum.hosting.archive(eva, garden.community_id)
    assert (await forum.hosts_round.view(ada)).asked == ()
    with pytest.raises(ConflictError):
        await forum.host_requests.accept(ada, request_id)
    with pytest.raises(ConflictError, match="archived"):
        await forum.host_requests.ask_cohost(eva, garden.community_id, "ada")


async def test_ones_own_communities_stand_in_the_round_with_their_stage(forum: Forum) -> None:
    eva, _garden = await host(forum, "garden")
    view = await forum.hosts_round.view(eva)
    assert [(one.slug, one.stage.stage.value) for one in view.own] == [("garden", "seed")]
    assert view.own[0].comparison is not None
    assert view.community_id is not None
    assert view.hosts
