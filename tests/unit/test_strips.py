"""Lines that are no longer shown are let go at once, and are divided as before."""

from __future__ import annotations

import gc
import weakref

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_forum.ui.strips import let_lines_go

let_lines_go()


class Line(Strip):
    """A strip that one can ask about whether it is still there."""

    __slots__ = ("__weakref__",)


def line(text: str = "abcdef") -> Line:
    return Line([Segment(text[:2]), Segment(text[2:], Style(bold=True))])


@pytest.mark.parametrize(
    ("cuts", "parts"),
    [([6], ["abcdef"]), ([6, 9], ["abcdef"]), ([2, 6], ["ab", "cdef"]), ([3], ["abc"]), ([7], []), ([], [])],
)
def test_a_line_is_divided_without_caches(cuts: list[int], parts: list[str]) -> None:
    assert [part.text for part in line().divide(cuts)] == parts


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [(0, 6, "abcdef"), (0, 4, "abcd"), (2, 6, "cdef"), (0, 9, "abcdef   "), (3, 12, "def      ")],
)
def test_a_line_is_cropped_without_caches(start: int, end: int, text: str) -> None:
    style = Style(dim=True)
    cropped = line().crop_extend(start, end, style)
    assert cropped.text == text
    padding = [segment for segment in cropped if not segment.text.strip()]
    assert all(segment.style == style for segment in padding)


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
