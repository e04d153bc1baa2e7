"""Who knows about …: people by the topics they can help with, or by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from tui_forum.domain.profiles import Hit
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _
from tui_forum.ui.findscreen import FindScreen
from tui_forum.ui.keys import Key
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.peoplewords import called, time_there, work_of
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Heading, Lines, RowList, columns


def _draw(hit: Hit, width: int, skin: Skin) -> Lines:
    topics = ", ".join(map(display_line, hit.helps or hit.learns))
    first = columns(
        Cell(f"  {called(hit.person)}", skin.strong), [Cell(f"{time_there(hit.person)} ", skin.dim)], width
    )
    second = " · ".join(filter(None, (topics, work_of(hit.person))))
    return first, [Cell(f"    {second}", skin.dim)]


NOBODY = N_("Nobody has said so. Ask in a community: somebody may.")


class WhoKnowsScreen(FindScreen):
    """A topic to type, and who can help with it; mistyped words find what was meant."""

    TITLE_TEXT = N_("Who knows about …")
    PLACEHOLDER = N_("A topic, or @ and a name")
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("profile"), hint=True),
        Key(("slash",), "type", N_("change the words"), hint=True),
    )

    def __init__(self, topic: str = "") -> None:
        super().__init__(topic)
        self.rows = RowList[Hit](_draw, row_height=2)

    async def find(self, words: str) -> Sequence[Hit | Heading] | None:
        """People in three groups."""
        self.rows.empty = _(NOBODY) if words.strip() else ""
        hits = await self.ask(self.forum.profiles.who_knows(self.actor, words))
        return None if hits is None else tuple(_grouped(hits))

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Open the profile."""
        message.stop()
        if isinstance(message.item, Hit):
            self.post_message(Go(Place.PROFILE, (message.item.person.handle,), on_top=True))


def _grouped(hits: Sequence[Hit]) -> Iterator[Hit | Heading]:
    groups = (
        (_("Can help"), [hit for hit in hits if hit.helps]),
        (_("Want to learn it too"), [hit for hit in hits if hit.learns and not hit.helps]),
        (_("Called like that"), [hit for hit in hits if not hit.helps and not hit.learns]),
    )
    for title, found in groups:
        if found:
            yield Heading(title)
            yield from found
