"""The form of a charter: a community is opened, a charter changed and fought over; nothing typed is lost."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.forums import another, charter_for
from tests.ui.reading import NARROW, WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.charter import Rule, RuleScope
from tui_forum.domain.entities import Actor, OpeningMode, Purpose, Role, Visibility
from tui_forum.domain.errors import StorageFullError
from tui_forum.domain.views import CommunityRow
from tui_forum.i18n import N_
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.screens.charter_form import CharterFormScreen


@pytest.fixture
async def ada(sqlite_forum: Forum) -> Actor:
    return await person(sqlite_forum, "ada")


async def form(app: ForumApp, pilot: Any, community_id: int = 0) -> CharterFormScreen:
    """Open the form and wait until one can type."""
    app.post_message(Go(Place.CHARTER_FORM, (community_id,), on_top=True))
    await until(
        pilot, lambda: isinstance(app.screen, CharterFormScreen) and app.screen._ready and bool(app.focused)
    )
    return cast("CharterFormScreen", app.screen)


async def to_field(app: ForumApp, pilot: Any, name: str) -> None:
    """Press Tab until one is in a field."""
    screen = cast("CharterFormScreen", app.screen)
    for _ in range(2 * len(screen.fields)):
        if screen.here.name == name:
            return
        await press(pilot, "tab")
    raise AssertionError(f"there is no field {name}:\n{screen_text(app)}")


async def fill(app: ForumApp, pilot: Any, name: str, text: str) -> None:
    """Put ``text`` in place of what stands in a field."""
    await to_field(app, pilot, name)
    await press(pilot, "end", "ctrl+u", f'"{text}"')


async def left(app: ForumApp, pilot: Any) -> None:
    await until(pilot, lambda: not isinstance(app.screen, CharterFormScreen))


# -- opening


async def test_a_desk_is_opened_as_a_host_would(sqlite_forum: Forum, ada: Actor) -> None:
    forum = sqlite_forum
    bob = await person(forum, "bob")
    async with session(forum, ada, size=NARROW) as (app, pilot):
        await press(pilot, "O")
        await shows(pilot, "Open a community", "Every member starts threads and replies", "Short name")
        await press(pilot, '"Roses and thorns"', "tab", '"roses"', "enter", "space")
        await shows(pilot, "Only the hosts write: announcements")
        await press(pilot, "space")
        await shows(pilot, "Every new thread is a question, and an accepted answer solves it.")
        await press(pilot, "enter", '"All about roses"', "tab", '"Gardeners"', "tab")
        await press(pilot, '"Be kind"', "enter", '"Say where you live"', "f3", "enter")
        await shows(pilot, "1  always         Be kind", "2  new threads    Say where you live", "3  always")
        await press(pilot, "enter")
        screen = cast("CharterFormScreen", app.screen)
        assert screen.field("response_days").value == "2"  # a desk must promise something
        await fill(app, pilot, "responders", "the team")
        await to_field(app, pilot, "hosts")
        await shows(pilot, "Better two: whom would you like to host with?")
        await press(pilot, "end", '" bob"')
        await until(pilot, lambda: "Better two" not in screen_text(app))
        await press(pilot, "f2")
        await shows(pilot, "All about roses", "within 2 working days (the team)", "@ada @bob")
        await press(pilot, "j", "x")  # is read, not typed
        await press(pilot, "tab")
        await until(pilot, lambda: screen.here.name == "hosts" and screen.focused is not None)
        await press(pilot, "ctrl+s")
        await left(app, pilot)
        await shows(pilot, "Roses and thorns is open", "No threads yet")
    row = await forum.communities.community(ada, "roses")
    view = await forum.charters.view(ada, row.community_id)
    charter = view.present.charter
    assert (row.name, charter.purpose, charter.audience) == (
        "Roses and thorns", Purpose.QUESTIONS, "Gardeners",
    )  # fmt: skip
    assert charter.rules == (Rule("Be kind"), Rule("Say where you live", RuleScope.THREADS))
    assert [host.handle for host in view.hosts] == ["ada", "bob"]
    assert [n.kind for n in await forum.notices.page(bob)] == ["made_host"]
    assert await forum.drafts.all(ada) == ()


async def test_a_project_by_approval_is_opened_in_german(sqlite_forum: Forum) -> None:
    bert = await person(sqlite_forum, "bert", language="de")
    async with session(sqlite_forum, bert, size=NARROW) as (app, pilot):
        await form(app, pilot)
        await shows(pilot, "Community eröffnen", "Wozu sie da ist", "Kurzname")
        await press(pilot, '"Polaris"', "tab", '"polaris"', "tab", "left")
        await shows(pilot, "Am letzten Tag wird sie gefragt")
        await fill(app, pilot, "statement", "Der neue Sensor")
        await to_field(app, pilot, "visibility")
        await press(pilot, "space")
        await to_field(app, pilot, "ends_on")
        await shows(pilot, "Letzter Tag, als JJJJ-MM-TT")
        await press(pilot, "ctrl+s")
        await left(app, pilot)
        await shows(pilot, "Polaris ist eröffnet")
    row = await sqlite_forum.communities.community(bert, "polaris")
    assert (row.purpose, row.visibility) == (Purpose.PROJECT, Visibility.APPROVAL)
    charter = (await sqlite_forum.charters.view(bert, row.community_id)).present.charter
    assert charter.languages == ("de",)
    assert charter.ends_on is not None


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("slug", "settings", "The short name “settings” is reserved"),
        ("slug", "gardens", "There is a community “gardens” already"),
        ("slug", "A b", "A short name has 1 to 40 characters"),
        ("statement", "", "Say in one sentence what the community is for."),
        ("languages", "en, klingon", "“klingon” is no language"),
        ("response_days", "soon", "A number of working days: 1 to 30."),
        ("hosts", "", "A community needs a host"),
        ("hosts", "ada nobody-here", "There is no account “@nobody-here”."),
        ("review_on", "2020-01-01", "The review date 2020-01-01 is in the past."),
        ("review_on", "1.2.2030", "“1.2.2030” is no date"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    sqlite_forum: Forum, ada: Actor, field: str, typed: str, sentence: str
) -> None:
    await community(sqlite_forum, await person(sqlite_forum, "boss", admin=True))
    async with session(sqlite_forum, ada) as (app, pilot):
        screen = await form(app, pilot)
        for name, text in (("slug", "roses"), ("name", "Roses"), ("statement", "About roses")):
            await fill(app, pilot, name, text)
        await to_field(app, pilot, field)
        await press(pilot, "end", "ctrl+u", f'"{typed}"', "ctrl+s")
        await shows(pilot, f"! {sentence}")
        assert screen.here.name == field  # one stands where it is to be mended
        assert screen.field(field).value == typed
        assert screen.field("name").value == "Roses"
    assert (await sqlite_forum.communities.home(ada)).joined == ()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("slug", "gardens", "There is a community “gardens” already"),
        ("hosts", "ada nobody-here", "There is no account “@nobody-here”."),
        ("hosts", "boss", "Be one of the hosts of a community that you open: add @ada."),
        ("linked", "nowhere", "There is no community “nowhere” to discuss in."),
        ("linked", "hidden", "There is no community “hidden” to discuss in."),
        ("languages", "en, klingon", "“klingon” is no language"),
        ("review_on", "2020-01-01", "The review date 2020-01-01 is in the past."),
        ("name", "x" * 90, "A community's name has 1 to 80 characters."),
    ],
)
async def test_what_cannot_be_used_is_said_when_one_leaves_the_field_and_one_may_go_on(
    sqlite_forum: Forum, ada: Actor, field: str, typed: str, sentence: str
) -> None:
    boss = await person(sqlite_forum, "boss", admin=True)
    await community(sqlite_forum, boss)
    await another(sqlite_forum, boss, "hidden", Visibility.INVITE)
    async with session(sqlite_forum, ada, size=WIDE) as (app, pilot):
        screen = await form(app, pilot)
        if field == "linked":  # asked of channels
            await to_field(app, pilot, "purpose")
            await press(pilot, "space")
        await fill(app, pilot, field, typed)
        await press(pilot, "tab")
        await shows(pilot, f"! {sentence}")
        assert screen.here.name != field
        assert screen.field(field).value == typed
        await fill(app, pilot, field, "")
        await until(pilot, lambda: sentence not in screen_text(app))


async def test_what_is_wrong_at_the_top_was_scrolled_out_of_a_low_window(
    sqlite_forum: Forum, ada: Actor
) -> None:
    await community(sqlite_forum, await person(sqlite_forum, "boss", admin=True))
    async with session(sqlite_forum, ada, size=NARROW) as (app, pilot):
        await form(app, pilot)
        await fill(app, pilot, "slug", "gardens")
        await to_field(app, pilot, "public_record")
        await until(pilot, lambda: "Short name" not in screen_text(app))
        await press(pilot, "ctrl+s")
        await shows(pilot, "Short name", "! There is a community “gardens” already")


async def test_rules_are_numbered_one_by_one_taken_away_and_no_more_than_twelve(
    sqlite_forum: Forum, ada: Actor
) -> None:
    async with session(sqlite_forum, ada, size=WIDE) as (app, pilot):
        screen = await form(app, pilot)
        await to_field(app, pilot, "rules")
        for number in range(1, 13):
            await press(pilot, f'"r{number}"', "enter")
        text = await shows(pilot, "12  always")
        assert "13  always" not in text
        assert screen.here.name == "response_days"  # there is no thirteenth line
        await press(pilot, "up", "up", "f3", "f3")
        await shows(pilot, "11  replies")
        await press(pilot, "backspace", "backspace", "backspace", "backspace")
        text = await shows(pilot, "11  always")
        assert "12  always" not in text
        assert screen.values["rules"].splitlines()[-2:] == ["always r10", "always r12"]


async def test_what_one_kind_needs_is_not_promised_by_the_next(sqlite_forum: Forum, ada: Actor) -> None:
    async with session(sqlite_forum, ada) as (app, pilot):
        screen = await form(app, pilot)
        await to_field(app, pilot, "purpose")
        await press(pilot, "space", "space")
        await until(pilot, lambda: screen.values["response_days"] == "2")
        await press(pilot, "space")
        await until(pilot, lambda: screen.values["response_days"] == "")
        await fill(app, pilot, "ends_on", "soon")
        await to_field(app, pilot, "purpose")
        await press(pilot, "right")  # a practice, which has no last day that could be wrong
        for name, text in (("name", "Roses"), ("slug", "roses"), ("statement", "About roses")):
            await fill(app, pilot, name, text)
        await press(pilot, "ctrl+s")
        await left(app, pilot)
    row = await sqlite_forum.communities.community(ada, "roses")
    charter = (await sqlite_forum.charters.view(ada, row.community_id)).present.charter
    assert (charter.purpose, charter.ends_on, charter.response_days) == (Purpose.PRACTICE, None, None)


async def test_a_form_half_filled_is_back_after_esc_and_after_a_dropped_line(
    sqlite_forum: Forum, ada: Actor
) -> None:
    forum = sqlite_forum
    async with session(forum, ada) as (app, pilot):
        await form(app, pilot)
        await press(pilot, '"Roses"', "tab", '"roses"', "tab", "space", "space")
        await fill(app, pilot, "statement", "About roses")
        await to_field(app, pilot, "rules")
        await press(pilot, '"Be kind"', "f3", "escape")
        await left(app, pilot)
        await shows(pilot, "Your draft is kept")
        await press(pilot, "g", "d")
        await shows(pilot, "Roses", "About roses")
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, CharterFormScreen) and app.screen._ready)
        await shows(pilot, "Your draft of", "roses")
        await fill(app, pilot, "audience", "Gardeners")
    # The line dropped: the session is gone with the form open.
    async with session(forum, ada) as (app, pilot):
        screen = await form(app, pilot)
        values = screen.values
        assert (values["slug"], values["name"], values["purpose"]) == ("roses", "Roses", "questions")
        assert (values["statement"], values["audience"]) == ("About roses", "Gardeners")
        assert values["rules"] == "threads Be kind"
        await press(pilot, "ctrl+g")
        await shows(pilot, "Discard what you have written?")
        await press(pilot, "y")
        await left(app, pilot)
    assert await forum.drafts.all(ada) == ()


async def test_an_untouched_form_leaves_no_draft(sqlite_forum: Forum, ada: Actor) -> None:
    async with session(sqlite_forum, ada) as (app, pilot):
        await form(app, pilot)
        await press(pilot, "escape")
        await left(app, pilot)
    assert await sqlite_forum.drafts.all(ada) == ()


async def test_a_full_disk_is_told_and_sending_again_opens_one_community(
    sqlite_forum: Forum, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    forum, real = sqlite_forum, sqlite_forum.charters.open
    calls: list[int] = []

    async def full_once(*args: Any, **kwargs: Any) -> CommunityRow:
        calls.append(1)
        if len(calls) == 1:
            raise StorageFullError(N_("The disk is full: nothing could be saved."))
        return await real(*args, **kwargs)

    monkeypatch.setattr(forum.charters, "open", full_once)
    async with session(forum, ada) as (app, pilot):
        await form(app, pilot)
        for name, text in (("slug", "roses"), ("name", "Roses"), ("statement", "About roses")):
            await fill(app, pilot, name, text)
        await press(pilot, "ctrl+s")
        await shows(pilot, "The disk is full", "roses")
        await press(pilot, "ctrl+s")
        await left(app, pilot)
    assert [row.slug for row in (await forum.communities.home(ada)).joined if not row.builtin] == ["roses"]


async def test_where_only_admins_open_one_is_told_whom_to_ask(
    sqlite_forum: Forum, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_forum.charters, "_opening", OpeningMode.ADMINS)
    async with session(sqlite_forum, ada) as (app, pilot):
        await press(pilot, "O")
        await shows(pilot, "ask those who run the forum")
        assert not isinstance(app.screen, CharterFormScreen)


async def test_a_wide_window_shows_beside_the_form_how_it_reads(sqlite_forum: Forum, ada: Actor) -> None:
    async with session(sqlite_forum, ada, size=WIDE) as (app, pilot):
        await form(app, pilot)
        await fill(app, pilot, "statement", "About roses")
        text = await shows(pilot, "Practice · open dialogue among people who share a craft")
        assert any("About roses" in line[80:] for line in text.splitlines())


# -- changing


@pytest.fixture
async def quarrel(sqlite_forum: Forum, ada: Actor) -> tuple[Forum, Actor, Actor, CommunityRow]:
    """Two hosts of a community."""
    bob = await person(sqlite_forum, "bob")
    row = await community(sqlite_forum, ada, bob)
    await sqlite_forum.memberships.set_role(ada, row.community_id, "bob", Role.MANAGER)
    return sqlite_forum, ada, bob, row


async def second(app: ForumApp, pilot: Any, forum: Forum, bob: Actor, row: CommunityRow) -> None:
    """Ada changes the statement and the audience; bob has changed the audience meanwhile."""
    await form(app, pilot, row.community_id)
    await fill(app, pilot, "statement", "Mine")
    await fill(app, pilot, "audience", "All of us")
    theirs = charter_for(audience="Gardeners", rules=(Rule("Be kind"),))
    await forum.charters.change(bob, row.community_id, theirs, version=1, reason="For whom")
    await fill(app, pilot, "reason", "Shorter")
    await press(pilot, "ctrl+s")
    text = await shows(pilot, "@bob was quicker: version 2 is in force, because: For whom")
    assert "+ 1. Be kind" in text
    assert "- Gardeners" in text
    assert "+ All of us" in text
    assert "+ Mine" in text
    present = (await forum.charters.view(bob, row.community_id)).present
    assert present.charter == theirs  # nothing was overwritten


async def test_the_second_host_sees_both_and_puts_theirs_on_top(
    quarrel: tuple[Forum, Actor, Actor, CommunityRow],
) -> None:
    forum, ada, bob, row = quarrel
    async with session(forum, ada) as (app, pilot):
        await second(app, pilot, forum, bob, row)
        await press(pilot, "m")
        await left(app, pilot)
    present = (await forum.charters.view(ada, row.community_id)).present
    assert (present.version, present.reason) == (3, "Shorter")
    assert present.charter == charter_for(statement="Mine", audience="All of us", rules=(Rule("Be kind"),))


async def test_the_second_host_goes_on_with_both_in_the_form(
    quarrel: tuple[Forum, Actor, Actor, CommunityRow],
) -> None:
    forum, ada, bob, row = quarrel
    async with session(forum, ada) as (app, pilot):
        await second(app, pilot, forum, bob, row)
        await press(pilot, "escape")
        await shows(pilot, "What both of you changed is in the form now")
        screen = cast("CharterFormScreen", app.screen)
        assert (screen.values["audience"], screen.values["rules"]) == ("All of us", "always Be kind")
        await fill(app, pilot, "audience", "Gardeners and us")
        await press(pilot, "ctrl+s")
        await left(app, pilot)
    present = (await forum.charters.view(ada, row.community_id)).present
    assert (present.version, present.charter.audience) == (3, "Gardeners and us")


async def test_the_second_host_leaves_what_the_first_wrote(
    quarrel: tuple[Forum, Actor, Actor, CommunityRow],
) -> None:
    forum, ada, bob, row = quarrel
    async with session(forum, ada) as (app, pilot):
        await second(app, pilot, forum, bob, row)
        await press(pilot, "t")
        await left(app, pilot)
        await shows(pilot, "Version 2 stays in force.")
    assert (await forum.charters.view(ada, row.community_id)).present.version == 2
    assert await forum.drafts.all(ada) == ()


async def test_a_draft_of_an_old_version_meets_the_new_one_before_it_is_sent(
    quarrel: tuple[Forum, Actor, Actor, CommunityRow],
) -> None:
    forum, ada, bob, row = quarrel
    async with session(forum, ada) as (app, pilot):
        await form(app, pilot, row.community_id)
        await fill(app, pilot, "statement", "Mine")
        await press(pilot, "escape")
        await left(app, pilot)
        theirs = charter_for(audience="Gardeners")
        await forum.charters.change(bob, row.community_id, theirs, version=1, reason="For whom")
        await form(app, pilot, row.community_id)
        await fill(app, pilot, "reason", "Shorter")
        await press(pilot, "ctrl+s")
        await shows(pilot, "@bob was quicker", "+ Gardeners")
        await press(pilot, "m")
        await left(app, pilot)
    present = (await forum.charters.view(ada, row.community_id)).present
    assert present.charter == charter_for(statement="Mine", audience="Gardeners")
