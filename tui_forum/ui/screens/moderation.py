"""The queue of cases, and the case that is selected in its context."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar, Final

from textual import events
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from tui_forum.domain.cases import CaseCursor, CaseRow, merged
from tui_forum.domain.entities import SiteRole
from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.limits import PAGE_SIZE
from tui_forum.domain.moderation import CaseFilter, CaseSource, CaseState
from tui_forum.i18n import N_, _, ngettext
from tui_forum.ui.actions.casefilters import FilterActions
from tui_forum.ui.actions.caseteam import TeamActions
from tui_forum.ui.actions.deciding import DecidingActions
from tui_forum.ui.casewords import filter_name
from tui_forum.ui.keys import Key
from tui_forum.ui.navigation import Go, OpenThread, Place
from tui_forum.ui.screen import WIDE
from tui_forum.ui.widgets.caserows import drawer
from tui_forum.ui.widgets.casetext import CaseText
from tui_forum.ui.widgets.rows import RowList

QUEUE: Final = "queue"
CASE: Final = "case"
#: Seconds that a case must be on the screen until one counts as being on it.
CLAIM_PAUSE: Final = 0.4
_CASES: Final = (EventKind.POST_REPORTED, EventKind.CASE_DECIDED, EventKind.CASE_CHANGED)


_NOT_ABOUT_APPEALS: Final = frozenset("ewsumo")
#: They are about the selected case alone, whatever is marked.
_ONE_BY_ONE: Final = frozenset(("e", "m", "n", "f", "A", "r", "d"))
_LAST_HINTS: Final = 2  # how to search, and help


class ModerationScreen(DecidingActions, TeamActions, FilterActions):
    """Queue and case side by side when wide, one at a time when narrow.

    ``case_id`` is a case to begin with, whether the queue shows it or not.
    """

    CSS_PATH = "moderation.tcss"
    TITLE_TEXT = N_("Moderation")
    FOOTER_LINES = (3, 2)
    KEYS: ClassVar = (
        Key(("a",), "approve", N_("approve"), hint=True),
        Key(("x",), "remove", N_("remove"), hint=True),
        Key(("e",), "edit", N_("edit"), hint=True),
        Key(("w",), "warn", N_("warn"), hint=True),
        Key(("s",), "silence", N_("silence"), hint=True),
        Key(("u",), "suspend", N_("suspend"), hint=True),
        Key(("X",), "remove_member", N_("remove from the community")),
        Key(("U",), "lift", N_("lift a sanction")),
        Key(("m",), "move", N_("move"), hint=True),
        Key(("n",), "note", N_("note"), hint=True),
        Key(("o",), "off_topic", N_("off topic"), hint=True),
        Key(("f",), "forward", N_("forward"), hint=True),
        Key(("z",), "undo", N_("undo"), hint=True),
        Key(("space",), "mark", N_("mark"), hint=True, levels=(QUEUE,)),
        Key(("enter", "l", "right"), "look", N_("case"), hint=True, levels=(QUEUE,)),
        Key(("q", "escape", "h", "left"), "back", N_("queue"), hint=True, levels=(CASE,)),
        Key(("A",), "assign", N_("assign"), hint=True),
        Key(("r",), "write", N_("write to the member"), hint=True),
        Key(("d",), "discuss", N_("discuss"), hint=True),
        Key(("N",), "begin_talk", N_("write to any member")),
        Key(("F",), "filter", N_("filter"), hint=True, levels=(QUEUE,)),
        Key(("S",), "sort", N_("order"), hint=True, levels=(QUEUE,)),
        Key(("asterisk",), "mark_all", N_("mark all or none"), levels=(QUEUE,)),
        Key(("v",), "filters", N_("saved filters"), levels=(QUEUE,)),
        Key(("t",), "thread", N_("open the thread")),
        Key(("right_square_bracket",), "next_post", N_("next post of the case")),
        Key(("left_square_bracket",), "previous_post", N_("post before in the case")),
        Key(("b",), "break_off", N_("make the post a case of its own")),
        Key(("L",), "record", N_("record of moderation")),
        Key(("H",), "notes", N_("notes about the author")),
        Key(("P",), "texts", N_("prepared texts")),
        Key(("R",), "acting_rules", N_("rules that act")),
        Key(("J",), "next_case", N_("next case"), hint=True, levels=(CASE,)),
        Key(("K",), "previous_case", N_("case before"), levels=(CASE,)),
        Key(("J", "ctrl+e"), "text_down", N_("scroll the case"), levels=(QUEUE,)),
        Key(("K", "ctrl+y"), "text_up", N_("scroll the case back"), levels=(QUEUE,)),
    )

    def __init__(self, case_id: int | None = None) -> None:
        super().__init__()
        self._mode = QUEUE
        self._next: CaseCursor | None = None
        self._first = case_id or None  # 0: words for a talk that is not there yet
        self._claimed: int | None = None
        self._claim_timer: Timer | None = None
        self._stale: dict[int, bool] = {}
        self.wanted = CaseFilter()
        self.places: dict[int, str] = {}
        self.marked: dict[int, CaseRow] = {}
        self.queue = RowList[CaseRow](
            drawer(self.marked), row_height=2, empty=_("Nothing waits for a decision. Thank you!")
        )
        self.rows = self.queue
        self.text = CaseText()

    @property
    def level(self) -> str:
        """Queue, or a single case (narrow)."""
        return self._mode

    def heading(self) -> str:
        """What the queue shows, and how many are marked."""
        if self.marked:
            count = len(self.marked)
            return ngettext("{n} case marked", "{n} cases marked", count).format(n=count)
        return f"{_(self.TITLE_TEXT)}: {filter_name(self.wanted, self.places)}"

    def hints(self) -> list[tuple[str, str]]:
        """Of marked cases the keys that decide all of them, of an appeal its answers; and some more."""
        row, hints = self.queue.current, super().hints()
        if self.marked:
            hints = [hint for hint in hints if hint[0] not in _ONE_BY_ONE]
        hints[-_LAST_HINTS:-_LAST_HINTS] = self._more_hints()
        if row is None or row.source is not CaseSource.APPEAL or self.marked:
            return hints
        answers = {"a": _("grant"), "x": _("turn down")}
        return [(key, answers.get(key, label)) for key, label in hints if key not in _NOT_ABOUT_APPEALS]

    def _more_hints(self) -> list[tuple[str, str]]:
        """Keys that do something now, but not always."""
        more = [("*", _("unmark all"))] if self.marked else []
        if self.text.display and self._mode == QUEUE:
            more.append(("J", _("scroll the case")))
        return more

    def body(self) -> Sequence[Widget]:
        """The queue and the case."""
        return (Horizontal(self.queue, self.text, id="panes"),)

    # -- layout

    async def on_resize(self, event: events.Resize) -> None:  # type: ignore[override]
        """Side by side or one at a time."""
        hidden = not self.text.display
        self._arrange(event.size.width)
        super().on_resize(event)
        if hidden and self.text.display and self.is_mounted:
            await self.show_case()

    def _arrange(self, width: int) -> None:
        wide = width >= WIDE
        self.set_class(wide, "-wide")
        self.queue.display = wide or self._mode == QUEUE
        self.text.display = wide or self._mode == CASE

    def _go(self, mode: str) -> None:
        self._mode = mode
        self._arrange(self.size.width)
        (self.text if mode == CASE else self.queue).focus()
        self.refresh_bars()

    # -- loading

    async def on_mount(self) -> None:
        """Load the queue."""
        self._arrange(self.size.width)
        self.queue.focus()
        places = await self.ask(self.forum.cases.places(self.actor))
        self.places = {place[0]: place[2] for place in places or ()}
        await self.reload()
        if self._first is not None:
            await self._show_first(self._first)
        await super().on_mount()

    async def reload(self) -> None:
        """Load the queue from its beginning; the selected case stays selected."""
        page = await self.ask(self.forum.cases.queue(self.actor, self.wanted))
        if page is None:
            return
        current = self.queue.current
        self._next = page.next
        self.queue.set_items(page.rows, keep=lambda r: current is not None and r.case_id == current.case_id)
        self._count()
        await self.show_case()
        self.refresh_bars()

    async def _show_first(self, case_id: int) -> None:
        """Begin with one case, at the top when this page of the queue does not have it."""
        if all(row.case_id != case_id for row in self.case_rows()):
            rows = await self.ask(self.forum.cases.rows(self.actor, [case_id], CaseFilter(state=None)))
            if not rows:
                self.say(_("That does not exist, or you may not see it."), error=True)
                return
            self.queue.set_items([*rows, *self.case_rows()])
        self.queue.set_items(self.case_rows(), keep=lambda row: row.case_id == case_id)
        await self.action_look()

    async def load_up_to(self, count: int) -> None:
        """Load pages until so many cases are there, or all."""
        while self._next is not None and len(self.queue.items) < count:
            page = await self.ask(self.forum.cases.queue(self.actor, self.wanted, self._next, count))
            if page is None:
                return
            self._next = page.next
            self.queue.add_items(page.rows)

    async def show_case(self) -> None:
        """Show the selected case, when there is room for it."""
        row = self.queue.current
        if row is None or not self.text.display:
            self.text.show(None)
            self._claim_later()
            return
        before = self.shown
        post = before.posts[before.selected].post_id if before and before.posts else None
        self.text.show(await self.ask(self.forum.cases.case(self.actor, row.case_id, post)))
        self._claim_later()

    def _count(self) -> None:
        """The status bar tells how many cases wait, as far as this queue knows it."""
        if self.wanted == CaseFilter() and self._next is None:
            self.forum_app.note_cases(len(self.queue.items))

    async def take_out(self, case_ids: Iterable[int]) -> None:
        """Cases are not in this queue any more: the next one is selected and shown."""
        gone = set(case_ids)
        rows, index = self.case_rows(), max(0, self.queue.index)
        for case_id in gone:
            self.marked.pop(case_id, None)
        left = [row for row in rows if row.case_id not in gone]
        after = next((row for row in rows[index:] if row.case_id not in gone), left[-1] if left else None)
        self.queue.set_items(left, keep=lambda row: after is not None and row.case_id == after.case_id)
        self._count()
        if not left and self._next is not None:
            await self.reload()
            return
        if self._mode == CASE and not left:
            self._go(QUEUE)
        await self.show_case()
        self.refresh_bars()
        if len(left) - self.queue.index < PAGE_SIZE // 4:
            await self.load_up_to(len(left) + 1)

    async def put_back(self, case_ids: tuple[int, ...]) -> None:
        """Cases are open again: the first of them is selected."""
        await self._refresh(dict.fromkeys(case_ids, True))
        first = next((row for row in self.case_rows() if row.case_id in case_ids), None)
        if first is not None:
            self.queue.set_items(self.case_rows(), keep=lambda row: row.case_id == first.case_id)
        await self.show_case()

    async def on_row_list_moved(self, message: RowList.Moved) -> None:
        """Another case."""
        message.stop()
        self.refresh_bars()
        await self.show_case()

    async def on_row_list_near_end(self, message: RowList.NearEnd) -> None:
        """The next page."""
        message.stop()
        await self.load_up_to(len(self.queue.items) + 1)

    async def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Enter or a click."""
        message.stop()
        await self.action_look()

    # -- who is on what

    def _claim_later(self) -> None:
        """One is on a case that stays on the screen for a moment."""
        if self._claim_timer is not None:
            self._claim_timer.stop()
            self._claim_timer = None
        case = self.text.case
        wanted = case.row.case_id if case is not None else None
        if wanted != self._claimed:
            self._claim_timer = self.set_timer(CLAIM_PAUSE, self._claim)

    async def _claim(self) -> None:
        case, before = self.text.case, self._claimed
        self._claimed = case.row.case_id if case is not None else None
        if before is not None and before != self._claimed:
            await self.done(self.forum.casework.let_go(self.actor, before))
        if self._claimed is not None and case is not None and case.row.state is CaseState.OPEN:
            await self.done(self.forum.casework.look(self.actor, self._claimed))

    async def on_unmount(self) -> None:
        """One is on nothing any more."""
        if self._claimed is not None:
            claimed, self._claimed = self._claimed, None
            await self.done(self.forum.casework.let_go(self.actor, claimed))

    # -- live

    async def on_forum_event(self, event: Event) -> None:
        """Somebody reported, decided, or is on a case: what is shown of it is loaded again."""
        case_id = event.data.get("case")
        if event.kind not in _CASES or not isinstance(case_id, int):
            self.refresh_bars()
            return
        mine = event.actor_id == self.actor.account_id
        if mine and event.data.get("claim"):
            return
        row = self.queue.current
        if event.kind is EventKind.CASE_DECIDED and not mine and row is not None and row.case_id == case_id:
            self.say(_("Somebody has decided this case meanwhile."))
        if not self._stale:
            self.call_later(self._catch_up)
        self._stale[case_id] = self._stale.get(case_id, False) or not event.data.get("claim")

    async def _catch_up(self) -> None:
        """A burst of events costs one statement, and one for the case that is shown."""
        stale, self._stale = self._stale, {}
        if stale:
            await self._refresh(stale)

    async def _refresh(self, stale: dict[int, bool]) -> None:
        """Bring cases up to date; True for those of which more than the line has changed."""
        found = await self.ask(self.forum.cases.rows(self.actor, sorted(stale), self.wanted))
        if found is None:
            return
        fresh = {row.case_id: row for row in found}
        current, before = self.queue.current, self.case_rows()
        self.marked.update((one, row) for one, row in fresh.items() if one in self.marked)
        rows = merged(before, found, self.wanted, whole=self._next is None)
        self.queue.set_items(rows, keep=lambda r: current is not None and r.case_id == current.case_id)
        gone = {row.case_id for row in before} & set(stale) - set(fresh)
        if gone:
            await self.take_out(gone)
        elif current is None or stale.get(current.case_id):
            await self.show_case()
        elif self.text.case is not None and self.text.case.row.case_id in fresh:
            self.text.show(replace(self.text.case, row=fresh[self.text.case.row.case_id]))
        self._count()
        self.refresh_bars()

    # -- moving

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

    def action_next_case(self) -> None:
        """From the case to the one below it in the queue."""
        self.queue.move(1)

    def action_previous_case(self) -> None:
        """From the case to the one above it in the queue."""
        self.queue.move(-1)

    def action_text_down(self) -> None:
        """Scroll the case."""
        self.text.scroll_lines(5)

    def action_text_up(self) -> None:
        """Scroll the case back."""
        self.text.scroll_lines(-5)

    async def action_look(self) -> None:
        """The case alone (narrow), or the keys to its text; one is on it at once."""
        if self._mode == QUEUE and self.queue.current is not None:
            hidden = not self.text.display
            self._go(CASE)
            if hidden:
                await self.show_case()
            await self._claim()

    async def action_back(self) -> None:
        """From the case to the queue."""
        self._go(QUEUE)
        if not self.text.display:
            self.text.show(None)
            await self._claim()

    # -- elsewhere

    def action_thread(self) -> None:
        """Leave the queue for the thread."""
        row = self.queue.current
        if row is None or row.thread_id is None:
            self.say(_("There is no post in this case."))
        else:
            self.post_message(OpenThread(row.thread_id, row.post_number))

    def action_record(self) -> None:
        """What was done, by whom and why."""
        self.post_message(Go(Place.RECORD, on_top=True))

    def action_acting_rules(self) -> None:
        """The rules that act in the selected case's community, or in one that one moderates."""
        row = self.queue.current
        place = row.community_id if row is not None else None
        if place is None and self.actor.site_role is SiteRole.MEMBER:
            place = next(iter(self.places), None)
        self.post_message(Go(Place.RULES, (place,), on_top=True))

    def action_notes(self) -> None:
        """All that is noted about whom the case is about."""
        row = self.subject()
        if row is not None:
            self.post_message(Go(Place.NOTES, (row.author.handle,), on_top=True))

    def action_texts(self) -> None:
        """The prepared texts of the selected case's community."""
        row = self.queue.current
        self.post_message(Go(Place.TEXTS, (row.community_id if row else None,), on_top=True))
