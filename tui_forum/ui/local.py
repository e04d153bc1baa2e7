"""The single-user TUI: the same app on this machine's data, nothing listens on the network."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os

from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.i18n import language, set_locale
from tui_forum.ui.app import ForumApp
from tui_forum.ui.traits import TerminalTraits, traits_of


def run(settings: Settings) -> int:
    """Open the forum for this machine's user until it is left; the exit code."""
    return asyncio.run(_run(settings))


def _user_name() -> str:
    with contextlib.suppress(KeyError, OSError, ImportError):
        return getpass.getuser()
    return "user"


async def _run(settings: Settings) -> int:
    forum = await open_forum(settings)
    forum.clockwork.start()
    try:
        actor = await forum.accounts.local_actor(_user_name(), language=language())
        set_locale(actor.language, actor.time_zone)
        traits: TerminalTraits = traits_of(os.environ.get("TERM", ""), dict(os.environ))
        app = ForumApp(forum, actor, traits=traits, title=settings.title)
        await app.run_async()
        return app.return_code or 0
    finally:
        await forum.close()
