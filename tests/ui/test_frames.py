"""Frames that are held back while a key is handled."""

from __future__ import annotations

import asyncio
import contextvars

from textual.widget import Widget

from tests.ui.reading import person, session, until
from tui_forum.services.forum import Forum
from tui_forum.ui.navigation import Place
from tui_forum.ui.places import make_screen


async def test_a_screen_whose_first_frame_the_driver_releases_ends_no_session(sqlite_forum: Forum) -> None:
    """The timer that paints was made in the driver's task, found no app, and brought down the next pop."""
    ada = await person(sqlite_forum, "ada", admin=True)
    async with session(sqlite_forum, ada) as (app, pilot):
        screen = make_screen(Place.INBOX)
        await app.push_screen(screen)
        screen._Screen__update_timer = None  # type: ignore[attr-defined]  # nobody has asked for it yet
        contextvars.Context().run(app.frames.release)
        screen.refresh(layout=True)
        await asyncio.sleep(0.05)  # the timer's own time: the tick that this asks for
        await app.pop_screen()
        await until(pilot, lambda: app.screen is app.browse)


async def test_what_changes_between_layout_and_paint_is_painted(sqlite_forum: Forum) -> None:
    """The heading stood at the post before until something else happened: its update was forgotten."""
    ada = await person(sqlite_forum, "ada", admin=True)
    async with session(sqlite_forum, ada) as (app, pilot):
        screen = app.browse
        await pilot.pause()

        async def asks(widget: Widget) -> None:
            widget.refresh()
            async with asyncio.timeout(5):
                while widget not in screen._dirty_widgets:
                    await asyncio.sleep(0)

        app.frames.hold()
        await asks(screen.footer)
        screen.lay_out_frame()
        await asks(screen.status)
        asked: list[object] = []
        update = screen._compositor.update_widgets

        def note(widgets: set[Widget]) -> None:
            asked.extend(widgets)
            update(widgets)

        screen._compositor.update_widgets = note  # type: ignore[method-assign]
        app.frames.held = False
        screen.paint_frame()
        assert screen.status in asked
