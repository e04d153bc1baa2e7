"""A ballot."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_forum.domain.polls import OptionView, PollView
from tui_forum.domain.text import display_line, fit
from tui_forum.i18n import _
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.pollbars import mark_of
from tui_forum.ui.widgets.rows import Cell, Lines, RowList

#: The keys of the first ten answers; the rest is reached with the arrows.
DIGITS: Final = "1234567890"


class VoteModal(ModalScreen[frozenset[int] | None], inherit_bindings=False):
    """Returns the positions that were chosen (none takes a vote back); None when one gives up."""

    DEFAULT_CSS = """
    VoteModal { align: center middle; background: $background 60%; }
    VoteModal Vertical { width: 76; max-width: 96%; height: auto; padding: 1 2; background: $panel; }
    VoteModal Static { height: auto; color: $foreground; }
    VoteModal #whole { height: 3; margin-bottom: 1; color: $text-muted; }
    VoteModal RowList { margin: 1 0; }
    """

    def __init__(self, question: str, poll: PollView) -> None:
        super().__init__()
        self._question = question
        self._poll = poll
        self._chosen = set(poll.mine)
        self._rows = RowList[OptionView](self._draw)
        self._rows.styles.height = len(poll.options)

    def _draw(self, option: OptionView, width: int, skin: Skin) -> Lines:
        place = self._poll.options.index(option)
        key = DIGITS[place] if place < len(DIGITS) else " "
        mark = mark_of(self._poll, chosen=option.position in self._chosen)
        text = fit(f"{key}  {mark} {display_line(option.text)}", width - 1)
        return ([Cell(text, skin.strong) if option.position in self._chosen else Cell(text)],)

    def compose(self) -> ComposeResult:
        """The question, the answers, the selected one in full, the keys."""
        how = _("You may choose several answers.") if self._poll.multiple else _("You may choose one answer.")
        with Vertical():
            yield Static(f"{display_line(self._question)}\n{how}", markup=False)
            yield self._rows
            if any(len(option.text) > 60 for option in self._poll.options):
                yield Static("", id="whole", markup=False)
            keys = _("1–{last} or Space choose   Enter vote   Esc never mind")
            yield Static(keys.format(last=min(9, len(self._poll.options))), markup=False)

    def on_mount(self) -> None:
        """The cursor stands on one's own choice."""
        mine = min(self._chosen, default=0)
        self._rows.set_items(self._poll.options, keep=lambda option: option.position == mine)
        self._rows.focus()
        self._show_whole()

    def _show_whole(self) -> None:
        """An answer that is cut in its line, in full."""
        for whole in self.query("#whole").results(Static):
            current = self._rows.current
            whole.update(display_line(current.text) if current is not None else "")

    def _toggle(self, option: OptionView | None) -> None:
        if option is None:
            return
        if self._poll.multiple:
            self._chosen ^= {option.position}
        else:
            self._chosen = set() if option.position in self._chosen else {option.position}
        self._rows.refresh()

    def on_key(self, event: events.Key) -> None:
        """A digit or Space chooses, Enter sends."""
        event.stop()
        key = event.key
        if key in {"escape", "q"}:
            self.dismiss(None)
        elif key == "enter":
            self.dismiss(frozenset(self._chosen))
        elif key in {"down", "j"}:
            self._rows.move(1)
        elif key in {"up", "k"}:
            self._rows.move(-1)
        elif key == "space":
            self._toggle(self._rows.current)
        elif key in DIGITS and DIGITS.index(key) < len(self._poll.options):
            self._rows.select(DIGITS.index(key))
            self._toggle(self._poll.options[DIGITS.index(key)])

    def on_row_list_moved(self, message: RowList.Moved) -> None:
        """Another answer is selected."""
        message.stop()
        self._show_whole()

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """A click on the selected answer chooses it."""
        message.stop()
        self._toggle(self._rows.current)
