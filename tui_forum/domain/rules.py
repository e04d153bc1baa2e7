"""Rules that act: what each looks for in a text, and what comes of it.

Everything here is pure. What looks at a text (words, expressions, links) may take its time with a
text that was written to be slow; :func:`matching` has a limit for each expression, and callers run
it on a thread: the engine works without the interpreter's lock there, so that nobody waits for it.
"""

from __future__ import annotations

import itertools
import time
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

import regex

from tui_forum.domain.errors import ConflictError, InvalidInputError
from tui_forum.domain.limits import REASON_MAX_CHARS
from tui_forum.domain.moderation import CaseCategory, CaseSource
from tui_forum.domain.text import clean_body, clean_line, display_line
from tui_forum.i18n import N_

NAME_MAX_CHARS: Final = 80
WORDS_MAX_CHARS: Final = 20_000
EXPRESSION_MAX_CHARS: Final = 500
#: Rules of one community, or of the site.
RULES_MAX: Final = 50
#: Seconds that one expression may take with one text; with all of a text's expressions together.
EXPRESSION_SECONDS: Final = 0.1
TEXT_SECONDS: Final = 0.5
#: What an expression is tried with when it is saved may take so long, seconds.
_TRIAL_SECONDS: Final = 0.05
_TRIAL_CHARS: Final = 3_000
LONGEST: Final = timedelta(days=365)

CHANGED: Final = N_("Somebody has changed this rule meanwhile. Ctrl-S replaces what is there now.")
NO_NAME: Final = N_("A rule needs a name.")
LONG_NAME: Final = N_("A name has at most {longest} characters; this one has {count}.")
NO_WORDS: Final = N_("Please give at least one word, each on a line of its own.")
LONG_WORDS: Final = N_("A list of words has at most {longest} characters; this one has {count}.")
NO_EXPRESSION: Final = N_("Please give an expression.")
LONG_EXPRESSION: Final = N_("An expression has at most {longest} characters; this one has {count}.")
NOT_AN_EXPRESSION: Final = N_("The expression cannot be read: {why}.")
NOT_AN_EXPRESSION_AT: Final = N_("The expression cannot be read at character {position}: {why}.")
MATCHES_ALL: Final = N_("This expression also matches where there is nothing: it would hit every text.")
TOO_SLOW: Final = N_(
    "With some texts this expression would take for ever: a repetition inside a repetition, as in (a+)+, "
    "or two that take the same. Please write it so that there is one way only to match."
)
NO_LINKS: Final = N_("How many links are allowed? A number from 0 to 100.")
NO_LIMIT: Final = N_("Give a number of first posts, an age of the account, or both.")
NO_RATE: Final = N_("How many posts are allowed, in how many minutes?")
LONG_TIME: Final = N_("That is too long: at most a year.")
NO_EXPLANATION: Final = N_("Who is refused wants to know why: please explain.")
LONG_EXPLANATION: Final = N_("An explanation has at most {longest} characters; this one has {count}.")


class RuleKind(StrEnum):
    """What a rule looks for."""

    WORDS = "words"
    REGEX = "regex"
    LINKS = "links"
    NEW_ACCOUNT = "new_account"
    RATE = "rate"


class RuleAction(StrEnum):
    """What a hit does: publish and open a case, hold back for a moderator, do not take it at all."""

    FLAG = "flag"
    HOLD = "hold"
    REFUSE = "refuse"


#: Kinds that look at the text; the others look at who writes.
OF_TEXT: Final = frozenset((RuleKind.WORDS, RuleKind.REGEX, RuleKind.LINKS))

SOURCES: Final = {
    RuleKind.WORDS: CaseSource.WORDS,
    RuleKind.REGEX: CaseSource.WORDS,
    RuleKind.LINKS: CaseSource.LINKS,
    RuleKind.NEW_ACCOUNT: CaseSource.NEW_ACCOUNT,
    RuleKind.RATE: CaseSource.RATE,
}

_GRAVITY: Final = (RuleAction.FLAG, RuleAction.HOLD, RuleAction.REFUSE)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that acts, of a community or (``community_id`` None) everywhere.

    ``pattern`` holds words, one a line, or the expression. ``threshold`` is the number of links
    that are allowed, of an account's first posts, or of posts in a time; ``seconds`` the age below
    which an account is new (0: any), or that time.
    """

    name: str
    kind: RuleKind
    action: RuleAction
    pattern: str = ""
    threshold: int = 0
    seconds: int = 0
    category: CaseCategory = CaseCategory.OTHER
    explanation: str = ""
    enabled: bool = True
    rule_id: int = 0
    community_id: int | None = None


class RuleChangedError(ConflictError):
    """Somebody has changed the rule since it was read: ``present`` is what it is now."""

    def __init__(self, present: Rule) -> None:
        super().__init__(CHANGED)
        self.present = present


@dataclass(frozen=True, slots=True)
class Writer:
    """What rules know of who writes: the age of the account, published posts, posts in a rule's time.

    The counts are those of the rule's scope, and need only be exact up to its threshold.
    """

    age: timedelta
    posts: int
    recent: int


@dataclass(frozen=True, slots=True)
class Matches:
    """Ids of the rules that a text hits, and of those whose expression took too long with it."""

    hit: frozenset[int] = frozenset()
    slow: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of all hits together: the gravest ``action`` (None: nothing), and whose it is.

    ``rules`` are all that hit, the gravest first; ``slow`` those that stepped aside. ``examples``:
    how many secrets the author says are none.
    """

    action: RuleAction | None
    rules: tuple[Rule, ...]
    slow: tuple[Rule, ...] = ()
    examples: int = 0

    @property
    def first(self) -> Rule:
        """The rule that names the case, or explains the refusal."""
        return (*self.rules, *self.slow)[0]


def outcome(hits: Iterable[Rule], slow: Iterable[Rule] = (), examples: int = 0) -> Outcome:
    """The gravest action wins; of two alike, the rule that was made first.

    A rule whose expression took too long steps aside: what it looked at is published and flagged.
    What looks like secrets, ``examples`` as their author says, is held.
    """
    found = tuple(sorted(hits, key=lambda rule: (-_GRAVITY.index(rule.action), rule.rule_id)))
    aside = tuple(slow)
    action = found[0].action if found else RuleAction.FLAG if aside else None
    if examples and action is not RuleAction.REFUSE:
        action = RuleAction.HOLD
    return Outcome(action, found, aside, examples)


def exceeds(rule: Rule, writer: Writer) -> bool:
    """Whether a rule about who writes hits: a newcomer's first posts, or too many in a time."""
    if rule.kind is RuleKind.NEW_ACCOUNT:
        few = not rule.threshold or writer.posts < rule.threshold
        young = not rule.seconds or writer.age < timedelta(seconds=rule.seconds)
        return few and young
    return rule.kind is RuleKind.RATE and writer.recent >= rule.threshold


# -- looking at texts


def matching(rules: Sequence[Rule], text: str) -> Matches:
    """Which of the rules about texts ``text`` hits. Takes up to ``TEXT_SECONDS`` of a thread's time."""
    hit, slow = set(), set()
    words: Words | None = None
    left = TEXT_SECONDS
    for rule in rules:
        if rule.kind is RuleKind.WORDS:
            words = words or Words.of(text)
            if words.hold(_wanted(rule.pattern)):
                hit.add(rule.rule_id)
        elif rule.kind is RuleKind.LINKS:
            if len(links(text)) > rule.threshold:
                hit.add(rule.rule_id)
        elif rule.kind is RuleKind.REGEX:
            began = time.monotonic()
            try:
                if left <= 0:
                    raise TimeoutError
                if found(compiled(rule.pattern), text, min(EXPRESSION_SECONDS, left)):
                    hit.add(rule.rule_id)
            except (TimeoutError, InvalidInputError, MemoryError):
                slow.add(rule.rule_id)
            left -= time.monotonic() - began
    return Matches(frozenset(hit), frozenset(slow))


_LINK: Final = regex.compile(r"(?i)(?:\bhttps?://|\bwww\.)[^\s<>()\[\]{}\"'`|]++")


def links(text: str) -> frozenset[str]:
    """The addresses that a text leads to, each once."""
    return frozenset(link.rstrip(".,;:!?*_").lower() for link in _LINK.findall(text))


# -- words

_WORD: Final = regex.compile(r"\w++")
#: What is no accent, but read as these letters.
_READ_AS: Final = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "þ": "th", "ð": "d"})
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


def _without_the_unseen(text: str) -> str:
    """Without what takes no room: zero-width characters, soft hyphens, marks of direction."""
    if text.isascii():
        return text
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def folded(text: str) -> tuple[str, ...]:
    """How a text reads whatever its case, accents and invisible characters; one or two ways.

    German umlauts are read in both ways that people write them: "ü" as "u" and as "ue"; "ß" is "ss".
    """
    text = unicodedata.normalize("NFKC", _without_the_unseen(text)).casefold()
    if text.isascii():
        return (text,)
    plain = _stripped(text.translate(_READ_AS))
    spelled = _stripped(text.translate(_UMLAUTS).translate(_READ_AS))
    return (plain,) if plain == spelled else (plain, spelled)


def _stripped(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word list as it is looked for: whole words, phrases, beginnings and ends of words."""

    words: frozenset[str]
    phrases: tuple[str, ...]
    beginnings: tuple[str, ...]
    ends: tuple[str, ...]


@lru_cache(maxsize=256)
def _wanted(pattern: str) -> Wanted:
    words, phrases, beginnings, ends = set(), [], [], []
    for line in pattern.splitlines():
        entry = line.strip()
        for reading in folded(entry.strip("*")):
            tokens = _WORD.findall(reading)
            if not tokens:
                continue
            if len(tokens) > 1:
                phrases.append(f" {' '.join(tokens)} ")
                continue
            if not entry.startswith("*") and not entry.endswith("*"):
                words.add(tokens[0])
            if entry.endswith("*"):
                beginnings.append(tokens[0])
            if entry.startswith("*"):
                ends.append(tokens[0])
    return Wanted(frozenset(words), tuple(phrases), tuple(beginnings), tuple(ends))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text as word lists see them."""

    words: frozenset[str]
    lines: tuple[str, ...]

    @staticmethod
    def of(text: str) -> Words:
        """Take a text apart."""
        readings = [_WORD.findall(reading) for reading in folded(text)]
        words = frozenset(word for reading in readings for word in reading)
        return Words(words, tuple(f" {' '.join(reading)} " for reading in readings))

    def hold(self, wanted: Wanted) -> bool:
        """Whether one of the wanted words is among them."""
        if not self.words.isdisjoint(wanted.words):
            return True
        if any(phrase in line for phrase in wanted.phrases for line in self.lines):
            return True
        if not wanted.beginnings and not wanted.ends:
            return False
        return any(word.startswith(wanted.beginnings) or word.endswith(wanted.ends) for word in self.words)


# -- expressions


@lru_cache(maxsize=256)
def compiled(pattern: str) -> regex.Pattern[str]:
    """An expression, ready to search; case does not matter unless it says so with ``(?-i:…)``.

    Raises:
        InvalidInputError: it cannot be read (``field="pattern"``).
    """
    try:
        return regex.compile(pattern, regex.IGNORECASE | regex.VERSION0)
    except regex.error as error:
        why, _at, position = str(error).partition(" at position ")
        if position.isdecimal():
            raise InvalidInputError(
                NOT_AN_EXPRESSION_AT, field="pattern", position=int(position) + 1, why=why
            ) from None
        raise InvalidInputError(NOT_AN_EXPRESSION, field="pattern", why=why) from None
    except (RecursionError, OverflowError, MemoryError, ValueError) as error:
        raise InvalidInputError(NOT_AN_EXPRESSION, field="pattern", why=type(error).__name__) from None


def found(expression: regex.Pattern[str], text: str, seconds: float = EXPRESSION_SECONDS) -> bool:
    """Whether an expression is found in ``text``. Works without the interpreter's lock.

    Raises:
        TimeoutError: it took longer than ``seconds``.
    """
    return expression.search(text, timeout=seconds, concurrent=True) is not None


def try_expression(pattern: str) -> None:
    """Try an expression with texts that make a careless one slow. Takes up to a second of a thread's time.

    Raises:
        InvalidInputError: it cannot be read, hits everything, or was too slow (``field="pattern"``).
    """
    expression = compiled(pattern)
    try:
        if found(expression, "", _TRIAL_SECONDS):
            raise InvalidInputError(MATCHES_ALL, field="pattern")
        for text in _trials(pattern):
            found(expression, text, _TRIAL_SECONDS)
    except (TimeoutError, MemoryError):
        raise InvalidInputError(TOO_SLOW, field="pattern") from None


def _trials(pattern: str) -> list[str]:
    """Long runs of what the expression speaks of, each with an end that nothing matches."""
    letters = list(dict.fromkeys(char for char in pattern if char.isalnum()))[:6]
    units = ["a", "0", " ", "a ", "a.", "aA0_-", *letters]
    units += [one + other for one, other in itertools.pairwise(letters)]
    if len(letters) > 2:
        units.append("".join(letters))
    # What the expression cannot do without is there as well: else it would give up at once.
    ends = ("\x00", "", f"\x00{pattern}")
    texts = []
    for unit in dict.fromkeys(units):
        for end in ends:
            texts += [unit * count + end for count in (30, _TRIAL_CHARS // len(unit))]
    return texts


# -- as they are stored


def check_rule(rule: Rule) -> Rule:
    """A rule as it is stored; an expression must be tried as well (:func:`try_expression`).

    Raises:
        InvalidInputError: ``field`` is ``name``, ``pattern``, ``threshold``, ``seconds`` or ``explanation``.
    """
    name = clean_line(rule.name).strip()
    if not display_line(name).strip():
        raise InvalidInputError(NO_NAME, field="name")
    if len(name) > NAME_MAX_CHARS:
        raise InvalidInputError(LONG_NAME, field="name", longest=NAME_MAX_CHARS, count=len(name))
    explanation = clean_body(rule.explanation).strip()
    if rule.action is RuleAction.REFUSE and not display_line(explanation).strip():
        raise InvalidInputError(NO_EXPLANATION, field="explanation")
    if len(explanation) > REASON_MAX_CHARS:
        raise InvalidInputError(
            LONG_EXPLANATION, field="explanation", longest=REASON_MAX_CHARS, count=len(explanation)
        )
    pattern = _CHECKS[rule.kind](rule)
    threshold = rule.threshold if rule.kind not in (RuleKind.WORDS, RuleKind.REGEX) else 0
    seconds = rule.seconds if rule.kind in (RuleKind.NEW_ACCOUNT, RuleKind.RATE) else 0
    return replace(
        rule, name=name, explanation=explanation, pattern=pattern, threshold=threshold, seconds=seconds
    )


def _words(rule: Rule) -> str:
    pattern = clean_body(rule.pattern)
    if len(pattern) > WORDS_MAX_CHARS:
        raise InvalidInputError(LONG_WORDS, field="pattern", longest=WORDS_MAX_CHARS, count=len(pattern))
    lines = dict.fromkeys(line.strip() for line in pattern.splitlines())
    wanted = [line for line in lines if any(_WORD.findall(one) for one in folded(line.strip("*")))]
    if not wanted:
        raise InvalidInputError(NO_WORDS, field="pattern")
    return "\n".join(wanted)


def _expression(rule: Rule) -> str:
    pattern = rule.pattern.strip("\r\n")
    if not pattern:
        raise InvalidInputError(NO_EXPRESSION, field="pattern")
    if len(pattern) > EXPRESSION_MAX_CHARS:
        raise InvalidInputError(
            LONG_EXPRESSION, field="pattern", longest=EXPRESSION_MAX_CHARS, count=len(pattern)
        )
    compiled(pattern)
    return pattern


def _links(rule: Rule) -> str:
    if not 0 <= rule.threshold <= 100:
        raise InvalidInputError(NO_LINKS, field="threshold")
    return ""


def _new_account(rule: Rule) -> str:
    if not 0 <= rule.threshold <= 1000 or rule.seconds < 0 or not (rule.threshold or rule.seconds):
        raise InvalidInputError(NO_LIMIT, field="threshold")
    if rule.seconds > LONGEST.total_seconds():
        raise InvalidInputError(LONG_TIME, field="seconds")
    return ""


def _rate(rule: Rule) -> str:
    if not 1 <= rule.threshold <= 1000:
        raise InvalidInputError(NO_RATE, field="threshold")
    if rule.seconds <= 0:
        raise InvalidInputError(NO_RATE, field="seconds")
    if rule.seconds > LONGEST.total_seconds():
        raise InvalidInputError(LONG_TIME, field="seconds")
    return ""


_CHECKS: Final = {
    RuleKind.WORDS: _words,
    RuleKind.REGEX: _expression,
    RuleKind.LINKS: _links,
    RuleKind.NEW_ACCOUNT: _new_account,
    RuleKind.RATE: _rate,
}
