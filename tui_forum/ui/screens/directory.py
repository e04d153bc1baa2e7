"""The directory: all communities one may know of, to look for one and join it."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, ClassVar, Final, TypeVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui_forum.domain.directory import DirectoryCursor, DirectoryRow, Order, Suggestion, Wanted, Whose
from tui_forum.domain.entities import Purpose
from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.life import Stage
from tui_forum.domain.text import display_line, excerpt
from tui_forum.i18n import N_, _
from tui_forum.ui.actions.charter import open_new_community
from tui_forum.ui.actions.joining import JoiningActions
from tui_forum.ui.keys import Key
from tui_forum.ui.lifewords import stage_name
from tui_forum.ui.listscreen import Page, PagedScreen
from tui_forum.ui.memberwords import ORDERS, PURPOSE_NAMES, WHOSE
from tui_forum.ui.modals.pick import Choice
from tui_forum.ui.navigation import Go, OpenCommunity, Place
from tui_forum.ui.screen import dialog
from tui_forum.ui.widgets.directoryrows import draw_directory
from tui_forum.ui.widgets.rows import Heading, RowList

#: As much of the words that are looked for stands above the list, cells.
WORDS_CELLS: Final = 20

Item = DirectoryRow | Suggestion
Value = TypeVar("Value", bound=StrEnum)

_CHANGES: frozenset[EventKind] = frozenset(
    (
        EventKind.MEMBER_JOINED,
        EventKind.MEMBER_LEFT,
        EventKind.MEMBER_INVITED,
        EventKind.INVITATION_CLOSED,
        EventKind.JOIN_REQUESTED,
        EventKind.REQUEST_CLOSED,
    )
)


class DirectoryScreen(JoiningActions, PagedScreen[None]):
    """Suggestions first, then all of it as it is filtered and sorted."""

    TITLE_TEXT = N_("Find communities")
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("open"), hint=True),
        Key(("J",), "join", N_("join or leave"), hint=True),
        Key(("i",), "about", N_("about"), hint=True),
        Key(("O",), "open_new", N_("open a community")),
        Key(("slash",), "filter_words", N_("words"), hint=True),
        Key(("o",), "order", N_("sort"), hint=True),
        Key(("p",), "filter_purpose", N_("purpose")),
        Key(("s",), "filter_stage", N_("state")),
        Key(("L",), "filter_language", N_("language")),
        Key(("m",), "filter_whose", N_("mine or not")),
        Key(("x",), "clear_filters", N_("all communities again")),
        Key(("ctrl+r", "f5"), "reload", N_("reload")),
    )
    DEFAULT_CSS = "DirectoryScreen Static { height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; }"

    def __init__(self) -> None:
        super().__init__()
        self.rows = RowList[Item](draw_directory, row_height=2)
        self._wanted = Wanted()
        self._next: DirectoryCursor | None = None
        self._filters = Static("", markup=False)

    def body(self) -> Sequence[Widget]:
        """What is listed, in words, and the list."""
        return (self._filters, self.rows)

    async def on_mount(self) -> None:
        """Load."""
        self.rows.focus()
        await self._load()
        await super().on_mount()

    def on_screen_resume(self) -> None:
        """One may have joined on the community's page."""
        if self.rows.items:
            self.call_later(self._load)
        super().on_screen_resume()

    # -- loading

    async def _load(self, *, fresh: bool = False) -> None:
        """Load what is wanted; ``fresh``: from the top, not where one was."""
        page = await self.ask(self.forum.directory.page(self.actor, self._wanted))
        if page is None:
            return
        suggested: tuple[Suggestion, ...] = ()
        if self._unfiltered:
            suggested = await self.ask(self.forum.directory.suggestions(self.actor)) or ()
        self._next = page.next
        items: list[Item | Heading] = []
        if suggested:
            items = [Heading(_("You may like")), *suggested, Heading(_("All communities"))]
        current = None if fresh else self.rows.current
        self.rows.empty = _("No community is like that: x shows all.")
        items += page.rows
        kept = any(not isinstance(item, Heading) and _same(item, current) for item in items)
        # A suggestion that one has followed is none any more: the cursor goes with the community.
        same = _same if kept else _same_community
        self.rows.set_items(items, keep=lambda item: same(item, current))
        self._filters.update(self._in_words())

    def next_page(self) -> Coroutine[Any, Any, Page]:
        """Further down."""
        return self.forum.directory.page(self.actor, self._wanted, self._next)

    async def on_forum_event(self, event: Event) -> None:
        """One came in, or was asked."""
        if event.kind in _CHANGES and event.account_id == self.actor.account_id:
            await self._load()
        self.refresh_bars()

    @property
    def _unfiltered(self) -> bool:
        return replace(self._wanted, order=Order.ACTIVITY) == Wanted()

    def _in_words(self) -> Content:
        """What is listed, each part behind the key that changes it."""
        wanted = self._wanted
        parts = (
            ("/", excerpt(wanted.text, WORDS_CELLS) or _("words"), bool(wanted.text)),
            ("m", _(WHOSE[wanted.whose]), wanted.whose is not Whose.ALL),
            ("o", _(ORDERS[wanted.order]), False),
            ("p", _(PURPOSE_NAMES[wanted.purpose]) if wanted.purpose else _("purpose"), bool(wanted.purpose)),
            ("s", stage_name(wanted.stage) if wanted.stage else _("state"), bool(wanted.stage)),
            ("L", display_line(wanted.language) or _("language"), bool(wanted.language)),
        )
        shown: list[str | tuple[str, str]] = []
        for key, value, chosen in parts:
            shown += [(key, "bold $accent"), " ", (value, "bold $foreground") if chosen else value, "  "]
        return Content.assemble(*shown)

    # -- actions

    @property
    def _selected(self) -> DirectoryRow | None:
        item = self.rows.current
        return item.row if isinstance(item, Suggestion) else item

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """To its threads, or to its page where one may not read."""
        message.stop()
        row = self._selected
        if row is None:
            return
        if row.community.readable:
            self.post_message(OpenCommunity(row.community.community_id))
        else:
            self.action_about()

    def action_open_new(self) -> None:
        """Open a community."""
        open_new_community(self)

    def action_about(self) -> None:
        """The community's page."""
        row = self._selected
        if row is not None:
            self.post_message(Go(Place.COMMUNITY, (row.community.community_id,), on_top=True))

    @dialog
    async def action_join(self) -> None:
        """Join the selected community, ask to be let in, or leave it."""
        row = self._selected
        if row is not None and await self.come_or_go(row.community):
            await self._load()

    async def action_reload(self) -> None:
        """Load again from the beginning."""
        await self._load()

    async def _show(self, wanted: Wanted) -> None:
        self._wanted = wanted
        await self._load(fresh=True)

    @dialog
    async def action_filter_words(self) -> None:
        """Only communities that have words which begin so in their name or charter."""
        question = _("Words of the name, the purpose or the audience (empty: all):")
        line = await self.forum_app.ask_line(question, self._wanted.text)
        if line is not None:
            await self._show(replace(self._wanted, text=line.strip()))

    @dialog
    async def action_filter_language(self) -> None:
        """Only communities that speak a language."""
        question = _("Language, as a code such as en or de (empty: all):")
        line = await self.forum_app.ask_line(question, self._wanted.language)
        if line is not None:
            await self._show(replace(self._wanted, language=line.strip().lower()))

    async def _pick(
        self, title: str, names: Mapping[Value, str], *, everything: str = ""
    ) -> Value | bool | None:
        """One of ``names``; None for ``everything``; False when one thinks better of it."""
        choices = [Choice(name) for name in names.values()]
        if everything:
            choices.insert(0, Choice(everything))
        chosen = await self.forum_app.pick(title, choices)
        if chosen is None:
            return False
        values: list[Value | None] = [None] if everything else []
        return [*values, *names][chosen]

    @dialog
    async def action_order(self) -> None:
        """Another order."""
        chosen = await self._pick(_("Sort communities"), {one: _(name) for one, name in ORDERS.items()})
        if isinstance(chosen, Order):
            await self._show(replace(self._wanted, order=chosen))

    @dialog
    async def action_filter_whose(self) -> None:
        """Mine, others, or all."""
        chosen = await self._pick(_("Which communities?"), {one: _(name) for one, name in WHOSE.items()})
        if isinstance(chosen, Whose):
            await self._show(replace(self._wanted, whose=chosen))

    @dialog
    async def action_filter_purpose(self) -> None:
        """Only one purpose."""
        names = {one: _(name) for one, name in PURPOSE_NAMES.items()}
        chosen = await self._pick(_("Communities of which purpose?"), names, everything=_("all purposes"))
        if chosen is None or isinstance(chosen, Purpose):
            await self._show(replace(self._wanted, purpose=chosen))

    @dialog
    async def action_filter_stage(self) -> None:
        """Only one state."""
        names = {one: stage_name(one) for one in Stage}
        chosen = await self._pick(_("Communities in which state?"), names, everything=_("all states"))
        if chosen is None or isinstance(chosen, Stage):
            await self._show(replace(self._wanted, stage=chosen))

    async def action_clear_filters(self) -> None:
        """All communities, as they were sorted."""
        await self._show(Wanted(order=self._wanted.order))


def _same(item: Item, before: Item | None) -> bool:
    if before is None or type(item) is not type(before):
        return False
    return _id(item) == _id(before)


def _same_community(item: Item, before: Item | None) -> bool:
    return before is not None and _id(item) == _id(before)


def _id(item: Item) -> int:
    row = item.row if isinstance(item, Suggestion) else item
    return row.community.community_id
