"""The hosts' round: whoever hosts a community belongs to it, and nobody else."""

from __future__ import annotations

import asyncio

from tests.forums import charter_for, member, person, place, rows
from tui_forum.domain.entities import Actor, Role, SiteRole, Visibility
from tui_forum.services.charters import found_community
from tui_forum.services.forum import Forum
from tui_forum.services.rounds import keep_hosts_round
from tui_forum.storage.uow import UnitOfWork

ROUND = "SELECT id, slug, visibility, member_count FROM community WHERE builtin = 'hosts'"
MEMBERS = """
    SELECT account.handle FROM membership JOIN account ON account.id = membership.account_id
    JOIN community ON community.id = membership.community_id WHERE builtin = 'hosts' ORDER BY handle
"""


async def keep(forum: Forum, *actors: Actor) -> None:
    async def work(uow: UnitOfWork) -> None:
        await keep_hosts_round(uow, *(actor.account_id for actor in actors))

    await forum.database.write(work)


async def test_nobody_hosts_so_there_is_no_round(forum: Forum) -> None:
    await keep(forum, await person(forum, "ada"))
    assert await rows(forum.database, ROUND) == []


async def test_it_is_made_for_the_first_host_and_left_by_who_hosts_no_more(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden, Role.MANAGER, boss)
    ben = await member(forum, "ben", garden, Role.MODERATOR, boss)
    await keep(forum, boss, ada, ben)  # changes nothing
    assert await rows(forum.database, MEMBERS) == [("ada",), ("boss-garden",)]
    [(_id, slug, visibility, count)] = await rows(forum.database, ROUND)
    assert (slug, visibility, count) == ("hosts", Visibility.INVITE.value, 2)

    await forum.memberships.set_role(boss, garden.community_id, "ada", Role.MEMBER)
    assert await rows(forum.database, MEMBERS) == [("boss-garden",)]
    home = await forum.communities.home(boss)
    assert [row.slug for row in home.joined if row.builtin] == ["hosts"]
    assert "hosts" not in repr(await forum.communities.home(ada))


async def test_two_first_hosts_at_once_make_one_round(forum: Forum) -> None:
    await asyncio.gather(place(forum), place(forum, "field"))
    assert len(await rows(forum.database, ROUND)) == 1
    assert len(await rows(forum.database, MEMBERS)) == 2


async def test_a_community_that_is_called_hosts_keeps_its_name(forum: Forum) -> None:
    async def opened_before_the_name_was_reserved(uow: UnitOfWork) -> int:
        return await found_community(uow, "hosts", "Hosts", charter_for())

    community_id = await forum.database.write(opened_before_the_name_was_reserved)
    await place(forum)
    [(round_id, slug, _visibility, _count)] = await rows(forum.database, ROUND)
    assert slug == "hosts-2"
    assert round_id != community_id


async def test_it_is_seen_by_hosts_and_moderators_of_the_site_only(forum: Forum) -> None:
    _boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    assert "hosts" not in repr(await forum.communities.home(ada))
    mona = await person(forum, "mona", SiteRole.MODERATOR)
    assert (await forum.communities.community(mona, "hosts")).builtin == "hosts"
