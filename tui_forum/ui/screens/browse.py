"""Communities → threads → posts: three panes side by side when wide, one at a time when narrow."""

from __future__ import annotations

from typing import ClassVar, Final, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from tui_forum.domain.curation import LeftBehind, PostAddress, in_order
from tui_forum.domain.entities import PostOrder
from tui_forum.domain.errors import ForumError
from tui_forum.domain.events import IN_THREAD, Event, EventKind, community_topic, thread_topic
from tui_forum.domain.limits import PAGE_SIZE
from tui_forum.domain.policy import Action, decide
from tui_forum.domain.views import (
    CommunityRow,
    HomeView,
    PostPage,
    PostView,
    ThreadCursor,
    ThreadRow,
    ThreadView,
)
from tui_forum.i18n import N_, _, format_number, phrase
from tui_forum.services.communities import standing_in
from tui_forum.ui.actions.announcing import AnnouncementActions
from tui_forum.ui.actions.calming import restriction_lines
from tui_forum.ui.actions.charter import CharterActions
from tui_forum.ui.actions.curating import CuratingActions
from tui_forum.ui.actions.joining import JoiningActions
from tui_forum.ui.actions.moderating import ModeratingActions
from tui_forum.ui.actions.people import PeopleActions
from tui_forum.ui.actions.recognition import RecognitionActions
from tui_forum.ui.actions.voting import VotingActions
from tui_forum.ui.homepages import HomePages
from tui_forum.ui.keys import Key
from tui_forum.ui.navigation import Go, Place
from tui_forum.ui.screen import WIDE, dialog
from tui_forum.ui.widgets.bars import Footer, StatusBar
from tui_forum.ui.widgets.listings import draw_community, draw_listed
from tui_forum.ui.widgets.reader import Reader
from tui_forum.ui.widgets.rows import RowList

HOME: Final = "home"
THREADS: Final = "threads"
POSTS: Final = "posts"

_LISTS: Final = (HOME, THREADS)
RELOADED: Final = 500  # threads that are loaded again at once when one comes back to a long list

#: What changes a line of home, or what waits for one.
_CHANGES_HOME: Final = frozenset(
    {
        EventKind.POST_CREATED, EventKind.READ_MOVED, EventKind.MEMBER_JOINED, EventKind.MEMBER_LEFT,
        EventKind.COMMUNITY_OPENED, EventKind.POSTS_IMPORTED, EventKind.NOTICE_SENT,
        EventKind.MEMBER_CHANGED, EventKind.MEMBER_INVITED, EventKind.INVITATION_CLOSED,
        EventKind.JOIN_REQUESTED, EventKind.REQUEST_CLOSED, EventKind.COMMUNITY_CHANGED,
        EventKind.THREAD_MOVED, EventKind.THREAD_MERGED, EventKind.THREAD_SPLIT,
        EventKind.COMMUNITY_ARCHIVED, EventKind.COMMUNITY_REOPENED, EventKind.COMMUNITY_MERGED,
    }
)  # fmt: skip
_CHANGES_HEADER: Final = frozenset(
    {
        EventKind.THREAD_LOCKED, EventKind.THREAD_UNLOCKED, EventKind.THREAD_PINNED,
        EventKind.THREAD_UNPINNED, EventKind.POST_EDITED, EventKind.POLL_VOTED, EventKind.POLL_CLOSED,
        EventKind.ACKNOWLEDGED,
    }
)  # fmt: skip
#: What gives posts or threads another place.
_CHANGES_ADDRESSES: Final = frozenset(
    {EventKind.THREAD_MOVED, EventKind.THREAD_MERGED, EventKind.THREAD_SPLIT}
)
#: What changes the order or the length of a community's list.
_CHANGES_LIST: Final = frozenset(
    {
        EventKind.POST_CREATED, EventKind.THREAD_STARTED, EventKind.POSTS_IMPORTED,
        EventKind.THREAD_PINNED, EventKind.THREAD_UNPINNED, *_CHANGES_ADDRESSES,
    }
)  # fmt: skip
_CHANGES_RIGHTS: Final = frozenset({EventKind.SANCTION_CHANGED, EventKind.RESTRICTION_CHANGED})
_CHANGES_MINE: Final = frozenset({EventKind.MEMBER_JOINED, EventKind.MEMBER_LEFT})
_CHANGES_QUEUE: Final = frozenset({EventKind.POST_REPORTED, EventKind.CASE_DECIDED})


class BrowseScreen(
    RecognitionActions,
    PeopleActions,
    ModeratingActions,
    JoiningActions,
    CuratingActions,
    VotingActions,
    CharterActions,
    AnnouncementActions,
):
    """The main screen."""

    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("open"), hint=True, levels=_LISTS),
        Key(("enter",), "follow", N_("follow where posts went"), levels=(POSTS,)),
        Key(("r",), "reply", N_("reply"), hint=True, levels=(POSTS,)),
        Key(("R",), "quote", N_("quote"), hint=True, levels=(POSTS,)),
        Key(("c",), "compose", N_("new thread"), hint=True, levels=(THREADS, POSTS)),
        Key(("q", "escape", "h", "left"), "back", N_("back"), hint=True, levels=(THREADS, POSTS)),
        Key(("tab", "n"), "next_unread", N_("next unread"), hint=True),
        Key(("J",), "join", N_("join or leave"), hint=True, levels=(HOME,)),
        Key(("i",), "about", N_("about"), hint=True, levels=(HOME,)),
        Key(("i",), "about", N_("about this community"), levels=(THREADS, POSTS)),
        Key(("H",), "host", N_("host's page")),
        Key(("C",), "charter", N_("charter")),
        Key(("O",), "open_new", N_("open a community"), levels=(HOME,)),
        Key(("U",), "unanswered", N_("what nobody has answered"), levels=_LISTS),
        Key(("a",), "acknowledge", N_("acknowledge"), levels=(POSTS,)),
        Key(("Y",), "not_yet", N_("who has not acknowledged"), levels=(POSTS,)),
        Key(("j", "down"), "down", N_("down")),
        Key(("k", "up"), "up", N_("up")),
        Key(("pagedown", "ctrl+f", "space"), "page_down", N_("page down")),
        Key(("pageup", "ctrl+b"), "page_up", N_("page up")),
        Key(("ctrl+d",), "half_down", N_("half a page down")),
        Key(("ctrl+u",), "half_up", N_("half a page up")),
        Key(("g g", "home"), "first", N_("to the beginning")),
        Key(("g t",), "templates", N_("templates of the community"), levels=(THREADS, POSTS)),
        Key(("G", "end"), "last", N_("to the end")),
        Key(("t",), "toggle_order", N_("by time or as a tree"), hint=True, levels=(POSTS,)),
        Key(("p",), "parent", N_("to the post this answers"), levels=(POSTS,)),
        Key(("plus",), "react", N_("react"), hint=True, levels=(POSTS,)),
        Key(("P",), "praise", N_("praise the author"), levels=(POSTS,)),
        Key(("w",), "welcome", N_("welcome a newcomer"), levels=(POSTS,)),
        Key(("at",), "profile", N_("profile of the author, or of who is named"), levels=(THREADS, POSTS)),
        Key(("exclamation_mark",), "report", N_("report"), hint=True, levels=(POSTS,)),
        Key(("e",), "edit", N_("edit my post"), levels=(POSTS,)),
        Key(("d",), "delete", N_("delete my post"), levels=(POSTS,)),
        Key(("v",), "revisions", N_("earlier versions"), levels=(POSTS,)),
        Key(("V",), "vote", N_("vote"), levels=(POSTS,)),
        Key(("A",), "accept", N_("accept as answer"), levels=(POSTS,)),
        Key(("u",), "pin", N_("pin or unpin the thread"), levels=(THREADS, POSTS)),
        Key(("L",), "close_thread", N_("close or reopen the thread"), levels=(THREADS, POSTS)),
        Key(("s",), "calm", N_("slow mode, approval first, read only"), levels=(THREADS, POSTS)),
        Key(("M",), "rearrange", N_("move, merge or split the thread"), levels=(THREADS, POSTS)),
        Key(("asterisk",), "mark", N_("mark for splitting"), levels=(POSTS,)),
        Key(("m",), "mark_read", N_("mark all as read"), levels=_LISTS),
        Key(("ctrl+r", "f5"), "reload", N_("reload")),
        Key(("q", "escape"), "leave_hint", N_("leave"), levels=(HOME,)),
    )

    def __init__(self) -> None:
        super().__init__()
        self._level = HOME
        self.community: CommunityRow | None = None
        self._next_threads: ThreadCursor | None = None
        self._pages = HomePages()
        self._mine: tuple[int, ...] = ()
        self._loading = False
        self._stale = False  # lists that were not shown have missed something
        self.home = RowList[CommunityRow](draw_community, row_height=2, empty=_("There is no community yet."))
        self.threads = RowList[ThreadRow | LeftBehind](draw_listed, empty=_("No threads yet."))
        self.reader = Reader()
        self.limits = Static("", id="limits", markup=False)
        self.limits.display = False
        self.home.id, self.threads.id, self.reader.id = "home", "threads", "reader"
        # One pane until the width is known: the first frame must not jump.
        self.threads.display = self.reader.display = False

    # -- layout

    def compose(self) -> ComposeResult:
        """The three panes between the bars."""
        yield StatusBar()
        yield self.limits
        with Horizontal(id="panes"):
            yield self.home
            yield self.threads
            yield self.reader
        yield Footer()

    @property
    def level(self) -> str:
        """Which pane has the keys."""
        return self._level

    @property
    def _pane(self) -> Widget:
        panes: dict[str, Widget] = {HOME: self.home, THREADS: self.threads, POSTS: self.reader}
        return panes[self._level]

    def on_resize(self, event: events.Resize) -> None:
        """Side by side or one at a time."""
        self._arrange(event.size.width)
        if self._stale and self.home.display:
            self._stale = False
            self.call_next(self._catch_up)
        super().on_resize(event)
        if self._pages.more:
            self.call_after_refresh(self._fill_home)

    def _arrange(self, width: int) -> None:
        wide = width >= WIDE
        self.set_class(wide, "-wide")
        for pane in (self.home, self.threads, self.reader):
            pane.display = wide or pane is self._pane

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A click on another pane: it has the keys from now on."""
        panes: dict[Widget, str] = {self.home: HOME, self.threads: THREADS, self.reader: POSTS}
        level = panes.get(event.widget)
        if level not in (None, self._level):
            self._level = level
            self._watch()
            self.refresh_bars()

    def _go(self, level: str) -> None:
        self._level = level
        self._arrange(self.size.width)
        self._pane.focus()
        self._watch()
        self.refresh_bars()

    def refresh_bars(self) -> None:
        """What restricts the place stands under the heading while it does; writing is offered to who may."""
        super().refresh_bars()
        empty = (
            _("No threads yet.") if self.why_no_thread else _("No threads yet: press c to write the first.")
        )
        if self.threads.empty != empty:
            self.threads.empty = empty
            self.threads.refresh()
        if self._level == POSTS and self.reader.thread is not None:
            found = self.reader.thread.restrictions
        else:
            found = self.community.restrictions if self.community and self._level == THREADS else ()
        lines = restriction_lines(found)
        if self.limits.display != bool(lines):
            self.limits.display = bool(lines)
        self.limits.update(lines)

    def heading(self) -> str:
        """Where one is, and how far in the thread."""
        thread, community = self.reader.thread, self.community
        if self._level == POSTS and thread is not None:
            marks = ("📌 " if thread.pinned else "") + ("🔒 " if thread.locked else "")
            number = self.reader.current.number if self.reader.current else thread.last_number
            place = f"{format_number(min(number, thread.last_number))}/{format_number(thread.last_number)}"
            if thread.held:
                place = _("waits for a moderator")
            order = _("tree") if self.reader.order is PostOrder.TREE else ""
            noted = ""
            if thread.acknowledgements is not None:
                done, asked = map(format_number, thread.acknowledgements)
                noted = _("acknowledged {done}/{asked}").format(done=done, asked=asked)
            where = " · ".join(filter(None, (place, order, noted)))
            gap = " · " if order or noted or thread.held else " "  # words do not run into the title
            return f"{where}{gap}{marks}{thread.title} ({thread.community_name})"
        if self._level == THREADS and community is not None:
            name = _("{name} (archived)") if community.archived else "{name}"
            return f"{name.format(name=community.name)} · {community.statement}"
        return self.forum_app.title_text

    def _watch(self) -> None:
        thread = self.reader.thread
        topics = []
        if self.community is not None:
            topics.append(community_topic(self.community.community_id))
        if thread is not None:
            topics.append(thread_topic(thread.thread_id))
        topics.extend(map(community_topic, self._mine))
        self.forum_app.follow(*topics)
        reading = self._level == POSTS and thread is not None
        self.forum_app.look(
            self.community.community_id if self.community and self._level != HOME else None,
            thread.thread_id if reading and thread is not None else None,
        )
        if reading and thread is not None:
            self.forum_app.set_terminal_title(thread.title)
        elif self.community is not None and self._level == THREADS:
            self.forum_app.set_terminal_title(self.community.name)
        else:
            self.forum_app.set_terminal_title(self.forum_app.title_text)

    # -- loading

    async def on_mount(self) -> None:
        """Show home."""
        self.home.focus()
        view = await self.ask(self.forum_app.first_home())
        if view is not None:
            await self._show_home(view)
        self._watch()
        self.call_later(self._follow_mine)
        await super().on_mount()

    async def _show_home(self, view: HomeView) -> None:
        self._pages.show(view)
        self.forum_app.note_waiting(view.open_cases, view.unseen_notices)
        self._show_pages()
        await self._fill_home()

    async def _fill_home(self) -> None:
        """A tall window shows more than one page."""
        while self._pages.more and not self.home.is_full:
            if not await self._more_home():
                break

    def _show_pages(self) -> None:
        current = self.home.current
        self.home.set_items(
            self._pages.items(),
            keep=lambda row: current is not None and row.community_id == current.community_id,
        )

    async def _more_home(self) -> bool:
        """The next page of one's communities, or of others; False when there is none."""
        pages = self._pages
        if pages.joined_next is not None:
            joined = await self.ask(self.forum.communities.joined(self.actor, pages.joined_next))
            if joined is None:
                return False
            pages.add_joined(*joined)
        elif pages.others_next is not None:
            others = await self.ask(self.forum.communities.others(self.actor, pages.others_next))
            if others is None:
                return False
            pages.add_others(*others)
        else:
            return False
        self._show_pages()
        return True

    async def _follow_mine(self) -> None:
        """Hear of all of one's communities, also of those that are not loaded yet."""
        found = await self.ask(self.forum.communities.joined_ids(self.actor))
        if found is not None and found != self._mine:
            self._mine = found
            self._watch()

    async def reload_home(self) -> None:
        """Load home again, keeping the selection."""
        view = await self.ask(self.forum.communities.home(self.actor, self._pages.limit))
        if view is not None:
            await self._show_home(view)
            self.refresh_bars()

    async def go_home(self) -> None:
        """To the communities."""
        self._go(HOME)
        await self.reload_home()

    async def open_community(self, community_id: int) -> None:
        """Show a community's threads."""
        community = await self.ask(self.forum.communities.community_by_id(self.actor, community_id))
        if community is None:
            return
        if not await self._may_read(community):
            return
        self.community = community
        await self._load_threads(None)
        self._point_home()
        self._go(THREADS)

    def _point_home(self) -> None:
        """However one came here: the list of communities stands at the one that is open."""
        here = self.community.community_id if self.community is not None else None
        for index, row in enumerate(self.home.items):
            if isinstance(row, CommunityRow) and row.community_id == here:
                self.home.select(index)
                return

    async def _may_read(self, community: CommunityRow) -> bool:
        """Whether one may; says so when a sanction keeps one from it."""
        verdict = decide(Action.READ, standing_in(self.actor, community))
        if community.bars and not verdict.allowed:
            self.say(phrase(verdict.reason, verdict.params), error=True)
            return False
        return True

    async def _load_threads(self, keep: int | None) -> None:
        """Load the list; with a thread to ``keep`` selected, as far as it was loaded before."""
        if self.community is None:
            return
        place = self.community.community_id
        loaded = sum(isinstance(row, ThreadRow) and row.community_id == place for row in self.threads.items)
        if keep is not None and loaded > RELOADED:
            await self._refresh_rows(keep)
            return
        limit = PAGE_SIZE if keep is None else max(PAGE_SIZE, loaded)
        page = await self.ask(self.forum.threads.page(self.actor, place, limit=limit))
        if page is not None:
            self._next_threads = page.next
            rows = in_order(page.rows, page.left_behind)
            self.threads.set_items(rows, keep=lambda row: row.thread_id == keep)

    async def open_thread(self, thread_id: int, number: int | None = None) -> None:
        """Show a thread: at post ``number``, or where unread begins. Old addresses lead on."""
        address = await self.ask(self.forum.threads.resolve(self.actor, thread_id, number))
        if address is None or (read := await self._read(address)) is None:
            return
        view, page = read
        if self.community is None or self.community.community_id != view.community_id:
            self.community = await self.ask(
                self.forum.communities.community_by_id(self.actor, view.community_id)
            )
            await self._load_threads(view.thread_id)
            self._point_home()
        elif view.held and self.threads.display:
            await self._load_threads(view.thread_id)  # nobody is told of it, not even this list
        # The reader must have its size before it is filled: the pane may have been hidden.
        self._go(POSTS)
        self._fill_reader(view, page, address)
        if view.thread_id != thread_id:
            self.say(_("What was there is in “{title}” now.").format(title=view.title))

    async def _read(self, address: PostAddress) -> tuple[ThreadView, PostPage] | None:
        view = await self.ask(self.forum.threads.view(self.actor, address.thread_id))
        if view is None:
            return None
        page = await self.ask(
            self.forum.threads.posts(
                self.actor,
                view.thread_id,
                order=self.reader.order,
                around=view.landing if address.number is None else address.number,
            )
        )
        return None if page is None else (view, page)

    def _fill_reader(self, view: ThreadView, page: PostPage, address: PostAddress) -> None:
        self.reader.more_before, self.reader.more_after = page.more_before, page.more_after
        self.reader.show(view, page.posts, page.order, address.number)
        self._watch()
        self.refresh_bars()

    @on(RowList.Chosen)
    async def _chosen(self, message: RowList.Chosen) -> None:
        message.stop()
        if isinstance(message.item, CommunityRow) and not message.item.readable:
            self.action_about()
        elif isinstance(message.item, CommunityRow):
            await self.open_community(message.item.community_id)
        elif isinstance(message.item, ThreadRow):
            await self.open_thread(message.item.thread_id)
        elif isinstance(message.item, LeftBehind):
            await self.open_thread(message.item.target.thread_id, message.item.target.number)

    @on(RowList.NearEnd)
    async def _near_end(self, message: RowList.NearEnd) -> None:
        message.stop()
        if self._loading:
            return
        self._loading = True
        try:
            if cast("Widget", message.rows) is self.threads and self._next_threads and self.community:
                page = await self.ask(
                    self.forum.threads.page(self.actor, self.community.community_id, self._next_threads)
                )
                if page is not None:
                    self._next_threads = page.next
                    self.threads.add_items(in_order(page.rows, page.left_behind))
            elif cast("Widget", message.rows) is self.home:
                await self._more_home()
        finally:
            self._loading = False

    @on(Reader.NeedMore)
    async def _more_posts(self, message: Reader.NeedMore) -> None:
        message.stop()
        if not self._loading and self.reader.posts:
            await self._fetch(forwards=message.forwards)

    async def _fetch(self, *, forwards: bool) -> None:
        thread = self.reader.thread
        if thread is None or not self.reader.posts:
            return
        self._loading = True
        try:
            edge = self.reader.edge(forwards=forwards)
            page = await self.ask(
                self.forum.threads.posts(
                    self.actor,
                    thread.thread_id,
                    order=self.reader.order,
                    before=None if forwards else edge,
                    after=edge if forwards else None,
                )
            )
            if page is not None and self.reader.thread is thread:
                more = page.more_after if forwards else page.more_before
                self.reader.extend(page.posts, forwards=forwards, more=more)
        finally:
            self._loading = False

    @on(Reader.Seen)
    def _seen(self, message: Reader.Seen) -> None:
        """Pointers of a burst of scrolling are written once: the worker replaces the one before."""
        message.stop()
        thread = self.reader.thread
        if thread is not None and thread.role is not None:
            self.forum_app.mark_read(thread.thread_id, message.number)

    @on(Reader.Moved)
    @on(RowList.Moved)
    def _moved(self, message: Reader.Moved | RowList.Moved) -> None:
        message.stop()
        if self._level == POSTS:
            self.refresh_bars()

    # -- live

    async def on_forum_event(self, event: Event) -> None:
        """Reload the little that changed, through the services."""
        kind = event.kind
        if kind in _CHANGES_RIGHTS:
            await self._rights_changed(event)
        thread = self.reader.thread
        here = thread is not None and event.thread_id == thread.thread_id
        if kind is EventKind.POST_CREATED and here:
            await self._new_posts()
        elif here and event.post_id is not None and "number" in event.data:
            post = await self._quietly(int(str(event.data["number"])))
            if post is not None:
                self.reader.update_post(post)
        elif kind is EventKind.NEWCOMER_WELCOMED:
            self.reader.welcomed(event.account_id)
        elif here and kind in _CHANGES_HEADER:
            await self.reload_header()
        elif here and kind in _CHANGES_ADDRESSES:
            await self._stay_with_post()
        await self._follow_lists(event)
        self.refresh_bars()

    async def _rights_changed(self, event: Event) -> None:
        """A sanction or a restriction began or is over: what one may do here is another."""
        mine, community = event.kind is EventKind.SANCTION_CHANGED, self.community
        if mine:
            await self.reload_home()
        if community is None or not (mine or event.community_id == community.community_id):
            return
        fresh = await self.ask(self.forum.communities.community_by_id(self.actor, community.community_id))
        if fresh is None or not await self._may_read(fresh):
            self.community = None
            self.reader.clear()
            self._go(HOME)
            return
        self.community = fresh
        await self.reload_header()

    async def _stay_with_post(self) -> None:
        """What is read has got another thread, community or number: the same post stays selected."""
        thread, post = self.reader.thread, self.reader.current
        if thread is None:
            return
        try:
            address = await self.forum.threads.resolve(
                self.actor, thread.thread_id, post.number if post is not None else None
            )
        except ForumError:
            self.reader.clear()
            if self._level == POSTS:
                self._go(THREADS)
                self.say(_("This thread went to where you cannot read."), error=True)
            return
        read = await self._read(address)
        if read is not None:
            self.reader.clear()  # its numbers are others now
            self._fill_reader(*read, address)
            if address.thread_id != thread.thread_id:
                self.say(_("What was there is in “{title}” now.").format(title=read[0].title))

    async def _follow_lists(self, event: Event) -> None:
        """Keep the lists that are shown up to date; going back to a hidden one loads it anyway."""
        if event.kind in IN_THREAD:
            return
        in_list = self.community is not None and event.community_id == self.community.community_id
        if in_list and self.threads.display:
            await self._refresh_list(event)
        if event.kind in _CHANGES_MINE and event.account_id == self.actor.account_id:
            await self._follow_mine()
        # Only who moderates hears of the queue; the count at the top is loaded with home.
        if event.kind in _CHANGES_QUEUE or (event.kind in _CHANGES_HOME and self.home.display):
            await self.reload_home()
        elif in_list or event.kind in _CHANGES_HOME:
            self._stale = True

    async def _catch_up(self) -> None:
        """The window has become wide: lists are shown that were not kept up to date."""
        await self.reload_home()
        current = self.threads.current
        await self._load_threads(current.thread_id if current else None)

    async def _quietly(self, number: int) -> PostView | None:
        assert self.reader.thread is not None
        return await self.ask(self.forum.threads.post(self.actor, self.reader.thread.thread_id, number))

    async def reload_header(self) -> None:
        """What the open thread says of itself."""
        thread = self.reader.thread
        if thread is None:
            return
        view = await self.ask(self.forum.threads.view(self.actor, thread.thread_id))
        if view is None:
            return
        accepted = {thread.accepted_number, view.accepted_number} - {None}
        self.reader.retitle(view)
        if thread.accepted_number != view.accepted_number:
            for post in [post for post in self.reader.posts if post.number in accepted]:
                fresh = await self._quietly(post.number)
                if fresh is not None:
                    self.reader.update_post(fresh)

    async def _new_posts(self) -> None:
        """Append what came, when the end of the thread is in the window; never move the view."""
        await self.reload_header()
        if self.reader.more_after or not self.reader.posts:
            return
        if not any(post.published for post in self.reader.posts):
            await self._window_around(1)  # a thread that was held has come to be seen
            return
        if self.reader.order is PostOrder.CHRONOLOGICAL:
            await self._fetch(forwards=True)
            return
        current = self.reader.current
        if current is not None and self.reader.thread is not None:
            page = await self.ask(
                self.forum.threads.posts(
                    self.actor, self.reader.thread.thread_id, order=PostOrder.TREE, around=current.number
                )
            )
            if page is not None:
                self.reader.refill(page)

    async def _refresh_list(self, event: Event) -> None:
        if event.kind in _CHANGES_LIST:
            current = self.threads.current
            if self.threads.index < len(self.threads.items) and len(self.threads.items) <= 50:
                await self._load_threads(current.thread_id if current else None)
                return
        await self._refresh_rows(event.thread_id)

    async def _refresh_rows(self, thread_id: int | None) -> None:
        """Load the line of one thread again, where it stands."""
        for index, row in enumerate(self.threads.items):
            if isinstance(row, ThreadRow) and row.thread_id == thread_id:
                fresh = await self.ask(self.forum.threads.row(self.actor, row.thread_id))
                if fresh is not None:
                    self.threads.replace(index, fresh)

    # -- movement

    def action_down(self) -> None:
        """One row, or one post."""
        if self._level == POSTS:
            self.reader.line_down()
        else:
            cast("RowList[object]", self._pane).move(1)

    def action_up(self) -> None:
        """One row, or one post."""
        if self._level == POSTS:
            self.reader.line_up()
        else:
            cast("RowList[object]", self._pane).move(-1)

    def _page(self, pages: float) -> None:
        if self._level == POSTS:
            self.reader.page(pages)
            self.refresh_bars()
        else:
            cast("RowList[object]", self._pane).move_page(pages)

    def action_page_down(self) -> None:
        """A page."""
        self._page(1)

    def action_page_up(self) -> None:
        """A page."""
        self._page(-1)

    def action_half_down(self) -> None:
        """Half a page."""
        self._page(0.5)

    def action_half_up(self) -> None:
        """Half a page."""
        self._page(-0.5)

    async def action_first(self) -> None:
        """The first row, or the first post of the thread."""
        await self._jump_to_end(first=True)

    async def action_last(self) -> None:
        """The last row that is loaded, or the last post of the thread."""
        await self._jump_to_end(first=False)

    async def _jump_to_end(self, *, first: bool) -> None:
        thread = self.reader.thread
        if self._level != POSTS:
            rows = cast("RowList[object]", self._pane)
            rows.select(0 if first else len(rows.items) - 1, 1 if first else -1)
        elif thread is not None:
            if self.reader.more_before if first else self.reader.more_after:
                await self._window_around(1 if first else thread.last_number)
            self.reader.jump(0 if first else len(self.reader.posts) - 1)
        self.refresh_bars()

    async def _window_around(self, number: int) -> None:
        thread = self.reader.thread
        if thread is None:
            return
        page = await self.ask(
            self.forum.threads.posts(self.actor, thread.thread_id, order=self.reader.order, around=number)
        )
        if page is not None:
            self.reader.more_before, self.reader.more_after = page.more_before, page.more_after
            self.reader.show(thread, page.posts, page.order, number)

    def action_enter(self) -> None:
        """Open the selected row."""
        cast("RowList[object]", self._pane).choose()

    async def action_back(self) -> None:
        """One level up; what was read there shows."""
        if self._level == POSTS:
            thread = self.reader.thread
            self._go(THREADS)
            await self.forum_app.reading_done()
            if thread is not None:
                await self._load_threads(thread.thread_id)
        else:
            self._go(HOME)
            await self.reload_home()

    def action_leave_hint(self) -> None:
        """The top: leaving is another key."""
        self.say(_("This is the top. Press Q to leave the forum."))

    async def action_next_unread(self) -> None:
        """The next unread thread: in this community first, then in all of one's own."""
        thread = self.reader.thread if self._level == POSTS else None
        after = thread.thread_id if thread else None
        await self.forum_app.reading_done()
        found = None
        if self._level != HOME and self.community is not None:
            found = await self.ask(
                self.forum.threads.next_unread(self.actor, self.community.community_id, after)
            )
        if found is None:
            found = await self.ask(self.forum.threads.next_unread(self.actor, None, after))
        if found is None:
            self.say(_("Nothing unread: you have seen it all."))
        else:
            await self.open_thread(found)

    async def action_reload(self) -> None:
        """Load what is shown again."""
        if self._level == HOME:
            await self.reload_home()
        elif self._level == THREADS:
            current = self.threads.current
            await self._load_threads(current.thread_id if current else None)
        elif self.reader.current is not None:
            await self._window_around(self.reader.current.number)
        self.refresh_bars()

    async def action_mark_read(self) -> None:
        """All threads of the community count as read."""
        community = self.home.current if self._level == HOME else self.community
        if community is None or community.role is None:
            self.say(_("Only in communities you have joined."))
            return
        await self.ask(self.forum.communities.mark_all_read(self.actor, community.community_id))
        await self.reload_home()
        if self._level == THREADS:
            await self._load_threads(None)
        self.say(_("Everything in {name} counts as read.").format(name=community.name))

    @dialog
    async def action_join(self) -> None:
        """Join the selected community, ask to be let in, or leave it."""
        row = self.home.current
        if row is not None and await self.come_or_go(row):
            await self.reload_home()

    @property
    def chosen_community(self) -> CommunityRow | None:
        """The selected community, or the one that one is in."""
        return self.home.current if self._level == HOME else self.community

    def hints(self) -> list[tuple[str, str]]:
        """What an announcement asks for comes first; writing is offered to who may write."""
        thread, hints = self.reader.thread, super().hints()
        refused = {"c"} if self.why_no_thread else set()
        if self._level == POSTS and thread is not None:
            if self.only_hosts_write and thread.discussed:
                hints = [("r", _("discuss")) if key == "r" else (key, label) for key, label in hints]
                refused.add("R")
            elif not thread.may_reply:
                refused.update("rR")
            if thread.wants_acknowledgement and not thread.acknowledged:
                hints.insert(0, ("a", _("acknowledge")))
        return [hint for hint in hints if hint[0] not in refused]

    def action_about(self) -> None:
        """The page of the selected community, or of the one that one is in."""
        row = self.chosen_community
        if row is not None:
            self.post_message(Go(Place.COMMUNITY, (row.community_id,), on_top=True))

    def action_host(self) -> None:
        """The host's page of that community; of the hosts' round, the round itself."""
        row = self.home.current if self._level == HOME else self.community
        if row is None:
            return
        if row.builtin is not None:
            self.post_message(Go(Place.ROUND))
        else:
            self.post_message(Go(Place.HOSTING, (row.community_id,), on_top=True))

    # -- reading

    async def action_toggle_order(self) -> None:
        """By time, or as a tree of replies; the same post stays selected."""
        current = self.reader.current
        if current is None or self.reader.thread is None:
            return
        tree = self.reader.order is PostOrder.CHRONOLOGICAL
        self.reader.order = PostOrder.TREE if tree else PostOrder.CHRONOLOGICAL
        await self._window_around(current.number)
        self.refresh_bars()
        self.say(_("Shown as a tree of replies.") if tree else _("Shown by time."))

    async def action_parent(self) -> None:
        """Go to the post that the selected one answers."""
        current = self.reader.current
        if current is None or current.reply_to is None:
            self.say(_("This post answers no other."))
            return
        await self._window_around(current.reply_to.number)
        self.refresh_bars()
