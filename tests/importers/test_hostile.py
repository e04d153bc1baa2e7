"""Archives made to break the importer: every record is read, skipped or reported, never a crash."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import time
from pathlib import Path
from types import ModuleType

import pytest

from tests.importers.test_run import content, imported, lines, message
from tui_forum.domain.errors import ConflictError, ImportSourceError
from tui_forum.importers import discourse, html, jsonl, mbox, plain, stackexchange
from tui_forum.importers.records import ImportedPost, Kind, Markup, Meter, Record
from tui_forum.storage.engine import Database

SAMPLES = Path(__file__).parent / "samples"


def damaged(data: bytes, chance: random.Random) -> bytes:
    """``data`` with some bytes changed, doubled, cut out or replaced by telling ones."""
    raw = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(raw))
        kind = chance.randrange(4)
        if kind == 0:
            raw[at] = chance.randrange(256)
        elif kind == 1:
            del raw[at : at + chance.randrange(40)]
        elif kind == 2:
            raw[at:at] = chance.choice(
                (b"\x00", b"\xff\xfe", b"<", b"=?utf-8?b?", b"\n\n", b'"', b"\x1b[2J", b"{")
            )
        else:
            raw[at:at] = raw[at : at + chance.randrange(200)]
        if not raw:
            return b""
    return bytes(raw)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (jsonl, "newsgroup.jsonl"),
        (mbox, "mime.mbox"),
        (mbox, "sample/2004-March.txt"),
        (discourse, "discourse/first-topic.7.json"),
        (stackexchange, "stackexchange/Posts.xml"),
    ],
)
def test_damaged_archives(module: ModuleType, name: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    original = (SAMPLES / name).read_bytes()
    target = tmp_path / Path(name).name
    for _ in range(300):
        target.write_bytes(damaged(original, chance))
        try:
            module.check(target)
            records: list[Record] = list(module.read(target, Meter()))
        except ImportSourceError:
            continue
        for record in records:
            if isinstance(record, ImportedPost):
                (html if record.markup is Markup.HTML else plain).to_markdown(record.body)


def test_a_thousand_parts_inside_one_another(tmp_path: Path) -> None:
    head = "From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: a@b\nMessage-ID: <x@y>\nSubject: deep\n"
    parts = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(1000))
    (tmp_path / "deep.mbox").write_text(head + parts + "Content-Type: text/plain\n\nhello\n")
    assert len(list(mbox.read(tmp_path / "deep.mbox", Meter()))) == 1


def test_lines_made_to_be_slow(tmp_path: Path) -> None:
    head = "From mboxrd@z Thu Jan  1 00:00:00 1970\n"
    for number, line in enumerate(("From " + "1:11 " * 200_000, "Subject: " + "Re: " * 200_000)):
        for name in ("From", "References"):
            nasty = f"{name}: " + "<a <b at " * 100_000
            (tmp_path / f"{number}{name}.mbox").write_text(f"{head}{nasty}\n{line}\nTo: x\n\n{line}\n")
    started = time.perf_counter()
    assert len(list(mbox.read(tmp_path, Meter()))) == 4
    assert time.perf_counter() - started < 5


async def test_a_message_that_names_everything(database: Database, tmp_path: Path) -> None:
    path = lines(tmp_path / "m.jsonl", [message(0), message(1, *range(100_000), 0)])
    assert (await imported(database, Kind.JSONL, path)).posts == 2
    assert [row[3] for row in await content(database)] == [None, 1]


def test_json_nested_too_deep_is_a_broken_record(tmp_path: Path) -> None:
    (tmp_path / "deep.jsonl").write_text('{"a":' + "[" * 100_000 + "\n")
    [record] = jsonl.read(tmp_path / "deep.jsonl", Meter())
    assert not isinstance(record, ImportedPost)


async def test_ids_names_and_titles_with_anything_in_them(database: Database, tmp_path: Path) -> None:
    nasty = "\x00\x1b]0;x\x07\u202e\ud800\n\t" + "é" * 400
    path = lines(
        tmp_path / "m.jsonl",
        [
            message(
                1, message_id=f"<{nasty}>", title=nasty, sender=f"{nasty} <{nasty}@x>", references=[nasty]
            ),
            message(2, message_id="<2>", references=[f"<{nasty}>"]),
        ],
    )
    report = await imported(database, Kind.JSONL, path)
    assert report.posts == 2
    text = json.dumps(await content(database))
    assert not any(escape in text for escape in ("\\u0000", "\\u001b", "\\u202e", "\\ud800"))
    assert [row[3] for row in await content(database)] == [None, 1]


async def test_two_imports_at_once_write_everything_once(database: Database, tmp_path: Path) -> None:
    path = lines(tmp_path / "m.jsonl", (message(n) for n in range(3000)))
    results = await asyncio.gather(
        imported(database, Kind.JSONL, path), imported(database, Kind.JSONL, path), return_exceptions=True
    )
    assert all(
        not isinstance(result, BaseException) or isinstance(result, ConflictError) for result in results
    )
    await imported(database, Kind.JSONL, path)
    assert len(await content(database)) == 3000


async def test_a_folder_that_vanishes_is_one_sentence(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "dump"
    shutil.copytree(SAMPLES / "stackexchange", folder)
    (folder / "Comments.xml").unlink()
    (folder / "Comments.xml").mkdir()
    assert (await imported(database, Kind.STACKEXCHANGE, folder)).posts == 3
    (folder / "Posts.xml").unlink()
    with pytest.raises(ImportSourceError):
        await imported(database, Kind.STACKEXCHANGE, folder)
