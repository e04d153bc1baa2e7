"""Markdown into tokens, within a budget.

markdown-it is quadratic here and there, and slow on bodies that are all punctuation; a post is
drawn on the loop that everyone shares. So the parser counts its own steps through two rules
that match nothing, and a body that needs too many is shown as plain text instead.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

MAX_SOURCE_CHARS: Final = 64_000
MAX_LINES: Final = 2_000
MAX_QUOTE_DEPTH: Final = 10
MAX_PIPES: Final = 2_000
MAX_DEPTH: Final = 24
#: Inline steps; ordinary prose of 32,000 characters takes about 2,000.
MAX_INLINE_STEPS: Final = 6_000
MAX_BLOCK_STEPS: Final = 2_500
#: Delimiters are matched against one another.
MAX_DELIMITERS: Final = 3_000
MAX_BRACKETS: Final = 1_000
#: Images nest, and each level reads its inside anew.
MAX_IMAGES: Final = 200
MAX_URLS: Final = 1_000


class BudgetError(Exception):
    """The body asks for more work than a post may cost."""


def _inline_step(state: StateInline, silent: bool) -> bool:  # noqa: ARG001 - the signature of a rule
    state.env["inline"] -= 1
    if state.env["inline"] < 0 or len(state.delimiters) > MAX_DELIMITERS:
        raise BudgetError
    return False


def _block_step(state: StateBlock, _line: int, _end: int, silent: bool) -> bool:  # noqa: ARG001
    state.env["block"] -= 1
    if state.env["block"] < 0 or state.level > MAX_DEPTH:
        raise BudgetError
    return False


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 100})
    parser.enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline"])
    parser.inline.ruler.before("text", "step", _inline_step)
    parser.block.ruler.before("table", "step", _block_step)
    return parser


# A run this long is one step to the parser but as many delimiters to match.
_LONG_RUN = re.compile(r"\*{300}|_{300}|~{300}|`{300}")
_QUOTED = re.compile(r" {0,3}>(?: ?>)*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ORNAMENT = re.compile(rf" {{0,3}}(?:(?:> ?){{{MAX_QUOTE_DEPTH + 1}}}|(?:[-*+] {{1,3}}){{6}}[-*+ ]*[^-*+ ])")
_SIGNATURE = re.compile(r"-- ?")


def _as_mail(lines: list[str]) -> list[str]:
    """End a quotation where its marks end, and keep dashes and arrows that only adorn as text.

    CommonMark lets a paragraph run on out of its quotation; in mail the line after
    ``> …`` is the answer.
    """
    out: list[str] = []
    depth = 0
    fence = ""
    for line in lines:
        opened = _FENCE.match(line)
        if fence:
            out.append(line)
            if opened and opened[1].startswith(fence) and not line[opened.end() :].strip():
                fence = ""
            continue
        if opened:
            fence = opened[1]
        quoted = _QUOTED.match(line)
        now = quoted[0].count(">") if quoted else 0
        if now > MAX_QUOTE_DEPTH:
            now = 0  # ">>>>>>>>>>>>>>> Original message <<<<<<<<<<<<<<<" is an ornament
        if now < depth and line.strip():
            out.append(">" * now)
        depth = now
        literal = _SIGNATURE.fullmatch(line) or _ORNAMENT.match(line)
        out.append("\\" + line.lstrip(" ") if literal else line)
    return out


def parse(source: str) -> list[Token]:
    """The block tokens of ``source``, which is display-safe text.

    Raises:
        BudgetError: it would cost too much.
    """
    if (
        len(source) > MAX_SOURCE_CHARS
        or source.count("\n") > MAX_LINES
        or source.count("|") > MAX_PIPES
        or source.count("[") > MAX_BRACKETS
        or source.count("![") > MAX_IMAGES
        or source.count("://") > MAX_URLS
        or _LONG_RUN.search(source)
    ):
        raise BudgetError
    text = "\n".join(_as_mail(source.split("\n")))
    try:
        return _parser().parse(text, {"inline": MAX_INLINE_STEPS, "block": MAX_BLOCK_STEPS})
    except RecursionError as error:
        raise BudgetError from error
