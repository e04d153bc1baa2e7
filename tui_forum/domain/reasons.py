"""Prepared texts for decisions: by language, with placeholders that each case fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Final

from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.leaks import refuse_secrets
from tui_forum.domain.moderation import CaseCategory, DecisionKind
from tui_forum.domain.text import clean_line
from tui_forum.i18n import N_

TEXT_MAX_CHARS: Final = 400

#: What may stand in braces: whose post, where it is, what it broke, until when a sanction holds.
PLACEHOLDERS: Final = ("author", "community", "thread", "post", "rule", "until")

EMPTY: Final = N_("A prepared text needs words in at least one language.")
LONG: Final = N_("A prepared text has at most {longest} characters; this one has {count}.")
UNKNOWN: Final = N_("There is no placeholder “{name}”; there are: {known}.")
BRACES: Final = N_("A brace is missing or too many: a placeholder is written like {example}.")


@dataclass(frozen=True, slots=True)
class PreparedText:
    """A text to choose for decisions of ``kind`` (None: all). ``text_id`` None came with the program."""

    text_id: int | None
    kind: DecisionKind | None
    texts: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """The text in ``language``, or in whichever there is."""
        return pick(self.texts, language)


#: Where a community has no texts of its own. English; shown and told in every language.
SHIPPED: Final[Mapping[DecisionKind, tuple[str, ...]]] = {
    DecisionKind.APPROVE: (
        N_("Nothing here breaks the rules"),
        N_("A matter of opinion, said politely"),
        N_("Settled between those concerned"),
    ),
    DecisionKind.REMOVE: (
        N_("Spam or advertising"),
        N_("Insulting or harassing"),
        N_("Confidential information"),
        N_("Does not belong here"),
        N_("It breaks a rule of {community}: {rule}"),
    ),
    DecisionKind.EDIT: (
        N_("Confidential information was taken out"),
        N_("An insult was taken out; the rest stays"),
        N_("Advertising was taken out"),
    ),
    DecisionKind.WARN: (
        N_("Please stay polite, also when you disagree"),
        N_("Please do not post advertising"),
        N_("Please keep to the rules of {community}: {rule}"),
    ),
    DecisionKind.SILENCE: (
        N_("Please read along until {until}, and come back calmer"),
        N_("You have been warned before"),
    ),
    DecisionKind.SUSPEND: (
        N_("Repeated insults after a warning"),
        N_("Repeated advertising after a warning"),
    ),
    DecisionKind.REMOVE_MEMBER: (
        N_("You have been warned before"),
        N_("You broke the rules of {community} again and again"),
    ),
    DecisionKind.UPHOLD: (
        N_("Looked at a second time, with the same result"),
        N_("The rule that was cited applies here"),
    ),
    DecisionKind.OVERTURN: (
        N_("Looked at a second time: nothing here breaks the rules"),
        N_("It was a misunderstanding; we are sorry"),
    ),
    DecisionKind.MOVE: (N_("It finds more readers there"), N_("Its topic is at home there")),
    DecisionKind.OFF_TOPIC: (
        N_("It is not about “{thread}”: please open a thread of its own"),
        N_("Interesting, but another topic"),
    ),
}

#: Which of the shipped texts fits what is wrong.
_FITTING: Final[Mapping[DecisionKind, Mapping[CaseCategory, int]]] = {
    DecisionKind.REMOVE: {
        CaseCategory.SPAM: 0,
        CaseCategory.HARASSMENT: 1,
        CaseCategory.CONFIDENTIAL: 2,
        CaseCategory.OFF_TOPIC: 3,
    },
    DecisionKind.EDIT: {CaseCategory.CONFIDENTIAL: 0, CaseCategory.HARASSMENT: 1, CaseCategory.SPAM: 2},
    DecisionKind.WARN: {CaseCategory.HARASSMENT: 0, CaseCategory.SPAM: 1},
    DecisionKind.SUSPEND: {CaseCategory.HARASSMENT: 0, CaseCategory.SPAM: 1},
    DecisionKind.REMOVE_MEMBER: {},
    DecisionKind.SILENCE: {CaseCategory.HARASSMENT: 0},
}


def suggested(
    kind: DecisionKind, prepared: Sequence[PreparedText], category: CaseCategory | None
) -> int | None:
    """The place of the text that Enter alone takes, or None where none is sure to fit.

    ``category`` is that of all cases the decision is about (None: they differ). Where a rule was
    broken, a text that cites it; of the shipped texts, one that names what is wrong; of a
    community's own, the first. An answer to an appeal is not taken back, so it is always chosen.
    """
    if not prepared or kind in {DecisionKind.UPHOLD, DecisionKind.OVERTURN}:
        return None
    if category is CaseCategory.RULE and kind in _FITTING:
        citing = (n for n, text in enumerate(prepared) if any("{rule}" in one for one in text.texts.values()))
        place = next(citing, None)
        if place is not None:
            return place
    if kind not in _FITTING:
        return 0
    if category is None:
        return None
    own = prepared[0].text_id is not None
    place = 0 if own else _FITTING[kind].get(category)
    return place if place is not None and place < len(prepared) else None


def check_text(text: str) -> str:
    """A prepared text as it is stored ("" is no text in that language).

    Raises:
        InvalidInputError: too long, a secret, a placeholder that there is not, or braces
            that do not match.
    """
    cleaned = clean_line(text)
    if len(cleaned) > TEXT_MAX_CHARS:
        raise InvalidInputError(LONG, longest=TEXT_MAX_CHARS, count=len(cleaned))
    try:
        parts = list(Formatter().parse(cleaned))
    except ValueError:
        raise InvalidInputError(BRACES, example="{author}") from None
    refuse_secrets(cleaned, "text")
    for _literal, name, form, conversion in parts:
        if name is not None and (name not in PLACEHOLDERS or form or conversion):
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            raise InvalidInputError(UNKNOWN, name=name, known=known)
    return cleaned


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its placeholders filled; what somebody typed with other braces stays as it is."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return text
    if any(name is not None and name not in values for _literal, name, _form, _conversion in parts):
        return text
    return "".join(
        literal + (values[name] if name is not None else "") for literal, name, _form, _conversion in parts
    )


def pick(texts: Mapping[str, str], language: str) -> str:
    """The text in ``language``, else the one for everybody, else any."""
    return texts.get(language) or texts.get("") or next((text for text in texts.values() if text), "")
