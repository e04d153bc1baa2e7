"""The record of moderation on the screen: found, read whole, narrowed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.scenes import Scene, garden_scene
from tests.ui.reading import NARROW, WIDE, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor
from tui_forum.domain.moderation import CaseCategory, DecisionKind, Ruling
from tui_forum.services.forum import Forum
from tui_forum.ui.screens.moderation import ModerationScreen
from tui_forum.ui.screens.record import RecordScreen


@pytest.fixture
async def scene(sqlite_forum: Forum) -> Scene:
    """A rude post was edited, a bad one removed, and a note was taken."""
    scene = await garden_scene(sqlite_forum)
    rude = await scene.post(scene.ben, "You fool,\ntake roses\nin spring")
    await sqlite_forum.reports.report(scene.cleo, rude.post_id, CaseCategory.HARASSMENT)
    case_id = (await sqlite_forum.cases.queue(scene.mod)).rows[0].case_id
    ruling = Ruling.plain(
        DecisionKind.EDIT,
        "No [b]insults[/b]",
        post_id=rude.post_id,
        body="Please,\ntake roses\nin spring",
        revision=1,
    )
    await sqlite_forum.decisions.decide(scene.mod, case_id, ruling, {rude.post_id: 1})
    case_id = await scene.case_of(scene.ada)
    await sqlite_forum.casework.note(scene.mod, case_id, "Second time")
    await scene.decide(case_id)
    return scene


def german(actor: Actor) -> Actor:
    return replace(actor, language="de")


async def test_narrow_an_entry_is_read_whole_one_at_a_time(scene: Scene) -> None:
    async with session(scene.forum, scene.mod, size=NARROW) as (app, pilot):
        await press(pilot, "g", "l")
        text = await shows(pilot, "Record of moderation: all entries", "@max removed #", "No [b]insults[/b]")
        assert text.index("removed") < text.index("noted something") < text.index("changed")
        await press(pilot, "j", "j", "enter")
        await shows(pilot, "entry 1", "Why", "No [b]insults[/b]", "- You fool,", "+ Please,", "  take roses")
        await shows(pilot, "- post #5 is visible, version 1", "+ post #5 is visible, version 2")
        await press(pilot, "q")
        await shows(pilot, "noted something")
        await press(pilot, "q")
        await until(pilot, lambda: not isinstance(app.screen, RecordScreen))


async def test_wide_the_entry_stands_beside_the_list_in_german(scene: Scene) -> None:
    async with session(scene.forum, german(scene.mod), size=WIDE) as (_app, pilot):
        await press(pilot, "g", "l")
        await shows(
            pilot, "Moderationsprotokoll: alle Einträge", "Eintrag 3", "Warum", "My reason",
            "- Beitrag #6 ist sichtbar, Fassung 1", "+ Beitrag #6 ist entfernt", "Hash", "nach ",
        )  # fmt: skip
        await press(pilot, "j", "j")
        await shows(pilot, "Eintrag 1", "Der Text", "- You fool,", "+ Please,")


async def test_a_filter_narrows_the_list_and_says_so(scene: Scene) -> None:
    async with session(scene.forum, scene.mod, size=NARROW) as (app, pilot):
        await press(pilot, "g", "l")
        await shows(pilot, "removed")
        await press(pilot, "F")
        await shows(pilot, "Which entries?", "What was done", "all …")
        await press(pilot, "j", "j", "j", "right")
        await shows(pilot, "About whom? A handle")
        await press(pilot, '"nobody"', "enter")
        await shows(pilot, "There is no account @nobody.", "nobody")
        await press(pilot, *["backspace"] * 6, '"@Ben"', "enter")
        await shows(pilot, "@ben …")
        await press(pilot, "j", "right", '"soon"', "enter")
        await shows(pilot, "“soon” is no date; write it as year-month-day")
        await press(pilot, *["backspace"] * 4, '"2020-01-31"', "enter")
        await shows(pilot, "31 Jan 2020 …")
        await press(pilot, "enter")
        await shows(pilot, "about @ben · from 31 Jan 2020", "changed #5")
        assert "removed" not in screen_text(app)
        await press(pilot, "E")
        await shows(pilot, "moderation record \\", "--about ben \\", "--from 2020-01-31 \\", "> record.csv")
        await press(pilot, "q", "F", "0", "enter")
        await shows(pilot, "all entries", "@max removed #")


async def test_an_action_is_picked_from_a_list(scene: Scene) -> None:
    async with session(scene.forum, scene.mod) as (app, pilot):
        await press(pilot, "g", "l")
        await shows(pilot, "removed")
        await press(pilot, "F", "j", "right")
        await shows(pilot, "1–9 or Enter choose")
        await press(pilot, "4")
        await shows(pilot, "edit of the text …")
        await press(pilot, "enter")
        await shows(pilot, "Record of moderation: edit of the text", "@max changed #5 @ben")
        assert "noted" not in screen_text(app)


async def test_from_an_entry_to_its_thread_case_and_person(scene: Scene) -> None:
    async with session(scene.forum, scene.mod) as (app, pilot):
        await press(pilot, "g", "l")
        await shows(pilot, "removed")
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(app.screen, ModerationScreen))
        await press(pilot, "q", "q")
        await shows(pilot, "Record of moderation")
        await press(pilot, "@")
        await shows(pilot, "@ada")
        await press(pilot, "q")
        await shows(pilot, "Record of moderation")
        await press(pilot, "t")
        await shows(pilot, "Roses", "bad of ada")


async def test_who_moderates_nothing_finds_nothing(scene: Scene) -> None:
    async with session(scene.forum, scene.ada) as (_app, pilot):
        await press(pilot, "g", "l")
        await shows(pilot, "You moderate nothing. A community's page tells what is moderated there")
        await press(pilot, "enter")
        await shows(pilot, "There is nothing.")
        await press(pilot, "t")
        await shows(pilot, "No thread belongs to this entry.")


async def test_what_is_decided_meanwhile_appears(scene: Scene) -> None:
    async with session(scene.forum, scene.mod) as (_app, pilot):
        await press(pilot, "g", "l")
        await shows(pilot, "removed")
        await scene.decide(await scene.case_of(scene.cleo, scene.ben), DecisionKind.APPROVE, scene.boss)
        await shows(pilot, "@boss-garden approved #7 @cleo")
