"""A dry run: what a rule would have hit in the last 30 days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.widget import Widget

from tui_forum.domain.rules import Rule
from tui_forum.domain.text import display_line
from tui_forum.domain.trials import TRIAL_DAYS, Example, Trial
from tui_forum.i18n import N_, _, format_datetime, format_number
from tui_forum.ui.formscreen import FormScreen
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.modals.text import TextModal
from tui_forum.ui.navigation import OpenThread
from tui_forum.ui.rulewords import looks_for
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns


def _draw(example: Example, width: int, skin: Skin) -> Lines:
    when = [Cell(f" {format_datetime(example.created_at)} ", skin.dim)]
    who = f" @{example.handle} · {display_line(example.title)} ({example.community_slug})"
    first = columns(Cell(who, skin.strong), when, width)
    return first, [Cell(f"   {display_line(example.excerpt)}", skin.dim)]


class RuleTrialScreen(ListScreen[None]):
    """Counts above, the latest posts that it would have hit below. Leaving ends it."""

    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("read"), hint=True),
        Key(("t",), "thread", N_("open the thread"), hint=True),
    )

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self._rule = rule
        self._looked = 0
        self._trial: Trial | None = None
        self._failed = False
        self.rows = RowList[Example](_draw, row_height=2, empty=_("Looking …"))

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    def heading(self) -> str:
        """How far it is; then, what it found."""
        name = display_line(self._rule.name)
        if self._trial is None:
            if self._failed:
                return name
            looked = format_number(self._looked)
            return _("Dry run of “{name}”: {looked} posts …").format(name=name, looked=looked)
        trial = self._trial
        counts = _("would have hit {n} of {looked} posts").format(
            n=format_number(trial.hits), looked=format_number(trial.looked)
        )
        if trial.slow:
            counts += ", " + _("too slow with {n}").format(n=format_number(trial.slow))
        days = _("in {days} days").format(days=TRIAL_DAYS) if trial.whole else _("the latest")
        return f"“{name}”: {counts} ({days})"

    async def on_mount(self) -> None:
        """Begin."""
        self.rows.focus()
        self._run()
        await super().on_mount()

    @work(name="dry-run", exclusive=True)
    async def _run(self) -> None:
        trial = await self.ask(self.forum.rules.dry_run(self.actor, self._rule, self._note))
        self._trial, self._failed = trial, trial is None
        self.rows.empty = (
            _("Nothing of it: {what}.").format(what=looks_for(self._rule)) if trial is not None else ""
        )
        self.rows.set_items(trial.examples if trial is not None else ())
        self.refresh_bars()

    def _note(self, looked: int) -> None:
        self._looked = looked
        self.refresh_bars()

    @dialog
    async def action_read(self) -> None:
        """Read the selected post."""
        example = self.rows.current
        if example is None:
            return
        post = await self.ask(self.forum.threads.post(self.actor, example.thread_id, example.number))
        if post is not None:
            title = f"@{example.handle} · {example.title}"
            await self.forum_app.push_screen(TextModal(title, post.body), wait_for_dismiss=True)

    async def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Enter, or a click."""
        message.stop()
        await self.perform("read")

    @dialog
    async def action_thread(self) -> None:
        """Open the thread of the selected post; asks when a rule that is being written would be lost."""
        example = self.rows.current
        if example is None:
            return
        writing = any(isinstance(screen, FormScreen) for screen in self.app.screen_stack)
        if not writing or await self.forum_app.confirm(_("Leave without saving?")):
            self.post_message(OpenThread(example.thread_id, example.number))
