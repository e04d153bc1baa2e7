"""The schema as SQLAlchemy tables. Alembic's migrations build it; tests run on the migrated database.

Only ``storage`` and ``migrations`` know these. Statements are Core: no identity map, no lazy
loading. Times are UTC. Tables of facts that may never be changed (``decision``, ``event``)
are guarded by triggers made in the migration.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

#: Names for constraints, so that every dialect and every migration can find them again.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: SQLite only makes INTEGER PRIMARY KEY an alias of the rowid.
Id = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: timestamptz on PostgreSQL, ISO text on SQLite. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Check for a zone and convert to UTC; SQLite stores without it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcDateTime(),
        int: Id,
        bool: Boolean(create_constraint=False),
        dict[str, Any]: JSON(),
    }


class Account(Base):
    """A person or bot. ``skeleton`` makes confusable handles collide (``domain.handles``)."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    handle: Mapped[str] = mapped_column(String(32))
    skeleton: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), default="active", server_default="active")
    site_role: Mapped[str] = mapped_column(String(16), default="member", server_default="member")
    language: Mapped[str] = mapped_column(String(8), default="en", server_default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC", server_default="UTC")
    created_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("handle"),)


class SshKey(Base):
    """A public key that logs into an account."""

    __tablename__ = "ssh_key"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    algorithm: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(128), unique=True)
    openssh: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class Community(Base):
    """A place for a topic. Counters are moved in the transaction that changes what they count."""

    __tablename__ = "community"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    statement: Mapped[str] = mapped_column(String(300), default="", server_default="")
    purpose: Mapped[str] = mapped_column(String(16), default="practice", server_default="practice")
    visibility: Mapped[str] = mapped_column(String(16), default="open", server_default="open")
    created_at: Mapped[datetime]
    thread_count: Mapped[int] = mapped_column(default=0, server_default="0")
    post_count: Mapped[int] = mapped_column(default=0, server_default="0")
    member_count: Mapped[int] = mapped_column(default=0, server_default="0")
    last_post_at: Mapped[datetime | None]


class Membership(Base):
    """Account in community. Posts up to ``read_baseline`` (a post id) count as read."""

    __tablename__ = "membership"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(16), default="member", server_default="member")
    joined_at: Mapped[datetime]
    read_baseline: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class Thread(Base):
    """A conversation. ``last_number`` is the highest post number given out (never reused)."""

    __tablename__ = "thread"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16), default="discussion", server_default="discussion")
    title: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    pinned: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    locked: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    removed_at: Mapped[datetime | None]
    reply_count: Mapped[int] = mapped_column(default=0, server_default="0")
    last_number: Mapped[int] = mapped_column(default=0, server_default="0")
    last_post_at: Mapped[datetime]
    last_post_id: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    last_author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    accepted_number: Mapped[int | None]
    __table_args__ = (
        Index("ix_thread_list", "community_id", "pinned", "last_post_at", "id"),
        Index("ix_thread_unread", "community_id", "last_post_id"),
        Index("ix_thread_recent", "last_post_at", "id"),
    )


class Post(Base):
    """A contribution, numbered 1… within its thread.

    ``tree_path`` is the chain of post numbers from the root, four bytes big-endian each
    (``limits.TREE_MAX_DEPTH`` links at most; deeper replies join the last level), so that
    ordering by it is the tree order and a page of the tree is a keyset range.
    ``token`` makes sending the same text twice one post.
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


class Case(Base):
    """Reports on one post, gathered for the moderators. At most one open case per post."""

    __tablename__ = "moderation_case"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(16), default="open", server_default="open")
    report_count: Mapped[int] = mapped_column(default=0, server_default="0")
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_moderation_case_queue", "state", "id"),
        Index("ix_moderation_case_community_queue", "community_id", "state", "id"),
        Index(
            "uq_moderation_case_open_post",
            "post_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )


class Report(Base):
    """One person's report on a post."""

    __tablename__ = "report"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"))
    reporter_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("case_id", "reporter_id"),)


class Decision(Base):
    """The append-only log of moderation: triggers refuse UPDATE and DELETE."""

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id"), unique=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    post_revision: Mapped[int]
    moderator_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    __table_args__ = (Index("ix_decision_community", "community_id", "id"),)


class Invite(Base):
    """A code that lets an unknown key register. Only its SHA-256 is stored."""

    __tablename__ = "invite"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: ``invite`` makes a member; ``claim`` makes the operator's account.
    kind: Mapped[str] = mapped_column(String(16), default="invite", server_default="invite")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    uses_left: Mapped[int] = mapped_column(default=1, server_default="1")
    __table_args__ = (CheckConstraint("uses_left >= 0", name="uses_left"),)


class Draft(Base):
    """What someone typed and has not sent."""

    __tablename__ = "draft"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    title: Mapped[str] = mapped_column(Text, default="", server_default="")
    body: Mapped[str] = mapped_column(Text, default="", server_default="")
    token: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime]


class Notice(Base):
    """Something an account is told."""

    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(32))
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_notice_account", "account_id", "id"),)


class Event(Base):
    """The event log: facts, append-only (triggers refuse UPDATE and DELETE)."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]
    actor_id: Mapped[int | None]
    community_id: Mapped[int | None]
    thread_id: Mapped[int | None]
    post_id: Mapped[int | None]
    account_id: Mapped[int | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ImportRecord(Base):
    """What an importer made from what: running twice adds nothing, replies find their parents."""

    __tablename__ = "import_record"
    source: Mapped[str] = mapped_column(String(120), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    object_id: Mapped[int] = mapped_column(BigInteger)
