"""The form of an unknown key, as a newcomer fills it in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from tests.ui.reading import person, press, screen_text, shows, test_key, until
from tui_forum.domain.entities import Actor, PublicKey, Registration, RegistrationMode, SiteRole
from tui_forum.i18n import set_locale
from tui_forum.services.forum import Forum
from tui_forum.ui.registration import CODE_TRIES, RegistrationApp
from tui_forum.ui.traits import TerminalTraits

KEY = test_key("newcomer")


@asynccontextmanager
async def form(
    forum: Forum,
    mode: RegistrationMode = RegistrationMode.OPEN,
    *,
    key: PublicKey = KEY,
    suggested: str = "",
    language: str = "en",
    size: tuple[int, int] = (80, 24),
    traits: TerminalTraits | None = None,
) -> AsyncIterator[tuple[RegistrationApp, Pilot[Actor | None]]]:
    set_locale(language)
    app = RegistrationApp(forum, key, mode, suggested_handle=suggested, traits=traits)
    try:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield app, pilot
    finally:
        set_locale("en")


async def test_everything_is_seen_at_80_by_24(sqlite_forum: Forum) -> None:
    async with form(sqlite_forum, RegistrationMode.INVITE) as (_app, pilot):
        text = await shows(pilot, "Handle", "Display name", "Time zone", "Language", "Invitation code")
        assert "Ctrl-S make the account" in text
        assert "Esc leave" in text
        assert KEY.fingerprint[:17] in text


async def test_a_newcomer_types_a_handle_and_is_in(sqlite_forum: Forum) -> None:
    async with form(sqlite_forum) as (app, pilot):
        await press(pilot, '"Grace-H"', "enter", *["backspace"] * 7, '"Grace Hopper"', "enter")
        await press(pilot, *["backspace"] * 3, '"berlin"', "enter", "enter", "enter")
        await until(pilot, lambda: app.return_value is not None)
    actor = app.return_value
    assert actor is not None
    assert (actor.handle, actor.display_name, actor.time_zone) == ("grace-h", "Grace Hopper", "Europe/Berlin")
    assert await sqlite_forum.accounts.actor_for_key(KEY.fingerprint) == actor
    assert actor.site_role is SiteRole.MEMBER


async def test_the_name_the_client_gave_is_offered(sqlite_forum: Forum) -> None:
    async with form(sqlite_forum, suggested="Ada Lovelace") as (app, pilot):
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value is not None
    assert app.return_value.handle == "ada-lovelace"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("x", "A handle has 2 to 32 characters"),
        ("modern", "taken, or looks like"),
        ("modem", "taken, or looks like"),
        ("root", "is reserved"),
        ("gräce", "A handle has 2 to 32 characters"),
    ],
)
async def test_a_handle_that_cannot_be_taken_is_told_at_its_field(
    sqlite_forum: Forum, typed: str, sentence: str
) -> None:
    await person(sqlite_forum, "modern")
    async with form(sqlite_forum) as (app, pilot):
        await press(pilot, f'"{typed}"', "tab")
        await shows(pilot, "! ", sentence)
        assert app.focused_field == "handle"
        await press(pilot, '"y"')
        assert sentence not in screen_text(app)


async def test_a_misspelt_zone_gets_a_suggestion(sqlite_forum: Forum) -> None:
    async with form(sqlite_forum, suggested="grace") as (app, pilot):
        await press(pilot, "enter", "enter", *["backspace"] * 3, '"Berln"', "enter")
        await shows(pilot, "Did you mean Europe/Berlin?")
        assert app.focused_field == "time_zone"


async def test_the_language_changes_the_form_at_once_and_stays_chosen(sqlite_forum: Forum) -> None:
    async with form(sqlite_forum, suggested="grace") as (app, pilot):
        await press(pilot, "f2")
        text = await shows(pilot, "Anzeigename", "Zeitzone")
        assert "Display name" not in text
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value is not None
    assert app.return_value.language == "de"


async def test_the_form_begins_in_the_clients_language(sqlite_forum: Forum) -> None:
    async with form(sqlite_forum, language="de") as (_app, pilot):
        await shows(pilot, "Anzeigename", "Konto anlegen")


async def test_an_invitation_is_needed_and_used_once(sqlite_forum: Forum) -> None:
    admin = await person(sqlite_forum, "boss", admin=True)
    code = await sqlite_forum.accounts.create_invite(admin)
    async with form(sqlite_forum, RegistrationMode.INVITE, suggested="grace") as (app, pilot):
        await press(pilot, "ctrl+s")
        await shows(pilot, "! You need an invitation code")
        assert app.focused_field == "invite_code"
        await press(pilot, f'"{code}"', "enter")
        await until(pilot, lambda: app.return_value is not None)
    async with form(sqlite_forum, RegistrationMode.INVITE, key=test_key("b"), suggested="ada") as (
        app,
        pilot,
    ):
        await press(pilot, "ctrl+s", f'"{code}"', "enter")
        await shows(pilot, "! This code is not valid")
        assert app.return_value is None


async def test_wrong_codes_are_limited(sqlite_forum: Forum) -> None:
    async with form(sqlite_forum, RegistrationMode.INVITE, suggested="grace") as (app, pilot):
        await press(pilot, "ctrl+s", '"wrong"')
        for attempt in range(CODE_TRIES - 1):
            await press(pilot, "enter")
            await shows(pilot, "! This code is not valid")
            await press(pilot, f'"{attempt}"')
        assert app.is_running
        await press(pilot, "enter")
        await until(pilot, lambda: bool(app.farewell))
    assert app.return_value is None
    assert "Too many wrong codes" in app.farewell


@pytest.mark.parametrize("mode", list(RegistrationMode))
async def test_the_claim_code_makes_the_operator(sqlite_forum: Forum, mode: RegistrationMode) -> None:
    code = await sqlite_forum.accounts.claim_code()
    assert code is not None
    async with form(sqlite_forum, mode, suggested="grace") as (app, pilot):
        app._fields["invite_code"].value = code.upper().replace("-", " ")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value is not None
    assert app.return_value.site_role is SiteRole.ADMIN


async def test_a_closed_forum_takes_no_invitation(sqlite_forum: Forum) -> None:
    admin = await person(sqlite_forum, "boss", admin=True)
    code = await sqlite_forum.accounts.create_invite(admin)
    async with form(sqlite_forum, RegistrationMode.CLOSED, suggested="grace") as (app, pilot):
        await press(pilot, "ctrl+s", f'"{code}"', "enter")
        await shows(pilot, "! This code is not valid")
    assert app.return_value is None


async def test_the_same_key_registered_meanwhile_comes_in_with_its_account(sqlite_forum: Forum) -> None:
    async with form(sqlite_forum, suggested="grace") as (app, pilot):
        other = await sqlite_forum.accounts.register(Registration("first", "First"), KEY)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == other
    assert "already" in app.farewell


async def test_leaving_asks_only_when_something_was_typed(sqlite_forum: Forum) -> None:
    async with form(sqlite_forum) as (app, pilot):
        await press(pilot, '"grace"', "enter", "escape")
        await shows(pilot, "Leave without an account?")
        await press(pilot, "n", "escape", "y")
        await until(pilot, lambda: not app.is_running)
    assert app.return_value is None
    async with form(sqlite_forum) as (app, pilot):
        await press(pilot, "ctrl+c")
        await until(pilot, lambda: not app.is_running)
    assert await sqlite_forum.accounts.actor_for_key(KEY.fingerprint) is None


async def test_two_ctrl_s_make_one_account(sqlite_forum: Forum) -> None:
    async with form(sqlite_forum, suggested="grace") as (app, pilot):
        await pilot.press("ctrl+s", "ctrl+s")
        await until(pilot, lambda: app.return_value is not None)
    assert not app.farewell


async def test_at_40_by_10_the_field_one_is_in_is_seen(sqlite_forum: Forum) -> None:
    async with form(sqlite_forum, RegistrationMode.INVITE, suggested="grace", size=(40, 10)) as (app, pilot):
        await press(pilot, "enter", "enter", "enter", "enter", '"abc"')
        assert app.focused_field == "invite_code"
        await shows(pilot, "abc")


async def test_markup_in_what_is_typed_stays_text(sqlite_forum: Forum) -> None:
    async with form(sqlite_forum, suggested="grace") as (app, pilot):
        app._fields["time_zone"].value = "[/] [@click=app.exit]x[/]"
        app._fields["time_zone"].focus()
        await press(pilot, "enter")
        await shows(pilot, "“[/] [@click=app.exit]x[/]” is not")


async def test_without_colour_the_form_says_the_same(sqlite_forum: Forum) -> None:
    async with form(sqlite_forum, traits=TerminalTraits("none")) as (_app, pilot):
        await press(pilot, '"x"', "tab")
        await shows(pilot, "! A handle has 2 to 32 characters")
