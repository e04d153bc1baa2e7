"""What screens share that find things while one types: a line, and what fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from tui_forum.i18n import N_, _
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen

#: Results follow typing after this pause, seconds.
PAUSE: Final = 0.15
TYPING_KEYS: Final = (
    Key(("enter", "down", "tab"), "results", N_("to the results"), hint=True),
    Key(("escape",), "close", N_("back"), hint=True),
)


class FindScreen(ListScreen[None]):
    """A line to type in, and a list; subclasses give ``PLACEHOLDER``, ``rows`` and ``find``."""

    PLACEHOLDER: ClassVar[str] = ""
    DEFAULT_CSS = "FindScreen Input { border: none; height: 1; padding: 0 1; }"

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self.field = Input(words, placeholder=_(self.PLACEHOLDER), compact=True, select_on_focus=False)
        self.field.cursor_blink = False
        self._given = bool(words)
        self._timer: Timer | None = None

    async def find(self, words: str) -> Sequence[Any] | None:
        """What fits; None when that cannot be told (and was said)."""
        raise NotImplementedError

    def body(self) -> Sequence[Widget]:
        """The line and the list."""
        return (self.field, self.rows)

    async def on_mount(self) -> None:
        """Type at once, unless the words were given."""
        self.field.focus()
        await super().on_mount()
        if self._given:
            await self.action_results()

    def on_input_changed(self) -> None:
        """Search when typing pauses."""
        if self._timer is None:
            self._timer = self.set_timer(PAUSE, self._search)

    async def _search(self) -> None:
        self._timer = None
        found = await self.find(self.field.value)
        if found is not None:
            self.rows.set_items(found)

    @property
    def typing(self) -> bool:
        """Whether letters are text now."""
        return self.focused is self.field

    def keymap(self) -> tuple[Key, ...]:
        """While typing, only what leads out of the line."""
        return TYPING_KEYS if self.typing else super().keymap()

    def on_descendant_focus(self) -> None:
        """Other keys work now."""
        self.refresh_bars()

    async def action_results(self) -> None:
        """On to the results."""
        await self._search()
        if self.rows.items:
            self.rows.focus()

    def action_type(self) -> None:
        """Back to the words."""
        self.field.focus()
