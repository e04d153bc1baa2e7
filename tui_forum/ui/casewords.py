"""What cases, categories and decisions are called, and what is told of them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tui_forum.domain.cases import CaseRow
from tui_forum.domain.moderation import (
    CaseCategory,
    CaseFilter,
    CaseSort,
    CaseSource,
    CaseState,
    Claimed,
    DecisionKind,
    ForwardedTo,
    SanctionKind,
)
from tui_forum.i18n import N_, _, format_age, ngettext

CATEGORIES: Final = {
    CaseCategory.RULE: N_("Rule"),
    CaseCategory.SPAM: N_("Spam"),
    CaseCategory.HARASSMENT: N_("Harassment"),
    CaseCategory.CONFIDENTIAL: N_("Confidential"),
    CaseCategory.OFF_TOPIC: N_("Off topic"),
    CaseCategory.OTHER: N_("Other"),
}
#: What a reporter chooses from, besides the rules.
REPORTED_AS: Final = {
    CaseCategory.SPAM: N_("Spam or advertising"),
    CaseCategory.HARASSMENT: N_("Insulting or harassing"),
    CaseCategory.CONFIDENTIAL: N_("Confidential information"),
    CaseCategory.OFF_TOPIC: N_("Off topic"),
    CaseCategory.OTHER: N_("Something else"),
}
OUTCOMES: Final = {
    DecisionKind.APPROVE: N_("approval"),
    DecisionKind.REMOVE: N_("removal"),
    DecisionKind.EDIT: N_("edit of the text"),
    DecisionKind.WARN: N_("warning"),
    DecisionKind.SILENCE: N_("silencing"),
    DecisionKind.SUSPEND: N_("suspension"),
    DecisionKind.MOVE: N_("moving"),
    DecisionKind.OFF_TOPIC: N_("off topic"),
    DecisionKind.REMOVE_MEMBER: N_("removal from the community"),
    DecisionKind.UPHOLD: N_("appeal turned down"),
    DecisionKind.OVERTURN: N_("appeal granted"),
}
SOURCES: Final = {
    CaseSource.REPORT: "",
    CaseSource.NEW_ACCOUNT: N_("first post of a new account"),
    CaseSource.WORDS: N_("caught by a rule about words"),
    CaseSource.SECRET: N_("holds what looks like a secret"),
    CaseSource.LINKS: N_("too many links"),
    CaseSource.RATE: N_("posted too fast"),
    CaseSource.EDIT: N_("changed after it was approved"),
    CaseSource.APPROVAL: N_("waits for approval"),
    CaseSource.APPEAL: N_("appeal"),
    CaseSource.MODMAIL: N_("talk with a member"),
}
SANCTIONS: Final = {
    SanctionKind.WARNING: N_("warning"),
    SanctionKind.SILENCE: N_("silencing"),
    SanctionKind.SUSPENSION: N_("suspension"),
    SanctionKind.REMOVAL: N_("removal from the community"),
}
FORWARDED: Final = {
    ForwardedTo.MANAGERS: N_("for the managers"),
    ForwardedTo.SITE: N_("for the moderators of the whole forum"),
}
SORTS: Final = {
    CaseSort.AGE: N_("oldest first"),
    CaseSort.SEVERITY: N_("gravest first"),
    CaseSort.REPORTS: N_("most reports first"),
    CaseSort.DUE: N_("most urgent first"),
}
STATES: Final = {
    CaseState.OPEN: N_("open cases"),
    CaseState.DECIDED: N_("decided cases"),
    None: N_("all cases"),
}
CLAIMED: Final = {
    Claimed.ANY: N_("anybody or nobody"),
    Claimed.MINE: N_("I"),
    Claimed.NOBODY: N_("nobody"),
    Claimed.OTHERS: N_("somebody else"),
}

#: What the inbox says; ``ui.screens.inbox`` fills the placeholders.
NOTICES: Final = {
    "post_removed": N_("Your post in “{title}” was removed by a moderator"),
    "post_published": N_("Your post in “{title}” was looked at and is there now"),
    "post_changed": N_("Your post in “{title}” was changed by a moderator"),
    "post_moved": N_("A moderator moved your post: it is in “{title}” now"),
    "post_moved_away": N_("A moderator moved your post from {community} to where you cannot read"),
    "post_off_topic": N_("Your post in “{title}” was marked as off topic"),
    "sanction_warning": N_("The moderators of {community} warn you"),
    "sanction_silence": N_("You can read, but not write in {community} for a time"),
    "sanction_suspension": N_("You are suspended from {community}"),
    "sanction_removal": N_("You were removed from {community}"),
    "sanction_lifted": N_("What was laid on you in {community} is lifted"),
    "sanction_over": N_("What was laid on you in {community} is over"),
    "appeal_upheld": N_("Your appeal in {community} was turned down: the decision stands"),
    "appeal_overturned": N_("Your appeal in {community} was granted: the decision is taken back"),
    "decision_upheld": N_("@{handle} turned down an appeal against what you decided in {community}"),
    "decision_overturned": N_("@{handle} granted an appeal against what you decided in {community}"),
    "decision_undone": N_("A moderator has taken back what you were told about “{title}”"),
    "report_approve": N_("Thank you for your report: the post in “{title}” stays"),
    "report_remove": N_("Thank you for your report: the post in “{title}” was removed"),
    "report_edit": N_("Thank you for your report: the post in “{title}” was changed"),
    "report_move": N_("Thank you for your report: the post is in “{title}” now"),
    "report_off_topic": N_("Thank you for your report: the post in “{title}” was marked as off topic"),
    "report_acted": N_("Thank you for your report: the moderators have acted on it"),
    "modmail": N_("The moderators of {community} have written to you"),
    "modmail_answer": N_("@{handle} has answered the moderators of {community}"),
    "rule_slow": N_("The rule “{text}” takes too long with some texts in {community}: it let them through"),
    "case_assigned": N_("@{handle} gave you a case in {community}"),
    "case_forwarded": N_("@{handle} forwarded a case in {community} to you"),
    "case_discussed": N_("@{handle} said something about a case in {community}"),
}
#: Said where the community is none that the reader sees, or none at all.
NAMELESS: Final = {
    "post_moved_away": N_("A moderator moved your post to where you cannot read"),
    "rule_slow": N_("The rule “{text}” takes too long with some texts: it let them through"),
    "sanction_warning": N_("The moderators warn you"),
    "sanction_silence": N_("You can read, but not write for a time"),
    "sanction_suspension": N_("You are suspended from this forum"),
    "sanction_removal": N_("You were removed from a community"),
    "sanction_lifted": N_("What was laid on you is lifted"),
    "sanction_over": N_("What was laid on you is over"),
    "appeal_upheld": N_("Your appeal was turned down: the decision stands"),
    "appeal_overturned": N_("Your appeal was granted: the decision is taken back"),
    "decision_upheld": N_("@{handle} turned down an appeal against what you decided"),
    "decision_overturned": N_("@{handle} granted an appeal against what you decided"),
    "modmail": N_("The moderators have written to you"),
    "modmail_answer": N_("@{handle} has answered the moderators"),
    "case_assigned": N_("@{handle} gave you a case"),
    "case_forwarded": N_("@{handle} forwarded a case to you"),
    "case_discussed": N_("@{handle} said something about a case"),
}
HOW_TO_ANSWER: Final = N_("An appeal is answered: a grants it, x turns it down.")
#: What the text of a notice stands for, where it is a word of the program.
MEANINGS: Final = {"sanction_over": {kind.value: name for kind, name in SANCTIONS.items()}}
#: Notices that lead to the talk with the moderators, and those that lead to the queue.
TO_TALK: Final = frozenset(("modmail",))
TO_CASE: Final = frozenset(
    (
        "modmail_answer",
        "case_assigned",
        "case_forwarded",
        "case_discussed",
        "decision_upheld",
        "decision_overturned",
    )
)
#: Those that lead to the page of a decision; and those where it is a key away.
TO_DECISION: Final = frozenset(
    (
        "post_removed",
        "appeal_upheld",
        "appeal_overturned",
        *(f"sanction_{kind.value}" for kind in SanctionKind),
    )
)
DECIDED: Final = TO_DECISION | {"post_changed", "post_moved", "post_moved_away", "post_off_topic"}


def category_name(category: CaseCategory, rule: int | None) -> str:
    """A category as it is cited: ``Rule 3``, ``Spam``."""
    name = _(CATEGORIES[category])
    return f"{name} {rule}" if category is CaseCategory.RULE and rule else name


def about(row: CaseRow) -> str:
    """What a case is about, in a word or two."""
    if row.source in (CaseSource.APPEAL, CaseSource.MODMAIL):
        return _(SOURCES[row.source])
    return category_name(row.category, row.rule)


def age_of(row: CaseRow, now: datetime) -> str:
    """How old a case is, of how much it may be; overdue ones begin with ``!``."""
    if row.state is CaseState.DECIDED:
        done = _(OUTCOMES[row.outcome]) if row.outcome else _("decided")
        return f"{done} {format_age(row.decided_at, now)}" if row.decided_at else done
    expected = format_age(row.opened_at, row.due_at)
    age = f"{format_age(row.opened_at, now)}/{expected}"
    return f"! {age}" if row.overdue(now) else age


def filter_name(wanted: CaseFilter, places: dict[int, str]) -> str:
    """A filter in words, for the status bar: what differs from all open cases, and the order."""
    parts = [_(STATES[wanted.state])]
    if wanted.community_id is not None:
        parts.append(places.get(wanted.community_id, "?"))
    if wanted.category is not None:
        parts.append(_(CATEGORIES[wanted.category]))
    if wanted.claimed is not Claimed.ANY:
        parts.append(_("on it: {who}").format(who=_(CLAIMED[wanted.claimed])))
    if wanted.assigned_to_me:
        parts.append(_("mine"))
    if wanted.forwarded:
        parts.append(_("forwarded"))
    if wanted.overdue:
        parts.append(_("overdue"))
    return " · ".join([*parts, _(SORTS[wanted.sort])])


def report_count(count: int) -> str:
    """How often something was reported, short; nothing for what came by a rule."""
    return ngettext("{n} report", "{n} reports", count).format(n=count) if count else ""
