"""What is committed is heard: in order, once, in other processes too; a slow subscriber costs no memory."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import insert

from tests.forums import member, new_key, person, place
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.domain.entities import Registration
from tui_forum.domain.events import (
    MODERATION_TOPIC,
    EventKind,
    account_topic,
    community_topic,
    thread_topic,
)
from tui_forum.domain.moderation import CaseCategory
from tui_forum.services.events import QUEUE_LENGTH, Subscription
from tui_forum.services.forum import Forum
from tui_forum.storage.models import Event
from tui_forum.storage.tail import EventTail
from tui_forum.storage.uow import UnitOfWork


async def heard(subscription: Subscription, count: int, seconds: float = 5) -> list[tuple[EventKind, object]]:
    found: list[tuple[EventKind, object]] = []
    async with asyncio.timeout(seconds):
        while len(found) < count:
            event = await anext(subscription)
            found.append((event.kind, event.data.get("number")))
    return found


async def test_events_arrive_in_order_and_once(forum: Forum) -> None:
    boss, garden = await place(forum)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    listener = forum.events.subscribe(thread_topic(start.thread_id), community_topic(garden.community_id))
    await asyncio.gather(*(forum.posts.reply(boss, start.thread_id, f"answer {n}") for n in range(40)))
    numbers: list[object] = []
    while not numbers or numbers[-1] != 41:
        [(kind, number)] = await heard(listener, 1)
        # Whether the opening post itself is still heard depends on who was quicker.
        if kind is EventKind.POST_CREATED and number != 1:
            numbers.append(number)
    assert numbers == list(range(2, 42))
    listener.close()


async def test_each_event_reaches_those_it_concerns_and_nobody_else(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    other = await forum.posts.start_thread(boss, garden.community_id, "Tulips", "Why?")
    elsewhere = forum.events.subscribe(thread_topic(other.thread_id), account_topic(ada.account_id))
    inbox = forum.events.subscribe(account_topic(boss.account_id))
    queue = forum.events.subscribe(MODERATION_TOPIC)
    await forum.posts.reply(ada, start.thread_id, "In May")
    await forum.reports.report(ada, start.post_id, CaseCategory.SPAM, "spam")
    assert (await heard(inbox, 1))[0][0] is EventKind.NOTICE_SENT
    assert (await heard(queue, 1))[0][0] is EventKind.POST_REPORTED
    assert not [event for event in elsewhere.take_all() if event.thread_id == start.thread_id]


async def test_a_slow_subscriber_keeps_the_newest_events_and_knows_that_it_lags(sqlite_forum: Forum) -> None:
    slow = sqlite_forum.events.subscribe(account_topic(1))
    for _ in range(QUEUE_LENGTH):
        sqlite_forum.events.tell(EventKind.READ_MOVED, account_id=1)
    assert not slow.lagged
    for number in range(10_000):
        sqlite_forum.events.tell(EventKind.READ_MOVED, account_id=1, thread_id=number)
    assert slow.lagged
    events = slow.take_all()
    assert len(events) == QUEUE_LENGTH
    assert events[-1].thread_id == 9_999


async def test_closing_a_subscription_ends_it_and_leaves_nothing_behind(sqlite_forum: Forum) -> None:
    subscription = sqlite_forum.events.subscribe(account_topic(1), community_topic(1))
    waiting = asyncio.create_task(anext(subscription, None))
    await asyncio.sleep(0)
    subscription.close()
    assert await waiting is None
    assert sqlite_forum.events.followers == 0


OTHER = """
import asyncio, sys
from pathlib import Path
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
async def main():
    forum = await open_forum(Settings(data_dir=Path(sys.argv[1]), database_url=sys.argv[2]))
    boss = await forum.accounts.actor_by_handle("boss-garden")
    for line in sys.stdin:
        await forum.posts.reply(boss, 1, line.strip())
        print("sent", flush=True)
    await forum.close()
asyncio.run(main())
"""


async def another_process_is_heard(forum: Forum, folder: Path, url: str) -> None:
    boss, garden = await place(forum)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, str(folder), url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        listener = forum.events.subscribe(thread_topic(start.thread_id))
        for number in range(2, 12):
            other.stdin.write(f"post {number}\n")
            other.stdin.flush()
            assert await asyncio.to_thread(other.stdout.readline) == "sent\n"
            sent = time.perf_counter()
            while (await heard(listener, 1, 1))[0] != (EventKind.POST_CREATED, number):
                pass  # the opening post
            assert time.perf_counter() - sent < 1
        other.stdin.close()


async def test_what_another_process_writes_is_heard_within_a_second(
    forum: Forum, tmp_path: Path, url: str
) -> None:
    await another_process_is_heard(forum, tmp_path, url)


async def test_a_data_folder_with_a_long_path_is_woken_too(tmp_path: Path) -> None:
    folder = tmp_path / ("long-" * 20) / ("path-" * 20)
    forum = await open_forum(Settings(data_dir=folder))
    await another_process_is_heard(forum, folder, "")
    await forum.close()
    assert not list(folder.glob(".wake-*"))


async def test_where_no_socket_can_be_bound_it_looks_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_forum.storage.tail.SocketSignal.open", lambda _: False)
    forum = await open_forum(Settings(data_dir=tmp_path))
    await another_process_is_heard(forum, tmp_path, "")
    await forum.close()


async def test_the_socket_of_a_dead_process_is_cleared_away(sqlite_forum: Forum, tmp_path: Path) -> None:
    import socket

    dead = tmp_path / ".wake-1-dead"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(dead))
    await sqlite_forum.accounts.register(Registration("ada", "Ada"), new_key())
    await sqlite_forum.database.drain()
    assert not dead.exists()


async def test_when_postgresql_drops_the_listener_it_listens_again(postgres_url: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=postgres_url)
    forum, other = await open_forum(settings), await open_forum(settings)
    listener = forum.events.subscribe(account_topic(1), account_topic(2))

    async def cut(uow: UnitOfWork) -> None:
        from sqlalchemy import text

        await uow.connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        )

    await forum.database.write(cut)
    await person(other, "ada")
    assert (await heard(listener, 1, 3))[0][0] is EventKind.ACCOUNT_REGISTERED
    await person(other, "ben")
    assert (await heard(listener, 1, 3))[0][0] is EventKind.ACCOUNT_REGISTERED
    await forum.close()
    await other.close()


async def test_a_kind_that_this_program_does_not_know_is_passed_over(forum: Forum) -> None:
    async def from_the_future(uow: UnitOfWork) -> None:
        await uow.connection.execute(
            insert(Event).values(kind="post_sung", created_at=uow.now, account_id=1, data={})
        )

    listener = forum.events.subscribe(account_topic(1))
    await forum.database.write(from_the_future)
    await person(forum, "ada")
    assert (await heard(listener, 1))[0][0] is EventKind.ACCOUNT_REGISTERED


async def test_a_thousand_events_at_once_are_all_heard(forum: Forum) -> None:
    found = []
    tail = EventTail(forum.database, lambda event: found.append(event.account_id))
    done = asyncio.Event()
    await tail.start()

    async def many(uow: UnitOfWork) -> None:
        for number in range(1200):
            uow.record(EventKind.NOTICE_SENT, account_id=number)

    tail._publish = lambda event: (found.append(event.account_id), done.set() if len(found) == 1200 else None)  # type: ignore[assignment, func-returns-value]
    await forum.database.write(many)
    async with asyncio.timeout(10):
        await done.wait()
    await tail.stop()
    assert found == list(range(1200))
