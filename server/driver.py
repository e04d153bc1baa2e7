"""Textual's driver over an SSH channel: one loop, no threads, one write per loop turn."""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, TextIO, TypeGuard

import structlog
from textual import events, messages
from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message

from server.input_guard import Escape, InputGuard, Keys, Pasted, Token
from tui_forum.ui.frames import Frames
from tui_forum.ui.settling import settle

if TYPE_CHECKING:
    from textual.app import App

    from server.session import Terminal

log = structlog.get_logger(__name__)

MIN_SIZE: Final = (20, 5)
MAX_SIZE: Final = (500, 200)
ESCAPE_DELAY: Final = 0.1  # seconds after which a lone Escape is the key
PASTE_DELAY: Final = 10.0  # seconds of silence after which a paste without an end is over
#: How long (seconds) what keys do is not painted: one key that takes its time, or many in a row.
FRAME: Final = 0.05
LAYOUTS: Final = 3  # at most, before a frame: each may change the size of what it shows

_ENTER: Final = (
    "\x1b[?1049h"  # alternate screen
    "\x1b[?1000h\x1b[?1002h\x1b[?1006h"  # mouse: clicks, drags, SGR coordinates
    "\x1b[?25l"  # no cursor
    "\x1b[?2004h"  # bracketed paste
    "\x1b[?2026$p"  # does it know synchronised output?
)
_LEAVE: Final = "\x1b[?2004l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[0m\x1b[?25h\x1b]0;\x07\x1b[?1049l"


#: Textual's own reports of sizes do not pass :func:`clamp`.
_NOT_FOR_APPS: Final = (messages.InBandWindowResize, events.Resize, events.CursorPosition)


def _is_text(token: Token) -> TypeGuard[Keys]:
    return isinstance(token, Keys) and token.text[0] != "\x1b"


def _weight(token: Token) -> int:
    return 1 if isinstance(token, Escape) else len(token.text) + 1


class KeyParser(XTermParser):
    """Textual's parser without the cache on its method: it keeps parsers, their last keys, whole apps."""

    def _parse_extended_key(  # type: ignore[override]  # there it is a cache, here a method
        self, sequence: str
    ) -> list[events.Key] | None:
        found = _extended_key(sequence)
        return None if found is None else [events.Key(key, character) for key, character in found]


@lru_cache(maxsize=1024)
def _extended_key(sequence: str) -> list[tuple[str, str | None]] | None:
    """Names and characters: an event would keep the app that it was made in."""
    found = XTermParser._parse_extended_key.__wrapped__(XTermParser, sequence)  # noqa: SLF001
    return None if found is None else [(key.key, key.character) for key in found]


def parsed(parser: XTermParser, text: str) -> list[Message]:
    """What a whole token means; ``parser`` waits for nothing afterwards."""
    found = list(parser.feed(text))
    if parser._timeout_time is not None:  # noqa: SLF001 - it thinks that more will come
        parser._timeout_time = 0.0  # noqa: SLF001
        late = list(parser.tick())
        if len(text) == 2:  # Alt with a character; longer ones are keys that Textual does not know
            found.extend(late)
    return [message for message in found if not isinstance(message, _NOT_FOR_APPS)]


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
        self._parser = KeyParser()
        self._waiting: deque[Token] = deque()
        self._backlog = 0
        self._holding = False
        frames = getattr(app, "frames", None)
        self._frames = frames if isinstance(frames, Frames) else Frames(app)
        self._held_until: float | None = None
        self._escape_timer: asyncio.TimerHandle | None = None
        self._pump_task: asyncio.Task[None] | None = None
        self._open = False
        self._context = contextvars.Context()

    # -- output

    def write(self, data: str) -> None:
        """Hand text to the terminal, which sends all of a loop turn at once."""
        self._terminal.write(data)

    def hold(self) -> None:
        """The client does not read: paint nothing until :meth:`repaint`."""
        if not self._holding:
            self._holding = True
            self._app._begin_batch()  # noqa: SLF001 - the public way is a context manager

    def repaint(self) -> None:
        """The client reads again: paint the whole screen once, for frames were dropped."""
        if not self._holding:
            return
        self._holding = False
        app = self._app
        with app._context():  # noqa: SLF001 - we come from the loop, not from the app's task
            app._end_batch()  # noqa: SLF001
            self._terminal.write(_ENTER)
            if app.is_running and app.screen_stack:
                app._display(app.screen, app.screen._compositor.render_full_update())  # noqa: SLF001

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        self._open = True
        # Input comes in the connection's context, which knows of no app: what a key begins there (a
        # screen's timer) failed later and ended the session.
        self._context = contextvars.copy_context()
        self._terminal.attach(self)
        self.write(_ENTER)

    def disable_input(self) -> None:
        """Take no more input."""
        self._open = False
        self._waiting.clear()
        self._backlog = 0
        if self._escape_timer is not None:
            self._escape_timer.cancel()
            self._escape_timer = None
        if self._pump_task is not None:
            self._pump_task.cancel()
            self._pump_task = None

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self.disable_input()
        self._terminal.detach(self)
        self.write(_LEAVE)

    # -- input

    @property
    def backlog(self) -> int:
        """How many characters of input wait to be handed to the app."""
        return self._backlog

    def feed(self, text: str) -> None:
        """Take decoded input."""
        if not self._open:
            return
        if self._escape_timer is not None:
            self._escape_timer.cancel()
            self._escape_timer = None
        self._take(self._guard.feed(text))
        if self._guard.waiting and self._open:
            delay = PASTE_DELAY if self._guard.in_paste else ESCAPE_DELAY
            self._escape_timer = self._loop.call_later(delay, self._nothing_came)

    def _nothing_came(self) -> None:
        self._escape_timer = None
        self._take(self._guard.timeout())

    def _take(self, tokens: Iterator[Token]) -> None:
        for token in tokens:
            self._waiting.append(token)
            self._backlog += _weight(token)
        if self._waiting and self._pump_task is None:
            self._pump_task = self._loop.create_task(self._pump(), name="keys", context=self._context)

    async def _pump(self) -> None:
        """Hand over key by key: a flood of them holds the loop no longer than one."""
        try:
            while self._waiting and self._open:
                token = self._waiting.popleft()
                self._backlog -= _weight(token)
                for key in token.text if _is_text(token) else (token,):
                    self._hold_frames()
                    self._hand_over(Keys(key) if isinstance(key, str) else key)
                    await self._settled()
                    for _layout in range(LAYOUTS):
                        if self._held_until is None or not self._frames.advance():
                            break
                        await self._settled()
                if not self._waiting:
                    self._release_frames()
                self._terminal.input_handled()
        finally:
            self._release_frames()
            self._pump_task = None

    def _hold_frames(self) -> None:
        if self._held_until is None:
            self._held_until = self._loop.time() + FRAME
            self._frames.hold()

    def _release_frames(self) -> None:
        if self._held_until is not None:
            self._held_until = None
            self._frames.release()

    async def _settled(self) -> None:
        await settle(self._app, self._release_late_frames)

    def _release_late_frames(self) -> None:
        if self._held_until is not None and self._loop.time() > self._held_until:
            self._release_frames()

    def _hand_over(self, token: Token) -> None:
        if isinstance(token, Escape):
            self.process_message(events.Key("escape", "\x1b"))
            return
        if isinstance(token, Pasted):
            self.process_message(events.Paste(token.text))
            told = getattr(self._app, "paste_was_cut", None)
            if token.cut and told is not None:
                self._app.call_later(told)
            return
        try:
            for message in parsed(self._parser, token.text):
                self.process_message(message)
        except Exception:  # whatever the parser met, the next key gets a new one
            log.warning("input_parser_failed", exc_info=True)
            self._parser = KeyParser()

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
