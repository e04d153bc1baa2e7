"""What opening things costs as the data grows: ``python -m tests.benchmarks.reads``.

Builds a database of 1×, 10× and 100× the same shape and times the service calls behind each
screen: home, the first and a middle page of a thread list, the first and last page of the
longest thread in both orders. The reader wants the same time (±20 %) at 100× the data; the
scales are measured in turn, round after round, so that a noisy machine is noisy for all.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import statistics
import struct
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.forums import another
from tui_forum.bootstrap import open_forum
from tui_forum.config import load_settings
from tui_forum.domain.entities import Actor, PostOrder
from tui_forum.services.forum import Forum

SCALES = (1, 10, 100)
COMMUNITIES = 10
THREADS = 500  # at 1×, over all communities
POSTS = 10  # in each
LONG = 100  # posts in the longest thread, at 1×
BODY = "The quick brown fox jumps over the lazy dog; see `MOVE A TO B`.\n\n" * 5
START = datetime(2020, 1, 1)  # noqa: DTZ001 - SQLite stores UTC without a zone


def path_of(number: int, parent: bytes = b"") -> bytes:
    """A post's place in the reply tree."""
    return parent + struct.pack(">I", number)


def fill(database: Path, actor: Actor, scale: int) -> int:
    """Write ``scale`` times the data straight into the tables; return the longest thread's id."""
    line = sqlite3.connect(database)
    line.execute("pragma synchronous=off")
    now = START
    post_id = 0
    threads = THREADS * scale
    longest = 1
    for index in range(1, threads + 1):
        community = index % COMMUNITIES + 1
        posts = LONG * scale if index == longest else POSTS
        rows = []
        for number in range(1, posts + 1):
            post_id += 1
            now += timedelta(seconds=30)
            parent = path_of(1) if number > 1 else b""
            rows.append(
                (post_id, index, number, actor.account_id, 1 if parent else None, 1 if parent else 0,
                 path_of(number, parent), BODY, str(now))
            )  # fmt: skip
        line.execute(
            "insert into thread (id, community_id, author_id, kind, title, created_at, pinned, locked,"
            " reply_count, last_number, last_post_at, last_post_id, last_author_id)"
            " values (?, ?, ?, 'discussion', ?, ?, 0, 0, ?, ?, ?, ?, ?)",
            (index, community, actor.account_id, f"Thread {index} about something", str(now), posts - 1,
             posts, str(now), post_id, actor.account_id),
        )  # fmt: skip
        line.executemany(
            "insert into post (id, thread_id, number, author_id, reply_to_number, depth, tree_path, body,"
            " created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    line.execute(
        "update community set thread_count = (select count(*) from thread where community_id = community.id)"
    )
    line.commit()
    line.execute("analyze")
    line.commit()
    line.close()
    return longest


async def build(folder: Path, scale: int) -> tuple[Forum, Actor, int]:
    """A forum of ``scale`` times the data, and the actor who reads it."""
    folder.mkdir()
    forum = await open_forum(load_settings(data_dir=folder))
    actor = await forum.accounts.local_actor("reader")
    for index in range(COMMUNITIES):
        await another(forum, actor, f"community-{index}")
    longest = await asyncio.to_thread(fill, folder / "forum.db", actor, scale)
    return forum, actor, longest


async def calls(forum: Forum, actor: Actor, longest: int) -> dict[str, Callable[[], Awaitable[object]]]:
    """The service calls behind each screen, ready to be timed."""
    community = (await forum.communities.community(actor, "community-1")).community_id
    page = await forum.threads.page(actor, community)
    last = (await forum.threads.view(actor, longest)).last_number
    return {
        "home": lambda: forum.communities.home(actor),
        "thread list, first page": lambda: forum.threads.page(actor, community),
        "thread list, second page": lambda: forum.threads.page(actor, community, page.next),
        "thread header": lambda: forum.threads.view(actor, longest),
        "thread, first page": lambda: forum.threads.posts(actor, longest, around=1),
        "thread, last page": lambda: forum.threads.posts(actor, longest, around=last),
        "tree, first page": lambda: forum.threads.posts(actor, longest, order=PostOrder.TREE, around=1),
        "tree, last page": lambda: forum.threads.posts(actor, longest, order=PostOrder.TREE, around=last),
    }


async def run(options: argparse.Namespace) -> None:
    """Build every scale, measure in turn, print and write JSON."""
    scales = [int(part) for part in options.scales.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        worlds = {}
        for scale in scales:
            forum, actor, longest = await build(Path(scratch) / str(scale), scale)
            worlds[scale] = (forum, await calls(forum, actor, longest))
        names = list(next(iter(worlds.values()))[1])
        times: dict[str, dict[int, list[float]]] = {name: {s: [] for s in scales} for name in names}
        for name in names:
            for round_ in range(options.rounds):
                for scale in scales:
                    begun = time.perf_counter()
                    await worlds[scale][1][name]()
                    if round_ >= options.rounds // 10:  # the first tenth warms caches
                        times[name][scale].append((time.perf_counter() - begun) * 1000)
        for forum, _ in worlds.values():
            await forum.close()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite "
          f"{sqlite3.sqlite_version}, {datetime.now(UTC):%Y-%m-%d}")  # fmt: skip
    print("median ms of", options.rounds, "rounds")
    print("call".ljust(28), *(f"{scale}×".rjust(8) for scale in scales), "last/first".rjust(11))
    table = {}
    for name in names:
        medians = [statistics.median(times[name][scale]) for scale in scales]
        table[name] = dict(zip(map(str, scales), medians, strict=True))
        print(name.ljust(28), *(f"{m:8.2f}" for m in medians), f"{medians[-1] / medians[0]:11.2f}")
    if options.json:
        Path(options.json).write_text(json.dumps(table, indent=1))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--scales", default=",".join(map(str, SCALES)))
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", default="", help="write the medians to this file")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
