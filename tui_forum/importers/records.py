"""What a format module reads out of a file: plain records, in the order of the file.

A reader yields them as a stream; it keeps nothing. Order, threading, duplicates, dates out of
range and length are settled later, for all formats alike (``spool``, ``run``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from tui_forum.domain.entities import ThreadKind


class Kind(StrEnum):
    """The formats."""

    DISCOURSE = "discourse"
    STACKEXCHANGE = "stackexchange"
    MBOX = "mbox"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class ImportJob:
    """What to import where. ``source`` sets ids of two archives apart; empty takes a fitting one."""

    kind: Kind
    path: Path
    slug: str
    name: str = ""
    source: str = ""


class Markup(StrEnum):
    """What the text of a record is written in."""

    PLAIN = "plain"
    HTML = "html"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class ImportedThread:
    """What a post that may open a thread knows of it. ``accepted`` is a post's external id."""

    title: str
    kind: ThreadKind = ThreadKind.DISCUSSION
    locked: bool = False
    pinned: bool = False
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class ImportedPost:
    """One contribution as the file has it.

    ``external_id`` is unique in its source. ``parents`` are the external ids it may reply to,
    nearest first; the first that exists is taken. ``thread_key`` names the thread where the
    format does; without it the thread follows from ``parents``, and from ``title`` when
    ``subject_reply`` says that the title is a "Re:" without any reference.
    ``created_at`` is None when the file has none that can be read.
    """

    external_id: str
    author_key: str
    author_name: str
    body: str
    markup: Markup
    created_at: datetime | None
    place: str
    parents: tuple[str, ...] = ()
    thread_key: str = ""
    opens: ImportedThread | None = None
    subject_reply: bool = False
    edited_at: datetime | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedAuthor:
    """A name that comes separately from the posts (``Users.xml``)."""

    author_key: str
    author_name: str


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A record that cannot be read: where (``file:line``) and why (a msgid marked with ``N_``)."""

    place: str
    why: str


@dataclass(frozen=True, slots=True)
class SkippedRecord:
    """A record that is fine and deliberately not taken; ``why`` is a msgid."""

    place: str
    why: str


Record = ImportedPost | ImportedAuthor | BrokenRecord | SkippedRecord


class Meter:
    """How far a reader has come, in bytes; the progress bar reads it."""

    __slots__ = ("done", "total")

    def __init__(self, total: int = 0) -> None:
        self.done = 0
        self.total = total
