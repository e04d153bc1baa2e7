"""Drafts: what was begun and not sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final

from textual.widget import Widget

from tui_forum.domain.errors import ForumError
from tui_forum.domain.text import display_line, excerpt
from tui_forum.domain.views import Draft
from tui_forum.i18n import N_, _, format_age
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.navigation import ComposeTarget, Go, Place, StartWriting, charter_draft
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns

#: Drafts that are not posts, by the first word of their key: where they go on. An id follows, and more.
_ELSEWHERE: Final = {
    "playbook": Place.EDIT_PLAYBOOK,
    "case": Place.MODERATION,
    "talk": Place.TALK,
    "appeal": Place.DECISION,
    "charter": Place.CHARTER_FORM,
    "template": Place.TEMPLATE,
    "rule": Place.RULES,
}


def _kind(key: str) -> str:
    if key.startswith("charter:"):
        return _("charter") if key != charter_draft(0) else _("new community")
    if key.startswith(("community:", "about:")):
        return _("new thread")
    if key.startswith("playbook:"):
        return _("guide")
    if key.startswith("template:"):
        return _("template")
    if key.startswith("rule:"):
        return _("rule that acts")
    if key.startswith(("case:", "talk:")):
        return _("words in a case")
    if key.startswith("appeal:"):
        return _("appeal")
    return _("change") if key.startswith("edit:") else _("reply")


def _draw(draft: Draft, width: int, skin: Skin) -> Lines:
    age = [Cell(f" {format_age(draft.updated_at, datetime.now(UTC))}", skin.dim)]
    title = display_line(draft.title) or _kind(draft.key)
    first = columns(Cell(f" {title}", skin.strong), age, width)
    said = display_line(excerpt(draft.body, max(10, width - 4)))
    if draft.key.startswith("charter:"):  # its body is but one of its lines
        said = f"{_kind(draft.key)}: {said}" if said else _kind(draft.key)
    return first, [Cell("   "), Cell(said, skin.dim)]


class DraftsScreen(ListScreen[None]):
    """One's drafts, latest first."""

    TITLE_TEXT = N_("Drafts")
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("go on writing"), hint=True),
        Key(("d",), "discard", N_("discard"), hint=True),
    )

    def __init__(self) -> None:
        super().__init__()
        self.rows = RowList[Draft](_draw, row_height=2, empty=_("No drafts."))

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    async def on_mount(self) -> None:
        """Load."""
        self.rows.focus()
        await self._load()
        await super().on_mount()

    async def on_screen_resume(self) -> None:  # type: ignore[override]
        """One of them may have been sent meanwhile."""
        await self._load()
        self.refresh_bars()

    async def _load(self) -> None:
        drafts = await self.ask(self.forum.drafts.all(self.actor))
        if drafts is not None:
            current = self.rows.current
            self.rows.set_items(drafts, keep=lambda d: current is not None and d.key == current.key)

    @dialog
    async def action_discard(self) -> None:
        """Throw a draft away, after asking."""
        draft = self.rows.current
        if draft is not None and await self.forum_app.confirm(_("Discard this draft?")):
            await self.ask(self.forum.drafts.discard(self.actor, draft.key))
            await self._load()

    async def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Open the composer where it was left."""
        message.stop()
        if not isinstance(message.item, Draft):
            return
        kind, _colon, rest = message.item.key.partition(":")
        if kind in _ELSEWHERE:
            ids = tuple(map(int, rest.split(":")))
            which: tuple[int | None, ...] = ids if kind == "template" else ids[:1]
            if kind == "rule":
                which = (ids[0] or None,)  # of the whole forum
            self.post_message(Go(_ELSEWHERE[kind], which, on_top=True))
        else:
            self.post_message(StartWriting(await self._target_or_text(message.item.key)))

    async def _target_or_text(self, key: str) -> ComposeTarget:
        """What the draft is for; when that is gone, enough to see and copy what was written."""
        try:
            return await self._target(key)
        except ForumError:
            kind, *rest = key.split(":")
            gone, number = _("what this answered is no longer there"), int(rest[0])
            if kind == "community":
                return ComposeTarget(number)
            if kind == "edit":
                return ComposeTarget(0, 0, gone, post_id=number)
            return ComposeTarget(0, number, gone, int(rest[2]) if len(rest) > 2 else None)

    async def _target(self, key: str) -> ComposeTarget:
        kind, *rest = key.split(":")
        number = int(rest[0])
        if kind == "about":
            return ComposeTarget(int(rest[1]), about=number)
        if kind == "community":
            return ComposeTarget(number)
        if kind == "edit":
            post = await self.forum.posts.mine(self.actor, number)
            thread = await self.forum.threads.view(self.actor, post.thread_id)
            return ComposeTarget(
                thread.community_id,
                thread.thread_id,
                thread.title,
                post_id=number,
                revision=post.revision,
                initial_body=post.body,
            )
        # What is answered may be in another thread by now, under another number.
        answers = int(rest[2]) if len(rest) > 2 else None
        at = await self.forum.threads.resolve(self.actor, number, answers)
        thread = await self.forum.threads.view(self.actor, at.thread_id)
        if at.number is None:
            return ComposeTarget(thread.community_id, at.thread_id, thread.title, key=key)
        answered = await self.forum.threads.post(self.actor, at.thread_id, at.number)
        return ComposeTarget(
            thread.community_id, at.thread_id, thread.title, answered.number, answered.author.handle, key=key
        )
