"""People write through real ssh clients while the server is killed at random.

Nothing that their screens have shown as sent is lost, nothing is there twice, and what was being
written is found among the drafts and sent once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import asyncssh
import pytest

from server.identity import public_key
from tests.forums import another
from tests.ssh.conftest import Client
from tests.ssh.forum_server import OpenSsh, free_port, key_file
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.domain.entities import Registration

#: Everything is imported once; each line on standard input is a command line of ``tui-forum`` that a
#: child runs until it is killed. Starting Python anew would take most of the test's time.
PROGRAM = """
import os, signal, sys
import server.run, tui_forum.ui.app, tui_forum.ui.screens.compose, tui_forum.ui.screens.drafts
import alembic.command, aiosqlite, cyclopts
from tui_forum.cli import call
child = 0
for line in sys.stdin:
    if child:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    child = 0
    if line.strip():
        child = os.fork()
        if not child:
            os._exit(call(line.split()))
    else:
        print("killed", flush=True)
"""

SIZE = (60, 14)
PATIENCE = 20.0


class GoneError(Exception):
    """The connection ended: the server was killed."""


class Screen(Protocol):
    """A terminal with ``ssh`` in it."""

    @property
    def text(self) -> str:
        """What it shows."""

    def press(self, keys: str) -> None:
        """Type."""

    async def changed(self) -> None:
        """Wait for output. Raises GoneError when there will be none."""

    def close(self) -> None:
        """Give it up."""


class Library(Client):
    """The client of AsyncSSH: cheap, for the load."""

    async def changed(self) -> None:
        """Output."""
        if self.closed.is_set():
            raise GoneError
        self._news.clear()
        await self._news.wait()

    def close(self) -> None:
        """Hang up."""
        self.connection.abort()


class Real(OpenSsh):
    """OpenSSH in a pseudo-terminal."""

    async def changed(self) -> None:
        """Output."""
        if self._ended:
            raise GoneError
        self._news.clear()
        await self._news.wait()


class Server:
    """``tui-forum serve``, killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._line = f"serve --data {folder} --listen 127.0.0.1:{self.port}\n"
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()

    async def _hear(self, start: str) -> None:
        assert self._process.stdout is not None
        while True:
            line = await asyncio.to_thread(self._process.stdout.readline)
            assert line, "the server did not start"
            if line.startswith(start):
                return

    async def start(self) -> None:
        """Start it and wait until it listens."""
        self._say(self._line)
        await self._hear("Listening")

    async def kill(self) -> None:
        """SIGKILL, and it is gone."""
        self._say("\n")
        await self._hear("killed")

    def close(self) -> None:
        """The end, of a child that runs, too: it holds the pipe."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


TOKEN = re.compile(r"<[a-z]+\.\d+>")


@dataclass
class Person:
    """Somebody who answers on and on; what was left as a draft is sent first."""

    handle: str
    connect: Callable[[], Awaitable[Screen]]
    sent: asyncio.Event
    kept: asyncio.Event
    acknowledged: set[str] = field(default_factory=set)
    began: int = 0
    recovered: int = 0
    gone: str = ""  # how the last session ended

    async def session(self) -> None:
        """From the login until the server is gone."""
        try:
            screen = await self.connect()
            with contextlib.closing(screen):
                await self._recover(screen)
                while True:
                    self.began += 1
                    token = f"<{self.handle}.{self.began}>"
                    # All at once: the composer opens meanwhile. Every other one is pasted.
                    text = f"\x1b[200~{token}\x1b[201~" if self.began % 2 else token
                    screen.press(f"r{text}")
                    if self.began % 3 == 0:  # laid aside, and gone on with
                        screen.press("\x1b")
                        await until(screen, lambda text: "draft is kept" in text)
                        self.kept.set()
                        screen.press("r")
                        await until(screen, lambda text: "is back" in text)
                    screen.press("\x13")
                    await self._shown(screen, token)
        except (GoneError, asyncssh.Error, OSError) as error:
            self.gone = repr(error)

    async def _recover(self, screen: Screen) -> None:
        """Send what was left as a draft, then open the thread."""
        await until(screen, lambda text: "My communities" in text)
        screen.press("gd")
        await until(screen, lambda text: "No drafts." in text or TOKEN.search(text))
        if "No drafts." in screen.text:
            screen.press("q")
            await until(screen, lambda text: "My communities" in text)
            screen.press("\r")
            await until(screen, lambda text: "Go on" in text)
            screen.press("\r")
            await until(screen, lambda text: "And then?" in text or TOKEN.search(text))
            return
        screen.press("\r")
        await until(screen, lambda text: "is back" in text)
        found = TOKEN.search(screen.text)
        assert found is not None
        screen.press("\x13")
        await self._shown(screen, found[0])
        self.recovered += 1

    async def _shown(self, screen: Screen, token: str) -> None:
        """Wait until the thread is shown with ``token`` in it: then it was acknowledged."""

        def shown(text: str) -> bool:
            head, *rest = text.splitlines()
            return bool(re.match(r" \d+/\d+ Go on", head)) and any(token in line for line in rest)

        await until(screen, shown)
        self.acknowledged.add(token)
        self.sent.set()


async def until(screen: Screen, found: Callable[[str], object]) -> None:
    """Wait for something on the screen."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not found(screen.text):
                await screen.changed()
    except TimeoutError:
        raise AssertionError(f"it never came; on screen:\n{screen.text}") from None


async def people(
    folder: Path, port: int, sent: asyncio.Event, kept: asyncio.Event, handles: Sequence[str]
) -> list[Person]:
    """Accounts with keys in a community with one thread. The first one has OpenSSH."""
    forum = await open_forum(Settings(data_dir=folder))
    operator = await forum.accounts.local_actor("operator")
    club = await another(forum, operator, "club")
    await forum.posts.start_thread(operator, club.community_id, "Go on", "And then?")
    found: list[Person] = []
    for handle in handles:
        key = asyncssh.generate_private_key("ssh-ed25519")
        actor = await forum.accounts.register(Registration(handle, handle.capitalize()), public_key(key))
        await forum.memberships.join(actor, club.community_id)
        program = _openssh(port, key_file(folder, handle, key)) if not found else _library(port, key)
        found.append(Person(handle, program, sent, kept))
    await forum.close()
    return found


def _openssh(port: int, key: str) -> Callable[[], Awaitable[Screen]]:
    async def connect() -> Screen:
        return Real(port, "-i", key, size=SIZE)

    return connect


def _library(port: int, key: asyncssh.SSHKey) -> Callable[[], Awaitable[Screen]]:
    async def connect() -> Screen:
        connection = await asyncssh.connect(
            "127.0.0.1", port, username="x", known_hosts=None, agent_path=None, config=None, client_keys=[key]
        )
        _channel, session = await connection.create_session(
            Library, encoding=None, term_type="xterm-256color", term_size=SIZE
        )
        assert isinstance(session, Library)
        session.connection = connection
        session.screen.resize(SIZE[1], SIZE[0])
        return session

    return connect


def check(folder: Path, acknowledged: set[str]) -> None:
    """Look at a copy, so that the server itself has to recover what the kill left."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("forum.db", "forum.db-wal"):
            if (folder / name).exists():
                shutil.copyfile(folder / name, Path(scratch) / name)
        with contextlib.closing(sqlite3.connect(Path(scratch) / "forum.db")) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
            bodies = [row[0] for row in copy.execute("SELECT body FROM post WHERE number > 1")]
            drafts = {row[0] for row in copy.execute("SELECT body FROM draft")}
            counters = copy.execute("SELECT last_number, reply_count FROM thread").fetchone()
    # Who types where a draft comes back goes on behind it.
    posts = Counter(token for body in bodies for token in TOKEN.findall(body))
    lost = acknowledged - set(posts)
    assert not lost, ("acknowledged posts are lost", lost, bodies, drafts)
    assert [body for body, times in posts.items() if times > 1] == [], "a post is there twice"
    assert not drafts & set(posts), "a draft stays though it was sent"
    assert counters == (len(bodies) + 1, len(bodies))


SHARDS = [pytest.param(25, seed, marks=pytest.mark.slow) for seed in range(4)]


@pytest.mark.skipif(shutil.which("ssh") is None, reason="no OpenSSH client on this machine")
@pytest.mark.parametrize(("kills", "seed"), [(5, 5), *SHARDS])
async def test_kills_at_random_lose_nothing_that_was_shown_and_double_nothing(
    tmp_path: Path, kills: int, seed: int
) -> None:
    """Two of four write; the server is killed during logins, while they type, send and are shown.

    Five kills, and in four parts that run beside one another a hundred.
    """
    chance = random.Random(seed)
    sent, kept = asyncio.Event(), asyncio.Event()
    server = Server(tmp_path)
    try:
        writers = await people(tmp_path, server.port, sent, kept, ("anna", "bert", "carl", "dora"))
        for _kill in range(kills):
            await server.start()
            sessions = [asyncio.create_task(writer.session()) for writer in chance.sample(writers, 2)]
            # At times during a login, at times after some were shown, at times when a draft is kept.
            moments = [sent] * chance.randrange(5) + [kept] * chance.randrange(2)
            for moment in moments:
                moment.clear()
                waiting = asyncio.create_task(moment.wait())
                await asyncio.wait([waiting, *sessions], return_when=asyncio.FIRST_COMPLETED)
                ends = [task.exception() for task in sessions if task.done()]
                assert waiting.done(), (ends, [writer.gone for writer in writers])
            await asyncio.sleep(chance.uniform(0, 0.1))  # the moment is the point
            await server.kill()
            await asyncio.gather(*sessions)
            check(tmp_path, {token for writer in writers for token in writer.acknowledged})
    finally:
        server.close()
    assert sum(len(writer.acknowledged) for writer in writers) > kills / 2, "hardly anything was sent"
    assert kills == 5 or any(writer.recovered for writer in writers), (
        "no kill came between a draft and its post"
    )
