"""The single-user TUI: the same app on this machine's data, nothing listens on the network."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import signal
import sys
from typing import TYPE_CHECKING

from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.i18n import language, set_locale
from tui_forum.ui.suspended import app_for
from tui_forum.ui.traits import TerminalTraits, traits_of

if TYPE_CHECKING:
    from textual.driver import Driver


def run(settings: Settings) -> int:
    """Open the forum for this machine's user until it is left; the exit code."""
    return asyncio.run(_run(settings))


def _user_name() -> str:
    with contextlib.suppress(KeyError, OSError, ImportError):
        return getpass.getuser()
    return "user"


def _driver() -> type[Driver] | None:
    """Ours, where there are terminals as it knows them; else Textual's choice."""
    if sys.platform == "win32":
        return None
    from tui_forum.ui.localdriver import LocalDriver

    return LocalDriver


async def _run(settings: Settings) -> int:
    forum = await open_forum(settings)
    forum.clockwork.start()
    try:
        actor = await forum.accounts.local_actor(_user_name(), language=language())
        set_locale(actor.language, actor.time_zone)
        traits: TerminalTraits = traits_of(os.environ.get("TERM", ""), dict(os.environ))
        loop = asyncio.get_running_loop()
        while True:
            app = await app_for(forum, actor, traits=traits, driver_class=_driver(), title=settings.title)
            for number in (signal.SIGHUP, signal.SIGTERM) if sys.platform != "win32" else ():
                loop.add_signal_handler(number, app.exit)  # the terminal was closed: what was typed is kept
            await app.run_async()
            if app.successor is None:
                return app.return_code or 0
    finally:
        await forum.close()
