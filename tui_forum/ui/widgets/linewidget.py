"""What our own widgets share: they are lines, and draw those that have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, cast

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from tui_forum.ui.app import ForumApp
    from tui_forum.ui.skin import Skin


class LineWidget(Widget):
    """A widget drawn by ``render_line``, each line as wide as the widget; it has no border and no padding.

    Textual works borders, colours and filters out for every line of every frame. Here a line is
    drawn once and kept, as the very same object, until its region is refreshed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[int, Strip] = {}
        self._kept_for: tuple[object, ...] = ()

    @property
    def skin(self) -> Skin:
        """The app's look."""
        return cast("ForumApp", self.app).skin

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Draw the lines of ``regions`` again, or all."""
        for region in regions:
            for y in region.line_range:
                self._kept.pop(y, None)
        if repaint and not regions:
            self._kept.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines in ``crop``."""
        # Ours are true colours already; for terminals that have fewer the server makes them fewer.
        filters = [one for one in self.get_line_filters() if not isinstance(one, ANSIToTruecolor)]
        wanted = (self.size, self.skin, *filters)
        if wanted != self._kept_for:
            self._kept.clear()
            self._kept_for = wanted
        strips: list[Strip] = []
        for y in crop.line_range:
            strip = self._kept.get(y)
            if strip is None:
                strip = self.render_line(y)
                for line_filter in filters:
                    strip = strip.apply_filter(line_filter, self.background_colors[1])
                self._kept[y] = strip
            strips.append(strip)
        if crop.column_span != (0, self.size.width):
            return [strip.crop(*crop.column_span) for strip in strips]
        return strips


def padded(segments: list[Segment], width: int, style: Style) -> Strip:
    """``segments`` as one line of exactly ``width`` cells, filled up with ``style``."""
    length = sum(cell_len(segment.text) for segment in segments)
    if length > width:
        return Strip(segments, length).crop(0, width)
    if length < width:
        segments.append(Segment(" " * (width - length), style))
    return Strip(segments, width)
