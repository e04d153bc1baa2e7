"""Who is here, in this process: not stored, told as events that are not stored either."""

from __future__ import annotations

from tui_forum.domain.entities import Actor
from tui_forum.domain.events import EventKind
from tui_forum.domain.policy import Action
from tui_forum.services.communities import place_for
from tui_forum.services.events import EventHub
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.reading import ReadingRepository


class PresenceHandle:
    """One session's presence."""

    def __init__(self, register: PresenceRegister, actor: Actor) -> None:
        self._register = register
        self.actor = actor
        self.community_id: int | None = None
        self.thread_id: int | None = None

    def look(self, community_id: int | None, thread_id: int | None) -> None:
        """Note where this session looks. Nobody is told: everybody would hear of every step."""
        self.community_id, self.thread_id = community_id, thread_id

    def leave(self) -> None:
        """The session is over."""
        self._register.remove(self)


class PresenceRegister:
    """All sessions of this process. Who follows presence hears when an account comes or goes."""

    def __init__(self, hub: EventHub, database: Database) -> None:
        self._hub = hub
        self._database = database
        self._handles: set[PresenceHandle] = set()
        self._names: tuple[str, ...] | None = None

    def enter(self, actor: Actor) -> PresenceHandle:
        """A session begins; call ``leave`` when it ends."""
        handle = PresenceHandle(self, actor)
        before = self.handles()
        self._handles.add(handle)
        self._tell_unless(before)
        return handle

    def remove(self, handle: PresenceHandle) -> None:
        """A session ends."""
        if handle in self._handles:
            before = self.handles()
            self._handles.remove(handle)
            self._tell_unless(before)

    def _tell_unless(self, before: tuple[str, ...]) -> None:
        self._names = None
        if self.handles() != before:
            self._hub.tell(EventKind.PRESENCE_CHANGED)

    def handles(self) -> tuple[str, ...]:
        """The handles of all who are here, each once, in order; costs nothing to ask again."""
        if self._names is None:
            self._names = tuple(sorted({handle.actor.handle for handle in self._handles}))
        return self._names

    async def here(self, actor: Actor, community_id: int, thread_id: int | None = None) -> tuple[str, ...]:
        """The handles of those who look into a community, or at a thread of it, each once, in order.

        Raises:
            NotFoundError: it is not the actor's to read.
        """
        async with self._database.read() as connection:
            reading = ReadingRepository(connection, actor.account_id, actor.site_role)
            await place_for(reading, actor, community_id, Action.READ)
        return tuple(
            sorted(
                {
                    handle.actor.handle
                    for handle in self._handles
                    if handle.community_id == community_id and thread_id in (None, handle.thread_id)
                }
            )
        )
