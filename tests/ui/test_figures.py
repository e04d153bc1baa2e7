"""Figures of moderation as moderators look at them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.scenes import Scene, garden_scene
from tests.ui.reading import NARROW, WIDE, press, screen_text, session, shows, until
from tui_forum.domain.text import cell_width
from tui_forum.services.forum import Forum
from tui_forum.ui.figurewords import COLUMNS
from tui_forum.ui.screens.figures import FiguresScreen


@pytest.fixture
async def scene(sqlite_forum: Forum) -> Scene:
    """One case was decided after two hours, one is open, one decision was taken back."""
    scene = await garden_scene(sqlite_forum)
    first = await scene.case_of(scene.ada)
    scene.later(timedelta(hours=2))
    await scene.decide(first)
    await scene.decide(await scene.case_of(scene.ben))
    await sqlite_forum.decisions.undo(scene.mod)
    return scene


@pytest.mark.parametrize(
    ("language", "title", "undone"),
    [
        ("en", "Figures of moderation, last 4 weeks", "undone"),
        ("de", "Zahlen der Moderation, letzte 4", "zurück"),
    ],
)
@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_figures_stand_under_their_names(
    scene: Scene, size: tuple[int, int], language: str, title: str, undone: str
) -> None:
    async with session(scene.forum, replace(scene.mod, language=language), size=size) as (_app, pilot):
        await press(pilot, "g", "f")
        text = await shows(pilot, title, "Garden", "Spam", "2h/2h", "50%")
        names = next(line for line in text.splitlines() if undone in line)
        rows = [line for line in text.splitlines() if "█" in line]
        end = names.index(undone) + len(undone)
        assert {row[:end].rstrip().endswith("50%") for row in rows} == {True}
        for name in ("max", "@ada"):
            assert name not in text.replace("@max", "")


async def test_the_period_changes_and_a_line_is_told_in_words(scene: Scene) -> None:
    async with session(scene.forum, scene.mod) as (app, pilot):
        await press(pilot, "g", "f")
        await shows(pilot, "last 4 weeks")
        await press(pilot, "w")
        await shows(pilot, "last 12 weeks", "···········█")
        await press(pilot, "enter")
        await shows(
            pilot, "1 case waits, the oldest for", "In the last 12 weeks: opened 2, decided 1.",
            "Decision: half within 2h, nine of ten within 2h.", "Taken back by who decided: 1 (50%).",
        )  # fmt: skip
        await press(pilot, "q", "E")
        await shows(pilot, "tui-forum moderation figures --weeks 12 > figures.csv")
        await press(pilot, "q", "q")
        await until(pilot, lambda: not isinstance(app.screen, FiguresScreen))


async def test_who_moderates_nothing_is_told_so(scene: Scene) -> None:
    async with session(scene.forum, scene.ada) as (app, pilot):
        await press(pilot, "g", "f")
        await shows(pilot, "Only moderators may do that.")
        assert not isinstance(app.screen, FiguresScreen)
        assert "Garden" in screen_text(app)


def test_the_columns_are_wide_enough_for_their_names() -> None:
    for name, width in COLUMNS:
        assert cell_width(name) < width
