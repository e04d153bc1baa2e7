"""Posts as lines for the screen: our own Markdown renderer, with budgets."""

from tui_forum.ui.render.markdown import render_markdown, render_plain
from tui_forum.ui.render.palette import DARK, LIGHT, NO_COLOUR, Palette, palette_for

__all__ = ["DARK", "LIGHT", "NO_COLOUR", "Palette", "palette_for", "render_markdown", "render_plain"]
