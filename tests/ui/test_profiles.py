"""Profiles, and finding who knows about something, as people use them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.reading import NARROW, WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor, ThreadKind
from tui_forum.domain.people import ReactionKind, RecognitionKind
from tui_forum.domain.profiles import ProfileForm
from tui_forum.domain.views import CommunityRow, PostRef
from tui_forum.services.forum import Forum
from tui_forum.ui.modals.palette import PaletteModal
from tui_forum.ui.screens.community import CommunityScreen
from tui_forum.ui.screens.profile import ProfileScreen
from tui_forum.ui.screens.profile_edit import ProfileEditScreen
from tui_forum.ui.screens.who_knows import WhoKnowsScreen

BOB = ProfileForm(
    "Bob Miller", "Gardener", "Grounds", "Lima", "America/Lima", "English, Español",
    "Pruning, [/] Compost [@click=app.exit]now[/]", "Grafting",
)  # fmt: skip


class World:
    """``bob`` answered a question of ``ada``'s first and was praised; ``eva`` speaks German."""

    def __init__(self, forum: Forum, row: CommunityRow, answer: PostRef, people: dict[str, Actor]) -> None:
        self.forum, self.row, self.answer = forum, row, answer
        self.ada, self.bob, self.eva = people.values()


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    forum = sqlite_forum
    ada = await person(forum, "ada", admin=True)
    bob, eva = await person(forum, "bob"), await person(forum, "eva", language="de")
    row = await community(forum, ada, bob, eva)
    bob = await forum.profiles.update(bob, BOB)
    asked = await forum.posts.start_thread(ada, row.community_id, "Roses?", "When?", kind=ThreadKind.QUESTION)
    answer = await forum.posts.reply(bob, asked.thread_id, "In March, says @eva. And [b]bold[/b].")
    await forum.recognition.react(ada, answer.post_id, ReactionKind.INSIGHTFUL)
    await forum.recognition.praise(ada, answer.post_id, "It saved my roses. " * 8)
    return World(forum, row, answer, {"ada": ada, "bob": bob, "eva": eva})


async def by_name(pilot: Any, handle: str) -> None:
    """Type a handle into the palette."""
    await press(pilot, "colon")
    await until(pilot, lambda: isinstance(pilot.app.screen, PaletteModal) and pilot.app.focused is not None)
    await press(pilot, handle, "enter")


async def test_the_author_of_a_post_is_a_key_away_and_so_is_the_way_back(world: World) -> None:
    async with session(world.forum, world.ada, size=NARROW) as (app, pilot):
        await app.browse.open_thread(world.answer.thread_id, 1)
        await press(pilot, "at")
        await shows(pilot, "My profile")
        await press(pilot, "q")
        await until(pilot, lambda: app.screen is app.browse)
        await press(pilot, "j", "at")
        await shows(pilot, "Whose profile?", "1  @bob", "2  @eva", "3  @ada")
        await press(pilot, "1")
        text = await shows(pilot, "Bob Miller @bob", "Gardener · Grounds", "Lima · it is", "Can help with")
        assert "Speaks English, Español" in text
        assert "[/] Compost [@click=app.exit]now[/]" in text, "as it was typed"
        assert "e change my profile" not in text
        await press(pilot, "q")
        await until(pilot, lambda: app.screen is app.browse)
        assert app.browse.level == "posts"


async def test_a_profile_tells_of_recognition_praise_and_posts(world: World) -> None:
    async with session(world.forum, world.eva, size=WIDE) as (app, pilot):
        await shows(pilot, "Gardens")
        await by_name(pilot, '"@bo"')
        text = await shows(
            pilot, "Kann helfen bei", "Möchte lernen", "Anerkennung", "Lob", "Neueste Beiträge"
        )
        for part in (
            "dort ist es", "Als Erstes 1 Frage beantwortet", "💡 1", "💐 @ada für #2 in „Roses?“",
            "It saved my roses.", "Gemeinsame Communitys", "Unter den Ersten in Gardens",
        ):  # fmt: skip
            assert part in text
        await press(pilot, "G", "enter")
        await until(pilot, lambda: app.screen is app.browse and app.browse.level == "posts")
        current = app.browse.reader.current
        assert current is not None
        assert current.number == 2


async def test_long_praise_is_read_in_full_at_80_columns(world: World) -> None:
    async with session(world.forum, world.ada, size=NARROW) as (_app, pilot):
        await by_name(pilot, '"@bob"')
        await shows(pilot, "Bob Miller")
        for _row in range(5):
            await press(pilot, "j")
        text = await shows(pilot, "💐 @ada for #2")
        assert text.count("It saved my roses.") + text.count("roses.") >= 8
        assert text.count("saved") == 8


async def test_one_tells_about_oneself_and_others_find_it(world: World) -> None:
    async with session(world.forum, world.ada, size=NARROW) as (app, pilot):
        await press(pilot, "g", "p")
        await shows(pilot, "My profile", "Press e to tell others", "e change my profile")
        await press(pilot, "e")
        await shows(pilot, "Role in the company", "What I can help with")
        await press(pilot, "tab", '"Botanist"', "enter", '"Labs"', "down", '"Kiel"', "tab")
        await press(pilot, *["backspace"] * 20, '"Atlantis"', "tab")
        await shows(pilot, "“Atlantis” is not a time zone")
        await press(pilot, *["backspace"] * 8, '"berlin"', "tab", '"Latin"', "tab", '"Moss, FERNS"', "ctrl+s")
        await shows(pilot, "Botanist · Labs", "Kiel · Europe/Berlin", "Speaks Latin", "Moss", "FERNS")
        assert app.actor.time_zone == "Europe/Berlin"
    async with session(world.forum, world.bob, size=NARROW) as (app, pilot):
        await press(pilot, "g", "w", '"frens"')
        await shows(pilot, "Can help", "Ada @ada", "FERNS · Botanist · Labs")
        await press(pilot, "enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, ProfileScreen))
        await shows(pilot, "Kiel · it is")
        await press(pilot, "enter")  # a topic leads to who else knows about it
        await until(pilot, lambda: isinstance(app.screen, WhoKnowsScreen))
        await shows(pilot, "Moss · Botanist")
        for left in (3, 2, 1):
            await press(pilot, "q")
            await until(pilot, lambda left=left: len(app.screen_stack) == left)  # type: ignore[misc]
        assert app.screen is app.browse


async def test_what_cannot_be_taken_stays_in_the_form_with_its_reason(world: World) -> None:
    async with session(world.forum, world.eva, size=NARROW) as (app, pilot):
        await press(pilot, "g", "p")
        await shows(pilot, "Mein Profil")
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(app.screen, ProfileEditScreen) and bool(app.screen.fields))
        screen = app.screen
        assert isinstance(screen, ProfileEditScreen)
        helps = next(field for field in screen.fields if field.name == "helps")
        topics = ", ".join(f"Thema {number}" for number in range(13))
        helps.widget.text = topics  # type: ignore[union-attr]
        await press(pilot, "ctrl+s")
        await shows(pilot, "! Höchstens 12 Themen, damit jedes etwas sagt; es sind 13.")
        assert screen.focused is helps.widget
        assert helps.value == topics
        await press(pilot, "escape")
        await shows(pilot, "Gehen, ohne zu speichern?")
        await press(pilot, "n")
        await until(pilot, lambda: app.screen is screen)
        await press(pilot, "escape", "j")
        await until(pilot, lambda: isinstance(app.screen, ProfileScreen))


async def test_enter_in_several_lines_is_text_and_tab_leads_on(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await press(pilot, "g", "p")
        await shows(pilot, "My profile")
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(app.screen, ProfileEditScreen) and bool(app.screen.fields))
        await press(pilot, *["tab"] * 6, '"moss"', "enter", '"ferns"', "tab", '"oaks"', "shift+tab", "ctrl+s")
        await shows(pilot, "moss", "ferns", "Wants to learn", "oaks")


async def test_nothing_changed_needs_no_question(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await press(pilot, "g", "p")
        await shows(pilot, "My profile")
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(app.screen, ProfileEditScreen))
        await shows(pilot, "Save", "Unit or team") if False else await shows(pilot, "Unit or team")
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, ProfileScreen))


async def test_recognition_is_switched_off_in_the_settings_for_everybody(world: World) -> None:
    async with session(world.forum, world.bob, size=WIDE) as (_app, pilot):
        await press(pilot, "g", "s")
        text = await shows(pilot, "Shown on my profile", "Praise I was given")
        assert text.count("nobody sees it") == 0
        await press(pilot, "j", "j", "j", "j", "j", "enter")
        await shows(pilot, "nobody sees it")
        await press(pilot, "g", "p")
        await shows(pilot, "Not shown to anybody: Praise I was given (g s)")
    assert (await world.forum.profiles.hidden(world.bob)) == {RecognitionKind.PRAISE}
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await by_name(pilot, '"@bob"')
        await shows(pilot, "Bob Miller", "The first answer to 1 question")
        assert "💐" not in screen_text(app)
        assert "Not shown" not in screen_text(app)


async def test_praise_is_taken_back_on_the_profile_by_its_giver_only(world: World) -> None:
    async with session(world.forum, world.eva, size=WIDE) as (_app, pilot):
        await by_name(pilot, '"@bob"')
        await shows(pilot, "💐 @ada")
        await press(pilot, "d")
        await shows(pilot, "Wähle zuerst ein Lob aus.")
        await press(pilot, "j", "j", "j", "j", "d")
        await shows(pilot, "Nur wer es gegeben hat, kann es zurücknehmen.")
        await press(pilot, "at")
        await shows(pilot, "Profil von @ada")
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await by_name(pilot, '"@bob"')
        await shows(pilot, "💐 @ada")
        await press(pilot, "j", "j", "j", "j", "d")
        await shows(pilot, "Take back the praise")
        await press(pilot, "y")
        await until(pilot, lambda: "💐" not in screen_text(app))


async def test_a_handle_typed_fast_or_wrong_gets_its_profile_or_a_sentence(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await shows(pilot, "Gardens")
        await by_name(pilot, '"@nobody-here"')
        await shows(pilot, "There is nobody called @nobody-here.")
        await until(pilot, lambda: app.screen is app.browse)
        await press(pilot, "colon")
        await until(pilot, lambda: isinstance(app.screen, PaletteModal) and app.focused is not None)
        await press(pilot, '"@"')
        await shows(pilot, "Ada @ada", "Bob Miller @bob", "Gardener · Grounds")
        await press(pilot, "backspace")
        await shows(pilot, "next unread")


async def test_the_inbox_leads_to_who_wrote(world: World) -> None:
    async with session(world.forum, world.bob) as (_app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "@ada thanks you for your post")
        await press(pilot, "at")
        await shows(pilot, "Profile of @ada")


async def test_members_on_a_communitys_page_lead_to_their_profiles(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await shows(pilot, "Gardens")
        await press(pilot, "i")
        await shows(pilot, "@ada", "@eva")
        await press(pilot, "enter")
        await shows(pilot, "Profile of @ada")
        await press(pilot, "q")
        await until(pilot, lambda: isinstance(app.screen, CommunityScreen))
        await press(pilot, "j", "at")
        await until(pilot, lambda: isinstance(app.screen, ProfileScreen))
    async with session(world.forum, world.ada) as (_app, pilot):
        await shows(pilot, "Gardens")
        await press(pilot, "i")
        await shows(pilot, "@ada", "@eva")
        await press(pilot, "enter")
        await shows(pilot, "3  see the profile")
        await press(pilot, "3")
        await shows(pilot, "My profile")


async def test_the_list_of_threads_leads_to_their_authors(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await app.browse.open_community(world.row.community_id)
        await shows(pilot, "Roses?")
        await press(pilot, "at")
        await shows(pilot, "Profile of @ada")
