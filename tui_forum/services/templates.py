"""Templates: hosts write what new threads of their community may begin with."""

from __future__ import annotations

from typing import Final

from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotFoundError
from tui_forum.domain.leaks import refuse_secrets
from tui_forum.domain.limits import TEMPLATES_MAX
from tui_forum.domain.policy import NOT_FOUND, Action, decide, require
from tui_forum.domain.templates import SAME_NAME, TOO_MANY, Template, TemplateConflictError
from tui_forum.domain.views import CommunityRow
from tui_forum.i18n import N_
from tui_forum.services.communities import standing_in
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.moving import MovingRepository
from tui_forum.storage.repositories.reading import ReadingRepository
from tui_forum.storage.repositories.templates import TemplateRepository
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

CHANGED: Final = N_("Somebody has changed this template meanwhile.")


class Templates:
    """Use cases of templates."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, actor: Actor, community_id: int) -> tuple[Template, ...]:
        """A community's templates, in the order that its hosts gave them.

        Raises:
            NotFoundError: no such community for this actor.
        """
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            community = await reading.community(community_id=community_id)
            if community is None:
                raise NotFoundError(NOT_FOUND)
            require(Action.READ, standing_in(actor, community))
            return await TemplateRepository(connection).of(community.community_id)

    def may_edit(self, actor: Actor, community: CommunityRow) -> bool:
        """Whether ``actor`` writes this community's templates."""
        return decide(Action.EDIT_TEMPLATES, standing_in(actor, community)).allowed

    async def save(
        self,
        actor: Actor,
        community_id: int,
        template: Template,
        *,
        seen: Template | None = None,
        token: str | None = None,
    ) -> Template:
        """Store a new template (id 0), or change the one that was ``seen``; the draft ``token`` goes.

        Raises:
            InvalidInputError: a field cannot be used, a name is taken, or there are too many.
            TemplateConflictError: it is not what was seen any more.
            NotAllowedError, NotFoundError: see the policy.
        """
        template = template.check()
        refuse_secrets(template.title, "title")
        refuse_secrets(template.body, "body")

        async def work(uow: UnitOfWork) -> Template:
            home, there = await self._held(uow, actor, community_id)
            repository = TemplateRepository(uow.connection)
            others = [one for one in there if one.template_id != template.template_id]
            if any(one.name.casefold() == template.name.casefold() for one in others):
                raise InvalidInputError(SAME_NAME, field="name", name=template.name)
            if token:
                await WritingRepository(uow.connection).discard_draft(actor.account_id, token=token)
            if not template.template_id:
                if len(there) >= TEMPLATES_MAX:
                    raise InvalidInputError(TOO_MANY, field="name", most=TEMPLATES_MAX)
                made = await repository.add(home, template)
                return Template(made, template.name, template.kind, template.title, template.body)
            present = next((one for one in there if one.template_id == template.template_id), None)
            if present != seen or present is None:
                raise TemplateConflictError(CHANGED, present)
            await repository.change(template)
            return template

        return await self._database.write(work)

    async def remove(self, actor: Actor, community_id: int, template_id: int) -> None:
        """Forget a template; threads that began with it stay.

        Raises:
            ConflictError: it is gone already. NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> None:
            _home, there = await self._held(uow, actor, community_id)
            if template_id not in {one.template_id for one in there}:
                raise ConflictError(CHANGED)
            await TemplateRepository(uow.connection).remove(template_id)

        await self._database.write(work)

    async def shift(self, actor: Actor, community_id: int, template_id: int, places: int) -> None:
        """Move a template up (negative) or down in the order.

        Raises:
            ConflictError: it is gone. NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> None:
            _home, there = await self._held(uow, actor, community_id)
            ids = [one.template_id for one in there]
            if template_id not in ids:
                raise ConflictError(CHANGED)
            place = ids.index(template_id)
            ids.insert(max(0, place + places), ids.pop(place))
            await TemplateRepository(uow.connection).arrange(ids)

        await self._database.write(work)

    @staticmethod
    async def _held(uow: UnitOfWork, actor: Actor, community_id: int) -> tuple[int, tuple[Template, ...]]:
        """The community and its templates, which nobody else changes meanwhile."""
        reading = ReadingRepository(uow.connection, actor.account_id, actor.site_role)
        community = await reading.community(community_id=community_id)
        if community is None:
            raise NotFoundError(NOT_FOUND)
        require(Action.EDIT_TEMPLATES, standing_in(actor, community))
        await MovingRepository(uow.connection).lock_communities([community.community_id])
        return community.community_id, await TemplateRepository(uow.connection).of(community.community_id)
