"""One of several things, by its number or from a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_forum.domain.text import cell_width, display_line, fit
from tui_forum.i18n import _
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns

MOST = 9  # have a digit
LINES = 14  # of a longer list are in view


@dataclass(frozen=True, slots=True)
class Choice:
    """``label`` says what it is, ``note`` (dim, at the right) what there is to know of it."""

    label: str
    note: str = ""


class PickModal(ModalScreen[int | None], inherit_bindings=False):
    """Returns the place of the chosen one; a digit chooses at once, Enter the selected one."""

    DEFAULT_CSS = """
    PickModal { align: center middle; background: $background 60%; }
    PickModal Vertical { width: 72; max-width: 96%; height: auto; padding: 1 2; background: $panel; }
    PickModal Static { height: auto; color: $foreground; }
    PickModal RowList { margin: 1 0; }
    """

    def __init__(self, title: str, choices: Sequence[Choice], first: int = 0) -> None:
        """``first`` is the place of the one that is selected to begin with."""
        super().__init__()
        self._title_text = title
        self._choices = list(choices)
        self._first = first
        self._rows = RowList[Choice](self._draw)
        self._rows.styles.height = min(LINES, len(self._choices))

    def _draw(self, choice: Choice, width: int, skin: Skin) -> Lines:
        number = self._choices.index(choice) + 1
        label = Cell(f"{number if number <= MOST else ' '}  {display_line(choice.label)}")
        room = max(0, width - cell_width(label.text) - 2)  # what is chosen is read before what it means
        note = Cell(f"{fit(display_line(choice.note), room)} ", skin.dim)
        return (columns(label, [note], width),)

    def compose(self) -> ComposeResult:
        """The question, what there is, the keys."""
        last = min(MOST, len(self._choices))
        keys = (
            _("1–{last} or Enter choose   Esc never mind")
            if last > 1
            else _("1 or Enter choose   Esc never mind")
        )
        with Vertical():
            yield Static(display_line(self._title_text), markup=False)
            yield self._rows
            yield Static(keys.format(last=last), markup=False)

    def on_mount(self) -> None:
        """All of it."""
        self._rows.set_items(self._choices)
        self._rows.select(self._first)
        self._rows.focus()

    def on_key(self, event: events.Key) -> None:
        """A digit chooses; the arrows and Enter do as well."""
        event.stop()
        if event.key in {"escape", "q"}:
            self.dismiss(None)
        elif event.key in {"down", "j"}:
            self._rows.move(1)
        elif event.key in {"up", "k"}:
            self._rows.move(-1)
        elif event.key == "enter":
            self._rows.choose()
        elif event.key.isdecimal() and 1 <= int(event.key) <= min(MOST, len(self._choices)):
            self.dismiss(int(event.key) - 1)

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Enter, or a click on the selected one."""
        message.stop()
        self.dismiss(self._rows.index)
