"""One import from beginning to end: read into the spool, put in order, write in batches."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Protocol

from tui_forum.domain.entities import Purpose, ThreadKind
from tui_forum.domain.errors import ImportSourceError
from tui_forum.domain.limits import BODY_MAX_CHARS, TITLE_MAX_CHARS
from tui_forum.domain.text import clean_body, clean_line
from tui_forum.i18n import N_
from tui_forum.importers import discourse, html, jsonl, mbox, plain, stackexchange
from tui_forum.importers.moments import bounded
from tui_forum.importers.order import Ordered, arrange, cut
from tui_forum.importers.records import (
    BrokenRecord,
    ImportedAuthor,
    ImportedPost,
    ImportedThread,
    ImportJob,
    Kind,
    Markup,
    Meter,
    SkippedRecord,
)
from tui_forum.services.imports import BatchResult, Imports, ImportSink, IncomingPost, IncomingThread, Placed
from tui_forum.storage.spool import NAMED, Spool, SpooledKey

#: Posts per transaction: large enough to be fast, small enough that a live server's writer
#: never waits long for the lock.
BATCH_POSTS: Final = 500
#: So much text counts as one post more in a batch, which bounds its memory.
CHARS_PER_POST: Final = 16_000
#: How many places are named for each reason.
PLACES_SHOWN: Final = 5

#: Ancestors of a post that are looked for.
PARENTS_MAX: Final = 50

_ID_MAX: Final = 255
_SOURCE_MAX: Final = 120
#: Records read between two looks at the clock, the progress and a Ctrl-C.
_STRIDE: Final = 200


_READERS: Final[Mapping[Kind, ModuleType]] = {
    Kind.DISCOURSE: discourse,
    Kind.STACKEXCHANGE: stackexchange,
    Kind.MBOX: mbox,
    Kind.JSONL: jsonl,
}
#: Message ids and addresses mean the same in every archive; other sites' numbers do not.
_MAIL_KINDS: Final = {Kind.MBOX, Kind.JSONL}


class Progress(Protocol):
    """Is told how far an import has come."""

    def reading(self, done: int, total: int, records: int) -> None:
        """``done`` of ``total`` bytes are read and gave ``records`` posts."""

    def writing(self, done: int, total: int) -> None:
        """``done`` of ``total`` posts are in the forum."""


@dataclass(slots=True)
class Finding:
    """How often something was found, and where first."""

    count: int = 0
    places: list[str] = field(default_factory=list)

    def add(self, place: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.places) < PLACES_SHOWN:
            self.places.append(place)


@dataclass(slots=True)
class ImportReport:
    """What came of it. The keys of the findings are msgids: why."""

    posts: int = 0
    threads: int = 0
    accounts: int = 0
    already: int = 0
    broken: dict[str, Finding] = field(default_factory=dict)
    skipped: dict[str, Finding] = field(default_factory=dict)
    notes: dict[str, Finding] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, result: BatchResult) -> None:
        """Count what a batch has written."""
        self.posts += result.posts
        self.threads += result.threads
        self.accounts += result.accounts

    def note(self, why: str, place: str) -> None:
        """Something was changed on the way in."""
        self.notes.setdefault(why, Finding()).add(place)

    def skip(self, why: str, place: str) -> None:
        """Something readable was left out."""
        self.skipped.setdefault(why, Finding()).add(place)


def source_of(job: ImportJob) -> str:
    """The name under which a job's ids are remembered."""
    if job.source:
        name = job.source
    elif job.kind in _MAIL_KINDS:
        name = f"mail:{job.slug}"
    else:
        path = job.path.resolve()
        name = f"{job.kind}:{job.slug}:{(path.parent if path.is_file() else path).name}"
    return _short(name, _SOURCE_MAX)


def check(job: ImportJob) -> None:
    """Whether there is something of that kind to read.

    Raises:
        ImportSourceError: the path is missing, unreadable or of another kind.
    """
    if not job.path.exists():
        raise ImportSourceError(N_("{path} does not exist."), path=str(job.path))
    with _readable(job.path):
        _READERS[job.kind].check(job.path)


async def run(imports: Imports, job: ImportJob, progress: Progress) -> ImportReport:
    """Import ``job``; what is there already stays as it is.

    Killed at any time, it has written whole batches, and the next run goes on after them.

    Raises:
        ImportSourceError: the path is missing, unreadable or of another kind.
        ForumError: the database cannot be written (whole batches are in).
    """
    started = time.monotonic()
    check(job)
    report = ImportReport()
    reader = _READERS[job.kind]
    with Spool() as spool:
        with _readable(job.path):
            meter = Meter(sum(file.stat().st_size for file in reader.files(job.path)))
            await _read(reader, job.path, meter, spool, report, progress)
        if spool.count:
            source = source_of(job)
            sink = await imports.sink(
                job.slug,
                source,
                account_source="mail" if job.kind in _MAIL_KINDS and not job.source else source,
                name=job.name,
                purpose=Purpose.QUESTIONS if job.kind is Kind.STACKEXCHANGE else Purpose.PRACTICE,
            )
            await _Writer(spool, sink, report, progress).run()
    report.seconds = time.monotonic() - started
    return report


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ImportSourceError(
            N_("{path} cannot be read: {reason}."),
            path=error.filename or str(path),
            reason=error.strerror or str(error),
        ) from error


# --- reading -------------------------------------------------------------------------------------


async def _read(
    reader: ModuleType, path: Path, meter: Meter, spool: Spool, report: ImportReport, progress: Progress
) -> None:
    now = datetime.now(UTC)
    for number, record in enumerate(reader.read(path, meter)):
        if isinstance(record, ImportedPost):
            if not _spool(spool, record, report, now):
                report.skip(N_("an id that came before"), record.place)
        elif isinstance(record, ImportedAuthor):
            spool.name_author(_short(_scrub(record.author_key)), _scrub(record.author_name))
        elif isinstance(record, SkippedRecord):
            report.skip(record.why, record.place)
        elif isinstance(record, BrokenRecord):
            report.broken.setdefault(record.why, Finding()).add(record.place)
        if number % _STRIDE == 0:
            progress.reading(meter.done, meter.total, spool.count)
            await asyncio.sleep(0)
    progress.reading(meter.done, meter.total, spool.count)


def _spool(spool: Spool, post: ImportedPost, report: ImportReport, now: datetime) -> bool:
    at = None
    if post.created_at is None:
        report.note(N_("no date that can be read: that of the post before it was taken"), post.place)
    else:
        moment = bounded(post.created_at, now)
        at = moment.timestamp()
        if moment != post.created_at:
            report.note(N_("a date before 1970 or after today: bounded"), post.place)
    for why in post.notes:
        report.note(why, post.place)
    opens = post.opens
    edited = bounded(post.edited_at, now).timestamp() if post.edited_at else None
    thread = [opens.title, opens.kind, opens.locked, opens.pinned, opens.accepted] if opens else None
    return spool.add(
        _short(_scrub(post.external_id)),
        at=at,
        parents=tuple(_short(_scrub(parent)) for parent in _nearest(post.parents)),
        author=_short(_scrub(post.author_key)),
        head=json.dumps([post.author_name, post.markup, post.place, edited, thread]),
        body=_scrub(post.body),
        thread_key=_scrub(post.thread_key),
        title=_scrub(opens.title).lower() if opens and not post.thread_key else "",
        subject_reply=post.subject_reply,
    )


def _nearest(parents: tuple[str, ...]) -> tuple[str, ...]:
    """The nearest ancestors and the oldest, where somebody names hundreds."""
    return parents if len(parents) <= PARENTS_MAX else (*parents[: PARENTS_MAX - 1], parents[-1])


def _scrub(text: str) -> str:
    """Text that can be encoded: JSON may hold lone surrogates."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _short(name: str, longest: int = _ID_MAX) -> str:
    """An id on one line that fits its column; a longer one becomes its digest."""
    name = " ".join(clean_line(name).split())
    return name if len(name) <= longest else f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


# --- writing -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Head:
    """What the spool keeps of a post beside its text."""

    author_name: str
    markup: Markup
    place: str
    edited: float | None
    opens: ImportedThread | None

    @classmethod
    def load(cls, text: str) -> _Head:
        name, markup, place, edited, opens = json.loads(text)
        thread = None
        if opens:
            title, kind, locked, pinned, accepted = opens
            thread = ImportedThread(title, ThreadKind(kind), locked, pinned, accepted)
        return cls(name, Markup(markup), place, edited, thread)


class _Writer:
    """Takes threads out of the spool and hands them to the sink in batches."""

    def __init__(self, spool: Spool, sink: ImportSink, report: ImportReport, progress: Progress) -> None:
        self._spool = spool
        self._sink = sink
        self._report = report
        self._progress = progress
        self._buffer: list[IncomingThread] = []
        self._weight = 0
        self._done = 0
        self._now = datetime.now(UTC).timestamp()

    async def run(self) -> None:
        """Write everything that is not there yet."""
        for group in _groups(self._spool):
            names = {name for _, keys in group for key in keys for name in (key.external_id, *key.parents)}
            known = await self._sink.known(names)
            for label, keys in group:
                await self._thread(keys, known, named=label.startswith(NAMED))
        await self._flush()

    async def _thread(self, keys: list[SpooledKey], known: Mapping[str, Placed], *, named: bool) -> None:
        fresh = [key for key in keys if key.external_id not in known]
        self._report.already += len(keys) - len(fresh)
        self._done += len(keys) - len(fresh)
        if not fresh:
            self._progress.writing(self._done, self._spool.count)
            return
        ordered = arrange(fresh, known, self._now)
        thread_id = next(
            (
                known[name].thread_id
                for key in keys
                for name in (key.external_id, *(() if named else key.parents))
                if name in known
            ),
            None,
        )
        opens = self._opening(ordered)
        if opens is None and thread_id is None:
            for one in ordered:
                place = _Head.load(self._spool.post(one.key.seq).head).place
                self._report.skip(N_("belongs to a post that is not in the archive"), place)
            self._done += len(ordered)
            return
        await self._posts(opens or ImportedThread(""), ordered, thread_id, dict(known))

    async def _posts(
        self, opens: ImportedThread, ordered: list[Ordered], thread_id: int | None, placed: dict[str, Placed]
    ) -> None:
        full_title = clean_line(opens.title) or "(no subject)"
        title = full_title if len(full_title) <= TITLE_MAX_CHARS else f"{full_title[: TITLE_MAX_CHARS - 1]}…"
        piece: list[IncomingPost] = []

        def gather() -> None:
            self._buffer.append(
                IncomingThread(
                    title,
                    tuple(piece),
                    opens.kind,
                    opens.locked,
                    opens.pinned,
                    opens.accepted,
                    thread_id,
                    placed,
                )
            )
            piece.clear()

        for index, one in enumerate(ordered):
            heading = full_title if index == 0 and thread_id is None and title != full_title else ""
            post = self._convert(one, heading)
            piece.append(post)
            self._weight += 1 + sum(map(len, post.parts)) // CHARS_PER_POST
            if self._weight >= BATCH_POSTS:
                gather()
                result = await self._flush()
                thread_id = result.thread_ids[-1]
                placed.update(result.placed)
        if piece:
            gather()

    def _opening(self, ordered: list[Ordered]) -> ImportedThread | None:
        for one in ordered:
            opens = _Head.load(self._spool.post(one.key.seq).head).opens
            if opens is not None:
                return opens
        return None

    def _convert(self, one: Ordered, heading: str) -> IncomingPost:
        spooled = self._spool.post(one.key.seq)
        head = _Head.load(spooled.head)
        body = clean_body(_markdown(clean_body(spooled.body), head.markup)).strip("\n")
        if not body.strip():
            body = "(no text)"
            self._report.note(N_("an empty text"), head.place)
        if heading:
            body = f"{heading}\n\n{body}"
            self._report.note(N_("a title that is too long: cut, and kept whole in the post"), head.place)
        parts = cut(body, BODY_MAX_CHARS)
        if len(parts) > 1:
            self._report.note(N_("a text longer than a post may be: continued in further posts"), head.place)
        return IncomingPost(
            external_id=one.key.external_id,
            author_key=spooled.author,
            author_name=self._spool.author_name(spooled.author) or head.author_name,
            parts=parts,
            created_at=datetime.fromtimestamp(one.at, UTC),
            edited_at=None if head.edited is None else datetime.fromtimestamp(head.edited, UTC),
            parent=one.parent,
        )

    async def _flush(self) -> BatchResult:
        threads, self._buffer, self._weight = self._buffer, [], 0
        if not threads:
            return BatchResult()
        result = await self._sink.write(threads)
        self._report.add(result)
        self._done += result.posts
        self._progress.writing(self._done, self._spool.count)
        return result


def _groups(spool: Spool) -> Iterator[list[tuple[str, list[SpooledKey]]]]:
    """Threads by their labels, as many at a time as make a batch."""
    group: list[tuple[str, list[SpooledKey]]] = []
    size = 0
    for label in spool.threads():
        keys = spool.keys(label)
        group.append((label, keys))
        size += len(keys)
        if size >= BATCH_POSTS:
            yield group
            group, size = [], 0
    if group:
        yield group


_CONVERTERS: Final[Mapping[Markup, Any]] = {
    Markup.PLAIN: plain.to_markdown,
    Markup.HTML: html.to_markdown,
}


def _markdown(text: str, markup: Markup) -> str:
    convert = _CONVERTERS.get(markup)
    return str(convert(text)) if convert else text
