"""Changing a guide. What is typed is kept; what somebody else wrote meanwhile is shown first."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, TextArea

from tui_forum.domain.errors import ForumError, InvalidInputError
from tui_forum.domain.playbooks import Playbook, PlaybookConflictError
from tui_forum.domain.text import display_line
from tui_forum.domain.views import Draft
from tui_forum.i18n import N_, _, explain, format_datetime
from tui_forum.ui.keys import Key
from tui_forum.ui.screen import WIDE, ForumScreen
from tui_forum.ui.widgets.bars import Footer, StatusBar
from tui_forum.ui.widgets.preview import Preview

#: A draft is written this long after the first change that is not yet written, seconds.
AUTOSAVE: Final = 1.0
_FENCE: Final = "`" * 12


def differences(theirs: str, mine: str) -> str:
    """What differs between two texts, as Markdown: theirs with ``-``, mine with ``+``."""
    lines = difflib.unified_diff(theirs.splitlines(), mine.splitlines(), n=2, lineterm="")
    shown = "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
    return f"{_FENCE}diff\n{shown}\n{_FENCE}"


class EditPlaybookScreen(ForumScreen[None]):
    """Title, text, and beside or instead of it how it will look, or how it differs."""

    CSS_PATH = "playbookedit.tcss"
    BINDINGS: ClassVar = [
        Binding("ctrl+s,ctrl+d", "save", priority=True, show=False),
        Binding("escape", "keep", priority=True, show=False),
        Binding("f2,ctrl+o", "preview", priority=True, show=False),
        Binding("ctrl+g", "ask_discard", priority=True, show=False),
    ]
    KEYS: ClassVar = (
        Key(("ctrl+s", "ctrl+d"), "save", N_("save for everybody"), hint=True),
        Key(("escape",), "keep", N_("keep the draft"), hint=True),
        Key(("f2", "ctrl+o"), "preview", N_("preview"), hint=True),
        Key(("ctrl+g",), "ask_discard", N_("discard"), hint=True),
    )

    def __init__(self, playbook_id: int) -> None:
        super().__init__()
        self._playbook_id = playbook_id
        self._guide: Playbook | None = None
        self._draft: Draft | None = None
        #: Of the draft; its last part is the revision that one began with.
        self._key = ""
        self._revision = 0
        self._dirty = False
        self._done = False
        self._asking = False
        self._theirs: Playbook | None = None  # what somebody else has written meanwhile
        self._timer: Timer | None = None
        self._saving = asyncio.Lock()
        self.title_field = Input(placeholder=_("Title"), compact=True)
        self.title_field.cursor_blink = False
        self.editor = TextArea(soft_wrap=True, tab_behavior="indent", show_line_numbers=False)
        self.editor.cursor_blink = False
        self.preview = Preview()

    def keymap(self) -> tuple[Key, ...]:
        """Only its own: letters are text here."""
        return self.KEYS

    def compose(self) -> ComposeResult:
        """The title, and the text beside its preview."""
        yield StatusBar()
        yield self.title_field
        with Horizontal(id="desk"):
            yield self.editor
            self.preview.display = False
            yield self.preview
        yield Footer()

    def body(self) -> Sequence[Widget]:
        """Composed above."""
        return ()

    def heading(self) -> str:
        """Which guide."""
        title = display_line(self._guide.row.title) if self._guide is not None else ""
        return _("Change the guide: {title}").format(title=title)

    # -- life

    async def on_mount(self) -> None:
        """Bring the draft back; without one, begin with the guide's text."""
        try:
            guide = await self.forum.playbooks.by_id(self.actor, self._playbook_id)
            drafts = await self.forum.drafts.all(self.actor)
        except ForumError as error:
            self._done = True
            self.dismiss()
            self.forum_app.call_later(self.forum_app.say, explain(error), error=True)
            return
        prefix = f"playbook:{self._playbook_id}:"
        draft = next((one for one in drafts if one.key.startswith(prefix)), None)
        self._guide, self._draft, self._revision = guide, draft, guide.revision
        self._key = draft.key if draft is not None else f"{prefix}{guide.revision}"
        self.title_field.value = draft.title if draft is not None else guide.row.title
        self.editor.load_text(draft.body if draft is not None else guide.body)
        self.editor.focus()
        await super().on_mount()
        if draft is not None:
            self.say(_("Your draft of {when} is back.").format(when=format_datetime(draft.updated_at)))
            if self._key != f"{prefix}{guide.revision}":
                self._show_theirs(guide)

    async def on_unmount(self) -> None:
        """Nothing is lost when the line drops."""
        await self.keep_draft()

    def on_input_changed(self) -> None:
        """A change of the title."""
        self._note_change()

    def on_text_area_changed(self) -> None:
        """A change of the text."""
        self._note_change()

    def _same_as(self, guide: Playbook) -> bool:
        return (self.title_field.value, self.editor.text) == (guide.row.title, guide.body)

    def _note_change(self) -> None:
        if self._guide is None or self._done:
            return
        before = (self._draft.title, self._draft.body) if self._draft is not None else None
        if before == (self.title_field.value, self.editor.text) or (
            before is None and self._same_as(self._guide)
        ):
            return  # what was there has just been put in
        self._dirty = True
        self.footer.show_keys(self.hints())
        if self.preview.display and self._theirs is None:
            self.preview.show(self.editor.text)
        if self._timer is None:
            self._timer = self.set_timer(AUTOSAVE, self._autosave)

    async def _autosave(self) -> None:
        self._timer = None
        await self.keep_draft()

    async def keep_draft(self) -> bool:
        """Write the draft if anything is not written yet; False when it could not be."""
        async with self._saving:
            if not self._dirty or self._done:
                return True
            self._dirty = False
            try:
                self._draft = await self.forum.drafts.save(
                    self.actor, self._key, title=self.title_field.value, body=self.editor.text
                )
            except ForumError as error:
                self._dirty = True
                if self.is_mounted:
                    self._timer = self._timer or self.set_timer(AUTOSAVE, self._autosave)
                    self.say(_("The draft is not saved yet: {why}").format(why=explain(error)), error=True)
                return False
            return True

    # -- keys

    async def on_key(self, event: events.Key) -> None:
        """Tab goes between title and text; the preview alone scrolls."""
        if self.preview.display and not self.editor.display and event.key in {"down", "up", "j", "k"}:
            event.stop()
            self.preview.scroll_lines(3 if event.key in {"down", "j"} else -3)
        elif event.key in {"tab", "down", "enter"} and self.focused is self.title_field:
            event.stop()
            event.prevent_default()
            self.editor.focus()
        elif event.key == "shift+tab":
            event.stop()
            event.prevent_default()
            self.title_field.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Side by side or one at a time."""
        self.editor.display = not self.preview.display or event.size.width >= WIDE
        super().on_resize(event)

    def action_preview(self) -> None:
        """Show or hide how it will look; instead of the text where there is no room for both."""
        self._theirs = None
        self._show(self.editor.text, shown=not self.preview.display)

    def _show(self, text: str, *, shown: bool) -> None:
        self.preview.display = shown
        self.editor.display = not shown or self.size.width >= WIDE
        if shown:
            self.preview.show(text)
        if self.editor.display:
            self.editor.focus()

    def _show_theirs(self, theirs: Playbook) -> None:
        """Show how the guide as it is now differs from what one has; saving replaces it knowingly."""
        self._theirs, self._revision = theirs, theirs.revision
        text = differences(theirs.body, self.editor.text)
        if theirs.row.title != self.title_field.value:
            text = f"**{display_line(theirs.row.title)}**\n\n{text}"
        self._show(text, shown=True)
        who = theirs.row.editor.handle if theirs.row.editor is not None else ""
        self.say(
            _("@{handle} has changed it meanwhile: - is theirs, + is yours. Ctrl-S replaces theirs.").format(
                handle=who
            ),
            error=True,
        )

    async def action_keep(self) -> None:
        """Leave; the draft stays."""
        if self.preview.display and not self.editor.display:
            self.action_preview()
            return
        if self._guide is not None and self._same_as(self._guide):
            await self._forget()
            self.dismiss()
        elif await self.keep_draft():
            self.dismiss()
            self.forum_app.call_later(self.forum_app.say, _("Your draft is kept; g d lists your drafts."))

    async def _forget(self) -> None:
        async with self._saving:
            self._done = True
            if self._draft is not None:
                await self.ask(self.forum.drafts.discard(self.actor, self._key))

    def action_ask_discard(self) -> None:
        """Throw the draft away, after asking."""
        if not self._asking:
            self._asking = True
            self.run_worker(self._discard(), name="discard")

    async def _discard(self) -> None:
        try:
            if await self.forum_app.confirm(_("Discard what you have written?")):
                await self._forget()
                self.dismiss()
        finally:
            self._asking = False

    def action_save(self) -> None:
        """Save it, once."""
        if self._guide is not None and not self._done:
            self.run_worker(self._save(), name="save", exclusive=True)

    async def _save(self) -> None:
        if self._draft is None:
            self._dirty = True
        if not await self.keep_draft() or self._draft is None:
            return
        try:
            await self.forum.playbooks.change(
                self.actor,
                self._playbook_id,
                self.title_field.value,
                self.editor.text,
                revision=self._revision,
                token=self._draft.token,
            )
        except PlaybookConflictError as error:
            self._show_theirs(error.theirs)
        except InvalidInputError as error:
            self.say(explain(error), error=True)
            (self.title_field if error.field == "title" else self.editor).focus()
        except ForumError as error:
            self.say(explain(error), error=True)
        else:
            self._done = True
            self.dismiss()
            self.forum_app.call_later(self.forum_app.say, _("Saved: all hosts read it like this now."))
