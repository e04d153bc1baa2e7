"""How communities look in the directory."""

from __future__ import annotations

from tui_forum.domain.directory import DirectoryRow, Suggestion
from tui_forum.domain.text import cell_width, display_line, fit, pad
from tui_forum.i18n import _, format_number, ngettext
from tui_forum.ui.lifewords import MARKS, stage_name
from tui_forum.ui.memberwords import PURPOSE_NAMES, door_word
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, columns
from tui_forum.ui.widgets.spark import spark

_PURPOSE: int = 12
_LANGUAGES: int = 6
_STAGE: int = 13
_MEMBERS: int = 7
#: Columns from which the languages, and the words for stages, have room.
_ROOMY: int = 72


def draw_directory(item: DirectoryRow | Suggestion, width: int, skin: Skin) -> Lines:
    """Name, purpose, language, state, weeks and size; then what it is for, for whom, and how one stands."""
    row = item.row if isinstance(item, Suggestion) else item
    community = row.community
    right = [Cell(pad(_(PURPOSE_NAMES[community.purpose]), _PURPOSE), skin.dim)]
    if width >= _ROOMY:
        right.append(Cell(pad(fit(" ".join(row.languages), _LANGUAGES - 1), _LANGUAGES), skin.dim))
    if row.stage is not None:
        state = f"{MARKS[row.stage]} {stage_name(row.stage)}" if width >= _ROOMY else MARKS[row.stage]
    else:
        state = ""
    right.append(Cell(pad(fit(state, _STAGE - 1), _STAGE if width >= _ROOMY else 2)))
    right.append(Cell(pad(spark(row.weeks), 12), skin.accent))
    members = format_number(community.member_count) if community.readable else ""
    right.append(Cell(f"{members:>{_MEMBERS - 1}} ", skin.dim))
    name = Cell(f" {display_line(community.name)}", skin.strong)
    return columns(name, right, width), _second(item, row, width, skin)


def _second(item: DirectoryRow | Suggestion, row: DirectoryRow, width: int, skin: Skin) -> list[Cell]:
    about = display_line(row.community.statement)
    if row.audience:
        about = " · ".join(filter(None, (about, display_line(row.audience))))
    if isinstance(item, Suggestion):
        why = fit(f"   {why_suggested(item)}  ", width)
        room = width - cell_width(why)
        return [Cell(why, skin.good), Cell(pad(fit(about, room), room), skin.dim)]
    door = door_word(row.community)
    style = skin.unread if row.community.invited else skin.good if row.community.role else skin.dim
    return columns(Cell(f"   {about}", skin.dim), [Cell(f" {door} ", style)] if door else [], width)


def why_suggested(suggestion: Suggestion) -> str:
    """Why a community may please: topics of one's own, people one knows."""
    parts = []
    if suggestion.topics:
        parts.append(_("matches: {topics}").format(topics=", ".join(map(display_line, suggestion.topics))))
    if suggestion.colleagues:
        parts.append(
            ngettext(
                "{n} person you share communities with is in",
                "{n} people you share communities with are in",
                suggestion.colleagues,
            ).format(n=format_number(suggestion.colleagues))
        )
    return " · ".join(parts)
