"""The record as moderators read and export it: by who did what to whom, where and when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.forums import another, member, person
from tests.scenes import Scene, garden_scene
from tui_forum.domain.entities import Role, SiteRole
from tui_forum.domain.errors import NotAllowedError, NotFoundError
from tui_forum.domain.moderation import CaseCategory, DecisionKind, Ruling
from tui_forum.domain.record import RecordAction, RecordEntry, chain_hash
from tui_forum.domain.recordviews import RecordFilter, RecordLine
from tui_forum.services import record
from tui_forum.services.forum import Forum
from tui_forum.storage.uow import UnitOfWork


@pytest.fixture
async def scene(forum: Forum) -> Scene:
    """Ada's post is removed, ben's stays; four days later a kitchen has an entry and the site one."""
    scene = await garden_scene(forum)
    await scene.decide(await scene.case_of(scene.ada))
    await scene.decide(await scene.case_of(scene.ben), DecisionKind.APPROVE)
    scene.later(timedelta(days=4))
    kitchen = await another(forum, scene.boss, "kitchen")
    await member(forum, "cook", kitchen, Role.MODERATOR, scene.boss)

    async def work(uow: UnitOfWork) -> None:
        uow.note(RecordEntry(RecordAction.LOCK, scene.boss.account_id, community_id=kitchen.community_id))
        uow.note(RecordEntry(RecordAction.CHANGE_TEXT, scene.boss.account_id))
        uow.note(RecordEntry(RecordAction.LAPSE, None, account_id=scene.ada.account_id))

    await forum.database.write(work)
    return scene


def told(lines: tuple[RecordLine, ...] | list[RecordLine]) -> list[str]:
    return [line.action.value for line in lines]


async def test_filters_narrow_what_is_read(scene: Scene) -> None:
    page, now = scene.forum.record.page, scene.forum.database.now()
    boss, ada = scene.boss, scene.ada.handle
    assert told(await page(boss)) == ["lapse", "change_text", "lock", "approve", "remove"]
    assert told(await page(boss, RecordFilter(scene.garden.community_id))) == ["approve", "remove"]
    assert told(await page(boss, RecordFilter(account=ada))) == ["lapse", "remove"]
    assert told(await page(boss, RecordFilter(account=ada, action=RecordAction.REMOVE))) == ["remove"]
    assert told(await page(boss, RecordFilter(actor="max"))) == ["approve", "remove"]
    yesterday = now - timedelta(days=1)
    assert told(await page(boss, RecordFilter(since=yesterday))) == ["lapse", "change_text", "lock"]
    assert told(await page(boss, RecordFilter(until=yesterday))) == ["approve", "remove"]
    assert told(await page(boss, RecordFilter(since=now + timedelta(days=1)))) == []
    assert told(await page(boss, RecordFilter(until=now - timedelta(days=9)))) == []
    with pytest.raises(NotFoundError, match="There is no account @nobody"):
        await page(boss, RecordFilter(actor="nobody"))


async def test_who_moderates_a_community_reads_its_entries_and_no_others(scene: Scene) -> None:
    page = scene.forum.record.page
    assert told(await page(scene.mod)) == ["approve", "remove"]
    cook = await scene.forum.accounts.actor_by_handle("cook")
    assert cook is not None
    assert told(await page(cook)) == ["lock"]
    assert told(await page(cook, RecordFilter(scene.garden.community_id))) == []
    assert told(await page(scene.ada)) == []
    warden = await person(scene.forum, "warden", SiteRole.MODERATOR)
    assert len(await page(warden)) == 5


async def test_whom_it_is_about_does_not_read_what_moderators_do_among_themselves(scene: Scene) -> None:
    """A note about a moderator was told to that moderator by the record."""
    case_id = await scene.case_of(scene.mod)
    await scene.forum.casework.note(scene.boss, case_id, "Be careful with max")
    await scene.forum.casework.assign(scene.boss, case_id, scene.boss.account_id, "mine")
    about_max = RecordFilter(account="max")
    assert told(await scene.forum.record.page(scene.mod, about_max)) == []
    assert told(await scene.forum.record.page(scene.boss, about_max)) == ["assign", "note"]


async def test_pages_follow_on_one_another(scene: Scene) -> None:
    page = scene.forum.record.page
    first = await page(scene.boss, limit=2)
    second = await page(scene.boss, after=first[-1].entry_id, limit=2)
    assert told([*first, *second]) == ["lapse", "change_text", "lock", "approve"]


async def test_an_export_holds_all_that_its_hashes_were_made_of(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "SLICE", 2)
    lines = [line async for line in scene.forum.record.export(scene.boss, RecordFilter())]
    assert told(lines) == ["remove", "approve", "lock", "change_text", "lapse"]
    for line in lines:
        entry = RecordEntry(
            line.action, line.actor_id, line.community_id, line.case_id, line.thread_id, line.post_id,
            line.account_id, line.reason, line.before, line.after,
        )  # fmt: skip
        assert line.hash == chain_hash(line.previous_hash, line.entry_id, line.created_at, entry.values())


async def test_an_export_is_for_who_moderates(scene: Scene) -> None:
    async def export(actor: str, wanted: RecordFilter | None = None) -> list[str]:
        asker = await scene.forum.accounts.actor_by_handle(actor)
        assert asker is not None
        return told([line async for line in scene.forum.record.export(asker, wanted or RecordFilter())])

    assert await export("max") == ["remove", "approve"]
    assert await export("cook") == ["lock"]
    with pytest.raises(NotAllowedError):
        await export("ada")
    with pytest.raises(NotAllowedError):
        await export("cook", RecordFilter(scene.garden.community_id))
    with pytest.raises(NotFoundError):
        await export("max", RecordFilter(account="nobody"))


async def test_an_entry_is_read_whole_with_the_texts_before_and_after(scene: Scene) -> None:
    forum, post = scene.forum, await scene.post(scene.ada, "You fool, take roses")
    await forum.reports.report(scene.cleo, post.post_id, CaseCategory.HARASSMENT)
    case_id = (await forum.cases.queue(scene.mod)).rows[0].case_id
    await forum.casework.assign(scene.boss, case_id, scene.mod.account_id)
    ruling = Ruling.plain(
        DecisionKind.EDIT, "No insults", post_id=post.post_id, body="Take roses", revision=1
    )
    await forum.decisions.decide(scene.mod, case_id, ruling, {post.post_id: 1})
    edit, assign, *_rest = await forum.record.page(scene.mod)
    whole = await forum.record.entry(scene.mod, edit.entry_id)
    assert (whole.line, whole.was, whole.became) == (edit, "You fool, take roses", "Take roses")
    assert whole.posts == {post.post_id: post.number}
    whole = await forum.record.entry(scene.mod, assign.entry_id)
    assert whole.handles == {scene.mod.account_id: "max"}
    for actor in (scene.ada, scene.ben):
        with pytest.raises(NotFoundError):
            await forum.record.entry(actor, edit.entry_id)

    # Edited once more by its author, the entry still shows its own two texts; deleted, none.
    await forum.posts.edit(scene.ada, post.post_id, "Take red roses", revision=2)
    whole = await forum.record.entry(scene.mod, edit.entry_id)
    assert (whole.was, whole.became) == ("You fool, take roses", "Take roses")
    await forum.posts.delete(scene.ada, post.post_id)
    whole = await forum.record.entry(scene.mod, edit.entry_id)
    assert (whole.was, whole.became) == (None, None)


async def test_who_removes_a_member_is_on_the_record_with_the_reason(scene: Scene) -> None:
    forum, garden = scene.forum, scene.garden.community_id
    await forum.memberships.remove(scene.boss, garden, "cleo", "Asked three times")
    [entry, *_rest] = await forum.record.page(scene.mod)
    assert (entry.action, entry.reason) == (RecordAction.REMOVE_MEMBER, "Asked three times")
    assert (entry.author and entry.author.handle, entry.before) == ("cleo", {"role": "member"})
    [line, *_others] = (await forum.record.public(scene.ben, garden)).lines
    assert (line.action, line.reason) == (RecordAction.REMOVE_MEMBER, "")
