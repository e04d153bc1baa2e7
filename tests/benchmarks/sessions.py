"""What a session costs: ``python -m tests.benchmarks.sessions [--data DIR]``.

Real asyncssh clients over loopback against a real server process that holds 44,000 imported
newsgroup messages. The clients run in a process of their own, which is this one. For each
number of sessions and each terminal size it prints

- ``first``: from TCP connect to the last byte of the first complete screen, one session at a
  time (ms),
- ``key``: from the key's sending to the last byte of the repaint, every session pressing one
  key a second at its own phase (ms),
- ``bytes/key`` as they leave on the channel, ``cpu/key``: the server process's CPU (ms),
- ``PSS/session``: growth of the server's proportional set size per further session (MiB),
- ``idle``: the server's CPU while nobody presses anything (% of a core).

A repaint's last byte is the last before a silence of ``QUIET`` seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

import asyncssh

from tests.benchmarks.world import Account, prepare_world

QUIET = 0.06
SIZES = ((80, 24), (120, 40))
COUNTS = (1, 10, 50, 200)
MARKER = b"comp.lang.cobol"  # the home screen is there when the community's name is
#: What one presses: down and up in the thread list, in a thread, and back home. Each changes the screen.
KEYS = "\rjjkkjjkk\rjjjjkkkkqq"


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
    pss_mib_per_session: float
    idle_cpu_percent: float
    failures: int


class Client(asyncssh.SSHClientSession[bytes]):
    """A terminal: counts bytes and notes when the last one came."""

    def __init__(self) -> None:
        self.received = 0
        self.last_byte = 0.0
        self.seen = bytearray()
        self.closed = False
        self.channel: asyncssh.SSHClientChannel[bytes] | None = None

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """Keep the channel."""
        self.channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Count and remember."""
        self.received += len(data)
        self.last_byte = time.perf_counter()
        if len(self.seen) < 200_000:
            self.seen += data

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the server hung up."""
        self.closed = True

    async def quiet(self, since: float, limit: float = 15.0) -> float | None:
        """Seconds from ``since`` to the last byte before a silence; None if nothing ever came."""
        start = time.perf_counter()
        while True:
            now = time.perf_counter()
            if self.last_byte > since and now - self.last_byte > QUIET:
                return self.last_byte - since
            if now - start > limit or self.closed:
                return None
            await asyncio.sleep(QUIET / 10)


@dataclass
class Session:
    """An open connection with its terminal."""

    connection: asyncssh.SSHClientConnection
    client: Client
    first: float
    keys: list[float] = field(default_factory=list)
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
    deadline = start + 30
    while marker not in client.seen:
        if client.closed or time.perf_counter() > deadline:
            raise RuntimeError(f"no first screen; got {bytes(client.seen[-200:])!r}")
        await asyncio.sleep(0.001)
    first = await client.quiet(start)
    if first is None:
        raise RuntimeError("the first screen never settled")
    return Session(connection, client, first * 1000)


async def press(session: Session, keys: str, phase: float) -> None:
    """Press one key a second, measuring each repaint."""
    await asyncio.sleep(phase)
    for key in keys:
        assert session.client.channel is not None
        begun = time.perf_counter()
        session.client.channel.write(key.encode())
        took = await session.client.quiet(begun, limit=3.0)
        if took is None:
            session.failures += 1
        else:
            session.keys.append(took * 1000)
        await asyncio.sleep(max(0.0, 1.0 - (time.perf_counter() - begun)))


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


async def measure(
    data: Path, accounts: list[Account], size: tuple[int, int], count: int, keys: str, idle_seconds: float
) -> Row:
    """One line of the table, on a server of its own."""
    port = free_port()
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
        begun = cpu_seconds(server.pid)
        sent = sum(session.client.received for session in sessions)
        rounds = 3 if count == 1 else 1  # one key a second: a round takes as many seconds as it has keys
        await asyncio.gather(*(press(s, keys * rounds, random.random()) for s in sessions))
        pressed = count * len(keys) * rounds
        cpu = (cpu_seconds(server.pid) - begun) * 1000 / pressed
        sent = sum(session.client.received for session in sessions) - sent
        await asyncio.sleep(2)
        begun, moment = cpu_seconds(server.pid), time.perf_counter()
        await asyncio.sleep(idle_seconds)
        idle = (cpu_seconds(server.pid) - begun) / (time.perf_counter() - moment) * 100
        everything = [value for session in sessions for value in session.keys]
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
            cpu_ms_per_key=cpu,
            pss_mib_per_session=grown,
            idle_cpu_percent=idle,
            failures=sum(session.failures for session in sessions),
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
        "bytes/key", "cpu/key", "PSS/session", "idle %", "failures",
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
        data = Path(options.data or scratch)
        accounts = await prepare_world(data, max(counts))
        rows: list[Row] = []
        for width, height in sizes:
            for count in counts:
                rows.append(await measure(data, accounts, (width, height), count, options.keys, options.idle))
                print_table(rows[-1:])
    print()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
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
    parser.add_argument("--idle", type=float, default=10.0, help="seconds of silence to measure")
    parser.add_argument("--json", default="", help="write the rows to this file")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
