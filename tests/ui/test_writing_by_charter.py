"""Writing under a charter: its purpose and rules are seen, accepted once, and shape what can be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest

from tests.forums import charter_for
from tests.ui.reading import NARROW, WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.charter import Rule, RuleScope
from tui_forum.domain.entities import Actor, Purpose, ThreadKind
from tui_forum.domain.views import CommunityRow
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.modals.rules import RulesModal
from tui_forum.ui.navigation import ComposeTarget, StartWriting
from tui_forum.ui.screens.compose import ComposeScreen

RULES = (
    Rule("Be kind"),
    Rule("Say which machine, since when, and what you have tried", RuleScope.THREADS),
    Rule("Answer the question that was asked", RuleScope.REPLIES),
)


@dataclass
class World:
    forum: Forum
    ada: Actor
    bob: Actor
    bert: Actor
    desk: CommunityRow
    thread_id: int


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    """A desk with rules, hosted by ada; bob has accepted them, bert (who speaks German) has not."""
    forum = sqlite_forum
    ada, bob = await person(forum, "ada", admin=True), await person(forum, "bob")
    bert = await person(forum, "bert", language="de")
    charter = charter_for(Purpose.QUESTIONS, rules=RULES, response_days=1, responders="the team")
    desk = await community(forum, ada, bob, bert, slug="desk", charter=charter)
    await forum.charters.accept(bob, desk.community_id, 1)
    start = await forum.posts.start_thread(bob, desk.community_id, "Printer", "It is on fire")
    return World(forum, ada, bob, bert, desk, start.thread_id)


async def write(app: ForumApp, pilot: Any, target: ComposeTarget) -> ComposeScreen:
    """Open the composer and wait until one can type."""
    app.post_message(StartWriting(target))
    await until(
        pilot, lambda: isinstance(app.screen, ComposeScreen) and app.screen._loaded and bool(app.focused)
    )
    return cast("ComposeScreen", app.screen)


async def sent(app: ForumApp, pilot: Any) -> None:
    await until(pilot, lambda: not isinstance(app.screen, ComposeScreen | RulesModal))


async def test_two_lines_say_what_for_and_which_rules_matter_for_a_thread(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await write(app, pilot, ComposeTarget(world.desk.community_id))
        text = await shows(pilot, "Questions: What grows, and why it does not", "F4 all rules")
        lines = text.splitlines()
        assert "first answer within 1 work" in lines[1]
        assert lines[2].strip().startswith("2 Say which machine, since when, and what you have tried · 1")
        assert "Answer the question" not in text
        assert lines[3].strip() == "Title"  # no line is lost between rules and text
        assert "Kind: question" in lines[4]
        assert "F3" not in lines[4]
        await press(pilot, "f3")
        await shows(pilot, "Every new thread here is of this kind: question.")
        await press(pilot, "f4")
        await shows(
            pilot, "3  Answer the question that was asked (replies)", "within 1 working day (the team)"
        )
        await press(pilot, "escape", '"VPN"', "enter", '"It is slow."', "ctrl+s")
        await sent(app, pilot)
    page = await world.forum.threads.page(world.bob, world.desk.community_id)
    assert (page.rows[0].title, page.rows[0].kind) == ("VPN", ThreadKind.QUESTION)


async def test_for_a_reply_its_own_rules_come_first(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await write(app, pilot, ComposeTarget(world.desk.community_id, world.thread_id, "Printer", 1, "bob"))
        text = await shows(pilot, "3 Answer the question that was asked · 1 Be kind", "It is on fire")
        assert "Say which machine" not in text


async def test_a_wide_window_shows_a_rule_a_line(world: World) -> None:
    async with session(world.forum, world.bob, size=WIDE) as (app, pilot):
        await write(app, pilot, ComposeTarget(world.desk.community_id))
        text = await shows(pilot, " 2  Say which machine, since when, and what you have tried")
        assert " 1  Be kind" in text


async def test_rules_are_accepted_with_the_first_post_and_not_asked_again(world: World) -> None:
    async with session(world.forum, world.bert, size=NARROW) as (app, pilot):
        target = ComposeTarget(world.desk.community_id, world.thread_id, "Printer", 1, "bob")
        await write(app, pilot, target)
        await shows(pilot, "dieses eine Mal", "3  Answer the question that was asked")
        await press(pilot, '"Wasser!"', "ctrl+s")
        await shows(pilot, "bitte lies dies, bevor du schreibst", "2  Say which machine", "j annehmen")
        await press(pilot, "escape")
        text = await shows(pilot, "Nicht gesendet", "Wasser!")
        assert "annehmen" not in text
        page = await world.forum.threads.posts(world.bert, world.thread_id)
        assert len(page.posts) == 1
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, RulesModal))
        await press(pilot, "j")
        await sent(app, pilot)
        await shows(pilot, "Wasser!")
        await write(app, pilot, target)
        assert "dieses eine Mal" not in screen_text(app)
        await press(pilot, '"Sand!"', "ctrl+s")
        await sent(app, pilot)
    page = await world.forum.threads.posts(world.bert, world.thread_id)
    assert [post.body for post in page.posts] == ["It is on fire", "Wasser!", "Sand!"]


async def test_rules_that_change_while_one_writes_are_shown_as_they_are_then(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await write(app, pilot, ComposeTarget(world.desk.community_id))
        await press(pilot, '"VPN"', "enter", '"It is slow."')
        changed = charter_for(Purpose.QUESTIONS, rules=(*RULES, Rule("No passwords")))
        await world.forum.charters.change(
            world.ada, world.desk.community_id, changed, version=1, reason="Leak"
        )
        await press(pilot, "ctrl+s")
        await shows(pilot, "please read this before you write", "4  No passwords")
        await press(pilot, "y")
        await sent(app, pilot)
        await shows(pilot, "It is slow.")
    assert (await world.forum.charters.frame(world.bob, world.desk.community_id)).accepted


async def test_a_draft_keeps_its_kind(sqlite_forum: Forum) -> None:
    ada = await person(sqlite_forum, "ada", admin=True)
    row = await community(sqlite_forum, ada)
    async with session(sqlite_forum, ada) as (app, pilot):
        await write(app, pilot, ComposeTarget(row.community_id))
        await press(pilot, '"Open day"', "f3", "f3", "f3")
        await shows(pilot, "Kind: announcement")
        await press(pilot, "escape")
        await shows(pilot, "Your draft is kept")
        await write(app, pilot, ComposeTarget(row.community_id))
        await shows(pilot, "Kind: announcement", "Open day")
        await press(pilot, "tab", '"Come!"', "ctrl+s")
        await sent(app, pilot)
    page = await sqlite_forum.threads.page(ada, row.community_id)
    assert page.rows[0].kind is ThreadKind.ANNOUNCEMENT


async def test_an_announcement_may_ask_to_be_acknowledged(sqlite_forum: Forum) -> None:
    forum = sqlite_forum
    ada, bob = await person(forum, "ada", admin=True), await person(forum, "bob")
    row = await community(forum, ada, bob, purpose=Purpose.INFORMATION)
    async with session(forum, ada) as (app, pilot):
        await write(app, pilot, ComposeTarget(row.community_id))
        await shows(pilot, "Kind: announcement · nobody is asked to acknowledge (F5 asks)")
        await press(pilot, '"Doors"', "enter", '"New ones."', "f5")
        await shows(pilot, "members are asked to acknowledge (F5: not)")
        await press(pilot, "ctrl+s")
        await sent(app, pilot)
    page = await forum.threads.page(bob, row.community_id)
    assert page.rows[0].to_acknowledge
