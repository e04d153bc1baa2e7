"""The disk is full: one clear error, nothing half written, and it works again when there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forums import another, number, person
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import StorageFullError
from tui_forum.services.forum import Forum


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("needs root to mount a small disk")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"needs to mount a small disk: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def fill(forum: Forum, actor: Actor, thread_id: int) -> int:
    """Reply until there is no room; how many replies there was room for."""
    for sent in range(1000):
        try:
            await forum.posts.reply(actor, thread_id, "word " * 5_000)
        except StorageFullError:
            return sent
    pytest.fail("it never got full")


async def test_a_full_disk_loses_nothing_and_works_again_after(small_disk: Path) -> None:
    forum = await open_forum(Settings(data_dir=small_disk))
    ada = await forum.accounts.local_actor("ada")
    garden = await another(forum, ada, "garden")
    start = await forum.posts.start_thread(ada, garden.community_id, "Roses", "When?")
    draft = await forum.drafts.save(ada, "thread:1", title="", body="short")
    ballast = small_disk / "ballast"
    free = os.statvfs(small_disk)
    ballast.write_bytes(b"x" * (free.f_bavail * free.f_frsize - 100_000))
    sent = await fill(forum, ada, start.thread_id)
    # Still full, asked again and again; even closing and reading go on.
    for _ in range(3):
        with pytest.raises(StorageFullError):
            await forum.posts.reply(ada, start.thread_id, "word " * 6_000)
    posts = await forum.threads.posts(ada, start.thread_id)
    assert [post.number for post in posts.posts] == list(range(1, sent + 2))
    assert (await forum.threads.view(ada, start.thread_id)).last_number == sent + 1
    assert await forum.drafts.get(ada, "thread:1") == draft
    ballast.unlink()
    assert (await forum.posts.reply(ada, start.thread_id, "word " * 5_000)).number == sent + 2
    assert await number(forum.database, "SELECT count(*) FROM event WHERE kind = 'post_created'") == sent + 2
    await forum.close()


async def test_a_database_that_may_not_grow_says_so_and_goes_on_when_it_may(tmp_path: Path) -> None:
    forum = await open_forum(Settings(data_dir=tmp_path))
    ada = await person(forum, "ada")
    boss = await forum.accounts.local_actor("boss")
    garden = await another(forum, boss, "garden")
    await forum.memberships.join(ada, garden.community_id)
    start = await forum.posts.start_thread(ada, garden.community_id, "Roses", "When?")

    async def at_most(pages: int) -> None:
        async with forum.database._writing.connect() as connection:  # type: ignore[attr-defined]
            await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    await at_most(await number(forum.database, "PRAGMA page_count"))
    await fill(forum, ada, start.thread_id)
    before = await number(forum.database, "SELECT last_number FROM thread")
    assert await number(forum.database, "SELECT count(*) FROM post") == before
    await at_most(1_000_000)
    assert (await forum.posts.reply(ada, start.thread_id, "word " * 6_000)).number == before + 1
    await forum.close()


async def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFullError, match=r"The data folder .*file/x cannot be written: "):
        await open_forum(Settings(data_dir=tmp_path / "file" / "x"))
