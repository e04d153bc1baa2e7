"""Memberships: joining and leaving, requests and invitations, roles, and who may see a community."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from tui_forum.domain.entities import Actor, Role, Visibility
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.leaks import refuse_secrets
from tui_forum.domain.life import stage_of
from tui_forum.domain.limits import PAGE_SIZE
from tui_forum.domain.membership import (
    ANSWER_FIRST,
    ANSWERED_MEANWHILE,
    ASK_AGAIN,
    ASK_LATER,
    HAS_ASKED,
    HAS_DECLINED,
    INVITE_YOURSELF,
    LAST_MANAGER,
    MEMBER_ALREADY,
    NOBODY,
    NOT_A_MEMBER,
    NOT_ASKED,
    NOT_INVITED,
    SEEN_AS_SUCH,
    Answer,
    CommunityPage,
    Invitation,
    MemberCursor,
    MemberPage,
    Request,
    check_message,
)
from tui_forum.domain.policy import NOT_FOUND, Action, Standing, decide, require
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.domain.views import CommunityRow
from tui_forum.services.communities import place_for, standing_in
from tui_forum.services.notices import notify
from tui_forum.services.rounds import keep_hosts_round
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.life import LifeRepository
from tui_forum.storage.repositories.memberships import MembershipRepository
from tui_forum.storage.repositories.reading import ReadingRepository
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

# Kinds of notices; their sentences are in ``ui.screens.inbox``.
JOIN_REQUEST: Final = "join_request"
REQUEST_ACCEPTED: Final = "request_accepted"
REQUEST_DECLINED: Final = "request_declined"
INVITATION: Final = "invitation"
INVITATION_ACCEPTED: Final = "invitation_accepted"
ROLE_CHANGED: Final = "role_changed"  # its text is the role
MEMBER_REMOVED: Final = "member_removed"
VISIBILITY_CHANGED: Final = "visibility_changed"  # its text is the visibility


async def become_member(
    uow: UnitOfWork, account_id: int, community_id: int, role: Role = Role.MEMBER, *, actor_id: int | None
) -> bool:
    """Let an account into a community; what is there counts as read. False when it was in already.

    What was asked of it, or it has asked, is answered thereby.
    """
    writing, members = WritingRepository(uow.connection), MembershipRepository(uow.connection)
    baseline = await writing.newest_post_id(community_id)
    if not await writing.add_member(account_id, community_id, role, baseline, uow.now):
        return False
    inviter = await members.close_invitation(account_id, community_id, Answer.ACCEPTED, uow.now)
    if inviter is not None:
        await members.note_inviter(account_id, community_id, inviter)
        await notify(uow, [inviter], INVITATION_ACCEPTED, community_id=community_id, actor_id=account_id)
    await members.close_requests(
        community_id, Answer.ACCEPTED, uow.now, account_id=account_id, answered_by=actor_id
    )
    uow.record(EventKind.MEMBER_JOINED, actor_id=actor_id, community_id=community_id, account_id=account_id)
    if role is Role.MANAGER:
        await keep_hosts_round(uow, account_id)
    return True


async def end_membership(
    uow: UnitOfWork, account_id: int, community_id: int, *, actor_id: int | None
) -> bool:
    """Let an account be in a community no longer; False when it was not.

    Raises:
        ConflictError: it is the last manager.
    """
    writing = WritingRepository(uow.connection)
    managers = await writing.managers(community_id)
    if managers == {account_id}:
        raise ConflictError(LAST_MANAGER)
    if not await writing.remove_member(account_id, community_id):
        return False
    uow.record(EventKind.MEMBER_LEFT, actor_id=actor_id, community_id=community_id, account_id=account_id)
    if account_id in managers:
        await keep_hosts_round(uow, account_id)
    return True


async def change_role(
    uow: UnitOfWork, account_id: int, community_id: int, role: Role, *, actor_id: int | None
) -> bool:
    """Give a member another role and tell them; False when it is no member.

    Raises:
        ConflictError: the last manager would be gone.
    """
    writing = WritingRepository(uow.connection)
    managers = await writing.managers(community_id)
    if role is not Role.MANAGER and managers == {account_id}:
        raise ConflictError(LAST_MANAGER)
    if not await writing.set_role(account_id, community_id, role):
        return False
    uow.record(EventKind.MEMBER_CHANGED, actor_id=actor_id, community_id=community_id, account_id=account_id)
    await keep_hosts_round(uow, account_id)
    await notify(
        uow, [account_id], ROLE_CHANGED, community_id=community_id, actor_id=actor_id, text=role.value
    )
    return True


def _handle(text: str) -> str:
    return text.strip().removeprefix("@").lower()


class Memberships:
    """Use cases of who is in a community, who wants in, and who is asked in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- what the use cases below begin with

    @staticmethod
    async def _require(
        uow: UnitOfWork, actor: Actor, community_id: int, action: Action
    ) -> tuple[CommunityRow, Standing]:
        """The community (where it went, if it was merged) as the actor stands to it now, if ``action``
        is allowed.
        """
        reading = ReadingRepository(uow.connection, actor.account_id, actor.site_role)
        found = await place_for(reading, actor, community_id, action)
        return found, standing_in(actor, found)

    @staticmethod
    async def _member(uow: UnitOfWork, community_id: int, handle: str) -> tuple[int, Role]:
        found = await MembershipRepository(uow.connection).find(community_id, handle)
        if found is None or found[1] is None:
            raise NotFoundError(NOT_A_MEMBER, handle=handle)
        return found[0], found[1]

    # -- the community's page and its members

    async def page(self, actor: Actor, community_id: int) -> CommunityPage:
        """A community's page: a few statements, whatever its size.

        Raises:
            NotFoundError: no such community for this actor.
        """
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            row = await place_for(reading, actor, community_id, Action.SEE_COMMUNITY)
            standing = standing_in(actor, row)
            members = MembershipRepository(connection)
            audience, languages, created_at, archived_at, requests, invited = await members.details(
                row.community_id
            )
            hosts = await members.hosts(row.community_id)
            mine = await members.invitations(row.community_id, 0, 1, actor.account_id) if row.invited else ()
            request = await members.request_of(actor.account_id, row.community_id) if row.requested else None
            reads = decide(Action.READ, standing).allowed
            now = datetime.now(UTC)
            facts = (await LifeRepository(connection).facts([row.community_id], now)) if reads else {}
        life = facts.get(row.community_id)
        manages = decide(Action.ANSWER_REQUEST, standing).allowed
        return CommunityPage(
            row=row,
            audience=audience,
            languages=tuple(filter(None, languages.split(","))),
            created_at=created_at,
            archived_at=archived_at,
            hosts=hosts,
            invitation=mine[0] if mine else None,
            request=request,
            requests=requests if manages else 0,
            invited=invited if manages else 0,
            stage=stage_of(life) if life is not None else None,
            weeks=life.weeks if life is not None else (),
            may_read=reads,
            may_join=decide(Action.JOIN, standing).allowed,
            may_request=decide(Action.REQUEST_TO_JOIN, standing).allowed,
            may_invite=decide(Action.INVITE, standing).allowed,
            may_manage=manages,
        )

    async def members(
        self, actor: Actor, community_id: int, after: MemberCursor | None = None, limit: int = PAGE_SIZE
    ) -> MemberPage:
        """A page of a community's members: managers, moderators, experts, then the others, latest first.

        Raises:
            NotFoundError: no such community for this actor, or its members are not for it to see.
        """
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            place = await place_for(reading, actor, community_id, Action.SEE_MEMBERS)
            members = MembershipRepository(connection)
            rows, cursor = await members.members(place.community_id, after, limit)
        return MemberPage(rows, cursor)

    # -- in and out

    async def join(self, actor: Actor, community_id: int) -> None:
        """Become a member: of an open community, or with an invitation; what is there counts as read.

        Raises:
            NotFoundError, NotAllowedError, ConflictError: see the policy.
        """

        async def work(uow: UnitOfWork) -> None:
            row, _standing = await self._require(uow, actor, community_id, Action.JOIN)
            await become_member(uow, actor.account_id, row.community_id, actor_id=actor.account_id)

        await self._database.write(work)

    async def leave(self, actor: Actor, community_id: int) -> None:
        """Stop being a member.

        Raises:
            ConflictError: not a member, or the last manager.
        """

        async def work(uow: UnitOfWork) -> None:
            await self._require(uow, actor, community_id, Action.LEAVE)
            await end_membership(uow, actor.account_id, community_id, actor_id=actor.account_id)

        await self._database.write(work)

    async def remove(self, actor: Actor, community_id: int, handle: str, reason: str = "") -> None:
        """Let somebody be a member no longer; they are told, with the reason.

        Raises:
            NotFoundError: no such member. ConflictError: the last manager.
            InvalidInputError: the reason is too long, or holds a secret. NotAllowedError: see the policy.
        """
        handle, reason = _handle(handle), check_message(reason)
        refuse_secrets(reason, "reason")

        async def work(uow: UnitOfWork) -> None:
            await self._require(uow, actor, community_id, Action.REMOVE_MEMBER)
            account_id, role = await self._member(uow, community_id, handle)
            await end_membership(uow, account_id, community_id, actor_id=actor.account_id)
            uow.note(
                RecordEntry(
                    RecordAction.REMOVE_MEMBER,
                    actor.account_id,
                    community_id=community_id,
                    account_id=account_id,
                    reason=reason,
                    before={"role": role.value},
                )
            )
            await notify(
                uow,
                [account_id],
                MEMBER_REMOVED,
                community_id=community_id,
                actor_id=actor.account_id,
                text=reason,
            )

        await self._database.write(work)

    async def set_role(self, actor: Actor, community_id: int, handle: str, role: Role) -> None:
        """Give a member another role; they are told.

        Raises:
            NotAllowedError: not a manager. NotFoundError: no such member.
            ConflictError: the last manager would be gone.
        """
        handle = _handle(handle)

        async def work(uow: UnitOfWork) -> None:
            await self._require(uow, actor, community_id, Action.SET_ROLE)
            account_id, before = await self._member(uow, community_id, handle)
            if role is not before:
                await change_role(uow, account_id, community_id, role, actor_id=actor.account_id)

        await self._database.write(work)

    async def change_visibility(self, actor: Actor, community_id: int, visibility: Visibility) -> None:
        """Let a community be seen and joined by others than before; its members are told.

        Who waits for an answer is let in when it becomes open to all.

        Raises:
            ConflictError: nothing would change, or requests must be answered first.
            NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> None:
            row, _standing = await self._require(uow, actor, community_id, Action.CHANGE_VISIBILITY)
            if row.visibility is visibility:
                raise ConflictError(SEEN_AS_SUCH)
            members = MembershipRepository(uow.connection)
            if visibility is Visibility.INVITE and await members.requests(community_id, 0, 1):
                raise ConflictError(ANSWER_FIRST)
            told = await members.ids(community_id)
            await members.set_visibility(community_id, visibility)
            if visibility is Visibility.OPEN:
                for account_id in await members.close_requests(
                    community_id, Answer.ACCEPTED, uow.now, answered_by=actor.account_id
                ):
                    await self._let_in(uow, actor, account_id, community_id, "")
            uow.record(EventKind.COMMUNITY_CHANGED, actor_id=actor.account_id, community_id=community_id)
            await notify(
                uow,
                told,
                VISIBILITY_CHANGED,
                community_id=community_id,
                actor_id=actor.account_id,
                text=visibility.value,
            )

        await self._database.write(work)

    # -- requests

    async def request(self, actor: Actor, community_id: int, message: str = "") -> None:
        """Ask to join a community that lets in by approval; its managers are told.

        Raises:
            InvalidInputError: the message is too long.
            NotFoundError, NotAllowedError, ConflictError: see the policy.
        """
        message = check_message(message)

        async def work(uow: UnitOfWork) -> None:
            row, _standing = await self._require(uow, actor, community_id, Action.REQUEST_TO_JOIN)
            members = MembershipRepository(uow.connection)
            declined = await members.declined_request(actor.account_id, row.community_id)
            if declined is not None and uow.now < declined + ASK_AGAIN:
                raise ConflictError(ASK_LATER, date=(declined + ASK_AGAIN).date())
            await members.add_request(actor.account_id, row.community_id, message, uow.now)
            uow.record(
                EventKind.JOIN_REQUESTED,
                actor_id=actor.account_id,
                community_id=row.community_id,
                account_id=actor.account_id,
            )
            await notify(
                uow,
                await members.ids(row.community_id, Role.MANAGER),
                JOIN_REQUEST,
                community_id=row.community_id,
                actor_id=actor.account_id,
                text=message,
            )

        await self._database.write(work)

    async def withdraw_request(self, actor: Actor, community_id: int) -> None:
        """Take back what one has asked.

        Raises:
            ConflictError: it was answered meanwhile. NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> None:
            await self._require(uow, actor, community_id, Action.SEE_COMMUNITY)
            if not await MembershipRepository(uow.connection).close_requests(
                community_id, Answer.WITHDRAWN, uow.now, account_id=actor.account_id
            ):
                raise ConflictError(NOT_ASKED)
            uow.record(
                EventKind.REQUEST_CLOSED,
                actor_id=actor.account_id,
                community_id=community_id,
                account_id=actor.account_id,
            )

        await self._database.write(work)

    async def requests(
        self, actor: Actor, community_id: int, after: int = 0, limit: int = PAGE_SIZE
    ) -> tuple[Request, ...]:
        """Who asks to join, oldest first (``after``: the last request's id), for managers.

        Raises:
            NotAllowedError, NotFoundError: see the policy.
        """
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            place = await place_for(reading, actor, community_id, Action.ANSWER_REQUEST)
            return await MembershipRepository(connection).requests(place.community_id, after, limit)

    async def answer_request(
        self, actor: Actor, request_id: int, *, accept: bool, sentence: str = ""
    ) -> None:
        """Let somebody in who has asked, or not; they are told, with a sentence.

        Raises:
            ConflictError: answered or taken back meanwhile. InvalidInputError: a long sentence.
            NotAllowedError, NotFoundError: see the policy.
        """
        sentence = check_message(sentence)

        async def work(uow: UnitOfWork) -> None:
            members = MembershipRepository(uow.connection)
            community_id = await members.community_of_request(request_id)
            if community_id is None:
                raise NotFoundError(NOT_FOUND)
            await self._require(uow, actor, community_id, Action.ANSWER_REQUEST)
            found = await members.request(request_id)
            if found is None:
                raise ConflictError(ANSWERED_MEANWHILE)
            account_id = found[0].account.account_id
            if not await members.close_requests(
                community_id,
                Answer.ACCEPTED if accept else Answer.DECLINED,
                uow.now,
                account_id=account_id,
                answered_by=actor.account_id,
                answer=sentence,
            ):
                raise ConflictError(ANSWERED_MEANWHILE)
            if accept:
                await self._let_in(uow, actor, account_id, community_id, sentence)
                return
            uow.record(
                EventKind.REQUEST_CLOSED,
                actor_id=actor.account_id,
                community_id=community_id,
                account_id=account_id,
            )
            await notify(
                uow,
                [account_id],
                REQUEST_DECLINED,
                community_id=community_id,
                actor_id=actor.account_id,
                text=sentence,
            )

        await self._database.write(work)

    @staticmethod
    async def _let_in(
        uow: UnitOfWork, actor: Actor, account_id: int, community_id: int, sentence: str
    ) -> None:
        if await become_member(uow, account_id, community_id, actor_id=actor.account_id):
            await notify(
                uow,
                [account_id],
                REQUEST_ACCEPTED,
                community_id=community_id,
                actor_id=actor.account_id,
                text=sentence,
            )

    # -- invitations

    async def invite(self, actor: Actor, community_id: int, handle: str, message: str = "") -> None:
        """Ask somebody in; they are told, and see the community's charter until they have answered.

        Raises:
            InvalidInputError: nobody is called that, or it is oneself (``field="handle"``), or the
                message is too long.
            ConflictError: a member already, invited already, or has asked to join.
            NotAllowedError, NotFoundError: see the policy.
        """
        handle, message = _handle(handle), check_message(message)

        async def work(uow: UnitOfWork) -> None:
            row, standing = await self._require(uow, actor, community_id, Action.INVITE)
            place = row.community_id
            members = MembershipRepository(uow.connection)
            found = await members.find(place, handle, active=True)
            if found is None:
                raise InvalidInputError(NOBODY, field="handle", handle=handle[:40])
            account_id, role = found
            if account_id == actor.account_id:
                raise InvalidInputError(INVITE_YOURSELF, field="handle")
            if role is not None:
                raise ConflictError(MEMBER_ALREADY, handle=handle)
            if await members.request_of(account_id, place) is not None:
                raise ConflictError(HAS_ASKED, handle=handle)
            manages = decide(Action.ANSWER_REQUEST, standing).allowed
            if not manages and await members.has_declined(account_id, place):
                raise ConflictError(HAS_DECLINED, handle=handle)
            await members.add_invitation(account_id, place, actor.account_id, message, uow.now, handle)
            uow.record(
                EventKind.MEMBER_INVITED,
                actor_id=actor.account_id,
                community_id=place,
                account_id=account_id,
            )
            await notify(
                uow,
                [account_id],
                INVITATION,
                community_id=place,
                actor_id=actor.account_id,
                text=message,
            )

        await self._database.write(work)

    async def invitations(
        self, actor: Actor, community_id: int, after: int = 0, limit: int = PAGE_SIZE
    ) -> tuple[Invitation, ...]:
        """Who is asked in and has not answered, oldest first (``after``: an id), for managers.

        Raises:
            NotAllowedError, NotFoundError: see the policy.
        """
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            place = await place_for(reading, actor, community_id, Action.ANSWER_REQUEST)
            return await MembershipRepository(connection).invitations(place.community_id, after, limit)

    async def decline_invitation(self, actor: Actor, community_id: int) -> None:
        """Say no to an invitation. (To accept it is to :meth:`join`.)

        Raises:
            ConflictError: there is none any more. NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> None:
            await self._require(uow, actor, community_id, Action.SEE_COMMUNITY)
            members = MembershipRepository(uow.connection)
            if (
                await members.close_invitation(actor.account_id, community_id, Answer.DECLINED, uow.now)
                is None
            ):
                raise ConflictError(NOT_INVITED)
            uow.record(
                EventKind.INVITATION_CLOSED,
                actor_id=actor.account_id,
                community_id=community_id,
                account_id=actor.account_id,
            )

        await self._database.write(work)

    async def withdraw_invitation(self, actor: Actor, community_id: int, handle: str) -> None:
        """Take an invitation back: one's own, or as a manager.

        Raises:
            ConflictError: it was answered meanwhile. NotAllowedError, NotFoundError: see the policy.
        """
        handle = _handle(handle)

        async def work(uow: UnitOfWork) -> None:
            row, standing = await self._require(uow, actor, community_id, Action.READ)
            members = MembershipRepository(uow.connection)
            found = await members.find(row.community_id, handle)
            sent = await members.invitations(community_id, 0, 1, found[0]) if found else ()
            own = bool(sent) and sent[0].inviter.account_id == actor.account_id
            require(Action.WITHDRAW_INVITATION, replace(standing, own=own))
            if not sent or (
                await members.close_invitation(
                    sent[0].account.account_id, community_id, Answer.WITHDRAWN, uow.now
                )
                is None
            ):
                raise ConflictError(NOT_INVITED)
            uow.record(
                EventKind.INVITATION_CLOSED,
                actor_id=actor.account_id,
                community_id=community_id,
                account_id=sent[0].account.account_id,
            )

        await self._database.write(work)
