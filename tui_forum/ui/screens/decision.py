"""A decision about oneself, and the way to appeal against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui_forum.domain.appeals import DecisionView
from tui_forum.domain.events import Event, EventKind
from tui_forum.i18n import N_, _
from tui_forum.ui.actions.appealing import AppealingActions
from tui_forum.ui.keys import Key
from tui_forum.ui.navigation import OpenThread
from tui_forum.ui.screen import dialog
from tui_forum.ui.textscreen import TEXT_KEYS, TextScreen
from tui_forum.ui.widgets.decisionlines import decision_parts
from tui_forum.ui.widgets.lines import LinesView


class DecisionScreen(AppealingActions, TextScreen[None]):
    """What moderators decided, why, and what became of one's appeal."""

    TITLE_TEXT = N_("A decision of the moderators")
    text: LinesView
    KEYS: ClassVar = (
        Key(("a",), "appeal", N_("appeal"), hint=True),
        Key(("t", "enter"), "thread", N_("the thread"), hint=True),
        *TEXT_KEYS,
        Key(("q", "escape", "h", "left"), "close", N_("back"), hint=True),
    )

    def __init__(self, case_id: int) -> None:
        super().__init__()
        self._case_id = case_id
        self._view: DecisionView | None = None
        self.text = LinesView(self._draw)

    def body(self) -> Sequence[Widget]:
        """The text."""
        return (self.text,)

    async def on_mount(self) -> None:
        """Load."""
        self.text.focus()
        await self._load()
        await super().on_mount()

    async def _load(self) -> None:
        self._view = await self.ask(self.forum.appeals.decision(self.actor, self._case_id)) or self._view
        self.text.changed()
        self.refresh_bars()

    async def on_forum_event(self, event: Event) -> None:
        """The appeal was answered, or what it is about has changed."""
        if event.kind in (EventKind.NOTICE_SENT, EventKind.SANCTION_CHANGED):
            await self._load()
        self.refresh_bars()

    def _draw(self, width: int) -> list[Strip]:
        if self._view is None:
            return []
        base, room = self.forum_app.skin.base, max(10, min(width - 4, 90))
        return [
            Strip([Segment("  ", base), *line])
            for text, style in [("", base), *decision_parts(self._view, self.forum_app.skin)]
            for line in self.text.wrapped(text, room, style)
        ]

    @dialog
    async def action_appeal(self) -> None:
        """Say why it should be looked at once more."""
        if self._view is not None and await self.appeal_against(self._view):
            await self._load()

    def action_thread(self) -> None:
        """Where it was."""
        if self._view is None or self._view.thread_id is None:
            self.say(_("It is about no thread."))
        else:
            self.post_message(OpenThread(self._view.thread_id, self._view.post_number))
