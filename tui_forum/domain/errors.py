"""Everything that can go wrong for a person, as one hierarchy.

An error carries a message *template* (an English msgid, marked with ``N_`` where it is
raised or defined) and its parameters, so that the interface can say it in the session's
language (``tui_forum.i18n.explain``); ``str(error)`` is the English sentence. Storage
errors become one of these at the unit of work, once.
"""

from __future__ import annotations


class ForumError(Exception):
    """Base of all domain errors: one clear sentence for the person."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message, params)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return self.message.format(**self.params)


class NotFoundError(ForumError):
    """The thing does not exist, or the actor may not know that it does."""


class NotAllowedError(ForumError):
    """The policy forbids it; the message says why."""


class RulesNotAcceptedError(NotAllowedError):
    """The community's rules come first; accepted, the same can be done."""


class BarredError(NotAllowedError):
    """A sanction, or a restriction of the place, keeps one from it for a time; the draft may wait."""


class InvalidInputError(ForumError):
    """What was typed cannot be taken; ``field`` names the form field to go back to."""

    def __init__(self, message: str, *, field: str = "", **params: object) -> None:
        super().__init__(message, **params)
        self.field = field


class ConflictError(ForumError):
    """The state changed meanwhile (locked, removed, decided, taken)."""


class StorageBusyError(ForumError):
    """The database is locked by someone else for longer than we wait; nothing was written."""


class StorageFullError(ForumError):
    """The disk is full or the database cannot be written; nothing was written."""


class StorageFailedError(ForumError):
    """The database failed in another way; nothing was written."""


class SchemaTooNewError(ForumError):
    """The database was written by a newer program."""


class ConfigError(ForumError):
    """A setting cannot be used; the message names the key and the file."""


class ImportSourceError(ForumError):
    """The file or folder to import is missing, unreadable or of another kind."""
