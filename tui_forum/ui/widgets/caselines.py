"""A case as lines of text: why it is here, what was said, by whom, and what else is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_forum.domain.cases import CasePostView, CaseView, ReportView
from tui_forum.domain.entities import PostState
from tui_forum.domain.moderation import CaseSource, CaseState, ForwardedTo
from tui_forum.domain.text import display_line, display_text, fit
from tui_forum.domain.views import PostView
from tui_forum.i18n import _, format_date, format_datetime, ngettext
from tui_forum.ui.casewords import (
    FORWARDED,
    HOW_TO_ANSWER,
    OUTCOMES,
    SANCTIONS,
    SOURCES,
    about,
    age_of,
    category_name,
)
from tui_forum.ui.postnumber import post_number
from tui_forum.ui.render.wrapping import wrap
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.reader import rendered, tombstone


class CaseLines:
    """Builds the lines of one case for one width."""

    def __init__(self, case: CaseView, width: int, skin: Skin, *, links: bool) -> None:
        self._case = case
        self._width = width
        self._skin = skin
        self._links = links
        self._lines: list[Strip] = []

    def lines(self) -> list[Strip]:
        """All lines, in the order in which a moderator needs them."""
        self._head()
        self._appeal()
        self._reports()
        self._subject()
        self._author()
        self._talk()
        return self._lines

    # -- pieces

    def _line(self, text: str = "", style: Style | None = None) -> None:
        base = self._skin.base
        shown = fit(display_line(text), self._width)
        self._lines.append(Strip([Segment(shown, base + (style or Style.null()))]))

    def _text(self, text: str, style: Style | None = None, indent: str = "  ") -> None:
        """Plain text, wrapped."""
        shown = self._skin.base + (style or Style.null())
        for part in display_text(text).split("\n"):
            for line in wrap([(part, shown)], max(10, self._width - len(indent))):
                self._lines.append(Strip([Segment(indent, shown), *line]))

    def _heading(self, text: str) -> None:
        self._line()
        self._line(text, self._skin.accent + self._skin.strong)

    # -- parts

    def _head(self) -> None:
        row, skin, now = self._case.row, self._skin, datetime.now(UTC)
        where = " · ".join(filter(None, (display_line(row.thread_title), row.community_slug)))
        self._line(where or f"@{row.author.handle}", skin.strong)
        source = _(SOURCES[row.source]) if row.source is not CaseSource.REPORT else ""
        facts = [about(row), source if source != about(row) else "", age_of(row, now)]
        late = row.overdue(now)
        if late:
            facts.append(_("overdue"))
        self._line(" · ".join(filter(None, facts)), skin.error if late else skin.dim)
        if self._case.rule_text:
            self._text(f"§{row.rule} {self._case.rule_text}", skin.unread, indent="")
        if row.claimed_by:
            self._line(_("@{handle} is on this").format(handle=row.claimed_by), skin.unread)
        if row.assigned_to:
            self._line(_("assigned to @{handle}").format(handle=row.assigned_to), skin.unread)
        if row.forwarded_to is not ForwardedTo.NOBODY:
            self._line(_(FORWARDED[row.forwarded_to]), skin.unread)
        if self._case.why_not:
            self._text(f"✗ {_(self._case.why_not)}", skin.unread, indent="")

    def _appeal(self) -> None:
        """What is challenged, and what the member says."""
        appeal, skin = self._case.appeal, self._skin
        if self._case.alone:
            self._text(_("Nobody else can decide this: you may."), skin.unread, indent="")
        if appeal is None:
            return
        self._heading(_("Appeal of @{handle}").format(handle=self._case.row.author.handle))
        self._text(appeal.body)
        self._heading(_("What was decided"))
        facts = (
            _(OUTCOMES[appeal.kind]),
            f"@{appeal.decided_by.handle}",
            format_datetime(appeal.decided_at),
        )
        self._line("  " + " · ".join(facts), skin.dim)
        self._text(appeal.reason)
        if appeal.answer:
            self._heading(_("What was answered"))
            self._text(appeal.answer)
        elif self._case.may_decide:
            self._line()
            self._text(_(HOW_TO_ANSWER), skin.unread, indent="")

    def _reports(self) -> None:
        shown = self._case.posts[self._case.selected].post_id if self._case.posts else None
        self._line()
        for name in self._case.rules:
            self._line(_("⚙ caught by the rule “{name}”").format(name=display_line(name)), self._skin.unread)
        for report in sorted(self._case.reports, key=lambda one: one.post_id != shown):
            self._report(report, elsewhere=report.post_id != shown)

    def _report(self, report: ReportView, *, elsewhere: bool) -> None:
        who = f"@{report.reporter.handle}" if report.reporter else _("somebody")
        what = category_name(report.category, report.rule)
        parts = [f"⚑ {who}", what, format_datetime(report.created_at)]
        if elsewhere:
            parts.append(_("about another post of this case"))
        self._line(" · ".join(parts), self._skin.unread)
        if report.note:
            self._text(report.note)

    def _subject(self) -> None:
        case = self._case
        if not case.posts:
            return
        subject = case.posts[case.selected]
        if len(case.posts) > 1:
            which = _("Post {n} of {count} in this case  ([ and ] for the others)")
            self._heading(which.format(n=case.selected + 1, count=len(case.posts)))
        else:
            self._line()
        found = False
        for post in case.context:
            if post.post_id == subject.post_id:
                self._reported(subject, post)
                found = True
            else:
                self._post(post)
        if not found:
            self._reported(subject, None)

    def _mark(self, *, subject: bool) -> Segment:
        style = self._skin.unread if subject else self._skin.border
        return Segment("▌ " if subject else "  ", self._skin.base + style)

    def _post(self, post: PostView) -> None:
        """A post of the context."""
        skin, mark = self._skin, self._mark(subject=False)
        header = f"{post_number(post.number)} @{post.author.handle} · {format_datetime(post.created_at)}"
        self._lines.append(Strip([mark, Segment(fit(header, self._width - 2), skin.base + skin.accent)]))
        self._state(post, mark)
        self._markdown(post, mark)
        self._lines.append(Strip([mark]))

    def _reported(self, subject: CasePostView, now: PostView | None) -> None:
        """The post that was reported: the text that was, and where it is another now, that too."""
        skin, mark = self._skin, self._mark(subject=True)
        row = self._case.row
        header = f"{post_number(subject.number)} @{row.author.handle} · {format_datetime(subject.created_at)}"
        header += " · " + (_("reported") if self._case.reports else _("in question"))
        style = skin.base + skin.accent + skin.strong
        self._lines.append(Strip([mark, Segment(fit(header, self._width - 2), style)]))
        if now is not None:
            self._state(now, mark)
        if subject.present is not None:
            self._label(mark, _("As it was reported (version {n}):").format(n=subject.revision))
        self._body(subject.body, now, mark)
        if subject.present is not None:
            self._label(mark, _("As it is now (version {n}):").format(n=subject.present_revision))
            self._body(subject.present, now, mark)
        self._lines.append(Strip([mark]))

    def _label(self, mark: Segment, text: str) -> None:
        style = self._skin.base + self._skin.dim + self._skin.strong
        self._lines.append(Strip([mark, Segment(fit(text, self._width - 2), style)]))

    def _state(self, post: PostView, mark: Segment) -> None:
        if post.state is not PostState.VISIBLE:
            self._label(mark, tombstone(post))

    def _body(self, body: str, now: PostView | None, mark: Segment) -> None:
        if now is not None:
            self._markdown(replace(now, body=body), mark)
            return
        for part in display_text(body).split("\n"):
            self._lines += [Strip([mark, *line]) for line in wrap([(part, self._skin.base)], self._width - 2)]

    def _markdown(self, post: PostView, mark: Segment) -> None:
        strips: Iterable[Strip] = rendered(post, self._width - 2, self._skin.palette, self._links)
        self._lines += [Strip([mark, *strip.apply_style(self._skin.base)]) for strip in strips]

    def _author(self) -> None:
        history, skin = self._case.history, self._skin
        posts = ngettext("{n} post here", "{n} posts here", history.posts).format(n=history.posts)
        since = _("since {date}").format(date=format_date(history.joined_at))
        self._heading(f"@{self._case.row.author.handle} · {since} · {posts}")
        if not history.cases:
            self._line("  " + _("no earlier case"), skin.dim)
        else:
            count = ngettext("{n} other case", "{n} other cases", history.cases).format(n=history.cases)
            if history.upheld:
                count += ", " + _("{n} with consequences").format(n=history.upheld)
            self._line(f"  {count}", skin.unread if history.upheld else skin.dim)
        for earlier in history.earlier:
            came_to = _(OUTCOMES[earlier.outcome]) if earlier.outcome else _("still open")
            if earlier.state is CaseState.OPEN:
                came_to = _("still open")
            when = format_date(earlier.opened_at)
            what = category_name(earlier.category, None)
            self._line(f"  {when} · {what} · {came_to} · {earlier.community_slug}", skin.dim)
        for sanction in history.sanctions:
            until = f" → {format_date(sanction.until)}" if sanction.until else ""
            what = f"  {format_date(sanction.created_at)}{until} · {_(SANCTIONS[sanction.kind])}"
            self._line(f"{what} · {sanction.reason}", skin.unread if sanction.running else skin.dim)
        for note in history.notes:
            self._line(f"  ✎ @{note.author.handle} · {format_datetime(note.created_at)}", skin.dim)
            self._text(note.body, indent="    ")

    def _talk(self) -> None:
        member = self._case.row.author.account_id
        for private, heading in (
            (True, _("Among moderators")),
            (False, _("With @{handle}").format(handle=self._case.row.author.handle)),
        ):
            said = [message for message in self._case.messages if message.private is private]
            if said:
                self._heading(heading)
            for message in said:
                arrow = "→" if not private and message.author.account_id != member else "·"
                when = format_datetime(message.created_at)
                self._line(f"  @{message.author.handle} {arrow} {when}", self._skin.dim)
                self._text(message.body, indent="    ")
