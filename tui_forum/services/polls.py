"""Voting, and the end of polls. A poll is opened with its thread: ``Posts.start_thread``."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.policy import NOT_FOUND, Action, require
from tui_forum.domain.polls import PollView, VoteOutcome, check_ballot, outcome, require_open
from tui_forum.services.notices import notify
from tui_forum.services.threads import standing_to
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.polls import PollRepository, poll_of
from tui_forum.storage.repositories.reading import thread_state
from tui_forum.storage.uow import UnitOfWork

POLL_CLOSED = "poll_closed"  # its text is what was chosen most often
NOBODY = 0  # no account has this id


class Polls:
    """Use cases of polls."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def vote(self, actor: Actor, thread_id: int, choice: Collection[int]) -> VoteOutcome:
        """Choose answers by their positions, in place of what one has chosen; none takes a vote back.

        The event does not say who voted, in no poll.

        Raises:
            InvalidInputError: several where one may be chosen, or one that there is not.
            ConflictError: the poll, or its thread, is closed.
            NotAllowedError, NotFoundError: see the policy.
        """

        async def work(uow: UnitOfWork) -> VoteOutcome:
            state = await thread_state(uow.connection, thread_id, actor.account_id)
            if state is None or state.removed:
                raise NotFoundError(NOT_FOUND)
            require(Action.VOTE, standing_to(actor, state))
            polls = PollRepository(uow.connection)
            rules = await polls.rules(thread_id)
            if rules is None:
                raise NotFoundError(NOT_FOUND)
            multiple, closes_at, positions = rules
            require_open(closes_at, uow.now)
            chosen = check_ballot(choice, positions, multiple=multiple)
            became = outcome(await polls.vote_of(thread_id, actor.account_id), chosen)
            if became is not VoteOutcome.UNCHANGED:
                await polls.vote(thread_id, actor.account_id, chosen)
                uow.record(EventKind.POLL_VOTED, community_id=state.community_id, thread_id=thread_id)
            return became

        return await self._database.write(work)

    # -- the end

    async def next_close(self) -> datetime | None:
        """When the next poll closes."""
        async with self._database.read() as connection:
            return await PollRepository(connection).next_close()

    async def close_due(self, now: datetime) -> None:
        """Tell of polls that are over: their authors and who voted."""

        async def work(uow: UnitOfWork) -> None:
            polls = PollRepository(uow.connection)
            for thread_id, community_id, author_id in await polls.close_due(now):
                uow.record(EventKind.POLL_CLOSED, community_id=community_id, thread_id=thread_id)
                poll = await poll_of(uow.connection, thread_id, NOBODY)
                await notify(
                    uow,
                    [author_id, *await polls.voters(thread_id)],
                    POLL_CLOSED,
                    thread_id=thread_id,
                    text=_result(poll) if poll is not None else "",
                )

        await self._database.write(work)


def _result(poll: PollView) -> str:
    """What was chosen most often, without a word of any language."""
    return " · ".join(f"{option.text} {poll.share(option)} %" for option in poll.leading())
