"""How a community fares, in words and figures: what stands on a host's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual.content import Content

from tui_forum.domain.entities import Purpose
from tui_forum.domain.hosting import OTHERS_TO_COMPARE, Comparison, Figures, HostView
from tui_forum.domain.life import LifeFacts
from tui_forum.domain.text import cell_width, pad
from tui_forum.i18n import _, format_date, format_number, ngettext
from tui_forum.ui.lifewords import MARKS, explain_stage, stage_name
from tui_forum.ui.stepwords import names
from tui_forum.ui.widgets.spark import spark

#: A style of Textual's own that follows the theme, a little weaker than the text around it.
MUTED: Final = "$foreground 60%"
_NUMBER: Final = 9  # cells of a column of figures
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR


def duration(seconds: float | None) -> str:
    """A time to wait, roughly: ``5 min``, ``3 h``, ``2 days``; a dash for none."""
    if seconds is None:
        return "–"
    if seconds < _HOUR:
        return _("{n} min").format(n=max(1, round(seconds / 60)))
    if seconds < 2 * _DAY:
        return _("{n} h").format(n=round(seconds / _HOUR))
    days = round(seconds / _DAY)
    return ngettext("{n} day", "{n} days", days).format(n=format_number(days))


def _number(value: float) -> str:
    return format_number(round(value, 1) if value < 10 else round(value))


def posts_of(facts: LifeFacts) -> str:
    """The bars of the last weeks and how many posts they stand for."""
    total = sum(facts.weeks)
    posts = ngettext("{n} post", "{n} posts", total).format(n=format_number(total))
    return f"{spark(facts.weeks)}  {posts}"


def _people(view: HostView) -> str:
    facts = view.facts
    members = ngettext("{n} member", "{n} members", facts.members).format(n=format_number(facts.members))
    if facts.newcomers:
        new = ngettext("{n} new", "{n} new", facts.newcomers).format(n=format_number(facts.newcomers))
        members = f"{members} ({new})"
    hosts = _("hosts: {names}").format(names=names(view.hosts) or "–")
    return f"{members} · {hosts}"


def _days(view: HostView) -> str:
    found = []
    if view.review_on is not None:
        found.append(_("charter review {date}").format(date=format_date(view.review_on)))
    if view.ends_on is not None:
        found.append(_("last day {date}").format(date=format_date(view.ends_on)))
    return " · ".join(found)


def _answers(facts: LifeFacts) -> str:
    if not facts.asked:
        return ""
    sentence = _("{answered} of {asked} threads were answered in time (12 weeks)")
    return sentence.format(answered=format_number(facts.answered), asked=format_number(facts.asked))


_FIGURES: Final[tuple[tuple[Callable[[], str], Callable[[Figures], str]], ...]] = (
    (lambda: _("posts a week"), lambda figures: _number(figures.posts)),
    (lambda: _("people who wrote"), lambda figures: _number(figures.writers)),
    (lambda: _("first answer after"), lambda figures: duration(figures.answer)),
)


def _told(purpose: Purpose) -> int:
    """How many of the figures say something: nobody waits for an answer in an information channel."""
    return len(_FIGURES) - 1 if purpose is Purpose.INFORMATION else len(_FIGURES)


def comparison_lines(comparison: Comparison, purpose: Purpose) -> list[tuple[str, str]]:
    """A small table, each line with its style: here, and beside it the median of others of its kind."""
    own, median = comparison.own, comparison.median
    rows = [
        (label(), tell(own), tell(median) if median is not None else "")
        for label, tell in _FIGURES[: _told(purpose)]
    ]
    room = max(cell_width(label) for label, _own, _median in rows) + 2
    head = pad("", room) + _("here").rjust(_NUMBER)
    if median is not None:
        head += _("others").rjust(_NUMBER)
    lines = [(head, MUTED)]
    for label, mine, others in rows:
        lines.append((pad(label, room) + mine.rjust(_NUMBER) + others.rjust(_NUMBER), ""))
    if median is not None:
        note = ngettext(
            "Others: the median of {n} living community of this kind.",
            "Others: the median of {n} living communities of this kind.",
            comparison.others,
        ).format(n=format_number(comparison.others))
    else:
        note = _("Figures of others are shown from {n} living communities of this kind on.").format(
            n=OTHERS_TO_COMPARE
        )
    return [*lines, (note, MUTED)]


def figures_line(comparison: Comparison, purpose: Purpose) -> str:
    """The same in a line, the others' medians in brackets."""
    own, median = comparison.own, comparison.median

    def beside(tell: Callable[[Figures], str]) -> str:
        return f"{tell(own)} ({tell(median)})" if median is not None else tell(own)

    sentence = _("posts a week {posts}, wrote {writers}, answer {answer}")
    if purpose is Purpose.INFORMATION:
        sentence = _("posts a week {posts}, wrote {writers}")
    return sentence.format(
        posts=beside(lambda figures: _number(figures.posts)),
        writers=beside(lambda figures: _number(figures.writers)),
        answer=beside(lambda figures: duration(figures.answer)),
    )


def life_text(view: HostView) -> Content:
    """The upper part of the host's page."""
    stage = view.stage.stage
    lines = [
        [(f"{MARKS[stage]} {stage_name(stage)}", "bold $accent"), (f"  {explain_stage(view.stage)}", "")],
        [(_("12 weeks"), MUTED), (f"  {posts_of(view.facts)}", "")],
        [(_people(view), "")],
        [(_days(view), MUTED)],
        [(_answers(view.facts), "")],
        [],
        *([line] for line in comparison_lines(view.comparison, view.facts.purpose)),
    ]
    shown = [line for line in lines if not line or any(text.strip() for text, _style in line)]
    return Content("\n").join(Content.assemble(*line) for line in shown)
