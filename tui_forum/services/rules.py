"""Setting rules that act: in a community by its managers, everywhere by the site's moderators."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from tui_forum.domain.entities import Actor, SiteRole
from tui_forum.domain.errors import ConflictError, NotAllowedError, NotFoundError
from tui_forum.domain.policy import MODERATORS, NOT_FOUND, Action, require
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.domain.rules import (
    OF_TEXT,
    RULES_MAX,
    Rule,
    RuleChangedError,
    RuleKind,
    Writer,
    check_rule,
    exceeds,
)
from tui_forum.domain.text import excerpt
from tui_forum.domain.trials import TRIAL_DAYS, TRIAL_POSTS, Example, RuleLine, Trial
from tui_forum.i18n import N_
from tui_forum.services.communities import standing_in
from tui_forum.services.screening import Screening
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.reading import ReadingRepository
from tui_forum.storage.repositories.rules import RuleRepository, rule_of
from tui_forum.storage.uow import UnitOfWork

TOO_MANY: Final = N_("There are {most} rules here already: delete one that nobody needs.")
EXAMPLES: Final = 50
_PAGE: Final = 200
_LIGHT_PAGE: Final = 1_000  # without what was written
_EXCERPT_CELLS: Final = 200

Progress = Callable[[int], None]


class Rules:
    """Use cases of who sets rules."""

    def __init__(self, database: Database, screening: Screening) -> None:
        self._database = database
        self._screening = screening

    async def of(self, actor: Actor, community_id: int | None) -> tuple[RuleLine, ...]:
        """The rules of a community (None: of the site), as they were made, with what they have hit.

        Raises:
            NotAllowedError, NotFoundError: see the policy.
        """
        async with self._database.read() as connection:
            await _require(
                ReadingRepository(connection, actor.account_id, actor.site_role), actor, community_id
            )
            rows = await RuleRepository(connection).of(community_id)
        return tuple(RuleLine(rule_of(row), row[11], row[12], row[13]) for row in rows)

    async def save(self, actor: Actor, rule: Rule, *, seen: Rule | None = None) -> int:
        """Write a rule (``rule_id`` 0: a new one); its id. One that looks for something else counts anew.

        ``seen`` is what it was when it was read (None: whatever it is).

        Raises:
            InvalidInputError: see ``domain.rules``. ConflictError: there are too many.
            RuleChangedError: somebody was quicker.
            NotAllowedError, NotFoundError: see the policy, or it is gone.
        """
        rule = check_rule(rule)
        if rule.kind is RuleKind.REGEX:
            await self._screening.try_expression(rule.pattern)

        async def work(uow: UnitOfWork) -> int:
            repository = RuleRepository(uow.connection)
            await _may(uow, actor, rule.community_id)
            if not rule.rule_id:
                if await repository.count(rule.community_id) >= RULES_MAX:
                    raise ConflictError(TOO_MANY, most=RULES_MAX)
                rule_id = await repository.add(rule, actor.account_id, uow.now)
                _note(uow, actor, rule, {}, _values(replace(rule, rule_id=rule_id)))
                return rule_id
            before = await _found(repository, rule.rule_id, rule.community_id)
            if seen is not None and before != seen:
                raise RuleChangedError(before)
            if rule != before:
                await repository.change(rule, uow.now, anew=_looks_for(rule) != _looks_for(before))
                _note(uow, actor, rule, _values(before), _values(rule))
            return rule.rule_id

        return await self._database.write(work)

    async def set_enabled(self, actor: Actor, rule: Rule, *, enabled: bool) -> None:
        """Switch a rule on or off.

        Raises:
            NotAllowedError, NotFoundError: see the policy, or it is gone.
        """

        async def work(uow: UnitOfWork) -> None:
            repository = RuleRepository(uow.connection)
            await _may(uow, actor, rule.community_id)
            before = await _found(repository, rule.rule_id, rule.community_id)
            if before.enabled is not enabled:
                after = replace(before, enabled=enabled)
                await repository.change(after, uow.now, anew=False)
                _note(uow, actor, rule, {"rule": rule.rule_id, "enabled": not enabled},
                      {"rule": rule.rule_id, "enabled": enabled})  # fmt: skip

        await self._database.write(work)

    async def delete(self, actor: Actor, rule: Rule) -> None:
        """Delete a rule; what it held stays with the moderators.

        Raises:
            NotAllowedError, NotFoundError: see the policy, or it is gone.
        """

        async def work(uow: UnitOfWork) -> None:
            repository = RuleRepository(uow.connection)
            await _may(uow, actor, rule.community_id)
            before = await _found(repository, rule.rule_id, rule.community_id)
            await repository.delete(rule.rule_id)
            _note(uow, actor, rule, _values(before), {})

        await self._database.write(work)

    async def dry_run(self, actor: Actor, rule: Rule, progress: Progress | None = None) -> Trial:
        """What a rule, as it is typed, would have hit in the last 30 days. Nothing is written.

        Looks at the latest ``TRIAL_POSTS`` posts at most, those of moderators left out as they
        would be; ``progress`` hears how many. Cancelling the task ends it.

        Raises:
            InvalidInputError: see ``domain.rules``. NotAllowedError, NotFoundError: see the policy.
        """
        rule = replace(check_rule(rule), rule_id=1)
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            await _require(reading, actor, rule.community_id)
        if rule.kind is RuleKind.REGEX:
            await self._screening.try_expression(rule.pattern)
        return await (self._of_text if rule.kind in OF_TEXT else self._of_writers)(rule, progress)

    async def _page(self, rule: Rule, before: int | None, limit: int, *, bodies: bool) -> list[Any]:
        since = self._database.now() - timedelta(days=TRIAL_DAYS)
        async with self._database.read() as connection:
            return await RuleRepository(connection).written(
                rule.community_id, since, before, limit, bodies=bodies
            )

    async def _of_text(self, rule: Rule, progress: Progress | None) -> Trial:
        looked = hits = slow = 0
        examples: list[Example] = []
        before: int | None = None
        while looked < TRIAL_POSTS:
            rows = await self._page(rule, before, _PAGE, bodies=True)
            found = await self._screening.run_many(rule, [f"{row[2]}\n{row[3]}" for row in rows])
            for row, matches in zip(rows, found, strict=True):
                hits += bool(matches.hit)
                slow += bool(matches.slow)
                if matches.hit and len(examples) < EXAMPLES:
                    examples.append(_example(row))
            looked += len(rows)
            if progress is not None:
                progress(looked)
            if len(rows) < _PAGE:
                return Trial(looked, hits, slow, tuple(examples), whole=True)
            before = rows[-1][0]
        return Trial(looked, hits, slow, tuple(examples), whole=False)

    async def _of_writers(self, rule: Rule, progress: Progress | None) -> Trial:
        rows: list[Any] = []
        whole = False
        while len(rows) < TRIAL_POSTS and not whole:
            before = rows[-1][0] if rows else None
            page = await self._page(rule, before, _LIGHT_PAGE, bodies=False)
            rows += page
            whole = len(page) < _LIGHT_PAGE
            if progress is not None:
                progress(len(rows))
        rows.reverse()
        async with self._database.read() as connection:
            first = rows[0][0] if rows else 0
            earlier = await RuleRepository(connection).posts_before(
                rule.community_id, sorted({row[4] for row in rows}), first
            )
        found = await self._screening.on_thread(_too_early_or_too_many, rule, rows, earlier)
        latest = [_example(row) for row in found[: -EXAMPLES - 1 : -1]]
        return Trial(len(rows), len(found), 0, tuple(latest), whole=whole)


def _too_early_or_too_many(rule: Rule, rows: Sequence[Any], earlier: dict[int, int]) -> list[Any]:
    """Of posts in the order of time, those that a rule about who writes would have hit."""
    posts = defaultdict[int, int](int, earlier)
    recent: defaultdict[int, deque[Any]] = defaultdict(deque)
    found = []
    for row in rows:
        author_id, at = row[4], row[6]
        times = recent[author_id]
        while times and times[0] <= at - timedelta(seconds=rule.seconds):
            times.popleft()
        if exceeds(rule, Writer(at - row[10], posts[author_id], len(times))):
            found.append(row)
        times.append(at)
        posts[author_id] += 1
    return found


def _example(row: Any) -> Example:
    return Example(
        post_id=row[0],
        thread_id=row[1],
        number=row[8],
        title=row[11],
        excerpt=excerpt(row[3], _EXCERPT_CELLS),
        handle=row[5],
        community_slug=row[7],
        created_at=row[6],
    )


def _looks_for(rule: Rule) -> tuple[object, ...]:
    return rule.kind, rule.pattern, rule.threshold, rule.seconds


async def _require(reading: ReadingRepository, actor: Actor, community_id: int | None) -> None:
    if community_id is None:
        if actor.site_role is SiteRole.MEMBER:
            raise NotAllowedError(MODERATORS)
        return
    community = await reading.community(community_id=community_id)
    if community is None:
        raise NotFoundError(NOT_FOUND)
    require(Action.CHANGE_MODERATION_RULES, standing_in(actor, community))


async def _may(uow: UnitOfWork, actor: Actor, community_id: int | None) -> None:
    await _require(ReadingRepository(uow.connection, actor.account_id, actor.site_role), actor, community_id)


async def _found(repository: RuleRepository, rule_id: int, community_id: int | None) -> Rule:
    rule = await repository.rule(rule_id)
    if rule is None or rule.community_id != community_id:
        raise NotFoundError(NOT_FOUND)
    return rule


def _values(rule: Rule) -> dict[str, Any]:
    """A rule as the record tells it."""
    return {
        "rule": rule.rule_id,
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


def _note(uow: UnitOfWork, actor: Actor, rule: Rule, before: dict[str, Any], after: dict[str, Any]) -> None:
    uow.note(
        RecordEntry(
            RecordAction.CHANGE_RULE,
            actor.account_id,
            community_id=rule.community_id,
            reason=rule.name,
            before=before,
            after=after,
        )
    )
