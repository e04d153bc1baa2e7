"""Mail archives: an mbox file, or a folder of mboxes or pipermail's ``2004-April.txt`` files.

A message starts at a ``From `` line that ends like a date *and* is followed by a header; any
other "From " line belongs to the text (with or without the mboxrd ``>``).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from pathlib import Path
from typing import Final

from tui_forum.domain.errors import ImportSourceError
from tui_forum.i18n import N_
from tui_forum.importers.mail import decode_bytes, decode_words, identify, message_ids, split_subject
from tui_forum.importers.moments import EARLIEST, parse_mail
from tui_forum.importers.records import BrokenRecord, ImportedPost, ImportedThread, Markup, Meter, Record

#: More than any mail server passes on; what is longer is reported, not read.
MESSAGE_MAX_BYTES: Final = 64 * 1024 * 1024
LINE_MAX_BYTES: Final = 1024 * 1024
#: A From line is an address and a date.
SEPARATOR_MAX_BYTES: Final = 500

_SEPARATOR: Final = re.compile(rb"^From \S.*?\b\d{1,2}:\d\d(:\d\d)?\b.*\b\d{4}\s*$|^From mboxrd@z ")
_HEADER: Final = re.compile(rb"^[!-9;-~]{1,76}:(\s|$)")
_ESCAPED_FROM: Final = re.compile(r"^>(>*From )", re.MULTILINE)
_FROM_DATE: Final = re.compile(rb"((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.*)$")
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_PERIOD: Final = re.compile(r"^(\d{4})-?([A-Za-z]+|\d{1,2})?")
_TEXT_FILE: Final = re.compile(r"\.(?:patch|diff|txt|log|c|h|py|sh|dts|ya?ml|json|csv)$", re.IGNORECASE)
_SIGNATURES: Final = {
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
}
_SUFFIXES: Final = {".mbox", ".mbx", ".txt", ""}


def files(path: Path) -> list[Path]:
    """The mailbox files of ``path``, months in the order of the calendar.

    Raises ``ImportSourceError`` when there is none.
    """
    if path.is_file():
        return [path]
    found = [f for f in path.iterdir() if f.is_file() and f.suffix.lower() in _SUFFIXES and is_mailbox(f)]
    if not found:
        raise ImportSourceError(
            N_("{path} holds no mailbox (no file that starts with a From line)."), path=str(path)
        )
    return sorted(found, key=_period)


def check(path: Path) -> None:
    """Refuse what is no mailbox."""
    if path.is_file() and not is_mailbox(path):
        raise ImportSourceError(
            N_("{path} is not a mailbox: it does not start with a From line."), path=str(path)
        )
    files(path)


def is_mailbox(path: Path) -> bool:
    """Whether the first line that is not empty is a ``From `` line."""
    with path.open("rb") as handle:
        for _ in range(100):
            line = handle.readline(LINE_MAX_BYTES)
            if not line or line.strip():
                return bool(_SEPARATOR.match(line.lstrip(b"\xef\xbb\xbf")[:SEPARATOR_MAX_BYTES]))
    return False


def _period(path: Path) -> tuple[int, int, str]:
    found = _PERIOD.match(path.stem)
    if not found:
        return (9999, 0, path.name)
    month = (found.group(2) or "").lower()
    number = int(month) if month.isdigit() else next((i for i, m in enumerate(_MONTHS, 1) if m == month), 0)
    return (int(found.group(1)), number, path.name)


@dataclass(slots=True)
class _Raw:
    line: int
    separator: bytes
    data: bytes
    too_long: bool = False


def read(path: Path, meter: Meter) -> Iterator[Record]:
    """Stream the messages of a mailbox or of a folder of mailboxes."""
    list_tag = _list_name(path.resolve())
    for file in files(path):
        for raw in _split(file, meter):
            yield _message(raw, f"{file.name}:{raw.line}", list_tag)


def _list_name(path: Path) -> str:
    """The list's name: that of the file or folder; a month's file has its folder's."""
    if not path.is_file():
        return path.name
    return path.parent.name if _PERIOD.match(path.stem) else path.stem


def _split(file: Path, meter: Meter) -> Iterator[_Raw]:
    with file.open("rb") as handle:
        pending: tuple[int, bytes] | None = None
        lines: list[bytes] = []
        current: _Raw | None = None
        size = number = 0
        while line := handle.readline(LINE_MAX_BYTES):
            number += 1
            meter.done += len(line)
            if pending is not None:
                if _HEADER.match(line):
                    if current is not None:
                        current.data = b"".join(lines)
                        yield current
                    current, lines, size = _Raw(pending[0], pending[1], b""), [], 0
                else:
                    lines.append(pending[1])
                pending = None
            if len(line) <= SEPARATOR_MAX_BYTES and _SEPARATOR.match(line):
                pending = (number, line)
                continue
            size += len(line)
            if size <= MESSAGE_MAX_BYTES:
                lines.append(line)
            elif current is not None:
                current.too_long = True
        if current is not None:
            current.data = b"".join(lines) + (pending[1] if pending else b"")
            yield current


def _message(raw: _Raw, place: str, list_tag: str) -> Record:
    if raw.too_long:
        return BrokenRecord(place, N_("a message of more than 64 MiB"))
    notes: list[str] = []
    try:
        mail = message_from_bytes(raw.data)
        text, markup = _text(mail, notes)
        headers = _headers(mail)
    except (MessageError, ValueError, LookupError, RecursionError, AssertionError):
        return BrokenRecord(place, N_("not a mail message"))
    author_key, author_name = identify(headers.get("from", ""))
    if not author_key:
        return BrokenRecord(place, N_("no sender"))
    external_id = next(iter(message_ids(headers.get("message-id", ""))), "")
    if not external_id:
        # Without an id, who wrote when is what tells it apart on the next run.
        external_id = f"<{headers.get('date') or raw.separator.decode('latin-1').strip()} {author_key}>"
        notes.append(N_("a message without an id: told apart by its sender and date"))
    title, is_reply = split_subject(decode_words(headers.get("subject", "")), list_tag)
    references = message_ids(headers.get("references", ""))
    parents = (*message_ids(headers.get("in-reply-to", ""))[:1], *reversed(references))
    return ImportedPost(
        external_id=external_id,
        author_key=author_key,
        author_name=author_name,
        body=text,
        markup=markup,
        created_at=_date(headers.get("date", ""), _stamp(raw.separator), notes),
        place=place,
        parents=tuple(dict.fromkeys(p for p in parents if p != external_id)),
        opens=ImportedThread(title),
        subject_reply=is_reply,
        notes=tuple(dict.fromkeys(notes)),
    )


def _headers(mail: Message) -> dict[str, str]:
    """The first of each header by lower-case name; raw 8-bit ones decoded by guess."""
    found: dict[str, str] = {}
    for name, value in mail.raw_items():
        text = str(value)
        if not text.isascii():
            text = decode_bytes(text.encode("utf-8", "surrogateescape"), None)[0]
        found.setdefault(name.lower(), text)
    return found


def _stamp(separator: bytes) -> datetime | None:
    found = _FROM_DATE.search(separator.strip())
    moment = parse_mail(found.group(1).decode("latin-1")) if found else None
    # lore.kernel.org's mboxes carry 1970 in every From line; that says nothing.
    return moment if moment is not None and moment > EARLIEST else None


def _date(header: str, stamp: datetime | None, notes: list[str]) -> datetime | None:
    written = parse_mail(header)
    if stamp is not None and (written is None or not EARLIEST < written <= datetime.now(UTC)):
        notes.append(N_("a date that cannot be: the time of delivery was taken"))
        return stamp
    return written


def _text(mail: Message, notes: list[str]) -> tuple[str, Markup]:
    """The readable text of a mail: plain parts before HTML; attachments that are text below it."""
    plain: list[str] = []
    rich: list[str] = []
    others: list[str] = []
    for part in mail.walk():
        if part.is_multipart() or part.get_content_maintype() == "multipart":
            continue
        kind, name = part.get_content_type(), decode_words(part.get_filename() or "")
        if kind == "text/html" and not name:
            rich.append(_decoded(part, notes))
        elif kind.startswith("text/") or _TEXT_FILE.search(name):
            text = _decoded(part, notes)
            plain.append(_attached(name, text) if name else _unfolded(part, text))
        elif kind not in _SIGNATURES:
            others.append(f"[{name or kind}]")
    if others:
        notes.append(N_("a message with attachments that are not text: their names were kept"))
    if not plain and rich:
        return "".join(rich) + "".join(f"<p>{html.escape(other)}</p>" for other in others), Markup.HTML
    text = "\n\n".join([*plain, *others])
    return _ESCAPED_FROM.sub(r"\1", text), Markup.PLAIN


def _decoded(part: Message, notes: list[str]) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = part.get_param("charset")
    text, wrong = decode_bytes(data, charset if isinstance(charset, str) else None)
    if wrong:
        notes.append(N_("a text in another character set than it says: guessed"))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _attached(name: str, text: str) -> str:
    return f"{name}:\n\n" + "\n".join(f"    {line}" for line in text.splitlines())


def _unfolded(part: Message, text: str) -> str:
    """Join the soft line breaks of ``format=flowed`` (RFC 3676)."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    keep_space = str(part.get_param("delsp", "")).lower() != "yes"
    lines: list[str] = []
    open_quote = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        if depth == open_quote and content != "-- ":
            lines[-1] += content
        else:
            lines.append("> " * depth + content if depth else content)
        flows = content.endswith(" ") and content != "-- "
        open_quote = depth if flows else -1
        if flows and not keep_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)
