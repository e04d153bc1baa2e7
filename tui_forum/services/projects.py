"""What hosts decide about a project whose last day comes: close it, extend it, go on as a practice.

Each decision names the version of the charter that its host has read: of two hosts who decide at
once, the second learns what the first has decided.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from tui_forum.domain.charter import CHANGED_MEANWHILE, Charter
from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import ConflictError
from tui_forum.domain.policy import Action
from tui_forum.domain.projects import check_project, extended, gone_on
from tui_forum.services.charters import Charters, place_of
from tui_forum.services.communities import today_of
from tui_forum.services.hosting import Hosting
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.charters import CharterRepository


class Projects:
    """Use cases of projects; what they change is told to the members as every change is."""

    def __init__(self, database: Database, charters: Charters, hosting: Hosting) -> None:
        self._database = database
        self._charters = charters
        self._hosting = hosting

    async def _charter(self, actor: Actor, community_id: int, version: int) -> Charter:
        async with self._database.read() as connection:
            charters = CharterRepository(connection, actor.account_id)
            present = (await place_of(charters, actor, community_id, Action.CHANGE_CHARTER)).present
        if present.version != version:
            raise ConflictError(CHANGED_MEANWHILE, version=present.version)
        check_project(present.charter)
        return present.charter

    async def close(self, actor: Actor, community_id: int, *, version: int, reason: str) -> None:
        """Archive it: it can be read.

        Raises:
            ConflictError: another version of the charter is in force, it is no project, or archived.
            NotAllowedError, NotFoundError: see the policy.
        """
        await self._charter(actor, community_id, version)
        await self._hosting.archive(actor, community_id, reason)

    async def extend(
        self, actor: Actor, community_id: int, ends_on: date | None, *, version: int, reason: str
    ) -> int:
        """Give it another last day, on which its hosts are asked again; the charter's new version.

        Raises:
            InvalidInputError: not a later day (``field="ends_on"``).
            ConflictError, NotAllowedError, NotFoundError: as in :meth:`close`.
        """
        charter = await self._charter(actor, community_id, version)
        changed = extended(charter, ends_on, today_of(actor, datetime.now(UTC)))
        return await self._charters.change(actor, community_id, changed, version=version, reason=reason)

    async def go_on(self, actor: Actor, community_id: int, *, version: int, reason: str) -> int:
        """Turn it into a practice, without an end; the charter's new version.

        Raises:
            ConflictError, NotAllowedError, NotFoundError: as in :meth:`close`.
        """
        charter = await self._charter(actor, community_id, version)
        changed = gone_on(charter, today_of(actor, datetime.now(UTC)))
        return await self._charters.change(actor, community_id, changed, version=version, reason=reason)
