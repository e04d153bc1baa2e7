"""What each kind of decision does to the posts of a case and to their author."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tui_forum.domain.entities import Actor, PostState
from tui_forum.domain.errors import ConflictError, InvalidInputError
from tui_forum.domain.events import EventKind
from tui_forum.domain.leaks import masked
from tui_forum.domain.moderation import SANCTIONS, CaseCategory, DecisionKind, Ruling, SanctionKind
from tui_forum.domain.policy import Action, require
from tui_forum.domain.reasons import fill, pick
from tui_forum.i18n import N_, _, format_date, using_locale
from tui_forum.services.casestate import LoadedCase, check_reason
from tui_forum.services.curation import move_thread, split_thread
from tui_forum.services.memberships import end_membership
from tui_forum.services.posts import EDITED_MEANWHILE, check_body, check_title
from tui_forum.services.publishing import known, publish
from tui_forum.services.sanctions import impose
from tui_forum.storage.repositories.casework import CaseWriting
from tui_forum.storage.repositories.curation import CurationRepository
from tui_forum.storage.repositories.holding import HoldingRepository
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

NO_POST: Final = N_("There is no post in this case.")
NO_COMMUNITY: Final = N_("This case belongs to no community.")
PAST: Final = N_("That time is over already.")
UNCHANGED: Final = N_("Nothing was changed in the post.")


@dataclass(frozen=True, slots=True)
class CasePost:
    """A post of the case, locked: what it is now, and the revision that was reported."""

    post_id: int
    thread_id: int
    number: int
    author_id: int
    state: PostState
    revision: int
    reported: int
    body: str

    @staticmethod
    def of(row: Sequence[Any]) -> CasePost:
        """A row of :meth:`CaseWriting.posts`."""
        return CasePost(row[0], row[1], row[2], row[3], PostState(row[4]), row[5], row[6], row[7])


@dataclass(slots=True)
class Effect:
    """What a decision did, for the record and for those who are told.

    ``notice`` names what the author is told of each of ``told`` posts ("": nothing).
    """

    posts: list[CasePost] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Hearing:
    """A case that is being decided: by whom, what about, and how."""

    uow: UnitOfWork
    actor: Actor
    case: LoadedCase
    ruling: Ruling
    posts: Sequence[CasePost]

    def reason_in(self, language: str) -> str:
        """The reason in a language, with this case's values."""
        return check_reason(fill(pick(self.ruling.reason, language), self._values(language)))

    def _values(self, language: str) -> Mapping[str, str]:
        row, until = self.case.row, self.ruling.until
        rule = self.case.rule_text
        with using_locale(language):
            held = format_date(until) if until is not None else _("further notice")
            nothing = _("the rules")
        return {
            "author": f"@{row.author.handle}",
            "community": self.case.community_name,
            "thread": masked(row.thread_title),  # an example in it is none of the reason's
            "post": f"#{row.post_number}" if row.post_number and known(row.post_number) else "",
            "rule": f"{row.rule}. {rule}" if rule else nothing,
            "until": held,
        }


async def let_through(hearing: Hearing) -> Hearing:
    """A decision that does not take held posts away publishes them; the case as it is then.

    Those that nobody knew of have other ids and numbers now.
    """
    ruling, case = hearing.ruling, hearing.case
    if ruling.kind is DecisionKind.REMOVE or ruling.remove:
        return hearing
    posts, ids = [], dict[int | None, int]()
    for post in hearing.posts:
        if post.state is not PostState.HELD:
            posts.append(post)
        elif known(post.number):
            await CaseWriting(hearing.uow.connection).set_states([post.post_id], PostState.VISIBLE)
            if post.number == 1:
                await HoldingRepository(hearing.uow.connection).bring_back(post.thread_id)
            _tell_readers(hearing, [post], EventKind.POST_EDITED)
            posts.append(post)
        else:
            ref = await publish(hearing.uow, post.post_id)
            ids[post.post_id] = ref.post_id
            posts.append(replace(post, post_id=ref.post_id, thread_id=ref.thread_id, number=ref.number))
    row = replace(case.row, post_id=ids.get(case.row.post_id, case.row.post_id))
    if ids and (first := next((post for post in posts if post.post_id == row.post_id), None)):
        row = replace(row, thread_id=first.thread_id, post_number=first.number)
    return replace(
        hearing,
        case=replace(case, row=row),
        ruling=replace(ruling, post_id=ids.get(ruling.post_id, ruling.post_id)),
        posts=posts,
    )


async def apply(hearing: Hearing) -> Effect:
    """Do what the ruling says.

    Raises:
        ConflictError: a post is not as it was, or there is none. InvalidInputError: the edit or
        the time cannot be taken. NotAllowedError: it is not the actor's to do.
    """
    kind = hearing.ruling.kind
    if kind in SANCTIONS:
        effect = await _sanction(hearing)
    else:
        effect = await _ON_POSTS[kind](hearing)
    if hearing.case.row.category is CaseCategory.RULE:
        effect.after["rule"] = hearing.case.row.rule
    effect.after["category"] = hearing.case.row.category.value
    return effect


def _there(hearing: Hearing) -> list[CasePost]:
    """The posts that their author has not deleted; there must be one in the case at all."""
    if not hearing.posts:
        raise ConflictError(NO_POST)
    return [post for post in hearing.posts if post.state is not PostState.DELETED]


def _now(post: CasePost) -> PostState:
    """What a post is after it was let through."""
    return PostState.VISIBLE if post.state is PostState.HELD else post.state


def _states(posts: Sequence[CasePost]) -> list[dict[str, Any]]:
    return [{"post": post.post_id, "state": post.state.value, "revision": post.revision} for post in posts]


def _record_posts(effect: Effect, posts: Sequence[CasePost], state: PostState) -> None:
    effect.posts = list(posts)
    effect.before["posts"] = _states(posts)
    effect.after["posts"] = [{"post": post.post_id, "state": state.value} for post in posts]


def _tell_readers(hearing: Hearing, posts: Sequence[CasePost], kind: EventKind) -> None:
    for post in posts:
        if not known(post.number):
            continue  # who follows the thread must not learn of it
        hearing.uow.record(
            kind,
            community_id=hearing.case.row.community_id,
            thread_id=post.thread_id,
            post_id=post.post_id,
            data={"number": post.number},
        )


async def _approve(hearing: Hearing) -> Effect:
    """The posts stay; those that were held are published already (:func:`let_through`)."""
    held = [post for post in hearing.posts if post.state is PostState.HELD]
    effect = Effect()
    _record_posts(effect, hearing.posts, PostState.VISIBLE)
    effect.after["posts"] = [
        {
            "post": post.post_id,
            "state": _now(post).value,
            "revision": post.revision,
        }
        for post in hearing.posts
    ]
    if held:
        effect.posts, effect.notice = held, "post_published"
    return effect


async def _remove(hearing: Hearing) -> Effect:
    """The posts go; a tombstone says why, in the author's language."""
    there = _there(hearing)
    effect = Effect(notice="post_removed")
    _record_posts(effect, there, PostState.REMOVED)
    reason = hearing.reason_in(hearing.case.language)
    await CaseWriting(hearing.uow.connection).set_states(
        [post.post_id for post in there], PostState.REMOVED, reason
    )
    _tell_readers(hearing, hearing.posts, EventKind.POST_REMOVED)
    return effect


async def _edit(hearing: Hearing) -> Effect:
    """One post is changed and stays; the earlier text is kept among its versions."""
    ruling = hearing.ruling
    body = check_body(ruling.body)
    post = next((post for post in _there(hearing) if post.post_id == ruling.post_id), None)
    if post is None or post.revision != ruling.revision:
        raise ConflictError(EDITED_MEANWHILE)
    if body == post.body:
        raise InvalidInputError(UNCHANGED, field="body")
    effect = Effect(notice="post_changed")
    _record_posts(effect, [post], PostState.VISIBLE)
    effect.after["posts"][0]["revision"] = post.revision + 1
    row = {"id": post.post_id, "revision": post.revision, "body": post.body}
    await WritingRepository(hearing.uow.connection).revise(
        row, body, hearing.actor.account_id, hearing.uow.now
    )
    await CaseWriting(hearing.uow.connection).set_states([post.post_id], PostState.VISIBLE)
    _tell_readers(hearing, [post], EventKind.POST_EDITED)
    return effect


async def _move(hearing: Hearing) -> Effect:
    """A post goes to another community: with its thread, or with its replies as a thread of its own."""
    uow, actor, ruling = hearing.uow, hearing.actor, hearing.ruling
    post = next((post for post in _there(hearing) if post.post_id == ruling.post_id), None)
    if post is None or ruling.community_id is None:
        raise ConflictError(NO_POST)
    effect = Effect(posts=[post])
    thread_id = post.thread_id
    if post.number > 1:
        split = await split_thread(uow, actor, thread_id, check_title(ruling.title), [post.number])
        thread_id = split.thread_id
    state, target = await move_thread(uow, actor, thread_id, ruling.community_id)
    effect.before = {"posts": _states([post]), "thread": post.thread_id, "community": state.community_id}
    effect.after = {
        "posts": [{"post": post.post_id, "state": _now(post).value}],
        "thread": thread_id,
        "community": target.community_id,
    }
    effect.notice = "post_moved"
    if not await CurationRepository(uow.connection).reads(post.author_id, target.community_id):
        effect.notice = "post_moved_away"
    return effect


async def _off_topic(hearing: Hearing) -> Effect:
    """The posts stay, marked; whoever moderates may split them off."""
    there = _there(hearing)
    effect = Effect(notice="post_off_topic")
    _record_posts(effect, there, PostState.VISIBLE)
    effect.after["posts"] = [
        {"post": post.post_id, "state": _now(post).value, "off_topic": True} for post in there
    ]
    await CaseWriting(hearing.uow.connection).mark_off_topic([post.post_id for post in there], off_topic=True)
    _tell_readers(hearing, there, EventKind.POST_EDITED)
    return effect


async def _sanction(hearing: Hearing) -> Effect:
    """The author is warned, silenced, suspended or removed; the posts go, too, when the ruling says so."""
    ruling, row, actor = hearing.ruling, hearing.case.row, hearing.actor
    kind = SANCTIONS[ruling.kind]
    until = ruling.until if kind is not SanctionKind.WARNING else None
    if ruling.until is not None and ruling.until <= hearing.uow.now:
        raise InvalidInputError(PAST, field="until")
    everywhere = ruling.everywhere or row.community_id is None
    who = row.author.account_id
    site_role, role = await WritingRepository(hearing.uow.connection).roles_of(who, row.community_id)
    if kind is not SanctionKind.WARNING or everywhere:
        standing = replace(
            hearing.case.standing,
            own=who == actor.account_id,
            everywhere=everywhere,
            subject_site_role=site_role,
            subject_role=role,
        )
        require(Action.SANCTION, standing)
    effect = Effect()
    if ruling.remove and hearing.posts:
        effect = await _remove(hearing)
    elif any(post.state is PostState.HELD for post in hearing.posts):
        effect = await _approve(hearing)
    effect.notice = ""  # the sanction itself tells the author
    effect.after["sanction"] = await impose(
        hearing.uow,
        account_id=who,
        community_id=None if everywhere else row.community_id,
        kind=kind,
        reason=hearing.reason_in(hearing.case.language),
        actor_id=actor.account_id,
        until=until,
        case_id=row.case_id,
    )
    if until is not None:
        effect.after["until"] = until.isoformat()
    if everywhere:
        effect.after["everywhere"] = True
    if kind is SanctionKind.REMOVAL:
        if row.community_id is None:
            raise ConflictError(NO_COMMUNITY)
        await end_membership(hearing.uow, who, row.community_id, actor_id=actor.account_id)
        effect.before["role"] = role.value if role is not None else ""
    return effect


_ON_POSTS: Final = {
    DecisionKind.APPROVE: _approve,
    DecisionKind.REMOVE: _remove,
    DecisionKind.EDIT: _edit,
    DecisionKind.MOVE: _move,
    DecisionKind.OFF_TOPIC: _off_topic,
}
