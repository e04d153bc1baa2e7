"""What mailboxes and newsgroups have in common: names, ids, subjects, encoded words, charsets."""

from __future__ import annotations

import binascii
import re
from email.errors import HeaderParseError
from email.header import decode_header
from typing import Final

#: More of a name or subject than anybody wrote; bounds what patterns have to look at.
HEADER_MAX_CHARS: Final = 4_000

_ID: Final = re.compile(r"<([^<>\s]{1,998})>")
_REPLY: Final = re.compile(
    r"^\s*(?:(?:re|aw|antw|antwort|sv|vs|ref|fwd?|wg)\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*:\s*)+", re.IGNORECASE
)
#: ``name at host.example`` as pipermail writes addresses.
_OBFUSCATED: Final = re.compile(r"^(\S+) at (\S+)$")
_WITH_COMMENT: Final = re.compile(r"^\s*<?([^\s<>()]+(?: at [^\s<>()]+)?)>?\s*\((.*)\)\s*$", re.DOTALL)
_WITH_ANGLES: Final = re.compile(r"^(.*?)<\s*([^<>]*?)\s*>", re.DOTALL)
_LIST_TAG: Final = re.compile(r"^\s*\[([^\]]{1,60})\]\s*")


def message_ids(text: str) -> tuple[str, ...]:
    """The message ids in a References or In-Reply-To header, as ``<…>``."""
    return tuple(f"<{found}>" for found in _ID.findall(text))


def split_subject(subject: str, list_tag: str = "") -> tuple[str, bool]:
    """A subject without its "Re:" and the list's own ``[tag]``; and whether there was a "Re:".

    ``list_tag`` is compared loosely (``twisted-web`` is ``Twisted-Web``); other tags stay.
    """
    text = " ".join(subject[:HEADER_MAX_CHARS].split())
    is_reply = False
    while True:
        shorter = _REPLY.sub("", text)
        is_reply = is_reply or shorter != text
        tag = _LIST_TAG.match(shorter)
        if list_tag and tag and _loose(tag.group(1)) == _loose(list_tag):
            shorter = shorter[tag.end() :]
        if shorter == text:
            return text, is_reply
        text = shorter


def _loose(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def identify(header: str) -> tuple[str, str]:
    """Author key and name of a From header: the address in lower case, the name as shown.

    The address itself is never used as the name: it is in the archive, and need not be on
    every screen. Without any address the name is the key. ``("", "")`` when there is neither.
    """
    text = " ".join(header[:HEADER_MAX_CHARS].split())
    if angled := _WITH_ANGLES.match(text):
        name, address = angled.group(1), angled.group(2)
    elif commented := _WITH_COMMENT.match(text):
        address, name = commented.group(1), commented.group(2)
    else:
        name, address = ("", text) if "@" in text or _OBFUSCATED.match(text) else (text, "")
    address = _OBFUSCATED.sub(r"\1@\2", address.strip()).lower()
    name = decode_words(name).strip().strip("\"'").replace('\\"', '"').strip()
    name = _OBFUSCATED.sub(r"\1@\2", name)
    if not name or name.lower() == address or re.fullmatch(r"\S+@\S+", name):
        name = (name or address).partition("@")[0]
    return address or name.lower(), name or address


def decode_words(text: str) -> str:
    """Text with RFC 2047 encoded words decoded, whatever their charset; wrong ones stay readable."""
    if "=?" not in text:
        return text
    try:
        pieces = decode_header(text)
    except (HeaderParseError, binascii.Error, ValueError):
        return text
    return "".join(
        decode_bytes(piece, charset)[0] if isinstance(piece, bytes) else piece for piece, charset in pieces
    )


def decode_bytes(data: bytes, charset: str | None) -> tuple[str, bool]:
    """``data`` in ``charset``, or in what it looks like when that is wrong; and whether it was wrong."""
    named = (charset or "").strip("\"' ").lower()
    strict = named not in {"", "us-ascii", "ascii", "unknown-8bit", "x-unknown"}
    if strict:
        try:
            return data.decode(named), False
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    try:
        return data.decode("utf-8"), strict
    except UnicodeDecodeError:
        # Windows-1252 is what unlabelled western text nearly always is; Latin-1 takes any byte.
        try:
            return data.decode("cp1252"), True
        except UnicodeDecodeError:
            return data.decode("latin-1"), True
