"""What stands under a post: how others reacted, and the praise its author was given for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment

from tui_forum.domain.people import PRAISE_SIGN, SIGNS, Marks
from tui_forum.domain.text import display_line, fit
from tui_forum.i18n import format_number, ngettext

if TYPE_CHECKING:
    from tui_forum.ui.skin import Skin


def draw_marks(marks: Marks, width: int, skin: Skin) -> list[list[Segment]]:
    """Lines of at most ``width`` cells; what is one's own stands in brackets."""
    lines: list[list[Segment]] = []
    if marks.reactions:
        line: list[Segment] = []
        for one in marks.reactions:
            text = f"{SIGNS[one.kind]} {format_number(one.count)}"
            style = skin.accent if one.mine else skin.dim
            line += [Segment(f"[{text}]" if one.mine else text, skin.base + style), Segment("  ", skin.base)]
        lines.append(line)
    for praise in marks.praise:
        sign = f"[{PRAISE_SIGN}]" if praise.mine else PRAISE_SIGN
        text = f"{sign} @{praise.giver}: {display_line(praise.reason)}"
        lines.append([Segment(fit(text, width), skin.base + skin.good)])
    rest = marks.praise_count - len(marks.praise)
    if rest > 0:
        text = ngettext("and praise from {n} other", "and praise from {n} others", rest)
        lines.append([Segment(fit(f"   {text.format(n=format_number(rest))}", width), skin.base + skin.dim)])
    return lines
