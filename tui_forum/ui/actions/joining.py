"""Coming into a community and leaving it, each as its door is."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from tui_forum.domain.entities import Visibility
from tui_forum.domain.errors import ForumError
from tui_forum.domain.policy import Action, decide
from tui_forum.domain.views import CommunityRow
from tui_forum.i18n import _, explain
from tui_forum.services.communities import standing_in
from tui_forum.ui.screen import ForumScreen


class JoiningActions(ForumScreen[Any]):
    """What key ``J`` does with a community, on every screen that shows some."""

    async def come_or_go(self, community: CommunityRow) -> bool:
        """Join, accept an invitation, ask to be let in, take that back, or leave; whether it was done."""
        if community.role is not None:
            return await self._leave(community)
        if community.requested and not community.invited:
            return await self._take_back(community)
        if decide(Action.REQUEST_TO_JOIN, standing_in(self.actor, community)).allowed:
            return await self._request(community)
        return await self._done(
            self.forum.memberships.join(self.actor, community.community_id),
            _("Welcome to {name}.").format(name=community.name),
        )

    async def _done(self, call: Awaitable[None], sentence: str) -> bool:
        try:
            await call
        except ForumError as error:
            self.say(explain(error), error=True)
            return False
        self.say(sentence)
        return True

    async def decline(self, community: CommunityRow) -> bool:
        """Say no to an invitation, after asking; whether it was done."""
        question = _("Decline the invitation into {name}?").format(name=community.name)
        return await self.forum_app.confirm(question) and await self._done(
            self.forum.memberships.decline_invitation(self.actor, community.community_id),
            _("The invitation is declined."),
        )

    async def _request(self, community: CommunityRow) -> bool:
        question = _("Ask to join {name}. A sentence for its hosts (it may stay empty):")
        sent = await self.forum_app.ask_until_taken(
            question.format(name=community.name),
            lambda message: self.forum.memberships.request(self.actor, community.community_id, message),
        )
        if sent:
            self.say(_("Asked: the hosts of {name} will answer into your inbox.").format(name=community.name))
        return sent

    async def _take_back(self, community: CommunityRow) -> bool:
        question = _("You have asked to join {name}. Take that back?").format(name=community.name)
        return await self.forum_app.confirm(question) and await self._done(
            self.forum.memberships.withdraw_request(self.actor, community.community_id),
            _("Your request is taken back."),
        )

    async def _leave(self, community: CommunityRow) -> bool:
        question = {
            Visibility.OPEN: _("Leave {name}?"),
            Visibility.APPROVAL: _("Leave {name}? To come back you must ask again."),
            Visibility.INVITE: _("Leave {name}? You will not see it any more unless you are invited again."),
        }[community.visibility]
        return await self.forum_app.confirm(question.format(name=community.name)) and await self._done(
            self.forum.memberships.leave(self.actor, community.community_id),
            _("You have left {name}.").format(name=community.name),
        )
