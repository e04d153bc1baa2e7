"""Playbooks: short guides for hosts, one per purpose kind and phase, which hosts keep up to date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tui_forum.domain.entities import Purpose
from tui_forum.domain.errors import ConflictError, InvalidInputError
from tui_forum.domain.life import Stage
from tui_forum.domain.limits import BODY_MAX_CHARS, TITLE_MAX_CHARS
from tui_forum.domain.text import clean_body, clean_line, display_line, display_text
from tui_forum.domain.views import Author
from tui_forum.i18n import N_

#: Languages that guides are shipped in.
LANGUAGES: Final = ("en", "de")

NO_TITLE: Final = N_("A guide needs a title.")
LONG_TITLE: Final = N_("A title has at most {longest} characters; this one has {count}.")
NO_TEXT: Final = N_("A guide needs a text.")
LONG_TEXT: Final = N_("A guide has at most {longest} characters; this one has {count}.")
CHANGED_MEANWHILE: Final = N_("This guide was changed meanwhile.")


class Phase(StrEnum):
    """What in the life of a community a guide is about."""

    OPENING = "opening"
    FIRST_90_DAYS = "first-90-days"
    REVIVING = "reviving"
    CLOSING = "closing"


_PHASES: Final = {
    Stage.SEED: Phase.OPENING,
    Stage.GROWING: Phase.FIRST_90_DAYS,
    Stage.THRIVING: Phase.FIRST_90_DAYS,
    Stage.QUIET: Phase.REVIVING,
    Stage.DORMANT: Phase.CLOSING,
    Stage.ARCHIVED: Phase.CLOSING,
}
#: Every guide, in the order of a shelf.
SLUGS: Final = tuple(f"{purpose.value}-{phase.value}" for purpose in Purpose for phase in Phase)


def guide_for(purpose: Purpose, stage: Stage) -> str:
    """The name of the guide that helps a community of a purpose at a stage."""
    return f"{purpose.value}-{_PHASES[stage].value}"


@dataclass(frozen=True, slots=True)
class Shipped:
    """A guide as the program brings it."""

    slug: str
    language: str
    title: str
    body: str

    @property
    def purpose(self) -> Purpose:
        """The purpose kind it is for."""
        return Purpose(self.slug.partition("-")[0])


@dataclass(frozen=True, slots=True)
class PlaybookRow:
    """A guide on the shelf; ``editor`` is who changed it last, None as it was shipped."""

    playbook_id: int
    slug: str
    purpose: Purpose
    title: str
    editor: Author | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Playbook:
    """A guide to read; its text is Markdown. ``may_edit`` comes from the policy."""

    row: PlaybookRow
    language: str
    body: str
    revision: int
    may_edit: bool


class PlaybookConflictError(ConflictError):
    """Somebody else was quicker: ``theirs`` is the guide now; nothing was written."""

    def __init__(self, theirs: Playbook) -> None:
        super().__init__(CHANGED_MEANWHILE)
        self.theirs = theirs


def check_playbook(title: str, body: str) -> tuple[str, str]:
    """Title and text as they are stored.

    Raises:
        InvalidInputError: empty or too long (``field`` is ``title`` or ``body``).
    """
    title, body = clean_line(title), clean_body(body).strip()
    if not display_line(title).strip():
        raise InvalidInputError(NO_TITLE, field="title")
    if len(title) > TITLE_MAX_CHARS:
        raise InvalidInputError(LONG_TITLE, field="title", longest=TITLE_MAX_CHARS, count=len(title))
    if not display_text(body).strip():
        raise InvalidInputError(NO_TEXT, field="body")
    if len(body) > BODY_MAX_CHARS:
        raise InvalidInputError(LONG_TEXT, field="body", longest=BODY_MAX_CHARS, count=len(body))
    return title, body
