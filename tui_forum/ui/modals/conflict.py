"""Two hosts have changed a charter at once: what differs, and what becomes of it."""

from __future__ import annotations

from enum import StrEnum

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_forum.domain.charter import Charter, CharterVersion, changes
from tui_forum.domain.text import display_line
from tui_forum.i18n import _
from tui_forum.ui.charterwords import change_paras
from tui_forum.ui.widgets.prose import SCROLLING, Para, Prose


class Decision(StrEnum):
    """``mine`` is put on top of theirs; ``edit``: look at it first; ``theirs`` stays."""

    MINE = "mine"
    EDIT = "edit"
    THEIRS = "theirs"


class ConflictModal(ModalScreen[Decision], inherit_bindings=False):
    """Nothing is written until one decides; Esc goes back to the form with both in it."""

    DEFAULT_CSS = """
    ConflictModal { align: center middle; background: $background 60%; }
    ConflictModal > Vertical { width: 78; max-width: 100%; height: auto; max-height: 96%; padding: 1 1;
        background: $panel; }
    ConflictModal Prose { height: auto; max-height: 16; }
    ConflictModal Static { height: auto; color: $foreground; padding: 1 1 0 1; }
    """

    def __init__(self, base: CharterVersion, theirs: CharterVersion, merged: Charter) -> None:
        """``base`` was changed, ``theirs`` is in force, ``merged`` is theirs with one's own changes."""
        super().__init__()
        self._base = base
        self._theirs = theirs
        self._merged = merged
        self._prose = Prose(panel=True)

    def compose(self) -> ComposeResult:
        """What they changed, what one's own changes would still change, the keys."""
        theirs = self._theirs
        who = f"@{theirs.author.handle}" if theirs.author is not None else _("somebody")
        told = _("{who} was quicker: version {version} is in force, because: {reason}")
        mine = change_paras(changes(theirs.charter, self._merged))
        paras = [
            Para(told.format(who=who, version=theirs.version, reason=display_line(theirs.reason))),
            Para(),
            Para(_("What was changed"), look="strong"),
            *change_paras(changes(self._base.charter, theirs.charter)),
            Para(),
            Para(_("What your changes would change in it"), look="strong"),
            *(mine or [Para(_("nothing: they did the same"))]),
        ]
        keys = _(
            "m    put my changes in force on top of theirs\n"
            "t    leave it at theirs and discard mine\n"
            "Esc  go on in the form, with both in it"
        )
        with Vertical():
            yield self._prose
            yield Static(keys, markup=False)
        self._prose.show(paras)

    def on_key(self, event: events.Key) -> None:
        """Decide, or scroll."""
        event.stop()
        if event.key == "m":
            self.dismiss(Decision.MINE)
        elif event.key == "t":
            self.dismiss(Decision.THEIRS)
        elif event.key == "escape":
            self.dismiss(Decision.EDIT)
        elif event.key in SCROLLING:
            self._prose.scroll_lines(SCROLLING[event.key])
