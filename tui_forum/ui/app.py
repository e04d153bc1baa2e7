"""The app of one session: who it is for, how it looks, and the way from screen to screen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from textual import on, work
from textual.app import App
from textual.filter import Monochrome
from textual.screen import Screen

from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import ForumError, InvalidInputError
from tui_forum.domain.events import Event, EventKind, Topic
from tui_forum.domain.profiles import Person
from tui_forum.domain.text import terminal_title
from tui_forum.domain.views import HomeView, PostRef
from tui_forum.i18n import _, change_locale, explain, ngettext, set_locale
from tui_forum.ui.frames import Frames
from tui_forum.ui.modals.confirm import ConfirmModal
from tui_forum.ui.modals.line import LineModal
from tui_forum.ui.modals.palette import PaletteModal
from tui_forum.ui.modals.pick import Choice, PickModal
from tui_forum.ui.modals.reason import ReasonModal
from tui_forum.ui.modals.sanction import APPEAL, SanctionModal
from tui_forum.ui.navigation import Go, OpenCommunity, OpenThread, Place, StartWriting
from tui_forum.ui.places import make_screen
from tui_forum.ui.pump import Calm, EventPump, wait_for
from tui_forum.ui.screen import ForumScreen
from tui_forum.ui.screens.browse import BrowseScreen
from tui_forum.ui.skin import DARK_SKIN, LIGHT_SKIN, PLAIN_SKIN, THEMES, Skin
from tui_forum.ui.strips import let_lines_go
from tui_forum.ui.traits import TerminalTraits
from tui_forum.ui.widgets.listings import unread_text

if TYPE_CHECKING:
    from textual.driver import Driver

    from tui_forum.services.forum import Forum

#: How long a burst of scrolling is gathered before the read pointer is written, seconds.
READ_PAUSE: Final = 0.4
#: Who comes and goes is shown this often at most, seconds: when all come in the morning, all see it.
PRESENCE_PAUSE: Final = 1.0
_COLOUR_SYSTEMS: Final = {"none": None, "16": "standard", "256": "256", "truecolor": "truecolor"}


def fit_terminal(app: App[Any], traits: TerminalTraits) -> None:
    """Make an app send only what this client's terminal can show.

    Textual's own choice comes from the server's environment and is the same for every session.
    """
    app.console = Console(
        color_system=_COLOUR_SYSTEMS[traits.color_system],
        file=app.console.file,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    app.animation_level = "none"
    if traits.color_system == "none":
        app._filters.append(Monochrome())  # noqa: SLF001 - there is no public way per app
    for theme in THEMES:
        app.register_theme(theme)
    app.theme = "forum-light" if traits.light else "forum-dark"


let_lines_go()


class ForumApp(App[None], inherit_bindings=False):
    """The forum for one actor on one terminal."""

    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = ""
    CSS_PATH = "screens/browse.tcss"  # Textual does not load a default screen's own
    DEFAULT_CSS = """
    .-hidden { display: none; }
    """

    def __init__(
        self,
        forum: Forum,
        actor: Actor,
        *,
        traits: TerminalTraits | None = None,
        driver_class: type[Driver] | None = None,
        title: str = "tui-forum",
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.forum = forum
        self.actor = actor
        self.traits = traits or TerminalTraits()
        self.title_text = title
        fit_terminal(self, self.traits)
        self.skin = self._skin_for(light=self.traits.light)
        self.frames = Frames(self)
        self._presence = forum.presence.enter(actor)
        self._pump = EventPump(forum.listening.open(actor), self._handle_event)
        self._calm_presence = Calm(self._show_presence, PRESENCE_PAUSE)
        self._reached: dict[int, int] = {}
        self._read_timer_set = False
        self._open_cases = 0
        self._unseen = 0
        #: For whom a session goes on with another app when this one has ended.
        self.successor: Actor | None = None
        self._title = ""
        set_locale(actor.language, actor.time_zone)
        self._home: asyncio.Task[HomeView] | None = None
        self.browse = BrowseScreen()

    def _skin_for(self, *, light: bool) -> Skin:
        if self.traits.color_system == "none":
            return PLAIN_SKIN
        return LIGHT_SKIN if light else DARK_SKIN

    # -- life

    def get_default_screen(self) -> Screen[Any]:
        """Browsing is where one starts."""
        return self.browse

    def on_load(self) -> None:
        """Fetch home while the screen is being built."""
        self._home = asyncio.create_task(self.forum.communities.home(self.actor))

    async def first_home(self) -> HomeView:
        """What :meth:`on_load` has asked for."""
        assert self._home is not None
        return await self._home

    def on_mount(self) -> None:
        """Begin to listen; tell what moderators have decided about who comes in."""
        self._listen()
        self.run_worker(self.greet(), name="greet")

    async def greet(self) -> None:
        """Show what is laid on the account until it has said that it has read it."""
        try:
            unread = await self.forum.sanctions.unread(self.actor)
            if any(penalty.shuts_out for penalty in unread):  # since a moment ago
                await self.start_again()
                return
            for penalty in unread:
                answer = await self.push_screen(SanctionModal(penalty), wait_for_dismiss=True)
                if answer is not None:
                    await self.forum.sanctions.acknowledge(self.actor, penalty.sanction_id)
                if answer == APPEAL:
                    self.go(Place.DECISION, penalty.case_id, on_top=True)
                    return
        except ForumError as error:
            self.say(explain(error), error=True)

    @work(name="events")
    async def _listen(self) -> None:
        await self._pump.run()

    async def on_unmount(self) -> None:
        """The session is over."""
        self._presence.leave()
        self._pump.close()
        self._calm_presence.close()
        await self.reading_done()

    async def start_again(self) -> None:
        """What this account may see has changed as a whole: keep what was typed, begin anew."""
        await self.prepare_shutdown()
        self.successor = self.actor
        self.exit()

    async def prepare_shutdown(self) -> None:
        """The server goes down: keep what was typed and how far was read."""
        for screen in self.screen_stack:
            keep = getattr(screen, "keep_draft", None)
            if keep is not None:
                await keep()
        await self.reading_done()

    def paste_was_cut(self) -> None:
        """The driver has cut a paste that was too large."""
        self.say(_("That was too much to paste at once: only the first 64 KiB were taken."), error=True)

    def say(self, sentence: str, *, error: bool = False, yielding: bool = False) -> None:
        """Tell something on the screen that is shown; ``yielding``: unless another sentence stands there."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, ForumScreen):
                if not (yielding and screen.speaks):
                    screen.say(sentence, error=error)
                return

    def set_terminal_title(self, text: str) -> None:
        """The title of the terminal's window."""
        title = terminal_title(text)
        if title != self._title and self._driver is not None and not self.is_headless:
            self._title = title
            self._driver.write(f"\x1b]0;{title}\x07")

    # -- events

    def follow(self, *topics: Topic) -> None:
        """Follow these topics besides one's own account, moderation and presence."""
        self._pump.watch(*topics)

    def look(self, community_id: int | None, thread_id: int | None) -> None:
        """Say where this session looks."""
        self._presence.look(community_id, thread_id)

    async def _handle_event(self, event: Event) -> None:
        if event.kind is EventKind.PRESENCE_CHANGED:
            self._calm_presence.ask()
            return
        if event.kind is EventKind.NOTICE_SENT and event.account_id == self.actor.account_id:
            await self._recount(event)
        if event.kind is EventKind.SANCTION_CHANGED and await self._is_suspended():
            await self.start_again()
            return
        for screen in self._forum_screens():
            await wait_for(screen, screen.on_forum_event, event)

    async def _is_suspended(self) -> bool:
        try:
            return await self.forum.sanctions.suspension(self.actor) is not None
        except ForumError:
            return False

    def _show_presence(self) -> None:
        for screen in self._forum_screens():
            screen.call_next(screen.refresh_bars)

    async def _recount(self, event: Event) -> None:
        before = self._unseen
        try:
            self._unseen = await self.forum.notices.unseen(self.actor)
        except ForumError:
            return
        if self._unseen > before and event.event_id:
            # The status bar counts it in any case.
            self.say(_("Something for you: press g i for your inbox."), yielding=True)

    def _forum_screens(self) -> Iterable[ForumScreen[Any]]:
        return [screen for screen in self.screen_stack if isinstance(screen, ForumScreen)]

    def note_waiting(self, open_cases: int, unseen: int) -> None:
        """What home says is waiting."""
        self._open_cases, self._unseen = open_cases, unseen

    def note_cases(self, open_cases: int) -> None:
        """What the queue says is waiting."""
        self._open_cases = open_cases

    def status_texts(self) -> tuple[str, str]:
        """The right end of the status bar: what waits, who is here, oneself; and without who is here."""
        parts = []
        if self._open_cases:
            cases = ngettext("{n} case", "{n} cases", self._open_cases)
            parts.append(cases.format(n=unread_text(self._open_cases)))
        if self._unseen:
            notices = ngettext("{n} notice", "{n} notices", self._unseen)
            parts.append(notices.format(n=unread_text(self._unseen)))
        me = f"@{self.actor.handle}"
        short = " · ".join((*parts, me))
        here = [handle for handle in self.forum.presence.handles() if handle != self.actor.handle]
        if here:
            names = " ".join(f"@{handle}" for handle in here[:3])
            more = f" +{len(here) - 3}" if len(here) > 3 else ""
            parts.append(_("here: {names}").format(names=names + more))
        return " · ".join((*parts, me)), short

    # -- read pointers

    def mark_read(self, thread_id: int, number: int) -> None:
        """Note how far one has read; written once scrolling pauses."""
        self._reached[thread_id] = max(number, self._reached.get(thread_id, 0))
        if not self._read_timer_set:
            self._read_timer_set = True
            self.set_timer(READ_PAUSE, self.reading_done)

    async def reading_done(self) -> None:
        """Write what :meth:`mark_read` has gathered."""
        self._read_timer_set = False
        reached, self._reached = self._reached, {}
        for thread_id, number in reached.items():
            try:
                await self.forum.posts.mark_read(self.actor, thread_id, number)
            except ForumError:
                self._reached.setdefault(thread_id, number)  # tried again with the next one

    # -- looks

    def toggle_theme(self) -> None:
        """Dark or light."""
        light = self.theme == "forum-dark"
        self.theme = "forum-light" if light else "forum-dark"
        self.skin = self._skin_for(light=light)
        for screen in self.screen_stack:
            screen.refresh(layout=True)
            for widget in screen.query("*"):
                widget.refresh()

    async def change_actor(self, actor: Actor) -> None:
        """The profile was changed: speak its language from now on."""
        self.actor = actor
        change_locale(actor.language, actor.time_zone)
        self.browse.reader.clear_cache()
        await self.browse.reload_home()
        for screen in self._forum_screens():
            screen.refresh_bars()
            for widget in screen.query("*"):
                widget.refresh()

    # -- dialogs

    async def confirm(self, question: str) -> bool:
        """Ask yes or no (from a worker)."""
        answer = await self.push_screen(ConfirmModal(question), wait_for_dismiss=True)
        return bool(answer)

    async def ask_reason(self, title: str, prepared: Sequence[str]) -> str | None:
        """Ask for a reason (from a worker); None when one thinks better of it."""
        return await self.push_screen(ReasonModal(title, prepared), wait_for_dismiss=True)

    async def pick(self, title: str, choices: Sequence[Choice]) -> int | None:
        """Ask for one of a few (from a worker); its place, or None when one thinks better of it."""
        return await self.push_screen(PickModal(title, choices), wait_for_dismiss=True)

    async def ask_line(self, question: str, value: str = "", problem: str = "") -> str | None:
        """Ask for a line of text (from a worker); ``problem`` is what was wrong with the one before."""
        return await self.push_screen(LineModal(question, value, problem), wait_for_dismiss=True)

    async def ask_until_taken(
        self, question: str, take: Callable[[str], Awaitable[None]], value: str = ""
    ) -> bool:
        """Ask for a line until ``take`` can use it, what was typed kept; False when one gives up.

        What typing differently does not help with is said on the screen.
        """
        problem = ""
        while True:
            line = await self.ask_line(question, value, problem)
            if line is None:
                return False
            try:
                await take(line)
            except InvalidInputError as error:
                value, problem = line, explain(error)
            except ForumError as error:
                self.say(explain(error), error=True)
                return False
            else:
                return True

    def show_palette(self, screen: ForumScreen[Any]) -> None:
        """Choose one of a screen's actions by name."""

        def run(action: str | None) -> None:
            if action is not None:
                screen.call_next(screen.perform, action)

        async def people(text: str) -> Sequence[Person]:
            return await screen.ask(self.forum.profiles.named(self.actor, text)) or ()

        self.push_screen(PaletteModal(screen.keymap(), screen.level, people), run)

    # -- navigation

    def _to_browse(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def go(self, place: Place, *arguments: object, on_top: bool = False) -> None:
        """Go to a screen, made with ``arguments``: in place of the one that is shown, or on top of it."""
        if not on_top:
            self._to_browse()
        if place is Place.HOME:
            self.browse.call_next(self.browse.go_home)
        else:
            self.push_screen(make_screen(place, *arguments))

    @on(Go)
    def _go(self, message: Go) -> None:
        self.go(message.place, *message.arguments, on_top=message.on_top)

    @on(OpenThread)
    def _open_thread(self, message: OpenThread) -> None:
        self._to_browse()
        self.browse.call_next(self.browse.open_thread, message.thread_id, message.number)

    @on(OpenCommunity)
    def _open_community(self, message: OpenCommunity) -> None:
        self._to_browse()
        self.browse.call_next(self.browse.open_community, message.community_id)

    @on(StartWriting)
    def _write(self, message: StartWriting) -> None:
        from tui_forum.ui.screens.compose import ComposeScreen

        edited = message.target.post_id is not None

        def sent(ref: PostRef | None) -> None:
            if ref is not None and not edited:
                self.post_message(OpenThread(ref.thread_id, ref.number))
            if ref is not None and ref.held:
                self.call_later(self.say, _("It waits for a moderator: until then only you see it."))

        self.push_screen(ComposeScreen(message.target), sent)
