"""What a list shows: a line for each thing that one can ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Generic, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_forum.domain.text import display_line
from tui_forum.i18n import _
from tui_forum.ui.modals.pick import Choice, PickModal
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns

W = TypeVar("W")

#: Of more values than this, one is picked from a list.
FEW: Final = 9


class FilterLines(ModalScreen["W | None"], Generic[W], inherit_bindings=False):
    """Space or the arrows change a line; Enter applies. Subclasses say what the lines are.

    ``fields`` are names of the filter (a frozen dataclass) with what they are called.
    """

    DEFAULT_CSS = """
    FilterLines { align: center middle; background: $background 60%; }
    FilterLines Vertical { width: 64; max-width: 96%; height: auto; padding: 1 2; background: $panel; }
    FilterLines Static { height: auto; color: $foreground; }
    FilterLines RowList { margin: 1 0; }
    """

    def __init__(self, title: str, keys: str, fields: Mapping[str, str], wanted: W, everything: W) -> None:
        """``everything`` is the filter that ``0`` goes back to; ``keys`` says so."""
        super().__init__()
        self._title_text = title
        self._keys = keys
        self._fields = fields
        self.wanted = wanted
        self._everything = everything
        self._rows = RowList[str](self._draw)
        self._rows.styles.height = len(fields)

    def values(self, field: str) -> Sequence[tuple[Any, str]]:
        """What a line may say, in the order in which it changes; nothing when it is typed."""
        raise NotImplementedError

    def named(self, field: str) -> str:
        """What a line says."""
        value = getattr(self.wanted, field)
        return next((name for one, name in self.values(field) if one == value), "?")

    async def type_in(self, field: str) -> None:
        """Ask for what is typed on a line that has no values."""

    def _draw(self, field: str, width: int, skin: Skin) -> Lines:
        name = display_line(self.named(field))
        shown = f"‹ {name} › " if 0 < len(self.values(field)) <= FEW else f"{name} … "
        return (columns(Cell(f" {_(self._fields[field])}"), [Cell(shown, skin.accent)], width),)

    def compose(self) -> ComposeResult:
        """The lines and the keys."""
        with Vertical():
            yield Static(self._title_text, markup=False)
            yield self._rows
            yield Static(self._keys, markup=False)

    def on_mount(self) -> None:
        """All lines."""
        self._rows.set_items(list(self._fields))
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
            self.take(self._everything)
        elif event.key == "enter":
            self.dismiss(self.wanted)
        elif event.key in {"escape", "q"}:
            self.dismiss(None)

    def take(self, wanted: W) -> None:
        """Show another filter."""
        self.wanted = wanted
        self._rows.refresh()

    def _change(self, by: int) -> None:
        field = self._rows.current
        if field is None:
            return
        values = [value for value, _name in self.values(field)]
        if not 0 < len(values) <= FEW:
            self.run_worker(self._pick(field) if values else self.type_in(field), name="ask")
            return
        present = getattr(self.wanted, field)
        now = values.index(present) if present in values else 0
        self._set(field, values[(now + by) % len(values)])

    async def _pick(self, field: str) -> None:
        values = self.values(field)
        present = [value for value, _name in values].index(getattr(self.wanted, field))
        modal = PickModal(_(self._fields[field]), [Choice(name) for _value, name in values], present)
        found = await self.app.push_screen(modal, wait_for_dismiss=True)
        if found is not None:
            self._set(field, values[found][0])

    def _set(self, field: str, value: Any) -> None:
        self.take(replace(cast("Any", self.wanted), **{field: value}))

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """A click changes."""
        message.stop()
        self._change(1)
