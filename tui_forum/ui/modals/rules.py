"""A community's rules, to read or to accept."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_forum.domain.charter import WritingFrame
from tui_forum.domain.text import display_line
from tui_forum.i18n import _
from tui_forum.ui.charterwords import rule_paras, summary
from tui_forum.ui.widgets.prose import SCROLLING, Para, Prose


class RulesModal(ModalScreen[bool], inherit_bindings=False):
    """What the community is for and its rules; ``y`` (or ``j``, German) accepts them, if one is asked."""

    DEFAULT_CSS = """
    RulesModal { align: center middle; background: $background 60%; }
    RulesModal > Vertical { width: 76; max-width: 96%; height: auto; max-height: 90%; padding: 1 1;
        background: $panel; }
    RulesModal Prose { height: auto; max-height: 16; }
    RulesModal Static { height: auto; color: $foreground; padding: 1 1 0 1; }
    """

    def __init__(self, frame: WritingFrame, *, accepting: bool) -> None:
        super().__init__()
        self._frame = frame
        self._accepting = accepting
        self._prose = Prose(panel=True)

    def compose(self) -> ComposeResult:
        """What it is for, the rules, the keys."""
        heading = display_line(self._frame.name)
        if self._accepting:
            heading = _("{community}: please read this before you write").format(community=heading)
        keys = _("y accept and send   Esc not now") if self._accepting else _("Esc back")
        with Vertical():
            yield self._prose
            yield Static(keys, markup=False)
        rules = rule_paras(self._frame.charter) or [Para(_("There are no rules."))]
        self._prose.show([Para(heading, look="strong"), *summary(self._frame.charter), Para(), *rules])

    def on_key(self, event: events.Key) -> None:
        """Answer, or scroll."""
        event.stop()
        accepting = self._accepting
        if accepting and event.key in {"y", "Y", "j", "J"}:
            self.dismiss(True)
        elif event.key in {"escape", "q", "n", "f4"} or (not accepting and event.key == "enter"):
            self.dismiss(False)
        elif event.key in SCROLLING:
            self._prose.scroll_lines(SCROLLING[event.key])
