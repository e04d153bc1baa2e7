"""What others wrote reaches a terminal as text: the screen is what we drew, the bytes are our own.

Imported through the importer, read through a real connection, while the server's loop is watched.
"""

from __future__ import annotations

import asyncio
import json
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyte
import pytest

from tests.data import shared_data
from tests.forums import another
from tests.importers.test_run import Silent
from tests.ssh.conftest import WAIT, Client, Lag
from tests.ssh.forum_server import Running, serving
from tests.ssh.hostile import SAMPLES, Terminal, foreign, robust_texts, seen, told
from tests.unit.test_render import HOSTILE
from tui_forum.domain.entities import PostOrder, Visibility
from tui_forum.domain.limits import BODY_MAX_CHARS
from tui_forum.domain.text import clean_line
from tui_forum.importers.records import ImportJob, Kind
from tui_forum.importers.run import run
from tui_forum.services.imports import Imports
from tui_forum.ui.app import ForumApp
from tui_forum.ui.navigation import OpenThread
from tui_forum.ui.screens.drafts import DraftsScreen
from tui_forum.ui.screens.inbox import InboxScreen
from tui_forum.ui.screens.search import SearchScreen

SIZE = (100, 40)
MOST_LAG = 0.1  # seconds any other session may wait


async def imported(running: Running, threads: Sequence[tuple[str, Sequence[str]]], folder: Path) -> None:
    """A community of these threads (title, bodies); each author is called what is written."""
    file = folder / "archive.jsonl"
    with file.open("w") as lines:
        for place, (title, bodies) in enumerate(threads):
            for number, body in enumerate(bodies):
                post = {
                    "message_id": f"<{place}.{number}@x>",
                    "thread": f"t{place}",
                    "title": title,
                    "from": f"{body[:60]} <author{number}@x>",
                    "date": f"2001-01-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}",
                    "references": [f"<{place}.{number - 1}@x>"] if number else [],
                    "body": body,
                }
                lines.write(json.dumps(post) + "\n")
    job = ImportJob(Kind.JSONL, file, "old", name="Old posts")
    await run(Imports(running.forum.database), job, Silent())


class Reader:
    """A client at a terminal of 24 bit colours, and the app at the other end."""

    def __init__(self, running: Running, client: Client) -> None:
        self.running = running
        self.client = client

    @property
    def app(self) -> ForumApp:
        """The app."""
        (session,) = self.running.listener.sessions
        app: Any = session._app
        return app  # type: ignore[no-any-return]

    async def press(self, keys: str, done: Callable[[], object]) -> None:
        """Type, and wait until it is done and the terminal shows what was drawn."""
        self.client.press(keys)
        try:
            async with asyncio.timeout(WAIT):
                while not (done() and seen(self.client) == told(self.running)):
                    await asyncio.sleep(0.002)
        except TimeoutError:
            pairs = zip(told(self.running), seen(self.client), strict=True)
            differing = "\n".join(f"{drawn!r}\n{shown!r}" for drawn, shown in pairs if drawn != shown)
            raise AssertionError(f"done: {bool(done())}; drawn and shown:\n{differing}") from None
        assert not foreign(bytes(self.client.received))
        self.client.received.clear()
        self.client._fed = 0

    async def read_thread(self, last: int) -> None:
        """Page through the open thread to its end."""
        reader = self.app.browse.reader
        numbers: set[int] = set()

        def place() -> tuple[int, int, int]:
            numbers.update(reader.posts[index].number for index, _line in reader._visible())
            return reader.posts[reader._top].number, reader._skip, len(reader.posts)

        while True:
            before = place()
            if last in numbers and reader._at_end():
                break
            await self.press(" ", lambda before=before: place() != before)  # type: ignore[misc]
        assert numbers == set(range(1, last + 1))


@pytest.fixture
async def running(tmp_path: Path) -> Any:
    """A server."""
    async with serving(tmp_path, limits={"penalties": False}) as found:
        yield found


async def arrive(running: Running) -> Reader:
    """Anna, at home."""
    _actor, key = await running.member("anna")
    connection = await running.connect(key)
    _channel, client = await connection.create_session(
        Client, encoding=None, term_type="xterm-256color", term_size=SIZE, env={"COLORTERM": "truecolor"}
    )
    assert isinstance(client, Client)
    client.connection = connection
    client.screen = Terminal(*SIZE)
    client._stream = pyte.ByteStream(client.screen)
    reader = Reader(running, client)
    await client.until("Old posts")
    return reader


@pytest.mark.parametrize("material", ["samples", pytest.param("robustness", marks=pytest.mark.slow)])
async def test_bodies_and_names_are_text(running: Running, tmp_path: Path, material: str) -> None:
    """Escape sequences, controls, markup, emoji, marks, every script: not a byte, not a column."""
    texts = [*SAMPLES] if material == "samples" else [*robust_texts(shared_data("robustness"))]
    texts = [text for text in texts if text.strip()]
    await imported(running, [("All of it", texts)], tmp_path)
    reader = await arrive(running)
    browse = reader.app.browse
    await reader.press("\r", lambda: browse.threads.items)
    await reader.press("\r", lambda: browse.reader.posts)
    await reader.read_thread(len(texts))


@pytest.mark.parametrize("material", ["samples", pytest.param("robustness", marks=pytest.mark.slow)])
async def test_titles_are_text(running: Running, tmp_path: Path, material: str) -> None:
    """In lists, above the thread, in the window's title."""
    texts = [*SAMPLES]
    if material == "robustness":
        texts = json.loads((shared_data("robustness") / "blns" / "blns.json").read_text("utf-8"))
    texts = [text for text in texts if clean_line(text)]
    await imported(running, [(text, ["Body"]) for text in texts], tmp_path)
    reader = await arrive(running)
    threads, posts = reader.app.browse.threads, reader.app.browse.reader
    await reader.press("\r", lambda: threads.items)
    while True:
        await reader.press("\r", lambda: reader.app.browse.level == "posts" and posts.thread)
        await reader.press("q", lambda: reader.app.browse.level == "threads")
        before = threads.index, len(threads.items)
        if before == (len(texts) - 1, len(texts)):
            break
        # A page further; at the end of what was loaded more comes.
        await reader.press("\x06", lambda before=before: before != (threads.index, len(threads.items)))  # type: ignore[misc]


async def test_notices_drafts_and_the_composer_show_text(running: Running, tmp_path: Path) -> None:
    """In the inbox, in the list of drafts, quoted in the editor and its preview, in the search."""
    await imported(running, [("Old", ["posts"])], tmp_path)
    reader = await arrive(running)
    anna = reader.app.actor
    bob, _key = await running.member("bob")
    for who in (anna, bob):
        await running.forum.memberships.join(who, 1)
    for place, text in enumerate(SAMPLES):
        thread = await running.forum.posts.start_thread(anna, 1, f"sample{place}. {text}", "Mine")
        await running.forum.posts.reply(bob, thread.thread_id, text + "\nx", reply_to=1)
        await running.forum.drafts.save(anna, f"thread:{thread.thread_id}", title="", body=text)
    browse = reader.app.browse
    for keys, kind in (("gi", InboxScreen), ("gd", DraftsScreen)):
        await reader.press(keys, lambda kind=kind: isinstance(reader.app.screen, kind))  # type: ignore[misc]
        current: Any = reader.app.screen
        rows = current.rows
        for row in range(len(SAMPLES)):
            await reader.press("j" if row else "", lambda rows=rows, row=row: rows.index == row)  # type: ignore[misc]
    for place, _text in enumerate(SAMPLES):
        (hit,) = await running.forum.threads.search_titles(anna, f"sample{place}.")
        reader.app.post_message(OpenThread(hit.thread_id, 2))
        await reader.press("", lambda title=hit.title: title in browse.heading())  # type: ignore[misc]
        await reader.press("R", lambda: getattr(reader.app.screen, "_loaded", False))
        await reader.press("\x1bOQ", lambda: reader.app.screen.preview.display)  # type: ignore[attr-defined]
        await reader.press("\x1b", lambda: not reader.app.screen.preview.display)  # type: ignore[attr-defined]
        await reader.press("\x1b", lambda: reader.app.screen is browse)
    await reader.press("gd", lambda: isinstance(reader.app.screen, DraftsScreen))
    drafts: Any = reader.app.screen
    for row in range(len(SAMPLES)):
        await reader.press("j" if row else "", lambda row=row: drafts.rows.index == row)  # type: ignore[misc]
        await reader.press("\r", lambda: getattr(reader.app.screen, "_loaded", False))
        await reader.press("\x1b", lambda: len(drafts.rows.items) >= 12 and reader.app.screen is drafts)


async def test_markdown_made_to_be_slow_holds_nobody_up(running: Running, tmp_path: Path) -> None:
    """Tables, fences, brackets, quotes of 32,000 characters: opened, read to the end, as a tree."""
    bodies = {name: body[:BODY_MAX_CHARS] for name, body in HOSTILE.items()}
    await imported(running, [(name, [body]) for name, body in bodies.items()], tmp_path)
    client = (reader := await arrive(running)).client
    browse = reader.app.browse
    slowest: dict[str, float] = {}

    async def press(keys: str, done: Callable[[], object]) -> None:
        client.press(keys)
        async with asyncio.timeout(WAIT):
            while not done():
                await asyncio.sleep(0.002)

    await press("\r", lambda: len(browse.threads.items) == len(bodies))
    for place in range(len(bodies)):
        row = browse.threads.current
        assert row is not None
        # Once more when it was late: a busy machine is late at times, what is slow is slow each time.
        for _attempt in range(3):
            browse.reader.clear_cache()
            async with Lag() as lag:
                await press("\r", lambda: browse.level == "posts")
                await press("tG", lambda: browse.reader.order is PostOrder.TREE)
                await press("t ", lambda: browse.reader.order is PostOrder.CHRONOLOGICAL)
                await press("q", lambda: browse.level == "threads")
            slowest[row.title] = min(slowest.get(row.title, lag.worst), lag.worst)
            if lag.worst <= MOST_LAG:
                break
        await press("j", lambda place=place: browse.threads.index == min(place + 1, len(bodies) - 1))  # type: ignore[misc]
    assert not {name: lag for name, lag in slowest.items() if lag > MOST_LAG}


async def test_markup_is_text_wherever_it_is_clicked(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a crash nor an action, a browser on the server, or a file on its disk."""
    monkeypatch.setattr(webbrowser, "open", lambda *_args: pytest.fail("opened a browser"))
    empty = tmp_path / "here"
    empty.mkdir()
    monkeypatch.chdir(empty)
    link = "[@click=app.exit]here[/] [click](https://evil.example) https://evil.example [/] ![i](file:///etc/passwd)"
    await imported(running, [(link, [f"{link}\n\n" * 10])], tmp_path)
    reader = await arrive(running)
    browse = reader.app.browse
    await reader.press("\r", lambda: browse.threads.items)
    await reader.press("\r", lambda: browse.level == "posts")
    for row in (1, 4, 6, 8, 40):
        for column in range(3, 90, 9):
            await reader.press(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m", lambda: True)
    await reader.press(":", lambda: reader.app.screen is not browse)
    for word in ("screenshot", "\x15save", "\x15theme"):
        await reader.press(word, lambda: True)
        assert "creenshot" not in "\n".join(told(running)[2:])
    await reader.press("\x1b", lambda: reader.app.screen is browse)
    await reader.press("j", lambda: True)
    assert list(empty.iterdir()) == []


RAW_QUERIES = (
    '"', "'", "''; DROP TABLE post; --", "*", "a*", "(", ")", "NEAR(a b)", "a AND", "NOT", "OR OR", "-a",
    "community:private", "title:secret", "^a", "{a b}", "a + b", "\x00", "%", "_", "\\",
)  # fmt: skip


async def test_whatever_is_searched_for_is_words(running: Running, tmp_path: Path) -> None:
    """No syntax, no column, no error; and nothing of what one may not see."""
    await imported(running, [("Old", ["posts"])], tmp_path)
    boss = await running.forum.accounts.local_actor("boss")
    secret = await another(running.forum, boss, "private", Visibility.INVITE)
    await running.forum.posts.start_thread(boss, secret.community_id, "secret a title", "body")
    reader = await arrive(running)
    await reader.press("/", lambda: isinstance(reader.app.screen, SearchScreen))
    screen: Any = reader.app.screen
    async with Lag() as lag:
        for query in RAW_QUERIES:
            before = screen.field.value
            reader.client.press(f"\x15\x1b[200~{query}\x1b[201~")
            async with asyncio.timeout(WAIT):
                while screen.field.value == before:
                    await asyncio.sleep(0.002)
            await screen._search()
            assert "secret a title" not in "\n".join(told(running)[2:])
    assert lag.worst < MOST_LAG
    await reader.press("\x15Old", lambda: [hit.title for hit in screen.rows.items] == ["Old"])
