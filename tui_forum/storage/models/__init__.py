"""The schema as SQLAlchemy tables. Alembic's migrations build it; tests run on the migrated database.

Only ``storage`` and ``migrations`` know these. Statements are Core: no identity map, no lazy
loading. Times are UTC. Tables of facts that may never be changed (``event``, ``moderation_record``)
are guarded by triggers made in the migration.
"""

from __future__ import annotations

from tui_forum.storage.models.accounts import (
    Account,
    Interest,
    Invite,
    Profile,
    SshKey,
)
from tui_forum.storage.models.base import Base, Id, UtcDateTime
from tui_forum.storage.models.communities import (
    Charter,
    Community,
    CommunityInvitation,
    CommunityWeek,
    CommunityWord,
    Contributor,
    HostRequest,
    JoinRequest,
    Membership,
    Playbook,
    ThreadTemplate,
)
from tui_forum.storage.models.log import (
    Event,
    ImportRecord,
    Notice,
)
from tui_forum.storage.models.moderation import (
    AccountNote,
    Appeal,
    Case,
    CaseMessage,
    CasePost,
    ModerationRecord,
    ModerationRule,
    ReasonTemplate,
    Report,
    Restriction,
    RuleHit,
    Sanction,
    SavedFilter,
)
from tui_forum.storage.models.writing import (
    Acknowledgement,
    Draft,
    Poll,
    PollOption,
    PollVote,
    Post,
    PostAlias,
    PostRevision,
    Praise,
    Reaction,
    ReadPointer,
    Recognition,
    Signpost,
    Thread,
)

__all__ = [
    "Account",
    "AccountNote",
    "Acknowledgement",
    "Appeal",
    "Base",
    "Case",
    "CaseMessage",
    "CasePost",
    "Charter",
    "Community",
    "CommunityInvitation",
    "CommunityWeek",
    "CommunityWord",
    "Contributor",
    "Draft",
    "Event",
    "HostRequest",
    "Id",
    "ImportRecord",
    "Interest",
    "Invite",
    "JoinRequest",
    "Membership",
    "ModerationRecord",
    "ModerationRule",
    "Notice",
    "Playbook",
    "Poll",
    "PollOption",
    "PollVote",
    "Post",
    "PostAlias",
    "PostRevision",
    "Praise",
    "Profile",
    "Reaction",
    "ReadPointer",
    "ReasonTemplate",
    "Recognition",
    "Report",
    "Restriction",
    "RuleHit",
    "Sanction",
    "SavedFilter",
    "Signpost",
    "SshKey",
    "Thread",
    "ThreadTemplate",
    "UtcDateTime",
]
