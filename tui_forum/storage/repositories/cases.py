"""What moderators read: the queue, a case, the history of whom it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute, aliased

from tui_forum.domain.cases import CaseCursor, backwards
from tui_forum.domain.entities import AccountState, Role, SiteRole
from tui_forum.domain.moderation import (
    CLAIM_FOR,
    CaseFilter,
    CaseSort,
    CaseSource,
    CaseState,
    Claimed,
    DecisionKind,
    ForwardedTo,
)
from tui_forum.storage.models import (
    Account,
    AccountNote,
    Appeal,
    Case,
    CaseMessage,
    CasePost,
    Charter,
    Community,
    Contributor,
    Membership,
    ModerationRecord,
    Post,
    PostRevision,
    Report,
    Sanction,
    Thread,
)
from tui_forum.storage.repositories.reading import Reader, posts_by_number
from tui_forum.storage.repositories.sanctions import suspended

AnyRow = Row[*tuple[Any, ...]]

_CLAIMER = aliased(Account)
_ASSIGNEE = aliased(Account)
_SITE_ROLES: Final = (SiteRole.MODERATOR.value, SiteRole.ADMIN.value)
_MODERATING: Final = (Role.MODERATOR.value, Role.MANAGER.value)
EXCERPT_CHARS: Final = 400
HISTORY: Final = 5  # lines of each kind in an author's history
#: Up to so many communities, each gives its own first page: exactly what an index holds in order.
SEPARATE: Final = 30
_STATES: Final[dict[CaseState, ColumnElement[str]]] = {
    state: literal_column(f"'{state.value}'") for state in CaseState
}  # partial indexes need it


def moderated_by(account_id: int) -> Select[*tuple[Any, ...]]:
    """Ids of the communities that an account moderates, and is not suspended from."""
    return select(Membership.community_id).where(
        Membership.account_id == account_id,
        Membership.role.in_(_MODERATING),
        not_(suspended(account_id, Membership.community_id)),
    )


def in_scope(account_id: int, site_role: SiteRole) -> ColumnElement[bool]:
    """Cases that an account may see as a moderator. Those of the site are for the site's moderators."""
    if site_role is SiteRole.MEMBER:
        return Case.community_id.in_(moderated_by(account_id))
    return literal(True)


def _reported_by_me() -> ColumnElement[bool]:
    mine = exists().where(Report.case_id == Case.id, Report.reporter_id == bindparam("me"))
    return mine.correlate(Case)


def _decided_by_me() -> ColumnElement[bool]:
    """The case is an appeal against what the account that is bound as ``me`` has decided."""
    mine = exists().where(
        Appeal.case_id == Case.id,
        ModerationRecord.id == Appeal.record_id,
        ModerationRecord.actor_id == bindparam("me"),
    )
    return mine.correlate(Case)


_SORTED_BY: Final[dict[CaseSort, InstrumentedAttribute[Any]]] = {
    CaseSort.AGE: Case.id,
    CaseSort.SEVERITY: Case.severity,
    CaseSort.REPORTS: Case.report_count,
    CaseSort.DUE: Case.due_at,
}


def _rows() -> Select[*tuple[Any, ...]]:
    """Rows of the queue, for the account that is bound as ``me``."""
    as_reported = and_(PostRevision.post_id == CasePost.post_id, PostRevision.revision == CasePost.revision)
    appeal = select(Appeal.body).where(Appeal.case_id == Case.id).correlate(Case).scalar_subquery()
    posts = (
        select(func.count())
        .select_from(CasePost)
        .where(CasePost.case_id == Case.id)
        .correlate(Case)
        .scalar_subquery()
    )
    return (
        select(
            Case.id, Case.community_id, Community.slug, Post.thread_id, Thread.title, Post.id,
            Post.number, Account.id, Account.handle, Account.display_name,
            func.substr(func.coalesce(PostRevision.body, Post.body, appeal), 1, EXCERPT_CHARS),
            posts, Case.report_count, Case.category, Case.rule, Case.severity, Case.source, Case.state,
            Case.outcome, Case.opened_at, Case.due_at, Case.decided_at, Case.claimed_by, _CLAIMER.handle,
            Case.claimed_at, _ASSIGNEE.handle, Case.forwarded_to, _reported_by_me(),
            _decided_by_me(),
        )
        .join(Account, Account.id == Case.account_id)
        .outerjoin(Community, Community.id == Case.community_id)
        .outerjoin(CasePost, and_(CasePost.case_id == Case.id, CasePost.post_id == Case.post_id))
        .outerjoin(Post, Post.id == Case.post_id)
        .outerjoin(Thread, Thread.id == Post.thread_id)
        .outerjoin(PostRevision, as_reported)
        .outerjoin(_CLAIMER, _CLAIMER.id == Case.claimed_by)
        .outerjoin(_ASSIGNEE, _ASSIGNEE.id == Case.assigned_to)
    )  # fmt: skip


def _case() -> Select[*tuple[Any, ...]]:
    """The row of the case bound as ``case``, with what the policy, and a decision, needs besides."""
    # Who is suspended there is nobody there.
    role = case((not_(suspended(bindparam("me"), Case.community_id)), Membership.role))
    return (
        _rows()
        .add_columns(
            Community.visibility, role, Community.name, Charter.rules, Case.decided_by,
            Case.assigned_to, Account.language, Account.created_at,
        )
        .outerjoin(
            Membership,
            and_(Membership.community_id == Case.community_id, Membership.account_id == bindparam("me")),
        )
        .outerjoin(
            Charter,
            and_(Charter.community_id == Case.community_id, Charter.version == Community.charter_version),
        )
        .where(Case.id == bindparam("case"))
    )  # fmt: skip


#: Made once: building them costs more than running them.
_ROWS: Final = _rows()
_CASE: Final = _case()


class CaseReading:
    """Statements of the queue, on behalf of one account."""

    def __init__(self, connection: AsyncConnection, account_id: int, site_role: SiteRole) -> None:
        self._connection = connection
        self._account_id = account_id
        self._site_role = site_role

    # -- the queue

    def _wanted(self, wanted: CaseFilter, now: datetime) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if wanted.state is not None:
            found.append(Case.state == _STATES[wanted.state])
        if wanted.category is not None:
            found.append(Case.category == wanted.category.value)
        if wanted.assigned_to_me:
            found.append(Case.assigned_to == self._account_id)
        if wanted.forwarded:
            found.append(Case.forwarded_to != ForwardedTo.NOBODY.value)
        if wanted.overdue:
            found += [Case.due_at < now, Case.state == _STATES[CaseState.OPEN]]
        claimed = and_(Case.claimed_by.is_not(None), Case.claimed_at > now - CLAIM_FOR)
        if wanted.claimed is Claimed.MINE:
            found += [claimed, Case.claimed_by == self._account_id]
        elif wanted.claimed is Claimed.OTHERS:
            found += [claimed, Case.claimed_by != self._account_id]
        elif wanted.claimed is Claimed.NOBODY:
            found.append(or_(Case.claimed_by.is_(None), Case.claimed_at <= now - CLAIM_FOR))
        return found

    def _first(
        self,
        wanted: CaseFilter,
        after: CaseCursor | None,
        now: datetime,
        limit: int,
        where: ColumnElement[bool],
    ) -> Select[*tuple[Any, ...]]:
        """Ids and sort values of one page among the cases for which ``where`` holds."""
        column, down = _SORTED_BY[wanted.sort], backwards(wanted)
        statement = select(Case.id.label("id"), column.label("sorted")).where(
            where, *self._wanted(wanted, now)
        )
        order = [Case.id] if wanted.sort is CaseSort.AGE else [column, Case.id]
        if after is not None:
            place = [literal(after.value, column.type), literal(after.case_id, Case.id.type)]
            have, there = tuple_(*order), tuple_(*place[-len(order) :])
            statement = statement.where(have < there if down else have > there)
        return statement.order_by(*(part.desc() if down else part for part in order)).limit(limit)

    async def page(
        self, wanted: CaseFilter, after: CaseCursor | None, now: datetime, limit: int
    ) -> list[AnyRow]:
        """A page of the queue, in its order."""
        places: list[int] = []
        if wanted.community_id is not None:
            places = [wanted.community_id]
        elif self._site_role is SiteRole.MEMBER:
            found = await self._connection.execute(moderated_by(self._account_id))
            places = list(found.scalars())
            if not places:
                return []
        scope = in_scope(self._account_id, self._site_role)
        if places and len(places) <= SEPARATE:
            parts = [
                select(
                    self._first(wanted, after, now, limit, and_(Case.community_id == place, scope)).subquery()
                )
                for place in places
            ]
            ids = (parts[0] if len(parts) == 1 else union_all(*parts)).subquery()
        else:
            ids = self._first(wanted, after, now, limit, scope).subquery()
        order = [ids.c.id] if wanted.sort is CaseSort.AGE else [ids.c.sorted, ids.c.id]
        down = backwards(wanted)
        statement = (
            _ROWS.join(ids, ids.c.id == Case.id)
            .order_by(*(part.desc() if down else part for part in order))
            .limit(limit)
        )
        return list(await self._connection.execute(statement, {"me": self._account_id}))

    async def some(self, case_ids: Sequence[int], wanted: CaseFilter, now: datetime) -> list[AnyRow]:
        """Those of ``case_ids`` that a queue shows; in no order."""
        conditions = self._wanted(wanted, now)
        if wanted.community_id is not None:
            conditions.append(Case.community_id == wanted.community_id)
        return list(
            await self._connection.execute(
                _ROWS.where(Case.id.in_(case_ids), in_scope(self._account_id, self._site_role), *conditions),
                {"me": self._account_id},
            )
        )

    # -- one case

    async def case(self, case_id: int) -> AnyRow | None:
        """A row of the queue with what the policy, and a decision, needs besides.

        Behind the row: visibility, one's role, name and language of the community's charter rules,
        ``decided_by``, ``assigned_to``; language and beginning of whom it is about.
        """
        found = await self._connection.execute(_CASE, {"me": self._account_id, "case": case_id})
        return found.first()

    async def reports(self, case_id: int) -> list[AnyRow]:
        """The reports of a case, oldest first."""
        return list(
            await self._connection.execute(
                select(
                    Account.id, Account.handle, Account.display_name, Report.post_id, Report.category,
                    Report.rule, Report.note, Report.created_at,
                )
                .join(Account, Account.id == Report.reporter_id)
                .where(Report.case_id == case_id)
                .order_by(Report.id)
            )
        )  # fmt: skip

    async def posts(self, case_id: int) -> list[AnyRow]:
        """The posts of a case as they were reported and as they are, oldest first."""
        return list(
            await self._connection.execute(
                select(
                    Post.id, Post.thread_id, Thread.title, Post.number, PostRevision.body, Post.body,
                    CasePost.revision, Post.revision, Post.state, Post.created_at,
                )
                .join(Post, Post.id == CasePost.post_id)
                .join(Thread, Thread.id == Post.thread_id)
                .outerjoin(
                    PostRevision,
                    and_(
                        PostRevision.post_id == CasePost.post_id,
                        PostRevision.revision == CasePost.revision,
                    ),
                )
                .where(CasePost.case_id == case_id)
                .order_by(CasePost.added_at, Post.id)
            )
        )  # fmt: skip

    async def around(self, thread_id: int, number: int, posts: int) -> list[AnyRow]:
        """A post with up to so many before and after it, as ``reading.post_rows`` gives them."""
        reader = Reader(self._account_id, moderates=True)
        before = await posts_by_number(
            self._connection, thread_id, reader, low=number, descending=True, limit=posts + 1
        )
        after = await posts_by_number(
            self._connection, thread_id, reader, low=number + 1, descending=False, limit=posts
        )
        return [*before[::-1], *after]

    async def messages(self, case_id: int, *, private: bool) -> list[AnyRow]:
        """What was said in a case, oldest first; without ``private`` only what the member reads."""
        statement = (
            select(
                CaseMessage.id, Account.id, Account.handle, Account.display_name, CaseMessage.private,
                CaseMessage.body, CaseMessage.created_at,
            )
            .join(Account, Account.id == CaseMessage.author_id)
            .where(CaseMessage.case_id == case_id)
            .order_by(CaseMessage.id)
        )  # fmt: skip
        if not private:
            statement = statement.where(CaseMessage.private.is_(False))
        return list(await self._connection.execute(statement))

    async def others_who_decide(
        self, case_id: int, community_id: int | None, forwarded_to: ForwardedTo
    ) -> tuple[bool, bool]:
        """Whether another person could decide a case at all, and one whom it does not concern."""
        may: list[ColumnElement[bool]] = [Account.site_role.in_(_SITE_ROLES)]
        roles = {
            ForwardedTo.NOBODY: _MODERATING,
            ForwardedTo.MANAGERS: (Role.MANAGER.value,),
            ForwardedTo.SITE: (),
        }[forwarded_to]
        if community_id is not None and roles:
            may.append(
                Account.id.in_(
                    select(Membership.account_id).where(
                        Membership.community_id == community_id, Membership.role.in_(roles)
                    )
                )
            )
        others = exists().where(
            Account.id != self._account_id, Account.state == AccountState.ACTIVE.value, or_(*may)
        )
        concerned = select(Report.reporter_id).where(Report.case_id == case_id)
        subject = select(Case.account_id).where(Case.id == case_id).scalar_subquery()
        free = others.where(Account.id.not_in(concerned), Account.id != subject)
        row = (await self._connection.execute(select(others, free))).one()
        return bool(row[0]), bool(row[1])

    async def decided_by_me(self, since: datetime) -> dict[int, datetime]:
        """Cases that this account decided since a moment, and whose decision stands: when."""
        found = await self._connection.execute(
            select(Case.id, Case.decided_at).where(
                Case.decided_at > since,
                Case.decided_by == self._account_id,
                Case.state == _STATES[CaseState.DECIDED],
            )
        )
        return {row[0]: row[1] for row in found if row[1] is not None}

    # -- history

    async def history(self, account_id: int, community_id: int | None, case_id: int) -> AnyRow:
        """Posts in the community, other cases in one's scope, and those that were not just approved."""
        posts = (
            select(func.coalesce(func.sum(Contributor.posts), 0))
            .where(Contributor.account_id == account_id)
            .where(literal(True) if community_id is None else Contributor.community_id == community_id)
            .scalar_subquery()
        )
        cases = (
            select(func.count())
            .select_from(Case)
            .where(
                Case.account_id == account_id,
                Case.id != case_id,
                Case.source != CaseSource.APPEAL.value,
                in_scope(self._account_id, self._site_role),
            )
        )
        upheld = cases.where(
            Case.state == _STATES[CaseState.DECIDED],
            Case.outcome.not_in((DecisionKind.APPROVE.value, "")),
            Case.overturned.is_(False),
        )
        row = await self._connection.execute(select(posts, cases.scalar_subquery(), upheld.scalar_subquery()))
        return row.one()

    async def earlier(self, account_id: int, case_id: int) -> list[AnyRow]:
        """Other cases about an account in one's scope, latest first."""
        return list(
            await self._connection.execute(
                select(Case.id, Community.slug, Case.category, Case.state, Case.outcome, Case.opened_at)
                .outerjoin(Community, Community.id == Case.community_id)
                .where(
                    Case.account_id == account_id,
                    Case.id != case_id,
                    in_scope(self._account_id, self._site_role),
                )
                .order_by(Case.id.desc())
                .limit(HISTORY)
            )
        )

    async def sanctions(self, account_id: int, community_id: int | None) -> list[AnyRow]:
        """Sanctions of an account, latest first: in this community or on the whole site."""
        here = []
        if self._site_role is SiteRole.MEMBER:
            here.append(or_(Sanction.community_id.is_(None), Sanction.community_id == community_id))
        return list(
            await self._connection.execute(
                select(
                    Sanction.id, Sanction.kind, Community.slug, Sanction.reason, Sanction.created_at,
                    Sanction.until, Sanction.lifted_at,
                )
                .outerjoin(Community, Community.id == Sanction.community_id)
                .where(Sanction.account_id == account_id, *here)
                .order_by(Sanction.id.desc())
                .limit(HISTORY)
            )
        )  # fmt: skip

    async def notes(self, account_id: int, community_id: int | None) -> list[AnyRow]:
        """Moderators' notes on an account, latest first: this community's; the site's see all."""
        here = []
        if self._site_role is SiteRole.MEMBER:
            here.append(AccountNote.community_id == community_id)
        return list(
            await self._connection.execute(
                select(
                    AccountNote.id, Account.id, Account.handle, Account.display_name, AccountNote.body,
                    AccountNote.created_at,
                )
                .join(Account, Account.id == AccountNote.author_id)
                .where(AccountNote.account_id == account_id, *here)
                .order_by(AccountNote.id.desc())
                .limit(HISTORY)
            )
        )  # fmt: skip

    # -- who and where

    async def moderators(self, community_id: int | None) -> list[AnyRow]:
        """Who may decide cases of a community (or of the site): account, by handle."""
        may: list[ColumnElement[bool]] = [Account.site_role.in_(_SITE_ROLES)]
        if community_id is not None:
            may.append(
                Account.id.in_(
                    select(Membership.account_id).where(
                        Membership.community_id == community_id, Membership.role.in_(_MODERATING)
                    )
                )
            )
        return list(
            await self._connection.execute(
                select(Account.id, Account.handle, Account.display_name, Account.site_role)
                .where(Account.state == AccountState.ACTIVE.value, or_(*may))
                .order_by(Account.handle)
            )
        )

    async def deciders(self, community_id: int | None, to: ForwardedTo) -> list[int]:
        """The accounts that a case is forwarded to: the managers, or the site's moderators."""
        if to is ForwardedTo.SITE:
            who = Account.site_role.in_(_SITE_ROLES)
        else:
            who = Account.id.in_(
                select(Membership.account_id).where(
                    Membership.community_id == community_id, Membership.role == Role.MANAGER.value
                )
            )
        found = await self._connection.execute(
            select(Account.id).where(Account.state == AccountState.ACTIVE.value, who)
        )
        return sorted(found.scalars())

    async def places(self) -> list[AnyRow]:
        """Communities whose cases one sees: id, slug, name, by slug."""
        statement = select(Community.id, Community.slug, Community.name).order_by(Community.slug)
        if self._site_role is SiteRole.MEMBER:
            statement = statement.where(Community.id.in_(moderated_by(self._account_id)))
        return list(await self._connection.execute(statement))

    async def next_lapse(self) -> datetime | None:
        """When the next claim lapses."""
        found = await self._connection.execute(select(func.min(Case.claimed_at)))
        oldest = found.scalar_one_or_none()
        return None if oldest is None else oldest + CLAIM_FOR


async def charter_rules(connection: AsyncConnection, community_id: int) -> tuple[str, ...]:
    """The rules of a community's present charter, in their order."""
    found = await connection.execute(
        select(Charter.rules)
        .join(
            Community,
            and_(Community.id == Charter.community_id, Community.charter_version == Charter.version),
        )
        .where(Community.id == community_id)
    )
    return tuple(rule["text"] for rule in found.scalar_one_or_none() or ())


def claimed_now(claimed_by: int | None, claimed_at: datetime | None, now: datetime) -> bool:
    """Whether a claim that is stored still holds."""
    return claimed_by is not None and claimed_at is not None and now - claimed_at < CLAIM_FOR
