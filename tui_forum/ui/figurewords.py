"""Figures of moderation in words and columns."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tui_forum.domain.figures import Group, Line, Times
from tui_forum.domain.text import cell_width, display_line, pad
from tui_forum.i18n import N_, _, format_number, ngettext
from tui_forum.ui.casewords import CATEGORIES
from tui_forum.ui.widgets.spark import spark

#: What each column is called, and its cells (its words fit in them in each language).
COLUMNS: Final = (
    (N_("waits"), 6),
    (N_("late"), 5),
    (N_("since"), 6),
    (N_("seen"), 8),
    (N_("settled"), 9),
    (N_("undone"), 7),
    (N_("reversed"), 9),
)
_GAP: Final = 2


def short(seconds: float | None) -> str:
    """A span of time for a column, with the signs that are the same everywhere; a dash for none."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{round(seconds)}s"
    if seconds < 3600:
        return f"{round(seconds / 60)}m"
    if seconds < 48 * 3600:
        return f"{round(seconds / 3600)}h"
    return f"{round(seconds / 86400)}d"


def span(times: Times) -> str:
    """Half and nine of ten: ``12m/3h``."""
    return "–" if times.half is None else f"{short(times.half)}/{short(times.ninety)}"


def percent(share: float | None) -> str:
    """A share; a dash where there is none."""
    return "–" if share is None else f"{round(100 * share)}%"


def name_of(line: Line) -> str:
    """What a line is about."""
    if line.group is Group.ALL:
        return _("all cases")
    if line.category is not None:
        return _(CATEGORIES[line.category])
    return display_line(line.name) or _("the whole forum")


def _row(texts: list[str], last: str) -> str:
    placed = zip(texts, COLUMNS, strict=True)
    fitted = [" " * max(0, width - cell_width(text)) + text for text, (_name, width) in placed]
    return "".join(fitted) + " " * _GAP + last + " "


def head(weeks: int) -> str:
    """The columns' names."""
    return _row([_(name) for name, _width in COLUMNS], pad(_("new"), weeks))


def cells(line: Line, now: datetime) -> str:
    """The figures of a line, under their names."""
    age = None if line.oldest is None else (now - line.oldest).total_seconds()
    figures = [
        format_number(line.open),
        format_number(line.overdue) if line.overdue else "–",
        short(age),
        span(line.look),
        span(line.took),
        percent(line.undone_share),
        percent(line.overturned_share),
    ]
    return _row(figures, spark(line.weeks))


def explained(line: Line, now: datetime, weeks: int) -> str:
    """A line in sentences, as Markdown."""
    parts = []
    count = format_number
    if line.open and line.oldest is not None:
        waiting = ngettext(
            "{n} case waits, the oldest for {age}.", "{n} cases wait, the oldest for {age}.", line.open
        )
        parts.append(waiting.format(n=count(line.open), age=short((now - line.oldest).total_seconds())))
        late = _("Overdue: {late}; seen by nobody yet: {unseen}.")
        parts.append(late.format(late=count(line.overdue), unseen=count(line.unseen)))
    else:
        parts.append(_("Nothing waits."))
    opened = _("In the last {weeks} weeks: opened {opened}, decided {decided}.")
    parts.append(opened.format(weeks=weeks, opened=count(line.opened), decided=count(line.decided)))
    if line.look.half is not None:
        seen = _("First look: half within {half}, nine of ten within {ninety}.")
        took = _("Decision: half within {half}, nine of ten within {ninety}.")
        parts.append(seen.format(half=short(line.look.half), ninety=short(line.look.ninety)))
        parts.append(took.format(half=short(line.took.half), ninety=short(line.took.ninety)))
    undone = _("Taken back by who decided: {n} ({share}).")
    parts.append(undone.format(n=count(line.undone), share=percent(line.undone_share)))
    overturned = _("Overturned on appeal: {n} ({share}).")
    parts.append(overturned.format(n=count(line.overturned), share=percent(line.overturned_share)))
    return "\n".join(f"- {part}" for part in parts)
