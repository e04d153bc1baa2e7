"""What rules that act are called, and what one looks for, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tui_forum.domain.rules import Rule, RuleAction, RuleKind
from tui_forum.domain.text import display_line
from tui_forum.domain.trials import RuleLine
from tui_forum.i18n import N_, _, format_number, ngettext

KINDS: Final = {
    RuleKind.WORDS: N_("words"),
    RuleKind.REGEX: N_("an expression"),
    RuleKind.LINKS: N_("many links"),
    RuleKind.NEW_ACCOUNT: N_("first posts, new accounts"),
    RuleKind.RATE: N_("many posts in a short time"),
}
ACTIONS: Final = {
    RuleAction.HOLD: N_("hold"),
    RuleAction.FLAG: N_("flag"),
    RuleAction.REFUSE: N_("refuse"),
}
WHAT_HAPPENS: Final = {
    RuleAction.HOLD: N_("hold back for a moderator"),
    RuleAction.FLAG: N_("publish and open a case"),
    RuleAction.REFUSE: N_("refuse with an explanation"),
}
_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400


def time_words(seconds: int) -> str:
    """A time in the largest unit that says it: "10 minutes", "7 days"."""
    if seconds % _DAY == 0:
        return ngettext("{n} day", "{n} days", seconds // _DAY).format(n=format_number(seconds // _DAY))
    if seconds % _HOUR == 0:
        return ngettext("{n} hour", "{n} hours", seconds // _HOUR).format(n=format_number(seconds // _HOUR))
    minutes = max(1, seconds // _MINUTE)
    return ngettext("{n} minute", "{n} minutes", minutes).format(n=format_number(minutes))


def looks_for(rule: Rule) -> str:
    """What a rule looks for."""
    if rule.kind is RuleKind.WORDS:
        return _("words: {words}").format(words=display_line(", ".join(rule.pattern.splitlines())))
    if rule.kind is RuleKind.REGEX:
        return _("expression: {pattern}").format(pattern=display_line(rule.pattern))
    count = format_number(rule.threshold)
    if rule.kind is RuleKind.LINKS:
        return ngettext("more than {n} link", "more than {n} links", rule.threshold).format(n=count)
    if rule.kind is RuleKind.RATE:
        text = ngettext("more than {n} post in {time}", "more than {n} posts in {time}", rule.threshold)
        return text.format(n=count, time=time_words(rule.seconds))
    parts = []
    if rule.threshold:
        first = _("the first post") if rule.threshold == 1 else _("the first {n} posts")
        parts.append(first.format(n=count))
    if rule.seconds:
        parts.append(_("accounts younger than {time}").format(time=time_words(rule.seconds)))
    return ", ".join(parts)


def recorded(values: Mapping[str, Any]) -> Iterator[str]:
    """A rule as the record tells it, line by line; of one that was switched only that."""
    if "kind" in values:
        try:
            rule = Rule(
                str(values["name"]),
                RuleKind(values["kind"]),
                RuleAction(values["action"]),
                str(values["pattern"]),
                int(values["threshold"]),
                int(values["seconds"]),
            )
        except (KeyError, ValueError):  # written by another version of the program
            yield str(dict(values))
            return
        yield display_line(rule.name)
        yield looks_for(rule)
        yield _(WHAT_HAPPENS[rule.action])
        if values.get("explanation"):
            yield display_line(str(values["explanation"]))
    if "enabled" in values:
        yield _("the rule is on") if values["enabled"] else _("the rule is off")


def counted(line: RuleLine) -> str:
    """How often a rule has hit, and what moderators said of it."""
    hits = ngettext("{n} hit", "{n} hits", line.hits).format(n=format_number(line.hits))
    if not line.right and not line.wrong:
        return hits
    judged = _("{right} right, {wrong} wrong").format(
        right=format_number(line.right), wrong=format_number(line.wrong)
    )
    return f"{hits}: {judged}"
