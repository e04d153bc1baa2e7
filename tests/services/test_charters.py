"""Opening communities with a charter, changing it, accepting its rules: as hosts and members do it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.forums import another, charter_for, member, number, person, place, rows
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.domain.charter import Charter, CharterConflictError, Rule, RuleScope
from tui_forum.domain.entities import (
    Actor,
    OpeningMode,
    Purpose,
    Role,
    SiteRole,
    ThreadKind,
    Visibility,
)
from tui_forum.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    RulesNotAcceptedError,
)
from tui_forum.domain.polls import PollPlan
from tui_forum.domain.views import CommunityRow
from tui_forum.services.forum import Forum

RULES = (Rule("Be kind"), Rule("Say what you have tried", RuleScope.THREADS))


async def told(forum: Forum, actor: Actor) -> list[tuple[str, str, str]]:
    """One's notices: kind, text, community."""
    return [(n.kind, n.text, n.community_name) for n in await forum.notices.page(actor)]


# -- opening


async def test_anybody_opens_a_community_and_hosts_it_with_whom_they_name(forum: Forum) -> None:
    ada, ben = await person(forum, "ada"), await person(forum, "ben")
    charter = charter_for(
        Purpose.QUESTIONS,
        audience="Gardeners",
        rules=RULES,
        response_days=3,
        responders="Whoever knows",
        languages=("de", "en"),
    )
    row = await forum.charters.open(ada, "Roses", " All about roses ", charter, hosts=("@Ada", "ben", "ada"))
    assert (row.slug, row.name, row.purpose, row.role) == (
        "roses", "All about roses", Purpose.QUESTIONS, Role.MANAGER,
    )  # fmt: skip
    view = await forum.charters.view(ben, row.community_id)
    assert view.present.charter == charter
    assert (view.present.version, view.present.reason) == (1, "")
    assert view.present.author is not None
    assert view.present.author.handle == "ada"
    assert [host.handle for host in view.hosts] == ["ada", "ben"]
    assert view.may_change
    assert await told(forum, ben) == [("made_host", "", "All about roses")]
    assert await told(forum, ada) == []


async def test_whoever_opens_for_others_is_asked_to_host_with_them_unless_they_run_the_forum(
    forum: Forum,
) -> None:
    ada, root = await person(forum, "ada"), await person(forum, "root", SiteRole.ADMIN)
    with pytest.raises(InvalidInputError, match="add @ada") as caught:
        await forum.charters.open(ada, "roses", "Roses", charter_for(), hosts=["root"])
    assert caught.value.field == "hosts"
    row = await forum.charters.open(root, "roses", "Roses", charter_for(), hosts=["ada"])
    assert row.role is None
    assert [host.handle for host in (await forum.charters.view(ada, row.community_id)).hosts] == ["ada"]


@pytest.mark.parametrize(
    ("field", "slug", "name", "hosts", "wrong"),
    [
        ("slug", "", "Roses", None, {}),
        ("slug", "a b", "Roses", None, {}),
        ("slug", "x" * 41, "Roses", None, {}),
        ("slug", "Settings", "Roses", None, {}),
        ("slug", "Garden", "Roses", None, {}),  # taken
        ("slug", "old-garden", "Roses", None, {}),  # was taken: links with it go on
        ("name", "roses", " ", None, {}),
        ("name", "roses", "x" * 81, None, {}),
        ("statement", "roses", "Roses", None, {"statement": " "}),
        ("review_on", "roses", "Roses", None, {"review_on": date(2020, 1, 1)}),
        ("hosts", "roses", "Roses", (), {}),
        ("hosts", "roses", "Roses", (" ", "@"), {}),
        ("hosts", "roses", "Roses", ("ada", "nobody-of-this-name"), {}),
        ("hosts", "roses", "Roses", tuple(f"h{n}" for n in range(11)), {}),
        ("linked", "roses", "Roses", None, {"purpose": Purpose.INFORMATION, "linked": "nowhere"}),
        ("linked", "roses", "Roses", None, {"purpose": Purpose.INFORMATION, "linked": "cellar"}),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_opened(
    sqlite_forum: Forum,
    field: str,
    slug: str,
    name: str,
    hosts: tuple[str, ...] | None,
    wrong: dict[str, Any],
) -> None:
    forum = sqlite_forum
    _, garden = await place(forum)
    await place(forum, "cellar", Visibility.INVITE)

    root, old = await place(forum, "old-garden")
    await forum.merging.merge(root, old.community_id, garden.community_id)
    ada = await person(forum, "ada")
    before = await number(forum.database, "SELECT count(*) FROM community")
    with pytest.raises(InvalidInputError) as caught:
        await forum.charters.open(ada, slug, name, replace(charter_for(), **wrong), hosts=hosts)
    assert caught.value.field == field
    assert await number(forum.database, "SELECT count(*) FROM community") == before


async def test_of_two_who_want_the_same_name_at_once_one_gets_it(forum: Forum) -> None:
    people = [await person(forum, f"p{n}") for n in range(4)]
    ends = await asyncio.gather(*(another(forum, one, "roses") for one in people), return_exceptions=True)
    assert sum(isinstance(end, CommunityRow) for end in ends) == 1
    refused = [end for end in ends if isinstance(end, InvalidInputError)]
    assert [error.field for error in refused] == ["slug"] * 3
    assert await number(forum.database, "SELECT count(*) FROM charter") == 2  # and the hosts' round's


@pytest.mark.parametrize(
    ("opening", "may"),
    [
        (OpeningMode.EVERYONE, (True, True, True)),
        (OpeningMode.MODERATORS, (False, True, True)),
        (OpeningMode.ADMINS, (False, False, True)),
    ],
)
async def test_who_may_open_is_a_setting(
    sqlite_url: str, opening: OpeningMode, may: tuple[bool, bool, bool]
) -> None:
    forum = await open_forum(Settings(database_url=sqlite_url, opening=opening))
    try:
        people = [await person(forum, f"p-{role.value}", role) for role in SiteRole]
        assert tuple(map(forum.charters.may_open, people)) == may
        for one, allowed in zip(people, may, strict=True):
            if allowed:
                await another(forum, one, f"c-{one.handle}")
            else:
                with pytest.raises(NotAllowedError, match=r"Only (moderators|administrators) may do that"):
                    await another(forum, one, f"c-{one.handle}")
    finally:
        await forum.close()


async def test_the_form_can_ask_about_names_and_hosts_before_it_is_sent(forum: Forum) -> None:
    await place(forum)
    ada, _ben = await person(forum, "ada"), await person(forum, "ben")
    assert await forum.charters.check_slug(ada, " Roses ") == "roses"
    with pytest.raises(InvalidInputError, match="“garden” already"):
        await forum.charters.check_slug(ada, "garden")
    assert await forum.charters.check_hosts(ada, ["@Ben", "ada", "ben"]) == ("ben", "ada")


async def test_an_imported_community_has_the_usual_charter(sqlite_forum: Forum) -> None:
    sink = await sqlite_forum.imports.sink("archive", "mail", name="Old list", purpose=Purpose.QUESTIONS)
    root = await person(sqlite_forum, "root", SiteRole.ADMIN)
    view = await sqlite_forum.charters.view(root, sink.community_id)
    assert (view.present.version, view.present.author, view.hosts) == (1, None, ())
    assert view.present.charter.statement == "The archive of Old list."
    assert view.present.charter.response_days == 2


# -- who may see what of it


async def test_the_charter_is_seen_by_who_sees_the_community_and_its_reasons_by_who_reads(
    forum: Forum,
) -> None:
    boss, club = await place(forum, "club", Visibility.APPROVAL)
    _, cellar = await place(forum, "cellar", Visibility.INVITE)
    await forum.charters.change(
        boss, club.community_id, charter_for(rules=RULES), version=1, reason="Quarrels"
    )
    ada = await person(forum, "ada")
    view = await forum.charters.view(ada, club.community_id)
    assert (view.present.charter.rules, view.present.reason, view.may_change) == (RULES, "", False)
    for question in (forum.charters.history, forum.charters.frame):
        with pytest.raises(NotFoundError):
            await question(ada, club.community_id)
    with pytest.raises(NotFoundError):
        await forum.charters.view(ada, cellar.community_id)


async def test_a_linked_community_is_named_only_to_who_may_know_of_it(forum: Forum) -> None:
    boss, _talk = await place(forum, "talk", Visibility.INVITE)
    channel = charter_for(Purpose.INFORMATION, linked="talk")
    news = await another(forum, boss, "news", charter=channel)
    ada = await member(forum, "ada", news, Role.MANAGER, boss)
    assert (await forum.charters.view(boss, news.community_id)).present.charter.linked == "talk"
    assert (await forum.charters.view(ada, news.community_id)).present.charter.linked == ""
    # Who does not see the link does not cut it by changing something else.
    changed = replace(charter_for(Purpose.INFORMATION), audience="All")
    await forum.charters.change(ada, news.community_id, changed, version=1, reason="Say for whom")
    assert (await forum.charters.view(boss, news.community_id)).present.charter.linked == "talk"
    with pytest.raises(InvalidInputError, match="itself"):
        await forum.charters.change(
            boss, news.community_id, replace(changed, linked="news"), version=2, reason="x"
        )


# -- changing


async def test_a_change_is_a_new_version_with_its_reason_and_members_are_told(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    new = charter_for(Purpose.QUESTIONS, rules=RULES)
    assert await forum.charters.change(boss, garden.community_id, new, version=1, reason=" Too\nnoisy ") == 2
    view = await forum.charters.view(ada, garden.community_id)
    assert view.present.charter == new
    assert (view.present.version, view.present.reason) == (2, "Too noisy")
    versions = await forum.charters.history(ada, garden.community_id)
    assert [(one.version, one.charter.purpose) for one in versions] == [
        (2, Purpose.QUESTIONS), (1, Purpose.PRACTICE),
    ]  # fmt: skip
    assert [one.version for one in await forum.charters.history(ada, garden.community_id, 2)] == [1]
    assert await told(forum, ada) == [("charter_changed", "Too noisy", "Garden")]
    assert "charter_changed" not in [kind for kind, *_ in await told(forum, boss)]
    row = await forum.communities.community(ada, "garden")
    assert (row.purpose, row.rules_accepted) == (Purpose.QUESTIONS, False)


@pytest.mark.parametrize("reason", ["", " \n", "x" * 1001])
async def test_a_change_needs_a_reason(sqlite_forum: Forum, reason: str) -> None:
    boss, garden = await place(sqlite_forum)
    with pytest.raises(InvalidInputError) as caught:
        await sqlite_forum.charters.change(
            boss, garden.community_id, charter_for(rules=RULES), version=1, reason=reason
        )
    assert caught.value.field == "reason"


async def test_nothing_changed_is_no_version(sqlite_forum: Forum) -> None:
    boss, garden = await place(sqlite_forum)
    with pytest.raises(InvalidInputError, match="Nothing is different"):
        await sqlite_forum.charters.change(boss, garden.community_id, charter_for(), version=1, reason="x")


async def test_only_managers_change_a_charter(forum: Forum) -> None:
    boss, garden = await place(forum)
    for role in (Role.MEMBER, Role.EXPERT, Role.MODERATOR):
        one = await member(forum, f"a-{role.value}", garden, role, boss)
        with pytest.raises(NotAllowedError, match="Only managers"):
            await forum.charters.change(
                one, garden.community_id, charter_for(rules=RULES), version=1, reason="x"
            )


async def test_of_two_hosts_who_change_it_at_once_the_second_gets_both_to_decide(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden, Role.MANAGER, boss)
    theirs, mine = charter_for(audience="All"), charter_for(rules=RULES)
    await forum.charters.change(boss, garden.community_id, theirs, version=1, reason="For whom")
    with pytest.raises(CharterConflictError, match="version 2 is in force") as caught:
        await forum.charters.change(ada, garden.community_id, mine, version=1, reason="Rules")
    assert caught.value.theirs.charter == theirs
    assert caught.value.theirs.reason == "For whom"
    assert caught.value.mine == mine
    assert (await forum.charters.view(ada, garden.community_id)).present.charter == theirs
    assert await forum.charters.change(ada, garden.community_id, mine, version=2, reason="Rules") == 3


async def test_changes_at_the_very_same_time_lose_none(forum: Forum) -> None:
    boss, garden = await place(forum)
    hosts = [boss] + [await member(forum, f"h{n}", garden, Role.MANAGER, boss) for n in range(5)]
    ends = await asyncio.gather(
        *(
            forum.charters.change(
                host, garden.community_id, charter_for(audience=host.handle), version=1, reason="Mine"
            )
            for host in hosts
        ),
        return_exceptions=True,
    )
    assert sum(end == 2 for end in ends) == 1
    assert sum(isinstance(end, CharterConflictError) for end in ends) == 5
    assert await rows(
        forum.database, "SELECT version FROM charter WHERE community_id = :c ORDER BY version",
        c=garden.community_id,
    ) == [(1,), (2,)]  # fmt: skip


async def test_a_draft_goes_with_what_was_sent_from_it(forum: Forum) -> None:
    ada = await person(forum, "ada")
    draft = await forum.drafts.save(ada, "charter:0", title="Roses", body="statement: x")
    row = await forum.charters.open(ada, "roses", "Roses", charter_for(), token=draft.token)
    assert await forum.drafts.all(ada) == ()
    draft = await forum.drafts.save(ada, f"charter:{row.community_id}", title="", body="x")
    with pytest.raises(CharterConflictError):
        await forum.charters.change(
            ada, row.community_id, charter_for(rules=RULES), version=7, reason="x", token=draft.token
        )
    assert [one.key for one in await forum.drafts.all(ada)] == [draft.key]
    await forum.charters.change(
        ada, row.community_id, charter_for(rules=RULES), version=1, reason="x", token=draft.token
    )
    assert await forum.drafts.all(ada) == ()


# -- accepting the rules


async def test_the_first_time_one_writes_the_rules_are_accepted_once_per_version(forum: Forum) -> None:
    boss, garden = await place(forum, charter=charter_for(rules=RULES))
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")  # laid down by boss
    ada = await member(forum, "ada", garden)
    with pytest.raises(RulesNotAcceptedError):
        await forum.posts.start_thread(ada, garden.community_id, "Beans", "How?")
    with pytest.raises(RulesNotAcceptedError, match="accept the community's rules"):
        await forum.posts.reply(ada, start.thread_id, "Now")
    assert (await forum.threads.view(ada, start.thread_id)).may_reply
    frame = await forum.charters.frame(ada, garden.community_id)
    assert (frame.accepted, frame.version, frame.charter.rules) == (False, 1, RULES)
    await forum.charters.accept(ada, garden.community_id, frame.version)
    assert (await forum.charters.frame(ada, garden.community_id)).accepted
    reply = await forum.posts.reply(ada, start.thread_id, "Now")
    await forum.charters.change(
        boss, garden.community_id, charter_for(rules=RULES[:1]), version=1, reason="Fewer"
    )
    with pytest.raises(RulesNotAcceptedError):
        await forum.posts.reply(ada, start.thread_id, "And")
    await forum.posts.edit(ada, reply.post_id, "Now!", revision=1)  # written already
    with pytest.raises(ConflictError, match="read them again"):
        await forum.charters.accept(ada, garden.community_id, 1)
    await forum.charters.accept(ada, garden.community_id, 2)
    await forum.posts.reply(ada, start.thread_id, "And")
    await forum.posts.reply(boss, start.thread_id, "Who wrote them has accepted them")


async def test_where_there_are_no_rules_nothing_is_to_be_accepted(sqlite_forum: Forum) -> None:
    _, garden = await place(sqlite_forum)
    ada = await member(sqlite_forum, "ada", garden)
    assert (await sqlite_forum.charters.frame(ada, garden.community_id)).accepted
    await sqlite_forum.posts.start_thread(ada, garden.community_id, "Beans", "How?")


async def test_only_members_accept_rules(sqlite_forum: Forum) -> None:
    _, garden = await place(sqlite_forum, charter=charter_for(rules=RULES))
    ada = await person(sqlite_forum, "ada")
    with pytest.raises(NotAllowedError, match="not a member"):
        await sqlite_forum.charters.accept(ada, garden.community_id, 1)


# -- what the purpose changes for who writes


@pytest.mark.parametrize("purpose", Purpose)
async def test_the_frame_offers_the_kinds_that_can_be_sent(sqlite_forum: Forum, purpose: Purpose) -> None:
    forum = sqlite_forum
    boss, garden = await place(forum, purpose=purpose)
    people = [boss, await member(forum, "ada", garden), await member(forum, "eva", garden, Role.EXPERT, boss)]
    for one in people:
        frame = await forum.charters.frame(one, garden.community_id)
        for kind in ThreadKind:
            if kind in frame.kinds:
                poll = PollPlan(("a", "b")) if kind is ThreadKind.POLL else None
                await forum.posts.start_thread(one, garden.community_id, "T", "x", kind=kind, poll=poll)
            else:
                with pytest.raises(NotAllowedError):
                    await forum.posts.start_thread(one, garden.community_id, "T", "x", kind=kind)


async def test_without_a_kind_a_thread_is_of_the_usual_one(sqlite_forum: Forum) -> None:
    for purpose, kind in (
        (Purpose.PRACTICE, ThreadKind.DISCUSSION),
        (Purpose.INFORMATION, ThreadKind.ANNOUNCEMENT),
        (Purpose.QUESTIONS, ThreadKind.QUESTION),
        (Purpose.PROJECT, ThreadKind.DISCUSSION),
    ):
        boss, garden = await place(sqlite_forum, f"c-{purpose.value}", purpose=purpose)
        start = await sqlite_forum.posts.start_thread(boss, garden.community_id, "T", "x")
        assert (await sqlite_forum.threads.view(boss, start.thread_id)).kind is kind


async def test_a_charter_is_valid_for_as_long_as_it_takes_to_type_it_where_one_sits(
    sqlite_forum: Forum,
) -> None:
    """West of Greenwich it is still yesterday: that is today there, and no past."""
    ada = await person(sqlite_forum, "ada")
    ada = await sqlite_forum.accounts.update_profile(ada, time_zone="Pacific/Pago_Pago")
    here = (datetime.now(UTC) - timedelta(hours=11)).date()
    charter: Charter = charter_for(review_on=here)
    await sqlite_forum.charters.open(ada, "roses", "Roses", charter)
