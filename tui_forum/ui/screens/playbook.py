"""A guide for hosts to read, to change, and to pass on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.widget import Widget

from tui_forum.domain.hosting import HostedCommunity, RoundView
from tui_forum.domain.playbooks import Playbook
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, format_date
from tui_forum.ui.keys import Key
from tui_forum.ui.modals.find import FindModal
from tui_forum.ui.navigation import ComposeTarget, Go, Place, StartWriting
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.textscreen import TEXT_KEYS, TextScreen
from tui_forum.ui.widgets.preview import Preview
from tui_forum.ui.widgets.rows import Cell, Lines, columns

HOST: Final = "host"
READER: Final = "reader"


def _draw(hosted: HostedCommunity, width: int, skin: Skin) -> Lines:
    return (columns(Cell(f" {display_line(hosted.name)}"), [Cell(f"{hosted.slug} ", skin.dim)], width),)


class PlaybookScreen(TextScreen[None]):
    """The guide's text, in the reader's language."""

    text: Preview
    KEYS: ClassVar = (
        Key(("q", "escape", "h", "left"), "close", N_("back"), hint=True),
        *TEXT_KEYS,
        Key(("e",), "edit", N_("change the guide"), hint=True, levels=(HOST,)),
        Key(("s",), "share", N_("share in the round"), hint=True, levels=(HOST,)),
        Key(("c",), "copy", N_("copy into a community"), hint=True, levels=(HOST,)),
        Key(("U",), "restore", N_("as it was shipped"), levels=(HOST,)),
    )

    def __init__(self, slug: str) -> None:
        super().__init__()
        self._slug = slug
        self._guide: Playbook | None = None
        self.text = Preview()

    def body(self) -> Sequence[Widget]:
        """The text."""
        return (self.text,)

    @property
    def level(self) -> str:
        """Hosts change guides and pass them on."""
        return HOST if self._guide is not None and self._guide.may_edit else READER

    def heading(self) -> str:
        """The title, and who changed it."""
        if self._guide is None:
            return ""
        row = self._guide.row
        title = display_line(row.title)
        if row.editor is None:
            return title
        changed = _("{title} · changed by @{handle}, {date}")
        return changed.format(title=title, handle=row.editor.handle, date=format_date(row.updated_at))

    async def on_mount(self) -> None:
        """Load."""
        await self._load()
        await super().on_mount()

    async def on_screen_resume(self) -> None:  # type: ignore[override]
        """It may have been changed meanwhile."""
        if self._guide is not None:
            await self._load()
        self.refresh_bars()

    async def _load(self) -> None:
        guide = await self.ask(self.forum.playbooks.guide(self.actor, self._slug))
        if guide is not None:
            self._guide = guide
            self.text.show(guide.body)
            self.refresh_bars()

    def action_edit(self) -> None:
        """Change it, for everybody who reads it in this language."""
        if self._guide is not None:
            self.post_message(Go(Place.EDIT_PLAYBOOK, (self._guide.row.playbook_id,), on_top=True))

    @dialog
    async def action_restore(self) -> None:
        """Put the shipped text back."""
        guide = self._guide
        if guide is None:
            return
        if guide.row.editor is None:
            self.say(_("It is as it was shipped."))
        elif await self.forum_app.confirm(_("Put the shipped text back in place of this one?")):
            await self.ask(self.forum.playbooks.restore(self.actor, guide.row.playbook_id))
            await self._load()

    # -- passing it on

    def _write(self, community_id: int) -> None:
        assert self._guide is not None
        self.post_message(
            StartWriting(
                ComposeTarget(
                    community_id,
                    initial_title=self._guide.row.title,
                    initial_body=self._guide.body,
                )
            )
        )

    async def _round(self) -> RoundView | None:
        return await self.ask(self.forum.hosts_round.view(self.actor))

    async def action_share(self) -> None:
        """Begin a thread in the hosts' round with it."""
        view = await self._round()
        if view is None or self._guide is None:
            return
        if view.community_id is None or not view.hosts:
            self.say(_("Only hosts write in their round."))
            return
        self._write(view.community_id)

    @dialog
    async def action_copy(self) -> None:
        """Begin a thread in one of one's communities with it."""
        view = await self._round()
        if view is None or self._guide is None:
            return
        if not view.own:
            self.say(_("You host no community."))
            return
        if len(view.own) == 1:
            self._write(view.own[0].community_id)
            return

        async def search(words: str) -> Sequence[HostedCommunity]:
            wanted = words.lower().split()
            return [one for one in view.own if all(word in one.name.lower() for word in wanted)]

        chosen = await self.app.push_screen(
            FindModal(_("Copy into which community?"), search, _draw), wait_for_dismiss=True
        )
        if chosen is not None:
            self._write(chosen.community_id)
