"""Voting in the open thread's poll."""

from __future__ import annotations

from tui_forum.domain.errors import ForumError
from tui_forum.domain.polls import VoteOutcome
from tui_forum.i18n import N_, _, explain, phrase
from tui_forum.ui.actions.base import Browsing
from tui_forum.ui.modals.vote import VoteModal
from tui_forum.ui.screen import dialog

_SAID = {
    VoteOutcome.COUNTED: N_("Your vote counts. You may change it until the poll closes."),
    VoteOutcome.CHANGED: N_("Your vote was changed; it counts once."),
    VoteOutcome.UNCHANGED: N_("Your vote stays as it was; it counts once."),
    VoteOutcome.WITHDRAWN: N_("Your vote is taken back."),
}


class VotingActions(Browsing):
    """Key ``V``."""

    @dialog
    async def action_vote(self) -> None:
        """Vote, or change one's vote, until the poll closes."""
        thread = self.reader.thread
        if thread is None:
            return
        if thread.poll is None:
            self.say(_("There is no poll in this thread."))
            return
        if thread.poll.why_not:
            self.say(phrase(thread.poll.why_not, thread.poll.why_params), error=True)
            return
        chosen = await self.app.push_screen(VoteModal(thread.title, thread.poll), wait_for_dismiss=True)
        if chosen is None or (not chosen and not thread.poll.mine):
            return
        try:
            became = await self.forum.polls.vote(self.actor, thread.thread_id, chosen)
        except ForumError as error:
            self.say(explain(error), error=True)
        else:
            self.say(_(_SAID[became]))
