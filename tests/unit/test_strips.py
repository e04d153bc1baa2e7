"""Lines that are no longer shown are let go at once, and are divided as before."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_forum.ui import strips
from tui_forum.ui.strips import crop_extend, divide, let_lines_go

let_lines_go()


class Line(Strip):
    """A strip that one can ask about whether it is still there."""

    __slots__ = ("__weakref__",)


def line(text: str = "abcdef") -> Line:
    return Line([Segment(text[:2]), Segment(text[2:], Style(bold=True))])


@pytest.mark.parametrize("cuts", [[6], [6, 9], [2, 6], [3], [7], []])
def test_a_line_is_divided_as_before(cuts: list[int]) -> None:
    def texts(parts: Sequence[Strip]) -> list[str]:
        return [part.text for part in parts]

    assert texts(divide(line(), cuts)) == texts(strips._divide(line(), cuts))


@pytest.mark.parametrize(("start", "end"), [(0, 6), (0, 4), (2, 6), (0, 9), (3, 12)])
def test_a_line_is_cropped_as_before(start: int, end: int) -> None:
    style = Style(dim=True)
    assert list(crop_extend(line(), start, end, style)) == list(
        strips._crop_extend(line(), start, end, style)
    )


def test_a_line_that_was_shown_whole_waits_for_no_garbage_collector() -> None:
    """It was its own only part and kept itself."""
    gc.disable()
    try:
        shown = line()
        shown.divide([6])
        shown.divide([6, 80])
        shown.crop_extend(0, 6, Style())
        there = weakref.ref(shown)
        del shown
        assert there() is None
    finally:
        gc.enable()
