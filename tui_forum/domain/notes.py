"""What moderators note about an account, for those who moderate where the note belongs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tui_forum.domain.views import Author


@dataclass(frozen=True, slots=True)
class AccountNote:
    """A note. It belongs to a community, or ("") to the moderators of the whole forum."""

    note_id: int
    author: Author
    body: str
    created_at: datetime
    community_name: str
    case_id: int | None


@dataclass(frozen=True, slots=True)
class NotesPage:
    """Notes on ``person``, latest first; ``next`` is None on the last page.

    ``places`` are where the reader may add one: community's id and name (None, "": for the
    moderators of the whole forum).
    """

    person: Author
    notes: tuple[AccountNote, ...]
    next: int | None
    places: tuple[tuple[int | None, str], ...]
