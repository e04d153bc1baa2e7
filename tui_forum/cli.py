"""The ``tui-forum`` command: the local forum by default, and the tree of commands.

Exit codes: 0 done; 1 the forum could not do it (database busy, full or damaged, port taken,
schema too new); 2 what was asked for cannot be (wrong words, files, settings or names);
130 interrupted. Anything expected is one sentence on standard error, never a traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console

from tui_forum.commands.context import FAILED, INTERRUPTED, OK, REFUSED, Context, Where, report, say
from tui_forum.commands.tree import NOWHERE, build
from tui_forum.domain.entities import RegistrationMode
from tui_forum.domain.errors import ForumError, InvalidInputError
from tui_forum.i18n import N_, _, language_of, set_locale

if TYPE_CHECKING:
    from tui_forum.config import Settings
    from tui_forum.domain.entities import Actor
    from tui_forum.services.forum import Forum

NO_ANSWER = N_("Nothing was done: there are no more answers.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    wanted = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    set_locale(language_of(next(filter(None, wanted), "")))
    sys.exit(call(sys.argv[1:] if arguments is None else arguments))


def call(arguments: Sequence[str], console: Console | None = None, errors: Console | None = None) -> int:
    """Run one command line; its exit code. Prints to ``console`` and ``errors``."""
    ask = _ask if _somebody_to_ask(console) else None
    context = Context(console or Console(), errors or Console(stderr=True), _open_forum, _actor, ask)
    try:
        result = local_tree(context)(list(arguments))
    except CycloptsError:
        return REFUSED  # said already
    except ForumError as error:
        return report(context.errors, error)
    except KeyboardInterrupt:
        say(context.errors, _("Interrupted."))
        return INTERRUPTED
    except BrokenPipeError:
        # ``tui-forum --help | head``: nobody reads any more; keep the interpreter from saying so.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return result if isinstance(result, int) else OK


def local_tree(context: Context) -> App:
    """The shared commands, with what only makes sense on this machine."""
    app = build(context, version=metadata.version("tui-forum"))

    @app.default
    def local(*, where: Where = NOWHERE) -> Any:
        """Open the forum of this machine's user in this terminal; nothing listens on the network."""
        settings = _settings(where)
        from tui_forum.ui.local import run

        return run(settings)

    @app.command(name="serve", help=_("Serve the forum over SSH."))
    async def serve(
        *,
        listen: Annotated[str | None, Parameter(help=_("Address and port, as HOST:PORT."))] = None,
        demo: Annotated[
            bool,
            Parameter(help=_("Demonstration: invented content, loopback only, no key needed."), negative=""),
        ] = False,
        admin_key: Annotated[
            list[Path] | None,
            Parameter(help=_("Public key file whose owner administers the forum."), negative=""),
        ] = None,
        registration: Annotated[
            RegistrationMode | None, Parameter(help=_("Who may make an account with an unknown key."))
        ] = None,
        where: Where = NOWHERE,
    ) -> int:
        settings = _settings(
            where,
            listen=listen,
            demo=demo or None,
            admin_keys=tuple(admin_key) if admin_key else None,
            registration=registration,
        )
        from server.run import serve as serve_forum

        return await serve_forum(settings)

    return app


def _settings(where: Where, **flags: object) -> Settings:
    from tui_forum.config import load_settings

    return load_settings(where.config, data_dir=where.data, **flags)


@asynccontextmanager
async def _open_forum(where: Where) -> AsyncIterator[Forum]:
    settings = _settings(where)
    from tui_forum.bootstrap import open_forum

    forum = await open_forum(settings)
    try:
        yield forum
    finally:
        await forum.close()


def _somebody_to_ask(console: Console | None) -> bool:
    """Whether a person reads and types: no pipe, no script."""
    return console is None and sys.stdin.isatty() and sys.stdout.isatty()


async def _ask(prompt: str) -> str:
    """Ask whoever sits at the terminal; Ctrl-C interrupts at once, for nothing but the loop waits.

    Raises:
        InvalidInputError: there are no more answers (Ctrl-D).
    """
    import asyncio

    sys.stdout.write(prompt)
    sys.stdout.flush()
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(sys.stdin.fileno())
    line = sys.stdin.readline()
    if not line:
        sys.stdout.write("\n")
        raise InvalidInputError(NO_ANSWER)
    return line


async def _actor(forum: Forum) -> Actor:
    """Whoever may run this on the machine that holds the data may do anything with it."""
    import getpass

    return await forum.accounts.local_actor(getpass.getuser())
