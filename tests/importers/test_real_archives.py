"""The real archives of ``../shared/data`` come in whole. Skipped where the folder is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data import shared_data
from tests.importers.test_run import Silent, check_counters, rows
from tui_forum.importers.records import ImportJob, Kind
from tui_forum.importers.run import ImportReport, run
from tui_forum.services.imports import Imports
from tui_forum.storage.engine import Database

pytestmark = pytest.mark.slow


async def imported(database: Database, kind: Kind, path: Path) -> ImportReport:
    report = await run(Imports(database), ImportJob(kind, path, "old"), Silent())
    assert not report.broken
    await check_counters(database)
    again = await run(Imports(database), ImportJob(kind, path, "old"), Silent())
    assert (again.posts, again.already) == (0, report.posts)
    return report


async def test_comp_lang_cobol(database: Database) -> None:
    path = next(shared_data("usenet_cobol_1999_2001").glob("*.jsonl"))
    report = await imported(database, Kind.JSONL, path)
    assert (report.posts, report.threads) == (44_097, 7_372)
    [(deepest,)] = await rows(database, "SELECT max(depth) FROM post")
    assert deepest > 40


async def test_twisted_web(database: Database) -> None:
    folder = next(path for path in shared_data("twisted_web").rglob("twisted-web") if path.is_dir())
    report = await imported(database, Kind.MBOX, folder)
    # 5,374 messages; three ids occur twice.
    assert report.posts == 5_371
    assert report.skipped["an id that came before"].count == 3
    # Most messages are replies that found their thread.
    assert report.threads < 1_700
    assert await rows(database, "SELECT count(*) FROM thread WHERE title LIKE '[Twisted-web]%'") == [(0,)]


async def test_linux_leds(database: Database) -> None:
    path = next(shared_data("linux_leds_mbox").rglob("*.mbox"))
    report = await imported(database, Kind.MBOX, path)
    assert report.posts == 1_500
    assert report.threads < 300


async def test_german_meta(database: Database) -> None:
    folder = next(path for path in shared_data("stackexchange_dev").rglob("german_meta"))
    report = await imported(database, Kind.STACKEXCHANGE, folder)
    # 524 questions, 1,020 answers, 3,399 comments.
    assert (report.posts, report.threads) == (4_943, 524)
    [(accepted,)] = await rows(database, "SELECT count(*) FROM thread WHERE accepted_number IS NOT NULL")
    assert accepted > 100
    assert await rows(database, "SELECT DISTINCT kind FROM thread") == [("question",)]


async def test_urho3d(database: Database) -> None:
    report = await imported(database, Kind.DISCOURSE, shared_data("discourse_urho3d_1700") / "dev")
    assert (report.posts, report.threads) == (10_732, 1_674)
    assert await rows(database, "SELECT count(*) FROM thread WHERE accepted_number IS NOT NULL") == [(17,)]
    assert await rows(database, "SELECT count(*) FROM post WHERE body LIKE '%lightbox-wrapper%'") == [(0,)]
