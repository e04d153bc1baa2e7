"""Hosting on the screen: the host's page does what it suggests, the round answers, guides are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from textual.pilot import Pilot

from tests import forums
from tests.forums import rows
from tests.services.test_hosting import age
from tests.ui.reading import NARROW, WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor, Purpose, SiteRole
from tui_forum.domain.views import CommunityRow
from tui_forum.services.forum import Forum
from tui_forum.storage.models import Community, Membership
from tui_forum.storage.uow import UnitOfWork
from tui_forum.ui.app import ForumApp

FORTNIGHT = (datetime.now(UTC) + timedelta(days=14)).date()
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x50"])


class World:
    """Eva hosts Gardens, in which Ada has just asked something; Max hosts Fields."""

    forum: Forum
    eva: Actor
    ada: Actor
    max: Actor
    gardens: CommunityRow
    fields: CommunityRow


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    made = World()
    made.forum = sqlite_forum
    made.eva, made.ada, made.max = [await person(sqlite_forum, name) for name in ("eva", "ada", "max")]
    made.gardens = await community(sqlite_forum, made.eva, made.ada)
    made.fields = await community(sqlite_forum, made.max, slug="fields")
    return made


async def host_page(app: ForumApp, pilot: Pilot[None]) -> None:
    """From home to the page of Gardens."""
    await shows(pilot, "Gardens")
    while app.browse.home.current is None or app.browse.home.current.slug != "gardens":
        await press(pilot, "j")
    await press(pilot, "H")


async def german(world: World, actor: Actor) -> Actor:
    await world.forum.accounts.update_profile(actor, language="de")
    return await world.forum.accounts.actor(actor.account_id)


@SIZES
async def test_the_page_says_how_it_stands_why_and_what_helps(world: World, size: tuple[int, int]) -> None:
    await world.forum.posts.start_thread(world.ada, world.gardens.community_id, "Black spots?", "Help")
    async with session(world.forum, world.eva, size=size) as (app, pilot):
        await host_page(app, pilot)
        await shows(
            pilot,
            "Host's page: Gardens",
            "seed",
            "1 of the first 5 threads",
            "2 members (1 new) · hosts: @eva",
            "first answer after",
            "1  Answer @ada: “Black spots?”",
            "Welcome @ada",
            "Find a second host",
        )
        await press(pilot, "1")
        await shows(pilot, "Black spots?", "Help", "reply")


async def test_the_page_in_german(world: World) -> None:
    async with session(world.forum, await german(world, world.eva)) as (app, pilot):
        await host_page(app, pilot)
        await shows(
            pilot, "Leitungsseite: Gardens", "Keim", "0 der ersten 5 Threads", "Eine Mitleitung finden",
            "Was als Nächstes hilft", "Leute, die schrieben",
        )  # fmt: skip
        await press(pilot, "G", "enter")
        await shows(pilot, "Eine Praxis-Community eröffnen", "Vor dem Eröffnen")


async def test_a_suggested_thread_is_in_the_composer_and_leaving_it_keeps_no_draft(world: World) -> None:
    async with session(world.forum, world.eva) as (app, pilot):
        await host_page(app, pilot)
        await shows(pilot, "Start 5 more threads")
        await press(pilot, "3")
        await shows(pilot, "Who is here, and what are you working on?", "Let us begin with ourselves")
        await press(pilot, "escape")
        await shows(pilot, "Host's page")
        assert await world.forum.drafts.all(world.eva) == ()
        await press(pilot, "3")
        await shows(pilot, "Let us begin with ourselves")
        await press(pilot, '"roses"', "ctrl+s")
        await shows(pilot, "I begin: roses")
    assert await rows(world.forum.database, "SELECT title FROM thread") == [
        ("Who is here, and what are you working on?",)
    ]


async def test_a_newcomer_without_a_post_is_greeted_by_a_notice(world: World) -> None:
    async with session(world.forum, world.eva) as (app, pilot):
        await host_page(app, pilot)
        await shows(pilot, "1  Welcome @ada")
        await press(pilot, "1")
        await shows(pilot, "A greeting for @ada", "Welcome to Gardens, Ada!")
        await press(pilot, "enter")
        await shows(pilot, "@ada is welcomed.")
        assert "1  Welcome @ada" not in screen_text(pilot.app)
    assert "welcome" in [notice.kind for notice in await world.forum.notices.page(world.ada)]


async def test_a_co_host_is_asked_what_is_wrong_is_said_and_what_was_typed_stays(world: World) -> None:
    async with session(world.forum, world.eva) as (app, pilot):
        await host_page(app, pilot)
        await shows(pilot, "Find a second host")
        await press(pilot, "b")
        await shows(pilot, "Ask for a co-host for Gardens")
        await press(pilot, '"nobody"', "tab", '"please"', "ctrl+s")
        await shows(pilot, "! There is no account “@nobody”.", "nobody", "please")
        await press(pilot, "escape")
        await shows(pilot, "Host's page")
        await press(pilot, "b")
        await shows(pilot, "nobody", "please")
        await press(pilot, *["backspace"] * 6, '"ada"', "ctrl+s")
        await shows(pilot, "Asked. You are told as soon as somebody answers.")
    async with session(world.forum, world.ada) as (_app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "@eva asks you to host Gardens too", "please")
        await press(pilot, "enter")
        await shows(pilot, "Asked of you", "Gardens: @eva asks @ada to host it too", "a accepts, d declines")
        await press(pilot, "a")
        await shows(pilot, "Host Gardens from now on?")
        await press(pilot, "y")
        await shows(pilot, "You host Gardens now", "Your communities")
        await press(pilot, "g", "h")
        await shows(pilot, "Hosts' round / Leitungsrunde")


async def test_all_hosts_are_asked_in_their_round(world: World) -> None:
    async with session(world.forum, world.eva) as (app, pilot):
        await host_page(app, pilot)
        await shows(pilot, "Find a second host")
        await press(pilot, "b", "ctrl+s")
        await shows(pilot, "Asked.")
    async with session(world.forum, world.max) as (_app, pilot):
        await shows(pilot, "Hosts' round / Leitungsrunde")
        await press(pilot, "g", "o")
        await shows(pilot, "Open requests", "Gardens: @eva looks for a co-host", "a accepts")
        await press(pilot, "enter")
        await shows(pilot, "Who hosts Gardens with me?", "I am looking for a second host for Gardens.")


async def test_a_holiday_is_handed_over_and_ended_early_in_german(world: World) -> None:
    eva = await german(world, world.eva)
    async with session(world.forum, eva) as (app, pilot):
        await host_page(app, pilot)
        await shows(pilot, "Leitungsseite")
        await press(pilot, "v", '"ada"', "tab", '"soon"', "ctrl+s")
        await shows(pilot, "ist kein Datum", "soon")
        await press(pilot, *["backspace"] * 4, f'"{FORTNIGHT}"', "ctrl+s")
        await shows(pilot, "Gefragt.")
    [asked] = (await world.forum.hosts_round.view(world.ada)).asked
    await world.forum.host_requests.accept(world.ada, asked.request_id)
    async with session(world.forum, eva) as (_app, pilot):
        await press(pilot, "g", "o")
        await shows(pilot, "Vertretungen", "Gardens: @ada vertritt @eva bis", "d beendet")
        await press(pilot, "d")
        await shows(pilot, "Die Vertretung jetzt beenden?")
        await press(pilot, "j")
        await shows(pilot, "Beendet.")
        assert "Vertretungen" not in screen_text(pilot.app)


@SIZES
async def test_notes_of_a_handover_are_read_in_full_not_as_one_line(
    world: World, size: tuple[int, int]
) -> None:
    notes = "\n\n".join(f"{n}. Water the **roses** of row {n}, mind the thorns [/]." for n in range(1, 31))
    await world.forum.host_requests.hand_over(world.eva, world.gardens.community_id, "ada", notes, FORTNIGHT)
    async with session(world.forum, await german(world, world.ada), size=size) as (_app, pilot):
        await press(pilot, "g", "o")
        await shows(pilot, "Gardens: @eva vertreten bis")
        await press(pilot, "enter")
        await shows(
            pilot, "Anfrage unter Leitungen", "1. Water the roses of row 1, mind the thorns [/].", "@eva Eva"
        )
        for _ in range(5):
            await press(pilot, "pagedown")
        await shows(pilot, "30. Water the roses of row 30")
        await press(pilot, "a")
        await shows(pilot, "Gardens leiten, bis einschließlich")
        await press(pilot, "j")
        await shows(pilot, "@ada vertritt @eva", "d beendet")
        await press(pilot, "q")
        await shows(pilot, "Vertretungen")


async def test_archived_and_opened_again(world: World) -> None:
    ref = await world.forum.posts.start_thread(world.ada, world.gardens.community_id, "Tulips", "When?")
    async with session(world.forum, world.ada) as (ada_app, ada):
        await shows(ada, "Gardens")
        async with session(world.forum, world.eva) as (app, pilot):
            await host_page(app, pilot)
            await shows(pilot, "Host's page")
            await press(pilot, "X")
            await shows(pilot, "Archive Gardens: it stays readable.")
            await press(pilot, "1", "enter")
            await shows(pilot, "Gardens is archived. X opens it again.", "archived today", "Open it again")
        await until(ada, lambda: "Gardens" not in screen_text(ada_app))
        await press(ada, "g", "i")
        await shows(ada, "Gardens was archived: it can still be read", "What it was for is done")
        await press(ada, "enter")
        await shows(ada, "Gardens (archived)", "Tulips")
        await press(ada, "c")
        await shows(ada, "This community is archived")
        await press(ada, "enter")
        await shows(ada, "When?")
        await press(ada, "r")
        await shows(ada, "This community is archived")
    await world.forum.hosting.reopen(world.eva, world.gardens.community_id)
    await world.forum.posts.reply(world.ada, ref.thread_id, "In October")


async def test_a_community_is_merged_into_another_that_one_hosts(world: World) -> None:
    await world.forum.posts.start_thread(world.ada, world.gardens.community_id, "Tulips", "When?")
    async with session(world.forum, world.eva) as (app, pilot):
        await host_page(app, pilot)
        await shows(pilot, "Host's page")
        await press(pilot, "M")
        await shows(pilot, "There is no other community that it can go into")
        parks = await community(world.forum, world.eva, slug="parks")
        await press(pilot, "M")
        await shows(pilot, "Merge Gardens into:", "Parks")
        await press(pilot, '"park"', "enter")
        await shows(pilot, "Merge Gardens into Parks?")
        await press(pilot, "y")
        await shows(pilot, "Gardens is part of Parks now.", "Host's page: Parks")
    assert (await world.forum.communities.community(world.ada, "gardens")).community_id == parks.community_id


async def test_what_nobody_looks_after_is_adopted(world: World) -> None:
    await age(world.forum, world.fields.community_id)
    async with session(world.forum, world.eva) as (_app, pilot):
        await press(pilot, "g", "o")
        await shows(pilot, "Nobody looks after these", "Fields", "dormant", "a adopts it")
        await press(pilot, "j", "enter")
        await shows(pilot, "Host's page: Fields", "1  Host this community")
        await press(pilot, "q", "a")
        await shows(pilot, "Host Fields from now on?")
        await press(pilot, "y")
        await shows(pilot, "You host Fields now. H is its page.")
    assert "community_adopted" in [notice.kind for notice in await world.forum.notices.page(world.max)]


async def test_who_hosts_nothing_reads_the_guides_and_nothing_else(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await press(pilot, "g", "o")
        await shows(pilot, "Guides", "Opening a community of practice")
        assert "Your communities" not in screen_text(pilot.app)
        await press(pilot, "t")
        await shows(pilot, "t does nothing here")
        await press(pilot, "a")
        await shows(pilot, "There is nothing to accept here.")
        await press(pilot, "enter")
        await shows(pilot, "Before you open it")
        await press(pilot, "e")
        await shows(pilot, "e does nothing here")
        await press(pilot, "q", "g", "h")
        await host_page(app, pilot)
        await shows(pilot, "Only managers of the community may do that.")


async def test_a_guide_is_changed_and_what_somebody_else_wrote_is_shown_first(world: World) -> None:
    guide = await world.forum.playbooks.guide(world.max, "practice-opening")
    which = guide.row.playbook_id
    async with session(world.forum, world.eva) as (_app, pilot):
        await press(pilot, "g", "o")
        await shows(pilot, "Opening a community of practice")
        await press(pilot, "j", "enter")
        await shows(pilot, "Before you open it", "change the guide")
        await press(pilot, "e")
        await shows(pilot, "Change the guide: Opening")
        await press(pilot, '"Mine. "')
        await world.forum.playbooks.change(
            world.max, which, guide.row.title, f"Max was first.\n{guide.body}", revision=1
        )
        await press(pilot, "ctrl+s")
        await shows(pilot, "@max has changed it meanwhile", "-Max was first.", "+Mine.")
        await press(pilot, "escape", "escape")
        await shows(pilot, "Your draft is kept", "Max was first.")
        await press(pilot, "g", "d")
        await shows(pilot, "Opening a community of practice")
        await press(pilot, "enter")
        await shows(pilot, "-Max was first.", "+Mine.")
        await press(pilot, "ctrl+s")
        await shows(pilot, "Saved: all hosts read it like this now.")
    changed = await world.forum.playbooks.guide(world.max, "practice-opening")
    assert changed.body.startswith("Mine. People join")
    assert await world.forum.drafts.all(world.eva) == ()


async def test_a_guide_is_shared_in_the_round_and_put_back(world: World) -> None:
    guide = await world.forum.playbooks.guide(world.eva, "practice-opening")
    await world.forum.playbooks.change(world.eva, guide.row.playbook_id, "Ours", "Our way.", revision=1)
    async with session(world.forum, world.eva) as (_app, pilot):
        await press(pilot, "g", "o")
        await shows(pilot, "Ours", "changed by @eva")
        await press(pilot, "j", "enter")
        await shows(pilot, "Our way.")
        await press(pilot, "s")
        await shows(pilot, "New thread in Hosts' round", "Ours", "Our way.")
        await press(pilot, "ctrl+s")
        await shows(pilot, "Ours (Hosts' round")
        await press(pilot, "g", "o", "j", "enter")
        await shows(pilot, "Our way.")
        await press(pilot, "c")
        await shows(pilot, "New thread in Gardens", "Our way.")
        await press(pilot, "escape", "U")
        await shows(pilot, "Put the shipped text back")
        await press(pilot, "y")
        await shows(pilot, "Before you open it")


async def test_a_charter_that_is_due_is_a_step_to_it(world: World) -> None:
    async def due(uow: UnitOfWork) -> None:
        today = uow.now.date()
        await uow.connection.execute(
            update(Community)
            .where(Community.id == world.gardens.community_id)
            .values(review_on=today, last_post_at=uow.now, thread_count=9)
        )
        await uow.connection.execute(update(Membership).values(welcomed_at=uow.now))

    await world.forum.database.write(due)
    async with session(world.forum, world.eva) as (app, pilot):
        await host_page(app, pilot)
        await shows(pilot, "Look at the charter again", "Due on")
        step = next(
            place
            for place, line in enumerate(screen_text(app).splitlines())
            if "Look at the charter again" in line
        )
        number = screen_text(app).splitlines()[step].split()[0].strip("▌")
        await press(pilot, number)
        await shows(pilot, "What grows, and why it does not", "Practice")
        await press(pilot, "q")
        await shows(pilot, "Host's page")


async def test_the_page_follows_what_others_do(world: World) -> None:
    async with session(world.forum, world.eva) as (app, pilot):
        await host_page(app, pilot)
        await shows(pilot, "0 of the first 5 threads")
        await world.forum.posts.start_thread(world.ada, world.gardens.community_id, "Black spots?", "Help")
        await shows(pilot, "1 of the first 5 threads", "1  Answer @ada")
        await press(pilot, "9", "7")
        await shows(pilot, "There is no step 7.")


async def test_the_round_of_a_desk_compares_with_desks(world: World) -> None:
    await community(world.forum, world.eva, slug="desk", purpose=Purpose.QUESTIONS)
    async with session(world.forum, world.eva, size=WIDE) as (_app, pilot):
        await press(pilot, "g", "o")
        await shows(pilot, "Desk", "questions · posts a week 0, wrote 0, answer –", "Gardens", "practice ·")


async def test_a_moderator_of_the_site_typed_what_was_then_refused(world: World) -> None:
    sven = await forums.person(world.forum, "sven", SiteRole.MODERATOR)
    async with session(world.forum, sven) as (app, pilot):
        await host_page(app, pilot)
        text = await shows(pilot, "Host's page: Gardens", "There is nothing for you to do here right now.")
        assert "ask for a co-host" not in text
        for key in ("F", "M", "X"):
            await press(pilot, key)
            await shows(pilot, "! Only managers of the community may do that.")
            await press(pilot, "j")


async def test_the_field_for_notes_had_a_frame_while_one_typed_and_jumped(world: World) -> None:
    async with session(world.forum, world.eva) as (app, pilot):
        await host_page(app, pilot)
        await shows(pilot, "Find a second host")
        await press(pilot, "b", "tab")
        text = await shows(pilot, "What should they know?")
        assert "▔" not in text
