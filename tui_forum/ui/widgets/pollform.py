"""The parts of a poll as one types them: answers, how one may vote, and until when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.limits import OPTIONS_MAX
from tui_forum.domain.polls import OptionView, PollPlan, PollView, read_closing, read_options
from tui_forum.domain.text import display_line
from tui_forum.i18n import _, explain, format_datetime, format_until, zone
from tui_forum.ui.widgets.form import Choice, line_field

#: Far more than a poll may hold, so that what is too much can be seen and cut by who typed it.
OPTIONS_TEXT_MAX: Final = 10_000


class PollForm(Vertical):
    """Under the title of a thread that is a poll."""

    DEFAULT_CSS = """
    PollForm { height: auto; }
    PollForm TextArea { height: auto; min-height: 3; max-height: 6; border: none; padding: 0 1;
        background: $surface; }
    PollForm Horizontal { height: 1; padding: 0 1; }
    PollForm Choice { width: auto; height: 1; margin-right: 4; }
    PollForm Choice:focus { color: $accent; text-style: bold; }
    PollForm #closes-label { width: auto; height: 1; margin-right: 1; }
    PollForm Input { width: 40; height: 1; border: none; padding: 0; background: $surface; }
    PollForm #until { height: auto; max-height: 2; padding: 0 1; color: $text-muted; }
    PollForm #until.-wrong { color: $error; text-style: bold; }
    """

    class Changed(Message):
        """Something was typed or chosen."""

    class Left(Message):
        """Tab went past the last field, or before the first."""

        def __init__(self, *, forwards: bool) -> None:
            super().__init__()
            self.forwards = forwards

    def __init__(self) -> None:
        super().__init__()
        self.options = TextArea(
            "",
            soft_wrap=True,
            tab_behavior="focus",
            placeholder=_("Answers to choose from, one on each line"),
        )
        self.options.cursor_blink = False
        self.multiple = Choice(
            (("one", _("one answer")), ("several", _("several answers"))), "one", id="multiple"
        )
        self.anonymous = Choice(
            (("named", _("with names")), ("anonymous", _("anonymous"))),
            "named",
            id="anonymous",
        )
        self.closes = line_field(id="closes", max_length=60)

    def compose(self) -> ComposeResult:
        """Answers; one or several, and who sees it; the end."""
        yield self.options
        with Horizontal():
            yield self.multiple
            yield self.anonymous
        with Horizontal():
            yield Static(_("Closes:"), id="closes-label", markup=False)
            yield self.closes
        yield Static("", id="until", markup=False)

    def on_mount(self) -> None:
        """Say what an empty field means."""
        self._show_until()

    # -- values

    @property
    def values(self) -> dict[str, object]:
        """What stands in the fields, as a draft keeps it."""
        return {
            "options": self.options.text[:OPTIONS_TEXT_MAX],
            "multiple": self.multiple.value == "several",
            "anonymous": self.anonymous.value == "anonymous",
            "closes": self.closes.value,
        }

    @property
    def written(self) -> bool:
        """Whether anything was typed."""
        return bool(self.options.text.strip() or self.closes.value.strip())

    def restore(self, values: Mapping[str, Any]) -> None:
        """Put back what a draft has kept."""
        self.options.load_text(str(values.get("options", ""))[:OPTIONS_TEXT_MAX])
        self.closes.value = str(values.get("closes", ""))
        self.multiple.choose("several" if values.get("multiple") is True else "one")
        self.anonymous.choose("anonymous" if values.get("anonymous") is True else "named")

    def rewrite(self, change: Callable[[str], str]) -> None:
        """Change the answers as they are typed."""
        if (text := change(self.options.text)) != self.options.text:
            self.options.load_text(text)

    def look(self) -> PollView:
        """How the poll will look before anybody has voted, as far as it is typed."""
        try:
            closes_at = read_closing(self.closes.value, datetime.now(UTC), zone())
        except InvalidInputError:
            closes_at = None
        return PollView(
            tuple(
                OptionView(place, text, 0, mine=False)
                for place, text in enumerate(read_options(self.options.text)[:OPTIONS_MAX], 1)
            ),
            0,
            multiple=self.multiple.value == "several",
            anonymous=self.anonymous.value == "anonymous",
            closes_at=closes_at,
        )

    def plan(self) -> PollPlan:
        """The poll that is to be held.

        Raises:
            InvalidInputError: ``field`` is ``options`` or ``closes``.
        """
        now = datetime.now(UTC)
        plan = PollPlan(
            read_options(self.options.text),
            multiple=self.multiple.value == "several",
            anonymous=self.anonymous.value == "anonymous",
            closes_at=read_closing(self.closes.value, now, zone()),
        )
        return plan.check(now)

    # -- moving in it

    @property
    def _fields(self) -> tuple[Widget, ...]:
        return self.options, self.multiple, self.anonymous, self.closes

    def focus_field(self, name: str) -> None:
        """Go to a field: ``options``, ``closes``, or the ``last`` one."""
        (self.closes if name in {"closes", "last"} else self.options).focus()

    def on_key(self, event: events.Key) -> None:
        """Tab and Shift-Tab go from field to field and out of the form; Enter goes on."""
        focused = self.screen.focused
        place = self._fields.index(focused) if focused in self._fields else 0
        down = event.key in {"tab", "down", "enter"} and (event.key == "tab" or place > 0)
        up = event.key == "shift+tab" or (event.key == "up" and place > 0)
        if not down and not up:
            return
        event.stop()
        event.prevent_default()
        place += 1 if down else -1
        if 0 <= place < len(self._fields):
            self._fields[place].focus()
        else:
            self.post_message(self.Left(forwards=down))

    @on(TextArea.Changed)
    @on(Choice.Changed)
    @on(Input.Changed)
    def _changed(self, message: Message) -> None:
        message.stop()
        self._show_until()
        self.post_message(self.Changed())

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()

    def _show_until(self) -> None:
        """What the closing time means, or what is wrong with it."""
        for label in self.query("#until").results(Static):
            now = datetime.now(UTC)
            try:
                moment = read_closing(self.closes.value, now, zone())
            except InvalidInputError as error:
                label.update(f"! {display_line(explain(error))}")
                label.set_class(True, "-wrong")
                continue
            label.set_class(False, "-wrong")
            if moment is None:
                label.update(_("Empty: never. Otherwise 2026-03-12 14:00, tomorrow 18:00 or 3 days."))
            else:
                label.update(f"{format_datetime(moment)} · {format_until(moment, now)}")
