"""The next steps of a host in words: what to do, and why it helps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tui_forum.domain.hosting import Step, StepKind
from tui_forum.domain.text import display_line
from tui_forum.domain.views import Author
from tui_forum.i18n import N_, _, format_date, ngettext


def names(people: Sequence[Author]) -> str:
    """``@ada, @ben``."""
    return ", ".join(f"@{one.handle}" for one in people)


#: What does not depend on figures: what to do, and why.
_PLAIN: Final[dict[StepKind, tuple[str, str]]] = {
    StepKind.WRITE_THIS_WEEK: (
        N_("Write something this week"),
        N_("Nobody has yet. A question that you wonder about yourself works best."),
    ),
    StepKind.TELL_OTHERS: (
        N_("Tell other hosts what works here"),
        N_("A thread in the hosts' round: yours is alive, and others wonder how."),
    ),
    StepKind.NAME_EXPERTS: (
        N_("Name experts"),
        N_("What nobody answers in time goes to them first, and only then to you."),
    ),
    StepKind.FIND_HOST: (
        N_("Look for a new host"),
        N_("All hosts are asked in their round. You stay until somebody is found."),
    ),
    StepKind.ADOPT: (N_("Host this community"), N_("Nobody looks after it any more. You would.")),
    StepKind.MERGE: (
        N_("Merge it into another community"),
        N_("Threads and members go there, and old links keep working."),
    ),
    StepKind.ARCHIVE: (
        N_("Archive it"),
        N_("It can be read and found as before; nobody writes in it any more."),
    ),
    StepKind.REOPEN: (N_("Open it again"), N_("Members write in it as before.")),
}


def _thread(step: Step) -> tuple[str, str]:
    assert step.thread is not None
    return step.thread.author.handle, display_line(step.thread.title)


def _answer_newcomer(step: Step) -> tuple[str, str]:
    handle, title = _thread(step)
    what = _("Answer @{handle}: “{title}”").format(handle=handle, title=title)
    return what, _("New here, and nobody has answered. Who gets an answer comes back.")


def _answer_waiting(step: Step) -> tuple[str, str]:
    handle, title = _thread(step)
    what = _("Answer @{handle}: “{title}”").format(handle=handle, title=title)
    why = ngettext(
        "{n} thread has waited for more than two days.",
        "{n} threads have waited for more than two days, this one longest.",
        step.n,
    )
    return what, why.format(n=step.n)


def _requests(step: Step) -> tuple[str, str]:
    what = ngettext("Answer {n} request to join", "Answer {n} requests to join", step.n)
    return what.format(n=step.n), _("Who asks and hears nothing does not ask again.")


def _welcome(step: Step) -> tuple[str, str]:
    more = step.n - len(step.people)
    what = _("Welcome {people}").format(people=names(step.people)) + (f" +{more}" if more > 0 else "")
    return what, _("They came lately, and nobody has greeted them yet.")


def _second_host(step: Step) -> tuple[str, str]:
    what = _("Find a second host") if step.n else _("Find a host")
    return what, _("With one host, everything stands still when that one is away.")


def _first_threads(step: Step) -> tuple[str, str]:
    what = ngettext("Start {n} more thread", "Start {n} more threads", step.n).format(n=step.n)
    return what, _("Nobody likes to speak first in an empty room. A text is prepared.")


def _invite(step: Step) -> tuple[str, str]:
    why = ngettext(
        "{n} member so far. Who would have something to say? Ask them by name.",
        "{n} members so far. Who would have something to say? Ask them by name.",
        step.n,
    )
    return _("Invite people"), why.format(n=step.n)


def _ask_back(step: Step) -> tuple[str, str]:
    what = _("Ask {people} what they are busy with").format(people=names(step.people))
    return what, _("They used to write here and have stopped.")


def _thank(step: Step) -> tuple[str, str]:
    handle, title = _thread(step)
    why = _("P at the accepted answer praises it in public: “{title}”")
    return _("Thank @{handle}").format(handle=handle), why.format(title=title)


def _review(step: Step) -> tuple[str, str]:
    assert step.on is not None
    why = _("Due on {date}. Does it still say what the community is for?")
    return _("Look at the charter again"), why.format(date=format_date(step.on))


def _end(step: Step) -> tuple[str, str]:
    assert step.on is not None
    why = _("Its last day is {date}: close it, extend it, or go on as a practice.")
    return _("Decide how the project goes on"), why.format(date=format_date(step.on))


_TOLD: Final[dict[StepKind, Callable[[Step], tuple[str, str]]]] = {
    StepKind.ANSWER_NEWCOMER: _answer_newcomer,
    StepKind.ANSWER_WAITING: _answer_waiting,
    StepKind.ANSWER_REQUESTS: _requests,
    StepKind.WELCOME: _welcome,
    StepKind.SECOND_HOST: _second_host,
    StepKind.FIRST_THREADS: _first_threads,
    StepKind.INVITE: _invite,
    StepKind.ASK_BACK: _ask_back,
    StepKind.THANK: _thank,
    StepKind.REVIEW_CHARTER: _review,
    StepKind.END_PROJECT: _end,
}


def step_words(step: Step, guide: str) -> tuple[str, str]:
    """What to do and why, a line each; ``guide`` is the title of the guide for this stage."""
    if step.kind is StepKind.READ_GUIDE:
        return _("Read: {title}").format(title=display_line(guide)), _("A short guide for where you are now.")
    if step.kind in _PLAIN:
        what, why = _PLAIN[step.kind]
        return _(what), _(why)
    return _TOLD[step.kind](step)
