"""Hosts ask one another: for a co-host, for somebody who stands in, for somebody who adopts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from tui_forum.domain.entities import Actor, Role, SiteRole, Visibility
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.hosting import (
    HostRequestView,
    RequestKind,
    RequestState,
    check_end,
    check_notes,
)
from tui_forum.domain.policy import NOT_FOUND, NOT_YOURS, Action, Standing, decide, require
from tui_forum.domain.text import excerpt
from tui_forum.domain.views import CommunityRow
from tui_forum.i18n import N_
from tui_forum.services.communities import standing_in, today_of
from tui_forum.services.hosting import find_community, stand_to
from tui_forum.services.memberships import become_member, change_role, end_membership
from tui_forum.services.notices import notify
from tui_forum.services.posts import Posts
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.accounts import AccountRepository
from tui_forum.storage.repositories.hostrequests import HostRequestRepository
from tui_forum.storage.repositories.notices import NoticeRepository
from tui_forum.storage.repositories.reading import ReadingRepository
from tui_forum.storage.repositories.rounds import RoundRepository
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

#: Notices; their text is the start of the notes. Who is asked is told in person.
COHOST_ASKED: Final = "cohost_asked"
HANDOVER_ASKED: Final = "handover_asked"
COHOST_ACCEPTED: Final = "cohost_accepted"
COHOST_DECLINED: Final = "cohost_declined"
HANDOVER_ACCEPTED: Final = "handover_accepted"
HANDOVER_DECLINED: Final = "handover_declined"
HANDOVER_ENDED: Final = "handover_ended"
HANDOVER_KEPT: Final = "handover_kept"
COMMUNITY_ADOPTED: Final = "community_adopted"
_ASKED: Final = {RequestKind.COHOST: COHOST_ASKED, RequestKind.HANDOVER: HANDOVER_ASKED}
_ACCEPTED: Final = {
    RequestKind.COHOST: COHOST_ACCEPTED,
    RequestKind.HANDOVER: HANDOVER_ACCEPTED,
    RequestKind.ADOPTION: COMMUNITY_ADOPTED,
}
_DECLINED: Final = {RequestKind.COHOST: COHOST_DECLINED, RequestKind.HANDOVER: HANDOVER_DECLINED}
NOTICE_CELLS: Final = 200

NOBODY: Final = N_("There is no account “@{handle}”.")
YOURSELF: Final = N_("That is you: name somebody else.")
SOMEBODY: Final = N_("Say who stands in for you.")
ASKED_ALREADY: Final = N_("That is asked already, and not answered yet.")
HOSTS_ALREADY: Final = N_("@{handle} hosts this community already.")
ONLY_BY_NAME: Final = N_("Only its members know of this community: ask somebody by name.")
ANSWERED: Final = N_("That was answered or withdrawn meanwhile.")
OVER: Final = N_("That day is over already.")
LAPSED: Final = N_("@{handle}, who asked, does not host this community any more.")


@dataclass(frozen=True, slots=True)
class Call:
    """What is written in the hosts' round when all hosts are asked."""

    title: str
    body: str


def with_rights(request: HostRequestView, actor: Actor, *, hosts: bool) -> HostRequestView:
    """A request with what ``actor`` may do about it; ``hosts``: they host some community."""
    me = actor.account_id
    in_person = not request.to_all and request.asked is not None and request.asked.account_id == me
    is_open = request.state is RequestState.OPEN
    running = request.state is RequestState.ACCEPTED and request.kind is RequestKind.HANDOVER
    standing = Standing(
        actor.site_role,
        request.role,
        invited=in_person,
        hosts=hosts and request.to_all,
    )
    mine = replace(standing, own=request.asker.account_id == me or (running and in_person))
    withdraws = decide(Action.WITHDRAW_HOSTING, mine).allowed
    return replace(
        request,
        may_accept=is_open and decide(Action.ACCEPT_HOSTING, standing).allowed,
        may_decline=is_open and in_person,
        may_withdraw=is_open and withdraws,
        may_end=running and withdraws,
    )


class HostRequests:
    """Use cases of hosts among themselves."""

    def __init__(self, database: Database, posts: Posts) -> None:
        self._database = database
        self._posts = posts

    # -- asking

    async def ask_cohost(
        self, actor: Actor, community_id: int, handle: str = "", notes: str = "", call: Call | None = None
    ) -> int:
        """Ask somebody, or with an empty ``handle`` all hosts, to host a community with one.

        ``call`` is written in the hosts' round when all are asked.

        Raises:
            InvalidInputError: the handle or the notes (``field`` names it). ConflictError: asked
            already, or they host it. NotAllowedError, NotFoundError: see the policy.
        """
        return await self._ask(
            actor, community_id, RequestKind.COHOST, Action.ASK_FOR_HOST, handle, notes, None, call
        )

    async def hand_over(
        self, actor: Actor, community_id: int, handle: str, notes: str, ends_on: date | None
    ) -> int:
        """Ask somebody to host in one's place until the end of a day; ``notes`` say what to look after.

        Raises:
            InvalidInputError: the handle, the day or the notes (``field`` names it).
            ConflictError: asked already. NotAllowedError, NotFoundError: see the policy.
        """
        if not handle.strip(" @"):
            raise InvalidInputError(SOMEBODY, field="handle")
        ends_on = check_end(ends_on, today_of(actor, datetime.now(UTC)))
        return await self._ask(
            actor, community_id, RequestKind.HANDOVER, Action.ASK_FOR_HOST, handle, notes, ends_on, None
        )

    async def look_for_host(
        self, actor: Actor, community_id: int, notes: str = "", call: Call | None = None
    ) -> int:
        """Ask all hosts whether one of them adopts a community.

        Raises:
            InvalidInputError: the notes. ConflictError: asked already, or only members know of it.
            NotAllowedError, NotFoundError: see the policy.
        """
        return await self._ask(
            actor, community_id, RequestKind.ADOPTION, Action.CLOSE_COMMUNITY, "", notes, None, call
        )

    async def _ask(
        self,
        actor: Actor,
        community_id: int,
        kind: RequestKind,
        action: Action,
        handle: str,
        notes: str,
        ends_on: date | None,
        call: Call | None,
    ) -> int:
        notes = check_notes(notes)
        handle = handle.strip().removeprefix("@").lower()

        async def work(uow: UnitOfWork) -> tuple[int, int | None]:
            community, _facts, standing = await stand_to(uow.connection, actor, community_id, uow.now)
            require(action, standing)
            requests = HostRequestRepository(uow.connection)
            asked = await self._asked(uow, actor, community, kind, handle) if handle else None
            if asked is None and community.visibility is Visibility.INVITE:
                raise ConflictError(ONLY_BY_NAME)
            if await requests.is_asked(community.community_id, kind, asked):
                raise ConflictError(ASKED_ALREADY)
            request_id = await requests.add(
                {
                    "community_id": community.community_id,
                    "kind": kind.value,
                    "asker_id": actor.account_id,
                    "account_id": asked,
                    "notes": notes,
                    "ends_on": ends_on,
                    "created_at": uow.now,
                }
            )
            if asked is not None:
                await notify(
                    uow,
                    [asked],
                    _ASKED[kind],
                    community_id=community.community_id,
                    actor_id=actor.account_id,
                    text=excerpt(notes, NOTICE_CELLS),
                )
            uow.record(
                EventKind.HOST_ASKED,
                actor_id=actor.account_id,
                community_id=community.community_id,
                account_id=asked,
            )
            round_id = await RoundRepository(uow.connection).find() if asked is None else None
            return request_id, round_id

        request_id, round_id = await self._database.write(work)
        if round_id is not None and call is not None:
            await self._call(actor, request_id, round_id, call)
        return request_id

    async def _call(self, actor: Actor, request_id: int, round_id: int, call: Call) -> None:
        """Write into the round; who is no member of it (a moderator of the site) cannot."""
        async with self._database.read() as connection:
            community = await find_community(connection, actor, round_id)
        if not decide(Action.START_THREAD, standing_in(actor, community)).allowed:
            return
        ref = await self._posts.start_thread(
            actor, round_id, call.title, call.body, token=f"host-request:{request_id}"
        )

        async def note(uow: UnitOfWork) -> None:
            await HostRequestRepository(uow.connection).note_thread(request_id, ref.thread_id)

        await self._database.write(note)

    async def _asked(
        self, uow: UnitOfWork, actor: Actor, community: CommunityRow, kind: RequestKind, handle: str
    ) -> int:
        found = await AccountRepository(uow.connection).by_handle(handle, active=True)
        if found is None:
            raise InvalidInputError(NOBODY, field="handle", handle=handle[:40])
        if found.account_id == actor.account_id:
            raise InvalidInputError(YOURSELF, field="handle")
        reading = ReadingRepository(uow.connection, found.account_id, SiteRole.MEMBER)
        there = await reading.community(community_id=community.community_id)
        if kind is RequestKind.COHOST and there is not None and there.role is Role.MANAGER:
            raise InvalidInputError(HOSTS_ALREADY, field="handle", handle=handle)
        return int(found.account_id)

    # -- answering

    async def view(self, actor: Actor, request_id: int) -> HostRequestView:
        """A request with its notes, for who asked, who is asked, and who hosts the community.

        Raises:
            NotAllowedError, NotFoundError: there is none for this actor.
        """
        async with self._database.read() as connection:
            request, _community, _previous = await self._known(connection, actor, request_id, lock=False)
        return request

    async def _request(
        self, uow: UnitOfWork, actor: Actor, request_id: int
    ) -> tuple[HostRequestView, CommunityRow, str]:
        """As :meth:`_known`, its row held."""
        return await self._known(uow.connection, actor, request_id, lock=True)

    @staticmethod
    async def _known(
        connection: AsyncConnection, actor: Actor, request_id: int, *, lock: bool
    ) -> tuple[HostRequestView, CommunityRow, str]:
        """A request that ``actor`` may know of, with what they may do about it.

        Raises:
            NotAllowedError, NotFoundError: there is none for this actor.
        """
        requests = HostRequestRepository(connection)
        found = await requests.request(request_id, actor.account_id, lock=lock)
        if found is None:
            raise NotFoundError(NOT_FOUND)
        request, previous = found
        reading = ReadingRepository(connection, actor.account_id, actor.site_role)
        community = await reading.community(community_id=request.community_id)
        in_person = request.asked is not None and request.asked.account_id == actor.account_id
        if community is None or not (
            in_person or decide(Action.SEE_COMMUNITY, standing_in(actor, community)).allowed
        ):
            raise NotFoundError(NOT_FOUND)
        hosts = await RoundRepository(connection).hosts(actor.account_id)
        to_all = hosts and request.to_all
        if not (in_person or to_all or request.asker.account_id == actor.account_id):
            require(Action.HOST, standing_in(actor, community))
        return with_rights(request, actor, hosts=hosts), community, previous

    async def accept(self, actor: Actor, request_id: int) -> CommunityRow:
        """Become host of the community that somebody was asked to host.

        Raises:
            ConflictError: answered or withdrawn meanwhile, one hosts it already, who asked does
            not host it any more, or it is archived. NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> int:
            request, community, _previous = await self._request(uow, actor, request_id)
            if request.state is not RequestState.OPEN:
                raise ConflictError(ANSWERED)
            if request.ends_on is not None and request.ends_on < uow.now.date():
                raise ConflictError(OVER)
            standing = replace(
                standing_in(actor, community),
                invited=request.may_decline,
                hosts=request.to_all and await RoundRepository(uow.connection).hosts(actor.account_id),
            )
            require(Action.ACCEPT_HOSTING, standing)
            await self._still_asks(uow, request)
            community_id = community.community_id
            await HostRequestRepository(uow.connection).move_on(
                request_id,
                RequestState.OPEN,
                RequestState.ACCEPTED,
                answered_by=actor.account_id,
                answered_at=uow.now,
                previous_role=community.role.value if community.role else "",
            )
            if request.kind is not RequestKind.HANDOVER:
                await HostRequestRepository(uow.connection).keep_as_host(community_id, actor.account_id)
            others = await self._become_host(uow, actor, community)
            await notify(
                uow,
                {*others, request.asker.account_id},
                _ACCEPTED[request.kind],
                community_id=community_id,
                actor_id=actor.account_id,
            )
            return community_id

        community_id = await self._database.write(work)
        async with self._database.read() as connection:
            return await find_community(connection, actor, community_id)

    async def _still_asks(self, uow: UnitOfWork, request: HostRequestView) -> None:
        """A request of somebody who may not ask any more gives no role."""
        asker = request.asker
        account = await AccountRepository(uow.connection).by_handle(asker.handle)
        reading = ReadingRepository(uow.connection, asker.account_id, SiteRole.MEMBER)
        community = await reading.community(community_id=request.community_id)
        hosts = community is not None and community.role is Role.MANAGER
        runs = account is not None and account.site_role is not SiteRole.MEMBER
        if not (hosts or runs):
            raise ConflictError(LAPSED, handle=asker.handle)

    @staticmethod
    async def _become_host(uow: UnitOfWork, actor: Actor, community: CommunityRow) -> set[int]:
        """Make ``actor`` a manager; the managers before."""
        community_id, me = community.community_id, actor.account_id
        before = await WritingRepository(uow.connection).managers(community_id)
        if community.role is None:
            await become_member(uow, me, community_id, Role.MANAGER, actor_id=me)
        elif community.role is not Role.MANAGER:
            await change_role(uow, me, community_id, Role.MANAGER, actor_id=me)
        uow.record(
            EventKind.HOST_ANSWERED,
            actor_id=actor.account_id,
            community_id=community_id,
            account_id=actor.account_id,
        )
        return before

    async def adopt(self, actor: Actor, community_id: int) -> CommunityRow:
        """Become host of a community that nobody looks after any more. Its hosts are told and stay.

        Raises:
            ConflictError: it does not look for a host. NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> int:
            community, _facts, standing = await stand_to(uow.connection, actor, community_id, uow.now)
            require(Action.ADOPT, standing)
            found = community.community_id
            requests = HostRequestRepository(uow.connection)
            await requests.settle_adoption(found, actor.account_id, uow.now)
            await requests.keep_as_host(found, actor.account_id)
            before = await self._become_host(uow, actor, community)
            await notify(uow, before, COMMUNITY_ADOPTED, community_id=found, actor_id=actor.account_id)
            return found

        found = await self._database.write(work)
        async with self._database.read() as connection:
            return await find_community(connection, actor, found)

    async def decline(self, actor: Actor, request_id: int) -> None:
        """Say no to what one was asked; who asked is told.

        Raises:
            ConflictError: answered or withdrawn meanwhile. NotFoundError: nothing was asked of one.
        """

        async def work(uow: UnitOfWork) -> None:
            request, community, _previous = await self._request(uow, actor, request_id)
            if request.state is not RequestState.OPEN:
                raise ConflictError(ANSWERED)
            if not request.may_decline:
                raise NotFoundError(NOT_FOUND)
            await self._close(uow, actor, request, RequestState.DECLINED)
            await notify(
                uow,
                [request.asker.account_id],
                _DECLINED[request.kind],
                community_id=community.community_id,
                actor_id=actor.account_id,
            )

        await self._database.write(work)

    async def withdraw(self, actor: Actor, request_id: int) -> None:
        """Take back what one has asked, or what was asked for a community that one hosts.

        Raises:
            ConflictError: answered or withdrawn meanwhile. NotAllowedError, NotFoundError: not one's own.
        """

        async def work(uow: UnitOfWork) -> None:
            request, _community, _previous = await self._request(uow, actor, request_id)
            if request.state is not RequestState.OPEN:
                raise ConflictError(ANSWERED)
            if not request.may_withdraw:
                raise NotAllowedError(NOT_YOURS)
            await self._close(uow, actor, request, RequestState.WITHDRAWN)
            if request.asked is not None:  # a notice of it would lead to nothing
                await NoticeRepository(uow.connection).remove_asked(
                    request.asked.account_id,
                    _ASKED[request.kind],
                    request.community_id,
                    request.asker.account_id,
                )

        await self._database.write(work)

    @staticmethod
    async def _close(uow: UnitOfWork, actor: Actor, request: HostRequestView, state: RequestState) -> None:
        await HostRequestRepository(uow.connection).move_on(
            request.request_id,
            RequestState.OPEN,
            state,
            answered_by=actor.account_id,
            answered_at=uow.now,
        )
        uow.record(
            EventKind.HOST_ANSWERED,
            actor_id=actor.account_id,
            community_id=request.community_id,
            account_id=request.asked.account_id if request.asked is not None else None,
        )

    # -- the end of a handover

    async def end_handover(self, actor: Actor, request_id: int) -> None:
        """End a handover before its last day: by either side, or another host.

        Raises:
            ConflictError: it is over already. NotAllowedError, NotFoundError: not one's own.
        """

        async def work(uow: UnitOfWork) -> None:
            request, _community, previous = await self._request(uow, actor, request_id)
            if request.state is not RequestState.ACCEPTED or request.kind is not RequestKind.HANDOVER:
                raise ConflictError(ANSWERED)
            if not request.may_end:
                raise NotAllowedError(NOT_YOURS)
            await self._end(uow, request, previous, by=actor.account_id)

        await self._database.write(work)

    async def next_end(self) -> datetime | None:
        """When the next handover is over."""
        async with self._database.read() as connection:
            return await HostRequestRepository(connection).next_end()

    async def end_handovers(self, now: datetime) -> None:
        """End the handovers whose last day is over, and those that nobody has accepted by then."""

        async def work(uow: UnitOfWork) -> None:
            requests = HostRequestRepository(uow.connection)
            await requests.lapse(now)
            for request_id in await requests.over(now):
                found = await requests.request(request_id, 0, lock=True)
                if found is not None:
                    await self._end(uow, *found)

        await self._database.write(work)

    @staticmethod
    async def _end(
        uow: UnitOfWork, request: HostRequestView, previous: str, *, by: int | None = None
    ) -> None:
        """Give back the role that somebody had before they stood in; both are told, but who ended it.

        Nothing is taken from the last host: a community has one at any time.
        """
        requests, writing = HostRequestRepository(uow.connection), WritingRepository(uow.connection)
        assert request.asked is not None
        moved = await requests.move_on(request.request_id, RequestState.ACCEPTED, RequestState.ENDED)
        if not moved:
            return
        stood_in, community_id = request.asked.account_id, request.community_id
        managers = await writing.managers(community_id)
        kept = managers == {stood_in}
        if stood_in in managers and not kept and previous != Role.MANAGER.value:
            if previous:
                await change_role(uow, stood_in, community_id, Role(previous), actor_id=stood_in)
            else:
                await end_membership(uow, stood_in, community_id, actor_id=stood_in)
        for told, other in (
            (stood_in, request.asker.account_id),
            (request.asker.account_id, stood_in),
        ):
            if told == by:
                continue
            kind = HANDOVER_KEPT if kept and previous != Role.MANAGER.value else HANDOVER_ENDED
            await notify(uow, [told], kind, community_id=community_id, actor_id=other)
        uow.record(EventKind.HOST_ANSWERED, community_id=community_id, account_id=stood_in)
