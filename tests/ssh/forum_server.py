"""The real server with a real forum, in this process (to look inside) or one of its own."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import signal
import socket
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import pyte

from server.apps import app_factory
from server.host_keys import load_host_key
from server.identity import AppFactory, public_key
from server.listener import Listener
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings, load_settings
from tui_forum.domain.entities import Actor, Registration
from tui_forum.services.forum import Forum

WAIT = 30.0


@dataclass
class Running:
    """A server in this process."""

    listener: Listener
    forum: Forum
    folder: Path

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.listener.port

    async def member(self, handle: str) -> tuple[Actor, asyncssh.SSHKey]:
        """An account with a key."""
        key = asyncssh.generate_private_key("ssh-ed25519")
        actor = await self.forum.accounts.register(Registration(handle, handle.capitalize()), public_key(key))
        return actor, key

    async def connect(self, key: asyncssh.SSHKey | None, **options: Any) -> asyncssh.SSHClientConnection:
        """A client."""
        wanted: dict[str, Any] = {
            "username": "anybody",
            "known_hosts": None,
            "agent_path": None,
            "config": None,
        }
        wanted |= {"client_keys": [key] if key else None} | options
        return await asyncssh.connect("127.0.0.1", self.port, **wanted)


@asynccontextmanager
async def serving(
    folder: Path, *, apps: Callable[[Forum], AppFactory] | None = None, **settings: Any
) -> AsyncIterator[Running]:
    """Listen on a free port of loopback until the block ends; ``apps`` gives others than the forum's."""
    chosen: Settings = load_settings(data_dir=folder, listen="127.0.0.1:0", **settings)
    forum = await open_forum(chosen)
    listener = Listener(forum, chosen, apps(forum) if apps else app_factory(forum, chosen))
    await listener.start(load_host_key(folder))
    try:
        yield Running(listener, forum, folder)
    finally:
        await listener.stop("bye")
        await forum.close()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess:
    """``tui-forum serve`` as an operator starts it."""

    def __init__(self, folder: Path, *arguments: str, port: int = 0, **environment: str) -> None:
        self.port = port or free_port()
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tui_forum", "serve", "--data", str(folder),
             "--listen", f"127.0.0.1:{self.port}", *arguments],
            env={**os.environ, "LANG": "C.UTF-8", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )  # fmt: skip

    async def ready(self) -> None:
        """Wait until it listens."""
        async with asyncio.timeout(WAIT):
            while True:
                try:
                    _reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    assert self._process.poll() is None, self.output()
                    await asyncio.sleep(0.02)
                else:
                    await _reader.read(4)
                    writer.close()
                    return

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._process.communicate()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self._process.send_signal(signal.SIGTERM)
        self._text, _ = self._process.communicate(timeout=WAIT)
        return self._process.returncode

    def output(self) -> str:
        """What it printed, once it has ended."""
        if not hasattr(self, "_text"):
            self._text, _ = self._process.communicate(timeout=WAIT)
        return self._text

    @property
    def code(self) -> int | None:
        """The exit code."""
        return self._process.wait(timeout=WAIT)


class Pty:
    """A program in a pseudo-terminal, its screen kept by a terminal emulator."""

    def __init__(
        self, command: Sequence[str], environment: dict[str, str], size: tuple[int, int] = (80, 24)
    ) -> None:
        self._primary, secondary = pty.openpty()
        self._loop = asyncio.get_running_loop()
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self._news = asyncio.Event()
        self._ended = False
        self.raw = bytearray()
        fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self._process = subprocess.Popen(
            command, stdin=secondary, stdout=secondary, stderr=secondary, start_new_session=True,
            env=environment,
        )  # fmt: skip
        os.close(secondary)
        os.set_blocking(self._primary, False)
        self._loop.add_reader(self._primary, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._primary, 65536)
        except OSError:
            data = b""
        if not data:
            self._ended = True
            self._loop.remove_reader(self._primary)
        self.raw += data
        self._stream.feed(data)
        self._news.set()

    @property
    def text(self) -> str:
        """The screen."""
        return "\n".join(self.screen.display)

    @property
    def pid(self) -> int:
        """The program's process."""
        return self._process.pid

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._primary, keys.encode())

    async def until(self, *found: str) -> None:
        """Wait until all of ``found`` are on the screen."""
        try:
            async with asyncio.timeout(WAIT):
                while not all(text in self.text for text in found):
                    assert not self._ended, f"it ended; on screen:\n{self.text}"
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{found} never came; on screen:\n{self.text}") from None

    async def code(self) -> int:
        """Wait for ``ssh`` to end; its exit code."""
        async with asyncio.timeout(WAIT):
            while not self._ended:
                self._news.clear()
                await self._news.wait()
        return self._process.wait(timeout=WAIT)

    def drop(self) -> None:
        """The line is cut."""
        self._process.kill()
        self._process.wait()
        self.close()

    def close(self) -> None:
        """Give everything up."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if not self._ended:
            self._loop.remove_reader(self._primary)
            self._ended = True
        os.close(self._primary)


class OpenSsh(Pty):
    """The real ``ssh`` in a pseudo-terminal."""

    def __init__(
        self,
        port: int,
        *options: str,
        user: str = "anybody",
        size: tuple[int, int] = (80, 24),
        command: str = "",
    ) -> None:
        super().__init__(
            ["ssh", "-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
             "-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-o", "SendEnv=LANG", *options,
             "-p", str(port), f"{user}@127.0.0.1", *([command] if command else [])],
            {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "HOME": "/nonexistent",
             "LANG": os.environ.get("TEST_LANG", "C.UTF-8")},
            size,
        )  # fmt: skip


def key_file(folder: Path, name: str, key: asyncssh.SSHKey) -> str:
    """A private key as ``ssh -i`` wants it."""
    path = folder / name
    path.write_bytes(key.export_private_key())
    path.chmod(0o600)
    return str(path)
