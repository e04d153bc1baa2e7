"""Reporting, accepting answers."""

from __future__ import annotations

from tui_forum.domain.entities import ThreadKind
from tui_forum.domain.errors import ForumError, InvalidInputError
from tui_forum.domain.moderation import CaseCategory
from tui_forum.domain.views import PostView
from tui_forum.i18n import _, explain
from tui_forum.ui.actions.base import Browsing
from tui_forum.ui.casewords import REPORTED_AS
from tui_forum.ui.modals.pick import Choice, PickModal
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
        rules = await self.ask(self.forum.reports.rules(self.actor, post.thread_id))
        if rules is None:
            return
        choices = [Choice(f"§{number} {rule}") for number, rule in enumerate(rules, 1)]
        choices += [Choice(_(name)) for name in REPORTED_AS.values()]
        title = _("Report #{number} by @{handle}: what is wrong?")
        found = await self.forum_app.push_screen(
            PickModal(title.format(number=post.number, handle=post.author.handle), choices),
            wait_for_dismiss=True,
        )
        if found is None:
            return
        rule = found + 1 if found < len(rules) else None
        category = CaseCategory.RULE if rule else list(REPORTED_AS)[found - len(rules)]
        await self._report(post, category, rule)

    async def _report(self, post: PostView, category: CaseCategory, rule: int | None) -> None:
        """Ask for a word, as often as it takes; what was typed stays."""
        question = _("In your own words, for the moderators:")
        note: str | None = ""
        while True:
            note = await self.forum_app.ask_line(question, note or "")
            if note is None:
                return
            try:
                await self.forum.reports.report(
                    self.actor, post.post_id, category, note, rule=rule, revision=post.revision
                )
            except InvalidInputError as error:
                question = explain(error)
            except ForumError as error:
                self.say(explain(error), error=True)
                return
            else:
                self.say(_("Thank you: the moderators will look at it."))
                return

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
