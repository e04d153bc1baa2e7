"""What everybody may read of moderation in a community: what and why, and nobody's name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.forums import charter_for, member, person, place
from tests.scenes import Scene, garden_scene
from tui_forum.domain.entities import Role, Visibility
from tui_forum.domain.errors import NotAllowedError, NotFoundError
from tui_forum.domain.moderation import CaseCategory, DecisionKind, Ruling
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.domain.recordviews import without_names
from tui_forum.services.forum import Forum
from tui_forum.storage.uow import UnitOfWork


@pytest.fixture
async def scene(forum: Forum) -> Scene:
    """A garden."""
    return await garden_scene(forum)


async def test_a_removal_is_told_without_a_name_or_a_word_of_the_post(scene: Scene) -> None:
    forum = scene.forum
    case_id = await scene.report(scene.ben)
    reason = "Advertising by @ada (Ada), reported by Ben and @cleo; Adamant, mail to max@ada.example"
    await forum.decisions.decide(scene.mod, case_id, Ruling.plain(DecisionKind.REMOVE, reason))
    stranger = await person(forum, "stranger")
    [line] = (await forum.record.public(stranger, scene.garden.community_id)).lines
    assert (line.action, line.thread_title, line.post_number) == (RecordAction.REMOVE, "Roses", 3)
    assert (line.thread_id, line.category) == (scene.start.thread_id, CaseCategory.SPAM)
    assert line.reason == "Advertising by @… (@…), reported by @… and @…; Adamant, mail to max@ada.example"
    for name in ("ada", "max", "watches", "ben", "cleo", "boss"):
        assert name not in repr(replace(line, reason="")).lower()


async def test_what_is_done_to_people_is_told_without_the_words_that_are_theirs(scene: Scene) -> None:
    forum, case_id = scene.forum, await scene.report(scene.ben)
    ruling = Ruling.plain(DecisionKind.WARN, "You have done this before, Ada", remove=True)
    await forum.decisions.decide(scene.mod, case_id, ruling)
    [line] = (await forum.record.public(scene.ben, scene.garden.community_id)).lines
    assert (line.action, line.category, line.reason) == (RecordAction.WARN, CaseCategory.SPAM, "")
    assert (line.thread_id, line.thread_title, line.post_number) == (None, "", None)


async def test_what_came_to_nothing_and_what_moderators_do_among_themselves_is_not_told(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    await scene.forum.casework.note(scene.mod, case_id, "careful")
    await scene.forum.casework.assign(scene.boss, case_id, scene.mod.account_id)
    await scene.decide(case_id, DecisionKind.APPROVE)
    assert (await scene.forum.record.public(scene.ben, scene.garden.community_id)).lines == ()


async def test_what_was_held_and_never_published_was_never_there(scene: Scene) -> None:
    held = {"posts": [{"post": 4, "state": "held", "revision": 1}]}

    async def work(uow: UnitOfWork) -> None:
        uow.note(RecordEntry(RecordAction.REMOVE, 1, scene.garden.community_id, post_id=4, before=held))

    await scene.forum.database.write(work)
    assert (await scene.forum.record.public(scene.ben, scene.garden.community_id)).lines == ()


async def test_the_title_of_a_thread_whose_beginning_was_removed_is_a_removed_text(scene: Scene) -> None:
    forum = scene.forum
    post = await forum.posts.start_thread(scene.ada, scene.garden.community_id, "Cheap watches", "Buy!")
    await forum.reports.report(scene.cleo, post.post_id, CaseCategory.SPAM)
    await scene.decide((await forum.cases.queue(scene.mod)).rows[0].case_id)
    [line] = (await forum.record.public(scene.ben, scene.garden.community_id)).lines
    assert (line.thread_title, line.thread_id, line.post_number) == ("", None, None)


async def test_a_charter_that_says_no_keeps_it_to_the_moderators(scene: Scene) -> None:
    forum, community_id = scene.forum, scene.garden.community_id
    await scene.decide(await scene.report(scene.ben))
    await forum.charters.change(
        scene.boss, community_id, charter_for(public_record=False), version=1, reason="Quiet"
    )
    with pytest.raises(NotAllowedError, match="only its moderators read"):
        await forum.record.public(scene.ben, community_id)
    assert len(await forum.record.page(scene.mod)) == 1


async def test_pages_follow_on_one_another_and_others_communities_stay_theirs(scene: Scene) -> None:
    forum, community_id = scene.forum, scene.garden.community_id
    for n in range(3):
        await forum.curation.close(scene.mod, scene.start.thread_id)
        await forum.curation.reopen(scene.mod, scene.start.thread_id)
        assert len((await forum.record.public(scene.ben, community_id)).lines) == 2 * (n + 1)
    first = await forum.record.public(scene.ben, community_id, limit=4)
    rest = await forum.record.public(scene.ben, community_id, first.next, limit=4)
    assert rest.next is None
    assert [line.action.value for line in (*first.lines, *rest.lines)] == ["unlock", "lock"] * 3


async def test_who_may_not_read_in_a_community_learns_nothing(forum: Forum) -> None:
    boss, vault = await place(forum, "vault", Visibility.APPROVAL)
    inside = await member(forum, "mary", vault, Role.MEMBER, boss)
    assert (await forum.record.public(inside, vault.community_id)).lines == ()
    with pytest.raises(NotFoundError):
        await forum.record.public(await person(forum, "otto"), vault.community_id)


def test_names_are_taken_out_whole() -> None:
    assert without_names("Li likes Lilies; li does not", ["Li"]) == "@… likes Lilies; li does not"
    assert without_names("Dr. (X) said it, X did not", ["Dr. (X)", "X"]) == "@… said it, X did not"
