"""A reason: one of a few that are prepared, or one's own words."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui_forum.domain.limits import REASON_MAX_CHARS
from tui_forum.domain.text import display_line
from tui_forum.i18n import _


class ReasonModal(ModalScreen[str | None], inherit_bindings=False):
    """A digit puts a prepared reason into the line; Enter sends what stands there; Esc gives up."""

    DEFAULT_CSS = """
    ReasonModal { align: center middle; background: $background 60%; }
    ReasonModal Vertical { width: 70; max-width: 96%; height: auto; padding: 1 2; background: $panel; }
    ReasonModal Static { height: auto; color: $foreground; }
    ReasonModal Input { margin-top: 1; border: none; height: 1; background: $background; }
    """

    def __init__(self, title: str, prepared: Sequence[str]) -> None:
        super().__init__()
        self._title_text = title
        self._prepared = tuple(prepared)

    def compose(self) -> ComposeResult:
        """The prepared reasons, a line to type in, the keys."""
        lines = [display_line(self._title_text), ""]
        lines += [f" {number}  {display_line(text)}" for number, text in enumerate(self._prepared, 1)]
        with Vertical():
            yield Static("\n".join(lines), markup=False)
            field = Input(placeholder=_("or in your own words"), max_length=REASON_MAX_CHARS, compact=True)
            field.cursor_blink = False
            yield field
            yield Static(_("1–9 choose   Enter send   Esc never mind"), markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Input).focus()

    def on_key(self, event: events.Key) -> None:
        """Give up."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)

    def on_input_changed(self, event: Input.Changed) -> None:
        """A single digit is a choice; it is sent by Enter, so that a slip removes nothing."""
        if len(event.value) == 1 and event.value.isdecimal():
            number = int(event.value)
            if 1 <= number <= len(self._prepared):
                event.input.value = self._prepared[number - 1]
                event.input.cursor_position = len(event.input.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Send; an empty line sends nothing."""
        if event.value.strip():
            self.dismiss(event.value.strip())
