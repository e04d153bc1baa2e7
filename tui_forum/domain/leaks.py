"""Access keys, private keys and tokens in texts: where they are, and the text without them.

Only what is known by its look counts: the plugins of detect-secrets that name a service's keys. Those
that guess by entropy or by a word beside ("password = …") are left out. Nothing is asked of any network.
Figures: docs/decisions.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_

FOUND: Final = N_("This looks like a key or a token; nothing was sent.")
LEAVE_OUT: Final = N_("This looks like a key or a token: {where}. Please say it without.")

#: Plugins by their module; what each finds, for the one who pasted it.
_PLUGINS: Final = {
    "aws:AWSKeyDetector": N_("an access key of AWS"),
    "azure_storage_key:AzureStorageKeyDetector": N_("an access key of Azure"),
    "discord:DiscordBotTokenDetector": N_("a token of Discord"),
    "github_token:GitHubTokenDetector": N_("a token of GitHub"),
    "gitlab_token:GitLabTokenDetector": N_("a token of GitLab"),
    "jwt:JwtTokenDetector": N_("a web token (JWT)"),
    "mailchimp:MailchimpDetector": N_("an access key of Mailchimp"),
    "npm:NpmDetector": N_("a token of npm"),
    "openai:OpenAIDetector": N_("a token of OpenAI"),
    "private_key:PrivateKeyDetector": N_("a private key"),
    "pypi_token:PypiTokenDetector": N_("a token of PyPI"),
    "sendgrid:SendGridDetector": N_("an access key of SendGrid"),
    "slack:SlackDetector": N_("a token of Slack"),
    "square_oauth:SquareOAuthDetector": N_("a token of Square"),
    "stripe:StripeDetector": N_("an access key of Stripe"),
    "telegram_token:TelegramBotTokenDetector": N_("a token of Telegram"),
    "twilio:TwilioKeyDetector": N_("an access key of Twilio"),
}
#: Looks that are newer than the library.
_NEWER: Final = (
    (re.compile(r"github_pat_[A-Za-z0-9_]{50,}"), N_("a token of GitHub")),
    (re.compile(r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"), N_("an access key of Google")),
    (re.compile(r"sk-ant-[A-Za-z0-9_-]{40,}"), N_("a token of Anthropic")),
)
_BLOCK: Final = re.compile(
    r"-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}"
    r".*?(?:-{4,5} ?END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}|\Z)"
    r"|PuTTY-User-Key-File-\d:.*?(?:Private-MAC: \w+|\Z)",
    re.DOTALL,
)
#: What goes on without a break behind a secret belongs to it.
_REST: Final = re.compile(r"[A-Za-z0-9_+/=-]*(?:\.[A-Za-z0-9_+/=-]+)*")
#: Some of the library's expressions grow with the square of a text: they are given pieces, characters.
_PIECE: Final = 2_048
_OVERLAP: Final = 1_024
#: What of a secret is shown: enough to find it, not to use it.
_SHOWN: Final = 4
_MASK: Final = "••••••••"
_CONTEXT: Final = 24


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret in a text: ``what`` it is (a msgid), in which ``line`` (from 1), how that looks masked.

    ``field`` names the form's field that it stands in. The secret itself is for taking it out only.
    """

    what: str
    field: str
    line: int
    masked: str
    secret: str = member(repr=False, compare=False, default="")


class LeaksFoundError(InvalidInputError):
    """A text holds what looks like secrets: nothing was written. ``leaks`` says where."""

    def __init__(self, found: Sequence[Leak]) -> None:
        super().__init__(FOUND, field=found[0].field)
        self.leaks = tuple(found)


def load() -> None:
    """Load the library; takes some hundred milliseconds the first time."""
    _detectors()


@lru_cache(maxsize=1)
def _detectors() -> Sequence[tuple[Any, str]]:
    found = []
    for name, what in _PLUGINS.items():
        module, _, plugin = name.partition(":")
        found.append((getattr(import_module(f"detect_secrets.plugins.{module}"), plugin)(), what))
    return tuple(found)


def leaks(texts: Iterable[tuple[str, str]]) -> tuple[Leak, ...]:
    """The secrets in texts, each given with the name of its field; in their order, each once."""
    found: dict[tuple[str, str], Leak] = {}
    for name, text in texts:
        secrets = dict(_secrets(text))
        for secret, what in secrets.items():
            place = text.find(secret)
            line = text.count("\n", 0, place) + 1
            masked = _masked_line(text, place, secret, secrets)
            found.setdefault((name, secret), Leak(what, name, line, masked, secret))
    return tuple(sorted(found.values(), key=lambda leak: (leak.field, leak.line)))


def without(text: str, found: Iterable[Leak]) -> str:
    """A text with its secrets masked."""
    for leak in sorted(found, key=lambda leak: -len(leak.secret)):
        text = text.replace(leak.secret, _mask(leak.secret))
    return text


def refuse_secrets(text: str, field: str) -> None:
    """For what is kept beside posts: reasons, notes, talks. There is no example to confirm here.

    Raises:
        InvalidInputError: there is a secret in it; the sentence shows it masked.
    """
    if found := leaks([(field, text)]):
        raise InvalidInputError(LEAVE_OUT, field=field, where=found[0].masked)


def masked(value: Any) -> Any:
    """What is written for ever, a text or JSON, with its secrets masked, whoever wrote them."""
    if isinstance(value, str):
        return without(value, leaks([("", value)]))
    if isinstance(value, Mapping):
        return {key: masked(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked(one) for one in value]
    return value


def _secrets(text: str) -> Iterator[tuple[str, str]]:
    private = _PLUGINS["private_key:PrivateKeyDetector"]
    blocks = [match.group() for match in _BLOCK.finditer(text)]
    yield from ((block, private) for block in blocks)
    for piece in _pieces(text):
        for detector, what in _detectors():
            if any(detector.analyze_string(piece)):
                for secret in _whole(detector, piece):
                    if not any(secret in block for block in blocks):
                        yield secret, what
        for look, what in _NEWER:
            yield from ((match.group(), what) for match in look.finditer(piece))


def _whole(detector: Any, piece: str) -> Iterator[str]:
    """What a plugin has found, as a whole: of some it tells a part only (a JWT without its signature)."""
    for look in detector.denylist:
        for match in look.finditer(piece):
            if match.group() and any(detector.analyze_string(match.group())):
                rest = _REST.match(piece, match.end())
                yield match.group() + (rest.group() if rest else "")


def _pieces(text: str) -> Iterator[str]:
    """Lines, as many as go into a piece; of longer ones, pieces that overlap."""
    lines: list[str] = []
    size = 0
    for line in text.split("\n"):
        if size + len(line) > _PIECE and lines:
            yield "\n".join(lines)
            lines, size = [], 0
        if len(line) > _PIECE:
            for start in range(0, len(line), _PIECE - _OVERLAP):
                yield line[start : start + _PIECE]
        else:
            lines.append(line)
            size += len(line) + 1
    if lines:
        yield "\n".join(lines)


def _mask(secret: str) -> str:
    if _BLOCK.match(secret):
        return f"-----{_MASK}-----"
    return secret[: min(_SHOWN, len(secret) // 5)] + _MASK


def _masked_line(text: str, place: int, secret: str, secrets: Iterable[str]) -> str:
    """The line that a secret stands in, as far as there is room, with no secret in it."""
    before = text[text.rfind("\n", 0, place) + 1 : place]
    rest = text[place + len(secret) :].split("\n", 1)[0]
    for other in sorted(secrets, key=len, reverse=True):
        before, rest = before.replace(other, _MASK), rest.replace(other, _MASK)
    start = f"…{before[-_CONTEXT:]}" if len(before) > _CONTEXT else before
    end = f"{rest[:_CONTEXT]}…" if len(rest) > _CONTEXT else rest
    return display_line(f"{start}{_mask(secret)}{end}").strip()
