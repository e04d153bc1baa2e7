"""What screens with a form share: fields one beneath the other, each with room for what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from tui_forum.domain.errors import ForumError, InvalidInputError
from tui_forum.i18n import N_, _, explain
from tui_forum.ui.keys import Key
from tui_forum.ui.screen import ForumScreen, dialog
from tui_forum.ui.widgets.bars import Footer, StatusBar
from tui_forum.ui.widgets.form import Choice, Label
from tui_forum.ui.widgets.rulelines import RuleLines

Result = TypeVar("Result")

FORM_KEYS: Final = (
    Key(("ctrl+s",), "send", N_("save"), hint=True),
    Key(("tab", "enter", "down"), "next_field", N_("next field"), hint=True),
    Key(("shift+tab", "up"), "field_before", N_("field before")),
    Key(("escape",), "leave_form", N_("leave"), hint=True),
)
_TEXT_KEYS: Final = frozenset({"enter", "up", "down"})


@dataclass(frozen=True, slots=True)
class Field:
    """``name`` is what errors call it; ``label`` says what it wants.

    ``section`` is a heading above it; ``note`` stands beneath it and may change (``show_note``).
    """

    name: str
    label: str
    widget: Input | TextArea | Choice | RuleLines
    section: str = ""
    note: str | None = None

    @property
    def value(self) -> str:
        """What stands in it."""
        return self.widget.text if isinstance(self.widget, TextArea) else self.widget.value

    def put(self, value: str) -> None:
        """Let something else stand in it; nobody is told."""
        if isinstance(self.widget, TextArea):
            self.widget.load_text(value)
        elif isinstance(self.widget, Choice):
            self.widget.choose(value)
        elif isinstance(self.widget, RuleLines):
            self.widget.put(value)
        else:
            self.widget.value = value


def lines_field(value: str, *, height: int = 3) -> TextArea:
    """Several lines to type in, without blinking; Tab leaves it."""
    field = TextArea(value, soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
    field.cursor_blink = False
    field.styles.height = height
    field.move_cursor(field.document.end)
    return field


class FormScreen(ForumScreen[Result | None]):
    """A form; dismisses with what ``send`` returns, or None when one leaves.

    Subclasses give ``make_fields`` and ``send``, and may check a field when one leaves it
    (``problem_of``; ``problem_found`` where a service knows). What was typed stays whatever goes
    wrong; leaving asks when it would be lost.
    """

    DEFAULT_CSS = """
    FormScreen #sheet { height: 1fr; }
    FormScreen #form { width: 1fr; height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    FormScreen .section { height: auto; margin-top: 1; text-style: bold; color: $secondary; }
    FormScreen .note { height: auto; padding: 0 2; color: $text-muted; }
    FormScreen Label { height: auto; color: $text-muted; }
    FormScreen Label.-wrong { color: $text-error; text-style: bold; }
    FormScreen Input, FormScreen Choice, FormScreen TextArea {
        border: none; height: 1; padding: 0; background: $surface; }
    FormScreen Input:focus, FormScreen Choice:focus, FormScreen TextArea:focus {
        border: none; background: $panel; }
    """
    FORM_KEYS: ClassVar[tuple[Key, ...]] = FORM_KEYS
    #: Whether one may go on from a field in which something is wrong, and mend it later.
    LENIENT: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.fields: tuple[Field, ...] = ()
        self._labels: dict[str, Label] = {}
        self._notes: dict[str, Static] = {}
        self._before: dict[str, str] = {}
        self._seen: dict[str, str] = {}
        self._sending = False

    # -- for subclasses

    def make_fields(self) -> Sequence[Field]:
        """The fields, from top to bottom."""
        raise NotImplementedError

    async def send(self, values: dict[str, str]) -> Result | None:
        """Do what the form is for; None leaves the form as it is.

        Raises:
            InvalidInputError: ``field`` is told and gone to. ForumError: said in the footer.
        """
        raise NotImplementedError

    def problem_of(self, field: Field) -> str:  # noqa: ARG002 - for those who can say at once
        """What is wrong with a field, as a sentence; empty when nothing is."""
        return ""

    async def problem_found(self, field: Field) -> str:  # noqa: ARG002 - for those who must ask first
        """As :meth:`problem_of`, where a service knows; asked when that finds nothing."""
        return ""

    def typed(self) -> None:
        """Called when something was typed."""

    def aside(self) -> Sequence[Widget]:
        """What stands beside the fields."""
        return ()

    # -- layout

    def keymap(self) -> tuple[Key, ...]:
        """Only its own: letters are text here, and in several lines so are Enter and the arrows."""
        keys = (*self.KEYS, *self.FORM_KEYS)
        if not isinstance(self.focused, TextArea):
            return keys
        return tuple(
            replace(key, keys=tuple(name for name in key.keys if name not in _TEXT_KEYS)) for key in keys
        )

    def compose(self) -> ComposeResult:
        """Labels and fields."""
        self.fields = tuple(self.make_fields())
        yield StatusBar()
        with Horizontal(id="sheet"):
            with VerticalScroll(id="form", can_focus=False):
                for field in self.fields:
                    yield from self._parts(field)
            yield from self.aside()
        yield Footer()

    def _parts(self, field: Field) -> ComposeResult:
        if field.section:
            yield Static(field.section, classes="section", markup=False)
        label = self._labels[field.name] = Label(id=f"label-{field.name}")
        label.say(field.label)
        yield label
        yield field.widget
        if field.note is not None:
            note = self._notes[field.name] = Static(field.note, classes="note", markup=False)
            note.display = bool(field.note)
            yield note

    async def on_mount(self) -> None:
        """Begin with the first field."""
        self._before = self._seen = self.values
        self._go_to(self.fields[0])
        await super().on_mount()

    @property
    def values(self) -> dict[str, str]:
        """What stands in the fields."""
        return {field.name: field.value for field in self.fields}

    def label(self, name: str) -> Label:
        """The label of a field."""
        return self._labels[name]

    def field(self, name: str) -> Field:
        """A field by its name."""
        return next(field for field in self.fields if field.name == name)

    @property
    def shown(self) -> list[Field]:
        """The fields that this form asks for."""
        return [field for field in self.fields if field.widget.display]

    @property
    def here(self) -> Field:
        """The field that one is in."""
        return self.shown[self._place()]

    def show_field(self, name: str, *, shown: bool) -> None:
        """Show or hide a field with all that belongs to it; one that is hidden is passed over."""
        self.field(name).widget.display = self._labels[name].display = shown
        if name in self._notes:
            self._notes[name].display = shown

    def show_note(self, name: str, text: str) -> None:
        """Say something else beneath a field."""
        self._notes[name].update(text)
        self._notes[name].display = bool(text) and self.field(name).widget.display

    def fill(self, values: Mapping[str, str]) -> None:
        """Put texts into fields, by their names; that is not typing."""
        for field in self.fields:
            if field.name in values:
                field.put(values[field.name])
        self._seen = self.values

    # -- moving

    def on_input_changed(self, message: Input.Changed) -> None:
        """What was wrong is being mended."""
        self._mended(message.input)

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        """What was wrong is being mended."""
        self._mended(message.text_area)

    def on_rule_lines_changed(self, message: RuleLines.Changed) -> None:
        """What was wrong is being mended."""
        message.stop()
        self._mended(message.lines)

    def _mended(self, widget: Widget) -> None:
        if self.values == self._seen:
            return  # it was filled in, not typed
        self._seen = self.values
        for field in self.fields:
            if field.widget is widget:
                self._labels[field.name].complain("")
        self.footer.show_keys(self.hints())
        self.typed()

    def _place(self) -> int:
        around = self.focused.ancestors_with_self if self.focused is not None else ()
        return next((i for i, field in enumerate(self.shown) if field.widget in around), 0)

    async def action_next_field(self) -> None:
        """On, unless something is wrong here and has to be mended; from the last field, to the first."""
        place, fields = self._place(), self.shown
        if await self._check(fields[place]) or self.LENIENT:
            self._go_to(fields[(place + 1) % len(fields)])

    def action_field_before(self) -> None:
        """Back."""
        self._go_to(self.shown[max(0, self._place() - 1)], backwards=True)

    def _go_to(self, field: Field, *, backwards: bool = False) -> None:
        if isinstance(field.widget, RuleLines):
            field.widget.enter(backwards=backwards)
        else:
            field.widget.focus()
        self.call_after_refresh(self._reveal, field)  # what is wrong may just have made a label higher

    def _reveal(self, field: Field) -> None:
        focused = self.focused
        inside = focused is not None and field.widget in focused.ancestors_with_self
        # What matters most comes last: in a low window there is not room for all of it.
        for part in (
            self._notes.get(field.name),
            self._labels[field.name],
            focused if inside else field.widget,
        ):
            if part is not None and part.display:
                part.scroll_visible(animate=False, immediate=True)

    async def _check(self, field: Field) -> bool:
        problem = self.problem_of(field) or await self.problem_found(field)
        self._labels[field.name].complain(problem)
        return not problem

    # -- sending and leaving

    def action_send(self) -> None:
        """Send, once at a time."""
        if not self._sending:
            self._sending = True
            self._send()

    @work
    async def _send(self) -> None:
        try:
            for field in self.shown:
                if not await self._check(field):
                    self._go_to(field)
                    return
            result = await self.send(self.values)
            if result is not None:
                self.dismiss(result)
        except InvalidInputError as error:
            self.point_out(error)
        except ForumError as error:
            self.say(explain(error), error=True)
        finally:
            self._sending = False

    def point_out(self, error: InvalidInputError) -> None:
        """Say at its field what is wrong, and go there."""
        for field in self.shown:
            if field.name == error.field:
                self._labels[field.name].complain(explain(error))
                self._go_to(field)
                return
        self.say(explain(error), error=True)

    @dialog
    async def action_leave_form(self) -> None:
        """Leave; asks when something typed would be lost."""
        if self.values == self._before or await self.forum_app.confirm(_("Leave without saving?")):
            self.dismiss(None)
