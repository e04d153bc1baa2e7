"""The server is killed in the middle of a decision about many cases: none is half done, none done twice."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.forums import member, rows
from tests.scenes import Scene, garden_scene
from tests.storage.test_record import is_whole
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.domain.moderation import DecisionKind, Ruling

CASES = 16

DECIDE = """
import asyncio, os, sys
from pathlib import Path
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.domain.moderation import DecisionKind, Ruling
async def main(url, folder, account_id, cases):
    forum = await open_forum(Settings(data_dir=Path(folder), database_url=url))
    actor = await forum.accounts.actor(account_id)
    await forum.decisions.decide_many(
        actor, cases, Ruling.plain(DecisionKind.REMOVE, "spam"), lambda done, _: os.write(1, b".")
    )
    await forum.close()
url, folder, account_id, *cases = sys.argv[1:]
asyncio.run(main(url, folder, int(account_id), [int(case) for case in cases]))
"""


async def kill_after(decisions: int, url: str, folder: Path, scene: Scene, cases: list[int]) -> None:
    """Another process decides ``cases`` and is killed once so many are done, or while it does the next."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DECIDE, url, str(folder), str(scene.mod.account_id), *map(str, cases),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    await process.stdout.readexactly(decisions)
    process.kill()
    await process.wait()


async def half_done(scene: Scene) -> list[tuple[object, ...]]:
    """Cases that are not either decided with all that belongs to it, or untouched."""
    return await rows(
        scene.forum.database,
        """
        SELECT c.id, c.state, p.state, count(DISTINCT r.id), count(DISTINCT told.id), count(DISTINCT n.id)
        FROM moderation_case c
        JOIN post p ON p.id = c.post_id
        LEFT JOIN moderation_record r ON r.case_id = c.id
        LEFT JOIN report told ON told.case_id = c.id AND told.outcome = 'remove'
        LEFT JOIN notice n ON n.case_id = c.id
        GROUP BY c.id, c.state, p.state
        HAVING NOT (
            c.state = 'decided' AND p.state = 'removed'
            AND count(DISTINCT r.id) = 1 AND count(DISTINCT told.id) = 1 AND count(DISTINCT n.id) = 2
            OR c.state = 'open' AND p.state = 'visible'
            AND count(DISTINCT r.id) = 0 AND count(DISTINCT told.id) = 0 AND count(DISTINCT n.id) = 0
        )
        """,
    )


@pytest.mark.timeout(180)
async def test_killed_in_the_middle_each_case_is_decided_or_untouched(url: str, tmp_path: Path) -> None:
    forum = await open_forum(Settings(data_dir=tmp_path, database_url=url))
    scene = await garden_scene(forum)
    authors = [await member(forum, f"author-{n}", scene.garden) for n in range(CASES)]
    cases = [await scene.case_of(author) for author in authors]
    decided = 0
    for after in (3, 5):
        await kill_after(decided + after, url, tmp_path, scene, cases)  # those done before are counted, too
        assert await half_done(scene) == []
        [(now,)] = await rows(forum.database, "SELECT count(*) FROM moderation_case WHERE state = 'decided'")
        assert decided + after <= now < CASES
        decided = now
        assert await is_whole(forum.database) == decided
    rest = await forum.decisions.decide_many(scene.mod, cases, Ruling.plain(DecisionKind.REMOVE, "spam"))
    assert (rest.decided, sum(rest.left.values())) == (CASES - decided, decided)
    assert await half_done(scene) == []
    assert await is_whole(forum.database) == CASES
    await forum.close()
