"""A community's charter, and what its versions have changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.widget import Widget

from tui_forum.domain.charter import CharterVersion, CharterView
from tui_forum.domain.events import Event, EventKind
from tui_forum.i18n import N_, _
from tui_forum.ui.chartertext import charter_text, version_text
from tui_forum.ui.keys import Key
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.screen import ForumScreen, dialog
from tui_forum.ui.widgets.preview import Preview

PRESENT: Final = "present"
VERSIONS: Final = "versions"


class CharterScreen(ForumScreen[None]):
    """The charter in force; behind it, version by version, what was changed, by whom and why."""

    TITLE_TEXT = N_("Charter")
    KEYS: ClassVar = (
        Key(("e",), "change", N_("change the charter"), hint=True, levels=(PRESENT,)),
        Key(("y",), "accept", N_("accept the rules"), hint=True, levels=(PRESENT,)),
        Key(("v",), "versions", N_("earlier versions"), hint=True, levels=(PRESENT,)),
        Key(("left_square_bracket",), "older", N_("older version"), hint=True, levels=(VERSIONS,)),
        Key(("right_square_bracket",), "newer", N_("newer version"), hint=True, levels=(VERSIONS,)),
        Key(("j", "down"), "down", N_("down")),
        Key(("k", "up"), "up", N_("up")),
        Key(("pagedown", "space", "ctrl+d"), "page_down", N_("page down")),
        Key(("pageup", "ctrl+u"), "page_up", N_("page up")),
        Key(("q", "escape", "h", "left"), "back", N_("back"), hint=True),
    )

    def __init__(self, community_id: int) -> None:
        super().__init__()
        self._community_id = community_id
        self._view: CharterView | None = None
        self._versions: list[CharterVersion] = []
        self._index = 0
        self._mode = PRESENT
        self.text = Preview()

    @property
    def level(self) -> str:
        """The charter in force, or its versions."""
        return self._mode

    def body(self) -> Sequence[Widget]:
        """One text."""
        return (self.text,)

    def heading(self) -> str:
        """Of which community, and which version."""
        if self._view is None:
            return _("Charter")
        return _("Charter of {name}, version {n}").format(name=self._view.name, n=self._shown_version())

    def _shown_version(self) -> int:
        if self._mode == VERSIONS and self._versions:
            return self._versions[self._index].version
        return self._view.present.version if self._view is not None else 0

    async def on_mount(self) -> None:
        """Load."""
        await self._load()
        await super().on_mount()

    def on_screen_resume(self) -> None:
        """It may have been changed meanwhile."""
        super().on_screen_resume()
        if self._view is not None:
            self.call_next(self._load)

    async def _load(self) -> None:
        view = await self.ask(self.forum.charters.view(self.actor, self._community_id))
        if view is not None:
            self._view = view
            self._show()

    def _show(self) -> None:
        if self._view is None:
            return
        if self._mode == VERSIONS and self._versions:
            before = self._versions[self._index + 1] if self._index + 1 < len(self._versions) else None
            self.text.show(version_text(self._versions[self._index], before))
        else:
            self.text.show(charter_text(self._view, self._view.present.charter))
        self.text.scroll_lines(-100_000)
        self.refresh_bars()

    async def on_forum_event(self, event: Event) -> None:
        """Somebody changed it."""
        if event.kind is EventKind.CHARTER_CHANGED and event.community_id == self._community_id:
            await self._load()
        await super().on_forum_event(event)

    # -- actions

    def action_down(self) -> None:
        """A line."""
        self.text.scroll_lines(1)

    def action_up(self) -> None:
        """A line."""
        self.text.scroll_lines(-1)

    def action_page_down(self) -> None:
        """A page."""
        self.text.scroll_lines(max(1, self.text.size.height - 1))

    def action_page_up(self) -> None:
        """A page."""
        self.text.scroll_lines(-max(1, self.text.size.height - 1))

    def action_change(self) -> None:
        """Change it, as a host."""
        if self._view is None:
            return
        if not self._view.may_change:
            self.say(_("Only managers of the community may do that."), error=True)
            return
        self.post_message(Go(Place.CHARTER_FORM, (self._community_id,), on_top=True))

    @dialog
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
            accepting = self.forum.charters.accept(self.actor, self._community_id, view.present.version)
            if await self.ask(_done(accepting)):
                await self._load()
                self.say(_("Thank you. You can write here now."))

    async def action_versions(self) -> None:
        """What was changed, latest first."""
        found = await self.ask(self.forum.charters.history(self.actor, self._community_id))
        if found is None:
            return
        self._versions, self._index, self._mode = list(found), 0, VERSIONS
        self._show()

    def action_older(self) -> None:
        """The version before."""
        self._step(1)

    def action_newer(self) -> None:
        """The version after."""
        self._step(-1)

    def _step(self, by: int) -> None:
        if not 0 <= self._index + by < len(self._versions):
            self.say(_("This is the first version.") if by > 0 else _("This is the version in force."))
            return
        self._index += by
        self._show()

    def action_back(self) -> None:
        """From the versions to the charter, from the charter to where one came from."""
        if self._mode == VERSIONS:
            self._mode = PRESENT
            self._show()
        else:
            self.dismiss()


async def _done(request: object) -> bool:
    await request  # type: ignore[misc]
    return True
