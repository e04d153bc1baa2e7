"""``admin doctor``: the database's state, in lines an operator can act on."""

from __future__ import annotations

from typing import Final

from rich import box
from rich.table import Table
from rich.text import Text

from tui_forum.commands.context import FAILED, OK, Context, Where, say
from tui_forum.i18n import _, format_number
from tui_forum.storage import health

_MIB: Final = 1024 * 1024


async def examine(context: Context, where: Where) -> int:
    """Print what was found; 1 when something is wrong.

    The library's version comes first: it is known even when the database cannot be opened.
    """
    version = health.sqlite_version()
    wal_bug = health.has_wal_bug(version)
    say(context.console, _("SQLite library: {version}").format(version=".".join(map(str, version))))
    if wal_bug:
        say(
            context.console,
            _(
                "This SQLite can damage a database when one connection commits during another's checkpoint "
                "(mended in 3.51.3). The forum keeps the two apart; let no other program write to the file."
            ),
        )
    async with context.open_forum(where) as forum, forum.database.read() as connection:
        found = await health.examine(connection)
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(overflow="fold")
    for label, value in (
        (_("Database"), found.engine),
        (_("Schema version"), found.schema),
        (_("Size"), _("{size} MiB").format(size=format_number(round(found.size / _MIB, 1)))),
        (_("Accounts"), format_number(found.rows["account"])),
        (_("Communities"), format_number(found.rows["community"])),
        (_("Threads"), format_number(found.rows["thread"])),
        (_("Posts"), format_number(found.rows["post"])),
        (_("Events"), format_number(found.rows["event"])),
    ):
        table.add_row(Text(label), Text(value))
    context.console.print(table)
    for problem in found.problems:
        say(context.console, problem)
    if found.problems:
        say(context.errors, _("The database is damaged; restore it from a backup."))
        return FAILED
    say(context.console, _("The database is sound."))
    return OK
