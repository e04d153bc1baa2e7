"""The templates of a community: what its hosts offer to begin a thread with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.widget import Widget

from tui_forum.domain.templates import Template
from tui_forum.domain.text import display_line, excerpt
from tui_forum.i18n import N_, _
from tui_forum.ui.charterwords import KINDS
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns


def _draw(template: Template, width: int, skin: Skin) -> Lines:
    kind = [Cell(f" {_(KINDS[template.kind])} ", skin.dim)]
    first = columns(Cell(f" {display_line(template.name)}", skin.strong), kind, width)
    begins = " · ".join(
        filter(None, (display_line(template.title), display_line(excerpt(template.body, max(10, width)))))
    )
    return first, [Cell("   "), Cell(begins, skin.dim)]


class TemplatesScreen(ListScreen[None]):
    """Hosts write them, everybody may look."""

    TITLE_TEXT = N_("Templates")
    KEYS: ClassVar = (
        Key(("enter", "e", "l", "right"), "enter", N_("change"), hint=True),
        Key(("c",), "add", N_("new template"), hint=True),
        Key(("d",), "delete", N_("delete"), hint=True),
        Key(("J",), "later", N_("further down")),
        Key(("K",), "sooner", N_("further up")),
    )

    def __init__(self, community_id: int) -> None:
        super().__init__()
        self._community_id = community_id
        self._name = ""
        self._may_edit = False
        self.rows = RowList[Template](
            _draw, row_height=2, empty=_("No templates yet: c writes the first, if you host this community.")
        )

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    def heading(self) -> str:
        """Whose templates."""
        return _("Templates of {community}").format(community=self._name) if self._name else ""

    async def on_mount(self) -> None:
        """Load."""
        self.rows.focus()
        community = await self.ask(self.forum.communities.community_by_id(self.actor, self._community_id))
        if community is not None:
            self._name = display_line(community.name)
            self._may_edit = self.forum.templates.may_edit(self.actor, community)
        await self._load()
        await super().on_mount()

    async def on_screen_resume(self) -> None:  # type: ignore[override]
        """One of them may have been changed."""
        await self._load()
        self.refresh_bars()

    async def _load(self) -> None:
        found = await self.ask(self.forum.templates.of(self.actor, self._community_id))
        if found is not None:
            current = self.rows.current
            self.rows.set_items(
                found, keep=lambda t: current is not None and t.template_id == current.template_id
            )

    def _refused(self) -> bool:
        """Whether one may only look; says so."""
        if not self._may_edit:
            self.say(_("Only managers of the community may do that."), error=True)
        return not self._may_edit

    def _edit(self, template_id: int) -> None:
        if not self._refused():
            self.post_message(Go(Place.TEMPLATE, (self._community_id, template_id), on_top=True))

    def action_add(self) -> None:
        """Write a new one."""
        self._edit(0)

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Change the selected one."""
        message.stop()
        if isinstance(message.item, Template):
            self._edit(message.item.template_id)

    @dialog
    async def action_delete(self) -> None:
        """Delete the selected one, after asking."""
        template = self.rows.current
        if template is None or self._refused():
            return
        question = _("Delete the template “{name}”? Threads that began with it stay.")
        if await self.forum_app.confirm(question.format(name=display_line(template.name))):
            await self.ask(self.forum.templates.remove(self.actor, self._community_id, template.template_id))
            await self._load()

    async def action_later(self) -> None:
        """One place down."""
        await self._shift(1)

    async def action_sooner(self) -> None:
        """One place up."""
        await self._shift(-1)

    async def _shift(self, places: int) -> None:
        template = self.rows.current
        if template is not None and not self._refused():
            await self.ask(
                self.forum.templates.shift(self.actor, self._community_id, template.template_id, places)
            )
            await self._load()
