"""A terminal on which commands are called, for tests of what they print."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from tui_forum.cli import call


class Terminal:
    """What a call printed."""

    def __init__(self) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()

    def __call__(self, *arguments: str | Path) -> int:
        return call(
            [str(argument) for argument in arguments],
            Console(file=self.out, width=100),
            Console(file=self.err, width=100),
        )

    @property
    def said(self) -> str:
        return self.out.getvalue()

    @property
    def complained(self) -> str:
        return self.err.getvalue()
