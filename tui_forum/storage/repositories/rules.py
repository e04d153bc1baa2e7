"""Rules that act: which hold where, what is counted for them, and what they have hit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
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
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import PostState, Role, SiteRole
from tui_forum.domain.moderation import CaseCategory
from tui_forum.domain.rules import Rule, RuleAction, RuleKind, Writer
from tui_forum.storage.models import Account, Community, Membership, ModerationRule, Post, RuleHit, Thread
from tui_forum.storage.repositories.reading import published

AnyRow = Row[*tuple[Any, ...]]
#: What is written in the place of an action when an expression took too long.
SLOW: Final = "slow"
RIGHT: Final = "right"
WRONG: Final = "wrong"

_COLUMNS: Final = (
    ModerationRule.name, ModerationRule.kind, ModerationRule.action, ModerationRule.pattern,
    ModerationRule.threshold, ModerationRule.seconds, ModerationRule.category, ModerationRule.explanation,
    ModerationRule.enabled, ModerationRule.id, ModerationRule.community_id,
)  # fmt: skip


def rule_of(row: Sequence[Any]) -> Rule:
    """A row of ``_COLUMNS``."""
    return Rule(
        row[0], RuleKind(row[1]), RuleAction(row[2]), row[3], row[4], row[5], CaseCategory(row[6]), *row[7:11]
    )


class RuleRepository:
    """Statements of rules."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # -- while somebody writes

    async def in_force(
        self, *, community_id: int | None = None, thread_id: int | None = None, post_id: int | None = None
    ) -> tuple[Rule, ...]:
        """The rules that hold in a community, or where a thread or a post is, and everywhere."""
        if post_id is not None:
            place = (
                select(Thread.community_id)
                .join(Post, Post.thread_id == Thread.id)
                .where(Post.id == post_id)
                .scalar_subquery()
            )
        elif thread_id is not None:
            place = select(Thread.community_id).where(Thread.id == thread_id).scalar_subquery()
        else:
            place = (
                select(func.coalesce(Community.merged_into_id, Community.id))
                .where(Community.id == community_id)
                .scalar_subquery()
            )
        rows = await self._connection.execute(
            select(*_COLUMNS)
            .where(
                ModerationRule.enabled,
                or_(ModerationRule.community_id.is_(None), ModerationRule.community_id == place),
            )
            .order_by(ModerationRule.id)
        )
        return tuple(map(rule_of, rows))

    async def writer(self, rule: Rule, account_id: int, now: datetime) -> Writer:
        """What a rule about who writes asks for: counts in its scope, up to its threshold."""
        found = await self._connection.execute(select(Account.created_at).where(Account.id == account_id))
        age = now - found.scalar_one()
        posts = recent = 0
        if rule.kind is RuleKind.NEW_ACCOUNT and rule.threshold:
            posts = await self._count(rule, account_id, published(), Post.state == PostState.VISIBLE.value)
        elif rule.kind is RuleKind.RATE:
            since = now - timedelta(seconds=rule.seconds)
            recent = await self._count(rule, account_id, Post.created_at > since)
        return Writer(age, posts, recent)

    async def _count(self, rule: Rule, account_id: int, *which: ColumnElement[bool]) -> int:
        posts = select(Post.id).where(Post.author_id == account_id, *which)
        if rule.community_id is not None:
            posts = posts.join(Thread, Thread.id == Post.thread_id).where(
                Thread.community_id == rule.community_id
            )
        # The latest first: of those who have written thousands only a few are looked at.
        posts = posts.order_by(Post.id.desc()).limit(rule.threshold)
        found = await self._connection.execute(select(func.count()).select_from(posts.subquery()))
        return int(found.scalar_one())

    async def add_hits(
        self,
        rules: Iterable[tuple[Rule, str]],
        *,
        account_id: int,
        now: datetime,
        case_id: int | None = None,
        post_id: int | None = None,
    ) -> None:
        """Note that rules have acted on a post, or (``post_id`` None) have refused one."""
        hits = list(rules)
        await self._connection.execute(
            insert(RuleHit),
            [
                {
                    "rule_id": rule.rule_id,
                    "case_id": case_id,
                    "post_id": post_id,
                    "account_id": account_id,
                    "action": action,
                    "created_at": now,
                }
                for rule, action in hits
            ],
        )
        counted = [rule.rule_id for rule, action in hits if action != SLOW]
        if counted:
            await self._connection.execute(
                update(ModerationRule)
                .where(ModerationRule.id.in_(counted))
                .values(hits=ModerationRule.hits + 1)
            )

    async def slow_since(self, rule_id: int, since: datetime) -> bool:
        """Whether a rule's expression has taken too long since a moment."""
        found = await self._connection.execute(
            select(RuleHit.id)
            .where(RuleHit.rule_id == rule_id, RuleHit.action == SLOW, RuleHit.created_at > since)
            .limit(1)
        )
        return found.first() is not None

    async def caught(self, case_id: int) -> tuple[str, ...]:
        """The names of the rules that have acted on posts of a case."""
        found = await self._connection.execute(
            select(ModerationRule.name)
            .where(ModerationRule.id.in_(select(RuleHit.rule_id).where(RuleHit.case_id == case_id)))
            .order_by(ModerationRule.id)
        )
        return tuple(found.scalars())

    async def judge(self, case_id: int, verdict: str) -> None:
        """The hits of a case were right, or wrong, or ("") that is open again; rules count them."""
        mine = and_(RuleHit.case_id == case_id, RuleHit.verdict != verdict, RuleHit.action != SLOW)
        hits = (await self._connection.execute(select(RuleHit.rule_id, RuleHit.verdict).where(mine))).all()
        if not hits:
            return
        await self._connection.execute(update(RuleHit).where(mine).values(verdict=verdict))
        for rule_id in sorted({hit[0] for hit in hits}):
            before = [hit[1] for hit in hits if hit[0] == rule_id]
            right = (len(before) if verdict == RIGHT else 0) - before.count(RIGHT)
            wrong = (len(before) if verdict == WRONG else 0) - before.count(WRONG)
            await self._connection.execute(
                update(ModerationRule)
                .where(ModerationRule.id == rule_id)
                .values(
                    right_hits=ModerationRule.right_hits + right,
                    wrong_hits=ModerationRule.wrong_hits + wrong,
                )
            )

    # -- setting them

    async def of(self, community_id: int | None) -> list[AnyRow]:
        """The rules of a community (None: of the site), as they were made: columns, hits, right, wrong."""
        return list(
            await self._connection.execute(
                select(*_COLUMNS, ModerationRule.hits, ModerationRule.right_hits, ModerationRule.wrong_hits)
                .where(_of(community_id))
                .order_by(ModerationRule.id)
            )
        )

    async def rule(self, rule_id: int) -> Rule | None:
        """One rule, locked."""
        found = await self._connection.execute(
            select(*_COLUMNS).where(ModerationRule.id == rule_id).with_for_update()
        )
        row = found.first()
        return None if row is None else rule_of(row)

    async def count(self, community_id: int | None) -> int:
        """How many rules a community (None: the site) has."""
        found = await self._connection.execute(
            select(func.count()).select_from(ModerationRule).where(_of(community_id))
        )
        return int(found.scalar_one())

    async def add(self, rule: Rule, created_by: int, now: datetime) -> int:
        """Insert a rule; its id."""
        result = await self._connection.execute(
            insert(ModerationRule)
            .values(
                **_values(rule),
                community_id=rule.community_id,
                created_by=created_by,
                created_at=now,
                updated_at=now,
            )
            .returning(ModerationRule.id)
        )
        return int(result.scalar_one())

    async def change(self, rule: Rule, now: datetime, *, anew: bool) -> None:
        """Change a rule; what looks for something else counts its hits ``anew``."""
        fresh = {"hits": 0, "right_hits": 0, "wrong_hits": 0} if anew else {}
        await self._connection.execute(
            update(ModerationRule)
            .where(ModerationRule.id == rule.rule_id)
            .values(**_values(rule), **fresh, updated_at=now)
        )
        if anew:
            await self._connection.execute(
                update(RuleHit).where(RuleHit.rule_id == rule.rule_id).values(case_id=None)
            )

    async def delete(self, rule_id: int) -> None:
        """Delete a rule with its hits; what it held stays where it is."""
        await self._connection.execute(delete(ModerationRule).where(ModerationRule.id == rule_id))

    # -- a dry run

    async def written(
        self, community_id: int | None, since: datetime, before: int | None, limit: int, *, bodies: bool
    ) -> list[AnyRow]:
        """What was written since a moment by others than moderators, latest first, below the id ``before``.

        Post, thread, title (of first posts, else ""), body ("" without ``bodies``), author, handle, moment,
        community's slug, number, state, when the author's account was made, the thread's title.
        """
        statement: Select[*tuple[Any, ...]] = (
            select(
                Post.id, Post.thread_id, case((Post.depth == 0, Thread.title), else_=""),
                Post.body if bodies else literal(""), Post.author_id, Account.handle, Post.created_at,
                Community.slug, Post.number, Post.state, Account.created_at, Thread.title,
            )
            .join(Thread, Thread.id == Post.thread_id)
            .join(Community, Community.id == Thread.community_id)
            .join(Account, Account.id == Post.author_id)
            .outerjoin(
                Membership,
                and_(
                    Membership.community_id == Thread.community_id, Membership.account_id == Post.author_id
                ),
            )
            .where(
                Post.created_at > since,
                Post.state != PostState.DELETED.value,
                Account.site_role == SiteRole.MEMBER.value,
                func.coalesce(Membership.role, "").not_in((Role.MODERATOR.value, Role.MANAGER.value)),
            )
        )  # fmt: skip
        if community_id is not None:
            statement = statement.where(Thread.community_id == community_id)
        if before is not None:
            statement = statement.where(Post.id < before)
        return list(await self._connection.execute(statement.order_by(Post.id.desc()).limit(limit)))

    async def posts_before(
        self, community_id: int | None, account_ids: Sequence[int], post_id: int
    ) -> dict[int, int]:
        """How many posts accounts had written before a post, by account."""
        statement = (
            select(Post.author_id, func.count())
            .where(Post.author_id.in_(account_ids), Post.id < post_id)
            .group_by(Post.author_id)
        )
        if community_id is not None:
            statement = statement.join(Thread, Thread.id == Post.thread_id).where(
                Thread.community_id == community_id
            )
        return {row[0]: row[1] for row in await self._connection.execute(statement)}


def _of(community_id: int | None) -> ColumnElement[bool]:
    if community_id is None:
        return ModerationRule.community_id.is_(None)
    return ModerationRule.community_id == community_id


def _values(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "kind": rule.kind.value,
        "action": rule.action.value,
        "pattern": rule.pattern,
        "threshold": rule.threshold,
        "seconds": rule.seconds,
        "category": rule.category.value,
        "explanation": rule.explanation,
        "enabled": rule.enabled,
    }
