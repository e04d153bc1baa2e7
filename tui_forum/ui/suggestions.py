"""Texts that a host may begin with: threads for an empty room, a question for a quiet one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tui_forum.domain.entities import Purpose
from tui_forum.domain.views import Author
from tui_forum.i18n import N_, _
from tui_forum.ui.stepwords import names

Suggestion = tuple[str, str]

#: The first threads of a community, in their order: title and text.
_FIRST: Final[dict[Purpose, tuple[Suggestion, ...]]] = {
    Purpose.PRACTICE: (
        (
            N_("Who is here, and what are you working on?"),
            N_(
                "Let us begin with ourselves: what do you do, and what would you like to get better at?\n\n"
                "I begin: "
            ),
        ),
        (
            N_("What cost you the most time last week?"),
            N_("Mine was … What was yours? Perhaps somebody here has got past it already."),
        ),
        (
            N_("Which trick would you not give back?"),
            N_("A small one is enough. Here is mine: "),
        ),
        (
            N_("Unfinished: what do you think of this?"),
            N_("I am in the middle of … and not sure about … What would you do?"),
        ),
        (
            N_("What shall we talk about here?"),
            N_("Three topics that I would like to read about: …\n\nWhich of them, or what else?"),
        ),
    ),
    Purpose.INFORMATION: (
        (
            N_("What you will read here, and how often"),
            N_(
                "Here we announce … About once a … What you have to act on says so in its first line.\n\n"
                "Questions and discussion: …"
            ),
        ),
        (
            N_("What has changed this month"),
            N_("**For whom:** …\n\n**From when:** …\n\n**What you have to do:** …"),
        ),
        (
            N_("The answer to what you ask most"),
            N_("You often ask … In short: …\n\nMore about it: …"),
        ),
    ),
    Purpose.QUESTIONS: (
        (
            N_("How do I …? (the question that we hear most)"),
            N_("I am asked this again and again, so here it stands with its answer: "),
        ),
        (
            N_("Where do I find …?"),
            N_("What I looked for, where I looked, and what I found there instead: "),
        ),
        (
            N_("Why does … not work for me?"),
            N_("What I did: …\n\nWhat I expected: …\n\nWhat happened: …"),
        ),
        (
            N_("Who is responsible for …?"),
            N_("I would like to … and do not know whom to ask."),
        ),
        (
            N_("What is the difference between … and …?"),
            N_("I have read … and would have said … Is that right?"),
        ),
    ),
    Purpose.PROJECT: (
        (
            N_("What we want to have reached, and by when"),
            N_("By … we have … We know that it is done when …"),
        ),
        (
            N_("Who does what"),
            N_("One line each, please: what you take on, and whom you need for it.\n\n- I: "),
        ),
        (
            N_("What we do not do"),
            N_("So that we get done, we leave out: …\n\nAnything that you miss?"),
        ),
    ),
}


def first_thread(purpose: Purpose, threads: int) -> Suggestion:
    """A title and text for the next of the first threads, when there are ``threads`` already."""
    kinds = _FIRST[purpose]
    title, body = kinds[min(threads, len(kinds) - 1)]
    return _(title), _(body)


def this_week(purpose: Purpose) -> Suggestion:
    """A title and text for a week in which nobody has written."""
    if purpose is Purpose.INFORMATION:
        return _("This week"), _("**New:** …\n\n**What you have to do:** nothing / …")
    if purpose is Purpose.PROJECT:
        return _("Where we stand this week"), _("**Done:** …\n\n**Next:** …\n\n**What blocks:** …")
    return "", _("Something that I wonder about: …")


def tell_others(name: str) -> Suggestion:
    """A title and text for the hosts' round by somebody whose community thrives."""
    text = _("What we do every week: …\n\nWhat did not work: …\n\nWhat I would like to know from you: …")
    return _("What keeps {name} alive").format(name=name), text


def ask_back(people: Sequence[Author]) -> Suggestion:
    """A title and text that call for those who used to write."""
    text = _("{people}: I miss what you write here. What are you busy with now, and what would help you?")
    return _("What are you busy with now?"), text.format(people=names(people))
