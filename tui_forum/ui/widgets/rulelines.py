"""The rules of a charter as they are typed: numbered, a line each, the last one empty."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from tui_forum.domain.charter import Rule, RuleScope
from tui_forum.domain.limits import RULE_MAX_CHARS, RULES_MAX
from tui_forum.i18n import _
from tui_forum.ui.charterwords import SCOPES
from tui_forum.ui.widgets.form import line_field

_ORDER: Final = tuple(RuleScope)
#: A little more than may be: a paste that is too long is told, not cut in silence.
_ROOM: Final = 20


class RuleLine(Horizontal):
    """Number, when it matters, and the text."""

    DEFAULT_CSS = """
    RuleLine { height: 1; }
    RuleLine Static { width: 20; height: 1; color: $text-muted; }
    RuleLine Input { width: 1fr; }
    """

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self.scope = rule.scope
        self._lead = Static("", markup=False)
        self.field = line_field(id="rule", value=rule.text, max_length=RULE_MAX_CHARS + _ROOM)

    def compose(self) -> ComposeResult:
        """Side by side."""
        yield self._lead
        yield self.field

    @property
    def rule(self) -> Rule:
        """What was typed."""
        return Rule(self.field.value.strip(), self.scope)

    def put(self, rule: Rule) -> None:
        """Show another rule."""
        self.scope, self.field.value = rule.scope, rule.text

    def step(self) -> None:
        """The next moment at which the rule matters most."""
        self.scope = _ORDER[(_ORDER.index(self.scope) + 1) % len(_ORDER)]

    def show_number(self, number: int | None) -> None:
        """Show its number, or none."""
        self._lead.update(f"{'·' if number is None else number:>3}  {_(SCOPES[self.scope])}")


class RuleLines(Vertical):
    """Enter on the last line adds one; ``value`` is text from which :func:`read_rules` makes rules."""

    DEFAULT_CSS = "RuleLines { height: auto; }"

    class Changed(Message):
        """Another text, or another moment."""

        def __init__(self, lines: RuleLines) -> None:
            super().__init__()
            self.lines = lines

    def __init__(self, *, id: str = "rules") -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines = [RuleLine(Rule(""))]

    def compose(self) -> ComposeResult:
        """The lines."""
        yield from self._lines

    def on_mount(self) -> None:
        """Number them."""
        self._number()

    @property
    def value(self) -> str:
        """The rules, a line each: ``scope text``; empty ones left out."""
        rules = [line.rule for line in self._lines]
        return "\n".join(f"{rule.scope.value} {rule.text}" for rule in rules if rule.text)

    def put(self, value: str) -> None:
        """Show other rules, given as :attr:`value`; nobody is told."""
        rules = (*read_rules(value), Rule(""))
        for line, rule in zip(self._lines, rules, strict=False):
            line.put(rule)
        for line in self._lines[len(rules) :]:
            line.remove()
        more = [RuleLine(rule) for rule in rules[len(self._lines) :]]
        self._lines = [*self._lines[: len(rules)], *more]
        self.mount(*more)
        self._number()

    def _number(self) -> None:
        """Numbers as readers will see them: a line that was emptied has none."""
        number = 0
        for line in self._lines:
            counts = bool(line.rule.text) or line is self._lines[-1]
            number += counts
            line.show_number(number if counts else None)

    def _index(self) -> int:
        focused = self.screen.focused
        return next((index for index, line in enumerate(self._lines) if line.field is focused), 0)

    def enter(self, *, backwards: bool = False) -> None:
        """Begin to type: in the first line, or the last."""
        self._lines[-1 if backwards else 0].field.focus()

    def step(self) -> None:
        """Change when the rule one is at matters most."""
        self._lines[self._index()].step()
        self._changed()

    def _changed(self) -> None:
        self._number()
        self.post_message(self.Changed(self))

    async def on_key(self, event: events.Key) -> None:
        """Enter adds a line, Backspace takes an empty one away; the arrows go from one to the next."""
        index = self._index()
        here, last = self._lines[index], index == len(self._lines) - 1
        if event.key == "enter" and last and here.rule.text and len(self._lines) < RULES_MAX:
            await self._add()
        elif event.key in {"enter", "down"} and not last:
            self._go_to(index + 1)
        elif event.key == "up" and index > 0:
            self._go_to(index - 1)
        elif event.key == "backspace" and not here.field.value and not last:
            self._lines.remove(here)
            self._go_to(max(0, index - 1))
            await here.remove()
            self._changed()
        else:
            return
        event.stop()
        event.prevent_default()

    def _go_to(self, index: int) -> None:
        self._lines[index].field.focus()

    async def _add(self) -> None:
        line = RuleLine(Rule(""))
        self._lines.append(line)
        await self.mount(line)
        self._number()
        line.field.focus()
        line.field.scroll_visible(animate=False)

    def on_input_changed(self, message: Input.Changed) -> None:
        """A line was changed."""
        message.stop()
        self._changed()


def read_rules(value: str) -> tuple[Rule, ...]:
    """The rules that :attr:`RuleLines.value` tells."""
    parts = (line.partition(" ") for line in value.splitlines() if line.strip())
    return tuple(Rule(text, RuleScope(scope)) for scope, _space, text in parts)
