"""Tables fitted to a width."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from rich.segment import Segment

from tui_forum.domain.text import cell_width
from tui_forum.ui.render.palette import Palette
from tui_forum.ui.render.wrapping import Runs, wrap

#: A column narrower than this is unreadable; then rows are listed instead.
MIN_COLUMN: Final = 5
_BETWEEN: Final = 3  # " │ "


@dataclass(slots=True)
class Table:
    """Rows of cells, the header first, and each column's alignment (``""`` for left)."""

    rows: list[list[Runs]] = field(default_factory=list)
    aligned: list[str] = field(default_factory=list)


def lay_out(table: Table, width: int, palette: Palette) -> list[list[Segment]]:
    """The lines of ``table``, each at most ``width`` cells; as a list of fields when columns do not fit."""
    natural = _natural(table)
    widths = _fit(natural, width - _BETWEEN * (len(natural) - 1))
    if widths is None:
        return _listed(table, width, palette)
    border = palette.table_border
    lines = _row(table.rows[0], widths, table.aligned, palette)
    lines.append([Segment("─┼─".join(["─" * size for size in widths]), border)])
    for row in table.rows[1:]:
        lines += _row(row, widths, table.aligned, palette)
    return lines


def _cells(runs: Runs) -> int:
    return sum([cell_width(text) for text, _ in runs])


def _natural(table: Table) -> list[int]:
    widths = [1] * len(table.rows[0])
    for row in table.rows:
        for column, runs in enumerate(row):
            widths[column] = max(widths[column], _cells(runs))
    return widths


def _fit(natural: list[int], room: int) -> list[int] | None:
    """Column widths within ``room``: narrow columns keep theirs, the wide ones share the rest."""
    if sum(natural) <= room:
        return natural
    widths = natural[:]
    wide = set(range(len(natural)))
    left = room
    while wide:
        share = left // len(wide)
        small = {column for column in wide if natural[column] <= share}
        if not small:
            break
        left -= sum(natural[column] for column in small)
        wide -= small
    if not wide:
        return widths
    share, extra = divmod(left, len(wide))
    if share < MIN_COLUMN:
        return None
    for place, column in enumerate(sorted(wide)):
        widths[column] = share + (place < extra)
    return widths


def _row(row: list[Runs], widths: list[int], aligned: list[str], palette: Palette) -> list[list[Segment]]:
    columns = [wrap(runs, size) if runs else [] for runs, size in zip(row, widths, strict=True)]
    lines: list[list[Segment]] = []
    for index in range(max(1, *map(len, columns))):
        line: list[Segment] = []
        for column, cell in enumerate(columns):
            if column:
                line.append(Segment(" │ ", palette.table_border))
            pieces = cell[index] if index < len(cell) else []
            free = widths[column] - sum([cell_width(segment.text) for segment in pieces])
            align = aligned[column]
            before = free if align == "right" else free // 2 if align == "center" else 0
            if before:
                line.append(Segment(" " * before))
            line += pieces
            if free - before:
                line.append(Segment(" " * (free - before)))
        lines.append(line)
    return lines


def _listed(table: Table, width: int, palette: Palette) -> list[list[Segment]]:
    """One field per line, ``header: cell``, rows parted by a short rule."""
    lines: list[list[Segment]] = []
    header = table.rows[0]
    rows = table.rows[1:] or [[[] for _ in header]]
    for number, row in enumerate(rows):
        if number:
            lines.append([Segment("─" * min(width, MIN_COLUMN), palette.table_border)])
        for name, runs in zip(header, row, strict=True):
            lines += wrap([*name, (": ", palette.table_header), *runs], width)
    return lines
