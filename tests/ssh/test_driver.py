"""What goes through the channel: painting, keys, pastes, sizes, colours; and clients that misbehave."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Callable
from typing import Any

import asyncssh
import pytest
from textual.app import App, ComposeResult
from textual.events import Key
from textual.geometry import Size
from textual.widgets import Input, Static

from server.driver import clamp
from tests.ssh.conftest import Client, Host, Lag, Probe, Serve
from tui_forum.ui.frames import FramedScreen, Frames
from tui_forum.ui.traits import TerminalTraits

MIB = 1024 * 1024


async def test_one_write_per_turn_of_the_loop(serve: Serve) -> None:
    """A repaint, with its cursor and its synchronisation marks, is one packet."""
    host = await serve()
    client = await host.open()
    await client.until("ready")
    [app] = host.apps
    written: list[bytes] = []
    channel = app._driver._terminal._channel
    original = channel.write

    def write(data: bytes, datatype: int | None = None) -> None:
        written.append(data)
        original(data, datatype)

    channel.write = write
    client.press("\x1b[?2026;2$y")  # this terminal knows synchronised output
    client.press("a")
    await client.until("key 1 a")
    [frame] = [data for data in written if b"key 1 a" in data]
    assert frame.startswith(b"\x1b[?2026h")
    assert frame.endswith(b"\x1b[?2026l")


class Steps(Probe):
    """A key is worked off in steps: a word, a wait as for the database, another word in a new place."""

    def __init__(self, traits: TerminalTraits, driver_class: Any) -> None:
        super().__init__(traits, driver_class)
        self.frames = Frames(self)
        self.answered = asyncio.Event()

    def get_default_screen(self) -> FramedScreen[None]:
        return FramedScreen()

    async def on_key(self, event: Key) -> None:  # type: ignore[override]
        event.prevent_default()
        self.tell(f"{event.key}: asked")
        await asyncio.sleep(0.01) if event.key == "q" else await self.answered.wait()
        self.query_one("#last").styles.margin = (3, 0, 0, 0)
        self.tell(f"{event.key}: answered")


async def test_what_a_key_does_is_painted_once(serve: Serve) -> None:
    """In its steps it was three frames, each a sixtieth of a second after the other."""
    host = await serve(_first(Steps))
    client = await host.open()
    await client.until("ready")
    [app] = host.apps
    before = app.painted
    client.press("q")
    await client.until("q: answered")
    assert app.painted == before + 1
    assert b"q: asked" not in client.received


async def test_what_takes_long_is_painted_as_it_comes(serve: Serve) -> None:
    """Nobody looks at an old screen while the database is busy."""
    host = await serve(_first(Steps))
    client = await host.open()
    await client.until("ready")
    client.press("s")
    await client.until("s: asked")
    host.apps[0].answered.set()
    await client.until("s: answered")


# -- keys


async def test_keys_arrow_keys_alt_keys_and_text(serve: Serve) -> None:
    """As they come, in any cut."""
    host = await serve()
    client = await host.open()
    await client.until("ready")
    for byte in "a\x1b[A\x1bOQ\x1bq\x1b[1;5Cé日\r\t\x7f".encode():
        client.channel.write(bytes([byte]))
    await client.until("key 10 backspace")
    expected = ["a", "up", "f2", "alt+q", "ctrl+right", "é", "日", "enter", "tab", "backspace"]
    assert host.apps[0].keys == expected


async def test_a_lone_escape_is_heard_soon(serve: Serve) -> None:
    """About a tenth of a second later; Escape with a bracket is Alt; nothing waits afterwards."""
    host = await serve()
    client = await host.open()
    await client.until("ready")
    started = time.monotonic()
    client.press("\x1b")
    await client.until("key 1 escape")
    assert 0.09 < time.monotonic() - started < 1
    client.press("\x1bP")
    await client.until("key 2 alt+shift+p")
    assert host.apps[0]._driver._escape_timer is None


async def test_invalid_utf8_is_survived(serve: Serve) -> None:
    """Cut characters are put together; broken ones are replaced; surrogates are dropped."""
    host = await serve()
    client = await host.open()
    await client.until("ready")
    client.press(b"\xff\xfe\xed\xa0\x80\xc3")
    client.press(b"\xa9k")
    await client.until(lambda: host.apps[0].keys[-2:] == ["é", "k"])


@pytest.mark.parametrize(
    "hostile",
    [
        b"\x1b[9999999999;1u", b"\x1b[55296u", b"\x1b[48;99999;99999;1;1t", b"\x1b[48;1;1;1;1t",
        b"\x1b[" + b"1;" * 20_000 + b"u", b"\x1b]0;" + b"A" * 200_000 + b"\x07",
        b"\x1bP" + b"q" * 9999 + b"\x1b\\",
    ],
)  # fmt: skip
async def test_hostile_sequences_do_not_kill_the_parser(serve: Serve, hostile: bytes) -> None:
    """The key after each is heard, alone; the size is what it was."""
    host = await serve()
    client = await host.open()
    await client.until("ready")
    async with Lag() as lag:
        client.press(hostile)
        client.press("k")
        await client.until("key 1 k")
    assert lag.worst < 0.1
    assert host.apps[0].keys == ["k"]
    assert host.apps[0].size == Size(80, 24)


async def test_the_mouse_works(serve: Serve) -> None:
    """Clicks arrive where they were; absurd ones do not."""
    host = await serve()
    client = await host.open()
    await client.until("ready")
    assert b"\x1b[?1006h" in client.received
    client.press("\x1b[<0;99999;1M\x1b[<0;11;6M\x1b[<0;11;6m")
    await client.until("click 10,5")
    assert host.apps[0].clicks == [(10, 5)]


class Slow(Probe):
    """Every key takes 2 ms."""

    def on_key(self, event: Any) -> None:
        """Work."""
        end = time.perf_counter() + 0.002
        while time.perf_counter() < end:
            pass  # Textual calls the handler of ``Probe`` as well


def _first(kind: Any) -> Callable[[Any, Any], Any]:
    """``kind`` for the first session, a ``Probe`` for the others."""
    kinds = iter([kind])

    def make(traits: Any, driver_class: Any) -> Any:
        return next(kinds, Probe)(traits, driver_class)

    return make


async def test_a_flood_of_keys_does_not_hold_the_loop(serve: Serve) -> None:
    """Every key is handled in the end, memory is bounded, and another session hardly notices."""
    host = await serve(_first(Slow))
    flooding = await host.open()
    await flooding.until("ready")
    bystander = await host.open()
    await bystander.until("ready")
    slow, _quick = host.apps
    async with Lag() as lag:
        flooding.press("\x1b[A" * 1000 + "j" * 1000)
        for number in range(1, 11):
            bystander.press("b")
            await bystander.until(f"key {number} b")
        await flooding.until(lambda: len(slow.keys) >= 2000)
    assert lag.worst < 0.1


async def test_more_keys_than_can_be_handled_are_not_read(serve: Serve) -> None:
    """What waits on the server stays small while the client sends two megabytes."""
    host = await serve(Slow)
    client = await host.open()
    await client.until("ready")
    driver = host.apps[0]._driver
    channel = driver._terminal._channel
    client.press("j" * (2 * MIB))
    most = 0
    async with asyncio.timeout(10):
        for _ in range(100):
            await asyncio.sleep(0.001)
            most = max(most, driver.backlog + sum(len(data) for data, _type in channel._recv_buf))
    assert driver._terminal._reading_paused
    assert most < 300 * 1024


class Form(Probe):
    """Two fields; Tab goes from one to the other."""

    def compose(self) -> ComposeResult:
        """The fields."""
        for name in ("first", "second"):
            field = Input(id=name)
            field.cursor_blink = False
            field.select_on_focus = False
            yield field
        yield from super().compose()


async def test_keys_that_come_at_once_go_where_the_ones_before_lead(serve: Serve) -> None:
    """Typed ahead, or bunched by the network: Tab has moved the focus before the next letter."""
    host = await serve(Form)
    client = await host.open()
    await client.until("ready")
    client.press("anna\tbert\x1b[Zx\ty")
    await client.until("berty")
    values = [field.value for field in host.apps[0].query(Input)]
    assert [sorted(value) for value in values] == [sorted("annax"), sorted("berty")]


# -- pastes


async def test_a_paste_comes_whole_and_never_as_keys(serve: Serve) -> None:
    """Escape sequences in it are text."""
    host = await serve()
    client = await host.open()
    await client.until("ready")
    client.press("\x1b[200~two\r\nlines \x1b[Aq\x1b[201~k")
    await client.until("key 1 k")
    assert host.apps[0].pastes == ["two\nlines [Aq"]
    assert host.apps[0].keys == ["k"]
    assert host.apps[0].cuts == 0


async def test_a_large_paste_is_cut_and_the_app_told(serve: Serve) -> None:
    """At 64 KiB, without holding the loop."""
    host = await serve()
    client = await host.open()
    await client.until("ready")
    async with Lag() as lag:
        client.press("\x1b[200~" + "word " * 200_000 + "\x1b[201~")
        await client.until(lambda: host.apps[0].cuts)
    assert list(map(len, host.apps[0].pastes)) == [64 * 1024]
    assert lag.worst < 0.1


# -- sizes


@pytest.mark.parametrize(
    ("told", "used"),
    [((0, 0), (80, 24)), ((1, 1), (20, 5)), ((9999, 9999), (500, 200)), ((132, 43), (132, 43))],
)
async def test_sizes_are_clamped(serve: Serve, told: tuple[int, int], used: tuple[int, int]) -> None:
    """At the start and when the window changes."""
    host = await serve()
    client = await host.open(size=told)
    await client.until(lambda: b"ready" in client.received)
    assert host.apps[0].size == used
    other = await host.open()
    await other.until("ready")
    other.channel.change_terminal_size(*told)
    await other.until(lambda: host.apps[1].size == used or used == (80, 24))
    assert clamp(*told) == used


async def test_changes_of_size_are_coalesced(serve: Serve) -> None:
    """A window that is dragged is painted for its last size, not for all of them."""
    host = await serve()
    client = await host.open()
    await client.until("ready")
    before = len(host.apps[0].sizes)
    for width in range(40, 140):
        client.channel.change_terminal_size(width, 30)
    await client.until(lambda: host.apps[0].size == (139, 30))
    assert len(host.apps[0].sizes) - before < 10


async def test_100_000_changes_of_size_cost_little(serve: Serve) -> None:
    """Nobody changes a window's size a thousand times in ten seconds: the connection is cut."""
    host = await serve()
    client = await host.open()
    await client.until("ready")
    packets = 0
    async with Lag() as lag:
        while not client.closed.is_set() and packets < 100_000:
            for _ in range(100):
                client.channel.change_terminal_size(80 + packets % 50, 24)
                packets += 1
            await asyncio.sleep(0)
        await host.all_ended()
    assert packets < 100_000
    assert lag.worst < 0.2  # the client's own work is in it


# -- colours

SGR = re.compile(rb"\x1b\[([\d;]*)m")


def _codes(client: Client) -> set[bytes]:
    return {match[1] for match in SGR.finditer(bytes(client.received))}


async def test_colours_are_what_each_terminal_shows(serve: Serve) -> None:
    """Four clients at once, the poorest first and last: nobody's depth becomes another's."""
    host = await serve()
    kinds: list[tuple[str, dict[str, str], str]] = [
        ("vt100", {}, "none"),
        ("xterm-16color", {}, "16"),
        ("xterm-256color", {}, "256"),
        ("xterm-256color", {"COLORTERM": "truecolor"}, "truecolor"),
        ("xterm-256color", {"COLORTERM": "truecolor", "NO_COLOR": "1"}, "none"),
    ]
    clients = [await host.open(term=term, env=env) for term, env, _depth in kinds]
    for client, (_term, _env, depth) in zip(clients, kinds, strict=True):
        await client.until("ready")
        client.press("a")
        await client.until("key 1 a")
        codes = _codes(client)
        assert any(b"38;2;254;128;25" in code for code in codes) == (depth == "truecolor")
        assert any(b"38;5;" in code for code in codes) == (depth == "256")
        plain = {code for code in codes if b"8;" not in code}
        assert any(re.search(rb"(^|;)(3[0-7]|9[0-7])(;|$)", code) for code in plain) == (depth == "16")
        assert any(code.split(b";")[0] == b"1" for code in codes), "bold stays"
        if depth == "none":
            assert not any(re.search(rb"(^|;)([34]\d|9\d|10\d)(;|$)", code) for code in codes)


# -- never on the server's machine


async def test_links_and_downloads_do_nothing_here(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a browser on the server nor a file on its disk."""
    import io
    import webbrowser

    monkeypatch.setattr(webbrowser, "open", lambda *_args: pytest.fail("opened a browser"))
    host = await serve()
    client = await host.open()
    await client.until("ready")
    [app] = host.apps
    app.open_url("http://localhost/")
    app.deliver_text(io.StringIO("secret"), save_directory="/nonexistent-folder")
    client.press("a")
    await client.until("key 1 a")


# -- clients that do not read


class Painter(App[None]):
    """Repaints everything whenever it is told to, in bytes that do not compress into runs."""

    def __init__(self, traits: Any, driver_class: Any) -> None:
        super().__init__(driver_class=driver_class)
        self.count = 0
        self.painted = 0

    def compose(self) -> ComposeResult:
        """Everything is one widget."""
        yield Static("", markup=False)

    def paint(self) -> None:
        """Another picture."""
        self.count += 1
        line = "".join(chr(33 + (self.count + column * 7) % 90) for column in range(self.size.width))
        self.query_one(Static).update("\n".join([f"<{self.count}>", *[line] * self.size.height]))

    def post_display_hook(self) -> None:
        """Count frames."""
        self.painted += 1


async def _deaf(host: Host, **options: Any) -> tuple[Client, Any]:
    """A client that has stopped to read its socket."""
    client = await host.open(size=(200, 60), **options)
    await client.until(lambda: host.apps and host.apps[-1].is_running and client.received)
    transport = client.connection._transport
    transport.pause_reading()
    sock: socket.socket = host.connections[-1].get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    return client, transport


async def _paint_until_blocked(app: Any) -> Any:
    terminal = app._driver._terminal
    async with asyncio.timeout(20):
        while not terminal.blocked:
            app.paint()
            await asyncio.sleep(0.001)
    return terminal


@pytest.mark.parametrize("window", [2**32 - 1, 131_072])
async def test_a_client_that_does_not_read_costs_little_memory(serve: Serve, window: int) -> None:
    """Whatever window it announced: painting stops, frames are dropped; it is seen in full when it reads."""
    host = await serve(Painter, stalled=30)
    client, transport = await _deaf(host, window=window)
    [app] = host.apps
    terminal = await _paint_until_blocked(app)
    frames, most = app.painted, 0
    for _ in range(300):
        app.paint()
        await asyncio.sleep(0)
        most = max(most, terminal.buffered)
    assert most <= MIB
    assert not terminal._pending
    sent = len(client.received)
    transport.resume_reading()
    await client.until(f"<{app.count}>")
    assert not terminal.blocked
    assert app.painted - frames < 310
    rest = bytes(client.received[sent:]).decode(errors="replace")
    assert f"<{app.count - 100}>" not in rest, "dropped frames are not sent later"


async def test_a_client_that_never_reads_is_dropped(serve: Serve) -> None:
    """After the time that is set, and nothing is left of it."""
    host = await serve(Painter, stalled=0.5)
    _client, _transport = await _deaf(host, window=2**32 - 1)
    [app] = host.apps
    terminal = await _paint_until_blocked(app)
    await host.all_ended()
    assert terminal.closed
    assert not app.is_running
    assert host.connections[-1].is_closed()


async def test_a_client_whose_window_is_shut_is_dropped(serve: Serve) -> None:
    """Reading the socket but never opening the channel's window: that channel ends, its neighbour stays."""
    host = await serve(_first(Painter), stalled=0.5)
    connection = await host.connect()
    stuck = await host.open(connection=connection, window=65536)
    stuck.channel.pause_reading()
    neighbour = await host.open(connection=connection)
    await neighbour.until("ready")
    [painter] = [app for app in host.apps if isinstance(app, Painter)]
    await _paint_until_blocked(painter)
    async with asyncio.timeout(10):
        while len(host.sessions) > 1:
            host.ended.clear()
            await host.ended.wait()
    neighbour.press("a")
    await neighbour.until("key 1 a")


async def test_ending_does_not_wait_for_a_client_that_does_not_read(serve: Serve) -> None:
    """The server can go down."""
    host = await serve(Painter)
    await _deaf(host)
    [session] = host.sessions
    await _paint_until_blocked(host.apps[0])
    async with asyncio.timeout(3):
        await session.end("Good-bye.")
    await host.all_ended()


def test_asyncssh_is_the_one_the_private_names_were_read_from() -> None:
    """``_transport`` and ``_process_env_request`` are AsyncSSH's own: look again when it changes."""
    assert asyncssh.__version__.startswith("2.24.")
