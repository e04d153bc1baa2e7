"""Announcements: who has taken note of them, and where they are discussed."""

from __future__ import annotations

from dataclasses import dataclass

from tui_forum.domain.views import Author


@dataclass(frozen=True, slots=True)
class NotYet:
    """A page of the members who have not acknowledged an announcement, by handle.

    ``done`` of ``asked`` members have; its author is not asked. ``next`` is the handle to
    continue after, None on the last page.
    """

    thread_id: int
    title: str
    done: int
    asked: int
    rows: tuple[Author, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Discussion:
    """Where what was announced is discussed: a community, and the thread there if one has begun."""

    community_id: int
    name: str
    member: bool
    thread_id: int | None
    announcement: str
