"""Writing: a new thread, a reply, a change. What is typed is kept, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from tui_forum.domain.charter import PURPOSES, RuleScope, WritingFrame
from tui_forum.domain.entities import ThreadKind
from tui_forum.domain.errors import ConflictError, ForumError, InvalidInputError, RulesNotAcceptedError
from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.leaks import Leak, LeaksFoundError, without
from tui_forum.domain.limits import BODY_MAX_CHARS, DRAFT_MAX_CHARS
from tui_forum.domain.restrictions import Hindrance
from tui_forum.domain.templates import Template
from tui_forum.domain.text import display_line
from tui_forum.domain.views import Draft, PostRef
from tui_forum.i18n import N_, _, explain, format_datetime, format_number, ngettext, phrase
from tui_forum.ui.charterwords import KINDS
from tui_forum.ui.keys import Key
from tui_forum.ui.modals.pick import Choice
from tui_forum.ui.modals.rules import RulesModal
from tui_forum.ui.modals.secretsfound import EXAMPLES, MASK, SecretsModal
from tui_forum.ui.navigation import ComposeTarget
from tui_forum.ui.screen import WIDE, ForumScreen
from tui_forum.ui.widgets.bars import Footer, StatusBar
from tui_forum.ui.widgets.pollform import PollForm
from tui_forum.ui.widgets.preview import Preview
from tui_forum.ui.widgets.writingframe import FrameLines

#: A draft is written this long after the first change that is not yet written, seconds.
AUTOSAVE: Final = 1.0
#: Up to so many characters the preview beside the editor follows each key; longer texts (128 ms
#: at 32,000, measured) are drawn again when typing pauses for so many seconds.
LIVE_PREVIEW: Final = 2_000
PREVIEW_PAUSE: Final = 0.4
#: The count of characters is shown from this share of the limit on.
NEAR_LIMIT: Final = 0.8

#: Keys that scroll the preview where it stands instead of the editor, in screens full.
SCROLLING: Final = {
    "pagedown": 1.0, "space": 1.0, "pageup": -1.0, "ctrl+f": 1.0, "ctrl+b": -1.0,
    "down": 0.1, "j": 0.1, "up": -0.1, "k": -0.1,
}  # fmt: skip

#: The kinds of thread that can be written here, as far as the community's purpose allows them.


class Editor(TextArea):
    """The text area without what costs in every session: no blinking, no line numbers."""

    def __init__(self, text: str) -> None:
        super().__init__(text, soft_wrap=True, tab_behavior="indent", show_line_numbers=False)
        self.cursor_blink = False

    class Full(Message):
        """A paste did not fit."""

    async def _on_paste(self, event: events.Paste) -> None:
        """Take no more than a draft may hold."""
        event.stop()
        event.prevent_default()  # Textual calls the base class's handler by itself
        room = max(0, DRAFT_MAX_CHARS - len(self.text) + len(self.selected_text))
        if result := self._replace_via_keyboard(event.text[:room], *self.selection):
            self.move_cursor(result.end_location)
        if len(event.text) > room:
            self.post_message(self.Full())


class ComposeScreen(ForumScreen[PostRef | None]):
    """Returns where the post is once it was sent; None when it stays a draft."""

    CSS_PATH = "compose.tcss"
    BINDINGS: ClassVar = [
        Binding("ctrl+s,ctrl+d", "send", priority=True, show=False),
        Binding("escape", "keep", priority=True, show=False),
        Binding("f2,ctrl+o", "preview", priority=True, show=False),
        Binding("f3", "kind", priority=True, show=False),
        Binding("f4", "rules", priority=True, show=False),
        Binding("f5", "acknowledgement", priority=True, show=False),
        Binding("f6", "template", priority=True, show=False),
        Binding("ctrl+g", "ask_discard", priority=True, show=False),
    ]
    KEYS: ClassVar = (
        Key(("ctrl+s", "ctrl+d"), "send", N_("send"), hint=True),
        Key(("escape",), "keep", N_("keep the draft"), hint=True),
        Key(("f2", "ctrl+o"), "preview", N_("preview"), hint=True),
        Key(("f3",), "kind", N_("kind of thread"), hint=True, levels=("thread",)),
        Key(("f4",), "rules", N_("all rules")),
        Key(("f5",), "acknowledgement", N_("ask to acknowledge"), levels=("thread",)),
        Key(("f6",), "template", N_("begin with a template"), levels=("thread",)),
        Key(("ctrl+g",), "ask_discard", N_("discard"), hint=True),
    )

    def __init__(self, target: ComposeTarget) -> None:
        super().__init__()
        self._target = target
        self._draft: Draft | None = None
        self._frame: WritingFrame | None = None
        self._kind = ThreadKind.DISCUSSION
        self._wants_acknowledgement = False
        self._templates: tuple[Template, ...] = ()
        self._loaded = False
        self._sending = False
        self._done = False
        self._asking = False
        self._dirty = False
        self._unsaved = False  # the last try to write the draft failed
        #: Title, text and choices as they are in the database, or as they were found.
        self._kept = ("", "")
        self._kept_choices: dict[str, object] = {}
        self._timer: Timer | None = None
        self._preview_timer: Timer | None = None
        self._saving = asyncio.Lock()
        self._parent_line = ""
        self._present: str | None = None  # the post's text, when it was changed meanwhile
        self.title_field = Input(placeholder=_("Title"), compact=True)
        self.title_field.cursor_blink = False
        self.poll_form = PollForm()
        self.poll_form.display = False
        self.editor = Editor("")
        self.preview = Preview()
        self.hindrance = Static("", id="hindrance", markup=False)
        self.hindrance.display = False
        self.frame_lines = FrameLines(RuleScope.THREADS if self._starts_thread else RuleScope.REPLIES)

    # -- layout

    @property
    def _starts_thread(self) -> bool:
        return self._target.thread_id is None

    @property
    def level(self) -> str:
        """New threads have a kind to choose."""
        return "thread" if self._starts_thread else "post"

    def keymap(self) -> tuple[Key, ...]:
        """Only its own: letters are text here."""
        return self.KEYS

    def compose(self) -> ComposeResult:
        """What is answered, the title of a new thread, the editor and its preview."""
        yield StatusBar()
        yield self.hindrance
        yield self.frame_lines
        if not self._starts_thread:
            yield Static(self._answered(), id="context", markup=False)
        else:
            yield self.title_field
            yield Static("", id="kind", markup=False)
            yield self.poll_form
        with Horizontal(id="desk"):
            yield self.editor
            self.preview.display = False
            yield self.preview
        yield Footer()

    def body(self) -> Sequence[Widget]:
        """Composed above."""
        return ()

    def heading(self) -> str:
        """What is being written, and how much of it there may be."""
        if self._target.post_id is not None:
            what = _("Change your post")
        elif self._starts_thread:
            what = _("New thread")
            if self._frame is not None:
                what = _("New thread in {community}").format(community=display_line(self._frame.name))
        else:
            what = _("Reply")
        count = len(self.editor.text)
        if count >= BODY_MAX_CHARS * NEAR_LIMIT:
            what += f" · {format_number(count)}/{format_number(BODY_MAX_CHARS)}"
            if count > BODY_MAX_CHARS:
                what += " · " + _("too long")
        return what

    def _answered(self) -> str:
        target = self._target
        if target.thread_id is None:
            return ""
        parts = [display_line(target.thread_title)]
        if target.reply_to is not None and target.reply_to_handle:
            parts.append(f"↪ #{target.reply_to} @{target.reply_to_handle} {self._parent_line}".rstrip())
        return "\n".join(parts)

    @property
    def _kinds(self) -> tuple[ThreadKind, ...]:
        """The kinds one may choose from here."""
        return self._frame.kinds if self._frame else ()

    @property
    def _may_ask(self) -> bool:
        """Whether this may ask its readers to acknowledge it."""
        return (
            self._frame is not None
            and self._kind is ThreadKind.ANNOUNCEMENT
            and PURPOSES[self._frame.charter.purpose].acknowledged
        )

    def _show_kind(self) -> None:
        if not self._starts_thread:
            return
        self.poll_form.display = self._kind is ThreadKind.POLL
        label = _("Kind: {kind} (F3 changes it)") if len(self._kinds) > 1 else _("Kind: {kind}")
        parts = [label.format(kind=_(KINDS[self._kind]))]
        if self._may_ask:
            asks = (
                _("members are asked to acknowledge (F5: not)")
                if self._wants_acknowledgement
                else _("nobody is asked to acknowledge (F5 asks)")
            )
            parts.append(asks)
        if self._templates:
            count = len(self._templates)
            offered = ngettext("{n} template (F6)", "{n} templates (F6)", count)
            parts.append(offered.format(n=count))
        self.query_one("#kind", Static).update(" · ".join(parts))

    # -- life

    async def on_mount(self) -> None:
        """Bring the draft back; without one, begin with what the target says."""
        await self._load_frame()
        await self._look_for_hindrance()
        draft = await self.ask(self.forum.drafts.get(self.actor, self._target.draft_key))
        self._draft = draft
        restored = draft is not None and bool(draft.body or draft.title or draft.extra.get("poll"))
        target = self._target
        text = draft.body if draft is not None and restored else target.initial_body
        if self._starts_thread:
            self.title_field.value = draft.title if draft is not None and restored else target.initial_title
            self._restore_choices(draft)
        ahead = self.editor.text  # typed while the draft was fetched
        self.editor.load_text(text + ahead)
        # As the editor has it: other signs that end a line are newlines there, and no change.
        self._kept = (self.title_field.value, text if ahead else self.editor.text)
        self._kept_choices = self._choices
        self.editor.move_cursor(self.editor.document.end)
        self._loaded = True
        (self.title_field if self._starts_thread and not self.title_field.value else self.editor).focus()
        await super().on_mount()
        if draft is not None and restored:
            self.say(_("Your draft of {when} is back.").format(when=format_datetime(draft.updated_at)))
        await self._show_surroundings()
        if draft is not None and restored and self._target.post_id is not None:
            await self._compare(draft)

    async def _look_for_hindrance(self) -> None:
        """What keeps one from sending, or makes it wait, is said before one writes."""
        target = self._target
        try:
            found = await self.forum.restrictions.hindrance(
                self.actor, target.community_id, target.thread_id, editing=target.post_id is not None
            )
        except ForumError as error:
            found = Hindrance(error.message, error.params)
        self.hindrance.display = found is not None
        if found is not None:
            sentence = display_line(phrase(found.message, found.params))
            kept = "\n  " + _("What you write is kept as a draft.") if found.stops else ""
            self.hindrance.update(f"! {sentence}{kept}")
        self.hindrance.set_class(found is not None and found.stops, "-stops")

    async def on_forum_event(self, event: Event) -> None:
        """What kept one from writing may be over, or begin."""
        if event.kind in (EventKind.SANCTION_CHANGED, EventKind.RESTRICTION_CHANGED):
            before = self.hindrance.display
            await self._look_for_hindrance()
            if before and not self.hindrance.display:
                self.say(_("You can send now."))
        self.refresh_bars()

    async def _load_frame(self) -> None:
        """What the community is for and its rules; nothing where it is gone."""
        try:
            self._frame = await self.forum.charters.frame(self.actor, self._target.community_id)
        except ForumError:
            return
        self.frame_lines.show_frame(self._frame)
        if self._starts_thread:
            self._templates = (
                await self.ask(self.forum.templates.of(self.actor, self._frame.community_id)) or ()
            )
        if self._kind not in self._kinds and self._kinds:
            self._kind = self._kinds[0]
        self._show_kind()
        self.refresh_bars()

    def _restore_choices(self, draft: Draft | None) -> None:
        """The kind that was chosen, if it still has a place here, and what else was."""
        extra = draft.extra if draft is not None else {}
        self._wants_acknowledgement = extra.get("acknowledge") is True
        self.poll_form.restore(extra.get("poll") or {})
        chosen = [kind for kind in self._kinds if kind == extra.get("kind")]
        self._kind = (chosen or [self._kind])[0]
        self._show_kind()

    @property
    def _choices(self) -> dict[str, object]:
        """What else is kept with the draft."""
        if not self._starts_thread:
            return {}
        poll = self.poll_form.values if self.poll_form.written else None
        return {"kind": self._kind.value, "acknowledge": self._wants_acknowledgement, "poll": poll}

    async def _compare(self, draft: Draft | None = None) -> None:
        """Show the post as it is now beside one's text, when it was changed since.

        From then on sending replaces that text, knowingly.
        """
        assert self._target.post_id is not None
        post = await self.ask(self.forum.posts.mine(self.actor, self._target.post_id))
        if post is None or post.body == self.editor.text:
            return
        if draft is not None and (post.edited_at is None or post.edited_at <= draft.updated_at):
            return
        self._target = replace(self._target, revision=post.revision, initial_body=post.body)
        self._present = post.body
        self._show_preview(shown=True)
        self.say(_("The post was changed meanwhile: this is its text now. Ctrl-S replaces it."), error=True)

    async def _show_surroundings(self) -> None:
        """The post that is answered."""
        target = self._target
        if target.thread_id is None or target.reply_to is None:
            return
        try:
            parent = await self.forum.threads.post(self.actor, target.thread_id, target.reply_to)
        except ForumError:
            return
        from tui_forum.domain.text import excerpt

        self._parent_line = display_line(excerpt(parent.body, 200))
        self.query_one("#context", Static).update(self._answered())

    async def on_unmount(self) -> None:
        """Nothing is lost when the line drops."""
        await self.keep_draft()

    def on_input_changed(self) -> None:
        """A change of the title."""
        self._note_change()

    def on_text_area_changed(self) -> None:
        """A change of the text."""
        self._note_change()
        if not self.preview.display or self._present is not None:
            return
        if len(self.editor.text) <= LIVE_PREVIEW:
            self._renew_preview()
        elif self._preview_timer is None:
            self._preview_timer = self.set_timer(PREVIEW_PAUSE, self._renew_preview)
        else:
            self._preview_timer.reset()

    def _renew_preview(self) -> None:
        if self._preview_timer is not None:
            self._preview_timer.stop()
            self._preview_timer = None
        self._fill_preview()

    def on_editor_full(self) -> None:
        """A paste did not fit."""
        limit = format_number(DRAFT_MAX_CHARS)
        self.say(
            _("Only a part was taken: a draft holds {limit} characters.").format(limit=limit), error=True
        )

    def on_input_submitted(self) -> None:
        """Enter in the title goes on to what is below it."""
        self._below_title()

    def _below_title(self) -> None:
        if self.poll_form.display:
            self.poll_form.focus_field("options")
        else:
            self.editor.focus()

    def on_poll_form_left(self, message: PollForm.Left) -> None:
        """On to the text, or back to the title."""
        (self.editor if message.forwards else self.title_field).focus()

    def on_poll_form_changed(self) -> None:
        """The parts of a poll are kept with the draft."""
        if self._loaded and self._choices != self._kept_choices:
            self._dirty = True
            self._note_change()
        if self.preview.display and self._present is None:
            self._renew_preview()

    def _note_change(self) -> None:
        if not self._loaded or self._done:
            return
        if not self._dirty and (self.title_field.value, self.editor.text) == self._kept:
            return  # the draft has just been put in
        self._dirty = True
        self.footer.show_keys(self.hints())
        self.refresh_bars()
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
            title, body, choices = self.title_field.value, self.editor.text, self._choices
            try:
                self._draft = await self.forum.drafts.save(
                    self.actor, self._target.draft_key, title=title, body=body, extra=choices
                )
            except ForumError as error:
                self._dirty = True
                if self.is_mounted:
                    self._timer = self._timer or self.set_timer(AUTOSAVE, self._autosave)
                    self._unsaved = True
                    self.say(_("The draft is not saved yet: {why}").format(why=explain(error)), error=True)
                return False
            self._kept, self._kept_choices = (title, body), choices
            if self._unsaved:
                self._unsaved = False
                if self.is_mounted:
                    self.say(_("The draft is saved now."))
            return True

    # -- keys

    async def on_key(self, event: events.Key) -> None:
        """Shift-Tab goes back to the title, Tab on to the text; the preview alone scrolls."""
        if self.preview.display and not self.editor.display and event.key in SCROLLING:
            event.stop()
            self.preview.scroll_lines(int(SCROLLING[event.key] * max(1, self.preview.size.height - 1)) or 1)
        elif event.key in {"tab", "shift+tab", "down"} and self.focused is self.title_field:
            event.stop()
            event.prevent_default()
            self._below_title()
        elif event.key == "shift+tab" and self._starts_thread:
            event.stop()
            event.prevent_default()
            if self.poll_form.display and self.focused is self.editor:
                self.poll_form.focus_field("last")
            else:
                self.title_field.focus()

    def action_kind(self) -> None:
        """The next kind of thread that has a place here."""
        kinds = self._kinds
        if not self._starts_thread or not kinds:
            return
        if len(kinds) == 1:
            self.say(_("Every new thread here is of this kind: {kind}.").format(kind=_(KINDS[kinds[0]])))
            return
        self._kind = kinds[(kinds.index(self._kind) + 1) % len(kinds)]
        self._show_kind()
        if self.focused is not self.editor and self.focused is not self.title_field:
            self._below_title()  # the field one was in is not shown any more
        if self.preview.display:
            self._fill_preview()
        self._note_choice()

    def action_acknowledgement(self) -> None:
        """Ask the members to acknowledge, or not."""
        if self._may_ask:
            self._wants_acknowledgement = not self._wants_acknowledgement
            self._show_kind()
            self._note_choice()

    def _note_choice(self) -> None:
        """A choice is kept with the draft, where there is one."""
        if self._written:
            self._dirty = True
            self._note_change()

    @property
    def _written(self) -> bool:
        """Whether anything was typed anywhere."""
        typed = self.title_field.value.strip() or self.editor.text.strip()
        return bool(typed) or (self._starts_thread and self.poll_form.written)

    def action_template(self) -> None:
        """Begin with a template; what was typed goes only when one says so."""
        if self._starts_thread and not self._asking:
            self._asking = True
            self._begin_with_template()

    @work(name="template")
    async def _begin_with_template(self) -> None:
        try:
            if not self._templates:
                self.say(_("This community has no templates; its hosts write them with g t."))
                return
            choices = [Choice(template.name, _(KINDS[template.kind])) for template in self._templates]
            chosen = await self.forum_app.pick(_("Begin with:"), choices)
            if chosen is not None:
                await self._put_in(self._templates[chosen])
        finally:
            self._asking = False

    async def _put_in(self, template: Template) -> None:
        begun = (self._target.initial_title, self._target.initial_body)
        if (self.title_field.value, self.editor.text) not in (begun, ("", "")) and not (
            await self.forum_app.confirm(_("Put the template in place of what you have written?"))
        ):
            return
        # As if one had begun with it: leaving it as it is leaves no draft.
        self._target = replace(self._target, initial_title=template.beginning, initial_body=template.body)
        if template.kind in self._kinds:
            self._kind = template.kind
            self._show_kind()
        self.title_field.value = template.beginning
        self.editor.load_text(template.body)
        self.editor.move_cursor(self.editor.document.end)
        self.title_field.focus()
        self.title_field.cursor_position = len(template.beginning)
        self._note_change()

    def action_rules(self) -> None:
        """Read all the rules."""
        if self._frame is not None:
            self.app.push_screen(RulesModal(self._frame, accepting=False))

    def action_preview(self) -> None:
        """Show or hide how it will look; instead of the editor where there is no room for both."""
        self._present = None
        self._show_preview(shown=not self.preview.display)

    def _fill_preview(self) -> None:
        text = self.editor.text[:BODY_MAX_CHARS] if self._present is None else self._present
        self.preview.show(text, self.poll_form.look() if self.poll_form.display else None)

    def _show_preview(self, *, shown: bool) -> None:
        self.preview.display = shown
        self.editor.display = not shown or self.size.width >= WIDE
        if shown:
            self._fill_preview()
        if self.editor.display:
            self.editor.focus()
        self.footer.show_keys(self.hints())

    def on_resize(self, event: events.Resize) -> None:
        """Side by side or one at a time."""
        self.editor.display = not self.preview.display or event.size.width >= WIDE
        super().on_resize(event)

    async def action_keep(self) -> None:
        """Leave; the draft stays."""
        if self.preview.display and not self.editor.display:
            self.action_preview()
            return
        written = self._written
        begun = (self._target.initial_title, self._target.initial_body)
        if (self.title_field.value, self.editor.text) == begun and not self.poll_form.written:
            written = False  # a suggestion, a quote or a post, as it was put in
        if not written:
            await self._forget()
            self.dismiss(None)
            return
        if await self.keep_draft():
            self.dismiss(None)
            self.forum_app.call_later(self.forum_app.say, _("Your draft is kept; g d lists your drafts."))

    async def _forget(self) -> None:
        async with self._saving:
            self._done = True
            if self._draft is not None:
                await self.ask(self.forum.drafts.discard(self.actor, self._target.draft_key))

    def action_ask_discard(self) -> None:
        """Throw the draft away, after asking; not while it is being sent."""
        if not self._sending and not self._asking:
            self._asking = True
            self._discard()

    @work(name="discard")
    async def _discard(self) -> None:
        try:
            await self._ask_and_discard()
        finally:
            self._asking = False

    async def _ask_and_discard(self) -> None:
        if not self._written or await self.forum_app.confirm(_("Discard what you have written?")):
            await self._forget()
            self.dismiss(None)

    def action_send(self) -> None:
        """Send it, once."""
        if not self._sending and self._loaded:
            self._sending = True
            self._send()

    @work(name="send")
    async def _send(self) -> None:
        try:
            # The draft comes first: its token is what makes a second try the same post.
            if self._draft is None:
                self._dirty = True
            if not await self.keep_draft() or self._draft is None:
                return
            ref = await self._try_to_deliver(self._draft.token)
            if ref is None:
                return
        except InvalidInputError as error:
            self.say(explain(error), error=True)
            self._go_to(error.field)
        except ConflictError as error:
            if self._target.post_id is not None:
                await self._compare()
            if self._present is None:
                self.say(_("{why} Your draft is kept.").format(why=explain(error)), error=True)
        except ForumError as error:
            self.say(explain(error), error=True)
        else:
            self._done = True
            self.dismiss(ref)
        finally:
            self._sending = False

    async def _try_to_deliver(self, token: str) -> PostRef | None:
        """Send it; what can be settled here is asked. None when one thinks better of it."""
        examples = False
        while True:
            try:
                return await self._deliver(token, examples=examples)
            except RulesNotAcceptedError:
                if not await self._accept_rules():
                    self.say(_("Not sent: your draft is kept until you accept the rules."))
                    return None
            except LeaksFoundError as error:
                answer = await self.app.push_screen(SecretsModal(error.leaks), wait_for_dismiss=True)
                self._go_to(error.field)
                if answer == MASK:
                    self._mask(error.leaks)
                if answer != EXAMPLES:
                    return None
                examples = True

    def _mask(self, found: Sequence[Leak]) -> None:
        """Take secrets out of what was typed; the draft is kept without them at once."""
        self.title_field.value = without(self.title_field.value, found)
        self.editor.text = without(self.editor.text, found)
        self.poll_form.rewrite(lambda text: without(text, found))
        self._dirty = True
        self.call_later(self.keep_draft)
        self.say(_("Masked. Look at it once more, then send it."))

    def _go_to(self, field: str) -> None:
        """Where something is wrong."""
        if field in {"options", "closes"}:
            self.poll_form.focus_field(field)
        else:
            (self.title_field if field == "title" else self.editor).focus()

    async def _accept_rules(self) -> bool:
        """Show the rules that are in force now; whether they were accepted."""
        await self._load_frame()
        if self._frame is None:
            return False
        if not await self.app.push_screen(RulesModal(self._frame, accepting=True), wait_for_dismiss=True):
            return False
        await self.forum.charters.accept(self.actor, self._frame.community_id, self._frame.version)
        self._frame = replace(self._frame, accepted=True)
        self.frame_lines.show_frame(self._frame)
        return True

    async def _deliver(self, token: str, *, examples: bool) -> PostRef:
        target, body = self._target, self.editor.text
        if target.post_id is not None:
            return await self.forum.posts.edit(
                self.actor, target.post_id, body, revision=target.revision, token=token, examples=examples
            )
        if target.thread_id is not None:
            return await self.forum.posts.reply(
                self.actor, target.thread_id, body, reply_to=target.reply_to, token=token, examples=examples
            )
        return await self.forum.posts.start_thread(
            self.actor,
            target.community_id,
            self.title_field.value,
            body,
            kind=self._kind,
            wants_acknowledgement=self._wants_acknowledgement and self._may_ask,
            about=target.about,
            poll=self.poll_form.plan() if self._kind is ThreadKind.POLL else None,
            token=token,
            examples=examples,
        )
