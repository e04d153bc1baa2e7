"""Markdown bodies as strips.

CommonMark with tables and strikethrough; HTML is text; a line break in the source is a line
break on the screen, as people writing to forums and mailing lists mean it. User text goes
from ``domain.text`` straight into segments and through no markup language.

Results depend on the source, the width, the palette, ``hyperlinks`` and the session's
language (notes and image labels): a cache needs all five in its key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from markdown_it.token import Token
from rich.segment import Segment
from rich.style import Style

from tui_forum.domain.text import cell_width, display_line, display_text
from tui_forum.i18n import _
from tui_forum.ui.render.highlight import highlight
from tui_forum.ui.render.lines import Lines
from tui_forum.ui.render.palette import Palette
from tui_forum.ui.render.parsing import BudgetError, parse
from tui_forum.ui.render.tables import Table, lay_out
from tui_forum.ui.render.wrapping import Runs, chop, split_lines, wrap

#: Narrower than this is drawn as wide as this.
MIN_WIDTH: Final = 4
#: What containers (bars, bullets) must leave for text; deeper nesting is drawn without.
MIN_TEXT_WIDTH: Final = 12
#: Characters of code highlighted in one post.
HIGHLIGHT_CHARS: Final = 4_000
#: Lines drawn of one body. At 80 columns no post of 32,000 characters comes near it unless it is
#: made of newlines.
MAX_LINES: Final = 4_000
MAX_URL_CHARS: Final = 2_000

_SAFE_URL = re.compile(r"(?:https?://|mailto:|ssh://)[\x21-\x7e]+", re.IGNORECASE)
_LOOKS_LIKE_URL = re.compile(
    r"\s*(?:[a-z]{2,10}:|\w[\w-]{0,62}(?:\.\w[\w-]{0,62})+(?:/|\s*$))", re.IGNORECASE
)
_SPOTS = re.compile(
    r"(?P<url>\b(?:https?|ssh)://[^\s<>\"]{1,2000})"
    r"|(?<![\w@./-])(?P<mention>@[A-Za-z0-9][A-Za-z0-9-]{1,31})(?![\w@-])"
)
_TRAILING = ".,:;!?'*_~"
_TASK = re.compile(r"\[([ xX])\] +")
_BULLETS: Final = "•◦▪"


def render_markdown(source: str, width: int, palette: Palette, *, hyperlinks: bool) -> Lines:
    """The lines of a post's body, each at most ``width`` cells wide and not padded.

    ``hyperlinks`` sends OSC 8 for http, https, mailto and ssh; else the address follows the
    text. An empty body has no lines. Never raises on any ``source``; what costs too much comes
    out as plain text below a note that says so.
    """
    safe = display_text(source).strip("\n")
    width = max(width, MIN_WIDTH)
    try:
        return _Renderer(width, palette, hyperlinks).render(parse(safe))
    except BudgetError:
        note: Runs = [(_("Shown as plain text: the formatting is too complex."), palette.note)]
        return Lines([*wrap(note, width), *_plain(safe, width, palette)])


def render_plain(text: str, width: int, palette: Palette) -> Lines:
    """``text`` as it is, wrapped at ``width`` cells."""
    return Lines(_plain(display_text(text), max(width, MIN_WIDTH), palette))


def _plain(safe: str, width: int, palette: Palette) -> list[list[Segment]]:
    lines: list[list[Segment]] = []
    style = palette.text
    for line in safe.split("\n"):
        if len(lines) >= MAX_LINES:
            break
        if line.isspace() or not line:
            lines.append([])
        elif len(line) <= width and line.isascii():
            lines.append([Segment(line, style)])
        else:
            lines += wrap([(line, style)], width)
    return _bounded(lines, width, palette)


def _bounded(lines: list[list[Segment]], width: int, palette: Palette) -> list[list[Segment]]:
    """``lines``, cut with a note where they are too many."""
    if len(lines) < MAX_LINES:
        return lines
    note = _("The rest is not shown: more than {limit} lines.").format(limit=MAX_LINES)
    return [*lines[:MAX_LINES], *wrap([(note, palette.note)], width)]


def safe_url(url: str) -> str | None:
    """``url`` when it may be put into an OSC 8 sequence: a known scheme, printable ASCII, bounded."""
    if len(url) <= MAX_URL_CHARS and _SAFE_URL.fullmatch(url):
        return url
    return None


def _bare_url(found: str) -> str:
    """A bare address without the punctuation of the sentence around it."""
    found = found.rstrip(_TRAILING)
    surplus = found.count(")") - found.count("(")
    while surplus > 0 and found.endswith(")"):
        found = found[:-1].rstrip(_TRAILING)
        surplus -= 1
    return found


@dataclass(slots=True)
class _Container:
    """A quotation or a list item: what stands left of its lines."""

    first: str
    rest: str
    style: Style
    item: bool = False
    begun: bool = False


@dataclass(slots=True)
class _List:
    number: int | None
    width: int = 2


@dataclass(slots=True)
class _Renderer:
    """One pass over the tokens of one body."""

    width: int
    palette: Palette
    hyperlinks: bool
    lines: list[list[Segment]] = field(default_factory=list)
    containers: list[_Container] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    gap: bool = False
    code_left: int = HIGHLIGHT_CHARS

    def render(self, tokens: list[Token]) -> Lines:
        position = 0
        while position < len(tokens) and len(self.lines) < MAX_LINES:
            token = tokens[position]
            kind = token.type
            if kind == "inline":
                self._inline(token, tokens[position - 1])
            elif kind == "table_open":
                position = self._table(tokens, position)
            elif kind in ("fence", "code_block"):
                self._code(token)
            elif kind == "hr":
                self._open()
                self._emit([[Segment("─" * self._room(), self.palette.rule)]])
                self.gap = True
            else:
                self._structure(token)
            position += 1
        return Lines(_bounded(self.lines, self.width, self.palette))

    # --- containers -------------------------------------------------------------------------

    def _structure(self, token: Token) -> None:
        kind = token.type
        if kind == "blockquote_open":
            self._open()
            self.containers.append(_Container("▌ ", "▌ ", self.palette.quote_bar))
        elif kind == "blockquote_close":
            self._close()
            self.gap = True
        elif kind in ("bullet_list_open", "ordered_list_open"):
            self._open()
            self.lists.append(_List(int(token.attrs.get("start", 1)) if kind[0] == "o" else None))
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
            # Inside a tight item the next line is the next item.
            self.gap = self.gap or not (self.containers and self.containers[-1].item)
        elif kind == "list_item_open":
            self._open()
            self.containers.append(self._item(self.lists[-1]))
        elif kind == "list_item_close":
            if not self.containers[-1].begun:
                self._emit([[]])
            self._close()
        elif kind in ("paragraph_close", "heading_close") and not token.hidden:
            self.gap = True

    def _item(self, this: _List) -> _Container:
        if this.number is None:
            bullet = _BULLETS[min(len(self.lists), len(_BULLETS)) - 1] + " "
        else:
            bullet = f"{this.number}. "
            this.number += 1
        return _Container(bullet, " " * len(bullet), self.palette.bullet, item=True)

    def _open(self) -> None:
        """Begin a block: an empty line parts it from the one before."""
        if not self.gap:
            return
        self.gap = False
        bars = []
        for container in self.containers:
            if container.item and not container.begun:
                break
            bars.append(Segment(container.rest, container.style))
        text = "".join([bar.text for bar in bars])
        self.lines.append(bars if text.strip() and len(text) < self.width else [])

    def _close(self) -> None:
        self.containers.pop()

    def _prefix_width(self) -> int:
        width = sum([len(container.first) for container in self.containers])
        return width if self.width - width >= min(MIN_TEXT_WIDTH, self.width) else 0

    def _room(self) -> int:
        return self.width - self._prefix_width()

    def _emit(self, lines: list[list[Segment]]) -> None:
        """Add lines with what stands left of them."""
        if not self.containers:
            self.lines += lines
            return
        shown = self._prefix_width() > 0
        for line in lines:
            prefix: list[Segment] = []
            for container in self.containers:
                prefix.append(
                    Segment(container.rest if container.begun else container.first, container.style)
                )
                container.begun = True
            self.lines.append(prefix + line if shown else line)

    # --- blocks -----------------------------------------------------------------------------

    def _inline(self, token: Token, opener: Token) -> None:
        self._open()
        base = self.palette.text
        if any(not container.item for container in self.containers):
            base = self.palette.quote
        if opener.type == "heading_open":
            base = self.palette.heading
        elif self.containers and self.containers[-1].item and not self.containers[-1].begun:
            self._task(token)
        runs = self._runs(token.children or [], base)
        room = self._room()
        lines = []
        for line in split_lines(runs):
            lines += wrap(line, room) if line else [[]]
        self._emit(lines)
        if opener.type == "heading_open" and opener.tag in ("h1", "h2"):
            longest = max([sum([cell_width(segment.text) for segment in line]) for line in lines], default=1)
            rule = "━" if opener.tag == "h1" else "─"
            self._emit([[Segment(rule * max(1, longest), self.palette.rule)]])

    def _task(self, token: Token) -> None:
        """``[ ] …`` at the start of an item: the box takes the bullet's place."""
        children = token.children or []
        task = _TASK.match(children[0].content) if children and children[0].type == "text" else None
        if task is None:
            return
        children[0].content = children[0].content[task.end() :]
        item = self.containers[-1]
        item.first, item.rest = f"[{task[1].lower()}] ", "    "

    def _code(self, token: Token) -> None:
        self._open()
        code = display_text(token.content).rstrip("\n")
        language = token.info.split()[0] if token.info.strip() else ""
        runs: Runs = [(code, self.palette.code)]
        if language and len(code) <= self.code_left:
            runs = highlight(code, language, self.palette)
            self.code_left -= len(code)
        bar = Segment("│ ", self.palette.code_bar)
        room = self._room()
        barred = room > MIN_WIDTH + 2
        for line in split_lines(runs):
            cut = chop(line, room - 2 if barred else room)
            self._emit([[bar, *piece] for piece in cut] if barred else cut)
        self.gap = True

    def _table(self, tokens: list[Token], position: int) -> int:
        """Draw the table that opens at ``position``; returns where it closes."""
        self._open()
        table = Table()
        while tokens[position].type != "table_close":
            token = tokens[position]
            if token.type == "tr_open":
                table.rows.append([])
            elif token.type in ("th_open", "td_open"):
                base = self.palette.table_header if token.tag == "th" else self.palette.text
                runs = self._runs(tokens[position + 1].children or [], base)
                table.rows[-1].append([(text.replace("\n", " "), style) for text, style in runs])
                if token.tag == "th":
                    table.aligned.append(str(token.attrs.get("style", "")).rpartition(":")[2])
            position += 1
        self._emit(lay_out(table, self._room(), self.palette))
        self.gap = True
        return position

    # --- inline -----------------------------------------------------------------------------

    def _runs(self, tokens: list[Token], base: Style) -> Runs:
        """The pieces of a paragraph with their styles."""
        palette = self.palette
        opening = {"em_open": palette.emphasis, "strong_open": palette.strong, "s_open": palette.struck}
        runs: Runs = []
        styles = [base]
        link: tuple[str, int] | None = None
        for token in tokens:
            kind = token.type
            style = styles[-1]
            if kind == "text":
                self._text(token, style, runs, linked=link is not None)
            elif kind in ("softbreak", "hardbreak"):
                runs.append(("\n", style))
            elif kind == "code_inline":
                code = display_line(token.content)
                runs.append((f"`{code}`" if palette.marks else code, style + palette.code))
            elif kind in opening:
                styles.append(style + opening[kind])
            elif kind in ("em_close", "strong_close", "s_close"):
                styles.pop()
            elif kind == "link_open":
                url = str(token.attrs.get("href", ""))
                link = (url, len(runs))
                styles.append(style + self._link_style(url))
            elif kind == "link_close" and link is not None:
                styles.pop()
                self._address(link[0], runs, link[1], styles[-1])
                link = None
            elif kind == "image":
                self._image(token, style, runs)
            if palette.marks and kind in ("s_open", "s_close"):
                runs.append(("~", style))
        return runs

    def _text(self, token: Token, style: Style, runs: Runs, *, linked: bool) -> None:
        text = display_line(token.content)
        if not linked and ("@" in text or "://" in text):
            self._spots(text, style, runs)
        elif text:
            runs.append((text, style))

    def _link_style(self, url: str) -> Style:
        safe = safe_url(url) if self.hyperlinks else None
        return self.palette.link + Style(link=safe) if safe else self.palette.link

    def _address(self, url: str, runs: Runs, since: int, style: Style) -> None:
        """Say where a link goes, unless its text does or the terminal will."""
        text = "".join([piece for piece, _ in runs[since:]])
        shown = display_line(url)
        readable = display_line(unquote(shown))
        if not shown or text in (shown, readable) or shown.lower() == f"mailto:{text}".lower():
            return
        # A text that looks like another address must not hide the true one.
        if self.hyperlinks and safe_url(url) and text.strip() and not _LOOKS_LIKE_URL.match(text):
            return
        runs.append((f" ({shown})" if text.strip() else shown, style + self.palette.url))

    def _image(self, token: Token, style: Style, runs: Runs) -> None:
        url = str(token.attrs.get("src", ""))
        alt = display_line(token.content).strip()
        label = _("[image: {alt}]").format(alt=alt) if alt else _("[image]")
        since = len(runs)
        runs.append((label, style + self._link_style(url)))
        self._address(url, runs, since, style)

    def _spots(self, text: str, style: Style, runs: Runs) -> None:
        """``text`` with its bare addresses and mentions."""
        position = 0
        for match in _SPOTS.finditer(text):
            found = match[0]
            if match["url"]:
                found = _bare_url(found)
            if match.start() > position:
                runs.append((text[position : match.start()], style))
            spot = self._link_style(found) if match["url"] else self.palette.mention
            runs.append((found, style + spot))
            position = match.start() + len(found)
        if position < len(text):
            runs.append((text[position:], style))
