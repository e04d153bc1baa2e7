"""Read models: what services return to screens. Frozen, made by one or two statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tui_forum.domain.curation import LeftBehind, Sign
from tui_forum.domain.entities import PostOrder, PostState, Purpose, Role, ThreadKind, Visibility
from tui_forum.domain.limits import EXCERPT_CELLS, HELD_FROM
from tui_forum.domain.people import NO_MARKS, Marks
from tui_forum.domain.polls import PollView
from tui_forum.domain.restrictions import Restriction
from tui_forum.domain.sanctions import Bar
from tui_forum.domain.text import excerpt


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote something, as shown."""

    account_id: int
    handle: str
    display_name: str


@dataclass(frozen=True, slots=True)
class CommunityRow:
    """A community in a list. ``unread`` counts threads, capped at ``limits.UNREAD_CAP``.

    Who may not read in it (``readable``) is told no figures: they are 0 and None. ``invited`` and
    ``requested`` wait for an answer: the actor's, or the managers'.
    ``rules_accepted``: one has accepted the present charter's rules, or it has none.
    """

    community_id: int
    slug: str
    name: str
    statement: str
    purpose: Purpose
    visibility: Visibility
    thread_count: int
    member_count: int
    last_post_at: datetime | None
    role: Role | None
    unread: int
    archived: bool = False
    #: ``hosts`` is the hosts' round.
    builtin: str | None = None
    readable: bool = True
    invited: bool = False
    requested: bool = False
    rules_accepted: bool = True
    #: The sanctions that the actor is under there, and what restricts the place: known of a
    #: community that is asked for by itself.
    bars: tuple[Bar, ...] = ()
    restrictions: tuple[Restriction, ...] = ()


@dataclass(frozen=True, slots=True)
class HomeCursor:
    """Keyset position among one's communities: order is latest activity, then id."""

    latest: datetime
    community_id: int


@dataclass(frozen=True, slots=True)
class HomeView:
    """The home screen: communities joined (by latest activity), then others one may join.

    ``joined`` holds the first page, and ``others`` one too when that is all one has joined;
    :meth:`Communities.joined` and :meth:`Communities.others` give the next ones.
    ``open_cases`` is how many cases wait for the actor (capped), 0 for non-moderators.
    ``unseen_notices`` counts the inbox, ``unanswered`` the threads of one's communities of practice
    that nobody has answered (all capped).
    """

    joined: tuple[CommunityRow, ...]
    joined_next: HomeCursor | None
    others: tuple[CommunityRow, ...]
    others_next: str | None
    open_cases: int
    unseen_notices: int
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class ThreadCursor:
    """Keyset position in a thread list: order is pinned first, then latest post, then id."""

    pinned: bool
    last_post_at: datetime
    thread_id: int


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread in a list. ``unread`` counts its posts, capped at ``limits.UNREAD_CAP``.

    ``waits``: nobody has answered it, in a community where that concerns its members;
    ``to_acknowledge``: it asks to be acknowledged, and the actor has not; ``held``: it waits for a moderator.
    """

    thread_id: int
    community_id: int
    community_slug: str
    title: str
    kind: ThreadKind
    author: Author
    last_author: Author
    created_at: datetime
    last_post_at: datetime
    reply_count: int
    unread: int
    pinned: bool
    locked: bool
    solved: bool
    waits: bool = False
    to_acknowledge: bool = False
    held: bool = False

    @property
    def cursor(self) -> ThreadCursor:
        """Where the next page starts after this row."""
        return ThreadCursor(self.pinned, self.last_post_at, self.thread_id)


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A page of threads; ``next`` is None on the last one.

    ``left_behind`` are signposts among them, where threads were (``curation.in_order``).
    """

    rows: tuple[ThreadRow, ...]
    next: ThreadCursor | None
    left_behind: tuple[LeftBehind, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadView:
    """An open thread's header and what the actor may do in it.

    ``landing`` is the number of the first unread post, or of the last post when all is read.
    ``last_number`` is the highest post number, ``may_*`` come from the policy; ``why_not`` is its
    reason (a msgid, with its ``why_params``) when one may not reply. ``may_reply`` counts rules that are
    not accepted yet as accepted, the composer asks; and what is over at some time: it tells that
    the draft must wait. ``held``: it waits for a moderator. ``acknowledgements``, for hosts: how
    many members have taken note, of how many.
    """

    thread_id: int
    community_id: int
    community_slug: str
    community_name: str
    title: str
    kind: ThreadKind
    author: Author
    created_at: datetime
    last_number: int
    post_count: int
    read_number: int
    landing: int
    pinned: bool
    locked: bool
    accepted_number: int | None
    role: Role | None
    may_reply: bool
    may_moderate: bool
    signs: tuple[Sign, ...] = ()
    retired: frozenset[int] = frozenset()
    poll: PollView | None = None
    why_not: str = ""
    why_params: Mapping[str, object] = field(default_factory=dict)
    restrictions: tuple[Restriction, ...] = ()
    wants_acknowledgement: bool = False
    acknowledged: bool = False
    acknowledgements: tuple[int, int] | None = None
    held: bool = False
    #: Who may not reply can discuss it in a community that they may read in.
    discussed: bool = False


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """The post one replies to: number, author, start of the text (empty where it is not to be seen)."""

    number: int
    handle: str
    source: str

    @property
    def excerpt(self) -> str:
        """The start of the text, plain, in a line; made for those that are looked at."""
        return excerpt(self.source, EXCERPT_CELLS)


@dataclass(frozen=True, slots=True)
class PostView:
    """A post as the reader shows it.

    ``body`` is empty for tombstones unless the actor may see it. ``depth`` is the depth in
    the reply tree (0 for a root). ``position`` is an opaque sort key for the tree order.
    ``marks`` are the reactions and the praise that a visible post was given; ``off_topic`` is what
    moderators found.
    """

    post_id: int
    thread_id: int
    number: int
    author: Author
    body: str
    created_at: datetime
    edited_at: datetime | None
    revision: int
    state: PostState
    removal_reason: str
    reply_to: ReplyContext | None
    depth: int
    position: bytes
    accepted: bool
    mine: bool
    off_topic: bool = False
    marks: Marks = NO_MARKS

    @property
    def published(self) -> bool:
        """Whether others know of it; its number is none to speak of else."""
        return self.number < HELD_FROM


@dataclass(frozen=True, slots=True)
class PostPage:
    """A window of consecutive posts in ``order``; ``before``/``after`` tell if more exist."""

    posts: tuple[PostView, ...]
    order: PostOrder
    more_before: bool
    more_after: bool


@dataclass(frozen=True, slots=True)
class RevisionView:
    """An earlier text of a post."""

    revision: int
    body: str
    editor: Author
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """What someone has typed and not sent. ``token`` makes sending it twice one post.

    ``extra`` is what else was chosen in the composer; only that reads it.
    """

    key: str
    title: str
    body: str
    token: str
    updated_at: datetime
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PostRef:
    """Where a post is: answer of every writing call. ``held``: it waits for a moderator."""

    thread_id: int
    post_id: int
    number: int
    held: bool = False


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A thread found by its title."""

    thread_id: int
    community_slug: str
    title: str
    last_post_at: datetime
    reply_count: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something an account is told (its inbox). ``kind`` names the event.

    With a thread it leads to its post, else, with ``community_id``, to the community.
    """

    notice_id: int
    kind: str
    thread_id: int | None
    post_number: int | None
    thread_title: str
    actor_handle: str
    text: str
    created_at: datetime
    seen: bool
    community_id: int | None = None
    community_name: str = ""
    case_id: int | None = None
