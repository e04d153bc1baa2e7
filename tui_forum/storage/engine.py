"""The database: one writer per process, a few readers, and the border where errors change language.

SQLite rules (each measured or known, see docs/architecture.md):

- Write transactions are ``BEGIN IMMEDIATE`` on one connection that this process's writer owns,
  on a thread of its own. Callers await it shielded: a dropped line can never leave a write lock
  behind.
- Checkpoints run only under the lock that write transactions hold, across processes too (an
  ``flock`` on a file beside the database), because SQLite 3.7.0-3.51.2 can corrupt a WAL
  database when one connection commits during another's checkpoint. Readers are opened
  ``mode=ro``: they cannot checkpoint on close. The writer closes under the lock.
- Readers are in autocommit: a read transaction lasts one statement, so none can be held open
  while a person thinks.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

import structlog
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, StaticPool

from tui_forum.domain.errors import ConfigError, StorageBusyError, StorageFailedError
from tui_forum.i18n import N_
from tui_forum.storage.errors import BUSY, DRIVER_ERRORS, translate
from tui_forum.storage.onehop import use_one_hop
from tui_forum.storage.schema import bring_up_to_date
from tui_forum.storage.uow import UnitOfWork
from tui_forum.storage.writer import WriterThread

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
    from sqlalchemy.pool import ConnectionPoolEntry

T = TypeVar("T")
Work = Callable[[UnitOfWork], Awaitable[T]]

BUSY_TIMEOUT: Final = 5.0  # seconds a writer waits for another process
WAL_LIMIT: Final = 4 * 1024 * 1024  # bytes after which the log is folded into the database
READERS: Final = 3
WRITERS: Final = 4  # connections for writing (PostgreSQL; SQLite has one)
SHORT_WAIT: Final = 0.02  # seconds of waiting for its turn that change nothing of a write's patience
LATE_PATIENCE: Final = 0.05  # seconds for the lock, when a write has waited long for its turn already
ATTEMPTS: Final = 3  # when two nodes write the same at once (PostgreSQL)
#: unique_violation, deadlock_detected, serialization_failure: the same work again sees what the other did
_AGAIN: Final = {"23505", "40P01", "40001"}

log = structlog.get_logger(__name__)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Database(ABC):
    """Reads and writes for one process; made by :meth:`open`.

    ``on_commit`` is called (without arguments) after each commit that recorded events.
    """

    def __init__(self, reading: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._reading = reading
        self._clock = clock
        self._tasks: set[asyncio.Task[Any]] = set()
        self.on_commit: Callable[[], None] | None = None

    @staticmethod
    async def open(
        url: str,
        *,
        readers: int = READERS,
        clock: Callable[[], datetime] = _utc_now,
        busy_timeout: float = BUSY_TIMEOUT,
    ) -> Database:
        """Open ``url``, making or migrating the schema when needed.

        Raises:
            ConfigError: ``url`` is not one that can be used.
            SchemaTooNewError: a newer program wrote it.
            StorageBusyError, StorageFullError, StorageFailedError: it cannot be opened or migrated.
        """
        place = _place(url)
        database: Database
        if place.get_backend_name() == "sqlite":
            database = SqliteDatabase(place, readers, clock, busy_timeout)
        else:
            database = PostgresDatabase(place, readers, clock, busy_timeout)
        try:
            await database.prepare()
        except BaseException as error:
            with contextlib.suppress(*DRIVER_ERRORS):  # what went wrong first is what is told
                await database.close()
            if isinstance(error, DRIVER_ERRORS):
                found = translate(error)
                if isinstance(found, StorageFailedError):
                    why = error.orig if isinstance(error, DBAPIError) else error
                    found = StorageFailedError(N_("The database cannot be opened: {why}"), why=why)
                raise found from error
            raise
        return database

    @property
    @abstractmethod
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""

    @property
    def path(self) -> Path | None:
        """The database file, for SQLite."""
        return None

    @property
    def connections_in_use(self) -> int:
        """How many reading connections are checked out now."""
        pool = self._reading.pool
        assert isinstance(pool, AsyncAdaptedQueuePool)
        return pool.checkedout()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A reading connection.

        Raises:
            StorageBusyError, StorageFailedError: translated driver errors.
        """
        try:
            async with self._reading.connect() as connection:
                yield connection
        except (*DRIVER_ERRORS, NoConnectionError) as error:
            raise translate(error) from error

    async def write(self, work: Work[T]) -> T:
        """Run ``work`` in one transaction, commit, then let the events be known.

        ``work`` runs on a task of its own: cancelling the caller does not interrupt it. On SQLite
        it runs on the writer's loop: what it awaits is the unit of work and nothing of the caller's.

        Raises:
            StorageBusyError, StorageFullError, StorageFailedError: nothing was written.
            Whatever ``work`` raises: nothing was written.

        Where another node wrote the same meanwhile (PostgreSQL), ``work`` is called again.
        """
        task = asyncio.get_running_loop().create_task(self._run(work), name="write")
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return await asyncio.shield(task)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # a caller that went away will not ask; do not warn of it

    async def _run(self, work: Work[T]) -> T:
        try:
            result, told = await self._transaction(work)
        except (*DRIVER_ERRORS, NoConnectionError) as error:
            raise translate(error) from error
        if told and self.on_commit is not None:
            try:
                self.on_commit()
            except Exception:
                # It is committed: whoever wrote must not hear that it failed.
                log.exception("wake_up_failed")
        return result

    def now(self) -> datetime:
        """The moment by the clock that writes go by, in UTC."""
        return self._clock()

    async def drain(self) -> None:
        """Wait for writes that are under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Finish writes and close every connection."""
        await self.drain()
        await self._reading.dispose()

    @abstractmethod
    async def prepare(self) -> None:
        """Connect and bring the schema up to date."""

    @abstractmethod
    async def _transaction(self, work: Work[T]) -> tuple[T, bool]:
        """Run and commit ``work``; also whether it recorded events."""


def _place(url: str) -> URL:
    try:
        place = make_url(url)
    except ArgumentError as error:
        raise ConfigError(N_("The setting database_url is not the address of a database.")) from error
    if place.drivername == "postgresql":
        place = place.set(drivername="postgresql+asyncpg")
    if place.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise ConfigError(
            N_("The setting database_url names “{kind}”; known are postgresql and sqlite+aiosqlite."),
            kind=place.drivername,
        )
    return place


class FileLock:
    """An ``flock`` that is awaited without blocking the loop, and is fair between processes.

    Who waits for the lock holds the gate; who has just had the lock must pass the gate before it
    can have it again. Without the gate a busy process starves the others.
    """

    def __init__(self, path: Path) -> None:
        self._paths = (path.with_name(path.name + ".gate"), path)
        self._handles: tuple[int, int] | None = None

    async def acquire(self, timeout: float) -> None:  # noqa: ASYNC109 - polled: nothing to cancel
        """Wait for the lock.

        Raises:
            StorageBusyError: it was not to be had within ``timeout`` seconds.
        """
        if self._handles is None:
            self._handles = self._open()
        gate, lock = self._handles
        deadline = asyncio.get_running_loop().time() + timeout
        await self._take(gate, deadline)
        try:
            await self._take(lock, deadline)
        finally:
            fcntl.flock(gate, fcntl.LOCK_UN)

    def _open(self) -> tuple[int, int]:
        handles: list[int] = []
        try:
            for path in self._paths:
                handles.append(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))  # noqa: PERF401
        except OSError:
            for handle in handles:
                os.close(handle)
            raise
        return handles[0], handles[1]

    @staticmethod
    async def _take(handle: int, deadline: float) -> None:
        pause = 0.0005
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if asyncio.get_running_loop().time() > deadline:
                    raise StorageBusyError(BUSY) from None
                await asyncio.sleep(pause)
                pause = min(pause * 2, 0.01)
            else:
                return

    def release(self) -> None:
        """Let the next one in."""
        if self._handles is not None:
            fcntl.flock(self._handles[1], fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the files up."""
        if self._handles is not None:
            for handle in self._handles:
                os.close(handle)
            self._handles = None


def _keep_when_cancelled(context: ExceptionContext) -> None:
    """Close the cursor of a cancelled statement instead of throwing the connection away.

    SQLite keeps a closed connection alive while it has a cursor, and with it the read transaction:
    the log could not be folded in until Python's collector came by.
    """
    if isinstance(context.original_exception, asyncio.CancelledError):
        context.is_disconnect = False


class SqliteDatabase(Database):
    """SQLite in one file, several processes on one machine."""

    def __init__(self, place: URL, readers: int, clock: Callable[[], datetime], busy_timeout: float) -> None:
        if not place.database or place.database == ":memory:":
            raise ConfigError(N_("The setting database_url must name a file."))
        self._path = Path(place.database).absolute()
        self._patience = busy_timeout
        self._busy_ms = int(busy_timeout * 1000)
        read_only = f"file:{quote(str(self._path))}"
        super().__init__(
            create_async_engine(
                URL.create(place.drivername, database=read_only, query={"mode": "ro", "uri": "true"}),
                poolclass=AsyncAdaptedQueuePool,
                pool_size=readers,
                max_overflow=0,
                pool_reset_on_return=None,
                isolation_level="AUTOCOMMIT",
            ),
            clock,
        )
        self._writing = create_async_engine(
            URL.create(place.drivername, database=str(self._path)),
            poolclass=StaticPool,
            pool_reset_on_return=None,
            isolation_level="AUTOCOMMIT",
        )
        for engine in (self._reading, self._writing):
            use_one_hop(engine)
            event.listen(engine.sync_engine, "handle_error", _keep_when_cancelled)
        event.listen(self._reading.sync_engine, "connect", self._prepare_reader)
        event.listen(self._writing.sync_engine, "connect", self._prepare_writer)
        self._turn = asyncio.Lock()  # of the writer's loop, like all that follows ``_writing``
        self._writer = WriterThread()
        self._lock = FileLock(self._path.with_name(self._path.name + ".lock"))
        self._wal = self._path.with_name(self._path.name + "-wal")
        self._next_checkpoint = WAL_LIMIT

    @property
    def dialect(self) -> str:
        """``sqlite``."""
        return "sqlite"

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    def _prepare_reader(self, connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={self._busy_ms}")
        cursor.execute("PRAGMA query_only=1")
        cursor.execute("PRAGMA wal_autocheckpoint=0")
        cursor.execute("PRAGMA mmap_size=0")
        cursor.close()

    def _prepare_writer(self, connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={self._busy_ms}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA wal_autocheckpoint=0")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=1")
        cursor.execute("PRAGMA mmap_size=0")
        cursor.close()

    async def prepare(self) -> None:
        await self._writer.run(self._prepare())

    async def _prepare(self) -> None:
        await self._lock.acquire(self._patience)
        try:
            async with self._writing.connect() as connection:
                await bring_up_to_date(connection, self._begin, self._commit, self._rollback)
        finally:
            self._lock.release()

    @staticmethod
    async def _begin(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("BEGIN IMMEDIATE")

    @staticmethod
    async def _commit(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("COMMIT")

    @staticmethod
    async def _rollback(connection: AsyncConnection) -> None:
        raw = (await connection.get_raw_connection()).driver_connection
        # SQLite may have rolled back by itself (disk full); then there is nothing to end.
        if raw is None or not raw.in_transaction:
            return
        try:
            await connection.exec_driver_sql("ROLLBACK")
        except DBAPIError:
            await connection.invalidate()  # the next write begins on a new connection

    async def _transaction(self, work: Work[T]) -> tuple[T, bool]:
        return await self._writer.run(self._transact(work))

    async def _transact(self, work: Work[T]) -> tuple[T, bool]:
        asked = time.monotonic()
        async with self._turn:
            # When the lock cannot be had, those who wait behind must not each wait as long again.
            waited = time.monotonic() - asked
            patience = self._patience
            if waited > SHORT_WAIT:
                patience = max(LATE_PATIENCE, patience - waited)
            await self._lock.acquire(patience)
            try:
                async with self._writing.connect() as connection:
                    await self._begin_within(connection, patience)
                    try:
                        uow = UnitOfWork(connection, self._clock())
                        result = await work(uow)
                        await uow.flush()
                        await self._commit(connection)
                    except BaseException:
                        await self._rollback(connection)
                        raise
                    await self._checkpoint_if_large(connection)
            finally:
                self._lock.release()
        return result, uow.has_events

    async def _begin_within(self, connection: AsyncConnection, patience: float) -> None:
        """Begin; somebody who does not know our lock file (a backup) may be in the way."""
        if patience == self._patience:
            await self._begin(connection)
            return
        await connection.exec_driver_sql(f"PRAGMA busy_timeout={int(patience * 1000)}")
        try:
            await self._begin(connection)
        finally:
            await connection.exec_driver_sql(f"PRAGMA busy_timeout={self._busy_ms}")

    async def _checkpoint_if_large(self, connection: AsyncConnection) -> None:
        """Fold the log in when it has grown; a busy reader only puts it off."""
        try:
            size = self._wal.stat().st_size
        except OSError:
            return
        if size < self._next_checkpoint:
            return
        busy = True
        # The commit stands; a full disk is met again, and told, by the next write.
        with contextlib.suppress(DBAPIError):
            await connection.exec_driver_sql("PRAGMA busy_timeout=50")
            try:
                busy = bool((await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0])
            finally:
                await connection.exec_driver_sql(f"PRAGMA busy_timeout={self._busy_ms}")
        self._next_checkpoint = size + WAL_LIMIT if busy else WAL_LIMIT

    async def close(self) -> None:
        """Finish writes; close readers first, then the writer under the lock."""
        await super().close()
        await self._writer.run(self._close_writer())
        self._writer.close()

    async def _close_writer(self) -> None:
        async with self._turn:
            held = True
            try:
                await self._lock.acquire(self._patience)
            except (StorageBusyError, OSError):
                held = False  # somebody else has it open: then closing is no checkpoint
            try:
                await self._writing.dispose()
            finally:
                if held:
                    self._lock.release()
                self._lock.close()


class PostgresDatabase(Database):
    """PostgreSQL: several nodes on one database. Write transactions come from a pool."""

    def __init__(self, place: URL, readers: int, clock: Callable[[], datetime], busy_timeout: float) -> None:
        super().__init__(
            create_async_engine(
                place, pool_size=readers, max_overflow=0, isolation_level="AUTOCOMMIT", pool_pre_ping=True
            ),
            clock,
        )
        self.place = place
        self._writing = create_async_engine(
            place,
            pool_size=WRITERS,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"server_settings": {"lock_timeout": str(int(busy_timeout * 1000))}},
        )

    @property
    def dialect(self) -> str:
        """``postgresql``."""
        return "postgresql"

    async def prepare(self) -> None:
        async def begin(connection: AsyncConnection) -> None:
            # Two nodes that start at once migrate one after the other, however long that takes.
            await connection.execute(text("SET LOCAL lock_timeout = 0"))
            await connection.execute(text("SELECT pg_advisory_xact_lock(7463826)"))

        async with self._writing.connect() as connection:
            await bring_up_to_date(connection, begin, lambda c: c.commit(), lambda c: c.rollback())

    async def _transaction(self, work: Work[T]) -> tuple[T, bool]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._attempt(work)
            except DBAPIError as error:
                if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in _AGAIN:
                    raise
        raise AssertionError

    async def _attempt(self, work: Work[T]) -> tuple[T, bool]:
        async with self._writing.connect() as connection, connection.begin():
            uow = UnitOfWork(connection, self._clock())
            result = await work(uow)
            await uow.flush()
        return result, uow.has_events

    async def close(self) -> None:
        """Finish writes and close both pools."""
        await super().close()
        await self._writing.dispose()
