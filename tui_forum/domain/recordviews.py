"""What is read of the record: its entries as moderators see them, and what all may know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tui_forum.domain.entities import PostState
from tui_forum.domain.limits import HELD_FROM
from tui_forum.domain.moderation import CaseCategory
from tui_forum.domain.record import RecordAction
from tui_forum.domain.views import Author

#: What moderators do among themselves; whom it is about does not read it (as in the case itself).
AMONG_MODERATORS: Final = frozenset(
    (
        RecordAction.ASSIGN,
        RecordAction.BREAK_OFF,
        RecordAction.FLAG,
        RecordAction.FORWARD,
        RecordAction.NOTE,
    )
)


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which entries are wanted. ``actor`` and ``account`` (whom it is about) are handles, "" for all.

    From ``since`` to just before ``until``.
    """

    community_id: int | None = None
    case_id: int | None = None
    action: RecordAction | None = None
    actor: str = ""
    account: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordLine:
    """An entry of the record with the names of what it tells about.

    ``moderator`` None is the program; ``author`` is whom it is about. Names are "" or None where
    there is nothing (any more); the ids stay what was written, so that the hash can be checked.
    ``now_in`` is the thread in which the post, or the thread, can be read now; ``thread_title`` its
    title while it is in the entry's community.
    """

    entry_id: int
    created_at: datetime
    action: RecordAction
    reason: str
    case_id: int | None
    community_slug: str
    post_number: int | None
    moderator: Author | None
    author: Author | None
    actor_id: int | None
    account_id: int | None
    community_id: int | None
    thread_id: int | None
    post_id: int | None
    now_in: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    previous_hash: str
    hash: str
    thread_title: str


@dataclass(frozen=True, slots=True)
class WholeEntry:
    """An entry with what its ``before`` and ``after`` name, as far as the reader may know it.

    ``posts`` gives a post's number in its thread, ``handles`` an account's and ``slugs`` a
    community's name, each by id. ``was`` and ``became`` are the texts of a post that was edited
    (None where no text was, or it is not to be read).
    """

    line: RecordLine
    posts: Mapping[int, int]
    handles: Mapping[int, str]
    slugs: Mapping[int, str]
    was: str | None = None
    became: str | None = None


#: What in ``before`` and ``after`` is the id of a post, an account, a community.
_POSTS: Final = ("post",)
_ACCOUNTS: Final = ("assigned", "account", "moderator")
_COMMUNITIES: Final = ("community",)


@dataclass(frozen=True, slots=True)
class Named:
    """The ids that an entry names."""

    posts: frozenset[int]
    accounts: frozenset[int]
    communities: frozenset[int]


def named_in(line: RecordLine) -> Named:
    """What must be looked up to tell an entry in words."""
    found: dict[str, set[int]] = {key: set() for key in (*_POSTS, *_ACCOUNTS, *_COMMUNITIES)}

    def gather(key: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for inner, one in value.items():
                gather(inner, one)
        elif isinstance(value, list):
            for one in value:
                gather(key.removesuffix("s"), one)
        elif key in found and isinstance(value, int):
            found[key].add(value)

    gather("", line.before)
    gather("", line.after)
    posts = {one for key in _POSTS for one in found[key]} | ({line.post_id} if line.post_id else set())
    return Named(
        frozenset(posts),
        frozenset(one for key in _ACCOUNTS for one in found[key]),
        frozenset(one for key in _COMMUNITIES for one in found[key]),
    )


def edited(line: RecordLine) -> tuple[int, int, int] | None:
    """Of an entry about an edit: the post, its revision before and after."""
    if line.action is not RecordAction.EDIT:
        return None
    try:
        [before], [after] = line.before["posts"], line.after["posts"]
        return before["post"], before["revision"], after["revision"]
    except (KeyError, TypeError, ValueError):
        return None


# -- what everybody may read

#: Done to posts and threads: all may know what, where and why.
_OF_POSTS: Final = frozenset(
    (
        RecordAction.REMOVE,
        RecordAction.EDIT,
        RecordAction.MOVE,
        RecordAction.OFF_TOPIC,
        RecordAction.UNDO,
        RecordAction.LOCK,
        RecordAction.UNLOCK,
        RecordAction.MERGE,
        RecordAction.SPLIT,
        RecordAction.RESTRICT,
        RecordAction.END_RESTRICTION,
    )
)
#: Done to people: all may know that it was done, and what for; to whom and in which words is theirs.
OF_PEOPLE: Final = frozenset(
    (
        RecordAction.WARN,
        RecordAction.SILENCE,
        RecordAction.SUSPEND,
        RecordAction.REMOVE_MEMBER,
        RecordAction.LIFT,
        RecordAction.OVERTURN,  # its words answer whoever appealed
        RecordAction.REMOVE_PRAISE,
    )
)
#: What the public record tells. Not what was approved, nor anything before a decision: a report
#: that came to nothing must not cast a shadow.
PUBLIC: Final = _OF_POSTS | OF_PEOPLE

_MENTION: Final = re.compile(r"(?<![\w@])@[a-z0-9][a-z0-9-]{1,31}", re.IGNORECASE)
NAME_GONE: Final = "@…"


@dataclass(frozen=True, slots=True)
class PublicLine:
    """An action as everybody may know of it: no names, no text of a post.

    ``thread_title`` is "" (``thread_id`` None) for what is done to people, and where the thread is
    gone. ``category`` (and ``rule``, its number) is what a decision was for.
    """

    created_at: datetime
    action: RecordAction
    thread_id: int | None
    thread_title: str
    post_number: int | None
    category: CaseCategory | None
    rule: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class PublicPage:
    """A page of the public record; ``next`` is None on the last one."""

    lines: tuple[PublicLine, ...]
    next: int | None


def never_shown(line: RecordLine) -> bool:
    """Whether it is about posts that were held and that nobody but moderators has ever seen."""
    if line.action in OF_PEOPLE:
        return False
    if line.post_number is not None and line.post_number >= HELD_FROM:
        return True
    states = [told.get("state") for told in _list(line.before.get("posts")) if isinstance(told, Mapping)]
    return bool(states) and set(states) == {PostState.HELD.value}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def redacted(line: RecordLine, names: Iterable[str]) -> PublicLine:
    """What everybody may know of an entry in its own community; ``names`` must not appear."""
    people = line.action in OF_PEOPLE
    shown = not people and bool(line.thread_title)
    return PublicLine(
        created_at=line.created_at,
        action=line.action,
        thread_id=line.now_in if shown else None,
        thread_title=line.thread_title if shown else "",
        post_number=line.post_number if shown else None,
        category=_category(line.after.get("category")),
        rule=line.after.get("rule"),
        reason="" if people else without_names(line.reason, names),
    )


def _category(value: Any) -> CaseCategory | None:
    try:
        return CaseCategory(value)
    except ValueError:
        return None


def without_names(text: str, names: Iterable[str]) -> str:
    """``text`` without anybody's handle, and without these display names."""
    text = _MENTION.sub(NAME_GONE, text)
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) > 1:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", NAME_GONE, text)
    return text
