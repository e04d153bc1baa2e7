"""What the actions know of the screen they belong to."""

from __future__ import annotations

from tui_forum.domain.curation import LeftBehind
from tui_forum.domain.entities import PostState
from tui_forum.domain.views import CommunityRow, PostView, ThreadRow
from tui_forum.i18n import _
from tui_forum.ui.screen import ForumScreen
from tui_forum.ui.widgets.reader import Reader
from tui_forum.ui.widgets.rows import RowList


class Browsing(ForumScreen[None]):
    """A screen with a reader: ``reader.thread`` and ``reader.current`` are what actions work on.

    ``community`` is the one whose threads are listed, or the open thread's.
    """

    reader: Reader
    threads: RowList[ThreadRow | LeftBehind]
    community: CommunityRow | None

    @property
    def chosen_community(self) -> CommunityRow | None:
        """The selected community, or the one that one is in."""
        raise NotImplementedError

    def own_post(self) -> PostView | None:
        """The selected post if it is one's own and there; says so when it is not."""
        current = self.reader.current
        if current is None:
            return None
        if not current.mine:
            self.say(_("That is not yours."))
            return None
        if current.state not in (PostState.VISIBLE, PostState.HELD):
            self.say(_("This post is gone."))
            return None
        return current
