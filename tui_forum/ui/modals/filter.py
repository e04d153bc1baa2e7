"""What a queue shows: a line for each thing that one can ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_forum.domain.moderation import CaseCategory, CaseFilter, CaseSort, CaseState, Claimed
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _
from tui_forum.ui.casewords import CATEGORIES, CLAIMED, SORTS, STATES
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns

FIELDS: Final[Mapping[str, str]] = {
    "state": N_("State"),
    "community_id": N_("Community"),
    "category": N_("Category"),
    "claimed": N_("On it now"),
    "assigned_to_me": N_("Only mine"),
    "forwarded": N_("Only forwarded"),
    "overdue": N_("Only overdue"),
    "sort": N_("Order"),
}


class FilterModal(ModalScreen["CaseFilter | None"], inherit_bindings=False):
    """Space or the arrows change a line; Enter applies."""

    DEFAULT_CSS = """
    FilterModal { align: center middle; background: $background 60%; }
    FilterModal Vertical { width: 64; max-width: 96%; height: auto; padding: 1 2; background: $panel; }
    FilterModal Static { height: auto; color: $foreground; }
    FilterModal RowList { margin: 1 0; }
    """

    def __init__(self, wanted: CaseFilter, places: Mapping[int, str]) -> None:
        """``places`` are the communities to choose from, by id."""
        super().__init__()
        self._wanted = wanted
        self._places = places
        self._rows = RowList[str](self._draw)
        self._rows.styles.height = len(FIELDS)

    def _values(self, field: str) -> Sequence[tuple[Any, str]]:
        """What a line may say, in the order in which it changes."""
        if field == "state":
            states = (CaseState.OPEN, CaseState.DECIDED, None)
            return [(state, _(STATES[state])) for state in states]
        if field == "community_id":
            return [(None, _("all")), *self._places.items()]
        if field == "category":
            return [(None, _("all")), *((one, _(CATEGORIES[one])) for one in CaseCategory)]
        if field == "claimed":
            return [(one, _(CLAIMED[one])) for one in Claimed]
        if field == "sort":
            return [(one, _(SORTS[one])) for one in CaseSort]
        return [(False, _("no")), (True, _("yes"))]

    def _draw(self, field: str, width: int, skin: Skin) -> Lines:
        value = getattr(self._wanted, field)
        name = next((name for one, name in self._values(field) if one == value), "?")
        return (
            columns(Cell(f" {_(FIELDS[field])}"), [Cell(f"‹ {display_line(name)} › ", skin.accent)], width),
        )

    def compose(self) -> ComposeResult:
        """The lines and the keys."""
        with Vertical():
            yield Static(_("What the queue shows"), markup=False)
            yield self._rows
            yield Static(_("←→ change   Enter apply   0 all open cases   Esc never mind"), markup=False)

    def on_mount(self) -> None:
        """All lines."""
        self._rows.set_items(list(FIELDS))
        self._rows.focus()

    def on_key(self, event: events.Key) -> None:
        """Move, change, apply or leave."""
        event.stop()
        if event.key in {"down", "j", "tab"}:
            self._rows.move(1)
        elif event.key in {"up", "k", "shift+tab"}:
            self._rows.move(-1)
        elif event.key in {"right", "l", "space"}:
            self._change(1)
        elif event.key in {"left", "h"}:
            self._change(-1)
        elif event.key == "0":
            self._wanted = CaseFilter()
            self._rows.refresh()
        elif event.key == "enter":
            self.dismiss(self._wanted)
        elif event.key in {"escape", "q"}:
            self.dismiss(None)

    def _change(self, by: int) -> None:
        field = self._rows.current
        if field is None:
            return
        values = [value for value, _name in self._values(field)]
        now = values.index(getattr(self._wanted, field)) if getattr(self._wanted, field) in values else 0
        self._wanted = replace(self._wanted, **{field: values[(now + by) % len(values)]})
        self._rows.refresh()

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """A click changes."""
        message.stop()
        self._change(1)
