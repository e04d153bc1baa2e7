"""A row of bars, one character each: how much was written in each week."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_BARS: Final = "▁▂▃▄▅▆▇█"
_NOTHING: Final = "·"


def spark(values: Sequence[int]) -> str:
    """``values`` as bars, the largest full; a week without anything is a dot and not a small bar."""
    most = max(values, default=0)
    if most <= 0:
        return _NOTHING * len(values)
    return "".join(
        _BARS[round(value / most * (len(_BARS) - 1))] if value > 0 else _NOTHING for value in values
    )
