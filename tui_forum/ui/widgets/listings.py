"""How a community and a thread look as rows of a list."""

from __future__ import annotations

from datetime import UTC, datetime

from tui_forum.domain.curation import LeftBehind, SignKind
from tui_forum.domain.entities import ThreadKind
from tui_forum.domain.limits import UNREAD_CAP
from tui_forum.domain.text import display_line, fit, pad
from tui_forum.domain.views import CommunityRow, ThreadRow
from tui_forum.i18n import _, format_age, format_number, ngettext
from tui_forum.ui.memberwords import door_word
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, columns

NARROW = 60  # columns below which a list shows less
AGE = 10  # columns of an age, with room before it: "3 Feb 2022" was three replies and a month
TIGHT = 45  # columns below which the title needs the room of all but unread and age
_KINDS = {
    ThreadKind.QUESTION: "?",
    ThreadKind.ANNOUNCEMENT: "📣",
    ThreadKind.POLL: "☷",
}


def unread_text(count: int) -> str:
    """An unread count, ``99+`` from the cap on."""
    return f"{UNREAD_CAP - 1}+" if count >= UNREAD_CAP else str(count)


def draw_community(row: CommunityRow, width: int, skin: Skin) -> Lines:
    """Name and unread count; then the statement of purpose and the size."""
    name_style = skin.strong if row.unread or row.role is None else skin.base
    mark = Cell("● " if row.unread else "  ", skin.unread)
    right = [Cell(unread_text(row.unread), skin.unread)] if row.unread else []
    first = [mark, *columns(Cell(display_line(row.name), name_style), right, width - 3)]
    if row.invited or not row.readable:
        tail = [Cell(door_word(row), skin.unread if row.invited else skin.dim)]
    else:
        size = ngettext("{n} thread", "{n} threads", row.thread_count)
        parts = [size.format(n=format_number(row.thread_count))] if width >= NARROW else []
        if row.last_post_at is not None:
            parts.append(format_age(row.last_post_at, datetime.now(UTC)))
        tail = [Cell(" · ".join(parts), skin.dim)]
    second = [Cell("  "), *columns(Cell(display_line(row.statement), skin.dim), tail, width - 3)]
    return first, second


def unanswered_heading(count: int) -> str:
    """What stands above one's communities while somebody waits for an answer."""
    told = ngettext(
        "{n} thread that nobody has answered: U", "{n} threads that nobody has answered: U", count
    )
    return told.format(n=unread_text(count))


def draw_listed(row: ThreadRow | LeftBehind, width: int, skin: Skin) -> Lines:
    """A line of a community's list: a thread, or what was left behind where one was."""
    return (
        draw_left_behind(row, width, skin) if isinstance(row, LeftBehind) else draw_thread(row, width, skin)
    )


def draw_left_behind(sign: LeftBehind, width: int, skin: Skin) -> Lines:
    """Where a thread went that stood here."""
    what = _("{title} → moved to {into}") if sign.kind is SignKind.MOVED else _("{title} → now in “{into}”")
    text = what.format(title=display_line(sign.title), into=display_line(sign.into))
    age = Cell(f"{format_age(sign.place_at, datetime.now(UTC)):>{AGE}}", skin.dim)
    return ([Cell("  "), *columns(Cell(f"⤷ {text}", skin.dim), [age], width - 2)],)


def draw_thread(row: ThreadRow, width: int, skin: Skin) -> Lines:
    """Marks and title, then who, how many replies, how many unread, and the age."""
    marks = "".join(
        mark
        for mark, there in (
            ("⧖ ", row.held),
            ("📌 ", row.pinned),
            ("🔒 ", row.locked),
            ("☐ ", row.to_acknowledge),
            ("✓ ", row.solved),
            (_KINDS.get(row.kind, "") + " ", row.kind in _KINDS and not row.solved),
            ("○ ", row.waits and not row.held),
        )
        if there
    )
    title = marks + display_line(row.title)
    unread = unread_text(row.unread) if row.unread else ""
    right = [
        Cell(pad(unread, 4) if unread else "    ", skin.unread),
        Cell(f"{format_age(row.last_post_at, datetime.now(UTC)):>{AGE}}", skin.dim),
    ]
    if width >= TIGHT:
        right.insert(1, Cell(f"{format_number(row.reply_count):>5} "))
    if width >= NARROW:
        who = fit(f"@{row.author.handle}", 14)
        right.insert(0, Cell(pad(who, 15), skin.dim))
    dot = Cell("● " if row.unread else "  ", skin.unread)
    style = skin.strong if row.unread else skin.base
    return ([dot, *columns(Cell(title, style), right, width - 2)],)
