"""Settings, drafts and earlier versions, as their owner uses them."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.ui.reading import community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.navigation import ComposeTarget, Go, Place
from tui_forum.ui.screens.compose import ComposeScreen
from tui_forum.ui.screens.drafts import DraftsScreen
from tui_forum.ui.screens.revisions import RevisionsScreen
from tui_forum.ui.screens.settings import SettingsScreen


@pytest.fixture
async def bob(sqlite_forum: Forum) -> Actor:
    return await person(sqlite_forum, "bob")


async def open_settings(app: ForumApp, pilot: Any) -> SettingsScreen:
    await press(pilot, "g", "s")
    await until(pilot, lambda: isinstance(app.screen, SettingsScreen) and bool(app.screen.rows.items))
    screen = app.screen
    assert isinstance(screen, SettingsScreen)
    return screen


def public_line(comment: str = "laptop") -> str:
    key = Ed25519PrivateKey.generate().public_key()
    return f"{key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()} {comment}"


async def paste(app: ForumApp, pilot: Any, text: str) -> None:
    """Into the line of the dialog that is open."""
    from textual import events
    from textual.widgets import Input

    await until(pilot, lambda: bool(app.screen.query(Input)) and app.focused is not None)
    app.screen.query_one(Input).post_message(events.Paste(text))
    await pilot.pause()


async def test_the_display_name_is_changed(sqlite_forum: Forum, bob: Actor) -> None:
    async with session(sqlite_forum, bob) as (app, pilot):
        await open_settings(app, pilot)
        await press(pilot, "enter", "end", '" B"', "enter")
        await shows(pilot, "Bob B")
    assert (await sqlite_forum.accounts.actor(bob.account_id)).display_name == "Bob B"


async def test_the_language_changes_at_once(sqlite_forum: Forum, bob: Actor) -> None:
    async with session(sqlite_forum, bob) as (app, pilot):
        await open_settings(app, pilot)
        await shows(pilot, "Display name")
        await press(pilot, "j", "enter")
        await shows(pilot, "Deutsch", "Anzeigename")
        assert "Display name" not in screen_text(app)


async def test_a_time_zone_is_found_by_its_city_and_suggested_when_misspelt(
    sqlite_forum: Forum, bob: Actor
) -> None:
    async with session(sqlite_forum, bob) as (app, pilot):
        await open_settings(app, pilot)
        await press(pilot, "j", "j", "enter", *["backspace"] * 3, '"Berln"', "enter")
        await shows(pilot, "Did you mean Europe/Berlin?", "Berln")
        await press(pilot, *["backspace"] * 5, '"berlin"', "enter")
        await shows(pilot, "Europe/Berlin", "Settings")
    assert (await sqlite_forum.accounts.actor(bob.account_id)).time_zone == "Europe/Berlin"


async def test_a_key_is_added_renamed_and_removed(sqlite_forum: Forum, bob: Actor) -> None:
    async with session(sqlite_forum, bob) as (app, pilot):
        await open_settings(app, pilot)
        await press(pilot, "a")
        await paste(app, pilot, public_line())
        await press(pilot, "enter")
        await shows(pilot, "The key can log in from now on.", "laptop")
        await press(pilot, "G", "enter", *["backspace"] * 6, '"desk"', "enter")
        await shows(pilot, "desk")
        await press(pilot, "d", "y")
        await until(pilot, lambda: "desk" not in screen_text(app))
    assert len(await sqlite_forum.accounts.keys(bob)) == 1


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n", "This is a private key!"),
        ("hello", "not an OpenSSH public key"),
        ("ssh-ed25519 AAAA", "not an OpenSSH public key"),
        ("[/] [@click=app.exit]x[/]", "not an OpenSSH public key"),
    ],
)
async def test_what_is_no_public_key_is_told(
    sqlite_forum: Forum, bob: Actor, pasted: str, sentence: str
) -> None:
    async with session(sqlite_forum, bob) as (app, pilot):
        screen = await open_settings(app, pilot)
        await press(pilot, "a")
        await paste(app, pilot, pasted)
        await press(pilot, "enter")
        await shows(pilot, sentence)
        await press(pilot, "escape")
        await until(pilot, lambda: app.screen is screen)
    assert len(await sqlite_forum.accounts.keys(bob)) == 1


async def test_the_last_key_goes_only_when_the_handle_is_typed(sqlite_forum: Forum, bob: Actor) -> None:
    async with session(sqlite_forum, bob) as (app, pilot):
        screen = await open_settings(app, pilot)
        await press(pilot, "G", "d", "y")
        await shows(pilot, "This is your last key", "Type your")
        await press(pilot, '"yes"', "enter")
        await until(pilot, lambda: app.screen is screen)
        assert len(await sqlite_forum.accounts.keys(bob)) == 1
        await press(pilot, "d", "y")
        await shows(pilot, "Type your")
        await press(pilot, '"bob"', "enter")
        await shows(pilot, "none: press a to add one")
    assert await sqlite_forum.accounts.keys(bob) == ()


async def test_only_those_who_may_invite_see_it(sqlite_forum: Forum, bob: Actor) -> None:
    admin = await person(sqlite_forum, "boss", admin=True)
    async with session(sqlite_forum, bob) as (app, pilot):
        await open_settings(app, pilot)
        assert "invitation" not in screen_text(app)
    async with session(sqlite_forum, admin) as (app, pilot):
        await open_settings(app, pilot)
        await press(pilot, "G", "enter")
        await shows(pilot, "Invitation code for one person, 14 days: ")


async def test_a_draft_is_found_continued_and_discarded(sqlite_forum: Forum, bob: Actor) -> None:
    ada = await person(sqlite_forum, "ada", admin=True)
    row = await community(sqlite_forum, ada, bob)
    ref = await sqlite_forum.posts.start_thread(ada, row.community_id, "Roses", "Which?")
    reply = ComposeTarget(row.community_id, ref.thread_id, "Roses", 1, "ada")
    await sqlite_forum.drafts.save(bob, reply.draft_key, title="", body="these [b]ones[/b]")
    await sqlite_forum.drafts.save(bob, f"community:{row.community_id}", title="Tulips", body="when?")
    async with session(sqlite_forum, bob) as (app, pilot):
        await press(pilot, "g", "d")
        await shows(pilot, "Tulips", "these [b]ones[/b]")
        await press(pilot, "d")
        await shows(pilot, "Discard this draft?")
        await press(pilot, "y")
        await until(pilot, lambda: "Tulips" not in screen_text(app))
        await press(pilot, "enter")
        await shows(pilot, "Roses", "#1 @ada", "these [b]ones[/b]", "Your draft of")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: not isinstance(app.screen, ComposeScreen | DraftsScreen))
    assert await sqlite_forum.drafts.all(bob) == ()


async def test_a_draft_whose_thread_is_gone_can_still_be_read(sqlite_forum: Forum, bob: Actor) -> None:
    await sqlite_forum.drafts.save(bob, "thread:999", title="", body="my long answer")
    await sqlite_forum.drafts.save(bob, "edit:999", title="", body="my better words")
    async with session(sqlite_forum, bob) as (app, pilot):
        for text in ("my better words", "my long answer"):
            await press(pilot, "g", "d")
            await shows(pilot, text)
            await press(pilot, "g", "g", *(["j"] if text == "my long answer" else []), "enter")
            await until(pilot, lambda: isinstance(app.screen, ComposeScreen))
            await shows(pilot, text, "no longer there")
            await press(pilot, '"."', "ctrl+s")
            await shows(pilot, "! ", text)
            await press(pilot, "escape")
            await until(pilot, lambda: isinstance(app.screen, DraftsScreen))
    assert len(await sqlite_forum.drafts.all(bob)) == 2


async def test_earlier_versions_are_shown_to_those_who_may(sqlite_forum: Forum, bob: Actor) -> None:
    ada = await person(sqlite_forum, "ada", admin=True)
    eve = await person(sqlite_forum, "eve")
    row = await community(sqlite_forum, ada, bob, eve)
    ref = await sqlite_forum.posts.start_thread(bob, row.community_id, "Roses", "first *words*")
    await sqlite_forum.posts.edit(bob, ref.post_id, "second", revision=1)
    await sqlite_forum.posts.edit(bob, ref.post_id, "third", revision=2)
    async with session(sqlite_forum, bob) as (app, pilot):
        app.post_message(Go(Place.REVISIONS, (ref.post_id,), on_top=True))
        await shows(pilot, "Earlier versions", "second")
        await press(pilot, "j")
        await shows(pilot, "first words")
        await press(pilot, "q")
        await until(pilot, lambda: not isinstance(app.screen, RevisionsScreen))
    async with session(sqlite_forum, eve) as (app, pilot):
        app.post_message(Go(Place.REVISIONS, (ref.post_id,), on_top=True))
        await shows(pilot, "! ")
        assert not isinstance(app.screen, RevisionsScreen)


async def test_the_name_of_the_colours_was_english_in_german_and_stayed_when_they_changed(
    sqlite_forum: Forum,
) -> None:
    async with session(sqlite_forum, await person(sqlite_forum, "bert", language="de")) as (app, pilot):
        await open_settings(app, pilot)
        assert any(line.split() == ["Farben", "dunkel"] for line in screen_text(app).splitlines())
        await press(pilot, "T")
        await until(
            pilot, lambda: any(line.split() == ["Farben", "hell"] for line in screen_text(app).splitlines())
        )
