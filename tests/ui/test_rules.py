"""Rules that act, as managers set them and as writers meet them."""

from __future__ import annotations

import pytest

from tests.ui.reading import NARROW, WIDE, community, person, press, session, shows
from tui_forum.domain.entities import Actor
from tui_forum.domain.moderation import DecisionKind, Ruling
from tui_forum.domain.rules import Rule, RuleAction, RuleKind
from tui_forum.domain.views import CommunityRow, PostRef
from tui_forum.services.forum import Forum

People = tuple[Actor, Actor, CommunityRow, PostRef]


async def garden(forum: Forum, language: str = "en") -> People:
    """A manager, a member, their community with a thread."""
    boss = await person(forum, "boss", admin=True)
    mary = await person(forum, "mary", language=language)
    row = await community(forum, boss, mary)
    start = await forum.posts.start_thread(boss, row.community_id, "Roses", "When do you cut them?")
    await forum.posts.reply(mary, start.thread_id, "Buy cheap roses at https://roses.example today")
    return boss, mary, row, start


async def test_a_manager_makes_a_rule_tries_it_out_and_switches_it_off(sqlite_forum: Forum) -> None:
    boss, _mary, row, _start = await garden(sqlite_forum)
    async with session(sqlite_forum, boss) as (_app, pilot):
        await press(pilot, "i")
        await shows(pilot, "Members", "H host's page")
        await press(pilot, "R")
        await shows(pilot, "Rules that act: Gardens", "No rule yet")
        await press(pilot, "c")
        await shows(pilot, "What does the new rule look for?", "words")
        await press(pilot, "enter")
        await shows(pilot, "New rule: words", "Name, for moderators")
        await press(pilot, "ctrl+s")
        await shows(pilot, "A rule needs a name")
        await press(pilot, '"Selling"', "tab", '"cheap"', "ctrl+t")
        await shows(pilot, "It would have hit 1 of 1 posts (written in 30 days).", "Buy cheap roses")
        await press(pilot, "enter")
        await shows(pilot, "@mary · Roses")
        await press(pilot, "q", "q")
        await shows(pilot, "New rule: words", "Selling", "cheap")
        await press(pilot, "ctrl+s")
        await shows(pilot, "● hold · Selling", "0 hits", "words: cheap")
        await press(pilot, "o")
        await shows(pilot, "○ hold · Selling (off)", "The rule is off")
        await press(pilot, "d", "y")
        await shows(pilot, "No rule yet")
    assert await sqlite_forum.rules.of(boss, row.community_id) == ()


async def test_a_rule_that_was_left_for_an_example_goes_on_from_its_draft(sqlite_forum: Forum) -> None:
    boss, *_rest = await garden(sqlite_forum)
    async with session(sqlite_forum, boss) as (_app, pilot):
        await press(pilot, "i")
        await shows(pilot, "Members", "H host's page")
        await press(pilot, "R")
        await shows(pilot, "No rule yet")
        await press(pilot, "c", "enter", '"Selling"', "tab", '"cheap"', "ctrl+t")
        await shows(pilot, "It would have hit 1 of 1 posts")
        await press(pilot, "t")
        await shows(pilot, "2/2 Roses", "Buy cheap roses")
        await press(pilot, "g", "d")
        await shows(pilot, "Drafts", "Selling", "cheap")
        await press(pilot, "enter")
        await shows(pilot, "Rules that act: Gardens")
        await press(pilot, "c", "enter")
        await shows(pilot, "Selling", "cheap", "Your draft of")


async def test_an_expression_that_cannot_be_used_is_told_at_its_field(sqlite_forum: Forum) -> None:
    boss, *_rest = await garden(sqlite_forum)
    async with session(sqlite_forum, boss) as (_app, pilot):
        await press(pilot, "g", "m")
        await shows(pilot, "Nothing waits")
        await press(pilot, "R")
        await shows(pilot, "Rules that act: the whole forum")
        await press(pilot, "c", "j", "enter")
        await shows(pilot, "New rule: an expression")
        await press(pilot, '"x"', "tab", "left_parenthesis", '"a"', "ctrl+s")
        await shows(pilot, "The expression cannot be read", "missing )")
        await press(pilot, "plus", "right_parenthesis", "plus", "dollar_sign", "ctrl+s")
        await shows(pilot, "With some texts this expression would take for ever")
        await press(pilot, "escape")
        await shows(pilot, "Your draft is kept")
        await press(pilot, "c", "j", "enter")
        await shows(pilot, "Your draft of", "(a+)+$")
        await press(pilot, "ctrl+g", "y")
        await shows(pilot, "No rule yet")
    assert await sqlite_forum.drafts.all(boss) == ()


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_who_is_held_sees_that_it_waits(sqlite_forum: Forum, size: tuple[int, int]) -> None:
    boss, mary, row, start = await garden(sqlite_forum, language="de")
    rule = Rule("New", RuleKind.WORDS, RuleAction.HOLD, "cheap", community_id=row.community_id)
    await sqlite_forum.rules.save(boss, rule)
    async with session(sqlite_forum, mary, size=size) as (_app, pilot):
        await press(pilot, "enter", "enter")
        await shows(pilot, "Buy cheap roses")
        await press(pilot, "r", '"cheap again"', "ctrl+s")
        await shows(
            pilot, "Es wartet auf die Moderation", "zurückgehalten", "cheap again", "Bis dahin siehst nur du"
        )
        await sqlite_forum.posts.reply(boss, start.thread_id, "A third answer")
        screen = await shows(pilot, "A third answer")
        assert screen.index("A third answer") < screen.index("cheap again")


async def test_a_thread_that_waits_comes_to_life_before_its_author_s_eyes(sqlite_forum: Forum) -> None:
    boss, mary, row, _start = await garden(sqlite_forum)
    rule = Rule("New", RuleKind.NEW_ACCOUNT, RuleAction.HOLD, threshold=5, community_id=row.community_id)
    await sqlite_forum.rules.save(boss, rule)
    async with session(sqlite_forum, mary) as (_app, pilot):
        await press(pilot, "enter")
        await shows(pilot, "Roses")
        await press(pilot, "c")
        await shows(pilot, "New thread")
        await press(pilot, '"Tulips"', "enter", '"And these?"', "ctrl+s")
        await shows(
            pilot, "waits for a moderator · Tulips", "held Mary", "And these?", "It waits for a moderator"
        )
        await press(pilot, "r")
        await shows(pilot, "This thread waits for a moderator")
        case = (await sqlite_forum.cases.queue(boss)).rows[0]
        await sqlite_forum.decisions.decide(boss, case.case_id, Ruling.plain(DecisionKind.APPROVE, "Fine"))
        screen = await shows(pilot, "1/1 Tulips", "#1 Mary", "And these?")
        assert "held" not in screen
        await press(pilot, "q")
        assert "⧖" not in await shows(pilot, "Tulips", "Roses")


async def test_beside_the_thread_the_list_shows_that_it_waits(sqlite_forum: Forum) -> None:
    boss, mary, row, _start = await garden(sqlite_forum, language="de")
    rule = Rule("New", RuleKind.NEW_ACCOUNT, RuleAction.HOLD, threshold=5, community_id=row.community_id)
    await sqlite_forum.rules.save(boss, rule)
    async with session(sqlite_forum, mary, size=WIDE) as (_app, pilot):
        await press(pilot, "enter", "c")
        await shows(pilot, "Neuer Thread")
        await press(pilot, '"Tulips"', "enter", '"And these?"', "ctrl+s")
        await shows(pilot, "wartet auf die Moderation · Tulips", "⧖ Tulips", "zurückgehalten Mary")


async def test_who_is_refused_reads_why_and_keeps_the_draft(sqlite_forum: Forum) -> None:
    boss, mary, *_rest = await garden(sqlite_forum)
    rule = Rule("Selling", RuleKind.WORDS, RuleAction.REFUSE, "cheap", explanation="Nothing is sold here.")
    await sqlite_forum.rules.save(boss, rule)
    async with session(sqlite_forum, mary) as (_app, pilot):
        await press(pilot, "enter", "enter")
        await shows(pilot, "Buy cheap roses")
        await press(pilot, "r", '"Cheap!"', "ctrl+s")
        await shows(pilot, "Not sent: Nothing is sold here.", "Cheap!")
    assert [draft.body for draft in await sqlite_forum.drafts.all(mary)] == ["Cheap!"]
