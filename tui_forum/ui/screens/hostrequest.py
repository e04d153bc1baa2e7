"""What one host asks another, with all the notes that were written for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.widget import Widget
from textual.widgets import Static

from tui_forum.domain.charter import PURPOSES
from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.hosting import HostRequestView, RequestState
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, format_datetime
from tui_forum.ui.actions.hostrequests import HostRequestActions
from tui_forum.ui.hostrequestwords import answers, asks
from tui_forum.ui.keys import Key
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.screen import dialog
from tui_forum.ui.textscreen import TEXT_KEYS, TextScreen
from tui_forum.ui.widgets.preview import Preview

#: What has become of it; the others say so in what they ask.
_OVER: Final = {
    RequestState.DECLINED: N_("declined"),
    RequestState.WITHDRAWN: N_("taken back"),
    RequestState.ENDED: N_("over"),
}


class HostRequestScreen(HostRequestActions, TextScreen[None]):
    """Who asks what, the notes, and the keys that answer."""

    text: Preview
    KEYS: ClassVar = (
        Key(("q", "escape", "h", "left"), "close", N_("back"), hint=True),
        Key(("a",), "accept", N_("accept"), hint=True),
        Key(("d",), "decline", N_("decline, take back, end"), hint=True),
        Key(("i",), "about", N_("about the community"), hint=True),
        Key(("at",), "profile", N_("profile of who asks")),
        *TEXT_KEYS,
    )
    DEFAULT_CSS = """
    HostRequestScreen #asks { height: auto; padding: 0 1 1 1; }
    """

    def __init__(self, request_id: int) -> None:
        super().__init__()
        self._request_id = request_id
        self._request: HostRequestView | None = None
        self.about = Static("", id="asks", markup=False)
        self.text = Preview()

    def body(self) -> Sequence[Widget]:
        """What is asked, and the notes."""
        return (self.about, self.text)

    def heading(self) -> str:
        """Among whom."""
        return _("A request among hosts")

    async def on_mount(self) -> None:
        """Load."""
        await self._load()
        await super().on_mount()

    async def _load(self) -> None:
        request = await self.ask(self.forum.host_requests.view(self.actor, self._request_id))
        if request is None:
            return
        self._request = request
        asker = f"@{request.asker.handle} {display_line(request.asker.display_name)}"
        written = _("written by {who}, {when}").format(who=asker, when=format_datetime(request.created_at))
        state = answers(request) or _(_OVER.get(request.state, ""))
        kind = _(PURPOSES[request.purpose].name)
        self.about.update("\n".join(filter(None, (asks(request), f"{kind} · {written}", state))))
        self.text.show(request.notes or _("No notes."))
        self.refresh_bars()

    async def on_forum_event(self, event: Event) -> None:
        """Somebody has answered."""
        if event.kind in (EventKind.HOST_ASKED, EventKind.HOST_ANSWERED, EventKind.NOTICE_SENT):
            await self._load()
        self.refresh_bars()

    @dialog
    async def action_accept(self) -> None:
        """Say yes."""
        if self._request is None or not self._request.may_accept:
            self.say(_("There is nothing to accept here."))
        elif await self.accept_request(self._request):
            await self._load()

    @dialog
    async def action_decline(self) -> None:
        """Say no, take it back, or end it."""
        if self._request is not None and await self.close_request(self._request):
            await self._load()

    def action_about(self) -> None:
        """The page of the community that it is about."""
        if self._request is not None:
            self.post_message(Go(Place.COMMUNITY, (self._request.community_id,), on_top=True))

    def action_profile(self) -> None:
        """Who asks."""
        if self._request is not None:
            self.post_message(Go(Place.PROFILE, (self._request.asker.handle,), on_top=True))
