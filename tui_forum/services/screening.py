"""What rules make of a post before it is written: looked at on a thread, weighed in the transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Final, ParamSpec, TypeVar

from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.leaks import Leak, LeaksFoundError, leaks, load
from tui_forum.domain.moderation import CaseCategory, CaseSource, ForwardedTo
from tui_forum.domain.policy import Standing, moderates
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.domain.rules import (
    OF_TEXT,
    SOURCES,
    Matches,
    Outcome,
    Rule,
    RuleAction,
    exceeds,
    matching,
    outcome,
    try_expression,
)
from tui_forum.domain.views import PostRef
from tui_forum.i18n import N_
from tui_forum.services.notices import notify
from tui_forum.services.reports import into_queue
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.cases import CaseReading
from tui_forum.storage.repositories.rules import SLOW, RuleRepository
from tui_forum.storage.uow import UnitOfWork

P = ParamSpec("P")
Made = TypeVar("Made")

RULE_SLOW: Final = "rule_slow"  # the notice; its text is the rule's name
#: Who manages a rule is told that it steps aside once in so long.
TOLD_EVERY: Final = timedelta(hours=24)
REFUSED: Final = N_("Not sent: {why}")
#: Threads that look at texts; of them expressions need up to 0.5 s for a text made to be slow.
_THREADS: Final = 2

_ENTRIES: Final = {
    RuleAction.HOLD: RecordAction.HOLD,
    RuleAction.FLAG: RecordAction.FLAG,
    RuleAction.REFUSE: RecordAction.REFUSE,
}


@dataclass(frozen=True, slots=True)
class Looked:
    """The rules in force where something is to be written, and which of them its text hits.

    ``examples`` counts what looks like secrets, and is none as its author says.
    """

    rules: tuple[Rule, ...] = ()
    matches: Matches = field(default_factory=Matches)
    examples: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A rule does not take it. Returned from the transaction, which keeps that it was so."""

    why: str

    def as_error(self) -> InvalidInputError:
        """What the writer is told."""
        return InvalidInputError(REFUSED, field="body", why=self.why)


class Screening:
    """Looks at texts on threads of its own: neither the loop nor a transaction waits for it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="rules")

    async def look(
        self,
        texts: Sequence[tuple[str, str]],
        *,
        community_id: int | None = None,
        thread_id: int | None = None,
        post_id: int | None = None,
        examples: bool = False,
        before: str = "",
    ) -> Looked:
        """What the rules in force find in ``texts``: of a community, or where a thread or a post is.

        Each text comes with the name of its field. ``examples``: what looks like secrets is none.
        What stood in the text ``before`` is there already.

        Raises:
            LeaksFoundError: there are secrets in it.
        """
        fresh = await self.secrets(texts, before)
        if fresh and not examples:
            raise LeaksFoundError(fresh)
        async with self._database.read() as connection:
            rules = await RuleRepository(connection).in_force(
                community_id=community_id, thread_id=thread_id, post_id=post_id
            )
        of_text = [rule for rule in rules if rule.kind in OF_TEXT]
        if not of_text:
            return Looked(rules, examples=len(fresh))
        text = "\n".join(text for _name, text in texts)
        return Looked(rules, await self.run(of_text, text), len(fresh))

    async def secrets(self, texts: Sequence[tuple[str, str]], before: str) -> list[Leak]:
        """What looks like secrets in ``texts``, and did not stand in the text ``before``."""
        found = await self.on_thread(leaks, texts)
        return [leak for leak in found if leak.secret not in before]

    def load(self) -> None:
        """Load what looks for secrets, on a thread; else the first who writes waits for it."""
        self._pool.submit(load)

    async def run(self, rules: Sequence[Rule], text: str) -> Matches:
        """Which of the rules a text hits."""
        return await self.on_thread(matching, rules, text)

    async def run_many(self, rule: Rule, texts: Sequence[str]) -> list[Matches]:
        """Which of many texts a rule hits; others' texts go in between."""

        def look(text: str) -> Matches:
            return matching([rule], text)

        return [await self.on_thread(look, text) for text in texts]

    async def try_expression(self, pattern: str) -> None:
        """See :func:`domain.rules.try_expression`."""
        await self.on_thread(try_expression, pattern)

    async def on_thread(self, work: Callable[P, Made], *args: P.args, **kwargs: P.kwargs) -> Made:
        """Do what takes long where it holds nobody up."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *args, **kwargs))

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)


async def weigh(uow: UnitOfWork, actor: Actor, standing: Standing, looked: Looked, *, fresh: bool) -> Outcome:
    """What comes of it. Rules about who writes are for what is ``fresh``, not for changes.

    Who moderates there is trusted, but for what looks like secrets.
    """
    if not looked.rules or moderates(standing):
        return outcome((), examples=looked.examples)
    repository = RuleRepository(uow.connection)
    hits, slow = [], []
    for rule in looked.rules:
        if rule.kind in OF_TEXT:
            if rule.rule_id in looked.matches.hit:
                hits.append(rule)
            elif rule.rule_id in looked.matches.slow:
                slow.append(rule)
        elif fresh and exceeds(rule, await repository.writer(rule, actor.account_id, uow.now)):
            hits.append(rule)
    return outcome(hits, slow, looked.examples)


async def refuse(uow: UnitOfWork, actor: Actor, found: Outcome, community_id: int) -> Refused:
    """Keep that a rule refused something; nothing of the text."""
    await RuleRepository(uow.connection).add_hits(
        [(rule, RuleAction.REFUSE) for rule in found.rules if rule.action is RuleAction.REFUSE],
        account_id=actor.account_id,
        now=uow.now,
    )
    uow.note(
        RecordEntry(
            RecordAction.REFUSE,
            None,
            community_id=community_id,
            account_id=actor.account_id,
            reason=found.first.name,
            after={"rules": [rule.rule_id for rule in found.rules]},
        )
    )
    return Refused(found.first.explanation)


async def file(
    uow: UnitOfWork, actor: Actor, found: Outcome, ref: PostRef, community_id: int, *, revision: int = 1
) -> None:
    """What rules hold or flag enters the queue, once, under the rule that names it."""
    if found.action is None:
        return
    source, category = CaseSource.WORDS, CaseCategory.OTHER
    if found.examples:
        source, category = CaseSource.SECRET, CaseCategory.CONFIDENTIAL
    elif found.rules:
        source, category = SOURCES[found.first.kind], found.first.category
    case_id = await into_queue(
        uow,
        community_id=community_id,
        account_id=actor.account_id,
        source=source,
        category=category,
        post_id=ref.post_id,
        revision=revision,
    )
    told = RecordEntry(
        RecordAction.CONFIRM_EXAMPLE,
        actor.account_id,
        community_id=community_id,
        case_id=case_id,
        thread_id=ref.thread_id,
        post_id=ref.post_id,
        account_id=actor.account_id,
    )
    if found.examples:
        uow.note(replace(told, after={"examples": found.examples}))
    if not found.rules and not found.slow:
        return
    repository = RuleRepository(uow.connection)
    acted = [(rule, rule.action.value) for rule in found.rules] + [(rule, SLOW) for rule in found.slow]
    for rule in found.slow:
        if not await repository.slow_since(rule.rule_id, uow.now - TOLD_EVERY):
            await _tell_managers(uow, actor, rule)
    await repository.add_hits(
        acted, account_id=actor.account_id, now=uow.now, case_id=case_id, post_id=ref.post_id
    )
    uow.note(
        replace(
            told,
            action=_ENTRIES[found.action],
            actor_id=None,
            reason=found.first.name,
            after={
                "rules": [rule.rule_id for rule in found.rules],
                "slow": [rule.rule_id for rule in found.slow],
            },
        )
    )


async def _tell_managers(uow: UnitOfWork, actor: Actor, rule: Rule) -> None:
    """Its expression took too long: whoever can mend the rule hears of it."""
    reading = CaseReading(uow.connection, actor.account_id, actor.site_role)
    to = ForwardedTo.SITE if rule.community_id is None else ForwardedTo.MANAGERS
    await notify(
        uow,
        await reading.deciders(rule.community_id, to),
        RULE_SLOW,
        community_id=rule.community_id,
        text=rule.name,
    )
