"""Settings: one's profile, language and time zone, keys, invitations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.widget import Widget

from tui_forum.domain.entities import SiteRole, SshKey
from tui_forum.domain.errors import ConflictError, ForumError
from tui_forum.domain.people import RECOGNITION_NAMES, RecognitionKind
from tui_forum.domain.text import display_line
from tui_forum.i18n import LANGUAGES, N_, _, explain, format_date
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.publickeys import parse_public_key
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Heading, Lines, RowList, columns
from tui_forum.ui.zones import find_zone, zone_problem

LANGUAGE_NAMES: Final = {"en": "English", "de": "Deutsch"}


@dataclass(frozen=True, slots=True)
class Setting:
    """A line of the settings: ``what`` names it; ``key`` is the SSH key it stands for."""

    what: str
    label: str
    value: str
    key: SshKey | None = None


def _shown(yes: bool) -> str:
    return _("shown") if yes else _("nobody sees it")


def _draw(setting: Setting, width: int, skin: Skin) -> Lines:
    return (
        columns(
            Cell(f"  {display_line(setting.label)}"),
            [Cell(display_line(setting.value)[: width // 2 + 8], skin.accent), Cell(" ")],
            width,
        ),
    )


#: Names of ``ui.skin``.
COLOURS: Final = {"dark": N_("dark"), "light": N_("light"), "plain": N_("those of the terminal")}


class SettingsScreen(ListScreen[None]):
    """A list of what can be changed; Enter changes it."""

    TITLE_TEXT = N_("Settings")
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "change", N_("change"), hint=True),
        Key(("a",), "add_key", N_("add a key"), hint=True),
        Key(("d", "x"), "remove_key", N_("remove the key"), hint=True),
    )

    def __init__(self) -> None:
        super().__init__()
        self.rows = RowList[Setting](_draw)

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    async def on_mount(self) -> None:
        """Load."""
        self.rows.focus()
        await self._load()
        await super().on_mount()

    async def _load(self) -> None:
        actor = self.actor
        keys = await self.ask(self.forum.accounts.keys(actor)) or ()
        hidden = await self.ask(self.forum.profiles.hidden(actor)) or frozenset()
        items: list[Setting | Heading] = [
            Heading(f"@{actor.handle}"),
            Setting("name", _("Display name"), actor.display_name),
            Setting("language", _("Language"), LANGUAGE_NAMES.get(actor.language, actor.language)),
            Setting("zone", _("Time zone"), actor.time_zone),
            Setting("theme", _("Colours"), _(COLOURS[self.forum_app.skin.name])),
            Heading(_("Shown on my profile")),
            *(Setting(kind, _(name), _shown(kind not in hidden)) for kind, name in RECOGNITION_NAMES.items()),
            Heading(_("Keys that log in here")),
        ]
        for key in keys:
            used = format_date(key.last_used_at) if key.last_used_at else _("never used")
            items.append(Setting("key", f"{key.name}  {key.fingerprint[:20]}…", used, key))
        if not keys:
            items.append(Heading(_("none: press a to add one")))
        if actor.site_role in (SiteRole.MODERATOR, SiteRole.ADMIN):
            items += [
                Heading(_("Invitations")),
                Setting("invite", _("Make an invitation code"), _("Enter")),
            ]
        index = self.rows.index
        self.rows.set_items(items)
        self.rows.select(max(0, index))

    def action_toggle_theme(self) -> None:
        """Dark or light, and say so in the list."""
        super().action_toggle_theme()
        self.call_later(self._load)

    @dialog
    async def action_change(self) -> None:
        """Change the selected setting."""
        setting = self.rows.current
        if setting is None:
            return
        if setting.what == "language":
            # Two languages: Enter goes to the other.
            here = LANGUAGES.index(self.actor.language) if self.actor.language in LANGUAGES else 0
            await self._update(language=LANGUAGES[(here + 1) % len(LANGUAGES)])
        elif isinstance(setting.what, RecognitionKind):
            hide = setting.value == _shown(True)
            await self.ask(self.forum.profiles.hide(self.actor, setting.what, hidden=hide))
            await self._load()
        elif setting.what == "theme":
            self.action_toggle_theme()
        elif setting.what == "name":
            await self._ask_and_update("display_name", _("Your display name"), self.actor.display_name)
        elif setting.what == "zone":
            question = _("Your time zone, for example Europe/Berlin")
            await self._ask_and_update("time_zone", question, self.actor.time_zone)
        elif setting.what == "invite":
            code = await self.ask(self.forum.accounts.create_invite(self.actor))
            if code is not None:
                self.say(_("Invitation code for one person, 14 days: {code}").format(code=code))
        elif setting.key is not None:
            await self._rename(setting.key)

    async def _ask_and_update(self, field: str, question: str, value: str) -> None:
        """Ask until it can be taken or one gives up; what was typed stays in the line."""
        while True:
            answer = await self.forum_app.ask_line(question, value)
            if answer is None:
                return
            if field == "time_zone":
                zone = find_zone(answer)
                if zone is None:
                    question, value = zone_problem(answer), answer
                    continue
                answer = zone
            try:
                changed = await self.forum.accounts.update_profile(self.actor, **{field: answer})
            except ForumError as error:
                question, value = explain(error), answer
                continue
            await self.forum_app.change_actor(changed)
            await self._load()
            return

    async def _update(self, **values: str) -> None:
        changed = await self.ask(self.forum.accounts.update_profile(self.actor, **values))
        if changed is not None:
            await self.forum_app.change_actor(changed)
            await self._load()

    async def _rename(self, key: SshKey) -> None:
        name = await self.forum_app.ask_line(_("Name of this key"), key.name)
        if name is not None:
            await self.ask(self.forum.accounts.rename_key(self.actor, key.key_id, name))
            await self._load()

    @dialog
    async def action_add_key(self) -> None:
        """Paste a public key."""
        question, line = _("Paste the public key (one line)"), ""
        while True:
            answer = await self.forum_app.ask_line(question, line)
            if answer is None:
                return
            try:
                await self.forum.accounts.add_key(self.actor, parse_public_key(answer))
            except ForumError as error:
                question, line = explain(error), "" if "PRIVATE" in answer else answer
                continue
            await self._load()
            self.say(_("The key can log in from now on."))
            return

    @dialog
    async def action_remove_key(self) -> None:
        """Take a key away; the last one only when its handle is typed."""
        setting = self.rows.current
        if setting is None or setting.key is None:
            self.say(_("Select one of your keys first."))
            return
        key = setting.key
        if not await self.forum_app.confirm(_("Remove the key {name}?").format(name=key.name)):
            return
        try:
            await self.forum.accounts.remove_key(self.actor, key.key_id)
        except ConflictError as error:
            question = _("{why} Type your handle to remove it all the same.").format(why=explain(error))
            typed = await self.forum_app.ask_line(question, "")
            if typed is None or typed.strip().removeprefix("@") != self.actor.handle:
                return
            await self.ask(self.forum.accounts.remove_key(self.actor, key.key_id, confirm_last=True))
        except ForumError as error:
            self.say(explain(error), error=True)
            return
        await self._load()
