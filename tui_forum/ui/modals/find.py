"""One of many things, found by typing a part of its name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui_forum.domain.errors import ForumError
from tui_forum.domain.text import display_line
from tui_forum.i18n import _, explain
from tui_forum.ui.widgets.rows import Draw, RowList

Found = TypeVar("Found")


class FindModal(ModalScreen[Found | None], Generic[Found], inherit_bindings=False):
    """Returns the chosen one of what ``search`` gives for the words that are typed; Esc gives up."""

    DEFAULT_CSS = """
    FindModal { align: center top; background: $background 60%; }
    FindModal Vertical { width: 76; max-width: 96%; height: 80%; margin-top: 2; background: $panel; }
    FindModal Static { height: auto; padding: 1 1 0 1; color: $foreground; }
    FindModal Input { border: none; height: 1; margin: 1; background: $background; }
    """

    def __init__(
        self, title: str, search: Callable[[str], Awaitable[Sequence[Found]]], draw: Draw[Found]
    ) -> None:
        super().__init__()
        self._title_text = title
        self._search = search
        self._rows = RowList[Found](draw)

    def compose(self) -> ComposeResult:
        """The question, a line to type in, and what fits."""
        with Vertical():
            yield Static(display_line(self._title_text), markup=False)
            field = Input(placeholder=_("type a part of the name"), compact=True)
            field.cursor_blink = False
            yield field
            yield self._rows
            yield Static(_("↑ ↓ select   Enter choose   Esc never mind"), markup=False, id="keys")

    async def on_mount(self) -> None:
        """The first of all, until one types."""
        self.query_one(Input).focus()
        await self._find("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """What fits; an answer that comes late is for words that stand no longer there."""
        self.run_worker(self._find(event.value), name="find", exclusive=True)

    async def _find(self, words: str) -> None:
        try:
            found = await self._search(words)
        except ForumError as error:
            self._rows.empty = explain(error)
            found = ()
        else:
            self._rows.empty = _("Nothing is called that.")
        self._rows.set_items(found)

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
        """Take the selected one; with nothing to take, go on."""
        if self._rows.current is not None:
            self.dismiss(self._rows.current)

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Clicked."""
        message.stop()
        self.on_input_submitted()
