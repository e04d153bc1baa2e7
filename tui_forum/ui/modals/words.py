"""Several lines of text: a message, a note, a post that a moderator changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Static, TextArea

from tui_forum.domain.errors import ForumError
from tui_forum.domain.text import display_line
from tui_forum.i18n import _

#: Seconds after a change until what stands there is kept.
PAUSE: Final = 1.0

Keep = Callable[[str], Awaitable[None]]


class WordsModal(ModalScreen["tuple[str, bool]"], inherit_bindings=False):
    """Returns what stands there, and whether it is to be sent; ``keep`` saves it meanwhile."""

    DEFAULT_CSS = """
    WordsModal { align: center middle; background: $background 60%; }
    WordsModal Vertical { width: 90; max-width: 96%; height: 80%; padding: 1 2; background: $panel; }
    WordsModal Static { height: auto; color: $foreground; }
    WordsModal TextArea, WordsModal TextArea:focus {
        height: 1fr; margin: 1 0; border: none; background: $background; }
    """

    def __init__(self, title: str, text: str, keep: Keep) -> None:
        super().__init__()
        self._title_text = title
        self._text = text
        self._keep = keep
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """The question, room to write, the keys."""
        with Vertical():
            yield Static(display_line(self._title_text), markup=False)
            area = TextArea(self._text, soft_wrap=True, show_line_numbers=False, tab_behavior="focus")
            area.cursor_blink = False
            yield area
            yield Static(_("Ctrl-S send   Esc keep it and leave"), markup=False)

    def on_mount(self) -> None:
        """Type at once, behind what stands there."""
        area = self.query_one(TextArea)
        area.focus()
        area.move_cursor(area.document.end)

    @property
    def text(self) -> str:
        """What stands there."""
        return self.query_one(TextArea).text

    async def keep_draft(self) -> None:
        """Save what stands there (the server goes down, or one has paused)."""
        try:
            await self._keep(self.text)
        except ForumError:
            return  # tried again with the next change, and told when one leaves

    def on_text_area_changed(self) -> None:
        """Keep it once one pauses."""
        if self._timer is not None:
            self._timer.stop()
        if self.text != self._text:
            self._timer = self.set_timer(PAUSE, self.keep_draft)

    def on_key(self, event: events.Key) -> None:
        """Send, or leave."""
        if event.key in {"ctrl+s", "ctrl+d"}:
            event.stop()
            event.prevent_default()
            self.dismiss((self.text, True))
        elif event.key == "escape":
            event.stop()
            event.prevent_default()
            self.dismiss((self.text, False))
