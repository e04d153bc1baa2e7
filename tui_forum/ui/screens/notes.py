"""What moderators note about somebody, latest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.widget import Widget

from tui_forum.domain.cases import SanctionLine
from tui_forum.domain.errors import ForumError
from tui_forum.domain.notes import AccountNote, NotesPage
from tui_forum.domain.text import display_line, display_text
from tui_forum.i18n import N_, _, explain, format_datetime
from tui_forum.ui.actions.lifting import LiftingActions, sanction_end, sanction_place
from tui_forum.ui.asking import ask_words
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.modals.pick import Choice
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.recordwords import Wanted
from tui_forum.ui.render.wrapping import wrap
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Heading, Lines, Note, RowList, columns


def place_name(name: str) -> str:
    """For whose moderators a note is."""
    return display_line(name) or _("the whole forum")


def _draw(note: AccountNote, width: int, skin: Skin) -> Lines:
    parts = [f"@{note.author.handle}", place_name(note.community_name)]
    if note.case_id is not None:
        parts.append(_("case {n}").format(n=note.case_id))
    when = Cell(f" {format_datetime(note.created_at)} ", skin.dim)
    return (columns(Cell(f" {' · '.join(parts)}", skin.accent), [when], width),)


class NotesScreen(LiftingActions, ListScreen[None]):
    """What is laid on somebody now, and all notes that one may read; each whole."""

    TITLE_TEXT = N_("Moderators' notes")
    KEYS: ClassVar = (
        Key(("n",), "add", N_("new note"), hint=True),
        Key(("enter", "l", "right", "c"), "enter", N_("the case"), hint=True),
        Key(("U",), "lift", N_("lift a sanction")),
        Key(("L",), "record", N_("record of moderation"), hint=True),
        Key(("ctrl+r", "f5"), "reload", N_("reload")),
    )

    def __init__(self, handle: str) -> None:
        super().__init__()
        self._handle = handle
        self._page: NotesPage | None = None
        self._notes: list[AccountNote] = []
        self._loading = False
        self._sanctions: tuple[SanctionLine, ...] = ()
        self.rows = RowList[AccountNote](_draw, empty=_("Nothing is noted: n writes the first note."))

    def heading(self) -> str:
        """About whom."""
        return _("Moderators' notes about @{handle}").format(handle=self._handle)

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    async def on_mount(self) -> None:
        """Load; who may not read them is told so where one came from."""
        self.rows.focus()
        try:
            self._sanctions = await self.forum.sanctions.of(self.actor, self._handle)
            self._take(await self.forum.notes.of(self.actor, self._handle))
        except ForumError as error:
            self.forum_app.call_later(self.forum_app.say, explain(error), error=True)
            self.dismiss()
            return
        await super().on_mount()

    def _take(self, page: NotesPage, *, anew: bool = True) -> None:
        self._page = page
        self._notes = [*([] if anew else self._notes), *page.notes]
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Notes are wrapped to the width."""
        super().on_resize(event)
        if self._notes or self._sanctions:
            self._show()

    def _show(self) -> None:
        current = self.rows.current
        self.rows.set_items(list(self._items()), keep=lambda row: row == current)

    def _items(self) -> Iterator[AccountNote | Heading]:
        if self._sanctions:
            yield Heading(_("Laid on @{handle} now").format(handle=self._handle))
            for one in self._sanctions:
                yield Note(f"   {sanction_place(one)} · {sanction_end(one)} · {display_line(one.reason)}")
            yield Heading(_("Noted"))
        for note in self._notes:
            yield note
            for line in display_text(note.body).split("\n"):
                for part in wrap([(line, Style.null())], max(20, self.size.width - 6)):
                    yield Note(f"   {''.join(segment.text for segment in part)}")

    async def on_row_list_near_end(self, message: RowList.NearEnd) -> None:
        """Older ones."""
        message.stop()
        if self._page is None or self._page.next is None or self._loading:
            return
        self._loading = True
        page = await self.ask(self.forum.notes.of(self.actor, self._handle, self._page.next))
        self._loading = False
        if page is not None:
            self._take(page, anew=False)

    async def action_reload(self) -> None:
        """Load again, from the latest."""
        self._sanctions = await self.ask(self.forum.sanctions.of(self.actor, self._handle)) or ()
        page = await self.ask(self.forum.notes.of(self.actor, self._handle))
        if page is not None:
            self._take(page)

    @dialog
    async def action_add(self) -> None:
        """Note something: for whose moderators, and what."""
        if self._page is None:
            return
        places, chosen = self._page.places, 0
        if len(places) > 1:
            choices = [Choice(place_name(name)) for _place, name in places]
            found = await self.forum_app.pick(_("For the moderators of"), choices)
            if found is None:
                return
            chosen = found
        key = f"note:{self._handle}"
        title = _("Note about @{handle}, for moderators").format(handle=self._handle)
        text = await ask_words(self, key, f"{title} · {place_name(places[chosen][1])}")
        if text is None:
            return
        if await self.done(self.forum.notes.add(self.actor, self._handle, places[chosen][0], text)):
            await self.ask(self.forum.drafts.discard(self.actor, key))
            await self.action_reload()
            self.rows.select(0)
            self.say(_("Noted."))

    @dialog
    async def action_lift(self) -> None:
        """End what is laid on them before its time."""
        if await self.lift_one_of(self._handle, self._sanctions):
            await self.action_reload()

    def action_record(self) -> None:
        """What was done about them."""
        self.post_message(Go(Place.RECORD, (Wanted(account=self._handle),), on_top=True))

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """To the case that a note was taken in."""
        message.stop()
        note = message.item
        if isinstance(note, AccountNote) and note.case_id is not None:
            self.post_message(Go(Place.MODERATION, (note.case_id,), on_top=True))
        else:
            self.say(_("No case belongs to this note."))
