"""Which schema a database has, and how it gets the one this program needs.

The version is compared without Alembic, which is only imported when there is something to
migrate: opening an up-to-date database stays quick.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import resources
from typing import Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.errors import SchemaTooNewError
from tui_forum.i18n import N_

#: Every revision in ``migrations/versions``, oldest first; a test compares them.
REVISIONS: Final = ("0001", "0002", "0003")

Step = Callable[[AsyncConnection], Awaitable[None]]


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resources.files("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def bring_up_to_date(connection: AsyncConnection, begin: Step, commit: Step, rollback: Step) -> None:
    """Migrate to the newest revision in one transaction.

    Raises:
        SchemaTooNewError: the database has a revision this program does not know.
    """
    if await _check(connection):
        return
    await begin(connection)
    try:
        if not await _check(connection):  # another process may have been quicker
            await connection.run_sync(_upgrade)
        await commit(connection)
    except BaseException:
        await rollback(connection)
        raise


async def _check(connection: AsyncConnection) -> bool:
    current = await connection.run_sync(_current)
    if current is not None and current not in REVISIONS:
        raise SchemaTooNewError(
            N_("The database has schema {found}, which is newer than this program's {known}."),
            found=current,
            known=REVISIONS[-1],
        )
    return current == REVISIONS[-1]
