"""Templates: a host writes one, a member begins with it, nothing typed is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from tests.ui.reading import NARROW, WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor, ThreadKind
from tui_forum.domain.templates import Template
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.navigation import ComposeTarget, StartWriting
from tui_forum.ui.screens.compose import ComposeScreen

BUG = Template(0, "Bug report", ThreadKind.QUESTION, "Bug: ", "Version:\n\nWhat happened?")


@dataclass
class World:
    """A community that ``ada`` hosts and ``bert``, who speaks German, belongs to."""

    forum: Forum
    ada: Actor
    bert: Actor
    community_id: int


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    ada = await person(sqlite_forum, "ada", admin=True)
    bert = await person(sqlite_forum, "bert", language="de")
    row = await community(sqlite_forum, ada, bert)
    return World(sqlite_forum, ada, bert, row.community_id)


async def write(app: ForumApp, pilot: Any, world: World) -> ComposeScreen:
    app.post_message(StartWriting(ComposeTarget(world.community_id)))
    await until(
        pilot, lambda: isinstance(app.screen, ComposeScreen) and app.screen._loaded and bool(app.focused)
    )
    return cast("ComposeScreen", app.screen)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
async def test_a_host_writes_a_template_and_it_is_offered(world: World, size: tuple[int, int]) -> None:
    async with session(world.forum, world.ada, size=size) as (app, pilot):
        await app.browse.open_community(world.community_id)
        await press(pilot, "g", "t")
        await shows(pilot, "Templates of Gardens", "No templates yet")
        await press(pilot, "c")
        await shows(pilot, "New template", "Name, to choose it by", "(•) discussion")
        await press(pilot, "ctrl+s")
        await shows(pilot, "! A template needs a name.")
        await press(pilot, '"Bug"', "tab", "space", "tab", '"Bug: "', "tab", '"Version"', "ctrl+s")
        await shows(pilot, "Templates of Gardens", "Bug", "question", "Bug: · Version")
        await press(pilot, "q")
        screen = await write(app, pilot, world)
        await shows(pilot, "1 template (F6)")
        await press(pilot, "f6")
        await shows(pilot, "Begin with:", "1  Bug")
        await press(pilot, "1")
        await shows(pilot, "Kind: question", "Bug:", "Version")
        assert screen.focused is screen.title_field
        await press(pilot, '"crash"', "ctrl+s")
        await shows(pilot, "Bug: crash (Gardens)", "Version")
    assert await world.forum.drafts.all(world.ada) == ()


async def test_a_template_replaces_what_was_typed_only_when_one_says_so(world: World) -> None:
    await world.forum.templates.save(world.ada, world.community_id, BUG)
    await world.forum.templates.save(world.ada, world.community_id, replace(BUG, name="Idee", title="Idee: "))
    async with session(world.forum, world.bert) as (app, pilot):
        screen = await write(app, pilot, world)
        await shows(pilot, "2 Vorlagen (F6)")
        await press(pilot, '"Rosen"', "f6", "1")
        await shows(pilot, "Die Vorlage an die Stelle")
        await press(pilot, "n")
        await until(pilot, lambda: app.screen is screen)
        assert (screen.title_field.value, screen.editor.text) == ("Rosen", "")
        await press(pilot, "f6", "1", "j")
        await until(pilot, lambda: screen.title_field.value == "Bug: ")
        await press(pilot, "f6", "2")  # the template itself is nobody's writing
        await until(pilot, lambda: screen.title_field.value == "Idee: ")
        await press(pilot, "escape")
        await until(pilot, lambda: app.screen is app.browse)
    assert await world.forum.drafts.all(world.bert) == ()


async def test_without_templates_f6_says_so_and_in_a_reply_it_does_nothing(world: World) -> None:
    start = await world.forum.posts.start_thread(world.ada, world.community_id, "Roses", "x")
    async with session(world.forum, world.bert) as (app, pilot):
        await write(app, pilot, world)
        assert "F6" not in screen_text(app)
        await press(pilot, "f6")
        await shows(pilot, "Diese Community hat keine Vorlagen")
        await press(pilot, "escape")
        app.post_message(StartWriting(ComposeTarget(world.community_id, start.thread_id, "Roses", 1, "ada")))
        await until(pilot, lambda: isinstance(app.screen, ComposeScreen) and app.screen._loaded)
        await press(pilot, "f6", '"Ja"')
        await shows(pilot, "Ja")


async def test_who_does_not_host_may_look_only(world: World) -> None:
    await world.forum.templates.save(world.ada, world.community_id, BUG)
    async with session(world.forum, world.bert) as (app, pilot):
        await app.browse.open_community(world.community_id)
        await press(pilot, "g", "t")
        await shows(pilot, "Vorlagen von Gardens", "Bug report", "Frage")
        for key in ("enter", "c", "d", "J"):
            await press(pilot, key)
            await shows(pilot, "! Das darf nur, wer die Community leitet")
            await press(pilot, "k")


async def test_templates_are_arranged_and_deleted(world: World) -> None:
    for name in ("One", "Two"):
        await world.forum.templates.save(world.ada, world.community_id, replace(BUG, name=name))
    async with session(world.forum, world.ada) as (app, pilot):
        await app.browse.open_community(world.community_id)
        await press(pilot, "g", "t")
        text = await shows(pilot, "One", "Two")
        assert text.index("One") < text.index("Two")
        await press(pilot, "J")
        await until(pilot, lambda: screen_text(app).index("Two") < screen_text(app).index("One"))
        await press(pilot, "d")
        await shows(pilot, "Delete the template “One”?")
        await press(pilot, "y")
        await until(pilot, lambda: "One" not in screen_text(app))


async def test_a_template_begun_is_kept_and_one_changed_meanwhile_is_shown(world: World) -> None:
    seen = await world.forum.templates.save(world.ada, world.community_id, BUG)
    async with session(world.forum, world.ada) as (app, pilot):
        await app.browse.open_community(world.community_id)
        await press(pilot, "g", "t", "enter")
        await shows(pilot, "Change a template", "Bug report")
        await press(pilot, '"s"', "escape")
        await shows(pilot, "Your draft is kept")
        theirs = replace(seen, title="Defect: ")
        await world.forum.templates.save(world.ada, world.community_id, theirs, seen=seen)
        await press(pilot, "g", "d")
        await shows(pilot, "Bug reports")
        await press(pilot, "enter")
        await shows(pilot, "Bug reports", "Another host has changed it meanwhile", "Now there: Defect:")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "Change a template" not in screen_text(app))
    [saved] = await world.forum.templates.of(world.ada, world.community_id)
    assert (saved.name, saved.title) == ("Bug reports", "Bug:")
    assert await world.forum.drafts.all(world.ada) == ()
