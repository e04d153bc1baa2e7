"""Figures of moderation, written out for others to read."""

from __future__ import annotations

from typing import Any, Final

from tui_forum.commands.context import OK, Context, Where
from tui_forum.commands.exporting import Format, rows_to
from tui_forum.commands.record import community_id
from tui_forum.domain.figures import Line

COLUMNS: Final = (
    "group", "name", "since", "until", "open", "overdue", "unseen", "oldest", "opened", "decided",
    "first_look_median_seconds", "first_look_p90_seconds", "decision_median_seconds", "decision_p90_seconds",
    "undone", "undone_share", "overturned", "overturned_share", "opened_by_week",
)  # fmt: skip


async def export(context: Context, where: Where, wanted: Format, *, weeks: int, community: str) -> int:
    """Write the figures of all that one moderates to the output, a row for each line of the screen."""
    async with context.open_forum(where) as forum:
        asker = await context.actor(forum)
        place = await community_id(forum, asker, community)
        view = await forum.figures.of(asker, weeks, place)
    rows = rows_to(context.console.file, wanted, COLUMNS)
    for line in view.lines:
        rows.write({**_row(line), "since": view.since, "until": view.now})
    return OK


def _row(line: Line) -> dict[str, Any]:
    return {
        "group": line.group.value,
        "name": line.category.value if line.category is not None else line.name,
        "open": line.open,
        "overdue": line.overdue,
        "unseen": line.unseen,
        "oldest": line.oldest,
        "opened": line.opened,
        "decided": line.decided,
        "first_look_median_seconds": _seconds(line.look.half),
        "first_look_p90_seconds": _seconds(line.look.ninety),
        "decision_median_seconds": _seconds(line.took.half),
        "decision_p90_seconds": _seconds(line.took.ninety),
        "undone": line.undone,
        "undone_share": _share(line.undone_share),
        "overturned": line.overturned,
        "overturned_share": _share(line.overturned_share),
        "opened_by_week": list(line.weeks),
    }


def _seconds(value: float | None) -> int | None:
    return None if value is None else round(value)


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
