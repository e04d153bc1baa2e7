"""The record of moderation: read by those who moderate, and proved whole by who looks after the forum."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from tui_forum.domain.entities import Actor, SiteRole
from tui_forum.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.limits import PAGE_SIZE
from tui_forum.domain.policy import MODERATORS, NOT_FOUND, Action, Standing, require
from tui_forum.domain.record import RecordAction
from tui_forum.domain.recordcheck import CUT, CUT_APPEAL, UNREADABLE, ChainCheck, Fault, Proof
from tui_forum.domain.recordviews import (
    PublicLine,
    PublicPage,
    RecordFilter,
    RecordLine,
    WholeEntry,
    edited,
    named_in,
    never_shown,
    redacted,
)
from tui_forum.domain.views import Author
from tui_forum.i18n import N_
from tui_forum.services.communities import place_for
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.accounts import AccountRepository
from tui_forum.storage.repositories.cases import CaseReading
from tui_forum.storage.repositories.reading import ReadingRepository
from tui_forum.storage.repositories.record import RecordChain, RecordReading

#: Entries that are held in memory at once while the whole record is gone through.
SLICE: Final = 1_000
_VALUES: Final = (
    "action", "actor_id", "community_id", "case_id", "thread_id", "post_id", "account_id", "reason",
    "before", "after",
)  # fmt: skip

NO_ACCOUNT: Final = N_("There is no account @{handle}.")
NOT_PUBLIC: Final = N_("By the charter of this community, only its moderators read what is moderated here.")
NO_HASH: Final = N_("Which hash should entry {at} have? Give it with --expect.")

Progress = Callable[[int, int], None]


class Record:
    """Use cases of reading the record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        actor: Actor,
        wanted: RecordFilter | None = None,
        after: int | None = None,
        limit: int = PAGE_SIZE,
    ) -> tuple[RecordLine, ...]:
        """What was done in one's scope, latest first (``after``: the last entry one has).

        Raises:
            NotFoundError: the filter names an account that does not exist.
        """
        wanted = wanted or RecordFilter()
        async with self._database.read() as connection:
            accounts = AccountRepository(connection)
            for handle in filter(None, (wanted.actor, wanted.account)):
                if await accounts.by_handle(handle) is None:
                    raise NotFoundError(NO_ACCOUNT, handle=handle)
            reading = RecordReading(connection, actor.account_id, actor.site_role)
            return tuple(map(_line, await reading.page(wanted, after, limit)))

    async def entry(self, actor: Actor, entry_id: int) -> WholeEntry:
        """One entry with what it names.

        Raises:
            NotFoundError: there is none in one's scope.
        """
        async with self._database.read() as connection:
            reading = RecordReading(connection, actor.account_id, actor.site_role)
            found = await reading.entry(entry_id)
            if found is None:
                raise NotFoundError(NOT_FOUND)
            line = _line(found)
            names: dict[str, dict[int, str]] = {"post": {}, "account": {}, "community": {}}
            for kind, one, name in await reading.names(named_in(line)):
                names[kind][one] = name
            edit = edited(line)
            texts = await reading.texts(edit[0], edit[1:]) if edit is not None else {}
        return WholeEntry(
            line,
            {post_id: int(number) for post_id, number in names["post"].items()},
            names["account"],
            names["community"],
            texts.get(edit[1]) if edit is not None else None,
            texts.get(edit[2]) if edit is not None else None,
        )

    async def public(
        self, actor: Actor, community_id: int, after: int | None = None, limit: int = PAGE_SIZE
    ) -> PublicPage:
        """What is moderated in a community and why, latest first, without names and removed text.

        Raises:
            NotFoundError: one may not read in the community.
            NotAllowedError: its charter keeps this to the moderators.
        """
        async with self._database.read() as connection:
            places = ReadingRepository(connection, actor.account_id, actor.site_role)
            community = await place_for(places, actor, community_id, Action.READ)
            reading = RecordReading(connection, actor.account_id, actor.site_role)
            if not await reading.is_public(community.community_id):
                raise NotAllowedError(NOT_PUBLIC)
            found = await reading.public(community.community_id, after, limit + 1)
            more, found = len(found) > limit, found[:limit]
            cases = {row[4] for row in found if row[4] is not None and row[3]}
            reporters = await reading.reporters(cases) if cases else {}
        shown = [row for row in found if not never_shown(_line(row))]
        lines = tuple(_public(row, reporters) for row in shown)
        return PublicPage(lines, found[-1][0] if more else None)

    async def export(self, actor: Actor, wanted: RecordFilter) -> AsyncIterator[RecordLine]:
        """The entries in one's scope, oldest first, however many: a slice at a time is in memory.

        Raises:
            NotAllowedError: one moderates nothing (or not the community that is asked for).
            NotFoundError: the filter names an account that does not exist.
        """
        await self._require_scope(actor, wanted)
        await self.page(actor, wanted, limit=1)
        after: int | None = None
        while True:
            async with self._database.read() as connection:
                reading = RecordReading(connection, actor.account_id, actor.site_role)
                found = await reading.page(wanted, after, SLICE, oldest_first=True)
            for row in found:
                yield _line(row)
            if len(found) < SLICE:
                return
            after = found[-1][0]

    async def _require_scope(self, actor: Actor, wanted: RecordFilter) -> None:
        if actor.site_role is not SiteRole.MEMBER:
            return
        async with self._database.read() as connection:
            places = await CaseReading(connection, actor.account_id, actor.site_role).places()
        if not any(wanted.community_id in (None, place[0]) for place in places):
            raise NotAllowedError(MODERATORS)

    # -- the proof

    async def verify(
        self, actor: Actor, *, expect: str = "", at: int | None = None, progress: Progress | None = None
    ) -> Proof:
        """Go through the whole chain; the first entry that breaks it, if one does.

        ``expect`` is a hash that was noted elsewhere: of entry ``at``, or of any (None). It alone
        proves that nothing up to that entry was cut off or written anew since it was noted.

        Raises:
            NotAllowedError: not an administrator. InvalidInputError: ``at`` without ``expect``.
        """
        require(Action.ADMINISTER, Standing(actor.site_role))
        expect = expect.strip().lower()
        if at is not None and not expect:
            raise InvalidInputError(NO_HASH, at=at)
        # Asked before the chain is read: what is decided meanwhile has its entry in it.
        async with self._database.read() as connection:
            chain = RecordChain(connection)
            total = await chain.last_number()
            case_id = await chain.decided_without_entry()
            challenged = await chain.challenged_without_entry()
        check = ChainCheck(expect, at)
        fault = await self._follow(check, total, progress)
        if fault is None and case_id is not None:
            fault = Fault(CUT, {"number": check.count, "case": case_id})
        if fault is None and challenged is not None:
            fault = Fault(CUT_APPEAL, {"number": check.count, "missing": challenged})
        return check.proof(fault)

    async def _follow(self, check: ChainCheck, total: int, progress: Progress | None) -> Fault | None:
        """Every entry in its order; a read transaction lasts one slice."""
        after: int | None = None
        while True:
            try:
                rows = await self._links(after, SLICE)
            except ValueError:
                return await self._follow_singly(check, after)
            for row in rows:
                fault = _take(check, row)
                if fault is not None:
                    return fault
            if progress is not None:
                progress(check.count, max(total, check.count))
            if len(rows) < SLICE:
                return None
            after = rows[-1][0]

    async def _follow_singly(self, check: ChainCheck, after: int | None) -> Fault | None:
        """Somewhere in this slice stands what cannot be read."""
        while True:
            async with self._database.read() as connection:
                number = await RecordChain(connection).next_number(after)
            if number is None:
                return None
            try:
                [row] = await self._links(after, 1)
            except ValueError:
                return Fault(UNREADABLE, {"number": number})
            fault = _take(check, row)
            if fault is not None:
                return fault
            after = number

    async def _links(self, after: int | None, limit: int) -> Sequence[Any]:
        async with self._database.read() as connection:
            return await RecordChain(connection).links(after, limit)


def _take(check: ChainCheck, row: Sequence[Any]) -> Fault | None:
    number, created_at, previous, link = row[:4]
    return check.take(number, created_at, previous, link, dict(zip(_VALUES, row[4:], strict=True)))


def _line(row: Sequence[Any]) -> RecordLine:
    return RecordLine(
        entry_id=row[0],
        created_at=row[1],
        action=RecordAction(row[2]),
        reason=row[3],
        case_id=row[4],
        community_slug=row[5] or "",
        post_number=row[6],
        moderator=Author(*row[7:10]) if row[7] is not None else None,
        author=Author(*row[10:13]) if row[10] is not None else None,
        actor_id=row[13],
        account_id=row[14],
        community_id=row[15],
        thread_id=row[16],
        post_id=row[17],
        now_in=row[18],
        before=row[19],
        after=row[20],
        previous_hash=row[21],
        hash=row[22],
        thread_title=row[23] or "",
    )


def _public(row: Sequence[Any], reporters: Mapping[int, Sequence[str]]) -> PublicLine:
    """A row of :meth:`RecordReading.public`; a title that nobody can read any more is a removed text."""
    line = _line(row) if row[-1] else replace(_line(row), thread_title="")
    concerned = [who.display_name for who in (line.author, line.moderator) if who is not None]
    return redacted(line, [*concerned, *reporters.get(line.case_id or 0, ())])
