"""Asking for several lines of text, none of which is ever lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_forum.i18n import _
from tui_forum.ui.modals.words import WordsModal

if TYPE_CHECKING:
    from tui_forum.ui.screen import ForumScreen


async def ask_words(screen: ForumScreen[Any], key: str, title: str, text: str = "") -> str | None:
    """What was written and is to be sent, or None (from a worker).

    ``text`` stands there to begin with; what is written is kept as a draft under ``key`` until
    whoever asked has sent it and discards the draft.
    """
    forum, actor = screen.forum, screen.actor
    draft = await screen.ask(forum.drafts.get(actor, key))

    async def keep(now: str) -> None:
        if now.strip() and now != text:
            await forum.drafts.save(actor, key, title=title, body=now)
        else:
            await forum.drafts.discard(actor, key)

    begun = draft.body if draft is not None else text
    answer = await screen.forum_app.push_screen(WordsModal(title, begun, keep), wait_for_dismiss=True)
    if answer is None:
        return None
    written, send = answer
    if not await screen.done(keep(written)):
        return None
    if send and written.strip():
        return written
    if written.strip() and written != text:
        screen.say(_("Kept as a draft: the same key goes on writing."))
    return None
