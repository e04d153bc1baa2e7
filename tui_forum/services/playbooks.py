"""The shelf of guides for hosts: everybody reads, hosts keep them up to date."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import NotFoundError
from tui_forum.domain.playbooks import (
    LANGUAGES,
    SLUGS,
    Playbook,
    PlaybookConflictError,
    PlaybookRow,
    Shipped,
    check_playbook,
)
from tui_forum.domain.policy import NOT_FOUND, Action, Standing, decide, require
from tui_forum.playbooks import shipped
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.playbooks import PlaybookRepository
from tui_forum.storage.repositories.rounds import RoundRepository
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


def language_for(actor: Actor) -> str:
    """The language of the guides that an actor reads."""
    return actor.language if actor.language in LANGUAGES else LANGUAGES[0]


class Playbooks:
    """Use cases of guides."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._put = False

    async def _fill(self) -> None:
        """Put what is shipped on the shelf, once per process; what hosts have changed is left alone."""
        if self._put:
            return
        async with self._database.read() as connection:
            there = await PlaybookRepository(connection).untouched()
        fresh = [guide for guide in shipped() if _differs(guide, there.get((guide.slug, guide.language)))]
        if fresh:

            async def work(uow: UnitOfWork) -> None:
                await PlaybookRepository(uow.connection).put(fresh, uow.now)

            await self._database.write(work)
        self._put = True

    @staticmethod
    async def _standing(connection: AsyncConnection, actor: Actor) -> Standing:
        return Standing(actor.site_role, hosts=await RoundRepository(connection).hosts(actor.account_id))

    async def all(self, actor: Actor) -> tuple[PlaybookRow, ...]:
        """All guides in the actor's language, in the order of the shelf."""
        await self._fill()
        async with self._database.read() as connection:
            rows = await PlaybookRepository(connection).shelf(language_for(actor))
        return tuple(sorted(rows, key=lambda row: SLUGS.index(row.slug)))

    async def guide(self, actor: Actor, slug: str) -> Playbook:
        """A guide in the actor's language.

        Raises:
            NotFoundError: there is none of that name.
        """
        await self._fill()
        async with self._database.read() as connection:
            found = await PlaybookRepository(connection).guide(slug=slug, language=language_for(actor))
            standing = await self._standing(connection, actor)
        if found is None:
            raise NotFoundError(NOT_FOUND)
        return replace(found, may_edit=decide(Action.EDIT_GUIDE, standing).allowed)

    async def by_id(self, actor: Actor, playbook_id: int) -> Playbook:
        """A guide by id, in whatever language it is: to go on changing it.

        Raises:
            NotFoundError: there is none. NotAllowedError: the actor hosts no community.
        """
        async with self._database.read() as connection:
            require(Action.EDIT_GUIDE, await self._standing(connection, actor))
            found = await PlaybookRepository(connection).guide(playbook_id=playbook_id)
        if found is None:
            raise NotFoundError(NOT_FOUND)
        return replace(found, may_edit=True)

    async def change(
        self,
        actor: Actor,
        playbook_id: int,
        title: str,
        body: str,
        *,
        revision: int,
        token: str | None = None,
    ) -> None:
        """Put another text in a guide's place, written on top of ``revision``.

        ``token`` is that of the draft this was written in, which is gone then.

        Raises:
            PlaybookConflictError: it was changed since; nothing was written.
            InvalidInputError: title or text. NotAllowedError: the actor hosts no community.
            NotFoundError: there is no such guide.
        """
        title, body = check_playbook(title, body)

        async def work(uow: UnitOfWork) -> None:
            require(Action.EDIT_GUIDE, await self._standing(uow.connection, actor))
            playbooks = PlaybookRepository(uow.connection)
            present = await playbooks.guide(playbook_id=playbook_id, lock=True)
            if present is None:
                raise NotFoundError(NOT_FOUND)
            if (present.row.title, present.body) != (title, body):
                if present.revision != revision:
                    raise PlaybookConflictError(replace(present, may_edit=True))
                await playbooks.change(playbook_id, title, body, revision + 1, actor.account_id, uow.now)
            if token:
                await WritingRepository(uow.connection).discard_draft(actor.account_id, token=token)

        await self._database.write(work)

    async def restore(self, actor: Actor, playbook_id: int) -> None:
        """Put the guide back as it was shipped.

        Raises:
            NotAllowedError: the actor hosts no community. NotFoundError: there is no such guide.
        """

        async def work(uow: UnitOfWork) -> None:
            require(Action.EDIT_GUIDE, await self._standing(uow.connection, actor))
            playbooks = PlaybookRepository(uow.connection)
            present = await playbooks.guide(playbook_id=playbook_id, lock=True)
            for guide in shipped():
                if present is not None and (guide.slug, guide.language) == (
                    present.row.slug,
                    present.language,
                ):
                    await playbooks.change(
                        playbook_id, guide.title, guide.body, present.revision + 1, None, uow.now
                    )
                    return
            raise NotFoundError(NOT_FOUND)

        await self._database.write(work)


def _differs(guide: Shipped, there: tuple[bool, str, str] | None) -> bool:
    if there is None:
        return True
    changed, title, body = there
    return not changed and (title, body) != (guide.title, guide.body)
