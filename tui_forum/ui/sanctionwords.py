"""What sanctions and restrictions are called, and how they are told."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tui_forum.domain.moderation import SanctionKind
from tui_forum.domain.restrictions import Restriction, RestrictionKind
from tui_forum.domain.sanctions import Penalty
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, format_datetime, ngettext
from tui_forum.ui.casewords import NAMELESS, NOTICES

#: What somebody may do meanwhile.
MEANING: Final = {
    SanctionKind.WARNING: N_("Nothing is taken from you. If it goes on, more may follow."),
    SanctionKind.SILENCE: N_(
        "You can read, report and write to the moderators. What you begin to write is kept as a draft."
    ),
    SanctionKind.SUSPENSION: N_("You can read and write again when it is over; your drafts are kept."),
    SanctionKind.REMOVAL: N_("You cannot join it again before that."),
}
KINDS: Final = {
    RestrictionKind.SLOW: N_("slow mode"),
    RestrictionKind.APPROVAL: N_("moderators look first"),
    RestrictionKind.LOCK: N_("locked"),
    RestrictionKind.READ_ONLY: N_("read only"),
}


def headline(penalty: Penalty) -> str:
    """What happened, in a sentence."""
    kind = f"sanction_{penalty.kind.value}"
    if not penalty.community_name:
        return _(NAMELESS[kind])
    return _(NOTICES[kind]).format(community=display_line(penalty.community_name))


def term(penalty: Penalty) -> str:
    """How long it holds; nothing for a warning."""
    return term_until(penalty.kind, penalty.until)


def term_until(kind: SanctionKind, until: datetime | None) -> str:
    """How long a sanction holds; nothing for a warning."""
    if kind is SanctionKind.WARNING:
        return ""
    if until is None:
        return _("It holds until a moderator lifts it.")
    return _("It ends by itself: {until}.").format(until=format_datetime(until))


def restriction_name(one: Restriction) -> str:
    """A restriction and its end, short: ``slow mode (5 min) until …``."""
    name = _(KINDS[one.kind])
    if one.kind is RestrictionKind.SLOW:
        minutes = max(1, one.seconds // 60)
        pause = ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
        name = f"{name} ({pause})"
    if one.until is None:
        return name
    return _("{what} until {until}").format(what=name, until=format_datetime(one.until))
