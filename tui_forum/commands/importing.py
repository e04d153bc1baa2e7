"""``import``: another forum's archive into a community, with progress and a closing table."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Final

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from tui_forum.commands.context import say
from tui_forum.i18n import _, format_number, ngettext
from tui_forum.importers.records import ImportJob
from tui_forum.importers.run import Finding, ImportReport, run
from tui_forum.services.imports import Imports

#: Seconds between two lines where the output is no terminal.
LINE_SECONDS: Final = 5.0


class _RateColumn(ProgressColumn):
    def render(self, task: Task) -> Text:
        rate = task.finished_speed or task.speed
        return Text("" if rate is None or not task.fields["posts"] else rate_text(rate))


def rate_text(rate: float) -> str:
    """Posts per second, in words."""
    return _("{rate} posts/s").format(rate=format_number(round(rate)))


class _Bar:
    """A bar with rate and time left, on a terminal."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            _RateColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._reading: TaskID | None = None
        self._writing: TaskID | None = None

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def reading(self, done: int, total: int, records: int) -> None:  # noqa: ARG002 - bytes make the bar
        """Move the first bar."""
        if self._reading is None:
            self._reading = self._progress.add_task(_("Reading"), total=total, posts=False)
        self._progress.update(self._reading, completed=done, total=max(done, total))

    def writing(self, done: int, total: int) -> None:
        """Move the second bar."""
        if self._writing is None:
            self._writing = self._progress.add_task(_("Writing"), total=total, posts=True)
        self._progress.update(self._writing, completed=done)


class _Lines:
    """A line now and then, where nobody watches a bar."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = self._spoken = time.monotonic()
        self._first: int | None = None

    def __enter__(self) -> _Lines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def reading(self, done: int, total: int, records: int) -> None:
        """Say how much is read."""
        self._started = time.monotonic()
        if self._due(last=done >= total):
            say(
                self._console,
                _("Read {percent} %: {posts} posts.").format(
                    percent=round(100 * done / total) if total else 100, posts=format_number(records)
                ),
            )

    def writing(self, done: int, total: int) -> None:
        """Say how much is written, how fast, and how long it will take."""
        begins = self._first is None
        if self._first is None:
            self._first = done
        if not self._due(last=begins or done >= total):
            return
        written, elapsed = done - self._first, time.monotonic() - self._started
        sentence = _("Written {done} of {total} posts.")
        rate = left = 0.0
        if written and elapsed:
            sentence = _("Written {done} of {total} posts, {rate}, {seconds} s left.")
            rate = written / elapsed
            left = (total - done) / rate
        say(
            self._console,
            sentence.format(
                done=format_number(done),
                total=format_number(total),
                rate=rate_text(rate),
                seconds=format_number(round(left)),
            ),
        )

    def _due(self, *, last: bool) -> bool:
        now = time.monotonic()
        if not last and now - self._spoken < LINE_SECONDS:
            return False
        self._spoken = now
        return True


async def import_archive(console: Console, imports: Imports, job: ImportJob) -> ImportReport:
    """Run ``job`` and print what came of it."""
    watcher = _Bar(console) if console.is_terminal else _Lines(console)
    try:
        with watcher:
            result = await run(imports, job, watcher)
    except asyncio.CancelledError:
        say(console, _("Stopped. What is imported stays; the same command goes on from here."))
        raise
    show(console, result)
    return result


def show(console: Console, result: ImportReport) -> None:
    """The closing table: what was imported, changed and skipped, and why."""
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    _row(table, _("Threads imported"), result.threads)
    _row(table, _("Posts imported"), result.posts)
    _row(table, _("Accounts made (unclaimed)"), result.accounts)
    if result.already:
        _row(table, _("Posts that were here already"), result.already)
    for heading, findings in (
        (_("Changed on the way in"), result.notes),
        (_("Skipped"), result.skipped),
        (_("Broken, and skipped"), result.broken),
    ):
        _findings(table, heading, findings)
    console.print(table)
    rate = (result.posts + result.already) / result.seconds if result.seconds else 0.0
    count = result.posts + result.already
    say(
        console,
        ngettext(
            "{count} post in {seconds} s ({rate}).", "{count} posts in {seconds} s ({rate}).", count
        ).format(
            count=format_number(count), seconds=format_number(round(result.seconds, 1)), rate=rate_text(rate)
        ),
    )


def _row(table: Table, label: str, count: int, places: str = "") -> None:
    table.add_row(Text(label), Text(format_number(count)), Text(places))


def _findings(table: Table, heading: str, findings: Mapping[str, Finding]) -> None:
    if not findings:
        return
    table.add_section()
    table.add_row(Text(heading), "", "")
    for why, finding in sorted(findings.items(), key=lambda item: -item[1].count):
        more = "" if finding.count <= len(finding.places) else ", …"
        _row(table, f"  {_(why)}", finding.count, ", ".join(finding.places) + more)
