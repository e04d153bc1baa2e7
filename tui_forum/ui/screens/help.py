"""All keys of a screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.widget import Widget

from tui_forum.i18n import N_, _
from tui_forum.ui.keys import Key, shown
from tui_forum.ui.screen import ForumScreen
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList


def _draw(key: Key, width: int, skin: Skin) -> Lines:  # noqa: ARG001 - the lists' signature
    keys = ", ".join(map(shown, key.keys))
    return ([Cell(f" {keys:<24}", skin.accent), Cell(_(key.label))],)


class HelpScreen(ForumScreen[None]):
    """What every key does where one comes from."""

    TITLE_TEXT = N_("Keys")
    KEYS: ClassVar = (
        Key(("q", "escape", "question_mark", "enter"), "close", N_("back"), hint=True),
        Key(("j", "down"), "down", N_("down")),
        Key(("k", "up"), "up", N_("up")),
        Key(("pagedown", "space", "ctrl+d"), "page_down", N_("page down")),
        Key(("pageup", "ctrl+u"), "page_up", N_("page up")),
    )

    def __init__(self, keys: Sequence[Key], level: str) -> None:
        super().__init__()
        self._explained = [key for key in keys if key.works_on(level)]
        self.rows = RowList[Key](_draw)

    def keymap(self) -> tuple[Key, ...]:
        """Only its own keys: it is read, then left."""
        return self.KEYS

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    async def on_mount(self) -> None:
        """Show the keys."""
        self.rows.set_items(self._explained)
        self.rows.focus()
        await super().on_mount()

    def action_down(self) -> None:
        """One row."""
        self.rows.move(1)

    def action_up(self) -> None:
        """One row."""
        self.rows.move(-1)

    def action_page_down(self) -> None:
        """A page."""
        self.rows.move_page(1)

    def action_page_up(self) -> None:
        """A page."""
        self.rows.move_page(-1)
