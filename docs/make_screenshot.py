"""Draw docs/screenshot.svg: the demonstration's content, read with the program itself.

Run from the top of the repository: ``uv run python docs/make_screenshot.py``.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from textual.pilot import Pilot

from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.domain.entities import Actor
from tui_forum.i18n import set_locale
from tui_forum.importers.demo import load_demo
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.screens.browse import POSTS, THREADS, BrowseScreen

SIZE: Final = (120, 40)
TARGET: Final = Path(__file__).with_name("screenshot.svg")
READER: Final = "demo"
#: Who else is in the forum meanwhile, and so in the status bar.
VISITORS: Final = ("isla", "joost")
COMMUNITY: Final = "firmware"
THREAD: Final = "Watchdog"  # how its title begins
PATIENCE: Final = 10.0  # seconds until the forum has shown what was asked for

_FONT_FACE: Final = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
_FONTS: Final = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def without_remote_fonts(svg: str) -> str:
    """The drawing with fonts that the reader has; Textual's names a font to be fetched."""
    return _FONT_FACE.sub("", svg).replace("Fira Code", _FONTS).replace(f"{_FONTS}, monospace", _FONTS)


async def until(pilot: Pilot[Any], true: Callable[[], bool]) -> None:
    """Let the app work until ``true()``; TimeoutError when it never is."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await pilot.pause(0.01)


async def draw(forum: Forum, reader: Actor) -> str:
    """The reader's screen in the chosen thread, as SVG."""
    set_locale(reader.language, reader.time_zone)
    app = ForumApp(forum, reader, title="Nordlicht")
    async with app.run_test(size=SIZE) as pilot:

        def shown() -> BrowseScreen:
            assert isinstance(app.screen, BrowseScreen)
            return app.screen

        await until(pilot, lambda: isinstance(app.screen, BrowseScreen) and bool(shown().home.items))
        while getattr(shown().home.current, "slug", "") != COMMUNITY:
            await pilot.press("j")
        await pilot.press("enter")
        await until(pilot, lambda: shown().level == THREADS and bool(shown().threads.items))
        while not getattr(shown().threads.current, "title", THREAD).startswith(THREAD):
            await pilot.press("j")
        await pilot.press("enter")
        await until(pilot, lambda: shown().level == POSTS and bool(shown().reader.posts))
        await pilot.press("g", "g")
        await pilot.pause()
        return app.export_screenshot(title="ssh forum.example.com")


async def main() -> None:
    """Make the forum, look at it, write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        forum = await open_forum(Settings(data_dir=Path(folder), demo=True))
        try:
            await load_demo(forum)
            reader = await forum.accounts.actor_by_handle(READER)
            for handle in VISITORS:
                forum.presence.enter(await forum.accounts.actor_by_handle(handle))
            TARGET.write_text(without_remote_fonts(await draw(forum, reader)), encoding="utf-8")
        finally:
            await forum.close()


if __name__ == "__main__":
    asyncio.run(main())
