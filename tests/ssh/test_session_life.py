"""From the first byte to the last: how sessions begin, end, fail, and what they leave behind."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from structlog.testing import capture_logs
from textual.app import App
from textual.widgets import Input

from tests.ssh.conftest import Client, Probe, Serve
from tests.ssh.forum_server import serving
from tui_forum.i18n import language
from tui_forum.ui.app import ForumApp

ALTERNATE_SCREEN = b"\x1b[?1049h"


async def test_a_session_shows_the_app_and_ends_with_it(serve: Serve) -> None:
    """The app appears, hears keys, and its result goes to whoever chooses the next app."""
    host = await serve()
    client = await host.open()
    await client.until("ready")
    client.press("x")
    assert await client.end() == 0
    assert host.results == ["left"]
    assert client.received.rstrip().endswith(b"\x1b[?1049l")


async def test_apps_run_one_after_the_other(serve: Serve) -> None:
    """Registration and then the forum: the second app gets the terminal from the first."""
    host = await serve()
    first, second = host._next_app, Probe

    async def two(traits: Any, driver_class: Any, previous: object) -> App[Any] | None:
        if previous == "left" and len(host.apps) < 2:
            app = second(traits, driver_class)
            host.apps.append(app)
            return app
        return await first(traits, driver_class, previous)

    host._next_app = two  # type: ignore[method-assign]
    client = await host.open()
    await client.until("ready")
    client.press("ax")
    await client.until(lambda: client.received.count(ALTERNATE_SCREEN) == 2)
    await client.until(lambda: b"ready" in client.received.rpartition(ALTERNATE_SCREEN)[2])
    client.press("bx")
    assert await client.end() == 0
    assert [app.keys for app in host.apps] == [["a", "x"], ["b", "x"]]


async def test_without_a_terminal_one_line_and_exit_code_2(serve: Serve) -> None:
    """Not an app that nobody can see."""
    host = await serve()
    client = await host.open(term=None)
    assert await client.end() == 2
    assert client.errors == b"This forum needs a terminal: connect with ssh -t.\r\n"
    assert host.apps == []


async def test_commands_are_refused_in_one_line_with_exit_code_2(serve: Serve) -> None:
    """With and without a terminal."""
    host = await serve()
    for term in (None, "xterm"):
        client = await host.open(term=term, command="rm -rf /")
        assert await client.end() == 2
        assert client.errors.count(b"\n") == 1
    assert host.apps == []


async def test_subsystems_are_refused(serve: Serve) -> None:
    """No sftp, nothing."""
    host = await serve()
    connection = await host.connect()
    with pytest.raises(asyncssh.ChannelOpenError):
        await connection.create_session(Client, subsystem="sftp", encoding=None)
    with pytest.raises(asyncssh.ChannelOpenError):
        await connection.start_sftp_client()


async def test_each_session_speaks_its_clients_language(serve: Serve) -> None:
    """The language is set before the app is made, and belongs to the session alone."""
    spoken = []

    def make(traits: Any, driver_class: Any) -> App[Any]:
        spoken.append(language())
        return Probe(traits, driver_class)

    host = await serve(make)
    for environment in ({"LANG": "de_DE.UTF-8"}, {}, {"LC_ALL": "de_AT", "LANG": "en_GB"}):
        client = await host.open(env=environment)
        await client.until("ready")
    assert spoken == ["de", "en", "de"]
    assert language() == "en"


async def test_a_crash_ends_that_session_alone(serve: Serve) -> None:
    """One sentence with a reference number; the traceback, without the client seeing it, in the log."""
    host = await serve()
    bystander = await host.open()
    victim = await host.open()
    await victim.until("ready")
    await bystander.until("ready")
    with capture_logs() as logs:
        victim.press("!")
        assert await victim.end() == 1
    left = bytes(victim.received).rpartition(b"\x1b[?1049l")[2].decode()
    assert "Something went wrong" in left
    assert left.count("\n") == 1
    for secret in (b"hunter2", b"Traceback", b"boom", b"test_session_life"):
        assert secret not in victim.received
    [entry] = [entry for entry in logs if entry["event"] == "session_crashed"]
    assert entry["reference"] in left
    assert isinstance(entry["exc_info"], RuntimeError)
    bystander.press("a")
    await bystander.until("key 1 a")


async def test_an_app_that_cannot_be_made_ends_with_a_sentence(serve: Serve) -> None:
    """Before there is any screen."""

    def broken(traits: Any, driver_class: Any) -> App[Any]:
        raise RuntimeError("no database")

    host = await serve(broken)
    client = await host.open()
    assert await client.end() == 1
    assert b"Something went wrong" in client.received
    assert b"no database" not in client.received


async def test_the_server_ends_a_session_with_a_sentence(serve: Serve) -> None:
    """Drafts are kept first; the alternate screen is left; exit status 0."""
    host = await serve()
    client = await host.open()
    await client.until("ready")
    [session] = host.sessions
    await session.end("The server is going down.")
    assert await client.end() == 0
    assert host.apps[0].prepared
    assert bytes(client.received).rpartition(b"\x1b[?1049l")[2] == b"The server is going down.\r\n"


async def test_a_session_can_be_ended_before_it_has_an_app(serve: Serve) -> None:
    """The server goes down while the database is being asked."""
    host = await serve()
    asked = asyncio.Event()

    async def never(*_args: object) -> None:
        asked.set()
        await asyncio.Event().wait()

    host._next_app = never  # type: ignore[method-assign,assignment]
    client = await host.open()
    await asked.wait()
    [session] = host.sessions
    await session.end("Good-bye.")
    assert await client.end() == 0
    assert client.received == b"Good-bye.\r\n"


async def test_idle_sessions_end_when_there_is_a_limit(serve: Serve) -> None:
    """With a sentence."""
    host = await serve(idle=0.2)
    client = await host.open()
    assert await client.end() == 0
    assert b"You were away for long" in client.received


async def test_a_dropped_connection_ends_the_app(serve: Serve) -> None:
    """At whatever moment: before, during and after the first paint."""
    host = await serve()
    for painted in (False, True):
        client = await host.open()
        if painted:
            await client.until("ready")
        client.connection.abort()
        await host.all_ended()
    assert not any(app.is_running for app in host.apps)


def _threads() -> set[str]:
    """The names of all threads but those in which the loop looks up the addresses of our clients."""
    return {thread.name for thread in threading.enumerate() if not thread.name.startswith("asyncio_")}


async def test_no_thread_per_session_and_stdout_stays(serve: Serve) -> None:
    """Ten sessions, ended in another order than begun."""
    host = await serve()
    threads, stdout, stderr = _threads(), sys.stdout, sys.stderr
    clients = [await host.open() for _ in range(10)]
    for client in clients:
        await client.until("ready")
    assert _threads() == threads
    for client in clients[::2] + clients[1::2]:
        client.press("x")
        await client.end()
    assert sys.stdout is stdout
    assert sys.stderr is stderr


class Typing(Probe):
    """An app with a field that has the focus."""

    def compose(self) -> Any:
        """A field."""
        field = Input()
        field.cursor_blink = False
        yield field
        yield from super().compose()


async def test_an_idle_session_schedules_nothing(serve: Serve) -> None:
    """No timer waits, so an idle session costs nothing."""
    host = await serve(Typing)
    client = await host.open()
    await client.until("ready")
    connection = host.connections[-1]
    loop: Any = asyncio.get_running_loop()
    await _until_quiet(client)

    def ours() -> list[Any]:
        return [
            handle
            for handle in loop._scheduled
            if not handle.cancelled() and handle.when() - loop.time() < 5 and "wait_for" not in repr(handle)
        ]

    assert connection is not None
    before = host.apps[0].painted
    # The test's own time-out is the only thing that may be scheduled within five seconds.
    assert [handle for handle in ours() if "server" in repr(handle) or "textual" in repr(handle)] == []
    assert host.apps[0].painted == before


async def _until_quiet(client: Client) -> None:
    """Until a key's repaint has come: what the start has begun is done by then."""
    client.press("q")
    await client.until(lambda: b"q" in client.received)


async def test_screens_that_keys_open_and_close_do_not_end_the_session(tmp_path: Path) -> None:
    """A screen's timer, begun by the task that hands the keys over, once knew of no app."""
    async with serving(tmp_path) as running:
        _actor, key = await running.member("anna")
        connection = await running.connect(key)
        _chan, client = await connection.create_session(
            Client, encoding=None, term_type="xterm-256color", term_size=(80, 24)
        )
        assert isinstance(client, Client)
        await client.until("no community yet")
        for keys, shown in (("gi", "Inbox"), ("gd", "Drafts"), ("gs", "Settings"), ("?", "Keys")):
            client.press(keys)
            await client.until(shown)
            client.press("\x1b")
            await client.until("no community yet")
        connection.abort()


def _files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_500_sessions_leave_nothing_behind(serve: Serve) -> None:
    """No app, no task, no file descriptor, however they ended."""
    host = await serve()
    await _some_sessions(host, 5)
    gc.collect()
    tasks, files = len(asyncio.all_tasks()), _files()
    for _ in range(20):
        await _some_sessions(host, 25)
    gc.collect()
    assert [obj for obj in gc.get_objects() if isinstance(obj, Probe)] == []
    assert len(asyncio.all_tasks()) <= tasks
    assert _files() <= files


async def _some_sessions(host: Any, count: int) -> None:
    connection = await host.connect()
    for number in range(count):
        kind = number % 5
        if kind == 4:  # the line breaks
            lost = await host.connect()
            client = await host.open(connection=lost)
            if number % 2:
                await client.until("ready")
            lost.abort()
            await lost.wait_closed()
            continue
        client = await host.open(connection=connection)
        if kind == 3:  # gone before anything was painted
            client.channel.close()
            await client.end()
            continue
        await client.until("ready")
        client.press({0: "x", 1: "!", 2: "\x1b[A"}[kind])
        if kind == 2:
            client.channel.abort()
        await client.end()
    await host.all_ended()
    connection.close()
    await connection.wait_closed()
    host.apps.clear()
    host.connections.clear()
    host._stack = type(host._stack)()


@pytest.mark.slow
async def test_forum_sessions_leave_nothing_behind(tmp_path: Path) -> None:
    """The same with the real app: opened, moved about in, and cut off in the middle."""
    async with serving(tmp_path) as running:
        _actor, key = await running.member("anna")
        connection = await running.connect(key)
        for number in range(30):
            _chan, client = await connection.create_session(
                Client, encoding=None, term_type="xterm-256color", term_size=(80, 24)
            )
            assert isinstance(client, Client)
            if number % 3:
                await client.until("anna")
                client.press("?\x1bjk")
            client.channel.abort()
            await client.end()
        connection.close()
        await connection.wait_closed()
        async with asyncio.timeout(10):
            while running.listener.sessions:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0)
        gc.collect()
        assert len([obj for obj in gc.get_objects() if isinstance(obj, ForumApp)]) == 0
        names = [task.get_name() for task in asyncio.all_tasks()]
        assert not [name for name in names if name == "session" or "process_messages" in name]
