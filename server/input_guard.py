"""What a client types, made safe before Textual's parser sees it.

Textual's parser is killed for good by some sequences (``ESC[9999999999;1u``, a lone surrogate,
an in-band size report) and turns what is inside a paste into keys. This guard cuts the stream
into whole, bounded tokens: text, key sequences of known shape, pastes, a lone Escape. What has
no known shape is dropped to its end, so that its innards never become keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

PASTE_LIMIT: Final = 64 * 1024  # characters
MAX_NUMBER: Final = 5  # digits of a parameter
MAX_CELL: Final = 1000  # the largest coordinate of a mouse report

_PASTE_START: Final = "\x1b[200~"
_PASTE_END: Final = "\x1b[201~"
#: A control sequence (ECMA-48 §5.4) of a length that keys and reports have.
_CSI = re.compile(r"\x1b\[[0-?]{0,64}[ -/]{0,4}[@-~]")
_CSI_BEGUN = re.compile(r"\x1b\[[0-?]{0,64}[ -/]{0,4}\Z")
#: The rest of a control sequence that nobody needs.
_CSI_REST = re.compile(r"[ -?]*")
_STRING_END = re.compile(r"\x07|\x1b\\|\x9c|\x1b(?=[^\\])")
_NUMBERS = re.compile(r"\d+")
_MOUSE = re.compile(r"\x1b\[<\d+;\d+;\d+[Mm]")
_CURSOR_REPORT = re.compile(r"\x1b\[\d+;\d+R")
_F3 = re.compile(r"\x1b\[1;\d{1,2}R")
_SYNC_REPLY = re.compile(r"\x1b\[\?2026;[0-4]\$y")
_PLAIN = re.compile(r"[^\x1b]+")
#: What is no key: NUL, C1, surrogates, bidirectional overrides.
_DROPPED = re.compile("[\x00\x80-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
#: In a paste newline and tab are text; no other control character is.
_PASTE_DROPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
#: Finals of key and mouse sequences; all else (reports of any kind) is not for us.
_KEY_FINALS: Final = frozenset("ABCDEFGHPQRSZ~uMm")


@dataclass(frozen=True, slots=True)
class Keys:
    """Text or one whole sequence for Textual's parser."""

    text: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """A paste; ``cut`` tells that it was longer than ``PASTE_LIMIT`` or had no end."""

    text: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Escape:
    """The Escape key alone."""


Token = Keys | Pasted | Escape


class InputGuard:
    """Feed it decoded text; it yields tokens and keeps what is incomplete (at most one paste)."""

    def __init__(self) -> None:
        self._rest = ""
        self._paste: list[str] | None = None
        self._paste_length = 0
        self._opened = ""  # the start of an OSC, DCS, … or of a too long CSI that is being dropped
        self._dropped = False  # whether anything followed that start

    @property
    def waiting(self) -> bool:
        """Whether something has begun whose end may still come; see :meth:`timeout`."""
        return bool(self._rest or self._opened) or self._paste is not None

    @property
    def in_paste(self) -> bool:
        """Whether a paste has begun and not ended."""
        return self._paste is not None

    def feed(self, text: str) -> Iterator[Token]:
        """Tokens that are complete with ``text``."""
        data = self._rest + text
        self._rest = ""
        at, end = 0, len(data)
        while at < end:
            if self._paste is not None:
                at, paste = self._take_paste(data, at)
                if paste is not None:
                    yield paste
                continue
            if self._opened:
                at = self._drop(data, at)
                continue
            if data[at] == "\x1b":
                length, token = self._sequence(data, at)
                if length == 0:
                    self._rest = data[at:]
                    return
                at += length
            else:
                match = _PLAIN.match(data, at)
                assert match is not None
                plain = _DROPPED.sub("", match[0])
                token = Keys(plain) if plain else None
                at = match.end()
            if token is not None:
                yield token

    def _sequence(self, data: str, at: int) -> tuple[int, Token | None]:
        """How many characters the sequence at ``at`` has (0: incomplete) and its token."""
        second = data[at + 1 : at + 2]
        if not second:
            return 0, None
        if second == "[":
            return self._control_sequence(data, at)
        if second == "O":  # single shift 3, then one character
            third = data[at + 2 : at + 3]
            if not third:
                return 0, None
            known = third.isascii() and third.isprintable()
            return (3, Keys(data[at : at + 3])) if known else (2, None)
        if second in "]PX^_":
            self._opened, self._dropped = data[at : at + 2], False
            return 2, None
        if second.isascii() and second.isprintable():
            return 2, Keys(data[at : at + 2])  # Alt with a character
        return 1, Escape()

    def _control_sequence(self, data: str, at: int) -> tuple[int, Token | None]:
        if data.startswith(_PASTE_START, at):
            self._paste, self._paste_length = [], 0
            return len(_PASTE_START), None
        match = _CSI.match(data, at)
        if match is not None:
            return match.end() - at, _known(match[0])
        if _CSI_BEGUN.match(data, at):
            return 0, None
        self._opened, self._dropped = "\x1b[", True
        return 2, None

    def _drop(self, data: str, at: int) -> int:
        """Pass over what belongs to the sequence that is being dropped."""
        self._dropped = True
        if self._opened == "\x1b[":
            match = _CSI_REST.match(data, at)
            assert match is not None
            at = match.end()
            if at < len(data):  # the final byte, or what cannot be part of a sequence
                self._opened = ""
                at += "@" <= data[at] <= "~"
            return at
        found = _STRING_END.search(data, at)
        if found is not None:
            self._opened = ""
            return found.end() - (found[0] == "\x1b")
        if data[-1] == "\x1b":
            self._rest = "\x1b"
        return len(data)

    def _take_paste(self, data: str, at: int) -> tuple[int, Pasted | None]:
        end = data.find(_PASTE_END, at)
        if end >= 0:
            self._keep(data[at:end])
            return end + len(_PASTE_END), self._finish_paste(cut=False)
        # The last characters may be the beginning of the end mark.
        keep = next((n for n in range(len(_PASTE_END) - 1, 0, -1) if data.endswith(_PASTE_END[:n])), 0)
        keep = min(keep, len(data) - at)
        self._keep(data[at : len(data) - keep])
        self._rest = data[len(data) - keep :]
        return len(data), None

    def _keep(self, text: str) -> None:
        assert self._paste is not None
        room = PASTE_LIMIT - self._paste_length
        if room > 0 and text:
            self._paste.append(text[:room])
        self._paste_length += len(text)

    def _finish_paste(self, *, cut: bool) -> Pasted:
        assert self._paste is not None
        text = "".join(self._paste).replace("\r\n", "\n").replace("\r", "\n")
        self._paste = None
        return Pasted(_PASTE_DROPPED.sub("", text), cut or self._paste_length > PASTE_LIMIT)

    def timeout(self) -> Iterator[Token]:
        """Nothing has come for a while.

        A lone Escape, and Escape with a character that could have begun a sequence, are keys;
        a paste is given as far as it came; anything else incomplete is dropped.
        """
        rest, self._rest = self._rest, ""
        opened, self._opened = self._opened, ""
        if self._paste is not None:
            yield self._finish_paste(cut=True)
        elif opened:
            if not self._dropped:
                yield Keys(opened)
        elif rest == "\x1b":
            yield Escape()
        elif len(rest) == 2:
            yield Keys(rest)


def _known(sequence: str) -> Keys | None:
    """A control sequence as keys, when it is one of a known shape with sane numbers."""
    if _SYNC_REPLY.fullmatch(sequence):
        return Keys(sequence)
    if sequence[-1] not in _KEY_FINALS or any(mark in sequence for mark in "$?>=!\"' "):
        return None
    numbers = _NUMBERS.findall(sequence)
    if len(numbers) > 6 or any(len(number) > MAX_NUMBER for number in numbers):
        return None
    if "<" in sequence:
        sane = _MOUSE.fullmatch(sequence) and all(int(number) <= MAX_CELL for number in numbers)
        return Keys(sequence) if sane else None
    if sequence[-1] in "Mm":
        return None  # mouse reports of other encodings are not asked for
    if any(0xD800 <= int(number) <= 0xDFFF for number in numbers):
        return None
    if _CURSOR_REPORT.fullmatch(sequence) and not _F3.fullmatch(sequence):
        return None
    return Keys(sequence)
