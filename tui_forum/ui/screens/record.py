"""The record of moderation, latest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.widget import Widget

from tui_forum.domain.record import RecordAction
from tui_forum.domain.recordviews import RecordLine
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, format_datetime
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.navigation import OpenThread
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns

ACTIONS: Final = {
    RecordAction.APPROVE: N_("approved"),
    RecordAction.REMOVE: N_("removed"),
    RecordAction.EDIT: N_("changed"),
    RecordAction.WARN: N_("warned for"),
    RecordAction.SILENCE: N_("silenced for"),
    RecordAction.SUSPEND: N_("suspended for"),
    RecordAction.MOVE: N_("moved"),
    RecordAction.OFF_TOPIC: N_("marked as off topic"),
    RecordAction.UNDO: N_("took a decision back about"),
    RecordAction.FORWARD: N_("forwarded a case about"),
    RecordAction.ASSIGN: N_("assigned a case about"),
    RecordAction.BREAK_OFF: N_("made a case of its own of"),
    RecordAction.MESSAGE: N_("wrote about"),
    RecordAction.OPEN_CASE: N_("began a talk"),
    RecordAction.REMOVE_MEMBER: N_("removed a member"),
    RecordAction.LIFT: N_("lifted a sanction"),
    RecordAction.LAPSE: N_("a sanction is over"),
    RecordAction.APPEAL: N_("appealed"),
    RecordAction.UPHOLD: N_("turned an appeal down"),
    RecordAction.OVERTURN: N_("granted an appeal"),
    RecordAction.RESTRICT: N_("restricted"),
    RecordAction.END_RESTRICTION: N_("ended a restriction"),
    RecordAction.REMOVE_PRAISE: N_("took away praise for"),
    RecordAction.LOCK: N_("closed"),
    RecordAction.UNLOCK: N_("opened again"),
    RecordAction.PIN: N_("pinned"),
    RecordAction.UNPIN: N_("unpinned"),
    RecordAction.MERGE: N_("merged into another thread:"),
    RecordAction.SPLIT: N_("split posts off"),
    RecordAction.HOLD: N_("held back"),
    RecordAction.FLAG: N_("flagged"),
    RecordAction.REFUSE: N_("refused"),
    RecordAction.CONFIRM_EXAMPLE: N_("confirmed that it is an example"),
    RecordAction.CHANGE_RULE: N_("changed a rule"),
    RecordAction.CHANGE_TEXT: N_("changed a prepared text"),
    RecordAction.NOTE: N_("noted something"),
}


def _draw(row: RecordLine, width: int, skin: Skin) -> Lines:
    who = f"@{row.moderator.handle}" if row.moderator else _("the forum")
    post = f"#{row.post_number}" if row.post_number else ""
    if row.thread_id and not post:  # done with the thread as a whole
        title = display_line(row.thread_title)
        post = _("“{title}”").format(title=title) if title else _("a thread")
    whom = f"@{row.author.handle}" if row.author else ""
    place = f"({row.community_slug})" if row.community_slug else ""
    what = " ".join(filter(None, (who, _(ACTIONS[row.action]), post, whom, place)))
    first = columns(Cell(f" {what}", skin.strong), [Cell(format_datetime(row.created_at), skin.dim)], width)
    return first, [Cell(f"   {display_line(row.reason)}", skin.dim)]


class RecordScreen(ListScreen[None]):
    """What was done, by whom, and why."""

    TITLE_TEXT = N_("Record of moderation")
    KEYS: ClassVar = (Key(("enter", "l", "right", "t"), "enter", N_("open the thread"), hint=True),)

    def __init__(self) -> None:
        super().__init__()
        self.rows = RowList[RecordLine](_draw, row_height=2, empty=_("Nothing was done yet."))

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    async def on_mount(self) -> None:
        """Load the first page."""
        self.rows.focus()
        self.rows.set_items(await self.ask(self.forum.record.page(self.actor)) or ())
        await super().on_mount()

    async def on_row_list_near_end(self, message: RowList.NearEnd) -> None:
        """The next page."""
        message.stop()
        last = self.rows.items[-1] if self.rows.items else None
        if isinstance(last, RecordLine):
            page = await self.ask(self.forum.record.page(self.actor, after=last.entry_id))
            self.rows.add_items(page or ())

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Go to the post that it was about."""
        message.stop()
        row = message.item
        if isinstance(row, RecordLine) and row.now_in is not None:
            self.post_message(OpenThread(row.now_in, row.post_number))
