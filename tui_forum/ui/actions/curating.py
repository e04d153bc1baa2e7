"""Curating: pinning, closing, moving, merging and splitting threads; following what is left behind."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tui_forum.domain.curation import PostAddress
from tui_forum.domain.errors import ForumError
from tui_forum.domain.policy import Standing, moderates
from tui_forum.domain.text import display_line, excerpt
from tui_forum.domain.views import SearchHit, ThreadRow
from tui_forum.i18n import _, explain, format_age, format_number, ngettext
from tui_forum.services.curation import Destination
from tui_forum.ui.actions.base import Browsing
from tui_forum.ui.actions.calming import CalmingActions
from tui_forum.ui.modals.find import FindModal
from tui_forum.ui.modals.pick import Choice
from tui_forum.ui.navigation import Go, OpenThread, Place
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, columns

TITLE_CELLS = 60  # of a post's beginning, offered as the title of a thread of its own


def _draw_destination(place: Destination, width: int, skin: Skin) -> Lines:
    slug = Cell(f"{display_line(place.slug)} ", skin.dim)
    return (columns(Cell(f" {display_line(place.name)}"), [slug], width),)


def _draw_candidate(hit: SearchHit, width: int, skin: Skin) -> Lines:
    age = format_age(hit.last_post_at, datetime.now(UTC))
    where = Cell(f"{display_line(hit.community_slug)} · {age} ", skin.dim)
    return (columns(Cell(f" {display_line(hit.title)}"), [where], width),)


@dataclass(frozen=True, slots=True)
class Subject:
    """The thread that is to be curated: the open one, or the selected line of the list."""

    thread_id: int
    community_id: int
    title: str
    pinned: bool
    closed: bool
    posts: int


class CuratingActions(CalmingActions, Browsing):
    """Keys ``u L s M * g t`` and ``Enter`` at a post."""

    def _subject(self) -> Subject | None:
        thread = self.reader.thread
        if self.level == "posts":
            if thread is None:
                return None
            return Subject(
                thread.thread_id, thread.community_id, thread.title, thread.pinned, thread.locked,
                thread.post_count,
            )  # fmt: skip
        row = self.threads.current
        if not isinstance(row, ThreadRow):
            return None
        return Subject(
            row.thread_id, row.community_id, row.title, row.pinned, row.locked, row.reply_count + 1
        )

    async def action_pin(self) -> None:
        """Pin or unpin the thread, as a moderator."""
        thread = self._subject()
        if thread is None:
            return
        if thread.pinned:
            call, sentence = self.forum.curation.unpin, _("No longer pinned.")
        else:
            call, sentence = self.forum.curation.pin, _("Pinned: it stays at the top of the list.")
        await self._curate(call(self.actor, thread.thread_id), sentence)

    async def action_close_thread(self) -> None:
        """Close or reopen the thread, as a moderator."""
        thread = self._subject()
        if thread is None:
            return
        if thread.closed:
            call, sentence = self.forum.curation.reopen, _("Open again: members can write in it.")
        else:
            call, sentence = self.forum.curation.close, _("Closed: nobody but moderators can write in it.")
        await self._curate(call(self.actor, thread.thread_id), sentence)

    @dialog
    async def action_calm(self) -> None:
        """Restrict the thread for a time, or end that, as a moderator."""
        thread = self._subject()
        if thread is None:
            return
        if not self._may_curate():
            self.say(_("Only moderators may do that."), error=True)
            return
        view = await self.ask(self.forum.threads.view(self.actor, thread.thread_id))
        if view is not None:
            title = _("Restrict “{title}”").format(title=display_line(view.title))
            running = [one for one in view.restrictions if one.of_thread]
            await self.restrict(title, running, view.community_id, view.thread_id)

    async def _curate(self, call: Awaitable[object], sentence: str) -> bool:
        """Do it and say so, or say why not."""
        try:
            await call
        except ForumError as error:
            self.say(explain(error), error=True)
            return False
        self.say(sentence)
        return True

    # -- moving, merging, splitting

    @dialog
    async def action_rearrange(self) -> None:
        """Move, merge or split the thread, as a moderator."""
        thread = self._subject()
        if thread is None:
            return
        if not self._may_curate():
            self.say(_("Only moderators may do that."), error=True)
            return
        ways = [
            (Choice(_("move the thread to another community")), self._move),
            (Choice(_("merge it into another thread")), self._merge),
        ]
        post = self.reader.current
        if self.level == "posts" and (self.reader.marked or (post is not None and post.number > 1)):
            marked = len(self.reader.marked)
            if marked:
                label = ngettext(
                    "split off {n} marked post and its replies",
                    "split off {n} marked posts and their replies",
                    marked,
                )
                ways.append((Choice(label.format(n=format_number(marked))), self._split_marked))
            else:
                ways.append((Choice(_("split off this post and its replies")), self._split_one))
            ways.append((Choice(_("split off all posts from this one on")), self._split_from))
        title = display_line(thread.title)
        chosen = await self.forum_app.pick(title, [choice for choice, _way in ways])
        if chosen is not None:
            await ways[chosen][1](thread)

    def _may_curate(self) -> bool:
        if self.level == "posts":
            return self.reader.thread is not None and self.reader.thread.may_moderate
        role = self.community.role if self.community is not None else None
        return moderates(Standing(self.actor.site_role, role))

    async def _move(self, thread: Subject) -> None:
        async def others(words: str) -> Sequence[Destination]:
            found = await self.forum.curation.destinations(self.actor, words)
            return [place for place in found if place.community_id != thread.community_id]

        if not await others(""):
            self.say(_("You moderate no other community that it could go to."))
            return
        where = await self.app.push_screen(
            FindModal(_("Move “{title}” to:").format(title=thread.title), others, _draw_destination),
            wait_for_dismiss=True,
        )
        if where is None:
            return
        question = _("Move “{title}” to {community}? Its author is told; a line here says where it went.")
        if await self.forum_app.confirm(question.format(title=thread.title, community=where.name)):
            await self._curate(
                self.forum.curation.move(self.actor, thread.thread_id, where.community_id),
                _("It is in {community} now.").format(community=where.name),
            )

    async def _merge(self, thread: Subject) -> None:
        async def others(words: str) -> Sequence[SearchHit]:
            found = await self.forum.curation.candidates(self.actor, words)
            return [hit for hit in found if hit.thread_id != thread.thread_id]

        into = await self.app.push_screen(
            FindModal(_("Merge “{title}” into:").format(title=thread.title), others, _draw_candidate),
            wait_for_dismiss=True,
        )
        if into is None:
            return
        question = ngettext(
            "Put the {n} post of “{title}” into “{into}”, in the order of time? Its author is told.",
            "Put the {n} posts of “{title}” into “{into}”, in the order of time? Its author is told.",
            thread.posts,
        )
        if await self.forum_app.confirm(
            question.format(n=format_number(thread.posts), title=thread.title, into=into.title)
        ):
            await self._curate_and_go(self.forum.curation.merge(self.actor, thread.thread_id, into.thread_id))

    async def _split_one(self, thread: Subject) -> None:
        post = self.reader.current
        if post is not None:
            await self._split(thread, [post.number], None)

    async def _split_marked(self, thread: Subject) -> None:
        numbers = [post.number for post in self.reader.posts if post.post_id in self.reader.marked]
        await self._split(thread, numbers, None)

    async def _split_from(self, thread: Subject) -> None:
        post = self.reader.current
        if post is not None:
            await self._split(thread, [], post.number)

    async def _split(self, thread: Subject, numbers: list[int], from_number: int | None) -> None:
        first = min([*numbers, *([from_number] if from_number is not None else [])])
        body = next((post.body for post in self.reader.posts if post.number == first), "")
        places: list[PostAddress] = []

        async def take(title: str) -> None:
            places.append(
                await self.forum.curation.split(
                    self.actor, thread.thread_id, title, numbers=numbers, from_number=from_number
                )
            )

        if await self.forum_app.ask_until_taken(
            _("The title of the new thread:"), take, excerpt(body, TITLE_CELLS)
        ):
            self.post_message(OpenThread(places[0].thread_id, places[0].number))

    async def _curate_and_go(self, call: Awaitable[PostAddress]) -> None:
        """Do it and show where the posts are now, or say why not."""
        try:
            place = await call
        except ForumError as error:
            self.say(explain(error), error=True)
        else:
            self.post_message(OpenThread(place.thread_id, place.number))

    def action_mark(self) -> None:
        """Mark the selected post for splitting, or take its mark away."""
        post = self.reader.current
        if post is None:
            return
        if not self._may_curate():
            self.say(_("Only moderators may do that."), error=True)
            return
        self.reader.mark(post)
        count = len(self.reader.marked)
        marked = ngettext("{n} post is marked: M splits.", "{n} posts are marked: M splits.", count)
        self.say(marked.format(n=format_number(count)) if count else _("No post is marked."))

    def action_templates(self) -> None:
        """What the community's hosts offer to begin a thread with."""
        if self.community is not None:
            self.post_message(Go(Place.TEMPLATES, (self.community.community_id,), on_top=True))

    def action_follow(self) -> None:
        """Go to where posts went that were at the selected one."""
        post = self.reader.current
        if post is None:
            return
        beside = self.reader.beside(post)
        signs = (*beside.above, *beside.below)
        target = next((sign.target for sign in signs if sign.target is not None), None)
        if target is None:
            self.say(_("Nothing leads elsewhere from this post."))
        else:
            self.post_message(OpenThread(target.thread_id, target.number))
