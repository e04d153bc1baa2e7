"""What all screens share: keys from one table, services with errors told, the two bars."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget

from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import ForumError
from tui_forum.domain.events import Event
from tui_forum.i18n import N_, _, explain
from tui_forum.ui.frames import FramedScreen
from tui_forum.ui.keys import Key, shown
from tui_forum.ui.navigation import Place
from tui_forum.ui.widgets.bars import Footer, StatusBar

if TYPE_CHECKING:
    from tui_forum.services.forum import Forum
    from tui_forum.ui.app import ForumApp

T = TypeVar("T")
Result = TypeVar("Result")
Method = TypeVar("Method", bound=Callable[..., Any])

MIN_WIDTH: Final = 40
MIN_HEIGHT: Final = 10
WIDE: Final = 120
ROOMY: Final = 20  # lines from which there is room for a footer of several
#: An action that goes to a place: ``go inbox``; ``go profile ann`` is laid over what is shown.
GO: Final = "go "


def dialog(method: Method) -> Method:
    """Mark an action that opens a dialog and awaits its answer."""
    method.opens_dialog = True  # type: ignore[attr-defined]
    return method


#: Keys that every browsing screen has.
COMMON_KEYS: Final = (
    Key(("g h",), "go home", N_("communities")),
    Key(("g c",), "go directory", N_("find communities")),
    Key(("g i",), "go inbox", N_("inbox")),
    Key(("g o",), "go round", N_("hosts' round")),
    Key(("g d",), "go drafts", N_("drafts")),
    Key(("g m",), "go moderation", N_("moderation")),
    Key(("g l",), "go record", N_("record of moderation")),
    Key(("g f",), "go figures", N_("figures of moderation")),
    Key(("g p",), "go profile", N_("my profile")),
    Key(("g w",), "go who_knows", N_("who knows about …")),
    Key(("g s",), "go settings", N_("settings")),
    Key(("slash",), "go search", N_("search"), hint=True),
    Key(("colon", "ctrl+p"), "open_palette", N_("commands")),
    Key(("T",), "toggle_theme", N_("dark or light")),
    Key(("question_mark", "f1"), "go help", N_("help"), hint=True),
    Key(("Q", "ctrl+q"), "leave_forum", N_("leave the forum")),
)


class ForumScreen(FramedScreen[Result], inherit_bindings=False):
    """A full screen between a status bar and a footer.

    Subclasses give ``KEYS`` and ``action_…`` methods, ``body()`` widgets and, when they have
    levels (panes, modes), ``level``.
    """

    AUTO_FOCUS = ""
    KEYS: ClassVar[tuple[Key, ...]] = ()
    TITLE_TEXT: ClassVar[str] = ""
    #: Lines of the footer when narrow and when wide: more where many keys matter.
    FOOTER_LINES: ClassVar[tuple[int, int]] = (1, 1)

    DEFAULT_CSS = """
    ForumScreen { layout: vertical; overflow: hidden; }
    ForumScreen StatusBar { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._prefix = ""
        #: Said before there was a footer to say it.
        self._unsaid: tuple[str, bool] | None = None

    @property
    def forum_app(self) -> ForumApp:
        """The app, with the right type."""
        return cast("ForumApp", self.app)

    @property
    def forum(self) -> Forum:
        """The services."""
        return self.forum_app.forum

    @property
    def actor(self) -> Actor:
        """On whose behalf."""
        return self.forum_app.actor

    @property
    def level(self) -> str:
        """Which of the screen's levels has the keys."""
        return ""

    @property
    def status(self) -> StatusBar:
        """The bar at the top."""
        return self.query_one(StatusBar)

    @property
    def footer(self) -> Footer:
        """The bar at the bottom."""
        return self.query_one(Footer)

    @property
    def speaks(self) -> bool:
        """Whether a sentence stands in the footer, or will, that nobody may have read yet."""
        return self._unsaid is not None or any(footer.speaks for footer in self.query(Footer))

    def compose(self) -> ComposeResult:
        """Status bar, the screen's own widgets, footer."""
        yield StatusBar()
        yield from self.body()
        yield Footer()

    def body(self) -> Sequence[Widget]:
        """The widgets between the bars."""
        return ()

    def heading(self) -> str:
        """What the status bar says on the left."""
        return _(self.TITLE_TEXT)

    async def on_mount(self) -> None:
        """Fill the bars."""
        self.refresh_bars()
        if self._unsaid is not None:
            sentence, error = self._unsaid
            self._unsaid = None
            self.say(sentence, error=error)

    def on_screen_resume(self) -> None:
        """Come back: somebody may have come or gone meanwhile."""
        self.refresh_bars()

    def on_resize(self, event: events.Resize) -> None:
        """Say so when there is no room."""
        lines = self.FOOTER_LINES[event.size.width >= WIDE]
        self.footer.use_lines(lines if event.size.height >= ROOMY else 1)
        self.set_class(event.size.width < MIN_WIDTH or event.size.height < MIN_HEIGHT, "-too-small")
        self.refresh_bars()

    def refresh_bars(self) -> None:
        """Bring status bar and footer up to date."""
        if not self.is_mounted or len({type(child) for child in self.children} & {StatusBar, Footer}) < 2:
            return  # not yet, or not any more: the session ends
        small = self.size.width < MIN_WIDTH or self.size.height < MIN_HEIGHT
        for child in self.children:
            if not isinstance(child, StatusBar | Footer) and small != child.has_class("-hidden"):
                child.set_class(small, "-hidden")
        if small:
            sentence = _("Please make the window larger: at least {width}×{height}.")
            self.status.show(sentence.format(width=MIN_WIDTH, height=MIN_HEIGHT), "")
        else:
            self.status.show(self.heading(), *self.forum_app.status_texts())
        self.footer.show_keys(self.hints(), keep=True)

    def hints(self) -> list[tuple[str, str]]:
        """Keys and labels for the footer, the most useful first."""
        found: dict[str, str] = {}
        for key in self.keymap():
            if key.hint and key.works_on(self.level):
                found.setdefault(shown(key.keys[0]), _(key.label))  # a screen's own key hides the common one
        return list(found.items())

    def keymap(self) -> tuple[Key, ...]:
        """All keys of this screen."""
        return (*self.KEYS, *COMMON_KEYS)

    # -- keys

    async def on_key(self, event: events.Key) -> None:
        """Look the key up in the table; a sequence such as ``g h`` waits for its second key."""
        name = event.key if event.key != "g" or not self._prefix else "g"
        pressed = f"{self._prefix} {name}" if self._prefix else name
        prefixed, self._prefix = bool(self._prefix), ""
        keymap = self.keymap()
        if not prefixed and any(k.startswith(f"{pressed} ") for key in keymap for k in key.keys):
            event.stop()
            event.prevent_default()
            self._prefix = pressed
            self.footer.show_keys(
                [
                    (shown(k), _(key.label))
                    for key in keymap
                    for k in key.keys
                    if k.startswith(f"{pressed} ") and key.works_on(self.level)
                ]
            )
            return
        for key in keymap:
            if pressed in key.keys and key.works_on(self.level):
                event.stop()
                event.prevent_default()
                self.footer.show_keys(self.hints())
                await self.perform(key.action)
                return
        if prefixed or event.is_printable:
            event.stop()
            hint = _("{key} does nothing here; ? shows all keys.")
            self.say(hint.format(key=event.character or shown(pressed)))

    async def perform(self, action: str) -> None:
        """Run one of the table's actions: a method ``action_…``, or ``go`` and a place.

        Actions run one after the other, so that keys typed ahead wait for what they follow;
        those that open a dialog run beside the queue, which the dialog's answer needs.
        """
        if action.startswith(GO):
            place, _space, argument = action.removeprefix(GO).partition(" ")
            if argument:
                self.forum_app.go(Place(place), argument, on_top=True)
            else:
                self.go(Place(place))
            return
        method: Callable[[], Awaitable[None] | None] = getattr(self, f"action_{action}")
        if getattr(method, "opens_dialog", False):
            self.run_worker(cast("Callable[[], Awaitable[None]]", method), name=action)
            return
        result = method()
        if result is not None:
            await result

    def go(self, place: Place) -> None:
        """Go to one of the places; help is laid over what it is about."""
        if place is Place.HELP:
            self.forum_app.go(place, self.keymap(), self.level, on_top=True)
        else:
            self.forum_app.go(place)

    # -- services

    def say(self, sentence: str, *, error: bool = False) -> None:
        """Tell something in the footer, until the next key; once there is one on a screen that opens."""
        for footer in self.query(Footer):
            footer.say(sentence, error=error)
            return
        self._unsaid = sentence, error

    async def ask(self, request: Coroutine[Any, Any, T]) -> T | None:
        """Await a service call; when it fails, say why and return None."""
        try:
            return await request
        except ForumError as error:
            self.say(explain(error), error=True)
            return None

    async def done(self, call: Awaitable[object]) -> bool:
        """Await a service call that gives nothing; when it fails, say why. Whether it was done."""
        try:
            await call
        except ForumError as error:
            self.say(explain(error), error=True)
            return False
        return True

    async def on_forum_event(self, event: Event) -> None:  # noqa: ARG002
        """Something happened that the app follows; reload what is shown through the services."""
        self.refresh_bars()

    # -- actions that every screen has

    def action_open_palette(self) -> None:
        """Choose any action by name."""
        self.forum_app.show_palette(self)

    def action_toggle_theme(self) -> None:
        """Dark or light."""
        self.forum_app.toggle_theme()

    def action_leave_forum(self) -> None:
        """Close the session."""
        self.forum_app.exit()

    def action_close(self) -> None:
        """Back to where one came from."""
        self.dismiss()
