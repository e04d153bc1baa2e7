"""Who has logged in: proved by a signature, or chosen in the demonstration."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncssh

from tui_forum.domain.entities import Actor, PublicKey
from tui_forum.ui.traits import TerminalTraits

if TYPE_CHECKING:
    from textual.app import App
    from textual.driver import Driver


@dataclass(frozen=True, slots=True)
class Known:
    """An account."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class Unknown:
    """A key without an account: somebody may register with it. ``user`` is what it called itself."""

    key: PublicKey
    user: str = ""


Identity = Known | Unknown

#: Makes the next app of a session; see ``server.session.NextApp``.
AppFactory = Callable[[Identity, TerminalTraits, "type[Driver]", object], Awaitable["App[Any] | None"]]


def public_key(key: asyncssh.SSHKey) -> PublicKey:
    """A key as the services take it."""
    openssh = key.export_public_key().decode("utf-8", "replace").strip()
    return PublicKey(
        algorithm=key.get_algorithm(),
        fingerprint=key.get_fingerprint(),
        openssh=" ".join(openssh.split()[:2]),
        comment=key.get_comment() or "",
    )
