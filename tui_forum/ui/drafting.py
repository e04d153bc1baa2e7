"""Keeping what is typed: a draft is written soon after a change, and before a screen is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tui_forum.domain.errors import ForumError
from tui_forum.domain.views import Draft
from tui_forum.i18n import _, explain

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui_forum.ui.screen import ForumScreen

#: A draft is written this long after the first change that is not yet written, seconds.
AUTOSAVE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Contents:
    """What a draft holds."""

    title: str = ""
    body: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


class DraftKeeper:
    """Writes what ``contents`` gives under ``key``, on behalf of a screen."""

    def __init__(self, screen: ForumScreen[Any], key: str, contents: Callable[[], Contents]) -> None:
        self._screen = screen
        self._contents = contents
        self.key = key
        self.draft: Draft | None = None
        #: What is in the database, or was there to begin with.
        self._kept = Contents()
        self._dirty = False
        self._done = False
        self._failed = False  # the last try
        self._timer: Timer | None = None
        self._saving = asyncio.Lock()

    async def fetch(self) -> Draft | None:
        """The draft that is there."""
        self.draft = await self._screen.ask(self._screen.forum.drafts.get(self._screen.actor, self.key))
        return self.draft

    def begin(self) -> None:
        """From now on every change is kept; what is there now is none."""
        self._kept = self._contents()

    @property
    def unchanged(self) -> bool:
        """Whether all is as it was put in or last written."""
        return not self._dirty and self._contents() == self._kept

    def note_change(self) -> None:
        """Something may have been typed."""
        if self._done or self.unchanged:
            return
        self._dirty = True
        if self._timer is None:
            self._timer = self._screen.set_timer(AUTOSAVE, self._autosave)

    async def _autosave(self) -> None:
        self._timer = None
        await self.keep()

    async def keep(self, *, always: bool = False) -> bool:
        """Write what is not written yet (``always``: also when nothing changed); False when it fails."""
        async with self._saving:
            if self._done or not (self._dirty or always):
                return True
            self._dirty = False
            contents = self._contents()
            try:
                self.draft = await self._screen.forum.drafts.save(
                    self._screen.actor,
                    self.key,
                    title=contents.title,
                    body=contents.body,
                    extra=contents.extra,
                )
            except ForumError as error:
                self._dirty = self._failed = True
                if self._screen.is_mounted:
                    self._timer = self._timer or self._screen.set_timer(AUTOSAVE, self._autosave)
                    sentence = _("The draft is not saved yet: {why}")
                    self._screen.say(sentence.format(why=explain(error)), error=True)
                return False
            self._kept = contents
            if self._failed and self._screen.is_mounted:
                self._screen.say(_("The draft is saved now."))
            self._failed = False
            return True

    async def forget(self) -> None:
        """Throw the draft away and keep nothing more."""
        async with self._saving:
            self._done = True
            if self.draft is not None:
                await self._screen.ask(self._screen.forum.drafts.discard(self._screen.actor, self.key))

    def finish(self) -> None:
        """It was sent, and the draft went with it: keep nothing more."""
        self._done = True
