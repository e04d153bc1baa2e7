"""Colour depth per client.

Rich keeps a style's escape codes with the style, and Textual shares styles between all apps of
a process: the first client to see a style would decide its depth for everyone. So every app
renders in 24 bit, and what goes to a client that shows less is reduced on its way out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rich.color import Color, ColorSystem

from tui_forum.ui.traits import ColorSystem as Depth

_SGR = re.compile(r"\x1b\[([\d;]*)m")
_SYSTEMS: Final = {"16": ColorSystem.STANDARD, "256": ColorSystem.EIGHT_BIT}


def reduce_colours(text: str, depth: Depth) -> str:
    """``text`` with its colours as ``depth`` has them; all other attributes stay."""
    if depth == "truecolor":
        return text
    return _SGR.sub(lambda match: _reduced(match[1], depth), text)


@lru_cache(maxsize=8192)
def _reduced(parameters: str, depth: Depth) -> str:
    """One SGR sequence, from its parameters; nothing when nothing is left of it."""
    codes = [code for part in _parts(parameters.split(";")) for code in _part(part, depth)]
    return f"\x1b[{';'.join(codes)}m" if codes else ""


def _parts(codes: list[str]) -> Iterator[list[str]]:
    at = 0
    while at < len(codes):
        length = 1
        if codes[at] in {"38", "48"} and at + 1 < len(codes):
            length = {"2": 5, "5": 3}.get(codes[at + 1], 1)
        yield codes[at : at + length]
        at += length


def _part(part: list[str], depth: Depth) -> list[str]:
    first = int(part[0] or 0)
    if len(part) == 1:
        is_colour = 30 <= first <= 49 or 90 <= first <= 107
        return [] if is_colour and depth == "none" else part
    if depth == "none":
        return []
    numbers = [min(255, int(code or 0)) for code in part[2:]]
    if len(numbers) == 3:
        colour = Color.from_rgb(*numbers)
    elif len(numbers) == 1:
        colour = Color.from_ansi(numbers[0])
    else:
        return []
    return list(colour.downgrade(_SYSTEMS[depth]).get_ansi_codes(foreground=first == 38))
