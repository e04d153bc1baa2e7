"""One SSH session: a channel, a terminal, and the apps that run on it one after the other."""

from __future__ import annotations

import asyncio
import codecs
import contextvars
import secrets
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import asyncssh
import structlog
from rich.color import ColorSystem as RichColorSystem
from textual.geometry import Size

from server.colours import reduce_colours
from server.driver import ChannelDriver, clamp
from tui_forum.i18n import _, language_of, set_locale
from tui_forum.ui.traits import ColorSystem, TerminalTraits, traits_of

if TYPE_CHECKING:
    from textual.app import App
    from textual.driver import Driver
from textual.worker import WorkerFailed

log = structlog.get_logger(__name__)

HIGH_WATER: Final = 256 * 1024  # bytes on their way to a client above which nothing more is painted
LOW_WATER: Final = 16 * 1024  # below which it is painted again
CHECK: Final = 0.2  # seconds between looks at a client that does not read
RESIZE_PAUSE: Final = 0.05  # seconds in which size changes become one
INPUT_HIGH: Final = 16 * 1024  # characters of input waiting above which the channel is not read
RESIZES: Final = 1000  # size changes in RESIZE_SPAN seconds after which the connection is cut
RESIZE_SPAN: Final = 10.0
PREPARE: Final = 5.0  # seconds an app has to keep what was typed, and again to end

#: ``await next_app(traits, driver_class, result)``: the next app, given what the one before
#: returned (``START`` at first); None ends the session.
NextApp = Callable[[TerminalTraits, "type[Driver]", object], Awaitable["App[Any] | None"]]


#: What ``next_app`` is given before any app has run.
START: Final = object()


class Terminal:
    """The client's end: its size, and bytes to it with a bound."""

    def __init__(
        self, channel: asyncssh.SSHServerChannel[bytes], size: Size, depth: ColorSystem, stalled: float
    ) -> None:
        self._channel = channel
        self._depth: ColorSystem = depth
        self._loop = asyncio.get_running_loop()
        self._stalled_after = stalled
        self._pending: list[str] = []
        self._flush_handle: asyncio.Handle | None = None
        self._resize_handle: asyncio.TimerHandle | None = None
        self._check_handle: asyncio.TimerHandle | None = None
        self._blocked_since: float | None = None
        self._resizes = 0
        self._resizes_since = 0.0
        self._reading_paused = False
        self._driver: ChannelDriver | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.size = size
        self.closed = False

    def attach(self, driver: ChannelDriver) -> None:
        """``driver`` gets the input."""
        self._driver = driver
        if self.blocked:
            driver.hold()

    def detach(self, driver: ChannelDriver) -> None:
        """``driver`` is done."""
        if self._driver is driver:
            self._driver = None

    # -- output

    @property
    def buffered(self) -> int:
        """Bytes on their way: the channel's (window exhausted) and the connection's (socket full).

        The channel alone is not enough: a client that announces an endless window and never
        reads lets everything through to the socket's buffer.
        """
        return int(self._channel.get_write_buffer_size()) + self._unsent

    @property
    def _unsent(self) -> int:
        transport = getattr(self._channel.get_connection(), "_transport", None)
        return int(transport.get_write_buffer_size()) if transport is not None else 0

    def write(self, data: str) -> None:
        """Send at the end of this loop turn, or not at all while the client does not read."""
        if self.closed or self._blocked_since is not None:
            return
        self._pending.append(data)
        if self._flush_handle is None:
            self._flush_handle = self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_handle = None
        if self.closed or not self._pending:
            return
        data = reduce_colours("".join(self._pending), self._depth).encode("utf-8", "replace")
        self._pending.clear()
        try:
            self._channel.write(data)
        except OSError:  # asyncssh raises BrokenPipeError once the channel is closing
            self.closed = True
            return
        if self.buffered > HIGH_WATER and self._blocked_since is None:
            self._blocked_since = self._loop.time()
            self._check_handle = self._loop.call_later(CHECK, self._check)
            if self._driver is not None:
                self._driver.hold()

    def _check(self) -> None:
        """The client did not read: does it now? Paint once in full, or hang up in the end."""
        self._check_handle = None
        if self.closed or self._blocked_since is None:
            return
        if self.buffered <= LOW_WATER:
            self._blocked_since = None
            if self._driver is not None:
                self._driver.repaint()
        elif self._loop.time() - self._blocked_since > self._stalled_after:
            log.info("session_dropped", why="the client does not read")
            self.drop()
        else:
            self._check_handle = self._loop.call_later(CHECK, self._check)

    def drop(self) -> None:
        """Hang up without waiting for the client: its channel, or all when its socket is full."""
        socket_is_full = self._unsent > LOW_WATER
        self.close()
        if socket_is_full:
            self._channel.get_connection().abort()
        else:
            self._channel.abort()

    @property
    def blocked(self) -> bool:
        """Whether frames are being dropped."""
        return self._blocked_since is not None

    # -- input

    def receive(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._driver is None:
            return
        self._driver.feed(self._decoder.decode(data))
        if self._driver is not None and self._driver.backlog > INPUT_HIGH and not self._reading_paused:
            self._reading_paused = True
            self._channel.pause_reading()

    def input_handled(self) -> None:
        """The driver has worked some of the input off."""
        if self._reading_paused and self._driver is not None and self._driver.backlog < INPUT_HIGH // 2:
            self._reading_paused = False
            self._channel.resume_reading()

    def resize(self, width: int, height: int) -> None:
        """The client's window has changed; many changes in a row are one, too many cut the line."""
        now = self._loop.time()
        if now - self._resizes_since > RESIZE_SPAN:
            self._resizes, self._resizes_since = 0, now
        self._resizes += 1
        if self._resizes == RESIZES:
            log.info("session_dropped", why="too many changes of size")
            self.close()
            self._channel.get_connection().abort()
        self.size = clamp(width, height)
        if self._resize_handle is None and not self.closed:
            self._resize_handle = self._loop.call_later(RESIZE_PAUSE, self._resized)

    def _resized(self) -> None:
        self._resize_handle = None
        if self._driver is not None:
            self._driver.resized(self.size)

    def close(self) -> None:
        """Stop everything that is scheduled."""
        if self.closed:
            return
        self._flush()
        self.closed = True
        for handle in (self._resize_handle, self._check_handle):
            if handle is not None:
                handle.cancel()
        self._driver = None


class AppSession(asyncssh.SSHServerSession[bytes]):
    """Runs apps on a channel. Refuses everything but a shell on a terminal."""

    def __init__(
        self,
        next_app: NextApp,
        *,
        stalled: float = 30.0,
        idle: float = 0.0,
        on_first_key: Callable[[], None] | None = None,
        on_end: Callable[[AppSession], None] | None = None,
    ) -> None:
        self._next_app = next_app
        self._stalled = stalled
        self._idle = idle
        self._on_first_key = on_first_key
        self._on_end = on_end
        self.typed = False
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._terminal: Terminal | None = None
        self._task: asyncio.Task[None] | None = None
        self._app: App[Any] | None = None
        self._refusal = ""
        self._idle_handle: asyncio.TimerHandle | None = None
        self._last_input = 0.0
        self._ending: asyncio.Task[None] | None = None
        self._ended = False
        self._goodbye = ""
        self._status = 0

    # -- what asyncssh asks

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """The channel is there."""
        self._channel = chan

    def pty_requested(self, term_type: str, term_size: Any, term_modes: Any) -> bool:  # noqa: ARG002
        """A terminal is what we need."""
        return True

    def shell_requested(self) -> bool:
        """Yes; without a terminal it is told what is missing."""
        return True

    def exec_requested(self, command: str) -> bool:  # noqa: ARG002
        """Taken, in order to say in a sentence that there are no commands."""
        self._refusal = "exec"
        return True

    def subsystem_requested(self, subsystem: str) -> bool:  # noqa: ARG002
        """No file transfer, nothing."""
        return False

    def session_started(self) -> None:
        """Begin, in a context of its own: its language is nobody else's."""
        assert self._channel is not None
        channel = self._channel
        environment = {
            key.decode("utf-8", "replace"): value.decode("utf-8", "replace")
            for key, value in channel.get_environment_bytes().items()
        }
        context = contextvars.Context()
        wanted = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG", "")
        context.run(set_locale, language_of(wanted))
        term = channel.get_terminal_type()
        if self._refusal or term is None:
            context.run(self._refuse)
            return
        width, height, *_pixels = channel.get_terminal_size()
        traits = traits_of(term, environment)
        self._terminal = Terminal(channel, clamp(width, height), traits.color_system, self._stalled)
        self._last_input = asyncio.get_running_loop().time()
        if self._idle:
            context.run(self._watch_idle)
        self._task = asyncio.get_running_loop().create_task(
            self._run(self._terminal, traits), name="session", context=context
        )

    def _refuse(self) -> None:
        assert self._channel is not None
        if self._refusal:
            sentence = _("This forum takes no commands yet: connect without one.")
        else:
            sentence = _("This forum needs a terminal: connect with ssh -t.")
        self._channel.write_stderr(f"{sentence}\r\n".encode())
        self._channel.exit(2)

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:  # noqa: ARG002
        """Keys."""
        if self._terminal is not None:
            self._last_input = asyncio.get_running_loop().time()
            if not self.typed:
                self.typed = True
                if self._on_first_key is not None:
                    self._on_first_key()
            self._terminal.receive(data)

    def eof_received(self) -> bool:
        """The client will send nothing more: the session is over."""
        self._cancel()
        return False

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:  # noqa: ARG002
        """Another size."""
        if self._terminal is not None:
            self._terminal.resize(width, height)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The line is gone: end the app, which keeps what was typed."""
        if self._terminal is not None:
            self._terminal.close()
        self._cancel()
        if self._idle_handle is not None:
            self._idle_handle.cancel()
        if self._task is None:
            self._finished()

    # -- life

    def _cancel(self) -> None:
        if self._app is not None and self._app.is_running:
            self._app.exit()
        elif self._task is not None:
            self._task.cancel()

    def _watch_idle(self) -> None:
        """One timer for the whole time without input, not one per key."""
        loop = asyncio.get_running_loop()
        left = self._last_input + self._idle - loop.time()
        if left > 0:
            self._idle_handle = loop.call_later(left, self._watch_idle)
        else:
            self._ending = loop.create_task(
                self.end(_("You were away for long; your drafts are kept.")), name="idle"
            )

    async def _run(self, terminal: Terminal, traits: TerminalTraits) -> None:
        driver_class = cast("type[Driver]", partial(ChannelDriver, terminal=terminal))
        result: object = START
        try:
            while not terminal.closed and not self._goodbye:
                app = await self._next_app(traits, driver_class, result)
                if app is None or self._goodbye:
                    break
                result = await self._run_app(app, terminal)
                if result is _CRASHED:
                    break
        except asyncio.CancelledError:
            pass
        except Exception as error:  # the next app could not even be made
            self._report(error, terminal)
        finally:
            self._app = None
            self._close(terminal)
            self._finished()

    async def _run_app(self, app: App[Any], terminal: Terminal) -> object:
        # Textual points the process's stdout at the app; when sessions end out of order it
        # would stay on a dead one.
        app._capture_stdout = sys.stdout  # type: ignore[assignment]  # noqa: SLF001
        app._capture_stderr = sys.stderr  # type: ignore[assignment]  # noqa: SLF001
        app._print_error_renderables = lambda: None  # type: ignore[method-assign]  # noqa: SLF001
        failures: list[Exception] = []

        def failed(error: Exception) -> None:
            """Instead of Textual's crash screen, which prints local variables to the client."""
            failures.append(error)
            app._return_code = 1  # noqa: SLF001
            app._close_messages_no_wait()  # noqa: SLF001

        app._handle_exception = failed  # type: ignore[method-assign]  # noqa: SLF001
        # Styles and their escape codes are shared by all apps: see ``reduce_colours``.
        app.console._color_system = RichColorSystem.TRUECOLOR  # noqa: SLF001
        app.animation_level = "none"
        self._app = app
        result = await app.run_async(size=(terminal.size.width, terminal.size.height))
        result = getattr(app, "successor", None) or result
        self._app = None
        if failures:
            self._report(failures[0], terminal)
            return _CRASHED
        farewell: str = getattr(app, "farewell", "")  # why it ended, when it was not the person's wish
        if farewell:
            terminal.write(f"{farewell}\r\n")
        return result

    def _report(self, error: Exception, terminal: Terminal) -> None:
        """One plain sentence for the person, everything else for the log."""
        self._status = 1
        reference = secrets.token_hex(4)
        # Where it began is in what the worker raised.
        cause = error.error if isinstance(error, WorkerFailed) else error
        log.error("session_crashed", reference=reference, exc_info=cause)
        sentence = _("Something went wrong here; your drafts are kept. Please tell the operator: {reference}")
        terminal.write(f"{sentence.format(reference=reference)}\r\n")

    def _close(self, terminal: Terminal) -> None:
        if self._goodbye:
            terminal.write(f"{self._goodbye}\r\n")
        if terminal.blocked and not terminal.closed:
            terminal.drop()  # it would wait for the client for ever
            return
        terminal.close()
        self._exit()

    def _exit(self) -> None:
        if self._channel is not None and not self._channel.is_closing():
            self._channel.exit(self._status)

    def _finished(self) -> None:
        if not self._ended:
            self._ended = True
            if self._on_end is not None:
                self._on_end(self)

    async def end(self, sentence: str) -> None:
        """End the session with a sentence; the app may keep drafts first."""
        self._goodbye = sentence
        app = self._app
        if app is not None:
            prepare = getattr(app, "prepare_shutdown", None)
            if prepare is not None:
                try:
                    async with asyncio.timeout(PREPARE):
                        await prepare()
                except Exception:
                    log.exception("prepare_shutdown_failed")
        if self._task is None:
            self._exit()
            return
        if self._app is not None:
            self._app.exit()
        else:
            self._task.cancel()
        _done, late = await asyncio.wait({self._task}, timeout=PREPARE)
        for task in late:
            log.warning("session_does_not_end")
            task.cancel()


_CRASHED: Final = object()
