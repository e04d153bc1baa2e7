"""A decision: why, and where it applies how long, and what becomes of the posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui_forum.domain.limits import REASON_MAX_CHARS
from tui_forum.domain.moderation import DecisionKind
from tui_forum.domain.reasons import PreparedText, fill
from tui_forum.domain.text import display_line, display_text
from tui_forum.i18n import N_, _, format_date, language
from tui_forum.ui.widgets.form import Choice

#: How long silence and suspension may hold, and what that is called.
TIMES: Final = (
    ("1", N_("a day")),
    ("3", N_("3 days")),
    ("7", N_("a week")),
    ("30", N_("30 days")),
    ("", N_("for good")),
)
_TIMED: Final = (DecisionKind.SILENCE, DecisionKind.SUSPEND, DecisionKind.REMOVE_MEMBER)
_AGAINST: Final = (DecisionKind.WARN, *_TIMED)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the reason by language (``domain.moderation.Ruling``), and the choices."""

    reason: Mapping[str, str]
    until: datetime | None = None
    remove: bool = False
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the kind, in words what will happen, warnings, lines of a change.

    ``values`` fill the prepared texts (None: there are several cases, they stay as they are);
    ``suggested`` is the place of the one that stands in the line to begin with;
    ``posts`` tells whether there are any to take away, ``site`` whether it may hold everywhere.
    """

    kind: DecisionKind
    title: str
    warnings: Sequence[str] = ()
    change: str = ""
    prepared: Sequence[PreparedText] = ()
    values: Mapping[str, str] | None = None
    suggested: int | None = None
    posts: bool = True
    site: bool = False


class DecideModal(ModalScreen["Answer | None"], inherit_bindings=False):
    """The line holds the reason that fits, or one that a digit chooses; Enter decides; Tab goes on."""

    DEFAULT_CSS = """
    DecideModal { align: center middle; background: $background 60%; }
    DecideModal > Vertical { width: 76; max-width: 96%; height: auto; max-height: 96%; padding: 1 2;
        background: $panel; }
    DecideModal Static { height: auto; color: $foreground; }
    DecideModal VerticalScroll { height: auto; max-height: 8; margin-bottom: 1; background: $background; }
    DecideModal Input { margin: 1 0; border: none; height: 1; background: $background; }
    DecideModal Choice:focus { text-style: bold reverse; }
    DecideModal .-keys { margin-top: 1; }
    """

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question
        self._spoken = language()
        self._time = "" if question.kind not in _TIMED else self._usual
        self._texts = self._shown()

    def _shown(self) -> list[str]:
        """The prepared texts, filled as far as it is known now."""
        spoken = [text.in_language(self._spoken) for text in self._question.prepared]
        values = self._question.values
        if values is None:
            return spoken
        until = format_date(self._until) if self._until is not None else _("further notice")
        return [fill(text, {**values, "until": until}) for text in spoken]

    @property
    def _usual(self) -> str:
        """How long it holds unless another time is chosen."""
        return "" if self._question.kind is DecisionKind.REMOVE_MEMBER else "7"

    @property
    def _until(self) -> datetime | None:
        return datetime.now(UTC) + timedelta(days=int(self._time)) if self._time else None

    def _listed(self) -> str:
        return "\n".join(f" {number}  {display_line(text)}" for number, text in enumerate(self._texts, 1))

    def compose(self) -> ComposeResult:
        """What happens, the prepared reasons, a line to type in, the choices, the keys."""
        asked = self._question
        head = [display_line(asked.title), *(f"! {display_line(warning)}" for warning in asked.warnings), ""]
        with Vertical():
            yield Static("\n".join(head), markup=False)
            if asked.change:
                with VerticalScroll(can_focus=False):
                    yield Static(display_text(asked.change), markup=False)
            yield Static(self._listed(), id="prepared", markup=False)
            begun = self._texts[asked.suggested] if asked.suggested is not None else ""
            field = Input(
                begun, placeholder=_("or in your own words"), max_length=REASON_MAX_CHARS, compact=True
            )
            field.cursor_blink = False
            yield field
            yield from self._choices()
            more = _("Tab next   Space change   ") if self._has_choices else ""
            keys = _("1–9 choose   Enter send   Esc never mind")
            yield Static(more + keys, classes="-keys", markup=False)

    @property
    def _has_choices(self) -> bool:
        return self._question.kind in _AGAINST

    def _choices(self) -> list[Choice]:
        asked = self._question
        found = []
        if asked.kind in _TIMED:
            found.append(Choice([(days, _(name)) for days, name in TIMES], self._usual, id="time"))
        if asked.kind in _AGAINST and asked.posts:
            stay = "" if asked.kind is DecisionKind.WARN else "go"
            found.append(
                Choice([("", _("the posts stay")), ("go", _("the posts go, too"))], stay, id="posts")
            )
        if asked.kind in _AGAINST and asked.site and asked.kind is not DecisionKind.REMOVE_MEMBER:
            found.append(Choice([("", _("in this community")), ("all", _("everywhere"))], "", id="where"))
        return found

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Input).focus()

    def on_key(self, event: events.Key) -> None:
        """Give up, or go to the next choice."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key in {"tab", "down"}:
            event.stop()
            self.focus_next()
        elif event.key in {"shift+tab", "up"}:
            event.stop()
            self.focus_previous()
        elif event.key == "enter" and not isinstance(self.focused, Input):
            event.stop()
            self._send(self.query_one(Input).value)
        elif event.key.isdecimal() and not isinstance(self.focused, Input):
            event.stop()
            self._take(int(event.key))

    def on_input_changed(self, event: Input.Changed) -> None:
        """A single digit is a choice; it is sent by Enter, so that a slip decides nothing."""
        if len(event.value) == 1 and event.value.isdecimal():
            self._take(int(event.value))

    def _take(self, number: int) -> None:
        """A prepared text comes into the line."""
        if 1 <= number <= len(self._texts):
            field = self.query_one(Input)
            field.value = self._texts[number - 1]
            field.cursor_position = len(field.value)

    def on_choice_changed(self, message: Choice.Changed) -> None:
        """Another time: the texts that name it say so, also the one that was chosen."""
        message.stop()
        field, before = self.query_one(Input), self._texts
        chosen = before.index(field.value) if field.value in before else None
        self._time = self._chosen("time")
        self._texts = self._shown()
        self.query_one("#prepared", Static).update(self._listed())
        if chosen is not None:
            field.value = self._texts[chosen]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Decide; an empty line decides nothing, and says so."""
        self._send(event.value)

    def _send(self, value: str) -> None:
        reason = value.strip()
        if not reason:
            self.query_one(".-keys", Static).update(
                _("Why? A digit takes a prepared text, or write your own.")
            )
            return
        texts = {"": reason}
        if reason in self._texts:  # unchanged: everybody reads it in their own language
            texts = dict(self._question.prepared[self._texts.index(reason)].texts)
        self.dismiss(
            Answer(
                texts,
                until=self._until,
                remove=self._chosen("posts") == "go",
                everywhere=self._chosen("where") == "all",
            )
        )

    def _chosen(self, name: str) -> str:
        found = self.query(f"#{name}").results(Choice)
        return next((choice.value for choice in found), "")
