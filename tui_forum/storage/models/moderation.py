"""Reports, cases and decisions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tui_forum.storage.models.base import Base, Id


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
