"""The queue: open cases oldest first, each with its post in context; and the log of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final

from textual import events
from textual.containers import Horizontal
from textual.widget import Widget

from tui_forum.domain.cases import CaseCursor, CaseRow, RecordLine
from tui_forum.domain.errors import ForumError
from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.moderation import DecisionKind, Ruling
from tui_forum.domain.record import RecordAction
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, explain, format_age, format_datetime, ngettext
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.navigation import OpenThread
from tui_forum.ui.screen import WIDE, dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.casetext import CaseText
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns

QUEUE: Final = "queue"
CASE: Final = "case"
LOG: Final = "log"

APPROVE_REASONS: Final = (
    N_("Nothing here breaks the rules"),
    N_("A matter of opinion, said politely"),
    N_("Settled between those concerned"),
)
REMOVE_REASONS: Final = (
    N_("Spam or advertising"),
    N_("Insulting or harassing"),
    N_("Confidential information"),
    N_("Does not belong here"),
)


def _draw_case(row: CaseRow, width: int, skin: Skin) -> Lines:
    age = format_age(row.opened_at, datetime.now(UTC))
    reports = ngettext("{n} report", "{n} reports", row.report_count).format(n=row.report_count)
    first = columns(
        Cell(f" {display_line(row.thread_title)}", skin.strong), [Cell(f" {age}", skin.dim)], width
    )
    second = columns(
        Cell(f"   @{row.author.handle}: {display_line(row.excerpt)}", skin.dim),
        [Cell(f" {reports}", skin.unread)],
        width,
    )
    return first, second


def _draw_decision(row: RecordLine, width: int, skin: Skin) -> Lines:
    verb = _("removed") if row.action is RecordAction.REMOVE else _("approved")
    who = f"@{row.moderator.handle}" if row.moderator else ""
    whom = f"@{row.author.handle}" if row.author else ""
    what = f" {who} {verb} #{row.post_number} {whom} ({row.community_slug})"
    first = columns(Cell(what, skin.strong), [Cell(format_datetime(row.created_at), skin.dim)], width)
    return first, [Cell(f"   {display_line(row.reason)}", skin.dim)]


class ModerationScreen(ListScreen[None]):
    """Queue and case side by side when wide, one at a time when narrow."""

    CSS_PATH = "moderation.tcss"
    TITLE_TEXT = N_("Moderation")
    KEYS: ClassVar = (
        Key(("a",), "approve", N_("approve"), hint=True, levels=(QUEUE, CASE)),
        Key(("x",), "remove", N_("remove"), hint=True, levels=(QUEUE, CASE)),
        Key(("enter", "l", "right"), "look", N_("see the case"), hint=True, levels=(QUEUE,)),
        Key(("o",), "open", N_("open the thread"), hint=True),
        Key(("L",), "log", N_("log of decisions"), hint=True, levels=(QUEUE,)),
        Key(("q", "escape", "h", "left"), "back", N_("back"), hint=True, levels=(CASE, LOG)),
        Key(("J", "ctrl+e"), "text_down", N_("scroll the case"), levels=(QUEUE,)),
        Key(("K", "ctrl+y"), "text_up", N_("scroll the case back"), levels=(QUEUE,)),
    )

    def __init__(self) -> None:
        super().__init__()
        self._mode = QUEUE
        self._next: CaseCursor | None = None
        self.queue = RowList[CaseRow](
            _draw_case, row_height=2, empty=_("Nothing waits for a decision. Thank you!")
        )
        self.log_rows = RowList[RecordLine](_draw_decision, row_height=2, empty=_("No decision yet."))
        self.rows = self.queue
        self.text = CaseText()

    @property
    def level(self) -> str:
        """Queue, a single case (narrow), or the log."""
        return self._mode

    def heading(self) -> str:
        """Which of the three."""
        return _("Log of decisions") if self._mode == LOG else _("Moderation: open cases")

    def body(self) -> Sequence[Widget]:
        """The queue, the log in its place, and the case."""
        return (Horizontal(self.queue, self.log_rows, self.text, id="panes"),)

    def on_resize(self, event: events.Resize) -> None:
        """Side by side or one at a time."""
        self._arrange(event.size.width)
        super().on_resize(event)

    def _arrange(self, width: int) -> None:
        wide = width >= WIDE
        self.set_class(wide, "-wide")
        self.queue.display = self._mode == QUEUE or (wide and self._mode == CASE)
        self.log_rows.display = self._mode == LOG
        self.text.display = self._mode == CASE or (wide and self._mode == QUEUE)

    def _go(self, mode: str) -> None:
        self._mode = mode
        self.rows = self.log_rows if mode == LOG else self.queue
        self._arrange(self.size.width)
        (self.text if mode == CASE else self.rows).focus()
        self.refresh_bars()

    async def on_mount(self) -> None:
        """Load the queue."""
        self.queue.focus()
        await self._load()
        await super().on_mount()

    async def _load(self) -> None:
        page = await self.ask(self.forum.cases.queue(self.actor))
        if page is None:
            return
        current, index = self.queue.current, self.queue.index
        self._next = page.next
        if page.next is None:
            self.forum_app.note_cases(len(page.rows))
        self.queue.set_items(page.rows, keep=lambda r: current is not None and r.case_id == current.case_id)
        if current is not None and self.queue.current != current and page.rows:
            self.queue.select(min(index, len(page.rows) - 1))  # where the decided one was
        await self._show_case()

    async def _show_case(self) -> None:
        row = self.queue.current
        case = await self.ask(self.forum.cases.case(self.actor, row.case_id)) if row else None
        self.text.show(case)

    async def on_row_list_moved(self, message: RowList.Moved) -> None:
        """Another case."""
        message.stop()
        if self._mode != LOG:
            await self._show_case()

    async def on_row_list_near_end(self, message: RowList.NearEnd) -> None:
        """The next page of the queue or the log."""
        message.stop()
        if self._mode == LOG:
            last = self.log_rows.items[-1] if self.log_rows.items else None
            if isinstance(last, RecordLine):
                decisions = await self.ask(self.forum.record.page(self.actor, after=last.entry_id))
                self.log_rows.add_items(decisions or ())
        elif self._next is not None:
            page = await self.ask(self.forum.cases.queue(self.actor, None, self._next))
            if page is not None:
                self._next = page.next
                self.queue.add_items(page.rows)

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Enter or a click."""
        message.stop()
        self.action_look()

    async def on_forum_event(self, event: Event) -> None:
        """Somebody reported or decided."""
        if event.kind in (EventKind.POST_REPORTED, EventKind.CASE_DECIDED) and self._mode != LOG:
            row = self.queue.current
            await self._load()
            decided = event.kind is EventKind.CASE_DECIDED and event.actor_id != self.actor.account_id
            if decided and row is not None and event.data.get("case") == row.case_id:
                self.say(_("Somebody has decided this case meanwhile."))
            if self._mode == CASE and not self.queue.items:
                self._go(QUEUE)
        self.refresh_bars()

    # -- actions

    def action_down(self) -> None:
        """One case, or some lines of the case."""
        if self._mode == CASE:
            self.text.scroll_lines(1)
        else:
            super().action_down()

    def action_up(self) -> None:
        """One case, or some lines of the case."""
        if self._mode == CASE:
            self.text.scroll_lines(-1)
        else:
            super().action_up()

    def action_page_down(self) -> None:
        """A page of cases, or of the case."""
        if self._mode == CASE:
            self.text.scroll_lines(max(1, self.text.size.height - 1))
        else:
            super().action_page_down()

    def action_page_up(self) -> None:
        """A page of cases, or of the case."""
        if self._mode == CASE:
            self.text.scroll_lines(-max(1, self.text.size.height - 1))
        else:
            super().action_page_up()

    def action_text_down(self) -> None:
        """Scroll the case."""
        self.text.scroll_lines(5)

    def action_text_up(self) -> None:
        """Scroll the case back."""
        self.text.scroll_lines(-5)

    def action_look(self) -> None:
        """The case alone (narrow), or the keys to its text."""
        if self._mode == QUEUE and self.queue.current is not None:
            self._go(CASE)

    def action_back(self) -> None:
        """From the case or the log to the queue."""
        self._go(QUEUE)

    def action_open(self) -> None:
        """Leave the queue for the thread."""
        row = self.rows.current
        if isinstance(row, CaseRow | RecordLine) and row.thread_id is not None:
            self.post_message(OpenThread(row.thread_id, row.post_number))

    async def action_log(self) -> None:
        """The log of decisions."""
        decisions = await self.ask(self.forum.record.page(self.actor))
        if decisions is not None:
            self.log_rows.set_items(decisions)
            self._go(LOG)

    @dialog
    async def action_approve(self) -> None:
        """The post stays."""
        await self._decide(DecisionKind.APPROVE, _("Approve: the post stays. Why?"), APPROVE_REASONS)

    @dialog
    async def action_remove(self) -> None:
        """The post goes."""
        await self._decide(DecisionKind.REMOVE, _("Remove the post. Why?"), REMOVE_REASONS)

    async def _decide(self, kind: DecisionKind, question: str, prepared: Sequence[str]) -> None:
        row = self.queue.current
        if row is None:
            self.say(_("There is no case to decide."))
            return
        reason = await self.forum_app.ask_reason(question, [_(text) for text in prepared])
        if reason is None:
            return
        try:
            await self.forum.decisions.decide(self.actor, row.case_id, Ruling.plain(kind, reason))
        except ForumError as error:  # decided meanwhile, or the database would not
            self.say(explain(error), error=True)
        else:
            done = _("Removed.") if kind is DecisionKind.REMOVE else _("Approved.")
            self.say(done)
        await self._load()
        if self._mode == CASE:
            self._go(QUEUE)
