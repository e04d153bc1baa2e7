"""The prepared texts of a community, or of the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.widget import Widget

from tui_forum.domain.moderation import DecisionKind
from tui_forum.domain.reasons import PreparedText
from tui_forum.domain.text import display_line
from tui_forum.i18n import LANGUAGES, N_, _
from tui_forum.ui.casewords import OUTCOMES
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.modals.preparedtext import PreparedTextModal
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns


def _draw(text: PreparedText, width: int, skin: Skin) -> Lines:
    kind = _(OUTCOMES[text.kind]) if text.kind else _("all decisions")
    lines = []
    for index, language in enumerate(LANGUAGES):
        said = display_line(text.texts.get(language, "")) or "–"
        right = [Cell(f" {kind}", skin.dim)] if index == 0 else []
        lines.append(
            columns(Cell(f" {language}  {said}", skin.strong if index == 0 else skin.dim), right, width)
        )
    return lines


class TextsScreen(ListScreen[None]):
    """Texts that moderators choose from when they decide."""

    TITLE_TEXT = N_("Prepared texts")
    KEYS: ClassVar = (
        Key(("c",), "add", N_("new text"), hint=True),
        Key(("enter", "e", "l", "right"), "enter", N_("change"), hint=True),
        Key(("d",), "delete", N_("delete"), hint=True),
        Key(("tab",), "other", N_("those of the whole forum, or of the community"), hint=True),
    )

    def __init__(self, community_id: int | None = None) -> None:
        super().__init__()
        self._home = self._place = community_id
        self._name = ""
        self.rows = RowList[PreparedText](
            _draw,
            row_height=len(LANGUAGES),
            empty=_("No text of its own: those that come with the program are offered."),
        )

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    def heading(self) -> str:
        """Whose texts."""
        place = _("the whole forum") if self._place is None else self._name
        return f"{_(self.TITLE_TEXT)}: {place}"

    async def on_mount(self) -> None:
        """Load."""
        places = await self.ask(self.forum.cases.places(self.actor)) or ()
        self._name = next((name for one, _slug, name in places if one == self._home), "")
        self.rows.focus()
        await self._load()
        await super().on_mount()

    async def _load(self) -> None:
        texts = await self.ask(self.forum.reasons.of(self.actor, self._place))
        current = self.rows.current
        if texts is not None:
            self.rows.set_items(texts, keep=lambda t: current is not None and t.text_id == current.text_id)
        self.refresh_bars()

    async def action_other(self) -> None:
        """The site's texts, or back to the community's."""
        self._place = None if self._place is not None else self._home
        await self._load()

    @dialog
    async def action_add(self) -> None:
        """Write a new text."""
        await self._edit(None)

    async def _edit(self, text: PreparedText | None) -> None:
        async def save(kind: DecisionKind | None, texts: Mapping[str, str]) -> None:
            text_id = text.text_id if text is not None else None
            await self.forum.reasons.save(self.actor, self._place, kind, texts, text_id)

        if await self.forum_app.push_screen(PreparedTextModal(text, save), wait_for_dismiss=True):
            await self._load()
            self.say(_("Saved."))

    @dialog
    async def action_change(self) -> None:
        """Change the selected text."""
        if self.rows.current is not None:
            await self._edit(self.rows.current)

    async def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Enter, or a click."""
        message.stop()
        await self.perform("change")

    @dialog
    async def action_delete(self) -> None:
        """Take the selected text out, after asking."""
        text = self.rows.current
        if text is None or text.text_id is None:
            return
        question = _("Delete this text? What was decided with it keeps its reason.")
        if not await self.forum_app.confirm(question):
            return
        if await self.done(self.forum.reasons.delete(self.actor, self._place, text.text_id)):
            await self._load()
