"""What everybody may read of moderation, from the community's page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.forums import charter_for
from tests.scenes import Scene, garden_scene
from tests.ui.reading import NARROW, WIDE, press, screen_text, session, shows, until
from tui_forum.domain.moderation import DecisionKind, Ruling
from tui_forum.services.forum import Forum
from tui_forum.ui.screens.community import CommunityScreen
from tui_forum.ui.screens.moderated import ModeratedScreen

WHY = (
    "[b]Advertising[/b] by @ada: please read the rules again before you write here the next time, all of you."
)


@pytest.fixture
async def scene(sqlite_forum: Forum) -> Scene:
    """A post of ada's is removed with a long reason, a thread is closed."""
    scene = await garden_scene(sqlite_forum)
    case_id = await scene.report(scene.cleo)
    await sqlite_forum.decisions.decide(scene.mod, case_id, Ruling.plain(DecisionKind.REMOVE, WHY))
    await sqlite_forum.curation.close(scene.mod, scene.start.thread_id)
    return scene


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_member_reads_what_was_moderated_and_why(scene: Scene, size: tuple[int, int]) -> None:
    async with session(scene.forum, scene.ben, size=size) as (app, pilot):
        await shows(pilot, "Garden")
        await press(pilot, "i")
        await shows(pilot, "m what is moderated here")
        await press(pilot, "m")
        text = await shows(pilot, "Moderated in Garden, and why", "A post was removed · Spam", "“Roses” #3")
        assert "[b]Advertising[/b] by @…: please read the rules again" in text
        assert "all of you." in text  # wrapped, not cut
        assert text.index("A thread was closed") < text.index("A post was removed")
        for name in ("@ada", "@max", "@cleo", "watches"):
            assert name not in text
        await press(pilot, "j", "enter")
        await until(pilot, lambda: app.screen is app.browse)
        await shows(pilot, "Roses", "before")


async def test_in_german_and_back(scene: Scene) -> None:
    async with session(scene.forum, replace(scene.ben, language="de")) as (app, pilot):
        await shows(pilot, "Garden")
        await press(pilot, "i")
        await shows(pilot, "m was hier moderiert wird")
        await press(pilot, "m")
        await shows(
            pilot, "Moderiert in Garden, und warum", "Ein Thread wurde geschlossen", "Beitrag wurde entfernt"
        )
        await press(pilot, "q")
        await until(pilot, lambda: isinstance(app.screen, CommunityScreen))


async def test_a_charter_that_says_no_is_said_where_one_is(scene: Scene) -> None:
    await scene.forum.charters.change(
        scene.boss, scene.garden.community_id, charter_for(public_record=False), version=1, reason="Quiet"
    )
    async with session(scene.forum, scene.ben) as (app, pilot):
        await shows(pilot, "Garden")
        await press(pilot, "i")
        await until(pilot, lambda: isinstance(app.screen, CommunityScreen))
        await press(pilot, "m")
        await shows(pilot, "By the charter of this community, only its moderators read")
        assert not isinstance(app.screen, ModeratedScreen)
        assert "Advertising" not in screen_text(app)
