"""Two communities become one: threads and members move, old links keep working."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tui_forum.domain.entities import Actor, Purpose, Role, SiteRole, Visibility
from tui_forum.domain.errors import ConflictError, NotAllowedError
from tui_forum.domain.events import EventKind
from tui_forum.domain.hosting import MergeTarget
from tui_forum.domain.policy import STAYS, Action, keeps_secrets, require
from tui_forum.domain.views import CommunityRow
from tui_forum.i18n import N_
from tui_forum.services.hosting import find_community, stand_to
from tui_forum.services.notices import notify
from tui_forum.services.rounds import keep_hosts_round
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.hosting import HostingRepository
from tui_forum.storage.repositories.memberships import MembershipRepository
from tui_forum.storage.repositories.merging import MergingRepository
from tui_forum.storage.repositories.moving import MovingRepository
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

COMMUNITY_MERGED: Final = "community_merged"  # the notice; its text is the name of the one that is gone
#: Communities offered to merge into, for moderators of the site.
TARGETS: Final = 500

INTO_ITSELF: Final = N_("A community cannot be merged into itself.")
TARGET_ARCHIVED: Final = N_("“{name}” is archived: nothing can be merged into it.")
WIDER: Final = N_("More people may read “{name}” than what was written here was meant for.")
HOST_BOTH: Final = N_("You host only one of the two: ask a host of “{name}” to let you host it too.")


class Merging:
    """Use cases of merging communities."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def merge_targets(self, actor: Actor, community_id: int) -> tuple[MergeTarget, ...]:
        """Where the threads of a community may go: other communities that one hosts, or (moderators
        of the site) may see; never one that more people read.

        Raises:
            NotAllowedError, NotFoundError: see the policy.
        """
        async with self._database.read() as connection:
            community, _facts, standing = await stand_to(connection, actor, community_id, datetime.now(UTC))
            require(Action.CLOSE_COMMUNITY, standing)
            hosting = HostingRepository(connection)
            if actor.site_role is SiteRole.MEMBER:
                rows = await hosting.managed(actor.account_id)
            else:
                rows = await MergingRepository(connection).others(actor.account_id, actor.site_role, TARGETS)
        return tuple(
            MergeTarget(row[0], row[1], row[2], Purpose(row[3]), Visibility(row[4]))
            for row in rows
            if row[0] != community.community_id
            and row[5] is None
            and keeps_secrets(community.visibility, Visibility(row[4]))
        )

    async def merge(self, actor: Actor, community_id: int, target_id: int) -> CommunityRow:
        """Move all threads and members into another community; the old name leads there from now on.

        Raises:
            ConflictError: into itself, into an archived one, or to where more people read.
            NotAllowedError, NotFoundError: see the policy; one hosts both, or moderates the site.
        """

        async def work(uow: UnitOfWork) -> None:
            moving = MovingRepository(uow.connection)
            await moving.lock_communities((community_id, target_id))
            source, _facts, standing = await stand_to(uow.connection, actor, community_id, uow.now)
            require(Action.CLOSE_COMMUNITY, standing)
            target = await find_community(uow.connection, actor, target_id)
            self._check_target(actor, source, target)
            hosting, merging = HostingRepository(uow.connection), MergingRepository(uow.connection)
            old, new = source.community_id, target.community_id
            managers = await WritingRepository(uow.connection).managers(old)
            members = await MembershipRepository(uow.connection).ids(old)
            await hosting.archive(old, uow.now)
            await moving.move_threads(old, new, uow.now)
            baseline = await WritingRepository(uow.connection).newest_post_id(new)
            await merging.hand_members_over(old, new, baseline, uow.now)
            await merging.hand_sanctions_over(old, new)
            await merging.lead_on(old, new)
            await keep_hosts_round(uow, *managers)
            await notify(
                uow,
                members,
                COMMUNITY_MERGED,
                community_id=new,
                actor_id=actor.account_id,
                text=source.name,
            )
            for which in (old, new):
                uow.record(
                    EventKind.COMMUNITY_MERGED,
                    actor_id=actor.account_id,
                    community_id=which,
                    data={"source": old, "target": new},
                )

        await self._database.write(work)
        async with self._database.read() as connection:
            return await find_community(connection, actor, target_id)

    @staticmethod
    def _check_target(actor: Actor, source: CommunityRow, target: CommunityRow) -> None:
        if source.community_id == target.community_id:
            raise ConflictError(INTO_ITSELF)
        if target.builtin is not None:
            raise NotAllowedError(STAYS)
        if target.archived:
            raise ConflictError(TARGET_ARCHIVED, name=target.name)
        if target.role is not Role.MANAGER and actor.site_role is SiteRole.MEMBER:
            raise NotAllowedError(HOST_BOTH, name=target.name)
        if not keeps_secrets(source.visibility, target.visibility):
            raise ConflictError(WIDER, name=target.name)
