"""Who has not acknowledged an announcement yet, for its hosts."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any, ClassVar

from textual.widget import Widget

from tui_forum.domain.errors import ForumError
from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.text import display_line
from tui_forum.domain.views import Author
from tui_forum.i18n import N_, _, explain, format_number
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import Page, PagedScreen
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList


def _draw(person: Author, width: int, skin: Skin) -> Lines:  # noqa: ARG001 - the lists' signature
    return ([Cell(f" @{person.handle}  "), Cell(display_line(person.display_name), skin.dim)],)


class NotYetScreen(PagedScreen[None]):
    """Members by handle, page by page."""

    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("profile"), hint=True),
        Key(("ctrl+r", "f5"), "reload", N_("reload")),
    )

    def __init__(self, thread_id: int) -> None:
        super().__init__()
        self._thread_id = thread_id
        self._title = ""
        self._counts = (0, 0)
        self._next: str | None = None
        self.rows = RowList[Author](_draw, empty=_("Everybody has acknowledged it."))

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    def heading(self) -> str:
        """How many have, and what."""
        done, asked = map(format_number, self._counts)
        told = _("{done} of {asked} have acknowledged “{title}”; not yet:")
        return told.format(done=done, asked=asked, title=display_line(self._title))

    async def on_mount(self) -> None:
        """Load; who may not see it is sent back."""
        self.rows.focus()
        if await self._load():
            await super().on_mount()

    async def _load(self) -> bool:
        try:
            page = await self.forum.announcements.not_yet(self.actor, self._thread_id)
        except ForumError as error:
            self.dismiss()
            self.forum_app.call_later(self.forum_app.say, explain(error), error=True)
            return False
        current = self.rows.current
        self._title, self._counts, self._next = page.title, (page.done, page.asked), page.next
        self.rows.set_items(page.rows, keep=lambda row: row == current)
        self.refresh_bars()
        return True

    async def action_reload(self) -> None:
        """Load again."""
        await self._load()

    def next_page(self) -> Coroutine[Any, Any, Page]:
        """Further down."""
        assert self._next is not None
        return self.forum.announcements.not_yet(self.actor, self._thread_id, self._next)

    async def on_forum_event(self, event: Event) -> None:
        """Somebody has."""
        if event.kind is EventKind.ACKNOWLEDGED and event.thread_id == self._thread_id:
            await self._load()
        self.refresh_bars()

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Who is it?"""
        message.stop()
        if isinstance(message.item, Author):
            self.post_message(Go(Place.PROFILE, (message.item.handle,), on_top=True))
