"""What of a client's environment is taken: a few names, bounded."""

from __future__ import annotations

import re
from typing import Any, Final

import asyncssh

_NAMES: Final = re.compile(rb"LANG|LC_[A-Z]{1,20}|COLORTERM|NO_COLOR|TERM_PROGRAM|COLORFGBG")


def guard_environment(channel: asyncssh.SSHServerChannel[bytes], variables: int, size: int) -> None:
    """Limit the env requests of ``channel``: how many are answered, how large, and which are kept."""
    guarded: Any = channel
    original = guarded._process_env_request  # noqa: SLF001
    asked = 0

    def process(packet: Any) -> bool:
        nonlocal asked
        asked += 1
        payload = packet.get_remaining_payload()
        if asked > variables or len(payload) > size:
            return False
        name_length = int.from_bytes(payload[:4], "big")
        if not _NAMES.fullmatch(payload[4 : 4 + name_length]):
            return False
        return bool(original(packet))

    guarded._process_env_request = process  # noqa: SLF001
