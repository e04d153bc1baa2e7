"""Any action of the present screen, found by typing a part of its name; or a person, by ``@``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from tui_forum.domain.profiles import Person
from tui_forum.i18n import _
from tui_forum.ui.keys import Key, shown
from tui_forum.ui.peoplewords import called, work_of
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns

#: Finds people by the beginning of a handle, or a part of a name.
FindPeople = Callable[[str], Awaitable[Sequence[Person]]]


def _draw(entry: Key | Person, width: int, skin: Skin) -> Lines:
    if isinstance(entry, Key):
        return (columns(Cell(f" {_(entry.label)}"), [Cell(f"{shown(entry.keys[0])} ", skin.dim)], width),)
    return (columns(Cell(f" {called(entry)}"), [Cell(f"{work_of(entry)} ", skin.dim)], width),)


class PaletteModal(ModalScreen[str | None], inherit_bindings=False):
    """Returns the name of the chosen action; for a person the one that shows their profile."""

    DEFAULT_CSS = """
    PaletteModal { align: center top; background: $background 60%; }
    PaletteModal Vertical { width: 60; max-width: 96%; height: 80%; margin-top: 2; background: $panel; }
    PaletteModal Input { border: none; height: 1; margin: 1; background: $background; }
    """

    def __init__(self, keys: Sequence[Key], level: str, find_people: FindPeople) -> None:
        super().__init__()
        self._find_people = find_people
        self._keys = [key for key in keys if key.works_on(level) and key.action != "open_palette"]
        self._rows = RowList[Key | Person](_draw, empty=_("Nothing is called that."))

    def compose(self) -> ComposeResult:
        """A line to type in, and what fits."""
        with Vertical():
            field = Input(placeholder=_("What would you like to do? @ finds people"), compact=True)
            field.cursor_blink = False
            yield field
            yield self._rows

    def on_mount(self) -> None:
        """Everything, until one types."""
        self._rows.set_items(self._keys)
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Only what holds every word typed, or who is called like that."""
        if event.value.startswith("@"):
            self.run_worker(self._show_people(event.value), exclusive=True)
            return
        self.workers.cancel_node(self)
        words = event.value.lower().split()
        self._rows.set_items([k for k in self._keys if all(w in _(k.label).lower() for w in words)])

    async def _show_people(self, typed: str) -> None:
        people = await self._find_people(typed)
        if self.query_one(Input).value == typed:
            self._rows.set_items(people)

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
        """Do it; a handle that was typed faster than it was found is taken as it is."""
        current = self._rows.current
        typed = self.query_one(Input).value
        if isinstance(current, Person):
            self.dismiss(f"go profile {current.handle}")
        elif typed.startswith("@") and len(typed) > 1:
            self.dismiss(f"go profile {typed.removeprefix('@')}")
        else:
            self.dismiss(current.action if current is not None else None)

    def on_row_list_chosen(self) -> None:
        """Clicked."""
        self.on_input_submitted()
