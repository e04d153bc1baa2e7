"""One line of text."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui_forum.domain.text import display_line
from tui_forum.i18n import _


class LineModal(ModalScreen[str | None], inherit_bindings=False):
    """A question and a line to answer it; Esc gives up."""

    DEFAULT_CSS = """
    LineModal { align: center middle; background: $background 60%; }
    LineModal Vertical { width: 76; max-width: 96%; height: auto; padding: 1 2; background: $panel; }
    LineModal Static { height: auto; color: $foreground; }
    LineModal .-problem { color: $error; text-style: bold; margin-top: 1; }
    LineModal Input { margin: 1 0; border: none; height: 1; background: $background; }
    """

    def __init__(self, question: str, value: str = "", problem: str = "") -> None:
        super().__init__()
        self._question = question
        self._value = value
        self._problem = problem

    def compose(self) -> ComposeResult:
        """Question, line, keys."""
        with Vertical():
            yield Static(display_line(self._question), markup=False)
            if self._problem:
                yield Static(f"! {display_line(self._problem)}", markup=False, classes="-problem")
            # Selected text would be gone with the next key: what was typed stays.
            field = Input(self._value, compact=True, select_on_focus=False)
            field.cursor_blink = False
            yield field
            yield Static(_("Enter ok   Esc never mind"), markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Input).focus()

    def on_key(self, event: events.Key) -> None:
        """Give up."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer."""
        self.dismiss(event.value)
