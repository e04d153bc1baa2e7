"""A profile: who somebody is, what they know, and what they did where the viewer may read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.widget import Widget

from tui_forum.domain.errors import ForumError
from tui_forum.domain.people import PRAISE_SIGN, RECOGNITION_NAMES, SIGNS, RecognitionKind
from tui_forum.domain.profiles import (
    PraiseReceived,
    ProfileView,
    RecentPost,
    Recognised,
    SharedCommunity,
)
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, explain, format_age, format_date, format_number, ngettext
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.memberwords import ROLES
from tui_forum.ui.navigation import Go, OpenCommunity, OpenThread, Place
from tui_forum.ui.peoplewords import called, time_there, work_of
from tui_forum.ui.render.wrapping import wrap
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Heading, Lines, Note, RowList, columns

NAMES_SHOWN = 3  # communities named in a line
ROOMY = 36  # lines of the window from which on sections stand apart


@dataclass(frozen=True, slots=True)
class Topic:
    """Something one knows or wants to learn; leads to who else does."""

    text: str


@dataclass(frozen=True, slots=True)
class Older:
    """Leads to the next page of praise."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line that leads somewhere; ``right`` stands at the right end."""

    text: str
    target: Topic | SharedCommunity | PraiseReceived | RecentPost | Older
    right: str = ""


def _draw(row: Row, width: int, skin: Skin) -> Lines:
    return (columns(Cell(f"  {row.text}"), [Cell(f"{row.right} ", skin.dim)] if row.right else [], width),)


class ProfileScreen(ListScreen[None]):
    """Somebody's profile, or without a handle one's own."""

    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("open"), hint=True),
        Key(("e",), "edit", N_("change my profile"), hint=True, levels=("mine",)),
        Key(("at",), "giver", N_("profile of who gave the praise")),
        Key(("d",), "withdraw", N_("take back praise")),
        Key(("N",), "notes", N_("moderators' notes"), levels=("other",)),
        Key(("ctrl+r", "f5"), "reload", N_("reload")),
    )

    def __init__(self, handle: str = "") -> None:
        super().__init__()
        self._handle = handle.removeprefix("@")
        self._view: ProfileView | None = None
        self._praise: list[PraiseReceived] = []
        self._posts: list[RecentPost] = []
        self._more_praise = self._more_posts = self._loading = False
        self._width = 0
        self.rows = RowList[Row](_draw)

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    @property
    def level(self) -> str:
        """One's own can be changed."""
        return "mine" if self._view is not None and self._view.profile.mine else "other"

    def heading(self) -> str:
        """Whose."""
        handle = self._handle or self.actor.handle
        return _("My profile") if self.level == "mine" else _("Profile of @{handle}").format(handle=handle)

    # -- loading

    async def on_mount(self) -> None:
        """Load."""
        self.rows.focus()
        await self.action_reload()
        await super().on_mount()

    def on_screen_resume(self) -> None:
        """It may have been changed meanwhile."""
        super().on_screen_resume()
        if self._view is not None:
            self.call_next(self.action_reload)

    async def action_reload(self) -> None:
        """Load anew, the selection where it was; whoever is not there is said on the screen before."""
        try:
            view = await self.forum.profiles.view(self.actor, self._handle)
        except ForumError as error:
            self.forum_app.call_later(self.forum_app.say, explain(error), error=True)
            if self._view is None:
                self.dismiss()
            return
        self._view = view
        self._praise, self._more_praise = list(view.praise), view.more_praise
        self._posts, self._more_posts = list(view.posts), view.more_posts
        self._show()
        self.refresh_bars()

    def on_resize(self, event: events.Resize) -> None:
        """Reasons are wrapped to the width."""
        super().on_resize(event)
        if self._view is not None:
            self._show()

    def _show(self) -> None:
        self._width = self.size.width
        current = self.rows.current
        self.rows.set_items(list(self._items()), keep=lambda row: row == current)

    def _items(self) -> Iterator[Row | Heading]:
        """The lines; where there is room, with space between the sections."""
        roomy = self.size.height >= ROOMY
        for place, item in enumerate(self._lines()):
            if roomy and place and type(item) is Heading:
                yield Note("")
            yield item

    def _lines(self) -> Iterator[Row | Heading]:
        view = self._view
        assert view is not None
        yield from self._about(view)
        yield from self._topics(_("Can help with"), view.profile.helps)
        yield from self._topics(_("Wants to learn"), view.profile.learns)
        yield from self._recognition(view)
        if view.communities:
            yield Heading(_("My communities") if view.profile.mine else _("Communities in common"))
            for row in view.communities:
                role = "" if row.role.value == "member" else _(ROLES[row.role.value])
                yield Row(display_line(row.name), row, role)
        yield from self._praises()
        yield from self._recent()

    def _about(self, view: ProfileView) -> Iterator[Heading]:
        profile, person = view.profile, view.profile.person
        yield Heading(called(person))
        place = display_line(profile.place)
        if person.claimed:
            zone = person.time_zone if profile.mine else time_there(person)
            place = " · ".join(filter(None, (place, zone)))
        languages = display_line(profile.languages)
        for text in (
            work_of(person),
            place,
            _("Speaks {languages}").format(languages=languages) if languages else "",
            _("Here since {date}").format(date=format_date(profile.since)) if person.claimed else "",
        ):
            if text:
                yield Note(f" {text}")
        if profile.mine and not (profile.helps or person.job or person.unit):
            hint = _("Press e to tell others who you are and what you can help with.")
            yield Note(f" {hint}", dim=True)

    @staticmethod
    def _topics(title: str, topics: Sequence[str]) -> Iterator[Row | Heading]:
        if topics:
            yield Heading(title)
            for topic in topics:
                yield Row(display_line(topic), Topic(topic))

    def _recognition(self, view: ProfileView) -> Iterator[Heading]:
        lines = [_recognised(one) for one in view.recognised]
        if view.reactions:
            given = "  ".join(f"{SIGNS[kind]} {format_number(count)}" for kind, count in view.reactions)
            lines.append(_("Reactions to posts: {given}").format(given=given))
        if view.profile.mine and view.profile.hidden:
            kinds = ", ".join(
                _(RECOGNITION_NAMES[kind]) for kind in RecognitionKind if kind in view.profile.hidden
            )
            lines.append(_("Not shown to anybody: {kinds} (g s)").format(kinds=kinds))
        if lines:
            yield Heading(_("Recognition"))
            yield from (Note(f"  {line}") for line in lines)

    def _praises(self) -> Iterator[Row | Heading]:
        if not self._praise:
            return
        yield Heading(_("Praise"))
        for one in self._praise:
            text = _("{sign} @{handle} for #{number} in “{title}”").format(
                sign=PRAISE_SIGN,
                handle=one.giver,
                number=one.post_number,
                title=display_line(one.thread_title),
            )
            yield Row(text, one, format_age(one.created_at, datetime.now(UTC)))
            reason = [(display_line(one.reason), Style.null())]
            for line in wrap(reason, max(20, self._width - 8)):
                yield Note("     " + "".join(segment.text for segment in line), dim=True)
        if self._more_praise:
            yield Row(_("older praise …"), Older())

    def _recent(self) -> Iterator[Row | Heading]:
        if not self._posts:
            return
        yield Heading(_("Recent posts"))
        for post in self._posts:
            where = f"{display_line(post.community_name)} · {format_age(post.created_at, datetime.now(UTC))}"
            yield Row(f"{display_line(post.thread_title)} #{post.number}", post, where)
            yield Note(f"    {post.excerpt}", dim=True)

    async def on_row_list_near_end(self, message: RowList.NearEnd) -> None:
        """Older posts."""
        message.stop()
        view = self._view
        if view is None or self._loading or not self._more_posts or not self._posts:
            return
        self._loading = True
        try:
            account_id = view.profile.person.account_id
            page = await self.ask(self.forum.profiles.posts(self.actor, account_id, self._posts[-1].post_id))
            if page is not None and self._view is view:
                self._posts += page[0]
                self._more_posts = page[1]
                self._show()
        finally:
            self._loading = False

    async def _older_praise(self) -> None:
        view = self._view
        if view is None or not self._praise:
            return
        account_id = view.profile.person.account_id
        page = await self.ask(self.forum.profiles.praise(self.actor, account_id, self._praise[-1].praise_id))
        if page is not None and self._view is view:
            self._praise += page[0]
            self._more_praise = page[1]
            self._show()

    # -- doing

    def action_notes(self) -> None:
        """What moderators note about them."""
        if self._view is not None:
            handle = self._view.profile.person.handle
            self.post_message(Go(Place.NOTES, (handle,), on_top=True))

    async def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Go where the line leads."""
        message.stop()
        row = message.item
        if not isinstance(row, Row):
            return
        target = row.target
        if isinstance(target, Topic):
            self.post_message(Go(Place.WHO_KNOWS, (target.text,), on_top=True))
        elif isinstance(target, SharedCommunity):
            self.post_message(OpenCommunity(target.community_id))
        elif isinstance(target, PraiseReceived):
            self.post_message(OpenThread(target.thread_id, target.post_number))
        elif isinstance(target, RecentPost):
            self.post_message(OpenThread(target.thread_id, target.number))
        else:
            await self._older_praise()

    def action_edit(self) -> None:
        """Change one's own."""
        if self._view is not None:
            self.post_message(Go(Place.PROFILE_EDIT, (self._view.profile,), on_top=True))

    def _selected_praise(self) -> PraiseReceived | None:
        row = self.rows.current
        if row is not None and isinstance(row.target, PraiseReceived):
            return row.target
        self.say(_("Select some praise first."))
        return None

    def action_giver(self) -> None:
        """The profile of who gave the selected praise."""
        praise = self._selected_praise()
        if praise is not None:
            self.post_message(Go(Place.PROFILE, (praise.giver,), on_top=True))

    @dialog
    async def action_withdraw(self) -> None:
        """Take back praise that one gave, or that a moderator must take away."""
        praise = self._selected_praise()
        if praise is None:
            return
        if not praise.may_withdraw:
            self.say(_("Only who gave it can take it back."))
            return
        reason: str | None = ""
        if praise.giver == self.actor.handle:
            question = _("Take back the praise “{reason}”?").format(reason=praise.reason)
            if not await self.forum_app.confirm(question):
                return
        else:
            title = _("Take away the praise by @{handle}. Why?").format(handle=praise.giver)
            prepared = (
                _("Insulting or harassing"),
                _("Confidential information"),
                _("It thanks for nothing real"),
            )
            reason = await self.forum_app.ask_reason(title, prepared)
        if reason is not None:
            await self.ask(self.forum.recognition.withdraw_praise(self.actor, praise.praise_id, reason))
            await self.action_reload()


def _recognised(one: Recognised) -> str:
    count = format_number(one.count)
    if one.kind is RecognitionKind.ANSWERED_FIRST:
        text = ngettext("The first answer to {n} question", "The first answer to {n} questions", one.count)
        return text.format(n=count)
    if one.kind is RecognitionKind.WELCOMED:
        return ngettext("Welcomed {n} newcomer", "Welcomed {n} newcomers", one.count).format(n=count)
    names = ", ".join(map(display_line, one.communities[:NAMES_SHOWN]))
    more = len(one.communities) - NAMES_SHOWN
    return _("Among the first in {communities}").format(communities=names + (f" +{more}" if more > 0 else ""))
