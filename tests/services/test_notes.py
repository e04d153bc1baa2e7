"""Notes on accounts: for who moderates where they belong, and never for whom they are about."""

from __future__ import annotations

import pytest

from tests.forums import another, member, person
from tests.scenes import Scene, garden_scene
from tui_forum.domain.entities import Actor, Role, SiteRole
from tui_forum.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.record import RecordAction
from tui_forum.services.forum import Forum


@pytest.fixture
async def scene(forum: Forum) -> Scene:
    """A garden; cook moderates a kitchen."""
    scene = await garden_scene(forum)
    kitchen = await another(forum, scene.boss, "kitchen")
    await member(forum, "cook", kitchen, Role.MODERATOR, scene.boss)
    await forum.notes.add(scene.mod, "@Ada", scene.garden.community_id, "Third time")
    await forum.notes.add(scene.boss, "ada", kitchen.community_id, "Burns the soup")
    await forum.notes.add(scene.boss, "ada", None, "New account of eve's?")
    return scene


async def noted(scene: Scene, actor: Actor) -> list[str]:
    return [note.body for note in (await scene.forum.notes.of(actor, "ada")).notes]


async def named(scene: Scene, handle: str) -> Actor:
    actor = await scene.forum.accounts.actor_by_handle(handle)
    assert actor is not None
    return actor


async def test_notes_are_read_where_one_moderates_and_all_by_the_sites_moderators(
    scene: Scene,
) -> None:
    everything = ["New account of eve's?", "Burns the soup", "Third time"]
    assert await noted(scene, scene.boss) == everything
    assert await noted(scene, await person(scene.forum, "warden", SiteRole.MODERATOR)) == everything
    assert await noted(scene, scene.mod) == ["Third time"]
    assert await noted(scene, await named(scene, "cook")) == ["Burns the soup"]
    page = await scene.forum.notes.of(scene.mod, "ada")
    assert (page.person.handle, page.places) == ("ada", ((scene.garden.community_id, "Garden"),))
    assert (page.notes[0].author.handle, page.notes[0].community_name) == ("max", "Garden")
    assert (await scene.forum.notes.of(scene.boss, "ada")).places[0] == (None, "")


async def test_a_note_taken_in_a_case_is_among_them_and_names_it(scene: Scene) -> None:
    case_id = await scene.case_of(scene.ada)
    await scene.forum.casework.note(scene.mod, case_id, "And a fourth")
    [note, _third] = (await scene.forum.notes.of(scene.mod, "ada")).notes
    assert (note.body, note.case_id) == ("And a fourth", case_id)
    case = await scene.forum.cases.case(scene.mod, case_id)
    assert [line.body for line in case.history.notes] == ["And a fourth", "Third time"]


async def test_nobody_else_reads_or_writes_them(scene: Scene) -> None:
    notes, garden = scene.forum.notes, scene.garden.community_id
    for actor in (scene.ada, scene.ben):
        with pytest.raises(NotAllowedError):
            await notes.of(actor, "ada")
        with pytest.raises(NotAllowedError):
            await notes.add(actor, "cleo", garden, "x")
    with pytest.raises(NotAllowedError):
        await notes.add(await named(scene, "cook"), "ada", garden, "x")
    with pytest.raises(NotAllowedError):
        await notes.add(scene.mod, "ada", None, "x")
    for itself in (scene.mod, scene.boss):
        with pytest.raises(NotAllowedError, match="What is noted about you"):
            await notes.of(itself, itself.handle)
    with pytest.raises(NotFoundError, match="There is no account @nobody"):
        await notes.of(scene.mod, "nobody")
    with pytest.raises(InvalidInputError):
        await notes.add(scene.mod, "ada", garden, " \n ")


async def test_that_something_was_noted_is_on_the_record_and_what_is_not(scene: Scene) -> None:
    [entry] = await scene.forum.record.page(scene.mod)
    assert (entry.action, entry.author and entry.author.handle) == (RecordAction.NOTE, "ada")
    assert "Third" not in repr(entry)


async def test_pages_follow_on_one_another(scene: Scene) -> None:
    first = await scene.forum.notes.of(scene.boss, "ada", limit=2)
    rest = await scene.forum.notes.of(scene.boss, "ada", first.next, limit=2)
    assert [note.body for note in (*first.notes, *rest.notes)][-1] == "Third time"
    assert rest.next is None
