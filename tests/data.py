"""Real material from beside the repository, unpacked once per test run."""

from __future__ import annotations

import fcntl
import os
import tarfile
import tempfile
from pathlib import Path

import pytest

ARCHIVES = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """The folder that the archive ``name`` (without ``.tar.xz``) unpacks to.

    It is unpacked below the temporary directory, once for all workers of all runs by this
    user; a newer archive is unpacked anew. Skips the test where the archive is missing.
    """
    archive = ARCHIVES / f"{name}.tar.xz"
    if not archive.is_file():
        pytest.skip(f"needs ../shared/data/{archive.name}, which is not part of the project")
    root = Path(tempfile.gettempdir()) / f"tui-forum-data-{os.getuid()}"
    root.mkdir(mode=0o700, exist_ok=True)
    if root.stat().st_uid != os.getuid():
        pytest.skip(f"{root} belongs to someone else")
    target = root / f"{name}-{archive.stat().st_mtime_ns}"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_dir():
            with tempfile.TemporaryDirectory(dir=root) as partial, tarfile.open(archive) as packed:
                packed.extractall(partial, filter="data")
                Path(partial).rename(target)
                Path(partial).mkdir()  # for the context manager to remove
    (folder,) = target.iterdir()
    return folder
