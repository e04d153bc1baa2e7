"""What the directory reads: a page is one statement (two where figures end that one may know)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.directory import (
    COLLEAGUES_MIN,
    WORDS_MAX,
    DirectoryCursor,
    Order,
    Wanted,
    Whose,
    words_of,
)
from tui_forum.domain.entities import SiteRole, Visibility
from tui_forum.domain.life import Stage
from tui_forum.domain.views import CommunityRow
from tui_forum.storage.models import Community, CommunityWord, Interest, Membership
from tui_forum.storage.repositories.reading import (
    COMMUNITY,
    community_row,
    invited,
    mine,
    readable,
    requested,
    visible,
)

#: Whose other communities are looked at for suggestions: colleagues in the smallest of one's own.
_OWN: Final = 20
_COLLEAGUES: Final = 100
_MATCHES: Final = 20  # of each topic

Found = tuple[CommunityRow, str, tuple[str, ...], datetime]


async def note_words(connection: AsyncConnection, community_id: int) -> None:
    """Bring what a community is found by up to date with its name and charter."""
    row = (
        await connection.execute(
            select(Community.slug, Community.name, Community.statement, Community.audience).where(
                Community.id == community_id
            )
        )
    ).one()
    await connection.execute(delete(CommunityWord).where(CommunityWord.community_id == community_id))
    words = words_of(" ".join(row))
    if words:
        await connection.execute(
            insert(CommunityWord), [{"word": word, "community_id": community_id} for word in sorted(words)]
        )


class DirectoryRepository:
    """Statements on behalf of one account."""

    def __init__(self, connection: AsyncConnection, account_id: int, site_role: SiteRole) -> None:
        self._connection = connection
        self._account_id = account_id
        self._site_role = site_role

    # -- pages

    def _rows(self) -> Select[*tuple[Any, ...]]:
        return (
            select(
                *COMMUNITY,
                Membership.role.label("role"),
                literal(0).label("unread"),
                readable(self._site_role, self._account_id).label("readable"),
                invited(self._account_id).label("invited"),
                requested(self._account_id).label("requested"),
                Community.audience.label("audience"),
                Community.languages.label("languages"),
                Community.created_at.label("created_at"),
            )
            .outerjoin(Membership, mine(self._account_id))
            .where(visible(self._site_role, self._account_id), Community.merged_into_id.is_(None))
        )

    def _filtered(self, wanted: Wanted) -> Select[*tuple[Any, ...]]:
        statement = self._rows()
        archived = Community.archived_at.is_not(None)
        if wanted.stage is Stage.ARCHIVED:
            # Of those that one may not read the stage is not known.
            statement = statement.where(archived, readable(self._site_role, self._account_id))
        else:
            statement = statement.where(not_(archived))
        if wanted.whose is Whose.MINE:
            statement = statement.where(Membership.role.is_not(None))
        elif wanted.whose is Whose.OTHERS:
            statement = statement.where(Membership.role.is_(None), Community.builtin.is_(None))
        else:
            statement = statement.where(or_(Membership.role.is_not(None), Community.builtin.is_(None)))
        if wanted.purpose is not None:
            statement = statement.where(Community.purpose == wanted.purpose.value)
        if wanted.language:
            spoken = literal(",") + Community.languages + literal(",")
            statement = statement.where(spoken.contains(f",{wanted.language},", autoescape=True))
        for word in words_of(wanted.text)[:WORDS_MAX]:
            statement = statement.where(
                Community.id.in_(
                    select(CommunityWord.community_id).where(
                        CommunityWord.word.startswith(word, autoescape=True)
                    )
                )
            )
        return statement

    async def page(
        self, wanted: Wanted, after: DirectoryCursor | None, limit: int
    ) -> list[tuple[Found, DirectoryCursor]]:
        """Up to ``limit`` communities, each with the position behind it."""
        found: list[tuple[Found, DirectoryCursor]] = []
        if after is None or after.known:
            found = await self._part(wanted, after, limit, known=True)
            after = None
        if len(found) < limit and wanted.order in (Order.ACTIVITY, Order.SIZE):
            found += await self._part(wanted, after, limit - len(found), known=False)
        return found

    async def _part(
        self, wanted: Wanted, after: DirectoryCursor | None, limit: int, *, known: bool
    ) -> list[tuple[Found, DirectoryCursor]]:
        """Those whose figure the actor may know, by it; or the others, latest first."""
        statement = self._filtered(wanted)
        may_read = readable(self._site_role, self._account_id)
        figured = {
            Order.ACTIVITY: and_(may_read, Community.last_post_at.is_not(None)),
            Order.SIZE: may_read,
        }.get(wanted.order)
        key: Any = Community.id
        rising = False
        if figured is not None and not known:
            statement = statement.where(not_(figured))
        elif figured is not None:
            statement = statement.where(figured)
            key = Community.last_post_at if wanted.order is Order.ACTIVITY else Community.member_count
        elif wanted.order is Order.NAME:
            key, rising = func.lower(Community.name), True
        statement = statement.add_columns(key.label("key"))
        if after is not None:
            place = tuple_(key, Community.id)
            reached = tuple_(literal(after.key, key.type), literal(after.community_id))
            statement = statement.where(place > reached if rising else place < reached)
        order = (key, Community.id) if rising else (key.desc(), Community.id.desc())
        rows = await self._connection.execute(statement.order_by(*order).limit(limit))
        return [(_found(row), DirectoryCursor(known, row.key, row.id)) for row in rows]

    async def rows(self, community_ids: Collection[int]) -> dict[int, Found]:
        """These communities, as far as one may know of them."""
        rows = await self._connection.execute(self._rows().where(Community.id.in_(community_ids)))
        return {row.id: _found(row) for row in rows}

    # -- suggestions

    async def topics(self) -> tuple[str, ...]:
        """What the account can help with and wants to learn, folded."""
        rows = await self._connection.execute(
            select(Interest.topic)
            .where(Interest.account_id == self._account_id)
            .order_by(Interest.kind, Interest.position)
        )
        return tuple(dict.fromkeys(rows.scalars()))

    def _joinable(self) -> ColumnElement[bool]:
        """Communities that may be suggested; needs ``Membership`` outer-joined for the account."""
        return and_(
            Membership.role.is_(None),
            Community.visibility != Visibility.INVITE.value,
            Community.archived_at.is_(None),
            Community.builtin.is_(None),
        )

    async def about(self, topics: Mapping[str, Sequence[str]]) -> dict[int, list[str]]:
        """Communities one might join by which topics they are about: that hold all words of one.

        The newest few of each topic; a word that all communities hold costs no more than a rare one.
        """
        if not topics:
            return {}
        rows = await self._connection.execute(
            union_all(*(self._about(topic, words) for topic, words in topics.items()))
        )
        found: dict[int, list[str]] = {}
        for topic, community_id in rows:
            found.setdefault(community_id, []).append(topic)
        return found

    def _about(self, topic: str, words: Sequence[str]) -> Select[*tuple[Any, ...]]:
        rarest, *others = sorted(words, key=len, reverse=True)
        statement = (
            select(literal(topic).label("topic"), CommunityWord.community_id)
            .join(Community, Community.id == CommunityWord.community_id)
            .outerjoin(Membership, mine(self._account_id))
            .where(CommunityWord.word == rarest, self._joinable())
        )
        for word in others:
            also = aliased(CommunityWord)
            statement = statement.where(
                select(also.community_id)
                .where(also.word == word, also.community_id == CommunityWord.community_id)
                .exists()
            )
        page = statement.order_by(CommunityWord.community_id.desc()).limit(_MATCHES).subquery()
        return select(page.c.topic, page.c.community_id)

    async def of_colleagues(self) -> dict[int, int]:
        """How many people one shares communities with are in others that all may read.

        Looked at are some of them, from the smallest communities one is in: where one knows people.
        """
        own = (
            select(Membership.community_id)
            .join(Community, Community.id == Membership.community_id)
            .where(Membership.account_id == self._account_id, Community.builtin.is_(None))
            .order_by(Community.member_count, Community.id)
            .limit(_OWN)
            .subquery()
        )
        colleagues = (
            select(Membership.account_id)
            .join(own, own.c.community_id == Membership.community_id)
            .where(Membership.account_id != self._account_id)
            .distinct()
            .limit(_COLLEAGUES)
            .subquery()
        )
        theirs = (
            select(Membership.community_id, func.count().label("people"))
            .join(colleagues, colleagues.c.account_id == Membership.account_id)
            .group_by(Membership.community_id)
            .having(func.count() >= COLLEAGUES_MIN)
            .subquery()
        )
        rows = await self._connection.execute(
            select(theirs.c.community_id, theirs.c.people)
            .join(Community, Community.id == theirs.c.community_id)
            .outerjoin(Membership, mine(self._account_id))
            .where(self._joinable(), Community.visibility == Visibility.OPEN.value)
            .order_by(theirs.c.people.desc(), Community.id.desc())
            .limit(_OWN)
        )
        return {row[0]: row[1] for row in rows}


def _found(row: Row[*tuple[Any, ...]]) -> Found:
    return community_row(row), row.audience, tuple(filter(None, row.languages.split(","))), row.created_at


def readable_ids(found: Sequence[Found]) -> list[int]:
    """The communities among these whose figures the actor may know."""
    return [one[0].community_id for one in found if one[0].readable]
