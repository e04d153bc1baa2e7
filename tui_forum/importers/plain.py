"""Plain text of mails and newsgroups as Markdown that reads the same.

Mail has its own habits, and Markdown would read several of them as something else: a
signature's ``--`` turns the line above into a heading, ``#define`` or indented code loses its
shape, a poem becomes one paragraph. So: what has a shape (code, tables, drawings, patches) is
fenced, quotes keep their depth, a line that was ended early on purpose stays ended, and only
those characters are escaped that would do something. ``*so*`` and ``_so_`` are left alone:
Markdown has them from mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

#: A paragraph whose lines are all shorter, and uneven, was not wrapped: addresses, verses.
SHORT_COLUMNS: Final = 50
#: A line that could have taken the next word within this many columns (or within its
#: paragraph's longest line) was ended on purpose.
WRAP_COLUMNS: Final = 60

_QUOTE: Final = re.compile(r"^ ?((?:> ?)+)")
_DIFF_START: Final = re.compile(r"^(?:diff --git |Index: \S|--- \S+.*\d|@@ -\d+)")
_DIFF_LINE: Final = re.compile(r"^(?:[-+](?![-+ ]?$)|@@ -\d)")
_SHAPED: Final = re.compile(
    r"^ {4,}\S|^ *\S.*\S {3,}\S|^[\s|+\-=_*/\\.:<>]{5,}$|[{};]\s*$|\|\s+\d+ [+-]*$|^\s*(?:</?\w+|\|)"
)
_LIST: Final = re.compile(r"^\s*(?:[-+*•o]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
_SIGNATURE: Final = re.compile(r"^-- ?$")
_RULE: Final = re.compile(r"^\s*(?:=+|-{2,})\s*$")
_BLOCK_MARK: Final = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|~~~|```|\[[^\]]{1,99}\]:)")
_INLINE: Final = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])|(?<=[\w)\]])\*+(?=[\w(\[])|\*\*(?=\*)|`[^`'\n]+`|`|"
    r"<(?=[A-Za-z/!?])(?!https?:|ftp:|mailto:|[\w.+-]+@[\w.-]+>)|&(?=#?\w{1,31};)|(?<=\])\((?=\S)"
)


def escape(text: str) -> str:
    """One line of prose with a backslash before what Markdown would take for itself."""
    return _INLINE.sub(_escape_one, text)


def _escape_one(found: re.Match[str]) -> str:
    text = found.group()
    return text if len(text) > 2 and text[0] == "`" else "".join(f"\\{c}" for c in text)


def fence_for(text: str, language: str = "") -> tuple[str, str]:
    """Opening and closing fence that ``text`` does not contain."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return fence + language, fence


def to_markdown(text: str) -> str:
    """Markdown for a plain text. Linear in its length."""
    # Mail programs of one decade wrote indentation as no-break spaces.
    text = text.replace("\xa0", " ")
    return "\n".join(_blocks(text.expandtabs(8).split("\n"))).strip("\n")


def _blocks(lines: list[str]) -> Iterator[str]:
    before: str | None = None
    for depth, run, patch in _runs(lines):
        prefix = "> " * depth
        if before is not None:
            yield (prefix if len(prefix) < len(before) else before).rstrip()
        for line in _run(run, patch=patch):
            yield (prefix + line).rstrip(" ") if line else prefix.rstrip()
        before = prefix


def _runs(lines: list[str]) -> Iterator[tuple[int, list[str], bool]]:
    """Consecutive lines of one quote depth; a patch, to its end, is a run of its own."""
    run: list[str] = []
    at, patch = 0, False
    for line in lines:
        quote = _QUOTE.match(line) if not patch else None
        depth = quote.group(1).count(">") if quote else 0
        content = line[quote.end() :] if quote else line
        signature = _SIGNATURE.match(content) is not None and depth == at
        starts_patch = not patch and depth == 0 and _DIFF_START.match(content) is not None
        if (depth != at or signature or starts_patch) and (run or patch):
            if any(part.strip() for part in run):
                yield at, run, patch
            run, patch = [], False
        patch = patch or starts_patch
        at = depth
        run.append(content)
    if any(part.strip() for part in run):
        yield at, run, patch


def _run(lines: list[str], *, patch: bool) -> Iterator[str]:
    if patch:
        yield from _fenced(lines, "diff")
        return
    shaped: list[str] = []
    first = True
    for block in _paragraphs(lines):
        if _is_shaped(block):
            shaped += ["", *block] if shaped else block
            continue
        if shaped:
            yield from [] if first else [""]
            yield from _fenced(shaped)
            shaped, first = [], False
        yield from [] if first else [""]
        yield from _prose(block)
        first = False
    if shaped:
        yield from [] if first else [""]
        yield from _fenced(shaped)


def _paragraphs(lines: list[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if line.strip():
            block.append(line.rstrip())
        elif block:
            yield block
            block = []
    if block:
        yield block


def _is_shaped(block: list[str]) -> bool:
    if _LIST.match(block[0]):
        return False
    changed = sum(1 for line in block if _DIFF_LINE.match(line))
    shaped = sum(1 for line in block if _SHAPED.search(line))
    return shaped * 2 > len(block) or (changed * 2 > len(block) and len(block) > 2)


def _fenced(lines: list[str], language: str = "") -> Iterator[str]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    opening, closing = fence_for("\n".join(lines), language)
    yield opening
    yield from (line.rstrip() for line in lines)
    yield closing


def _prose(block: list[str]) -> Iterator[str]:
    last = len(block) - 1
    wrap = _wrap(block)
    for index, line in enumerate(block):
        listed = _LIST.match(line) is not None
        text = line.strip() if not listed else line.strip().replace("• ", "- ", 1)
        if _RULE.match(text):
            # Under one line it underlines a heading, above all it is a rule; else just a line.
            yield text if index == 0 or (index == 1 and last == 1) else f"\\{text}"
            continue
        mark = _BLOCK_MARK.match(text)
        text = f"\\{text}" if mark else escape(text)
        yield text + ("\\" if index < last and _ended_early(text, block[index + 1], wrap) else "")


def _wrap(block: list[str]) -> int:
    """Columns within which a wrapped line would have taken another word."""
    longest = max(map(len, block))
    even = all(len(line) * 10 >= longest * 7 for line in block[:-1]) and len(block) > 2
    wrapped = longest >= SHORT_COLUMNS or (even and longest * 10 >= SHORT_COLUMNS * 7)
    return min(WRAP_COLUMNS, longest) if wrapped else longest + WRAP_COLUMNS


def _ended_early(line: str, following: str, wrap: int) -> bool:
    if _LIST.match(following) or _RULE.match(following):
        return False
    word = following.split(maxsplit=1)[0]
    return len(line) + 1 + len(word) <= wrap
