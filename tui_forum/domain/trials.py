"""What those who set rules read: a rule with its hits, and a dry run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tui_forum.domain.rules import Rule

#: How far back a dry run looks, and at how many posts at most.
TRIAL_DAYS: Final = 30
TRIAL_POSTS: Final = 20_000


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule, how often it has hit, and how often moderators found it right and wrong."""

    rule: Rule
    hits: int
    right: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Example:
    """A post that a rule would have hit. ``title`` is its thread's."""

    post_id: int
    thread_id: int
    number: int
    title: str
    excerpt: str
    handle: str
    community_slug: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have hit of ``looked`` posts: counts, and the latest few.

    ``whole``: there were no more posts in that time. ``slow``: with so many the expression took
    too long.
    """

    looked: int
    hits: int
    slow: int
    examples: tuple[Example, ...]
    whole: bool
