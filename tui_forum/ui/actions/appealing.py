"""Appealing against a decision about oneself."""

from __future__ import annotations

from typing import Any

from tui_forum.domain.appeals import DecisionView
from tui_forum.i18n import _
from tui_forum.ui.asking import ask_words
from tui_forum.ui.screen import ForumScreen


class AppealingActions(ForumScreen[Any]):
    """What key ``a`` does where a decision is told."""

    async def appeal_against(self, view: DecisionView) -> bool:
        """Ask what is to be said and send it; whether it was sent (from a worker). Nothing typed is lost."""
        if view.why_not:
            self.say(_(view.why_not), error=True)
            return False
        key = f"appeal:{view.case_id}"
        text = await ask_words(self, key, _("Your appeal: what should be looked at once more, and why?"))
        if text is None or not await self.done(self.forum.appeals.appeal(self.actor, view.case_id, text)):
            return False
        await self.ask(self.forum.drafts.discard(self.actor, key))
        self.say(_("Sent: somebody else than who decided looks at it. You are told."))
        return True
