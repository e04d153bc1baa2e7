"""Restricting a thread or a community: what, how long, why; or ending what restricts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui_forum.domain.limits import REASON_MAX_CHARS
from tui_forum.domain.restrictions import MINUTES, Restriction, RestrictionKind
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, format_number
from tui_forum.ui.sanctionwords import KINDS, restriction_name
from tui_forum.ui.widgets.form import Choice, line_field

#: How long it may hold, in hours.
TIMES: Final = (
    ("1", N_("an hour")),
    ("6", N_("6 hours")),
    ("24", N_("a day")),
    ("168", N_("a week")),
    ("", N_("no end")),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was chosen: a restriction, or (``ends``, its id) the end of one."""

    kind: RestrictionKind = RestrictionKind.SLOW
    until: datetime | None = None
    seconds: int = 0
    reason: str = ""
    ends: int | None = None


class RestrictModal(ModalScreen["Wanted | None"], inherit_bindings=False):
    """Tab goes on, Space changes, Enter decides; a digit ends what runs."""

    DEFAULT_CSS = """
    RestrictModal { align: center middle; background: $background 60%; }
    RestrictModal Vertical { width: 78; max-width: 98%; height: auto; max-height: 96%; padding: 1 2;
        background: $panel; }
    RestrictModal Static { height: auto; color: $foreground; }
    RestrictModal Input { margin-top: 1; border: none; height: 1; background: $background; }
    RestrictModal Choice:focus { text-style: bold reverse; }
    RestrictModal .-keys, RestrictModal #wrong { margin-top: 1; }
    RestrictModal #wrong { color: $text-error; }
    """

    def __init__(self, title: str, running: Sequence[Restriction]) -> None:
        super().__init__()
        self._title_text = title
        self._there = list(running)[:9]

    def compose(self) -> ComposeResult:
        """What runs, the choices, a line for the reason, the keys."""
        with Vertical():
            yield Static(display_line(self._title_text), markup=False)
            if self._there:
                now = [
                    f" {number}  {display_line(restriction_name(one))} · {display_line(one.reason)}"
                    for number, one in enumerate(self._there, 1)
                ]
                yield Static("\n".join([_("Now (its number ends it):"), *now]), markup=False)
            yield Static("", markup=False)
            yield Choice([(kind.value, _(name)) for kind, name in KINDS.items()], "slow", id="kind")
            yield Choice([(str(n), self._pause(n)) for n in MINUTES], str(MINUTES[1]), id="pause")
            yield Choice([(hours, _(name)) for hours, name in TIMES], "24", id="time")
            field = line_field(id="reason", max_length=REASON_MAX_CHARS)
            field.placeholder = _("Why? Everybody reads it.")
            yield field
            wrong = Static("", id="wrong", markup=False)
            wrong.display = False
            yield wrong
            yield Static(
                _("Tab next   Space change   Enter send   Esc never mind"), classes="-keys", markup=False
            )

    @staticmethod
    def _pause(minutes: int) -> str:
        return _("every {n} min").format(n=format_number(minutes))

    def on_mount(self) -> None:
        """What comes first."""
        self.query_one("#kind", Choice).focus()

    def on_key(self, event: events.Key) -> None:
        """Give up, go on, send; a digit outside of the line ends what runs."""
        typing = isinstance(self.focused, Input)
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key in {"tab", "down"}:
            event.stop()
            self.focus_next()
        elif event.key in {"shift+tab", "up"}:
            event.stop()
            self.focus_previous()
        elif event.key == "enter" and not typing:
            event.stop()
            self._send()
        elif not typing and event.key.isdecimal() and 1 <= int(event.key) <= len(self._there):
            event.stop()
            self.dismiss(Wanted(ends=self._there[int(event.key) - 1].restriction_id))

    def on_choice_changed(self, message: Choice.Changed) -> None:
        """The pause is slow mode's only."""
        message.stop()
        self.query_one("#pause", Choice).display = self._chosen("kind") == RestrictionKind.SLOW.value

    def on_input_submitted(self) -> None:
        """Enter in the line."""
        self._send()

    def _chosen(self, name: str) -> str:
        return self.query_one(f"#{name}", Choice).value

    def _send(self) -> None:
        field = self.query_one("#reason", Input)
        if not field.value.strip():
            wrong = self.query_one("#wrong", Static)
            wrong.display = True
            wrong.update("! " + _("Please give a reason."))
            field.focus()
            return
        hours = self._chosen("time")
        self.dismiss(
            Wanted(
                RestrictionKind(self._chosen("kind")),
                datetime.now(UTC) + timedelta(hours=int(hours)) if hours else None,
                int(self._chosen("pause")) * 60,
                field.value.strip(),
            )
        )
