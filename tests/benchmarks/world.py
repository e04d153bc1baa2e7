"""The data that benchmarks measure with: imported newsgroup messages and accounts with keys."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from tests.data import shared_data
from tui_forum.bootstrap import open_forum
from tui_forum.config import load_settings
from tui_forum.domain.entities import PublicKey, Registration

SLUG = "comp-lang-cobol"


@dataclass(frozen=True)
class Account:
    """Somebody who can log in."""

    handle: str
    key: asyncssh.SSHKey


def public_key(key: asyncssh.SSHKey) -> PublicKey:
    """A key as the services take it."""
    return PublicKey(
        algorithm=key.get_algorithm(),
        fingerprint=key.get_fingerprint(),
        openssh=key.export_public_key().decode().strip(),
    )


async def prepare_world(data: Path, count: int) -> list[Account]:
    """Import the newsgroup into ``data`` once and make ``count`` members of it, each with a key."""
    data.mkdir(parents=True, exist_ok=True)
    messages = next(shared_data("usenet_cobol_1999_2001").glob("*.jsonl"))
    if not (data / "forum.db").exists():
        importer = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tui_forum", "import", "jsonl", str(messages),
            "--into", SLUG, "--name", "comp.lang.cobol", "--data", str(data),
        )  # fmt: skip
        if await importer.wait() != 0:
            raise RuntimeError("the import failed")
    forum = await open_forum(load_settings(data_dir=data, registration="open"))
    keys = data / "keys"
    keys.mkdir(exist_ok=True)
    accounts: list[Account] = []
    try:
        for number in range(count):
            handle = f"member{number:03}x"
            path = keys / handle
            if path.exists():
                accounts.append(Account(handle, asyncssh.read_private_key(path)))
                continue
            key = asyncssh.generate_private_key("ssh-ed25519")
            actor = await forum.accounts.register(Registration(handle, f"Member {number}"), public_key(key))
            community = await forum.communities.community(actor, SLUG)
            await forum.memberships.join(actor, community.community_id)
            key.write_private_key(path)
            accounts.append(Account(handle, key))
    finally:
        await forum.close()
    return accounts
