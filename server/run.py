"""``tui-forum serve``: from settings to a listening server, and down again in good order."""

from __future__ import annotations

import asyncio
import getpass
import importlib
import pkgutil
import signal
import sys
from collections.abc import Iterable

import structlog

from server.apps import app_factory
from server.garbage import Garbage
from server.host_keys import load_host_key, public_key_file
from server.identity import public_key
from server.listener import Listener
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.domain.errors import ConfigError
from tui_forum.i18n import N_, _
from tui_forum.importers.demo import load_demo
from tui_forum.log import set_up_logging
from tui_forum.ui import modals, screens

log = structlog.get_logger(__name__)


def _print(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


async def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; the exit code.

    Raises:
        ConfigError: host key, admin key or demonstration settings cannot be used.
        ConflictError: the port is taken. Storage errors: see ``open_forum``.
    """
    if settings.demo and not settings.listen.is_loopback:
        raise ConfigError(
            N_("The demonstration lets anybody in and listens on loopback only, not on {address}."),
            address=settings.listen,
        )
    set_up_logging(settings.log_level)
    admin_keys = [public_key_file(path) for path in settings.admin_keys]
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    forum = await open_forum(settings)
    try:
        host_key = load_host_key(settings.data_dir)
        for key in admin_keys:
            await forum.accounts.ensure_admin(public_key(key))
        if settings.demo:
            await load_demo(forum)
        listener = Listener(forum, settings, app_factory(forum, settings))
        settle()
        await listener.start(host_key)
        forum.clockwork.start()
        forum.screening.load()
        claim = None if settings.demo else await forum.accounts.claim_code()
        listener.claimable = claim is not None
        _print(_greeting(settings, listener, host_key.get_fingerprint(), claim))
        await stopping.wait()
        await listener.stop(_("The server is going down; your drafts are kept. Good-bye."))
    finally:
        await forum.close()
    return 0


def settle() -> None:
    """Load now what the first visitor to need it would make all others wait for."""
    for package in (screens, modals):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    Garbage.begin()


def _greeting(settings: Settings, listener: Listener, fingerprint: str, claim: str | None) -> list[str]:
    port = listener.port
    lines = [
        _("Listening on {address}, data in {path}.").format(
            address=f"{settings.listen.host}:{port}", path=settings.data_dir
        ),
        _("Host key: {fingerprint} (ED25519)").format(fingerprint=fingerprint),
    ]
    if settings.demo:
        lines.append(
            _("Demonstration: ssh -p {port} mona@localhost (a moderator; olga administers).").format(
                port=port
            )
        )
    if claim is not None:
        lines += [
            _("Nobody runs this forum yet. Connect with your key and this code to be its operator:"),
            f"    {claim}",
            f"    ssh -p {port} {getpass.getuser()}@localhost",
        ]
    return lines
