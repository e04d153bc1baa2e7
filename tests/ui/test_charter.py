"""Reading a charter, what its versions have changed, accepting its rules."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.forums import charter_for
from tests.ui.reading import NARROW, community, person, press, session, shows, until
from tui_forum.domain.charter import Rule
from tui_forum.domain.entities import Actor, Purpose
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.screens.charter import CharterScreen
from tui_forum.ui.screens.charter_form import CharterFormScreen


@pytest.fixture
async def ada(sqlite_forum: Forum) -> Actor:
    return await person(sqlite_forum, "ada")


async def charter(app: ForumApp, pilot: Any, community_id: int) -> CharterScreen:
    app.post_message(Go(Place.CHARTER, (community_id,), on_top=True))
    await until(pilot, lambda: isinstance(app.screen, CharterScreen) and app.screen._view is not None)
    return cast("CharterScreen", app.screen)


async def test_members_read_the_charter_and_what_each_version_has_changed(
    sqlite_forum: Forum, ada: Actor
) -> None:
    forum = sqlite_forum
    boss = await person(forum, "boss", admin=True)
    row = await community(forum, boss, ada)
    changed = charter_for(Purpose.QUESTIONS, rules=(Rule("Be kind"),), responders="the team")
    await forum.charters.change(boss, row.community_id, changed, version=1, reason="Too many questions")
    async with session(forum, ada) as (app, pilot):
        await press(pilot, "C")
        await shows(
            pilot, "Charter of Gardens · version 2", "You have not accepted these rules yet: y accepts"
        )
        text = await shows(pilot, "Questions · a desk that answers", "1  Be kind", "@boss")
        assert "change the charter" not in text
        await press(pilot, "y")
        await shows(pilot, "Thank you. You can write here now.")
        await press(pilot, "y")
        await shows(pilot, "You have accepted these rules.")
        await press(pilot, "e")
        await shows(pilot, "Only managers of the community may do that.")
        await press(pilot, "v")
        await shows(pilot, "2  Too many questions", "- Practice", "+ Questions", "+ 1. Be kind")
        await press(pilot, "j")
        await shows(pilot, "Practice · open dialogue")
        await press(pilot, "q")
        await shows(pilot, "Charter of Gardens · version 2")
        await press(pilot, "q")
        await until(pilot, lambda: app.screen is app.browse)


async def test_a_change_needs_its_reason_and_is_told_in_the_inbox(sqlite_forum: Forum, ada: Actor) -> None:
    forum = sqlite_forum
    bert = await person(forum, "bert", language="de")
    row = await community(forum, ada, bert)
    async with session(forum, ada) as (app, pilot):
        await charter(app, pilot, row.community_id)
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(app.screen, CharterFormScreen) and app.screen._ready)
        await shows(pilot, "Change the charter of Gardens")
        await press(pilot, "tab", "tab", '"All gardeners"', "ctrl+s")
        await shows(pilot, "! Say why the charter changes")
        await press(pilot, '"Say for whom"', "ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, CharterScreen))
        await shows(pilot, "Version 2 of the charter is in force", "All gardeners", "Say for whom")
    async with session(forum, bert) as (app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "@ada hat die Charta von Gardens geändert", "Say for whom")
        await press(pilot, "enter")
        await shows(pilot, "Charta von Gardens · Fassung 2", "All gardeners")


async def test_in_german_members_accept_the_rules_where_they_read_them(
    sqlite_forum: Forum, ada: Actor
) -> None:
    eve = await person(sqlite_forum, "eve", language="de")
    row = await community(sqlite_forum, ada, eve, charter=charter_for(rules=(Rule("Be kind."),)))
    async with session(sqlite_forum, eve, size=NARROW) as (_app, pilot):
        await press(pilot, "C")
        await shows(pilot, "Regeln", "1  Be kind.", "y nimmt sie an", "y Regeln annehmen")
        await press(pilot, "y")
        text = await shows(pilot, "Danke. Hier kann jetzt geschrieben werden.")
        assert "y nimmt sie an" not in text
        await press(pilot, "e")
        await shows(pilot, "Das darf nur")
    assert (await sqlite_forum.charters.view(eve, row.community_id)).accepted
