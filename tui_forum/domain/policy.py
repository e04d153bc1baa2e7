"""Who may do what: one pure function, tested as a matrix of roles × actions.

Site moderators and admins may moderate everywhere; a community's moderators and managers may
in theirs. Only members write; only people who may see a community learn that it exists: all of
an ``open`` one read it, all of an ``approval`` one see that it exists and its charter, and an
``invite`` one is seen by its members, and its charter by those who are invited. What a community
is for decides who starts and answers what there: see ``charter.PURPOSES``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from tui_forum.domain.charter import PURPOSES
from tui_forum.domain.entities import (
    OpeningMode,
    PostState,
    Purpose,
    Role,
    SiteRole,
    ThreadKind,
    Visibility,
)
from tui_forum.domain.errors import (
    BarredError,
    ConflictError,
    NotAllowedError,
    NotFoundError,
    RulesNotAcceptedError,
)
from tui_forum.domain.moderation import Conflict, ForwardedTo, SanctionKind
from tui_forum.domain.restrictions import Restriction, RestrictionKind, first_of
from tui_forum.domain.sanctions import Bar, longest
from tui_forum.i18n import N_


class Action(StrEnum):
    """Everything one may ask for."""

    SEE_COMMUNITY = "see_community"
    READ = "read"
    SEE_MEMBERS = "see_members"
    JOIN = "join"
    REQUEST_TO_JOIN = "request_to_join"
    LEAVE = "leave"
    INVITE = "invite"
    WITHDRAW_INVITATION = "withdraw_invitation"
    ANSWER_REQUEST = "answer_request"
    REMOVE_MEMBER = "remove_member"
    CHANGE_VISIBILITY = "change_visibility"
    START_THREAD = "start_thread"
    REPLY = "reply"
    EDIT_POST = "edit_post"
    DELETE_POST = "delete_post"
    SEE_HIDDEN_TEXT = "see_hidden_text"
    SEE_REVISIONS = "see_revisions"
    REPORT_POST = "report_post"
    REACT = "react"
    PRAISE = "praise"
    WITHDRAW_PRAISE = "withdraw_praise"
    WELCOME = "welcome"
    ACCEPT_ANSWER = "accept_answer"
    LOCK_THREAD = "lock_thread"
    PIN_THREAD = "pin_thread"
    MOVE_THREAD = "move_thread"  # to another community, or into another thread: asked of both
    SPLIT_THREAD = "split_thread"
    VOTE = "vote"
    EDIT_TEMPLATES = "edit_templates"
    MODERATE = "moderate"
    DECIDE_CASE = "decide_case"
    SANCTION = "sanction"  # silence, suspend or remove the account that a case is about
    LIFT_SANCTION = "lift_sanction"
    CHANGE_MODERATION_RULES = "change_moderation_rules"  # rules that act by themselves, in a community
    RESTRICT = "restrict"  # a thread or a community, for a time
    SET_ROLE = "set_role"
    HOST = "host"  # see how the community fares, and act on it
    CLOSE_COMMUNITY = "close_community"  # archive it, merge it into another, look for a new host
    REOPEN_COMMUNITY = "reopen_community"
    ADOPT = "adopt"  # become host of a community that looks for one
    ASK_FOR_HOST = "ask_for_host"  # a co-host, or somebody who stands in
    ACCEPT_HOSTING = "accept_hosting"
    WITHDRAW_HOSTING = "withdraw_hosting"  # a request, or a handover that is running
    EDIT_GUIDE = "edit_guide"
    OPEN_COMMUNITY = "open_community"
    CHANGE_CHARTER = "change_charter"
    ACCEPT_RULES = "accept_rules"
    ACKNOWLEDGE = "acknowledge"
    SEE_ACKNOWLEDGEMENTS = "see_acknowledgements"
    MAKE_INVITE = "make_invite"
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the policy needs to know beside the action: the actor's place and the subject's state.

    ``own`` tells that the subject (post, thread, invitation) is the actor's. ``invited`` and
    ``requested``: somebody has asked the actor in, or the actor has asked to be let in, and
    that is not answered yet. ``forsaken``: the community is dormant and its hosts do not come any
    more, or they look for a new one; ``hosts``: the actor manages some community. ``builtin`` is
    the hosts' round, whose members come and go by role. ``kind`` is that of the thread (None: which
    one is not decided yet), ``acknowledged`` whether it asks for acknowledgement.
    ``held``: the thread waits for a moderator, and is removed as long.
    ``rules_accepted``: the actor has accepted the charter's present rules, or there are none.
    ``bars`` are the sanctions that the actor is under here now, ``restrictions`` those of the place. Of
    a sanction that is to be imposed or lifted, ``everywhere`` tells whether it holds in the whole
    forum, and ``subject_site_role`` and ``subject_role`` who it is laid on.
    """

    site_role: SiteRole
    role: Role | None = None
    visibility: Visibility = Visibility.OPEN
    own: bool = False
    locked: bool = False
    removed: bool = False
    held: bool = False
    post_state: PostState = PostState.VISIBLE
    invited: bool = False
    requested: bool = False
    archived: bool = False
    builtin: bool = False
    forsaken: bool = False
    hosts: bool = False
    #: Of a case: why the actor should not decide it, whether nobody else can, who has to.
    conflict: Conflict = Conflict.NONE
    alone: bool = False
    forwarded_to: ForwardedTo = ForwardedTo.NOBODY
    purpose: Purpose = Purpose.PRACTICE
    kind: ThreadKind | None = None
    rules_accepted: bool = True
    acknowledged: bool = False
    #: The setting: who may open communities.
    opening: OpeningMode = OpeningMode.EVERYONE
    bars: tuple[Bar, ...] = ()
    everywhere: bool = False
    subject_site_role: SiteRole = SiteRole.MEMBER
    subject_role: Role | None = None
    restrictions: tuple[Restriction, ...] = ()


NOT_FOUND: Final = N_("That does not exist, or you may not see it.")
MEMBERS_WRITE: Final = N_("Only members write here: join the community first.")
MEMBERS_VOTE: Final = N_("Only members vote here: join the community first.")
LOCKED: Final = N_("This thread is closed; nobody can write in it.")
VOTING_LOCKED: Final = N_("This thread is closed; nobody can vote in it.")
REMOVED: Final = N_("This thread was removed by a moderator.")
WAITS: Final = N_("This thread waits for a moderator: nobody can write in it yet.")
NOT_YOURS: Final = N_("That is not yours.")
GONE: Final = N_("This post is gone.")
MODERATORS: Final = N_("Only moderators may do that.")
MANAGERS: Final = N_("Only managers of the community may do that.")
ADMINS: Final = N_("Only administrators may do that.")
MEMBERS_JOIN_IN: Final = N_("Only members do that here: join the community first.")
OWN_REACTION: Final = N_("Reactions are for what others write.")
OWN_PRAISE: Final = N_("Praise is for others.")
OWN_WELCOME: Final = N_("You are here already.")
OWN_POST: Final = N_("You cannot report your own post; you can delete it.")
BY_INVITATION: Final = N_("This community can only be joined by invitation.")
BY_APPROVAL: Final = N_("Joining needs an approval here: ask for it, the hosts will answer.")
ASKED_ALREADY: Final = N_("You have asked to join already; the hosts will answer.")
NO_NEED_TO_ASK: Final = N_("You need not ask here: you may join at once.")
MEMBERS_INVITE: Final = N_("Only members invite into this community.")
ABOUT_YOU: Final = N_("This case is about you: somebody else decides it.")
YOUR_REPORT: Final = N_("You reported this yourself: somebody else decides it.")
YOUR_DECISION: Final = N_("You made the decision that is challenged: somebody else answers the appeal.")
FOR_SITE: Final = N_("This case went to the moderators of the whole forum: they decide it.")
FOR_MANAGERS: Final = N_("This case went to the managers of the community: they decide it.")
ALREADY_MEMBER: Final = N_("You are a member already.")
NOT_MEMBER: Final = N_("You are not a member.")
ARCHIVED: Final = N_("This community is archived: it can be read, but nobody writes in it any more.")
NOT_ARCHIVED: Final = N_("This community is not archived.")
HOSTS_ONLY: Final = N_("Whoever hosts a community belongs to the hosts' round, and nobody else.")
STAYS: Final = N_("The hosts' round stays as it is: it belongs to the forum.")
ALREADY_HOST: Final = N_("You host this community already.")
HOSTS_WRITE: Final = N_("Only the hosts write in this channel.")
NOT_THIS_KIND: Final = N_("A thread of this kind has no place here.")
HOSTS_ANNOUNCE: Final = N_("Only the hosts announce here.")
RULES_FIRST: Final = N_("Before you write here, please accept the community's rules.")
NO_ACKNOWLEDGEMENT: Final = N_("Only announcements in an information channel ask to be acknowledged.")
NOT_ASKED: Final = N_("Nobody is asked to acknowledge this.")
YOU_ANNOUNCED: Final = N_("You announced this yourself: the others are asked to acknowledge it.")
HOSTS_EDIT: Final = N_("Only who hosts a community changes the guides for hosts.")
NOT_LOOKING: Final = N_("This community has a host and does not look for another.")
SITE_ONLY: Final = N_("Only moderators of the whole forum can do that everywhere.")
ABOVE_YOU: Final = N_("Who has more to say here than you is sanctioned by others: forward the case.")
YOUR_SANCTION: Final = N_("Others decide about what is laid on you: appeal against it.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``allowed``, or the reason why not (a msgid and its ``params``) and the error that says it."""

    allowed: bool
    reason: str = ""
    error: type[NotAllowedError | NotFoundError | ConflictError] = NotAllowedError
    params: Mapping[str, object] = field(default_factory=dict)


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
        or standing.invited
        or standing.site_role in (SiteRole.MODERATOR, SiteRole.ADMIN)
    )


def _reads(standing: Standing) -> bool:
    return (
        standing.visibility is Visibility.OPEN
        or standing.role is not None
        or standing.site_role in (SiteRole.MODERATOR, SiteRole.ADMIN)
    )


def _writing(_action: Action, standing: Standing) -> Verdict:
    if standing.archived:
        return _no(ARCHIVED, ConflictError)
    if standing.role is None:
        return _no(MEMBERS_WRITE)
    if standing.removed:
        return _no(WAITS if standing.held else REMOVED, ConflictError)
    if standing.locked and not moderates(standing):
        return _no(LOCKED, ConflictError)
    return YES


def _starting(action: Action, standing: Standing) -> Verdict:
    writing = _writing(action, standing)
    if not writing.allowed:
        return writing
    rules = PURPOSES[standing.purpose]
    if standing.role not in rules.starters:
        return _no(HOSTS_WRITE)
    if standing.kind is not None and standing.kind not in rules.kinds_for(standing.role):
        return _no(HOSTS_ANNOUNCE if standing.kind in rules.host_kinds else NOT_THIS_KIND)
    if standing.acknowledged and not (
        rules.acknowledged and (standing.kind or rules.kinds[0]) is ThreadKind.ANNOUNCEMENT
    ):
        return _no(NO_ACKNOWLEDGEMENT)
    return YES if standing.rules_accepted else _no(RULES_FIRST, RulesNotAcceptedError)


def _replying(action: Action, standing: Standing) -> Verdict:
    writing = _writing(action, standing)
    if not writing.allowed:
        return writing
    if standing.role not in PURPOSES[standing.purpose].repliers:
        return _no(HOSTS_WRITE)
    return YES if standing.rules_accepted else _no(RULES_FIRST, RulesNotAcceptedError)


def _acknowledging(action: Action, standing: Standing) -> Verdict:
    if not standing.acknowledged:
        return _no(NOT_ASKED, ConflictError)
    if action is Action.SEE_ACKNOWLEDGEMENTS:
        return YES if _manages(standing) else _no(MANAGERS)
    if standing.archived:
        return _no(ARCHIVED, ConflictError)
    if standing.own:
        return _no(YOU_ANNOUNCED, ConflictError)
    return YES if standing.role is not None else _no(NOT_MEMBER)


def _own_post(standing: Standing) -> Verdict:
    if not standing.own:
        return _no(NOT_YOURS)
    if standing.post_state not in (PostState.VISIBLE, PostState.HELD):
        return _no(GONE, ConflictError)
    return YES


def _membership(action: Action, standing: Standing) -> Verdict:
    if standing.builtin:
        return _no(HOSTS_ONLY)
    if action is Action.LEAVE:
        return YES if standing.role is not None else _no(NOT_MEMBER, ConflictError)
    if standing.role is not None:
        return _no(ALREADY_MEMBER, ConflictError)
    if standing.archived:
        return _no(ARCHIVED, ConflictError)
    welcome = (
        standing.visibility is Visibility.OPEN or standing.invited or standing.site_role is SiteRole.ADMIN
    )
    if welcome:
        return YES if action is Action.JOIN else _no(NO_NEED_TO_ASK, ConflictError)
    if standing.visibility is Visibility.INVITE:
        return _no(BY_INVITATION)
    if standing.requested:
        return _no(ASKED_ALREADY, ConflictError)
    return YES if action is Action.REQUEST_TO_JOIN else _no(BY_APPROVAL)


def _inviting(action: Action, standing: Standing) -> Verdict:
    """Members spread the word of what everybody may join; who else comes in is for the managers."""
    if standing.builtin:
        return _no(HOSTS_ONLY)
    if standing.archived and action is Action.INVITE:
        return _no(ARCHIVED, ConflictError)
    if _manages(standing):
        return YES
    if action is Action.WITHDRAW_INVITATION:
        return YES if standing.own else _no(NOT_YOURS)
    if standing.role is None:
        return _no(MEMBERS_INVITE)
    return YES if standing.visibility is Visibility.OPEN else _no(MANAGERS)


def _manages(standing: Standing) -> bool:
    return standing.role is Role.MANAGER or standing.site_role is SiteRole.ADMIN


_OWN: Final = {Action.REACT: OWN_REACTION, Action.PRAISE: OWN_PRAISE, Action.WELCOME: OWN_WELCOME}


def _recognise(action: Action, standing: Standing) -> Verdict:
    """Members recognise what others wrote; a lock stops writing, not thanks."""
    if action is Action.WITHDRAW_PRAISE:
        return YES if standing.own or moderates(standing) else _no(NOT_YOURS)
    if standing.archived:
        return _no(ARCHIVED, ConflictError)
    if standing.role is None:
        return _no(MEMBERS_JOIN_IN)
    if standing.own:
        return _no(_OWN[action])
    if standing.removed:
        return _no(REMOVED, ConflictError)
    return YES if standing.post_state is PostState.VISIBLE else _no(GONE, ConflictError)


def _post(action: Action, standing: Standing) -> Verdict:
    if action is Action.EDIT_POST:
        own = _own_post(standing)
        # What waits can be made better meanwhile, also in a thread that waits itself.
        waiting = replace(standing, removed=False) if standing.held else standing
        return _writing(action, waiting) if own.allowed else own
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


def _site(action: Action, standing: Standing) -> Verdict:
    if action is Action.MAKE_INVITE:
        return YES if standing.site_role in (SiteRole.MODERATOR, SiteRole.ADMIN) else _no(MODERATORS)
    return YES if standing.site_role is SiteRole.ADMIN else _no(ADMINS)


def _editing_guides(_action: Action, standing: Standing) -> Verdict:
    return YES if standing.hosts or standing.site_role is not SiteRole.MEMBER else _no(HOSTS_EDIT)


def _seeing(_action: Action, _standing: Standing) -> Verdict:
    return YES


_OPENERS: Final = {
    OpeningMode.EVERYONE: frozenset(SiteRole),
    OpeningMode.MODERATORS: frozenset((SiteRole.MODERATOR, SiteRole.ADMIN)),
    OpeningMode.ADMINS: frozenset((SiteRole.ADMIN,)),
}


def _opening(_action: Action, standing: Standing) -> Verdict:
    if standing.site_role in _OPENERS[standing.opening]:
        return YES
    return _no(ADMINS if standing.opening is OpeningMode.ADMINS else MODERATORS)


def _chartering(action: Action, standing: Standing) -> Verdict:
    if action is Action.ACCEPT_RULES:
        return YES if standing.role is not None else _no(NOT_MEMBER)
    if standing.builtin:
        return _no(STAYS)
    if not _manages(standing):
        return _no(MANAGERS)
    return _no(ARCHIVED, ConflictError) if standing.archived else YES


def _moderating(_action: Action, standing: Standing) -> Verdict:
    return YES if moderates(standing) else _no(MODERATORS)


_CONFLICTS: Final = {
    Conflict.SUBJECT: ABOUT_YOU,
    Conflict.REPORTER: YOUR_REPORT,
    Conflict.DECIDER: YOUR_DECISION,
}


def _case(_action: Action, standing: Standing) -> Verdict:
    """Nobody is a judge in their own cause, unless there is no other judge."""
    if not moderates(standing):
        return _no(MODERATORS)
    if standing.conflict is not Conflict.NONE and not standing.alone:
        return _no(_CONFLICTS[standing.conflict])
    if standing.site_role in (SiteRole.MODERATOR, SiteRole.ADMIN):
        return YES
    if standing.forwarded_to is ForwardedTo.SITE:
        return _no(FOR_SITE)
    if standing.forwarded_to is ForwardedTo.MANAGERS and standing.role is not Role.MANAGER:
        return _no(FOR_MANAGERS)
    return YES


_RANKS: Final = {Role.MODERATOR: 1, Role.MANAGER: 2}
_SITE_RANKS: Final = {SiteRole.MODERATOR: 3, SiteRole.ADMIN: 4}


def _sanctioning(action: Action, standing: Standing) -> Verdict:
    """Nobody bars who has more to say than they, nor oneself; everywhere only who moderates everywhere."""
    if not moderates(standing):
        return _no(MODERATORS)
    if standing.own:
        return _no(YOUR_SANCTION if action is Action.LIFT_SANCTION else ABOUT_YOU)
    mine = _rank(standing.site_role, standing.role)
    if standing.everywhere and standing.site_role is SiteRole.MEMBER:
        return _no(SITE_ONLY)
    if action is Action.SANCTION and _rank(standing.subject_site_role, standing.subject_role) > mine:
        return _no(ABOVE_YOU)
    return YES


def _rank(site_role: SiteRole, role: Role | None) -> int:
    there = _RANKS.get(role, 0) if role is not None else 0
    return max(_SITE_RANKS.get(site_role, 0), there)


def _setting_rules(_action: Action, standing: Standing) -> Verdict:
    """Managers in their community; moderators of the whole forum help everywhere."""
    return YES if _manages(standing) or standing.site_role is SiteRole.MODERATOR else _no(MANAGERS)


def _curating(_action: Action, standing: Standing) -> Verdict:
    if not moderates(standing):
        return _no(MODERATORS)
    return _no(ARCHIVED, ConflictError) if standing.archived else YES


def _voting(_action: Action, standing: Standing) -> Verdict:
    """Members vote while one may write, moderators as well as others: a closed thread has its result."""
    if standing.archived:
        return _no(ARCHIVED, ConflictError)
    if standing.role is None:
        return _no(MEMBERS_VOTE)
    if standing.removed:
        return _no(REMOVED, ConflictError)
    return _no(VOTING_LOCKED, ConflictError) if standing.locked else YES


def _managing(action: Action, standing: Standing) -> Verdict:
    if standing.builtin and action not in (Action.SET_ROLE, Action.EDIT_TEMPLATES):
        return _no(STAYS if action is Action.CHANGE_VISIBILITY else HOSTS_ONLY)
    return YES if _manages(standing) else _no(MANAGERS)


def _accepting(_action: Action, standing: Standing) -> Verdict:
    if standing.archived:
        return _no(ARCHIVED, ConflictError)
    return YES if standing.own or moderates(standing) else _no(NOT_YOURS)


def _hosting(action: Action, standing: Standing) -> Verdict:
    """What hosts do with a community as a whole; moderators of the site when no host comes any more."""
    if standing.builtin:
        return _no(STAYS)
    if action is Action.REOPEN_COMMUNITY and not standing.archived:
        return _no(NOT_ARCHIVED, ConflictError)
    if action is Action.CLOSE_COMMUNITY and standing.archived:
        return _no(ARCHIVED, ConflictError)
    helps = action is Action.HOST or (action is Action.CLOSE_COMMUNITY and standing.forsaken)
    return (
        YES if _manages(standing) or (helps and standing.site_role is SiteRole.MODERATOR) else _no(MANAGERS)
    )


def _adopting(_action: Action, standing: Standing) -> Verdict:
    """Somebody who belongs to it, or hosts another, takes over what nobody cares for."""
    if standing.builtin:
        return _no(STAYS)
    if standing.role is Role.MANAGER or not standing.forsaken:
        return _no(NOT_LOOKING, ConflictError)
    return YES if standing.hosts or standing.role is not None or _manages(standing) else _no(MANAGERS)


def _asking_hosts(action: Action, standing: Standing) -> Verdict:
    """Hosts ask others to host with them; who was asked in person (``invited``) or, where all hosts
    are asked, hosts another community, may say yes."""
    if standing.builtin:
        return _no(STAYS)
    if action is Action.WITHDRAW_HOSTING:
        return YES if standing.own or _manages(standing) else _no(NOT_YOURS)
    if standing.archived:
        return _no(ARCHIVED, ConflictError)
    if action is Action.ASK_FOR_HOST:
        return YES if _manages(standing) else _no(MANAGERS)
    if standing.invited:
        return YES
    if not standing.hosts:
        return _no(NOT_YOURS)
    return YES if standing.role is not Role.MANAGER else _no(ALREADY_HOST, ConflictError)


Rule = Callable[[Action, Standing], Verdict]

#: Asked of the forum, not of a community in it.
_OF_THE_SITE: Final[dict[Action, Rule]] = {
    Action.ADMINISTER: _site,
    Action.OPEN_COMMUNITY: _opening,
    Action.MAKE_INVITE: _site,
    Action.EDIT_GUIDE: _editing_guides,
}
#: Asked by who may know that the community exists.
_AT_THE_DOOR: Final[dict[Action, Rule]] = {
    Action.SEE_COMMUNITY: _seeing,
    Action.JOIN: _membership,
    Action.REQUEST_TO_JOIN: _membership,
    Action.LEAVE: _membership,
    Action.ADOPT: _adopting,
    Action.ACCEPT_HOSTING: _asking_hosts,
}
#: Asked by who may read in the community; who may not is told that there is nothing.
_INSIDE: Final[dict[Action, Rule]] = {
    Action.READ: _seeing,
    Action.HOST: _hosting,
    Action.CLOSE_COMMUNITY: _hosting,
    Action.REOPEN_COMMUNITY: _hosting,
    Action.ASK_FOR_HOST: _asking_hosts,
    Action.WITHDRAW_HOSTING: _asking_hosts,
    Action.SEE_MEMBERS: _seeing,
    Action.INVITE: _inviting,
    Action.WITHDRAW_INVITATION: _inviting,
    Action.ANSWER_REQUEST: _managing,
    Action.REMOVE_MEMBER: _managing,
    Action.CHANGE_VISIBILITY: _managing,
    Action.SET_ROLE: _managing,
    Action.CHANGE_CHARTER: _chartering,
    Action.ACCEPT_RULES: _chartering,
    Action.START_THREAD: _starting,
    Action.REPLY: _replying,
    Action.ACKNOWLEDGE: _acknowledging,
    Action.SEE_ACKNOWLEDGEMENTS: _acknowledging,
    Action.MODERATE: _moderating,
    Action.DECIDE_CASE: _case,
    Action.SANCTION: _sanctioning,
    Action.LIFT_SANCTION: _sanctioning,
    Action.CHANGE_MODERATION_RULES: _setting_rules,
    Action.RESTRICT: _curating,
    Action.LOCK_THREAD: _moderating,
    Action.PIN_THREAD: _curating,
    Action.MOVE_THREAD: _curating,
    Action.SPLIT_THREAD: _curating,
    Action.VOTE: _voting,
    Action.EDIT_TEMPLATES: _managing,
    Action.ACCEPT_ANSWER: _accepting,
    Action.EDIT_POST: _post,
    Action.DELETE_POST: _post,
    Action.SEE_HIDDEN_TEXT: _post,
    Action.SEE_REVISIONS: _post,
    Action.REPORT_POST: _post,
    Action.REACT: _recognise,
    Action.PRAISE: _recognise,
    Action.WITHDRAW_PRAISE: _recognise,
    Action.WELCOME: _recognise,
}


#: What whoever is silenced does not do. Reporting, deleting one's own and what is owed (taking note,
#: accepting rules) stay, and so does what moderators do.
_WRITES: Final = frozenset(
    (
        Action.START_THREAD,
        Action.REPLY,
        Action.EDIT_POST,
        Action.REACT,
        Action.PRAISE,
        Action.WELCOME,
        Action.VOTE,
        Action.ACCEPT_ANSWER,
        Action.INVITE,
        Action.OPEN_COMMUNITY,
    )
)
#: What one may do at a community that one is suspended from: know of it, and go.
_WHILE_SUSPENDED: Final = frozenset((Action.SEE_COMMUNITY, Action.LEAVE))
_WAYS_IN: Final = frozenset((Action.JOIN, Action.REQUEST_TO_JOIN))


def _barred(action: Action, standing: Standing) -> Bar | None:
    """The sanction that keeps the actor from it, if one does."""
    if not standing.bars:
        return None
    suspension = longest(standing.bars, SanctionKind.SUSPENSION)
    if suspension is not None and (suspension.everywhere or action not in _WHILE_SUSPENDED):
        return suspension
    if action in _WRITES:
        return longest(standing.bars, SanctionKind.SILENCE)
    return longest(standing.bars, SanctionKind.REMOVAL) if action in _WAYS_IN else None


#: What a locked place refuses, what else one that can only be read, and what slow mode spaces out.
_CLOSED: Final = frozenset((Action.START_THREAD, Action.REPLY, Action.EDIT_POST, Action.VOTE))
_READ_ONLY: Final = frozenset((Action.REACT, Action.PRAISE, Action.WELCOME, Action.ACCEPT_ANSWER))
_SPACED: Final = frozenset((Action.START_THREAD, Action.REPLY))


def _restricted(action: Action, standing: Standing) -> Restriction | None:
    """What restricts the place so that the actor may not do this now; moderators may."""
    if not standing.restrictions or moderates(standing):
        return None
    if action in _CLOSED:
        kinds: tuple[RestrictionKind, ...] = (RestrictionKind.READ_ONLY, RestrictionKind.LOCK)
    elif action in _READ_ONLY:
        kinds = (RestrictionKind.READ_ONLY,)
    else:
        return None
    found = first_of(standing.restrictions, *kinds)
    if found is None and action in _SPACED:
        waiting = (one for one in standing.restrictions if one.ready_at is not None)
        found = first_of(waiting, RestrictionKind.SLOW)
    return found


def approval_first(standing: Standing) -> Restriction | None:
    """What makes a moderator look at a new post before it is published, if anything does."""
    if moderates(standing):
        return None
    return first_of(standing.restrictions, RestrictionKind.APPROVAL)


def decide(action: Action, standing: Standing) -> Verdict:
    """Whether an actor of this ``standing`` may do ``action``."""
    verdict = _decide(action, standing)
    if not verdict.allowed and verdict.error is NotFoundError:
        return verdict
    bar = _barred(action, standing)
    if bar is not None:
        return Verdict(False, bar.refusal, BarredError, bar.params)
    limit = _restricted(action, standing) if verdict.allowed else None
    if limit is None:
        return verdict
    soon = limit.kind is RestrictionKind.SLOW  # one may write meanwhile, and send then
    return Verdict(False, limit.refusal, BarredError if soon else ConflictError, limit.params)


def _decide(action: Action, standing: Standing) -> Verdict:
    rule = _OF_THE_SITE.get(action)
    if rule is not None:
        return rule(action, standing)
    if not _sees(standing):
        return _no(NOT_FOUND, NotFoundError)
    rule = _AT_THE_DOOR.get(action)
    if rule is not None:
        return rule(action, standing)
    if not _reads(standing):
        return _no(NOT_FOUND, NotFoundError)
    return _INSIDE[action](action, standing)


#: From what everybody reads to what only members know of.
_SECRECY: Final = (Visibility.OPEN, Visibility.APPROVAL, Visibility.INVITE)


def keeps_secrets(source: Visibility, target: Visibility) -> bool:
    """Whether what was written in ``source`` may move to ``target``: never to where more people read."""
    return _SECRECY.index(target) >= _SECRECY.index(source)


def require(action: Action, standing: Standing) -> None:
    """Raise the verdict's error unless it is allowed.

    Raises:
        NotAllowedError, NotFoundError, ConflictError: with the reason.
    """
    verdict = decide(action, standing)
    if not verdict.allowed:
        raise verdict.error(verdict.reason, **verdict.params)
