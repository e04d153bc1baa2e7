"""What the terminal at the other end can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColorSystem = Literal["none", "16", "256", "truecolor"]


@dataclass(frozen=True, slots=True)
class TerminalTraits:
    """Colour depth and abilities of one client's terminal, from its ``TERM``, ``COLORTERM``, ``NO_COLOR``.

    ``hyperlinks`` tells whether OSC 8 links may be sent.
    """

    color_system: ColorSystem = "truecolor"
    hyperlinks: bool = False
    light: bool = False
