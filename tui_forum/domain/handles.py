"""Handles and slugs: what may be a name, and which names could be taken for one another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import count
from typing import Final

from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.limits import HANDLE_MAX_CHARS, HANDLE_MIN_CHARS, SLUG_MAX_CHARS
from tui_forum.i18n import N_

_HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

#: Names that would speak for the forum, or that commands and addresses use.
RESERVED: Final = frozenset(
    (
        "abuse", "admin", "administrator", "all", "anonymous", "bot", "channel", "community", "daemon",
        "deleted", "everyone", "forum", "git", "guest", "help", "here", "host", "hostmaster", "info",
        "mailer-daemon", "manager", "me", "moderation", "moderator", "mod", "mods", "nobody", "none", "null",
        "operator", "owner", "postmaster", "register", "removed", "root", "security", "server", "service",
        "ssh", "staff", "support", "sysadmin", "sysop", "system", "team", "tui-forum", "unknown", "webmaster",
        "you",
    )
)  # fmt: skip

#: Names that a community cannot have: those above, and the words by which one goes to a place or
#: tells a command what to do.
RESERVED_SLUGS: Final = RESERVED | frozenset(
    (
        "case", "cases", "charter", "charters", "communities", "directory", "doctor", "draft", "drafts",
        "export", "home", "hosts", "import", "inbox", "invite", "invites", "join", "leave", "new",
        "notices", "open", "people", "post", "posts", "profile", "quit", "read", "reply", "report", "search",
        "serve", "settings", "thread", "threads", "unread", "watch", "who",
    )
)  # fmt: skip

# Two letters that run together into one come first, on the letters as typed: "ci" is not a "d".
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("c1", "d"))
_SINGLES = str.maketrans({"0": "o", "1": "l", "i": "l", "-": None})


def skeleton(handle: str) -> str:
    """A key that is equal for handles that look alike (``m0dern-1`` and ``modem-l``)."""
    text = handle.strip().lower()
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    return text.translate(_SINGLES)


_RESERVED_SKELETONS: Final = frozenset(map(skeleton, RESERVED))


def is_reserved(handle: str) -> bool:
    """Whether ``handle`` is, or looks like, a name kept for the forum itself."""
    return skeleton(handle) in _RESERVED_SKELETONS


def check_handle(text: str, *, allow_reserved: bool = False) -> str:
    """``text`` as a handle: trimmed, lower case.

    The rule is issue 2's: ``[a-z0-9][a-z0-9-]{1,31}``. That no confusable one exists is for
    the service to check, by :func:`skeleton`.

    Raises:
        InvalidInputError: with ``field="handle"``.
    """
    handle = text.strip().removeprefix("@").lower()
    if not _HANDLE.fullmatch(handle):
        raise InvalidInputError(
            N_(
                "A handle has {shortest} to {longest} characters: a–z, 0–9 and hyphen, "
                "and does not begin with a hyphen."
            ),
            field="handle",
            shortest=HANDLE_MIN_CHARS,
            longest=HANDLE_MAX_CHARS,
        )
    if not skeleton(handle) or (is_reserved(handle) and not allow_reserved):
        raise InvalidInputError(
            N_("The handle “{handle}” is reserved; please choose another."), field="handle", handle=handle
        )
    return handle


def check_slug(text: str) -> str:
    """``text`` as a community's slug: trimmed, lower case, at most 40 of a–z, 0–9 and hyphen.

    Raises:
        InvalidInputError: with ``field="slug"``.
    """
    slug = text.strip().lower()
    if not _SLUG.fullmatch(slug):
        raise InvalidInputError(
            N_(
                "A short name has 1 to {longest} characters: a–z, 0–9 and hyphen, "
                "and does not begin with a hyphen."
            ),
            field="slug",
            longest=SLUG_MAX_CHARS,
        )
    return slug


def check_new_slug(text: str) -> str:
    """``text`` as the slug of a community that is to be opened; that it is free is for the service.

    Raises:
        InvalidInputError: malformed or reserved (``field="slug"``).
    """
    slug = check_slug(text)
    if slug in RESERVED_SLUGS:
        raise InvalidInputError(
            N_("The short name “{slug}” is reserved; please choose another."), field="slug", slug=slug
        )
    return slug


_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "æ": "ae",
        "ø": "o",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
        "þ": "th",
    }
)
_NOT_HANDLE = re.compile(r"[^a-z0-9]+")
_FALLBACK: Final = "member"


def handle_from_name(name: str, taken: Callable[[str], bool]) -> str:
    """A handle made of a person's name, for importers; ``taken(handle)`` says it cannot be used.

    ``taken`` should compare skeletons. A name without a Latin letter gives ``member``;
    a taken one gets the first free of ``-2``, ``-3``….
    """
    letters = unicodedata.normalize("NFC", name[:200]).lower().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
    stem = _NOT_HANDLE.sub("-", plain).strip("-")[:HANDLE_MAX_CHARS].rstrip("-")
    if len(stem) < HANDLE_MIN_CHARS:
        stem = f"{_FALLBACK}-{stem}" if stem else _FALLBACK
    if not is_reserved(stem) and not taken(stem):
        return stem
    numbered = (_numbered(stem, number) for number in count(2))
    return next(handle for handle in numbered if not is_reserved(handle) and not taken(handle))


def _numbered(stem: str, number: int) -> str:
    suffix = f"-{number}"
    return stem[: HANDLE_MAX_CHARS - len(suffix)].rstrip("-") + suffix
