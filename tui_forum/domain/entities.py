"""Entities and enumerations: the vocabulary of the forum, frozen and free of any library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SiteRole(StrEnum):
    """What an account may do everywhere."""

    MEMBER = "member"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Role(StrEnum):
    """What an account is in one community it belongs to. Experts are asked first; managers host it."""

    MEMBER = "member"
    EXPERT = "expert"
    MODERATOR = "moderator"
    MANAGER = "manager"


class AccountState(StrEnum):
    """``unclaimed`` accounts were made by an importer and cannot log in."""

    ACTIVE = "active"
    UNCLAIMED = "unclaimed"


class Purpose(StrEnum):
    """The purpose kind of a community's charter."""

    PRACTICE = "practice"
    INFORMATION = "information"
    QUESTIONS = "questions"
    PROJECT = "project"


class OpeningMode(StrEnum):
    """Who may open a community: communities start with people who want them, so everyone by default."""

    EVERYONE = "everyone"
    MODERATORS = "moderators"
    ADMINS = "admins"


class Visibility(StrEnum):
    """``invite`` communities exist only for their members."""

    OPEN = "open"
    APPROVAL = "approval"
    INVITE = "invite"


class ThreadKind(StrEnum):
    """What a thread is."""

    DISCUSSION = "discussion"
    QUESTION = "question"
    ANNOUNCEMENT = "announcement"
    POLL = "poll"


class PostState(StrEnum):
    """``deleted`` by its author, ``removed`` by a moderator; both leave a tombstone.

    ``held`` waits for a moderator: only its author and moderators know of it.
    """

    VISIBLE = "visible"
    DELETED = "deleted"
    REMOVED = "removed"
    HELD = "held"


class PostOrder(StrEnum):
    """How the reader orders a thread."""

    CHRONOLOGICAL = "chronological"
    TREE = "tree"


class RegistrationMode(StrEnum):
    """Who may make an account with an unknown key."""

    OPEN = "open"
    INVITE = "invite"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Actor:
    """The account on whose behalf a service acts."""

    account_id: int
    handle: str
    display_name: str
    site_role: SiteRole
    language: str = "en"
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class SshKey:
    """A public key of an account. ``fingerprint`` is OpenSSH's ``SHA256:…``."""

    key_id: int
    name: str
    algorithm: str
    fingerprint: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key as the SSH edge or a file presents it: OpenSSH line and fingerprint."""

    algorithm: str
    fingerprint: str
    openssh: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """What a newcomer types."""

    handle: str
    display_name: str
    time_zone: str = "UTC"
    language: str = "en"
    invite_code: str = ""
