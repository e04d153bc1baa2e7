"""Highlighted code, within a budget.

Only well-behaved lexers of common languages are used, on a bounded number of characters:
a lexer is made of regular expressions, and an attacker writes what they read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from rich.style import Style

from tui_forum.ui.render.palette import Palette
from tui_forum.ui.render.wrapping import Runs

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MAX_BLOCK_CHARS: Final = 4_000
MAX_LINE_CHARS: Final = 400
MAX_TOKENS: Final = 2_000
#: These look for method heads in a way that is quadratic in ordinary words.
_SLOW: Final = frozenset(("csharp", "java"))
MAX_SLOW_CHARS: Final = 600
#: Several lexers are quadratic in a run of blanks or empty lines.
_LONG_BLANK = re.compile(r"\s{100}")

_LANGUAGES: Final = frozenset(
    (
        "bash", "c", "c++", "cobol", "cpp", "csharp", "css", "diff", "dockerfile", "go", "html", "ini",
        "java", "javascript", "js", "json", "kotlin", "lua", "make", "makefile", "patch", "perl", "php",
        "powershell", "py", "python", "rb", "ruby", "rs", "rust", "sh", "shell", "sql", "toml", "ts",
        "typescript", "xml", "yaml", "yml", "zsh",
    )
)  # fmt: skip


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    if language not in _LANGUAGES:
        return None
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def highlight(code: str, language: str, palette: Palette) -> Runs:
    """``code`` (display-safe) as runs; one plain run where the language or the size says so."""
    plain: Runs = [(code, palette.code)]
    if len(code) > MAX_BLOCK_CHARS or max(map(len, code.split("\n"))) > MAX_LINE_CHARS:
        return plain
    name = language.lower()
    if _LONG_BLANK.search(code) or (name in _SLOW and len(code) > MAX_SLOW_CHARS):
        return plain
    lexer = _lexer(name)
    if lexer is None:
        return plain
    runs: Runs = []
    used = 0
    for count, (kind, text) in enumerate(lexer.get_tokens(code)):
        style = _style(kind, palette)
        if runs and runs[-1][1] is style:
            runs[-1] = (runs[-1][0] + text, style)
        else:
            runs.append((text, style))
        used += len(text)
        if count > MAX_TOKENS:
            runs.append((code[used:], palette.code))
            break
    # A lexer that drops or changes characters is not believed.
    return runs if "".join([text for text, _ in runs]) == code else plain


def _style(kind: Any, palette: Palette) -> Style:
    from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String

    for token, style in (
        (Comment, palette.code_comment),
        (Keyword, palette.code_keyword),
        (Operator.Word, palette.code_keyword),
        (String, palette.code_string),
        (Number, palette.code_number),
        (Name.Function, palette.code_name),
        (Name.Class, palette.code_name),
        (Name.Tag, palette.code_name),
        (Name.Builtin, palette.code_name),
        (Generic.Inserted, palette.code_inserted),
        (Generic.Deleted, palette.code_deleted),
        (Generic.Heading, palette.code_name),
        (Generic.Subheading, palette.code_name),
    ):
        if kind in token:
            return style
    return palette.code
