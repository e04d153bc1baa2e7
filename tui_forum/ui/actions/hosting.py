"""What hosts do with a community as a whole: on its host's page and in their round."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tui_forum.domain.charter import PURPOSES, read_date
from tui_forum.domain.errors import ForumError, InvalidInputError
from tui_forum.domain.hosting import MergeTarget
from tui_forum.domain.text import display_line
from tui_forum.domain.views import CommunityRow
from tui_forum.i18n import _, explain
from tui_forum.services.communities import today_of
from tui_forum.services.hostrequests import Call
from tui_forum.ui.modals.askhost import GIVEN_UP, AskHostModal, Asking, HostAsk
from tui_forum.ui.modals.find import FindModal
from tui_forum.ui.screen import ForumScreen
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, columns


def _draw_target(target: MergeTarget, width: int, skin: Skin) -> Lines:
    kind = [Cell(f" {_(PURPOSES[target.purpose].name)} ", skin.dim)]
    return (columns(Cell(f" {display_line(target.name)}"), kind, width),)


class HostingActions(ForumScreen[Any]):
    """Dialogs that ask, archive, merge and adopt. Each returns whether something was done."""

    def __init__(self) -> None:
        super().__init__()
        #: What was typed into a form and not sent, by community and kind: it is there again.
        self._begun: dict[tuple[int, Asking], HostAsk] = {}

    async def _ask_hosts(
        self,
        community: CommunityRow,
        asking: Asking,
        title: str,
        send: Callable[[HostAsk], Awaitable[object]],
    ) -> bool:
        key = (community.community_id, asking)
        ask = self._begun.get(key, HostAsk(asking))
        while True:
            ask = await self.forum_app.push_screen(
                AskHostModal(title.format(name=community.name), ask), wait_for_dismiss=True
            )
            if ask.problem == GIVEN_UP:
                self._begun[key] = replace(ask, problem="")
                return False
            try:
                await send(ask)
            except InvalidInputError as error:
                ask = replace(ask, field=error.field, problem=explain(error))
            except ForumError as error:
                self._begun[key] = ask
                self.say(explain(error), error=True)
                return False
            else:
                self._begun.pop(key, None)
                return True

    async def ask_cohost(self, community: CommunityRow) -> bool:
        """Ask somebody, or all hosts, to host with one."""
        name = display_line(community.name)

        async def send(ask: HostAsk) -> None:
            call = Call(
                _("Who hosts {name} with me?").format(name=name),
                ask.notes.strip() or _("I am looking for a second host for {name}.").format(name=name),
            )
            await self.forum.host_requests.ask_cohost(
                self.actor, community.community_id, ask.handle, ask.notes, call
            )

        done = await self._ask_hosts(community, Asking.COHOST, _("Ask for a co-host for {name}"), send)
        if done:
            self.say(_("Asked. You are told as soon as somebody answers."))
        return done

    async def hand_over(self, community: CommunityRow) -> bool:
        """Ask somebody to host in one's place until a day."""

        async def send(ask: HostAsk) -> None:
            until = read_date(ask.until, "ends_on", today_of(self.actor, datetime.now(UTC)))
            await self.forum.host_requests.hand_over(
                self.actor, community.community_id, ask.handle, ask.notes, until
            )

        done = await self._ask_hosts(community, Asking.HANDOVER, _("Hand over {name} for a while"), send)
        if done:
            self.say(_("Asked. You are told as soon as somebody answers."))
        return done

    async def look_for_host(self, community: CommunityRow) -> bool:
        """Ask all hosts whether one of them adopts the community."""
        name = display_line(community.name)

        async def send(ask: HostAsk) -> None:
            call = Call(
                _("Who adopts {name}?").format(name=name),
                ask.notes.strip() or _("{name} is looking for a new host.").format(name=name),
            )
            await self.forum.host_requests.look_for_host(self.actor, community.community_id, ask.notes, call)

        done = await self._ask_hosts(community, Asking.ADOPTION, _("Look for a new host for {name}"), send)
        if done:
            self.say(_("Asked: all hosts can read it in their round (g o)."))
        return done

    async def _do(self, call: Awaitable[object], sentence: str) -> bool:
        try:
            await call
        except ForumError as error:
            self.say(explain(error), error=True)
            return False
        self.say(sentence)
        return True

    async def adopt(self, community: CommunityRow) -> bool:
        """Become its host."""
        question = _("Host {name} from now on?").format(name=community.name)
        if not await self.forum_app.confirm(question):
            return False
        done = _("You host {name} now. H is its page.").format(name=community.name)
        return await self._do(self.forum.host_requests.adopt(self.actor, community.community_id), done)

    async def archive(self, community: CommunityRow) -> bool:
        """Close it for writing, with a reason that the members read."""
        reason = await self.forum_app.ask_reason(
            _("Archive {name}: it stays readable. Why? All members are told.").format(name=community.name),
            (
                _("What it was for is done"),
                _("Nobody has written for a long time"),
                _("There is another place for it now"),
            ),
        )
        if reason is None:
            return False
        done = _("{name} is archived. X opens it again.").format(name=community.name)
        return await self._do(self.forum.hosting.archive(self.actor, community.community_id, reason), done)

    async def reopen(self, community: CommunityRow) -> bool:
        """Let people write in it again."""
        if not await self.forum_app.confirm(_("Open {name} again?").format(name=community.name)):
            return False
        done = _("{name} is open again; its members are told.").format(name=community.name)
        return await self._do(self.forum.hosting.reopen(self.actor, community.community_id), done)

    async def merge(self, community: CommunityRow) -> bool:
        """Let its threads and members go into another community."""
        targets = await self.ask(self.forum.merging.merge_targets(self.actor, community.community_id))
        if targets is None:
            return False
        if not targets:
            self.say(
                _("There is no other community that it can go into: you host none, or more people read it.")
            )
            return False

        async def search(words: str) -> Sequence[MergeTarget]:
            wanted = words.lower().split()
            return [
                one for one in targets if all(word in f"{one.name} {one.slug}".lower() for word in wanted)
            ]

        title = _("Merge {name} into:").format(name=community.name)
        into = await self.app.push_screen(FindModal(title, search, _draw_target), wait_for_dismiss=True)
        if into is None:
            return False
        question = _(
            "Merge {name} into {into}? All threads and members go there; the members are told. It stays so."
        )
        if not await self.forum_app.confirm(question.format(name=community.name, into=into.name)):
            return False
        return await self._do(
            self.forum.merging.merge(self.actor, community.community_id, into.community_id),
            _("{name} is part of {into} now.").format(name=community.name, into=into.name),
        )

    async def invite(self, community: CommunityRow) -> bool:
        """Ask somebody in, by handle."""
        question = _("Whom do you invite into {name}? A handle:").format(name=community.name)
        asked = await self.forum_app.ask_until_taken(
            question,
            lambda handle: self.forum.memberships.invite(self.actor, community.community_id, handle),
        )
        if asked:
            self.say(_("Invited. You are told when they come."))
        return asked
