"""What a command gets from its surroundings, and how it tells a person that it failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import CoercionError, CycloptsError, MissingArgumentError, Parameter
from cyclopts import UnknownCommandError as UnknownCommand
from cyclopts import UnknownOptionError as UnknownOption
from cyclopts import UnusedCliTokensError as UnusedTokens
from rich.console import Console
from rich.text import Text

from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import (
    ConflictError,
    ForumError,
    SchemaTooNewError,
    StorageBusyError,
    StorageFailedError,
    StorageFullError,
)
from tui_forum.i18n import _, explain

if TYPE_CHECKING:
    from tui_forum.services.forum import Forum

OK: Final = 0
FAILED: Final = 1
REFUSED: Final = 2
INTERRUPTED: Final = 130

_OPERATIONAL: Final = (
    ConflictError,
    SchemaTooNewError,
    StorageBusyError,
    StorageFailedError,
    StorageFullError,
)


Ask = Callable[[str], Awaitable[str]]


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Where:
    """Which forum is meant."""

    data: Annotated[Path | None, Parameter(help=_("Folder of the forum's data."))] = None
    config: Annotated[Path | None, Parameter(help=_("Settings file (config.toml)."))] = None


@dataclass(frozen=True, slots=True)
class Context:
    """One call's surroundings.

    ``open_forum`` opens what ``Where`` names (over SSH: the server's own forum, whatever it
    says) and closes it again; ``actor`` is who gives the command.
    """

    console: Console
    errors: Console
    open_forum: Callable[[Where], AbstractAsyncContextManager[Forum]]
    actor: Callable[[Forum], Awaitable[Actor]]
    #: Asks a person and gives the answer; None where there is nobody to ask.
    ask: Ask | None = None


def say(console: Console, sentence: str) -> None:
    """Print a sentence as it is: nothing in it is markup."""
    console.print(Text(sentence), soft_wrap=True, highlight=False)


def exit_code(error: ForumError) -> int:
    """1 when the forum could not, 2 when it was asked for what cannot be."""
    return FAILED if isinstance(error, _OPERATIONAL) else REFUSED


def report(errors: Console, error: ForumError) -> int:
    """Say in one sentence what went wrong; the exit code."""
    say(errors, explain(error))
    return exit_code(error)


def usage_sentence(error: CycloptsError) -> str:
    """A wrong command line as one sentence in the session's language."""
    if isinstance(error, UnknownCommand | UnusedTokens):
        words = " ".join(error.unused_tokens or [])
        return _("There is no command “{words}”; --help shows all of them.").format(words=words)
    if isinstance(error, UnknownOption):
        return _("There is no option “{option}” here; --help shows all of them.").format(
            option=error.token.keyword or error.token.value
        )
    name = error.argument.name if error.argument is not None else ""
    if isinstance(error, MissingArgumentError):
        return _("{name} is missing; --help shows how the command is written.").format(name=name)
    if isinstance(error, CoercionError) and error.token is not None:
        value, wanted = error.token.value, error.target_type
        if isinstance(wanted, type) and issubclass(wanted, Enum):
            choices = ", ".join(str(choice.value) for choice in wanted)
            return _("“{value}” is none of {choices}.").format(value=value, choices=choices)
        return _("“{value}” is nothing that {name} can be.").format(value=value, name=name)
    return str(error)
