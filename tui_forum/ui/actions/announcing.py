"""Announcements from the browsing screen: taking note, discussing; and what nobody has answered."""

from __future__ import annotations

from tui_forum.domain.announcements import Discussion
from tui_forum.domain.errors import ForumError
from tui_forum.domain.text import quote
from tui_forum.i18n import _, explain
from tui_forum.ui.actions.writing import WritingActions
from tui_forum.ui.navigation import ComposeTarget, Go, OpenThread, Place, StartWriting
from tui_forum.ui.screen import dialog


class AnnouncementActions(WritingActions):
    """Keys ``U a Y``; and where ``r`` leads in a channel in which only hosts write."""

    def action_unanswered(self) -> None:
        """The threads of one's communities, or of this one, that nobody has answered."""
        community_id = self.community.community_id if self.community and self.level != "home" else None
        self.post_message(Go(Place.UNANSWERED, (community_id,), on_top=True))

    # -- announcements

    async def action_acknowledge(self) -> None:
        """Take note of an announcement."""
        thread = self.reader.thread
        if thread is None:
            return
        if thread.acknowledged:
            self.say(_("You have acknowledged this already."))
            return
        try:
            await self.forum.announcements.acknowledge(self.actor, thread.thread_id)
        except ForumError as error:
            self.say(explain(error), error=True)
            return
        await self.reload_header()
        self.say(_("Acknowledged: the hosts see that you have read it."))

    def action_not_yet(self) -> None:
        """Who has not acknowledged it, for its hosts."""
        thread = self.reader.thread
        if thread is None:
            return
        if thread.acknowledgements is None:
            self.say(_("Only hosts see who has acknowledged, where an announcement asks for it."))
        else:
            self.post_message(Go(Place.NOT_YET, (thread.thread_id,), on_top=True))

    async def reload_header(self) -> None:
        """What the open thread says of itself."""
        raise NotImplementedError

    # -- discussing what was announced

    @dialog
    async def action_discuss(self) -> None:
        """Go on in the community that the channel is linked to."""
        thread = self.reader.thread
        if thread is None:
            return
        try:
            found = await self.forum.announcements.discussion(self.actor, thread.thread_id)
        except ForumError as error:
            self.say(explain(error), error=True)
            return
        if found is None:
            self.say(_("Only the hosts write in this channel; + reacts."))
        elif found.thread_id is not None:
            self.post_message(OpenThread(found.thread_id))
        elif await self._comes_in(found):
            self._begin(found, thread.thread_id)

    async def _comes_in(self, found: Discussion) -> bool:
        """Whether one is a member where it is discussed, or becomes one."""
        if found.member:
            return True
        question = _("This is discussed in {name}. Join it and begin?").format(name=found.name)
        if not await self.forum_app.confirm(question):
            return False
        try:
            await self.forum.memberships.join(self.actor, found.community_id)
        except ForumError as error:
            self.say(explain(error), error=True)
            return False
        return True

    def _begin(self, found: Discussion, thread_id: int) -> None:
        post = self.reader.current
        body = quote(post.body, post.author.handle) if post is not None else ""
        self.post_message(
            StartWriting(
                ComposeTarget(
                    found.community_id,
                    initial_title=found.announcement,
                    initial_body=body,
                    about=thread_id,
                )
            )
        )
