"""What screens read: each call one or two statements, paged by keyset.

Unread, in one place: a thread is unread for a member when it has posts past the read pointer
*and* past the membership's baseline (a post id: what was there when one joined, or when all was
last read). Counts stop at ``UNREAD_CAP``, so that they cost the same however much there is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Label,
    Row,
    ScalarSelect,
    Select,
    and_,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from tui_forum.domain.charter import PURPOSES
from tui_forum.domain.entities import (
    PostState,
    Purpose,
    Role,
    SiteRole,
    ThreadKind,
    Visibility,
)
from tui_forum.domain.hosting import RequestState
from tui_forum.domain.limits import HELD_FROM, UNREAD_CAP
from tui_forum.domain.membership import Answer
from tui_forum.domain.restrictions import Restriction
from tui_forum.domain.sanctions import Bar
from tui_forum.domain.views import Author, CommunityRow, HomeCursor, SearchHit, ThreadCursor, ThreadRow
from tui_forum.storage.models import (
    Account,
    Acknowledgement,
    Case,
    Community,
    CommunityInvitation,
    HostRequest,
    JoinRequest,
    Membership,
    Notice,
    Post,
    PostRevision,
    ReadPointer,
    Thread,
)
from tui_forum.storage.prepared import like, prepared
from tui_forum.storage.repositories.restrictions import restricted, restrictions_of
from tui_forum.storage.repositories.sanctions import barred, bars_of, suspended

_LAST = aliased(Account)
#: The activity of a community that nobody has written in.
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
COMMUNITY: Final = (
    Community.id, Community.slug, Community.name, Community.statement, Community.purpose,
    Community.visibility, Community.thread_count, Community.member_count, Community.last_post_at,
    Community.archived_at, Community.builtin,
)  # fmt: skip


#: Told to this account in person: they stay, without a name, when the community is gone from its sight.
PERSONAL: Final = (
    "member_removed",
    "handover_ended",
    "modmail",
    "decision_undone",
    "sanction_warning",
    "sanction_silence",
    "sanction_suspension",
    "sanction_removal",
    "sanction_lifted",
    "sanction_over",
    "appeal_upheld",
    "appeal_overturned",
)


def invited(account_id: int) -> ColumnElement[bool]:
    """Per row of ``Community``: somebody has asked the account in, or to host it, and it has not
    answered yet.
    """
    return or_(
        select(CommunityInvitation.id)
        .where(
            CommunityInvitation.account_id == account_id,
            CommunityInvitation.community_id == Community.id,
            CommunityInvitation.state == Answer.OPEN.value,
        )
        .correlate(Community)
        .exists(),
        select(HostRequest.id)
        .where(
            HostRequest.account_id == account_id,
            HostRequest.community_id == Community.id,
            HostRequest.state == RequestState.OPEN.value,
        )
        .correlate(Community)
        .exists(),
    )


def requested(account_id: int) -> ColumnElement[bool]:
    """Per row of ``Community``: the account has asked to join, and nobody has answered yet."""
    return (
        select(JoinRequest.id)
        .where(
            JoinRequest.account_id == account_id,
            JoinRequest.community_id == Community.id,
            JoinRequest.state == Answer.OPEN.value,
        )
        .correlate(Community)
        .exists()
    )


def visible(site_role: SiteRole, account_id: int) -> ColumnElement[bool]:
    """Communities that may be known to exist; needs ``Membership`` outer-joined for the account."""
    if site_role in (SiteRole.MODERATOR, SiteRole.ADMIN):
        return literal(True)
    return or_(
        Community.visibility != Visibility.INVITE.value, Membership.role.is_not(None), invited(account_id)
    )


def readable(site_role: SiteRole, account_id: Any) -> ColumnElement[bool]:
    """Communities whose threads may be read; needs ``Membership`` outer-joined for the account."""
    welcome = not_(suspended(account_id))
    if site_role in (SiteRole.MODERATOR, SiteRole.ADMIN):
        return welcome
    return and_(or_(Community.visibility == Visibility.OPEN.value, Membership.role.is_not(None)), welcome)


def mine(account_id: int) -> ColumnElement[bool]:
    """The account's own row of ``Membership`` for a row of ``Community``."""
    return and_(Membership.community_id == Community.id, Membership.account_id == account_id)


def heard(account_id: int, site_role: SiteRole) -> ColumnElement[bool]:
    """The account's notices, less those of what it may not read any more.

    A notice about a community alone (an answered request) stays while one may know that the
    community exists. Needs ``Thread``, ``Community`` and ``Membership`` outer-joined.
    """
    return and_(
        Notice.account_id == account_id,
        or_(
            Community.id.is_(None),
            readable(site_role, account_id),
            and_(
                Notice.thread_id.is_(None),
                or_(visible(site_role, account_id), Notice.kind.in_(PERSONAL)),
            ),
        ),
    )


def _unseen(account_id: int, site_role: SiteRole) -> Select[*tuple[Any, ...]]:
    """The account's notices that it has not seen, as rows to count."""
    return (
        select(literal(1))
        .select_from(Notice)
        .outerjoin(Post, Post.id == Notice.post_id)
        .outerjoin(Thread, Thread.id == func.coalesce(Post.thread_id, Notice.thread_id))
        .outerjoin(Community, Community.id == func.coalesce(Thread.community_id, Notice.community_id))
        .outerjoin(Membership, mine(account_id))
        .where(Notice.seen_at.is_(None), heard(account_id, site_role))
    )


#: What nobody has answered is shown to members for so long; then it is the past.
SURFACING: Final = timedelta(days=30)
#: Communities of these purposes show their members what nobody has answered.
_SURFACING: Final = tuple(purpose.value for purpose, rules in PURPOSES.items() if rules.surfaces_unanswered)


#: Who has these roles in a community sees there what waits for a moderator.
_MODERATING: Final = (Role.MODERATOR.value, Role.MANAGER.value)


def published() -> ColumnElement[bool]:
    """Per row of ``Post``: others than its author and moderators know of it."""
    return Post.number < HELD_FROM


def sees_held(account_id: int, site_role: SiteRole) -> ColumnElement[bool]:
    """Per row of ``Thread`` with ``Membership`` outer-joined: one may know of it while it is held."""
    if site_role in (SiteRole.MODERATOR, SiteRole.ADMIN):
        return literal(True)
    return or_(Thread.author_id == account_id, Membership.role.in_(_MODERATING))


def _listed(account_id: int, site_role: SiteRole) -> ColumnElement[bool]:
    """Per row of ``Thread``: it is there for everybody, or waits and one may know of it."""
    waiting = (
        select(literal(1))
        .select_from(Post)
        .where(Post.thread_id == Thread.id, Post.state == PostState.HELD.value)
        .correlate(Thread)
        .exists()
    )
    held = and_(Thread.held, sees_held(account_id, site_role), waiting)
    return or_(Thread.removed_at.is_(None), held)


def waits() -> ColumnElement[bool]:
    """Per row of ``Thread`` and ``Community``: nobody has answered, and that concerns the members."""
    return and_(
        Thread.answered_at.is_(None),
        Thread.kind.in_((ThreadKind.DISCUSSION.value, ThreadKind.QUESTION.value)),
        Thread.locked.is_(False),
        Community.purpose.in_(_SURFACING),
        Community.archived_at.is_(None),
        Community.builtin.is_(None),
    )


def rules_accepted() -> ColumnElement[bool]:
    """Whether a member has accepted the rules of the present charter, or it has none."""
    return or_(Community.rule_count == 0, Membership.accepted_charter >= Community.charter_version)


def _capped(statement: Select[*tuple[Any, ...]]) -> ScalarSelect[int]:
    return select(func.count()).select_from(statement.limit(UNREAD_CAP).subquery()).scalar_subquery()


def _unread_threads(account_id: int) -> ScalarSelect[int]:
    """Per row of ``Membership``: its community's unread threads."""
    return _capped(
        select(literal(1))
        .select_from(Thread)
        .outerjoin(
            ReadPointer, and_(ReadPointer.thread_id == Thread.id, ReadPointer.account_id == account_id)
        )
        .where(
            Thread.community_id == Membership.community_id,
            Thread.last_post_id > Membership.read_baseline,
            Thread.last_number > func.coalesce(ReadPointer.number, 0),
            Thread.removed_at.is_(None),
        )
        .correlate(Membership)
    )


def _unread_posts() -> ScalarSelect[int]:
    """Per row of ``Thread`` with ``ReadPointer`` and ``Membership`` outer-joined: its unread posts."""
    return _capped(
        select(literal(1))
        .select_from(Post)
        .where(
            Post.thread_id == Thread.id,
            Post.number > func.coalesce(ReadPointer.number, 0),
            published(),
            Post.id > Membership.read_baseline,
        )
        .correlate(Thread, ReadPointer, Membership)
    )


def community_row(row: Row[*tuple[Any, ...]]) -> CommunityRow:
    """A row of ``COMMUNITY`` and, by their labels, what else was asked; figures only for who may read."""
    more = row._mapping  # noqa: SLF001 - documented; rows have no public one
    role, reads = more.get("role"), bool(more.get("readable", True))
    return CommunityRow(
        row[0],
        row[1],
        row[2],
        row[3],
        Purpose(row[4]),
        Visibility(row[5]),
        row[6] if reads else 0,
        row[7] if reads else 0,
        row[8] if reads else None,
        Role(role) if role else None,
        more["unread"] if role else 0,
        archived=row[9] is not None,
        builtin=row[10],
        readable=reads,
        invited=bool(more.get("invited")),
        requested=bool(more.get("requested")),
        rules_accepted=bool(more.get("rules_accepted", True)),
    )


def _own(account_id: int) -> tuple[ColumnElement[Any], ...]:
    """One's role in a community, how many threads are unread, whether one has accepted its rules."""
    return (
        Membership.role.label("role"),
        _unread_threads(account_id).label("unread"),
        rules_accepted().label("rules_accepted"),
    )


def _door(account_id: int, site_role: SiteRole) -> tuple[Label[bool], ...]:
    """Whether one may read in a community, is invited, has asked to join."""
    return (
        readable(site_role, account_id).label("readable"),
        invited(account_id).label("invited"),
        requested(account_id).label("requested"),
    )


@prepared
def _joined(
    account_id: int, limit: int, reached: datetime | None, reached_id: int | None, *, further: bool
) -> Select[*tuple[Any, ...]]:
    latest = func.coalesce(Community.last_post_at, literal(NEVER, Community.last_post_at.type))
    chosen = (
        select(Community.id.label("id"), latest.label("latest"))
        .join(Membership, mine(account_id))
        .where(Community.archived_at.is_(None))
        .order_by(latest.desc(), Community.id.desc())
        .limit(limit)
    )
    if further:
        place = tuple_(like(Community.last_post_at, reached), like(Community.id, reached_id))
        chosen = chosen.where(tuple_(latest, Community.id) < place)
    page = chosen.subquery()
    return (
        select(*COMMUNITY, *_own(account_id))
        .join(page, page.c.id == Community.id)
        .join(Membership, mine(account_id))
        .order_by(page.c.latest.desc(), Community.id.desc())
    )


@prepared
def _joined_ids(account_id: int) -> Select[int]:
    return select(Membership.community_id).where(Membership.account_id == account_id)


@prepared
def _others(account_id: int, after: str, limit: int, *, site_role: SiteRole) -> Select[*tuple[Any, ...]]:
    return (
        select(*COMMUNITY, *_door(account_id, site_role))
        .outerjoin(Membership, mine(account_id))
        .where(
            Membership.role.is_(None),
            Community.archived_at.is_(None),
            Community.builtin.is_(None),
            Community.slug > after,
            visible(site_role, account_id),
        )
        .order_by(Community.slug)
        .limit(limit)
    )


@prepared
def _one(
    account_id: int, asked: str | int, *, site_role: SiteRole, by_slug: bool
) -> Select[*tuple[Any, ...]]:
    named = aliased(Community)
    which = select(func.coalesce(named.merged_into_id, named.id)).where(
        named.slug == asked if by_slug else named.id == asked
    )
    return (
        select(
            *COMMUNITY,
            *_own(account_id),
            *_door(account_id, site_role),
            barred(account_id).label("barred"),
            restricted(in_thread=False).label("restricted"),
        )
        .outerjoin(Membership, mine(account_id))
        .where(Community.id == which.scalar_subquery())
    )


def _unanswered(since: datetime) -> tuple[ColumnElement[bool], ...]:
    return waits(), Thread.last_post_at > since, Thread.removed_at.is_(None)


@prepared
def _waiting(account_id: int, since: datetime, *, site_role: SiteRole) -> Select[*tuple[Any, ...]]:
    cases = select(literal(1)).select_from(Case).where(Case.state == literal_column("'open'"))
    if site_role is SiteRole.MEMBER:
        cases = cases.where(
            Case.community_id.in_(
                select(Membership.community_id).where(
                    Membership.account_id == account_id,
                    Membership.role.in_((Role.MODERATOR.value, Role.MANAGER.value)),
                    not_(suspended(account_id, Membership.community_id)),
                )
            )
        )
    threads = (
        select(literal(1))
        .select_from(Thread)
        .join(Community, Community.id == Thread.community_id)
        .join(Membership, mine(account_id))
        .where(*_unanswered(since), Thread.author_id != account_id, not_(suspended(account_id)))
    )
    return select(_capped(cases), _capped(_unseen(account_id, site_role)), _capped(threads))


def _to_acknowledge(account_id: int) -> ColumnElement[bool]:
    """Per row of ``Thread`` with ``Membership`` outer-joined: one is asked, and has not taken note."""
    return and_(
        Thread.wants_acknowledgement,
        Membership.role.is_not(None),
        Thread.author_id != account_id,
        ~select(Acknowledgement.account_id)
        .where(Acknowledgement.thread_id == Thread.id, Acknowledgement.account_id == account_id)
        .correlate(Thread)
        .exists(),
    )


def _thread_rows(account_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Thread.id, Thread.community_id, Community.slug, Thread.title, Thread.kind,
            Account.id, Account.handle, Account.display_name,
            _LAST.id, _LAST.handle, _LAST.display_name,
            Thread.created_at, Thread.last_post_at, Thread.reply_count,
            _unread_posts().label("unread"), Thread.pinned, Thread.locked, Thread.accepted_number,
            waits().label("waits"), _to_acknowledge(account_id), Thread.held,
        )
        .join(Community, Community.id == Thread.community_id)
        .join(Account, Account.id == Thread.author_id)
        .join(_LAST, _LAST.id == Thread.last_author_id)
        .outerjoin(Membership, mine(account_id))
        .outerjoin(
            ReadPointer,
            and_(ReadPointer.thread_id == Thread.id, ReadPointer.account_id == account_id),
        )
    )  # fmt: skip


@prepared
def _first_threads(
    account_id: int, community_id: int, limit: int, *, site_role: SiteRole
) -> Select[*tuple[Any, ...]]:
    return (
        _thread_rows(account_id)
        .where(Thread.community_id == community_id, _listed(account_id, site_role))
        .order_by(Thread.pinned.desc(), Thread.last_post_at.desc(), Thread.id.desc())
        .limit(limit)
    )


@prepared
def _next_threads(
    account_id: int,
    community_id: int,
    limit: int,
    pinned: bool,
    last_post_at: datetime,
    thread_id: int,
    *,
    site_role: SiteRole,
) -> Select[*tuple[Any, ...]]:
    return (
        _thread_rows(account_id)
        .where(
            Thread.community_id == community_id,
            _listed(account_id, site_role),
            tuple_(Thread.pinned, Thread.last_post_at, Thread.id)
            < tuple_(
                like(Thread.pinned, pinned),
                like(Thread.last_post_at, last_post_at),
                like(Thread.id, thread_id),
            ),
        )
        .order_by(Thread.pinned.desc(), Thread.last_post_at.desc(), Thread.id.desc())
        .limit(limit)
    )


@prepared
def _one_thread(account_id: int, thread_id: int, *, site_role: SiteRole) -> Select[*tuple[Any, ...]]:
    return _thread_rows(account_id).where(
        Thread.id == thread_id, _listed(account_id, site_role), readable(site_role, account_id)
    )


class ReadingRepository:
    """Statements behind home, thread list and search, on behalf of one account."""

    def __init__(self, connection: AsyncConnection, account_id: int, site_role: SiteRole) -> None:
        self._connection = connection
        self._account_id = account_id
        self._site_role = site_role

    async def joined(self, after: HomeCursor | None, limit: int) -> tuple[CommunityRow, ...]:
        """A page of one's communities, latest activity first, with unread counts: one statement.

        Which ones is decided before anything is counted: a page costs the same however many there are.
        """
        reached = (None, None) if after is None else (after.latest, after.community_id)
        statement = _joined(self._account_id, limit, *reached, further=after is not None)
        return tuple(map(community_row, await self._connection.execute(*statement)))

    async def joined_ids(self) -> tuple[int, ...]:
        """All communities that one is in."""
        found = await self._connection.execute(*_joined_ids(self._account_id))
        return tuple(found.scalars())

    async def others(self, after: str, limit: int) -> tuple[CommunityRow, ...]:
        """Communities one is not in but may know of, by slug."""
        statement = _others(self._account_id, after, limit, site_role=self._site_role)
        return tuple(map(community_row, await self._connection.execute(*statement)))

    async def community(self, *, slug: str = "", community_id: int = 0) -> CommunityRow | None:
        """One community with one's role and unread count; one that was merged is where it went."""
        asked = slug or community_id
        statement = _one(self._account_id, asked, site_role=self._site_role, by_slug=bool(slug))
        row = (await self._connection.execute(*statement)).first()
        if row is None:
            return None
        found = community_row(row)
        more = row._mapping  # noqa: SLF001 - documented; rows have no public one
        if more["barred"]:
            found = replace(found, bars=await bars_of(self._connection, self._account_id, row[0]))
        if more["restricted"]:
            found = replace(
                found,
                restrictions=await restrictions_of(self._connection, self._account_id, row[0], None),
            )
        return found

    async def waiting(self) -> tuple[int, int, int]:
        """How much waits for this account, each capped: cases, unseen notices, unanswered threads."""
        since = datetime.now(UTC) - SURFACING
        row = (
            await self._connection.execute(*_waiting(self._account_id, since, site_role=self._site_role))
        ).one()
        return int(row[0]), int(row[1]), int(row[2])

    async def unanswered(
        self, community_id: int | None, after: ThreadCursor | None, limit: int
    ) -> tuple[ThreadRow, ...]:
        """A page of the threads that nobody has answered, latest first.

        Those of a community, or of all that one belongs to, less what one has asked oneself.
        """
        since = datetime.now(UTC) - SURFACING
        statement = _thread_rows(self._account_id).where(*_unanswered(since))
        if community_id is not None:
            statement = statement.where(Thread.community_id == community_id)
        else:
            statement = statement.where(
                Membership.role.is_not(None),
                Thread.author_id != self._account_id,
                not_(suspended(self._account_id)),
            )
        if after is not None:
            statement = statement.where(
                tuple_(Thread.last_post_at, Thread.id)
                < tuple_(literal(after.last_post_at, Thread.last_post_at.type), literal(after.thread_id))
            )
        rows = await self._connection.execute(
            statement.order_by(Thread.last_post_at.desc(), Thread.id.desc()).limit(limit)
        )
        return tuple(map(_thread, rows))

    async def threads(
        self, community_id: int, after: ThreadCursor | None, limit: int
    ) -> tuple[ThreadRow, ...]:
        """A page of a community's threads: pinned first, then by latest post."""
        if after is None:
            statement = _first_threads(self._account_id, community_id, limit, site_role=self._site_role)
        else:
            statement = _next_threads(
                self._account_id, community_id, limit, after.pinned, after.last_post_at, after.thread_id,
                site_role=self._site_role,
            )  # fmt: skip
        return tuple(map(_thread, await self._connection.execute(*statement)))

    async def thread(self, thread_id: int) -> ThreadRow | None:
        """One line of a thread list, if it may be read."""
        statement = _one_thread(self._account_id, thread_id, site_role=self._site_role)
        row = (await self._connection.execute(*statement)).first()
        return None if row is None else _thread(row)

    async def next_unread(self, community_id: int | None, after_thread_id: int | None) -> int | None:
        """The latest unread thread other than ``after_thread_id``, in one's communities or one of them."""
        statement = (
            select(Thread.id)
            .join(
                Membership,
                and_(
                    Membership.community_id == Thread.community_id,
                    Membership.account_id == self._account_id,
                ),
            )
            .outerjoin(
                ReadPointer,
                and_(ReadPointer.thread_id == Thread.id, ReadPointer.account_id == self._account_id),
            )
            .join(Community, Community.id == Thread.community_id)
            .where(
                Thread.last_post_id > Membership.read_baseline,
                Thread.last_number > func.coalesce(ReadPointer.number, 0),
                Thread.removed_at.is_(None),
                Community.archived_at.is_(None),
                not_(suspended(self._account_id)),
            )
            .order_by(Thread.last_post_at.desc(), Thread.id.desc())
            .limit(1)
        )
        if community_id is not None:
            statement = statement.where(Thread.community_id == community_id)
        if after_thread_id is not None:
            statement = statement.where(Thread.id != after_thread_id)
        return (await self._connection.execute(statement)).scalar_one_or_none()

    async def search_titles(self, words: list[str], limit: int) -> tuple[SearchHit, ...]:
        """Threads whose title holds every word, latest first. (The real search comes later.)"""
        conditions = [Thread.title.icontains(word, autoescape=True) for word in words]
        rows = await self._connection.execute(
            select(Thread.id, Community.slug, Thread.title, Thread.last_post_at, Thread.reply_count)
            .join(Community, Community.id == Thread.community_id)
            .outerjoin(Membership, mine(self._account_id))
            .where(Thread.removed_at.is_(None), readable(self._site_role, self._account_id), *conditions)
            .order_by(Thread.last_post_at.desc(), Thread.id.desc())
            .limit(limit)
        )
        return tuple(SearchHit(*row) for row in rows)


def _thread(row: Row[*tuple[Any, ...]]) -> ThreadRow:
    return ThreadRow(
        thread_id=row[0],
        community_id=row[1],
        community_slug=row[2],
        title=row[3],
        kind=ThreadKind(row[4]),
        author=Author(*row[5:8]),
        last_author=Author(*row[8:11]),
        created_at=row[11],
        last_post_at=row[12],
        reply_count=row[13],
        unread=row[14],
        pinned=row[15],
        locked=row[16],
        solved=row[17] is not None,
        waits=bool(row[18]),
        to_acknowledge=bool(row[19]),
        held=row[20],
    )


class ThreadState:
    """What the services must know of a thread before anything is done in it."""

    __slots__ = (
        "about_id", "accepted_number", "answered", "archived", "author", "bars", "baseline", "builtin",
        "community_id", "community_name", "community_slug", "created_at", "held", "kind", "last_number",
        "last_post_at", "locked", "pinned", "purpose", "read_number", "removed", "reply_count",
        "restrictions", "role",
        "rules_accepted", "thread_id", "title", "visibility", "wants_acknowledgement",
    )  # fmt: skip

    def __init__(self, row: Row[*tuple[Any, ...]]) -> None:
        self.thread_id: int = row[0]
        self.community_id: int = row[1]
        self.community_slug: str = row[2]
        self.community_name: str = row[3]
        self.visibility = Visibility(row[4])
        self.title: str = row[5]
        self.kind = ThreadKind(row[6])
        self.author = Author(row[7], row[8], row[9])
        self.created_at: datetime = row[10]
        self.last_number: int = row[11]
        self.reply_count: int = row[12]
        self.pinned: bool = row[13]
        self.locked: bool = row[14]
        self.removed: bool = row[15] is not None
        self.accepted_number: int | None = row[16]
        self.role = Role(row[17]) if row[17] else None
        self.baseline: int = row[18] or 0
        self.read_number: int = row[19] or 0
        self.last_post_at: datetime = row[20]
        self.archived: bool = row[21] is not None
        self.builtin: bool = row[22] is not None
        self.answered: bool = row[23] is not None
        self.purpose = Purpose(row[24])
        self.rules_accepted = bool(row[25])
        self.wants_acknowledgement: bool = row[26]
        self.about_id: int | None = row[27]
        self.held: bool = row[28]
        self.bars: tuple[Bar, ...] = ()
        self.restrictions: tuple[Restriction, ...] = ()


@prepared
def _state(thread_id: int, account_id: int, *, lock: bool) -> Select[*tuple[Any, ...]]:
    statement = (
        select(
            Thread.id, Thread.community_id, Community.slug, Community.name, Community.visibility,
            Thread.title, Thread.kind, Account.id, Account.handle, Account.display_name,
            Thread.created_at, Thread.last_number, Thread.reply_count, Thread.pinned, Thread.locked,
            Thread.removed_at, Thread.accepted_number, Membership.role, Membership.read_baseline,
            ReadPointer.number, Thread.last_post_at, Community.archived_at, Community.builtin,
            Thread.answered_at, Community.purpose, rules_accepted(), Thread.wants_acknowledgement,
            Thread.about_id, Thread.held, barred(account_id), restricted(in_thread=True),
        )
        .join(Community, Community.id == Thread.community_id)
        .join(Account, Account.id == Thread.author_id)
        .outerjoin(Membership, mine(account_id))
        .outerjoin(
            ReadPointer, and_(ReadPointer.thread_id == Thread.id, ReadPointer.account_id == account_id)
        )
        .where(Thread.id == thread_id)
    )  # fmt: skip
    return statement.with_for_update(of=Thread) if lock else statement


async def thread_state(
    connection: AsyncConnection, thread_id: int, account_id: int, *, lock: bool = False
) -> ThreadState | None:
    """The thread as ``account_id`` stands to it; with ``lock`` its row is held (PostgreSQL)."""
    row = (await connection.execute(*_state(thread_id, account_id, lock=lock))).first()
    if row is None:
        return None
    state = ThreadState(row)
    if row[29]:
        state.bars = await bars_of(connection, account_id, state.community_id)
    if row[30]:
        state.restrictions = await restrictions_of(connection, account_id, state.community_id, thread_id)
    return state


@prepared
def _first_unread(thread_id: int, read_number: int, baseline: int) -> Select[int]:
    return (
        select(Post.number)
        .where(Post.thread_id == thread_id, Post.number > read_number, published(), Post.id > baseline)
        .order_by(Post.number)
        .limit(1)
    )


async def first_unread(connection: AsyncConnection, state: ThreadState) -> int | None:
    """The number of the first post past the read pointer and the baseline."""
    statement = _first_unread(state.thread_id, state.read_number, state.baseline)
    found: int | None = (await connection.execute(*statement)).scalar_one_or_none()
    return found


PARENT = aliased(Post)
PARENT_AUTHOR = aliased(Account)
EXCERPT_CHARS: Final = 400  # of the parent's source; shown as one line


def post_rows() -> Select[*tuple[Any, ...]]:
    """Posts with their authors and the start of what they reply to."""
    return (
        select(
            Post.id, Post.thread_id, Post.number, Post.author_id, Account.handle, Account.display_name,
            Post.body, Post.created_at, Post.edited_at, Post.revision, Post.state, Post.removal_reason,
            Post.depth, Post.tree_path, PARENT.number, PARENT_AUTHOR.handle,
            func.substr(PARENT.body, 1, EXCERPT_CHARS), PARENT.state, Post.off_topic,
        )
        .join(Account, Account.id == Post.author_id)
        .outerjoin(
            PARENT, and_(PARENT.thread_id == Post.thread_id, PARENT.number == Post.reply_to_number)
        )
        .outerjoin(PARENT_AUTHOR, PARENT_AUTHOR.id == PARENT.author_id)
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reader:
    """On whose behalf posts are read; ``moderates`` (there) sees what is held."""

    account_id: int
    moderates: bool


def _posts_for(thread_id: int, account_id: int, limit: int, *, moderates: bool) -> Select[*tuple[Any, ...]]:
    statement = post_rows().where(Post.thread_id == thread_id).limit(limit)
    return statement if moderates else statement.where(or_(published(), Post.author_id == account_id))


@prepared
def _posts_by_number(
    thread_id: int, account_id: int, low: int, limit: int, *, moderates: bool, descending: bool
) -> Select[*tuple[Any, ...]]:
    statement = _posts_for(thread_id, account_id, limit, moderates=moderates)
    if descending:
        return statement.where(Post.number <= low).order_by(Post.number.desc())
    return statement.where(Post.number >= low).order_by(Post.number)


async def posts_by_number(
    connection: AsyncConnection, thread_id: int, reader: Reader, *, low: int, descending: bool, limit: int
) -> list[Row[*tuple[Any, ...]]]:
    """Posts with numbers from ``low`` on upwards, or (``descending``) from ``low`` downwards."""
    statement = _posts_by_number(
        thread_id, reader.account_id, low, limit, moderates=reader.moderates, descending=descending
    )
    return list(await connection.execute(*statement))


@prepared
def _posts_by_path(
    thread_id: int, account_id: int, path: bytes, limit: int, *, moderates: bool, descending: bool
) -> Select[*tuple[Any, ...]]:
    statement = _posts_for(thread_id, account_id, limit, moderates=moderates)
    if descending:
        return statement.where(Post.tree_path < path).order_by(Post.tree_path.desc())
    return statement.where(Post.tree_path >= path).order_by(Post.tree_path)


async def posts_by_path(
    connection: AsyncConnection, thread_id: int, reader: Reader, *, path: bytes, descending: bool, limit: int
) -> list[Row[*tuple[Any, ...]]]:
    """Posts in tree order from ``path`` (included) on, or (``descending``) before it."""
    statement = _posts_by_path(
        thread_id, reader.account_id, path, limit, moderates=reader.moderates, descending=descending
    )
    return list(await connection.execute(*statement))


async def path_of(connection: AsyncConnection, thread_id: int, number: int) -> bytes | None:
    """A post's place in the tree."""
    found = await connection.execute(
        select(Post.tree_path).where(Post.thread_id == thread_id, Post.number == number)
    )
    return found.scalar_one_or_none()


async def revisions_of(connection: AsyncConnection, post_id: int) -> list[Row[*tuple[Any, ...]]]:
    """A post's earlier texts with their editors, oldest first."""
    return list(
        await connection.execute(
            select(
                PostRevision.revision, PostRevision.body, Account.id, Account.handle,
                Account.display_name, PostRevision.created_at,
            )
            .join(Account, Account.id == PostRevision.editor_id)
            .where(PostRevision.post_id == post_id)
            .order_by(PostRevision.revision)
        )
    )  # fmt: skip


def hidden(state: str | None) -> bool:
    """Whether a post's text is not for everybody."""
    return state is not None and state != PostState.VISIBLE.value
