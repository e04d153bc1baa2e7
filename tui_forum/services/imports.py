"""Writing what importers bring: many posts per transaction, nothing twice.

Who wrote becomes an *unclaimed* account, which cannot log in and joins no community (members
are those who came). What was written becomes posts with their old dates, numbered in the order
they are handed over. ``import_record`` remembers what every external id became: that is what
makes a second run add nothing and lets a killed one go on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tui_forum.domain.charter import default_charter
from tui_forum.domain.entities import AccountState, Purpose, SiteRole, ThreadKind
from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.events import EventKind
from tui_forum.domain.handles import check_new_slug, check_slug, handle_from_name, skeleton
from tui_forum.domain.limits import COMMUNITY_NAME_MAX_CHARS, DISPLAY_NAME_MAX_CHARS
from tui_forum.domain.text import clean_line
from tui_forum.domain.tree import depth_of, tree_path
from tui_forum.i18n import N_, _, language
from tui_forum.services.charters import found_community
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.imports import ImportRepository, ThreadGrowth
from tui_forum.storage.repositories.life import LifeRepository
from tui_forum.storage.repositories.writing import TAKEN
from tui_forum.storage.uow import UnitOfWork

ARCHIVE: Final = N_("The archive of {name}.")


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a post of the source is here; ``tree_path`` is what replies to it hang under."""

    thread_id: int
    number: int
    tree_path: bytes


@dataclass(frozen=True, slots=True)
class IncomingPost:
    """A post ready to be stored: clean Markdown, a date that can be.

    ``parts`` is its text, cut where it is longer than a post may be; the parts after the
    first become posts of their own that reply to it. ``parent`` is an external id that is
    placed already or comes earlier in the same batch.
    """

    external_id: str
    author_key: str
    author_name: str
    parts: tuple[str, ...]
    created_at: datetime
    edited_at: datetime | None = None
    parent: str = ""


@dataclass(frozen=True, slots=True)
class IncomingThread:
    """Posts of one thread, in their order; into the thread ``thread_id`` when it exists."""

    title: str
    posts: tuple[IncomingPost, ...]
    kind: ThreadKind = ThreadKind.DISCUSSION
    locked: bool = False
    pinned: bool = False
    accepted: str = ""
    thread_id: int | None = None
    #: Posts written earlier that some of ``posts`` reply to.
    placed: Mapping[str, Placed] = field(default_factory=dict)


@dataclass(slots=True)
class BatchResult:
    """What one transaction has added. ``thread_ids`` follow the threads of the batch."""

    thread_ids: list[int] = field(default_factory=list)
    placed: dict[str, Placed] = field(default_factory=dict)
    threads: int = 0
    posts: int = 0
    accounts: int = 0


class Imports:
    """Makes sinks: one per community and source."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sink(
        self,
        slug: str,
        source: str,
        *,
        account_source: str = "",
        name: str = "",
        purpose: Purpose = Purpose.PRACTICE,
    ) -> ImportSink:
        """A sink into the community ``slug``, which is opened when it does not exist.

        It then has the usual charter of its ``purpose``, to be changed by whoever hosts it.

        ``source`` tells ids of one archive from those of another, ``account_source`` likewise
        for author keys (mail addresses mean the same in every archive).

        Raises:
            InvalidInputError: the slug cannot be one, or is reserved.
        """
        slug = check_slug(slug)

        async def find_or_open(uow: UnitOfWork) -> int:
            repository = ImportRepository(uow.connection)
            known = await repository.community(slug)
            if known is not None:
                return known
            title = (clean_line(name) or slug)[:COMMUNITY_NAME_MAX_CHARS]
            statement = _(ARCHIVE).format(name=title)
            charter = default_charter(purpose, statement, uow.now.date(), languages=(language(),))
            return await found_community(uow, check_new_slug(slug), title, charter)

        try:
            community_id = await self._database.write(find_or_open)
        except InvalidInputError as error:
            if error.message != TAKEN:
                raise
            community_id = await self._database.write(find_or_open)  # another import was quicker
        return ImportSink(self._database, community_id, source, account_source or source)

    async def date_back(self, community_id: int, moment: datetime) -> None:
        """Let a community have been opened and joined at ``moment``: for demonstrations."""

        async def work(uow: UnitOfWork) -> None:
            await ImportRepository(uow.connection).date_back(community_id, moment)

        await self._database.write(work)


class ImportSink:
    """Takes batches of one source into one community."""

    def __init__(self, database: Database, community_id: int, source: str, account_source: str) -> None:
        self._database = database
        self._source = source
        self._account_source = account_source
        self.community_id = community_id

    async def known(self, external_ids: Iterable[str]) -> dict[str, Placed]:
        """Which external ids are here already, and where."""
        async with self._database.read() as connection:
            found = await ImportRepository(connection).posts(self._source, external_ids)
        return {name: Placed(row.thread_id, row.number, row.tree_path) for name, row in found.items()}

    async def adopt(self, accounts: Mapping[str, int]) -> None:
        """Let author keys be these accounts, instead of making unclaimed ones for them."""

        async def work(uow: UnitOfWork) -> None:
            repository = ImportRepository(uow.connection)
            known = await repository.accounts(self._account_source, accounts)
            fresh = {key: made for key, made in accounts.items() if key not in known}
            await repository.remember(self._account_source, "account", fresh.items())

        await self._database.write(work)

    async def write(self, threads: Sequence[IncomingThread]) -> BatchResult:
        """Write all of ``threads`` in one transaction; none of it when anything fails.

        Raises:
            ConflictError: the same archive is being imported by somebody else; nothing was written.
            StorageBusyError, StorageFullError, StorageFailedError: nothing was written.
        """

        async def work(uow: UnitOfWork) -> BatchResult:
            return await _Batch(self, ImportRepository(uow.connection), threads, uow.now).run(uow)

        return await self._database.write(work)

    @property
    def sources(self) -> tuple[str, str]:
        """The source of posts, and that of author keys."""
        return self._source, self._account_source


@dataclass(slots=True)
class _Growth:
    """What a batch adds to a thread; ``last`` and ``newest`` are indices of rows."""

    newest: int
    last: int = 0
    posts: int = 0
    accepted: int | None = None


class _Batch:
    """One transaction's worth of threads."""

    def __init__(
        self, sink: ImportSink, repository: ImportRepository, threads: Sequence[IncomingThread], now: datetime
    ) -> None:
        self._repository = repository
        self._threads = threads
        self._now = now
        self._community_id = sink.community_id
        self._source, self._account_source = sink.sources
        self._result = BatchResult()

    async def run(self, uow: UnitOfWork) -> BatchResult:
        """Accounts, threads, posts, then the counters and the event."""
        result = self._result
        accounts = await self._accounts()
        await self._open_threads(accounts)
        numbers = await self._repository.last_numbers(result.thread_ids)
        rows, names, growth = self._rows(accounts, numbers)
        ids = await self._repository.add_posts(rows)
        await self._repository.remember(
            self._source, "post", ((name, made) for name, made in zip(names, ids, strict=True) if name)
        )
        await self._repository.grow_threads(
            [
                ThreadGrowth(
                    thread_id,
                    grown.posts,
                    numbers[thread_id],
                    ids[grown.last],
                    rows[grown.newest]["created_at"],
                    rows[grown.newest]["author_id"],
                    grown.accepted,
                )
                for thread_id, grown in growth.items()
            ]
        )
        if rows:
            last = max(row["created_at"] for row in rows)
            await self._repository.grow_community(
                self._community_id, threads=result.threads, posts=len(rows), last=last
            )
            life = LifeRepository(uow.connection)
            await life.count_posts(
                self._community_id,
                ((row["author_id"], row["created_at"], row["number"] == 1) for row in rows),
            )
            await life.note_answers(
                (row["thread_id"], row["author_id"], row["created_at"]) for row in rows if row["number"] > 1
            )
            uow.record(EventKind.POSTS_IMPORTED, community_id=self._community_id, data={"posts": len(rows)})
        result.posts = sum(1 for name in names if name)
        return result

    async def _accounts(self) -> dict[str, int]:
        """The account of every author, made where there is none."""
        first: dict[str, IncomingPost] = {}
        for thread in self._threads:
            for post in thread.posts:
                first.setdefault(post.author_key, post)
        known = await self._repository.accounts(self._account_source, first)
        fresh = [post for key, post in first.items() if key not in known]
        handles = await self._handles(fresh)
        made = await self._repository.add_accounts(
            [
                {
                    "handle": handles[post.author_key],
                    "skeleton": skeleton(handles[post.author_key]),
                    "display_name": clean_line(post.author_name)[:DISPLAY_NAME_MAX_CHARS]
                    or handles[post.author_key],
                    "state": AccountState.UNCLAIMED.value,
                    "site_role": SiteRole.MEMBER.value,
                    "created_at": self._now,
                }
                for post in fresh
            ]
        )
        new = {post.author_key: made_id for post, made_id in zip(fresh, made, strict=True)}
        await self._repository.remember(self._account_source, "account", new.items())
        self._result.accounts = len(new)
        return known | new

    async def _handles(self, posts: Sequence[IncomingPost]) -> dict[str, str]:
        """A free handle for each author: the name, then with a number, then with digits of its key."""
        handles: dict[str, str] = {}
        used: set[str] = set()
        pending, attempt = list(posts), 0
        while pending:
            wanted = {post.author_key: _handle(post, attempt) for post in pending}
            taken = await self._repository.taken(skeleton(handle) for handle in wanted.values())
            again = []
            for post in pending:
                key = skeleton(wanted[post.author_key])
                if key in taken or key in used:
                    again.append(post)
                else:
                    used.add(key)
                    handles[post.author_key] = wanted[post.author_key]
            pending, attempt = again, attempt + 1
        return handles

    async def _open_threads(self, accounts: Mapping[str, int]) -> None:
        fresh = [thread for thread in self._threads if thread.thread_id is None]
        made = iter(
            await self._repository.add_threads(
                [
                    {
                        "community_id": self._community_id,
                        "author_id": accounts[thread.posts[0].author_key],
                        "kind": thread.kind.value,
                        "title": thread.title,
                        "created_at": thread.posts[0].created_at,
                        "pinned": thread.pinned,
                        "locked": thread.locked,
                        "last_post_at": thread.posts[0].created_at,
                        "last_author_id": accounts[thread.posts[0].author_key],
                    }
                    for thread in fresh
                ]
            )
        )
        self._result.threads = len(fresh)
        self._result.thread_ids = [
            next(made) if thread.thread_id is None else thread.thread_id for thread in self._threads
        ]

    def _rows(
        self, accounts: Mapping[str, int], numbers: dict[int, int]
    ) -> tuple[list[dict[str, Any]], list[str], dict[int, _Growth]]:
        """Rows for ``post``, the external id of each (empty for continuations), and what each
        thread grows by. Moves ``numbers`` on."""
        rows: list[dict[str, Any]] = []
        names: list[str] = []
        growth: dict[int, _Growth] = {}
        for thread, thread_id in zip(self._threads, self._result.thread_ids, strict=True):
            grown = growth.setdefault(thread_id, _Growth(newest=len(rows)))
            for post in thread.posts:
                parent = self._result.placed.get(post.parent) or thread.placed.get(post.parent)
                if parent is not None and parent.thread_id != thread_id:
                    parent = None  # References may cross threads; replies do not.
                for index, part in enumerate(post.parts):
                    numbers[thread_id] += 1
                    path = tree_path(parent.tree_path if parent else b"", numbers[thread_id])
                    placed = Placed(thread_id, numbers[thread_id], path)
                    if index == 0:
                        self._result.placed[post.external_id] = head = placed
                    names.append("" if index else post.external_id)
                    rows.append(
                        {
                            "thread_id": thread_id,
                            "number": placed.number,
                            "author_id": accounts[post.author_key],
                            "reply_to_number": parent.number if parent else None,
                            "depth": depth_of(path),
                            "tree_path": path,
                            "body": part,
                            "created_at": post.created_at,
                            "edited_at": post.edited_at,
                        }
                    )
                    parent = head
                    grown.posts += 1
                if thread.accepted == post.external_id:
                    grown.accepted = head.number
                grown.last = len(rows) - 1
                if post.created_at >= rows[grown.newest]["created_at"]:
                    grown.newest = grown.last
        return rows, names, growth


_NUMBERED: Final = 4


def _handle(post: IncomingPost, attempt: int) -> str:
    name = post.author_name
    if attempt >= _NUMBERED:
        digest = hashlib.sha256(post.author_key.encode()).hexdigest()
        name = f"{name[:20]} {int(digest[:12], 16) % 10 ** (attempt + 1)}"
    elif attempt:
        name = f"{name[:20]} {attempt + 1}"
    return handle_from_name(name, lambda _: False)
