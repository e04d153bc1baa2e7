"""Hosting: what helps a community next, what its host sees, what hosts ask one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Final

from tui_forum.domain.charter import SOON
from tui_forum.domain.entities import Purpose, Role, Visibility
from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.life import LifeFacts, Stage, StageView
from tui_forum.domain.text import clean_body
from tui_forum.domain.views import Author, CommunityRow
from tui_forum.i18n import N_

#: No more than so many steps are shown: the next few, not all that could be done.
MOST_STEPS: Final = 6
#: People named in one step.
NAMED: Final = 3
#: A community of fewer members invites more.
FEW_MEMBERS: Final = 10
#: Figures of others are shown from so many other communities of the kind on: fewer would name them.
OTHERS_TO_COMPARE: Final = 3
HANDOVER_MAX: Final = timedelta(days=180)
NOTES_MAX_CHARS: Final = 4_000

LONG_NOTES: Final = N_("Notes have at most {longest} characters; these have {count}.")
NO_END: Final = N_("Say until when: a date after today.")
LONG_HANDOVER: Final = N_("At most {days} days: for longer, ask for a co-host.")


# -- steps


class StepKind(StrEnum):
    """What can help a community next; ``ui.steps`` knows the words and what each does."""

    ANSWER_NEWCOMER = "answer_newcomer"
    ANSWER_REQUESTS = "answer_requests"
    ANSWER_WAITING = "answer_waiting"
    WELCOME = "welcome"
    SECOND_HOST = "second_host"
    FIRST_THREADS = "first_threads"
    INVITE = "invite"
    WRITE_THIS_WEEK = "write_this_week"
    ASK_BACK = "ask_back"
    NAME_EXPERTS = "name_experts"
    THANK = "thank"
    TELL_OTHERS = "tell_others"
    REVIEW_CHARTER = "review_charter"
    END_PROJECT = "end_project"
    FIND_HOST = "find_host"
    ADOPT = "adopt"
    MERGE = "merge"
    ARCHIVE = "archive"
    REOPEN = "reopen"
    READ_GUIDE = "read_guide"


@dataclass(frozen=True, slots=True)
class HostedThread:
    """A thread that a step is about: somebody waits in it, or has helped in its post ``number``."""

    thread_id: int
    title: str
    author: Author
    created_at: datetime
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that helps next, and what it is about."""

    kind: StepKind
    n: int = 0
    people: tuple[Author, ...] = ()
    thread: HostedThread | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What the next steps are read off, besides the facts.

    ``waiting`` is the thread that has waited longest for an answer (for more than two days),
    ``newcomer_thread`` the oldest one of a newcomer that nobody has answered. ``newcomers`` were
    not welcomed yet; ``former`` wrote here and have stopped. ``helper`` gave an accepted answer
    lately that the host has not praised.
    """

    facts: LifeFacts
    stage: Stage
    today: date
    waiting: HostedThread | None = None
    newcomer_thread: HostedThread | None = None
    helper: HostedThread | None = None
    newcomers: tuple[Author, ...] = ()
    former: tuple[Author, ...] = ()
    join_requests: int = 0
    experts: int = 0
    review_on: date | None = None
    ends_on: date | None = None


def _newcomer_thread(now: Situation) -> Step | None:
    thread = now.newcomer_thread
    return Step(StepKind.ANSWER_NEWCOMER, thread=thread) if thread is not None else None


def _requests(now: Situation) -> Step | None:
    return Step(StepKind.ANSWER_REQUESTS, now.join_requests) if now.join_requests else None


def _waiting(now: Situation) -> Step | None:
    if now.waiting is None or now.waiting == now.newcomer_thread:
        return None
    return Step(StepKind.ANSWER_WAITING, now.facts.unanswered, thread=now.waiting)


def _welcome(now: Situation) -> Step | None:
    people = now.newcomers[:NAMED]
    return Step(StepKind.WELCOME, len(now.newcomers), people) if people else None


def _second_host(now: Situation) -> Step | None:
    return Step(StepKind.SECOND_HOST, now.facts.hosts) if now.facts.hosts < 2 else None


def _first_threads(now: Situation) -> Step | None:
    missing = now.facts.pace.seed_threads - now.facts.threads
    return Step(StepKind.FIRST_THREADS, missing) if missing > 0 else None


def _invite(now: Situation) -> Step | None:
    members = now.facts.members
    return Step(StepKind.INVITE, members) if members < FEW_MEMBERS else None


def _write(now: Situation) -> Step | None:
    return None if now.facts.weeks[-1] else Step(StepKind.WRITE_THIS_WEEK)


def _ask_back(now: Situation) -> Step | None:
    people = now.former[:NAMED]
    return Step(StepKind.ASK_BACK, len(people), people) if people else None


def _experts(now: Situation) -> Step | None:
    wanted = now.facts.purpose is Purpose.QUESTIONS and not now.experts
    return Step(StepKind.NAME_EXPERTS) if wanted else None


def _thank(now: Situation) -> Step | None:
    return Step(StepKind.THANK, thread=now.helper) if now.helper is not None else None


def _review(now: Situation) -> Step | None:
    due = now.review_on is not None and now.review_on - SOON <= now.today
    return Step(StepKind.REVIEW_CHARTER, on=now.review_on) if due else None


def _end(now: Situation) -> Step | None:
    due = now.ends_on is not None and now.ends_on - SOON <= now.today
    return Step(StepKind.END_PROJECT, on=now.ends_on) if due else None


def _always(kind: StepKind) -> Rule:
    return lambda _now: Step(kind)


Rule = Callable[[Situation], Step | None]

#: People wait: that comes first, whatever the stage.
_PEOPLE: Final[tuple[Rule, ...]] = (_newcomer_thread, _requests, _waiting, _welcome)
_FRAME: Final[tuple[Rule, ...]] = (_end, _review)
_GUIDE: Final = _always(StepKind.READ_GUIDE)
#: What helps at each stage, the most helpful first.
STEPS: Final[dict[Stage, tuple[Rule, ...]]] = {
    Stage.SEED: (*_PEOPLE, _second_host, _first_threads, _invite, _experts, *_FRAME),
    Stage.GROWING: (*_PEOPLE, _second_host, *_FRAME, _write, _experts, _thank, _invite),
    Stage.THRIVING: (
        *_PEOPLE,
        _second_host,
        *_FRAME,
        _thank,
        _experts,
        _always(StepKind.TELL_OTHERS),
    ),
    Stage.QUIET: (*_PEOPLE, _ask_back, _write, _second_host, *_FRAME, _invite),
    Stage.DORMANT: (
        _waiting,
        _ask_back,
        _always(StepKind.FIND_HOST),
        _always(StepKind.MERGE),
        _always(StepKind.ARCHIVE),
    ),
    Stage.ARCHIVED: (_always(StepKind.REOPEN),),
}


def next_steps(now: Situation) -> tuple[Step, ...]:
    """The next few steps that help, the most helpful first; the last one is the guide for this stage."""
    found: Iterator[Step | None] = (rule(now) for rule in STEPS[now.stage])
    steps = [step for step in found if step is not None][: MOST_STEPS - 1]
    guide = _GUIDE(now)
    return (*steps, *((guide,) if guide is not None else ()))


# -- the host's page


@dataclass(frozen=True, slots=True)
class Figures:
    """What is compared: posts a week and people who wrote over four weeks, seconds to a first answer.

    ``answer`` is the median over twelve weeks; None where nobody was answered.
    """

    posts: float
    writers: float
    answer: float | None


@dataclass(frozen=True, slots=True)
class KindFigures:
    """Figures of one community; ``public`` ones are among those that others are compared with."""

    community_id: int
    public: bool
    figures: Figures


@dataclass(frozen=True, slots=True)
class Comparison:
    """A community's own figures, and the medians of ``others`` living communities of its kind.

    ``median`` is None when there are fewer than :data:`OTHERS_TO_COMPARE`. Communities by
    invitation are in nobody's median.
    """

    own: Figures
    median: Figures | None
    others: int


def compare(own: int, kind: Iterable[KindFigures]) -> Comparison:
    """A community's own figures beside the medians of the others of its kind."""
    mine, others = Figures(0.0, 0, None), []
    for one in kind:
        if one.community_id == own:
            mine = one.figures
        elif one.public:
            others.append(one.figures)
    if len(others) < OTHERS_TO_COMPARE:
        return Comparison(mine, None, len(others))
    answers = [one.answer for one in others if one.answer is not None]
    middle = Figures(
        median(one.posts for one in others),
        median(one.writers for one in others),
        median(answers) if answers else None,
    )
    return Comparison(mine, middle, len(others))


@dataclass(frozen=True, slots=True)
class HostView:
    """The host's page. ``may_*`` come from the policy."""

    community: CommunityRow
    facts: LifeFacts
    stage: StageView
    steps: tuple[Step, ...]
    comparison: Comparison
    hosts: tuple[Author, ...]
    review_on: date | None
    ends_on: date | None
    may_host: bool
    may_ask: bool
    may_close: bool
    may_reopen: bool
    may_adopt: bool


@dataclass(frozen=True, slots=True)
class MergeTarget:
    """A community that another one's threads may go to."""

    community_id: int
    slug: str
    name: str
    purpose: Purpose
    visibility: Visibility


# -- what hosts ask one another


class RequestKind(StrEnum):
    """What a host asks for."""

    COHOST = "cohost"
    HANDOVER = "handover"
    ADOPTION = "adoption"


class RequestState(StrEnum):
    """An accepted handover is running until it is ``ended``."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class HostRequestView:
    """Something that hosts ask of somebody, or of the whole round (``to_all``).

    ``asked`` is who was asked in person, or has answered; ``thread_id`` where all were asked, and
    ``role`` what the reader is in the community.
    """

    request_id: int
    kind: RequestKind
    state: RequestState
    community_id: int
    community_name: str
    community_slug: str
    purpose: Purpose
    asker: Author
    asked: Author | None
    notes: str
    ends_on: date | None
    created_at: datetime
    thread_id: int | None = None
    role: Role | None = None
    to_all: bool = False
    may_accept: bool = False
    may_decline: bool = False
    may_withdraw: bool = False
    may_end: bool = False


@dataclass(frozen=True, slots=True)
class HostedCommunity:
    """A community in the round: one's own with its stage, or one that nobody cares for."""

    community_id: int
    slug: str
    name: str
    facts: LifeFacts
    stage: StageView
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True)
class RoundView:
    """The hosts' round as one sees it.

    ``community_id`` is the round's community (None: one does not belong to it, or there is
    none). ``asked`` wait for one's own answer, ``others`` are open to all hosts or asked by
    oneself, ``running`` are handovers in which one takes part. ``own`` are the communities
    one hosts; ``forsaken`` look for somebody.
    """

    community_id: int | None
    hosts: bool
    asked: tuple[HostRequestView, ...]
    others: tuple[HostRequestView, ...]
    running: tuple[HostRequestView, ...]
    own: tuple[HostedCommunity, ...]
    forsaken: tuple[HostedCommunity, ...]


def check_notes(text: str) -> str:
    """Notes as they are stored; there may be none.

    Raises:
        InvalidInputError: too long (``field="notes"``).
    """
    cleaned = clean_body(text).strip()
    if len(cleaned) > NOTES_MAX_CHARS:
        raise InvalidInputError(LONG_NOTES, field="notes", longest=NOTES_MAX_CHARS, count=len(cleaned))
    return cleaned


def check_end(ends_on: date | None, today: date) -> date:
    """The last day of a handover.

    Raises:
        InvalidInputError: none, not after today, or too far (``field="ends_on"``).
    """
    if ends_on is None or ends_on <= today:
        raise InvalidInputError(NO_END, field="ends_on")
    if ends_on - today > HANDOVER_MAX:
        raise InvalidInputError(LONG_HANDOVER, field="ends_on", days=HANDOVER_MAX.days)
    return ends_on
