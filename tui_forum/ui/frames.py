"""One key, one frame: what a key does is painted once, when it is done.

Left to itself Textual paints each step (the focus moves, a pane is laid out, its rows arrive), at
most sixty times a second: three frames of which two are seen for a blink, and which the third has
to wait for. Whoever hands keys to the app (``server.driver``) holds the frames meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from textual.screen import Screen

if TYPE_CHECKING:
    from textual.app import App

Result = TypeVar("Result")


class Frames:
    """Whether an app's frames are held back now."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self.held = False

    def _screens(self) -> list[FramedScreen[Any]]:
        return [screen for screen in self._app.screen_stack if isinstance(screen, FramedScreen)]

    def hold(self) -> None:
        """Paint nothing until :meth:`release`."""
        self.held = True

    def advance(self) -> bool:
        """Lay out what asks for it, which may make more to do; False when there is nothing."""
        unfinished = [screen for screen in self._screens()[-1:] if screen.frame_unfinished]
        for screen in unfinished:
            screen.call_next(screen.lay_out_frame)
        return bool(unfinished)

    def release(self) -> None:
        """Paint what has changed, and as usual from now on."""
        self.held = False
        for screen in self._screens():
            screen.release_frame()


class FramedScreen(Screen[Result]):
    """A screen that is not painted while its app's frames are held."""

    _frame_due = False

    @property
    def _frames(self) -> Frames | None:
        return getattr(self.app, "frames", None)

    @property
    def frame_unfinished(self) -> bool:
        """Whether widgets have changed since the last layout."""
        return bool(
            self._layout_required or self._scroll_required or self._repaint_required or self._dirty_widgets
        )

    def lay_out_frame(self) -> None:
        """Do now what Textual would do at its next frame, but for the painting."""
        if self.frame_unfinished:
            self._on_timer_update()

    def release_frame(self) -> None:
        """Paint at once, or soon when the screen is still at what the key asks for."""
        self.call_next(self.paint_frame)
        # Whoever asks first for the timer makes it; its task takes over their context, and must find
        # the app there. (We come from the driver's task, which has none.)
        with self.app._context():  # noqa: SLF001 - there is no public way
            self._update_timer.resume()

    def paint_frame(self) -> None:
        """Paint what was held back."""
        frames = self._frames
        if self._frame_due and (frames is None or not frames.held):
            # What changed since the layout is in no frame yet; painting forgets who asked for it.
            if self._dirty_widgets:
                self._compositor.update_widgets(self._dirty_widgets)
            self._compositor_refresh()

    def _on_timer_update(self) -> None:
        super()._on_timer_update()
        self.paint_frame()

    def _compositor_refresh(self) -> None:
        frames = self._frames
        if frames is not None and frames.held:
            self._frame_due = True  # the compositor knows what
            self._dirty_widgets.clear()
        else:
            self._frame_due = False
            super()._compositor_refresh()
