"""People and places for tests: made through the services, as they are made in life."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import event, text, update

from tui_forum.domain.charter import Charter, default_charter
from tui_forum.domain.entities import Actor, PublicKey, Purpose, Registration, Role, SiteRole, Visibility
from tui_forum.domain.views import CommunityRow
from tui_forum.services.forum import Forum
from tui_forum.storage.engine import Database
from tui_forum.storage.models import Account
from tui_forum.storage.uow import UnitOfWork

_keys = count(1)


def new_key(comment: str = "laptop") -> PublicKey:
    """A key that nobody has."""
    number = next(_keys)
    return PublicKey("ssh-ed25519", f"SHA256:key{number}", f"ssh-ed25519 AAAA{number}", comment)


async def person(forum: Forum, handle: str, site_role: SiteRole = SiteRole.MEMBER) -> Actor:
    """Someone with a key. (There is no use case yet that makes site moderators.)"""
    if site_role is SiteRole.ADMIN:
        return await forum.accounts.ensure_admin(new_key(), handle)
    actor = await forum.accounts.register(Registration(handle, handle.capitalize()), new_key())
    if site_role is SiteRole.MODERATOR:

        async def work(uow: UnitOfWork) -> None:
            await uow.connection.execute(
                update(Account).where(Account.id == actor.account_id).values(site_role=site_role.value)
            )

        await forum.database.write(work)
        return await forum.accounts.actor(actor.account_id)
    return actor


def charter_for(purpose: Purpose = Purpose.PRACTICE, **values: Any) -> Charter:
    """A charter that is valid for ``purpose``, but for ``values``. It has no rules to accept."""
    today = datetime.now(UTC).date()
    return replace(default_charter(purpose, "What grows, and why it does not", today), **values)


async def place(
    forum: Forum,
    slug: str = "garden",
    visibility: Visibility = Visibility.OPEN,
    *,
    purpose: Purpose = Purpose.PRACTICE,
    charter: Charter | None = None,
) -> tuple[Actor, CommunityRow]:
    """A community and its manager, who is administrator."""
    boss = await person(forum, f"boss-{slug}", SiteRole.ADMIN)
    return boss, await another(forum, boss, slug, visibility, purpose=purpose, charter=charter)


async def another(
    forum: Forum,
    manager: Actor,
    slug: str,
    visibility: Visibility = Visibility.OPEN,
    *,
    purpose: Purpose = Purpose.PRACTICE,
    charter: Charter | None = None,
) -> CommunityRow:
    """A community that ``manager`` opens."""
    return await forum.charters.open(
        manager, slug, slug.capitalize(), charter or charter_for(purpose), visibility=visibility
    )


async def member(
    forum: Forum, handle: str, community: CommunityRow, role: Role = Role.MEMBER, boss: Actor | None = None
) -> Actor:
    """Someone who has joined; where not everybody may, because ``boss`` has asked them in."""
    actor = await person(forum, handle)
    if community.visibility is not Visibility.OPEN:
        assert boss is not None
        await forum.memberships.invite(boss, community.community_id, handle)
    await forum.memberships.join(actor, community.community_id)
    if role is not Role.MEMBER:
        assert boss is not None
        await forum.memberships.set_role(boss, community.community_id, handle, role)
    return actor


async def rows(database: Database, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """What a plain statement gives."""
    async with database.read() as connection:
        return [tuple(row) for row in await connection.execute(text(statement), values)]


async def number(database: Database, statement: str, **values: Any) -> int:
    """The one number that a plain statement gives."""
    return int((await rows(database, statement, **values))[0][0])


@asynccontextmanager
async def statements(database: Database) -> AsyncIterator[list[tuple[str, Any]]]:
    """The statements that are read meanwhile, with their parameters (less those of the event tail)."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM event" not in statement:
            seen.append((statement, parameters))

    engine = database._reading.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


Work = Callable[[UnitOfWork], Awaitable[None]]
