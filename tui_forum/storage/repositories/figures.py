"""Figures of moderation: each statement gives those of all categories and communities at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    Subquery,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import SiteRole
from tui_forum.domain.figures import Group
from tui_forum.domain.moderation import CaseSource, CaseState
from tui_forum.domain.record import RecordAction
from tui_forum.storage.functions import seconds_between, week_number
from tui_forum.storage.models import Case, ModerationRecord
from tui_forum.storage.repositories.cases import in_scope

AnyRow = Row[*tuple[Any, ...]]
#: Talks end when they end, and appeals are what the others are measured by.
_NO_REPORTS: Final = (CaseSource.MODMAIL.value, CaseSource.APPEAL.value)


class FigureRepository:
    """Statements of figures, on behalf of one moderator, of all in their scope or one community."""

    def __init__(
        self, connection: AsyncConnection, account_id: int, site_role: SiteRole, community_id: int | None
    ) -> None:
        self._connection = connection
        self._scope: list[ColumnElement[bool]] = [
            in_scope(account_id, site_role), Case.source.not_in(_NO_REPORTS),
        ]  # fmt: skip
        if community_id is not None:
            self._scope.append(Case.community_id == community_id)

    async def _rows(self, statement: Any) -> list[AnyRow]:
        return list(await self._connection.execute(statement))

    async def open_now(self, now: datetime) -> list[AnyRow]:
        """By community and category: open cases, overdue ones, those nobody has seen, the oldest's moment."""
        return await self._rows(
            select(
                Case.community_id, Case.category, func.count(),
                func.sum(case((Case.due_at < now, 1), else_=0)),
                func.sum(case((Case.first_look_at.is_(None), 1), else_=0)),
                func.min(Case.opened_at),
            )
            .where(Case.state == CaseState.OPEN.value, *self._scope)
            .group_by(Case.community_id, Case.category)
        )  # fmt: skip

    async def opened(self, since: datetime, key: Group) -> list[AnyRow]:
        """How many were opened, by category (or community) and number of the week."""
        week = week_number(Case.opened_at)
        column = Case.category if key is Group.CATEGORY else Case.community_id
        return await self._rows(
            select(column, week, func.count())
            .where(Case.opened_at >= since, *self._scope)
            .group_by(column, week)
        )

    async def undone(self, since: datetime) -> list[AnyRow]:
        """By community and category: decisions that were taken back."""
        return await self._rows(
            select(Case.community_id, Case.category, func.count())
            .select_from(ModerationRecord)
            .join(Case, Case.id == ModerationRecord.case_id)
            .where(
                ModerationRecord.action == RecordAction.UNDO.value,
                ModerationRecord.created_at >= since,
                *self._scope,
            )
            .group_by(Case.community_id, Case.category)
        )

    async def decided(self, since: datetime) -> list[AnyRow]:
        """Of what was decided: group and its key (as text), how many, how many overturned, the times.

        Times are seconds by nearest rank: half and nine of ten until the first look, then the
        same until the decision.
        """
        took = seconds_between(Case.opened_at, Case.decided_at)
        look = seconds_between(Case.opened_at, func.coalesce(Case.first_look_at, Case.decided_at))
        base = (
            select(
                Case.community_id, Case.category, look.label("look"), took.label("took"),
                case((Case.overturned, 1), else_=0).label("overturned"),
            )
            .where(Case.state == CaseState.DECIDED.value, Case.decided_at >= since, *self._scope)
            .cte("decided")
        )  # fmt: skip
        keys: Mapping[Group, ColumnElement[Any]] = {
            Group.ALL: cast(null(), String),
            Group.CATEGORY: base.c.category,
            Group.COMMUNITY: cast(base.c.community_id, String),
        }
        parts: list[Select[*tuple[Any, ...]]] = [
            select(
                literal(group.value).label("kind"), key.label("key"),
                base.c.look, base.c.took, base.c.overturned,
            )
            for group, key in keys.items()
        ]  # fmt: skip
        ranked = _ranked(union_all(*parts).subquery())
        count = ranked.c.count
        return await self._rows(
            select(
                ranked.c.kind, ranked.c.key, func.max(count), func.sum(ranked.c.overturned),
                _at(ranked, "look", 50), _at(ranked, "look", 90),
                _at(ranked, "took", 50), _at(ranked, "took", 90),
            ).group_by(ranked.c.kind, ranked.c.key)
        )  # fmt: skip


def _ranked(rows: Subquery) -> Subquery:
    """Each row with its place by either time among those of its group."""
    group = (rows.c.kind, rows.c.key)
    return select(
        rows,
        func.count().over(partition_by=group).label("count"),
        func.row_number().over(partition_by=group, order_by=rows.c.look).label("look_rank"),
        func.row_number().over(partition_by=group, order_by=rows.c.took).label("took_rank"),
    ).subquery()


def _at(ranked: Subquery, time: str, percent: int) -> ColumnElement[Any]:
    """The time at the rank that so many percent reach."""
    rank = (ranked.c.count * percent + 99) // 100
    return func.max(case((ranked.c[f"{time}_rank"] == rank, ranked.c[time])))
