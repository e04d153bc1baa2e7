"""The inbox: what accounts are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import SiteRole, Visibility
from tui_forum.domain.membership import Answer
from tui_forum.storage.models import (
    Account,
    Community,
    CommunityInvitation,
    HostRequest,
    Membership,
    Notice,
    Post,
    Thread,
)
from tui_forum.storage.repositories.reading import heard, mine, visible

_notice = cast("Table", Notice.__table__)

_CHUNK: Final = 5_000  # accounts asked about in one statement


def _is_invited() -> ColumnElement[bool]:
    """Per row of ``Account`` and ``Community``: the account is asked into the community, or to host it."""
    return or_(
        *(
            select(asked.id)
            .where(
                asked.account_id == Account.id,
                asked.community_id == Community.id,
                asked.state == Answer.OPEN.value,
            )
            .correlate(Account, Community)
            .exists()
            for asked in (CommunityInvitation, HostRequest)
        )
    )


def _hears(*, of_thread: bool) -> Select[*tuple[Any, ...]]:
    """Who of ``accounts`` may hear of what happens in the thread, or to the community, ``place``."""
    place: ColumnElement[Any] = bindparam("place", type_=Community.id.type)
    may = or_(
        Account.site_role.in_((SiteRole.MODERATOR.value, SiteRole.ADMIN.value)),
        Membership.role.is_not(None),
        Community.visibility == Visibility.OPEN.value,
    )
    if of_thread:
        place = select(Thread.community_id).where(Thread.id == place).scalar_subquery()
    else:
        may = or_(may, Community.visibility == Visibility.APPROVAL.value, _is_invited())
    return (
        select(Account.id, Account.language)
        .join(Community, Community.id == place)
        .outerjoin(
            Membership,
            and_(Membership.community_id == Community.id, Membership.account_id == Account.id),
        )
        .where(Account.id.in_(bindparam("accounts", expanding=True)), may)
        .order_by(Account.id)
    )


#: Made once: building them costs more than running them.
_HEARS_OF_THREAD: Final = _hears(of_thread=True)
_HEARS_OF_COMMUNITY: Final = _hears(of_thread=False)


class NoticeRepository:
    """Statements of the inbox."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, account_ids: Iterable[int], values: dict[str, Any]) -> None:
        """Tell several accounts the same."""
        rows = [{**values, "account_id": account_id} for account_id in account_ids]
        if rows:
            await self._connection.execute(insert(_notice), rows)

    async def who_may_hear(
        self, account_ids: Sequence[int], community_id: int | None, thread_id: int | None
    ) -> dict[int, str]:
        """Those of ``account_ids`` who may read the thread's community, or know of the community.

        By id, in its order; the value is the language they read.
        """
        statement = _HEARS_OF_COMMUNITY if thread_id is None else _HEARS_OF_THREAD
        found: dict[int, str] = {}
        for start in range(0, len(account_ids), _CHUNK):
            some = account_ids[start : start + _CHUNK]
            values = {"accounts": some, "place": community_id if thread_id is None else thread_id}
            found.update((row[0], row[1]) for row in await self._connection.execute(statement, values))
        return found

    async def tell_each(self, rows: Sequence[dict[str, Any]]) -> None:
        """Tell accounts something each, at once."""
        if rows:
            await self._connection.execute(insert(_notice), list(rows))

    async def remove(self, account_id: int, kind: str, post_id: int, actor_id: int) -> bool:
        """Take back what an account was told about a post by somebody; False when there was nothing."""
        result = await self._connection.execute(
            delete(_notice)
            .where(
                _notice.c.account_id == account_id,
                _notice.c.kind == kind,
                _notice.c.post_id == post_id,
                _notice.c.actor_id == actor_id,
            )
            .returning(_notice.c.id)
        )
        return result.first() is not None

    async def remove_asked(self, account_id: int, kind: str, community_id: int, actor_id: int) -> None:
        """Take back what an account was asked about a community by somebody."""
        await self._connection.execute(
            delete(_notice).where(
                _notice.c.account_id == account_id,
                _notice.c.kind == kind,
                _notice.c.community_id == community_id,
                _notice.c.actor_id == actor_id,
            )
        )

    async def page(
        self, account_id: int, site_role: SiteRole, before: int | None, limit: int
    ) -> list[Row[*tuple[Any, ...]]]:
        """An account's notices, latest first, less those of communities it may not read any more."""
        known = visible(site_role, account_id)
        statement = (
            select(
                Notice.id, Notice.kind, Thread.id, Post.number, Thread.title, Account.handle,
                Notice.text, Notice.created_at, Notice.seen_at, Post.state,
                case((known, Notice.community_id)), case((known, Community.name)), Notice.case_id,
            )
            .outerjoin(Post, Post.id == Notice.post_id)
            # A post may have gone to another thread since.
            .outerjoin(Thread, Thread.id == func.coalesce(Post.thread_id, Notice.thread_id))
            .outerjoin(Account, Account.id == Notice.actor_id)
            .outerjoin(Community, Community.id == func.coalesce(Thread.community_id, Notice.community_id))
            .outerjoin(Membership, mine(account_id))
            .where(heard(account_id, site_role))
        )  # fmt: skip
        if before is not None:
            statement = statement.where(Notice.id < before)
        return list(await self._connection.execute(statement.order_by(Notice.id.desc()).limit(limit)))

    async def mark_seen(self, account_id: int, now: datetime) -> None:
        """All notices of an account have been seen."""
        await self._connection.execute(
            update(Notice)
            .where(Notice.account_id == account_id, Notice.seen_at.is_(None))
            .values(seen_at=now)
        )
