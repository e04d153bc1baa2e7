"""Moderators' notes about somebody, from the profile and from a case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.scenes import Scene, garden_scene
from tests.ui.reading import NARROW, WIDE, press, session, shows, until
from tui_forum.services.forum import Forum
from tui_forum.ui.screens.notes import NotesScreen
from tui_forum.ui.screens.profile import ProfileScreen


@pytest.fixture
async def scene(sqlite_forum: Forum) -> Scene:
    """A case about ada, and a note."""
    scene = await garden_scene(sqlite_forum)
    case_id = await scene.report(scene.cleo)
    await sqlite_forum.casework.note(scene.mod, case_id, "Third [b]time[/b]\nsince May")
    return scene


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_from_a_case_a_moderator_reads_and_adds_notes(scene: Scene, size: tuple[int, int]) -> None:
    async with session(scene.forum, scene.mod, size=size) as (_app, pilot):
        await press(pilot, "g", "m")
        await shows(pilot, "Spam · Roses")
        await press(pilot, "H")
        await shows(
            pilot, "Moderators' notes about @ada", "@max · Garden · case 1", "Third [b]time[/b]", "since May"
        )
        await press(pilot, "n")
        await shows(pilot, "Note about @ada, for moderators · Garden")
        await press(pilot, '"Wrote to me"', "ctrl+s")
        text = await shows(pilot, "Noted.", "Wrote to me")
        assert text.index("Wrote to me") < text.index("since May")
        await press(pilot, "enter")
        await shows(pilot, "No case belongs to this note.")
        await press(pilot, "L")
        await shows(pilot, "Record of moderation: about @ada", "@max noted something")


async def test_from_a_profile_in_german_for_whose_moderators_is_asked(scene: Scene) -> None:
    async with session(scene.forum, replace(scene.boss, language="de")) as (app, pilot):
        await press(pilot, "g", "l")
        await shows(pilot, "@ada")
        await press(pilot, "@")
        await until(pilot, lambda: isinstance(app.screen, ProfileScreen))
        await press(pilot, "N")
        await shows(pilot, "Notizen der Moderation über @ada", "Fall 1")
        await press(pilot, "n")
        await shows(pilot, "Für die Moderation von", "1  das ganze Forum", "2  Garden")
        await press(pilot, "1")
        await shows(pilot, "das ganze Forum")
        await press(pilot, '"Achtung"', "ctrl+s")
        await shows(pilot, "@boss-garden · das ganze Forum", "Achtung")


async def test_who_moderates_nothing_is_told_so_on_the_profile(scene: Scene) -> None:
    async with session(scene.forum, scene.ben) as (app, pilot):
        await shows(pilot, "Garden")
        await press(pilot, "i")
        await shows(pilot, "@ada Ada")
        await press(pilot, "G", "@")
        await until(pilot, lambda: isinstance(app.screen, ProfileScreen))
        await press(pilot, "N")
        await shows(pilot, "Only moderators may do that.")
        assert not isinstance(app.screen, NotesScreen)
