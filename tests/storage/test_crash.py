"""A writing process is killed at random: nothing acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

# Everything is imported once; each line on standard input makes a child that writes until it is killed.
WRITER = """
import asyncio, os, signal, sys
from datetime import date
from pathlib import Path
import alembic.command, aiosqlite
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.domain.charter import default_charter
from tui_forum.domain.entities import Purpose
async def main(folder, turn):
    forum = await open_forum(Settings(data_dir=Path(folder)))
    ada = await forum.accounts.local_actor("ada")
    if turn == 0:
        charter = default_charter(Purpose.PRACTICE, "What grows", date.today())
        garden = await forum.charters.open(ada, "garden", "Garden", charter)
        await forum.posts.start_thread(ada, garden.community_id, "Roses", "When?", token="start")
    async def write(lane):
        number = 0
        while True:
            token = f"{turn}.{lane}.{number}"
            for _ in range(2):  # as after a lost answer: the same again
                await forum.posts.reply(ada, 1, f"post {token} " + "x" * 2000, token=token)
            os.write(1, f"{token}\\n".encode())
            number += 1
    await asyncio.gather(*(write(lane) for lane in range(3)))
for line in sys.stdin:
    turn, kill_after = map(int, line.split())
    lines, acknowledge = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(acknowledge, 1)
        asyncio.run(main(sys.argv[1], turn))
    os.close(acknowledge)
    got = b""
    with os.fdopen(lines, "rb") as heard:
        while got.count(b"\\n") < kill_after:
            some = os.read(heard.fileno(), 4096)
            if not some:
                break
            got += some
        os.kill(child, signal.SIGKILL)
        got += heard.read()
    os.waitpid(child, 0)
    print(got.decode().replace("\\n", " "), flush=True)
"""


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_kills_at_random_lose_nothing_acknowledged_and_double_nothing(tmp_path: Path, kills: int) -> None:
    chance = random.Random(kills)
    acknowledged: set[str] = set()
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        for turn in range(kills):
            writer.stdin.write(f"{turn} {chance.randrange(1, 25)}\n")
            writer.stdin.flush()
            heard = writer.stdout.readline().split()
            assert heard, "the writer failed by itself"
            acknowledged.update(heard)
            check(tmp_path / "forum.db", acknowledged)
        writer.stdin.close()
    assert writer.returncode == 0
    with sqlite3.connect(tmp_path / "forum.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def check(path: Path, acknowledged: set[str]) -> None:
    connection = sqlite3.connect(path)
    stored = [row[0] for row in connection.execute("SELECT token FROM post ORDER BY number")]
    assert acknowledged <= set(stored)
    assert len(set(stored)) == len(stored)
    assert connection.execute("SELECT last_number, reply_count FROM thread").fetchone() == (
        len(stored),
        len(stored) - 1,
    )
    events = connection.execute("SELECT count(*) FROM event WHERE kind = 'post_created'").fetchone()
    assert events == (len(stored),)
    connection.close()
