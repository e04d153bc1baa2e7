"""Registration: what an unknown key sees first. Short, and complete at 80×24."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui_forum.domain.entities import Actor, PublicKey, Registration, RegistrationMode
from tui_forum.domain.errors import ConflictError, ForumError, InvalidInputError
from tui_forum.i18n import LANGUAGES, N_, _, explain, language, set_locale
from tui_forum.ui.app import fit_terminal
from tui_forum.ui.traits import TerminalTraits

if TYPE_CHECKING:
    from textual.driver import Driver

    from tui_forum.services.forum import Forum

#: Wrong codes after which the session ends.
CODE_TRIES: Final = 5
_NAMES: Final = {"en": "English", "de": "Deutsch"}

#: Field name, label, hint.
FIELDS: Final = (
    ("handle", N_("Handle"), N_("a–z, 0–9 and hyphen; how others call you: @handle")),
    ("display_name", N_("Name"), N_("your name as others see it")),
    ("time_zone", N_("Time zone"), N_("for example Europe/Berlin")),
    ("invite_code", N_("Code"), N_("invitation code, or the code the server printed")),
)


class RegistrationApp(App[Actor | None], inherit_bindings=False):
    """Makes the account of a key. Returns the actor, or None when one leaves."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { align: center middle; }
    #form { width: 64; max-width: 100%; height: auto; padding: 0 1; }
    #form Static { height: auto; }
    #form .label { margin-top: 1; text-style: bold; }
    #form Input { background: $surface; }
    #error { color: $text-error; text-style: bold; margin-top: 1; min-height: 1; }
    #keys { color: $text-muted; margin-top: 1; }
    """
    CODES: ClassVar = ("invite_code",)

    def __init__(
        self,
        forum: Forum,
        key: PublicKey,
        mode: RegistrationMode,
        *,
        traits: TerminalTraits | None = None,
        driver_class: type[Driver] | None = None,
    ) -> None:
        super().__init__(driver_class=driver_class)
        fit_terminal(self, traits or TerminalTraits())
        self._forum = forum
        self._key = key
        self._mode = mode
        self._wrong_codes = 0
        self._busy = False
        self._values = {"time_zone": "Europe/Berlin" if language() == "de" else "UTC"}

    # -- the form

    def compose(self) -> ComposeResult:
        """Who are you?"""
        with Vertical(id="form"):
            yield Static(id="welcome", markup=False)
            for name, _label, _hint in self._fields():
                yield Static(id=f"label-{name}", classes="label", markup=False)
                field = Input(self._values.get(name, ""), id=name, compact=True, max_length=200)
                field.cursor_blink = False
                yield field
            yield Static(id="error", markup=False)
            yield Static(id="keys", markup=False)

    def _fields(self) -> tuple[tuple[str, str, str], ...]:
        return FIELDS

    def on_mount(self) -> None:
        """Begin with the handle."""
        self._speak()
        self.query_one("#handle", Input).focus()

    def _speak(self) -> None:
        """Everything in the present language."""
        self.query_one("#welcome", Static).update(
            _("Welcome! Your key is new here: {fingerprint}").format(fingerprint=self._key.fingerprint)
        )
        for name, label, hint in self._fields():
            optional = name == "invite_code" and self._mode is RegistrationMode.OPEN
            note = _("only if you have one") if optional else _(hint)
            self.query_one(f"#label-{name}", Static).update(f"{_(label)}: {note}")
        self.query_one("#keys", Static).update(
            _("Enter next/join   F2 language: {language}   Esc leave").format(language=_NAMES[language()])
        )

    def _fail(self, sentence: str, field: str = "") -> None:
        self.query_one("#error", Static).update(f"! {sentence}")
        if field and self.query(f"#{field}"):
            self.query_one(f"#{field}", Input).focus()

    # -- keys

    async def on_key(self, event: events.Key) -> None:
        """Move, change the language, leave."""
        fields = [self.query_one(f"#{name}", Input) for name, _label, _hint in self._fields()]
        focused = self.focused
        place = fields.index(focused) if isinstance(focused, Input) and focused in fields else 0
        if event.key in {"down", "tab"}:
            fields[(place + 1) % len(fields)].focus()
        elif event.key in {"up", "shift+tab"}:
            fields[place - 1].focus()
        elif event.key == "f2":
            here = LANGUAGES.index(language())
            set_locale(LANGUAGES[(here + 1) % len(LANGUAGES)])
            self._speak()
        elif event.key in {"escape", "ctrl+c", "ctrl+q"}:
            self.exit(None)
        else:
            return
        event.stop()
        event.prevent_default()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """The next field; from the last one, join."""
        names = [name for name, _label, _hint in self._fields()]
        place = names.index(event.input.id or "handle")
        if event.input.id == "handle":
            try:
                await self._forum.accounts.check_handle(event.value)
            except ForumError as error:
                self._fail(explain(error), "handle")
                return
            self.query_one("#error", Static).update("")
            name = self.query_one("#display_name", Input)
            if not name.value:
                name.value = event.value.strip().removeprefix("@").capitalize()
        if place + 1 < len(names):
            self.query_one(f"#{names[place + 1]}", Input).focus()
        elif not self._busy:
            self._busy = True
            try:
                await self._join()
            finally:
                self._busy = False

    async def _join(self) -> None:
        values = {name: self.query_one(f"#{name}", Input).value.strip() for name, _l, _h in self._fields()}
        form = Registration(language=language(), **values)
        try:
            actor = await self._register(form)
        except InvalidInputError as error:
            self._fail(explain(error), error.field)
            if error.field == "invite_code":
                self._wrong_codes += 1
                if self._wrong_codes >= CODE_TRIES:
                    self.exit(None, message=_("Too many wrong codes."))
        except ConflictError as error:
            known = await self._forum.accounts.actor_for_key(self._key.fingerprint)
            if known is not None:  # registered meanwhile, in another session
                self.exit(known)
            else:
                self._fail(explain(error))
        except ForumError as error:
            self._fail(explain(error))
        else:
            self.exit(actor)

    async def _register(self, form: Registration) -> Actor:
        """With the operator's claim code, with an invitation, or freely."""
        accounts = self._forum.accounts
        if form.invite_code:
            try:
                return await accounts.claim(form.invite_code, form, self._key)
            except InvalidInputError as error:
                if error.field != "invite_code":
                    raise
            return await accounts.register(form, self._key, invited=True)
        if self._mode is not RegistrationMode.OPEN:
            raise InvalidInputError(
                N_("You need an invitation code: ask somebody who is in."), field="invite_code"
            )
        return await accounts.register(form, self._key)
