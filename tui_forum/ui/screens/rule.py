"""Writing a rule that acts. What was typed stays until it can be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from textual.widgets import Input

from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.limits import REASON_MAX_CHARS
from tui_forum.domain.moderation import CaseCategory
from tui_forum.domain.rules import (
    EXPRESSION_MAX_CHARS,
    NAME_MAX_CHARS,
    Rule,
    RuleAction,
    RuleChangedError,
    RuleKind,
    check_rule,
)
from tui_forum.i18n import N_, _, explain, format_datetime
from tui_forum.ui.casewords import CATEGORIES
from tui_forum.ui.drafting import Contents, DraftKeeper
from tui_forum.ui.formscreen import Field, FormScreen, lines_field
from tui_forum.ui.keys import Key
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.rulewords import ACTIONS, KINDS, WHAT_HAPPENS
from tui_forum.ui.screen import dialog
from tui_forum.ui.widgets.form import Choice, line_field

_DAY: Final = 86_400
_MINUTE: Final = 60
_ORDER: Final = (RuleAction.HOLD, RuleAction.FLAG, RuleAction.REFUSE)
NOT_A_NUMBER: Final = N_("Please give a whole number.")


class RuleScreen(FormScreen[int]):
    """Returns the rule's id once it is saved. ``rule`` is one that is there, or of a kind without a name."""

    KEYS: ClassVar = (
        Key(("ctrl+t",), "try_out", N_("dry run"), hint=True),
        Key(("ctrl+g",), "ask_discard", N_("discard"), hint=True),
    )

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self._rule = self._seen_rule = rule
        which = str(rule.rule_id) if rule.rule_id else f"0:{list(RuleKind).index(rule.kind)}"
        self.keeper = DraftKeeper(self, f"rule:{rule.community_id or 0}:{which}", self._contents)

    def heading(self) -> str:
        """What is being written."""
        text = _("Change a rule: {kind}") if self._rule.rule_id else _("New rule: {kind}")
        return text.format(kind=_(KINDS[self._rule.kind]))

    def make_fields(self) -> Sequence[Field]:
        """The name, what this kind looks for, what happens then."""
        rule = self._rule
        actions = [(action.value, _(ACTIONS[action])) for action in _ORDER]
        what = "; ".join(f"{_(ACTIONS[action])}: {_(WHAT_HAPPENS[action])}" for action in _ORDER)
        categories = [(one.value, _(CATEGORIES[one])) for one in CaseCategory if one is not CaseCategory.RULE]
        return (
            Field("name", _("Name, for moderators"), _line("name", rule.name, NAME_MAX_CHARS)),
            *self._looking(),
            Field("action", what, Choice(actions, rule.action.value, id="action")),
            Field(
                "explanation",
                _("What is said to who is refused"),
                _line("explanation", rule.explanation, REASON_MAX_CHARS),
            ),
            Field(
                "category",
                _("As what it enters the queue"),
                Choice(categories, rule.category.value, id="category"),
            ),
        )

    def _looking(self) -> Sequence[Field]:
        rule = self._rule
        number = str(rule.threshold) if rule.threshold or rule.rule_id else ""
        if rule.kind is RuleKind.WORDS:
            label = _("Words or phrases, one a line; word* and *word for beginnings and ends")
            return (Field("pattern", label, lines_field(rule.pattern, height=6)),)
        if rule.kind is RuleKind.REGEX:
            label = _("A regular expression; upper and lower case are the same")
            return (Field("pattern", label, _line("pattern", rule.pattern, EXPRESSION_MAX_CHARS + 1)),)
        if rule.kind is RuleKind.LINKS:
            return (Field("threshold", _("So many links are allowed"), _line("threshold", number, 4)),)
        if rule.kind is RuleKind.RATE:
            return (
                Field("threshold", _("So many posts are allowed"), _line("threshold", number, 4)),
                Field("seconds", _("in so many minutes"), _line("seconds", self._time(), 6)),
            )
        return (
            Field(
                "threshold",
                _("So many first posts, until they were let through (empty: all)"),
                _line("threshold", number, 4),
            ),
            Field(
                "seconds",
                _("while the account is younger than so many days (empty: of any age)"),
                _line("seconds", self._time(), 6),
            ),
        )

    async def on_mount(self) -> None:
        """Who is not refused needs no explanation."""
        await super().on_mount()
        draft = await self.keeper.fetch()
        if draft is not None and isinstance(draft.extra.get("values"), dict):
            self.fill({str(name): str(text) for name, text in draft.extra["values"].items()})
            self.say(_("Your draft of {when} is back.").format(when=format_datetime(draft.updated_at)))
        self._show_explanation()
        self.keeper.begin()

    async def on_unmount(self) -> None:
        """Nothing is lost when the line drops."""
        await self.keeper.keep()

    def _contents(self) -> Contents:
        values = self.values
        return Contents(values["name"], values.get("pattern", ""), {"values": values})

    def typed(self) -> None:
        """What was typed is kept."""
        self.keeper.note_change()

    def on_choice_changed(self, message: Choice.Changed) -> None:
        """Another action may need an explanation."""
        message.stop()
        self._show_explanation()
        self.typed()

    def _show_explanation(self) -> None:
        refuses = self.field("action").value == RuleAction.REFUSE.value
        self.show_field("explanation", shown=refuses)

    @property
    def _unit(self) -> int:
        return _MINUTE if self._rule.kind is RuleKind.RATE else _DAY

    def _time(self) -> str:
        return str(max(1, self._rule.seconds // self._unit)) if self._rule.seconds else ""

    def _typed_rule(self, values: dict[str, str]) -> Rule:
        """The rule as it is typed.

        Raises:
            InvalidInputError: see ``domain.rules``, or a number is none.
        """
        return check_rule(
            replace(
                self._rule,
                name=values["name"],
                action=RuleAction(values["action"]),
                explanation=values["explanation"],
                category=CaseCategory(values["category"]),
                pattern=values.get("pattern", ""),
                threshold=_number(values, "threshold"),
                seconds=_number(values, "seconds") * self._unit,
            )
        )

    async def send(self, values: dict[str, str]) -> int | None:
        """Save it; what somebody else changed meanwhile is replaced knowingly only."""
        try:
            rule_id = await self.forum.rules.save(
                self.actor, self._typed_rule(values), seen=self._seen_rule if self._rule.rule_id else None
            )
        except RuleChangedError as error:
            self._seen_rule = error.present
            self.say(explain(error), error=True)
            return None
        await self.keeper.forget()
        self.forum_app.call_later(self.forum_app.say, _("Saved."))
        return rule_id

    @dialog
    async def action_leave_form(self) -> None:
        """Leave; what was typed stays a draft."""
        if self.values == self._before and self.keeper.draft is None:
            self.keeper.finish()
            self.dismiss(None)
        elif await self.keeper.keep():
            self.keeper.finish()
            self.dismiss(None)
            self.forum_app.call_later(self.forum_app.say, _("Your draft is kept; g d lists your drafts."))

    @dialog
    async def action_ask_discard(self) -> None:
        """Throw what was typed away, after asking."""
        if await self.forum_app.confirm(_("Discard what you have written?")):
            await self.keeper.forget()
            self.dismiss(None)

    def action_try_out(self) -> None:
        """See what it would have hit, as it is typed."""
        try:
            rule = self._typed_rule({**self.values, "name": self.values["name"] or "?"})
        except InvalidInputError as error:
            self.point_out(error)
        else:
            self.post_message(Go(Place.RULE_TRIAL, (rule,), on_top=True))


def _line(name: str, value: str, longest: int) -> Input:
    return line_field(id=name, value=value, max_length=longest)


def _number(values: dict[str, str], name: str) -> int:
    text = values.get(name, "").strip()
    if not text:
        return 0
    if not text.isdecimal():
        raise InvalidInputError(NOT_A_NUMBER, field=name)
    return int(text)
