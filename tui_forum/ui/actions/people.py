"""From what is read to the people who are in it."""

from __future__ import annotations

from tui_forum.domain.profiles import mentioned
from tui_forum.domain.text import display_line
from tui_forum.domain.views import PostView, ThreadRow
from tui_forum.i18n import _
from tui_forum.ui.actions.base import Browsing
from tui_forum.ui.modals.pick import MOST, Choice
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.screen import dialog


class PeopleActions(Browsing):
    """Key ``@``."""

    @dialog
    async def action_profile(self) -> None:
        """The profile of the thread's author; in the reader, of the post's or of somebody it names."""
        post, row = self.reader.current, self.threads.current
        if self.level != "posts":
            if isinstance(row, ThreadRow):
                self._open_profile(row.author.handle)
            return
        if post is None:
            return
        others = [handle for handle in _named_in(post) if handle != post.author.handle]
        people = await self.ask(self.forum.profiles.people(self.actor, others)) if others else ()
        if not people:
            self._open_profile(post.author.handle)
            return
        choices = [Choice(f"@{post.author.handle}", _("wrote it"))]
        choices += [Choice(f"@{person.handle}", display_line(person.display_name)) for person in people]
        choice = await self.forum_app.pick(_("Whose profile?"), choices)
        if choice is not None:
            self._open_profile(choices[choice].label)

    def _open_profile(self, handle: str) -> None:
        self.post_message(Go(Place.PROFILE, (handle,), on_top=True))


def _named_in(post: PostView) -> list[str]:
    """Handles that a post shows: whom it answers, whom its text names, who praised it; each once."""
    found = [post.reply_to.handle] if post.reply_to is not None else []
    found += mentioned(post.body, MOST)
    found += [line.giver for line in post.marks.praise]
    return list(dict.fromkeys(found))
