"""A decision about the reader as lines: what, why, until when, and what became of the appeal."""

from __future__ import annotations

from rich.style import Style

from tui_forum.domain.appeals import AppealState, DecisionView
from tui_forum.domain.moderation import DecisionKind
from tui_forum.domain.text import display_line, display_text
from tui_forum.i18n import N_, _, format_datetime
from tui_forum.ui.casewords import NAMELESS, NOTICES
from tui_forum.ui.sanctionwords import MEANING, term_until
from tui_forum.ui.skin import Skin

#: Which notice tells of a decision; those of sanctions go by the sanction.
_NOTICES = {
    DecisionKind.REMOVE: "post_removed",
    DecisionKind.EDIT: "post_changed",
    DecisionKind.MOVE: "post_moved",
    DecisionKind.OFF_TOPIC: "post_off_topic",
}
_BECAME = {
    AppealState.OPEN: N_("You have appealed. Somebody else looks at it; you are told."),
    AppealState.UPHELD: N_("Your appeal was turned down: the decision stands."),
    AppealState.OVERTURNED: N_("Your appeal was granted: the decision is taken back."),
}
HOW_TO_APPEAL = N_("You do not agree? Press a and say why: somebody else than who decided looks at it.")


def what_was_decided(view: DecisionView) -> str:
    """In a sentence."""
    kind = f"sanction_{view.sanction.value}" if view.sanction is not None else _NOTICES[view.kind]
    if view.sanction is not None and not view.community_name:
        return _(NAMELESS[kind])
    return _(NOTICES[kind]).format(
        community=display_line(view.community_name), title=display_line(view.thread_title)
    )


def decision_parts(view: DecisionView, skin: Skin) -> list[tuple[str, Style]]:
    """Paragraphs with their styles."""
    base, dim = skin.base, skin.base + skin.dim
    parts = [
        (what_was_decided(view), base + skin.strong),
        (format_datetime(view.decided_at), dim),
        ("", base),
        (_("The moderators say why:"), dim),
        (display_text(view.reason), base),
        ("", base),
    ]
    if view.sanction is not None:
        parts += [
            (term_until(view.sanction, view.until), base),
            (_(MEANING[view.sanction]), base),
            ("", base),
        ]
    if view.appeal is None:
        parts.append((_(view.why_not) if view.why_not else _(HOW_TO_APPEAL), base))
        return parts
    parts.append((_(_BECAME[view.appeal.state]), base + skin.strong))
    if view.appeal.answer:
        parts.append((display_text(view.appeal.answer), base))
    parts += [
        ("", base),
        (_("What you wrote on {date}:").format(date=format_datetime(view.appeal.created_at)), dim),
        (display_text(view.appeal.body), dim),
    ]
    return parts
