"""Many lines break at once while posts are being sent: no lock stays, no connection, and no text is lost."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from textual import work
from textual.app import App, ComposeResult
from textual.widgets import Static

from server.identity import AppFactory, Identity, Known
from server.session import START
from tests.forums import another, rows
from tests.ssh.conftest import Client, elsewhere
from tests.ssh.forum_server import Running, serving
from tui_forum.domain.entities import Actor
from tui_forum.services.forum import Forum
from tui_forum.storage.engine import Database
from tui_forum.storage.uow import UnitOfWork
from tui_forum.ui.traits import TerminalTraits

MOST_WAIT = 0.1  # seconds until another process can write
LIMITS = {
    "penalties": False, "sessions_per_address": 1000, "sessions_per_account": 1000,
    "max_startups": "1000:30:1000",
}  # fmt: skip
#: What is typed, and the screen that it is typed on.
COMPOSE = (("Club", "\r"), ("Hello", "\r"), ("Who is there?", "r"), ("Reply", "<post-{n}>"))


class Writer(App[None]):
    """What the composer does when it sends, without all else: a key writes a post."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, forum: Forum, actor: Actor, driver_class: Any) -> None:
        super().__init__(driver_class=driver_class)
        self.forum = forum
        self.actor = actor
        self.text = ""

    def compose(self) -> ComposeResult:
        """A line."""
        yield Static("ready", markup=False)

    def on_key(self, event: Any) -> None:
        """Letters are the text; Ctrl-S sends it."""
        if event.key == "ctrl+s":
            self._send()
        else:
            self.text += event.character or ""
            self.query_one(Static).update(self.text)

    @work
    async def _send(self) -> None:
        await self.forum.posts.reply(self.actor, 1, self.text, token=self.text)


def writers(forum: Forum) -> AppFactory:
    """Sessions of :class:`Writer`."""

    async def make(identity: Identity, traits: TerminalTraits, driver_class: Any, result: object) -> Any:
        assert isinstance(identity, Known)
        return Writer(forum, identity.actor, driver_class) if result is START else None

    return make


async def composed(port: int, key: bytes, steps: list[tuple[str, str]]) -> Client:
    """A client that has typed what ``steps`` say, and sees the last of it."""
    connection = await asyncssh.connect(
        "127.0.0.1", port, username="x", known_hosts=None, config=None, agent_path=None,
        client_keys=[asyncssh.import_private_key(key)], kex_algs=["curve25519-sha256"],
    )  # fmt: skip
    _channel, client = await connection.create_session(
        Client, encoding=None, term_type="xterm", term_size=(40, 10)
    )
    assert isinstance(client, Client)
    client.connection = connection
    client.screen.resize(10, 40)
    for seen, keys in steps:
        await client.until(seen)
        client.press(keys)
    await client.until(steps[-1][1])
    return client


async def drop_in_mid_post(
    port: int, keys: list[bytes], steps: tuple[tuple[str, str], ...], database: str, clients: int
) -> list[float]:
    """Send from many clients, cut all their lines, and write at once from here: how long that waited."""
    other = await Database.open(f"sqlite+aiosqlite:///{database}")
    waits = []
    for first in range(0, clients, len(keys)):
        sessions = await asyncio.gather(
            *(
                composed(port, key, [(seen, text.format(n=first + place)) for seen, text in steps])
                for place, key in enumerate(keys)
            )
        )
        for client in sessions:
            client.press("\x13")
        await asyncio.sleep(first % 7 / 100)  # into the middle of it
        for client in sessions:
            client.connection.abort()
        asked = time.perf_counter()
        await other.write(_nothing)
        waits.append(time.perf_counter() - asked)
    await other.close()
    return waits


async def _nothing(uow: UnitOfWork) -> None:
    """Having had the lock is all."""


async def dropped(
    running: Running, people: int, steps: Any, clients: int
) -> tuple[list[float], Counter[str]]:
    """Let ``clients`` of ``people`` drop: how long others waited, and what is in posts and drafts."""
    database = running.forum.database
    operator = await running.forum.accounts.local_actor("operator")
    club = await another(running.forum, operator, "club")
    await running.forum.posts.start_thread(operator, club.community_id, "Hello", "Who is there?")
    keys = []
    for place in range(people):
        actor, key = await running.member(f"writer{place}")
        await running.forum.memberships.join(actor, club.community_id)
        keys.append(key.export_private_key())
    path = str(running.folder / "forum.db")
    waits = await elsewhere(drop_in_mid_post, running.port, keys, steps, path, clients)
    async with asyncio.timeout(20):
        while running.listener.sessions:
            await asyncio.sleep(0.01)
    await database.drain()
    async with asyncio.timeout(1):
        while database.connections_in_use:  # the tail of the events may be reading just now
            await asyncio.sleep(0.001)
    found = Counter(body for [body] in await rows(database, "SELECT body FROM post WHERE number > 1"))
    found.update(body for [body] in await rows(database, "SELECT body FROM draft"))
    return waits, found


async def test_clients_dropped_in_mid_post_lose_no_text_and_leave_no_lock(tmp_path: Path) -> None:
    """What they wrote is a post or a draft, and once; another process writes at once, not after 12 s."""
    async with serving(tmp_path, limits=LIMITS) as running:
        waits, found = await dropped(running, 10, COMPOSE, 20)
    assert max(waits) < 1
    # Who comes back finds what was typed, and goes on behind it.
    written = Counter(post for body in found.elements() for post in re.findall(r"<post-\d+>", body))
    assert written == Counter(f"<post-{n}>" for n in range(20))


@pytest.mark.slow
@pytest.mark.parametrize("half", [1, 2])
async def test_a_thousand_clients_dropped_in_mid_post_leave_no_lock_and_no_connection(
    tmp_path: Path, half: int
) -> None:
    """Each on a connection of its own; another process writes within 100 ms, whatever they were at.

    In two parts that run beside each other.
    """
    async with serving(tmp_path, apps=writers, limits=LIMITS) as running:
        waits, found = await dropped(running, 25, (("ready", "<{n}>"),), 500)
    assert len(found) > 100, "most were dropped before they sent anything"
    assert statistics.median(waits) < MOST_WAIT
    assert set(found.values()) == {1}
