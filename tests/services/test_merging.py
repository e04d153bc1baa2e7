"""Two communities become one: threads and members move, old links and counters stay right."""

from __future__ import annotations

import pytest

from tests.forums import member, person, place, rows
from tests.services.test_hosting import age
from tests.services.test_hostrequests import host, in_round, role_of, told
from tui_forum.domain.directory import Wanted
from tui_forum.domain.entities import Role, SiteRole, Visibility
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.life import Stage
from tui_forum.services.forum import Forum

COUNTERS = "SELECT thread_count, post_count, member_count FROM community WHERE id = :id"


async def test_threads_and_members_move_and_the_old_name_leads_on(forum: Forum) -> None:
    eva, roses = await host(forum, "roses")
    boss = await forum.accounts.actor_by_handle("boss-roses")
    _other, garden = await place(forum, "garden")
    await forum.memberships.join(eva, garden.community_id)
    ada, ben = await member(forum, "ada", roses), await member(forum, "ben", garden)
    await forum.memberships.join(ben, roses.community_id)
    old = await forum.posts.start_thread(ada, roses.community_id, "When to cut?", "?")
    await forum.posts.reply(ben, old.thread_id, "In spring")
    await forum.posts.start_thread(ben, garden.community_id, "Tulips", "!")
    await forum.drafts.save(ada, f"community:{roses.community_id}", title="", body="Half a thought")

    with pytest.raises(NotAllowedError, match="only one of the two"):
        await forum.merging.merge(eva, roses.community_id, garden.community_id)
    assert await forum.merging.merge_targets(eva, roses.community_id) == ()
    await forum.memberships.set_role(_other, garden.community_id, eva.handle, Role.MANAGER)
    [target] = await forum.merging.merge_targets(eva, roses.community_id)
    assert target.slug == "garden"
    merged = await forum.merging.merge(eva, roses.community_id, target.community_id)

    assert (merged.slug, merged.thread_count, merged.role) == ("garden", 2, Role.MANAGER)
    for by in (
        await forum.communities.community(ada, "roses"),
        await forum.communities.community_by_id(ada, roses.community_id),
    ):
        assert by.slug == "garden"
    assert (await forum.threads.view(ada, old.thread_id)).community_slug == "garden"
    assert await rows(forum.database, COUNTERS, id=roses.community_id) == [(0, 0, 0)]
    assert await rows(forum.database, COUNTERS, id=garden.community_id) == [(2, 3, 5)]
    weeks = "SELECT sum(posts), sum(threads) FROM community_week WHERE community_id = :id"
    assert await rows(forum.database, weeks, id=garden.community_id) == [(3, 2)]
    assert await role_of(forum, ada, garden) == "member"
    assert await role_of(forum, boss, garden) == "member"
    assert await role_of(forum, ada, roses) is None
    assert not await in_round(forum, boss)
    assert await in_round(forum, eva)
    [notice] = [n for n in await forum.notices.page(ada) if n.kind == "community_merged"]
    assert (notice.text, notice.community_id) == ("Roses", garden.community_id)

    # What was begun for the old one goes into the new one; nobody can take the old name.
    ref = await forum.posts.start_thread(ada, roses.community_id, "Still there?", "?")
    assert (await forum.threads.view(ada, ref.thread_id)).community_slug == "garden"
    with pytest.raises(InvalidInputError, match="already"):
        await place(forum, "roses")
    assert "roses" not in repr(await forum.communities.home(ada))
    for stage in (None, Stage.ARCHIVED):
        assert "roses" not in repr(await forum.directory.page(ada, Wanted(stage=stage)))
    sink = await forum.imports.sink("roses", "archive")
    assert sink.community_id == garden.community_id


async def test_a_chain_of_merges_leads_to_its_end(forum: Forum) -> None:
    admin = await person(forum, "root", SiteRole.ADMIN)
    first, second, third = [(await place(forum, slug))[1] for slug in ("one", "two", "three")]
    await forum.merging.merge(admin, first.community_id, second.community_id)
    await forum.merging.merge(admin, second.community_id, third.community_id)
    for slug in ("one", "two", "three"):
        assert (await forum.communities.community(admin, slug)).slug == "three"
    with pytest.raises(ConflictError, match="into itself"):
        await forum.merging.merge(admin, first.community_id, third.community_id)


async def test_nothing_moves_to_where_more_people_read(forum: Forum) -> None:
    admin = await person(forum, "root", SiteRole.ADMIN)
    _boss, secret = await place(forum, "secret", Visibility.INVITE)
    _boss, approved = await place(forum, "approved", Visibility.APPROVAL)
    _boss, garden = await place(forum, "garden")
    with pytest.raises(ConflictError, match="More people may read"):
        await forum.merging.merge(admin, secret.community_id, approved.community_id)
    assert [one.slug for one in await forum.merging.merge_targets(admin, secret.community_id)] == []
    assert [one.slug for one in await forum.merging.merge_targets(admin, garden.community_id)] == [
        "approved", "secret",
    ]  # fmt: skip
    round_ = await forum.communities.community(admin, "hosts")
    with pytest.raises(NotAllowedError):
        await forum.merging.merge(admin, secret.community_id, round_.community_id)
    with pytest.raises(NotAllowedError):
        await forum.merging.merge(admin, round_.community_id, secret.community_id)


async def test_an_archived_community_takes_nothing_in_and_a_merged_one_does_not_come_back(
    forum: Forum,
) -> None:
    admin = await person(forum, "root", SiteRole.ADMIN)
    _boss, roses = await place(forum, "roses")
    _boss, garden = await place(forum, "garden")
    await forum.hosting.archive(admin, garden.community_id)
    with pytest.raises(ConflictError, match="archived"):
        await forum.merging.merge(admin, roses.community_id, garden.community_id)
    await forum.hosting.reopen(admin, garden.community_id)
    await forum.merging.merge(admin, roses.community_id, garden.community_id)
    with pytest.raises(ConflictError, match="not archived"):
        await forum.hosting.reopen(admin, roses.community_id)


async def test_moderators_of_the_site_merge_what_is_forsaken(forum: Forum) -> None:
    eva, roses = await host(forum, "roses")
    _boss, garden = await place(forum, "garden")
    mona = await person(forum, "mona", SiteRole.MODERATOR)
    with pytest.raises(NotAllowedError):
        await forum.merging.merge(mona, roses.community_id, garden.community_id)
    await age(forum, roses.community_id)
    await forum.merging.merge(mona, roses.community_id, garden.community_id)
    assert "community_merged" in await told(forum, eva)
    with pytest.raises(NotFoundError):
        await forum.merging.merge(await person(forum, "otto"), 10**6, garden.community_id)
