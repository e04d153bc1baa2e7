"""An import that is killed goes on where it was; a large archive takes no more memory than a small one."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

POSTS = """
SELECT slug, title, number, reply_to_number, depth, body, post.created_at, handle FROM post
JOIN thread ON thread.id = thread_id JOIN community ON community.id = community_id
JOIN account ON account.id = post.author_id ORDER BY slug, title, number
"""


def archive(path: Path, count: int, body_chars: int = 400) -> Path:
    """``count`` messages; each thread has 40, replies come before what they answer now and then."""
    with path.open("w") as handle:
        for number in range(count):
            thread, place = divmod(number ^ 1, 40)
            line = {
                "message_id": f"<{thread}.{place}@x>",
                "thread": f"t{thread}",
                "title": f"Thread {thread}",
                "from": f"Author {number % 50} <author{number % 50}@x>",
                "date": f"2001-{1 + place % 12:02}-01T00:00:00",
                "references": [f"<{thread}.{place // 2}@x>"] if place else [],
                "body": f"{number} " + "word " * (body_chars // 5),
            }
            handle.write(json.dumps(line) + "\n")
    return path


def command(file: Path, data: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "tui_forum",
        "import",
        "jsonl",
        str(file),
        "--into",
        "old",
        "--data",
        str(data),
    ]


def posts(data: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(data / "forum.db") as connection:
        return connection.execute(POSTS).fetchall()


@pytest.mark.slow
def test_killed_three_times_it_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    file = archive(tmp_path / "archive.jsonl", 6_000)
    subprocess.run(command(file, tmp_path / "whole"), check=True, capture_output=True)
    for _ in range(3):
        running = subprocess.Popen(command(file, tmp_path / "killed"), stdout=subprocess.PIPE, text=True)
        assert running.stdout is not None
        # The first line about writing comes with the first batch.
        assert any(line.startswith("Written") for line in running.stdout)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        running.stdout.close()
    before = len(posts(tmp_path / "killed"))
    assert before < 6_000
    end = subprocess.run(command(file, tmp_path / "killed"), check=True, capture_output=True, text=True)
    assert "Posts that were here already" in end.stdout
    assert posts(tmp_path / "killed") == posts(tmp_path / "whole")
    with sqlite3.connect(tmp_path / "killed" / "forum.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.slow
def test_ctrl_c_is_a_sentence_and_leaves_whole_batches(tmp_path: Path) -> None:
    file = archive(tmp_path / "archive.jsonl", 30_000)  # far more than it reads before it is stopped
    with subprocess.Popen(
        command(file, tmp_path / "data"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as running:  # fmt: skip  # a shell's background job ignores it
        assert running.stdout is not None
        assert any(line.startswith("Written") for line in running.stdout)
        running.send_signal(signal.SIGINT)
        rest, complaint = running.communicate()
    assert running.returncode == 130
    assert "Stopped. What is imported stays" in rest
    assert "Traceback" not in complaint
    with sqlite3.connect(tmp_path / "data" / "forum.db") as connection:
        assert connection.execute("SELECT sum(last_number) FROM thread").fetchone() == (
            len(posts(tmp_path / "data")),
        )


PEAK = """
import resource, sys
from tui_forum.cli import call
code = call(sys.argv[1:])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak_mib(file: Path, data: Path) -> int:
    """Peak memory of an import in a process of its own, in MiB."""
    arguments = ["import", "jsonl", str(file), "--into", "old", "--data", str(data)]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *arguments], check=True, capture_output=True, text=True
    )
    code, peak = done.stdout.split()[-2:]
    assert code == "0"
    return int(peak)


@pytest.mark.slow
def test_memory_is_flat_in_the_size_of_the_archive(tmp_path: Path) -> None:
    once = archive(tmp_path / "once.jsonl", 4_000, body_chars=4_000)  # 16 MB
    four_times = archive(tmp_path / "four.jsonl", 16_000, body_chars=4_000)  # 64 MB
    small = peak_mib(once, tmp_path / "small")
    large = peak_mib(four_times, tmp_path / "large")
    assert large - small < 12  # MiB, where the input grew by 48
