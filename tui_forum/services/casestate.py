"""A case as one who works on it stands to it: loaded once, asked by every use case of moderation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from tui_forum.domain.cases import CaseRow
from tui_forum.domain.entities import Actor, Role, SiteRole, Visibility
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotFoundError
from tui_forum.domain.leaks import refuse_secrets
from tui_forum.domain.limits import REASON_MAX_CHARS
from tui_forum.domain.moderation import (
    CaseCategory,
    CaseSource,
    CaseState,
    Conflict,
    DecisionKind,
    ForwardedTo,
)
from tui_forum.domain.policy import NOT_FOUND, Action, Standing, Verdict, decide, require
from tui_forum.domain.text import clean_body, display_text, excerpt
from tui_forum.domain.views import Author
from tui_forum.i18n import N_
from tui_forum.storage.repositories.cases import CaseReading, claimed_now

EXCERPT_CELLS: Final = 120

DECIDED_MEANWHILE: Final = N_("Somebody has decided this case meanwhile.")
EMPTY_REASON: Final = N_("Please give a reason.")
LONG_REASON: Final = N_("A reason has at most {longest} characters; this one has {count}.")
EMPTY_WORDS: Final = N_("There is nothing to send yet.")
LONG_WORDS: Final = N_("That is too long: at most {longest} characters; this has {count}.")


def check_reason(reason: str) -> str:
    """A reason as it is stored.

    Raises:
        InvalidInputError: empty, too long, or with a secret in it (``field="reason"``).
    """
    cleaned = clean_body(reason).strip()
    if not display_text(cleaned).strip():
        raise InvalidInputError(EMPTY_REASON, field="reason")
    if len(cleaned) > REASON_MAX_CHARS:
        raise InvalidInputError(LONG_REASON, field="reason", longest=REASON_MAX_CHARS, count=len(cleaned))
    refuse_secrets(cleaned, "reason")
    return cleaned


def check_words(text: str, longest: int = REASON_MAX_CHARS) -> str:
    """A message or a note as it is stored.

    Raises:
        InvalidInputError: empty, too long, or with a secret in it (``field="body"``).
    """
    cleaned = clean_body(text).strip()
    if not display_text(cleaned).strip():
        raise InvalidInputError(EMPTY_WORDS, field="body")
    if len(cleaned) > longest:
        raise InvalidInputError(LONG_WORDS, field="body", longest=longest, count=len(cleaned))
    refuse_secrets(cleaned, "body")
    return cleaned


def case_row(row: Sequence[Any], actor: Actor, now: datetime) -> CaseRow:
    """A row of :class:`CaseReading` as ``actor`` sees it."""
    conflict = Conflict.NONE
    if row[7] == actor.account_id:
        conflict = Conflict.SUBJECT
    elif row[28]:
        conflict = Conflict.DECIDER
    elif row[27]:
        conflict = Conflict.REPORTER
    others = claimed_now(row[22], row[24], now) and row[22] != actor.account_id
    return CaseRow(
        case_id=row[0],
        community_id=row[1],
        community_slug=row[2] or "",
        thread_id=row[3],
        thread_title=row[4] or "",
        post_id=row[5],
        post_number=row[6],
        author=Author(*row[7:10]),
        excerpt=excerpt(row[10] or "", EXCERPT_CELLS),
        post_count=row[11],
        report_count=row[12],
        category=CaseCategory(row[13]),
        rule=row[14],
        severity=row[15],
        source=CaseSource(row[16]),
        state=CaseState(row[17]),
        outcome=DecisionKind(row[18]) if row[18] else None,
        opened_at=row[19],
        due_at=row[20],
        decided_at=row[21],
        claimed_by=row[23] if others else "",
        assigned_to=row[25] or "",
        forwarded_to=ForwardedTo(row[26]),
        conflict=conflict,
    )


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case and how ``actor`` stands to it. ``standing.alone`` is known once it matters."""

    row: CaseRow
    standing: Standing
    community_name: str
    rules: tuple[str, ...]
    decided_by: int | None
    assigned_to: int | None
    language: str
    joined_at: datetime

    @property
    def rule_text(self) -> str:
        """The charter's rule that is cited, as it reads now."""
        number = self.row.rule
        return self.rules[number - 1] if number is not None and 0 < number <= len(self.rules) else ""

    def verdict(self) -> Verdict:
        """Whether one may decide it."""
        return decide(Action.DECIDE_CASE, self.standing)


async def load_case(reading: CaseReading, actor: Actor, case_id: int, now: datetime) -> LoadedCase:
    """A case that ``actor`` may see as a moderator.

    Raises:
        NotFoundError: there is none; others must not learn that there is.
    """
    found = await reading.case(case_id)
    if found is None:
        raise NotFoundError(NOT_FOUND)
    row = case_row(found, actor, now)
    visibility, role, name, rules, decided_by, assigned_to, language, joined_at = found[29:37]
    standing = Standing(
        actor.site_role,
        Role(role) if role else None,
        Visibility(visibility) if visibility else Visibility.OPEN,
        conflict=row.conflict,
        forwarded_to=row.forwarded_to,
    )
    of_the_site = row.community_id is None and actor.site_role is SiteRole.MEMBER
    if of_the_site or not decide(Action.MODERATE, standing).allowed:
        raise NotFoundError(NOT_FOUND)
    if row.conflict is not Conflict.NONE:
        anybody, unconcerned = await reading.others_who_decide(case_id, row.community_id, row.forwarded_to)
        alone = not (anybody if row.conflict is Conflict.SUBJECT else unconcerned)
        standing = replace(standing, alone=alone)
    return LoadedCase(
        row,
        standing,
        name or "",
        tuple(rule["text"] for rule in rules or ()),
        decided_by,
        assigned_to,
        language,
        joined_at,
    )


def require_open(case: LoadedCase) -> None:
    """What is to be done needs an open case that one may decide.

    Raises:
        ConflictError: it is decided. NotAllowedError: somebody else has to decide it.
    """
    require(Action.DECIDE_CASE, case.standing)
    if case.row.state is not CaseState.OPEN:
        raise ConflictError(DECIDED_MEANWHILE)
