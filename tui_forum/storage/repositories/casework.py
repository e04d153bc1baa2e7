"""What changes when people report and moderators work: inside the caller's transaction.

Who locks several rows locks them in one order: the account a case is about, the case, its posts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import PostState
from tui_forum.domain.errors import ConflictError
from tui_forum.domain.moderation import (
    CASE_POSTS,
    CLAIM_FOR,
    JOIN_WITHIN,
    CaseSource,
    CaseState,
    DecisionKind,
    ForwardedTo,
)
from tui_forum.i18n import N_
from tui_forum.storage.models import (
    Account,
    AccountNote,
    Case,
    CaseMessage,
    CasePost,
    Notice,
    Post,
    PostRevision,
    Report,
)

AnyRow = Row[*tuple[Any, ...]]
ALREADY_REPORTED: Final = N_("You have reported this post already; the moderators know.")
#: Cases that are no place for further posts.
_TALKS: Final = (CaseSource.APPEAL.value, CaseSource.MODMAIL.value)


def _is_open(case_id: int) -> ColumnElement[bool]:
    return and_(Case.id == case_id, Case.state == CaseState.OPEN.value)


#: What every decision runs, made once: building statements costs more than running them.
_CLOSE: Final = (
    update(Case)
    .where(Case.id == bindparam("case"), Case.state == CaseState.OPEN.value)
    .values(
        state=CaseState.DECIDED.value,
        outcome=bindparam("outcome"),
        decided_at=bindparam("at"),
        decided_by=bindparam("by"),
        first_look_at=func.coalesce(Case.first_look_at, bindparam("at")),
        claimed_by=None,
        claimed_at=None,
    )
    .returning(Case.id)
)
_POSTS: Final = (
    select(
        Post.id, Post.thread_id, Post.number, Post.author_id, Post.state, Post.revision,
        CasePost.revision, Post.body,
    )
    .join(CasePost, CasePost.post_id == Post.id)
    .where(CasePost.case_id == bindparam("case"))
    .order_by(Post.id)
    .with_for_update(of=Post)
)  # fmt: skip
_SET_STATES: Final = (
    update(Post)
    .where(Post.id.in_(bindparam("posts", expanding=True)), Post.state != PostState.DELETED.value)
    .values(state=bindparam("to"), removal_reason=bindparam("why"))
)
_APPROVED: Final = (
    select(Case.category, Case.rule)
    .join(CasePost, CasePost.case_id == Case.id)
    .where(
        CasePost.post_id == bindparam("post"),
        Case.state == CaseState.DECIDED.value,
        Case.outcome.in_((DecisionKind.APPROVE.value, DecisionKind.EDIT.value)),
        Case.overturned.is_(False),
    )
    .order_by(Case.id.desc())
    .limit(1)
)
_TELL_REPORTERS: Final = (
    update(Report)
    .where(Report.case_id == bindparam("case"))
    .values(outcome=bindparam("became"), told_at=bindparam("at"))
    .returning(Report.reporter_id)
)


class CaseWriting:
    """Statements of reports and decisions."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._upsert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    # -- opening

    async def joins(
        self, account_id: int, community_id: int | None, post_id: int | None, now: datetime
    ) -> int | None:
        """The open case that a post belongs to, locked; first locks the account it is about.

        That of the post itself, else the latest about the same author in the same place.
        """
        await self._connection.execute(
            select(Account.id).where(Account.id == account_id).with_for_update(key_share=True)
        )
        same = exists().where(CasePost.case_id == Case.id, CasePost.post_id == post_id)
        posts = (
            select(func.count()).select_from(CasePost).where(CasePost.case_id == Case.id).scalar_subquery()
        )
        soon = and_(Case.reported_at > now - JOIN_WITHIN, Case.source.not_in(_TALKS), posts < CASE_POSTS)
        place = Case.community_id.is_(None) if community_id is None else Case.community_id == community_id
        found = await self._connection.execute(
            select(Case.id)
            .where(Case.account_id == account_id, Case.state == CaseState.OPEN.value, place, or_(same, soon))
            .order_by(case((same, 0), else_=1), Case.id.desc())
            .limit(1)
            .with_for_update()
        )
        return found.scalar_one_or_none()

    async def open(self, values: dict[str, Any]) -> int:
        """Insert a case; its id."""
        result = await self._connection.execute(insert(Case).values(**values).returning(Case.id))
        return int(result.scalar_one())

    async def add_post(self, case_id: int, post_id: int, revision: int, now: datetime) -> None:
        """Let a post belong to a case, in the revision that was reported first."""
        await self._connection.execute(
            self._upsert(CasePost)
            .values(case_id=case_id, post_id=post_id, revision=revision, added_at=now)
            .on_conflict_do_nothing()
        )

    async def add_report(self, values: dict[str, Any]) -> None:
        """Add a report to its case.

        Raises:
            ConflictError: the same person has reported the post already.
        """
        try:
            await self._connection.execute(insert(Report).values(**values))
        except IntegrityError as error:
            raise ConflictError(ALREADY_REPORTED) from error

    async def grow(self, case_id: int, values: dict[str, Any], now: datetime, *, reports: int) -> None:
        """Count a report (or a hit) into a case; the gravest category so far names it."""
        graver = Case.severity > values["severity"]
        sooner = Case.due_at > values["due_at"]
        await self._connection.execute(
            update(Case)
            .where(Case.id == case_id)
            .values(
                report_count=Case.report_count + reports,
                reported_at=now,
                category=case((graver, values["category"]), else_=Case.category),
                rule=case((graver, values["rule"]), else_=Case.rule),
                severity=case((graver, values["severity"]), else_=Case.severity),
                due_at=case((sooner, values["due_at"]), else_=Case.due_at),
            )
        )

    # -- deciding

    async def close(self, case_id: int, kind: DecisionKind, actor_id: int, now: datetime) -> bool:
        """Decide an open case; False when somebody was quicker. The case's row stays locked."""
        values = {"case": case_id, "outcome": kind.value, "at": now, "by": actor_id}
        result = await self._connection.execute(_CLOSE, values)
        return result.first() is not None

    async def reopen(self, case_id: int, actor_id: int, decided_at: datetime) -> bool:
        """Take back one's own decision; False when it is not what stands any more."""
        result = await self._connection.execute(
            update(Case)
            .where(
                Case.id == case_id,
                Case.state == CaseState.DECIDED.value,
                Case.decided_by == actor_id,
                Case.decided_at == decided_at,
            )
            .values(state=CaseState.OPEN.value, outcome="", decided_at=None, decided_by=None)
            .returning(Case.id)
        )
        return result.first() is not None

    async def posts(self, case_id: int) -> list[AnyRow]:
        """The posts of a case, locked, each with the revision that was reported and its text now."""
        return list(await self._connection.execute(_POSTS, {"case": case_id}))

    async def set_states(self, post_ids: Sequence[int], state: PostState, reason: str = "") -> None:
        """Make posts visible, held or removed. What its author has deleted stays deleted."""
        if post_ids:
            values = {"posts": list(post_ids), "to": state.value, "why": reason}
            await self._connection.execute(_SET_STATES, values)

    async def mark_off_topic(self, post_ids: Sequence[int], *, off_topic: bool) -> None:
        """Mark posts, or take the mark away."""
        if post_ids:
            await self._connection.execute(
                update(Post).where(Post.id.in_(post_ids)).values(off_topic=off_topic)
            )

    async def text_of(self, post_id: int, revision: int) -> str | None:
        """An earlier text of a post."""
        found = await self._connection.execute(
            select(PostRevision.body).where(
                PostRevision.post_id == post_id, PostRevision.revision == revision
            )
        )
        return found.scalar_one_or_none()

    async def tell_reporters(self, case_id: int, outcome: str, now: datetime | None) -> list[int]:
        """Note what the reporters are told, or (None) that it was taken back; their account ids."""
        values = {"case": case_id, "became": outcome, "at": now}
        told = await self._connection.execute(_TELL_REPORTERS, values)
        return sorted(set(told.scalars()))

    async def withdraw_notices(self, case_id: int, told_at: datetime) -> set[int]:
        """Take notices of a decision back that nobody has seen; who has seen theirs."""
        await self._connection.execute(
            delete(Notice).where(
                Notice.case_id == case_id, Notice.created_at == told_at, Notice.seen_at.is_(None)
            )
        )
        seen = await self._connection.execute(
            select(Notice.account_id).where(Notice.case_id == case_id, Notice.created_at == told_at)
        )
        return set(seen.scalars())

    async def approved(self, post_id: int) -> AnyRow | None:
        """Under which ``category`` and ``rule`` a moderator has let a post stay; None when never."""
        found = await self._connection.execute(_APPROVED, {"post": post_id})
        return found.first()

    async def others_open(self, case_id: int) -> bool:
        """Whether one of a case's posts is in another open case meanwhile."""
        mine = select(CasePost.post_id).where(CasePost.case_id == case_id)
        found = await self._connection.execute(
            select(Case.id)
            .join(CasePost, CasePost.case_id == Case.id)
            .where(CasePost.post_id.in_(mine), Case.id != case_id, Case.state == CaseState.OPEN.value)
            .limit(1)
        )
        return found.first() is not None

    # -- together

    async def claim(self, case_id: int, actor_id: int, now: datetime) -> bool:
        """Take an open case that nobody is on; False when somebody is, or it is one's own already."""
        result = await self._connection.execute(
            update(Case)
            .where(
                _is_open(case_id),
                or_(
                    Case.claimed_by.is_(None),
                    Case.claimed_at <= now - CLAIM_FOR,
                    # One's own is made to last when a good part of its time is over.
                    and_(Case.claimed_by == actor_id, Case.claimed_at <= now - CLAIM_FOR / 4),
                ),
            )
            .values(claimed_by=actor_id, claimed_at=now, first_look_at=func.coalesce(Case.first_look_at, now))
            .returning(Case.id)
        )
        return result.first() is not None

    async def release(self, actor_id: int, case_id: int | None = None) -> list[int]:
        """Let go of a case, or of all that one has claimed; their ids."""
        statement = update(Case).where(Case.claimed_by == actor_id)
        if case_id is not None:
            statement = statement.where(Case.id == case_id)
        result = await self._connection.execute(
            statement.values(claimed_by=None, claimed_at=None).returning(Case.id)
        )
        return sorted(result.scalars())

    async def lapse(self, now: datetime) -> list[int]:
        """Let claims go whose time is over; their ids."""
        result = await self._connection.execute(
            update(Case)
            .where(Case.claimed_at <= now - CLAIM_FOR)
            .values(claimed_by=None, claimed_at=None)
            .returning(Case.id)
        )
        return sorted(result.scalars())

    async def assign(self, case_id: int, account_id: int | None) -> bool:
        """Give an open case to somebody; False when it was decided meanwhile."""
        result = await self._connection.execute(
            update(Case)
            .where(_is_open(case_id))
            .values(assigned_to=account_id, claimed_by=None, claimed_at=None)
            .returning(Case.id)
        )
        return result.first() is not None

    async def forward(self, case_id: int, to: ForwardedTo) -> bool:
        """Let others decide an open case; False when it was decided meanwhile."""
        result = await self._connection.execute(
            update(Case)
            .where(_is_open(case_id))
            .values(forwarded_to=to.value, claimed_by=None, claimed_at=None, assigned_to=None)
            .returning(Case.id)
        )
        return result.first() is not None

    async def add_message(self, values: dict[str, Any]) -> int:
        """Say something in a case; the message's id."""
        result = await self._connection.execute(
            insert(CaseMessage).values(**values).returning(CaseMessage.id)
        )
        return int(result.scalar_one())

    async def place(self, case_id: int) -> AnyRow:
        """Where a case is and whose: ``community_id``, ``assigned_to``."""
        found = await self._connection.execute(
            select(Case.community_id, Case.assigned_to).where(Case.id == case_id)
        )
        return found.one()

    async def talking(self, case_id: int) -> set[int]:
        """Who has said something in a case."""
        found = await self._connection.execute(
            select(CaseMessage.author_id).where(CaseMessage.case_id == case_id).distinct()
        )
        return set(found.scalars())

    async def add_note(self, values: dict[str, Any]) -> None:
        """Note something about an account."""
        await self._connection.execute(insert(AccountNote).values(**values))

    async def break_off(self, case_id: int, post_id: int, now: datetime) -> int | None:
        """Make a post of an open case, with its reports, a case of its own; the new case's id.

        None when the case has no such post or no other one. The gravest report names the new case.
        """
        row = (
            (
                await self._connection.execute(
                    select(Case.__table__).where(_is_open(case_id)).with_for_update()
                )
            )
            .mappings()
            .first()
        )
        posts = [post[0] for post in await self.posts(case_id)]
        if row is None or post_id not in posts or len(posts) < 2:
            return None
        values = {
            key: row[key]
            for key in ("community_id", "account_id", "category", "rule", "severity", "source", "due_at",
                        "opened_at", "forwarded_to")
        }  # fmt: skip
        new = await self.open({**values, "post_id": post_id, "reported_at": now})
        for table in (CasePost, Report):
            await self._connection.execute(
                update(table).where(table.case_id == case_id, table.post_id == post_id).values(case_id=new)
            )
        rest = [post for post in posts if post != post_id]
        await self._connection.execute(
            update(Case).where(Case.id == case_id, Case.post_id == post_id).values(post_id=rest[0])
        )
        for one in (case_id, new):
            count = select(func.count()).select_from(Report).where(Report.case_id == one).scalar_subquery()
            await self._connection.execute(update(Case).where(Case.id == one).values(report_count=count))
        return new
