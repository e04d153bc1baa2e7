"""What people write: threads, posts, drafts, polls, and how far it was read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tui_forum.storage.models.base import Base, Id


class Thread(Base):
    """A conversation. ``last_number`` is the number of its last post.

    Numbers are never given out twice: those above it that have gone to another thread (or to
    another number) are remembered by ``retired_number``, and by :class:`PostAlias` one by one.
    """

    __tablename__ = "thread"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16), default="discussion", server_default="discussion")
    title: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    pinned: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    locked: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    #: Also set while it is held: it is in no list then, but for its author's and the moderators'.
    removed_at: Mapped[datetime | None]
    #: Its first post waits for a moderator, or was not let through.
    held: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    reply_count: Mapped[int] = mapped_column(default=0, server_default="0")
    last_number: Mapped[int] = mapped_column(default=0, server_default="0")
    retired_number: Mapped[int] = mapped_column(default=0, server_default="0")
    last_post_at: Mapped[datetime]
    last_post_id: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    last_author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    accepted_number: Mapped[int | None]
    #: The first reply by somebody else; None while nobody has answered.
    answered_at: Mapped[datetime | None]
    #: When an unanswered question goes on to the next (experts, then hosts); None: it does not.
    escalate_at: Mapped[datetime | None]
    escalated_to: Mapped[str] = mapped_column(String(16), default="", server_default="")
    #: An announcement that wants to be acknowledged by every member.
    wants_acknowledgement: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    #: The announcement elsewhere that this thread discusses.
    about_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id"))
    #: The thread its posts went to; its own address leads there.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id"), index=True)
    __table_args__ = (
        Index("ix_thread_escalate", "escalate_at"),
        Index("ix_thread_created", "community_id", "created_at"),
        Index("ix_thread_about", "about_id"),
        Index(
            "ix_thread_unanswered",
            "community_id",
            "last_post_at",
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
        Index("ix_thread_list", "community_id", "pinned", "last_post_at", "id"),
        Index("ix_thread_unread", "community_id", "last_post_id"),
        Index("ix_thread_recent", "last_post_at", "id"),
    )


class Post(Base):
    """A contribution, numbered 1… within its thread.

    ``tree_path`` is the chain of post numbers from the root, four bytes big-endian each
    (``limits.TREE_MAX_DEPTH`` links at most; deeper replies join the last level), so that
    ordering by it is the tree order and a page of the tree is a keyset range.
    ``token`` makes sending the same text twice one post. Numbers from ``limits.HELD_FROM`` on are
    those of posts that nobody but their authors and moderators knows of.
    """

    __tablename__ = "post"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    number: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reply_to_number: Mapped[int | None]
    depth: Mapped[int] = mapped_column(default=0, server_default="0")
    tree_path: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    state: Mapped[str] = mapped_column(String(16), default="visible", server_default="visible")
    removal_reason: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    #: A moderator found that it is not about the thread's topic.
    off_topic: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    token: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        UniqueConstraint("thread_id", "number"),
        UniqueConstraint("author_id", "token"),
        Index("ix_post_tree", "thread_id", "tree_path"),
        Index("ix_post_author", "author_id", "id"),
    )


class PostRevision(Base):
    """An earlier text of a post, kept when it is edited."""

    __tablename__ = "post_revision"
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    editor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]


class ReadPointer(Base):
    """How far an account has read a thread; it never moves backwards."""

    __tablename__ = "read_pointer"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(
        ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    number: Mapped[int]
    updated_at: Mapped[datetime]


class Draft(Base):
    """What someone typed and has not sent."""

    __tablename__ = "draft"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    title: Mapped[str] = mapped_column(Text, default="", server_default="")
    body: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: What else was chosen or typed in the composer: the kind, the parts of a poll.
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    token: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime]


class PostAlias(Base):
    """An old address of a post that has got another thread or number (merge, split)."""

    __tablename__ = "post_alias"
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)


class Signpost(Base):
    """What is left behind where something was: it says where it went.

    In the list of ``community_id`` at ``place_at`` (kind ``moved``, ``merged``), or in the thread
    ``thread_id`` before the post ``number`` (``split_to``, ``split_from``, ``merged_in``).
    It leads to ``target_id``, there to ``target_number``. ``title`` is that of a merged thread.
    """

    __tablename__ = "signpost"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(16))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    place_at: Mapped[datetime | None]
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    number: Mapped[int | None]
    target_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    target_number: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(200), default="", server_default="")
    posts: Mapped[int] = mapped_column(default=0, server_default="0")
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    __table_args__ = (
        Index("ix_signpost_list", "community_id", "place_at", "id"),
        Index("ix_signpost_thread", "thread_id", "number"),
    )


class Poll(Base):
    """A thread's poll. Votes may be changed until ``closes_at``; ``closed_at``: its end was told."""

    __tablename__ = "poll"
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True)
    multiple: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    anonymous: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_poll_due", "closed_at", "closes_at"),)


class PollOption(Base):
    """One answer that a poll offers."""

    __tablename__ = "poll_option"
    thread_id: Mapped[int] = mapped_column(ForeignKey("poll.thread_id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(200))


class PollVote(Base):
    """Somebody's choice; several rows where several may be chosen."""

    __tablename__ = "poll_vote"
    thread_id: Mapped[int] = mapped_column(ForeignKey("poll.thread_id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)


class Acknowledgement(Base):
    """A member has taken note of an announcement."""

    __tablename__ = "acknowledgement"
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime]


class Reaction(Base):
    """One of the few reactions, by one account to one post."""

    __tablename__ = "reaction"
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    #: Whose post it is: what somebody was given is counted without a look at their posts.
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]


class Praise(Base):
    """A public thank-you to a named person for a named post, with a reason."""

    __tablename__ = "praise"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    giver_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    receiver_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("post_id", "giver_id"),
        Index("ix_praise_receiver", "receiver_id", "id"),
    )


class Recognition(Base):
    """Something good that somebody did: kind ``answered_first``, ``welcomed`` or ``early_mover``.

    ``subject_id`` tells one from another: the thread that was answered, the newcomer who was
    welcomed, 0 for an early mover.
    """

    __tablename__ = "recognition"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    subject_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=0)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
