"""Textual's driver over an SSH channel: one loop, no threads, one write per loop turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, TextIO

import structlog
from textual import events, messages
from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message

from server.input_guard import Escape, InputGuard, Keys, Pasted, Token

if TYPE_CHECKING:
    from textual.app import App

    from server.session import Terminal

log = structlog.get_logger(__name__)

MIN_SIZE: Final = (20, 5)
MAX_SIZE: Final = (500, 200)
ESCAPE_DELAY: Final = 0.1  # seconds after which a lone Escape is the key
#: Keys handed to the app at a time, and messages it may have waiting before we wait.
SLICE: Final = 64
APP_QUEUE: Final = 128

_ENTER: Final = (
    "\x1b[?1049h"  # alternate screen
    "\x1b[?1000h\x1b[?1002h\x1b[?1006h"  # mouse: clicks, drags, SGR coordinates
    "\x1b[?25l"  # no cursor
    "\x1b[?2004h"  # bracketed paste
    "\x1b[?2026$p"  # does it know synchronised output?
)
_LEAVE: Final = "\x1b[?2004l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[0m\x1b[?25h\x1b]0;\x07\x1b[?1049l"


def clamp(width: int, height: int) -> Size:
    """A terminal's size within what is drawn: 20×5 to 500×200; 0×0 (unknown) is 80×24."""
    if width <= 0 or height <= 0:
        return Size(80, 24)
    return Size(max(MIN_SIZE[0], min(MAX_SIZE[0], width)), max(MIN_SIZE[1], min(MAX_SIZE[1], height)))


class ChannelDriver(Driver):
    """Reads and writes through a session's ``Terminal``."""

    def __init__(
        self,
        app: App[Any],
        *,
        terminal: Terminal,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,  # noqa: ARG002 - the terminal knows it
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=(terminal.size.width, terminal.size.height))
        self._terminal = terminal
        self._guard = InputGuard()
        self._parser = XTermParser()
        self._waiting: deque[Token] = deque()
        self._escape_timer: asyncio.TimerHandle | None = None
        self._pump_handle: asyncio.Handle | None = None
        self._open = False

    # -- output

    def write(self, data: str) -> None:
        """Hand text to the terminal, which sends all of a loop turn at once."""
        self._terminal.write(data)

    def repaint(self) -> None:
        """Paint the whole screen once: frames were dropped."""
        app = self._app
        if app.is_running and app.screen_stack:
            screen = app.screen
            app._display(screen, screen._compositor.render_full_update())  # noqa: SLF001

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        self._open = True
        self._terminal.attach(self)
        self.write(_ENTER)
        size = self._terminal.size
        self._app.post_message(events.Resize(size, size))

    def disable_input(self) -> None:
        """Take no more input."""
        self._open = False
        self._waiting.clear()
        for handle in (self._escape_timer, self._pump_handle):
            if handle is not None:
                handle.cancel()

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self.disable_input()
        self._terminal.detach(self)
        self.write(_LEAVE)

    # -- input

    @property
    def backlog(self) -> int:
        """How many tokens wait to be handed to the app."""
        return len(self._waiting)

    def feed(self, text: str) -> None:
        """Take decoded input."""
        if not self._open:
            return
        if self._escape_timer is not None:
            self._escape_timer.cancel()
            self._escape_timer = None
        self._take(self._guard.feed(text))
        if self._guard.waiting:
            self._escape_timer = self._loop.call_later(ESCAPE_DELAY, self._escape)

    def _escape(self) -> None:
        self._escape_timer = None
        self._take(self._guard.timeout())

    def _take(self, tokens: Iterator[Token]) -> None:
        for token in tokens:
            if isinstance(token, Keys) and len(token.text) > SLICE and token.text[0] != "\x1b":
                text = token.text
                self._waiting.extend(Keys(text[i : i + SLICE]) for i in range(0, len(text), SLICE))
            else:
                self._waiting.append(token)
        if self._waiting and self._pump_handle is None:
            self._pump()

    def _pump(self) -> None:
        """Hand over a slice; the rest when the app has worked it off, so that others get their turn."""
        self._pump_handle = None
        handed = 0
        while self._waiting and handed < SLICE and self._app._message_queue.qsize() < APP_QUEUE:  # noqa: SLF001
            token = self._waiting.popleft()
            handed += len(token.text) if isinstance(token, Keys) else SLICE
            self._hand_over(token)
        if self._waiting:
            self._pump_handle = self._loop.call_later(0.005, self._pump)
        self._terminal.input_handled()

    def _hand_over(self, token: Token) -> None:
        if isinstance(token, Escape):
            self.process_message(events.Key("escape", "\x1b"))
            return
        if isinstance(token, Pasted):
            self.process_message(events.Paste(token.text))
            if token.cut:
                told = getattr(self._app, "paste_was_cut", None)
                if told is not None:
                    self._app.call_later(told)
            return
        try:
            for message in self._parser.feed(token.text):
                if not isinstance(message, messages.InBandWindowResize):
                    self.process_message(message)
        except Exception:  # whatever the parser met, the next key gets a new one
            log.warning("input_parser_failed", exc_info=True)
            self._parser = XTermParser()

    def send_message(self, message: Message) -> None:
        """Straight to the app: we are on its loop."""
        self._app.post_message(message)

    def resized(self, size: Size) -> None:
        """The window has another size."""
        if self._open:
            self._app.post_message(events.Resize(size, size))

    # -- never on the server's machine

    def open_url(self, url: str, new_tab: bool = True) -> None:
        """Links are for the terminal to open."""

    def deliver_binary(
        self,
        binary: BinaryIO | TextIO,
        *,
        delivery_key: str,  # noqa: ARG002
        save_path: Path,  # noqa: ARG002
        open_method: Literal["browser", "download"] = "download",  # noqa: ARG002
        encoding: str | None = None,  # noqa: ARG002
        mime_type: str | None = None,  # noqa: ARG002
        name: str | None = None,  # noqa: ARG002
    ) -> None:
        """Nothing is written to the server's disk."""
        binary.close()
