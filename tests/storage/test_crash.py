"""A writing process is killed at random: nothing acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

WRITER = """
import asyncio, sys
from pathlib import Path
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
async def main(folder, first):
    forum = await open_forum(Settings(data_dir=Path(folder)))
    ada = await forum.accounts.local_actor("ada")
    if first == 0:
        garden = await forum.communities.open(ada, "garden", "Garden", "")
        await forum.posts.start_thread(ada, garden.community_id, "Roses", "When?", token="start")
    async def write(lane):
        number = first
        while True:
            token = f"{lane}.{number}"
            for _ in range(2):  # as after a lost answer: the same again
                await forum.posts.reply(ada, 1, f"post {token} " + "x" * 2000, token=token)
            print(token, flush=True)
            number += 1
    await asyncio.gather(*(write(lane) for lane in range(3)))
asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
def test_kills_at_random_lose_nothing_acknowledged_and_double_nothing(tmp_path: Path, kills: int) -> None:
    chance = random.Random(kills)
    acknowledged: list[str] = []
    for turn in range(kills):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(turn * 1_000_000)]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        acknowledged += [writer.stdout.readline().strip() for _ in range(chance.randrange(1, 30))]
        writer.send_signal(signal.SIGKILL)
        acknowledged += writer.communicate()[0].split()
        connection = sqlite3.connect(tmp_path / "forum.db")
        stored = [row[0] for row in connection.execute("SELECT token FROM post ORDER BY number")]
        assert "" not in acknowledged, "the writer failed by itself"
        assert set(acknowledged) <= set(stored)
        assert len(set(stored)) == len(stored)
        assert connection.execute("SELECT last_number, reply_count FROM thread").fetchone() == (
            len(stored), len(stored) - 1,
        )  # fmt: skip
        events = connection.execute("SELECT count(*) FROM event WHERE kind = 'post_created'").fetchone()
        assert events == (len(stored),)
        connection.close()
    connection = sqlite3.connect(tmp_path / "forum.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
