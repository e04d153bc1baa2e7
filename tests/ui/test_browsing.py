"""Communities, threads, posts: as somebody who reads, narrow and wide, alone and beside others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from tests.ui.reading import NARROW, WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor, PostOrder
from tui_forum.domain.events import community_topic
from tui_forum.domain.moderation import CaseCategory
from tui_forum.domain.views import PostRef
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.navigation import ComposeTarget
from tui_forum.ui.screens.compose import ComposeScreen
from tui_forum.ui.traits import TerminalTraits


@dataclass
class World:
    """A community of ``ada`` (who runs it) and ``bob`` (who reads), with a thread of three posts."""

    forum: Forum
    ada: Actor
    bob: Actor
    community_id: int
    first: PostRef


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    forum = sqlite_forum
    ada, bob = await person(forum, "ada", admin=True), await person(forum, "bob")
    row = await community(forum, ada, bob)
    first = await forum.posts.start_thread(ada, row.community_id, "Roses in winter", "How do you cover them?")
    await forum.posts.reply(bob, first.thread_id, "With fir twigs.", reply_to=1)
    await forum.posts.reply(ada, first.thread_id, "And from *above*?", reply_to=2)
    return World(forum, ada, bob, row.community_id, first)


async def open_first(pilot: Any, *texts: str) -> str:
    """Home → the first community → its first thread."""
    await shows(pilot, "Gardens")
    await press(pilot, "enter")
    await until(pilot, lambda: bool(pilot.app.browse.threads.items))
    await press(pilot, "enter")
    return await shows(pilot, *texts)


def selected(app: ForumApp) -> int:
    """The number of the selected post."""
    post = app.browse.reader.current
    return post.number if post is not None else 0


def grown(app: ForumApp, known: int) -> bool:
    """Whether the reader has one post more."""
    return len(app.browse.reader.posts) == known + 1


def top_line(app: ForumApp) -> str:
    return screen_text(app).splitlines()[1]


# -- the three levels


@pytest.mark.parametrize("back", ["q", "escape", "h", "left"])
async def test_narrow_shows_one_level_at_a_time_and_goes_back(world: World, back: str) -> None:
    async with session(world.forum, world.bob, size=NARROW) as (app, pilot):
        home = await shows(pilot, "My communities", "Gardens", "1 thread")
        assert "Roses" not in home
        await press(pilot, "l")
        threads = await shows(pilot, "Roses in winter", "@ada", "2")
        assert "My communities" not in threads
        await press(pilot, "enter")
        posts = await shows(pilot, "1/3", "With fir twigs.", "And from above?", "↪ #1 @ada")
        assert "@ada 2" not in posts
        await press(pilot, back)
        await shows(pilot, "Gardens · What grows")
        await press(pilot, back)
        await shows(pilot, "My communities")
        assert app.browse.home.has_focus


async def test_wide_shows_the_three_levels_side_by_side(world: World) -> None:
    async with session(world.forum, world.bob, size=WIDE) as (_app, pilot):
        await open_first(pilot, "My communities", "Roses in winter", "With fir twigs.")


async def test_a_window_that_grows_and_shrinks_keeps_the_level(world: World) -> None:
    async with session(world.forum, world.bob, size=NARROW) as (app, pilot):
        await open_first(pilot, "With fir twigs.")
        await pilot.resize_terminal(160, 50)
        await shows(pilot, "My communities", "With fir twigs.")
        await pilot.resize_terminal(80, 24)
        text = await shows(pilot, "With fir twigs.")
        assert "My communities" not in text
        assert app.browse.reader.has_focus


@pytest.mark.parametrize("size", [(39, 24), (80, 9)])
async def test_below_40_by_10_there_is_a_plain_sentence(world: World, size: tuple[int, int]) -> None:
    async with session(world.forum, world.bob) as (_app, pilot):
        await open_first(pilot, "With fir twigs.")
        await pilot.resize_terminal(*size)
        text = await shows(pilot, "Please make the window larger")
        assert "fir twigs" not in text
        await pilot.resize_terminal(40, 10)
        await shows(pilot, "With fir twigs.")


async def test_german_from_top_to_bottom(world: World) -> None:
    gerda = await person(world.forum, "gerda", language="de")
    await world.forum.memberships.join(gerda, world.community_id)
    async with session(world.forum, gerda) as (_app, pilot):
        await shows(pilot, "Meine Communitys", "öffnen")
        await press(pilot, "enter")
        await shows(pilot, "Roses in winter", "zurück")
        await press(pilot, "enter")
        await shows(pilot, "antworten", "zitieren")
        await press(pilot, "question_mark")
        await shows(pilot, "als Baum")


async def test_join_and_leave(world: World) -> None:
    carl = await person(world.forum, "carl")
    async with session(world.forum, carl) as (_app, pilot):
        await shows(pilot, "Others you may join", "Gardens")
        await press(pilot, "J")
        await shows(pilot, "Welcome to Gardens.", "My communities")
        await press(pilot, "J")
        await shows(pilot, "Leave Gardens?")
        await press(pilot, "y")
        await shows(pilot, "Others you may join")


async def test_nobody_writes_where_one_is_no_member(world: World) -> None:
    carl = await person(world.forum, "carl")
    async with session(world.forum, carl) as (app, pilot):
        await open_first(pilot, "With fir twigs.")
        for key in ("r", "R", "c"):
            await press(pilot, key)
            await shows(pilot, "Only members write here")
            assert app.screen is app.browse


# -- unread and order


async def test_unread_is_where_one_lands_and_what_is_seen_is_read(world: World) -> None:
    """Posts come into view, the pointer follows; the list and home then count nothing."""
    async with session(world.forum, world.ada) as (_app, pilot):
        await open_first(pilot, "── new ─", "And from above?")
    for number in range(4, 44):
        await world.forum.posts.reply(world.bob, world.first.thread_id, f"Reply {number}\n" * 4)
    async with session(world.forum, world.ada) as (app, pilot):
        await shows(pilot, "● Gardens")
        await press(pilot, "enter")
        await shows(pilot, "● Roses in winter", "40")
        await press(pilot, "enter")
        text = await shows(pilot, "4/43", "── new ─", "Reply 4")
        assert "And from above?" not in text
        read = (await world.forum.threads.view(world.ada, world.first.thread_id)).read_number
        assert read < 43
        await press(pilot, "G")
        await shows(pilot, "43/43", "Reply 43")
        await press(pilot, "q")
        assert "●" not in await shows(pilot, "Gardens · What grows")
        assert (await world.forum.threads.view(world.ada, world.first.thread_id)).read_number == 43
        await press(pilot, "q")
        await shows(pilot, "My communities")
        assert "●" not in screen_text(app)


async def test_next_unread_goes_from_thread_to_thread_and_says_when_all_is_read(world: World) -> None:
    second = await world.forum.posts.start_thread(world.ada, world.community_id, "Slugs", "Everywhere.")
    async with session(world.forum, world.bob) as (_app, pilot):
        await shows(pilot, "My communities")
        await press(pilot, "tab")
        await shows(pilot, "Everywhere.")
        await press(pilot, "n")
        await shows(pilot, "And from above?")
        await press(pilot, "n")
        await shows(pilot, "Nothing unread")
    assert (await world.forum.threads.view(world.bob, second.thread_id)).read_number == 1


async def test_t_shows_the_tree_at_once_and_by_time_again(world: World) -> None:
    """The lines that were drawn for the other order once stayed on the screen."""
    await world.forum.posts.reply(world.bob, world.first.thread_id, "Straw, too.", reply_to=1)
    async with session(world.forum, world.bob) as (app, pilot):
        await open_first(pilot, "Straw, too.")
        flat = screen_text(app)
        assert "│" not in flat
        await press(pilot, "t")
        await shows(pilot, "1/4 · tree · ", "│ With fir twigs.", "│ │ And from above?", "│ Straw, too.")
        await press(pilot, "t")
        await shows(pilot, "Shown by time.")
        assert "│" not in screen_text(app)


async def test_p_leads_to_what_a_post_answers(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await open_first(pilot, "And from above?")
        await press(pilot, "G", "p")
        await until(pilot, lambda: selected(app) == 2)
        await press(pilot, "p", "p")
        await shows(pilot, "This post answers no other.")


async def test_a_long_thread_is_read_from_end_to_end_without_gaps(world: World) -> None:
    for number in range(4, 251):
        await world.forum.posts.reply(world.bob, world.first.thread_id, f"Reply {number}")
    async with session(world.forum, world.bob, size=(80, 60)) as (app, pilot):
        await open_first(pilot, "250")
        reader = app.browse.reader
        await press(pilot, "g", "g")
        await until(pilot, lambda: selected(app) == 1)
        seen: set[int] = set()
        for _page in range(400):
            seen |= {reader.posts[index].number for index, _line in reader._visible()}
            if 250 in seen:
                break
            await press(pilot, "space")
        assert seen == set(range(1, 251))
        assert len(reader.posts) <= 200 + 50
        for _page in range(400):
            if selected(app) == 1:
                break
            await press(pilot, "ctrl+b")
        assert selected(app) == 1


async def test_back_from_a_thread_far_down_one_is_where_one_was(world: World) -> None:
    """The list once jumped to its first page, and the end of that page was the end of all."""
    for number in range(120):
        await world.forum.posts.start_thread(world.ada, world.community_id, f"Thread {number:03}", "Text")
    async with session(world.forum, world.bob) as (app, pilot):
        await shows(pilot, "Gardens")
        await press(pilot, "enter")
        threads = app.browse.threads
        await until(pilot, lambda: len(threads.items) == 50)
        await press(pilot, "G")
        await until(pilot, lambda: len(threads.items) == 100)
        await press(pilot, *["j"] * 5)
        current = threads.current
        before = screen_text(app).splitlines()[1:-1]
        await press(pilot, "enter")
        await shows(pilot, "1/1")
        await press(pilot, "q")
        await until(pilot, lambda: app.browse.level == "threads" and len(threads.items) == 100)
        assert threads.current is not None
        assert current is not None
        assert threads.current.thread_id == current.thread_id
        titles = [line[3:40].strip() for line in screen_text(app).splitlines()[1:-1]]
        assert titles == [line[3:40].strip() for line in before]
        await press(pilot, "G")
        await until(pilot, lambda: len(threads.items) == 121)
        await press(pilot, "G", "j")
        assert threads.index == 120


# -- beside others


async def test_a_post_of_another_session_appears_without_a_key(world: World) -> None:
    """Also in the lists, and whoever is here stands in the status line."""
    async with session(world.forum, world.bob, size=WIDE) as (app, pilot):
        await open_first(pilot, "And from above?")
        await world.forum.posts.reply(world.ada, world.first.thread_id, "It is snowing!", reply_to=3)
        await shows(pilot, "It is snowing!", "#4", "/4 Roses")
        presence = world.forum.presence.enter(world.ada)
        await shows(pilot, "here: @ada")
        presence.leave()
        await until(pilot, lambda: "here:" not in screen_text(app))


async def test_what_changes_in_a_hidden_list_is_loaded_when_it_is_shown(world: World) -> None:
    """Who reads a thread on a small screen loads no list for each post that others write elsewhere."""
    async with session(world.forum, world.bob) as (_app, pilot):
        await open_first(pilot, "And from above?")
        asked: list[str] = []
        forum, page, home = world.forum, world.forum.threads.page, world.forum.communities.home
        forum.threads.page = lambda *a, **k: asked.append("page") or page(*a, **k)  # type: ignore[method-assign, func-returns-value]
        forum.communities.home = lambda *a: asked.append("home") or home(*a)  # type: ignore[method-assign, func-returns-value]
        heard = forum.events.subscribe(community_topic(world.community_id))
        await forum.posts.start_thread(world.ada, world.community_id, "Tulips", "When?")
        await until(pilot, lambda: heard.pending)
        await pilot.pause(0.1)  # longer than a burst is gathered
        assert asked == []
        await pilot.resize_terminal(*WIDE)
        await shows(pilot, "Tulips", "And from above?")


async def test_a_new_post_does_not_move_what_one_reads(world: World) -> None:
    """By time it comes at the end; in the tree it may come above: the line at the top stays."""
    for number in range(4, 30):
        await world.forum.posts.reply(world.bob, world.first.thread_id, f"Reply {number}\n\n...", reply_to=1)
    async with session(world.forum, world.bob) as (app, pilot):
        await open_first(pilot, "29")
        for order in (PostOrder.CHRONOLOGICAL, PostOrder.TREE):
            assert app.browse.reader.order is order
            await press(pilot, "g", "g", "pagedown", "j", "j")
            before, post = top_line(app), selected(app)
            known = len(app.browse.reader.posts)
            await world.forum.posts.reply(world.ada, world.first.thread_id, "Between", reply_to=2)
            await until(pilot, partial(grown, app, known))
            await pilot.pause()
            assert top_line(app) == before
            assert selected(app) == post
            await press(pilot, "t")


async def test_lists_that_were_hidden_are_up_to_date_when_they_are_seen(world: World) -> None:
    """Narrow, they are not reloaded while one reads; going back or a wider window shows what came."""
    async with session(world.forum, world.bob) as (_app, pilot):
        await open_first(pilot, "And from above?")
        await world.forum.posts.start_thread(world.ada, world.community_id, "Slugs", "Everywhere.")
        await world.forum.posts.reply(world.ada, world.first.thread_id, "It is snowing!")
        await shows(pilot, "It is snowing!")
        await pilot.resize_terminal(160, 50)
        await shows(pilot, "Slugs")
        await pilot.resize_terminal(80, 24)
        await world.forum.posts.start_thread(world.ada, world.community_id, "Snails", "Them, too.")
        await press(pilot, "q")
        await shows(pilot, "Snails")
        await press(pilot, "q")
        await shows(pilot, "3 threads", "● Gardens")


async def test_a_page_of_communities_that_was_loaded_stays_when_something_happens(world: World) -> None:
    """The selection once jumped to the top when somebody wrote elsewhere."""
    for number in range(60):
        await community(world.forum, world.ada, slug=f"other{number:02}")
    carl = await person(world.forum, "carl")
    await world.forum.memberships.join(carl, world.community_id)
    async with session(world.forum, carl) as (app, pilot):
        await shows(pilot, "Others you may join")
        await press(pilot, "G")
        await until(pilot, lambda: len(app.browse.home.items) > 60)
        await press(pilot, "G")
        last = app.browse.home.current
        assert last is not None
        assert last.slug == "other59"
        await world.forum.posts.reply(world.ada, world.first.thread_id, "News")
        await until(pilot, lambda: app.browse.home.items[1].unread == 1)  # type: ignore[union-attr]
        assert app.browse.home.current == last


async def test_a_moderator_sees_that_a_case_waits(world: World) -> None:
    """Wherever one is: the count in the status line follows what is reported."""
    async with session(world.forum, world.ada) as (_app, pilot):
        await open_first(pilot, "And from above?")
        carl = await person(world.forum, "carl")
        await world.forum.memberships.join(carl, world.community_id)
        theirs = await world.forum.threads.post(world.ada, world.first.thread_id, 2)
        await world.forum.reports.report(carl, theirs.post_id, CaseCategory.SPAM, "Spam")
        await shows(pilot, "1 case")


async def test_what_others_change_in_a_post_shows(world: World) -> None:
    """Edited, deleted, removed: each as it happens."""
    view = await world.forum.threads.post(world.ada, world.first.thread_id, 3)
    async with session(world.forum, world.bob) as (_app, pilot):
        await open_first(pilot, "And from above?")
        await world.forum.posts.edit(world.ada, view.post_id, "And from below?", revision=view.revision)
        await shows(pilot, "And from below?", "edited")
        await world.forum.posts.delete(world.ada, view.post_id)
        await shows(pilot, "Deleted by its author.")


# -- one's own posts


async def test_a_quote_is_put_into_the_reply(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await open_first(pilot, "With fir twigs.")
        await press(pilot, "g", "g", "j", "R")
        await until(pilot, lambda: isinstance(app.screen, ComposeScreen) and app.screen._loaded)
        assert isinstance(app.screen, ComposeScreen)
        assert "> With fir twigs." in app.screen.editor.text
        assert "@bob" in app.screen.editor.text


async def test_one_edits_and_deletes_ones_own_posts_only(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await open_first(pilot, "With fir twigs.")
        await press(pilot, "g", "g")
        for key in ("e", "d"):
            await press(pilot, key)
            await shows(pilot, "That is not yours.")
        await press(pilot, "j", "d")
        await shows(pilot, "Delete your post #2?")
        await press(pilot, "n")
        await until(pilot, lambda: app.screen is app.browse)
        await press(pilot, "d")
        await shows(pilot, "Delete your post #2?")
        await press(pilot, "y")
        text = await shows(pilot, "Deleted by its author.")
        assert "With fir twigs." not in text.replace("↪ #2 @bob: With fir twigs.", "")


async def test_a_report_asks_for_a_reason(world: World) -> None:
    async with session(world.forum, world.bob) as (_app, pilot):
        await open_first(pilot, "And from above?")
        await press(pilot, "G", "exclamation_mark")
        await shows(pilot, "Report #3 by @ada", "Spam or advertising")
        await press(pilot, "1", "enter")
        await shows(pilot, "Thank you: the moderators will look at it.")
    assert (await world.forum.cases.queue(world.ada)).rows


# -- finding one's way


async def test_help_lists_the_keys_of_the_level_and_the_palette_runs_them(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await open_first(pilot, "With fir twigs.")
        await press(pilot, "question_mark")
        await shows(pilot, "reply", "by time or as a tree")
        await press(pilot, "escape", "colon")
        await press(pilot, '"tree"', "enter")
        await until(pilot, lambda: app.browse.reader.order is PostOrder.TREE)


async def test_titles_are_found_and_opened(world: World) -> None:
    async with session(world.forum, world.bob) as (_app, pilot):
        await shows(pilot, "Gardens")
        await press(pilot, "slash", '"winter ro"')
        await shows(pilot, "Roses in winter")
        await press(pilot, "enter", "enter")
        await shows(pilot, "With fir twigs.")


async def test_a_key_that_does_nothing_says_so(world: World) -> None:
    async with session(world.forum, world.bob) as (_app, pilot):
        await shows(pilot, "Gardens")
        await press(pilot, "x")
        await shows(pilot, "x does nothing here; ? shows all keys.")
        await press(pilot, "q")
        await shows(pilot, "Press Q to leave")


async def test_the_keys_work_on_the_pane_that_was_clicked(world: World) -> None:
    """Side by side, a click on another pane makes it the one that has the keys."""
    async with session(world.forum, world.bob, size=WIDE) as (app, pilot):
        await open_first(pilot, "With fir twigs.")
        assert app.browse.level == "posts"
        await pilot.click("#threads", offset=(5, 10))
        assert app.browse.level == "threads"
        await pilot.click("#home", offset=(5, 30))
        assert app.browse.level == "home"
        await press(pilot, "J")
        await shows(pilot, "Leave Gardens?")


async def test_dark_light_and_without_colour(world: World) -> None:
    """T changes the look; without colour no cell has one and the selection is still marked."""
    async with session(world.forum, world.bob) as (app, pilot):
        await open_first(pilot, "With fir twigs.")
        dark = app.skin.name
        await press(pilot, "T")
        assert {dark, app.skin.name} == {"dark", "light"}
    plain = TerminalTraits("none")
    async with session(world.forum, world.bob, traits=plain) as (app, pilot):
        text = await open_first(pilot, "▌#3", "With fir twigs.")
        assert text
        for strip in app.screen._compositor.render_strips():
            for segment in strip:
                style = segment.style
                assert style is None or style.color is None or style.color.is_default, segment


async def test_a_number_of_replies_is_not_read_as_the_day_of_a_date(sqlite_forum: Forum) -> None:
    """Three replies and February stood side by side: "3 Feb 2022"."""
    forum = sqlite_forum
    ada = await person(forum, "ada", admin=True)
    row = await community(forum, ada)
    forum.database._clock = lambda: datetime(2022, 2, 7, tzinfo=UTC)
    thread = await forum.posts.start_thread(ada, row.community_id, "Roses", "How?")
    for number in range(3):
        await forum.posts.reply(ada, thread.thread_id, f"So {number}")
    async with session(forum, ada, size=NARROW) as (app, pilot):
        await app.browse.open_community(row.community_id)
        screen = await shows(pilot, "Roses", "Feb 2022")
    assert re.search(r"@ada +3 {3,}Feb 2022", screen), screen


async def test_the_german_footer_of_home_has_room_for_the_search(sqlite_forum: Forum) -> None:
    """At 80 columns long words pushed "/" and "i" out of it."""
    ada, ute = await person(sqlite_forum, "ada", admin=True), await person(sqlite_forum, "ute", language="de")
    await community(sqlite_forum, ada, ute)
    async with session(sqlite_forum, ute, size=NARROW) as (_app, pilot):
        await shows(pilot, "Enter öffnen", "/ suchen", "i Info", "? Hilfe")


async def test_what_is_said_while_a_screen_opens_is_read_on_it(world: World) -> None:
    """A notice came between the key and the screen, which had no footer yet: the session ended."""
    async with session(world.forum, world.bob) as (app, pilot):
        await open_first(pilot, "With fir twigs.")
        screen = ComposeScreen(ComposeTarget(world.community_id, world.first.thread_id))
        opened = app.push_screen(screen)
        app.say("Something for you", yielding=True)
        app.say("Something else", yielding=True)
        await opened
        await shows(pilot, "Something for you")
