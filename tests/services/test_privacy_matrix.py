"""What a private community holds reaches nobody who may not see it, whatever they ask and whenever.

Every public method of every service on ``Forum`` has a line in one of the tables below; one that
has none fails the test. Each question is asked by everybody there is of each kind of community, twice:
before there is anything that they must not see, and after. For those who may not see it, both
answers are the same, to the last figure.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.forums import another, charter_for, member, person, place, rows
from tui_forum.domain.charter import Rule
from tui_forum.domain.directory import Order, Wanted
from tui_forum.domain.entities import Actor, PostOrder, Role, SiteRole, ThreadKind, Visibility
from tui_forum.domain.errors import ForumError, NotFoundError
from tui_forum.domain.events import (
    MODERATION_TOPIC,
    PRESENCE_TOPIC,
    EventKind,
    account_topic,
    community_topic,
    thread_topic,
)
from tui_forum.domain.life import Stage
from tui_forum.domain.moderation import (
    CaseCategory,
    CaseFilter,
    DecisionKind,
    ForwardedTo,
    Ruling,
    SanctionKind,
)
from tui_forum.domain.people import ReactionKind
from tui_forum.domain.recordviews import RecordFilter
from tui_forum.domain.restrictions import RestrictionKind
from tui_forum.domain.rules import Rule as ActingRule
from tui_forum.domain.rules import RuleAction, RuleKind
from tui_forum.domain.templates import Template
from tui_forum.domain.views import HomeCursor
from tui_forum.services.forum import Forum
from tui_forum.services.sanctions import impose
from tui_forum.storage.uow import UnitOfWork

#: In the charter of the community (its name, its purpose), and in nothing else.
OUTER = "hush"
#: In everything that is inside: titles, texts, reasons, requests.
INNER = "deep"
NOWHERE = 10**6

#: How much of a community somebody sees.
NOTHING, CHARTER, ALL = "nothing", "charter", "all"
STRANGERS = ("outsider", "requester", "invited", "former")
INSIDERS = ("member", "expert", "moderator", "manager", "site moderator", "admin")
SEES = {
    Visibility.OPEN: dict.fromkeys((*STRANGERS, *INSIDERS), ALL),
    Visibility.APPROVAL: dict.fromkeys(STRANGERS, CHARTER) | dict.fromkeys(INSIDERS, ALL),
    Visibility.INVITE: dict.fromkeys(STRANGERS, NOTHING)
    | dict.fromkeys(INSIDERS, ALL)
    | {"invited": CHARTER},
}


@dataclass
class World:
    """A private community, everybody who may look at it, and where things are in it."""

    forum: Forum
    visibility: Visibility
    who: dict[str, Actor]
    boss: Actor
    community_id: int = NOWHERE
    thread_id: int = NOWHERE
    post_id: int = NOWHERE
    case_id: int = NOWHERE
    entry_id: int = NOWHERE
    request_id: int = NOWHERE
    praise_id: int = NOWHERE
    host_request_id: int = NOWHERE
    sanction_id: int = NOWHERE
    restriction_id: int = NOWHERE

    def nowhere(self) -> World:
        """The same people, asking for what does not exist."""
        return World(self.forum, self.visibility, self.who, self.boss)


Question = Callable[[World, Actor], Awaitable[Any]]


async def now(value: Any) -> Any:
    """An answer that needs no waiting, as one that is awaited."""
    return value


async def exported(world: World, actor: Actor) -> list[Any]:
    """The record of the community, as a file."""
    return [line async for line in world.forum.record.export(actor, RecordFilter(world.community_id))]


def in_order(order: Order, world: World, actor: Actor) -> Awaitable[Any]:
    """The directory, sorted."""
    return world.forum.directory.page(actor, Wanted(order=order))


def acting_rule(world: World) -> ActingRule:
    """A rule of the community that acts by itself."""
    return ActingRule("x", RuleKind.LINKS, RuleAction.FLAG, threshold=3, community_id=world.community_id)


#: What one can ask, by service and method (and what of it). The second is what a member finds in the answer.
READS: dict[str, tuple[Question, str]] = {
    "communities.home": (lambda w, a: w.forum.communities.home(a), OUTER),
    "communities.joined": (
        lambda w, a: w.forum.communities.joined(a, HomeCursor(datetime.max.replace(tzinfo=UTC), 0)),
        "",
    ),
    "communities.joined_ids": (lambda w, a: w.forum.communities.joined_ids(a), ""),
    "communities.others": (lambda w, a: w.forum.communities.others(a, ""), ""),
    "communities.community": (lambda w, a: w.forum.communities.community(a, OUTER), OUTER),
    "communities.community_by_id": (
        lambda w, a: w.forum.communities.community_by_id(a, w.community_id),
        OUTER,
    ),
    "charters.view": (lambda w, a: w.forum.charters.view(a, w.community_id), OUTER),
    "charters.history": (lambda w, a: w.forum.charters.history(a, w.community_id), INNER),
    "charters.frame": (lambda w, a: w.forum.charters.frame(a, w.community_id), OUTER),
    "announcements.not_yet": (lambda w, a: w.forum.announcements.not_yet(a, w.thread_id), ""),
    "announcements.discussion": (lambda w, a: w.forum.announcements.discussion(a, w.thread_id), ""),
    "charters.check_hosts": (lambda w, a: w.forum.charters.check_hosts(a, [a.handle, "mary"]), ""),
    "charters.check_linked": (lambda w, a: w.forum.charters.check_linked(a, OUTER), OUTER),
    "memberships.page": (lambda w, a: w.forum.memberships.page(a, w.community_id), OUTER),
    "memberships.members": (lambda w, a: w.forum.memberships.members(a, w.community_id), "mary"),
    "memberships.requests": (lambda w, a: w.forum.memberships.requests(a, w.community_id), ""),
    "memberships.invitations": (lambda w, a: w.forum.memberships.invitations(a, w.community_id), ""),
    "directory.page": (lambda w, a: w.forum.directory.page(a), OUTER),
    **{f"directory.page by {order}": (partial(in_order, order), OUTER) for order in Order},
    "directory.page of a stage": (
        lambda w, a: w.forum.directory.page(a, Wanted(stage=Stage.SEED)),
        OUTER,
    ),
    "directory.page by its words": (lambda w, a: w.forum.directory.page(a, Wanted(text=OUTER)), OUTER),
    "directory.suggestions": (lambda w, a: w.forum.directory.suggestions(a), ""),
    "threads.page": (lambda w, a: w.forum.threads.page(a, w.community_id), INNER),
    "threads.unanswered": (lambda w, a: w.forum.threads.unanswered(a), ""),
    "threads.unanswered there": (lambda w, a: w.forum.threads.unanswered(a, w.community_id), ""),
    "threads.row": (lambda w, a: w.forum.threads.row(a, w.thread_id), INNER),
    "threads.view": (lambda w, a: w.forum.threads.view(a, w.thread_id), INNER),
    "threads.posts": (lambda w, a: w.forum.threads.posts(a, w.thread_id), INNER),
    "threads.posts as a tree": (
        lambda w, a: w.forum.threads.posts(a, w.thread_id, order=PostOrder.TREE),
        INNER,
    ),
    "threads.post": (lambda w, a: w.forum.threads.post(a, w.thread_id, 1), INNER),
    "threads.resolve": (lambda w, a: w.forum.threads.resolve(a, w.thread_id, 1), ""),
    "curation.destinations": (lambda w, a: w.forum.curation.destinations(a), ""),
    "curation.candidates": (lambda w, a: w.forum.curation.candidates(a, INNER), ""),
    "threads.search_titles": (lambda w, a: w.forum.threads.search_titles(a, INNER), INNER),
    "threads.search_titles by its name": (lambda w, a: w.forum.threads.search_titles(a, OUTER), ""),
    "threads.next_unread": (lambda w, a: w.forum.threads.next_unread(a), ""),
    "threads.next_unread there": (lambda w, a: w.forum.threads.next_unread(a, w.community_id), ""),
    "posts.mine": (lambda w, a: w.forum.posts.mine(a, w.post_id), ""),
    "posts.revisions": (lambda w, a: w.forum.posts.revisions(a, w.post_id), ""),
    "reports.rules": (lambda w, a: w.forum.reports.rules(a, w.thread_id), ""),
    "cases.queue": (lambda w, a: w.forum.cases.queue(a), ""),
    "cases.queue there": (lambda w, a: w.forum.cases.queue(a, CaseFilter(community_id=w.community_id)), ""),
    "cases.rows": (lambda w, a: w.forum.cases.rows(a, [w.case_id]), ""),
    "cases.places": (lambda w, a: w.forum.cases.places(a), ""),
    "cases.case": (lambda w, a: w.forum.cases.case(a, w.case_id), ""),
    "casework.moderators": (lambda w, a: w.forum.casework.moderators(a, w.case_id), ""),
    "caseroom.conversation": (lambda w, a: w.forum.caseroom.conversation(a, w.case_id), ""),
    "sanctions.of": (lambda w, a: w.forum.sanctions.of(a, "expert"), ""),
    "restrictions.hindrance": (
        lambda w, a: w.forum.restrictions.hindrance(a, w.community_id, w.thread_id),
        "",  # moderators are held up by nothing
    ),
    "reasons.of": (lambda w, a: w.forum.reasons.of(a, w.community_id), ""),
    "reasons.prepared": (
        lambda w, a: w.forum.reasons.prepared(a, DecisionKind.REMOVE, w.community_id),
        "",
    ),
    "rules.of": (lambda w, a: w.forum.rules.of(a, w.community_id), ""),
    "rules.dry_run": (lambda w, a: w.forum.rules.dry_run(a, acting_rule(w)), ""),
    "record.page": (lambda w, a: w.forum.record.page(a), ""),
    "figures.of": (lambda w, a: w.forum.figures.of(a), ""),
    "figures.of there": (lambda w, a: w.forum.figures.of(a, community_id=w.community_id), ""),
    "notes.of": (lambda w, a: w.forum.notes.of(a, "mary"), ""),
    "record.entry": (lambda w, a: w.forum.record.entry(a, w.entry_id), ""),
    "record.export": (exported, ""),
    "record.public": (lambda w, a: w.forum.record.public(a, w.community_id), INNER),
    "record.page there": (lambda w, a: w.forum.record.page(a, RecordFilter(w.community_id)), ""),
    "templates.of": (lambda w, a: w.forum.templates.of(a, w.community_id), INNER),
    "host_requests.view": (lambda w, a: w.forum.host_requests.view(a, w.host_request_id), ""),
    "hosting.view": (lambda w, a: w.forum.hosting.view(a, w.community_id), ""),
    "merging.merge_targets": (lambda w, a: w.forum.merging.merge_targets(a, w.community_id), ""),
    "hosts_round.view": (lambda w, a: w.forum.hosts_round.view(a), ""),
    "notices.page": (lambda w, a: w.forum.notices.page(a), ""),
    "notices.unseen": (lambda w, a: w.forum.notices.unseen(a), ""),
    "drafts.all": (lambda w, a: w.forum.drafts.all(a), ""),
    "drafts.get": (lambda w, a: w.forum.drafts.get(a, f"community:{w.community_id}"), ""),
    "profiles.view": (lambda w, a: w.forum.profiles.view(a, "mary"), INNER),
    "profiles.praise": (
        lambda w, a: w.forum.profiles.praise(a, w.who["member"].account_id, NOWHERE),
        INNER,
    ),
    "profiles.posts": (
        lambda w, a: w.forum.profiles.posts(a, w.who["member"].account_id, NOWHERE),
        INNER,
    ),
    "profiles.who_knows": (lambda w, a: w.forum.profiles.who_knows(a, "mary"), "mary"),
    "profiles.named": (lambda w, a: w.forum.profiles.named(a, "mary"), "mary"),
    "profiles.people": (lambda w, a: w.forum.profiles.people(a, ["mary"]), "mary"),
    "recognition.reacted": (lambda w, a: w.forum.recognition.reacted(a, w.post_id), "emil"),
    "recognition.newcomers": (lambda w, a: w.forum.recognition.newcomers(a, w.community_id), ""),
    "recognition.newcomer": (lambda w, a: w.forum.recognition.newcomer(a, w.community_id, "mary"), ""),
    "presence.here": (lambda w, a: w.forum.presence.here(a, w.community_id), "mary"),
    "presence.here in a thread": (
        lambda w, a: w.forum.presence.here(a, w.community_id, w.thread_id),
        "mary",
    ),
    "presence.handles": (lambda w, a: now(w.forum.presence.handles()), ""),
}

#: What one can do: who may not see the community is refused as if it did not exist.
WRITES: dict[str, Question] = {
    "communities.mark_all_read": lambda w, a: w.forum.communities.mark_all_read(a, w.community_id),
    "announcements.acknowledge": lambda w, a: w.forum.announcements.acknowledge(a, w.thread_id),
    "charters.change": lambda w, a: w.forum.charters.change(
        a, w.community_id, charter_for(), version=1, reason="x"
    ),
    "charters.accept": lambda w, a: w.forum.charters.accept(a, w.community_id, 1),
    "projects.close": lambda w, a: w.forum.projects.close(a, w.community_id, version=1, reason="x"),
    "projects.extend": lambda w, a: w.forum.projects.extend(a, w.community_id, None, version=1, reason="x"),
    "projects.go_on": lambda w, a: w.forum.projects.go_on(a, w.community_id, version=1, reason="x"),
    "memberships.join": lambda w, a: w.forum.memberships.join(a, w.community_id),
    "memberships.leave": lambda w, a: w.forum.memberships.leave(a, w.community_id),
    "memberships.request": lambda w, a: w.forum.memberships.request(a, w.community_id, "x"),
    "memberships.withdraw_request": lambda w, a: w.forum.memberships.withdraw_request(a, w.community_id),
    "memberships.decline_invitation": lambda w, a: w.forum.memberships.decline_invitation(a, w.community_id),
    "memberships.invite": lambda w, a: w.forum.memberships.invite(a, w.community_id, "mary"),
    "memberships.withdraw_invitation": lambda w, a: w.forum.memberships.withdraw_invitation(
        a, w.community_id, "ivo"
    ),
    "memberships.answer_request": lambda w, a: w.forum.memberships.answer_request(
        a, w.request_id, accept=True
    ),
    "memberships.remove": lambda w, a: w.forum.memberships.remove(a, w.community_id, "mary"),
    "memberships.set_role": lambda w, a: w.forum.memberships.set_role(a, w.community_id, "mary", Role.MEMBER),
    "memberships.change_visibility": lambda w, a: w.forum.memberships.change_visibility(
        a, w.community_id, Visibility.OPEN
    ),
    "polls.vote": lambda w, a: w.forum.polls.vote(a, w.thread_id, [1]),
    "curation.pin": lambda w, a: w.forum.curation.pin(a, w.thread_id),
    "curation.unpin": lambda w, a: w.forum.curation.unpin(a, w.thread_id),
    "curation.close": lambda w, a: w.forum.curation.close(a, w.thread_id),
    "curation.reopen": lambda w, a: w.forum.curation.reopen(a, w.thread_id),
    "curation.move": lambda w, a: w.forum.curation.move(a, w.thread_id, w.community_id),
    "curation.merge": lambda w, a: w.forum.curation.merge(a, w.thread_id, w.thread_id + 1),
    "curation.split": lambda w, a: w.forum.curation.split(a, w.thread_id, "x", from_number=2),
    "threads.accept": lambda w, a: w.forum.threads.accept(a, w.thread_id, 1),
    "posts.start_thread": lambda w, a: w.forum.posts.start_thread(a, w.community_id, "x", "x"),
    "posts.reply": lambda w, a: w.forum.posts.reply(a, w.thread_id, "x", reply_to=1),
    "posts.edit": lambda w, a: w.forum.posts.edit(a, w.post_id, "x", revision=1),
    "posts.delete": lambda w, a: w.forum.posts.delete(a, w.post_id),
    "posts.mark_read": lambda w, a: w.forum.posts.mark_read(a, w.thread_id, 1),
    "reports.report": lambda w, a: w.forum.reports.report(a, w.post_id, CaseCategory.SPAM, "x"),
    "decisions.decide": lambda w, a: w.forum.decisions.decide(
        a, w.case_id, Ruling.plain(DecisionKind.REMOVE, "x")
    ),
    "appeals.answer": lambda w, a: w.forum.appeals.answer(a, w.case_id, "x", overturn=True),
    "restrictions.restrict": lambda w, a: w.forum.restrictions.restrict(
        a, w.community_id, RestrictionKind.SLOW, "x"
    ),
    "restrictions.end": lambda w, a: w.forum.restrictions.end(a, w.restriction_id),
    "sanctions.lift": lambda w, a: w.forum.sanctions.lift(a, w.sanction_id, "x"),
    "casework.look": lambda w, a: w.forum.casework.look(a, w.case_id),
    "casework.assign": lambda w, a: w.forum.casework.assign(a, w.case_id, a.account_id),
    "casework.forward": lambda w, a: w.forum.casework.forward(a, w.case_id, ForwardedTo.SITE, "x"),
    "casework.note": lambda w, a: w.forum.casework.note(a, w.case_id, "x"),
    "casework.break_off": lambda w, a: w.forum.casework.break_off(a, w.case_id, w.post_id),
    "caseroom.discuss": lambda w, a: w.forum.caseroom.discuss(a, w.case_id, "x"),
    "caseroom.write_to_member": lambda w, a: w.forum.caseroom.write_to_member(a, w.case_id, "x"),
    "caseroom.begin": lambda w, a: w.forum.caseroom.begin(a, w.community_id, "mary", "x"),
    "caseroom.answer": lambda w, a: w.forum.caseroom.answer(a, w.case_id, "x"),
    "notes.add": lambda w, a: w.forum.notes.add(a, "mary", w.community_id, "x"),
    "reasons.save": lambda w, a: w.forum.reasons.save(a, w.community_id, None, {"en": "x"}),
    "reasons.delete": lambda w, a: w.forum.reasons.delete(a, w.community_id, 1),
    "rules.save": lambda w, a: w.forum.rules.save(a, acting_rule(w)),
    "rules.set_enabled": lambda w, a: w.forum.rules.set_enabled(a, acting_rule(w), enabled=False),
    "rules.delete": lambda w, a: w.forum.rules.delete(a, acting_rule(w)),
    "templates.save": lambda w, a: w.forum.templates.save(
        a, w.community_id, Template(0, "x", ThreadKind.QUESTION, "x", "x")
    ),
    "templates.remove": lambda w, a: w.forum.templates.remove(a, w.community_id, 1),
    "templates.shift": lambda w, a: w.forum.templates.shift(a, w.community_id, 1, 1),
    "hosting.archive": lambda w, a: w.forum.hosting.archive(a, w.community_id, "x"),
    "hosting.reopen": lambda w, a: w.forum.hosting.reopen(a, w.community_id),
    "merging.merge": lambda w, a: w.forum.merging.merge(a, w.community_id, w.community_id),
    "host_requests.ask_cohost": lambda w, a: w.forum.host_requests.ask_cohost(a, w.community_id, "mary"),
    "host_requests.hand_over": lambda w, a: w.forum.host_requests.hand_over(
        a, w.community_id, "mary", "x", datetime.now(UTC).date() + timedelta(days=7)
    ),
    "host_requests.look_for_host": lambda w, a: w.forum.host_requests.look_for_host(a, w.community_id),
    "host_requests.adopt": lambda w, a: w.forum.host_requests.adopt(a, w.community_id),
    "host_requests.accept": lambda w, a: w.forum.host_requests.accept(a, w.host_request_id),
    "host_requests.decline": lambda w, a: w.forum.host_requests.decline(a, w.host_request_id),
    "host_requests.withdraw": lambda w, a: w.forum.host_requests.withdraw(a, w.host_request_id),
    "host_requests.end_handover": lambda w, a: w.forum.host_requests.end_handover(a, w.host_request_id),
    "recognition.react": lambda w, a: w.forum.recognition.react(a, w.post_id, ReactionKind.THANKS),
    "recognition.praise": lambda w, a: w.forum.recognition.praise(a, w.post_id, "x"),
    "recognition.withdraw_praise": lambda w, a: w.forum.recognition.withdraw_praise(a, w.praise_id),
    "recognition.welcome": lambda w, a: w.forum.recognition.welcome(a, w.community_id, "mary", "x"),
}
#: Done by who sees the charter: they come in, ask, or say no. Everything else is not theirs.
AT_THE_DOOR = frozenset(
    (
        "memberships.join",
        "memberships.leave",
        "memberships.request",
        "memberships.withdraw_request",
        "memberships.decline_invitation",
        "host_requests.adopt",
    )
)

#: About no community that is there, or not for sessions; each with the reason.
APART: dict[str, str] = {
    **dict.fromkeys(
        (
            "accounts.actor", "accounts.actor_by_handle", "accounts.actor_for_key", "accounts.add_key",
            "accounts.add_keyless", "accounts.check_handle", "accounts.claim", "accounts.claim_code",
            "accounts.create_invite", "accounts.demo_actor", "accounts.ensure_admin", "accounts.has_operator",
            "accounts.keys", "accounts.local_actor", "accounts.register", "accounts.remove_key",
            "accounts.rename_key", "accounts.update_profile",
        ),
        "accounts belong to no community",
    ),
    "charters.open": "makes one that the actor then manages",
    "charters.may_open": "a matter of the forum's setting",
    "templates.may_edit": "a matter of the role in a community that one has been told of",
    "charters.check_slug": "names are unique: that one is taken can be seen by trying to open another",
    **dict.fromkeys(("profiles.update", "profiles.hide", "profiles.hidden"), "one's own profile"),
    **dict.fromkeys(
        (
            "playbooks.all", "playbooks.guide", "playbooks.by_id", "playbooks.change", "playbooks.restore",
        ),
        "guides belong to no community",
    ),
    "record.verify": "for administrators, and about no community",
    "drafts.save": "one's own words, whatever they were for",
    "drafts.discard": "one's own words, whatever they were for",
    "decisions.decide_many": "each case as in decisions.decide; what cannot be decided is counted",
    "decisions.undo": "one's own last decision",
    **dict.fromkeys(("appeals.decision", "appeals.appeal"), "decisions about oneself"),
    **dict.fromkeys(
        ("sanctions.suspension", "sanctions.unread", "sanctions.acknowledge"), "one's own sanctions"
    ),
    **dict.fromkeys(
        ("sanctions.next_end", "sanctions.lapse", "restrictions.next_end", "restrictions.lapse"),
        "has no actor",
    ),
    "casework.let_go": "one's own claims",
    **dict.fromkeys(
        ("casework.filters", "casework.save_filter", "casework.forget_filter"), "one's own filters"
    ),
    **dict.fromkeys(("casework.next_lapse", "casework.lapse"), "has no actor"),
    "notices.mark_seen": "one's own inbox; which notices it holds is asked above",
    "presence.enter": "the session's own beginning",
    "presence.remove": "the session's own end",
    "listening.open": "what comes through is tested below",
    "imports.sink": "for the operator's commands only",
    "imports.date_back": "for the demonstration only",
    **dict.fromkeys(
        (
            "clockwork.add", "clockwork.run_due", "clockwork.start", "clockwork.stop",
            "hosting.next_dormant", "hosting.tell_dormant",
            "hosting.next_forsaken", "hosting.tell_forsaken", "polls.next_close", "polls.close_due",
            "host_requests.next_end", "host_requests.end_handovers",
        ),
        "has no actor",
    ),
    **dict.fromkeys(
        (
            "screening.look", "screening.run", "screening.run_many", "screening.try_expression",
            "screening.load", "screening.on_thread", "screening.secrets", "screening.close",
        ),
        "what the services look at texts with; no session asks it",
    ),
    **dict.fromkeys(
        (
            "events.subscribe", "events.add", "events.remove", "events.publish", "events.tell",
        ),
        "the hub is the processes' own; sessions hear through listening",
    ),
}  # fmt: skip


def services(forum: Forum) -> dict[str, object]:
    """Every service on the facade."""
    return {
        name: value
        for name, value in vars(forum).items()
        if type(value).__module__.startswith("tui_forum.services.")
    }


async def test_every_public_method_of_every_service_is_in_a_table(sqlite_forum: Forum) -> None:
    there = {
        f"{name}.{method}"
        for name, service in services(sqlite_forum).items()
        for method, found in inspect.getmembers(type(service))
        if not method.startswith("_") and callable(found)
    }
    told = {key.split(" ")[0] for key in (*READS, *WRITES, *APART)}
    assert there - told == set(), "say in test_privacy_matrix.py what these tell to whom"
    assert told - there == set(), "these are gone"


# -- the world


async def people(forum: Forum, visibility: Visibility) -> World:
    """Everybody, before there is any private community; and a public one that all are in."""
    root, plaza = await place(forum, "plaza")
    who = {
        "outsider": await person(forum, "otto"),
        "requester": await person(forum, "ruth"),
        "invited": await person(forum, "ivo"),
        "former": await person(forum, "eva"),
        "member": await person(forum, "mary"),
        "expert": await person(forum, "emil"),
        "moderator": await person(forum, "mona"),
        "manager": await person(forum, "max"),
        "site moderator": await person(forum, "sven", SiteRole.MODERATOR),
        "admin": root,
    }
    for actor in who.values():
        if actor is not root:
            await forum.memberships.join(actor, plaza.community_id)
    post = await forum.posts.start_thread(root, plaza.community_id, "In the sun", "All read this")
    await forum.posts.reply(who["outsider"], post.thread_id, "So do I")
    return World(forum, visibility, who, await person(forum, "boss", SiteRole.ADMIN))


async def establish(world: World) -> None:
    """Open the community, and let everybody be what they are in it."""
    forum = world.forum
    charter = charter_for(statement=f"{OUTER} purpose", rules=(Rule(f"{OUTER} rule"),))
    row = await another(forum, world.boss, OUTER, Visibility.APPROVAL, charter=charter)
    world.community_id = row.community_id
    charter = replace(charter, response_days=3)
    await forum.charters.change(world.boss, row.community_id, charter, version=1, reason=f"{INNER} reasons")
    for name in ("member", "expert", "moderator", "manager", "former"):
        await forum.memberships.invite(world.boss, row.community_id, world.who[name].handle)
        await forum.memberships.join(world.who[name], row.community_id)
    for name, role in (
        ("expert", Role.EXPERT),
        ("moderator", Role.MODERATOR),
        ("manager", Role.MANAGER),
    ):
        await forum.memberships.set_role(world.boss, row.community_id, world.who[name].handle, role)
    await forum.memberships.leave(world.who["former"], row.community_id)
    await forum.memberships.request(world.who["requester"], row.community_id, "Let me in")
    (request,) = await forum.memberships.requests(world.boss, row.community_id)
    world.request_id = request.request_id
    if world.visibility is Visibility.INVITE:
        await forum.memberships.answer_request(world.boss, world.request_id, accept=False)
    if world.visibility is not Visibility.APPROVAL:
        await forum.memberships.change_visibility(world.boss, row.community_id, world.visibility)
    if world.visibility is not Visibility.OPEN:
        await forum.memberships.invite(world.boss, row.community_id, world.who["invited"].handle)
    for actor in world.who.values():  # what was told on the way is seen
        await forum.notices.mark_seen(actor)


async def live(world: World) -> None:
    """What goes on inside, of every kind there is."""
    forum, mary, boss = world.forum, world.who["member"], world.boss
    await forum.charters.accept(mary, world.community_id, 2)
    post = await forum.posts.start_thread(
        mary, world.community_id, f"{INNER} title", f"{INNER} body", kind=ThreadKind.QUESTION
    )
    world.thread_id, world.post_id = post.thread_id, post.post_id
    await forum.posts.edit(mary, post.post_id, f"{INNER} body, changed", revision=1)
    reply = await forum.posts.reply(boss, post.thread_id, f"{INNER} answer", reply_to=1)
    await forum.posts.mark_read(mary, post.thread_id, 2)
    await forum.threads.accept(mary, post.thread_id, 2)
    await forum.curation.close(boss, post.thread_id)
    await forum.curation.reopen(boss, post.thread_id)
    await forum.reports.report(world.who["expert"], reply.post_id, CaseCategory.SPAM, f"{INNER} reason")
    [(world.case_id,)] = await rows(forum.database, "SELECT max(id) FROM moderation_case")
    await forum.casework.note(boss, world.case_id, f"{INNER} note")
    await forum.notes.add(boss, "mary", world.community_id, f"{INNER} note")
    [(world.entry_id,)] = await rows(forum.database, "SELECT max(id) FROM moderation_record")

    async def warn(uow: UnitOfWork) -> None:
        world.sanction_id = await impose(
            uow,
            account_id=world.who["expert"].account_id,
            community_id=world.community_id,
            kind=SanctionKind.WARNING,
            reason=f"{INNER} warning",
            actor_id=world.boss.account_id,
        )

    await forum.database.write(warn)
    world.restriction_id = await forum.restrictions.restrict(
        boss, world.community_id, RestrictionKind.APPROVAL, f"{INNER} restriction", thread_id=post.thread_id
    )
    await forum.recognition.react(world.who["expert"], post.post_id, ReactionKind.THANKS)
    await forum.recognition.praise(world.who["expert"], post.post_id, f"{INNER} thanks")
    [(world.praise_id,)] = await rows(forum.database, "SELECT max(id) FROM praise")
    newcomer = await person(forum, "nina")
    await forum.memberships.invite(boss, world.community_id, "nina", f"{INNER} call")
    await forum.memberships.join(newcomer, world.community_id)
    await forum.recognition.welcome(boss, world.community_id, "nina", f"{INNER} welcome")
    await forum.memberships.set_role(boss, world.community_id, "nina", Role.EXPERT)
    await forum.memberships.leave(newcomer, world.community_id)
    world.host_request_id = await forum.host_requests.ask_cohost(
        boss, world.community_id, "mary", f"{INNER} notes"
    )
    await forum.templates.save(
        boss, world.community_id, Template(0, "Case", ThreadKind.QUESTION, f"{INNER} template", "")
    )
    await forum.drafts.save(mary, f"community:{world.community_id}", title="", body=f"{INNER} draft")
    forum.presence.enter(mary).look(world.community_id, world.thread_id)


async def answer(question: Question, world: World, actor: Actor) -> str:
    """What somebody is told, as one text: the answer, or the refusal."""
    try:
        return repr(await question(world, actor))
    except ForumError as error:
        return f"{type(error).__name__}: {error}"


async def answers(world: World, name: str) -> dict[str, str]:
    """Everything that somebody is told."""
    actor = world.who[name]
    return {asked: await answer(question, world, actor) for asked, (question, _) in READS.items()}


@pytest.mark.parametrize("visibility", list(Visibility))
async def test_what_strangers_are_told_is_the_same_whatever_goes_on_inside(
    forum: Forum, visibility: Visibility
) -> None:
    world = await people(forum, visibility)
    present = [forum.presence.enter(actor) for actor in world.who.values()]  # all are here before
    nowhere = {name: await answers(world.nowhere(), name) for name in STRANGERS}
    await establish(world)
    founded = {name: await answers(world, name) for name in STRANGERS}
    await live(world)
    for name in STRANGERS:
        sees, told = SEES[visibility][name], await answers(world, name)
        if sees == NOTHING:
            assert told == nowhere[name], name
            assert not [asked for asked, text in told.items() if OUTER in text.lower() and "“" not in text]
        if sees != ALL:
            # ``founded`` was asked before there was a thread: it must not be told of either.
            assert told == founded[name], name
            assert not [asked for asked, text in told.items() if INNER in text], name
    assert len(present) == len(world.who)


@pytest.mark.parametrize("visibility", list(Visibility))
async def test_those_who_may_see_it_are_told(forum: Forum, visibility: Visibility) -> None:
    """So that the test above does not pass because nobody is told anything."""
    world = await people(forum, visibility)
    await establish(world)
    await live(world)
    for name, sees in SEES[visibility].items():
        told = await answers(world, name)
        assert (OUTER in told["communities.community_by_id"]) == (sees != NOTHING), name
        if sees == ALL:
            mute = [asked for asked, (_, word) in READS.items() if word and word not in told[asked].lower()]
            outside = name in STRANGERS or name in ("site moderator", "admin")
            assert [asked for asked in mute if asked != "communities.home" or not outside] == [], name


@pytest.mark.parametrize("visibility", [Visibility.APPROVAL, Visibility.INVITE])
async def test_strangers_are_refused_as_if_there_were_nothing(forum: Forum, visibility: Visibility) -> None:
    world = await people(forum, visibility)
    await establish(world)
    await live(world)
    for name in STRANGERS:
        for asked, question in WRITES.items():
            if SEES[visibility][name] == CHARTER and asked in AT_THE_DOOR:
                continue
            refused = await answer(question, world, world.who[name])
            missing = await answer(question, world.nowhere(), world.who[name])
            assert refused == missing, (name, asked)
            if asked != "communities.mark_all_read":  # which changes what is one's own, and there is nothing
                assert refused.startswith("NotFoundError"), (name, asked)
    mine = "SELECT count(*) FROM membership WHERE community_id = :c AND account_id = :a"
    for name in STRANGERS:
        place_of = {"c": world.community_id, "a": world.who[name].account_id}
        assert await rows(forum.database, mine, **place_of) == [(0,)]


# -- events


async def all_is_told(forum: Forum, actor: Actor) -> None:
    """Wait until every event so far has reached who follows it."""
    own = forum.events.subscribe(account_topic(actor.account_id))
    await forum.accounts.update_profile(actor, display_name="Anybody")
    async for event in own:
        if event.kind is EventKind.ACCOUNT_CHANGED:
            own.close()


@pytest.mark.parametrize("visibility", list(Visibility))
async def test_no_event_from_inside_reaches_a_strangers_session(forum: Forum, visibility: Visibility) -> None:
    world = await people(forum, visibility)
    await establish(world)
    await all_is_told(forum, world.boss)
    ears = {name: forum.listening.open(actor) for name, actor in world.who.items()}
    for ear in ears.values():  # what they follow is their business, what they hear is ours
        ear.watch(
            community_topic(world.community_id),
            *(thread_topic(number) for number in range(1, 20)),
            *(account_topic(actor.account_id) for actor in (*world.who.values(), world.boss)),
            MODERATION_TOPIC,
            PRESENCE_TOPIC,
        )
    await live(world)
    await all_is_told(forum, world.boss)
    heard = {name: await ear.take() for name, ear in ears.items()}
    for name, events in heard.items():
        kinds = {event.kind for event in events}
        if SEES[visibility][name] == ALL:
            assert {EventKind.POST_CREATED, EventKind.THREAD_STARTED, EventKind.MEMBER_LEFT} <= kinds, name
        else:
            assert kinds <= {EventKind.PRESENCE_CHANGED}, name
        queue = name in ("moderator", "manager", "site moderator", "admin")
        assert (EventKind.POST_REPORTED in kinds) == queue, name
        own = world.who[name].account_id
        assert {e.account_id for e in events if e.kind in (EventKind.READ_MOVED, EventKind.NOTICE_SENT)} <= {
            own
        }, name


async def test_who_is_put_out_hears_that_and_then_nothing_more(forum: Forum) -> None:
    boss, garden = await place(forum, visibility=Visibility.INVITE)
    mary = await member(forum, "mary", garden, boss=boss)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    await all_is_told(forum, boss)
    ear = forum.listening.open(mary)
    ear.watch(community_topic(garden.community_id), thread_topic(start.thread_id))

    async def heard() -> list[EventKind]:
        await all_is_told(forum, boss)
        return [event.kind for event in await ear.take()]

    await forum.posts.reply(boss, start.thread_id, "Now")
    assert await heard() == [EventKind.POST_CREATED]
    await forum.memberships.remove(boss, garden.community_id, "mary")
    assert await heard() == [EventKind.MEMBER_LEFT, EventKind.NOTICE_SENT]
    await forum.posts.reply(boss, start.thread_id, "Or later")
    assert await heard() == []
    await forum.memberships.invite(boss, garden.community_id, "mary")
    await forum.memberships.join(mary, garden.community_id)
    assert EventKind.MEMBER_JOINED in await heard()
    await forum.posts.reply(boss, start.thread_id, "Welcome back")
    assert await heard() == [EventKind.POST_CREATED]


async def test_when_the_door_closes_outsiders_hear_nothing_any_more(forum: Forum) -> None:
    boss, garden = await place(forum)
    otto = await person(forum, "otto")
    ear = forum.listening.open(otto)
    ear.watch(community_topic(garden.community_id))
    for visibility, expected in ((Visibility.APPROVAL, []), (Visibility.OPEN, [EventKind.POST_CREATED])):
        await forum.memberships.change_visibility(boss, garden.community_id, visibility)
        await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
        await all_is_told(forum, boss)
        kinds = [event.kind for event in await ear.take()]
        assert [kind for kind in kinds if kind is EventKind.POST_CREATED] == expected


async def test_a_private_community_is_named_to_nobody_by_a_refusal(forum: Forum) -> None:
    _boss, _hidden = await place(forum, OUTER, Visibility.INVITE)
    otto = await person(forum, "otto")
    for slug in (OUTER, "nonsense"):
        with pytest.raises(NotFoundError, match=f"^There is no community “{slug}”.$"):
            await forum.communities.community(otto, slug)


async def test_who_has_left_finds_nothing_of_it_not_even_in_the_inbox(forum: Forum) -> None:
    boss, hidden = await place(forum, OUTER, Visibility.INVITE)
    mary = await member(forum, "mary", hidden, boss=boss)
    post = await forum.posts.start_thread(mary, hidden.community_id, f"{INNER} title", f"{INNER} body")
    await forum.posts.reply(boss, post.thread_id, f"{INNER} answer", reply_to=1)
    assert INNER in repr(await forum.notices.page(mary))
    await forum.memberships.leave(mary, hidden.community_id)
    for found in (
        await forum.notices.page(mary),
        await forum.communities.home(mary),
        await forum.threads.search_titles(mary, INNER),
    ):
        assert INNER not in repr(found)
        assert OUTER not in repr(found)
    with pytest.raises(NotFoundError):
        await forum.posts.mine(mary, post.post_id)
    with pytest.raises(NotFoundError):
        await forum.posts.edit(mary, post.post_id, "x", revision=1)
