"""The directory: every community one may know of, filtered, sorted, and some suggested."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tui_forum.domain.entities import Purpose
from tui_forum.domain.life import Stage
from tui_forum.domain.views import CommunityRow

WORD_MAX_CHARS: Final = 60
WORDS_MAX: Final = 8  # of a query
SUGGESTIONS: Final = 5
#: Colleagues and matching topics count for a suggestion; a topic for as much as so many colleagues.
TOPIC_WEIGHT: Final = 3
#: One colleague alone in a community suggests nothing.
COLLEAGUES_MIN: Final = 2

_WORD = re.compile(r"\w[\w+#]*")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, folded as ``people.fold_topic`` folds topics, each once; ``c++`` is one."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return tuple(dict.fromkeys(word for word in _WORD.findall(folded) if len(word) <= WORD_MAX_CHARS))


class Order(StrEnum):
    """How the directory is sorted. Figures one may not know come last."""

    ACTIVITY = "activity"
    SIZE = "size"
    NAME = "name"
    NEWEST = "newest"


class Whose(StrEnum):
    """Which communities are listed: all, those one is in, or those one is not in."""

    ALL = "all"
    MINE = "mine"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter. Archived communities are listed only when ``stage`` asks for them."""

    text: str = ""
    purpose: Purpose | None = None
    language: str = ""
    whose: Whose = Whose.ALL
    stage: Stage | None = None
    order: Order = Order.ACTIVITY


@dataclass(frozen=True, slots=True)
class DirectoryCursor:
    """Keyset position. ``known``: still among those whose figure the actor may know."""

    known: bool
    key: datetime | int | str
    community_id: int


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """A community in the directory.

    ``stage`` is None and ``weeks`` (posts in each of the last weeks, oldest first) empty for who
    may not read in it.
    """

    community: CommunityRow
    audience: str
    languages: tuple[str, ...]
    created_at: datetime
    stage: Stage | None
    weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """A page of the directory; ``next`` is None on the last one."""

    rows: tuple[DirectoryRow, ...]
    next: DirectoryCursor | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A community one may like, and why: topics of one's own that it is about, people one knows in it."""

    row: DirectoryRow
    topics: tuple[str, ...]
    colleagues: int
