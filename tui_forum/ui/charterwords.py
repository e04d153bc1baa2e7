"""How charters are called and read: purposes, promises, rules, what differs between two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from tui_forum.domain.charter import (
    PURPOSES,
    Change,
    Charter,
    Rule,
    RuleScope,
    WritingFrame,
)
from tui_forum.domain.entities import Purpose, ThreadKind, Visibility
from tui_forum.domain.text import cell_width, display_line, fit, pad
from tui_forum.i18n import N_, _, format_date, language_name, ngettext
from tui_forum.ui.memberwords import VISIBILITIES
from tui_forum.ui.widgets.prose import Para

KINDS: Final[Mapping[ThreadKind, str]] = {
    ThreadKind.DISCUSSION: N_("discussion"),
    ThreadKind.QUESTION: N_("question"),
    ThreadKind.ANNOUNCEMENT: N_("announcement"),
    ThreadKind.POLL: N_("poll"),
}
SCOPES: Final[Mapping[RuleScope, str]] = {
    RuleScope.ALWAYS: N_("always"),
    RuleScope.THREADS: N_("new threads"),
    RuleScope.REPLIES: N_("replies"),
}
FIELDS: Final[Mapping[str, str]] = {
    "purpose": N_("Kind"),
    "statement": N_("Purpose"),
    "audience": N_("For whom"),
    "rules": N_("Rules"),
    "response_days": N_("First answer"),
    "responders": N_("Who answers"),
    "languages": N_("Languages"),
    "review_on": N_("Review"),
    "ends_on": N_("Last day"),
    "linked": N_("Discussed in"),
    "public_record": N_("Record of moderation"),
}


def field_name(field: str) -> str:
    """What a field of a charter is called."""
    return _(FIELDS[field])


def purpose_name(purpose: Purpose) -> str:
    """``Practice``: as it stands at the beginning of a line."""
    name = _(PURPOSES[purpose].name)
    return name[:1].upper() + name[1:]


def promise(charter: Charter) -> str:
    """When and from whom a first answer may be expected; empty when nothing is promised."""
    if charter.response_days is None:
        return _("answers: {who}").format(who=charter.responders) if charter.responders else ""
    days = ngettext(
        "first answer within {n} working day", "first answer within {n} working days", charter.response_days
    ).format(n=charter.response_days)
    return f"{days} ({charter.responders})" if charter.responders else days


def answered(charter: Charter) -> str:
    """The same where a label says what it is about."""
    if charter.response_days is None:
        return charter.responders
    days = ngettext("within {n} working day", "within {n} working days", charter.response_days)
    told = days.format(n=charter.response_days)
    return f"{told} ({charter.responders})" if charter.responders else told


def rule_text(rule: Rule) -> str:
    """A rule, with when it matters most unless that is always."""
    text = display_line(rule.text)
    return text if rule.scope is RuleScope.ALWAYS else f"{text} ({_(SCOPES[rule.scope])})"


def rule_paras(charter: Charter) -> list[Para]:
    """The numbered rules, a paragraph each."""
    return [Para(rule_text(rule), lead=f"{number:>2}  ") for number, rule in enumerate(charter.rules, 1)]


def summary(charter: Charter) -> list[Para]:
    """What a community is for and what it promises, in a paragraph or two."""
    found = [Para(f"{purpose_name(charter.purpose)}: {display_line(charter.statement)}")]
    return [*found, Para(promise(charter), look="dim")] if promise(charter) else found


def frame_lines(frame: WritingFrame, scope: RuleScope, width: int, most: int) -> list[str]:
    """What who writes should see meanwhile, in at most ``most`` lines (2 or more) of ``width`` cells.

    What the community is for and what it promises; then the rules, those first that matter for
    what is being written: one a line, or all in one line where there is no room.
    """
    charter = frame.charter
    first = " · ".join(
        filter(
            None, (f"{purpose_name(charter.purpose)}: {display_line(charter.statement)}", promise(charter))
        )
    )
    lines = [fit(first, width)]
    rules = frame.rules_for(scope)
    if rules and len(rules) <= most - 1:
        lines += [fit(f" {number}  {display_line(rule.text)}", width) for number, rule in rules]
    elif rules:
        joined = " · ".join(f"{number} {display_line(rule.text)}" for number, rule in rules)
        tail = _("F4 all rules")
        room = max(10, width - cell_width(tail) - 2)
        lines.append(f"{fit(joined, room)}  {tail}")
    elif charter.rules:
        lines.append(_("F4 all rules"))
    return lines


_YES_NO: Final = {"yes": N_("public"), "no": N_("not public")}


def _value(field: str, text: str) -> str:
    if field == "purpose":
        return purpose_name(Purpose(text))
    if field == "public_record":
        return _(_YES_NO[text])
    if field == "languages":
        return ", ".join(language_name(code) for code in text.split(", "))
    if field in {"review_on", "ends_on"}:
        return format_date(date.fromisoformat(text))
    if field == "response_days":
        return ngettext("within {n} working day", "within {n} working days", int(text)).format(n=text)
    if field == "rules":
        for scope, name in SCOPES.items():
            if text.endswith(f" ({scope.value})"):
                text = f"{text.removesuffix(f' ({scope.value})')} ({_(name)})"
    return display_line(text)


def change_lines(changes: Iterable[Change]) -> list[tuple[str, str]]:
    """What differs, line by line: a sign (`` ``, ``-`` or ``+``) and the text."""
    lines: list[tuple[str, str]] = []
    for change in changes:
        lines.append((" ", field_name(change.field)))
        lines += [("-", _value(change.field, text)) for text in change.before]
        lines += [("+", _value(change.field, text)) for text in change.after]
    return lines


def change_paras(changes: Iterable[Change]) -> list[Para]:
    """What differs, to read: what goes with ``-``, what comes with ``+``."""
    looks = {" ": "strong", "-": "dim", "+": "good"}
    return [
        Para(text, lead="" if sign == " " else f"  {sign} ", look=looks[sign], lead_look=looks[sign])
        for sign, text in change_lines(changes)
    ]


_LABEL: Final = 22  # cells


def _labelled(label: str, text: str) -> Para:
    return Para(text, lead=pad(fit(label, _LABEL - 1), _LABEL))


def charter_paras(
    charter: Charter, hosts: Iterable[str] = (), visibility: Visibility | None = None
) -> list[Para]:
    """A charter as its readers see it; who hosts the community (handles) and who sees it, where given."""
    hosting = " ".join(f"@{handle}" for handle in hosts)
    rules = PURPOSES[charter.purpose]
    name = f"{purpose_name(charter.purpose)} · {_(rules.means)}"
    found = [
        _labelled(field_name("statement"), display_line(charter.statement)),
        _labelled(field_name("audience"), display_line(charter.audience)) if charter.audience else None,
        _labelled(field_name("purpose"), name),
        Para(_(rules.explains), lead=" " * _LABEL, look="dim"),
        Para(),
    ]
    if charter.rules:
        found += [Para(field_name("rules"), look="strong"), *rule_paras(charter), Para()]
    answer, linked = answered(charter), charter.linked
    record = _("public, without names") if charter.public_record else _("not public")
    found += [
        _labelled(field_name("response_days"), answer) if answer else None,
        _labelled(field_name("linked"), linked) if linked else None,
        _labelled(field_name("languages"), ", ".join(map(language_name, charter.languages))),
        _labelled(_("Hosts"), hosting) if hosting else None,
        _labelled(_("Who sees it"), _(VISIBILITIES[visibility.value])) if visibility else None,
        _labelled(field_name("public_record"), record),
        _labelled(field_name("review_on"), format_date(charter.review_on)) if charter.review_on else None,
        _labelled(field_name("ends_on"), format_date(charter.ends_on)) if charter.ends_on else None,
    ]
    return [para for para in found if para is not None]
