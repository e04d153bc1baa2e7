"""Profiles and finding people. What somebody did is told as far as the viewer may read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    Row,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.entities import AccountState, PostState, Role, SiteRole
from tui_forum.domain.people import RecognitionKind, hidden_kinds
from tui_forum.domain.profiles import InterestKind, Person, SharedCommunity, fold_topic
from tui_forum.storage.models import (
    Account,
    Community,
    Interest,
    Membership,
    Post,
    Praise,
    Profile,
    Reaction,
    Recognition,
    Thread,
)
from tui_forum.storage.repositories.reading import EXCERPT_CHARS, mine, readable

SHARED_SHOWN: Final = 50  # communities in common
_PERSON: Final = (
    Account.id, Account.handle, Account.display_name, Account.state == AccountState.ACTIVE.value,
    func.coalesce(Profile.job, ""), func.coalesce(Profile.unit, ""), Account.time_zone,
)  # fmt: skip
_THEIRS = aliased(Membership)


def _people() -> Select[*tuple[Any, ...]]:
    return select(*_PERSON).outerjoin(Profile, Profile.account_id == Account.id)


def _person(row: Sequence[Any]) -> Person:
    return Person(row[0], row[1], row[2], bool(row[3]), row[4], row[5], row[6])


class ProfileRepository:
    """Statements of profiles, on behalf of one account."""

    def __init__(self, connection: AsyncConnection, account_id: int, site_role: SiteRole) -> None:
        self._connection = connection
        self._account_id = account_id
        self._site_role = site_role
        self._insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    # -- one person

    async def profile(self, handle: str) -> tuple[Person, dict[str, Any]] | None:
        """Somebody and the rest of their profile's row, empty where they have told nothing."""
        row = (
            await self._connection.execute(
                _people()
                .add_columns(
                    func.coalesce(Profile.place, "").label("place"),
                    func.coalesce(Profile.languages, "").label("languages"),
                    func.coalesce(Profile.hidden, "").label("hidden"),
                    Account.created_at.label("since"),
                )
                .where(Account.handle == handle)
            )
        ).first()
        if row is None:
            return None
        values = row._mapping  # noqa: SLF001 - the public way to names
        rest = {name: values[name] for name in ("place", "languages", "since")}
        return _person(row), {**rest, "hidden": hidden_kinds(values["hidden"])}

    async def interests(self, account_id: int) -> dict[InterestKind, tuple[str, ...]]:
        """What somebody can help with and wants to learn, as they wrote it."""
        rows = await self._connection.execute(
            select(Interest.kind, Interest.label)
            .where(Interest.account_id == account_id)
            .order_by(Interest.position)
        )
        found: dict[InterestKind, list[str]] = {kind: [] for kind in InterestKind}
        for kind, label in rows:
            found[InterestKind(kind)].append(label)
        return {kind: tuple(labels) for kind, labels in found.items()}

    async def shared(self, account_id: int) -> tuple[SharedCommunity, ...]:
        """Communities that both are members of, by name, with the other's role."""
        rows = await self._connection.execute(
            select(Community.id, Community.name, _THEIRS.role)
            .join(_THEIRS, _THEIRS.community_id == Community.id)
            .join(Membership, mine(self._account_id))
            .where(_THEIRS.account_id == account_id)
            .order_by(Community.name, Community.id)
            .limit(SHARED_SHOWN)
        )
        return tuple(SharedCommunity(row[0], row[1], Role(row[2])) for row in rows)

    async def recognised(self, account_id: int) -> list[Row[*tuple[Any, ...]]]:
        """Kind (of recognition, or of reaction), community (0, "" for reactions) and count.

        A post that is gone, or that the viewer may not read, counts for nothing.
        """
        there = and_(Post.state == PostState.VISIBLE.value, Thread.removed_at.is_(None))
        recognition = (
            select(Recognition.kind, Community.id, Community.name, func.count())
            .join(Community, Community.id == Recognition.community_id)
            .outerjoin(Membership, mine(self._account_id))
            .outerjoin(Post, Post.id == Recognition.post_id)
            .outerjoin(Thread, Thread.id == Post.thread_id)
            .where(
                Recognition.account_id == account_id,
                readable(self._site_role, self._account_id),
                or_(Recognition.post_id.is_(None), there),
            )
            .group_by(Recognition.kind, Community.id, Community.name)
        )
        reactions = (
            select(Reaction.kind, literal(0), literal(""), func.count())
            .join(Post, Post.id == Reaction.post_id)
            .join(Thread, Thread.id == Post.thread_id)
            .join(Community, Community.id == Thread.community_id)
            .outerjoin(Membership, mine(self._account_id))
            .where(Reaction.author_id == account_id, readable(self._site_role, self._account_id), there)
            .group_by(Reaction.kind)
        )
        return list(await self._connection.execute(union_all(recognition, reactions)))

    async def praise(self, account_id: int, before: int | None, limit: int) -> list[Row[*tuple[Any, ...]]]:
        """Praise somebody was given, latest first, with the viewer's role where it was given."""
        statement = (
            select(
                Praise.id, Account.handle, Praise.reason, Praise.created_at, Thread.id, Post.number,
                Thread.title, Community.name, Praise.giver_id, Membership.role,
            )
            .join(Account, Account.id == Praise.giver_id)
            .join(Post, Post.id == Praise.post_id)
            .join(Thread, Thread.id == Post.thread_id)
            .join(Community, Community.id == Thread.community_id)
            .outerjoin(Membership, mine(self._account_id))
            .where(
                Praise.receiver_id == account_id,
                Post.state == PostState.VISIBLE.value,
                Thread.removed_at.is_(None),
                readable(self._site_role, self._account_id),
            )
        )  # fmt: skip
        if before is not None:
            statement = statement.where(Praise.id < before)
        return list(await self._connection.execute(statement.order_by(Praise.id.desc()).limit(limit)))

    async def posts(self, account_id: int, before: int | None, limit: int) -> list[Row[*tuple[Any, ...]]]:
        """Somebody's posts, latest first, with the beginnings of their texts."""
        statement = (
            select(
                Post.id, Thread.id, Post.number, Thread.title, Community.name,
                func.substr(Post.body, 1, EXCERPT_CHARS), Post.created_at,
            )
            .join(Thread, Thread.id == Post.thread_id)
            .join(Community, Community.id == Thread.community_id)
            .outerjoin(Membership, mine(self._account_id))
            .where(
                Post.author_id == account_id,
                Post.state == PostState.VISIBLE.value,
                Thread.removed_at.is_(None),
                readable(self._site_role, self._account_id),
            )
        )  # fmt: skip
        if before is not None:
            statement = statement.where(Post.id < before)
        return list(await self._connection.execute(statement.order_by(Post.id.desc()).limit(limit)))

    async def hidden(self, account_id: int) -> frozenset[RecognitionKind]:
        """What somebody has switched off."""
        found = await self._connection.execute(select(Profile.hidden).where(Profile.account_id == account_id))
        return hidden_kinds(found.scalar_one_or_none() or "")

    # -- one's own

    async def save(self, values: Mapping[str, str]) -> None:
        """Write what one tells about oneself; columns that are not given stay."""
        statement = self._insert(Profile).values(account_id=self._account_id, **values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[Profile.account_id], set_=dict(values))
        )

    async def set_interests(self, topics: Mapping[InterestKind, Sequence[str]]) -> None:
        """Replace what one can help with and wants to learn."""
        await self._connection.execute(delete(Interest).where(Interest.account_id == self._account_id))
        rows = [
            {
                "account_id": self._account_id,
                "kind": kind.value,
                "topic": fold_topic(label),
                "label": label,
                "position": position,
            }
            for kind, labels in topics.items()
            for position, label in enumerate(labels)
        ]
        if rows:
            await self._connection.execute(insert(Interest), rows)

    async def hide(self, kind: RecognitionKind, *, hidden: bool) -> None:
        """Switch a kind of recognition off, or on again."""
        kinds = await self.hidden(self._account_id)
        kinds = kinds | {kind} if hidden else kinds - {kind}
        await self.save({"hidden": ",".join(sorted(kinds))})

    # -- finding people

    async def topics(self, limit: int) -> tuple[str, ...]:
        """All topics there are, folded."""
        found = await self._connection.execute(
            select(Interest.topic).distinct().order_by(Interest.topic).limit(limit)
        )
        return tuple(found.scalars())

    async def interested(self, topics: Sequence[str], limit: int) -> list[tuple[Person, InterestKind, str]]:
        """People and one of ``topics`` (folded, the best first) each; who can help comes first."""
        rank = case({topic: place for place, topic in enumerate(topics)}, value=Interest.topic)
        rows = await self._connection.execute(
            _people()
            .add_columns(Interest.kind, Interest.label)
            .join(Interest, Interest.account_id == Account.id)
            .where(Interest.topic.in_(topics), Account.state == AccountState.ACTIVE.value)
            .order_by(Interest.kind, rank, Account.handle)
            .limit(limit)
        )
        return [(_person(row), InterestKind(row[7]), row[8]) for row in rows]

    async def named(self, text: str, limit: int) -> tuple[Person, ...]:
        """People whose handle begins with ``text`` or whose name holds it; the handles come first."""
        begins = Account.handle.startswith(text.lower(), autoescape=True)
        rows = await self._connection.execute(
            _people()
            .where(or_(begins, Account.display_name.icontains(text, autoescape=True)))
            .order_by(case((begins, 0), else_=1), Account.handle)
            .limit(limit)
        )
        return tuple(_person(row) for row in rows)

    async def people(self, handles: Sequence[str]) -> tuple[Person, ...]:
        """Those of ``handles`` who exist, in their order."""
        rows = await self._connection.execute(_people().where(Account.handle.in_(handles)))
        found = {row[1]: _person(row) for row in rows}
        return tuple(found[handle] for handle in handles if handle in found)
