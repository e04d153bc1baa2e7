"""Above what is being written: what the community is for, and the rules that matter now."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.widgets import Static

from tui_forum.domain.charter import RuleScope, WritingFrame
from tui_forum.i18n import _
from tui_forum.ui.charterwords import frame_lines

#: Lines where there is little room, and from so many columns and rows on.
FEW: Final = 2
MANY: Final = 6
ROOMY: Final = (120, 30)


class FrameLines(Static):
    """Two lines, more in a large window; empty until :meth:`show_frame`."""

    DEFAULT_CSS = "FrameLines { height: auto; padding: 0 1; color: $text-muted; }"

    def __init__(self, scope: RuleScope) -> None:
        super().__init__("", markup=False)
        self._scope = scope
        self._frame: WritingFrame | None = None

    def show_frame(self, frame: WritingFrame) -> None:
        """Show what this frame says."""
        self._frame = frame
        self._fill()

    def on_resize(self, _event: events.Resize) -> None:
        """More or less room."""
        self._fill()

    def _fill(self) -> None:
        width = self.size.width - 2 if self.size.width else self.app.size.width - 2
        if self._frame is None or width <= 0:
            return
        window = self.app.size
        roomy = window.width >= ROOMY[0] and window.height >= ROOMY[1]
        # Who writes here for the first time sees all of them; they are accepted with sending.
        most = MANY if roomy or not self._frame.accepted else FEW
        lines = frame_lines(self._frame, self._scope, width, most)
        if not self._frame.accepted:
            lines.append(_("Sending asks you, this once, to accept the rules."))
        self.update("\n".join(lines))
