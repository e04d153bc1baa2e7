"""The database: one writer per process, a few readers, and the border where errors change language.

SQLite rules (each measured or known, see docs/architecture.md):

- Write transactions are ``BEGIN IMMEDIATE`` on one connection that this process's writer owns.
  Work runs on a task of its own and callers await it shielded: a dropped line can never leave
  a write lock behind.
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
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, StaticPool

from tui_forum.domain.errors import StorageBusyError
from tui_forum.storage.errors import BUSY, translate
from tui_forum.storage.schema import bring_up_to_date
from tui_forum.storage.uow import UnitOfWork

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

T = TypeVar("T")
Work = Callable[[UnitOfWork], Awaitable[T]]

BUSY_TIMEOUT: Final = 5.0  # seconds a writer waits for another process
WAL_LIMIT: Final = 4 * 1024 * 1024  # bytes after which the log is folded into the database
READERS: Final = 3


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
            SchemaTooNewError: a newer program wrote it.
            StorageBusyError, StorageFullError, StorageFailedError: it cannot be opened or migrated.
        """
        kind = make_url(url).get_backend_name()
        database: Database
        if kind == "sqlite":
            database = SqliteDatabase(url, readers, clock, busy_timeout)
        else:
            database = PostgresDatabase(url, readers, clock)
        try:
            await database.prepare()
        except BaseException as error:
            await database.close()
            if isinstance(error, (DBAPIError, OSError)):
                raise translate(error) from error
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
        except DBAPIError as error:
            raise translate(error) from error

    async def write(self, work: Work[T]) -> T:
        """Run ``work`` in one transaction, commit, then let the events be known.

        ``work`` runs on a task of its own: cancelling the caller does not interrupt it.

        Raises:
            StorageBusyError, StorageFullError, StorageFailedError: nothing was written.
            Whatever ``work`` raises: nothing was written.
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
        except IntegrityError:
            raise
        except (DBAPIError, OSError) as error:
            raise translate(error) from error
        if told and self.on_commit is not None:
            self.on_commit()
        return result

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

    async def signal(self) -> None:
        """Wake the tails of other processes after a commit (see ``storage.tail``)."""
        return


class FileLock:
    """An ``flock`` that is awaited without blocking the loop."""

    def __init__(self, path: Path, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._handle: int | None = None

    async def acquire(self) -> None:
        """Wait for the lock.

        Raises:
            StorageBusyError: somebody else held it for ``timeout`` seconds.
        """
        if self._handle is None:
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout
        pause = 0.001
        while True:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if loop.time() > deadline:
                    raise StorageBusyError(BUSY) from None
                await asyncio.sleep(pause)
                pause = min(pause * 2, 0.02)
            else:
                return

    def release(self) -> None:
        """Let the next one in."""
        if self._handle is not None:
            fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the file up."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class SqliteDatabase(Database):
    """SQLite in one file, several processes on one machine."""

    def __init__(self, url: str, readers: int, clock: Callable[[], datetime], busy_timeout: float) -> None:
        name = make_url(url).database
        if not name or name == ":memory:":
            raise ValueError("the SQLite database must be a file")
        self._path = Path(name).absolute()
        self._busy_ms = int(busy_timeout * 1000)
        quoted = str(self._path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        super().__init__(
            create_async_engine(
                f"sqlite+aiosqlite:///file:{quoted}?mode=ro&uri=true",
                poolclass=AsyncAdaptedQueuePool,
                pool_size=readers,
                max_overflow=0,
                pool_reset_on_return=None,
                isolation_level="AUTOCOMMIT",
            ),
            clock,
        )
        self._writing = create_async_engine(
            f"sqlite+aiosqlite:///{self._path}",
            poolclass=StaticPool,
            pool_reset_on_return=None,
            isolation_level="AUTOCOMMIT",
        )
        event.listen(self._reading.sync_engine, "connect", self._prepare_reader)
        event.listen(self._writing.sync_engine, "connect", self._prepare_writer)
        self._turn = asyncio.Lock()
        self._lock = FileLock(self._path.with_name(self._path.name + ".lock"), busy_timeout)
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
        await self._lock.acquire()
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
        # SQLite may have rolled back by itself (disk full); then there is nothing to end.
        with contextlib.suppress(DBAPIError):
            await connection.exec_driver_sql("ROLLBACK")

    async def _transaction(self, work: Work[T]) -> tuple[T, bool]:
        async with self._turn:
            await self._lock.acquire()
            try:
                async with self._writing.connect() as connection:
                    await self._begin(connection)
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

    async def _checkpoint_if_large(self, connection: AsyncConnection) -> None:
        """Fold the log in when it has grown; a busy reader only puts it off."""
        try:
            size = self._wal.stat().st_size
        except OSError:
            return
        if size < self._next_checkpoint:
            return
        try:
            await connection.exec_driver_sql("PRAGMA busy_timeout=50")
            row = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
            await connection.exec_driver_sql(f"PRAGMA busy_timeout={self._busy_ms}")
        except DBAPIError:
            # The commit stands; a full disk is met again, and told, by the next write.
            self._next_checkpoint = size + WAL_LIMIT
            return
        self._next_checkpoint = size + WAL_LIMIT if row[0] else WAL_LIMIT

    async def close(self) -> None:
        """Finish writes; close readers first, then the writer under the lock."""
        await super().close()
        held = True
        try:
            await self._lock.acquire()
        except (StorageBusyError, OSError):
            held = False
        try:
            await self._writing.dispose()
        finally:
            if held:
                self._lock.release()
            self._lock.close()


class PostgresDatabase(Database):
    """PostgreSQL: several nodes on one database. Write transactions come from a pool."""

    def __init__(self, url: str, readers: int, clock: Callable[[], datetime]) -> None:
        super().__init__(
            create_async_engine(
                url, pool_size=readers, max_overflow=0, isolation_level="AUTOCOMMIT", pool_pre_ping=True
            ),
            clock,
        )
        self.url = url
        self._writing = create_async_engine(url, pool_size=4, max_overflow=0, pool_pre_ping=True)

    @property
    def dialect(self) -> str:
        """``postgresql``."""
        return "postgresql"

    async def prepare(self) -> None:
        async def begin(connection: AsyncConnection) -> None:
            # Two nodes that start at once migrate one after the other.
            await connection.execute(text("SELECT pg_advisory_xact_lock(7463826)"))

        async with self._writing.connect() as connection:
            await bring_up_to_date(connection, begin, lambda c: c.commit(), lambda c: c.rollback())

    async def _transaction(self, work: Work[T]) -> tuple[T, bool]:
        async with self._writing.connect() as connection, connection.begin():
            uow = UnitOfWork(connection, self._clock())
            result = await work(uow)
            await uow.flush()
        return result, uow.has_events

    async def close(self) -> None:
        """Finish writes and close both pools."""
        await super().close()
        await self._writing.dispose()
