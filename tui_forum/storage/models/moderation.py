"""Moderation: reports and cases, what moderators say and do, and the record of all of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tui_forum.storage.models.base import Base, Id


def _open(name: str, *columns: str) -> Index:
    """An index of open cases only: deciding one takes it out, whatever else was ever decided."""
    where = text("state = 'open'")
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


class Case(Base):
    """What moderators decide about: posts of one account, an appeal, or a talk with a member.

    ``community_id`` None is a matter of the site. ``severity`` is 1 for the gravest.
    ``forwarded_to`` is "", ``managers`` or ``site``. ``outcome`` is the kind of the decision.
    """

    __tablename__ = "moderation_case"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    #: Whom it is about: the author of the posts, who appeals, with whom one talks.
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: The first post; all of them are in :class:`CasePost`.
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    category: Mapped[str] = mapped_column(String(16), default="other", server_default="other")
    rule: Mapped[int | None]  # number of the charter's rule, with category "rule"
    severity: Mapped[int] = mapped_column(default=4, server_default="4")
    source: Mapped[str] = mapped_column(String(16), default="report", server_default="report")
    state: Mapped[str] = mapped_column(String(16), default="open", server_default="open")
    report_count: Mapped[int] = mapped_column(default=0, server_default="0")
    opened_at: Mapped[datetime]
    #: The latest report: what comes soon after joins this case.
    reported_at: Mapped[datetime]
    due_at: Mapped[datetime]
    first_look_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[str] = mapped_column(String(16), default="", server_default="")
    overturned: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    claimed_at: Mapped[datetime | None] = mapped_column(index=True)
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    forwarded_to: Mapped[str] = mapped_column(String(16), default="", server_default="")
    __table_args__ = (
        _open("ix_moderation_case_open", "id"),
        Index(
            "ix_moderation_case_closed",
            "id",
            sqlite_where=text("state = 'decided'"),
            postgresql_where=text("state = 'decided'"),
        ),
        Index("ix_moderation_case_account", "account_id", "id"),
        Index("ix_moderation_case_decided", "decided_at"),
        Index("ix_moderation_case_opened", "opened_at"),
        _open("ix_moderation_case_severity", "severity", "id"),
        _open("ix_moderation_case_due", "due_at", "id"),
        _open("ix_moderation_case_reports", "report_count", "id"),
        _open("ix_moderation_case_category", "category", "id"),
        Index("ix_moderation_case_community", "community_id", "state", "id"),
        _open("ix_moderation_case_community_severity", "community_id", "severity", "id"),
        _open("ix_moderation_case_community_due", "community_id", "due_at", "id"),
        _open("ix_moderation_case_community_reports", "community_id", "report_count", "id"),
    )


class CasePost(Base):
    """A post of a case, in the revision that was reported: its text then is in ``post_revision``."""

    __tablename__ = "case_post"
    case_id: Mapped[int] = mapped_column(
        ForeignKey("moderation_case.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    revision: Mapped[int]
    added_at: Mapped[datetime]


class Report(Base):
    """One person's report on a post. ``outcome`` is what it was told, and when."""

    __tablename__ = "report"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    reporter_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    category: Mapped[str] = mapped_column(String(16), default="other", server_default="other")
    rule: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    created_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(16), default="", server_default="")
    told_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("case_id", "post_id", "reporter_id"),
        Index("ix_report_post", "post_id"),
    )


class CaseMessage(Base):
    """What is said in a case: ``private`` among moderators, else between them and the member."""

    __tablename__ = "case_message"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    private: Mapped[bool]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    __table_args__ = (Index("ix_case_message_case", "case_id", "id"),)


class ModerationRecord(Base):
    """The append-only log of every moderation action, chained by hash (``domain.record``).

    Triggers refuse UPDATE and DELETE. Ids are given out without a gap. Nothing refers to
    other tables: what it tells stays, whatever becomes of what it tells about. ``actor_id``
    None is the program itself (a rule, a sanction that lapsed).
    """

    __tablename__ = "moderation_record"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(32))
    actor_id: Mapped[int | None]
    community_id: Mapped[int | None]
    case_id: Mapped[int | None]
    thread_id: Mapped[int | None]
    post_id: Mapped[int | None]
    account_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (
        Index("ix_moderation_record_community", "community_id", "id"),
        Index("ix_moderation_record_case", "case_id", "id"),
        Index("ix_moderation_record_account", "account_id", "id"),
        Index("ix_moderation_record_actor", "actor_id", "id"),
        Index("ix_moderation_record_action", "action", "id"),
        Index("ix_moderation_record_created", "created_at"),
    )


class Sanction(Base):
    """What a decision does to an account: ``warning``, ``silence``, ``suspension`` or ``removal``.

    Everywhere when ``community_id`` is None. It holds until ``until`` (None: for good) unless it
    was lifted; ``ended_at`` is when its end was told. ``seen_at`` is when the account read it.
    """

    __tablename__ = "sanction"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(1000))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_case.id", ondelete="SET NULL"))
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    until: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (
        Index("ix_sanction_account", "account_id", "id"),
        Index("ix_sanction_community", "community_id", "id"),
        Index("ix_sanction_case", "case_id"),
        Index(
            "ix_sanction_running",
            "until",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Appeal(Base):
    """Somebody challenges a decision; ``case_id`` is the appeal's own case, decided by another.

    ``decided_case_id`` and ``record_id`` are what is challenged, ``state`` is ``open``, ``upheld``
    (the decision stands), ``overturned`` or ``withdrawn``.
    """

    __tablename__ = "appeal"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"), unique=True)
    decided_case_id: Mapped[int | None] = mapped_column(
        ForeignKey("moderation_case.id", ondelete="CASCADE"), index=True
    )
    sanction_id: Mapped[int | None] = mapped_column(ForeignKey("sanction.id", ondelete="CASCADE"), index=True)
    record_id: Mapped[int] = mapped_column(BigInteger)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default="open", server_default="open")
    created_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("record_id", "account_id"),)


class AccountNote(Base):
    """What moderators should know of an account; of one community's or (None) the site's."""

    __tablename__ = "account_note"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_case.id", ondelete="SET NULL"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    body: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    __table_args__ = (Index("ix_account_note_account", "account_id", "id"),)


class Restriction(Base):
    """What a thread, or (``thread_id`` None) a whole community, is limited to for a time.

    ``kind`` is ``slow`` (a post every ``seconds``), ``lock``, ``approval`` or ``read_only``.
    """

    __tablename__ = "restriction"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    reason: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (
        Index(
            "ix_restriction_running",
            "community_id",
            "thread_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_restriction_due",
            "until",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class ModerationRule(Base):
    """A rule that acts by itself, in a community or (None) everywhere.

    ``kind`` is ``words``, ``regex``, ``links``, ``new_account`` or ``rate``; ``pattern`` holds the
    words or the expression, ``threshold`` and ``seconds`` the figures of the others; ``action``
    is ``hold``, ``flag`` or ``refuse``. Hits are counted right or wrong by what moderators decide.
    """

    __tablename__ = "moderation_rule"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    community_id: Mapped[int | None] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16))
    pattern: Mapped[str] = mapped_column(Text, default="", server_default="")
    threshold: Mapped[int] = mapped_column(default=0, server_default="0")
    seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    action: Mapped[str] = mapped_column(String(16))
    category: Mapped[str] = mapped_column(String(16), default="other", server_default="other")
    explanation: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    enabled: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    hits: Mapped[int] = mapped_column(default=0, server_default="0")
    right_hits: Mapped[int] = mapped_column(default=0, server_default="0")
    wrong_hits: Mapped[int] = mapped_column(default=0, server_default="0")
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RuleHit(Base):
    """A rule has acted on a post, or (``post_id`` None) refused one. ``verdict``: "", right, wrong."""

    __tablename__ = "rule_hit"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("moderation_rule.id", ondelete="CASCADE"))
    case_id: Mapped[int | None] = mapped_column(
        ForeignKey("moderation_case.id", ondelete="CASCADE"), index=True
    )
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    action: Mapped[str] = mapped_column(String(16))
    verdict: Mapped[str] = mapped_column(String(8), default="", server_default="")
    created_at: Mapped[datetime]
    __table_args__ = (Index("ix_rule_hit_rule", "rule_id", "id"),)


class ReasonTemplate(Base):
    """A prepared text, of a community or (None) of the site, for decisions of ``kind`` ("": any).

    ``texts`` holds it by language, with placeholders (``domain.reasons``).
    """

    __tablename__ = "reason_template"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    community_id: Mapped[int | None] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(16), default="", server_default="")
    texts: Mapped[dict[str, Any]] = mapped_column(JSON)
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    updated_at: Mapped[datetime]


class SavedFilter(Base):
    """A moderator's own filter of the queue, under a name."""

    __tablename__ = "saved_filter"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    filter: Mapped[dict[str, Any]] = mapped_column(JSON)
