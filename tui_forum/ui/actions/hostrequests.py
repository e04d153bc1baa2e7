"""Answering what hosts ask one another: in the hosts' round, and on the page of one request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tui_forum.domain.hosting import HostRequestView, RequestKind
from tui_forum.i18n import _, format_date
from tui_forum.ui.screen import ForumScreen


class HostRequestActions(ForumScreen[Any]):
    """Dialogs; each returns whether something was tried, so that what is shown may have changed."""

    async def accept_request(self, request: HostRequestView) -> bool:
        """Say yes, after asking."""
        question = {
            RequestKind.COHOST: _("Host {name} from now on?"),
            RequestKind.HANDOVER: _("Host {name} until {date}, that day included?"),
            RequestKind.ADOPTION: _("Host {name} from now on?"),
        }[request.kind]
        date = format_date(request.ends_on) if request.ends_on is not None else ""
        if not await self.forum_app.confirm(question.format(name=request.community_name, date=date)):
            return False
        done = _("You host {name} now. H is its page.").format(name=request.community_name)
        if await self.done(self.forum.host_requests.accept(self.actor, request.request_id)):
            self.say(done)
        return True

    async def close_request(self, request: HostRequestView) -> bool:
        """Say no, take back what one asked, or end a handover, after asking."""
        requests, which = self.forum.host_requests, request.request_id
        calls: tuple[tuple[bool, Callable[[], Awaitable[object]], str, str], ...] = (
            (
                request.may_decline,
                lambda: requests.decline(self.actor, which),
                _("Decline? @{handle} is told.").format(handle=request.asker.handle),
                _("Declined."),
            ),
            (
                request.may_withdraw,
                lambda: requests.withdraw(self.actor, which),
                _("Take the request back?"),
                _("Taken back."),
            ),
            (
                request.may_end,
                lambda: requests.end_handover(self.actor, which),
                _("End the handover now? Both are told."),
                _("Ended."),
            ),
        )
        for may, call, question, done in calls:
            if may:
                if not await self.forum_app.confirm(question):
                    return False
                if await self.done(call()):
                    self.say(done)
                return True
        self.say(_("There is nothing to decline here."))
        return False
