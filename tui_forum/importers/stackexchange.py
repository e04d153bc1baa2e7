"""Stack Exchange site dumps: ``Posts.xml``, ``Users.xml``, ``Comments.xml`` in one folder.

Questions become threads of kind ``question``, answers posts in them, comments replies to their
post. Tags, for which the forum has no place yet, end the question as a line.

A row is one empty element and an attribute's value cannot hold ``<``, so a file is cut at
every ``<`` and each row is parsed by itself: memory is that of one row, a broken row costs only
itself, and without a document there are no entities to expand.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from tui_forum.domain.entities import ThreadKind
from tui_forum.domain.errors import ImportSourceError
from tui_forum.i18n import N_
from tui_forum.importers.moments import parse_iso
from tui_forum.importers.records import (
    BrokenRecord,
    ImportedAuthor,
    ImportedPost,
    ImportedThread,
    Markup,
    Meter,
    Record,
    SkippedRecord,
)

ROW_MAX_BYTES: Final = 16 * 1024 * 1024
_READ: Final = ("Users.xml", "Posts.xml", "Comments.xml")
_UNREAD: Final = ("Votes.xml", "Badges.xml", "PostHistory.xml", "PostLinks.xml")
_TAG: Final = re.compile(r"[^<>|\s]+")
_QUESTION, _ANSWER = "1", "2"

Row = dict[str, str]


def files(path: Path) -> list[Path]:
    """The files that are read, of those the dump has."""
    folder = path.parent if path.is_file() else path
    if not (folder / "Posts.xml").is_file():
        raise ImportSourceError(N_("{path} is no Stack Exchange dump: it has no Posts.xml."), path=str(path))
    return [folder / name for name in _READ if (folder / name).is_file()]


def check(path: Path) -> None:
    """Refuse a folder without a ``Posts.xml`` that starts as one."""
    files(path)
    posts = (path.parent if path.is_file() else path) / "Posts.xml"
    with posts.open("rb") as handle:
        if b"<posts" not in handle.read(4096):
            raise ImportSourceError(
                N_("{path} is not the Posts.xml of a Stack Exchange dump."), path=str(posts)
            )


def read(path: Path, meter: Meter) -> Iterator[Record]:
    """Stream users, posts and comments."""
    makers = {"Users.xml": _user, "Posts.xml": _post, "Comments.xml": _comment}
    found = files(path)
    for file in found:
        make = makers[file.name]
        for row, place in rows(file, meter):
            yield make(row, place) if isinstance(row, dict) else BrokenRecord(place, row)
    for name in _UNREAD:
        if (found[0].parent / name).is_file():
            yield SkippedRecord(name, N_("files of votes, badges, history and links: no place for them yet"))


def rows(file: Path, meter: Meter) -> Iterator[tuple[Row | str, str]]:
    """Every row's attributes (or why it cannot be read) with its place."""
    line = 1
    for token in _tokens(file, meter):
        if token[:3] == b"row" and token[3:4].isspace():
            yield _row(token), f"{file.name}:{line}"
        line += token.count(b"\n")


def _tokens(file: Path, meter: Meter) -> Iterator[bytes]:
    with file.open("rb") as handle:
        parts: list[bytes] = []
        size = 0
        while chunk := handle.read(1 << 16):
            meter.done += len(chunk)
            first, *others = chunk.split(b"<")
            size += len(first)
            if size <= ROW_MAX_BYTES:
                parts.append(first)
            if not others:
                continue
            yield b"".join(parts)
            yield from others[:-1]
            parts, size = [others[-1]], len(others[-1])
        yield b"".join(parts)


def _row(token: bytes) -> Row | str:
    text = token.decode("utf-8", errors="replace").rstrip()
    if not text.endswith("/>"):
        if not text.endswith(">"):
            return N_("a row that is cut off")
        text = f"{text[:-1]}/>"
    try:
        return dict(ET.fromstring(f"<{text}").attrib)  # noqa: S314 - one element, no document type
    except ET.ParseError:
        return N_("not XML")


def _user(row: Row, place: str) -> Record:
    if not row.get("Id"):
        return BrokenRecord(place, N_("a row without an Id"))
    return ImportedAuthor(f"user:{row['Id']}", row.get("DisplayName", ""))


def _author(row: Row, user: str, name: str) -> tuple[str, str]:
    if row.get(user):
        return f"user:{row[user]}", row.get(name, "")
    shown = row.get(name) or "unknown"
    return f"name:{shown.lower()}", shown


def _post(row: Row, place: str) -> Record:
    kind = row.get("PostTypeId")
    if kind not in {_QUESTION, _ANSWER}:
        return SkippedRecord(place, N_("tag wikis and other pages that are no posts"))
    question = row.get("Id") if kind == _QUESTION else row.get("ParentId")
    if not row.get("Id") or not question:
        return BrokenRecord(place, N_("a row without an Id"))
    if "Body" not in row:
        return BrokenRecord(place, N_("no text"))
    author_key, author_name = _author(row, "OwnerUserId", "OwnerDisplayName")
    body, opens = row["Body"], None
    if kind == _QUESTION:
        accepted = row.get("AcceptedAnswerId", "")
        opens = ImportedThread(
            row.get("Title", ""),
            ThreadKind.QUESTION,
            locked="ClosedDate" in row,
            accepted=f"p{accepted}" if accepted else "",
        )
        if tags := _TAG.findall(row.get("Tags", "")):
            body += f"<p>Tags: {html.escape(', '.join(tags))}</p>"
    return ImportedPost(
        external_id=f"p{row['Id']}",
        author_key=author_key,
        author_name=author_name,
        body=body,
        markup=Markup.HTML,
        created_at=parse_iso(row.get("CreationDate", "")),
        edited_at=parse_iso(row.get("LastEditDate", "")),
        place=place,
        thread_key=question,
        opens=opens,
    )


def _comment(row: Row, place: str) -> Record:
    if not row.get("Id") or not row.get("PostId"):
        return BrokenRecord(place, N_("a row without an Id"))
    if "Text" not in row:
        return BrokenRecord(place, N_("no text"))
    author_key, author_name = _author(row, "UserId", "UserDisplayName")
    return ImportedPost(
        external_id=f"c{row['Id']}",
        author_key=author_key,
        author_name=author_name,
        body=row["Text"],
        markup=Markup.MARKDOWN,
        created_at=parse_iso(row.get("CreationDate", "")),
        place=place,
        parents=(f"p{row['PostId']}",),
    )
