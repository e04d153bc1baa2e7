"""What a session costs: ``python -m tests.benchmarks.sessions [--data DIR]``.

Real asyncssh clients over loopback against a real server process that holds 44,000 imported
newsgroup messages. The clients run in a process of their own, which is this one. Every line of
the table begins with a server of its own on a fresh copy of the data: nobody has read anything.
For each number of sessions and each terminal size it prints

- ``first``: from TCP connect to the last byte of the first complete screen, one session at a
  time (ms); the client's half of the handshake is part of it,
- ``key``: from the key's sending to the last byte of the repaint, every session pressing one
  key each ``--interval`` seconds, each at another one of the keys (ms); measured from when the last
  session has begun to when the first one ends,
- ``bytes/key`` as they leave on the channel, ``cpu/key``: the server process's CPU, user and
  system (ms), ``wait/key``: how long the server was ready to run but the machine was busy with
  something else (ms): what a disturbed run is recognised by,
- ``PSS/session``: growth of the server's proportional set size per further session (MiB),
- ``idle``: the server's CPU while nobody presses anything (% of a core),
- ``live``: somebody else, in another process, answers in a thread that is in everybody's list: from
  the commit to the last byte of each session's repaint (ms), nobody pressing a key,
- ``beside``: from a key to the *first* byte after it, p99, while such answers come every two seconds
  (ms; the last byte may be that of another's answer).

The keys: down and up in the thread list (8), open a thread (each session another one, of at
least ``LONG_THREAD`` posts), down and up in it (8), back to the list, back home, and open the
community again. A repaint's last byte is the last before a silence of ``QUIET`` seconds; a key
after which nothing comes within three seconds is a failure.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import random
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

import asyncssh

from tests.benchmarks.world import SLUG, Account, prepare_world
from tui_forum.bootstrap import open_forum
from tui_forum.config import load_settings
from tui_forum.domain.entities import Actor
from tui_forum.services.forum import Forum

QUIET = 0.06
SIZES = ((80, 24), (120, 40))
COUNTS = (1, 10, 50, 200)
MARKER = b"comp.lang.cobol"  # the home screen is there when the community's name is
#: What one presses, from the thread list back to it. Each key changes the screen.
KEYS = "jjkkjjkk\rjjjjkkkkqq\r"
LIST_KEYS = "jjkkjjkk"
ANSWERS = 3  # that others write while nobody presses a key
LONG_THREAD = 10  # posts that make sure that each of these keys does
THREADS = 12  # how many different threads are opened
GETTING_READY = 0.05  # seconds between the sessions when they go to where they are measured


@dataclass
class Row:
    """One line of the table; times in ms, memory in MiB, CPU in ms or %."""

    size: str
    sessions: int
    first_p50: float
    first_p95: float
    key_p50: float
    key_p95: float
    key_p99: float
    bytes_per_key: float
    cpu_ms_per_key: float
    wait_ms_per_key: float
    pss_mib_per_session: float
    idle_cpu_percent: float
    live_p50: float
    live_p95: float
    beside_p99: float
    failures: int


class Client(asyncssh.SSHClientSession[bytes]):
    """A terminal: counts bytes and notes when the last one came."""

    def __init__(self) -> None:
        self.received = 0
        self.last_byte = 0.0
        self.first_byte = 0.0
        self.seen = bytearray()
        self.closed = False
        self.channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._something = asyncio.Event()

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """Keep the channel."""
        self.channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Count and remember."""
        self.received += len(data)
        self.last_byte = time.perf_counter()
        self.first_byte = self.first_byte or self.last_byte
        if len(self.seen) < 200_000:
            self.seen += data
        self._something.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the server hung up."""
        self.closed = True
        self._something.set()

    def press(self, keys: str) -> float:
        """Send ``keys``; the time when."""
        assert self.channel is not None
        self._something.clear()
        self.first_byte = 0.0
        begun = time.perf_counter()
        self.channel.write(keys.encode())
        return begun

    async def quiet(self, since: float, limit: float = 15.0) -> float | None:
        """Seconds from ``since`` to the last byte before a silence; None if nothing ever came."""
        while not self.closed:
            left = since + limit - time.perf_counter()
            if self.last_byte <= since:
                try:
                    async with asyncio.timeout(left):
                        await self._something.wait()
                except TimeoutError:
                    return None
                self._something.clear()
                continue
            silence = time.perf_counter() - self.last_byte
            if silence > QUIET:
                return self.last_byte - since
            if left < 0:
                return None
            await asyncio.sleep(QUIET - silence + 0.001)
        return None

    async def see(self, text: bytes, limit: float = 30.0) -> None:
        """Wait until ``text`` has come."""
        async with asyncio.timeout(limit):
            while text not in self.seen:
                if self.closed:
                    raise RuntimeError(f"hung up after {bytes(self.seen[-200:])!r}")
                self._something.clear()
                await self._something.wait()


@dataclass
class Session:
    """An open connection with its terminal."""

    connection: asyncssh.SSHClientConnection
    client: Client
    first: float
    keys: list[float] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    failures: int = 0


async def connect(port: int, account: Account, size: tuple[int, int], marker: bytes) -> Session:
    """Log in and wait for the first complete screen."""
    start = time.perf_counter()
    connection = await asyncssh.connect(
        "127.0.0.1",
        port,
        username=account.handle,
        client_keys=[account.key],
        known_hosts=None,
        config=None,
        agent_path=None,
        keepalive_interval=0,
    )
    _, session = await connection.create_session(
        Client, term_type="xterm-256color", term_size=size, encoding=None, env={"COLORTERM": "truecolor"}
    )
    client = cast("Client", session)
    await client.see(marker)
    first = await client.quiet(start)
    if first is None:
        raise RuntimeError("the first screen never settled")
    return Session(connection, client, first * 1000)


async def press(session: Session, keys: str, phase: float, interval: float) -> None:
    """Press a key each ``interval`` seconds (or when the one before is done), measuring each repaint."""
    await asyncio.sleep(phase)
    for key in keys:
        begun = session.client.press(key)
        took = await session.client.quiet(begun, limit=3.0)
        if took is None:
            session.failures += 1
        else:
            session.keys.append(took * 1000)
            session.begun.append(begun)
            session.answered.append((session.client.first_byte - begun) * 1000)
        await asyncio.sleep(max(0.0, interval - (time.perf_counter() - begun)))


async def go_to_row(session: Session, row: int, phase: float, *, from_home: bool) -> None:
    """Not measured: into the community's list, and down to a row."""
    await asyncio.sleep(phase)
    for keys in ("\r" if from_home else "", "j" * row):
        if keys:
            await session.client.quiet(session.client.press(keys))


def long_threads(database: Path) -> list[int]:
    """Rows of the thread list where threads of at least ``LONG_THREAD`` posts are."""
    with contextlib.closing(sqlite3.connect(database)) as line:
        counts = line.execute(
            "select reply_count + 1 from thread join community on community.id = community_id"
            " where slug = ? order by pinned desc, thread.last_post_at desc, thread.id desc limit 200",
            (SLUG,),
        )
        rows = [row for row, (posts,) in enumerate(counts) if posts >= LONG_THREAD]
    return rows[:THREADS]


async def answer(forum: Forum, poster: Actor) -> float:
    """Write a post into the topmost thread; the time when it was committed."""
    community = await forum.communities.community(poster, SLUG)
    page = await forum.threads.page(poster, community.community_id)
    await forum.posts.reply(poster, page.rows[0].thread_id, "Another answer.\n\nWith two paragraphs.")
    return time.perf_counter()


async def live(sessions: list[Session], forum: Forum, poster: Actor) -> list[float]:
    """How long (ms) each session takes to show what others write."""
    found: list[float] = []
    for _answer in range(ANSWERS):
        await asyncio.sleep(1)
        committed = await answer(forum, poster)
        took = await asyncio.gather(*(session.client.quiet(committed) for session in sessions))
        found += [seconds * 1000 for seconds in took if seconds is not None]
    return found


async def beside(
    sessions: list[Session], forum: Forum, poster: Actor, options: argparse.Namespace
) -> list[float]:
    """Key times (ms) in the list while others write."""

    async def write() -> None:
        while True:
            await answer(forum, poster)
            await asyncio.sleep(2)

    for session in sessions:
        session.answered.clear()
    writing = asyncio.create_task(write())
    try:
        await asyncio.gather(
            *(press(s, LIST_KEYS, random.random() * options.interval, options.interval) for s in sessions)
        )
    finally:
        writing.cancel()
    return [value for session in sessions for value in session.answered]


def pss_mib(pid: int) -> float:
    """Proportional set size of a process, MiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no Pss line")


def cpu_seconds(pid: int) -> float:
    """User and system CPU of a process, seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_seconds(pid: int) -> float:
    """How long a process's main thread has waited for a core, seconds."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


def quantile(values: list[float], q: float) -> float:
    """The q-quantile of ``values``; nan for none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def start_server(data: Path, port: int, sessions: int) -> subprocess.Popen[bytes]:
    """The program as installed, with its per-address limits raised: all clients are one address here."""
    limits = {
        "TUI_FORUM_LIMITS__MAX_STARTUPS": "1000:30:2000",
        "TUI_FORUM_LIMITS__SESSIONS_PER_ADDRESS": str(sessions + 10),
        "TUI_FORUM_LIMITS__SESSIONS_PER_ACCOUNT": str(sessions + 10),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "tui_forum", "serve", "--data", str(data), "--listen", f"127.0.0.1:{port}"],
        env={**os.environ, **limits},
        stdout=subprocess.DEVNULL,
        stderr=(data / "server.log").open("wb"),
    )
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return server
        if server.poll() is not None:
            raise RuntimeError((data / "server.log").read_text())
        await asyncio.sleep(0.1)
    raise RuntimeError("the server does not listen")


def fresh_copy(prepared: Path, folder: Path) -> Path:
    """The prepared data as it was, for one line of the table."""
    shutil.copytree(prepared, folder, ignore=shutil.ignore_patterns(".wake-*", "keys"))
    return folder


async def measure(
    data: Path, accounts: list[Account], size: tuple[int, int], count: int, options: argparse.Namespace
) -> Row:
    """One line of the table, on a server of its own."""
    port = free_port()
    targets = long_threads(data / "forum.db")
    server = await start_server(data, port, count)
    sessions: list[Session] = []
    try:
        warm = await connect(port, accounts[0], size, MARKER)
        warm.connection.close()
        await warm.connection.wait_closed()
        sessions.append(await connect(port, accounts[0], size, MARKER))
        base = pss_mib(server.pid)
        sessions.extend([await connect(port, account, size, MARKER) for account in accounts[1:count]])
        grown = (pss_mib(server.pid) - base) / (count - 1) if count > 1 else float("nan")
        # A round takes as many intervals as it has keys; one session needs some to have figures.
        rounds = 3 if count == 1 else 1
        cpu = wait = 0.0
        sent = 0
        everything: list[float] = []
        for round_ in range(rounds):
            rows = [targets[(index + round_) % len(targets)] for index in range(count)]
            await asyncio.gather(
                *(
                    go_to_row(session, row, index * GETTING_READY, from_home=not round_)
                    for index, (session, row) in enumerate(zip(sessions, rows, strict=True))
                )
            )
            await asyncio.sleep(1)
            # Twice the keys, begun anywhere in the first time through: all are at work in the second.
            length = len(options.keys) * options.interval
            pressing = asyncio.gather(
                *(press(s, options.keys * 2, random.random() * length, options.interval) for s in sessions)
            )
            await asyncio.sleep(length)
            since, before = time.perf_counter(), (cpu_seconds(server.pid), wait_seconds(server.pid))
            bytes_before = sum(session.client.received for session in sessions)
            await asyncio.sleep(length)
            until = time.perf_counter()
            cpu += cpu_seconds(server.pid) - before[0]
            wait += wait_seconds(server.pid) - before[1]
            sent += sum(session.client.received for session in sessions) - bytes_before
            await pressing
            everything += [
                took
                for session in sessions
                for took, begun in zip(session.keys, session.begun, strict=True)
                if since <= begun < until
            ]
        pressed = len(everything)
        await asyncio.sleep(2)
        begun, moment = cpu_seconds(server.pid), time.perf_counter()
        await asyncio.sleep(options.idle)
        idle = (cpu_seconds(server.pid) - begun) / (time.perf_counter() - moment) * 100
        failures = sum(session.failures for session in sessions)
        forum = await open_forum(load_settings(data_dir=data))
        try:
            poster = await forum.accounts.actor_by_handle(accounts[-1].handle)
            shown = await live(sessions, forum, poster)
            meanwhile = await beside(sessions, forum, poster, options)
        finally:
            await forum.close()
        firsts = [session.first for session in sessions]
        return Row(
            size=f"{size[0]}×{size[1]}",
            sessions=count,
            first_p50=statistics.median(firsts),
            first_p95=quantile(firsts, 0.95),
            key_p50=quantile(everything, 0.5),
            key_p95=quantile(everything, 0.95),
            key_p99=quantile(everything, 0.99),
            bytes_per_key=sent / pressed,
            cpu_ms_per_key=cpu * 1000 / pressed,
            wait_ms_per_key=wait * 1000 / pressed,
            pss_mib_per_session=grown,
            idle_cpu_percent=idle,
            live_p50=quantile(shown, 0.5),
            live_p95=quantile(shown, 0.95),
            beside_p99=quantile(meanwhile, 0.99),
            failures=failures,
        )
    finally:
        for session in sessions:
            session.connection.close()
        await asyncio.gather(*(s.connection.wait_closed() for s in sessions), return_exceptions=True)
        server.terminate()
        server.wait(timeout=60)


def print_table(rows: list[Row]) -> None:
    """The rows as an aligned table."""
    titles = (
        "size", "sessions", "first p50", "first p95", "key p50", "key p95", "key p99",
        "bytes/key", "cpu/key", "wait/key", "PSS/session", "idle %", "live p50", "live p95", "beside p99",
        "failures",
    )  # fmt: skip
    cells = [
        tuple(f"{value:.2f}" if isinstance(value, float) else str(value) for value in asdict(row).values())
        for row in rows
    ]
    lines = [titles, *cells]
    widths = [max(len(line[i]) for line in lines) for i in range(len(titles))]
    for line in lines:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))


async def run(options: argparse.Namespace) -> None:
    """Prepare the data once, measure every combination, print and write JSON."""
    counts = [int(part) for part in options.counts.split(",")]
    sizes = [tuple(map(int, part.split("x"))) for part in options.sizes.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        prepared = Path(options.data or Path(scratch) / "prepared")
        accounts = await prepare_world(prepared, max(counts) + 1)  # one of them writes to the others
        rows: list[Row] = []
        for width, height in sizes:
            for count in counts:
                data = fresh_copy(prepared, Path(scratch) / f"{width}x{height}-{count}")
                rows.append(await measure(data, accounts, (width, height), count, options))
                shutil.rmtree(data)
                print_table(rows[-1:])
    print()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, a key each "
          f"{options.interval} s")  # fmt: skip
    print_table(rows)
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(row) for row in rows], indent=1))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", help="keep the prepared data folder here and use it again")
    parser.add_argument("--counts", default=",".join(map(str, COUNTS)))
    parser.add_argument("--sizes", default=",".join(f"{w}x{h}" for w, h in SIZES))
    parser.add_argument("--keys", default=KEYS)
    parser.add_argument("--interval", type=float, default=1.0, help="seconds from key to key of a session")
    parser.add_argument("--idle", type=float, default=10.0, help="seconds of silence to measure")
    parser.add_argument("--json", default="", help="write the rows to this file")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
