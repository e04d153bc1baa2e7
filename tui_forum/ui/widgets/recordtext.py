"""One entry of the record, whole: who, what, when, why, and what was before and after."""

from __future__ import annotations

import difflib

from rich.style import Style
from textual.strip import Strip

from tui_forum.domain.recordviews import WholeEntry
from tui_forum.domain.text import display_line, display_text
from tui_forum.i18n import _, format_datetime
from tui_forum.ui.recordwords import changes, headline
from tui_forum.ui.widgets.lines import LinesView


class RecordText(LinesView):
    """An entry as lines."""

    def __init__(self) -> None:
        super().__init__(self._of_entry)
        self.entry: WholeEntry | None = None

    def show(self, entry: WholeEntry | None) -> None:
        """Show another entry from its beginning."""
        self.entry = entry
        self.changed(at_start=True)

    def _of_entry(self, width: int) -> list[Strip]:
        if self.entry is None:
            return []
        line, skin = self.entry.line, self.skin
        where = [format_datetime(line.created_at), _("entry {n}").format(n=line.entry_id)]
        if line.case_id is not None:
            where.append(_("case {n}").format(n=line.case_id))
        out = [
            *self._text(headline(line), width, skin.strong),
            *self._text(" · ".join(where), width, skin.dim),
        ]
        if line.thread_title:
            out += self._text(_("“{title}”").format(title=display_line(line.thread_title)), width, skin.dim)
        if line.reason:
            out += self._part(_("Why"), width)
            out += self._text(display_text(line.reason), width, skin.base)
        told = changes(self.entry)
        if told:
            out += self._part(_("Before (-) and after (+)"), width)
            for sign, text in told:
                out += self._text(f"{sign} {display_line(text)}", width, self._style(sign))
        if self.entry.was is not None and self.entry.became is not None:
            out += self._part(_("The text"), width)
            out += self._difference(self.entry.was, self.entry.became, width)
        out += self._part(_("Hash"), width)
        out += self._text(line.hash, width, skin.dim)
        out += self._text(_("after {hash}").format(hash=line.previous_hash), width, skin.dim)
        return out

    def _style(self, sign: str) -> Style:
        return {"-": self.skin.dim, "+": self.skin.good}.get(sign, self.skin.base)

    def _part(self, title: str, width: int) -> list[Strip]:
        return [Strip([]), *self._text(title, width, self.skin.accent + self.skin.strong)]

    def _text(self, text: str, width: int, style: Style) -> list[Strip]:
        return self.wrapped(text, width, self.skin.base + style)

    def _difference(self, was: str, became: str, width: int) -> list[Strip]:
        """Both texts, line by line, without what is far from any change."""
        lines = difflib.unified_diff(
            display_text(was).split("\n"), display_text(became).split("\n"), lineterm="", n=2
        )
        out: list[Strip] = []
        for text in list(lines)[2:]:
            if text.startswith("@@"):
                out += self._text("…", width, self.skin.dim) if out else []
            else:
                out += self._text(f"{text[0]} {text[1:]}", width, self._style(text[0]))
        return out
