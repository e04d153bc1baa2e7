"""What stages of a community's life are called, and why it is in one, in the session's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tui_forum.domain.life import Reason, Sign, Stage, StageView
from tui_forum.i18n import N_, _, format_number, ngettext

_NAMES: Final = {
    Stage.SEED: N_("seed"),
    Stage.GROWING: N_("growing"),
    Stage.THRIVING: N_("thriving"),
    Stage.QUIET: N_("quiet"),
    Stage.DORMANT: N_("dormant"),
    Stage.ARCHIVED: N_("archived"),
}
#: A mark for each stage, in lists; colour never carries it alone.
MARKS: Final = {
    Stage.SEED: "○",
    Stage.GROWING: "◔",
    Stage.THRIVING: "●",
    Stage.QUIET: "◑",
    Stage.DORMANT: "◌",
    Stage.ARCHIVED: "▣",
}


def stage_name(stage: Stage) -> str:
    """A stage in one word."""
    return _(_NAMES[stage])


def explain_stage(view: StageView) -> str:
    """Why a community is in its stage: its signs, joined with commas."""
    return ", ".join(_SENTENCES[reason.sign](reason) for reason in view.reasons)


def _archived(reason: Reason) -> str:
    if not reason.n:
        return _("archived today")
    return ngettext("archived {n} day ago", "archived {n} days ago", reason.n).format(n=reason.n)


def _silent(reason: Reason) -> str:
    return ngettext("nobody has written for {n} day", "nobody has written for {n} days", reason.n).format(
        n=format_number(reason.n)
    )


def _empty(reason: Reason) -> str:
    return ngettext(
        "opened {n} day ago, and nobody has written yet",
        "opened {n} days ago, and nobody has written yet",
        reason.n,
    ).format(n=format_number(reason.n))


def _falling(reason: Reason) -> str:
    now = ngettext("{n} post a week", "{n} posts a week", reason.n).format(n=format_number(reason.n))
    return _("{now} after {before} before").format(now=now, before=format_number(reason.of))


def _threads(reason: Reason) -> str:
    if reason.n >= reason.of:
        return ngettext("{n} thread", "{n} threads", reason.n).format(n=format_number(reason.n))
    return ngettext("{n} of the first {of} threads", "{n} of the first {of} threads", reason.n).format(
        n=reason.n, of=reason.of
    )


def _contributors(reason: Reason) -> str:
    if reason.n >= reason.of:
        return ngettext("{n} person has written so far", "{n} people have written so far", reason.n).format(
            n=format_number(reason.n)
        )
    return ngettext(
        "{n} person has written so far, of {of} that it takes",
        "{n} people have written so far, of {of} that it takes",
        reason.n,
    ).format(n=reason.n, of=reason.of)


def _writers(reason: Reason) -> str:
    if reason.n >= reason.of:
        return ngettext(
            "{n} person wrote in the last four weeks", "{n} people wrote in the last four weeks", reason.n
        ).format(n=format_number(reason.n))
    return ngettext(
        "{n} person wrote in the last four weeks (thriving: {of})",
        "{n} people wrote in the last four weeks (thriving: {of})",
        reason.n,
    ).format(n=reason.n, of=reason.of)


def _weeks(reason: Reason) -> str:
    if reason.n == 4:
        return _("in each of them")
    if reason.n >= reason.of:
        return _("in {n} of them").format(n=reason.n)
    return _("in {n} of them (thriving: {of})").format(n=reason.n, of=reason.of)


_SENTENCES: Final[dict[Sign, Callable[[Reason], str]]] = {
    Sign.ARCHIVED: _archived,
    Sign.SILENT: _silent,
    Sign.EMPTY: _empty,
    Sign.FALLING: _falling,
    Sign.THREADS: _threads,
    Sign.CONTRIBUTORS: _contributors,
    Sign.WRITERS: _writers,
    Sign.WEEKS: _weeks,
}
