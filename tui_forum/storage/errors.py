"""Driver errors become domain errors here, once."""

from __future__ import annotations

import errno
import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from tui_forum.domain.errors import (
    ConflictError,
    ForumError,
    StorageBusyError,
    StorageFailedError,
    StorageFullError,
)
from tui_forum.i18n import N_

BUSY: Final = N_("The database is busy; nothing was written. Please try again.")
FULL: Final = N_("The disk is full or cannot be written; nothing was written.")
CLASH: Final = N_("Somebody else wrote the same meanwhile; nothing was written. Please try again.")
FAILED: Final = N_("The database failed; nothing was written.")

#: SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE (named in Python 3.11 only); unique_violation
_CLASH_CODES: Final = {1555, 2067}
_CLASH_STATE: Final = "23505"
_BUSY_CODES: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FULL_CODES: Final = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
}
_FULL_ERRNOS: Final = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}
#: lock_not_available, deadlock_detected, serialization_failure, too_many_connections
_BUSY_STATES: Final = {"55P03", "40P01", "40001", "53300"}
#: disk_full, read_only_sql_transaction, io_error
_FULL_STATES: Final = {"53100", "25006", "58030"}


#: What a driver raises; ``OSError`` when a server or a lock file cannot be reached.
DRIVER_ERRORS: Final = (DBAPIError, OSError)


def translate(error: BaseException) -> ForumError:
    """The domain error that says what happened."""
    if isinstance(error, NoConnectionError):
        return StorageBusyError(BUSY)
    if isinstance(error, OSError):
        return StorageFullError(FULL) if error.errno in _FULL_ERRNOS else StorageFailedError(FAILED)
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if code in _CLASH_CODES:
        return ConflictError(CLASH)
    if code is not None:
        primary = code & 0xFF  # extended result codes keep the primary one in the low byte
        if primary in _BUSY_CODES:
            return StorageBusyError(BUSY)
        if primary in _FULL_CODES:
            return StorageFullError(FULL)
    state = getattr(cause, "sqlstate", None)
    if state == _CLASH_STATE:
        return ConflictError(CLASH)
    if state in _BUSY_STATES:
        return StorageBusyError(BUSY)
    if state in _FULL_STATES:
        return StorageFullError(FULL)
    return StorageFailedError(FAILED)
