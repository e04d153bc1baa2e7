"""Ending what is laid on somebody before its time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui_forum.domain.cases import SanctionLine
from tui_forum.domain.sanctions import BARRING
from tui_forum.i18n import _, format_datetime
from tui_forum.ui.casewords import SANCTIONS
from tui_forum.ui.modals.pick import Choice
from tui_forum.ui.screen import ForumScreen


def sanction_place(line: SanctionLine) -> str:
    """What is laid on somebody, and where."""
    where = line.community_slug or _("the whole forum")
    return f"{_(SANCTIONS[line.kind])} · {where}"


def sanction_end(line: SanctionLine) -> str:
    """Until when."""
    until = format_datetime(line.until) if line.until is not None else _("further notice")
    return _("until {until}").format(until=until)


class LiftingActions(ForumScreen[Any]):
    """What key ``U`` does."""

    async def lift_one_of(self, handle: str, sanctions: Sequence[SanctionLine]) -> bool:
        """Ask which of those that run, and why, and lift it; whether it was done (from a worker)."""
        running = [one for one in sanctions if one.running and one.kind in BARRING]
        if not running:
            self.say(_("Nothing is laid on @{handle} now.").format(handle=handle))
            return False
        choices = [Choice(sanction_place(one), sanction_end(one)) for one in running]
        found = await self.forum_app.pick(
            _("Lift which sanction of @{handle}?").format(handle=handle), choices
        )
        reason = await self.forum_app.ask_line(_("Why? They read it.")) if found is not None else None
        if found is None or not reason:
            return False
        if not await self.done(self.forum.sanctions.lift(self.actor, running[found].sanction_id, reason)):
            return False
        self.say(_("Lifted; @{handle} is told.").format(handle=handle))
        return True
