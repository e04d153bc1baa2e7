"""What a client types, made safe before Textual's parser sees it.

Textual's parser is killed for good by some sequences (``ESC[9999999999;1u``, a lone surrogate,
an in-band size report) and turns what is inside a paste into keys. This guard cuts the stream
into whole, bounded tokens: text, key sequences of known shape, pastes, a lone Escape. What has
no known shape is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

PASTE_LIMIT: Final = 64 * 1024  # characters
MAX_SEQUENCE: Final = 64  # characters of a control sequence
MAX_STRING: Final = 4096  # characters of an OSC, DCS, … that are waited for
MAX_NUMBER: Final = 5  # digits of a parameter
MAX_CELL: Final = 1000  # the largest coordinate of a mouse report

_PASTE_START: Final = "\x1b[200~"
_PASTE_END: Final = "\x1b[201~"
#: A complete control sequence (ECMA-48 §5.4), single shift, or Escape with a character.
_CSI = re.compile(r"\x1b\[[0-?]{0,64}[ -/]{0,4}[@-~]")
_CSI_PREFIX = re.compile(r"\x1b\[[0-?]*[ -/]*\Z")
_SS3 = re.compile(r"\x1bO[ -~]")
_STRING_START = re.compile(r"\x1b[\]PX^_]")
_STRING_END = re.compile(r"\x07|\x1b\\|\x9c")
_NUMBERS = re.compile(r"\d+")
_MOUSE = re.compile(r"\x1b\[<\d+;\d+;\d+[Mm]")
_PLAIN = re.compile(r"[^\x1b]+")
#: Control characters that are keys: Ctrl-letters, Tab, Enter, Backspace (DEL).
_DROPPED = re.compile("[\x00\x1c-\x1f\x80-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
#: Finals of key and mouse sequences; all else (reports of any kind) is not for us.
_KEY_FINALS: Final = frozenset("ABCDEFGHPQRSZ~uMmIO")
_SYNC_REPLY: Final = re.compile(r"\x1b\[\?2026;[0-4]\$y")


@dataclass(frozen=True, slots=True)
class Keys:
    """Text or one whole sequence for Textual's parser."""

    text: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """A paste; ``cut`` tells that it was longer than ``PASTE_LIMIT``."""

    text: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Escape:
    """The Escape key alone."""


Token = Keys | Pasted | Escape


class InputGuard:
    """Feed it decoded text; it yields tokens and keeps what is incomplete."""

    def __init__(self) -> None:
        self._rest = ""
        self._paste: list[str] | None = None
        self._paste_length = 0
        self._tail = ""  # end of the paste so far: may begin its end mark
        self._in_string = False

    @property
    def waiting(self) -> bool:
        """Whether a sequence has begun and its end may still come."""
        return bool(self._rest)

    def feed(self, text: str) -> Iterator[Token]:
        """Tokens that are complete with ``text``."""
        data = self._rest + text
        self._rest = ""
        while data:
            if self._paste is not None:
                data = self._take_paste(data)
                if self._paste is None:
                    yield self._finish_paste()
                continue
            if self._in_string:
                data = self._skip_string(data)
                continue
            if data[0] != "\x1b":
                match = _PLAIN.match(data)
                assert match is not None
                plain = _DROPPED.sub("", match[0])
                if plain:
                    yield Keys(plain)
                data = data[match.end() :]
                continue
            taken, token = self._sequence(data)
            if taken == 0:
                self._rest = data
                return
            if token is not None:
                yield token
            data = data[taken:]

    def _sequence(self, data: str) -> tuple[int, Token | None]:
        """How many characters the sequence at the start has (0: incomplete) and its token."""
        if data.startswith(_PASTE_START):
            self._paste, self._paste_length, self._tail = [], 0, ""
            return len(_PASTE_START), None
        match = _CSI.match(data)
        if match is not None:
            return match.end(), self._control(match[0])
        if data.startswith("\x1b["):
            incomplete = len(data) <= MAX_SEQUENCE and _CSI_PREFIX.match(data)
            return (0 if incomplete else 2), None
        match = _SS3.match(data)
        if match is not None:
            return match.end(), Keys(match[0])
        if _STRING_START.match(data):
            self._in_string = True
            return 2, None
        if len(data) == 1 or data == "\x1bO":
            return 0, None
        if data[1] == "\x1b":
            return 1, Escape()
        if data[1].isprintable() and data[1].isascii():
            return 2, Keys(data[:2])  # Alt with a character
        return 1, Escape()

    @staticmethod
    def _control(sequence: str) -> Token | None:
        """A control sequence as keys, when it is one of a known shape with sane numbers."""
        if _SYNC_REPLY.fullmatch(sequence):
            return Keys(sequence)
        if sequence[-1] not in _KEY_FINALS or any(mark in sequence for mark in "$?>!\"' "):
            return None
        numbers = _NUMBERS.findall(sequence)
        if any(len(number) > MAX_NUMBER for number in numbers) or len(numbers) > 6:
            return None
        if "<" in sequence:
            sane = _MOUSE.fullmatch(sequence) and all(int(n) <= MAX_CELL for n in numbers[1:])
            return Keys(sequence) if sane else None
        if sequence[-1] in "Mm":
            return None  # mouse reports of other encodings are not asked for
        if sequence[-1] == "u" and (not numbers or 0xD800 <= int(numbers[0]) <= 0xDFFF):
            return None
        return Keys(sequence)

    def _skip_string(self, data: str) -> str:
        match = _STRING_END.search(data)
        if match is not None:
            self._in_string = False
            return data[match.end() :]
        if data.endswith("\x1b"):
            self._rest = "\x1b"
        return ""

    def _take_paste(self, data: str) -> str:
        assert self._paste is not None
        joined = self._tail + data
        end = joined.find(_PASTE_END)
        if end >= 0:
            self._keep(joined[:end])
            rest = joined[end + len(_PASTE_END) :]
            self._done, self._paste, self._tail = self._paste, None, ""
            return rest
        keep = len(_PASTE_END) - 1
        self._keep(joined[:-keep])
        self._tail = joined[-keep:]
        return ""

    def _keep(self, text: str) -> None:
        assert self._paste is not None
        room = PASTE_LIMIT - sum(map(len, self._paste))
        if room > 0:
            self._paste.append(text[:room])
        self._paste_length += len(text)

    def _finish_paste(self) -> Pasted:
        text = _clean_paste("".join(self._done))
        self._done = []
        return Pasted(text, self._paste_length > PASTE_LIMIT)

    def timeout(self) -> Iterator[Token]:
        """Nothing has come for a while: a lone Escape is the key, anything else incomplete is dropped."""
        rest, self._rest = self._rest, ""
        if self._in_string:
            self._in_string = False
        elif rest == "\x1b":
            yield Escape()


_PASTE_DROPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def _clean_paste(text: str) -> str:
    """Newline and tab are text; no other control character is."""
    return _PASTE_DROPPED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
