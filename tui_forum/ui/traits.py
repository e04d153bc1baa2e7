"""What the terminal at the other end can show."""

from __future__ import annotations

from collections.abc import Mapping
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


#: Terminals known to show OSC 8 links, by TERM or TERM_PROGRAM.
_LINKING = ("kitty", "wezterm", "alacritty", "foot", "ghostty", "iterm", "vscode", "tmux")


def traits_of(term: str, environment: Mapping[str, str]) -> TerminalTraits:
    """What a client's ``TERM`` and environment say about its terminal.

    ``NO_COLOR`` (https://no-color.org) counts when it is not empty; ``COLORTERM`` as agreed by
    terminals means 24 bit. An unknown ``TERM`` gets 16 colours, ``dumb`` none.
    """
    name = term.lower()
    program = environment.get("TERM_PROGRAM", "").lower()
    links = any(word in name or word in program for word in _LINKING)
    if environment.get("NO_COLOR") or name in {"dumb", "vt100", "vt102", "vt220"} or name.endswith("-m"):
        return TerminalTraits("none", links, light=False)
    light = environment.get("COLORFGBG", "").split(";")[-1] in {"7", "15"}
    if environment.get("COLORTERM", "").lower() in {"truecolor", "24bit"} or "direct" in name:
        depth: ColorSystem = "truecolor"
    elif "256" in name or links:
        depth = "256"
    else:
        depth = "16"
    return TerminalTraits(depth, links, light)
