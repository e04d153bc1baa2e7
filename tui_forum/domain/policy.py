"""Who may do what: one pure function, tested as a matrix of roles × actions.

Site moderators and admins may moderate everywhere; a community's moderators and managers may
in theirs. Only members write; only people who may see a community learn that it exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tui_forum.domain.entities import PostState, Role, SiteRole, Visibility
from tui_forum.domain.errors import ConflictError, NotAllowedError, NotFoundError
from tui_forum.i18n import N_


class Action(StrEnum):
    """Everything one may ask for."""

    SEE_COMMUNITY = "see_community"
    READ = "read"
    JOIN = "join"
    LEAVE = "leave"
    START_THREAD = "start_thread"
    REPLY = "reply"
    EDIT_POST = "edit_post"
    DELETE_POST = "delete_post"
    SEE_HIDDEN_TEXT = "see_hidden_text"
    SEE_REVISIONS = "see_revisions"
    REPORT_POST = "report_post"
    ACCEPT_ANSWER = "accept_answer"
    LOCK_THREAD = "lock_thread"
    MODERATE = "moderate"
    SET_ROLE = "set_role"
    OPEN_COMMUNITY = "open_community"
    MAKE_INVITE = "make_invite"
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the policy needs to know beside the action: the actor's place and the subject's state.

    ``own`` tells that the subject (post, thread) is the actor's.
    """

    site_role: SiteRole
    role: Role | None = None
    visibility: Visibility = Visibility.OPEN
    own: bool = False
    locked: bool = False
    removed: bool = False
    post_state: PostState = PostState.VISIBLE


NOT_FOUND: Final = N_("That does not exist, or you may not see it.")
MEMBERS_WRITE: Final = N_("Only members write here: join the community first.")
LOCKED: Final = N_("This thread is locked; nobody can write in it.")
REMOVED: Final = N_("This thread was removed by a moderator.")
NOT_YOURS: Final = N_("That is not yours.")
GONE: Final = N_("This post is gone.")
MODERATORS: Final = N_("Only moderators may do that.")
MANAGERS: Final = N_("Only managers of the community may do that.")
ADMINS: Final = N_("Only administrators may do that.")
OWN_POST: Final = N_("You cannot report your own post; you can delete it.")
BY_INVITATION: Final = N_("This community can only be joined with an approval or an invitation.")
ALREADY_MEMBER: Final = N_("You are a member already.")
NOT_MEMBER: Final = N_("You are not a member.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``allowed``, or the reason why not and the error that says it."""

    allowed: bool
    reason: str = ""
    error: type[NotAllowedError | NotFoundError | ConflictError] = NotAllowedError


YES: Final = Verdict(True)


def _no(
    reason: str, error: type[NotAllowedError | NotFoundError | ConflictError] = NotAllowedError
) -> Verdict:
    return Verdict(False, reason, error)


def moderates(standing: Standing) -> bool:
    """Whether the actor is a moderator here: of the site, or of the community."""
    return standing.site_role in (SiteRole.MODERATOR, SiteRole.ADMIN) or standing.role in (
        Role.MODERATOR,
        Role.MANAGER,
    )


def _sees(standing: Standing) -> bool:
    return (
        standing.visibility is not Visibility.INVITE
        or standing.role is not None
        or standing.site_role in (SiteRole.MODERATOR, SiteRole.ADMIN)
    )


def _reads(standing: Standing) -> bool:
    return (
        standing.visibility is Visibility.OPEN
        or standing.role is not None
        or standing.site_role in (SiteRole.MODERATOR, SiteRole.ADMIN)
    )


def _writing(standing: Standing) -> Verdict:
    if standing.role is None:
        return _no(MEMBERS_WRITE)
    if standing.removed:
        return _no(REMOVED, ConflictError)
    if standing.locked and not moderates(standing):
        return _no(LOCKED, ConflictError)
    return YES


def _own_post(standing: Standing) -> Verdict:
    if not standing.own:
        return _no(NOT_YOURS)
    if standing.post_state is not PostState.VISIBLE:
        return _no(GONE, ConflictError)
    return YES


def _membership(action: Action, standing: Standing) -> Verdict:
    if action is Action.LEAVE:
        return YES if standing.role is not None else _no(NOT_MEMBER, ConflictError)
    if standing.role is not None:
        return _no(ALREADY_MEMBER, ConflictError)
    if standing.visibility is not Visibility.OPEN and standing.site_role is not SiteRole.ADMIN:
        return _no(BY_INVITATION)
    return YES


def _post(action: Action, standing: Standing) -> Verdict:
    if action is Action.EDIT_POST:
        own = _own_post(standing)
        return _writing(standing) if own.allowed else own
    if action is Action.DELETE_POST:
        return _own_post(standing)
    if action is Action.REPORT_POST:
        if standing.own:
            return _no(OWN_POST)
        return YES if standing.post_state is PostState.VISIBLE else _no(GONE, ConflictError)
    # An author's own deletion is final for everyone; a removal is not for its author.
    if standing.post_state is PostState.DELETED:
        return _no(GONE)
    if standing.own or moderates(standing):
        return YES
    return _no(GONE if action is Action.SEE_HIDDEN_TEXT else MODERATORS)


def decide(action: Action, standing: Standing) -> Verdict:
    """Whether an actor of this ``standing`` may do ``action``."""
    if action in (Action.ADMINISTER, Action.OPEN_COMMUNITY):
        return YES if standing.site_role is SiteRole.ADMIN else _no(ADMINS)
    if action is Action.MAKE_INVITE:
        return YES if standing.site_role in (SiteRole.MODERATOR, SiteRole.ADMIN) else _no(MODERATORS)
    if not _sees(standing):
        return _no(NOT_FOUND, NotFoundError)
    if action is Action.SEE_COMMUNITY:
        return YES
    if action in (Action.JOIN, Action.LEAVE):
        return _membership(action, standing)
    if not _reads(standing):
        return _no(NOT_FOUND, NotFoundError)
    if action is Action.READ:
        return YES
    if action in (Action.START_THREAD, Action.REPLY):
        return _writing(standing)
    if action in (Action.MODERATE, Action.LOCK_THREAD):
        return YES if moderates(standing) else _no(MODERATORS)
    if action is Action.ACCEPT_ANSWER:
        return YES if standing.own or moderates(standing) else _no(NOT_YOURS)
    if action is Action.SET_ROLE:
        manages = standing.role is Role.MANAGER or standing.site_role is SiteRole.ADMIN
        return YES if manages else _no(MANAGERS)
    return _post(action, standing)


def require(action: Action, standing: Standing) -> None:
    """Raise the verdict's error unless it is allowed.

    Raises:
        NotAllowedError, NotFoundError, ConflictError: with the reason.
    """
    verdict = decide(action, standing)
    if not verdict.allowed:
        raise verdict.error(verdict.reason)
