"""One table per screen says which keys it has: dispatch, footer and help are read off it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_SHOWN: Final = {
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "Shift-Tab",
    "space": "Space",
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "exclamation_mark": "!",
    "plus": "+",
    "asterisk": "*",
    "at": "@",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
}


def shown(key: str) -> str:
    """A key as people write it: ``ctrl+s`` → ``Ctrl-S``, ``question_mark`` → ``?``."""
    if key.startswith("ctrl+"):
        return f"Ctrl-{key[5:].upper()}"
    if " " in key:
        return " ".join(map(shown, key.split()))
    return _SHOWN.get(key, key.upper() if key.startswith("f") and key[1:].isdigit() else key)


@dataclass(frozen=True, slots=True)
class Key:
    """``keys`` (Textual's names; ``g h`` is a sequence) call ``action``; ``label`` is a msgid.

    ``hint`` puts the first key into the footer; ``levels`` limits it to some of a screen's
    levels (empty: everywhere).
    """

    keys: tuple[str, ...]
    action: str
    label: str
    hint: bool = False
    levels: tuple[str, ...] = ()

    def works_on(self, level: str) -> bool:
        """Whether the key works on this level of its screen."""
        return not self.levels or level in self.levels
