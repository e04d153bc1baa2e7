"""Something to read: a text in Markdown, scrolled."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_forum.domain.text import display_line
from tui_forum.i18n import _
from tui_forum.ui.widgets.preview import Preview

#: Keys that scroll, in lines.
_SCROLLS: Final = {
    "j": 1, "down": 1, "k": -1, "up": -1, "pagedown": 10, "space": 10, "pageup": -10,
}  # fmt: skip


class TextModal(ModalScreen[None], inherit_bindings=False):
    """A title and a text; q, Esc or Enter leave."""

    DEFAULT_CSS = """
    TextModal { align: center middle; background: $background 60%; }
    TextModal Vertical { width: 76; max-width: 96%; height: 70%; padding: 1 2; background: $panel; }
    TextModal Static { height: auto; color: $foreground; }
    TextModal Preview { margin: 1 0; }
    """

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title_text = title
        self._text = Preview(text)

    def compose(self) -> ComposeResult:
        """Title, text, keys."""
        with Vertical():
            yield Static(display_line(self._title_text), markup=False)
            yield self._text
            yield Static(_("j k scroll   q back"), markup=False)

    def on_key(self, event: events.Key) -> None:
        """Scroll, or leave."""
        event.stop()
        if event.key in _SCROLLS:
            self._text.scroll_lines(_SCROLLS[event.key])
        elif event.key in {"q", "escape", "enter", "h", "left"}:
            self.dismiss(None)
