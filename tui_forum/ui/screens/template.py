"""Writing a template. What is typed is kept; what another host changed meanwhile is shown first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import ClassVar, Final

from textual.timer import Timer

from tui_forum.domain.entities import ThreadKind
from tui_forum.domain.errors import ForumError
from tui_forum.domain.limits import TEMPLATE_NAME_MAX_CHARS, TITLE_MAX_CHARS
from tui_forum.domain.templates import Template, TemplateConflictError
from tui_forum.domain.text import display_line
from tui_forum.domain.views import Draft
from tui_forum.i18n import N_, _, explain, format_datetime
from tui_forum.ui.charterwords import KINDS
from tui_forum.ui.formscreen import Field, FormScreen, lines_field
from tui_forum.ui.keys import Key
from tui_forum.ui.screen import dialog
from tui_forum.ui.widgets.form import Choice, line_field

#: As in the composer, seconds.
AUTOSAVE: Final = 1.0
BODY_LINES: Final = 9
_NEW: Final = Template(0, "", ThreadKind.DISCUSSION, "", "")


class TemplateScreen(FormScreen[Template]):
    """Returns the template once it is saved."""

    KEYS: ClassVar = (Key(("ctrl+g",), "ask_discard", N_("discard"), hint=True),)

    def __init__(self, community_id: int, template_id: int = 0) -> None:
        super().__init__()
        self._community_id = community_id
        self._template_id = template_id
        self._seen_template: Template | None = None  # what stood there when one began
        self._key = f"template:{community_id}:{template_id}"
        self._draft: Draft | None = None
        self._kept: dict[str, str] = {}
        self._done = False
        self._timer: Timer | None = None
        self._saving = asyncio.Lock()

    def heading(self) -> str:
        """What is being written."""
        return _("Change a template") if self._template_id else _("New template")

    def make_fields(self) -> Sequence[Field]:
        """Name, kind, title, text."""
        kinds = [(kind.value, _(KINDS[kind])) for kind in ThreadKind]
        return (
            Field(
                "name", _("Name, to choose it by"), line_field(id="name", max_length=TEMPLATE_NAME_MAX_CHARS)
            ),
            Field("kind", _("Kind of thread. Space or the arrows change it"), Choice(kinds, "", id="kind")),
            Field("title", _("How the title begins"), line_field(id="title", max_length=TITLE_MAX_CHARS)),
            Field("body", _("The text, as Markdown"), lines_field("", height=BODY_LINES)),
        )

    async def on_mount(self) -> None:
        """The draft, or the template as it is."""
        await super().on_mount()
        found = await self.ask(self.forum.templates.of(self.actor, self._community_id)) or ()
        self._seen_template = next((one for one in found if one.template_id == self._template_id), None)
        self._fill(self._seen_template or _NEW)
        draft = await self.ask(self.forum.drafts.get(self.actor, self._key))
        self._before = self._kept = self.values
        if draft is not None:
            self._restore(draft)

    def _fill(self, template: Template) -> None:
        self.fill(
            {
                "name": template.name,
                "kind": template.kind.value,
                "title": template.title,
                "body": template.body,
            }
        )

    def _restore(self, draft: Draft) -> None:
        self._draft = draft
        self.fill({"name": draft.title, "body": draft.body, **_texts(draft.extra.get("fields"))})
        self._kept = self.values
        seen = _template(draft.extra.get("seen"))
        if seen != self._seen_template and self._template_id:
            self._show_theirs(self._seen_template)
        else:
            self.say(_("Your draft of {when} is back.").format(when=format_datetime(draft.updated_at)))

    # -- drafts

    def on_choice_changed(self) -> None:
        """Another kind."""
        self.typed()

    def typed(self) -> None:
        """Something was typed."""
        if self._timer is None and not self._done and self.values != self._kept:
            self._timer = self.set_timer(AUTOSAVE, self._autosave)

    async def _autosave(self) -> None:
        self._timer = None
        await self.keep_draft()

    async def keep_draft(self) -> bool:
        """Write what was typed, if it is not written yet; False when it could not be."""
        async with self._saving:
            values = self.values
            if self._done or values == self._kept:
                return True
            seen = asdict(self._seen_template) if self._seen_template is not None else None
            fields = {"kind": values["kind"], "title": values["title"]}
            try:
                self._draft = await self.forum.drafts.save(
                    self.actor, self._key, title=values["name"], body=values["body"],
                    extra={"fields": fields, "seen": seen},
                )  # fmt: skip
            except ForumError as error:
                if self.is_mounted:
                    self.say(_("The draft is not saved yet: {why}").format(why=explain(error)), error=True)
                return False
            self._kept = values
            return True

    async def on_unmount(self) -> None:
        """Nothing is lost when the line drops."""
        await self.keep_draft()

    async def action_leave_form(self) -> None:
        """Leave; the draft stays."""
        if await self.keep_draft():
            self.dismiss(None)
            if self._draft is not None:
                self.forum_app.call_later(self.forum_app.say, _("Your draft is kept; g d lists your drafts."))

    @dialog
    async def action_ask_discard(self) -> None:
        """Throw what was typed away, after asking."""
        if await self.forum_app.confirm(_("Discard what you have written?")):
            self._done = True
            await self.ask(self.forum.drafts.discard(self.actor, self._key))
            self.dismiss(None)

    # -- saving

    async def send(self, values: dict[str, str]) -> Template | None:
        """Save it.

        Raises:
            InvalidInputError: a field cannot be used.
        """
        await self.keep_draft()
        template = Template(
            self._template_id, values["name"], ThreadKind(values["kind"]), values["title"], values["body"]
        )
        try:
            saved = await self.forum.templates.save(
                self.actor,
                self._community_id,
                template,
                seen=self._seen_template,
                token=self._draft.token if self._draft is not None else None,
            )
        except TemplateConflictError as error:
            self._show_theirs(error.theirs)
            return None
        self._done = True
        return saved

    def _show_theirs(self, theirs: Template | None) -> None:
        """Say what it is now; saving again replaces it, knowingly."""
        self._seen_template = theirs
        if theirs is None:
            self._template_id = 0  # saved as a new one
            self.say(
                _("Another host has deleted this template. Ctrl-S saves yours as a new one."), error=True
            )
            return
        for name, text in (("name", theirs.name), ("title", theirs.title), ("body", theirs.body)):
            if text != self.values[name]:
                self.label(name).complain(_("Now there: {text}").format(text=display_line(text)))
        self.say(_("Another host has changed it meanwhile. Ctrl-S replaces what is there now."), error=True)


def _texts(fields: object) -> dict[str, str]:
    return {str(name): str(text) for name, text in fields.items()} if isinstance(fields, dict) else {}


def _template(kept: object) -> Template | None:
    if not isinstance(kept, dict):
        return None
    try:
        return Template(
            int(kept["template_id"]), kept["name"], ThreadKind(kept["kind"]), kept["title"], kept["body"]
        )
    except (KeyError, ValueError):
        return None
