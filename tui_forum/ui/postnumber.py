"""How a post is called by its number."""

from __future__ import annotations

from tui_forum.domain.limits import HELD_FROM
from tui_forum.i18n import _


def post_number(number: int) -> str:
    """``#7``; what nobody knows of yet has no number to speak of."""
    return f"#{number}" if number < HELD_FROM else _("held")
