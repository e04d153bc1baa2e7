"""Who is here, in this process: not stored, told as events that are not stored either."""

from __future__ import annotations

from tui_forum.domain.entities import Actor
from tui_forum.domain.events import EventKind
from tui_forum.domain.views import Presence
from tui_forum.services.events import EventHub


class PresenceHandle:
    """One session's presence."""

    def __init__(self, register: PresenceRegister, actor: Actor) -> None:
        self._register = register
        self.actor = actor
        self.community_id: int | None = None
        self.thread_id: int | None = None

    def look(self, community_id: int | None, thread_id: int | None) -> None:
        """Say where this session looks."""
        if (community_id, thread_id) != (self.community_id, self.thread_id):
            self.community_id, self.thread_id = community_id, thread_id
            self._register.changed()

    def leave(self) -> None:
        """The session is over."""
        self._register.remove(self)


class PresenceRegister:
    """All sessions of this process."""

    def __init__(self, hub: EventHub) -> None:
        self._hub = hub
        self._handles: set[PresenceHandle] = set()

    def enter(self, actor: Actor) -> PresenceHandle:
        """A session begins; call ``leave`` when it ends."""
        handle = PresenceHandle(self, actor)
        self._handles.add(handle)
        self.changed()
        return handle

    def remove(self, handle: PresenceHandle) -> None:
        """A session ends."""
        if handle in self._handles:
            self._handles.remove(handle)
            self.changed()

    def changed(self) -> None:
        """Tell who follows presence."""
        self._hub.tell(EventKind.PRESENCE_CHANGED)

    def here(self, *, community_id: int | None = None, thread_id: int | None = None) -> tuple[Presence, ...]:
        """Who is here (in a community, in a thread), each account once, by handle."""
        found: dict[str, Presence] = {}
        for handle in self._handles:
            if community_id is not None and handle.community_id != community_id:
                continue
            if thread_id is not None and handle.thread_id != thread_id:
                continue
            name = handle.actor.handle
            found[name] = Presence(name, handle.community_id, handle.thread_id)
        return tuple(found[name] for name in sorted(found))
