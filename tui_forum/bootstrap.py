"""The one place where things are wired: settings → database → event tail → services → Forum."""

from __future__ import annotations

from tui_forum.config import Settings
from tui_forum.domain.errors import StorageFullError
from tui_forum.i18n import N_
from tui_forum.services.events import EventHub
from tui_forum.services.forum import Forum
from tui_forum.storage.engine import Database
from tui_forum.storage.tail import EventTail


async def open_forum(settings: Settings) -> Forum:
    """Open the forum that ``settings`` describe, making its data folder and schema when needed.

    Close it with ``await forum.close()``.

    Raises:
        StorageFullError: the data folder cannot be made or written.
        SchemaTooNewError, StorageBusyError, StorageFailedError: see ``Database.open``.
    """
    if not settings.database_url:
        probe = settings.data_dir / ".writable"
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise StorageFullError(
                N_("The data folder {path} cannot be written: {why}"),
                path=settings.data_dir,
                why=error.strerror or error,
            ) from error
    database = await Database.open(settings.url)
    hub = EventHub()
    tail = EventTail(database, hub.publish)
    try:
        await tail.start()
    except BaseException:
        await tail.stop()
        await database.close()
        raise
    return Forum(database, hub, tail.stop, opening=settings.opening)
