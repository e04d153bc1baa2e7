"""Attacks on the edge, each through a real connection while the server's loop is watched.

The table of DESIGN §5, row by row:

- ignorable packets while authentication waits: ``test_a_flood_before_login_is_cut``
- identity from unsigned offers: ``test_an_unsigned_offer_gives_no_identity`` (test_openssh.py)
- tries, channels, environment, connections: here
- escape sequences in text, markup, costly Markdown: tests/unit/test_render*.py, tests/ui
- sequences that kill the parser, pastes: tests/unit/test_input_guard.py, test_session_life.py
- compression: ``test_compression_is_off``
- window changes: ``test_a_flood_of_window_changes_holds_nobody_up``
- links and files on the server: test_session_life.py
- sftp, forwarding: here
- search input: tests/services
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest
from asyncssh.constants import MSG_IGNORE
from asyncssh.packet import String, UInt32

from server.guards.penalties import MINIMUM, PenaltyBox
from server.guards.startups import StartupGuard
from tests.ssh.conftest import Lag, elsewhere
from tests.ssh.forum_server import Running, serving
from tui_forum.config import Startups

MOST_LAG = 0.1  # seconds any other session may wait


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """A server that anybody may register on; repeated tests from one address are not punished."""
    async with serving(tmp_path, registration="open", limits={"penalties": False}) as found:
        yield found


class Flooder(asyncssh.SSHClient):
    """Sends 8 MB of ignorable packets when it is asked for a key."""

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """Keep it."""
        self.conn = conn

    async def public_key_auth_requested(self) -> None:
        """Flood."""
        for _round in range(270):
            self.conn.send_packet(MSG_IGNORE, String(b"x" * 30_000))
            await asyncio.sleep(0)


async def flood_before_login(port: int) -> bool:
    """Whether one was hung up on."""
    try:
        await asyncssh.connect(
            "127.0.0.1", port, username="x", known_hosts=None, config=None, agent_path=None,
            client_keys=None, client_factory=Flooder,
        )  # fmt: skip
    except (asyncssh.ConnectionLost, OSError):
        return True
    return False


async def change_sizes(port: int, key: bytes) -> None:
    """100,000 window changes, and wait until the server has read them all."""
    connection = await asyncssh.connect(
        "127.0.0.1", port, username="x", known_hosts=None, config=None, agent_path=None,
        client_keys=[asyncssh.import_private_key(key)],
    )  # fmt: skip
    channel, _session = await connection.create_session(
        asyncssh.SSHClientSession, term_type="xterm", term_size=(80, 24), encoding=None
    )
    for number in range(100_000):
        channel.change_terminal_size(60 + number % 90, 20 + number % 30)
        if number % 500 == 0:
            await asyncio.sleep(0)
    await connection._make_global_request(b"keepalive@openssh.com")
    connection.abort()


async def test_a_flood_before_login_is_cut(running: Running) -> None:
    """8 MB of ignorable packets in the authentication phase end the connection early."""
    async with Lag() as lag:
        assert await elsewhere(flood_before_login, running.port)
    assert lag.worst < MOST_LAG
    assert running.listener.startups.waiting == 0


async def test_six_tries_and_no_more(tmp_path: Path) -> None:
    """A client with many wrong keys is sent away after six; one with six keys gets in."""
    async with serving(tmp_path, registration="closed", limits={"penalties": False}) as running:
        _actor, right = await running.member("anna")
        wrong = [asyncssh.generate_private_key("ssh-ed25519") for _ in range(8)]
        with pytest.raises(asyncssh.Error):
            await running.connect(None, client_keys=[*wrong, right])
        connection = await running.connect(None, client_keys=[*wrong[:5], right])
        connection.abort()


async def test_password_is_never_asked(running: Running) -> None:
    """No password gets in, however often it is tried."""

    class Guesser(asyncssh.SSHClient):
        tries = 0

        def password_auth_requested(self) -> str:
            Guesser.tries += 1
            return "guess"

    with pytest.raises(asyncssh.PermissionDenied):
        await running.connect(None, client_factory=Guesser)
    assert Guesser.tries == 0


async def test_nobody_without_a_key(running: Running) -> None:
    """Outside the demonstration the method ``none`` fails."""
    with pytest.raises(asyncssh.PermissionDenied):
        await running.connect(None)


async def test_ten_channels(running: Running) -> None:
    """The eleventh session on one connection is refused; the others live."""
    _actor, key = await running.member("anna")
    async with await running.connect(key) as connection:
        for _number in range(10):
            await connection.create_session(asyncssh.SSHClientSession, term_type="xterm", encoding=None)
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.create_session(asyncssh.SSHClientSession, term_type="xterm", encoding=None)
    # Given back when closed.
    async with await running.connect(key) as connection:
        await connection.create_session(asyncssh.SSHClientSession, term_type="xterm", encoding=None)


async def test_sessions_per_address(tmp_path: Path) -> None:
    """An address may not take all sessions."""
    async with serving(
        tmp_path, registration="open", limits={"penalties": False, "sessions_per_address": 2}
    ) as running:
        _actor, key = await running.member("anna")
        first, second = await running.connect(key), await running.connect(key)
        third = await running.connect(key)
        with pytest.raises((asyncssh.Error, OSError)):
            await third.create_session(asyncssh.SSHClientSession, term_type="xterm", encoding=None)
        for connection in (first, second):
            connection.abort()


async def test_few_environment_variables_are_kept(running: Running) -> None:
    """5,000 variables of any name and size: only known names within the limits arrive."""
    _actor, key = await running.member("anna")
    flood: dict[bytes | str, bytes | str] = {
        f"LC_{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}": "x" for n in range(40)
    }
    flood |= {"LD_PRELOAD": "/evil.so", "LC_LONG": "y" * 5000}
    async with await running.connect(key) as connection:
        channel, _session = await connection.create_session(
            asyncssh.SSHClientSession, term_type="xterm", encoding=None, env=flood
        )
        (session,) = running.listener.sessions
        assert session._channel is not None
        kept = session._channel.get_environment()
        assert len(kept) <= running.listener.limits.environment_variables
        assert "LD_PRELOAD" not in kept
        assert "LC_LONG" not in kept
        channel.close()


async def test_compression_is_off(running: Running) -> None:
    """A client that insists on compression is not served: 5 packets once became 436 MB."""
    _actor, key = await running.member("anna")
    with pytest.raises(asyncssh.Error):
        await running.connect(key, compression_algs=["zlib@openssh.com"])


async def test_a_flood_of_window_changes_holds_nobody_up(running: Running) -> None:
    """100,000 size changes cost little and end in the last size."""
    _actor, key = await running.member("anna")

    async with Lag() as lag:
        await elsewhere(change_sizes, running.port, key.export_private_key())
    assert lag.worst < MOST_LAG


@pytest.mark.parametrize("kind", ["tcp", "remote", "unix"])
async def test_nothing_is_forwarded(running: Running, kind: str) -> None:
    """No tunnels of any kind."""
    _actor, key = await running.member("anna")
    async with await running.connect(key) as connection:
        with pytest.raises((asyncssh.Error, asyncssh.ChannelListenError, OSError)):  # noqa: PT012
            if kind == "tcp":
                await connection.open_connection("127.0.0.1", 22)
            elif kind == "unix":
                await connection.open_unix_connection("/tmp/x")
            else:
                await connection.forward_remote_port("127.0.0.1", 0, "127.0.0.1", 22)


async def test_no_files_are_served(running: Running) -> None:
    """sftp and scp are refused."""
    _actor, key = await running.member("anna")
    async with await running.connect(key) as connection:
        with pytest.raises((asyncssh.Error, OSError)):
            await connection.start_sftp_client()


async def test_too_many_strangers_at_once(tmp_path: Path) -> None:
    """MaxStartups: beyond the limit new connections are hung up on, and later admitted again."""
    limits = {"penalties": False, "max_startups": "2:100:3"}
    async with serving(tmp_path, registration="open", limits=limits) as running:
        held = [await asyncio.open_connection("127.0.0.1", running.port) for _ in range(2)]
        for reader, _writer in held:
            assert (await reader.read(4)) == b"SSH-"
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read(4) == b""
        writer.close()
        for _reader, waiting in held:
            waiting.close()
        _actor, key = await running.member("anna")
        async with asyncio.timeout(10):
            while True:
                try:
                    (await running.connect(key)).abort()
                    break
                except (asyncssh.Error, OSError):
                    continue


def test_startups_are_refused_at_random_in_between() -> None:
    """Between start and full the share grows, as sshd_config(5) says."""
    guard = StartupGuard(Startups(start=10, rate=30, full=100))
    assert all(guard.admit() for _ in range(10))
    refused = 0
    for _round in range(2000):
        if guard.admit():
            guard.done()
        else:
            refused += 1
    assert 450 < refused < 750
    guard.waiting = 100
    assert not guard.admit()


def test_penalties_add_up_and_wear_off() -> None:
    """One slip costs nothing; a few make one wait; then all is forgotten."""
    now = 0.0
    box = PenaltyBox(clock=lambda: now)
    box.add("a", 5)
    assert not box.refuses("a")
    for _time in range(4):
        box.add("a", 5)
    assert box.refuses("a")
    assert not box.refuses("b")
    now = 25.0 - MINIMUM + 0.1
    assert not box.refuses("a")
    box.add("c", 10_000)
    now += 601
    assert not box.refuses("c")


async def test_sizes_out_of_bounds_are_clamped(running: Running) -> None:
    """A window of 4 billion columns is drawn with 500."""
    _actor, key = await running.member("anna")
    async with await running.connect(key) as connection:
        channel, _session = await connection.create_session(
            asyncssh.SSHClientSession, term_type="xterm", term_size=(0xFFFFFFFF, 1), encoding=None
        )
        (session,) = running.listener.sessions
        assert session._terminal is not None
        assert tuple(session._terminal.size) == (500, 5)
        channel._send_request(b"window-change", UInt32(3), UInt32(0xFFFFFFFF), UInt32(0), UInt32(0))
        async with asyncio.timeout(10):
            while tuple(session._terminal.size) != (20, 200):
                await asyncio.sleep(0.01)
