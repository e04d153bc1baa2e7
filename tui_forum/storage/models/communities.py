"""Communities: charters, members, hosts and what is counted of their life."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tui_forum.storage.models.base import Base, Id


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
    #: The present charter's figures that lists need; its text is in :class:`Charter`.
    charter_version: Mapped[int] = mapped_column(default=0, server_default="0")
    audience: Mapped[str] = mapped_column(String(300), default="", server_default="")
    languages: Mapped[str] = mapped_column(String(40), default="en", server_default="en")  # "en,de"
    review_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    rule_count: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The dates of which the hosts have been told that they have come: each is told once.
    review_told: Mapped[date | None]
    end_told: Mapped[date | None]
    linked_community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    archived_at: Mapped[datetime | None]
    #: When its hosts were told that it is dormant.
    dormant_told_at: Mapped[datetime | None]
    #: When the site's moderators were told that nobody looks after it.
    forsaken_told_at: Mapped[datetime | None]
    #: Where its threads and members went; its own short name leads there.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    #: ``hosts`` is the hosts' round; None is a community like any other.
    builtin: Mapped[str | None] = mapped_column(String(16))
    __table_args__ = (
        Index("uq_community_builtin", "builtin", unique=True),
        Index("ix_community_activity", "last_post_at", "id"),
        Index("ix_community_size", "member_count", "id"),
        Index("ix_community_name", text("lower(name)"), "id"),
    )


class CommunityWord(Base):
    """A word of a community's name or charter, folded: what the directory finds it by."""

    __tablename__ = "community_word"
    word: Mapped[str] = mapped_column(String(60), primary_key=True)
    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), primary_key=True, index=True
    )


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
    #: The version of the charter whose rules were accepted when writing first.
    accepted_charter: Mapped[int] = mapped_column(default=0, server_default="0")
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    welcomed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    welcomed_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_membership_joined", "community_id", "joined_at"),
        Index("ix_membership_role", "community_id", "role"),
    )


class Charter(Base):
    """A version of a community's charter: purpose, rules and frame conditions. Versions are facts."""

    __tablename__ = "charter"
    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    statement: Mapped[str] = mapped_column(String(300))
    audience: Mapped[str] = mapped_column(String(300), default="", server_default="")
    rules: Mapped[list[dict[str, str]]] = mapped_column(JSON)  # text, scope
    response_days: Mapped[int | None]
    responders: Mapped[str] = mapped_column(String(120), default="", server_default="")
    languages: Mapped[str] = mapped_column(String(40), default="en", server_default="en")
    review_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    linked_community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    #: Whether everybody may read a redacted record of what was moderated here.
    public_record: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    reason: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]


class JoinRequest(Base):
    """Somebody asks to join; state ``open``, ``accepted``, ``declined`` or ``withdrawn``."""

    __tablename__ = "join_request"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    message: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    state: Mapped[str] = mapped_column(String(16), default="open", server_default="open")
    created_at: Mapped[datetime]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    __table_args__ = (
        Index("ix_join_request_queue", "community_id", "state", "id"),
        Index(
            "uq_join_request_open",
            "account_id",
            "community_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )


class CommunityInvitation(Base):
    """A member asks somebody in; state ``open``, ``accepted``, ``declined`` or ``withdrawn``."""

    __tablename__ = "community_invitation"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    inviter_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    message: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    state: Mapped[str] = mapped_column(String(16), default="open", server_default="open")
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    __table_args__ = (
        Index(
            "uq_community_invitation_open",
            "account_id",
            "community_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )


class CommunityWeek(Base):
    """What was written in a week, counted as it is written. ``week`` counts Mondays since 1970-01-05."""

    __tablename__ = "community_week"
    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), primary_key=True
    )
    week: Mapped[int] = mapped_column(primary_key=True)
    posts: Mapped[int] = mapped_column(default=0, server_default="0")
    threads: Mapped[int] = mapped_column(default=0, server_default="0")


class Contributor(Base):
    """Somebody who has written in a community, counted as they write."""

    __tablename__ = "contributor"
    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    posts: Mapped[int] = mapped_column(default=0, server_default="0")
    first_post_at: Mapped[datetime]
    last_post_at: Mapped[datetime]
    __table_args__ = (
        Index("ix_contributor_first", "community_id", "first_post_at"),
        Index("ix_contributor_last", "community_id", "last_post_at"),
    )


class HostRequest(Base):
    """A host asks others: kind ``cohost``, ``handover`` (with notes and an end) or ``adoption``.

    ``account_id`` is who is asked (None: the whole hosts' round, with a thread there). A handover
    that was accepted makes them manager until ``ends_on`` is over; then state goes from
    ``accepted`` to ``ended`` and they are again what they were (``previous_role``, empty: no member).
    """

    __tablename__ = "host_request"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    asker_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    notes: Mapped[str] = mapped_column(Text, default="", server_default="")
    state: Mapped[str] = mapped_column(String(16), default="open", server_default="open")
    ends_on: Mapped[date | None]
    previous_role: Mapped[str] = mapped_column(String(16), default="", server_default="")
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_host_request_state", "state", "ends_on"),)


class Playbook(Base):
    """A short guide for hosts, per purpose kind and language. ``author_id`` None: as it was shipped."""

    __tablename__ = "playbook"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    slug: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(8))
    purpose: Mapped[str] = mapped_column(String(16), default="", server_default="")
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    updated_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("slug", "language"),)


class ThreadTemplate(Base):
    """A text that a new thread of a community begins with."""

    __tablename__ = "thread_template"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16), default="discussion", server_default="discussion")
    title: Mapped[str] = mapped_column(String(200), default="", server_default="")
    body: Mapped[str] = mapped_column(Text, default="", server_default="")
    position: Mapped[int] = mapped_column(default=0, server_default="0")
