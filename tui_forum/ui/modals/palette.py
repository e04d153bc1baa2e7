"""Any action of the present screen, found by typing a part of its name."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from tui_forum.i18n import _
from tui_forum.ui.keys import Key, shown
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns


def _draw(key: Key, width: int, skin: Skin) -> Lines:
    return (columns(Cell(f" {_(key.label)}"), [Cell(f"{shown(key.keys[0])} ", skin.dim)], width),)


class PaletteModal(ModalScreen[str | None], inherit_bindings=False):
    """Returns the name of the chosen action."""

    DEFAULT_CSS = """
    PaletteModal { align: center top; background: $background 60%; }
    PaletteModal Vertical { width: 60; max-width: 96%; height: 80%; margin-top: 2; background: $panel; }
    PaletteModal Input { border: none; height: 1; margin: 1; background: $background; }
    """

    def __init__(self, keys: Sequence[Key], level: str) -> None:
        super().__init__()
        self._keys = [key for key in keys if key.works_on(level) and key.action != "open_palette"]
        self._rows = RowList[Key](_draw, empty=_("Nothing is called that."))

    def compose(self) -> ComposeResult:
        """A line to type in, and what fits."""
        with Vertical():
            field = Input(placeholder=_("What would you like to do?"), compact=True)
            field.cursor_blink = False
            yield field
            yield self._rows

    def on_mount(self) -> None:
        """Everything, until one types."""
        self._rows.set_items(self._keys)
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Only what holds every word typed."""
        words = event.value.lower().split()
        self._rows.set_items([k for k in self._keys if all(w in _(k.label).lower() for w in words)])

    def on_key(self, event: events.Key) -> None:
        """Move in the list while typing."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key in {"down", "up", "tab", "shift+tab"}:
            event.stop()
            event.prevent_default()
            self._rows.move(1 if event.key in {"down", "tab"} else -1)

    def on_input_submitted(self) -> None:
        """Do it."""
        current = self._rows.current
        self.dismiss(current.action if current is not None else None)

    def on_row_list_chosen(self) -> None:
        """Clicked."""
        self.on_input_submitted()
