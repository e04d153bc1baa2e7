"""A dry run: what a rule would have hit in the last 30 days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.widget import Widget
from textual.widgets import Static

from tui_forum.domain.rules import Rule
from tui_forum.domain.text import display_line
from tui_forum.domain.trials import TRIAL_DAYS, Example, Trial
from tui_forum.i18n import N_, _, format_datetime, format_number
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

    DEFAULT_CSS = """
    RuleTrialScreen .summary { height: auto; margin: 1 0; color: $text-muted; }
    """
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("read"), hint=True),
        Key(("t",), "thread", N_("open the thread"), hint=True),
    )

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self._rule = rule
        self._looked = 0
        self._trial: Trial | None = None
        self._summary = Static("", classes="summary", markup=False)
        self.rows = RowList[Example](_draw, row_height=2)

    def body(self) -> Sequence[Widget]:
        """What came of it, and the posts."""
        return (self._summary, self.rows)

    def heading(self) -> str:
        """Of which rule."""
        return _("Dry run: {name}").format(name=display_line(self._rule.name))

    def _tell(self) -> None:
        """How far it is; then, what it found."""
        self._summary.update(f" {looks_for(self._rule)}\n {self._counts()}")

    def _counts(self) -> str:
        trial = self._trial
        if trial is None:
            return _("{looked} posts so far …").format(looked=format_number(self._looked))
        counts = _("It would have hit {n} of {looked} posts").format(
            n=format_number(trial.hits), looked=format_number(trial.looked)
        )
        if trial.slow:
            counts += ", " + _("and taken too long with {n}").format(n=format_number(trial.slow))
        days = _("written in {days} days") if trial.whole else _("the latest of {days} days")
        return f"{counts} ({days.format(days=TRIAL_DAYS)})."

    async def on_mount(self) -> None:
        """Begin."""
        self.rows.focus()
        self._tell()
        self._run()
        await super().on_mount()

    @work(name="dry-run", exclusive=True)
    async def _run(self) -> None:
        trial = await self.ask(self.forum.rules.dry_run(self.actor, self._rule, self._note))
        if trial is None:
            return
        self._trial = trial
        self.rows.empty = ""
        self.rows.set_items(trial.examples)
        self._tell()

    def _note(self, looked: int) -> None:
        self._looked = looked
        self._tell()

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

    def action_thread(self) -> None:
        """Open the thread of the selected post; a rule that is being written stays a draft."""
        if self.rows.current is not None:
            self.post_message(OpenThread(self.rows.current.thread_id, self.rows.current.number))
