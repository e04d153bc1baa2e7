"""Which app a session runs: the forum for an account, registration before it for a new key."""

from __future__ import annotations

from typing import Any

from server.identity import AppFactory, Identity, Known
from server.session import START
from tui_forum.config import Settings
from tui_forum.domain.entities import Actor
from tui_forum.services.forum import Forum
from tui_forum.ui.registration import RegistrationApp
from tui_forum.ui.suspended import app_for
from tui_forum.ui.traits import TerminalTraits


def app_factory(forum: Forum, settings: Settings) -> AppFactory:
    """The factory for ``settings``; an app's result decides what comes after it."""

    async def make(identity: Identity, traits: TerminalTraits, driver_class: Any, result: object) -> Any:
        who = identity.actor if isinstance(identity, Known) and result is START else result
        if isinstance(who, Actor):  # known by its key, just registered, or suspended (or not any more)
            actor = await forum.accounts.actor(who.account_id)
            return await app_for(forum, actor, traits=traits, driver_class=driver_class, title=settings.title)
        if result is not START or isinstance(identity, Known):
            return None
        return RegistrationApp(
            forum,
            identity.key,
            settings.registration,
            suggested_handle=identity.user,
            traits=traits,
            driver_class=driver_class,
            title=settings.title,
        )

    return make
