"""A thread's posts: a window of them in memory, only the lines in view drawn.

The position is a post and a line within it, never a line of the whole thread: nothing above
has to be rendered to know where one is, so a thread of 10,000 posts opens like one of ten.
Rendered bodies are cached for the whole process, since many sessions read the same posts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from tui_forum.domain.entities import PostOrder, PostState
from tui_forum.domain.text import cell_width, display_line, fit
from tui_forum.domain.views import PostPage, PostView, ThreadView
from tui_forum.i18n import _, format_datetime, language
from tui_forum.ui.postnumber import post_number
from tui_forum.ui.render import Palette, render_markdown
from tui_forum.ui.widgets.linewidget import LineWidget, padded
from tui_forum.ui.widgets.marks import draw_marks
from tui_forum.ui.widgets.pollbars import draw_poll
from tui_forum.ui.widgets.signs import NOTHING, Beside, draw_sign, place_beside

if TYPE_CHECKING:
    from tui_forum.ui.app import ForumApp
    from tui_forum.ui.skin import Skin

#: Lines of rendered bodies kept for all sessions together, and of drawn posts kept in one reader (about
#: 0.2 KB each). A thread made of newlines would fill the memory if posts were counted.
CACHE_LINES: Final = 40_000
HELD_LINES: Final = 5_000
WINDOW_POSTS: Final = 200  # posts kept in one reader
NEAR_EDGE: Final = 8  # posts from the window's edge at which more are asked for
INDENT: Final = 2  # columns per level of the tree
MAX_INDENT: Final = 8  # levels drawn; deeper ones stay there
STEP: Final = 3  # lines that a key scrolls within a long post


class RenderedBodies:
    """Posts' bodies as lines, by what they depend on; those used last stay."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[tuple[object, ...], Sequence[Strip]] = OrderedDict()
        self._count = 0

    def lines(self, post: PostView, width: int, palette: Palette, *, hyperlinks: bool) -> Sequence[Strip]:
        """The lines of ``post``'s body."""
        key = (post.post_id, post.revision, hash(post.body), width, palette.name, hyperlinks, language())
        lines = self._bodies.get(key)
        if lines is not None:
            self._bodies.move_to_end(key)
            return lines
        lines = self._bodies[key] = render_markdown(post.body, width, palette, hyperlinks=hyperlinks)
        self._count += len(lines)
        while self._count > CACHE_LINES and len(self._bodies) > 1:
            _key, oldest = self._bodies.popitem(last=False)
            self._count -= len(oldest)
        return lines


_bodies: Final = RenderedBodies()


def rendered(post: PostView, width: int, palette: Palette, hyperlinks: bool) -> Sequence[Strip]:
    """A post's body as lines, from what all sessions share."""
    return _bodies.lines(post, width, palette, hyperlinks=hyperlinks)


@dataclass(slots=True)
class DrawnPost:
    """The lines of a post: those around the body as they are, the body's when they come into view."""

    above: list[Strip]
    body: Sequence[Strip]
    below: list[Strip]
    guide: Segment
    base: Style

    def __len__(self) -> int:
        return len(self.above) + len(self.body) + len(self.below)

    def line(self, number: int) -> Strip:
        """One of them, from 0."""
        if number < len(self.above):
            return self.above[number]
        number -= len(self.above)
        if number < len(self.body):
            return joined(self.guide, list(self.body[number].apply_style(self.base)))
        return self.below[number - len(self.body)]


def joined(guide: Segment, segments: Sequence[Segment]) -> Strip:
    """A line right of the tree's bars."""
    return Strip([guide, *segments] if guide.text else list(segments))


def tombstone(post: PostView) -> str:
    """What stands where a post was."""
    if post.state is PostState.DELETED:
        return _("Deleted by its author.")
    if post.state is PostState.HELD:
        return (
            _("Waiting for a moderator: until then only you see it.")
            if post.mine
            else _("Held: only its author and moderators see it.")
        )
    if post.removal_reason:
        return _("Removed by a moderator: {reason}").format(reason=display_line(post.removal_reason))
    return _("Removed by a moderator.")


class Reader(LineWidget, can_focus=True):
    """The posts of one thread."""

    DEFAULT_CSS = "Reader { height: 1fr; }"

    @dataclass
    class NeedMore(Message):
        """The view comes near the window's edge."""

        forwards: bool

    @dataclass
    class Seen(Message):
        """Posts up to ``number`` have come into view."""

        number: int

    @dataclass
    class Moved(Message):
        """Another post is selected."""

        post: PostView

    def __init__(self) -> None:
        super().__init__()
        self.thread: ThreadView | None = None
        self.posts: list[PostView] = []
        self.order = PostOrder.CHRONOLOGICAL
        self.more_before = False
        self.more_after = False
        self.selected = 0
        self.first_unread: int | None = None
        self._top = 0  # index of the post at the top
        self._skip = 0  # its lines above the window
        self._seen: set[int] = set()
        self._told = 0
        self.marked: set[int] = set()  # ids of posts that a moderator has marked
        self._beside: dict[int, Beside] | None = None
        self._lines: dict[int, tuple[object, DrawnPost]] = {}  # post id → what was drawn, its lines
        self._lines_for: tuple[int, str, PostOrder] = (0, "", self.order)
        self._view: list[tuple[int, Strip]] | None = None

    @property
    def current(self) -> PostView | None:
        """The selected post."""
        return self.posts[self.selected] if self.selected < len(self.posts) else None

    # -- content

    def show(
        self, thread: ThreadView, posts: Sequence[PostView], order: PostOrder, number: int | None
    ) -> None:
        """Show a window of ``thread`` with post ``number`` (or the landing post) selected."""
        another = self.thread is None or self.thread.thread_id != thread.thread_id
        if another:
            self.marked.clear()
            self._seen.clear()
            self._told = thread.read_number
        if another or number is None:
            self.first_unread = thread.landing if thread.landing > thread.read_number else None
        self.thread = thread
        self.posts = list(posts)
        self.order = order
        wanted = thread.landing if number is None else number
        self.selected = next((i for i, post in enumerate(self.posts) if post.number == wanted), 0)
        self._top, self._skip = self.selected, 0
        self._changed()
        self._fill_page()

    def refill(self, page: PostPage) -> None:
        """The window anew, where it stands: posts have come in between (in the tree)."""
        top, selected = (
            self.posts[index].number if index < len(self.posts) else 0 for index in (self._top, self.selected)
        )
        self.posts = list(page.posts)
        self.more_before, self.more_after = page.more_before, page.more_after
        places = {post.number: index for index, post in enumerate(self.posts)}
        self.selected = places.get(selected, 0)
        if top not in places:
            self._skip = 0
        self._top = places.get(top, self.selected)
        self._changed()

    def clear(self) -> None:
        """Show nothing."""
        self.thread, self.posts = None, []
        self.selected = self._top = self._skip = 0
        self._lines.clear()
        self._changed()

    def extend(self, posts: Sequence[PostView], *, forwards: bool, more: bool) -> None:
        """Add posts at one end of the window; the other end is let go when it grows too large."""
        stays = [self.posts[index].post_id for index in (self._top, self.selected) if index < len(self.posts)]
        if forwards and self.order is PostOrder.CHRONOLOGICAL:
            # What waits for a moderator comes last, and comes again with the page (see ``edge``).
            self.posts = [post for post in self.posts if post.published] or self.posts
        known = {post.post_id for post in self.posts}
        fresh = [post for post in posts if post.post_id not in known]
        if forwards:
            self.posts.extend(fresh)
            self._stay_at(stays)
            self.more_after = more
            surplus = min(len(self.posts) - WINDOW_POSTS, self._top)
            if surplus > 0:
                del self.posts[:surplus]
                self._top -= surplus
                self.selected = max(0, self.selected - surplus)
                self.more_before = True
        else:
            self.posts[:0] = fresh
            self._top += len(fresh)
            self.selected += len(fresh)
            self.more_before = more
            if len(self.posts) > WINDOW_POSTS:
                del self.posts[max(WINDOW_POSTS, self._top + NEAR_EDGE * 2) :]
                self.more_after = True
        kept = {post.post_id for post in self.posts}
        self._lines = {key: value for key, value in self._lines.items() if key in kept}
        self._changed()
        self._ask_for_more()

    def edge(self, *, forwards: bool) -> PostView:
        """The post at an end of the window that the next page is asked for from; there must be one."""
        if forwards and self.order is PostOrder.CHRONOLOGICAL:
            return next((post for post in reversed(self.posts) if post.published), self.posts[-1])
        return self.posts[-1 if forwards else 0]

    def _stay_at(self, post_ids: Sequence[int]) -> None:
        """The same posts at the top and selected, as far as they are there still."""
        places = {post.post_id: index for index, post in enumerate(self.posts)}
        last = max(0, len(self.posts) - 1)
        found = [places.get(post_id, last) for post_id in post_ids]
        if len(found) == 2:
            self._top, self.selected = found

    def update_post(self, post: PostView) -> None:
        """A post was edited, deleted, removed or accepted."""
        for index, old in enumerate(self.posts):
            if old.post_id == post.post_id:
                self.posts[index] = post
                self._changed()

    def welcomed(self, account_id: int | None) -> None:
        """Somebody is no newcomer any more."""
        for post in [post for post in self.posts if post.author.account_id == account_id]:
            if post.marks.newcomer:
                self.update_post(replace(post, marks=replace(post.marks, newcomer=False)))

    def retitle(self, thread: ThreadView) -> None:
        """The thread's header changed (closed, a new last number, signposts)."""
        self.thread = thread
        self._changed()

    def mark(self, post: PostView) -> None:
        """Mark a post, or take its mark away."""
        self.marked ^= {post.post_id}
        self._changed()

    def clear_cache(self) -> None:
        """Forget drawn lines: the language has changed."""
        self._lines.clear()
        self._changed()

    def _changed(self) -> None:
        self._view = self._beside = None
        self.refresh()

    # -- lines

    def _indent(self, post: PostView) -> int:
        if self.order is not PostOrder.TREE:
            return 0
        room = max(0, (self.size.width - 40) // INDENT)
        return INDENT * min(post.depth, MAX_INDENT, room)

    def lines_of(self, index: int) -> DrawnPost:
        """All lines of a post, header and spacing included; without the selection mark."""
        skin = self.skin
        width = max(10, self.size.width - 1)
        if self._lines_for != (width, skin.name, self.order):
            self._lines.clear()
            self._lines_for = (width, skin.name, self.order)
        post = self.posts[index]
        what = (post, self.beside(post), post.post_id in self.marked)
        known = self._lines.get(post.post_id)
        if known is None or known[0] != what:
            known = (what, self._draw(post, width, skin))
            if sum(len(drawn) for _what, drawn in self._lines.values()) > HELD_LINES:
                self._lines.clear()
            self._lines[post.post_id] = known
        return known[1]

    def beside(self, post: PostView) -> Beside:
        """The signposts and the poll at a post of the window."""
        if self._beside is None:
            self._beside = {}
            if self.thread is not None:
                self._beside = place_beside(
                    self.thread, self.posts, more_before=self.more_before, more_after=self.more_after
                )
        return self._beside.get(post.post_id, NOTHING)

    def _draw(self, post: PostView, width: int, skin: Skin) -> DrawnPost:
        indent = self._indent(post)
        guide = Segment("│ " * (indent // INDENT), skin.base + skin.border)
        room = width - indent
        beside = self.beside(post)
        lines = [Strip(draw_sign(sign, width, skin)) for sign in beside.above]
        if self.first_unread == post.number and self.order is PostOrder.CHRONOLOGICAL and post.number > 1:
            label = "── " + _("new") + " "
            rule = label + "─" * max(0, width - cell_width(label))
            lines.append(Strip([Segment(fit(rule, width), skin.base + skin.unread)]))
        lines.append(joined(guide, self._header(post, room, skin)))
        if post.reply_to is not None:
            context = (
                f"↪ #{post.reply_to.number} @{post.reply_to.handle}: {display_line(post.reply_to.excerpt)}"
            )
            lines.append(joined(guide, [Segment(fit(context, room), skin.base + skin.dim)]))
        if post.state is not PostState.VISIBLE:
            text = f"{'⧖' if post.state is PostState.HELD else '✝'} {tombstone(post)}"
            lines.append(joined(guide, [Segment(fit(text, room), skin.base + skin.dim)]))
        if beside.poll is not None:
            lines += [joined(guide, line) for line in draw_poll(beside.poll, room, skin)]
            if post.body:
                lines.append(joined(guide, []))
        links = cast("ForumApp", self.app).traits.hyperlinks
        body = rendered(post, room, skin.palette, links) if post.body else ()
        below = [joined(guide, line) for line in draw_marks(post.marks, room, skin)]
        below.append(joined(guide, []))
        below += [Strip(draw_sign(sign, width, skin)) for sign in beside.below]
        return DrawnPost(lines, body, below, guide, skin.base)

    def _header(self, post: PostView, room: int, skin: Skin) -> list[Segment]:
        name = display_line(post.author.display_name)
        handle = f"@{post.author.handle}"
        who = handle if name in {post.author.handle, ""} else f"{name} {handle}"
        rest = [f" · {format_datetime(post.created_at)}"]
        if post.edited_at is not None:
            rest.append(" · " + _("edited"))
        if post.off_topic:
            rest.append(" · " + _("off topic"))
        if post.marks.newcomer:
            rest.append(" · 👋 " + _("new here"))
        if post.accepted:
            rest.append(" · ✓ " + _("accepted answer"))
        number = f"{'✂ ' if post.post_id in self.marked else ''}{post_number(post.number)} "
        tail = fit("".join(rest), max(0, room - cell_width(number) - 6))
        who = fit(who, max(4, room - cell_width(number) - cell_width(tail)))
        good = skin.good if post.accepted else skin.dim
        return [
            Segment(number, skin.base + skin.dim),
            Segment(who, skin.base + skin.accent + skin.strong),
            Segment(tail, skin.base + good),
        ]

    # -- the view

    def _visible(self) -> list[tuple[int, Strip]]:
        """The lines in view, each with the index of its post (-1 for none)."""
        if self._view is not None:
            return self._view
        height = self.size.height
        found: list[tuple[int, Strip]] = []
        index, skip = self._top, self._skip
        while index < len(self.posts) and len(found) < height:
            drawn = self.lines_of(index)
            until = min(len(drawn), skip + height - len(found))
            found.extend((index, drawn.line(number)) for number in range(skip, until))
            index, skip = index + 1, 0
        self._view = found
        self._note_seen()
        return self._view

    def _note_seen(self) -> None:
        """Tell up to where posts have come into view (at least their first line of text)."""
        if self.thread is None or not self._view:
            return
        shown = {index for index, _line in self._view if index >= 0}
        numbers = [self.posts[index].number for index in shown if self.posts[index].published]
        self._seen.update(numbers)
        if self.order is PostOrder.CHRONOLOGICAL:
            reached = max(numbers, default=0)
        else:
            # In the tree, posts come out of order: only what is complete counts as read.
            reached = self._told
            while reached + 1 in self._seen or reached + 1 in self.thread.retired:
                reached += 1
        if reached > self._told:
            self._told = reached
            self.post_message(self.Seen(reached))

    def render_line(self, y: int) -> Strip:
        """One line in view, with the bar of the selected post."""
        skin = self.skin
        width = self.size.width
        view = self._visible()
        if y >= len(view):
            return Strip([Segment(" " * width, skin.base)], width)
        index, line = view[y]
        mark = Segment("▌" if index == self.selected else " ", self._mark_style(index))
        return padded([mark, *line], width, skin.base)

    def _mark_style(self, index: int) -> Style:
        skin = self.skin
        if index == self.selected and self.has_focus:
            return skin.base + skin.accent
        return skin.base + skin.border

    def on_resize(self) -> None:
        """Lines are for a width; the post at the top stays at the top, over a full page at the end."""
        self._skip = 0
        self._changed()
        self._fill_page()

    def on_focus(self) -> None:
        """The selection looks different with focus."""
        self.refresh()

    def on_blur(self) -> None:
        """The selection looks different without focus."""
        self.refresh()

    # -- movement

    def _scroll(self, lines: int) -> bool:
        """Move the view by lines; whether it moved."""
        before = (self._top, self._skip)
        if lines > 0:
            for _step in range(lines):
                if self._at_end():
                    break
                self._skip += 1
                if self._skip >= len(self.lines_of(self._top)):
                    self._top, self._skip = self._top + 1, 0
        else:
            for _step in range(-lines):
                if self._skip > 0:
                    self._skip -= 1
                elif self._top > 0:
                    self._top -= 1
                    self._skip = len(self.lines_of(self._top)) - 1
                else:
                    break
        moved = before != (self._top, self._skip)
        if moved:
            self._changed()
            self._ask_for_more()
        return moved

    def _at_end(self) -> bool:
        """Whether the last line is in view."""
        left = -self._skip
        for index in range(self._top, len(self.posts)):
            left += len(self.lines_of(index))
            if left > self.size.height:
                return False
        return True

    def _fill_page(self) -> None:
        """Near the end, show a full page rather than a few lines over emptiness."""
        if not self.size.height or not self.posts:
            return
        left = 0
        for index in range(self._top, len(self.posts)):
            left += len(self.lines_of(index))
            if left >= self.size.height:  # what lies below is drawn when it comes into view
                break
        else:
            self._scroll(left - self.size.height)
        self._ask_for_more()

    def _ask_for_more(self) -> None:
        view = self._visible()
        if self.more_after and view and view[-1][0] >= len(self.posts) - NEAR_EDGE:
            self.post_message(self.NeedMore(forwards=True))
        if self.more_before and self._top < NEAR_EDGE:
            self.post_message(self.NeedMore(forwards=False))

    def _rows_of(self, index: int) -> tuple[int, int]:
        """Where a post's first and last lines are in the window (may lie outside)."""
        row = -self._skip
        if index >= self._top:
            for i in range(self._top, index):
                row += len(self.lines_of(i))
        else:
            for i in range(index, self._top):
                row -= len(self.lines_of(i))
        return row, row + len(self.lines_of(index)) - 1

    def _select(self, index: int) -> None:
        if index != self.selected and 0 <= index < len(self.posts):
            changed = {self.selected, index}
            self.selected = index
            rows = [y for y, (post, _line) in enumerate(self._visible()) if post in changed]
            if rows:  # the bar beside them is all that looks different
                self.refresh(Region(0, rows[0], 1, rows[-1] - rows[0] + 1))
            self.post_message(self.Moved(self.posts[index]))

    def line_down(self) -> None:
        """The next post; a long one is scrolled through first."""
        if not self.posts:
            return
        _first, last = self._rows_of(self.selected)
        if last >= self.size.height:
            self._scroll(STEP)
        elif self.selected + 1 < len(self.posts):
            self._select(self.selected + 1)
            first, last = self._rows_of(self.selected)
            if last >= self.size.height:
                self._scroll(min(first, last - self.size.height + 1))
            self._ask_for_more()

    def line_up(self) -> None:
        """The post before; a long one is scrolled through first."""
        if not self.posts:
            return
        first, _last = self._rows_of(self.selected)
        if first < 0:
            self._scroll(max(-STEP, first))
        elif self.selected > 0:
            self._select(self.selected - 1)
            first, last = self._rows_of(self.selected)
            if first < 0:
                self._scroll(max(first, last - self.size.height + 1))
            self._ask_for_more()

    def page(self, pages: float) -> None:
        """Scroll by (parts of) a page; the first post that is in view becomes selected."""
        lines = max(1, int(abs(pages) * self.size.height) - 1)
        if self._scroll(lines if pages > 0 else -lines):
            self._select(self._first_in_view())
        elif self.posts:
            self._select(len(self.posts) - 1 if pages > 0 else 0)

    def _first_in_view(self) -> int:
        """The post whose header is highest in the window, or the one that fills it."""
        return self._top if self._skip == 0 or self._top + 1 >= len(self.posts) else self._after_top()

    def _after_top(self) -> int:
        rest = len(self.lines_of(self._top)) - self._skip
        return self._top if rest > self.size.height // 2 else self._top + 1

    def jump(self, index: int) -> None:
        """Select a post of the window and put it at the top."""
        self._select(index)
        self._top, self._skip = max(0, min(index, len(self.posts) - 1)), 0
        self._changed()
        self._fill_page()
        self._ask_for_more()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls lines."""
        event.stop()
        self._scroll(STEP)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls lines."""
        event.stop()
        self._scroll(-STEP)

    def on_click(self, event: events.Click) -> None:
        """A click selects a post."""
        view = self._visible()
        if event.y < len(view):
            self._select(view[event.y][0])
