"""Reporting, accepting answers."""

from __future__ import annotations

from tui_forum.domain.entities import ThreadKind
from tui_forum.domain.moderation import CaseCategory
from tui_forum.i18n import _
from tui_forum.ui.actions.base import Browsing
from tui_forum.ui.screen import dialog


class ModeratingActions(Browsing):
    """Keys ``! A``."""

    @dialog
    async def action_report(self) -> None:
        """Tell the moderators about the selected post."""
        post = self.reader.current
        if post is None:
            return
        if post.mine:
            self.say(_("You cannot report your own post; you can delete it."))
            return
        reason = await self.forum_app.ask_reason(
            _("Report #{number} by @{handle}").format(number=post.number, handle=post.author.handle),
            (
                _("Spam or advertising"),
                _("Insulting or harassing"),
                _("Confidential information"),
                _("Does not belong here"),
            ),
        )
        if reason is not None:
            sent = await self.ask(self._report(post.post_id, reason))
            if sent:
                self.say(_("Thank you: the moderators will look at it."))

    async def _report(self, post_id: int, reason: str) -> bool:
        await self.forum.reports.report(self.actor, post_id, CaseCategory.OTHER, reason)
        return True

    async def action_accept(self) -> None:
        """Mark the selected post as the answer, or take the mark away."""
        thread, post = self.reader.thread, self.reader.current
        if thread is None or post is None:
            return
        if thread.kind is not ThreadKind.QUESTION:
            self.say(_("Only questions have an accepted answer."))
            return
        number = None if post.accepted else post.number
        await self.ask(self.forum.threads.accept(self.actor, thread.thread_id, number))
