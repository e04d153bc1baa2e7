"""Asking somebody to host: who, until when, and what there is to know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from tui_forum.domain.hosting import NOTES_MAX_CHARS
from tui_forum.domain.text import display_line
from tui_forum.i18n import _
from tui_forum.ui.widgets.form import Label, line_field


class Asking(StrEnum):
    """What is asked for; it decides which fields there are."""

    COHOST = "cohost"
    HANDOVER = "handover"
    ADOPTION = "adoption"


@dataclass(frozen=True, slots=True)
class HostAsk:
    """What was typed. ``until`` is a date as it was written; ``problem`` what is wrong with ``field``."""

    asking: Asking
    handle: str = ""
    until: str = ""
    notes: str = ""
    field: str = ""
    problem: str = ""


class AskHostModal(ModalScreen[HostAsk], inherit_bindings=False):
    """Returns what was typed, with the problem :data:`GIVEN_UP` when one thinks better of it."""

    DEFAULT_CSS = """
    AskHostModal { align: center middle; background: $background 60%; }
    AskHostModal Vertical { width: 76; max-width: 96%; height: auto; max-height: 96%; padding: 1 2;
        background: $panel; }
    AskHostModal Static { height: auto; color: $foreground; }
    AskHostModal Label { margin-top: 1; color: $text-muted; }
    AskHostModal Label.-wrong { color: $accent; }
    AskHostModal Input { border: none; height: 1; background: $background; }
    AskHostModal TextArea, AskHostModal TextArea:focus {
        border: none; padding: 0; height: 5; background: $background; }
    AskHostModal #keys { margin-top: 1; }
    """

    def __init__(self, title: str, ask: HostAsk) -> None:
        super().__init__()
        self._title_text = title
        self._ask = ask
        self.handle = line_field(id="handle", value=ask.handle, max_length=80)
        self.until = line_field(id="until", value=ask.until, max_length=40)
        self.notes = TextArea(ask.notes, id="notes", soft_wrap=True, tab_behavior="focus")
        self.notes.cursor_blink = False

    def compose(self) -> ComposeResult:
        """The question, its fields, the keys."""
        asking = self._ask.asking
        with Vertical():
            yield Static(display_line(self._title_text), markup=False)
            if asking is not Asking.ADOPTION:
                yield Label(id="handle-label")
                yield self.handle
            if asking is Asking.HANDOVER:
                yield Label(id="ends_on-label")
                yield self.until
            yield Label(id="notes-label")
            yield self.notes
            yield Static(_("Tab next field   Ctrl-S ask   Esc never mind"), markup=False, id="keys")

    def on_mount(self) -> None:
        """Say what each field wants, and what is wrong with one; go there."""
        who = _("Whom? A handle; empty: all hosts, in their round")
        if self._ask.asking is Asking.HANDOVER:
            who = _("Who stands in for you? A handle")
        for field, label in (
            ("handle", who),
            ("ends_on", _("Until which day, that day included? For example 2026-08-31")),
            ("notes", _("What should they know? (Markdown; it may stay empty)")),
        ):
            for one in self.query(f"#{field}-label").results(Label):
                one.say(label)
                one.complain(self._ask.problem if self._ask.field == field else "")
        wrong = {"handle": self.handle, "ends_on": self.until, "notes": self.notes}.get(self._ask.field)
        first = self.notes if self._ask.asking is Asking.ADOPTION else self.handle
        (wrong or first).focus()

    def _typed(self) -> HostAsk:
        return replace(
            self._ask,
            handle=self.handle.value,
            until=self.until.value,
            notes=self.notes.text[: NOTES_MAX_CHARS + 1_000],
            field="",
            problem="",
        )

    def on_key(self, event: events.Key) -> None:
        """Send or give up; Tab goes on."""
        if event.key == "escape":
            event.stop()
            self.dismiss(replace(self._typed(), problem=GIVEN_UP))
        elif event.key in {"ctrl+s", "ctrl+d"}:
            event.stop()
            event.prevent_default()
            self.dismiss(self._typed())
        elif event.key in {"tab", "shift+tab"}:
            event.stop()
            event.prevent_default()
            (self.focus_next if event.key == "tab" else self.focus_previous)()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field."""
        event.stop()
        self.focus_next()


#: The problem of what is not sent after all, but kept for the next time.
GIVEN_UP = "given up"
