"""Who is in a community, who wants in, and who is asked in: read models and their few rules.

The rules are issue 3's, part 3. Who may do what is decided by ``policy`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tui_forum.domain.entities import Role
from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.life import StageView
from tui_forum.domain.limits import REASON_MAX_CHARS
from tui_forum.domain.text import clean_line
from tui_forum.domain.views import Author, CommunityRow
from tui_forum.i18n import N_

#: Who was declined may ask again after so long.
ASK_AGAIN: Final = timedelta(days=7)

LONG_MESSAGE: Final = N_("A message has at most {longest} characters; this one has {count}.")
LAST_MANAGER: Final = N_("A community needs a manager: name another one first.")
INVITE_YOURSELF: Final = N_("You cannot invite yourself.")
MEMBER_ALREADY: Final = N_("@{handle} is a member already.")
INVITED_ALREADY: Final = N_("@{handle} is invited already and has not answered yet.")
HAS_DECLINED: Final = N_("@{handle} has declined an invitation; only the hosts may invite again.")
HAS_ASKED: Final = N_("@{handle} has asked to join: answer that request instead.")
NOT_A_MEMBER: Final = N_("@{handle} is not a member.")
NOBODY: Final = N_("There is nobody called @{handle}.")
ASK_LATER: Final = N_("Your request was declined lately; you may ask again from {date} on.")
ANSWERED_MEANWHILE: Final = N_("This request was answered or taken back meanwhile.")
NOT_INVITED: Final = N_("There is no invitation to answer: it was taken back, or you have answered it.")
NOT_ASKED: Final = N_("There is no request to take back: it was answered meanwhile.")
ANSWER_FIRST: Final = N_("Some have asked to join: answer them first, for they will not see it any more.")
SEEN_AS_SUCH: Final = N_("That is how the community is seen already.")


class Answer(StrEnum):
    """What becomes of a request or an invitation; ``open`` until then."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks to join; ``message`` says why, and may be empty."""

    request_id: int
    account: Author
    message: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody was asked in and has not answered yet."""

    invitation_id: int
    community_id: int
    account: Author
    inviter: Author
    message: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MemberCursor:
    """Keyset position in a list of members: those with another role first, then the newest members."""

    staff: int
    joined_at: datetime
    account_id: int


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to a community."""

    account: Author
    role: Role
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Members: managers, moderators, experts, then the others, latest first. ``next``: None at the end."""

    rows: tuple[Member, ...]
    next: MemberCursor | None


@dataclass(frozen=True, slots=True)
class CommunityPage:
    """A community as it presents itself to one account, and what that account may do.

    ``hosts`` belong to the charter: who sees that, sees them. ``stage`` and ``weeks`` (posts in each
    of the last weeks, oldest first) are None and empty for who may not read. ``invitation`` and
    ``request`` are the actor's own; ``requests`` and ``invited`` count those that wait, 0 for who
    may not answer.
    """

    row: CommunityRow
    audience: str
    languages: tuple[str, ...]
    created_at: datetime
    archived_at: datetime | None
    hosts: tuple[Author, ...]
    invitation: Invitation | None
    request: Request | None
    requests: int
    invited: int
    stage: StageView | None
    weeks: tuple[int, ...]
    may_read: bool
    may_join: bool
    may_request: bool
    may_invite: bool
    may_manage: bool


def check_message(text: str) -> str:
    """A message that goes with a request, an invitation or an answer, as it is stored; may be empty.

    Raises:
        InvalidInputError: too long (``field="message"``).
    """
    message = clean_line(text)
    if len(message) > REASON_MAX_CHARS:
        raise InvalidInputError(LONG_MESSAGE, field="message", longest=REASON_MAX_CHARS, count=len(message))
    return message
