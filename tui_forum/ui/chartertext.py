"""What a version of a charter has changed, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tui_forum.domain.charter import PURPOSES, Change, CharterVersion, changes
from tui_forum.domain.entities import Purpose
from tui_forum.i18n import N_, _, format_datetime
from tui_forum.ui.charterwords import FIELDS

_WORDS: Final = {"yes": N_("yes"), "no": N_("no")}
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&])")


def plain(text: str) -> str:
    """What somebody wrote as Markdown that shows it as it is."""
    return _MARKUP.sub(r"\\\1", text)


def purpose_meaning(purpose: Purpose) -> str:
    """``practice: open dialogue among people who share a craft``."""
    rules = PURPOSES[purpose]
    return f"{_(rules.name)}: {_(rules.means)}"


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
