"""The order of posts in a thread, and posts cut to the size a post may have."""

from __future__ import annotations

import heapq
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final

from tui_forum.storage.spool import SpooledKey

_FENCE: Final = re.compile(r"^(?:> ?)*(`{3,})([^`]*)$")


@dataclass(frozen=True, slots=True)
class Ordered:
    """A post at its place: ``at`` in seconds since 1970, ``parent`` an external id or empty."""

    key: SpooledKey
    at: float
    parent: str


def arrange(keys: Sequence[SpooledKey], known: Container[str], now: float) -> list[Ordered]:
    """Posts by date, but never before what they answer (clocks in archives are wrong).

    A post without a date takes that of the one before it in the input. The parent is the
    nearest named id that is among ``keys`` or ``known``; a circle of replies is cut at its
    oldest post.
    """
    dates = _dates(keys, now)
    here = {key.external_id: key for key in keys}
    parent = {
        key.external_id: next(
            (p for p in key.parents if (p in here or p in known) and p != key.external_id), ""
        )
        for key in keys
    }
    children: dict[str, list[SpooledKey]] = {}
    ready: list[tuple[float, int, str]] = []
    for key in keys:
        above = parent[key.external_id]
        if above in here:
            children.setdefault(above, []).append(key)
        else:
            ready.append((dates[key.seq], key.seq, key.external_id))
    heapq.heapify(ready)
    ordered: list[Ordered] = []
    waiting = dict.fromkeys(sorted(here, key=lambda name: (dates[here[name].seq], here[name].seq)))
    while waiting:
        if not ready:
            # Only circles are left.
            name = next(iter(waiting))
            parent[name] = ""
            ready.append((0.0, 0, name))
        name = heapq.heappop(ready)[2]
        if name not in waiting:
            continue
        del waiting[name]
        key = here[name]
        ordered.append(Ordered(key, dates[key.seq], parent[name]))
        for child in children.get(name, ()):
            if child.external_id in waiting:
                heapq.heappush(ready, (dates[child.seq], child.seq, child.external_id))
    return ordered


def _dates(keys: Sequence[SpooledKey], now: float) -> dict[int, float]:
    last = next((key.at for key in keys if key.at is not None), now)
    dates = {}
    for key in keys:
        last = last if key.at is None else key.at
        dates[key.seq] = last
    return dates


def cut(body: str, limit: int) -> tuple[str, ...]:
    """``body`` in parts of at most ``limit`` characters, cut between lines where that is possible.

    A code fence that is open at a cut is closed and opened again, so that each part reads by
    itself; nothing else is added and nothing is lost.
    """
    if len(body) <= limit:
        return (body,)
    parts: list[str] = []
    lines: list[str] = []
    size, fence = 0, ""
    # Room for closing a fence and for opening it again.
    room = limit - 200
    for line in _lines(body, room):
        if lines and size + len(line) + 1 > room:
            parts.append("\n".join([*lines, _closing(fence)] if fence else lines))
            lines = [fence] if fence else []
            size = len(fence) + 1
        lines.append(line)
        size += len(line) + 1
        if _FENCE.match(line):
            if not fence and len(line) < 80:
                fence = line
            elif fence and line.strip("> ") == _closing(fence).strip("> "):
                fence = ""
    parts.append("\n".join(lines))
    return tuple(part for part in parts if part.strip())


def _closing(fence: str) -> str:
    found = _FENCE.match(fence)
    return fence[: found.end(1)] if found else ""


def _lines(body: str, limit: int) -> list[str]:
    return [
        line[start : start + limit] for line in body.split("\n") for start in range(0, len(line) or 1, limit)
    ]
