"""The tail of the event log: what was committed, in order, in this process or another.

One per process. It sleeps until it is woken: in-process by the database after a commit, across
processes by a datagram on a UNIX socket beside the SQLite file (every process binds one, every
commit sends to all), or by ``LISTEN/NOTIFY`` on PostgreSQL. Where a socket cannot be bound it
looks every ``POLL`` seconds instead, and so it does while PostgreSQL cannot be reached.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy import Row, func, select
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.events import Event, EventKind
from tui_forum.storage import models
from tui_forum.storage.engine import Database, PostgresDatabase

POLL: Final = 0.5  # seconds, only where nothing can wake us
BATCH: Final = 500
_CLOSE_SECONDS: Final = 5.0
_PREFIX: Final = ".wake-"
_ADDRESS_BYTES: Final = 100

#: A newer program on the same database may write kinds that this one does not know.
_KINDS: Final = frozenset(EventKind)

log = structlog.get_logger(__name__)


class SocketSignal:
    """Datagrams between the processes that have one SQLite file open."""

    def __init__(self, folder: Path, wake: Callable[[], None]) -> None:
        self._folder = folder
        self._wake = wake
        self._path = folder / f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
        self._socket: socket.socket | None = None
        self._folder_handle: int | None = None

    def open(self) -> bool:
        """Bind; False where it cannot be done (no such sockets here)."""
        line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        line.setblocking(False)
        try:
            self._folder_handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            line.bind(self._address(self._path))
            self._path.chmod(0o600)
        except OSError:
            line.close()
            self._close_folder()
            return False
        self._socket = line
        asyncio.get_running_loop().add_reader(line, self._received)
        return True

    def _address(self, path: Path) -> str:
        """The address of a socket: its path, or a shorter way to it (an address has 107 bytes)."""
        if len(os.fsencode(path)) <= _ADDRESS_BYTES:
            return str(path)
        return f"/proc/self/fd/{self._folder_handle}/{path.name}"

    def _close_folder(self) -> None:
        if self._folder_handle is not None:
            os.close(self._folder_handle)
            self._folder_handle = None

    def _received(self) -> None:
        assert self._socket is not None
        with contextlib.suppress(BlockingIOError):
            while self._socket.recv(16):
                pass
        self._wake()

    def send(self) -> None:
        """Wake the others; a socket whose process is gone is removed."""
        if self._socket is None:
            return
        for path in self._folder.glob(f"{_PREFIX}*"):
            if path == self._path:
                continue
            try:
                self._socket.sendto(b"!", self._address(path))
            except (ConnectionRefusedError, FileNotFoundError):
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
            except OSError:
                continue  # its buffer is full: it has been woken already

    def close(self) -> None:
        """Stop listening."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
            self._path.unlink(missing_ok=True)
        self._close_folder()


class NotifySignal:
    """PostgreSQL's LISTEN: the transaction that records an event notifies (see ``uow``)."""

    def __init__(self, place: URL, wake: Callable[[], None]) -> None:
        self._url = place.set(drivername="postgresql").render_as_string(hide_password=False)
        self._wake = wake
        self._connection: Any = None

    @property
    def listening(self) -> bool:
        """Whether the connection stands."""
        return self._connection is not None and not self._connection.is_closed()

    async def open(self) -> bool:
        """Listen on a connection of its own; False when there is none to be had now."""
        import asyncpg

        try:
            self._connection = await asyncpg.connect(self._url)
            await self._connection.add_listener("tui_forum_event", lambda *_: self._wake())
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        self._connection.add_termination_listener(lambda _: self._wake())
        return True

    async def close(self) -> None:
        """Stop listening."""
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close(timeout=_CLOSE_SECONDS)


class EventTail:
    """Reads events past the last one seen and hands each to ``publish``."""

    def __init__(self, database: Database, publish: Callable[[Event], None]) -> None:
        self._database = database
        self._publish = publish
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._socket: SocketSignal | None = None
        self._notify: NotifySignal | None = None
        self._last = 0

    async def start(self) -> None:
        """Begin after the newest event there is."""
        # Listen first: what is committed between the two is heard of.
        if self._database.path is not None:
            self._socket = SocketSignal(self._database.path.parent, self._woken.set)
            if not self._socket.open():
                self._socket = None
        elif isinstance(self._database, PostgresDatabase):
            self._notify = NotifySignal(self._database.place, self._woken.set)
            await self._notify.open()
        self._database.on_commit = self._committed
        async with self._database.read() as connection:
            self._last = (await connection.execute(select(func.max(models.Event.id)))).scalar() or 0
        self._task = asyncio.create_task(self._run(), name="event tail")

    def _committed(self) -> None:
        self._woken.set()
        if self._socket is not None:
            self._socket.send()

    async def _run(self) -> None:
        while True:
            hears = self._socket is not None or (self._notify is not None and self._notify.listening)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if hears else POLL):
                    await self._woken.wait()
            self._woken.clear()
            try:
                if self._notify is not None and not self._notify.listening:
                    await self._notify.open()
                async for event in self._fresh():
                    self._publish(event)
            except Exception as error:  # one event must not make all screens deaf
                log.warning("event_tail_failed", error=str(error))
                await asyncio.sleep(1)
                self._woken.set()

    async def _fresh(self) -> AsyncIterator[Event]:
        while True:
            async with self._database.read() as connection:
                rows = await _rows_after(connection, self._last)
            for row in rows:
                self._last = row[0]
                if row[1] in _KINDS:
                    yield Event(row[0], EventKind(row[1]), *row[2:])
            if len(rows) < BATCH:
                return

    async def stop(self) -> None:
        """Stop reading and listening."""
        self._database.on_commit = None
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._socket is not None:
            self._socket.close()
        if self._notify is not None:
            await self._notify.close()


async def _rows_after(connection: AsyncConnection, last: int) -> Sequence[Row[*tuple[Any, ...]]]:
    table = models.Event
    rows = await connection.execute(
        select(
            table.id, table.kind, table.created_at, table.actor_id, table.community_id,
            table.thread_id, table.post_id, table.account_id, table.data,
        ).where(table.id > last).order_by(table.id).limit(BATCH)
    )  # fmt: skip
    return rows.all()
