"""What entries of the record are called, and what they tell in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from tui_forum.domain.entities import PostState
from tui_forum.domain.moderation import CaseCategory, DecisionKind, ForwardedTo, SanctionKind
from tui_forum.domain.record import RecordAction
from tui_forum.domain.recordviews import RecordFilter, RecordLine, WholeEntry
from tui_forum.domain.restrictions import RestrictionKind
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, format_date, format_datetime, ngettext, zone
from tui_forum.ui.casewords import CATEGORIES, FORWARDED, OUTCOMES, SANCTIONS
from tui_forum.ui.figurewords import short
from tui_forum.ui.memberwords import ROLES
from tui_forum.ui.postnumber import post_number
from tui_forum.ui.rulewords import recorded
from tui_forum.ui.sanctionwords import KINDS

ACTIONS: Final = {
    RecordAction.APPROVE: N_("approved"),
    RecordAction.REMOVE: N_("removed"),
    RecordAction.EDIT: N_("changed"),
    RecordAction.WARN: N_("warned for"),
    RecordAction.SILENCE: N_("silenced for"),
    RecordAction.SUSPEND: N_("suspended for"),
    RecordAction.MOVE: N_("moved"),
    RecordAction.OFF_TOPIC: N_("marked as off topic"),
    RecordAction.UNDO: N_("took a decision back about"),
    RecordAction.FORWARD: N_("forwarded a case about"),
    RecordAction.ASSIGN: N_("assigned a case about"),
    RecordAction.BREAK_OFF: N_("made a case of its own of"),
    RecordAction.MESSAGE: N_("wrote about"),
    RecordAction.OPEN_CASE: N_("began a talk"),
    RecordAction.REMOVE_MEMBER: N_("removed a member"),
    RecordAction.LIFT: N_("lifted a sanction"),
    RecordAction.LAPSE: N_("a sanction is over"),
    RecordAction.APPEAL: N_("appealed"),
    RecordAction.UPHOLD: N_("turned an appeal down"),
    RecordAction.OVERTURN: N_("granted an appeal"),
    RecordAction.RESTRICT: N_("restricted"),
    RecordAction.END_RESTRICTION: N_("ended a restriction"),
    RecordAction.REMOVE_PRAISE: N_("took away praise for"),
    RecordAction.LOCK: N_("closed"),
    RecordAction.UNLOCK: N_("opened again"),
    RecordAction.PIN: N_("pinned"),
    RecordAction.UNPIN: N_("unpinned"),
    RecordAction.MERGE: N_("merged into another thread:"),
    RecordAction.SPLIT: N_("split posts off"),
    RecordAction.HOLD: N_("held back"),
    RecordAction.FLAG: N_("flagged"),
    RecordAction.REFUSE: N_("refused"),
    RecordAction.CONFIRM_EXAMPLE: N_("confirmed that it is an example"),
    RecordAction.CHANGE_RULE: N_("changed a rule"),
    RecordAction.CHANGE_TEXT: N_("changed a prepared text"),
    RecordAction.NOTE: N_("noted something"),
}
#: What an action is called by itself; decisions are called as everywhere.
NAMES: Final = {
    RecordAction.UNDO: N_("decision taken back"),
    RecordAction.FORWARD: N_("case forwarded"),
    RecordAction.ASSIGN: N_("case assigned"),
    RecordAction.BREAK_OFF: N_("case of its own"),
    RecordAction.MESSAGE: N_("message to a member"),
    RecordAction.OPEN_CASE: N_("talk begun"),
    RecordAction.LIFT: N_("sanction lifted"),
    RecordAction.LAPSE: N_("sanction over"),
    RecordAction.APPEAL: N_("appeal"),
    RecordAction.RESTRICT: N_("restriction"),
    RecordAction.END_RESTRICTION: N_("restriction ended"),
    RecordAction.REMOVE_PRAISE: N_("praise taken away"),
    RecordAction.LOCK: N_("thread closed"),
    RecordAction.UNLOCK: N_("thread opened again"),
    RecordAction.PIN: N_("thread pinned"),
    RecordAction.UNPIN: N_("thread unpinned"),
    RecordAction.MERGE: N_("threads merged"),
    RecordAction.SPLIT: N_("posts split off"),
    RecordAction.HOLD: N_("held back by a rule"),
    RecordAction.FLAG: N_("flagged by a rule"),
    RecordAction.REFUSE: N_("refused by a rule"),
    RecordAction.CONFIRM_EXAMPLE: N_("example confirmed"),
    RecordAction.CHANGE_RULE: N_("rule changed"),
    RecordAction.CHANGE_TEXT: N_("prepared text changed"),
    RecordAction.NOTE: N_("note on an account"),
    **{RecordAction(kind.value): name for kind, name in OUTCOMES.items()},
}
POST_STATES: Final = {
    PostState.VISIBLE: N_("{post} is visible"),
    PostState.HELD: N_("{post} is held back"),
    PostState.REMOVED: N_("{post} is removed"),
    PostState.DELETED: N_("{post} is deleted by its author"),
}
_CASES: Final = {"decided": N_("the case is decided"), "open": N_("the case is open")}


def action_name(action: RecordAction) -> str:
    """An action by itself."""
    return _(NAMES[action])


def headline(row: RecordLine) -> str:
    """Who did what with what, in a line."""
    who = f"@{row.moderator.handle}" if row.moderator else _("the forum")
    post = post_number(row.post_number) if row.post_number else ""
    if row.thread_id and not post:  # done with the thread as a whole
        title = display_line(row.thread_title)
        post = _("“{title}”").format(title=title) if title else _("a thread")
    whom = f"@{row.author.handle}" if row.author else ""
    place = f"({row.community_slug})" if row.community_slug else ""
    return " ".join(filter(None, (who, _(ACTIONS[row.action]), post, whom, place)))


# -- before and after


def changes(whole: WholeEntry) -> list[tuple[str, str]]:
    """What was before (``-``), is after (``+``) and has stayed (a space), each as a line."""
    before = list(_told(whole.line.before, whole))
    after = list(_told(whole.line.after, whole))
    gone = [("-", text) for text in before if text not in after]
    return (
        [(" ", text) for text in before if text in after]
        + gone
        + [("+", text) for text in after if text not in before]
    )


def _told(values: Mapping[str, Any], whole: WholeEntry) -> Iterator[str]:
    if whole.line.action is RecordAction.CHANGE_RULE:
        yield from recorded(values)
        return
    for key, value in values.items():
        if key in _UNTOLD or value == []:
            continue
        if key == "posts":
            yield from _posts(value, whole)
            continue
        if key == "texts" and isinstance(value, Mapping):  # a prepared text, by language
            yield from (display_line(f"{language}: {text}") for language, text in value.items())
            continue
        say = _FIELDS.get(key)
        try:
            yield say(value, whole) if say is not None else f"{key}: {_raw(value)}"
        except (KeyError, TypeError, ValueError):  # written by another version of the program
            yield f"{key}: {_raw(value)}"


def _raw(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _posts(value: Any, whole: WholeEntry) -> Iterator[str]:
    if isinstance(value, int):
        yield ngettext("{n} post", "{n} posts", value).format(n=value)
        return
    for told in value:
        if not isinstance(told, Mapping):
            yield _post(told, whole)
            continue
        post = _post(told.get("post"), whole)
        parts = [_(POST_STATES[PostState(told["state"])]).format(post=post) if "state" in told else post]
        if "revision" in told:
            parts.append(_("version {n}").format(n=told["revision"]))
        if told.get("off_topic"):
            parts.append(_("off topic"))
        yield ", ".join(parts)


def _post(post_id: Any, whole: WholeEntry) -> str:
    number = whole.posts.get(post_id)
    return _("post #{n}").format(n=number) if number else _("a post")


def _assigned(value: Any, whole: WholeEntry) -> str:
    return _("assigned to {who}").format(who=f"@{whole.handles.get(value, '?')}" if value else _("nobody"))


def _forwarded(value: Any, _whole: WholeEntry) -> str:
    to = ForwardedTo(value)
    return _("not forwarded") if to is ForwardedTo.NOBODY else _(FORWARDED[to])


def _lifted(value: Any, _whole: WholeEntry) -> str:
    count = len(value)
    return ngettext("{n} sanction lifted", "{n} sanctions lifted", count).format(n=count)


def _kind(value: Any, _whole: WholeEntry) -> str:
    if value in list(SanctionKind):
        return _(SANCTIONS[SanctionKind(value)])
    if value in list(RestrictionKind):
        return _(KINDS[RestrictionKind(value)])
    return _("for: {what}").format(what=_(OUTCOMES[DecisionKind(value)]) if value else _("all decisions"))


def _community(value: Any, whole: WholeEntry) -> str:
    return _("in {community}").format(community=whole.slugs.get(value, _("another community")))


#: Ids that say nothing to a reader; the export has them.
_UNTOLD: Final = frozenset(("restriction", "rules", "sanction", "thread", "batch", "praise", "number"))
_FIELDS: Final[Mapping[str, Callable[[Any, WholeEntry], str]]] = {
    "category": lambda value, _whole: _("category: {name}").format(name=_(CATEGORIES[CaseCategory(value)])),
    "rule": lambda value, _whole: _("rule {n}").format(n=value),
    "assigned": _assigned,
    "forwarded": _forwarded,
    "decision": lambda value, _whole: _("decided: {what}").format(what=_(OUTCOMES[DecisionKind(value)])),
    "state": lambda value, _whole: {"decided": _("the case is decided"), "open": _("the case is open")}[
        value
    ],
    "until": lambda value, _whole: _("until {when}").format(
        when=format_datetime(datetime.fromisoformat(value)) if value else _("further notice")
    ),
    "everywhere": lambda _value, _whole: _("everywhere"),
    "alone": lambda _value, _whole: _("nobody else could decide it"),
    "lifted": _lifted,
    "kind": _kind,
    "moderator": lambda value, whole: _("decided by @{handle}").format(handle=whole.handles.get(value, "?")),
    "role": lambda value, _whole: _("role: {name}").format(name=_(ROLES[value])),
    "seconds": lambda value, _whole: _("a post every {time}").format(time=short(value)),
    "community": _community,
    "case": lambda value, _whole: _("case {n}").format(n=value),
    "slow": lambda _value, _whole: _("its expression took too long: it stepped aside"),
    "examples": lambda value, _whole: ngettext(
        "{n} that looks like a secret", "{n} that look like secrets", value
    ).format(n=value),
    "pinned": lambda value, _whole: _("the thread is pinned") if value else _("the thread is not pinned"),
    "locked": lambda value, _whole: _("the thread is closed") if value else _("the thread is open"),
}


# -- which entries

#: Cells that a command may take to stand on one line of a dialog.
LINE: Final = 64


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries the screen shows: a filter in days, as people choose it."""

    community_id: int | None = None
    action: RecordAction | None = None
    actor: str = ""
    account: str = ""
    since: date | None = None
    until: date | None = None

    def as_filter(self) -> RecordFilter:
        """With the reader's days as moments."""
        return RecordFilter(
            self.community_id,
            action=self.action,
            actor=self.actor,
            account=self.account,
            since=_midnight(self.since) if self.since else None,
            until=_midnight(self.until + timedelta(days=1)) if self.until else None,
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), zone())


def wanted_name(wanted: Wanted, places: Mapping[int, str]) -> str:
    """A filter in words, for the status bar."""
    parts = []
    if wanted.community_id is not None:
        parts.append(display_line(places.get(wanted.community_id, "?")))
    if wanted.action is not None:
        parts.append(action_name(wanted.action))
    if wanted.actor:
        parts.append(_("by @{handle}").format(handle=wanted.actor))
    if wanted.account:
        parts.append(_("about @{handle}").format(handle=wanted.account))
    if wanted.since is not None:
        parts.append(_("from {date}").format(date=format_date(wanted.since)))
    if wanted.until is not None:
        parts.append(_("to {date}").format(date=format_date(wanted.until)))
    return " · ".join(parts) or _("all entries")


def command(wanted: Wanted, slugs: Mapping[int, str]) -> str:
    """The command that writes the same entries to a file."""
    parts = ["tui-forum moderation record"]
    if wanted.community_id is not None:
        parts.append(f"--community {slugs.get(wanted.community_id, '')}")
    if wanted.action is not None:
        parts.append(f"--action {wanted.action.value}")
    parts += [f"--actor {wanted.actor}"] if wanted.actor else []
    parts += [f"--about {wanted.account}"] if wanted.account else []
    parts += [f"--from {wanted.since.isoformat()}"] if wanted.since else []
    parts += [f"--to {wanted.until.isoformat()}"] if wanted.until else []
    parts.append("> record.csv")
    whole = " ".join(parts)
    return whole if len(whole) <= LINE else " \\\n  ".join(parts)
