"""Prepared texts: what moderators choose from when they decide, by community and language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from tui_forum.domain.entities import Actor, SiteRole
from tui_forum.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.moderation import DecisionKind
from tui_forum.domain.policy import MODERATORS, NOT_FOUND, Action, require
from tui_forum.domain.reasons import EMPTY, SHIPPED, PreparedText, check_text
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.i18n import LANGUAGES, _, using_locale
from tui_forum.services.communities import standing_in
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.reading import ReadingRepository
from tui_forum.storage.repositories.reasons import ReasonRepository
from tui_forum.storage.uow import UnitOfWork


@lru_cache
def shipped(kind: DecisionKind) -> tuple[PreparedText, ...]:
    """The texts that come with the program, in every language."""

    def everywhere(message: str) -> dict[str, str]:
        texts = {}
        for language in LANGUAGES:
            with using_locale(language):
                texts[language] = _(message)
        return texts

    return tuple(PreparedText(None, kind, everywhere(message)) for message in SHIPPED[kind])


class Reasons:
    """Use cases of prepared texts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepared(
        self, actor: Actor, kind: DecisionKind, community_id: int | None
    ) -> tuple[PreparedText, ...]:
        """What one may choose from: the community's texts, else the site's, else those shipped.

        ``community_id`` None is for cases of several communities, or of the site.
        """
        for place in dict.fromkeys((community_id, None)):
            texts = [text for text in await self.of(actor, place) if text.kind is None or text.kind is kind]
            if texts:
                return tuple(texts)
        return shipped(kind)

    async def of(self, actor: Actor, community_id: int | None) -> tuple[PreparedText, ...]:
        """A community's (None: the site's) own texts, for who moderates.

        Raises:
            NotAllowedError, NotFoundError: see the policy.
        """
        async with self._database.read() as connection:
            if community_id is not None:
                reading = ReadingRepository(connection, actor.account_id, actor.site_role)
                await _require(reading, actor, community_id)
            found = await ReasonRepository(connection).texts(community_id)
        return tuple(PreparedText(row[0], DecisionKind(row[1]) if row[1] else None, row[2]) for row in found)

    async def save(
        self,
        actor: Actor,
        community_id: int | None,
        kind: DecisionKind | None,
        texts: Mapping[str, str],
        text_id: int | None = None,
    ) -> None:
        """Write a text (``text_id`` None: a new one), by language.

        Raises:
            InvalidInputError: empty, too long, an unknown placeholder, a brace missing; ``field``
            is the language. NotAllowedError, NotFoundError: see the policy.
        """
        checked: dict[str, str] = {}
        for language, text in texts.items():
            try:
                cleaned = check_text(text)
            except InvalidInputError as error:
                raise InvalidInputError(error.message, field=language, **error.params) from None
            if cleaned:
                checked[language] = cleaned
        if not checked:
            raise InvalidInputError(EMPTY, field=next(iter(texts), ""))

        async def work(uow: UnitOfWork) -> None:
            await self._may(uow, actor, community_id)
            repository = ReasonRepository(uow.connection)
            values = {
                "kind": kind.value if kind is not None else "",
                "texts": checked,
                "updated_by": actor.account_id,
                "updated_at": uow.now,
            }
            before = {}
            if text_id is None:
                await repository.add({**values, "community_id": community_id})
            else:
                old = await repository.text(text_id)
                if old is None or old[0] != community_id:
                    raise NotFoundError(NOT_FOUND)
                before = {"kind": old[1], "texts": old[2]}
                await repository.change(text_id, values)
            _note(uow, actor, community_id, before, {"kind": values["kind"], "texts": checked})

        await self._database.write(work)

    async def delete(self, actor: Actor, community_id: int | None, text_id: int) -> None:
        """Take a text out of the list.

        Raises:
            NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> None:
            await self._may(uow, actor, community_id)
            repository = ReasonRepository(uow.connection)
            old = await repository.text(text_id)
            if old is None or old[0] != community_id:
                raise NotFoundError(NOT_FOUND)
            await repository.delete(text_id)
            _note(uow, actor, community_id, {"kind": old[1], "texts": old[2]}, {})

        await self._database.write(work)

    @staticmethod
    async def _may(uow: UnitOfWork, actor: Actor, community_id: int | None) -> None:
        if community_id is not None:
            reading = ReadingRepository(uow.connection, actor.account_id, actor.site_role)
            await _require(reading, actor, community_id)
        elif actor.site_role is SiteRole.MEMBER:
            raise NotAllowedError(MODERATORS)


async def _require(reading: ReadingRepository, actor: Actor, community_id: int) -> None:
    community = await reading.community(community_id=community_id)
    if community is None:
        raise NotFoundError(NOT_FOUND)
    require(Action.MODERATE, standing_in(actor, community))


def _note(
    uow: UnitOfWork,
    actor: Actor,
    community_id: int | None,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    uow.note(
        RecordEntry(
            RecordAction.CHANGE_TEXT,
            actor.account_id,
            community_id=community_id,
            before=before,
            after=after,
        )
    )
