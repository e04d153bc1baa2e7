"""What many communities cost: ``python -m tests.benchmarks.communities``.

Builds a forum with 100 communities of which somebody has joined 10, and one with 2,000 of which
somebody has joined 200, each with threads of the same number and people of the same number in
each, and times what is behind the directory and home, the first screen of both as it is drawn at
80×24, and the policy. The two are measured in turn, round after round.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.ui.reading import session, until
from tui_forum.bootstrap import open_forum
from tui_forum.config import load_settings
from tui_forum.domain.directory import Order, Wanted, Whose
from tui_forum.domain.entities import Actor, Role, SiteRole, Visibility
from tui_forum.domain.policy import Action, Standing, decide
from tui_forum.services.forum import Forum
from tui_forum.storage.repositories.life import week_of
from tui_forum.ui.screens.directory import DirectoryScreen

SIZES = {"small": (100, 10), "large": (2_000, 200)}
THREADS = 20  # in each community, each with one post
MEMBERS = 15  # of each community
PEOPLE = 500
WEEKS = 12
PURPOSES = ("practice", "questions", "information", "project")
DOORS = ("open", "open", "open", "approval", "invite")


def fill(database: Path, actor: Actor, communities: int, joined: int) -> None:
    """Write communities, their people, threads and weeks straight into the tables."""
    line = sqlite3.connect(database)
    line.execute("pragma synchronous=off")
    now = datetime.now(UTC).replace(tzinfo=None)
    first = actor.account_id + 1
    line.executemany(
        "insert into account (id, handle, skeleton, display_name, created_at) values (?, ?, ?, ?, ?)",
        [(first + n, f"p{n}", f"p{n}", f"P {n}", str(now)) for n in range(PEOPLE)],
    )
    present = week_of(datetime.now(UTC))
    post_id = 0
    for index in range(1, communities + 1):
        at = now - timedelta(minutes=index * 7 % (communities * 3))
        door = "open" if index <= joined else DOORS[index % len(DOORS)]
        line.execute(
            "insert into community (id, slug, name, statement, purpose, visibility, created_at, thread_count,"
            " post_count, member_count, last_post_at, charter_version, audience, languages)"
            " values (?, ?, ?, 'For measuring, no more', ?, ?, ?, ?, ?, ?, ?, 1, 'Who measures', 'en')",
            (index, f"c{index:04}", f"Community {index:04}", PURPOSES[index % 4], door,
             str(now - timedelta(days=300)), THREADS, THREADS, MEMBERS + (index <= joined), str(at)),
        )  # fmt: skip
        line.execute(
            "insert into charter (community_id, version, purpose, statement, rules, created_at)"
            " values (?, 1, ?, 'For measuring', '[]', ?)",
            (index, PURPOSES[index % 4], str(now)),
        )
        line.executemany(
            "insert into community_word (word, community_id) values (?, ?)",
            [(word, index) for word in ("community", f"{index:04}", f"c{index:04}", "measuring", "whoever")],
        )
        line.executemany(
            "insert into community_week (community_id, week, posts, threads) values (?, ?, ?, ?)",
            [(index, present - n, 1 + (index + n) % 5, 1) for n in range(WEEKS)],
        )
        who = [first + (index * 13 + n) % PEOPLE for n in range(MEMBERS)]
        people = [(one, "manager" if n == 0 else "member") for n, one in enumerate(who)]
        people += [(actor.account_id, "member")] if index <= joined else []
        line.executemany(
            "insert into membership (account_id, community_id, role, joined_at) values (?, ?, ?, ?)",
            [(one, index, role, str(now)) for one, role in people],
        )
        line.executemany(
            "insert into contributor (community_id, account_id, posts, first_post_at, last_post_at)"
            " values (?, ?, 1, ?, ?)",
            [(index, one, str(at), str(at)) for one in who[:5]],
        )
        for _thread in range(THREADS):
            post_id += 1
            line.execute(
                "insert into thread (id, community_id, author_id, kind, title, created_at, last_number,"
                " last_post_at, last_post_id, last_author_id)"
                " values (?, ?, ?, 'discussion', 'A thread', ?, 1, ?, ?, ?)",
                (post_id, index, who[0], str(at), str(at), post_id, who[0]),
            )
            line.execute(
                "insert into post (id, thread_id, number, author_id, tree_path, body, created_at)"
                " values (?, ?, 1, ?, ?, 'Hello', ?)",
                (post_id, post_id, who[0], b"\0\0\0\1", str(at)),
            )
    line.execute(
        "insert into interest (account_id, kind, topic, label, position)"
        " values (?, 'learn', 'measuring', 'measuring', 0)",
        (actor.account_id,),
    )
    line.commit()
    line.execute("analyze")
    line.commit()
    line.close()


async def build(folder: Path, communities: int, joined: int) -> tuple[Forum, Actor]:
    """A forum with so many communities, and somebody who is in some of them."""
    folder.mkdir()
    forum = await open_forum(load_settings(data_dir=folder))
    actor = await forum.accounts.local_actor("reader")
    await asyncio.to_thread(fill, folder / "forum.db", actor, communities, joined)
    member = Actor(actor.account_id, actor.handle, actor.display_name, SiteRole.MEMBER)
    return forum, member


async def first_home(forum: Forum, actor: Actor) -> None:
    """From nothing to home on the screen."""
    async with session(forum, actor) as (app, pilot):
        await until(pilot, lambda: bool(app.browse.home.items))


async def first_directory(forum: Forum, actor: Actor) -> float:
    """From the key to the directory on the screen, seconds."""
    async with session(forum, actor) as (app, pilot):
        await until(pilot, lambda: bool(app.browse.home.items))
        begun = time.perf_counter()
        await pilot.press("g", "c")
        await until(pilot, lambda: isinstance(app.screen, DirectoryScreen) and bool(app.screen.rows.items))
        return time.perf_counter() - begun


def calls(forum: Forum, actor: Actor) -> dict[str, Callable[[], Awaitable[object]]]:
    """What is timed, by name."""
    found: dict[str, Callable[[], Awaitable[object]]] = {
        "home": lambda: forum.communities.home(actor),
    }
    for order in Order:
        found[f"directory, {order.value}"] = lambda order=order: forum.directory.page(  # type: ignore[misc]
            actor, Wanted(order=order)
        )
    found["directory, mine"] = lambda: forum.directory.page(actor, Wanted(whose=Whose.MINE))
    found["directory, words"] = lambda: forum.directory.page(actor, Wanted(text="meas"))
    found["suggestions"] = lambda: forum.directory.suggestions(actor)
    found["a community's page"] = lambda: forum.memberships.page(actor, 3)
    return found


def policy_microseconds() -> float:
    """One question to the policy, the slowest of all kinds of question."""
    slowest = 0.0
    standings = [
        Standing(site, role, door) for site in SiteRole for role in (None, *Role) for door in Visibility
    ]
    for action in Action:
        best = 1.0
        for _ in range(5):
            begun = time.perf_counter()
            for standing in standings:
                decide(action, standing)
            best = min(best, (time.perf_counter() - begun) / len(standings))
        slowest = max(slowest, best)
    return slowest * 1e6


async def run(options: argparse.Namespace) -> None:
    """Build both, measure in turn, print and write JSON."""
    with tempfile.TemporaryDirectory() as scratch:
        worlds = {
            size: await build(Path(scratch) / size, communities, joined)
            for size, (communities, joined) in SIZES.items()
        }
        timed = {size: calls(*world) for size, world in worlds.items()}
        times: dict[str, dict[str, list[float]]] = {
            name: {size: [] for size in SIZES}
            for name in (*timed["small"], "home, drawn", "directory, drawn")
        }
        for name in timed["small"]:
            for round_ in range(options.rounds):
                for size in SIZES:
                    begun = time.perf_counter()
                    await timed[size][name]()
                    if round_ >= options.rounds // 10:  # the first tenth warms caches
                        times[name][size].append((time.perf_counter() - begun) * 1000)
        for _ in range(options.screens):
            for size, world in worlds.items():
                begun = time.perf_counter()
                await first_home(*world)
                times["home, drawn"][size].append((time.perf_counter() - begun) * 1000)
                times["directory, drawn"][size].append(await first_directory(*world) * 1000)
        for forum, _actor in worlds.values():
            await forum.close()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite "
          f"{sqlite3.sqlite_version}, {datetime.now(UTC):%Y-%m-%d}")  # fmt: skip
    sizes = {size: f"{communities}/{joined}" for size, (communities, joined) in SIZES.items()}
    print("median ms of", options.rounds, "rounds; communities there are / joined")
    print("what".ljust(24), *(sizes[size].rjust(10) for size in SIZES), "large/small".rjust(12))
    table = {}
    for name, found in times.items():
        medians = {size: statistics.median(values) for size, values in found.items()}
        table[name] = medians
        ratio = medians["large"] / medians["small"]
        print(name.ljust(24), *(f"{medians[size]:10.2f}" for size in SIZES), f"{ratio:12.2f}")
    micro = policy_microseconds()
    print(f"{'a policy check'.ljust(24)} {micro:10.2f} µs at most")
    if options.json:
        Path(options.json).write_text(json.dumps({**table, "policy_us": micro}, indent=1))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--screens", type=int, default=10)
    parser.add_argument("--json", default="", help="write the medians to this file")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
