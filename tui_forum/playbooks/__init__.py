"""Short guides for hosts, as they are shipped: a Markdown file per guide and language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources

from tui_forum.domain.playbooks import LANGUAGES, SLUGS, Shipped

#: What begins a line of its own: an item of a list.
_BEGINS = re.compile(r"(?:- |\d+\. )")


def unwrapped(text: str) -> str:
    """``text`` with each paragraph and item on one line: files are wrapped, terminals wrap by themselves."""
    lines: list[str] = []
    for line in text.splitlines():
        if lines and lines[-1] and line.strip() and not _BEGINS.match(line):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line.rstrip())
    return "\n".join(lines)


def shipped() -> Iterator[Shipped]:
    """Every guide that the program brings; a file's first line is ``# `` and the title."""
    folder = resources.files(__name__)
    for slug in SLUGS:
        for language in LANGUAGES:
            text = (folder / f"{slug}.{language}.md").read_text("utf-8")
            title, _, body = text.partition("\n")
            yield Shipped(slug, language, title.removeprefix("#").strip(), unwrapped(body.strip()))
