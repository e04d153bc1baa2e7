"""The importer's scratch pad: a private temporary SQLite database.

Archives are not sorted: replies precede what they answer, comments come in another file than
their posts. The spool holds the records of one import until they can be written in order, so
that memory stays flat whatever the size of the input. SQLite deletes the file by itself, also
when the process is killed (an empty file name asks for exactly that); it lies in ``TMPDIR`` or
``/var/tmp`` and needs about the size of the input.

Threads are found by *labels*: every external id that occurs (as a post or as something a post
refers to) carries the label of its thread; a reply takes over the label of the nearest id it
names, and two labels that turn out to be one thread are merged.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

from tui_forum.domain.errors import StorageFullError
from tui_forum.i18n import N_

#: A "Re:" without references joins a thread of the same title this long after its last post.
SUBJECT_WINDOW_SECONDS = 60 * 86400
#: Labels of threads that the format itself names begin with this.
NAMED = "="

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16000;
CREATE TABLE post (
    seq INTEGER PRIMARY KEY, ext TEXT NOT NULL UNIQUE, at REAL, parents TEXT NOT NULL,
    author TEXT NOT NULL, head TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE node (ext TEXT PRIMARY KEY, label TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX node_label ON node (label);
CREATE TABLE subject (title TEXT PRIMARY KEY, ext TEXT NOT NULL, at REAL) WITHOUT ROWID;
CREATE TABLE author (author TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class SpooledKey:
    """A post in its thread, without its text. ``at`` is in seconds since 1970, UTC."""

    seq: int
    external_id: str
    at: float | None
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpooledPost:
    """A post's text; ``head`` is whatever the caller put there."""

    seq: int
    author: str
    head: str
    body: str


class Spool:
    """Records of one import, put in any order and taken out thread by thread.

    Used by one thread. Close it (or use ``with``) to give the disk space back.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        self.count = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Throw everything away."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def add(
        self,
        external_id: str,
        *,
        at: float | None,
        parents: tuple[str, ...],
        author: str,
        head: str,
        body: str,
        thread_key: str = "",
        title: str = "",
        subject_reply: bool = False,
    ) -> bool:
        """Keep a post; False (and nothing is kept) when its id is there already.

        ``title`` is the normalised subject that a later reply without references may join.

        Raises:
            StorageFullError: the temporary folder is full.
        """
        try:
            return self._add(external_id, at, parents, (author, head, body), thread_key, title, subject_reply)
        except sqlite3.OperationalError as error:
            raise StorageFullError(
                N_("No room for the import's temporary file ({why}); set TMPDIR to a larger folder."),
                why=str(error),
            ) from error

    def _add(
        self,
        external_id: str,
        at: float | None,
        parents: tuple[str, ...],
        content: tuple[str, str, str],
        thread_key: str,
        title: str,
        subject_reply: bool,
    ) -> bool:
        if self._db.execute("SELECT 1 FROM post WHERE ext = ?", (external_id,)).fetchone() is not None:
            return False
        self.count += 1
        if subject_reply and title and not thread_key and not self._label_of_any(parents):
            joined = self._by_subject(title, at)
            parents = (*parents, joined) if joined else parents
        self._db.execute(
            "INSERT INTO post (ext, at, parents, author, head, body) VALUES (?, ?, ?, ?, ?, ?)",
            (external_id, at, "\n".join(parents), *content),
        )
        self._label(external_id, parents, thread_key)
        if title and not thread_key:
            self._db.execute(
                "INSERT INTO subject (title, ext, at) VALUES (?, ?, ?) "
                "ON CONFLICT (title) DO UPDATE SET at = excluded.at, "
                "ext = CASE WHEN ? THEN subject.ext ELSE excluded.ext END",
                (title, external_id, at, subject_reply),
            )
        return True

    def _by_subject(self, title: str, at: float | None) -> str:
        row = self._db.execute("SELECT ext, at FROM subject WHERE title = ?", (title,)).fetchone()
        if row is None:
            return ""
        near = at is None or row[1] is None or abs(at - row[1]) <= SUBJECT_WINDOW_SECONDS
        return str(row[0]) if near else ""

    def _label(self, external_id: str, parents: tuple[str, ...], thread_key: str) -> None:
        get = self._db.execute
        row = get("SELECT label FROM node WHERE ext = ?", (external_id,)).fetchone()
        own = row[0] if row else ""
        if thread_key:
            # The format knows better than the references, which sometimes cross threads.
            label, parents = NAMED + thread_key, ()
            get("INSERT OR REPLACE INTO node (ext, label) VALUES (?, ?)", (external_id, label))
        else:
            label = self._label_of_any(parents) or own or (parents[-1] if parents else external_id)
        if own and own != label and not own.startswith(NAMED):
            get("UPDATE node SET label = ? WHERE label = ?", (label, own))
        self._db.executemany(
            "INSERT OR IGNORE INTO node (ext, label) VALUES (?, ?)",
            [(name, label) for name in (external_id, *parents)],
        )

    def _label_of_any(self, names: tuple[str, ...]) -> str:
        for name in names:
            row = self._db.execute("SELECT label FROM node WHERE ext = ?", (name,)).fetchone()
            if row is not None:
                return str(row[0])
        return ""

    def name_author(self, author: str, name: str) -> None:
        """Remember a name for an author key; the last one given counts."""
        self._db.execute("INSERT OR REPLACE INTO author (author, name) VALUES (?, ?)", (author, name))

    def author_name(self, author: str) -> str | None:
        """The name given for an author key."""
        row = self._db.execute("SELECT name FROM author WHERE author = ?", (author,)).fetchone()
        return None if row is None else str(row[0])

    def threads(self) -> Iterator[str]:
        """The labels of all threads, the one with the oldest post first."""
        self._db.execute("DROP TABLE IF EXISTS thread")
        self._db.execute(
            "CREATE TABLE thread AS SELECT node.label AS label FROM post JOIN node ON node.ext = post.ext "
            "GROUP BY node.label ORDER BY min(coalesce(post.at, 0)), min(post.seq)"
        )
        yield from (str(row[0]) for row in self._db.execute("SELECT label FROM thread ORDER BY rowid"))

    def keys(self, label: str) -> list[SpooledKey]:
        """The posts of one thread without their text, in the order of the input."""
        rows = self._db.execute(
            "SELECT post.seq, post.ext, post.at, post.parents FROM node JOIN post ON post.ext = node.ext "
            "WHERE node.label = ? ORDER BY post.seq",
            (label,),
        )
        return [SpooledKey(seq, ext, at, tuple(p.split("\n")) if p else ()) for seq, ext, at, p in rows]

    def post(self, seq: int) -> SpooledPost:
        """One post's text."""
        row = self._db.execute("SELECT seq, author, head, body FROM post WHERE seq = ?", (seq,)).fetchone()
        return SpooledPost(*row)
