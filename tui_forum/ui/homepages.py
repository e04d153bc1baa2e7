"""What home has loaded so far: one's communities first, then others; page by page."""

from __future__ import annotations

from tui_forum.domain.limits import HOME_SIZE
from tui_forum.domain.views import CommunityRow, HomeCursor, HomeView
from tui_forum.i18n import _
from tui_forum.ui.widgets.listings import unanswered_heading
from tui_forum.ui.widgets.rows import Heading


class HomePages:
    """The rows of home. Others begin when all of one's own are there."""

    def __init__(self) -> None:
        self._joined: tuple[CommunityRow, ...] = ()
        self._others: tuple[CommunityRow, ...] = ()
        self._unanswered = 0
        self.joined_next: HomeCursor | None = None
        self.others_next: str | None = None

    @property
    def limit(self) -> int:
        """How many of one's communities to ask for when home is loaded again."""
        return max(HOME_SIZE, len(self._joined))

    @property
    def more(self) -> bool:
        """Whether there is more to load."""
        return self.joined_next is not None or self.others_next is not None

    def show(self, view: HomeView) -> None:
        """Home was loaded (again); others that were loaded beyond its first page stay."""
        shown = {row.community_id for row in (*view.joined, *view.others)}
        further = tuple(row for row in self._others if row.community_id not in shown)
        reached, self.joined_next = self.others_next, view.joined_next
        self._unanswered = view.unanswered
        self._joined = view.joined
        if view.joined_next is not None:
            self._others, self.others_next = (), ""
        elif further and view.others_next is not None:
            self._others, self.others_next = view.others + further, reached
        else:
            self._others, self.others_next = view.others, view.others_next

    def add_joined(self, rows: tuple[CommunityRow, ...], after: HomeCursor | None) -> None:
        """The next of one's communities; one that has moved up meanwhile is there already."""
        known = {row.community_id for row in self._joined}
        self._joined += tuple(row for row in rows if row.community_id not in known)
        self.joined_next = after

    def add_others(self, rows: tuple[CommunityRow, ...], after: str | None) -> None:
        """The next others."""
        self._others += rows
        self.others_next = after

    def items(self) -> list[CommunityRow | Heading]:
        """All of it, with headings."""
        items: list[CommunityRow | Heading] = []
        if self._unanswered:
            items.append(Heading(unanswered_heading(self._unanswered)))
        if self._joined:
            items += [Heading(_("My communities")), *self._joined]
        if self._others:
            items += [Heading(_("Others you may join")), *self._others]
        return items
