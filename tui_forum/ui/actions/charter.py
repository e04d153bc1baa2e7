"""The charter of what is read, and the form to open another community."""

from __future__ import annotations

from typing import Any

from tui_forum.i18n import _
from tui_forum.ui.actions.base import Browsing
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.screen import ForumScreen


def open_new_community(screen: ForumScreen[Any]) -> None:
    """Go to the form, where the actor may open a community."""
    if screen.forum.charters.may_open(screen.actor):
        screen.post_message(Go(Place.CHARTER_FORM, on_top=True))
    else:
        screen.say(_("You may not open communities here: ask those who run the forum."), error=True)


class CharterActions(Browsing):
    """Keys ``C O``."""

    def action_charter(self) -> None:
        """The charter of the community that is shown or selected."""
        row = self.chosen_community
        if row is not None:
            self.post_message(Go(Place.CHARTER, (row.community_id,), on_top=True))

    def action_open_new(self) -> None:
        """Open a community."""
        open_new_community(self)
