"""HTML of posts as Markdown, by markdownify, with what Discourse and Stack Exchange add taken away.

markdownify is what bounds these two imports: 0.3 ms for an average post of the Discourse data
(10,700 posts of 1.2 kB), 1 ms for one of 3 kB. That import runs at 2,200 posts/s on one core
all the same (``tests/benchmarks/import_rate.py``), so there is no second, faster converter that
would have to be kept as careful as this one.
"""

from __future__ import annotations

import html
import re
import warnings
from typing import Any, Final

from bs4 import MarkupResemblesLocatorWarning
from bs4.element import Tag
from markdownify import MarkdownConverter

from tui_forum.importers.plain import fence_for

#: Beyond this a post is taken as text: the tree of such a page costs hundreds of megabytes.
HTML_MAX_CHARS: Final = 1_000_000
#: Deeper nesting ends in Python's recursion limit; no post has it.
NESTING_MAX: Final = 150

_TAG: Final = re.compile(r"<[^>]*>")
_ELEMENT: Final = re.compile(r"<(/?)(?!br|hr|img|input|p\b|li\b)[a-zA-Z]")
_NEW_LINE: Final = re.compile(r"<(?:/p|br|/div|/li|/tr|/h\d|/pre|/blockquote)\b[^>]*>", re.IGNORECASE)
_ESCAPED: Final = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])|[*`]|(?<!\w)_|_(?!\w)|<(?=[A-Za-z/!?])|&(?=#?\w{1,31};)|(?<=\])\("
)
_LINE_MARK: Final = re.compile(r"^(\s*)(#{1,6}(?=\s)|>|[-+](?=\s)|~~~|=+$|-+$)", re.MULTILINE)
_NUMBER_MARK: Final = re.compile(r"^(\s*\d{1,9})([.)])(?=\s)", re.MULTILINE)
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_DROPPED: Final = {"avatar", "site-icon", "meta", "informations", "quote-controls", "anchor", "poll-info"}


class _Converter(MarkdownConverter):
    """markdownify with this forum's Markdown: fences that hold, emoji as text, no page furniture."""

    def escape(self, text: str, parent_tags: Any) -> str:
        """Escape only what Markdown would take for itself."""
        if "pre" in parent_tags or "code" in parent_tags:
            return text
        text = _ESCAPED.sub(lambda found: f"\\{found.group()}", text)
        text = _LINE_MARK.sub(r"\1\\\2", text)
        return _NUMBER_MARK.sub(r"\1\\\2", text)

    def convert_img(self, el: Tag, text: str, parent_tags: Any) -> str:  # noqa: ARG002
        """Emoji become their name, avatars nothing, pictures a picture with some name."""
        classes, alt = _classes(el), _attribute(el, "alt")
        if "emoji" in classes:
            return alt
        source = _attribute(el, "src")
        if classes & _DROPPED or not source:
            return ""
        name = alt or source.rstrip("/").rpartition("/")[2].partition("?")[0]
        return f"![{name.replace('[', '(').replace(']', ')')}]({source.replace(' ', '%20')})"

    def convert_pre(self, el: Tag, text: str, parent_tags: Any) -> str:  # noqa: ARG002
        """A fence longer than any in the code, with the language where it is told."""
        code = el.get_text().strip("\n")
        inner = el.find("code")
        classes = _classes(el) | (_classes(inner) if isinstance(inner, Tag) else set())
        language = next((name[5:] for name in sorted(classes) if name.startswith("lang-")), "")
        language = language if re.fullmatch(r"[a-z0-9+#]{1,20}", language) and language != "auto" else ""
        opening, closing = fence_for(code, language)
        return f"\n\n{opening}\n{code}\n{closing}\n\n" if code else ""

    def convert_svg(self, el: Tag, text: str, parent_tags: Any) -> str:  # noqa: ARG002
        """Icons are furniture."""
        return ""

    def convert_div(self, el: Tag, text: str, parent_tags: Any) -> str:  # noqa: ARG002
        """A block, unless it is furniture."""
        return "" if _classes(el) & _DROPPED else f"\n\n{text.strip()}\n\n" if text.strip() else ""

    def convert_span(self, el: Tag, text: str, parent_tags: Any) -> str:  # noqa: ARG002
        """BBCode's bold and italic keep their meaning."""
        classes = _classes(el)
        if classes & _DROPPED:
            return ""
        mark = "**" if "bbcode-b" in classes else "*" if "bbcode-i" in classes else ""
        return f"{mark}{text.strip()}{mark}" if mark and text.strip() and "\n" not in text.strip() else text


def _classes(el: Tag) -> set[str]:
    value = el.get("class")
    return set(value) if isinstance(value, list) else set(str(value or "").split())


def _attribute(el: Tag, name: str) -> str:
    value = el.get(name)
    return value if isinstance(value, str) else ""


_CONVERTER: Final = _Converter(heading_style="atx", bullets="-", newline_style="backslash")


def to_markdown(source: str) -> str:
    """Markdown for a post's HTML; what is too large or nested too deep keeps its text only."""
    if len(source) > HTML_MAX_CHARS or _nesting(source) > NESTING_MAX:
        return strip_tags(source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        try:
            text = str(_CONVERTER.convert(source))
        except RecursionError:
            return strip_tags(source)
    return _BLANK_LINES.sub("\n\n", text).strip()


def _nesting(source: str) -> int:
    """How deep elements are nested; paragraphs and list items close themselves."""
    depth = deepest = 0
    for found in _ELEMENT.finditer(source) if source.count("<") > NESTING_MAX else ():
        depth = max(0, depth - 1) if found.group(1) else depth + 1
        deepest = max(deepest, depth)
    return deepest


def strip_tags(source: str) -> str:
    """The text alone, with lines where blocks ended."""
    return html.unescape(_TAG.sub("", _NEW_LINE.sub("\n", source)))
