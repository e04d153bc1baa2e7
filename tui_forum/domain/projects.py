"""What becomes of a project on its last day: more time, or a practice (issue 3, part 2).

Closing it is archiving, as with every community.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from tui_forum.domain.charter import PURPOSES, REVIEW_DAYS, Charter
from tui_forum.domain.entities import Purpose
from tui_forum.domain.errors import ConflictError, InvalidInputError
from tui_forum.i18n import N_

NO_PROJECT: Final = N_("This is no project any more.")
LATER: Final = N_("The new last day must be later than today.")
LATER_THAN_THAT: Final = N_("The project ends on {date} anyway; name a later day.")


def check_project(charter: Charter) -> None:
    """Whether a charter is one that ends.

    Raises:
        ConflictError: it is not, or not any more.
    """
    if not PURPOSES[charter.purpose].needs_end:
        raise ConflictError(NO_PROJECT)


def extended(charter: Charter, ends_on: date | None, today: date) -> Charter:
    """A project's charter with another last day.

    Raises:
        InvalidInputError: no day, one that is not after today, or not after the present last day
            (``field="ends_on"``). ConflictError: it is no project.
    """
    check_project(charter)
    if ends_on is None or ends_on <= today:
        raise InvalidInputError(LATER, field="ends_on")
    if charter.ends_on is not None and ends_on <= charter.ends_on:
        raise InvalidInputError(LATER_THAN_THAT, field="ends_on", date=charter.ends_on)
    return replace(charter, ends_on=ends_on, review_on=_review(charter, today))


def gone_on(charter: Charter, today: date) -> Charter:
    """A project's charter as that of a practice, which has no end.

    Raises:
        ConflictError: it is no project.
    """
    check_project(charter)
    return replace(charter, purpose=Purpose.PRACTICE, ends_on=None, review_on=_review(charter, today))


def _review(charter: Charter, today: date) -> date:
    """When it is looked at again: as before, or in half a year where that is past."""
    if charter.review_on is not None and charter.review_on >= today:
        return charter.review_on
    return today + timedelta(days=REVIEW_DAYS)
