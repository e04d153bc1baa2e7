"""The record of moderation, latest first, and the entry that is selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.containers import Horizontal
from textual.widget import Widget

from tui_forum.domain.entities import SiteRole
from tui_forum.domain.events import MODERATION_TOPIC, Event
from tui_forum.domain.limits import PAGE_SIZE
from tui_forum.domain.recordviews import RecordLine
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, format_datetime
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.modals.recordfilter import RecordFilterModal
from tui_forum.ui.modals.text import TextModal
from tui_forum.ui.navigation import Go, OpenThread, Place
from tui_forum.ui.recordwords import Wanted, command, headline, wanted_name
from tui_forum.ui.screen import WIDE, dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.recordtext import RecordText
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns

LIST: Final = "list"
ENTRY: Final = "entry"


def _draw(row: RecordLine, width: int, skin: Skin) -> Lines:
    when = Cell(f" {format_datetime(row.created_at)} ", skin.dim)
    first = columns(Cell(f" {headline(row)}", skin.strong), [when], width)
    return first, [Cell(f"   {display_line(row.reason)}", skin.dim)]


class RecordScreen(ListScreen[None]):
    """What was done, by whom and why: side by side with one entry when wide, else one at a time."""

    CSS_PATH = "record.tcss"
    TITLE_TEXT = N_("Record of moderation")
    FOOTER_LINES = (2, 1)
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "look", N_("entry"), hint=True, levels=(LIST,)),
        Key(("q", "escape", "h", "left"), "back", N_("list"), hint=True, levels=(ENTRY,)),
        Key(("F",), "filter", N_("filter"), hint=True, levels=(LIST,)),
        Key(("t",), "thread", N_("open the thread"), hint=True),
        Key(("c",), "case", N_("the case"), hint=True),
        Key(("at",), "profile", N_("profile of whom it is about"), hint=True),
        Key(("E",), "export", N_("as a file"), hint=True),
        Key(("J", "ctrl+e"), "text_down", N_("scroll the entry"), levels=(LIST,)),
        Key(("K", "ctrl+y"), "text_up", N_("scroll the entry back"), levels=(LIST,)),
        Key(("ctrl+r", "f5"), "reload", N_("reload")),
    )

    def __init__(self, wanted: Wanted | None = None) -> None:
        """``wanted`` is what is shown to begin with (None: all)."""
        super().__init__()
        self._mode = LIST
        self._wanted = wanted or Wanted()
        self._more = False
        self._loading = False
        self._names: dict[int, str] = {}
        self._slugs: dict[int, str] = {}
        self.rows = RowList[RecordLine](_draw, row_height=2, empty=_("There is nothing."))
        self.text = RecordText()

    @property
    def level(self) -> str:
        """The list, or a single entry (narrow)."""
        return self._mode

    def heading(self) -> str:
        """Which entries are shown."""
        return f"{_(self.TITLE_TEXT)}: {wanted_name(self._wanted, self._names)}"

    def body(self) -> Sequence[Widget]:
        """The list and the entry."""
        return (Horizontal(self.rows, self.text),)

    # -- layout

    async def on_resize(self, event: events.Resize) -> None:  # type: ignore[override]
        """Side by side or one at a time."""
        hidden = not self.text.display
        self._arrange(event.size.width)
        super().on_resize(event)
        if hidden and self.text.display and self.is_mounted:
            await self._show()

    def _arrange(self, width: int) -> None:
        wide = width >= WIDE
        self.set_class(wide, "-wide")
        self.rows.display = wide or self._mode == LIST
        self.text.display = wide or self._mode == ENTRY

    def _go(self, mode: str) -> None:
        self._mode = mode
        self._arrange(self.size.width)
        (self.text if mode == ENTRY else self.rows).focus()
        self.refresh_bars()

    # -- loading

    async def on_mount(self) -> None:
        """Load the first page."""
        self._arrange(self.size.width)
        self.rows.focus()
        for community_id, slug, name in await self.ask(self.forum.cases.places(self.actor)) or ():
            self._names[community_id], self._slugs[community_id] = name, slug
        if not self._names and self.actor.site_role is SiteRole.MEMBER:
            self.rows.empty = _("You moderate nothing. A community's page tells what is moderated there: m.")
        await self.action_reload()
        await super().on_mount()

    async def action_reload(self) -> None:
        """Load from the latest; the selected entry stays selected."""
        page = await self.ask(self.forum.record.page(self.actor, self._wanted.as_filter()))
        if page is None:
            return
        current = self.rows.current
        self._more = len(page) == PAGE_SIZE
        self.rows.set_items(page, keep=lambda row: current is not None and row.entry_id == current.entry_id)
        await self._show()
        self.refresh_bars()

    async def _show(self) -> None:
        """Show the selected entry, when there is room for it."""
        row = self.rows.current
        if row is None or not self.text.display:
            self.text.show(None)
        elif self.text.entry is None or self.text.entry.line != row:
            self.text.show(await self.ask(self.forum.record.entry(self.actor, row.entry_id)))

    async def on_row_list_near_end(self, message: RowList.NearEnd) -> None:
        """The next page."""
        message.stop()
        last = self.rows.items[-1] if self.rows.items else None
        if not self._more or self._loading or not isinstance(last, RecordLine):
            return
        self._loading = True
        page = await self.ask(self.forum.record.page(self.actor, self._wanted.as_filter(), last.entry_id))
        self._loading = False
        if page is not None:
            self._more = len(page) == PAGE_SIZE
            self.rows.add_items(page)

    async def on_row_list_moved(self, message: RowList.Moved) -> None:
        """Another entry."""
        message.stop()
        await self._show()

    async def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Enter or a click."""
        message.stop()
        await self.action_look()

    async def on_forum_event(self, event: Event) -> None:
        """Something was done: it is above, unless one is further down already."""
        done = MODERATION_TOPIC in event.topics() and not event.data.get("claim")
        if done and len(self.rows.items) <= PAGE_SIZE:
            await self.action_reload()
        self.refresh_bars()

    # -- keys

    def action_down(self) -> None:
        """One entry, or some lines of it."""
        if self._mode == ENTRY:
            self.text.scroll_lines(1)
        else:
            super().action_down()

    def action_up(self) -> None:
        """One entry, or some lines of it."""
        if self._mode == ENTRY:
            self.text.scroll_lines(-1)
        else:
            super().action_up()

    def action_page_down(self) -> None:
        """A page of entries, or of one."""
        if self._mode == ENTRY:
            self.text.scroll_lines(max(1, self.text.size.height - 1))
        else:
            super().action_page_down()

    def action_page_up(self) -> None:
        """A page of entries, or of one."""
        if self._mode == ENTRY:
            self.text.scroll_lines(-max(1, self.text.size.height - 1))
        else:
            super().action_page_up()

    def action_text_down(self) -> None:
        """Scroll the entry."""
        self.text.scroll_lines(5)

    def action_text_up(self) -> None:
        """Scroll the entry back."""
        self.text.scroll_lines(-5)

    async def action_look(self) -> None:
        """The entry alone (narrow), or the keys to its text."""
        if self.rows.current is None:
            self.say(_("There is nothing."))
            return
        self._go(ENTRY)
        await self._show()

    def action_back(self) -> None:
        """To the list."""
        self._go(LIST)

    @dialog
    async def action_filter(self) -> None:
        """Choose which entries are shown."""

        async def exists(wanted: Wanted) -> None:
            await self.forum.record.page(self.actor, wanted.as_filter(), limit=1)

        modal = RecordFilterModal(self._wanted, self._names, exists)
        found = await self.forum_app.push_screen(modal, wait_for_dismiss=True)
        if found is not None:
            self._wanted = found
            self.rows.set_items(())
            await self.action_reload()

    def action_thread(self) -> None:
        """To the post or thread that it was about."""
        row = self.rows.current
        if row is not None and row.now_in is not None:
            self.post_message(OpenThread(row.now_in, row.post_number))
        else:
            self.say(_("No thread belongs to this entry."))

    def action_case(self) -> None:
        """To the case that it belongs to."""
        row = self.rows.current
        if row is not None and row.case_id is not None:
            self.post_message(Go(Place.MODERATION, (row.case_id,), on_top=True))
        else:
            self.say(_("No case belongs to this entry."))

    def action_profile(self) -> None:
        """Who it is about."""
        row = self.rows.current
        if row is not None and row.author is not None:
            self.post_message(Go(Place.PROFILE, (row.author.handle,), on_top=True))
        else:
            self.say(_("This entry is about nobody."))

    def action_export(self) -> None:
        """Say how what is shown is had as a file."""
        told = _("On the machine of the forum, this command writes what is shown here:")
        formats = _("As JSON lines with {option}.").format(option="`--format jsonl`")
        text = f"{told}\n\n```\n{command(self._wanted, self._slugs)}\n```\n\n{formats}"
        self.app.push_screen(TextModal(_("As a file"), text))
