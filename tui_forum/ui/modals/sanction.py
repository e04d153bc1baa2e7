"""What moderators have laid on somebody, told when they come in."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_forum.domain.sanctions import Penalty
from tui_forum.domain.text import display_line, display_text
from tui_forum.i18n import _
from tui_forum.ui.sanctionwords import MEANING, headline, term

#: What is answered: it was read; one wants to appeal.
READ, APPEAL = "read", "appeal"


class SanctionModal(ModalScreen["str | None"], inherit_bindings=False):
    """Returns ``READ``, ``APPEAL``, or None when it is to be told again next time."""

    DEFAULT_CSS = """
    SanctionModal { align: center middle; background: $background 60%; }
    SanctionModal Vertical { width: 72; max-width: 96%; height: auto; max-height: 96%; padding: 1 2;
        background: $panel; }
    SanctionModal Static { height: auto; color: $foreground; }
    SanctionModal .-reason { margin: 1 0; padding-left: 2; }
    SanctionModal .-keys { margin-top: 1; }
    """

    def __init__(self, penalty: Penalty) -> None:
        super().__init__()
        self._penalty = penalty

    def compose(self) -> ComposeResult:
        """What, why, how long, what one may do."""
        penalty = self._penalty
        with Vertical():
            yield Static(f"! {display_line(headline(penalty))}", markup=False)
            yield Static(display_text(penalty.reason), classes="-reason", markup=False)
            yield Static("\n".join(filter(None, (term(penalty), _(MEANING[penalty.kind])))), markup=False)
            keys = _("Enter I have read it   a appeal   Esc tell me again next time")
            yield Static(keys, classes="-keys", markup=False)

    def on_key(self, event: events.Key) -> None:
        """Answer."""
        event.stop()
        if event.key == "enter":
            self.dismiss(READ)
        elif event.key == "a" and self._penalty.case_id is not None:
            self.dismiss(APPEAL)
        elif event.key in {"escape", "q"}:
            self.dismiss(None)
