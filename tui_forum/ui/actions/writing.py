"""Writing from the reader: threads, replies, quotes; changing and deleting one's own."""

from __future__ import annotations

from tui_forum.domain.charter import PURPOSES
from tui_forum.domain.policy import ARCHIVED, HOSTS_WRITE, MEMBERS_WRITE
from tui_forum.domain.text import quote
from tui_forum.i18n import N_, _, phrase
from tui_forum.ui.actions.base import Browsing
from tui_forum.ui.navigation import ComposeTarget, Go, Place, StartWriting
from tui_forum.ui.screen import dialog


class WritingActions(Browsing):
    """Keys ``c r R e d v``."""

    def action_compose(self) -> None:
        """Start a thread."""
        if self.community is None:
            return
        refusal = self.why_no_thread
        if refusal is not None:
            self.say(_(refusal), error=True)
        else:
            self.post_message(StartWriting(ComposeTarget(self.community.community_id)))

    @property
    def why_no_thread(self) -> str | None:
        """Why one starts no thread in this community (a msgid); None when one may."""
        if self.community is None:
            return None
        if self.community.archived:
            return ARCHIVED
        if self.community.role is None:
            return N_("Only members write here: go back and press J to join.")
        kinds = PURPOSES[self.community.purpose].kinds_for(self.community.role)
        return None if kinds else HOSTS_WRITE

    def reply_target(self, body: str = "") -> ComposeTarget | None:
        """A reply to the selected post that begins with ``body``; says why when one may not."""
        thread, current = self.reader.thread, self.reader.current
        if thread is None or current is None:
            return None
        if not thread.may_reply:
            reason = phrase(thread.why_not, thread.why_params)
            if thread.why_not == MEMBERS_WRITE:
                reason = _("Only members write here: go back and press J to join.")
            self.say(reason, error=True)
            return None
        return ComposeTarget(
            thread.community_id,
            thread.thread_id,
            thread.title,
            current.number,
            current.author.handle,
            initial_body=body,
        )

    async def action_discuss(self) -> None:
        """Go on where what is announced here is discussed."""
        raise NotImplementedError

    @property
    def only_hosts_write(self) -> bool:
        """Whether the open thread is one that others discuss elsewhere."""
        thread = self.reader.thread
        return thread is not None and not thread.may_reply and thread.why_not == HOSTS_WRITE

    async def action_reply(self) -> None:
        """Answer the selected post."""
        if self.only_hosts_write:
            await self.perform("discuss")
            return
        target = self.reply_target()
        if target is not None:
            self.post_message(StartWriting(target))

    async def action_quote(self) -> None:
        """Answer the selected post, quoting it."""
        if self.only_hosts_write:
            await self.perform("discuss")
            return
        current = self.reader.current
        body = quote(current.body, current.author.handle) if current else ""
        target = self.reply_target(body)
        if target is not None:
            self.post_message(StartWriting(target))

    def action_edit(self) -> None:
        """Change one's own post."""
        post, thread = self.own_post(), self.reader.thread
        if post is None or thread is None:
            return
        self.post_message(
            StartWriting(
                ComposeTarget(
                    thread.community_id,
                    thread.thread_id,
                    thread.title,
                    post_id=post.post_id,
                    revision=post.revision,
                    initial_body=post.body,
                )
            )
        )

    @dialog
    async def action_delete(self) -> None:
        """Delete one's own post, after asking."""
        post = self.own_post()
        if post is None:
            return
        question = _("Delete your post #{number}? A tombstone stays.").format(number=post.number)
        if not post.published:
            question = _("Take back what waits for a moderator?")
        if await self.forum_app.confirm(question):
            await self.ask(self.forum.posts.delete(self.actor, post.post_id))

    def action_revisions(self) -> None:
        """See earlier texts of the selected post."""
        post = self.reader.current
        if post is None:
            return
        if post.edited_at is None:
            self.say(_("This post was never changed."))
        else:
            self.post_message(Go(Place.REVISIONS, (post.post_id,), on_top=True))
