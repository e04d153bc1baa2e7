"""A talk between a member and the moderators, as the member reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui_forum.domain.cases import Conversation
from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.text import display_line, display_text, fit
from tui_forum.i18n import N_, _, format_datetime
from tui_forum.ui.asking import ask_words
from tui_forum.ui.keys import Key
from tui_forum.ui.screen import dialog
from tui_forum.ui.textscreen import TEXT_KEYS, TextScreen
from tui_forum.ui.widgets.lines import LinesView


class TalkScreen(TextScreen[None]):
    """What was said, oldest first, and room to answer."""

    TITLE_TEXT = N_("Talk with the moderators")
    text: LinesView
    KEYS: ClassVar = (
        Key(("r", "c", "enter"), "answer", N_("answer"), hint=True),
        *TEXT_KEYS,
        Key(("q", "escape", "h", "left"), "close", N_("back"), hint=True),
    )

    def __init__(self, case_id: int) -> None:
        super().__init__()
        self._case_id = case_id
        self._talk: Conversation | None = None
        self.text = LinesView(self._draw)

    def body(self) -> Sequence[Widget]:
        """The messages."""
        return (self.text,)

    def heading(self) -> str:
        """With whose moderators, about what."""
        if self._talk is None:
            return _(self.TITLE_TEXT)
        place = self._talk.community_name or _("the whole forum")
        title = _("Talk with the moderators of {place}").format(place=place)
        return f"{title} · {self._talk.subject}" if self._talk.subject else title

    async def on_mount(self) -> None:
        """Load, and show what was said last."""
        self.text.focus()
        await self._load()
        await super().on_mount()

    async def _load(self) -> None:
        self._talk = await self.ask(self.forum.caseroom.conversation(self.actor, self._case_id))
        self.text.changed(at_end=True)
        self.refresh_bars()

    async def on_forum_event(self, event: Event) -> None:
        """The moderators have written."""
        if event.kind is EventKind.CASE_CHANGED and event.data.get("case") == self._case_id:
            await self._load()
        self.refresh_bars()

    def _draw(self, width: int) -> list[Strip]:
        lines: list[Strip] = []
        skin = self.forum_app.skin
        for message in self._talk.messages if self._talk else ():
            mine = message.author.account_id == self.actor.account_id
            who = _("You") if mine else _("The moderators")
            style = skin.base + skin.strong + (skin.dim if mine else skin.accent)
            head = f"{who} · {format_datetime(message.created_at)}"
            lines.append(Strip([Segment(fit(display_line(head), width), style)]))
            lines += self.text.wrapped(display_text(message.body), width, skin.base)
            lines.append(Strip([]))
        return lines

    @dialog
    async def action_answer(self) -> None:
        """Write back."""
        if self._talk is None:
            return
        key = f"talk:{self._case_id}"
        text = await ask_words(self, key, _("To the moderators"))
        if text is None:
            return
        if await self.done(self.forum.caseroom.answer(self.actor, self._case_id, text)):
            await self.ask(self.forum.drafts.discard(self.actor, key))
            await self._load()
            self.say(_("Sent."))
