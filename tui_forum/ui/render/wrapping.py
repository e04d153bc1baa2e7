"""Styled runs of text cut into lines of at most so many cells."""

from __future__ import annotations

from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style

from tui_forum.domain.text import cell_width, char_widths

#: One line or paragraph: pieces of display-safe text with their style.
Runs: TypeAlias = list[tuple[str, Style]]


def split_lines(runs: Runs) -> list[Runs]:
    """``runs`` parted at their newlines."""
    lines: list[Runs] = [[]]
    for text, style in runs:
        if "\n" not in text:
            lines[-1].append((text, style))
            continue
        first, *rest = text.split("\n")
        if first:
            lines[-1].append((first, style))
        lines += [[(piece, style)] if piece else [] for piece in rest]
    return lines


def wrap(runs: Runs, width: int) -> list[list[Segment]]:
    """Lines of at most ``width`` cells (at least 2) for ``runs``, which hold no newline.

    Breaks at spaces and between wide characters; a word longer than a line is cut, never
    between a character and its combining marks.
    """
    if len(runs) == 1:
        text, style = runs[0]
        return [[Segment(text[start:end], style)] for start, end in _breaks(text, width)]
    text = "".join([piece for piece, _ in runs])
    lines: list[list[Segment]] = []
    position = offset = 0  # the run we are in, and where it begins in the text
    for start, end in _breaks(text, width):
        line: list[Segment] = []
        while position < len(runs):
            piece, style = runs[position]
            left, right = max(start - offset, 0), end - offset
            if left < right and left < len(piece):
                line.append(Segment(piece[left:right], style))
            if offset + len(piece) > end:
                break
            offset += len(piece)
            position += 1
        lines.append(line)
    return lines


def chop(runs: Runs, width: int) -> list[list[Segment]]:
    """As :func:`wrap` for code: cut at ``width`` cells wherever that is, no space dropped."""
    lines: list[list[Segment]] = [[]]
    room = width
    for whole, style in runs:
        text = whole
        while text:
            end = len(text) if len(text) <= room and text.isascii() else _fill(text, room)
            if end:
                lines[-1].append(Segment(text[:end], style))
                room -= cell_width(text[:end])
                text = text[end:]
            if text:
                lines.append([])
                room = width
    return lines


def _fill(text: str, room: int) -> int:
    """How many characters of ``text`` go into ``room`` cells, with their marks."""
    if text.isascii():
        return min(len(text), room)
    used = 0
    for index, char in enumerate(text):
        used += cell_width(char)
        if used > room:
            return index
    return len(text)


def _breaks(text: str, width: int) -> list[tuple[int, int]]:
    """Start and end of each line in ``text``; the spaces at a break are in neither."""
    if text.isascii():
        return [(0, len(text))] if len(text) <= width else _ascii_breaks(text, width)
    return [(0, len(text))] if cell_width(text) <= width else _wide_breaks(text, width)


def _ascii_breaks(text: str, width: int) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    start, size = 0, len(text)
    while size - start > width:
        space = text.rfind(" ", start, start + width + 1)
        end = space
        while end > start and text[end - 1] == " ":
            end -= 1
        if space < 0 or end <= start:
            end = following = start + width
        else:
            following = space + 1
        lines.append((start, end))
        start = following
        while start < size and text[start] == " ":
            start += 1
    if start < size:
        lines.append((start, size))
    return lines


def _wide_breaks(text: str, width: int) -> list[tuple[int, int]]:
    widths = char_widths(text)
    lines: list[tuple[int, int]] = []
    start = used = 0
    candidate = 0  # a line may end before this index when that is after its start
    size = len(text)
    index = 0
    while index < size:
        cells = widths[index]
        if cells and (cells == 2 or text[index] == " " or (index and widths[index - 1] == 2)):
            candidate = index
        used += cells
        if used <= width:
            index += 1
            continue
        end = candidate if candidate > start else index
        following = end
        while end > start and text[end - 1] == " ":
            end -= 1
        if end > start:
            lines.append((start, end))
        while following < size and text[following] == " ":
            following += 1
        start = following
        index = max(index, start)
        used = sum(widths[start:index])
    if start < size:
        lines.append((start, size))
    return lines
