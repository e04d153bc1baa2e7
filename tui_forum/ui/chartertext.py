"""A charter as Markdown: its text, its versions, and what differs between two of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tui_forum.domain.charter import PURPOSES, Change, Charter, CharterVersion, CharterView, changes
from tui_forum.domain.entities import Purpose
from tui_forum.i18n import N_, _, format_date, format_datetime, ngettext
from tui_forum.ui.charterwords import FIELDS
from tui_forum.ui.memberwords import VISIBILITIES

_WORDS: Final = {"yes": N_("yes"), "no": N_("no")}
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&])")


def plain(text: str) -> str:
    """What somebody wrote as Markdown that shows it as it is."""
    return _MARKUP.sub(r"\\\1", text)


def purpose_meaning(purpose: Purpose) -> str:
    """``practice: open dialogue among people who share a craft``."""
    rules = PURPOSES[purpose]
    return f"{_(rules.name)}: {_(rules.means)}"


def expectation(charter: Charter) -> str:
    """What readers may expect: when, and from whom; empty where nothing is promised."""
    if charter.response_days is None:
        return charter.responders
    answer = ngettext(
        "a first answer within {n} working day",
        "a first answer within {n} working days",
        charter.response_days,
    ).format(n=charter.response_days)
    return f"{answer} ({charter.responders})" if charter.responders else answer


def charter_text(view: CharterView, charter: Charter) -> str:
    """A charter as Markdown."""
    return "\n".join(_lines(view, charter))


def _lines(view: CharterView, charter: Charter) -> Iterator[str]:
    yield f"# {plain(view.name)}"
    yield ""
    yield plain(charter.statement)
    yield ""
    yield _labelled(_("Purpose"), purpose_meaning(charter.purpose))
    yield ""
    yield plain(_(PURPOSES[charter.purpose].explains))
    yield ""
    if charter.audience:
        yield from (_labelled(_("For whom"), charter.audience), "")
    if charter.rules:
        yield from ("## " + _("Rules"), "")
        yield from (f"{number}. {plain(rule.text)}" for number, rule in enumerate(charter.rules, 1))
        yield ""
    if promise := expectation(charter):
        yield from (_labelled(_("What you may expect"), promise), "")
    details: list[tuple[str, str]] = [
        (_("Languages"), ", ".join(charter.languages)),
        (_("Hosts"), ", ".join(f"@{host.handle}" for host in view.hosts) or _("none")),
        (_("Who sees it"), _(VISIBILITIES[view.visibility.value])),
    ]
    if charter.linked:
        details.append((_("Discussed in"), charter.linked))
    if charter.ends_on is not None:
        details.append((_("Last day"), format_date(charter.ends_on)))
    if charter.review_on is not None:
        details.append((_("Review date"), format_date(charter.review_on)))
    yield from (f"* {label}: {plain(value)}" for label, value in details)


def _labelled(label: str, text: str) -> str:
    return f"**{label}:** {plain(text)}"


def version_text(version: CharterVersion, before: CharterVersion | None) -> str:
    """What a version changed, by whom and why, as Markdown."""
    who = f"@{version.author.handle}" if version.author is not None else _("an import")
    lines = [
        "## " + _("Version {n}").format(n=version.version),
        "",
        plain(f"{format_datetime(version.created_at)}, {who}"),
        "",
    ]
    if version.reason:
        lines += [f"> {plain(version.reason)}", ""]
    if before is not None:
        lines += diff_lines(changes(before.charter, version.charter))
    return "\n".join(lines)


def diff_lines(found: Sequence[Change]) -> list[str]:
    """Each field that differs: what it said (−) and what it says (+), as a code block."""
    lines: list[str] = []
    for change in found:
        lines += [f"**{_(FIELDS[change.field])}**", "", "```diff"]
        lines += [f"- {_word(line)}" for line in change.before]
        lines += [f"+ {_word(line)}" for line in change.after]
        lines += ["```", ""]
    return lines


def _word(line: str) -> str:
    return _(_WORDS[line]) if line in _WORDS else line.replace("`", "'")
