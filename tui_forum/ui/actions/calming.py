"""Calming a place down: slow mode, approval first, a lock, read only, each for a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui_forum.domain.errors import ForumError
from tui_forum.domain.restrictions import Restriction
from tui_forum.domain.text import display_line
from tui_forum.i18n import _, explain
from tui_forum.ui.modals.restrict import RestrictModal
from tui_forum.ui.sanctionwords import restriction_name
from tui_forum.ui.screen import ForumScreen


class CalmingActions(ForumScreen[Any]):
    """What key ``s`` does with a thread, or a community."""

    async def restrict(
        self, title: str, running: Sequence[Restriction], community_id: int, thread_id: int | None
    ) -> bool:
        """Ask what restricts it, or no longer does, and do it; whether it was done (from a worker)."""
        wanted = await self.forum_app.push_screen(RestrictModal(title, running), wait_for_dismiss=True)
        if wanted is None:
            return False
        restrictions = self.forum.restrictions
        try:
            if wanted.ends is not None:
                await restrictions.end(self.actor, wanted.ends)
                self.say(_("It is over."))
            else:
                await restrictions.restrict(
                    self.actor,
                    community_id,
                    wanted.kind,
                    wanted.reason,
                    thread_id=thread_id,
                    until=wanted.until,
                    seconds=wanted.seconds,
                )
                self.say(_("It holds from now on; whoever writes here is told."))
        except ForumError as error:
            self.say(explain(error), error=True)
            return False
        return True


def restriction_lines(restrictions: Sequence[Restriction]) -> str:
    """What restricts a place, until when and why: a line each."""
    return "\n".join(f"! {restriction_name(one)}: {display_line(one.reason)}" for one in restrictions)
