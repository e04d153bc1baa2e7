"""People: accounts, their keys and profiles, invitations into the forum."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from tui_forum.storage.models.base import Base, Id


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


class Profile(Base):
    """What an account tells about itself. ``hidden`` names kinds of recognition it does not show."""

    __tablename__ = "profile"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    job: Mapped[str] = mapped_column(String(80), default="", server_default="")
    unit: Mapped[str] = mapped_column(String(80), default="", server_default="")
    place: Mapped[str] = mapped_column(String(80), default="", server_default="")
    languages: Mapped[str] = mapped_column(String(80), default="", server_default="")
    hidden: Mapped[str] = mapped_column(String(200), default="", server_default="")


class Interest(Base):
    """A topic that an account can ``help`` with or wants to ``learn``.

    ``topic`` is folded for matching (``domain.people``), ``label`` is as it was typed.
    """

    __tablename__ = "interest"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    topic: Mapped[str] = mapped_column(String(60), primary_key=True)
    label: Mapped[str] = mapped_column(String(60))
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    __table_args__ = (Index("ix_interest_topic", "topic", "kind"),)
