"""Secrets in texts: found by their look, shown masked, taken out whole."""

from __future__ import annotations

import time

import pytest

from tui_forum.domain.leaks import LeaksFoundError, leaks, load, without

AWS = "AKIA" + "IOSFODNN7EXAMPLF"
GITHUB = "ghp_" + "a1B2" * 9
GITHUB_NEW = "github_pat_" + "11AAAAAAA0" * 6
JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0."
    "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
)
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\nAAAAC3Nz\n-----END OPENSSH PRIVATE KEY-----"
#: Put together here, so that nobody who looks through the sources takes them for real ones.
SECRETS = {
    "aws": AWS,
    "github": GITHUB,
    "github, new": GITHUB_NEW,
    "gitlab": "glpat-" + "x1Y2z" * 4,
    "slack": "xoxb-" + "1234567890-" * 2 + "abcdefghijkl",
    "stripe": "sk_live_" + "a1b2c3" * 4,
    "google": "AIza" + "Sy1-_" * 7,
    "jwt": JWT,
    "rsa": KEY.replace("OPENSSH", "RSA"),
    "private key": KEY,
    "ssh2": "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAA\n---- END SSH2 ENCRYPTED PRIVATE KEY ----",
    "putty": "PuTTY-User-Key-File-2: ssh-rsa\nAAAAB3Nz\nPrivate-Lines: 1\nAAAAgQ\nPrivate-MAC: 9f86",
    "without an end": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_a_secret_is_found_and_neither_shown_nor_left(secret: str) -> None:
    open_end = "PRIVATE" in secret and "END" not in secret and "MAC" not in secret
    text = f"Hello\n\nthis is it: {secret}" + ("" if open_end else " – does it work?")
    (found,) = leaks([("title", "Help"), ("body", text)])
    assert (found.field, found.line, found.secret) == ("body", 3, secret)
    for shown in (found.masked, repr(found), str(LeaksFoundError([found])), repr(LeaksFoundError([found]))):
        assert secret not in shown
        assert secret[5:] not in shown
    assert "this is it" in found.masked
    masked = without(text, [found])
    assert secret[6:] not in masked
    assert open_end or masked.endswith("– does it work?")
    assert leaks([("body", masked)]) == ()


def test_every_secret_of_a_line_is_masked() -> None:
    found = leaks([("body", f"{AWS} {GITHUB}")])
    assert len(found) == 2
    for leak in found:
        assert AWS not in leak.masked
        assert GITHUB not in leak.masked


@pytest.mark.parametrize(
    "text",
    [
        "My password is on the yellow note; key = value; token: none",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904 in https://example.org/a:b@c",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2mZxAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ann@laptop",
        "A private key begins with BEGIN and ends with END.",
        "The AKIA prefix is that of AWS, ghp_ that of GitHub.",
    ],
)
def test_ordinary_words_are_no_secrets(text: str) -> None:
    assert leaks([("body", text)]) == ()


def test_a_secret_in_a_line_without_end_is_found() -> None:
    for before in (10, 2_040, 2_048, 3_000, 31_000):
        assert leaks([("body", "x" * before + " " + JWT + " " + "y" * 500)])


def test_long_texts_take_milliseconds() -> None:
    load()
    text = ("Water the roses in the morning, never at noon; cut them in March. " * 500)[:32_000]
    took = []
    for _try in range(3):
        began = time.perf_counter()
        assert leaks([("body", text)]) == ()
        took.append(time.perf_counter() - began)
    assert min(took) < 0.1  # 7 ms on an idle machine
