"""The hosts' round: what hosts ask one another, one's own communities, and the guides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final

from textual.widget import Widget

from tui_forum.domain.charter import PURPOSES
from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.hosting import HostedCommunity, HostRequestView, RoundView
from tui_forum.domain.playbooks import PlaybookRow
from tui_forum.domain.text import display_line, excerpt, pad
from tui_forum.domain.views import CommunityRow
from tui_forum.i18n import N_, _, format_age, format_date
from tui_forum.ui.actions.hosting import HostingActions
from tui_forum.ui.actions.hostrequests import HostRequestActions
from tui_forum.ui.hostrequestwords import answers, asks
from tui_forum.ui.hostwords import figures_line
from tui_forum.ui.keys import Key
from tui_forum.ui.lifewords import MARKS, explain_stage, stage_name
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.modals.find import FindModal
from tui_forum.ui.navigation import Go, OpenCommunity, OpenThread, Place
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Heading, Lines, RowList, columns
from tui_forum.ui.widgets.spark import spark

_STAGE: Final = 11  # cells: the bars of all rows stand below one another
HOST: Final = "host"
GUEST: Final = "guest"


@dataclass(frozen=True, slots=True)
class Own:
    """A community that one hosts."""

    hosted: HostedCommunity


@dataclass(frozen=True, slots=True)
class Forsaken:
    """A community that nobody looks after."""

    hosted: HostedCommunity


Item = HostRequestView | Own | Forsaken | PlaybookRow


def _draw_request(request: HostRequestView, width: int, skin: Skin) -> Lines:
    age = [Cell(f" {format_age(request.created_at, datetime.now(UTC))} ", skin.dim)]
    first = columns(Cell(f" {asks(request)}", skin.strong), age, width)
    notes = display_line(excerpt(request.notes, max(10, width))) or display_line(
        _(PURPOSES[request.purpose].name)
    )
    second = columns(Cell(f"   {notes}", skin.dim), [Cell(f" {answers(request)} ", skin.accent)], width)
    return first, second


def _draw_community(item: Own | Forsaken, width: int, skin: Skin) -> Lines:
    hosted = item.hosted
    stage = hosted.stage.stage
    name = f" {MARKS[stage]} {display_line(hosted.name)}"
    right = [
        Cell(f" {spark(hosted.facts.weeks)} ", skin.dim),
        Cell(pad(stage_name(stage), _STAGE), skin.accent),
    ]
    first = columns(Cell(name, skin.strong), right, width)
    kind = _(PURPOSES[hosted.facts.purpose].name)
    if isinstance(item, Own) and hosted.comparison is not None:
        text = figures_line(hosted.comparison, hosted.facts.purpose)
    else:
        text = explain_stage(hosted.stage)
    adopts = _("a adopts it")
    last = [Cell(f" {adopts} ", skin.accent)] if isinstance(item, Forsaken) else []
    return first, columns(Cell(f"   {kind} · {text}", skin.dim), last, width)


def _draw_guide(guide: PlaybookRow, width: int, skin: Skin) -> Lines:
    note = ""
    if guide.editor is not None:
        changed = _("changed by @{handle}, {date}")
        note = changed.format(handle=guide.editor.handle, date=format_date(guide.updated_at))
    first = columns(Cell(f" {display_line(guide.title)}", skin.strong), [], width)
    kind = f"{_(PURPOSES[guide.purpose].name)} · {_(PURPOSES[guide.purpose].means)}"
    return first, columns(Cell(f"   {kind}", skin.dim), [Cell(f" {note} ", skin.dim)], width)


def _draw(item: Item, width: int, skin: Skin) -> Lines:
    if isinstance(item, HostRequestView):
        return _draw_request(item, width, skin)
    if isinstance(item, PlaybookRow):
        return _draw_guide(item, width, skin)
    return _draw_community(item, width, skin)


def _key_of(item: Item | None) -> tuple[str, int]:
    """Which row it is, whatever has changed in it."""
    if isinstance(item, HostRequestView):
        return "request", item.request_id
    if isinstance(item, PlaybookRow):
        return "guide", item.playbook_id
    return ("community", item.hosted.community_id) if item is not None else ("", 0)


def _draw_name(hosted: HostedCommunity, width: int, skin: Skin) -> Lines:
    stage = [Cell(f"{stage_name(hosted.stage.stage)} ", skin.dim)]
    return (columns(Cell(f" {display_line(hosted.name)}"), stage, width),)


class RoundScreen(HostingActions, HostRequestActions, ListScreen[None]):
    """One list under headings: what waits for one's answer first, the guides last."""

    TITLE_TEXT = N_("Hosts' round")
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("open"), hint=True),
        Key(("a",), "accept", N_("accept, adopt"), hint=True),
        Key(("d",), "decline", N_("decline, take back, end"), hint=True),
        Key(("b",), "cohost", N_("ask for a co-host"), hint=True, levels=(HOST,)),
        Key(("v",), "hand_over", N_("hand over for a while"), hint=True, levels=(HOST,)),
        Key(("t",), "threads", N_("threads of the round"), hint=True, levels=(HOST,)),
        Key(("ctrl+r", "f5"), "reload", N_("reload")),
    )

    def __init__(self) -> None:
        super().__init__()
        self._view: RoundView | None = None
        self.rows = RowList[Item](_draw, row_height=2)

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    @property
    def level(self) -> str:
        """Who hosts nothing has only what was asked, and the guides."""
        return HOST if self._view is not None and self._view.hosts else GUEST

    # -- loading

    async def on_mount(self) -> None:
        """Load."""
        self.rows.focus()
        await self._load()
        await super().on_mount()

    async def on_screen_resume(self) -> None:  # type: ignore[override]
        """Something may have been done meanwhile."""
        if self._view is not None:
            await self._load()
        self.refresh_bars()

    async def _load(self) -> None:
        view = await self.ask(self.forum.hosts_round.view(self.actor))
        guides = await self.ask(self.forum.playbooks.all(self.actor))
        if view is None or guides is None:
            return
        current = _key_of(self.rows.current)
        self._view = view
        items: list[Item | Heading] = []
        for title, rows in (
            (_("Asked of you"), view.asked),
            (_("Open requests"), view.others),
            (_("Standing in"), view.running),
            (_("Your communities, beside others of their kind"), tuple(map(Own, view.own))),
            (_("Nobody looks after these"), tuple(map(Forsaken, view.forsaken))),
            (_("Guides"), guides),
        ):
            if rows:
                items.append(Heading(title))
                items.extend(rows)
        self.rows.set_items(items, keep=lambda item: _key_of(item) == current)
        self.refresh_bars()

    async def on_forum_event(self, event: Event) -> None:
        """Somebody asked or answered."""
        if event.kind in (
            EventKind.HOST_ASKED, EventKind.HOST_ANSWERED, EventKind.NOTICE_SENT, EventKind.MEMBER_CHANGED,
            EventKind.COMMUNITY_ARCHIVED, EventKind.COMMUNITY_MERGED, EventKind.MEMBER_JOINED,
        ):  # fmt: skip
            await self._load()
        self.refresh_bars()

    # -- actions

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Open what the row is about."""
        message.stop()
        item = message.item
        if isinstance(item, PlaybookRow):
            self.post_message(Go(Place.PLAYBOOK, (item.slug,), on_top=True))
        elif isinstance(item, Own | Forsaken):
            self.post_message(Go(Place.HOSTING, (item.hosted.community_id,), on_top=True))
        elif isinstance(item, HostRequestView):
            if item.thread_id is not None:
                self.post_message(OpenThread(item.thread_id))
            else:
                self.post_message(Go(Place.HOST_REQUEST, (item.request_id,), on_top=True))

    @dialog
    async def action_accept(self) -> None:
        """Say yes to what is asked, or adopt what nobody looks after."""
        item = self.rows.current
        if isinstance(item, Forsaken):
            community = await self._community(item.hosted.community_id)
            if community is not None and await self.adopt(community):
                await self._load()
        elif isinstance(item, HostRequestView) and item.may_accept:
            if await self.accept_request(item):
                await self._load()
        else:
            self.say(_("There is nothing to accept here."))

    @dialog
    async def action_decline(self) -> None:
        """Say no, take back what one asked, or end a handover."""
        item = self.rows.current
        if not isinstance(item, HostRequestView):
            self.say(_("There is nothing to decline here."))
            return
        if await self.close_request(item):
            await self._load()

    async def _community(self, community_id: int) -> CommunityRow | None:
        return await self.ask(self.forum.communities.community_by_id(self.actor, community_id))

    async def _own(self) -> CommunityRow | None:
        """The selected community of one's own, or the one that is meant when there are several."""
        own = self._view.own if self._view is not None else ()
        item = self.rows.current
        hosted = item.hosted if isinstance(item, Own) else own[0] if len(own) == 1 else None
        if hosted is None and own:
            hosted = await self._which(own)
        return await self._community(hosted.community_id) if hosted is not None else None

    async def _which(self, own: Sequence[HostedCommunity]) -> HostedCommunity | None:
        async def search(words: str) -> Sequence[HostedCommunity]:
            wanted = words.lower().split()
            return [one for one in own if all(word in one.name.lower() for word in wanted)]

        return await self.app.push_screen(
            FindModal(_("Which of your communities?"), search, _draw_name), wait_for_dismiss=True
        )

    @dialog
    async def action_cohost(self) -> None:
        """Ask for a co-host for one of one's communities."""
        community = await self._own()
        if community is not None and await self.ask_cohost(community):
            await self._load()

    @dialog
    async def action_hand_over(self) -> None:
        """Hand one of one's communities over for a while."""
        community = await self._own()
        if community is not None and await self.hand_over(community):
            await self._load()

    def action_threads(self) -> None:
        """To what hosts write to one another."""
        if self._view is not None and self._view.community_id is not None:
            self.post_message(OpenCommunity(self._view.community_id))

    async def action_reload(self) -> None:
        """Load it again."""
        await self._load()
