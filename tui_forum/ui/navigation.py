"""Where one can go: messages that screens and widgets post and the app answers.

Screens never import one another; they say where to go and ``ForumApp`` knows how.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from textual.message import Message


class Place(StrEnum):
    """Every screen one can go to by name; ``ui.places`` knows which class each is."""

    HOME = "home"
    INBOX = "inbox"
    DRAFTS = "drafts"
    MODERATION = "moderation"
    RECORD = "record"
    MODERATED = "moderated"
    NOTES = "notes"
    FIGURES = "figures"
    TEXTS = "texts"
    RULES = "rules"
    RULE = "rule"
    RULE_TRIAL = "rule_trial"
    TALK = "talk"
    DECISION = "decision"
    SETTINGS = "settings"
    SEARCH = "search"
    HELP = "help"
    REVISIONS = "revisions"
    DIRECTORY = "directory"
    COMMUNITY = "community"
    PROFILE = "profile"
    PROFILE_EDIT = "profile_edit"
    WHO_KNOWS = "who_knows"
    HOSTING = "hosting"
    ROUND = "round"
    PLAYBOOK = "playbook"
    EDIT_PLAYBOOK = "edit_playbook"
    CHARTER = "charter"
    CHARTER_FORM = "charter_form"
    UNANSWERED = "unanswered"
    NOT_YET = "not_yet"
    HOST_REQUEST = "host_request"
    TEMPLATES = "templates"
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class ComposeTarget:
    """What is being written.

    Exactly one of: a new thread (``community_id`` alone), a reply (``thread_id``, with
    ``reply_to`` when it answers one post), an edit (``post_id`` and ``revision``).
    ``initial_title`` and ``initial_body`` are put into an empty editor (a suggestion, a quote, or
    the post being edited); an existing draft wins over them. ``about`` is the announcement that
    a new thread discusses; ``key`` is that of a draft begun for an address that has changed since.
    """

    community_id: int
    thread_id: int | None = None
    thread_title: str = ""
    reply_to: int | None = None
    reply_to_handle: str = ""
    post_id: int | None = None
    revision: int = 0
    initial_body: str = ""
    about: int | None = None
    key: str = ""
    initial_title: str = ""

    @property
    def draft_key(self) -> str:
        """The key of the draft this writes to."""
        if self.key:
            return self.key
        if self.post_id is not None:
            return f"edit:{self.post_id}"
        if self.about is not None:
            return f"about:{self.about}:{self.community_id}"
        if self.thread_id is not None:
            suffix = "" if self.reply_to is None else f":re:{self.reply_to}"
            return f"thread:{self.thread_id}{suffix}"
        return f"community:{self.community_id}"


def charter_draft(community_id: int) -> str:
    """The key of the draft of a charter: of that community's, or (0) of one to be opened."""
    return f"charter:{community_id}"


class Navigate(Message):
    """Base of all navigation messages; they bubble to the app."""


@dataclass
class OpenCommunity(Navigate):
    """Go to a community's threads."""

    community_id: int


@dataclass
class OpenThread(Navigate):
    """Go to a thread: at post ``number``, or where unread begins."""

    thread_id: int
    number: int | None = None


@dataclass
class StartWriting(Navigate):
    """Open the composer; the app opens the thread at the new post when it was sent."""

    target: ComposeTarget


@dataclass
class Go(Navigate):
    """Go to a screen, made with ``arguments``: in place of the one that is shown, or on top of it."""

    place: Place
    arguments: tuple[object, ...] = ()
    on_top: bool = False
