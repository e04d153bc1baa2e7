"""Opening a community, or changing its charter: one form, guided by what the purpose changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Final

from textual import events
from textual.widget import Widget

from tui_forum.domain.charter import (
    PURPOSES,
    Charter,
    CharterConflictError,
    CharterVersion,
    CharterView,
    default_charter,
    merge,
)
from tui_forum.domain.entities import Purpose, Visibility
from tui_forum.domain.errors import ForumError, InvalidInputError
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, explain, format_datetime
from tui_forum.services.charters import check_name, check_reason
from tui_forum.services.communities import today_of
from tui_forum.ui.charterfields import charter_fields, check_field, handles, read_charter, values_of
from tui_forum.ui.charterwords import charter_paras
from tui_forum.ui.drafting import Contents, DraftKeeper
from tui_forum.ui.formscreen import Field, FormScreen
from tui_forum.ui.keys import Key
from tui_forum.ui.memberwords import VISIBILITIES
from tui_forum.ui.modals.conflict import ConflictModal, Decision
from tui_forum.ui.navigation import OpenCommunity, charter_draft
from tui_forum.ui.screen import WIDE, dialog
from tui_forum.ui.widgets.form import Choice
from tui_forum.ui.widgets.prose import SCROLLING, Para, Prose
from tui_forum.ui.widgets.rulelines import RuleLines

_CHECKS: Final = {"name": check_name, "reason": check_reason}
NOT_KEPT: Final = N_("It is not sent: the draft cannot be written now.")


class CharterFormScreen(FormScreen[int]):
    """Without a community it opens one; with one it changes that one's charter.

    Returns the number of the version that it has put in force.
    """

    KEYS: ClassVar[tuple[Key, ...]] = (
        Key(("ctrl+s",), "send", N_("put in force"), hint=True),
        Key(("f2",), "read", N_("how it reads"), hint=True),
        Key(("escape",), "leave_form", N_("keep the draft"), hint=True),
        Key(("tab", "enter", "down"), "next_field", N_("next field"), hint=True),
        Key(("shift+tab", "up"), "field_before", N_("field before")),
        Key(("f3",), "scope", N_("when this rule matters")),
        Key(("ctrl+g",), "discard", N_("discard"), hint=True),
    )
    FORM_KEYS: ClassVar[tuple[Key, ...]] = ()
    LENIENT = True
    DEFAULT_CSS = """
    CharterFormScreen Prose { width: 1fr; margin-left: 1; }
    """

    def __init__(self, community_id: int = 0) -> None:
        super().__init__()
        self._community_id = community_id
        self._view: CharterView | None = None
        #: The version that is being changed, and how it reads.
        self._base: CharterVersion | None = None
        self.keeper = DraftKeeper(self, charter_draft(community_id), self._contents)
        self.prose = Prose()
        self.prose.display = False
        self._wanted = False  # to read how it reads instead of the form, where there is no room for both
        self._left: Widget | None = None  # where one was typing before
        self._suggested: dict[str, str] = {}
        self._ready = False

    # -- what is in the fields

    @property
    def _opens(self) -> bool:
        return self._community_id == 0

    @property
    def _today(self) -> date:
        return today_of(self.actor, datetime.now(UTC))

    @property
    def _called(self) -> str:
        """What the community is called, or will be."""
        name = self._view.name if self._view is not None else self.values.get("name", "")
        return display_line(name)

    def heading(self) -> str:
        """What is being written."""
        if self._opens:
            return _("Open a community")
        return _("Change the charter of {name}").format(name=self._called)

    def aside(self) -> Sequence[Widget]:
        """How it reads."""
        return (self.prose,)

    def make_fields(self) -> Sequence[Field]:
        """Who and what for, what readers may expect, who looks after it."""
        return charter_fields(self._today, opens=self._opens, handle=self.actor.handle)

    @property
    def _asked(self) -> dict[str, str]:
        """What stands in the fields that this purpose asks for; the others have no say."""
        return {field.name: field.value if field.widget.display else "" for field in self.fields}

    def _contents(self) -> Contents:
        """The form as a draft: named as what it is about, and all of it beside that."""
        values = self.values
        extra: dict[str, Any] = {"values": values}
        if self._base is not None:
            extra["version"] = self._base.version
        return Contents(self._called, values["statement"], extra)

    # -- life

    async def on_mount(self) -> None:
        """Begin with the charter in force; then what was typed last time."""
        if not self._opens and not await self._load():
            return
        draft = await self.keeper.fetch()
        if draft is not None and isinstance(draft.extra.get("values"), dict):
            await self._restore(draft.extra)
        await super().on_mount()
        self._follow_choices()
        self._before = self.values
        self.keeper.begin()
        self._ready = True
        self._arrange(self.size.width)
        if draft is not None:
            self.say(_("Your draft of {when} is back.").format(when=format_datetime(draft.updated_at)))

    async def _load(self) -> bool:
        try:
            self._view = await self.forum.charters.view(self.actor, self._community_id)
        except ForumError as error:
            self.keeper.finish()
            self.dismiss(None)
            self.forum_app.call_later(self.forum_app.say, explain(error), error=True)
            return False
        self._base = self._view.present
        self.fill(values_of(self._base.charter))
        return True

    async def _restore(self, extra: Mapping[str, Any]) -> None:
        """What was typed, and the version that it was to change, which may not be in force any more."""
        self.fill({name: str(value) for name, value in extra["values"].items()})
        version = extra.get("version")
        if self._base is None or not isinstance(version, int) or version == self._base.version:
            return
        older = await self.ask(self.forum.charters.history(self.actor, self._community_id, version + 1, 1))
        if older:
            self._base = older[0]

    async def on_unmount(self) -> None:
        """Nothing is lost when the line drops."""
        await self.keep_draft()

    async def keep_draft(self) -> bool:
        """Write the draft if anything is not written yet; False when it could not be."""
        return not self._ready or await self.keeper.keep()

    def on_choice_changed(self, message: Choice.Changed) -> None:
        """Another purpose changes what the form asks for."""
        message.stop()
        self._follow_choices()
        self.typed()

    def typed(self) -> None:
        """Keep it, and show how it reads now."""
        if not self._ready:
            return
        self.keeper.note_change()
        self._advise()
        if self.prose.display:
            self._renew()

    def _follow_choices(self) -> None:
        """What the purpose changes: said, and asked for."""
        purpose = Purpose(self.field("purpose").value)
        rules = PURPOSES[purpose]
        self.show_note("purpose", _(rules.explains))
        self.show_field("ends_on", shown=rules.needs_end)
        self.show_field("linked", shown=rules.links)
        self.show_field("reason", shown=not self._opens)
        if self._opens:
            self.show_note("visibility", _(VISIBILITIES[self.field("visibility").value]))
        self._suggest(purpose)
        self._advise()

    def _suggest(self, purpose: Purpose) -> None:
        """What this purpose needs and nobody has typed yet; what another needed goes again."""
        usual, values = values_of(default_charter(purpose, "", self._today)), self.values
        for name in ("response_days", "ends_on"):
            if usual[name] and not values[name].strip():
                self._suggested[name] = usual[name]
                self.fill({name: usual[name]})
            elif not usual[name] and values[name] == self._suggested.get(name):
                self.fill({name: ""})

    def _advise(self) -> None:
        if self._opens:
            named = len(handles(self.field("hosts").value))
            advice = _("Better two: whom would you like to host with?") if named < 2 else ""
            self.show_note("hosts", advice)

    # -- how it reads

    def on_resize(self, event: events.Resize) -> None:
        """Beside the form, or instead of it."""
        self._arrange(event.size.width)
        super().on_resize(event)

    def _arrange(self, width: int) -> None:
        wide = width >= WIDE
        self.prose.display = wide or self._wanted
        self.query_one("#form").display = wide or not self._wanted
        if self.prose.display and self._ready:
            self._renew()

    def _renew(self) -> None:
        """Show what readers will see, as far as it can be read already."""
        values = self._asked
        paras = [Para(self._called or self.heading(), look="strong"), Para()]
        try:
            charter = read_charter(values, self._today)
        except InvalidInputError as error:
            paras.append(Para(explain(error), look="unread"))
        else:
            paras += charter_paras(charter, self._hosts(values), self._visibility(values))
        self.prose.show(paras, keep=True)

    def _hosts(self, values: Mapping[str, str]) -> Sequence[str]:
        if self._view is not None:
            return [host.handle for host in self._view.hosts]
        return handles(values["hosts"])

    def _visibility(self, values: Mapping[str, str]) -> Visibility:
        return self._view.visibility if self._view is not None else Visibility(values["visibility"])

    @property
    def _reads(self) -> bool:
        """Whether how it reads stands in place of the form."""
        return self._wanted and self.size.width < WIDE

    def action_read(self) -> None:
        """Read it, or go on writing where one was."""
        if self.size.width >= WIDE:
            self.say(_("It stands beside the form."))
            return
        self._wanted = not self._wanted
        if self._wanted:
            self._left = self.focused
        self._arrange(self.size.width)
        if not self._wanted and self._left is not None:
            self._left.focus()

    async def on_key(self, event: events.Key) -> None:
        """While one reads, keys scroll, and what leads to a field leads back to the form."""
        if self._reads and event.key in SCROLLING:
            event.stop()
            event.prevent_default()
            self.prose.scroll_lines(SCROLLING[event.key])
        elif self._reads and event.key in {"tab", "shift+tab", "enter", "escape", "q"}:
            event.stop()
            event.prevent_default()
            self.action_read()
        else:
            await super().on_key(event)

    def action_scope(self) -> None:
        """When the rule one is at matters most."""
        rules = self.field("rules").widget
        if isinstance(rules, RuleLines) and self.focused is not None and rules in self.focused.ancestors:
            rules.step()
        else:
            self.say(_("Go to one of the rules first."))

    # -- checks

    def problem_of(self, field: Field) -> str:
        """What cannot be used is said as soon as one leaves the line; what is empty, in the end."""
        values = self._asked
        try:
            if values[field.name].strip():
                check = _CHECKS.get(field.name)
                if check is not None:
                    check(values[field.name])
                else:
                    check_field(field.name, values, self._today)
        except InvalidInputError as error:
            return explain(error)
        return ""

    async def problem_found(self, field: Field) -> str:
        """Names that are taken, hosts and communities that do not exist."""
        if not field.value.strip():
            return ""
        try:
            if field.name == "slug":
                await self.forum.charters.check_slug(self.actor, field.value)
            elif field.name == "hosts":
                await self.forum.charters.check_hosts(self.actor, handles(field.value))
            elif field.name == "linked":
                await self.forum.charters.check_linked(self.actor, field.value, self._community_id or None)
        except InvalidInputError as error:
            return explain(error)
        return ""

    # -- sending and leaving

    async def send(self, values: dict[str, str]) -> int | None:
        """Open the community, or put the changed charter in force; None when it was left, or is not decided.

        Raises:
            InvalidInputError, NotAllowedError: as the services say.
        """
        if self._reads:
            self.action_read()
        charter = read_charter(self._asked, self._today)
        if not await self.keeper.keep(always=True) or self.keeper.draft is None:
            raise InvalidInputError(NOT_KEPT)
        token = self.keeper.draft.token
        if not self._opens:
            return await self._change(charter, values["reason"], token)
        row = await self.forum.charters.open(
            self.actor,
            values["slug"],
            values["name"],
            charter,
            hosts=handles(values["hosts"]),
            visibility=Visibility(values["visibility"]),
            token=token,
        )
        self.keeper.finish()
        self.forum_app.post_message(OpenCommunity(row.community_id))
        self._tell_later(_("{name} is open. i shows its page: invite people.").format(name=row.name))
        return 1

    async def _change(self, charter: Charter, reason: str, token: str) -> int | None:
        """Put it in force; whoever was quicker is shown first, and one's own put on top if one says so."""
        while True:
            assert self._base is not None
            try:
                version = await self.forum.charters.change(
                    self.actor,
                    self._community_id,
                    charter,
                    version=self._base.version,
                    reason=reason,
                    token=token,
                )
            except CharterConflictError as error:
                charter = merge(self._base.charter, error.theirs.charter, error.mine)
                if not await self._settled(self._base, error.theirs, charter):
                    return None
            else:
                self.keeper.finish()
                told = _("Version {version} of the charter is in force; the members are told.")
                self._tell_later(told.format(version=version))
                return version

    async def _settled(self, base: CharterVersion, theirs: CharterVersion, merged: Charter) -> bool:
        """Let this host decide; whether ``merged`` shall be sent now."""
        decision = await self.forum_app.push_screen(
            ConflictModal(base, theirs, merged), wait_for_dismiss=True
        )
        if decision is Decision.THEIRS:
            await self.keeper.forget()
            self.dismiss(None)
            self._tell_later(_("Version {version} stays in force.").format(version=theirs.version))
            return False
        self._base = theirs
        self.fill(values_of(merged))
        self._follow_choices()
        await self.keeper.keep(always=True)
        if decision is not Decision.MINE:
            self.say(_("What both of you changed is in the form now. Ctrl-S sends it."))
        return decision is Decision.MINE

    def _tell_later(self, sentence: str) -> None:
        """Tell it on the screen that is shown when this one is gone."""
        self.forum_app.call_later(self.forum_app.say, sentence)

    @dialog
    async def action_leave_form(self) -> None:
        """Leave; the draft stays, if anything was typed."""
        if self.values == self._before and self.keeper.draft is None:
            self.keeper.finish()
            self.dismiss(None)
        elif await self.keeper.keep():
            self.keeper.finish()
            self.dismiss(None)
            self._tell_later(_("Your draft is kept; g d lists your drafts."))

    @dialog
    async def action_discard(self) -> None:
        """Throw what was typed away, after asking."""
        if self._sending:
            return
        if await self.forum_app.confirm(_("Discard what you have written?")):
            await self.keeper.forget()
            self.dismiss(None)
