"""Charters: what a community is for, what is welcome in it, what its readers may expect.

Issue 3: no charter, no community; and the purpose kind changes behaviour, from the one table
:data:`PURPOSES`. The policy asks the table who may start and answer what; screens show its
sentences to hosts while they choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from tui_forum.domain.entities import Purpose, Role, ThreadKind, Visibility
from tui_forum.domain.errors import ConflictError, InvalidInputError
from tui_forum.domain.leaks import refuse_secrets
from tui_forum.domain.limits import (
    AUDIENCE_MAX_CHARS,
    LANGUAGES_MAX,
    RESPONDERS_MAX_CHARS,
    RESPONSE_MAX_DAYS,
    RULE_MAX_CHARS,
    RULES_MAX,
    STATEMENT_MAX_CHARS,
)
from tui_forum.domain.text import clean_line, display_line
from tui_forum.domain.views import Author
from tui_forum.i18n import N_, known_language

# -- what a purpose changes

EVERYONE: Final = frozenset(Role)
HOSTS: Final = frozenset((Role.MANAGER,))


@dataclass(frozen=True, slots=True)
class PurposeRules:
    """What one purpose kind changes.

    ``kinds`` are the kinds of thread that ``starters`` may start, the usual one first;
    ``host_kinds`` are those that only managers may start besides. ``escalates_to`` are the roles
    that are told, one after the other, of a question that nobody has answered in time;
    ``acknowledged`` lets announcements ask for acknowledgement; ``links`` lets the charter name
    another community, where what is announced here is discussed.
    """

    name: str
    means: str
    explains: str
    starters: frozenset[Role]
    repliers: frozenset[Role]
    kinds: tuple[ThreadKind, ...]
    host_kinds: tuple[ThreadKind, ...] = ()
    escalates_to: tuple[Role, ...] = ()
    surfaces_unanswered: bool = False
    needs_response: bool = False
    needs_end: bool = False
    acknowledged: bool = False
    links: bool = False

    def kinds_for(self, role: Role | None) -> tuple[ThreadKind, ...]:
        """The kinds of thread that a member of ``role`` may start, the usual one first."""
        if role not in self.starters:
            return ()
        return (*self.kinds, *self.host_kinds) if role is Role.MANAGER else self.kinds


#: Issue 3, part 2. In an information community only managers write, also replies: the others
#: react, acknowledge, and discuss in the linked community.
PURPOSES: Final[dict[Purpose, PurposeRules]] = {
    Purpose.PRACTICE: PurposeRules(
        name=N_("practice"),
        means=N_("open dialogue among people who share a craft"),
        explains=N_(
            "Every member starts threads and replies. Threads that nobody has answered are shown to the "
            "members until somebody does. Hosts may announce."
        ),
        starters=EVERYONE,
        repliers=EVERYONE,
        kinds=(ThreadKind.DISCUSSION, ThreadKind.QUESTION, ThreadKind.POLL),
        host_kinds=(ThreadKind.ANNOUNCEMENT,),
        surfaces_unanswered=True,
    ),
    Purpose.INFORMATION: PurposeRules(
        name=N_("information"),
        means=N_("a channel: few write, many read"),
        explains=N_(
            "Only the hosts write: announcements, which may ask every member to acknowledge them. The others "
            "react, acknowledge, and discuss in a linked community, if you name one."
        ),
        starters=HOSTS,
        repliers=HOSTS,
        kinds=(ThreadKind.ANNOUNCEMENT,),
        acknowledged=True,
        links=True,
    ),
    Purpose.QUESTIONS: PurposeRules(
        name=N_("questions"),
        means=N_("a desk that answers"),
        explains=N_(
            "Every new thread is a question, and an accepted answer solves it. One that nobody has answered "
            "in the time you promise goes to the experts, then to the hosts."
        ),
        starters=EVERYONE,
        repliers=EVERYONE,
        kinds=(ThreadKind.QUESTION,),
        escalates_to=(Role.EXPERT, Role.MANAGER),
        needs_response=True,
    ),
    Purpose.PROJECT: PurposeRules(
        name=N_("project"),
        means=N_("work together until a date"),
        explains=N_(
            "Every member starts threads and replies; hosts may announce. On its last day the hosts are "
            "asked: close it, extend it, or go on as a practice?"
        ),
        starters=EVERYONE,
        repliers=EVERYONE,
        kinds=(ThreadKind.DISCUSSION, ThreadKind.QUESTION, ThreadKind.POLL),
        host_kinds=(ThreadKind.ANNOUNCEMENT,),
        needs_end=True,
    ),
}


# -- the charter


class RuleScope(StrEnum):
    """When a rule is shown first to who writes: it matters most then."""

    ALWAYS = "always"
    THREADS = "threads"
    REPLIES = "replies"


@dataclass(frozen=True, slots=True)
class Rule:
    """One short rule of a community."""

    text: str
    scope: RuleScope = RuleScope.ALWAYS


@dataclass(frozen=True, slots=True)
class Charter:
    """What a community is for, and its frame.

    ``response_days`` are working days until the first answer may be expected, from
    ``responders`` (who answers, in words); ``languages`` are ISO 639 codes; ``linked`` is the
    short name of another community, empty for none or one that the reader may not know of.
    """

    purpose: Purpose = Purpose.PRACTICE
    statement: str = ""
    audience: str = ""
    rules: tuple[Rule, ...] = ()
    response_days: int | None = None
    responders: str = ""
    languages: tuple[str, ...] = ("en",)
    review_on: date | None = None
    ends_on: date | None = None
    linked: str = ""
    public_record: bool = True


@dataclass(frozen=True, slots=True)
class CharterVersion:
    """A charter as it was laid down: when, by whom (None: by an import) and why."""

    version: int
    charter: Charter
    reason: str
    author: Author | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CharterView:
    """A community's present charter and what the actor may do about it.

    ``accepted`` tells whether the actor has accepted this version's rules (or there are none).
    """

    community_id: int
    slug: str
    name: str
    visibility: Visibility
    present: CharterVersion
    hosts: tuple[Author, ...]
    role: Role | None
    accepted: bool
    may_change: bool
    archived: bool

    def ending(self, today: date) -> bool:
        """Whether it is a project whose last day has come, or comes soon."""
        ends_on = self.present.charter.ends_on
        return ends_on is not None and ends_on - SOON <= today and not self.archived


@dataclass(frozen=True, slots=True)
class WritingFrame:
    """What who writes must know: the charter, which kinds of thread they may start, the rules."""

    community_id: int
    slug: str
    name: str
    version: int
    charter: Charter
    accepted: bool
    kinds: tuple[ThreadKind, ...]

    def rules_for(self, scope: RuleScope) -> tuple[tuple[int, Rule], ...]:
        """The rules with their numbers: those that matter for ``scope``, then those for always."""
        numbered = tuple(enumerate(self.charter.rules, 1))
        special = [one for one in numbered if one[1].scope is scope]
        return (*special, *(one for one in numbered if one[1].scope is RuleScope.ALWAYS))


class CharterConflictError(ConflictError):
    """Somebody else was quicker: ``theirs`` is in force, ``mine`` was not written."""

    def __init__(self, theirs: CharterVersion, mine: Charter) -> None:
        super().__init__(CHANGED_MEANWHILE, version=theirs.version)
        self.theirs = theirs
        self.mine = mine


CHANGED_MEANWHILE: Final = N_("The charter was changed meanwhile: version {version} is in force now.")
NO_STATEMENT: Final = N_("Say in one sentence what the community is for.")
NO_PURPOSE: Final = N_("Choose what kind of community it is: {choices}.")
LONG_LINE: Final = N_("At most {longest} characters; this has {count}.")
MANY_RULES: Final = N_("A charter has at most {most} rules.")
NO_DATE: Final = N_("“{text}” is no date; write it as year-month-day, for example {example}.")
NO_REVIEW: Final = N_("Say when the hosts look at the charter again; half a year from now is {example}.")
PAST_REVIEW: Final = N_("The review date {date} is in the past.")
NO_END: Final = N_("A project needs a last day, for example {example}.")
PAST_END: Final = N_("The last day {date} is in the past.")
NO_RESPONSE: Final = N_("A desk that answers says in how many working days: 1 to {most}.")
BAD_RESPONSE: Final = N_("A number of working days: 1 to {most}.")
NO_LANGUAGE: Final = N_("Name at least one language, for example: en, de.")
BAD_LANGUAGE: Final = N_("“{code}” is no language; write codes such as en, de, fr.")
MANY_LANGUAGES: Final = N_("At most {most} languages.")

REVIEW_DAYS: Final = 182
PROJECT_DAYS: Final = 91
#: From so long before its day on, a review or the end of a project is a matter for the hosts.
SOON: Final = timedelta(days=14)
RESPONSE_DAYS: Final = 2


def default_charter(
    purpose: Purpose, statement: str, today: date, *, languages: tuple[str, ...] = ("en",)
) -> Charter:
    """A charter that is valid for ``purpose``, where nobody fills in a form: imports, suggestions."""
    rules = PURPOSES[purpose]
    return Charter(
        purpose,
        statement,
        languages=languages,
        response_days=RESPONSE_DAYS if rules.needs_response else None,
        review_on=today + timedelta(days=REVIEW_DAYS),
        ends_on=today + timedelta(days=PROJECT_DAYS) if rules.needs_end else None,
    )


def read_purpose(text: str) -> Purpose:
    """A purpose kind by its name.

    Raises:
        InvalidInputError: none of the four (``field="purpose"``).
    """
    try:
        return Purpose(text.strip().lower())
    except ValueError:
        choices = ", ".join(purpose.value for purpose in Purpose)
        raise InvalidInputError(NO_PURPOSE, field="purpose", choices=choices) from None


_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def read_date(text: str, field: str, today: date) -> date | None:
    """A date written as YYYY-MM-DD; None for an empty line.

    Raises:
        InvalidInputError: no such date (``field`` as given).
    """
    text = text.strip()
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        if found is not None:
            return date(*map(int, found.groups()))
    except ValueError:
        pass  # the 30th of February
    raise InvalidInputError(NO_DATE, field=field, text=text[:20], example=today + timedelta(days=REVIEW_DAYS))


def read_days(text: str) -> int | None:
    """A number of working days; None for an empty line.

    Raises:
        InvalidInputError: no number, or out of range (``field="response_days"``).
    """
    text = text.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= RESPONSE_MAX_DAYS:
        raise InvalidInputError(BAD_RESPONSE, field="response_days", most=RESPONSE_MAX_DAYS)
    return int(text)


def read_languages(text: str) -> tuple[str, ...]:
    """Language codes separated by commas or spaces, each once; whether they exist is checked later."""
    return tuple(dict.fromkeys(code.lower() for code in re.split(r"[,;\s]+", text) if code))


def _line(text: str, longest: int, field: str) -> str:
    line = clean_line(text)
    if len(line) > longest:
        raise InvalidInputError(LONG_LINE, field=field, longest=longest, count=len(line))
    refuse_secrets(line, field)
    return line if display_line(line).strip() else ""


def _rules(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    kept = [replace(rule, text=_line(rule.text, RULE_MAX_CHARS, "rules")) for rule in rules]
    kept = [rule for rule in kept if rule.text]
    if len(kept) > RULES_MAX:
        raise InvalidInputError(MANY_RULES, field="rules", most=RULES_MAX)
    return tuple(kept)


def _languages(codes: Iterable[str]) -> tuple[str, ...]:
    wanted = read_languages(" ".join(codes))
    if not wanted:
        raise InvalidInputError(NO_LANGUAGE, field="languages")
    if len(wanted) > LANGUAGES_MAX:
        raise InvalidInputError(MANY_LANGUAGES, field="languages", most=LANGUAGES_MAX)
    for code in wanted:
        if not known_language(code):
            raise InvalidInputError(BAD_LANGUAGE, field="languages", code=code[:12])
    return wanted


def _dates(charter: Charter, today: date) -> tuple[date, date | None]:
    if charter.review_on is None:
        example = today + timedelta(days=REVIEW_DAYS)
        raise InvalidInputError(NO_REVIEW, field="review_on", example=example)
    if charter.review_on < today:
        raise InvalidInputError(PAST_REVIEW, field="review_on", date=charter.review_on)
    if not PURPOSES[charter.purpose].needs_end:
        return charter.review_on, None
    if charter.ends_on is None:
        raise InvalidInputError(NO_END, field="ends_on", example=today + timedelta(days=PROJECT_DAYS))
    if charter.ends_on < today:
        raise InvalidInputError(PAST_END, field="ends_on", date=charter.ends_on)
    return charter.review_on, charter.ends_on


def check_charter(charter: Charter, today: date) -> Charter:
    """``charter`` as it is stored: lines cleaned, empty rules gone, what its purpose has no use for too.

    ``today`` is the date where the host is. That ``linked`` exists is for the service to check.

    Raises:
        InvalidInputError: a field cannot be used (``field`` names it, in the form's order).
    """
    rules = PURPOSES[charter.purpose]
    statement = _line(charter.statement, STATEMENT_MAX_CHARS, "statement")
    if not statement:
        raise InvalidInputError(NO_STATEMENT, field="statement")
    audience = _line(charter.audience, AUDIENCE_MAX_CHARS, "audience")
    kept = _rules(charter.rules)
    days = charter.response_days
    if days is None and rules.needs_response:
        raise InvalidInputError(NO_RESPONSE, field="response_days", most=RESPONSE_MAX_DAYS)
    if days is not None and not 1 <= days <= RESPONSE_MAX_DAYS:
        raise InvalidInputError(BAD_RESPONSE, field="response_days", most=RESPONSE_MAX_DAYS)
    responders = _line(charter.responders, RESPONDERS_MAX_CHARS, "responders")
    languages = _languages(charter.languages)
    review_on, ends_on = _dates(charter, today)
    return Charter(
        purpose=charter.purpose,
        statement=statement,
        audience=audience,
        rules=kept,
        response_days=days,
        responders=responders,
        languages=languages,
        review_on=review_on,
        ends_on=ends_on,
        linked=charter.linked.strip().lower() if rules.links else "",
        public_record=charter.public_record,
    )


# -- what differs


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a charter that differs: what it said and what it says, a line each."""

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def changes(old: Charter, new: Charter) -> tuple[Change, ...]:
    """What differs between two charters, in the form's order; values as they are stored.

    Of the rules only those that differ are named, with their numbers: ``2. text``.
    """
    found = []
    for field in fields(Charter):
        if field.name == "rules":
            gone = [line for line in _numbered(old.rules) if line not in _numbered(new.rules)]
            come = [line for line in _numbered(new.rules) if line not in _numbered(old.rules)]
            if gone or come:
                found.append(Change("rules", tuple(gone), tuple(come)))
            continue
        before, after = _lines(old, field.name), _lines(new, field.name)
        if before != after:
            found.append(Change(field.name, before, after))
    return tuple(found)


def _numbered(rules: Iterable[Rule]) -> list[str]:
    return [
        f"{number}. {rule.text}" + ("" if rule.scope is RuleScope.ALWAYS else f" ({rule.scope.value})")
        for number, rule in enumerate(rules, 1)
    ]


def _lines(charter: Charter, field: str) -> tuple[str, ...]:
    value: object = getattr(charter, field)
    if value is None or value == "":
        return ()
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    return (", ".join(value) if isinstance(value, tuple) else str(value),)


def merge(base: Charter, theirs: Charter, mine: Charter) -> Charter:
    """``mine``, but where it says what ``base`` said it says what ``theirs`` says."""
    untouched = {
        field.name: getattr(theirs, field.name)
        for field in fields(Charter)
        if getattr(mine, field.name) == getattr(base, field.name)
    }
    return replace(mine, **untouched)


# -- working days


SATURDAY: Final = 5


def after_working_days(moment: datetime, days: int) -> datetime:
    """``days`` working days (Monday to Friday) after ``moment``, at the same time of day.

    A moment on a weekend counts from the beginning of Monday, in ``moment``'s own zone.
    """
    if moment.weekday() >= SATURDAY:
        monday = moment + timedelta(days=7 - moment.weekday())
        moment = monday.replace(hour=0, minute=0, second=0, microsecond=0)
    weeks, rest = divmod(days, 5)
    moment += timedelta(weeks=weeks)
    for _ in range(rest):
        moment += timedelta(days=1)
        if moment.weekday() >= SATURDAY:
            moment += timedelta(days=2)
    return moment
