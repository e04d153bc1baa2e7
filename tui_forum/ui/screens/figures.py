"""Figures of moderation: what waits, how long things take, what did not stand; week by week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from textual import events
from textual.widget import Widget

from tui_forum.domain.errors import ForumError
from tui_forum.domain.figures import PERIODS, FiguresView, Group, Line
from tui_forum.i18n import N_, _, explain
from tui_forum.ui.figurewords import cells, explained, head, name_of
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.modals.text import TextModal
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Heading, Lines, Note, RowList, columns

WIDEST: Final = 100


class FiguresScreen(ListScreen[None]):
    """A table: all cases, each category, each community that one moderates."""

    TITLE_TEXT = N_("Figures of moderation")
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("in words"), hint=True),
        Key(("w",), "weeks", N_("4 or 12 weeks"), hint=True),
        Key(("E",), "export", N_("as a file"), hint=True),
        Key(("ctrl+r", "f5"), "reload", N_("reload"), hint=True),
    )

    def __init__(self) -> None:
        super().__init__()
        self._weeks = PERIODS[0]
        self._view: FiguresView | None = None
        self.rows = RowList[Line](self._draw)

    def heading(self) -> str:
        """Of how many weeks."""
        return _("Figures of moderation, last {n} weeks").format(n=self._weeks)

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    async def on_mount(self) -> None:
        """Load; who moderates nothing is told so where one came from."""
        self.rows.focus()
        try:
            self._view = await self.forum.figures.of(self.actor, self._weeks)
        except ForumError as error:
            self.forum_app.call_later(self.forum_app.say, explain(error), error=True)
            self.dismiss()
            return
        self._show()
        await super().on_mount()

    async def action_reload(self) -> None:
        """Count again."""
        view = await self.ask(self.forum.figures.of(self.actor, self._weeks))
        if view is not None:
            self._view = view
            self._show()
        self.refresh_bars()

    async def action_weeks(self) -> None:
        """The other period."""
        self._weeks = PERIODS[(PERIODS.index(self._weeks) + 1) % len(PERIODS)]
        await self.action_reload()

    def on_resize(self, event: events.Resize) -> None:
        """The names of the columns stand above them."""
        super().on_resize(event)
        self._show()

    @property
    def _across(self) -> int:
        """Cells that the table takes: on a wide window the figures must not stand far from their names."""
        return min(self.size.width - 1, WIDEST)

    def _show(self) -> None:
        current = self.rows.current
        same = (current.group, current.category, current.community_id) if current is not None else None
        self.rows.set_items(
            list(self._items()), keep=lambda row: (row.group, row.category, row.community_id) == same
        )

    def _items(self) -> Iterator[Line | Heading]:
        if self._view is None:
            return
        names = head(self._view.weeks)
        yield Note(names.rjust(self._across), dim=True)
        for group, title in (
            (Group.ALL, ""),
            (Group.CATEGORY, _("By category")),
            (Group.COMMUNITY, _("By community")),
        ):
            if title:
                yield Heading(title)
            yield from (line for line in self._view.lines if line.group is group)
        yield Note("")
        yield Note(" " + _("seen, settled: half of them within / nine of ten within"), dim=True)

    def _draw(self, line: Line, width: int, skin: Skin) -> Lines:
        assert self._view is not None
        late = skin.unread if line.overdue else skin.base
        figures = Cell(cells(line, self._view.now), late)
        across = min(width, self._across)
        return (columns(Cell(f" {name_of(line)}", skin.strong), [figures], across),)

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """The line in sentences."""
        message.stop()
        if isinstance(message.item, Line) and self._view is not None:
            text = explained(message.item, self._view.now, self._view.weeks)
            self.app.push_screen(TextModal(name_of(message.item), text))

    def action_export(self) -> None:
        """Say how the figures are had as a file."""
        told = _("On the machine of the forum, this command writes what is shown here:")
        formats = _("As JSON lines with {option}.").format(option="`--format jsonl`")
        command = f"tui-forum moderation figures --weeks {self._weeks} > figures.csv"
        self.app.push_screen(TextModal(_("As a file"), f"{told}\n\n```\n{command}\n```\n\n{formats}"))
