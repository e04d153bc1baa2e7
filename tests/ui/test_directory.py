"""The directory and the community's page, as somebody looks for a place, comes in and is let in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import insert

from tests.forums import another, charter_for
from tests.ui.reading import NARROW, WIDE, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor, Purpose, Role, Visibility
from tui_forum.domain.views import CommunityRow
from tui_forum.services.forum import Forum
from tui_forum.storage.models import Interest
from tui_forum.storage.uow import UnitOfWork
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.screens.browse import BrowseScreen
from tui_forum.ui.screens.community import CommunityScreen
from tui_forum.ui.screens.directory import DirectoryScreen
from tui_forum.ui.screens.inbox import InboxScreen


class World:
    """``ada`` hosts an open, an approving and a hidden community; ``bob`` is new."""

    def __init__(self, forum: Forum, ada: Actor, bob: Actor, rows: dict[str, CommunityRow]) -> None:
        self.forum, self.ada, self.bob, self.rows = forum, ada, bob, rows

    def id(self, slug: str) -> int:
        return self.rows[slug].community_id

    async def role(self, actor: Actor, slug: str) -> Role | None:
        return (await self.forum.communities.community_by_id(actor, self.id(slug))).role


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    forum = sqlite_forum
    ada, bob = await person(forum, "ada", admin=True), await person(forum, "bob")
    rows = {}
    for slug, purpose, visibility in (
        ("roses", Purpose.PRACTICE, Visibility.OPEN),
        ("orchids", Purpose.QUESTIONS, Visibility.APPROVAL),
        ("truffles", Purpose.PROJECT, Visibility.INVITE),
    ):
        charter = charter_for(purpose, statement=f"All about {slug}")
        rows[slug] = await forum.charters.open(ada, slug, slug.capitalize(), charter, visibility=visibility)
        await forum.posts.start_thread(ada, rows[slug].community_id, f"{slug} news", "Here")
    return World(forum, ada, bob, rows)


async def open_directory(pilot: Any) -> None:
    await press(pilot, "g", "c")
    await until(
        pilot, lambda: isinstance(pilot.app.screen, DirectoryScreen) and bool(pilot.app.screen.rows.items)
    )


async def open_page(pilot: Any, screen: str = "Truffles") -> CommunityScreen:
    """The page of the community that is selected, from wherever one is."""
    await press(pilot, "i")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommunityScreen))
    await shows(pilot, screen)
    page: CommunityScreen = pilot.app.screen
    return page


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_it_shows_purpose_state_weeks_and_size_of_what_one_may_know(
    world: World, size: tuple[int, int]
) -> None:
    async with session(world.forum, world.bob, size=size) as (app, pilot):
        await open_directory(pilot)
        text = await shows(pilot, "Roses", "practice", "○ seed", "···········█", "All about roses")
        assert "Truffles" not in text
        orchids = next(line for line in text.splitlines() if "Orchids" in line)
        assert "█" not in orchids
        assert "by approval" in text
        assert text.index("Roses") < text.index("Orchids")
        assert app.screen.query_one("StatusBar")


async def test_in_german_at_80_columns(world: World) -> None:
    bert = await person(world.forum, "bert", language="de")
    async with session(world.forum, bert) as (_app, pilot):
        await open_directory(pilot)
        await shows(pilot, "Communitys finden", "Praxis", "mit Genehmigung", "neuester Beitrag zuerst")
        await press(pilot, "j")
        await open_page(pilot, "Orchids")
        await shows(pilot, "Mit J bittest du die Leitung um Aufnahme.", "Leitung: @ada", "Fragen")


async def test_filters_and_orders_are_chosen_and_told(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await open_directory(pilot)
        await press(pilot, "p")
        await shows(pilot, "Communities of which purpose?", "1  all purposes", "4  questions")
        await press(pilot, "4")
        await until(pilot, lambda: "Roses" not in screen_text(app))
        await shows(pilot, "p questions", "Orchids")
        await press(pilot, "p", "3")
        await shows(pilot, "No community is like that: x shows all.")
        await press(pilot, "x")
        await shows(pilot, "Roses", "Orchids", "Truffles", "p purpose")
        await press(pilot, "slash", '"truf"', "enter")
        await until(pilot, lambda: "Roses" not in screen_text(app))
        await shows(pilot, "/ truf", "Truffles")
        await press(pilot, "x", "o", "3")
        text = await shows(pilot, "o by name", "Orchids", "Roses")
        assert text.index("Orchids") < text.index("Roses") < text.index("Truffles")
        await press(pilot, "m", "3")
        await shows(pilot, "m others", "No community is like that")
        await press(pilot, "m", "1", "s", "2")
        await shows(pilot, "s seed", "Roses")
        await press(pilot, "L", '"fr"', "enter")
        await shows(pilot, "L fr", "No community is like that")


async def test_open_communities_are_joined_and_read_with_one_key_each(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await open_directory(pilot)
        await press(pilot, "J")
        await shows(pilot, "Welcome to Roses.", "member")
        assert await world.role(world.bob, "roses") is Role.MEMBER
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
        await shows(pilot, "roses news")


async def test_who_asks_to_join_is_let_in_with_a_sentence(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await open_directory(pilot)
        await press(pilot, "j", "enter")  # nothing to read: its page
        await until(pilot, lambda: isinstance(app.screen, CommunityScreen))
        text = await shows(pilot, "All about orchids", "Hosts: @ada", "J asks the hosts to let you in.")
        assert "1 thread" not in text
        await press(pilot, "J")
        await shows(pilot, "Ask to join Orchids.")
        await press(pilot, '"please"', "enter")
        await shows(pilot, "You have asked to join", "Asked: the hosts of Orchids will answer")
        await press(pilot, "q")
        await shows(pilot, "asked to join")
    async with session(world.forum, world.ada) as (app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "@bob asks to join Orchids", "please")
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, CommunityScreen))
        await shows(pilot, "Asking to join", "@bob Bob: please")
        await press(pilot, "enter")
        await shows(pilot, "@bob asks to join: “please”", "1  let in", "2  decline")
        await press(pilot, "1")
        await shows(pilot, "Let @bob in. A sentence")
        await press(pilot, '"welcome"', "enter")
        await shows(pilot, "@bob is a member now.", "2 members")
        assert "Asking to join" not in screen_text(app)
    async with session(world.forum, world.bob) as (_app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "You have been let into Orchids", "welcome")
        await press(pilot, "enter")
        await shows(pilot, "orchids news")


async def test_who_is_declined_is_told_why(world: World) -> None:
    await world.forum.memberships.request(world.bob, world.id("orchids"), "")
    async with session(world.forum, world.ada) as (app, pilot):
        await open_directory(pilot)
        await press(pilot, "slash", '"orch"', "enter")
        await until(pilot, lambda: "Roses" not in screen_text(app))
        await open_page(pilot, "Asking to join")
        await press(pilot, "d", '"we are full"', "enter")
        await shows(pilot, "@bob is declined, and told so.")
    async with session(world.forum, world.bob) as (_app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "Your request to join Orchids was declined", "we are full")


async def test_what_was_typed_stays_when_it_cannot_be_taken(world: World) -> None:
    async with session(world.forum, world.ada) as (_app, pilot):
        await open_directory(pilot)
        await open_page(pilot, "Truffles")
        await press(pilot, "I", '"nobody"', "enter", '"come"', "enter")
        await shows(pilot, "! There is nobody called @nobody.", "Invite whom?", "nobody")
        await press(pilot, *["backspace"] * 6, '"bob"', "enter")
        await shows(pilot, "A sentence for @bob", "come")
        await press(pilot, "enter")
        await shows(pilot, "@bob is invited.", "Invited", "invited by @ada")


@pytest.mark.parametrize("answer", ["accept", "decline"])
@pytest.mark.parametrize("where", ["inbox", "page"])
async def test_an_invitation_is_answered_in_the_inbox_or_on_the_page(
    world: World, answer: str, where: str
) -> None:
    await world.forum.memberships.invite(world.ada, world.id("truffles"), "bob", "Come in")
    async with session(world.forum, world.bob) as (app, pilot):
        await shows(pilot, "Truffles", "you are invited")
        await press(pilot, "g", "i")
        await shows(pilot, "@ada invites you into Truffles", "Come in")
        if where == "page":
            await press(pilot, "enter")
            await until(pilot, lambda: isinstance(app.screen, CommunityScreen))
            text = await shows(pilot, "@ada invites you: J accepts, D declines. “Come in”", "J accept")
            assert "truffles news" not in text
        await press(pilot, *(["J"] if answer == "accept" else ["D", "y"]))
        if answer == "accept":
            await shows(pilot, "Welcome to Truffles.")
            assert await world.role(world.bob, "truffles") is Role.MEMBER
            return
        await shows(pilot, "The invitation is declined.")
        await until(pilot, lambda: isinstance(app.screen, InboxScreen))
        await until(pilot, lambda: "Truffles" not in screen_text(app))


async def test_roles_are_given_and_members_removed(world: World) -> None:
    await world.forum.memberships.join(world.bob, world.id("roses"))
    async with session(world.forum, world.ada) as (app, pilot):
        await press(pilot, "g", "c")
        await shows(pilot, "Roses")
        await press(pilot, "slash", '"roses"', "enter")
        await until(pilot, lambda: "Orchids" not in screen_text(app))
        await open_page(pilot, "@bob Bob")
        await press(pilot, "G", "r")
        await shows(pilot, "@bob is: member. And from now on?", "2  expert", "is asked first")
        await press(pilot, "2")
        await shows(pilot, "@bob is from now on: expert.")
        assert await world.role(world.bob, "roses") is Role.EXPERT
        await press(pilot, "g", "g", "r", "1")  # oneself, the only manager
        await shows(pilot, "! A community needs a manager: name another one first.")
        await press(pilot, "j", "k", "x")  # nor may one put oneself out; no reason is asked for
        await shows(pilot, "! A community needs a manager: name another one first.")
        await press(pilot, "G", "x")
        await shows(pilot, "Remove @bob from the community?")
        await press(pilot, '"adverts"', "enter")
        await shows(pilot, "@bob is not a member any more.")
        assert await world.role(world.bob, "roses") is None


async def test_who_sees_a_community_is_changed_after_asking(world: World) -> None:
    await world.forum.memberships.join(world.bob, world.id("roses"))
    async with session(world.forum, world.ada) as (app, pilot):
        await open_directory(pilot)
        await press(pilot, "slash", '"roses"', "enter")
        await until(pilot, lambda: "Orchids" not in screen_text(app))
        await open_page(pilot, "Open: everybody reads")
        await press(pilot, "V", "3")
        await shows(pilot, "Hide Roses? Only its members will know that it exists.")
        await press(pilot, "n", "V", "2", "y")
        await shows(pilot, "Done; the members are told.", "By approval: all see what it is for")
    async with session(world.forum, world.bob) as (_app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "Roses is open to others than before", "By approval")


async def test_members_who_may_not_manage_find_no_keys_for_it(world: World) -> None:
    await world.forum.memberships.join(world.bob, world.id("roses"))
    async with session(world.forum, world.bob) as (app, pilot):
        await shows(pilot, "Roses")
        await open_page(pilot, "You are in it: member.")
        await press(pilot, "r")
        await shows(pilot, "r does nothing here")
        await press(pilot, "I", '"ada"', "enter", "enter")
        await shows(pilot, "! @ada is a member already.")
        await press(pilot, "J")
        await shows(pilot, "Leave Roses?")
        await press(pilot, "y")
        await shows(pilot, "You have left Roses.", "J joins.")
        await press(pilot, "q")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))


async def test_members_lead_to_their_profiles_and_hosts_to_their_page(world: World) -> None:
    await world.forum.memberships.join(world.bob, world.id("roses"))
    here = world.forum.presence.enter(world.ada)
    here.look(world.id("roses"), None)
    async with session(world.forum, world.bob) as (app, pilot):
        await shows(pilot, "Roses")
        await open_page(pilot, "Here now: @ada")
        await press(pilot, "G", "k", "enter")
        await until(pilot, lambda: type(app.screen).__name__ == "ProfileScreen")
        await shows(pilot, "Ada")
    here.leave()
    async with session(world.forum, world.ada) as (app, pilot):
        await press(pilot, "g", "c")
        await shows(pilot, "Roses")
        await press(pilot, "slash", '"roses"', "enter")
        await until(pilot, lambda: "Orchids" not in screen_text(app))
        await open_page(pilot, "You are in it: manager.")
        await press(pilot, "G", "enter")
        await shows(pilot, "1  give another role", "2  remove", "3  see the profile")
        await press(pilot, "3")
        await until(pilot, lambda: type(app.screen).__name__ == "ProfileScreen")
        await press(pilot, "q")
        await shows(pilot, "You are in it: manager.")
        await press(pilot, "H")
        await until(pilot, lambda: type(app.screen).__name__ == "HostingScreen")


async def test_suggestions_come_first_with_the_reason(world: World) -> None:
    async def work(uow: UnitOfWork) -> None:
        await uow.connection.execute(
            insert(Interest).values(
                account_id=world.bob.account_id, kind="learn", topic="orchids", label="Orchids", position=0
            )
        )

    await world.forum.database.write(work)
    async with session(world.forum, world.bob) as (_app, pilot):
        await open_directory(pilot)
        text = await shows(pilot, "You may like", "matches: orchids", "All communities")
        assert text.index("matches: orchids") < text.index("All communities") < text.index("Roses")


async def test_more_than_a_page_is_loaded_on_the_way_down(world: World) -> None:
    for index in range(70):
        await another(world.forum, world.ada, f"c{index:02}")
    async with session(world.forum, world.bob) as (_app, pilot):
        await open_directory(pilot)
        for _page in range(3):
            await press(pilot, "G")
            await pilot.pause()
        await shows(pilot, "Orchids")


async def test_losing_the_community_closes_its_page(world: World) -> None:
    await world.forum.memberships.invite(world.ada, world.id("truffles"), "bob")
    await world.forum.memberships.join(world.bob, world.id("truffles"))
    async with session(world.forum, world.bob) as (app, pilot):
        await shows(pilot, "Truffles")
        await open_page(pilot, "You are in it: member.")
        await world.forum.memberships.remove(world.ada, world.id("truffles"), "bob", "over")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
        await until(pilot, lambda: "Truffles" not in screen_text(app))


Step = Callable[[Any], Awaitable[None]]


@pytest.mark.parametrize("size", [(40, 10), NARROW, WIDE])
async def test_nothing_breaks_in_the_smallest_window(world: World, size: tuple[int, int]) -> None:
    async with session(world.forum, world.bob, size=size) as (app, pilot):
        await open_directory(pilot)
        await press(pilot, "i")
        await until(pilot, lambda: isinstance(app.screen, CommunityScreen))
        lines = screen_text(app).splitlines()
        assert max(map(len, lines)) <= size[0]
        assert "help" in lines[-1]


@pytest.mark.parametrize("size", [NARROW, (100, 120)])
async def test_home_with_many_communities_shows_all_of_them_and_then_the_others(
    world: World, size: tuple[int, int]
) -> None:
    for index in range(90):
        row = await another(world.forum, world.ada, f"c{index:02}")
        if index < 60:
            await world.forum.memberships.join(world.bob, row.community_id)
    async with session(world.forum, world.bob, size=size) as (app, pilot):
        await shows(pilot, "My communities", "C59")
        if size[1] > 100:
            await shows(pilot, "C10")  # the window is filled without a key
        for _page in range(8):
            await press(pilot, "G")
        await shows(pilot, "C89", "Roses")
        rows = [row for row in app.browse.home.items if isinstance(row, CommunityRow)]
        assert len({row.community_id for row in rows}) == len(rows) == 92
        current = app.browse.home.current
        await world.forum.posts.start_thread(world.bob, rows[50].community_id, "Mine", "Here")
        await until(pilot, lambda: app.browse.home.items[1] != rows[0])
        assert current is not None
        assert app.browse.home.current is not None
        assert app.browse.home.current.community_id == current.community_id


async def meet_gardeners(world: World, newcomer: Actor) -> None:
    """Somebody shares a community with three who are in Roses."""
    commons = await another(world.forum, world.ada, "commons")
    await world.forum.memberships.join(newcomer, commons.community_id)
    for name in ("cleo", "dora"):
        gardener = await person(world.forum, name)
        for community_id in (commons.community_id, world.id("roses")):
            await world.forum.memberships.join(gardener, community_id)


async def test_why_a_community_is_suggested_was_cut_with_room_beside_it(world: World) -> None:
    bert = await person(world.forum, "bert", language="de")
    await meet_gardeners(world, bert)
    async with session(world.forum, bert) as (_app, pilot):
        await open_directory(pilot)
        await shows(pilot, "3 Personen aus deinen Communitys sind dabei  All about roses")


async def test_after_joining_a_suggestion_enter_opened_another_community(world: World) -> None:
    await meet_gardeners(world, world.bob)
    async with session(world.forum, world.bob) as (app, pilot):
        await open_directory(pilot)
        await shows(pilot, "You may like", "Roses")
        while (row := app.screen.rows.current.row) and row.community.slug != "roses":  # type: ignore[attr-defined]
            await press(pilot, "j")
        await press(pilot, "J")
        await shows(pilot, "Welcome to Roses.")
        await press(pilot, "enter")
        await shows(pilot, "Roses ·", "roses news")


async def test_the_words_that_are_looked_for_were_on_a_second_line_that_nobody_sees(world: World) -> None:
    bert = await person(world.forum, "bert", language="de")
    async with session(world.forum, bert) as (_app, pilot):
        await open_directory(pilot)
        await press(pilot, "slash", '"roses"', "enter")
        await shows(pilot, "/ roses  m alle  o neuester Beitrag zuerst")


async def test_ones_own_handle_was_cut_with_half_a_line_free(world: World) -> None:
    bert = await person(world.forum, "bert", language="de")
    names = ("klaus-dieter", "wilhelmine")
    present = [world.forum.presence.enter(await person(world.forum, name)) for name in names]
    async with session(world.forum, bert) as (app, pilot):
        await shows(pilot, " tui-forum", "hier: @klaus-dieter @wilhelmine · @bert")
        long = "Wie man Rosen über einen sehr, sehr langen Winter bringt"
        roses = await world.forum.posts.start_thread(world.ada, world.id("roses"), long, "x")
        await app.browse.open_thread(roses.thread_id, 1)
        text = await shows(pilot, "1/1 Wie man Rosen über einen")
        assert text.splitlines()[0].endswith("@bert")
    assert len(present) == len(names)


async def test_in_a_choice_notes_cut_what_was_chosen_and_german_had_english_quotes(world: World) -> None:
    hana = await person(world.forum, "hana", language="de")
    await world.forum.memberships.invite(world.ada, world.id("orchids"), "hana")
    await world.forum.memberships.join(hana, world.id("orchids"))
    await world.forum.memberships.set_role(world.ada, world.id("orchids"), "hana", Role.MANAGER)
    await world.forum.memberships.request(world.bob, world.id("orchids"), "Please")
    async with session(world.forum, await world.forum.accounts.actor(hana.account_id)) as (app, pilot):
        app.post_message(Go(Place.COMMUNITY, (world.id("orchids"),), on_top=True))
        await shows(pilot, "Bitten um Aufnahme")
        await press(pilot, "enter")
        await shows(pilot, "@bob bittet um Aufnahme: „Please“")
        await press(pilot, "escape", "V")
        await shows(pilot, "Mit Genehmigung: Alle sehen den Zweck, Mitglieder lesen")
        await press(pilot, "escape", "G", "r")
        await shows(pilot, "2  Fachperson ", "wird zuerst gefragt, wenn eine Frage wartet")


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_list_of_communities_stood_at_another_than_the_open_one(
    world: World, size: tuple[int, int]
) -> None:
    async with session(world.forum, world.ada, size=size) as (app, pilot):
        for slug in ("truffles", "roses"):
            await open_directory(pilot)
            await press(pilot, "slash", f'"{slug}"', "enter")
            await shows(pilot, f"/ {slug}", f"All about {slug}")
            await press(pilot, "enter")
            await shows(pilot, f"{slug} news")
            assert app.browse.home.current is not None
            assert app.browse.home.current.slug == slug
