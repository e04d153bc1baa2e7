"""Earlier texts of a post."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.containers import Horizontal
from textual.widget import Widget

from tui_forum.domain.errors import ForumError
from tui_forum.domain.views import RevisionView
from tui_forum.i18n import N_, _, explain, format_datetime
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.preview import Preview
from tui_forum.ui.widgets.rows import Cell, Lines, RowList


def _draw(revision: RevisionView, width: int, skin: Skin) -> Lines:  # noqa: ARG001 - the lists' signature
    when = format_datetime(revision.created_at)
    return ([Cell(f" {revision.revision}  "), Cell(_("until {when}").format(when=when), skin.dim)],)


class RevisionsScreen(ListScreen[None]):
    """The list of versions and the text of the selected one."""

    TITLE_TEXT = N_("Earlier versions")
    KEYS: ClassVar = (
        Key(("J", "ctrl+e"), "text_down", N_("scroll the text")),
        Key(("K", "ctrl+y"), "text_up", N_("scroll the text back")),
    )
    DEFAULT_CSS = """
    RevisionsScreen Horizontal { height: 1fr; }
    RevisionsScreen RowList { width: 30; max-width: 45%; }
    RevisionsScreen Preview { width: 1fr; }
    """

    def __init__(self, post_id: int) -> None:
        super().__init__()
        self._post_id = post_id
        self.rows = RowList[RevisionView](_draw, empty=_("This post was never changed."))
        self.text = Preview()

    def body(self) -> Sequence[Widget]:
        """List and text side by side."""
        return (Horizontal(self.rows, self.text),)

    async def on_mount(self) -> None:
        """Load; the latest of the earlier texts is selected."""
        self.rows.focus()
        try:
            revisions = await self.forum.posts.revisions(self.actor, self._post_id)
        except ForumError as error:
            self.dismiss()
            self.forum_app.call_later(self.forum_app.say, explain(error), error=True)
            return
        self.rows.set_items(revisions[::-1])
        self._show()
        await super().on_mount()

    def _show(self) -> None:
        if self.rows.current is not None:
            self.text.show(self.rows.current.body)

    def on_row_list_moved(self, message: RowList.Moved) -> None:
        """Another version."""
        message.stop()
        self._show()

    def action_text_down(self) -> None:
        """Scroll the text."""
        self.text.scroll_lines(5)

    def action_text_up(self) -> None:
        """Scroll the text back."""
        self.text.scroll_lines(-5)
