"""A real SSH server with small apps, and a client that sees what a terminal would show."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncssh
import pyte
import pytest
from textual.app import App, ComposeResult
from textual.events import Key, MouseDown, Paste, Resize
from textual.widgets import Static

from server.session import START, AppSession
from tui_forum.ui.traits import TerminalTraits

WAIT = 20.0  # seconds after which a test gives up
MakeApp = Callable[[TerminalTraits, Any], App[Any]]


class Probe(App[str]):
    """Shows and remembers what it is told; ``x`` leaves, ``!`` fails."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "#last { color: #fe8019; background: #102030; text-style: bold; }"

    def __init__(self, traits: TerminalTraits, driver_class: Any) -> None:
        super().__init__(driver_class=driver_class)
        self.traits = traits
        self.keys: list[str] = []
        self.pastes: list[str] = []
        self.cuts = 0
        self.clicks: list[tuple[int, int]] = []
        self.sizes: list[tuple[int, int]] = []
        self.prepared = False
        self.painted = 0

    def compose(self) -> ComposeResult:
        """One line that says what came last."""
        yield Static("ready", id="last", markup=False)

    def tell(self, text: str) -> None:
        """Show ``text``."""
        self.query_one("#last", Static).update(text)

    def on_key(self, event: Key) -> None:
        """Remember it."""
        if event.key == "exclamation_mark":
            secret_of_the_server = "hunter2"  # noqa: F841 - must not reach the client
            raise RuntimeError("boom")
        if event.key == "x":
            self.exit("left")
        self.keys.append(event.key)
        self.tell(f"key {len(self.keys)} {event.key}")

    def on_paste(self, event: Paste) -> None:
        """Remember it."""
        self.pastes.append(event.text)
        self.tell(f"paste {len(event.text)}")

    def paste_was_cut(self) -> None:
        """Count it."""
        self.cuts += 1

    def on_mouse_down(self, event: MouseDown) -> None:
        """Remember it."""
        self.clicks.append((event.screen_x, event.screen_y))
        self.tell(f"click {event.screen_x},{event.screen_y}")

    def on_resize(self, event: Resize) -> None:
        """Remember it."""
        self.sizes.append((event.size.width, event.size.height))

    def post_display_hook(self) -> None:
        """Count frames."""
        self.painted += 1

    async def prepare_shutdown(self) -> None:
        """Keep drafts."""
        self.prepared = True


class Client(asyncssh.SSHClientSession[bytes]):
    """What a person at a terminal sees."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.errors = bytearray()
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self._news = asyncio.Event()
        self.closed = asyncio.Event()
        self.channel: Any = None
        self.connection: Any = None

    def connection_made(self, chan: Any) -> None:
        """The channel is there."""
        self.channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Output."""
        if datatype is not None:
            self.errors += data
            return
        self.received += data
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is closed."""
        self.closed.set()
        self._news.set()

    @property
    def text(self) -> str:
        """The screen."""
        self._stream.feed(bytes(self.received[self._fed :]))
        self._fed = len(self.received)
        return "\n".join(self.screen.display)

    _fed = 0

    def press(self, text: str | bytes) -> None:
        """Type."""
        self.channel.write(text.encode() if isinstance(text, str) else text)

    async def until(self, found: str | Callable[[], Any]) -> None:
        """Wait for text on the screen, or for a condition looked at whenever output comes."""

        def done() -> Any:
            return found in self.text if isinstance(found, str) else found()

        async with asyncio.timeout(WAIT):
            while not done():
                self._news.clear()
                assert not self.closed.is_set() or done(), f"closed; on screen:\n{self.text}"
                await self._news.wait()

    async def end(self) -> int | None:
        """Wait for the session to end; its exit status."""
        async with asyncio.timeout(WAIT):
            await self.closed.wait()
        status: int | None = self.channel.get_exit_status()
        return status


class Host(asyncssh.SSHServer):
    """A server whose sessions run ``make_app``'s apps."""

    def __init__(self, make_app: MakeApp, **options: Any) -> None:
        self.make_app = make_app
        self.options = options
        self.apps: list[Any] = []
        self.results: list[object] = []
        self.sessions: set[AppSession] = set()
        self.ended = asyncio.Event()
        self.connections: list[asyncssh.SSHServerConnection] = []
        self.port = 0
        self._stack = AsyncExitStack()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Remember it."""
        self.connections.append(conn)

    def begin_auth(self, username: str) -> bool:
        """Everybody may come in here."""
        return False

    def session_requested(self) -> AppSession:
        """A session as the listener makes them."""
        session = AppSession(self._next_app, on_end=self._end, **self.options)
        self.sessions.add(session)
        return session

    def _end(self, session: AppSession) -> None:
        self.sessions.discard(session)
        self.ended.set()

    async def _next_app(self, traits: TerminalTraits, driver_class: Any, previous: object) -> App[Any] | None:
        if previous is not START:
            self.results.append(previous)
            return None
        app = self.make_app(traits, driver_class)
        self.apps.append(app)
        return app

    async def all_ended(self) -> None:
        """Wait until no session is left."""
        async with asyncio.timeout(WAIT):
            while self.sessions:
                self.ended.clear()
                await self.ended.wait()

    async def connect(self, **options: Any) -> asyncssh.SSHClientConnection:
        """A client's connection."""
        connection = await asyncssh.connect(
            "127.0.0.1", self.port, username="somebody", known_hosts=None, client_keys=None,
            agent_path=None, config=None, **options,
        )  # fmt: skip
        self._stack.push_async_callback(connection.wait_closed)
        self._stack.callback(connection.abort)
        return connection

    async def open(
        self,
        *,
        connection: asyncssh.SSHClientConnection | None = None,
        term: str | None = "xterm-256color",
        size: tuple[int, int] = (80, 24),
        env: dict[str, str] | None = None,
        command: str | None = None,
        **options: Any,
    ) -> Client:
        """A session, on a connection of its own unless one is given."""
        connection = connection or await self.connect()
        pty: dict[str, Any] = (
            {"request_pty": False} if term is None else {"term_type": term, "term_size": size}
        )
        environment: Any = env or {}
        _chan, session = await connection.create_session(
            Client, command, encoding=None, env=environment, **pty, **options
        )
        assert isinstance(session, Client)
        session.connection = connection
        session.screen.resize(size[1], size[0])
        return session


@pytest.fixture(scope="session")
def host_key() -> asyncssh.SSHKey:
    """One key for all servers."""
    return asyncssh.generate_private_key("ssh-ed25519")


Serve = Callable[..., Awaitable[Host]]


@pytest.fixture
async def serve(host_key: asyncssh.SSHKey) -> AsyncIterator[Serve]:
    """``await serve(make_app=Probe, **session options)`` starts a server for the test."""
    stack = AsyncExitStack()

    async def start(make_app: MakeApp = Probe, **options: Any) -> Host:
        return await stack.enter_async_context(_serving(host_key, make_app, options))

    yield start
    await stack.aclose()


@asynccontextmanager
async def _serving(
    host_key: asyncssh.SSHKey, make_app: MakeApp, options: dict[str, Any]
) -> AsyncIterator[Host]:
    host = Host(make_app, **options)
    acceptor = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=lambda: host, server_host_keys=[host_key], encoding=None,
        line_editor=False, window=131072, config=None, compression_algs=["none"],
    )  # fmt: skip
    host.port = acceptor.get_port()
    try:
        yield host
    finally:
        acceptor.close()
        await host._stack.aclose()
        for connection in host.connections:
            connection.abort()
        await host.all_ended()
        await acceptor.wait_closed()


class Lag:
    """The longest time this process held the loop, seconds.

    What other processes took from it on a busy machine does not count: a turn was as late as it was,
    but at most by what was computed here meanwhile. The garbage collector passes over what is there
    already, as on the server.
    """

    def __init__(self) -> None:
        self.worst = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Lag:
        gc.freeze()
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_args: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait({self._task})
        gc.unfreeze()

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            before, computed = loop.time(), time.process_time()
            await asyncio.sleep(0.01)
            late = loop.time() - before - 0.01
            self.worst = max(self.worst, min(late, time.process_time() - computed))


def keys(app: Any) -> Sequence[str]:
    """What ``app`` was told."""
    told: list[str] = app.keys
    return told


async def elsewhere(attack: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> Any:
    """Run an attacker in a process of its own, so that only the server's loop is measured."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, _attack, attack, arguments)


def _attack(attack: Callable[..., Coroutine[Any, Any, Any]], arguments: tuple[Any, ...]) -> Any:
    return asyncio.run(attack(*arguments))
