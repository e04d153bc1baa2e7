"""Coming in for the first time: an unknown key makes its account."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_forum.domain.entities import Actor, PublicKey, Registration, RegistrationMode
from tui_forum.domain.errors import ConflictError, ForumError, InvalidInputError
from tui_forum.domain.handles import handle_from_name
from tui_forum.domain.limits import DISPLAY_NAME_MAX_CHARS, HANDLE_MAX_CHARS
from tui_forum.domain.text import display_line
from tui_forum.i18n import LANGUAGES, N_, _, change_locale, explain, language, set_locale
from tui_forum.ui.app import fit_terminal
from tui_forum.ui.keys import shown
from tui_forum.ui.modals.confirm import ConfirmModal
from tui_forum.ui.skin import DARK_SKIN, LIGHT_SKIN, PLAIN_SKIN, Skin
from tui_forum.ui.traits import TerminalTraits
from tui_forum.ui.widgets.bars import Footer
from tui_forum.ui.widgets.form import Choice, Label, line_field
from tui_forum.ui.zones import find_zone, zone_problem

if TYPE_CHECKING:
    from textual.driver import Driver

    from tui_forum.services.forum import Forum

#: Wrong codes after which the session ends; codes have 99 bits, this is only against patience.
CODE_TRIES: Final = 5
CODE_MAX_CHARS: Final = 64
ZONE_MAX_CHARS: Final = 64
LANGUAGE_NAMES: Final = {"en": "English", "de": "Deutsch"}
LIKELY_ZONES: Final = {"de": "Europe/Berlin"}

NEED_CODE: Final = N_("You need an invitation code: ask somebody who is in.")
TOO_MANY_CODES: Final = N_("Too many wrong codes. Please ask for a new one and come back.")
ALREADY_IN: Final = N_("Your key has an account already: welcome back.")


class FormScreen(Screen[None], inherit_bindings=False):
    """Without Textual's own Tab, which would leave a field unchecked."""


class RegistrationApp(App[Actor | None], inherit_bindings=False):
    """A form; exits with the actor of the new account, or None when one leaves.

    ``farewell`` then holds a sentence for whoever ends the session ("" for none). The code may
    be an invitation, or the claim code that a new server has printed: the one makes a member,
    the other the operator.
    """

    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = ""
    BINDINGS: ClassVar = [
        Binding("ctrl+s", "send", priority=True, show=False),
        Binding("f2", "language", priority=True, show=False),
        Binding("ctrl+c,ctrl+q", "leave", priority=True, show=False),
        Binding("escape", "leave", show=False),
        Binding("tab,down,enter", "go_on", show=False),
        Binding("shift+tab,up", "go_back", show=False),
    ]
    CSS = """
    Screen { layout: vertical; overflow: hidden; }
    #form { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    #welcome { height: auto; margin-bottom: 1; }
    Label { height: auto; color: $text-muted; }
    Label.-wrong { color: $text-error; text-style: bold; }
    Input, Choice { border: none; height: 1; padding: 0 1; margin-bottom: 1; background: $surface; }
    Input:focus, Choice:focus { background: $panel; }
    Footer { height: 1; }
    """

    def __init__(
        self,
        forum: Forum,
        key: PublicKey,
        mode: RegistrationMode,
        *,
        suggested_handle: str = "",
        traits: TerminalTraits | None = None,
        driver_class: type[Driver] | None = None,
        title: str = "tui-forum",
    ) -> None:
        """``suggested_handle`` is what the client called itself; ``i18n.language()`` is its language."""
        super().__init__(driver_class=driver_class)
        self.traits = traits or TerminalTraits()
        fit_terminal(self, self.traits)
        self.skin = self._skin()
        self.farewell = ""
        self._forum = forum
        self._key = key
        self._mode = mode
        self._title_text = title
        self._chosen = language()
        set_locale(self._chosen)  # this session's own, so that the switch reaches all its tasks
        self._wrong_codes = 0
        self._busy = False
        self._suggested = suggested_handle
        self._fields: dict[str, Input] = {}
        self._labels: dict[str, Label] = {}
        self._order: tuple[Widget, ...] = ()

    def _skin(self) -> Skin:
        if self.traits.color_system == "none":
            return PLAIN_SKIN
        return LIGHT_SKIN if self.traits.light else DARK_SKIN

    def get_default_screen(self) -> Screen[None]:
        """The one there is."""
        return FormScreen()

    # -- layout

    def _make_fields(self) -> None:
        handle = handle_from_name(self._suggested, lambda _handle: False) if self._suggested else ""
        names = [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES]
        zone = LIKELY_ZONES.get(self._chosen, "UTC")
        self._choice = Choice(names, self._chosen, id="language")
        self._fields = {
            "handle": line_field(id="handle", value=handle, max_length=HANDLE_MAX_CHARS + 1),
            "display_name": line_field(id="display_name", max_length=DISPLAY_NAME_MAX_CHARS),
            "time_zone": line_field(id="time_zone", value=zone, max_length=ZONE_MAX_CHARS),
            "invite_code": line_field(id="invite_code", max_length=CODE_MAX_CHARS),
        }
        handle_field, name_field, zone_field, code_field = self._fields.values()
        self._order = (handle_field, name_field, zone_field, self._choice, code_field)
        self._labels = {str(field.id): Label(id=f"label-{field.id}") for field in self._order}

    def compose(self) -> ComposeResult:
        """Five fields and the keys."""
        self._make_fields()
        with VerticalScroll(id="form", can_focus=False):
            yield Static("", id="welcome", markup=False)
            for field in self._order:
                yield self._labels[str(field.id)]
                yield field
        yield Footer()

    def on_mount(self) -> None:
        """Ask for the handle first."""
        self._speak()
        self._fields["handle"].focus()
        self._fields["handle"].cursor_position = len(self._fields["handle"].value)

    def _speak(self) -> None:
        """All texts in the chosen language."""
        welcome = _("Welcome to {forum}. Your key {fingerprint} is new here: make your account.")
        self.screen.query_one("#welcome", Static).update(
            display_line(welcome.format(forum=self._title_text, fingerprint=f"{self._key.fingerprint[:17]}…"))
        )
        is_open = self._mode is RegistrationMode.OPEN
        labels = {
            "handle": _("Handle: your unique name here, such as grace-h"),
            "display_name": _("Display name, as others read it"),
            "time_zone": _("Time zone: the nearest city, such as Berlin"),
            "language": _("Language: Space changes it"),
            "invite_code": _("Code, only if you have one")
            if is_open
            else _("Invitation code, or the code that the new server printed"),
        }
        for name, label in self._labels.items():
            label.say(labels[name])
        self._show_keys()

    def _show_keys(self) -> None:
        self._footer.show_keys(
            [
                (shown("enter"), _("next field")),
                (shown("ctrl+s"), _("make the account")),
                (shown("f2"), _("language")),
                (shown("escape"), _("leave")),
            ]
        )

    @property
    def _footer(self) -> Footer:
        return self.screen_stack[0].query_one(Footer)

    # -- moving

    def on_choice_changed(self, message: Choice.Changed) -> None:
        """The form speaks the other language at once."""
        self._chosen = message.value
        change_locale(message.value)
        for label in self._labels.values():
            label.complain("")  # was said in the other language
        self._speak()

    def action_language(self) -> None:
        """The next language, from any field."""
        self._choice.step()

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was wrong is being mended."""
        self._labels[str(event.input.id)].complain("")
        self._show_keys()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a line."""
        event.stop()
        await self.action_go_on()

    async def action_go_on(self) -> None:
        """To the next field; from the last one, send. A bad value keeps one where one is."""
        focused = self.focused
        if focused is None or not await self._check(focused):
            return
        place = self._order.index(focused)
        if place == len(self._order) - 1:
            self.action_send()
        else:
            self._go_to(self._order[place + 1])

    def action_go_back(self) -> None:
        """To the field before."""
        place = self._order.index(self.focused) if self.focused in self._order else 1
        self._go_to(self._order[max(0, place - 1)])

    @staticmethod
    def _go_to(field: Widget) -> None:
        field.focus()
        field.scroll_visible(animate=False)

    @property
    def focused_field(self) -> str:
        """The name of the field one is in."""
        return str(cast("Widget", self.focused).id)

    # -- checks

    async def _check(self, field: Widget) -> bool:
        """Say what is wrong with a field as soon as one leaves it."""
        problem = ""
        if field is self._fields["handle"]:
            problem = await self._handle_problem()
        elif field is self._fields["time_zone"]:
            problem = self._zone_problem()
        elif field is self._fields["invite_code"] and self._mode is not RegistrationMode.OPEN:
            problem = "" if self._fields["invite_code"].value.strip() else _(NEED_CODE)
        self._labels[str(field.id)].complain(problem)
        return not problem

    async def _handle_problem(self) -> str:
        handle = self._fields["handle"].value
        try:
            await self._forum.accounts.check_handle(handle)
        except ForumError as error:
            return explain(error)
        name = self._fields["display_name"]
        if not name.value:
            name.value = handle.strip().removeprefix("@").capitalize()
        return ""

    def _zone_problem(self) -> str:
        field = self._fields["time_zone"]
        zone = find_zone(field.value)
        if zone is None:
            return zone_problem(field.value)
        field.value = zone
        return ""

    # -- sending

    def action_send(self) -> None:
        """Make the account, once."""
        if not self._busy:
            self._busy = True
            self._send()

    @work(name="register")
    async def _send(self) -> None:
        try:
            for field in self._order:
                if not await self._check(field):
                    self._go_to(field)
                    return
            self.exit(await self._make_account())
        except InvalidInputError as error:
            self._point_out(error)
        except ConflictError as error:
            await self._known_meanwhile(error)
        except ForumError as error:
            self._footer.say(explain(error), error=True)
        finally:
            self._busy = False

    async def _make_account(self) -> Actor:
        """With the operator's claim code, with an invitation, or freely."""
        accounts = self._forum.accounts
        values = {name: field.value.strip() for name, field in self._fields.items()}
        form = Registration(language=self._chosen, **values)
        if form.invite_code:
            # A code knows itself whether it is the operator's: one field is enough.
            try:
                return await accounts.claim(form.invite_code, form, self._key)
            except InvalidInputError as error:
                if error.field != "invite_code" or self._mode is RegistrationMode.CLOSED:
                    raise
        return await accounts.register(form, self._key, invited=bool(form.invite_code))

    def _point_out(self, error: InvalidInputError) -> None:
        if error.field == "invite_code":
            self._wrong_codes += 1
            if self._wrong_codes >= CODE_TRIES:
                self.farewell = _(TOO_MANY_CODES)
                self.exit(None)
                return
        if error.field not in self._fields:
            self._footer.say(explain(error), error=True)
            return
        self._labels[error.field].complain(explain(error))
        self._go_to(self._fields[error.field])

    async def _known_meanwhile(self, error: ConflictError) -> None:
        """The same key was registered in another window: come in with its account."""
        try:
            actor = await self._forum.accounts.actor_for_key(self._key.fingerprint)
        except ForumError:
            actor = None
        if actor is None:
            self._footer.say(explain(error), error=True)
            return
        self.farewell = _(ALREADY_IN)
        self.exit(actor)

    # -- leaving

    def action_leave(self) -> None:
        """Leave without an account; asks when something was typed."""
        if isinstance(self.screen, ConfirmModal):  # Ctrl-C twice means it
            self.exit(None)
            return
        if not (self._fields["display_name"].value or self._fields["invite_code"].value):
            self.exit(None)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.exit(None)

        self.push_screen(ConfirmModal(_("Leave without an account?")), answered)

    def paste_was_cut(self) -> None:
        """The driver has cut a paste that was too large for any field."""
        self._footer.say(_("That was too much to paste."), error=True)
