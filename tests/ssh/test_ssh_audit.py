"""What the public tool ssh-audit says of the server."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from tests.ssh.forum_server import serving


def _notes(found: Any, level: str) -> list[str]:
    """All notes of a level anywhere in the report."""
    notes: list[str] = []
    if isinstance(found, dict):
        for key, value in found.items():
            if key == level and isinstance(value, list):
                notes.extend(map(str, value))
            else:
                notes.extend(_notes(value, level))
    elif isinstance(found, list):
        for value in found:
            notes.extend(_notes(value, level))
    return notes


async def test_ssh_audit_has_nothing_to_say(tmp_path: Path) -> None:
    """No failure, and no warning but that curve25519 is not post-quantum."""
    async with serving(tmp_path, limits={"penalties": False, "max_startups": "100:30:200"}) as running:
        program = Path(sys.executable).with_name("ssh-audit")
        audit = await asyncio.create_subprocess_exec(
            program, "--skip-rate-test", "-j", "-p", str(running.port), "127.0.0.1",
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        printed, _ = await audit.communicate()
    report = json.loads(printed)
    assert _notes(report, "fail") == []
    assert {note for note in _notes(report, "warn") if "post-quantum" not in note} == set()
    assert report["kex"], "the report is empty"
