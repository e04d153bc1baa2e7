"""Curating: pinning, closing, moving, merging and splitting threads."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass

from tui_forum.domain.errors import ForumError
from tui_forum.domain.views import ThreadRow
from tui_forum.i18n import _, explain
from tui_forum.ui.actions.base import Browsing
from tui_forum.ui.widgets.rows import RowList


@dataclass(frozen=True, slots=True)
class Subject:
    """The thread that is to be curated: the open one, or the selected line of the list."""

    thread_id: int
    community_id: int
    title: str
    pinned: bool
    closed: bool


class CuratingActions(Browsing):
    """Keys ``u L M``."""

    threads: RowList[ThreadRow]

    def _subject(self) -> Subject | None:
        thread = self.reader.thread
        if self.level == "posts":
            if thread is None:
                return None
            return Subject(thread.thread_id, thread.community_id, thread.title, thread.pinned, thread.locked)
        row = self.threads.current
        if not isinstance(row, ThreadRow):
            return None
        return Subject(row.thread_id, row.community_id, row.title, row.pinned, row.locked)

    async def action_pin(self) -> None:
        """Pin or unpin the thread, as a moderator."""
        thread = self._subject()
        if thread is None:
            return
        if thread.pinned:
            call, sentence = self.forum.curation.unpin, _("No longer pinned.")
        else:
            call, sentence = self.forum.curation.pin, _("Pinned: it stays at the top of the list.")
        await self._curate(call(self.actor, thread.thread_id), sentence)

    async def action_close_thread(self) -> None:
        """Close or reopen the thread, as a moderator."""
        thread = self._subject()
        if thread is None:
            return
        if thread.closed:
            call, sentence = self.forum.curation.reopen, _("Open again: members can write in it.")
        else:
            call, sentence = self.forum.curation.close, _("Closed: nobody but moderators can write in it.")
        await self._curate(call(self.actor, thread.thread_id), sentence)

    async def _curate(self, call: Awaitable[object], sentence: str) -> bool:
        """Do it and say so, or say why not."""
        try:
            await call
        except ForumError as error:
            self.say(explain(error), error=True)
            return False
        self.say(sentence)
        return True
