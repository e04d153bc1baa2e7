"""How lists and bars look: named styles for dark, light and colourless terminals.

Colour never carries a meaning alone: unread has a dot and a number, the selected line a bar,
an error an exclamation mark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich.style import Style
from textual.theme import Theme

from tui_forum.ui.render import DARK, LIGHT, NO_COLOUR, Palette


@dataclass(frozen=True, slots=True)
class Skin:
    """One look. ``base`` has the background; the others lie over it."""

    name: str
    palette: Palette
    base: Style
    dim: Style
    accent: Style
    strong: Style
    unread: Style
    selected: Style
    selected_unfocused: Style
    bar: Style
    bar_key: Style
    error: Style
    good: Style
    border: Style


DARK_SKIN: Final = Skin(
    name="dark",
    palette=DARK,
    base=Style(color="#d7dae3", bgcolor="#15171e"),
    dim=Style(color="#8f97ad"),
    accent=Style(color="#8be9fd"),
    strong=Style(bold=True),
    unread=Style(color="#ffd479", bold=True),
    selected=Style(bgcolor="#2d3650"),
    selected_unfocused=Style(bgcolor="#222634"),
    bar=Style(color="#c3c9d9", bgcolor="#262b3a"),
    bar_key=Style(color="#ffd479", bgcolor="#262b3a", bold=True),
    error=Style(color="#ffffff", bgcolor="#8f2d3b", bold=True),
    good=Style(color="#a6e3a1"),
    border=Style(color="#3b4156"),
)

LIGHT_SKIN: Final = Skin(
    name="light",
    palette=LIGHT,
    base=Style(color="#20242e", bgcolor="#fbfbf8"),
    dim=Style(color="#626a7d"),
    accent=Style(color="#005f87"),
    strong=Style(bold=True),
    unread=Style(color="#8a4b00", bold=True),
    selected=Style(bgcolor="#cfe0f2"),
    selected_unfocused=Style(bgcolor="#e6e9ee"),
    bar=Style(color="#2b3140", bgcolor="#dde1e8"),
    bar_key=Style(color="#8a4b00", bgcolor="#dde1e8", bold=True),
    error=Style(color="#ffffff", bgcolor="#a31d2f", bold=True),
    good=Style(color="#1d6b2a"),
    border=Style(color="#b5bccb"),
)

#: Nothing but attributes: the terminal's own two colours.
PLAIN_SKIN: Final = Skin(
    name="plain",
    palette=NO_COLOUR,
    base=Style(),
    dim=Style(),
    accent=Style(bold=True),
    strong=Style(bold=True),
    unread=Style(bold=True),
    selected=Style(reverse=True),
    selected_unfocused=Style(underline=True),
    bar=Style(reverse=True),
    bar_key=Style(reverse=True, bold=True),
    error=Style(reverse=True, bold=True),
    good=Style(bold=True),
    border=Style(),
)

SKINS: Final = {skin.name: skin for skin in (DARK_SKIN, LIGHT_SKIN, PLAIN_SKIN)}

#: What Textual's own widgets (inputs, the editor) take their colours from.
THEMES: Final = (
    Theme(
        name="forum-dark",
        primary="#7aa2f7",
        secondary="#8be9fd",
        accent="#ffd479",
        error="#c4455a",
        foreground="#d7dae3",
        background="#15171e",
        surface="#1c1f29",
        panel="#262b3a",
        dark=True,
    ),
    Theme(
        name="forum-light",
        primary="#1a4fb4",
        secondary="#005f87",
        accent="#8a4b00",
        error="#a31d2f",
        foreground="#20242e",
        background="#fbfbf8",
        surface="#f1f2ee",
        panel="#dde1e8",
        dark=False,
    ),
)
