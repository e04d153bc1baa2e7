"""A case as two lines of the queue."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Final

from tui_forum.domain.cases import CaseRow
from tui_forum.domain.moderation import Conflict, ForwardedTo
from tui_forum.domain.text import display_line
from tui_forum.i18n import _
from tui_forum.ui.casewords import about, age_of, report_count
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, columns

NARROW: Final = 50  # columns below which a row says less
#: The graver, the more marks; read together with the words beside them.
SEVERITY: Final = {1: "!!!", 2: "!! ", 3: "!  ", 4: "   "}


def drawer(marked: Collection[int]) -> Callable[[CaseRow, int, Skin], Lines]:
    """How rows are drawn; those in ``marked`` (case ids) have a tick."""

    def draw(row: CaseRow, width: int, skin: Skin) -> Lines:
        now = datetime.now(UTC)
        tick = Cell("✓" if row.case_id in marked else " ", skin.good + skin.strong)
        grave = Cell(f"{SEVERITY[row.severity]} ", skin.unread)
        late = row.overdue(now)
        age = Cell(f" {age_of(row, now)} ", skin.error if late else skin.dim)
        title = display_line(row.thread_title) or f"@{row.author.handle}"
        first = [tick, grave, *columns(Cell(f"{about(row)} · {title}", skin.strong), [age], width - 5)]
        right = [Cell(f" {mark}", skin.unread) for mark in filter(None, (_who(row), _count(row, width)))]
        said = display_line(row.excerpt)
        who = f"@{row.author.handle}: {said}" if said else f"@{row.author.handle}"
        place = f"{row.community_slug} · " if row.community_slug and width >= NARROW else ""
        second = [Cell("     "), *columns(Cell(f"{place}{who}", skin.dim), right, width - 6)]
        return first, second

    return draw


def _count(row: CaseRow, width: int) -> str:
    if row.report_count > 1 or width >= NARROW:
        return report_count(row.report_count)
    return ""


def _who(row: CaseRow) -> str:
    """Who is on it, whose it is, or why it is not for oneself; the most pressing of these."""
    if row.conflict is Conflict.SUBJECT:
        return _("about you")
    if row.claimed_by:
        return _("@{handle} is on this").format(handle=row.claimed_by)
    if row.conflict is Conflict.DECIDER:
        return _("your decision")
    if row.conflict is Conflict.REPORTER:
        return _("your report")
    if row.forwarded_to is not ForwardedTo.NOBODY:
        return _("forwarded")
    return f"→ @{row.assigned_to}" if row.assigned_to else ""
