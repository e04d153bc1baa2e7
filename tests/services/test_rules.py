"""Rules that act: what they hold nobody learns of until a moderator lets it through."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.forums import another, member, number, person, place, rows
from tui_forum.domain.entities import Actor, PostOrder, PostState, Purpose, Role, SiteRole
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.events import Event, EventKind, community_topic, thread_topic
from tui_forum.domain.moderation import CaseCategory, CaseSource, DecisionKind, Ruling
from tui_forum.domain.record import RecordAction
from tui_forum.domain.recordviews import RecordFilter
from tui_forum.domain.rules import Rule, RuleAction, RuleChangedError, RuleKind
from tui_forum.domain.views import CommunityRow, PostRef
from tui_forum.services.forum import Forum

BAD = "forbidden"


@dataclass
class Garden:
    """A community with its manager, a member who has written in it, and one who reads along."""

    forum: Forum
    boss: Actor
    row: CommunityRow
    mary: Actor
    otto: Actor
    start: PostRef

    async def rule(self, kind: RuleKind, action: RuleAction, pattern: str = "", **rest: Any) -> Rule:
        """A rule of the community."""
        rule = Rule("Watch", kind, action, pattern, community_id=self.row.community_id, **rest)
        return replace(rule, rule_id=await self.forum.rules.save(self.boss, rule))

    async def words(self, action: RuleAction, **rest: Any) -> Rule:
        """A rule about a word."""
        return await self.rule(RuleKind.WORDS, action, BAD, **rest)

    async def case(self) -> int:
        """The one case in the queue."""
        page = await self.forum.cases.queue(self.boss)
        assert len(page.rows) == 1
        return page.rows[0].case_id

    async def decide(self, kind: DecisionKind, **rest: Any) -> None:
        """Decide the one case."""
        case_id = await self.case()
        view = await self.forum.cases.case(self.boss, case_id)
        seen = {post.post_id: post.present_revision for post in view.posts}
        await self.forum.decisions.decide(self.boss, case_id, Ruling.plain(kind, "Because", **rest), seen)

    async def bodies(self, actor: Actor, thread_id: int | None = None) -> list[str]:
        """What somebody reads in a thread."""
        page = await self.forum.threads.posts(actor, thread_id or self.start.thread_id)
        return [post.body for post in page.posts]


@pytest.fixture
async def garden(forum: Forum) -> Garden:
    boss, row = await place(forum)
    mary, otto = await member(forum, "mary", row), await member(forum, "otto", row)
    start = await forum.posts.start_thread(otto, row.community_id, "Roses", "When?")
    return Garden(forum, boss, row, mary, otto, start)


Ask = Callable[[Garden, Actor], Awaitable[Any]]
#: All that tells what is in a community.
LOOKS: dict[str, Ask] = {
    "list": lambda g, a: g.forum.threads.page(a, g.row.community_id),
    "row": lambda g, a: g.forum.threads.row(a, g.start.thread_id),
    "thread": lambda g, a: g.forum.threads.view(a, g.start.thread_id),
    "posts": lambda g, a: g.forum.threads.posts(a, g.start.thread_id),
    "tree": lambda g, a: g.forum.threads.posts(a, g.start.thread_id, order=PostOrder.TREE),
    "titles": lambda g, a: g.forum.threads.search_titles(a, "deep"),
    "unread": lambda g, a: g.forum.threads.next_unread(a),
    "unanswered": lambda g, a: g.forum.threads.unanswered(a),
    "home": lambda g, a: g.forum.communities.home(a),
    "notices": lambda g, a: g.forum.notices.page(a),
    "directory": lambda g, a: g.forum.directory.page(a),
    "community": lambda g, a: g.forum.memberships.page(a, g.row.community_id),
    "profile": lambda g, a: g.forum.profiles.view(a, "mary"),
    "posts of mary": lambda g, a: g.forum.profiles.posts(a, g.mary.account_id, 10**6),
    "members": lambda g, a: g.forum.memberships.members(a, g.row.community_id),
}


async def looked(garden: Garden, actor: Actor) -> dict[str, Any]:
    return {name: await look(garden, actor) for name, look in LOOKS.items()}


async def test_what_is_held_changes_nothing_for_others(garden: Garden) -> None:
    forum, mary, otto = garden.forum, garden.mary, garden.otto
    await garden.words(RuleAction.HOLD)
    before = await looked(garden, otto)
    ear = forum.listening.open(otto)
    ear.watch(community_topic(garden.row.community_id), thread_topic(garden.start.thread_id))
    reply = await forum.posts.reply(mary, garden.start.thread_id, f"deep {BAD}", reply_to=1)
    thread = await forum.posts.start_thread(mary, garden.row.community_id, f"deep {BAD}", "deep text")
    assert reply.held
    assert thread.held
    assert await looked(garden, otto) == before
    for ask in (
        forum.threads.view(otto, thread.thread_id),
        forum.threads.posts(otto, thread.thread_id),
        forum.threads.resolve(otto, thread.thread_id, 1),
        forum.threads.row(otto, thread.thread_id),
        forum.threads.post(otto, garden.start.thread_id, reply.number),
        forum.posts.revisions(otto, reply.post_id),
        forum.posts.edit(otto, reply.post_id, "x", revision=1),
        forum.reports.report(otto, reply.post_id, CaseCategory.SPAM, "x"),
        forum.recognition.praise(otto, reply.post_id, "x"),
        forum.posts.reply(otto, thread.thread_id, "x"),
    ):
        with pytest.raises((NotFoundError, ConflictError)):
            await ask
    with pytest.raises(ConflictError):
        await forum.posts.reply(otto, garden.start.thread_id, "x", reply_to=reply.number)
    await forum.posts.reply(garden.boss, garden.start.thread_id, "In spring")
    told: list[Event] = []
    while not any(event.kind is EventKind.POST_CREATED for event in told):
        await asyncio.wait_for(ear.wait(), 5)
        told += [event for event in await ear.take() if event.kind is not EventKind.NOTICE_SENT]
    written = [event for event in told if event.kind is not EventKind.NEWCOMER_WELCOMED]
    assert [(event.kind, event.data.get("number")) for event in written] == [(EventKind.POST_CREATED, 2)]


async def test_its_author_and_moderators_see_what_waits(garden: Garden) -> None:
    forum = garden.forum
    await garden.words(RuleAction.HOLD)
    sent = await forum.posts.reply(garden.mary, garden.start.thread_id, f"A {BAD} reply", token="once")
    again = await forum.posts.reply(garden.mary, garden.start.thread_id, f"A {BAD} reply", token="once")
    assert again == sent
    assert again.held
    thread = await forum.posts.start_thread(garden.mary, garden.row.community_id, "Title", f"A {BAD} start")
    for actor in (garden.mary, garden.boss):
        assert await garden.bodies(actor) == ["When?", f"A {BAD} reply"]
        assert await garden.bodies(actor, thread.thread_id) == [f"A {BAD} start"]
        page = await forum.threads.page(actor, garden.row.community_id)
        assert [(row.title, row.held) for row in page.rows] == [("Title", True), ("Roses", False)]
        assert (await forum.threads.view(actor, thread.thread_id)).held
    assert await garden.bodies(garden.otto) == ["When?"]
    view = await forum.cases.case(garden.boss, await garden.case())
    assert view.row.source is CaseSource.WORDS
    assert view.rules == ("Watch",)
    assert [post.state for post in view.posts] == [PostState.HELD, PostState.HELD]


async def test_a_reply_that_is_approved_comes_like_one_that_was_just_written(garden: Garden) -> None:
    forum, mary, otto, start = garden.forum, garden.mary, garden.otto, garden.start
    await garden.words(RuleAction.HOLD)
    await forum.posts.reply(mary, start.thread_id, f"A {BAD} reply", reply_to=1)
    await forum.posts.reply(garden.boss, start.thread_id, "Meanwhile")
    await forum.posts.mark_read(otto, start.thread_id, 2)
    await forum.communities.mark_all_read(otto, garden.row.community_id)
    assert "mary" not in repr(await forum.notices.page(otto))
    await garden.decide(DecisionKind.APPROVE)
    page = await forum.threads.posts(otto, start.thread_id)
    assert [(post.number, post.body, post.state) for post in page.posts][1:] == [
        (2, "Meanwhile", PostState.VISIBLE),
        (3, f"A {BAD} reply", PostState.VISIBLE),
    ]
    assert page.posts[2].reply_to is not None
    row = await forum.threads.row(otto, start.thread_id)
    assert (row.reply_count, row.unread, row.last_author.handle) == (2, 1, "mary")
    assert (await forum.threads.view(otto, start.thread_id)).landing == 3
    assert (await forum.notices.page(otto))[0].kind == "reply"
    assert [notice.kind for notice in await forum.notices.page(mary)] == ["post_published"]
    assert await number(forum.database, "SELECT count(*) FROM post WHERE number > 1000000") == 0


async def test_the_entry_of_a_held_post_led_nowhere_once_it_was_published(garden: Garden) -> None:
    await garden.words(RuleAction.HOLD)
    await garden.forum.posts.reply(garden.mary, garden.start.thread_id, f"A {BAD} reply")
    await garden.decide(DecisionKind.APPROVE)
    log = await garden.forum.record.page(garden.boss)
    assert [(line.action.value, line.now_in, line.post_number) for line in log if line.post_id] == [
        ("approve", garden.start.thread_id, 2),
        ("hold", garden.start.thread_id, 2),
    ]


async def test_a_thread_that_is_approved_begins_then(garden: Garden) -> None:
    forum, mary, otto = garden.forum, garden.mary, garden.otto
    await garden.words(RuleAction.HOLD)
    before = (await forum.communities.community(otto, "garden")).thread_count
    held = await forum.posts.start_thread(mary, garden.row.community_id, "Title", f"A {BAD} start")
    await forum.posts.reply(garden.boss, garden.start.thread_id, "Meanwhile")
    await forum.communities.mark_all_read(otto, garden.row.community_id)
    await garden.decide(DecisionKind.APPROVE)
    row = (await forum.threads.page(otto, garden.row.community_id)).rows[0]
    assert (row.title, row.held, row.unread, row.reply_count) == ("Title", False, 1, 0)
    community = await forum.communities.community(otto, "garden")
    assert community.thread_count == before + 1
    assert await garden.bodies(otto, held.thread_id) == [f"A {BAD} start"]
    await forum.posts.reply(otto, held.thread_id, "Welcome")
    assert [n.kind for n in await forum.notices.page(mary)] == ["reply", "post_published"]


async def test_what_is_removed_stays_unknown_and_its_author_learns_why(garden: Garden) -> None:
    forum, mary = garden.forum, garden.mary
    rule = await garden.words(RuleAction.HOLD)
    before = await looked(garden, garden.otto)
    await forum.posts.reply(mary, garden.start.thread_id, f"A {BAD} reply")
    held = await forum.posts.start_thread(mary, garden.row.community_id, "Title", f"A {BAD} start")
    await garden.decide(DecisionKind.REMOVE)
    assert await looked(garden, garden.otto) == before
    notice = (await forum.notices.page(mary))[0]
    assert (notice.kind, notice.text) == ("post_removed", "Because")
    page = await forum.threads.posts(mary, held.thread_id)
    assert [(post.state, post.removal_reason) for post in page.posts] == [(PostState.REMOVED, "Because")]
    assert all(row.title != "Title" for row in (await forum.threads.page(mary, garden.row.community_id)).rows)
    line = (await forum.rules.of(garden.boss, garden.row.community_id))[0]
    assert (line.rule, line.hits, line.right, line.wrong) == (rule, 2, 2, 0)


async def test_decisions_count_hits_right_and_wrong_and_undoing_takes_it_back(garden: Garden) -> None:
    forum = garden.forum
    await garden.words(RuleAction.HOLD)
    await forum.posts.reply(garden.mary, garden.start.thread_id, BAD)

    async def counted() -> tuple[int, int, int]:
        line = (await forum.rules.of(garden.boss, garden.row.community_id))[0]
        return line.hits, line.right, line.wrong

    assert await counted() == (1, 0, 0)
    await garden.decide(DecisionKind.APPROVE)
    assert await counted() == (1, 0, 1)
    await forum.decisions.undo(garden.boss)
    assert await counted() == (1, 0, 0)
    await garden.decide(DecisionKind.REMOVE)
    assert await counted() == (1, 1, 0)


async def test_undoing_an_approval_holds_it_again_and_leaves_a_tombstone(garden: Garden) -> None:
    forum = garden.forum
    await garden.words(RuleAction.HOLD)
    held = await forum.posts.start_thread(garden.mary, garden.row.community_id, f"A {BAD} title", "Text")
    await garden.decide(DecisionKind.APPROVE)
    await forum.decisions.undo(garden.boss)
    with pytest.raises(NotFoundError):
        await garden.bodies(garden.otto, held.thread_id)
    assert await garden.bodies(garden.mary, held.thread_id) == ["Text"]
    await garden.decide(DecisionKind.APPROVE)
    assert await garden.bodies(garden.otto, held.thread_id) == ["Text"]


async def test_edit_and_approve_publishes_the_better_text(garden: Garden) -> None:
    forum = garden.forum
    await garden.words(RuleAction.HOLD)
    held = await forum.posts.reply(garden.mary, garden.start.thread_id, f"A {BAD} word")
    await garden.decide(DecisionKind.EDIT, post_id=held.post_id, body="A word", revision=1)
    assert await garden.bodies(garden.otto) == ["When?", "A word"]


@pytest.mark.parametrize("remove", [True, False])
async def test_no_decision_leaves_a_post_in_between(garden: Garden, remove: bool) -> None:
    await garden.words(RuleAction.HOLD)
    await garden.forum.posts.reply(garden.mary, garden.start.thread_id, f"A {BAD} word")
    await garden.decide(DecisionKind.WARN, remove=remove)
    assert await garden.bodies(garden.otto) == ["When?"] + ([] if remove else [f"A {BAD} word"])


async def test_who_waits_can_make_it_better_or_take_it_back(garden: Garden) -> None:
    forum, mary = garden.forum, garden.mary
    await garden.words(RuleAction.HOLD)
    held = await forum.posts.start_thread(mary, garden.row.community_id, "Title", f"A {BAD} start")
    await forum.posts.edit(mary, held.post_id, "A better start", revision=1)
    assert await garden.bodies(mary, held.thread_id) == ["A better start"]
    with pytest.raises(NotFoundError):
        await garden.bodies(garden.otto, held.thread_id)
    await forum.posts.delete(mary, held.post_id)
    page = await forum.threads.page(mary, garden.row.community_id)
    assert [row.title for row in page.rows] == ["Roses"]


async def test_an_edit_that_is_held_leaves_a_tombstone_until_it_is_approved(garden: Garden) -> None:
    forum, otto = garden.forum, garden.otto
    await garden.words(RuleAction.HOLD)
    reply = await forum.posts.reply(garden.mary, garden.start.thread_id, "Fine")
    again = await forum.posts.edit(garden.mary, reply.post_id, f"Not {BAD}", revision=1)
    assert again.held
    page = await forum.threads.posts(otto, garden.start.thread_id)
    assert [(post.body, post.state) for post in page.posts][1:] == [("", PostState.HELD)]
    await garden.decide(DecisionKind.APPROVE)
    assert await garden.bodies(otto) == ["When?", f"Not {BAD}"]


async def test_what_is_flagged_is_there_and_in_the_queue(garden: Garden) -> None:
    forum = garden.forum
    await garden.words(RuleAction.FLAG, category=CaseCategory.HARASSMENT)
    ref = await forum.posts.reply(garden.mary, garden.start.thread_id, f"A {BAD} word")
    assert not ref.held
    assert await garden.bodies(garden.otto) == ["When?", f"A {BAD} word"]
    page = await forum.cases.queue(garden.boss)
    assert [(row.category, row.source) for row in page.rows] == [(CaseCategory.HARASSMENT, CaseSource.WORDS)]


async def test_who_is_refused_reads_why_and_nothing_is_written(garden: Garden) -> None:
    forum, mary = garden.forum, garden.mary
    rule = await garden.words(RuleAction.REFUSE, explanation="Words like this hurt people.")
    posts = await number(forum.database, "SELECT count(*) FROM post")
    with pytest.raises(InvalidInputError, match=r"^Not sent: Words like this hurt people\.$"):
        await forum.posts.reply(mary, garden.start.thread_id, f"So {BAD.upper()}!")
    with pytest.raises(InvalidInputError, match="Words like this"):
        await forum.posts.start_thread(mary, garden.row.community_id, f"The {BAD}", "Text")
    assert await number(forum.database, "SELECT count(*) FROM post") == posts
    assert (await forum.cases.queue(garden.boss)).rows == ()
    line = (await forum.rules.of(garden.boss, garden.row.community_id))[0]
    assert (line.rule.rule_id, line.hits) == (rule.rule_id, 2)
    entries = await forum.record.page(garden.boss, RecordFilter(community_id=garden.row.community_id))
    assert [entry.action for entry in entries][:2] == [RecordAction.REFUSE, RecordAction.REFUSE]
    found = await rows(forum.database, "SELECT reason, before, after FROM moderation_record")
    assert BAD not in repr([row for row in found if row[0] == "Watch"][-1])


async def test_moderators_are_trusted(garden: Garden) -> None:
    await garden.words(RuleAction.HOLD)
    assert not (await garden.forum.posts.reply(garden.boss, garden.start.thread_id, BAD)).held


async def test_rules_of_the_site_hold_everywhere_others_at_home(garden: Garden) -> None:
    forum = garden.forum
    await garden.words(RuleAction.HOLD)
    shop = await another(forum, garden.boss, "shop")
    await forum.memberships.join(garden.mary, shop.community_id)
    assert not (await forum.posts.start_thread(garden.mary, shop.community_id, "A", BAD)).held
    await forum.rules.save(garden.boss, Rule("Site", RuleKind.LINKS, RuleAction.HOLD, threshold=0))
    assert (await forum.posts.start_thread(garden.mary, shop.community_id, "A", "https://a.example")).held


async def test_first_posts_of_a_newcomer_are_held_until_enough_are_approved(garden: Garden) -> None:
    forum, mary = garden.forum, garden.mary
    await garden.rule(RuleKind.NEW_ACCOUNT, RuleAction.HOLD, threshold=2)
    for _post in range(3):
        assert (await forum.posts.reply(mary, garden.start.thread_id, "Hello")).held
    view = await forum.cases.case(garden.boss, await garden.case())
    assert view.row.source is CaseSource.NEW_ACCOUNT
    await garden.decide(DecisionKind.APPROVE)
    assert not (await forum.posts.reply(mary, garden.start.thread_id, "Hello")).held
    assert not (await forum.posts.edit(mary, view.posts[0].post_id + 3, "Hi", revision=1)).held


async def test_who_writes_too_fast_is_told(garden: Garden) -> None:
    forum, mary = garden.forum, garden.mary
    await garden.rule(RuleKind.RATE, RuleAction.REFUSE, threshold=2, seconds=600, explanation="Slowly.")
    for _post in range(2):
        await forum.posts.reply(mary, garden.start.thread_id, "Hello")
    with pytest.raises(InvalidInputError, match="Slowly"):
        await forum.posts.reply(mary, garden.start.thread_id, "Hello")
    await forum.posts.reply(garden.otto, garden.start.thread_id, "Hello")


async def test_an_expression_that_takes_too_long_steps_aside(garden: Garden) -> None:
    forum, mary = garden.forum, garden.mary
    rule = await garden.rule(RuleKind.REGEX, RuleAction.HOLD, r"€(x+x+)+$")
    for _twice in range(2):
        ref = await forum.posts.reply(mary, garden.start.thread_id, f"€{'x' * 3000}!")
        assert not ref.held
    await garden.case()
    told = [notice for notice in await forum.notices.page(garden.boss) if notice.kind == "rule_slow"]
    assert [notice.text for notice in told] == [rule.name]
    assert (await forum.rules.of(garden.boss, garden.row.community_id))[0].hits == 0


async def test_many_who_send_a_text_made_to_be_slow_hold_nobody_up(sqlite_forum: Forum) -> None:
    boss, row = await place(sqlite_forum)
    mary = await member(sqlite_forum, "mary", row)
    start = await sqlite_forum.posts.start_thread(boss, row.community_id, "Roses", "When?")
    rule = Rule("Sly", RuleKind.REGEX, RuleAction.HOLD, r"€(x+x+)+$", community_id=row.community_id)
    await sqlite_forum.rules.save(boss, rule)
    longest = []
    for _try in range(3):  # the best of three: other programs hold the loop up as well
        posts = [sqlite_forum.posts.reply(mary, start.thread_id, f"€{'x' * 3000}!") for _post in range(4)]
        sending, waits = asyncio.gather(*posts), [0.0]
        while not sending.done():
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            waits.append(time.perf_counter() - before)
        await sending
        longest.append(max(waits))
    assert min(longest) < 0.1


async def test_a_dry_run_can_be_broken_off(written: Garden) -> None:
    rule = Rule("x", RuleKind.WORDS, RuleAction.HOLD, BAD, community_id=written.row.community_id)
    running = asyncio.create_task(written.forum.rules.dry_run(written.boss, rule))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await written.forum.rules.dry_run(written.boss, rule)).hits == 3


async def test_polls_are_looked_at_with_all_their_answers(garden: Garden) -> None:
    from tui_forum.domain.polls import PollPlan

    await garden.words(RuleAction.HOLD)
    poll = PollPlan(("Yes", f"The {BAD} one"))
    ref = await garden.forum.posts.start_thread(garden.mary, garden.row.community_id, "Which?", "", poll=poll)
    assert ref.held
    await garden.forum.threads.view(garden.mary, ref.thread_id)
    await garden.decide(DecisionKind.APPROVE)
    view = await garden.forum.threads.view(garden.otto, ref.thread_id)
    assert view.poll is not None
    await garden.forum.polls.vote(garden.otto, ref.thread_id, [1])


async def test_what_waits_follows_a_thread_that_was_merged(garden: Garden) -> None:
    forum, boss, start = garden.forum, garden.boss, garden.start
    await garden.words(RuleAction.HOLD)
    other = await forum.posts.start_thread(garden.otto, garden.row.community_id, "Tulips", "And these?")
    await forum.posts.reply(garden.mary, other.thread_id, f"A {BAD} reply", reply_to=1)
    await forum.curation.merge(boss, other.thread_id, start.thread_id)
    await garden.decide(DecisionKind.APPROVE)
    page = await forum.threads.posts(garden.otto, start.thread_id)
    assert [post.body for post in page.posts] == ["When?", "And these?", f"A {BAD} reply"]
    assert page.posts[2].reply_to is not None
    assert page.posts[2].reply_to.number == page.posts[1].number


async def test_managers_set_rules_at_home_and_site_moderators_everywhere(garden: Garden) -> None:
    forum, row = garden.forum, garden.row
    helper = await member(forum, "hedy", row, Role.MODERATOR, boss=garden.boss)
    manager = await member(forum, "mona", row, Role.MANAGER, boss=garden.boss)
    site = await person(forum, "simon", SiteRole.MODERATOR)
    rule = Rule("Links", RuleKind.LINKS, RuleAction.FLAG, threshold=3)
    here = replace(rule, community_id=row.community_id)
    for actor in (manager, site, garden.boss):
        await forum.rules.save(actor, here)
    for actor in (site, garden.boss):
        await forum.rules.save(actor, rule)
    for actor, wanted in ((helper, here), (garden.mary, here), (manager, rule), (helper, rule)):
        with pytest.raises(NotAllowedError):
            await forum.rules.save(actor, wanted)
        with pytest.raises(NotAllowedError):
            await forum.rules.of(actor, wanted.community_id)
        with pytest.raises(NotAllowedError):
            await forum.rules.dry_run(actor, wanted)
    foreign = (await forum.rules.of(site, None))[0].rule
    with pytest.raises(NotFoundError):
        await forum.rules.delete(manager, replace(foreign, community_id=row.community_id))


async def test_of_two_managers_at_once_the_second_replaces_knowingly(garden: Garden) -> None:
    forum = garden.forum
    rule = await garden.words(RuleAction.HOLD)
    await forum.rules.save(garden.boss, replace(rule, pattern="quicker"), seen=rule)
    with pytest.raises(RuleChangedError) as refused:
        await forum.rules.save(garden.boss, replace(rule, pattern="slower"), seen=rule)
    assert refused.value.present.pattern == "quicker"
    await forum.rules.save(garden.boss, replace(rule, pattern="slower"), seen=refused.value.present)
    lines = await forum.rules.of(garden.boss, garden.row.community_id)
    assert [line.rule.pattern for line in lines] == ["slower"]


async def test_every_change_of_a_rule_is_in_the_record(garden: Garden) -> None:
    forum = garden.forum
    rule = await garden.words(RuleAction.HOLD)
    await forum.rules.save(garden.boss, replace(rule, action=RuleAction.FLAG))
    await forum.rules.set_enabled(garden.boss, rule, enabled=False)
    await forum.rules.set_enabled(garden.boss, rule, enabled=False)
    assert not (await forum.posts.reply(garden.mary, garden.start.thread_id, BAD)).held
    await forum.rules.delete(garden.boss, rule)
    entries = await forum.record.page(garden.boss, RecordFilter(community_id=garden.row.community_id))
    assert [entry.action for entry in entries] == [RecordAction.CHANGE_RULE] * 4
    assert await forum.rules.of(garden.boss, garden.row.community_id) == ()


@pytest.fixture
async def written(garden: Garden) -> Garden:
    """Posts of which some would be hit."""
    for index in range(6):
        text = f"A {BAD} one" if index % 2 else f"A fine one, https://{index}.example"
        await garden.forum.posts.reply(garden.mary, garden.start.thread_id, text)
    await garden.forum.posts.reply(garden.boss, garden.start.thread_id, BAD)
    return garden


@pytest.mark.parametrize(
    ("rule", "hits"),
    [
        (Rule("x", RuleKind.WORDS, RuleAction.HOLD, BAD), 3),
        (Rule("x", RuleKind.REGEX, RuleAction.HOLD, r"f.rb"), 3),
        (Rule("x", RuleKind.LINKS, RuleAction.HOLD, threshold=0), 3),
        (Rule("x", RuleKind.NEW_ACCOUNT, RuleAction.HOLD, threshold=2), 3),
        (Rule("x", RuleKind.RATE, RuleAction.HOLD, threshold=2, seconds=600), 4),
    ],
)
async def test_a_dry_run_shows_what_a_rule_would_have_hit(written: Garden, rule: Rule, hits: int) -> None:
    looked: list[int] = []
    rule = replace(rule, community_id=written.row.community_id)
    trial = await written.forum.rules.dry_run(written.boss, rule, looked.append)
    assert (trial.looked, trial.hits, trial.whole, len(trial.examples)) == (7, hits, True, hits)
    assert looked == [7]
    assert trial.examples[0].thread_id == written.start.thread_id
    assert (await written.forum.rules.of(written.boss, written.row.community_id)) == ()


async def test_a_question_that_was_held_is_waited_for_from_its_approval(forum: Forum) -> None:
    boss, desk = await place(forum, purpose=Purpose.QUESTIONS)
    mary = await member(forum, "mary", desk)
    rule = Rule("x", RuleKind.NEW_ACCOUNT, RuleAction.HOLD, threshold=1, community_id=desk.community_id)
    await forum.rules.save(boss, rule)
    await forum.posts.start_thread(mary, desk.community_id, "How?", "Please")
    waiting = "SELECT count(*) FROM thread WHERE escalate_at IS NOT NULL"
    assert await number(forum.database, waiting) == 0
    case = (await forum.cases.queue(boss)).rows[0].case_id
    await forum.decisions.decide(boss, case, Ruling.plain(DecisionKind.APPROVE, "Fine"))
    assert await number(forum.database, waiting) == 1
