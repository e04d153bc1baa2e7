"""A community's charter: to read, with its versions; hosts change it, or say what becomes of a project."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, Final

from textual import events
from textual.widget import Widget

from tui_forum.domain.charter import PROJECT_DAYS, CharterVersion, CharterView, changes, read_date
from tui_forum.domain.errors import ForumError
from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.policy import ARCHIVED, MANAGERS
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, explain, format_date
from tui_forum.services.communities import today_of
from tui_forum.ui.charterwords import change_paras, charter_paras
from tui_forum.ui.keys import Key, shown
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.prose import Para, Prose
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns

#: Levels: what one may do with it, and its history.
READER: Final = "reader"
HOST: Final = "host"
ENDING: Final = "ending"
VERSIONS: Final = "versions"
_PRESENT: Final = (READER, HOST, ENDING)


def _draw(version: CharterVersion, width: int, skin: Skin) -> Lines:
    who = f"@{version.author.handle}" if version.author is not None else _("imported")
    reason = display_line(version.reason) or _("the first")
    left = Cell(f" {version.version:>3}  {reason}")
    return (columns(left, [Cell(f"{who}  {format_date(version.created_at)} ", skin.dim)], width),)


class CharterScreen(ListScreen[None]):
    """The charter; or its versions above, and below what each has changed."""

    KEYS: ClassVar = (
        Key(("c",), "close_project", N_("close the project"), hint=True, levels=(ENDING,)),
        Key(("x",), "extend", N_("extend it"), hint=True, levels=(ENDING,)),
        Key(("p",), "go_on", N_("go on as a practice"), hint=True, levels=(ENDING,)),
        Key(("e",), "edit", N_("change the charter"), hint=True, levels=_PRESENT),
        Key(("y",), "accept", N_("accept the rules"), hint=True, levels=_PRESENT),
        Key(("v",), "versions", N_("versions"), hint=True, levels=_PRESENT),
        Key(("J", "ctrl+e"), "text_down", N_("scroll the text"), hint=True, levels=(VERSIONS,)),
        Key(("K", "ctrl+y"), "text_up", N_("scroll the text back"), levels=(VERSIONS,)),
        Key(("ctrl+r", "f5"), "reload", N_("reload")),
    )
    DEFAULT_CSS = """
    CharterScreen RowList { margin-bottom: 1; }
    """

    def __init__(self, community_id: int) -> None:
        super().__init__()
        self._community_id = community_id
        self._view: CharterView | None = None
        self._history = False
        self._next: int | None = None
        self.rows = RowList[CharterVersion](_draw)
        self.rows.display = False
        self.prose = Prose()
        self.prose.can_focus = True

    def body(self) -> Sequence[Widget]:
        """Versions, and text."""
        return (self.rows, self.prose)

    @property
    def level(self) -> str:
        """What one may do here."""
        if self._history:
            return VERSIONS
        if self._view is None or not self._view.may_change:
            return READER
        return ENDING if self._view.ending(self._today) else HOST

    @property
    def _today(self) -> date:
        return today_of(self.actor, datetime.now(UTC))

    def heading(self) -> str:
        """Whose charter, and which version."""
        if self._view is None:
            return ""
        told = _("Charter of {name} · version {version}")
        if self._history:
            told = _("Versions of the charter of {name}")
        return told.format(name=display_line(self._view.name), version=self._view.present.version)

    # -- loading

    async def on_mount(self) -> None:
        """Load; who may not know of the community is sent back."""
        self.prose.focus()
        if await self._load():
            await super().on_mount()

    async def _load(self) -> bool:
        try:
            self._view = await self.forum.charters.view(self.actor, self._community_id)
        except ForumError as error:
            self.dismiss()
            self.forum_app.call_later(self.forum_app.say, explain(error), error=True)
            return False
        self._show()
        self.refresh_bars()
        return True

    def _show(self) -> None:
        if self._history:
            self._show_version()
        elif self._view is not None:
            self.prose.show(self._paras(self._view), keep=True)

    def _paras(self, view: CharterView) -> list[Para]:
        present, notes = view.present, []
        if view.archived:
            notes.append(Para(_(ARCHIVED), look="unread"))
        if view.ending(self._today):
            notes.append(Para(self._asked(view), look="unread"))
        elif view.may_change and present.charter.review_on and present.charter.review_on <= self._today:
            notes.append(Para(_("It is time to look at this charter again: e changes it."), look="unread"))
        if view.role is not None and not view.accepted:
            accept = _("You have not accepted these rules yet: y accepts them.")
            notes.append(Para(accept, look="unread"))
        since = _("In force since {date}.").format(date=format_date(present.created_at))
        reason = f" {display_line(present.reason)}" if present.reason else ""
        hosts = [host.handle for host in view.hosts]
        return [
            *notes,
            *([Para()] if notes else []),
            *charter_paras(present.charter, hosts, view.visibility),
            Para(),
            Para(f"{since}{reason}", look="dim"),
        ]

    def _asked(self, view: CharterView) -> str:
        """What its hosts are to decide when the last day of a project comes."""
        ends_on = view.present.charter.ends_on
        assert ends_on is not None
        if not view.may_change:
            return _("The last day of this project: {date}.").format(date=format_date(ends_on))
        told = _("Its last day is {date}: c closes it, x extends it, p lets it go on as a practice.")
        return told.format(date=format_date(ends_on))

    def hints(self) -> list[tuple[str, str]]:
        """Changing is shown to hosts, accepting to those who have not."""
        view, idle = self._view, set()
        if view is None or view.role is None or view.accepted:
            idle.add(shown("y"))
        if view is None or not view.may_change:
            idle.add(shown("e"))
        return [hint for hint in super().hints() if hint[0] not in idle]

    async def on_screen_resume(self) -> None:  # type: ignore[override]
        """It may have been changed on the screen that was laid over it."""
        if self._view is not None:
            await self._load()

    async def on_forum_event(self, event: Event) -> None:
        """Somebody has changed it, or the community."""
        kinds = (EventKind.CHARTER_CHANGED, EventKind.COMMUNITY_ARCHIVED, EventKind.MEMBER_CHANGED)
        if event.kind in kinds and event.community_id == self._community_id:
            await self._load()
        self.refresh_bars()

    # -- reading

    def action_down(self) -> None:
        """One version, or one line."""
        if self._history:
            super().action_down()
        else:
            self.prose.scroll_lines(1)

    def action_up(self) -> None:
        """One version, or one line."""
        if self._history:
            super().action_up()
        else:
            self.prose.scroll_lines(-1)

    def action_page_down(self) -> None:
        """A page."""
        self.prose.scroll_pages(1)

    def action_page_up(self) -> None:
        """A page."""
        self.prose.scroll_pages(-1)

    def action_first(self) -> None:
        """The newest version, or the beginning."""
        if self._history:
            super().action_first()
        else:
            self.prose.scroll_pages(-1000)

    def action_last(self) -> None:
        """The oldest version that is loaded, or the end."""
        if self._history:
            super().action_last()
        else:
            self.prose.scroll_pages(1000)

    def action_text_down(self) -> None:
        """Scroll the text."""
        self.prose.scroll_lines(5)

    def action_text_up(self) -> None:
        """Scroll the text back."""
        self.prose.scroll_lines(-5)

    async def action_reload(self) -> None:
        """Load it again."""
        await self._load()

    # -- versions

    async def action_versions(self) -> None:
        """All versions, the present one first."""
        versions = await self.ask(self.forum.charters.history(self.actor, self._community_id))
        if versions is None:
            return
        self._history = True
        self._next = versions[-1].version if versions[-1].version > 1 else None
        self.rows.set_items(versions)
        self.rows.display = True
        self._fit_rows()
        self.rows.focus()
        self._show_version()
        self.refresh_bars()

    def _fit_rows(self) -> None:
        """No more lines for the list than there are versions: the text has the rest."""
        self.rows.styles.height = max(1, min(len(self.rows.items), self.size.height * 3 // 10))

    def on_resize(self, event: events.Resize) -> None:
        """More or less room."""
        self._fit_rows()
        super().on_resize(event)

    def _show_version(self) -> None:
        """What the selected version has changed, and how it reads."""
        version = self.rows.current
        if version is None:
            return
        older = self.rows.items[self.rows.index + 1 :]
        paras: list[Para] = []
        if version.reason:
            paras += [Para(display_line(version.reason)), Para()]
        if older and isinstance(older[0], CharterVersion):
            paras += change_paras(changes(older[0].charter, version.charter))
        else:
            paras += charter_paras(version.charter)
        self.prose.show(paras)

    def on_row_list_moved(self, message: RowList.Moved) -> None:
        """Another version."""
        message.stop()
        self._show_version()

    async def on_row_list_near_end(self, message: RowList.NearEnd) -> None:
        """Older versions."""
        message.stop()
        if self._next is None:
            return
        before, self._next = self._next, None
        more = await self.ask(self.forum.charters.history(self.actor, self._community_id, before))
        if more:
            self._next = more[-1].version if more[-1].version > 1 else None
            self.rows.add_items(more)
            self._fit_rows()

    def action_close(self) -> None:
        """Back to the charter, or out."""
        if not self._history:
            super().action_close()
            return
        self._history = False
        self.rows.display = False
        self.prose.focus()
        self._show()
        self.refresh_bars()

    # -- doing something

    def action_edit(self) -> None:
        """Change it in the form, as a host."""
        view = self._view
        if view is None:
            return
        if not view.may_change:
            self.say(_(ARCHIVED if view.archived else MANAGERS), error=True)
            return
        self.post_message(Go(Place.CHARTER_FORM, (self._community_id,), on_top=True))

    async def action_accept(self) -> None:
        """Accept the rules that are shown."""
        view = self._view
        if view is None:
            return
        if view.role is None:
            self.say(_("Rules are accepted by members: join the community first."))
        elif view.accepted:
            self.say(_("You have accepted these rules."))
        else:
            version = view.present.version
            await self._decide(
                self.forum.charters.accept(self.actor, self._community_id, version),
                _("Thank you. You can write here now."),
            )

    # -- what becomes of a project

    @dialog
    async def action_close_project(self) -> None:
        """It is over: archive the community."""
        view = self._view
        if view is None:
            return
        question = _("Close {name}? It can be read, but nobody writes in it any more.")
        if await self.forum_app.confirm(question.format(name=display_line(view.name))):
            closing = self.forum.projects.close(
                self.actor,
                self._community_id,
                version=view.present.version,
                reason=_("The project is over."),
            )
            await self._decide(closing, _("The project is closed; its members are told."))

    @dialog
    async def action_extend(self) -> None:
        """Another last day."""
        view = self._view
        if view is None:
            return
        usual = max(self._today, view.present.charter.ends_on or self._today) + timedelta(days=PROJECT_DAYS)

        async def take(line: str) -> None:
            ends_on = read_date(line, "ends_on", self._today)
            await self.forum.projects.extend(
                self.actor,
                self._community_id,
                ends_on,
                version=view.present.version,
                reason=_("More time: until {date}.").format(date=format_date(ends_on or self._today)),
            )

        if await self.forum_app.ask_until_taken(_("New last day, as YYYY-MM-DD"), take, str(usual)):
            await self._load()
            self.say(_("The project goes on; its members are told."))

    @dialog
    async def action_go_on(self) -> None:
        """No project any more, but a community of practice."""
        view = self._view
        if view is None:
            return
        question = _("Let {name} go on as a community of practice, without an end?")
        if await self.forum_app.confirm(question.format(name=display_line(view.name))):
            going_on = self.forum.projects.go_on(
                self.actor,
                self._community_id,
                version=view.present.version,
                reason=_("The project is over; we go on as a community of practice."),
            )
            await self._decide(going_on, _("It is a community of practice now; its members are told."))

    async def _decide(self, call: Awaitable[object], done: str) -> None:
        """Do it, and show how it stands then, also when somebody else was quicker."""
        refused = ""
        try:
            await call
        except ForumError as error:
            refused = explain(error)
        if await self._load():
            self.say(refused or done, error=bool(refused))
