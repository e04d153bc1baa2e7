"""The rules that act by themselves, in a community or everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.widget import Widget

from tui_forum.domain.entities import SiteRole
from tui_forum.domain.rules import Rule, RuleAction, RuleKind
from tui_forum.domain.text import display_line
from tui_forum.domain.trials import RuleLine
from tui_forum.i18n import N_, _
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.modals.pick import Choice
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.rulewords import ACTIONS, KINDS, counted, looks_for
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns


def _draw(line: RuleLine, width: int, skin: Skin) -> Lines:
    rule = line.rule
    mark = "●" if rule.enabled else "○"
    name = f" {mark} {_(ACTIONS[rule.action])} · {display_line(rule.name)}"
    if not rule.enabled:
        off = _("off")
        name += f" ({off})"
    style = skin.strong if rule.enabled else skin.dim
    first = columns(Cell(name, style), [Cell(f" {counted(line)} ", skin.dim)], width)
    return first, [Cell(f"   {looks_for(rule)}", skin.dim)]


class RulesScreen(ListScreen[None]):
    """What each looks for, what it does, and how often it was right."""

    TITLE_TEXT = N_("Rules that act")
    KEYS: ClassVar = (
        Key(("enter", "e", "l", "right"), "enter", N_("change"), hint=True),
        Key(("c",), "add", N_("new rule"), hint=True),
        Key(("o",), "switch", N_("on or off"), hint=True),
        Key(("t",), "try_out", N_("dry run"), hint=True),
        Key(("d",), "delete", N_("delete"), hint=True),
        Key(("tab",), "other", N_("those of the whole forum, or of the community"), hint=True),
    )

    def __init__(self, community_id: int | None = None) -> None:
        super().__init__()
        self._home = self._place = community_id
        self._name = ""
        self.rows = RowList[RuleLine](
            _draw,
            row_height=2,
            empty=_("No rule yet: c makes the first, t tries it out."),
        )

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    def heading(self) -> str:
        """Whose rules."""
        place = _("the whole forum") if self._place is None else self._name
        return f"{_(self.TITLE_TEXT)}: {place}"

    async def on_mount(self) -> None:
        """Load."""
        self.rows.focus()
        if self._home is not None:
            found = await self.ask(self.forum.communities.community_by_id(self.actor, self._home))
            self._name = display_line(found.name) if found is not None else ""
        await self._load()
        await super().on_mount()

    async def on_screen_resume(self) -> None:  # type: ignore[override]
        """One of them may have been changed."""
        await self._load()
        self.refresh_bars()

    async def _load(self) -> None:
        lines = await self.ask(self.forum.rules.of(self.actor, self._place))
        if lines is not None:
            current = self.rows.current
            self.rows.set_items(
                lines,
                keep=lambda line: current is not None and line.rule.rule_id == current.rule.rule_id,
            )

    async def action_other(self) -> None:
        """The site's rules, or back to the community's."""
        if self._home is None:
            return
        if self.actor.site_role is SiteRole.MEMBER:
            self.say(_("Only moderators of the whole forum set its rules."), error=True)
            return
        self._place = None if self._place is not None else self._home
        await self._load()
        self.refresh_bars()

    def _open(self, place: Place, rule: Rule) -> None:
        self.post_message(Go(place, (rule,), on_top=True))

    @dialog
    async def action_add(self) -> None:
        """A new rule: first, what it looks for."""
        kinds = list(RuleKind)
        choices = [Choice(_(KINDS[kind])) for kind in kinds]
        chosen = await self.forum_app.pick(_("What does the new rule look for?"), choices)
        if chosen is not None:
            rule = Rule("", kinds[chosen], RuleAction.HOLD, community_id=self._place)
            self._open(Place.RULE, rule)

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Change the selected one."""
        message.stop()
        if isinstance(message.item, RuleLine):
            self._open(Place.RULE, message.item.rule)

    async def action_switch(self) -> None:
        """On, or off."""
        line = self.rows.current
        if line is not None:
            call = self.forum.rules.set_enabled(self.actor, line.rule, enabled=not line.rule.enabled)
            if await self.done(call):
                await self._load()
                self.say(_("The rule is off.") if line.rule.enabled else _("The rule is on."))

    def action_try_out(self) -> None:
        """See what the selected one would have hit."""
        if self.rows.current is not None:
            self._open(Place.RULE_TRIAL, self.rows.current.rule)

    @dialog
    async def action_delete(self) -> None:
        """Delete the selected one, after asking."""
        line = self.rows.current
        if line is None:
            return
        question = _("Delete the rule “{name}”? What it held stays in the queue.")
        if await self.forum_app.confirm(question.format(name=display_line(line.rule.name))):
            await self.done(self.forum.rules.delete(self.actor, line.rule))
            await self._load()
