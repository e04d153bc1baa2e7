"""Threads that are merged and split: who gets which number, how far was read, what is left behind.

Posts keep the order of time. A number is never given twice within a thread: what gets another
one is numbered on from the highest there ever was, so that each old address means one post.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import accumulate
from typing import Protocol, TypeVar

from tui_forum.domain.tree import depth_of, tree_path


@dataclass(frozen=True, slots=True)
class PostAddress:
    """Where something is now. Without ``number``: the thread, where one would land in it."""

    thread_id: int
    number: int | None = None


class SignKind(StrEnum):
    """What a signpost says. ``moved`` and ``merged`` stand in a community's list, the others in a thread."""

    MOVED = "moved"
    MERGED = "merged"
    SPLIT_TO = "split_to"
    SPLIT_FROM = "split_from"
    MERGED_IN = "merged_in"


@dataclass(frozen=True, slots=True)
class Sign:
    """A line of the forum's own in a thread, before the post ``number`` (or behind the last one).

    ``title`` is the other thread's; it is empty, and ``target`` None, for who may not read that.
    ``posts`` says how many went.
    """

    kind: SignKind
    number: int
    title: str
    posts: int
    target: PostAddress | None


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A line in a community's list where a thread was. Only who may read where it is now sees it.

    ``into`` names the community it went to (``moved``), or the thread (``merged``).
    """

    kind: SignKind
    title: str
    into: str
    place_at: datetime
    target: PostAddress

    @property
    def thread_id(self) -> int:
        """Where it leads, as with a thread of the list."""
        return self.target.thread_id


class _Listed(Protocol):
    """What has to be known of a thread's row to put signposts between."""

    @property
    def pinned(self) -> bool: ...

    @property
    def last_post_at(self) -> datetime: ...


Listed = TypeVar("Listed", bound=_Listed)


@dataclass(frozen=True, slots=True)
class Seat:
    """A post where it stands: what has to be known of it to give it another place."""

    post_id: int
    thread_id: int
    number: int
    reply_to: int | None
    created_at: datetime
    author_id: int


@dataclass(frozen=True, slots=True)
class NewSeat:
    """Where a post goes: its number, what it answers there, its place in the tree."""

    old: Seat
    number: int
    reply_to: int | None
    path: bytes

    @property
    def depth(self) -> int:
        """Its depth in the tree."""
        return depth_of(self.path)

    @property
    def moves(self) -> bool:
        """Whether its address is another one than before."""
        return self.number != self.old.number


def interleave(first: Sequence[Seat], second: Sequence[Seat]) -> list[Seat]:
    """Both in the order of time; neither changes its own order, even where its dates go back."""
    merged: list[Seat] = []
    rest = list(second)
    place = 0
    for seat in first:
        while place < len(rest) and rest[place].created_at < seat.created_at:
            merged.append(rest[place])
            place += 1
        merged.append(seat)
    return merged + rest[place:]


def merge_seats(target: Sequence[Seat], source: Sequence[Seat], highest: int) -> list[NewSeat]:
    """The seats of both threads in one, in order.

    Posts of ``target`` before the first that comes in keep their numbers; all others get new
    ones from ``highest`` (the highest number given out in ``target``) on.
    """
    into = target[0].thread_id
    order = interleave(target, source)
    kept = next((place for place, seat in enumerate(order) if seat.thread_id != into), len(order))
    numbers = [seat.number for seat in order[:kept]]
    numbers += range(highest + 1, highest + 1 + len(order) - kept)
    return _seat(order, numbers)


def split_seats(chosen: Sequence[Seat]) -> list[NewSeat]:
    """The seats of posts that become a thread of their own, numbered from 1 on."""
    return _seat(chosen, range(1, len(chosen) + 1))


def _seat(order: Sequence[Seat], numbers: Sequence[int]) -> list[NewSeat]:
    """Numbers for posts; what they answer is found again, unless it stays elsewhere.

    What is answered comes earlier in its own thread, and so in ``order``.
    """
    seated: list[NewSeat] = []
    places: dict[tuple[int, int], NewSeat] = {}
    for old, number in zip(order, numbers, strict=True):
        parent = places.get((old.thread_id, old.reply_to)) if old.reply_to is not None else None
        path = tree_path(parent.path if parent is not None else b"", number)
        new = NewSeat(old, number, parent.number if parent is not None else None, path)
        places[old.thread_id, old.number] = new
        seated.append(new)
    return seated


def with_replies(seats: Iterable[Seat], chosen: Collection[int]) -> list[Seat]:
    """The posts with numbers ``chosen``, and whatever answers one of them, in order."""
    taken = set(chosen)
    found = []
    for seat in seats:
        if seat.number in taken or seat.reply_to in taken:
            taken.add(seat.number)
            found.append(seat)
    return found


class ReadingAgain:
    """How far somebody has read posts that have got new numbers.

    A read pointer is one number: what was unread stays unread; posts behind the first unread
    one that were read already become unread with it.
    """

    def __init__(self, seats: Sequence[NewSeat]) -> None:
        self._last = seats[-1].number if seats else 0
        self._origins: dict[int, _Origin] = {}
        for thread_id in {seat.old.thread_id for seat in seats}:
            self._origins[thread_id] = _Origin([seat for seat in seats if seat.old.thread_id == thread_id])

    def pointer(self, pointers: Mapping[int, int], baseline: int) -> int:
        """The pointer that says what ``pointers`` (by thread) and the baseline said; 0 for none."""
        unread = [
            number
            for thread_id, origin in self._origins.items()
            if (number := origin.first_unread(pointers.get(thread_id, 0), baseline)) is not None
        ]
        return min(unread) - 1 if unread else self._last


class _Origin:
    """The posts of one thread by their old numbers."""

    def __init__(self, seats: Sequence[NewSeat]) -> None:
        self._old = [seat.old.number for seat in seats]
        self._new = [seat.number for seat in seats]
        self._ids = [seat.old.post_id for seat in seats]
        self._highest = list(accumulate(self._ids, max))

    def first_unread(self, pointer: int, baseline: int) -> int | None:
        """The new number of the first post past the pointer and the baseline."""
        place = max(bisect_right(self._old, pointer), bisect_right(self._highest, baseline))
        while place < len(self._ids) and self._ids[place] <= baseline:
            place += 1
        return self._new[place] if place < len(self._new) else None


def new_place(seats: Sequence[NewSeat], thread_id: int, number: int) -> int:
    """Before which number stands now what stood before ``number`` in ``thread_id``."""
    behind = seats[-1].number + 1
    return next(
        (seat.number for seat in seats if seat.old.thread_id == thread_id and seat.old.number >= number),
        behind,
    )


def in_order(rows: Sequence[Listed], signs: Sequence[LeftBehind]) -> list[Listed | LeftBehind]:
    """The rows of a list with the signposts where the threads were."""
    found: list[Listed | LeftBehind] = []
    rest = list(signs)
    for row in rows:
        while rest and not row.pinned and rest[0].place_at > row.last_post_at:
            found.append(rest.pop(0))
        found.append(row)
    return found + rest
