"""What triage costs as the queue grows: ``python -m tests.benchmarks.moderation [--postgres]``.

Builds queues of each size (100 and 100,000 open cases, spread over communities) and prints

- ``first page`` in every order, of a moderator of the whole forum, of one community, of three; and
  ``a case`` with all that belongs to it (median ms). The reader wants the same (±20 %) at any size;
  the sizes are measured in turn, round after round, so that a noisy machine is noisy for all.
- ``bulk``: one decision about 500 cases, each in a transaction of its own (s).
- ``figures`` of 12 weeks when all but every tenth case is decided, and ``verify`` of a record with an
  entry for each case (s), with the longest that the loop was held up meanwhile (ms).
- ``decision → next`` over ssh: from Enter in the dialog to the last byte of the screen with the
  next case, one moderator, real server and client (ms), SQLite only.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import asyncssh
from sqlalchemy import bindparam, insert, select, update

from tests.benchmarks.sessions import connect, free_port, quantile, start_server
from tests.benchmarks.world import Account, public_key
from tests.forums import another, member
from tests.postgres import running_server
from tui_forum.bootstrap import open_forum
from tui_forum.config import load_settings
from tui_forum.domain.entities import Actor, Role
from tui_forum.domain.moderation import EXPECTED, CaseCategory, CaseFilter, CaseSort, DecisionKind, Ruling
from tui_forum.domain.record import RecordAction, RecordEntry
from tui_forum.services.forum import Forum
from tui_forum.storage.models import Account as AccountTable
from tui_forum.storage.models import Case, CasePost, Post, Report, Thread
from tui_forum.storage.uow import UnitOfWork

SIZES = (100, 100_000)
COMMUNITIES = 10
AUTHORS = 1_000
BULK = 500
CHUNK = 10_000
BODY = "Buy **cheap** roses at example.com, the best that you will ever have seen.\n\n" * 3
KINDS = tuple(CaseCategory)[1:]


@dataclass
class World:
    """A forum with a queue, who works it, and their key."""

    forum: Forum
    boss: Actor
    one: Actor
    three: Actor
    key: asyncssh.SSHKey


async def build(data: Path, url: str, cases: int) -> World:
    """A forum with so many open cases."""
    forum = await open_forum(load_settings(data_dir=data, database_url=url))
    key = asyncssh.generate_private_key("ssh-ed25519")
    boss = await forum.accounts.ensure_admin(public_key(key), "boss")
    places = [await another(forum, boss, f"garden-{n}") for n in range(COMMUNITIES)]
    one = await member(forum, "one", places[0], Role.MODERATOR, boss)
    three = await member(forum, "three", places[0], Role.MODERATOR, boss)
    for place in places[1:3]:
        await forum.memberships.join(three, place.community_id)
        await forum.memberships.set_role(boss, place.community_id, "three", Role.MODERATOR)
    await fill(forum, boss, [place.community_id for place in places], cases)
    return World(forum, boss, one, three, key)


async def fill(forum: Forum, boss: Actor, places: list[int], cases: int) -> None:
    """Write accounts, posts, cases and reports straight into the tables."""
    first = 1_000  # of the ids, beyond those that are there

    async def base(uow: UnitOfWork) -> None:
        await uow.connection.execute(
            insert(AccountTable),
            [
                {"id": first + n, "handle": f"author{n}", "skeleton": f"author{n}",
                 "display_name": f"Author {n}", "created_at": uow.now}
                for n in range(AUTHORS)
            ],
        )  # fmt: skip
        await uow.connection.execute(
            insert(Thread),
            [
                {"id": first + n, "community_id": place, "author_id": boss.account_id, "title": f"Roses {n}",
                 "created_at": uow.now, "last_post_at": uow.now, "last_author_id": boss.account_id,
                 "last_number": cases // len(places) + 1}
                for n, place in enumerate(places)
            ],
        )  # fmt: skip

    await forum.database.write(base)
    for begin in range(0, cases, CHUNK):

        async def chunk(uow: UnitOfWork, begin: int = begin) -> None:
            span = range(begin, min(begin + CHUNK, cases))
            at = {n: uow.now - timedelta(minutes=cases - n) for n in span}
            kind = {n: KINDS[n % len(KINDS)] for n in span}
            await uow.connection.execute(
                insert(Post),
                [
                    {"id": first + n, "thread_id": first + n % len(places), "number": n // len(places) + 1,
                     "author_id": first + n % AUTHORS, "tree_path": b"", "body": BODY, "created_at": at[n]}
                    for n in span
                ],
            )  # fmt: skip
            severity = {CaseCategory.CONFIDENTIAL: 1, CaseCategory.HARASSMENT: 2, CaseCategory.SPAM: 3}
            await uow.connection.execute(
                insert(Case),
                [
                    {"id": first + n, "community_id": places[n % len(places)],
                     "account_id": first + n % AUTHORS, "post_id": first + n, "category": kind[n].value,
                     "severity": severity.get(kind[n], 4), "opened_at": at[n], "reported_at": at[n],
                     "due_at": at[n] + EXPECTED[severity.get(kind[n], 4)], "report_count": 1 + n % 3}
                    for n in span
                ],
            )  # fmt: skip
            await uow.connection.execute(
                insert(CasePost),
                [
                    {"case_id": first + n, "post_id": first + n, "revision": 1, "added_at": at[n]}
                    for n in span
                ],
            )
            await uow.connection.execute(
                insert(Report),
                [
                    {"case_id": first + n, "post_id": first + n, "reporter_id": first + (n + 1) % AUTHORS,
                     "category": kind[n].value, "note": "spam", "created_at": at[n]}
                    for n in span
                ],
            )  # fmt: skip

        await forum.database.write(chunk)


def reads(world: World) -> dict[str, Callable[[], Awaitable[object]]]:
    """What is timed in turn."""
    cases, calls = world.forum.cases, dict[str, Callable[[], Awaitable[object]]]()
    for name, actor in (("all", world.boss), ("one place", world.one), ("three places", world.three)):
        for sort in CaseSort:
            calls[f"first page, {name}, by {sort.value}"] = partial(cases.queue, actor, CaseFilter(sort=sort))
    calls["first page, all, one category"] = lambda: cases.queue(
        world.boss, CaseFilter(category=CaseCategory.SPAM)
    )
    calls["first page, one community"] = lambda: cases.queue(world.boss, CaseFilter(community_id=3))
    calls["a case"] = lambda: cases.case(world.boss, 1_050)
    return calls


async def measure_reads(worlds: dict[int, World], rounds: int) -> dict[str, dict[int, float]]:
    """Median ms of each call at each size, measured in turn."""
    calls = {size: reads(world) for size, world in worlds.items()}
    found: dict[str, dict[int, list[float]]] = {}
    for name in next(iter(calls.values())):
        times: dict[int, list[float]] = {size: [] for size in worlds}
        for turn in range(rounds):
            for size in worlds:
                begun = time.perf_counter()
                await calls[size][name]()
                if turn >= rounds // 10:  # the first tenth warms caches
                    times[size].append((time.perf_counter() - begun) * 1000)
        found[name] = times
    return {name: {size: statistics.median(t) for size, t in times.items()} for name, times in found.items()}


async def measure_bulk(world: World) -> float:
    """Seconds that one decision about ``BULK`` cases takes."""
    page = await world.forum.cases.queue(world.boss, limit=BULK)
    ruling = Ruling.plain(DecisionKind.REMOVE, "Spam")
    begun = time.perf_counter()
    outcome = await world.forum.decisions.decide_many(world.boss, [row.case_id for row in page.rows], ruling)
    took = time.perf_counter() - begun
    if outcome.decided != len(page.rows):
        raise RuntimeError(f"left: {outcome.left}")
    return took


async def measure_figures(world: World) -> dict[str, tuple[float, float]]:
    """Seconds that figures and the proof of the record take, and ms that the loop was held up."""

    async def settle(uow: UnitOfWork) -> None:
        took = timedelta(minutes=30)
        cases = (await uow.connection.execute(select(Case.id, Case.opened_at))).all()
        await uow.connection.execute(
            update(Case)
            .where(Case.id == bindparam("case"))
            .values(state="decided", first_look_at=bindparam("look"), decided_at=bindparam("decided")),
            [
                {"case": row[0], "look": row[1] + took * (n % 7), "decided": row[1] + took * (n % 97)}
                for n, row in enumerate(cases)
                if n % 10
            ],
        )
        for case_id, _at in cases:
            uow.note(RecordEntry(RecordAction.APPROVE, world.boss.account_id, case_id=case_id))

    await world.forum.database.write(settle)
    if world.forum.database.dialect == "postgresql":
        await world.forum.database.write(_analyze)

    async def verify() -> None:
        proof = await world.forum.record.verify(world.boss)
        if proof.entries < 1 or "cut off" not in str(proof.fault):  # decided as above, not as people decide
            raise RuntimeError(str(proof.fault))

    return {
        "figures, all": await _held_up(lambda: world.forum.figures.of(world.boss, 12)),
        "figures, one place": await _held_up(lambda: world.forum.figures.of(world.one, 12)),
        "verify": await _held_up(verify),
    }


async def _held_up(call: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """How long a call takes (s), and how long it held the loop up (ms)."""
    longest, ended = 0.0, asyncio.Event()

    async def tick() -> None:
        nonlocal longest
        while not ended.is_set():
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - begun - 0.001)

    ticking = asyncio.create_task(tick())
    begun = time.perf_counter()
    await call()
    took = time.perf_counter() - begun
    ended.set()
    await ticking
    return took, longest * 1000


async def measure_ssh(data: Path, world: World, decisions: int) -> list[float]:
    """ms from Enter in the dialog to the last byte of the next case's screen."""
    port = free_port()
    server = await start_server(data, port, 1)
    times = []
    try:
        session = await connect(port, Account("boss", world.key), (120, 40), b"Garden")
        client = session.client
        await client.quiet(client.press("gm"))
        for _ in range(decisions):
            await client.quiet(client.press("x"))
            await client.quiet(client.press("1"))
            took = await client.quiet(client.press("\r"), limit=5.0)
            if took is None:
                raise RuntimeError("nothing came")
            times.append(took * 1000)
        session.connection.close()
        await session.connection.wait_closed()
    finally:
        server.terminate()
        server.wait(timeout=60)
    return times


@contextlib.contextmanager
def databases(*, postgres: bool, scratch: Path) -> Iterator[Callable[[int], tuple[str, Path]]]:
    """Gives a URL and a folder for each size."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running_server()) if postgres else None

        def of(size: int) -> tuple[str, Path]:
            folder = scratch / str(size)
            folder.mkdir()
            if server is None:
                return f"sqlite+aiosqlite:///{folder / 'forum.db'}", folder
            return server.url(f"size_{size}"), folder

        if server is not None:
            for size in SIZES:
                asyncio.run(server._run(f"CREATE DATABASE size_{size}"))
        yield of


async def _ssh(worlds: dict[int, World], last: World, folder: Path, decisions: int) -> dict[str, float]:
    """Over ssh, with a server of its own: nobody else has the databases open then."""
    for world in worlds.values():
        await world.forum.close()
    times = await measure_ssh(folder, last, decisions)
    p50, p95 = quantile(times, 0.5), quantile(times, 0.95)
    print(f"decision → next case over ssh: p50 {p50:.0f} ms, p95 {p95:.0f} ms")
    return {"p50": p50, "p95": p95}


async def run(options: argparse.Namespace, of: Callable[[int], tuple[str, Path]]) -> None:
    """Build, measure, print, write JSON."""
    sizes = [int(part) for part in options.sizes.split(",")]
    places = {size: of(size) for size in sizes}
    worlds = {size: await build(folder, url, size) for size, (url, folder) in places.items()}
    if options.postgres:
        for world in worlds.values():
            await world.forum.database.write(_analyze)
    table = await measure_reads(worlds, options.rounds)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"{worlds[sizes[0]].forum.database.dialect}; median ms of {options.rounds} rounds")  # fmt: skip
    print("call".ljust(36), *(f"{size:,} cases".rjust(15) for size in sizes), "last/first".rjust(11))
    for name, row in table.items():
        ratio = row[sizes[-1]] / row[sizes[0]]
        print(name.ljust(36), *(f"{row[size]:15.2f}" for size in sizes), f"{ratio:11.2f}")
    last = worlds[sizes[-1]]
    bulk = await measure_bulk(last)
    print(f"bulk decision about {BULK} cases: {bulk:.2f} s")
    results: dict[str, object] = {"reads_ms": table, "bulk_s": bulk}
    if not options.postgres:
        results["ssh_ms"] = await _ssh(worlds, last, places[sizes[-1]][1], options.decisions)
        url, folder = places[sizes[-1]]
        last.forum = await open_forum(load_settings(data_dir=folder, database_url=url))
    results["figures"] = found = await measure_figures(last)
    for name, (took, held) in found.items():
        print(f"{name}: {took:.2f} s, loop held up {held:.0f} ms")
    await last.forum.close()
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1))


async def _analyze(uow: UnitOfWork) -> None:
    from sqlalchemy import text

    await uow.connection.execute(text("ANALYZE"))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="open cases, smallest first")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--decisions", type=int, default=40, help="over ssh")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--json", default="", help="write the figures to this file")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as scratch,
        databases(postgres=options.postgres, scratch=Path(scratch)) as of,
    ):
        asyncio.run(run(options, of))


if __name__ == "__main__":
    main()
