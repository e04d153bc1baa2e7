"""Facts and what is told of them: events, notices, imports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tui_forum.storage.models.base import Base, Id


class Notice(Base):
    """Something an account is told."""

    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(32))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    #: The case that a moderator is told of, or whose talk with the moderators this belongs to.
    case_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_case.id"), index=True)
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
