"""Opening communities with a charter, changing it, its history, accepting its rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from tui_forum.domain.charter import (
    PURPOSES,
    Charter,
    CharterConflictError,
    CharterVersion,
    CharterView,
    WritingFrame,
    after_working_days,
    changes,
    check_charter,
)
from tui_forum.domain.entities import Actor, OpeningMode, Purpose, Role, SiteRole, ThreadKind, Visibility
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.handles import check_new_slug
from tui_forum.domain.leaks import refuse_secrets
from tui_forum.domain.limits import COMMUNITY_NAME_MAX_CHARS, HOSTS_MAX, PAGE_SIZE, REASON_MAX_CHARS
from tui_forum.domain.policy import NOT_FOUND, Action, Standing, decide, require
from tui_forum.domain.text import clean_line, display_line
from tui_forum.domain.views import CommunityRow
from tui_forum.i18n import N_
from tui_forum.services.communities import today_of
from tui_forum.services.notices import notify
from tui_forum.services.rounds import keep_hosts_round
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.charters import CharterPlace, CharterRepository
from tui_forum.storage.repositories.reading import ReadingRepository
from tui_forum.storage.repositories.sanctions import bars_of
from tui_forum.storage.repositories.writing import TAKEN, WritingRepository
from tui_forum.storage.uow import UnitOfWork

MADE_HOST: Final = "made_host"
CHARTER_CHANGED: Final = "charter_changed"  # its text is the reason

BAD_NAME: Final = N_("A community's name has 1 to {longest} characters.")
NO_HOST: Final = N_("A community needs a host, better two: name them by their handles.")
MANY_HOSTS: Final = N_("At most {most} hosts; more can join later.")
NO_SUCH_HOST: Final = N_("There is no account “@{handle}”.")
HOST_YOURSELF: Final = N_("Be one of the hosts of a community that you open: add @{handle}.")
NO_LINKED: Final = N_("There is no community “{slug}” to discuss in.")
LINKED_ITSELF: Final = N_("A community cannot be linked to itself.")
NO_REASON: Final = N_("Say why the charter changes: the members are told.")
LONG_REASON: Final = N_("A reason has at most {longest} characters; this one has {count}.")
NOTHING_CHANGED: Final = N_("Nothing is different from the charter in force.")
OTHER_RULES: Final = N_("The rules were changed meanwhile; please read them again.")


def _standing(actor: Actor, place: CharterPlace) -> Standing:
    return Standing(
        actor.site_role,
        place.role,
        place.visibility,
        archived=place.archived,
        builtin=place.builtin,
        invited=place.invited,
        purpose=place.present.charter.purpose,
        rules_accepted=place.rules_accepted,
        bars=place.bars,
    )


def check_name(name: str) -> str:
    """A community's name as it is stored.

    Raises:
        InvalidInputError: empty or too long (``field="name"``).
    """
    cleaned = clean_line(name)
    if not display_line(cleaned).strip() or len(cleaned) > COMMUNITY_NAME_MAX_CHARS:
        raise InvalidInputError(BAD_NAME, field="name", longest=COMMUNITY_NAME_MAX_CHARS)
    return cleaned


def check_reason(reason: str) -> str:
    """Why a charter changes, as it is stored.

    Raises:
        InvalidInputError: empty or too long (``field="reason"``).
    """
    cleaned = clean_line(reason)
    if not display_line(cleaned).strip():
        raise InvalidInputError(NO_REASON, field="reason")
    if len(cleaned) > REASON_MAX_CHARS:
        raise InvalidInputError(LONG_REASON, field="reason", longest=REASON_MAX_CHARS, count=len(cleaned))
    refuse_secrets(cleaned, "reason")
    return cleaned


async def found_community(
    uow: UnitOfWork,
    slug: str,
    name: str,
    charter: Charter,
    visibility: Visibility = Visibility.OPEN,
    *,
    linked_id: int | None = None,
    author_id: int | None = None,
) -> int:
    """Write a community with version 1 of its charter; its id. All checks were made before.

    Raises:
        InvalidInputError: the slug is taken (``field="slug"``).
    """
    charters = CharterRepository(uow.connection)
    if await charters.slug_taken(slug):
        raise InvalidInputError(TAKEN, field="slug", slug=slug)
    community_id = await WritingRepository(uow.connection).add_community(
        {"slug": slug, "name": name, "visibility": visibility.value, "created_at": uow.now}
    )
    await charters.add(
        community_id, charter, version=1, linked_id=linked_id, now=uow.now, author_id=author_id
    )
    uow.record(EventKind.COMMUNITY_OPENED, actor_id=author_id, community_id=community_id)
    return community_id


async def escalation_of(
    uow: UnitOfWork, community_id: int, purpose: Purpose, kind: ThreadKind
) -> datetime | None:
    """When a thread that starts now goes on to the next if nobody answers; None: it does not."""
    if kind is not ThreadKind.QUESTION or not PURPOSES[purpose].escalates_to:
        return None
    days = await CharterRepository(uow.connection).response_days(community_id)
    return None if days is None else after_working_days(uow.now, days)


async def place_of(
    charters: CharterRepository, actor: Actor, community_id: int, action: Action
) -> CharterPlace:
    """A community with its present charter, for an actor who may do ``action`` there.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: see the policy.
    """
    place = await charters.place(community_id, actor.site_role)
    if place is None:
        raise NotFoundError(NOT_FOUND)
    require(action, _standing(actor, place))
    return place


class Charters:
    """Use cases of charters."""

    def __init__(self, database: Database, opening: OpeningMode = OpeningMode.EVERYONE) -> None:
        self._database = database
        self._opening = opening

    # -- opening

    def may_open(self, actor: Actor) -> bool:
        """Whether ``actor`` may open a community."""
        return decide(Action.OPEN_COMMUNITY, Standing(actor.site_role, opening=self._opening)).allowed

    async def check_slug(self, actor: Actor, text: str) -> str:
        """A short name for a new community, as a form asks before all of it is sent.

        Raises:
            InvalidInputError: malformed, reserved or taken. NotAllowedError: see the policy.
        """
        require(Action.OPEN_COMMUNITY, Standing(actor.site_role, opening=self._opening))
        slug = check_new_slug(text)
        async with self._database.read() as connection:
            if await CharterRepository(connection).slug_taken(slug):
                raise InvalidInputError(TAKEN, field="slug", slug=slug)
        return slug

    async def check_hosts(self, actor: Actor, handles: Iterable[str]) -> tuple[str, ...]:
        """The handles of those who shall host, each once.

        Raises:
            InvalidInputError: none, too many, unknown, or not oneself (``field="hosts"``).
        """
        async with self._database.read() as connection:
            return tuple(await self._hosts(CharterRepository(connection), actor, handles))

    @staticmethod
    async def _hosts(charters: CharterRepository, actor: Actor, handles: Iterable[str]) -> dict[str, int]:
        wanted = list(
            dict.fromkeys(
                handle.strip().removeprefix("@").lower()
                for handle in handles
                if handle.strip().removeprefix("@")
            )
        )
        if not wanted:
            raise InvalidInputError(NO_HOST, field="hosts")
        if len(wanted) > HOSTS_MAX:
            raise InvalidInputError(MANY_HOSTS, field="hosts", most=HOSTS_MAX)
        known = await charters.accounts(wanted)
        for handle in wanted:
            if handle not in known:
                raise InvalidInputError(NO_SUCH_HOST, field="hosts", handle=handle[:40])
        # Nobody makes others responsible for what is not theirs; those who run the forum may.
        if actor.site_role is SiteRole.MEMBER and actor.account_id not in known.values():
            raise InvalidInputError(HOST_YOURSELF, field="hosts", handle=actor.handle)
        return {handle: known[handle] for handle in wanted}

    async def check_linked(self, actor: Actor, slug: str, community_id: int | None = None) -> str:
        """The short name of a community to discuss in, which ``community_id`` shall link to.

        Raises:
            InvalidInputError: the actor knows of none, or it is that community (``field="linked"``).
        """
        charter = Charter(linked=slug.strip().lower())
        async with self._database.read() as connection:
            await self._linked(CharterRepository(connection, actor.account_id), actor, charter, community_id)
        return charter.linked

    async def _linked(
        self, charters: CharterRepository, actor: Actor, charter: Charter, community_id: int | None = None
    ) -> int | None:
        """The id of the community that ``charter`` links to."""
        if not charter.linked:
            return None
        found = await charters.find(charter.linked, actor.site_role)
        if found is None:
            raise InvalidInputError(NO_LINKED, field="linked", slug=charter.linked[:40])
        if found == community_id:
            raise InvalidInputError(LINKED_ITSELF, field="linked")
        return found

    async def open(
        self,
        actor: Actor,
        slug: str,
        name: str,
        charter: Charter,
        *,
        hosts: Iterable[str] | None = None,
        visibility: Visibility = Visibility.OPEN,
        token: str | None = None,
    ) -> CommunityRow:
        """Open a community; ``hosts`` (handles; without, the actor) become its managers and are told.

        ``token`` is that of the draft this was written in, which is gone then.

        Raises:
            InvalidInputError: a field cannot be used (``field`` names it).
            NotAllowedError: see the policy and the setting ``opening``.
        """
        require(Action.OPEN_COMMUNITY, Standing(actor.site_role, opening=self._opening))
        slug, name = check_new_slug(slug), check_name(name)
        charter = check_charter(charter, today_of(actor, datetime.now(UTC)))
        handles = (actor.handle,) if hosts is None else tuple(hosts)

        async def work(uow: UnitOfWork) -> int:
            bars = await bars_of(uow.connection, actor.account_id, None)
            require(Action.OPEN_COMMUNITY, Standing(actor.site_role, opening=self._opening, bars=bars))
            charters = CharterRepository(uow.connection, actor.account_id)
            named = await self._hosts(charters, actor, handles)
            linked_id = await self._linked(charters, actor, charter)
            community_id = await found_community(
                uow, slug, name, charter, visibility, linked_id=linked_id, author_id=actor.account_id
            )
            writing = WritingRepository(uow.connection)
            for account_id in named.values():
                await writing.add_member(account_id, community_id, Role.MANAGER, 0, uow.now)
            await charters.accept(community_id, actor.account_id, 1)
            await keep_hosts_round(uow, *named.values())
            await notify(uow, named.values(), MADE_HOST, community_id=community_id, actor_id=actor.account_id)
            if token:
                await writing.discard_draft(actor.account_id, token=token)
            return community_id

        community_id = await self._database.write(work)
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            found = await reading.community(community_id=community_id)
        if found is None:
            raise NotFoundError(NOT_FOUND)
        return found

    # -- reading

    async def view(self, actor: Actor, community_id: int) -> CharterView:
        """A community's present charter: readable by whoever may know that the community exists.

        Raises:
            NotFoundError: no such community for this actor.
        """
        async with self._database.read() as connection:
            charters = CharterRepository(connection, actor.account_id)
            place = await place_of(charters, actor, community_id, Action.SEE_COMMUNITY)
            hosts = await charters.hosts(community_id)
        present = place.present
        if not decide(Action.READ, _standing(actor, place)).allowed:
            present = replace(present, reason="")  # may speak of what goes on inside
        return CharterView(
            community_id=community_id,
            slug=place.slug,
            name=place.name,
            visibility=place.visibility,
            present=present,
            hosts=hosts,
            role=place.role,
            accepted=place.rules_accepted,
            may_change=decide(Action.CHANGE_CHARTER, _standing(actor, place)).allowed,
            archived=place.archived,
        )

    async def history(
        self, actor: Actor, community_id: int, before: int | None = None, limit: int = PAGE_SIZE
    ) -> tuple[CharterVersion, ...]:
        """The versions of a charter, latest first (``before``: the last version one has).

        Raises:
            NotFoundError: no such community for this actor.
        """
        async with self._database.read() as connection:
            charters = CharterRepository(connection, actor.account_id)
            await place_of(charters, actor, community_id, Action.READ)
            return await charters.versions(community_id, actor.site_role, before, limit)

    async def frame(self, actor: Actor, community_id: int) -> WritingFrame:
        """What the actor must know to write in a community.

        Raises:
            NotFoundError: no such community for this actor.
        """
        async with self._database.read() as connection:
            charters = CharterRepository(connection, actor.account_id)
            place = await place_of(charters, actor, community_id, Action.READ)
        charter = place.present.charter
        return WritingFrame(
            community_id=community_id,
            slug=place.slug,
            name=place.name,
            version=place.present.version,
            charter=charter,
            accepted=place.rules_accepted,
            kinds=PURPOSES[charter.purpose].kinds_for(place.role),
        )

    # -- changing

    async def change(
        self,
        actor: Actor,
        community_id: int,
        charter: Charter,
        *,
        version: int,
        reason: str,
        token: str | None = None,
    ) -> int:
        """Put a changed charter in force, as the version after ``version``; its number. Members are told.

        Raises:
            CharterConflictError: another version is in force than ``version``; nothing was written.
            InvalidInputError: a field cannot be used, or nothing is different.
            NotAllowedError, NotFoundError: see the policy.
        """
        async with self._database.read() as connection:
            charters = CharterRepository(connection, actor.account_id)
            await place_of(charters, actor, community_id, Action.CHANGE_CHARTER)
        charter, why = check_charter(charter, today_of(actor, datetime.now(UTC))), check_reason(reason)

        async def work(uow: UnitOfWork) -> int:
            charters = CharterRepository(uow.connection, actor.account_id)
            present = await place_of(charters, actor, community_id, Action.CHANGE_CHARTER)
            if present.present.version != version:
                raise CharterConflictError(present.present, charter)
            if not changes(present.present.charter, charter):
                raise InvalidInputError(NOTHING_CHANGED)
            linked_id = await self._linked(charters, actor, charter, community_id)
            if not charter.linked and not present.present.charter.linked and PURPOSES[charter.purpose].links:
                # One that this host may not know of stays as it is.
                linked_id = await charters.linked_id(community_id)
            if not await charters.add(
                community_id,
                charter,
                version=version + 1,
                linked_id=linked_id,
                now=uow.now,
                author_id=actor.account_id,
                reason=why,
            ):
                quicker = await place_of(charters, actor, community_id, Action.CHANGE_CHARTER)
                raise CharterConflictError(quicker.present, charter)
            uow.record(EventKind.CHARTER_CHANGED, actor_id=actor.account_id, community_id=community_id)
            await notify(
                uow,
                await charters.members(community_id),
                CHARTER_CHANGED,
                community_id=community_id,
                actor_id=actor.account_id,
                text=why,
            )
            if token:
                await WritingRepository(uow.connection).discard_draft(actor.account_id, token=token)
            return version + 1

        return await self._database.write(work)

    async def accept(self, actor: Actor, community_id: int, version: int) -> None:
        """Accept the rules of the charter's ``version``, which one has read.

        Raises:
            ConflictError: another version is in force. NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> None:
            charters = CharterRepository(uow.connection, actor.account_id)
            place = await place_of(charters, actor, community_id, Action.ACCEPT_RULES)
            if place.present.version != version:
                raise ConflictError(OTHER_RULES)
            await charters.accept(community_id, actor.account_id, version)

        await self._database.write(work)
