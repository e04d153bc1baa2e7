"""A poll as bars: every answer with its share, one's own marked, and until when one may vote."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.segment import Segment

from tui_forum.domain.polls import OptionView, PollView
from tui_forum.domain.text import cell_width, display_line, fit, pad
from tui_forum.i18n import _, format_datetime, format_number, format_until, ngettext
from tui_forum.ui.render.wrapping import wrap

if TYPE_CHECKING:
    from tui_forum.ui.skin import Skin

BAR_CELLS: Final = 20
LEAST_BAR: Final = 8
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
_MARK: Final = 4  # "(•) "


def mark_of(poll: PollView, *, chosen: bool) -> str:
    """How an answer is marked: round where one may be chosen, square where several."""
    if poll.multiple:
        return "[x]" if chosen else "[ ]"
    return "(•)" if chosen else "( )"


def bar(percent: int, width: int) -> str:
    """``percent`` of ``width`` cells, to an eighth of a cell; a vote always shows."""
    eighths = round(width * 8 * percent / 100)
    if percent and not eighths:
        eighths = 1
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)


def draw_poll(poll: PollView, width: int, skin: Skin) -> list[list[Segment]]:
    """Lines of at most ``width`` cells; short answers stand beside their bars."""
    texts = [display_line(option.text) for option in poll.options]
    longest = max(map(cell_width, texts), default=0)
    tail = 5 + 2 + len(format_number(poll.people))  # "100 %  12"
    beside = longest + _MARK + 2 + LEAST_BAR + 1 + tail <= width
    room = min(BAR_CELLS, width - _MARK - tail - 1 - (longest + 2 if beside else 0))
    lines: list[list[Segment]] = []
    for option, text in zip(poll.options, texts, strict=True):
        style = skin.base + (skin.strong + skin.good if option.mine else skin.base)
        mark = Segment(f"{mark_of(poll, chosen=option.mine)} ", style)
        figures = _figures(poll, option, max(1, room), skin)
        if beside:
            lines.append([mark, Segment(pad(text, longest + 2), style), *figures])
        else:
            for number, part in enumerate(wrap([(text, style)], max(4, width - _MARK))):
                lines.append([mark if not number else Segment(" " * _MARK, skin.base), *part])
            lines.append([Segment(" " * _MARK, skin.base), *figures])
        if option.voters:
            lines.append([Segment(" " * _MARK + _names(option, max(4, width - _MARK)), skin.base + skin.dim)])
    for line in _lines_of(summary(poll), width):
        lines += wrap([(line, skin.base + skin.dim)], max(4, width))
    return lines


def _figures(poll: PollView, option: OptionView, room: int, skin: Skin) -> list[Segment]:
    percent = poll.share(option)
    return [
        Segment(bar(percent, room), skin.base + (skin.good if option.mine else skin.accent)),
        Segment(f" {percent:>3} %  {format_number(option.votes)}", skin.base),
    ]


def _names(option: OptionView, width: int) -> str:
    """Who chose it, as many as fit, and how many more."""
    shown: list[str] = []
    for voter in option.voters:
        rest = option.votes - len(shown) - 1
        line = " ".join([*shown, f"@{voter}"]) + (f" +{rest}" if rest else "")
        if cell_width(line) > width and shown:
            break
        shown.append(f"@{voter}")
    rest = option.votes - len(shown)
    return fit(" ".join(shown) + (f" +{format_number(rest)}" if rest else ""), width)


def _lines_of(parts: list[str], width: int) -> list[str]:
    """Parts that stand together, as many on a line as fit."""
    lines = parts[:1]
    for part in parts[1:]:
        joined = f"{lines[-1]} · {part}"
        if cell_width(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(part)
    return lines


def summary(poll: PollView) -> list[str]:
    """How many voted, how one may vote, and until when."""
    people = ngettext("{n} person has voted", "{n} people have voted", poll.people)
    parts = [people.format(n=format_number(poll.people))]
    if poll.multiple:
        parts.append(_("several answers"))
    parts.append(_("anonymous") if poll.anonymous else _("everybody sees who chose what"))
    if poll.closed and poll.closes_at is not None:
        parts.append(_("closed since {when}").format(when=format_datetime(poll.closes_at)))
    elif poll.closes_at is not None:
        until = format_until(poll.closes_at, datetime.now(UTC))
        parts.append(_("closes {until} ({when})").format(until=until, when=format_datetime(poll.closes_at)))
    if not poll.why_not:
        parts.append(_("V changes your vote") if poll.mine else _("V votes"))
    return parts
