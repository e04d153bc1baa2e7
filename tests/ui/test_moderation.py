"""The queue, as two moderators work it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.forums import rows
from tests.ui.reading import NARROW, WIDE, community, person, press, screen_text, session, shows, until
from tui_forum.domain.entities import Actor, PostState
from tui_forum.domain.errors import StorageBusyError
from tui_forum.domain.limits import UNREAD_CAP
from tui_forum.domain.moderation import CaseCategory, DecisionKind, Ruling
from tui_forum.domain.views import PostRef
from tui_forum.i18n import N_
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.screen import ForumScreen
from tui_forum.ui.screens.inbox import InboxScreen
from tui_forum.ui.screens.moderation import ModerationScreen


class World:
    """``ada`` and ``max`` moderate; ``bob`` and ``carl`` wrote posts that ``eve`` reported, in this order."""

    def __init__(self, forum: Forum, people: dict[str, Actor], posts: list[PostRef]) -> None:
        self.forum, self.posts = forum, posts
        self.ada, self.other, self.bob, self.carl = (people[name] for name in ("ada", "max", "bob", "carl"))

    async def states(self) -> list[PostState]:
        page = await self.forum.threads.posts(self.ada, self.posts[0].thread_id, around=1)
        by_id = {post.post_id: post.state for post in page.posts}
        return [by_id[ref.post_id] for ref in self.posts]


@pytest.fixture
async def world(sqlite_forum: Forum) -> World:
    forum = sqlite_forum
    ada, other = await person(forum, "ada", admin=True), await person(forum, "max", admin=True)
    bob, eve = await person(forum, "bob"), await person(forum, "eve")
    carl = await person(forum, "carl")
    row = await community(forum, ada, bob, carl, eve)
    first = await forum.posts.start_thread(ada, row.community_id, "Roses", "Which ones?")
    spam = await forum.posts.reply(bob, first.thread_id, "Buy *cheap* roses [/] [@click=app.exit]now[/]")
    rude = await forum.posts.reply(carl, first.thread_id, "Only fools grow these.")
    await forum.reports.report(eve, spam.post_id, CaseCategory.SPAM, "It is\nadvertising")
    await forum.reports.report(eve, rude.post_id, CaseCategory.HARASSMENT, "rude")
    return World(forum, {one.handle: one for one in (ada, other, bob, carl)}, [spam, rude])


async def open_queue(app: ForumApp, pilot: Any) -> ModerationScreen:
    await press(pilot, "g", "m")
    await until(pilot, lambda: isinstance(app.screen, ModerationScreen) and bool(app.screen.queue.items))
    screen = app.screen
    assert isinstance(screen, ModerationScreen)
    return screen


async def test_wide_shows_queue_and_case_side_by_side(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        text = await shows(pilot, "@bob: Buy cheap roses", "@eve", "advertising", "Which ones?", "reported")
        assert text.index("Buy cheap") < text.index("Only fools")
        assert "[@click=app.exit]now[/]" in text
        await press(pilot, "j")
        await shows(pilot, "rude", "@carl · since", "no earlier case")


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize("language", ["en", "de"])
async def test_the_footer_names_what_a_moderator_needs(
    world: World, size: tuple[int, int], language: str
) -> None:
    async with session(world.forum, replace(world.ada, language=language), size=size) as (app, pilot):
        await open_queue(app, pilot)
        footer = "\n".join(screen_text(app).splitlines()[-3:])
        for key in (" a ", " x ", " e ", " w ", " s ", " u ", " m ", " n ", " o ", " f ", " z ", " ? "):
            assert key in f" {footer} ".replace("\n", "  "), footer


async def test_narrow_shows_one_at_a_time(world: World) -> None:
    async with session(world.forum, world.ada, size=NARROW) as (app, pilot):
        await open_queue(app, pilot)
        assert "advertising" not in screen_text(app)
        await press(pilot, "enter")
        await shows(pilot, "advertising", "Which ones?")
        await press(pilot, "q")
        await shows(pilot, "@carl: Only fools")
        await press(pilot, "q")
        await until(pilot, lambda: not isinstance(app.screen, ModerationScreen))


async def test_removing_asks_for_a_reason_and_selects_the_next_case(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "x")
        await shows(pilot, "Remove the post. Why?", "1  Spam or advertising")
        await press(pilot, "1")
        assert await world.states() == [PostState.VISIBLE] * 2  # a digit alone decides nothing
        await press(pilot, "enter")
        await shows(pilot, "Removed.", "1 case")
        await until(pilot, lambda: "@bob: Buy cheap" not in screen_text(app))
        assert await world.states() == [PostState.REMOVED, PostState.VISIBLE]
        await press(pilot, "a")
        await shows(pilot, "Approve: the post stays, or is published. Why?")
        await press(pilot, '"well"', "enter")
        await shows(pilot, "Nothing waits for a decision. Thank you!")
        assert await world.states() == [PostState.REMOVED, PostState.VISIBLE]
        await press(pilot, "a")
        await shows(pilot, "There is no case.")


async def test_a_prepared_text_reaches_everybody_in_their_own_language(world: World) -> None:
    german = await world.forum.accounts.update_profile(
        world.bob, display_name="Bob", time_zone="UTC", language="de"
    )
    async with session(world.forum, world.ada) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "x", "1", "enter")
        await shows(pilot, "Removed.")
    [notice] = [one for one in await world.forum.notices.page(german) if one.kind == "post_removed"]
    assert notice.text == "Spam oder Werbung"


async def test_thinking_better_of_it_decides_nothing(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        screen = await open_queue(app, pilot)
        await press(pilot, "x", '"no"', "escape")
        await until(pilot, lambda: app.screen is screen)
        await press(pilot, "x", "backspace", "enter")  # an empty reason sends nothing, and says so
        await shows(pilot, "Remove the post. Why?", "A digit takes a prepared text")
    assert await world.states() == [PostState.VISIBLE] * 2


async def test_a_decision_is_two_keys_where_a_prepared_text_fits_what_was_reported(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "x", "enter")
        await shows(pilot, "Removed.")
        await press(pilot, "x")
        await shows(pilot, "Insulting or harassing")
        await press(pilot, '"Rude."', "enter")  # what is typed replaces it
        await shows(pilot, "Nothing waits")
    for author, reason in ((world.bob, "Spam or advertising"), (world.carl, "Rude.")):
        notices = await world.forum.notices.page(author)
        assert reason in [one.text for one in notices if one.kind == "post_removed"]


async def test_a_digit_takes_a_prepared_text_from_the_choices_too(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "s", "tab", "2", "enter")
        await shows(pilot, "Silenced.")


async def test_what_goes_case_by_case_says_so_when_several_are_marked(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        screen = await open_queue(app, pilot)
        await press(pilot, "space", "space")
        await shows(pilot, "2 cases marked", "* unmark all")
        assert "e" not in dict(screen.hints())
        await press(pilot, "e")
        await shows(pilot, "This goes case by case")
        await press(pilot, "m")
        assert app.screen is screen
        await press(pilot, "*")
        await shows(pilot, "e edit")


async def test_a_queue_longer_than_is_counted_says_so(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        app.note_waiting(UNREAD_CAP, 0)
        screen = app.screen
        assert isinstance(screen, ForumScreen)
        screen.refresh_bars()
        await shows(pilot, "99+ cases")


async def test_from_a_case_one_goes_to_the_next_without_going_back_to_the_queue(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "enter")
        await shows(pilot, "It is", "J next case")
        await press(pilot, "J")
        await shows(pilot, "Only fools grow these.", "⚑ @eve · Harassment")
        await press(pilot, "K")
        await shows(pilot, "⚑ @eve · Spam")


async def test_the_mark_of_a_choice_is_not_parted_from_its_words(world: World) -> None:
    async with session(world.forum, replace(world.ada, language="de")) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "P", "c")
        await shows(pilot, "( ) Verwarnung", "( ) themenfremd", "( ) Einspruch stattgegeben")


async def test_beside_the_queue_the_footer_says_how_the_case_scrolls(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        await shows(pilot, "J scroll the case", "? help")


async def test_z_takes_the_last_decision_back(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "x", "1", "enter")
        await shows(pilot, "Removed.", "z takes it back")
        await press(pilot, "z")
        await shows(pilot, "Taken back: 1 case is open again.", "@bob: Buy cheap")
        assert await world.states() == [PostState.VISIBLE] * 2
        await press(pilot, "z")
        await shows(pilot, "There is nothing to undo")


async def test_marked_cases_are_decided_together_after_a_summary(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "space", "space")
        await shows(pilot, "2 cases marked", "✓")
        await press(pilot, "x")
        await shows(pilot, "Remove the posts of 2 cases. (2 posts; 1× Spam, 1× Harassment)")
        await press(pilot, "1", "enter")
        await shows(pilot, "2 cases decided. z takes it back.", "Nothing waits")
        assert await world.states() == [PostState.REMOVED] * 2
        await press(pilot, "z")
        await shows(pilot, "Taken back: 2 cases are open again.")
        assert await world.states() == [PostState.VISIBLE] * 2


async def test_a_post_is_changed_and_the_change_is_shown_before_it_is_approved(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "j", "e")
        await shows(pilot, "Change #3", "Ctrl-S send")
        await press(pilot, '" All welcome."', "ctrl+s")
        await shows(pilot, "-Only fools grow these.", "+Only fools grow these. All welcome.")
        await press(pilot, "2", "enter")
        await shows(pilot, "Changed and approved.")
    post = await world.forum.threads.post(world.ada, world.posts[1].thread_id, 3)
    assert post.body == "Only fools grow these. All welcome."
    kinds = [notice.kind for notice in await world.forum.notices.page(world.carl)]
    assert "post_changed" in kinds


async def test_what_was_typed_and_not_sent_is_still_there(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "d", '"Let us wait"', "escape")
        await shows(pilot, "Kept as a draft")
        await press(pilot, "d")
        await shows(pilot, "Let us wait")
        await press(pilot, "ctrl+s")
        await shows(pilot, "Among moderators", "@ada", "Let us wait")
    assert await world.forum.drafts.all(world.ada) == ()


async def test_a_suspension_says_until_when_in_the_text_that_was_chosen(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "s", "1", "tab", "right", "right")
        await shows(pilot, "(•) for good", "Please read along until further notice")
        await press(pilot, "left", "enter")
        await shows(pilot, "Silenced.")
    [(kind, until_)] = await rows(world.forum.database, "SELECT kind, until FROM sanction")
    assert (kind, until_ is None) == ("silence", False)
    assert await world.states() == [PostState.REMOVED, PostState.VISIBLE]


async def test_who_is_on_a_case_is_seen_by_the_other_at_once(world: World) -> None:
    async with session(world.forum, world.other, size=WIDE) as (theirs, pilot):
        await open_queue(theirs, pilot)
        async with session(world.forum, world.ada) as (mine, my_pilot):
            await open_queue(mine, my_pilot)
            await press(my_pilot, "j", "enter")
            await shows(pilot, "@ada is on this")
            await press(my_pilot, "q")
            await until(pilot, lambda: "@ada is on this" not in screen_text(theirs))
            await press(my_pilot, "enter")
            await shows(pilot, "@ada is on this")
            await press(pilot, "j", "x")
            await shows(pilot, "! @ada is on this")
            await press(pilot, "escape")
        # The session has ended.
        await until(pilot, lambda: "@ada is on this" not in screen_text(theirs))


async def test_a_decision_made_meanwhile_is_told(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        screen = await open_queue(app, pilot)
        case = screen.queue.current
        assert case is not None
        await press(pilot, "x", "1")
        await world.forum.decisions.decide(
            world.other, case.case_id, Ruling.plain(DecisionKind.APPROVE, "fine")
        )
        await press(pilot, "enter")
        await shows(pilot, "decided this case meanwhile")
        await until(pilot, lambda: screen.queue.current != case)
    assert await world.states() == [PostState.VISIBLE] * 2


async def test_nobody_decides_about_a_text_they_have_not_seen(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        await shows(pilot, "advertising")
        await press(pilot, "x", "1")
        await world.forum.posts.edit(world.bob, world.posts[0].post_id, "Sorry.", revision=1)
        await press(pilot, "enter")
        await shows(pilot, "was changed meanwhile", "As it was reported", "As it is now", "Sorry.")
        assert await world.states() == [PostState.VISIBLE] * 2
        await press(pilot, "x")
        await shows(pilot, "! A post was changed since it was reported")
        await press(pilot, "1", "enter")
        await shows(pilot, "Removed.")


async def test_a_case_about_oneself_is_shown_and_left_to_others(world: World) -> None:
    post = await world.forum.posts.reply(world.ada, world.posts[0].thread_id, "My own sin")
    await world.forum.reports.report(world.bob, post.post_id, CaseCategory.SPAM, "she is")
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "G")
        text = await shows(
            pilot, "about you", "This case is about you: somebody else decides it.", "⚑ somebody"
        )
        assert "⚑ @bob" not in text
        await press(pilot, "x")
        await shows(pilot, "! This case is about you")


async def test_the_queue_follows_what_others_decide_and_report(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        screen = await open_queue(app, pilot)
        case = screen.queue.current
        assert case is not None
        await world.forum.decisions.decide(
            world.other, case.case_id, Ruling.plain(DecisionKind.REMOVE, "spam")
        )
        await until(pilot, lambda: "@bob: Buy cheap" not in screen_text(app))
        await shows(pilot, "Somebody has decided this case meanwhile.", "Only fools")
        another = await world.forum.posts.reply(world.bob, world.posts[0].thread_id, "And another")
        await world.forum.reports.report(world.other, another.post_id, CaseCategory.SPAM, "again")
        await shows(pilot, "@bob: And another")


async def test_a_busy_database_ends_no_session(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_args: object) -> None:
        raise StorageBusyError(N_("The database is busy; nothing was written."))

    monkeypatch.setattr(world.forum.decisions, "decide", busy)
    async with session(world.forum, world.ada) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "x", "1", "enter")
        await shows(pilot, "! The database is busy", "Buy cheap")


async def test_the_queue_is_sorted_filtered_and_a_filter_is_saved(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "S")
        text = await shows(pilot, "open cases · gravest first")
        assert text.index("@carl") < text.index("@bob")
        await press(pilot, "F", "j", "j", "right", "right", "enter")
        await shows(pilot, "Moderation: open cases · Spam · gravest first")
        assert "@carl" not in screen_text(app)
        await press(pilot, "v", "enter", '"grave spam"', "enter")
        await shows(pilot, "Saved: v leads there.")
        await press(pilot, "F", "0", "enter")
        await shows(pilot, "@carl", "open cases · oldest first")
        await press(pilot, "v")
        await shows(pilot, "1  grave spam")
        await press(pilot, "1")
        await shows(pilot, "Moderation: open cases · Spam · gravest first")


async def test_forwarded_and_assigned_cases_say_so_and_the_inbox_leads_there(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "A")
        await shows(pilot, "Whose case is it?", "2  @max")
        await press(pilot, "2", '"yours"', "enter")
        await shows(pilot, "Assigned.", "→ @max", "assigned to @max")
        await press(pilot, "j", "f", "1", '"too hot for me"', "enter")
        await shows(pilot, "Forwarded.", "for the moderators of the whole forum")
    async with session(world.forum, world.other) as (app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "@ada gave you a case in Gardens", "yours", "@ada forwarded a case", "too hot")
        await press(pilot, "G", "enter")
        await shows(pilot, "assigned to @max", "advertising")


async def test_a_member_reads_and_answers_the_moderators_from_the_inbox(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "r", '"Please stop that"', "ctrl+s")
        await shows(pilot, "Sent: it is in the inbox of @bob.", "With @bob", "Please stop that")
        async with session(world.forum, world.bob) as (_theirs, member):
            await press(member, "g", "i")
            await shows(member, "The moderators of Gardens have written to you", "Please stop that")
            await press(member, "enter")
            text = await shows(member, "Talk with the moderators of Gardens · Roses", "The moderators ·")
            assert "@ada" not in text.splitlines()[1]
            await press(member, "r", '"I will"', "ctrl+s")
            await shows(member, "Sent.", "You ·", "I will")
        await shows(pilot, "I will")
    kinds = [notice.kind for notice in await world.forum.notices.page(world.ada)]
    assert "modmail_answer" in kinds


async def test_posts_of_one_author_are_one_case_and_can_be_parted(world: World) -> None:
    more = await world.forum.posts.reply(world.bob, world.posts[0].thread_id, "More roses")
    await world.forum.reports.report(world.carl, more.post_id, CaseCategory.SPAM)
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        screen = await open_queue(app, pilot)
        await shows(pilot, "Post 1 of 2 in this case", "2 reports")
        await press(pilot, "right_square_bracket")
        await shows(pilot, "Post 2 of 2 in this case")
        await press(pilot, "b", "y")
        await shows(pilot, "It is a case of its own now.")
        await until(pilot, lambda: len(screen.queue.items) == 3)


async def test_off_topic_offers_to_split_the_post_off(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "o", "2", "enter")
        await shows(pilot, "Split it off, with its replies")
        await press(pilot, "y", "enter")
        await shows(pilot, "Split off.")
    post = await world.forum.threads.post(world.ada, world.posts[0].thread_id, 1)
    assert post is not None
    assert await rows(
        world.forum.database, "SELECT off_topic FROM post WHERE id = :id", id=world.posts[0].post_id
    ) == [(1,)]


async def test_a_post_is_moved_to_another_community(world: World) -> None:
    await community(world.forum, world.ada, slug="market")
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "m")
        await shows(pilot, "Move #2 to which community?", "Market")
        await press(pilot, "2")
        await shows(pilot, "A title?")
        await press(pilot, "enter")
        await shows(pilot, "Move the post. Why?", "→ Market")
        await press(pilot, "1", "enter")
        await shows(pilot, "Moved.")


async def test_prepared_texts_are_written_and_a_wrong_one_says_what_is_wrong(world: World) -> None:
    async with session(world.forum, world.ada) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "P")
        await shows(pilot, "Prepared texts: Gardens", "No text of its own")
        await press(
            pilot, "c", '"No ads here, "', "left_curly_bracket", '"who"', "right_curly_bracket", "enter"
        )
        await shows(pilot, "! There is no placeholder “who”", "No ads here, {who}")
        for _letter in "{who}":
            await press(pilot, "backspace")
        await press(pilot, "left_curly_bracket", '"author"', "right_curly_bracket", "enter")
        await shows(pilot, "Saved.", "No ads here, {author}")
        await press(pilot, "q", "x")
        await shows(pilot, "1  No ads here, @bob")


async def test_the_record_lists_what_was_done_latest_first(world: World) -> None:
    cases = await world.forum.cases.queue(world.ada)
    for row, kind in zip(cases.rows, (DecisionKind.REMOVE, DecisionKind.APPROVE), strict=True):
        await world.forum.decisions.decide(world.other, row.case_id, Ruling.plain(kind, f"because {kind}"))
    async with session(world.forum, world.ada) as (_app, pilot):
        await press(pilot, "g", "m")
        await shows(pilot, "Nothing waits for a decision")
        await press(pilot, "L")
        text = await shows(pilot, "@max removed #2 @bob", "@max approved #3 @carl", "because remove")
        assert text.index("approved") < text.index("removed")
        await press(pilot, "q")
        await shows(pilot, "Nothing waits for a decision")


async def test_the_record_tells_of_threads_pinned_and_closed(world: World) -> None:
    thread_id = world.posts[0].thread_id
    await world.forum.curation.pin(world.other, thread_id)
    await world.forum.curation.close(world.other, thread_id)
    async with session(world.forum, world.ada) as (app, pilot):
        await press(pilot, "g", "m")
        await shows(pilot, "Spam · Roses")
        await press(pilot, "L")
        await shows(pilot, "@max closed “Roses” @ada (gardens)", "@max pinned “Roses” @ada (gardens)")
        await press(pilot, "t")
        await until(pilot, lambda: app.screen is app.browse)
        await shows(pilot, "📌 🔒 Roses")


async def test_the_author_finds_the_reason_in_the_inbox(world: World) -> None:
    cases = await world.forum.cases.queue(world.ada)
    await world.forum.decisions.decide(
        world.ada, cases.rows[0].case_id, Ruling.plain(DecisionKind.REMOVE, "This is spam")
    )
    async with session(world.forum, world.bob) as (app, pilot):
        await press(pilot, "g", "i")
        await shows(pilot, "Your post in “Roses” was removed", "This is spam")
        await until(pilot, lambda: isinstance(app.screen, InboxScreen))
        await press(pilot, "enter")
        await until(pilot, lambda: not isinstance(app.screen, InboxScreen))
    assert await world.forum.notices.unseen(world.bob) == 0


async def test_a_case_is_read_by_pages_at_40_by_10(world: World) -> None:
    long = await world.forum.posts.reply(
        world.ada, world.posts[0].thread_id, "\n\n".join(f"line {n}" for n in range(40))
    )
    await world.forum.reports.report(world.other, long.post_id, CaseCategory.SPAM, "long")
    async with session(world.forum, world.ada, size=(40, 10)) as (app, pilot):
        screen = await open_queue(app, pilot)
        await press(pilot, "G", "enter")
        await shows(pilot, "long")
        for _page in range(30):
            await press(pilot, "pagedown")
            if "line 39" in screen_text(app):
                break
        await shows(pilot, "line 39")
        assert screen.level == "case"


async def test_a_talk_with_any_member_is_begun_and_is_a_case(world: World) -> None:
    async with session(world.forum, world.ada, size=WIDE) as (app, pilot):
        await open_queue(app, pilot)
        await press(pilot, "N")
        if "As the moderators of which community?" in screen_text(app):
            await press(pilot, "enter")
        await shows(pilot, "To whom? Their handle:")
        await press(pilot, '"nobody"', "enter", '"Hello"', "ctrl+s")
        await shows(pilot, "! That does not exist")
        await press(pilot, "N")
        if "As the moderators of which community?" in screen_text(app):
            await press(pilot, "enter")
        await press(pilot, '"carl"', "enter")
        await shows(pilot, "To @carl, as the moderators", "Hello")  # what was typed is still there
        await press(pilot, "ctrl+s")
        await shows(pilot, "Sent: the talk is a case.", "talk with a member")
