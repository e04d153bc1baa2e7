"""Figures of moderation, for those who moderate, of what they moderate."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tui_forum.domain.entities import Actor, SiteRole
from tui_forum.domain.errors import InvalidInputError, NotAllowedError
from tui_forum.domain.figures import PERIODS, FiguresView, Group, Line, Times
from tui_forum.domain.moderation import CaseCategory
from tui_forum.domain.policy import MODERATORS, Action
from tui_forum.i18n import N_
from tui_forum.services.communities import place_for
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.cases import CaseReading
from tui_forum.storage.repositories.figures import FigureRepository
from tui_forum.storage.repositories.life import week_of
from tui_forum.storage.repositories.reading import ReadingRepository

NO_PERIOD: Final = N_("Figures are of the last {choices} weeks.")


class Figures:
    """Use cases of figures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, actor: Actor, weeks: int = PERIODS[0], community_id: int | None = None) -> FiguresView:
        """The figures of the last ``weeks`` (this one and those before), of all that one moderates.

        Raises:
            InvalidInputError: no such period. NotAllowedError: one moderates nothing, or not there.
            NotFoundError: no such community for this actor.
        """
        if weeks not in PERIODS:
            raise InvalidInputError(NO_PERIOD, choices=" / ".join(map(str, PERIODS)))
        now = self._database.now()
        since = _monday(now) - timedelta(weeks=weeks - 1)
        async with self._database.read() as connection:
            if community_id is not None:
                reading = ReadingRepository(connection, actor.account_id, actor.site_role)
                community_id = (await place_for(reading, actor, community_id, Action.MODERATE)).community_id
            places = await CaseReading(connection, actor.account_id, actor.site_role).places()
            if not places and actor.site_role is SiteRole.MEMBER:
                raise NotAllowedError(MODERATORS)
            asked = FigureRepository(connection, actor.account_id, actor.site_role, community_id)
            gathered = _Gathered(
                open_now=await asked.open_now(now),
                by_category=await asked.opened(since, Group.CATEGORY),
                by_community=await asked.opened(since, Group.COMMUNITY),
                undone=await asked.undone(since),
                decided=await asked.decided(since),
                first_week=week_of(since),
                weeks=weeks,
            )
        names = {row[0]: row[2] for row in places}
        lines = [gathered.line(Group.ALL, None)]
        lines += [gathered.line(Group.CATEGORY, one) for one in CaseCategory]
        found = gathered.communities()
        lines += [
            gathered.line(Group.COMMUNITY, one, names.get(one, ""))
            for one in sorted(found, key=lambda one: names.get(one, "").casefold())
        ]
        return FiguresView(weeks, since, now, tuple(lines))


def _monday(now: datetime) -> datetime:
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


@dataclass(slots=True)
class _Sums:
    """What is added up for one group."""

    open: int = 0
    overdue: int = 0
    unseen: int = 0
    oldest: datetime | None = None
    undone: int = 0
    weeks: Counter[int] = field(default_factory=Counter)


Key = tuple[Group, Any]


class _Gathered:
    """What the statements gave, added up by group."""

    def __init__(
        self,
        *,
        open_now: Sequence[Any],
        by_category: Sequence[Any],
        by_community: Sequence[Any],
        undone: Sequence[Any],
        decided: Sequence[Any],
        first_week: int,
        weeks: int,
    ) -> None:
        self._length = weeks
        self._decided = {(row[0], row[1]): row for row in decided}
        self._sums: dict[Key, _Sums] = defaultdict(_Sums)
        for community_id, category, count, overdue, unseen, oldest in open_now:
            for sums in self._of(community_id, category):
                sums.open += count
                sums.overdue += int(overdue)
                sums.unseen += int(unseen)
                sums.oldest = oldest if sums.oldest is None else min(sums.oldest, oldest)
        for community_id, category, count in undone:
            for sums in self._of(community_id, category):
                sums.undone += count
        for category, week, count in by_category:
            for key in ((Group.ALL, None), (Group.CATEGORY, category)):
                self._sums[key].weeks[week - first_week] += count
        for community_id, week, count in by_community:
            self._sums[Group.COMMUNITY, community_id].weeks[week - first_week] += count

    def _of(self, community_id: int | None, category: str) -> tuple[_Sums, ...]:
        """The groups that a case of this community and category belongs to."""
        return (
            self._sums[Group.ALL, None],
            self._sums[Group.CATEGORY, category],
            self._sums[Group.COMMUNITY, community_id],
        )

    def communities(self) -> set[int | None]:
        """Communities of which there is anything to tell (None: the whole forum)."""
        decided = (key for group, key in self._decided if group == Group.COMMUNITY.value)
        found: set[int | None] = {int(key) if key is not None else None for key in decided}
        return found | {key for group, key in self._sums if group is Group.COMMUNITY}

    def line(self, group: Group, key: Any, name: str = "") -> Line:
        """The figures of one group."""
        sums = self._sums.get((group, key), _Sums())
        decided = self._decided.get((group.value, str(key) if key is not None else None))
        return Line(
            group,
            category=key if group is Group.CATEGORY else None,
            community_id=key if group is Group.COMMUNITY else None,
            name=name,
            open=sums.open,
            overdue=sums.overdue,
            unseen=sums.unseen,
            oldest=sums.oldest,
            weeks=tuple(sums.weeks[week] for week in range(self._length)),
            undone=sums.undone,
            decided=decided[2] if decided else 0,
            overturned=int(decided[3]) if decided else 0,
            look=Times(decided[4], decided[5]) if decided else Times(),
            took=Times(decided[6], decided[7]) if decided else Times(),
        )
