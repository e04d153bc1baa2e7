"""Lines of the forum's own between posts: where posts went, and where they came from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment

from tui_forum.domain.curation import Sign, SignKind
from tui_forum.domain.polls import PollView
from tui_forum.domain.text import cell_width, display_line, fit
from tui_forum.domain.views import PostView, ThreadView
from tui_forum.i18n import _, format_number, ngettext

if TYPE_CHECKING:
    from tui_forum.ui.skin import Skin


class Beside(NamedTuple):
    """What the thread has at one post: signposts above and below it, its poll at the first."""

    above: tuple[Sign, ...] = ()
    below: tuple[Sign, ...] = ()
    poll: PollView | None = None


NOTHING = Beside()


def place_beside(
    thread: ThreadView, posts: Sequence[PostView], *, more_before: bool, more_after: bool
) -> dict[int, Beside]:
    """By post id, what stands at the posts of a window (in either order)."""
    placed: dict[int, Beside] = {}
    if not posts:
        return placed
    if thread.poll is not None and not more_before:
        placed[posts[0].post_id] = Beside(poll=thread.poll)
    known = sorted((post.number, post.post_id) for post in posts)
    for sign in thread.signs:
        place = bisect_left(known, (sign.number, 0))
        if place == len(known):
            if not more_after:
                post_id = known[-1][1]
                old = placed.get(post_id, NOTHING)
                placed[post_id] = old._replace(below=(*old.below, sign))
        elif place or not more_before or known[0][0] == sign.number:
            post_id = known[place][1]
            old = placed.get(post_id, NOTHING)
            placed[post_id] = old._replace(above=(*old.above, sign))
    return placed


def sign_text(sign: Sign) -> str:
    """What a signpost says; its title is not there for who may not read where it leads."""
    title, count = display_line(sign.title), format_number(sign.posts)
    if sign.kind is SignKind.MERGED_IN:
        text = ngettext(
            "{n} post of “{title}” was merged in", "{n} posts of “{title}” were merged in", sign.posts
        )
    elif sign.kind is SignKind.SPLIT_FROM:
        text = _("Split off from “{title}”") if title else _("Split off from a thread that you cannot see")
    elif title:
        text = ngettext("{n} post went to “{title}”", "{n} posts went to “{title}”", sign.posts)
    else:
        text = ngettext(
            "{n} post went to where you cannot read", "{n} posts went to where you cannot read", sign.posts
        )
    return text.format(title=title, n=count)


def draw_sign(sign: Sign, width: int, skin: Skin) -> list[Segment]:
    """A line across the reader."""
    leads = _("Enter follows") if sign.target is not None else ""
    tail = f" · {leads} " if leads else " "
    text = fit(f"⤷ {sign_text(sign)}", max(4, width - cell_width(tail) - 2))
    rule = "─" * max(0, width - cell_width(text) - cell_width(tail))
    return [
        Segment(text, skin.base + skin.accent),
        Segment(tail, skin.base + skin.dim),
        Segment(rule, skin.base + skin.border),
    ]
