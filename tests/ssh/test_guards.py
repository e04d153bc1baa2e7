"""Attacks on the edge, each through a real connection while the server's loop is watched.

The table of DESIGN §5, row by row:

- ignorable packets while authentication waits: ``test_a_flood_before_login_is_cut``
- identity from offered keys: ``test_an_unsigned_offer_gives_no_identity``,
  ``test_an_offer_under_another_name_gives_no_identity``
- tries, channels, environment, connections: ``test_six_tries_and_no_more``, ``test_password_is_never_asked``,
  ``test_ten_channels``, ``test_few_environment_variables_are_kept``, ``test_too_many_strangers_at_once``,
  ``test_who_misbehaves_has_to_wait``, ``test_who_does_not_log_in_is_hung_up_on``,
  ``test_sessions_per_address``, ``test_sessions_per_account``
- escape sequences in text: ``test_bodies_and_names_are_text``, ``test_titles_are_text``,
  ``test_notices_drafts_and_the_composer_show_text``
- markup in text: ``test_markup_is_text_wherever_it_is_clicked``
- costly Markdown: ``test_markdown_made_to_be_slow_holds_nobody_up``
- sequences that kill the parser: ``test_hostile_sequences_do_not_kill_the_parser``,
  ``test_sizes_are_clamped``, ``test_sizes_out_of_bounds_are_clamped``, ``test_changes_of_size_are_coalesced``
- pastes: ``test_a_large_paste_is_cut_and_the_app_told``, ``test_a_paste_comes_whole_and_never_as_keys``
- compression: ``test_compression_is_off``
- window changes: ``test_a_flood_of_window_changes_holds_nobody_up``
- links, files and the palette: ``test_links_and_downloads_do_nothing_here``,
  ``test_markup_is_text_wherever_it_is_clicked``
- sftp and files: ``test_no_files_are_served``, ``test_commands_are_refused_in_one_line_with_exit_code_2``
- search input: ``test_whatever_is_searched_for_is_words``
- algorithms: ``test_ssh_audit_has_nothing_to_say``
"""

from __future__ import annotations

import asyncio
import contextlib
import re
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
from tui_forum.ui.registration import RegistrationApp

MOST_LAG = 0.1  # seconds any other session may wait


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """A server that anybody may register on; repeated tests from one address are not punished.

    Whatever a test does to it, its loop is not held.
    """
    async with serving(tmp_path, registration="open", limits={"penalties": False}) as found:
        async with Lag() as lag:
            yield found
        assert lag.worst < MOST_LAG


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
    assert await elsewhere(flood_before_login, running.port)
    assert running.listener.startups.waiting == 0


class Stolen(asyncssh.SSHKeyPair):
    """A public key that belongs to somebody else: it can be offered, and not be signed with."""

    def __init__(self, key: asyncssh.SSHKey) -> None:
        super().__init__(
            key.algorithm, key.algorithm, [key.algorithm], [], key.public_data, key.get_comment_bytes()
        )

    def sign(self, data: bytes) -> bytes:
        """Impossible."""
        raise ValueError("no private key")


async def test_an_offer_under_another_name_gives_no_identity(running: Running) -> None:
    """The victim's key is offered under one name; then one signs with one's own under another."""
    _victim, victims = await running.member("victim")
    own = asyncssh.generate_private_key("ssh-ed25519")

    class Impostor(asyncssh.SSHClient):
        offers = 0

        def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
            self.conn = conn

        def public_key_auth_requested(self) -> asyncssh.SSHKeyPair | asyncssh.SSHKey | None:
            self.offers += 1
            if self.offers == 1:
                return Stolen(victims)
            self.conn._username = "other"
            return own if self.offers == 2 else None

    connection = await running.connect(None, username="victim", client_factory=Impostor)
    await connection.create_session(asyncssh.SSHClientSession, term_type="xterm", encoding=None)
    (session,) = running.listener.sessions
    async with asyncio.timeout(10):
        while session._app is None:
            await asyncio.sleep(0.01)
    assert isinstance(session._app, RegistrationApp)
    connection.abort()


async def test_who_does_not_log_in_is_hung_up_on(tmp_path: Path) -> None:
    """Saying nothing, or half a handshake, holds a place for no longer than the grace time."""
    async with serving(tmp_path, limits={"login_grace": 0.3}) as running:
        for greeting in (b"", b"SSH-2.0-x\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
            writer.write(greeting)
            async with asyncio.timeout(10):
                with contextlib.suppress(ConnectionResetError):
                    while await reader.read(4096):
                        pass
            writer.close()
        async with asyncio.timeout(10):
            while running.listener.startups.waiting:
                await asyncio.sleep(0.01)


async def test_who_misbehaves_has_to_wait(tmp_path: Path) -> None:
    """After a flood its address is refused, with the right key, too; another address is not."""
    async with serving(tmp_path) as running:
        _actor, key = await running.member("anna")
        assert await elsewhere(flood_before_login, running.port)
        with pytest.raises((asyncssh.Error, OSError)):
            await running.connect(key)
        (await running.connect(key, local_addr=("127.0.0.2", 0))).abort()


async def test_sessions_per_account(tmp_path: Path) -> None:
    """An account may not take all sessions, from wherever it comes; one that ends makes room."""
    async with serving(tmp_path, limits={"penalties": False, "sessions_per_account": 2}) as running:
        _actor, key = await running.member("anna")
        connections = [await running.connect(key) for _ in range(3)]
        channels = [
            (await one.create_session(asyncssh.SSHClientSession, term_type="xterm", encoding=None))[0]
            for one in connections[:2]
        ]
        with pytest.raises(asyncssh.ChannelOpenError):
            await connections[2].create_session(asyncssh.SSHClientSession, term_type="xterm", encoding=None)
        channels[0].close()
        async with asyncio.timeout(10):
            while len(running.listener.sessions) > 1:
                await asyncio.sleep(0.01)
        await connections[2].create_session(asyncssh.SSHClientSession, term_type="xterm", encoding=None)
        for connection in connections:
            connection.abort()


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
    await elsewhere(change_sizes, running.port, key.export_private_key())


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


def test_every_row_of_the_table_names_tests_that_there_are() -> None:
    """What the top of this file says."""
    found = {
        name
        for file in Path(__file__).parent.glob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }
    assert __doc__ is not None
    rows = __doc__.split("\n- ")[1:]
    assert len(rows) == 14  # the thirteen of the table, and the algorithms below it
    for row in rows:
        named = re.findall(r"``(\w+)``", row)
        assert named, row
        assert set(named) <= found, row


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
