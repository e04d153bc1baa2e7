"""Reading an OpenSSH public key line that somebody pasted.

``cryptography`` parses it: the interface does not know the SSH library.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from tui_forum.domain.entities import PublicKey
from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.text import clean_line
from tui_forum.i18n import N_

NOT_A_KEY: Final = N_("This is not an OpenSSH public key (a line such as “ssh-ed25519 AAAA… name”).")
PRIVATE: Final = N_(
    "This is a private key! Paste the public one (the file that ends in .pub), and keep this."
)


def parse_public_key(line: str) -> PublicKey:
    """The key on an OpenSSH public key line; options before it are not taken.

    Raises:
        InvalidInputError: a private key, or no key at all (``field="key"``).
    """
    text = clean_line(line)
    if "PRIVATE KEY" in text:
        raise InvalidInputError(PRIVATE, field="key")
    parts = text.split(None, 2)
    if len(parts) < 2:
        raise InvalidInputError(NOT_A_KEY, field="key")
    try:
        blob = base64.b64decode(parts[1], validate=True)
        if not parts[0].startswith("sk-"):  # hardware keys are fine but cannot be loaded here
            load_ssh_public_key(f"{parts[0]} {parts[1]}".encode())
        name_length = int.from_bytes(blob[:4], "big")
        if blob[4 : 4 + name_length].decode("ascii") != parts[0]:
            raise ValueError("the blob is of another type")
    except (ValueError, UnsupportedAlgorithm, binascii.Error) as error:
        raise InvalidInputError(NOT_A_KEY, field="key") from error
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return PublicKey(
        algorithm=parts[0],
        fingerprint=f"SHA256:{digest}",
        openssh=f"{parts[0]} {parts[1]}",
        comment=parts[2] if len(parts) > 2 else "",
    )
