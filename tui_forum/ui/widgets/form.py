"""Parts of a form: a labelled line with room for what is wrong with it, and a choice of a few."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.widgets import Input, Static

from tui_forum.domain.text import cell_width, display_line


class Choice(Static, can_focus=True):
    """One of a few values, changed with Space or the arrows; a click goes to the next."""

    class Changed(Message):
        """Another value was chosen."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    def __init__(self, values: Sequence[tuple[str, str]], value: str, *, id: str) -> None:  # noqa: A002
        """``values`` are pairs of value and the name shown, in that value's own words."""
        super().__init__("", id=id, markup=False)
        self._values = tuple(values)
        known = [one for one, _name in self._values]
        self._index = known.index(value) if value in known else 0
        self._show()

    @property
    def value(self) -> str:
        """The chosen value."""
        return self._values[self._index][0]

    def choose(self, value: str) -> None:
        """Choose a value that is one of them; nobody is told."""
        known = [one for one, _name in self._values]
        if value in known:
            self._index = known.index(value)
            self._show()

    def _show(self) -> None:
        """The values, a mark never parted from its words; as many on a line as it holds."""
        room, lines = self.content_size.width, [""]
        for index, (_value, name) in enumerate(self._values):
            one = f"({'•' if index == self._index else ' '}) {name}"
            longer = f"{lines[-1]}   {one}" if lines[-1] else one
            if lines[-1] and 0 < room < cell_width(longer):
                lines.append(one)
            else:
                lines[-1] = longer
        self.update("\n".join(lines))

    def on_resize(self) -> None:
        """Another width, other lines."""
        self._show()

    def step(self, by: int = 1) -> None:
        """Choose the next value, or the one before."""
        self._index = (self._index + by) % len(self._values)
        self._show()
        self.post_message(self.Changed(self.value))

    def on_key(self, event: events.Key) -> None:
        """Space and the arrows choose."""
        if event.key in {"space", "right", "left"}:
            event.stop()
            self.step(-1 if event.key == "left" else 1)

    def on_click(self) -> None:
        """A click chooses the next."""
        self.step()


class Label(Static):
    """What a field wants, and beneath it what is wrong with what was typed."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__("", id=id, markup=False)
        self._label = ""
        self.problem = ""

    def say(self, label: str) -> None:
        """Change the label; what is wrong stays."""
        self._label = label
        self._show()

    def complain(self, problem: str) -> None:
        """Say what is wrong; the empty string takes it back."""
        if problem != self.problem:
            self.problem = problem
            self._show()

    def _show(self) -> None:
        wrong = f"\n! {display_line(self.problem)}" if self.problem else ""
        self.update(f"{self._label}{wrong}")
        self.set_class(bool(self.problem), "-wrong")


def line_field(*, id: str, value: str = "", max_length: int = 200) -> Input:  # noqa: A002
    """A line to type in, without blinking."""
    field = Input(value, id=id, compact=True, max_length=max_length, select_on_focus=False)
    field.cursor_blink = False
    return field
