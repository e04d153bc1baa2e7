"""Text as the reader will show it, scrolled by lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from tui_forum.domain.polls import PollView
from tui_forum.ui.render import render_markdown
from tui_forum.ui.widgets.linewidget import LineWidget, padded
from tui_forum.ui.widgets.pollbars import draw_poll

if TYPE_CHECKING:
    from tui_forum.ui.app import ForumApp

WHEEL = 3


class Preview(LineWidget):
    """Rendered Markdown."""

    DEFAULT_CSS = "Preview { height: 1fr; }"

    def __init__(self, source: str = "") -> None:
        super().__init__()
        self._source = source
        self._poll: PollView | None = None
        self._top = 0
        self._rendered: Sequence[Strip] = ()
        self._rendered_for: tuple[object, ...] = ()

    def show(self, source: str, poll: PollView | None = None) -> None:
        """Show another text from its beginning, or the same one where one was; a poll stands above it."""
        self._source, self._poll = source, poll
        self.refresh()

    def _lines(self) -> Sequence[Strip]:
        app = cast("ForumApp", self.app)
        width = max(10, self.size.width - 2)
        wanted = (self._source, self._poll, width, app.skin.name)
        if wanted != self._rendered_for:
            self._rendered = render_markdown(
                self._source, width, app.skin.palette, hyperlinks=app.traits.hyperlinks
            )
            if self._poll is not None:
                bars = [Strip(line) for line in (*draw_poll(self._poll, width, app.skin), [])]
                self._rendered = (*bars, *self._rendered)
            self._rendered_for = wanted
        return self._rendered

    def scroll_lines(self, lines: int) -> None:
        """Move the view."""
        end = max(0, len(self._lines()) - self.size.height)
        self._top = max(0, min(end, self._top + lines))
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(-WHEEL)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Render once for all lines that are asked for."""
        self._lines()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line."""
        base = self.skin.base
        width = self.size.width
        index = self._top + y
        if index >= len(self._rendered):
            return Strip([Segment(" " * width, base)], width)
        strip = self._rendered[index].apply_style(base)
        return padded([Segment(" ", base), *strip], width, base)
