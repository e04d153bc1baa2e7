"""What is about to be sent looks like a secret: where, and what one can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui_forum.domain.leaks import Leak
from tui_forum.i18n import N_, _, format_number
from tui_forum.ui.widgets.prose import SCROLLING, Para, Prose

MASK: Final = "mask"
EXAMPLES: Final = "examples"
#: A key's line of its own; German hands find the same letters.
KEYS: Final = N_(
    "m  mask it in the text, and look at it again\n"
    "x  it is an example: send it, moderators look at it first\n"
    "Esc  back to the text"
)


class SecretsModal(ModalScreen[str], inherit_bindings=False):
    """Returns :data:`MASK`, :data:`EXAMPLES`, or "" for back to the text."""

    DEFAULT_CSS = """
    SecretsModal { align: center middle; background: $background 60%; }
    SecretsModal > Vertical { width: 76; max-width: 96%; height: auto; max-height: 90%; padding: 1 1;
        background: $panel; }
    SecretsModal Prose { height: auto; max-height: 18; }
    """

    def __init__(self, found: Sequence[Leak]) -> None:
        super().__init__()
        self._leaks = found
        self._prose = Prose(panel=True)

    def compose(self) -> ComposeResult:
        """What was found, what it means, the keys."""
        with Vertical():
            yield self._prose
        found = [
            para
            for leak in self._leaks
            for para in (Para(f"{_place(leak)}: {_(leak.what)}"), Para(f"   {leak.masked}", look="dim"))
        ]
        why = _(
            "Whoever reads it could use it. If it is real, treat it as known already: make a new one "
            "where it is from."
        )
        heading = Para(_("Not sent: this looks like a secret"), look="strong")
        keys = [Para(line) for line in _(KEYS).split("\n")]
        self._prose.show([heading, Para(), *found, Para(), Para(why), Para(), *keys])

    def on_key(self, event: events.Key) -> None:
        """Answer, or scroll."""
        event.stop()
        if event.key in {"m", "M"}:
            self.dismiss(MASK)
        elif event.key in {"x", "X"}:
            self.dismiss(EXAMPLES)
        elif event.key in {"escape", "q"}:
            self.dismiss("")
        elif event.key in SCROLLING:
            self._prose.scroll_lines(SCROLLING[event.key])


def _place(leak: Leak) -> str:
    if leak.field == "title":
        return _("Title")
    if leak.field == "options":
        return _("Answer {n}").format(n=format_number(leak.line))
    return _("Line {n}").format(n=format_number(leak.line))
