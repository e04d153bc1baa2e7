"""Merging and splitting threads: seats, old addresses, read pointers, what is left behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.curation import LeftBehind, NewSeat, PostAddress, Seat, Sign, SignKind
from tui_forum.domain.entities import Role, SiteRole
from tui_forum.domain.views import SearchHit, ThreadCursor
from tui_forum.storage.models import (
    Account,
    Community,
    Membership,
    Post,
    PostAlias,
    ReadPointer,
    Signpost,
    Thread,
)
from tui_forum.storage.prepared import prepared
from tui_forum.storage.repositories.reading import published, readable

_post = cast("Table", Post.__table__)
_alias = cast("Table", PostAlias.__table__)
_pointer = cast("Table", ReadPointer.__table__)
_MOVED: Final = aliased(Post)
_TARGET: Final = aliased(Thread)
_THERE: Final = aliased(Thread)
MODERATING: Final = (Role.MODERATOR.value, Role.MANAGER.value)

AnyRow = Row[*tuple[Any, ...]]


@prepared
def _address(
    account_id: int, thread_id: int, number: int | None, *, site_role: SiteRole
) -> Select[*tuple[Any, ...]]:
    return (
        select(_THERE.id, _MOVED.number)
        .select_from(Thread)
        .outerjoin(PostAlias, and_(PostAlias.thread_id == Thread.id, PostAlias.number == number))
        .outerjoin(_MOVED, _MOVED.id == PostAlias.post_id)
        .join(_THERE, _THERE.id == func.coalesce(_MOVED.thread_id, Thread.merged_into_id, Thread.id))
        .join(Community, Community.id == _THERE.community_id)
        .outerjoin(
            Membership, and_(Membership.community_id == Community.id, Membership.account_id == account_id)
        )
        .where(Thread.id == thread_id, readable(site_role, account_id), _known(account_id, site_role))
    )


async def resolve(
    connection: AsyncConnection,
    thread_id: int,
    number: int | None,
    account_id: int,
    site_role: SiteRole,
) -> PostAddress | None:
    """Where what had this address is now; None when there is no such thread for this account.

    A post is found under every number it ever had, a merged thread where it went.
    """
    row = (await connection.execute(*_address(account_id, thread_id, number, site_role=site_role))).first()
    if row is None:
        return None
    # Where it was, a number without an alias is the post's own.
    return PostAddress(row[0], number if row[1] is None and row[0] == thread_id else row[1])


def _known(account_id: int, site_role: SiteRole) -> ColumnElement[bool]:
    """Per row of ``_THERE``: it is not removed, or held and one may know of it."""
    if site_role in (SiteRole.MODERATOR, SiteRole.ADMIN):
        return or_(_THERE.removed_at.is_(None), _THERE.held)
    sees = or_(_THERE.author_id == account_id, Membership.role.in_(MODERATING))
    return or_(_THERE.removed_at.is_(None), and_(_THERE.held, sees))


class CurationRepository:
    """Statements inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._upsert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    # -- posts and their numbers

    async def seats(self, thread_id: int) -> list[Seat]:
        """All posts of a thread in their order, but for those that nobody knows of yet."""
        rows = await self._connection.execute(
            select(
                Post.id, Post.thread_id, Post.number, Post.reply_to_number, Post.created_at, Post.author_id
            )
            .where(Post.thread_id == thread_id, published())
            .order_by(Post.number)
        )
        return [Seat(*row) for row in rows]

    async def highest_number(self, thread_id: int) -> int:
        """The highest number ever given out in a thread."""
        row = (
            await self._connection.execute(
                select(Thread.last_number, Thread.retired_number).where(Thread.id == thread_id)
            )
        ).one()
        return max(row)

    async def reseat(self, thread_id: int, seats: Sequence[NewSeat]) -> None:
        """Put posts into ``thread_id``; whose address changes is found under the old one, too.

        No two posts may have the same new number; none of the numbers may be in use.
        """
        changed = [seat for seat in seats if seat.moves or seat.old.thread_id != thread_id]
        if changed:
            await self._connection.execute(
                insert(_alias),
                [
                    {"thread_id": seat.old.thread_id, "number": seat.old.number, "post_id": seat.old.post_id}
                    for seat in changed
                ],
            )
            await self._connection.execute(
                update(_post)
                .where(_post.c.id == bindparam("post"))
                .values(
                    thread_id=thread_id,
                    number=bindparam("at"),
                    reply_to_number=bindparam("answered"),
                    tree_path=bindparam("path"),
                    depth=bindparam("deep"),
                ),
                [
                    {
                        "post": seat.old.post_id,
                        "at": seat.number,
                        "answered": seat.reply_to,
                        "path": seat.path,
                        "deep": seat.depth,
                    }
                    for seat in changed
                ],
            )

    async def pointers(self, thread_ids: Iterable[int]) -> list[AnyRow]:
        """Who has read how far in threads: account, thread, number, baseline in its community."""
        return list(
            await self._connection.execute(
                select(
                    ReadPointer.account_id,
                    ReadPointer.thread_id,
                    ReadPointer.number,
                    func.coalesce(Membership.read_baseline, 0),
                )
                .join(Thread, Thread.id == ReadPointer.thread_id)
                .outerjoin(
                    Membership,
                    and_(
                        Membership.community_id == Thread.community_id,
                        Membership.account_id == ReadPointer.account_id,
                    ),
                )
                .where(ReadPointer.thread_id.in_(list(thread_ids)))
            )
        )

    async def set_pointers(self, thread_id: int, numbers: Mapping[int, int], now: datetime) -> None:
        """Let accounts have read a thread up to these numbers."""
        rows = [
            {"account_id": account_id, "thread_id": thread_id, "number": number, "updated_at": now}
            for account_id, number in sorted(numbers.items())
            if number > 0
        ]
        if rows:
            statement = self._upsert(_pointer)
            await self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[_pointer.c.account_id, _pointer.c.thread_id],
                    set_={"number": statement.excluded.number, "updated_at": statement.excluded.updated_at},
                ),
                rows,
            )

    async def forget_pointers(self, thread_id: int) -> None:
        """Nobody has read anything of a thread that has no posts any more."""
        await self._connection.execute(delete(ReadPointer).where(ReadPointer.thread_id == thread_id))

    async def recount(self, thread_id: int) -> None:
        """What a thread's row says of its posts, counted again; numbers that are gone stay retired."""
        mine = and_(Post.thread_id == Thread.id, published())

        def of(column: Any) -> Any:
            return select(column).where(mine).correlate(Thread)

        by_others = Post.author_id != Thread.author_id
        author = of(Post.author_id).order_by(Post.created_at.desc(), Post.number.desc()).limit(1)
        await self._connection.execute(
            update(Thread)
            .where(Thread.id == thread_id)
            .values(
                reply_count=of(func.count() - 1).scalar_subquery(),
                retired_number=case(
                    (Thread.retired_number > Thread.last_number, Thread.retired_number),
                    else_=Thread.last_number,
                ),
                last_number=of(func.max(Post.number)).scalar_subquery(),
                last_post_id=of(func.max(Post.id)).scalar_subquery(),
                last_post_at=of(func.max(Post.created_at)).scalar_subquery(),
                last_author_id=author.scalar_subquery(),
                answered_at=of(func.min(Post.created_at)).where(by_others).scalar_subquery(),
                escalate_at=case((of(Post.id).where(by_others).exists(), None), else_=Thread.escalate_at),
            )
        )

    async def close_merged(self, thread_id: int, into_id: int, community_id: int, now: datetime) -> None:
        """A thread whose posts are gone is an address from now on; so are those merged into it before."""
        await self._connection.execute(
            update(Thread)
            .where(or_(Thread.id == thread_id, Thread.merged_into_id == thread_id))
            .values(merged_into_id=into_id)
        )
        await self._connection.execute(
            update(Thread).where(Thread.about_id == thread_id).values(about_id=into_id)
        )
        await self._connection.execute(
            update(Thread)
            .where(Thread.id == thread_id)
            .values(
                removed_at=now,
                community_id=community_id,
                pinned=False,
                reply_count=0,
                last_number=0,
                last_post_id=0,
                retired_number=0,
                accepted_number=None,
                escalate_at=None,
                wants_acknowledgement=False,
            )
        )

    # -- what is left behind

    async def leave_sign(
        self, kind: SignKind, target_id: int, actor_id: int, now: datetime, **where: Any
    ) -> None:
        """Put up a signpost; ``where`` are the columns that say where it stands and what it tells."""
        await self._connection.execute(
            insert(Signpost).values(
                kind=kind.value, target_id=target_id, actor_id=actor_id, created_at=now, **where
            )
        )

    async def signs_at(self, thread_ids: Iterable[int]) -> list[AnyRow]:
        """The signposts that stand in threads: id, thread, number."""
        return list(
            await self._connection.execute(
                select(Signpost.id, Signpost.thread_id, Signpost.number).where(
                    Signpost.thread_id.in_(list(thread_ids))
                )
            )
        )

    async def replant(self, places: Mapping[int, tuple[int, int]]) -> None:
        """Let signposts (by id) stand elsewhere: thread and number."""
        for sign_id, (thread_id, number) in places.items():
            await self._connection.execute(
                update(Signpost).where(Signpost.id == sign_id).values(thread_id=thread_id, number=number)
            )

    async def drop_signs(self, community_id: int, target_id: int) -> None:
        """A thread is in a community again: no signpost there says that it is elsewhere."""
        await self._connection.execute(
            delete(Signpost).where(Signpost.community_id == community_id, Signpost.target_id == target_id)
        )

    # -- where something can go

    async def reads(self, account_id: int, community_id: int) -> bool:
        """Whether an account may read in a community."""
        found = await self._connection.execute(
            select(Community.id)
            .outerjoin(
                Membership, and_(Membership.community_id == Community.id, Membership.account_id == account_id)
            )
            .join(Account, Account.id == account_id)
            .where(
                Community.id == community_id,
                or_(readable(SiteRole.MEMBER, account_id), Account.site_role != SiteRole.MEMBER.value),
            )
        )
        return found.first() is not None

    async def moderated_communities(
        self, account_id: int, site_role: SiteRole, words: Sequence[str], limit: int
    ) -> list[AnyRow]:
        """Communities that one moderates whose name or slug holds every word: id, slug, name."""
        conditions = [
            or_(
                Community.name.icontains(word, autoescape=True),
                Community.slug.icontains(word, autoescape=True),
            )
            for word in words
        ]
        return list(
            await self._connection.execute(
                select(Community.id, Community.slug, Community.name)
                .where(_moderates(account_id, site_role), Community.archived_at.is_(None), *conditions)
                .order_by(func.lower(Community.name), Community.id)
                .limit(limit)
            )
        )

    async def moderated_threads(
        self, account_id: int, site_role: SiteRole, words: Sequence[str], limit: int
    ) -> tuple[SearchHit, ...]:
        """Threads that one moderates whose title holds every word, latest first."""
        conditions = [Thread.title.icontains(word, autoescape=True) for word in words]
        rows = await self._connection.execute(
            select(Thread.id, Community.slug, Thread.title, Thread.last_post_at, Thread.reply_count)
            .join(Community, Community.id == Thread.community_id)
            .where(_moderates(account_id, site_role), Thread.removed_at.is_(None), *conditions)
            .order_by(Thread.last_post_at.desc(), Thread.id.desc())
            .limit(limit)
        )
        return tuple(SearchHit(*row) for row in rows)


def _moderates(account_id: int, site_role: SiteRole) -> ColumnElement[bool]:
    if site_role in (SiteRole.MODERATOR, SiteRole.ADMIN):
        return literal(True)
    return Community.id.in_(
        select(Membership.community_id).where(
            Membership.account_id == account_id, Membership.role.in_(MODERATING)
        )
    )


def _where_it_is(account_id: int, site_role: SiteRole) -> Select[*tuple[Any, ...]]:
    """Signposts with the thread they lead to (where a merged one went) and whether it may be read."""
    return (
        select(
            Signpost.kind, Signpost.number, Signpost.place_at, Signpost.title, Signpost.posts,
            Signpost.target_id, Signpost.target_number, _THERE.title, Community.name,
            and_(_THERE.removed_at.is_(None), readable(site_role, account_id)),
        )
        .join(_TARGET, _TARGET.id == Signpost.target_id)
        .join(_THERE, _THERE.id == func.coalesce(_TARGET.merged_into_id, _TARGET.id))
        .join(Community, Community.id == _THERE.community_id)
        .outerjoin(
            Membership, and_(Membership.community_id == Community.id, Membership.account_id == account_id)
        )
    )  # fmt: skip


@prepared
def _signs_in(account_id: int, thread_id: int, *, site_role: SiteRole) -> Select[*tuple[Any, ...]]:
    return (
        _where_it_is(account_id, site_role)
        .where(
            Signpost.thread_id == thread_id,
            # What was split off and merged again is here.
            or_(_THERE.id != thread_id, Signpost.kind == SignKind.MERGED_IN.value),
        )
        .order_by(Signpost.number, Signpost.id)
    )


async def signs_in(
    connection: AsyncConnection, thread_id: int, account_id: int, site_role: SiteRole
) -> tuple[Sign, ...]:
    """The signposts of a thread in its order, as an account may read them."""
    rows = await connection.execute(*_signs_in(account_id, thread_id, site_role=site_role))
    signs = []
    for kind, number, _at, own_title, posts, target, at, title, _name, may_read in rows:
        if kind == SignKind.MERGED_IN.value:
            signs.append(Sign(SignKind.MERGED_IN, number, own_title, posts, None))
        elif may_read:
            signs.append(Sign(SignKind(kind), number, title, posts, PostAddress(target, at)))
        else:
            signs.append(Sign(SignKind(kind), number, "", posts, None))
    return tuple(signs)


@prepared
def _left_behind(
    account_id: int,
    community_id: int,
    limit: int,
    highest: datetime | None,
    lowest: datetime | None,
    *,
    site_role: SiteRole,
    above: bool,
    below: bool,
) -> Select[*tuple[Any, ...]]:
    """Signposts up to ``highest`` (where ``above``) and after ``lowest`` (where ``below``)."""
    statement = _where_it_is(account_id, site_role).where(
        Signpost.community_id == community_id, _THERE.removed_at.is_(None), readable(site_role, account_id)
    )
    if above:
        statement = statement.where(Signpost.place_at <= highest)
    if below:
        statement = statement.where(Signpost.place_at > lowest)
    return statement.order_by(Signpost.place_at.desc(), Signpost.id.desc()).limit(limit)


async def left_behind(
    connection: AsyncConnection,
    community_id: int,
    account_id: int,
    site_role: SiteRole,
    *,
    above: ThreadCursor | None,
    below: ThreadCursor | None,
    limit: int,
) -> tuple[LeftBehind, ...]:
    """The signposts in a part of a community's list: below the row ``above``, above the row ``below``.

    They stand among the threads that are not pinned, each below those of the same moment.
    """
    if below is not None and below.pinned:
        return ()
    highest = above.last_post_at if above is not None and not above.pinned else None
    lowest = below.last_post_at if below is not None else None
    rows = await connection.execute(
        *_left_behind(
            account_id, community_id, limit, highest, lowest,
            site_role=site_role, above=highest is not None, below=lowest is not None,
        )
    )  # fmt: skip
    found = []
    for kind, _number, place_at, own_title, _posts, target, number, title, name, _may in rows:
        merged = kind == SignKind.MERGED.value
        found.append(
            LeftBehind(
                SignKind(kind),
                own_title if merged else title,
                title if merged else name,
                place_at,
                PostAddress(target, number),
            )
        )
    return tuple(found)


async def retired_numbers(
    connection: AsyncConnection, thread_id: int, after: int, before: int
) -> frozenset[int]:
    """Numbers between two that no post of a thread has any more."""
    found = await connection.execute(
        select(PostAlias.number).where(
            PostAlias.thread_id == thread_id, PostAlias.number > after, PostAlias.number < before
        )
    )
    return frozenset(found.scalars())
