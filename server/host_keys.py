"""The server's host key: made on first start, kept readable by its owner only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import asyncssh

from tui_forum.domain.errors import ConfigError
from tui_forum.i18n import N_

FILE_NAME: Final = "ssh_host_ed25519_key"


def load_host_key(data_dir: Path) -> asyncssh.SSHKey:
    """The Ed25519 host key in ``data_dir``, made when there is none.

    Raises:
        ConfigError: it cannot be read or written, is no key, or others may read it.
    """
    path = data_dir / FILE_NAME
    try:
        if not path.exists():
            key = asyncssh.generate_private_key("ssh-ed25519", comment="tui-forum")
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(key.export_private_key())
            return key
        if path.stat().st_mode & 0o077:
            raise ConfigError(
                N_("The host key {path} can be read by others: chmod 600 it, or remove it to get a new one."),
                path=path,
            )
        return asyncssh.read_private_key(path)
    except (OSError, asyncssh.KeyImportError) as error:
        raise ConfigError(N_("The host key {path} cannot be used: {why}"), path=path, why=error) from error


def public_key_file(path: Path) -> asyncssh.SSHKey:
    """The public key in a file, for ``--admin-key``.

    Raises:
        ConfigError: the file cannot be read or holds no public key.
    """
    try:
        return asyncssh.read_public_key(path)
    except (OSError, asyncssh.KeyImportError, ValueError) as error:
        raise ConfigError(N_("The key file {path} cannot be used: {why}"), path=path, why=error) from error
