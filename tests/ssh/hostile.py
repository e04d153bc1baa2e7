"""Text that people should never have sent, and a look at what of it reached the terminal."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyte
from wcwidth import wcwidth

from tests.ssh.conftest import Client
from tests.ssh.forum_server import Running


class Terminal(pyte.Screen):
    """A terminal that keeps marks of combining class 0 with what they stand on, as terminals do.

    Pyte draws nothing of what follows such a mark.
    """

    def draw(self, data: str) -> None:
        """Text, cut at these marks."""
        for piece in re.split(r"(.)", data) if not data.isascii() else [data]:
            if piece and wcwidth(piece[0]) == 0 and not unicodedata.combining(piece[0]):
                if self.cursor.x:
                    line, at = self.buffer[self.cursor.y], self.cursor.x - 1
                    at -= line[at].data == "" and at > 0
                    line[at] = line[at]._replace(data=line[at].data + piece)
            elif piece:
                super().draw(piece)


#: What a session may send beside text: cursor positions, 24 bit colours and plain attributes, links to
#: known schemes, the window's title, and the modes that the driver sets. Nothing that a post brought
#: along can look like that, but for a few attributes; those are caught by comparing the screens.
OWN = re.compile(
    r"\x1b\[\d+;\d+H"
    r"|\x1b\[(?:0|[1-9]|(?:[1-9];)*(?:[34]8;2;\d+;\d+;\d+)(?:;[34]8;2;\d+;\d+;\d+)?)?m"
    r"|\x1b\]8;(?:id=\d+;(?:https?|ftp|mailto|ssh|gopher|gemini|news|irc|ircs)[!-~]+|;)\x1b\\"
    r"|\x1b\]22;(?:default|text|pointer)\x07"
    r"|\x1b\]0;[^\x00-\x1f\x7f-\x9f]*\x07"
    r"|\x1b\[\?(?:1049|1000|1002|1006|2004|2026|25)[hl]|\x1b\[\?2026\$p|\x1b\[0m"
)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

SAMPLES = (
    "\x1b[2J\x1b[H\x1b]0;owned\x07gone",
    "\x9b31mred\x9d0;title\x9c \x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1bP$q\"p\x1b\\ \x1b[6n \x1b[c \x1b[?1000h \x1b[201~ \x1b[200~ \x05 \x07\x08\x08\x0e\x0f",
    "a\rb\x0bc\x0cd\x7fe \x85 \u2028 \u2029 \ufeff",
    "\u202egnp.exe \u2066x\u2069 \u200f\u200e \u061c",
    "[/] [/bold] [@click=app.exit]x[/] [bold red]y [link=file:///etc/passwd]z[/link] {0} %s $x",
    "[@click='app.leave_forum']leave[/] [blink]b[/blink] \\[x] [[x]]",
    "\ud800\udfff \U000e0041 \ufdd0 \uffff \x00",
    "👨‍👩‍👧‍👦 👍🏽 🇩🇪 ❤️ 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ☃︎ ⚠️ 🧑🏿‍🦽‍➡️",
    "e" + "\u0301" * 60 + " Z" + "\u0489\u0335" * 40,
    "漢字仮名交じり文 한국어 เก็บ שלום עולם مرحبا नमस्ते ᄀᄀᄀ각ᆨᆨ \u3164 \u115f",
    "|".join("x" * 7 for _ in range(10)) + "\t\ttabs\t",
)  # fmt: skip


def robust_texts(folder: Path) -> Iterator[str]:
    """The robustness data, as many posts."""
    yield from json.loads((folder / "blns" / "blns.json").read_text("utf-8"))
    for name in ("kuhn/UTF-8-demo.txt", "kuhn/UTF-8-test.txt", "utf8tests/utf8tests.txt"):
        raw = (folder / name).read_bytes()
        for text in (raw.decode("utf-8", "replace"), raw.decode("latin-1")):
            yield from (text[at : at + 2_000] for at in range(0, len(text), 2_000))
    emoji = re.findall(
        r"^([0-9A-F ]+?) +;.*$", (folder / "unicode/emoji-test.txt").read_text("utf-8"), re.MULTILINE
    )
    shown = ["".join(chr(int(code, 16)) for code in line.split()) for line in emoji]
    yield from (" ".join(shown[at : at + 300]) for at in range(0, len(shown), 300))
    for path in sorted((folder / "xterm_escape").glob("*.in")):
        yield path.read_bytes().decode("latin-1")[:2_000]
    for example in json.loads((folder / "commonmark/spec.json").read_text("utf-8"))[::3]:
        yield example["markdown"]


def foreign(received: bytes) -> str:
    """What is neither text nor one of our own sequences, with what stands around the first of it."""
    rest = OWN.sub("", received.decode("utf-8"))
    found = CONTROL.search(rest.replace("\r\n", ""))
    return repr(rest[max(0, found.start() - 30) : found.end() + 30]) if found else ""


def told(running: Running) -> list[str]:
    """The lines that the only session's app has drawn."""
    (session,) = running.listener.sessions
    app: Any = session._app
    with app._context():
        return [_plain(strip.text) for strip in app.screen._compositor.render_strips()]


def seen(client: Client) -> list[str]:
    """The lines that the client's terminal shows."""
    return [_plain(line) for line in client.text.split("\n")]


def _plain(line: str) -> str:
    return unicodedata.normalize("NFC", line).rstrip()
