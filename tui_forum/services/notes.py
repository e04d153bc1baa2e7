"""What moderators note about an account: read and added from its profile and from a case."""

from __future__ import annotations

from tui_forum.domain.entities import Actor, SiteRole
from tui_forum.domain.errors import NotAllowedError, NotFoundError
from tui_forum.domain.limits import PAGE_SIZE
from tui_forum.domain.notes import AccountNote, NotesPage
from tui_forum.domain.policy import MODERATORS, Action
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.domain.text import clean_line
from tui_forum.domain.views import Author
from tui_forum.i18n import N_
from tui_forum.services.casestate import check_words
from tui_forum.services.communities import place_for
from tui_forum.services.record import NO_ACCOUNT
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.accounts import AccountRepository
from tui_forum.storage.repositories.cases import CaseReading
from tui_forum.storage.repositories.notes import NoteRepository
from tui_forum.storage.repositories.reading import ReadingRepository
from tui_forum.storage.uow import UnitOfWork

ABOUT_ONESELF = N_("What is noted about you is for the other moderators.")


class Notes:
    """Use cases of notes on accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(
        self, actor: Actor, handle: str, after: int | None = None, limit: int = PAGE_SIZE
    ) -> NotesPage:
        """The notes on an account where one moderates, latest first (``after``: the last one has).

        Raises:
            NotAllowedError: one moderates nothing, or it is oneself. NotFoundError: no such account.
        """
        async with self._database.read() as connection:
            reading = CaseReading(connection, actor.account_id, actor.site_role)
            places: list[tuple[int | None, str]] = [(row[0], row[2]) for row in await reading.places()]
            if not places and actor.site_role is SiteRole.MEMBER:
                raise NotAllowedError(MODERATORS)
            person = await self._person(AccountRepository(connection), actor, handle)
            found = await NoteRepository(connection, actor.account_id, actor.site_role).page(
                person.account_id, after, limit + 1
            )
        if actor.site_role is not SiteRole.MEMBER:
            places.insert(0, (None, ""))
        notes = tuple(
            AccountNote(row[0], Author(*row[1:4]), row[4], row[5], row[6] or "", row[7])
            for row in found[:limit]
        )
        return NotesPage(person, notes, notes[-1].note_id if len(found) > limit else None, tuple(places))

    async def add(self, actor: Actor, handle: str, community_id: int | None, text: str) -> None:
        """Note something about an account, for those who moderate a community (None: everywhere).

        Raises:
            InvalidInputError: empty or too long. NotAllowedError: not a moderator there, or it is
            oneself. NotFoundError: no such account or community.
        """
        text = check_words(text)

        async def work(uow: UnitOfWork) -> None:
            place = community_id
            if place is not None:
                reading = ReadingRepository(uow.connection, actor.account_id, actor.site_role)
                place = (await place_for(reading, actor, place, Action.MODERATE)).community_id
            elif actor.site_role is SiteRole.MEMBER:
                raise NotAllowedError(MODERATORS)
            person = await self._person(AccountRepository(uow.connection), actor, handle)
            await NoteRepository(uow.connection, actor.account_id, actor.site_role).add(
                {
                    "account_id": person.account_id,
                    "community_id": place,
                    "author_id": actor.account_id,
                    "body": text,
                    "created_at": uow.now,
                }
            )
            uow.note(
                RecordEntry(
                    RecordAction.NOTE, actor.account_id, community_id=place, account_id=person.account_id
                )
            )

        await self._database.write(work)

    @staticmethod
    async def _person(accounts: AccountRepository, actor: Actor, handle: str) -> Author:
        handle = clean_line(handle).removeprefix("@").lower()
        found = await accounts.by_handle(handle)
        if found is None:
            raise NotFoundError(NO_ACCOUNT, handle=handle)
        if found.account_id == actor.account_id:
            raise NotAllowedError(ABOUT_ONESELF)
        return Author(found.account_id, found.handle, found.display_name)
