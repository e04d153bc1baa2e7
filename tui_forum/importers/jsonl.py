"""Newsgroup archives as JSON lines: one message object per line.

Fields: ``message_id``, ``from``, ``date`` (ISO), ``subject``, ``body``, ``references``,
``in_reply_to``, and where known ``thread``, ``title``, ``parent``. The text is plain.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tui_forum.domain.errors import ImportSourceError
from tui_forum.i18n import N_
from tui_forum.importers.mail import identify, message_ids, split_subject
from tui_forum.importers.moments import parse_iso
from tui_forum.importers.records import BrokenRecord, ImportedPost, ImportedThread, Markup, Meter, Record

#: No message is longer than this; a line that is, is not of this format.
LINE_MAX_BYTES: Final = 64 * 1024 * 1024


def files(path: Path) -> list[Path]:
    """The files to read: ``path`` itself, or every ``*.jsonl`` in a folder."""
    if path.is_file():
        return [path]
    found = sorted(path.glob("*.jsonl"))
    if not found:
        raise ImportSourceError(N_("{path} holds no JSON-lines file (*.jsonl)."), path=str(path))
    return found


def check(path: Path) -> None:
    """Refuse a file whose first line is no JSON object."""
    first = files(path)[0]
    with first.open("rb") as handle:
        line = handle.readline(LINE_MAX_BYTES).lstrip(b"\xef\xbb\xbf")
    if not line.lstrip().startswith(b"{"):
        raise ImportSourceError(
            N_("{path} is not a JSON-lines file: its first line is no object."), path=str(first)
        )


def read(path: Path, meter: Meter) -> Iterator[Record]:
    """Stream the messages of a file or of a folder's files."""
    for file in files(path):
        with file.open("rb") as handle:
            number = 0
            while line := handle.readline(LINE_MAX_BYTES):
                number += 1
                meter.done += len(line)
                if line.strip():
                    yield _message(line, f"{file.name}:{number}")


def _message(line: bytes, place: str) -> Record:
    try:
        data = json.loads(line.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        return BrokenRecord(place, N_("not JSON"))
    if not isinstance(data, dict):
        return BrokenRecord(place, N_("not an object"))
    external_id = _text(data, "message_id").strip()
    if not external_id:
        return BrokenRecord(place, N_("no message id"))
    if not isinstance(data.get("body"), str):
        return BrokenRecord(place, N_("no text"))
    author_key, author_name = identify(_text(data, "from"))
    title, is_reply = split_subject(_text(data, "title") or _text(data, "subject"))
    return ImportedPost(
        external_id=external_id,
        author_key=author_key,
        author_name=author_name,
        body=data["body"],
        markup=Markup.PLAIN,
        created_at=parse_iso(_text(data, "date")),
        place=place,
        parents=_parents(data, external_id),
        thread_key=_text(data, "thread"),
        opens=ImportedThread(title),
        subject_reply=is_reply,
    )


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _parents(data: dict[str, Any], external_id: str) -> tuple[str, ...]:
    references = data.get("references")
    named = [_text(data, "parent"), *message_ids(_text(data, "in_reply_to"))]
    if isinstance(references, list):
        named += [name for name in reversed(references) if isinstance(name, str)]
    elif isinstance(references, str):
        named += reversed(message_ids(references))
    return tuple(dict.fromkeys(name for name in named if name and name != external_id))
