"""Reactions, praise, welcomes and what is recognised: written beside the posts they are about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.entities import PostState, Role
from tui_forum.domain.errors import ConflictError
from tui_forum.domain.people import (
    EARLY,
    EARLY_MOVERS,
    NEWCOMER,
    PRAISE_SHOWN,
    REACTIONS,
    Marks,
    Newcomer,
    PraiseLine,
    Reacted,
    ReactionKind,
    Reactions,
    RecognitionKind,
)
from tui_forum.i18n import N_
from tui_forum.storage.models import (
    Account,
    Community,
    Contributor,
    Membership,
    Post,
    Praise,
    Reaction,
    Recognition,
    Thread,
)
from tui_forum.storage.prepared import prepared

PRAISED_ALREADY: Final = N_("You have praised this post already.")
NAMES_SHOWN: Final = 6  # handles told per reaction
_HOST = aliased(Account)
_PLACES: Final = {kind.value: place for place, (kind, _sign, _word) in enumerate(REACTIONS)}


def is_newcomer(since: datetime) -> ColumnElement[bool]:
    """Rows of ``Membership`` of people who came after ``since`` and were not welcomed yet.

    Who wrote here before joining (and left, or was imported) is not new.
    """
    knows_the_place = (
        select(Contributor.account_id)
        .where(
            Contributor.account_id == Membership.account_id,
            Contributor.community_id == Membership.community_id,
            Contributor.first_post_at < Membership.joined_at,
        )
        .correlate(Membership)
        .exists()
    )
    return and_(
        Membership.role == Role.MEMBER.value,
        Membership.welcomed_at.is_(None),
        Membership.joined_at > since,
        ~knows_the_place,
    )


@prepared
def _marks_of(post_ids: list[int], account_id: int, since: datetime) -> CompoundSelect[*tuple[Any, ...]]:
    reactions = (
        select(
            Reaction.post_id, Reaction.kind, func.count(),
            func.max(case((Reaction.account_id == account_id, 1), else_=0)),
            literal(0).label("praise_id"), null().label("handle"), null().label("reason"),
        )
        .where(Reaction.post_id.in_(post_ids))
        .group_by(Reaction.post_id, Reaction.kind)
    )  # fmt: skip
    numbered = (
        select(
            Praise.id, Praise.post_id, Praise.giver_id, Praise.reason,
            func.row_number().over(partition_by=Praise.post_id, order_by=Praise.id).label("place"),
            func.count().over(partition_by=Praise.post_id).label("total"),
        )
        .where(Praise.post_id.in_(post_ids))
        .subquery()
    )  # fmt: skip
    praise = (
        select(
            numbered.c.post_id, literal("praise"), numbered.c.total,
            case((numbered.c.giver_id == account_id, 1), else_=0),
            numbered.c.id, Account.handle, numbered.c.reason,
        )
        .join(Account, Account.id == numbered.c.giver_id)
        .where(or_(numbered.c.place <= PRAISE_SHOWN, numbered.c.giver_id == account_id))
    )  # fmt: skip
    newcomers = (
        select(Post.id, literal("newcomer"), literal(1), literal(0), literal(0), null(), null())
        .join(Thread, Thread.id == Post.thread_id)
        .join(
            Membership,
            and_(Membership.community_id == Thread.community_id, Membership.account_id == Post.author_id),
        )
        .where(Post.id.in_(post_ids), Post.author_id != account_id, is_newcomer(since))
    )
    return union_all(reactions, praise, newcomers)


async def marks_of(
    connection: AsyncConnection, post_ids: list[int], account_id: int, now: datetime
) -> dict[int, Marks]:
    """What others have put to these posts, as ``account_id`` sees it: one statement for all of them."""
    found: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    for row in await connection.execute(*_marks_of(post_ids, account_id, now - NEWCOMER)):
        found.setdefault(row[0], []).append(row)
    return {post_id: _marks(rows) for post_id, rows in found.items()}


def _marks(rows: Sequence[Row[*tuple[Any, ...]]]) -> Marks:
    reactions = sorted((row for row in rows if row[1] in _PLACES), key=lambda row: _PLACES[row[1]])
    praise = sorted((row for row in rows if row[1] == "praise"), key=lambda row: int(row[4]))
    return Marks(
        tuple(Reactions(ReactionKind(row[1]), row[2], bool(row[3])) for row in reactions),
        tuple(PraiseLine(row[4], row[5], row[6], bool(row[3])) for row in praise),
        praise[0][2] if praise else 0,
        any(row[1] == "newcomer" for row in rows),
    )


class RecognitionRepository:
    """Statements of recognition, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    # -- reactions

    async def react(self, post_id: int, author_id: int, account_id: int, kind: str, now: datetime) -> bool:
        """Put a reaction, or take it back; whether it is there now."""
        gone = await self._connection.execute(
            delete(Reaction)
            .where(Reaction.post_id == post_id, Reaction.account_id == account_id, Reaction.kind == kind)
            .returning(Reaction.kind)
        )
        if gone.first() is not None:
            return False
        await self._connection.execute(
            self._insert(Reaction)
            .values(post_id=post_id, account_id=account_id, kind=kind, author_id=author_id, created_at=now)
            .on_conflict_do_nothing()
        )
        return True

    async def reacted(self, post_id: int, account_id: int) -> tuple[Reacted, ...]:
        """Who reacted to a post: per kind how many, and the first few of them by time."""
        order = Reaction.created_at, Reaction.account_id
        numbered = (
            select(
                Reaction.kind, Reaction.account_id,
                func.count().over(partition_by=Reaction.kind).label("total"),
                func.row_number().over(partition_by=Reaction.kind, order_by=order).label("place"),
                func.max(case((Reaction.account_id == account_id, 1), else_=0))
                .over(partition_by=Reaction.kind)
                .label("mine"),
            )
            .where(Reaction.post_id == post_id)
            .subquery()
        )  # fmt: skip
        rows = await self._connection.execute(
            select(numbered.c.kind, numbered.c.total, numbered.c.mine, Account.handle)
            .join(Account, Account.id == numbered.c.account_id)
            .where(numbered.c.place <= NAMES_SHOWN)
            .order_by(numbered.c.kind, numbered.c.place)
        )
        found: dict[str, tuple[int, bool, list[str]]] = {}
        for kind, total, mine, handle in rows:
            found.setdefault(kind, (total, bool(mine), []))[2].append(handle)
        return tuple(
            Reacted(ReactionKind(kind), total, mine, tuple(handles))
            for kind, (total, mine, handles) in sorted(found.items(), key=lambda item: _PLACES[item[0]])
        )

    # -- praise

    async def add_praise(
        self, post_id: int, giver_id: int, receiver_id: int, reason: str, now: datetime
    ) -> int:
        """Praise a post; its id.

        Raises:
            ConflictError: this giver has praised it already.
        """
        try:
            result = await self._connection.execute(
                insert(Praise)
                .values(
                    post_id=post_id,
                    giver_id=giver_id,
                    receiver_id=receiver_id,
                    reason=reason,
                    created_at=now,
                )
                .returning(Praise.id)
            )
        except IntegrityError as error:
            raise ConflictError(PRAISED_ALREADY) from error
        return int(result.scalar_one())

    async def praise(self, praise_id: int) -> tuple[int, int, int] | None:
        """The post, giver and receiver of a praise."""
        row = (
            await self._connection.execute(
                select(Praise.post_id, Praise.giver_id, Praise.receiver_id).where(Praise.id == praise_id)
            )
        ).first()
        return None if row is None else (row[0], row[1], row[2])

    async def remove_praise(self, praise_id: int) -> bool:
        """Take praise away; False when it is gone already."""
        result = await self._connection.execute(
            delete(Praise).where(Praise.id == praise_id).returning(Praise.id)
        )
        return result.first() is not None

    # -- what is recognised

    async def add(
        self,
        account_id: int,
        kind: RecognitionKind,
        community_id: int,
        now: datetime,
        *,
        subject_id: int = 0,
        post_id: int | None = None,
    ) -> None:
        """Note something good that somebody did; once for each subject."""
        await self._connection.execute(
            self._insert(Recognition)
            .values(
                account_id=account_id,
                kind=kind.value,
                community_id=community_id,
                subject_id=subject_id,
                post_id=post_id,
                created_at=now,
            )
            .on_conflict_do_nothing()
        )

    async def note_early_mover(self, account_id: int, community_id: int, post_id: int, now: datetime) -> None:
        """Who has just written their first post here is an early mover while there is room for one.

        Called after the post was counted. (The community's row is held by then, so that two
        first posts at once cannot both take the last place.)
        """
        taken = (
            select(func.count())
            .select_from(Recognition)
            .where(
                Recognition.community_id == community_id,
                Recognition.kind == RecognitionKind.EARLY_MOVER.value,
            )
            .scalar_subquery()
        )
        early = (
            select(
                literal(account_id), literal(RecognitionKind.EARLY_MOVER.value), Community.id,
                literal(0), literal(post_id), literal(now, Community.created_at.type),
            )
            .join(
                Contributor,
                and_(Contributor.community_id == Community.id, Contributor.account_id == account_id),
            )
            .where(
                Community.id == community_id,
                Community.created_at > now - EARLY,
                Contributor.posts == 1,
                taken < EARLY_MOVERS,
            )
        )  # fmt: skip
        columns = ["account_id", "kind", "community_id", "subject_id", "post_id", "created_at"]
        await self._connection.execute(
            self._insert(Recognition).from_select(columns, early).on_conflict_do_nothing()
        )

    # -- newcomers

    async def welcome(self, account_id: int, community_id: int, by: int, now: datetime) -> bool:
        """Note who welcomed a newcomer; False when they are none, or were welcomed before."""
        result = await self._connection.execute(
            update(Membership)
            .where(
                Membership.account_id == account_id,
                Membership.community_id == community_id,
                is_newcomer(now - NEWCOMER),
            )
            .values(welcomed_by=by, welcomed_at=now)
            .returning(Membership.account_id)
        )
        return result.first() is not None

    async def welcomed_by(self, handle: str, community_id: int) -> str | None:
        """The handle of who has welcomed a member; None while nobody has."""
        found = await self._connection.execute(
            select(_HOST.handle)
            .select_from(Membership)
            .join(Account, Account.id == Membership.account_id)
            .join(_HOST, _HOST.id == Membership.welcomed_by)
            .where(Account.handle == handle, Membership.community_id == community_id)
        )
        return found.scalar_one_or_none()

    async def newcomers(
        self, community_id: int, now: datetime, limit: int, *, but: int, handle: str = ""
    ) -> tuple[Newcomer, ...]:
        """A community's newcomers, the longest waiting first, with their first visible posts.

        ``but`` is left out (the one who asks); ``handle`` asks about one alone.
        """
        first = (
            select(func.min(Post.id))
            .join(Thread, Thread.id == Post.thread_id)
            .where(
                Post.author_id == Membership.account_id,
                Thread.community_id == Membership.community_id,
                Thread.removed_at.is_(None),
                Post.state == PostState.VISIBLE.value,
            )
            .correlate(Membership)
            .scalar_subquery()
        )
        statement = (
            select(
                Account.id, Account.handle, Account.display_name, Membership.joined_at,
                Post.thread_id, Post.number, Thread.title,
            )
            .select_from(Membership)
            .join(Account, Account.id == Membership.account_id)
            .outerjoin(Post, Post.id == first)
            .outerjoin(Thread, Thread.id == Post.thread_id)
            .where(Membership.community_id == community_id, Account.id != but, is_newcomer(now - NEWCOMER))
            .order_by(Membership.joined_at, Account.id)
            .limit(limit)
        )  # fmt: skip
        if handle:
            statement = statement.where(Account.handle == handle)
        rows = await self._connection.execute(statement)
        return tuple(Newcomer(*row[:6], row[6] or "") for row in rows)
