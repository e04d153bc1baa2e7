"""What screens that show one text share: scrolling in it."""

from __future__ import annotations

from typing import Final, TypeVar

from tui_forum.i18n import N_
from tui_forum.ui.keys import Key
from tui_forum.ui.screen import ForumScreen
from tui_forum.ui.widgets.lines import LinesView
from tui_forum.ui.widgets.preview import Preview

Result = TypeVar("Result")

TEXT_KEYS: Final = (
    Key(("j", "down"), "down", N_("down")),
    Key(("k", "up"), "up", N_("up")),
    Key(("pagedown", "space", "ctrl+d"), "page_down", N_("page down")),
    Key(("pageup", "ctrl+u"), "page_up", N_("page up")),
)


class TextScreen(ForumScreen[Result]):
    """A screen with one text; subclasses say which by ``text``, and list :data:`TEXT_KEYS`."""

    text: LinesView | Preview

    def action_down(self) -> None:
        """A line."""
        self.text.scroll_lines(1)

    def action_up(self) -> None:
        """A line."""
        self.text.scroll_lines(-1)

    def action_page_down(self) -> None:
        """A page."""
        self.text.scroll_lines(max(1, self.text.size.height - 1))

    def action_page_up(self) -> None:
        """A page."""
        self.text.scroll_lines(-max(1, self.text.size.height - 1))
