"""Profiles: what people tell about themselves, and finding who knows about something.

The rules are issue 3's, part 8. Topics are self-nominated: nobody is put down for one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tui_forum.domain.entities import Role
from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.people import ReactionKind, RecognitionKind
from tui_forum.domain.text import clean_line, display_line
from tui_forum.i18n import N_

DETAIL_MAX_CHARS: Final = 80
TOPICS_MAX: Final = 12
TOPIC_MAX_CHARS: Final = 60

LONG_DETAIL: Final = N_("This has at most {longest} characters; there are {count}.")
LONG_TOPIC: Final = N_("A topic has at most {longest} characters; “{topic}” has {count}.")
MANY_TOPICS: Final = N_("At most {most} topics, so that each says something; there are {count}.")

_SEPARATORS = re.compile(r"[,;\n]")


def fold_topic(topic: str) -> str:
    """What two spellings of one topic have in common: case, composition and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", topic).casefold().split())


def check_topics(text: str, field: str) -> tuple[str, ...]:
    """Topics typed with commas between them, as they are stored: each once, in their order.

    Raises:
        InvalidInputError: too many, or one too long (``field`` as given).
    """
    found: dict[str, str] = {}
    for piece in _SEPARATORS.split(text):
        topic = " ".join(clean_line(piece).split())
        folded = fold_topic(display_line(topic))
        if not folded:
            continue
        longest = max(len(topic), len(folded))  # folding may lengthen: ß becomes ss
        if longest > TOPIC_MAX_CHARS:
            raise InvalidInputError(
                LONG_TOPIC, field=field, longest=TOPIC_MAX_CHARS, topic=f"{topic[:20]}…", count=longest
            )
        found.setdefault(folded, topic)
    if len(found) > TOPICS_MAX:
        raise InvalidInputError(MANY_TOPICS, field=field, most=TOPICS_MAX, count=len(found))
    return tuple(found.values())


def check_detail(text: str, field: str) -> str:
    """A short line of a profile (role in the company, unit, place, languages); may be empty.

    Raises:
        InvalidInputError: too long (``field`` as given).
    """
    detail = clean_line(text)
    if not display_line(detail).strip():
        return ""
    if len(detail) > DETAIL_MAX_CHARS:
        raise InvalidInputError(LONG_DETAIL, field=field, longest=DETAIL_MAX_CHARS, count=len(detail))
    return detail


_MENTION = re.compile(r"(?<![\w@/.-])@([a-z0-9][a-z0-9-]{1,31})(?![\w@/-])", re.IGNORECASE)


def mentioned(text: str, limit: int) -> tuple[str, ...]:
    """The first handles that ``text`` names as ``@handle``, each once, lower case."""
    found: dict[str, None] = {}
    for match in _MENTION.finditer(text):
        found[match.group(1).lower()] = None
        if len(found) >= limit:
            break
    return tuple(found)


class InterestKind(StrEnum):
    """What a topic is to a person."""

    HELP = "help"
    LEARN = "learn"


@dataclass(frozen=True, slots=True)
class ProfileForm:
    """What a person types about themselves; topics with commas between them."""

    display_name: str
    job: str = ""
    unit: str = ""
    place: str = ""
    time_zone: str = "UTC"
    languages: str = ""
    helps: str = ""
    learns: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a list. ``claimed`` is False for accounts that an import made and nobody uses."""

    account_id: int
    handle: str
    display_name: str
    claimed: bool
    job: str
    unit: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody found: the topics that fit, as they wrote them; none when the name fits."""

    person: Person
    helps: tuple[str, ...] = ()
    learns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person tells about themselves."""

    person: Person
    place: str
    languages: str
    helps: tuple[str, ...]
    learns: tuple[str, ...]
    hidden: frozenset[RecognitionKind]
    since: datetime
    mine: bool


@dataclass(frozen=True, slots=True)
class SharedCommunity:
    """A community that both are members of; ``role`` is the other's."""

    community_id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Recognised:
    """How often something was recognised, in communities that the viewer may read."""

    kind: RecognitionKind
    count: int
    communities: tuple[str, ...]  # their names


@dataclass(frozen=True, slots=True)
class PraiseReceived:
    """Praise on a profile; ``may_withdraw`` for who gave it and for who moderates there."""

    praise_id: int
    giver: str  # a handle
    reason: str
    created_at: datetime
    thread_id: int
    post_number: int
    thread_title: str
    community_name: str
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class RecentPost:
    """A post on a profile; ``excerpt`` is plain text on one line."""

    post_id: int
    thread_id: int
    number: int
    thread_title: str
    community_name: str
    excerpt: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A profile with what the viewer may see of the person's doings.

    ``more_praise`` and ``more_posts`` tell whether there are older ones.
    """

    profile: Profile
    communities: tuple[SharedCommunity, ...]
    recognised: tuple[Recognised, ...]
    reactions: tuple[tuple[ReactionKind, int], ...]
    praise: tuple[PraiseReceived, ...]
    more_praise: bool
    posts: tuple[RecentPost, ...]
    more_posts: bool
