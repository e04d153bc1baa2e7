"""Named styles for rendered posts.

Only foregrounds and attributes are set, so that a widget lays its own background under the
lines (``strip.apply_style``). A style never stands alone for a meaning: quotations have a bar,
code a rule, links their underline, tables their lines; where there is no colour inline code
keeps its backticks and struck text its tildes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich.style import Style

_ITALIC: Final = Style(italic=True)
_BOLD: Final = Style(bold=True)
_STRUCK: Final = Style(strike=True)


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme's styles. ``marks`` asks for the Markdown marks that colour would replace."""

    name: str
    text: Style
    heading: Style
    quote: Style
    quote_bar: Style
    code: Style
    code_bar: Style
    link: Style
    url: Style
    mention: Style
    bullet: Style
    rule: Style
    table_border: Style
    table_header: Style
    note: Style
    code_keyword: Style
    code_string: Style
    code_comment: Style
    code_number: Style
    code_name: Style
    code_inserted: Style
    code_deleted: Style
    emphasis: Style = _ITALIC
    strong: Style = _BOLD
    struck: Style = _STRUCK
    marks: bool = False


DARK: Final = Palette(
    name="dark",
    text=Style(),
    heading=Style(color="#8be9fd", bold=True),
    quote=Style(color="#a9b1c6"),
    quote_bar=Style(color="#6272a4"),
    code=Style(color="#f1c78a"),
    code_bar=Style(color="#5b6078"),
    link=Style(color="#7aa2f7", underline=True),
    url=Style(color="#7a88b8"),
    mention=Style(color="#c3a6ff", bold=True),
    bullet=Style(color="#8be9fd"),
    rule=Style(color="#5b6078"),
    table_border=Style(color="#5b6078"),
    table_header=Style(bold=True),
    note=Style(color="#a9b1c6", italic=True),
    code_keyword=Style(color="#ff92d0"),
    code_string=Style(color="#a6e3a1"),
    code_comment=Style(color="#8b93ad", italic=True),
    code_number=Style(color="#bd93f9"),
    code_name=Style(color="#8be9fd"),
    code_inserted=Style(color="#a6e3a1"),
    code_deleted=Style(color="#ff8b8b"),
)

LIGHT: Final = Palette(
    name="light",
    text=Style(),
    heading=Style(color="#005f87", bold=True),
    quote=Style(color="#4f5568"),
    quote_bar=Style(color="#8790a8"),
    code=Style(color="#8a4b00"),
    code_bar=Style(color="#8790a8"),
    link=Style(color="#1a4fb4", underline=True),
    url=Style(color="#55608a"),
    mention=Style(color="#6f2da8", bold=True),
    bullet=Style(color="#005f87"),
    rule=Style(color="#8790a8"),
    table_border=Style(color="#8790a8"),
    table_header=Style(bold=True),
    note=Style(color="#4f5568", italic=True),
    code_keyword=Style(color="#a3127a"),
    code_string=Style(color="#1f6f2b"),
    code_comment=Style(color="#5f6675", italic=True),
    code_number=Style(color="#6231b0"),
    code_name=Style(color="#005f87"),
    code_inserted=Style(color="#1f6f2b"),
    code_deleted=Style(color="#a61b1b"),
)

_PLAIN: Final = Style()

NO_COLOUR: Final = Palette(
    name="no-colour",
    text=_PLAIN,
    heading=Style(bold=True),
    quote=_PLAIN,
    quote_bar=_PLAIN,
    code=_PLAIN,
    code_bar=_PLAIN,
    link=Style(underline=True),
    url=_PLAIN,
    mention=Style(bold=True),
    bullet=_PLAIN,
    rule=_PLAIN,
    table_border=_PLAIN,
    table_header=Style(bold=True),
    note=Style(italic=True),
    code_keyword=Style(bold=True),
    code_string=_PLAIN,
    code_comment=Style(italic=True),
    code_number=_PLAIN,
    code_name=_PLAIN,
    code_inserted=Style(bold=True),
    code_deleted=_PLAIN,
    marks=True,
)


def palette_for(*, light: bool = False, colour: bool = True) -> Palette:
    """The palette for a terminal's traits."""
    if not colour:
        return NO_COLOUR
    return LIGHT if light else DARK
