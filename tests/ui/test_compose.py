"""The composer, as somebody who writes: nothing that was typed is lost, nothing is sent twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from textual import events

from tests.ui.reading import NARROW, WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor, ThreadKind
from tui_forum.domain.errors import StorageBusyError, StorageFullError
from tui_forum.domain.limits import BODY_MAX_CHARS, DRAFT_MAX_CHARS
from tui_forum.domain.views import PostRef
from tui_forum.i18n import N_
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.navigation import ComposeTarget, StartWriting
from tui_forum.ui.screens.compose import ComposeScreen


class World:
    """A community with a thread by ``ada``; ``bob`` writes."""

    def __init__(self, forum: Forum, ada: Actor, bob: Actor, community_id: int, first: PostRef) -> None:
        self.forum, self.ada, self.bob = forum, ada, bob
        self.community_id, self.first = community_id, first

    @property
    def new_thread(self) -> ComposeTarget:
        return ComposeTarget(self.community_id)

    @property
    def reply(self) -> ComposeTarget:
        return ComposeTarget(self.community_id, self.first.thread_id, "Roses in winter", 1, "ada")

    async def draft(self, target: ComposeTarget) -> str | None:
        found = await self.forum.drafts.get(self.bob, target.draft_key)
        return found.body if found is not None else None

    async def bodies(self) -> list[str]:
        page = await self.forum.threads.posts(self.bob, self.first.thread_id, around=1)
        return [post.body for post in page.posts]


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    forum = sqlite_forum
    ada, bob = await person(forum, "ada", admin=True), await person(forum, "bob")
    row = await community(forum, ada, bob)
    first = await forum.posts.start_thread(
        ada, row.community_id, "Roses in winter", "How do you *cover* yours?"
    )
    return World(forum, ada, bob, row.community_id, first)


async def write(app: ForumApp, pilot: Any, target: ComposeTarget) -> ComposeScreen:
    """Open the composer and wait until one can type."""
    app.post_message(StartWriting(target))
    await until(
        pilot, lambda: isinstance(app.screen, ComposeScreen) and app.screen._loaded and bool(app.focused)
    )
    return cast("ComposeScreen", app.screen)


def break_once(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, error: Exception, *, after: bool = False
) -> Callable[[], int]:
    """Let a service call fail once, before or after its work was done."""
    real: Callable[..., Awaitable[Any]] = getattr(owner, name)
    calls = 0

    async def broken(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            if after:
                await real(*args, **kwargs)
            raise error
        return await real(*args, **kwargs)

    monkeypatch.setattr(owner, name, broken)
    return lambda: calls


async def test_a_reply_shows_what_it_answers_and_is_sent(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await write(app, pilot, world.reply)
        text = await shows(pilot, "Roses in winter", "#1 @ada", "How do you cover yours?")
        assert "Ctrl-S send" in text
        assert "Esc keep the draft" in text
        await press(pilot, '"With straw."', "ctrl+s")
        await until(pilot, lambda: not isinstance(app.screen, ComposeScreen))
    assert await world.bodies() == ["How do you *cover* yours?", "With straw."]
    assert await world.draft(world.reply) is None


async def test_a_question_is_started_with_ctrl_d(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await write(app, pilot, world.new_thread)
        await press(pilot, '"Which soil"', "enter", '"For roses?"', "f3")
        await shows(pilot, "Kind: question")
        await press(pilot, "ctrl+d")
        await until(pilot, lambda: not isinstance(app.screen, ComposeScreen))
    page = await world.forum.threads.page(world.bob, world.community_id)
    assert (page.rows[0].title, page.rows[0].kind) == ("Which soil", ThreadKind.QUESTION)


async def test_ctrl_s_twice_sends_once(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await write(app, pilot, world.reply)
        await press(pilot, '"once"')
        await pilot.press("ctrl+s", "ctrl+s", "ctrl+d")
        await until(pilot, lambda: not isinstance(app.screen, ComposeScreen))
    assert (await world.bodies()).count("once") == 1


async def test_escape_keeps_the_draft_and_it_is_back(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await write(app, pilot, world.reply)
        await press(pilot, '"half a sent"', "escape")
        await shows(pilot, "Your draft is kept")
        assert await world.draft(world.reply) == "half a sent"
        screen = await write(app, pilot, world.reply)
        await shows(pilot, "Your draft of ", "half a sent")
        await press(pilot, '"ence"', "ctrl+s")
        await until(pilot, lambda: app.screen is not screen)
    assert (await world.bodies())[-1] == "half a sentence"


async def test_a_new_threads_title_is_kept_too(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await write(app, pilot, world.new_thread)
        await press(pilot, '"Only a title"', "escape")
        await until(pilot, lambda: not isinstance(app.screen, ComposeScreen))
        await write(app, pilot, world.new_thread)
        await shows(pilot, "Only a title")


async def test_a_dropped_line_keeps_what_was_typed(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await write(app, pilot, world.reply)
        await press(pilot, '"in the middle of"')
    assert await world.draft(world.reply) == "in the middle of"


async def test_a_shutdown_keeps_what_was_typed(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        await write(app, pilot, world.reply)
        await press(pilot, '"before the end"')
        await app.prepare_shutdown()
        assert await world.draft(world.reply) == "before the end"


async def test_typing_is_saved_when_it_pauses_and_no_timer_stays(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        screen = await write(app, pilot, world.reply)
        assert screen._timer is None
        await press(pilot, '"saved"')
        assert screen._timer is not None
        await until(pilot, lambda: screen._timer is None and screen._draft is not None)
        assert await world.draft(world.reply) == "saved"


async def test_an_empty_title_and_an_empty_text_are_told(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        screen = await write(app, pilot, world.new_thread)
        await press(pilot, "tab", '"text"', "ctrl+s")
        await shows(pilot, "! A thread needs a title.")
        assert app.focused is screen.title_field
        await press(pilot, '"t"', "tab", *["backspace"] * 4, "ctrl+s")
        await shows(pilot, "! There is nothing to send yet.")
        assert isinstance(app.screen, ComposeScreen)


async def test_a_text_over_the_limit_stays(world: World) -> None:
    async with session(world.forum, world.bob, size=WIDE) as (app, pilot):
        screen = await write(app, pilot, world.reply)
        screen.editor.insert("x" * BODY_MAX_CHARS)
        await press(pilot, '"y"')
        await shows(pilot, "32,001/32,000", "too long")
        await press(pilot, "ctrl+s")
        await shows(pilot, "! A post has at most 32000 characters; this one has 32001.")
        assert await world.draft(world.reply) == "x" * BODY_MAX_CHARS + "y"
        await press(pilot, "backspace", "ctrl+s")
        await until(pilot, lambda: app.screen is not screen)
    assert len((await world.bodies())[-1]) == BODY_MAX_CHARS


async def test_a_thread_closed_meanwhile_keeps_the_text(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        screen = await write(app, pilot, world.reply)
        await press(pilot, '"too late"')
        await world.forum.curation.close(world.ada, world.first.thread_id)
        await press(pilot, "ctrl+s")
        await shows(pilot, "! ", "closed", "too late")
        assert app.screen is screen
    assert await world.draft(world.reply) == "too late"
    assert len(await world.bodies()) == 1


@pytest.mark.parametrize(
    "error",
    [
        StorageBusyError(N_("The database is busy; nothing was written.")),
        StorageFullError(N_("The disk is full.")),
    ],
)
async def test_a_failing_database_is_told_and_the_text_stays(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        screen = await write(app, pilot, world.reply)
        break_once(monkeypatch, world.forum.posts, "reply", error)
        await press(pilot, '"patience"', "ctrl+s")
        await shows(pilot, f"! {error}", "patience")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: app.screen is not screen)
    assert await world.bodies() == ["How do you *cover* yours?", "patience"]


async def test_an_answer_lost_after_the_commit_is_not_sent_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        screen = await write(app, pilot, world.reply)
        error = StorageBusyError(N_("The database is busy; nothing was written."))
        break_once(monkeypatch, world.forum.posts, "reply", error, after=True)
        await press(pilot, '"only one"', "ctrl+s")
        await shows(pilot, "! The database is busy")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: app.screen is not screen)
    assert (await world.bodies()).count("only one") == 1


async def test_a_draft_that_cannot_be_saved_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        screen = await write(app, pilot, world.reply)
        error = StorageFullError(N_("The disk is full."))
        break_once(monkeypatch, world.forum.drafts, "save", error)
        await press(pilot, '"keep me"', "escape")
        await shows(pilot, "! The draft is not saved yet: The disk is full.", "keep me")
        assert app.screen is screen
        await until(pilot, lambda: screen._draft is not None)
    assert await world.draft(world.reply) == "keep me"


async def test_discarding_asks(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        screen = await write(app, pilot, world.reply)
        await press(pilot, '"away"', "ctrl+g")
        await shows(pilot, "Discard what you have written?")
        await press(pilot, "n")
        await until(pilot, lambda: app.screen is screen)
        assert screen.editor.text == "away"
        await press(pilot, "ctrl+g", "y")
        await until(pilot, lambda: not isinstance(app.screen, ComposeScreen))
    assert await world.draft(world.reply) is None


async def test_a_paste_comes_in_once_and_no_longer_than_a_draft(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        screen = await write(app, pilot, world.reply)
        screen.editor.post_message(events.Paste("[/] pasted [@click=app.exit]x[/]\n"))
        await until(pilot, lambda: bool(screen.editor.text))
        await pilot.pause()
        assert screen.editor.text == "[/] pasted [@click=app.exit]x[/]\n"
        await shows(pilot, "[/] pasted [@click=app.exit]x[/]")
        for _part in range(6):
            screen.editor.post_message(events.Paste("word " * 13_000))
        await until(pilot, lambda: len(screen.editor.text) == DRAFT_MAX_CHARS)
        await pilot.pause()
        assert len(screen.editor.text) == DRAFT_MAX_CHARS


async def test_the_preview_replaces_the_editor_when_narrow(world: World) -> None:
    async with session(world.forum, world.bob, size=NARROW) as (app, pilot):
        screen = await write(app, pilot, world.reply)
        screen.editor.insert("# Straw\n\n- *thick*\n" + "\n".join(f"- line {n}" for n in range(40)))
        await press(pilot, "f2")
        text = await shows(pilot, "Straw", "thick")
        assert "*thick*" not in text
        assert "line 39" not in text
        await press(pilot, "pagedown", "pagedown", "pagedown")
        await shows(pilot, "line 39")
        await press(pilot, "f2")
        await shows(pilot, "- line 39")
        assert app.focused is screen.editor


async def test_the_preview_stands_beside_the_editor_when_wide(world: World) -> None:
    async with session(world.forum, world.bob, size=WIDE) as (app, pilot):
        await write(app, pilot, world.reply)
        await press(pilot, "f2", '"so it *is*"')
        await until(pilot, lambda: screen_text(app).count("so it ") == 2)
        assert "so it *is*" in screen_text(app)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: screen_text(app).count("so it ") == 1)


async def test_the_preview_of_a_long_text_follows_when_typing_pauses(world: World) -> None:
    async with session(world.forum, world.bob, size=WIDE) as (app, pilot):
        screen = await write(app, pilot, world.reply)
        screen.editor.insert("word " * 1000)
        await press(pilot, "f2", '"*fin*"')
        assert screen._preview_timer is not None
        await until(pilot, lambda: screen._preview_timer is None)
        await press(pilot, "ctrl+end")
        screen.preview.scroll_lines(1000)
        await until(pilot, lambda: screen_text(app).count("fin") == 2)


async def own_post(world: World) -> ComposeTarget:
    ref = await world.forum.posts.reply(world.bob, world.first.thread_id, "first version")
    return ComposeTarget(
        world.community_id,
        ref.thread_id,
        "Roses in winter",
        post_id=ref.post_id,
        revision=(await world.forum.posts.mine(world.bob, ref.post_id)).revision,
        initial_body="first version",
    )


async def test_a_post_is_changed(world: World) -> None:
    target = await own_post(world)
    async with session(world.forum, world.bob) as (app, pilot):
        await write(app, pilot, target)
        await shows(pilot, "Change your post", "first version")
        await press(pilot, '", better"', "ctrl+s")
        await until(pilot, lambda: not isinstance(app.screen, ComposeScreen))
    assert (await world.bodies())[-1] == "first version, better"


async def test_a_post_changed_meanwhile_shows_both_texts(world: World) -> None:
    target = await own_post(world)
    assert target.post_id is not None
    async with session(world.forum, world.bob) as (app, pilot):
        screen = await write(app, pilot, target)
        await world.forum.posts.edit(
            world.bob, target.post_id, "from my other window", revision=target.revision
        )
        await press(pilot, '" here"', "ctrl+s")
        await shows(pilot, "changed meanwhile", "from my other window")
        assert screen.editor.text == "first version here"
        assert await world.draft(target) == "first version here"
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: app.screen is not screen)
    assert (await world.bodies())[-1] == "first version here"
    kept = await world.forum.posts.revisions(world.bob, target.post_id)
    assert [revision.body for revision in kept] == ["first version", "from my other window"]


async def test_a_draft_older_than_the_post_says_so(world: World) -> None:
    target = await own_post(world)
    assert target.post_id is not None
    await world.forum.drafts.save(world.bob, target.draft_key, title="", body="an old idea")
    await world.forum.posts.edit(world.bob, target.post_id, "newer", revision=target.revision)
    async with session(world.forum, world.bob) as (app, pilot):
        screen = await write(app, pilot, target)
        await shows(pilot, "changed meanwhile", "newer")
        assert screen.editor.text == "an old idea"


async def test_an_unchanged_post_leaves_no_draft(world: World) -> None:
    target = await own_post(world)
    async with session(world.forum, world.bob) as (app, pilot):
        await write(app, pilot, target)
        await press(pilot, "escape")
        await until(pilot, lambda: not isinstance(app.screen, ComposeScreen))
    assert await world.draft(target) is None


async def test_a_parent_removed_meanwhile_keeps_the_text(world: World) -> None:
    async with session(world.forum, world.bob) as (app, pilot):
        screen = await write(app, pilot, world.reply)
        await press(pilot, '"answer"')
        await world.forum.posts.delete(world.ada, world.first.post_id)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: not screen._sending)
    assert await world.draft(world.reply) == "answer" or "answer" in await world.bodies()
