"""Into the queue: what people report, and what rules hold, gathers into cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from tui_forum.domain.entities import Actor, PostState
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.leaks import refuse_secrets
from tui_forum.domain.limits import REASON_MAX_CHARS
from tui_forum.domain.moderation import EXPECTED, CaseCategory, CaseSource, severity_of
from tui_forum.domain.policy import GONE, NOT_FOUND, Action, require
from tui_forum.domain.text import clean_body
from tui_forum.domain.views import PostRef
from tui_forum.i18n import N_
from tui_forum.services.casestate import LONG_REASON
from tui_forum.services.threads import gone, standing_to, unknown
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.cases import charter_rules
from tui_forum.storage.repositories.casework import CaseWriting
from tui_forum.storage.repositories.reading import thread_state
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

NO_SUCH_RULE: Final = N_("The charter has no rule {number}.")
SAY_WHAT: Final = N_("Please say in your own words what is wrong.")


async def into_queue(
    uow: UnitOfWork,
    *,
    community_id: int | None,
    account_id: int,
    source: CaseSource,
    category: CaseCategory,
    rule: int | None = None,
    post_id: int | None = None,
    revision: int = 0,
    reports: int = 0,
) -> int:
    """Let a matter about an account enter the queue; the id of its case. The one way into it.

    A post that has an open case, or whose author has one that was spoken of in the last day,
    joins it; the gravest category so far names the case. Appeals and talks (without a post)
    always open a case of their own.
    """
    writing = CaseWriting(uow.connection)
    severity = severity_of(category)
    values: dict[str, Any] = {
        "category": category.value,
        "rule": rule,
        "severity": severity,
        "due_at": uow.now + EXPECTED[severity],
    }
    joined = None
    if post_id is not None:
        joined = await writing.joins(account_id, community_id, post_id, uow.now)
    if joined is not None:
        case_id = joined
        await writing.grow(case_id, values, uow.now, reports=reports)
    else:
        case_id = await writing.open(
            {
                **values,
                "community_id": community_id,
                "account_id": account_id,
                "post_id": post_id,
                "source": source.value,
                "report_count": reports,
                "opened_at": uow.now,
                "reported_at": uow.now,
            }
        )
    if post_id is not None:
        await writing.add_post(case_id, post_id, revision, uow.now)
    # No thread and community here: that somebody reported is for moderators only.
    uow.record(EventKind.POST_REPORTED, post_id=post_id, data={"case": case_id})
    return case_id


async def wait_for_approval(uow: UnitOfWork, actor: Actor, ref: PostRef, community_id: int) -> None:
    """A new post waits for a moderator, because each one does there now."""
    await into_queue(
        uow,
        community_id=community_id,
        account_id=actor.account_id,
        source=CaseSource.APPROVAL,
        category=CaseCategory.OTHER,
        post_id=ref.post_id,
        revision=1,
    )


async def look_again(uow: UnitOfWork, post: Mapping[str, Any], community_id: int) -> None:
    """A post that a moderator has approved was changed: the new text is looked at as well.

    ``post`` is as it was before the change (:meth:`WritingRepository.post`).
    """
    approved = await CaseWriting(uow.connection).approved(post["id"])
    if approved is not None:
        await into_queue(
            uow,
            community_id=community_id,
            account_id=post["author_id"],
            source=CaseSource.EDIT,
            category=CaseCategory(approved.category),
            rule=approved.rule,
            post_id=post["id"],
            revision=post["revision"] + 1,
        )


def check_note(note: str, category: CaseCategory) -> str:
    """A report's note as it is stored; it may be empty, but not where nothing else says what is wrong.

    Raises:
        InvalidInputError: missing, too long, or with a secret in it (``field="note"``).
    """
    cleaned = clean_body(note).strip()
    if not cleaned and category is CaseCategory.OTHER:
        raise InvalidInputError(SAY_WHAT, field="note")
    if len(cleaned) > REASON_MAX_CHARS:
        raise InvalidInputError(LONG_REASON, field="note", longest=REASON_MAX_CHARS, count=len(cleaned))
    refuse_secrets(cleaned, "note")
    return cleaned


class Reports:
    """Use cases of whoever reports a post."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rules(self, actor: Actor, thread_id: int) -> tuple[str, ...]:
        """The rules of the charter that holds for a thread, in their order: number 1 first.

        Raises:
            NotFoundError: no such thread for this actor.
        """
        async with self._database.read() as connection:
            state = await thread_state(connection, thread_id, actor.account_id)
            if state is None or state.removed:
                raise NotFoundError(NOT_FOUND)
            require(Action.READ, standing_to(actor, state))
            return await charter_rules(connection, state.community_id)

    async def report(
        self,
        actor: Actor,
        post_id: int,
        category: CaseCategory,
        note: str = "",
        *,
        rule: int | None = None,
        revision: int | None = None,
    ) -> None:
        """Tell the moderators about a post. ``revision`` is the one that was read (None: as it is).

        Raises:
            InvalidInputError: no such rule, or a note is missing. ConflictError: reported already,
            or the post is gone. NotAllowedError, NotFoundError: see the policy.
        """
        note = check_note(note, category)

        async def work(uow: UnitOfWork) -> None:
            writing = WritingRepository(uow.connection)
            post = await writing.post(post_id)
            if post is None:
                raise NotFoundError(NOT_FOUND)
            state = await thread_state(uow.connection, post["thread_id"], actor.account_id)
            if (
                state is None
                or gone(actor, state)
                or unknown(actor, state, post["number"], post["author_id"])
            ):
                raise NotFoundError(NOT_FOUND)
            standing = standing_to(actor, state, own=post["author_id"] == actor.account_id)
            require(Action.REPORT_POST, replace(standing, post_state=PostState(post["state"])))
            cited = None
            if category is CaseCategory.RULE:
                rules = await charter_rules(uow.connection, state.community_id)
                cited = rule or 0
                if not 1 <= cited <= len(rules):
                    raise InvalidInputError(NO_SUCH_RULE, field="rule", number=cited)
            read = min(revision or post["revision"], post["revision"])
            case_id = await into_queue(
                uow,
                community_id=state.community_id,
                account_id=post["author_id"],
                source=CaseSource.REPORT,
                category=category,
                rule=cited,
                post_id=post_id,
                revision=read,
                reports=1,
            )
            again = await writing.post(post_id)  # somebody may have decided before the case was ours
            if again is None or again["state"] != PostState.VISIBLE.value:
                raise ConflictError(GONE)
            await CaseWriting(uow.connection).add_report(
                report_values(case_id, post_id, read, actor, category, cited, note, uow.now)
            )

        await self._database.write(work)


def report_values(
    case_id: int,
    post_id: int,
    revision: int,
    actor: Actor,
    category: CaseCategory,
    rule: int | None,
    note: str,
    now: datetime,
) -> dict[str, Any]:
    """A report as it is stored."""
    return {
        "case_id": case_id,
        "post_id": post_id,
        "revision": revision,
        "reporter_id": actor.account_id,
        "category": category.value,
        "rule": rule,
        "note": note,
        "created_at": now,
    }
