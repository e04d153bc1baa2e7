"""Two hosts changed a charter at once: what the other one did, and what shall become of one's own."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_forum.i18n import _
from tui_forum.ui.widgets.preview import Preview

MERGE, THEIRS = "merge", "theirs"


class CharterConflictModal(ModalScreen[str], inherit_bindings=False):
    """Returns :data:`MERGE`, :data:`THEIRS`, or the empty string: everything stays as it was typed."""

    DEFAULT_CSS = """
    CharterConflictModal { align: center middle; background: $background 60%; }
    CharterConflictModal Vertical { width: 90%; height: 80%; padding: 1 2; background: $panel; }
    CharterConflictModal Static { height: auto; color: $foreground; }
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._preview = Preview(text)

    def compose(self) -> ComposeResult:
        """What the other host changed, and the three ways on."""
        with Vertical():
            yield self._preview
            yield Static(
                _(
                    "m  take over their changes where I changed nothing, keep mine elsewhere\n"
                    "t  take all of theirs\n"
                    "Esc  leave my text as it is for now"
                ),
                markup=False,
            )

    def on_key(self, event: events.Key) -> None:
        """Decide, or scroll."""
        event.stop()
        answer = {"m": MERGE, "t": THEIRS, "escape": ""}.get(event.key)
        if answer is not None:
            self.dismiss(answer)
        elif event.key in {"j", "down", "k", "up"}:
            self._preview.scroll_lines(1 if event.key in {"j", "down"} else -1)
