"""A case as text: why it was reported, and the post among those around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from textual import events
from textual.strip import Strip

from tui_forum.domain.cases import CaseView
from tui_forum.domain.entities import PostState
from tui_forum.domain.text import display_line, fit
from tui_forum.domain.views import PostView
from tui_forum.i18n import _, format_datetime
from tui_forum.ui.widgets.linewidget import LineWidget, padded
from tui_forum.ui.widgets.reader import rendered, tombstone

if TYPE_CHECKING:
    from tui_forum.ui.app import ForumApp
    from tui_forum.ui.skin import Skin

STEP = 3


class CaseText(LineWidget, can_focus=True):
    """Scrolled by lines."""

    DEFAULT_CSS = "CaseText { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._case: CaseView | None = None
        self._top = 0
        self._drawn: tuple[object, list[Strip], int] | None = None

    def show(self, case: CaseView | None) -> None:
        """Show another case from its reports on, or the same one where one was."""
        before, self._case = self._case, case
        self._drawn = None
        if before is None or case is None or before.row.case_id != case.row.case_id:
            self._top = 0
        self.refresh()

    def scroll_lines(self, lines: int) -> None:
        """Move the view."""
        end = max(0, len(self._lines()) - self.size.height)
        self._top = max(0, min(end, self._top + lines))
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(STEP)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(-STEP)

    def _lines(self) -> list[Strip]:
        width, skin = max(20, self.size.width - 2), self.skin
        key = (width, skin.name)
        if self._drawn is None or self._drawn[0] != key:
            self._drawn = (key, self._draw(width, skin) if self._case else [], 0)
        return self._drawn[1]

    def _draw(self, width: int, skin: Skin) -> list[Strip]:
        case = self._case
        assert case is not None
        base = skin.base

        def line(text: str, style: object = None) -> Strip:
            return Strip([Segment(fit(text, width), base + (style or skin.base))])  # type: ignore[operator]

        row = case.row
        lines = [
            line(f"{display_line(row.thread_title)} ({row.community_slug})", skin.strong),
            line(""),
        ]
        for report in case.reports:
            when = format_datetime(report.created_at)
            who = f"@{report.reporter.handle}" if report.reporter else _("somebody")
            lines.append(line(f"⚑ {who} · {when}", skin.unread))
            lines += [line(f"  {display_line(part)}") for part in report.note.splitlines() or [""]]
        lines.append(line(""))
        for post in case.context:
            lines += self._post(post, width, skin, subject=post.post_id == row.post_id)
        return lines

    def _post(self, post: PostView, width: int, skin: Skin, *, subject: bool) -> list[Strip]:
        base = skin.base
        mark = Segment("▌ " if subject else "  ", base + (skin.unread if subject else skin.border))
        header = f"#{post.number} @{post.author.handle} · {format_datetime(post.created_at)}"
        if subject:
            header += " · " + _("reported")
        lines = [Strip([mark, Segment(fit(header, width - 2), base + skin.accent + skin.strong)])]
        if post.state is not PostState.VISIBLE:
            lines.append(Strip([mark, Segment(fit(tombstone(post), width - 2), base + skin.dim)]))
        links = cast("ForumApp", self.app).traits.hyperlinks
        lines += [
            Strip([mark, *strip.apply_style(base)])
            for strip in rendered(post, width - 2, skin.palette, links)
        ]
        lines.append(Strip([mark]))
        return lines

    def render_line(self, y: int) -> Strip:
        """One line."""
        base = self.skin.base
        lines = self._lines()
        index = self._top + y
        strip = lines[index] if index < len(lines) else Strip([])
        return padded([Segment(" ", base), *strip], self.size.width, base)
