"""Textual's driver for this terminal, with keys that wait for what the ones before do."""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from typing import Any

from textual import events
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui_forum.ui.settling import settle


class LocalDriver(LinuxDriver):
    """Hands messages over one by one; the next key only when the app has done what the last asks for."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._waiting: deque[Message] = deque()
        self._pump_task: asyncio.Task[None] | None = None
        self._context = contextvars.Context()

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        self._context = contextvars.copy_context()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def send_message(self, message: Message) -> None:
        """From the thread that reads the terminal."""
        self._loop.call_soon_threadsafe(self._take, message)

    def _take(self, message: Message) -> None:
        self._waiting.append(message)
        if self._pump_task is None:
            self._pump_task = self._loop.create_task(self._pump(), name="keys", context=self._context)

    async def _pump(self) -> None:
        try:
            while self._waiting:
                message = self._waiting.popleft()
                self._app.post_message(message)
                if isinstance(message, events.Key | events.Paste):
                    await settle(self._app)
        finally:
            self._pump_task = None
