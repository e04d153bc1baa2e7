"""Text hygiene: the one sanitiser, and the width of what is shown.

Text passes here twice. On the way *in* (:func:`clean_body`, :func:`clean_line`) it loses
only what can never be text, and is otherwise stored as it was written. On the way *out*
(:func:`display_text`, :func:`display_line`) the same guard runs again, because a row may
come from an older program or another tool, and the text takes a form on whose width every
party agrees.

That last point decides the columns. Textual counts a ZWJ family as one emoji of two
cells, many terminals and multiplexers draw its three members in six; the same quarrel
exists over variation selectors, skin tones, flags and soft hyphens. A table is broken
when one of them is wrong, so for display such clusters become sequences that are counted
alike everywhere:

* joiners, selectors and other format characters go: a family is shown as its members;
* skin tones and keycaps go, the emoji or digit stays; a flag becomes its two letters;
* decomposed letters are composed (NFC), and at most :data:`MAX_MARKS` marks stay on one base;
* what has no glyph (unassigned, noncharacters, lone surrogates) becomes U+FFFD.

In the result each code point counts 0, 1 or 2 by itself, in any order, which is how
:func:`cell_width`, Rich and wcwidth all count. (Spacing marks of Indic scripts count 0
here as in both libraries; a terminal that gives them a cell of their own, as tmux 3.3 does,
shifts the rest of that line only. Taking them out would destroy the words.)
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import wcwidth

#: Combining marks kept on one base character when shown. Vietnamese, Hebrew and Tibetan
#: need up to four; stacks of hundreds would paint over the lines above.
MAX_MARKS: Final = 4
#: Columns between tab stops.
TAB_WIDTH: Final = 4
#: Width of a terminal title, in cells.
TITLE_WIDTH: Final = 80

ELLIPSIS: Final = "…"
REPLACEMENT: Final = "\ufffd"
_DOTTED_CIRCLE: Final = "\u25cc"

_NEVER_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LINE_BREAKS = re.compile(r"\r\n?")
_ONE_LINE = re.compile(r"[\t\n\u2028\u2029]+")


def clean_body(text: str) -> str:
    """``text`` as it is stored: as written, less what can never be text.

    Removed are the controls below U+0020 but newline and tab, DEL, C1, the bidirectional
    overrides and isolates, and surrogates. CRLF and CR become LF. Nothing else changes.
    """
    if "\r" in text:
        text = _LINE_BREAKS.sub("\n", text)
    return _NEVER_TEXT.sub("", text)


def clean_line(text: str) -> str:
    """As :func:`clean_body` for titles and names: one line, no space around it."""
    return _ONE_LINE.sub(" ", clean_body(text)).strip()


# --- the way out ---------------------------------------------------------------------------------

# Blank letters that only serve to look like nothing; and the keycap, which some draw two cells wide.
_FILLERS: Final = frozenset((0x115F, 0x1160, 0x17B4, 0x17B5, 0x20E3, 0x3164, 0xFFA0))
_CACHE_SIZE: Final = 16_384


def _shown(code: int) -> str:
    """What stands for one code point on the screen: itself, something safe, or nothing."""
    if code in (0x0A, 0x09):
        return chr(code)
    if 0x1F1E6 <= code <= 0x1F1FF:
        return chr(code - 0x1F1E6 + ord("A"))
    if 0x1F3FB <= code <= 0x1F3FF or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return ""
    if code in _FILLERS:
        return ""
    char = chr(code)
    category = unicodedata.category(char)
    if category in ("Cc", "Cs"):
        return ""
    if category in ("Zl", "Zp"):
        return "\n"
    if category == "Zs":
        return " " if wcwidth.wcwidth(char) == 1 else "  "
    if category == "Cn":
        # Also emoji newer than this Python: tmux 3.3 with an older libc counts them 0.
        return REPLACEMENT
    if category == "Cf":
        # Arabic and Kaithi number signs have a glyph; the other format characters have none.
        return REPLACEMENT if wcwidth.wcwidth(char) and code != 0xAD else ""
    return char


class _Shown(dict[int, str]):
    """A translation table that fills itself, and is emptied rather than grow without bound."""

    def __missing__(self, code: int) -> str:
        if len(self) >= _CACHE_SIZE:
            self.clear()
        shown = self[code] = _shown(code)
        return shown


class _Widths(dict[str, int]):
    """Cells per character, bounded in the same way."""

    def __missing__(self, char: str) -> int:
        if len(self) >= _CACHE_SIZE:
            self.clear()
        width = self[char] = max(0, wcwidth.wcwidth(char))
        return width


_SHOWN: Final = _Shown()
_WIDTHS: Final = _Widths()


def _guard(text: str) -> str:
    """``text`` in the form every party counts alike; newlines and tabs stay."""
    if text.isascii():
        return text if text.isprintable() else _NEVER_TEXT.sub("", text)
    text = text.translate(_SHOWN)
    if any(not _WIDTHS[char] for char in set(text) if char not in "\n\t"):
        # The cap comes first: composing is quadratic in the length of a run of marks.
        text = unicodedata.normalize("NFC", _cap_marks(text))
    return text


def _cap_marks(text: str) -> str:
    out: list[str] = []
    marks = MAX_MARKS
    based = False
    for char in text:
        if char in "\n\t":
            based = False
        elif _WIDTHS[char]:
            based, marks = True, 0
        else:
            if not based:
                # A mark without a base would join what is painted left of it.
                out.append(_DOTTED_CIRCLE)
                based, marks = True, 0
            marks += 1
            if marks > MAX_MARKS:
                continue
        out.append(char)
    return "".join(out)


def display_text(text: str, *, tab: int = TAB_WIDTH) -> str:
    """``text`` safe and countable for the screen; lines stay, tabs become spaces.

    The result holds no control character but newline.
    """
    if "\r" in text:
        text = _LINE_BREAKS.sub("\n", text)
    text = _guard(text)
    if "\t" not in text:
        return text
    if text.isascii():
        return text.expandtabs(tab)
    return "\n".join(_expand(line, tab) if "\t" in line else line for line in text.split("\n"))


def _expand(line: str, tab: int) -> str:
    out: list[str] = []
    column = 0
    first, *rest = line.split("\t")
    out.append(first)
    column = cell_width(first)
    for piece in rest:
        gap = tab - column % tab
        out += (" " * gap, piece)
        column += gap + cell_width(piece)
    return "".join(out)


def display_line(text: str) -> str:
    """As :func:`display_text`, on one line: breaks and tabs become single spaces."""
    if text.isascii() and text.isprintable():
        return text
    return _ONE_LINE.sub(" ", _guard(_LINE_BREAKS.sub("\n", text)))


def terminal_title(text: str) -> str:
    """``text`` fit to be a terminal's title: one safe line of at most :data:`TITLE_WIDTH` cells."""
    return fit(display_line(text).strip(), TITLE_WIDTH)


# --- width ---------------------------------------------------------------------------------------


def cell_width(text: str) -> int:
    """Cells that ``text`` takes; ``text`` is what :func:`display_line` or :func:`display_text` gave."""
    if text.isascii():
        return len(text)
    return sum(map(_WIDTHS.__getitem__, text))


def char_widths(text: str) -> list[int]:
    """Cells of each code point of ``text``, as :func:`cell_width` counts them."""
    return list(map(_WIDTHS.__getitem__, text))


def split_graphemes(text: str) -> list[str]:
    """The user-perceived characters of ``text`` (UAX #29), which may not be torn apart."""
    if text.isascii() and "\r" not in text:
        return list(text)
    return list(wcwidth.iter_graphemes(text))


def fit(text: str, width: int, ellipsis: str = ELLIPSIS) -> str:
    """``text`` cut to at most ``width`` cells between graphemes; a cut is shown by ``ellipsis``."""
    if width <= 0:
        return ""
    if text.isascii():
        if len(text) <= width:
            return text
    elif cell_width(text) <= width:
        return text
    room = width - cell_width(ellipsis)
    if room < 0:
        return fit(text, width, "")
    if text.isascii():
        return text[:room] + ellipsis
    # A grapheme is at least one code point; what lies past the first cells never matters.
    used = end = 0
    for cluster in wcwidth.iter_graphemes(text[: (room + 1) * (MAX_MARKS + 1)]):
        used += cell_width(cluster)
        if used > room:
            break
        end += len(cluster)
    return text[:end] + ellipsis


def pad(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells: cut with an ellipsis, or filled with spaces."""
    text = fit(text, width)
    return text + " " * (width - cell_width(text))


# --- excerpts and quotes -------------------------------------------------------------------------

_EXCERPT_SOURCE_CHARS: Final = 2_000
_EXCERPT_DROPS = (
    (re.compile(r"^[ \t]{0,3}(?:`{3,}|~{3,}).*$", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,3}(?:[-*_][ \t]*){3,}$|^[ \t]{0,3}=+[ \t]*$", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,12}(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?", re.MULTILINE), ""),
    (re.compile(r"!?\[([^\[\]\n]{0,200})\]\([^()\s]{0,500}(?:[ \t]+\"[^\"\n]{0,100}\")?\)"), r"\1"),
    (re.compile(r"<((?:https?|mailto):[^<>\s]{1,500})>"), r"\1"),
    (re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|~~)(?=\S)|(?<=\S)(\*{1,3}|_{1,3}|~~)(?!\w)"), ""),
    (re.compile(r"`{1,3}"), ""),
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
)
_QUOTE_LINE = re.compile(r"^[ \t]{0,3}>.*$", re.MULTILINE)
_QUOTE_MARK = re.compile(r"^(?:[ \t]{0,3}>)+[ \t]?", re.MULTILINE)
_SPACES = re.compile(r"\s+")


def excerpt(body: str, width: int) -> str:
    """The beginning of a Markdown body as plain text on one line of at most ``width`` cells.

    Quotations are left out unless there is nothing else.
    """
    source = body[:_EXCERPT_SOURCE_CHARS]
    own = _QUOTE_LINE.sub("", source)
    text = own if own.strip() else _QUOTE_MARK.sub("", source)
    for pattern, replacement in _EXCERPT_DROPS:
        text = pattern.sub(replacement, text)
    return fit(_SPACES.sub(" ", display_line(text)).strip(), width)


#: A quotation longer than this is cut; the reader can go to the post itself.
QUOTE_MAX_CHARS: Final = 4_000


def quote(body: str, handle: str) -> str:
    """``body`` as a Markdown quotation of ``handle``, with an empty line after it to write on."""
    cut = body.strip("\n")
    if len(cut) > QUOTE_MAX_CHARS:
        cut = cut[:QUOTE_MAX_CHARS].rsplit("\n", 1)[0] + "\n" + ELLIPSIS
    lines = [f"@{handle}:", "", *cut.split("\n")]
    return "\n".join(f"> {line}" if line else ">" for line in lines) + "\n\n"
