"""Yes or no."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_forum.domain.text import display_line
from tui_forum.i18n import _


class ConfirmModal(ModalScreen[bool], inherit_bindings=False):
    """A question; ``y`` (or ``j``, German) is yes, everything else that leaves is no."""

    DEFAULT_CSS = """
    ConfirmModal { align: center middle; background: $background 60%; }
    ConfirmModal Static { width: auto; max-width: 90%; height: auto; padding: 1 2;
        background: $panel; color: $foreground; }
    """

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        answers = _("y yes   n no")
        yield Static(f"{display_line(self._question)}\n\n{answers}", markup=False)

    def on_key(self, event: events.Key) -> None:
        """Answer."""
        event.stop()
        if event.key in {"y", "j", "Y", "J"}:
            self.dismiss(True)
        elif event.key in {"n", "N", "q", "escape"}:
            self.dismiss(False)
