"""The schema as SQLAlchemy tables. Alembic's migrations build it; tests run on the migrated database.

Only ``storage`` and ``migrations`` know these. Statements are Core: no identity map, no lazy
loading. Times are UTC. Tables of facts that may never be changed (``decision``, ``event``)
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
    Contributor,
    HostRequest,
    JoinRequest,
    Membership,
    Playbook,
    SlugAlias,
    ThreadTemplate,
)
from tui_forum.storage.models.log import (
    Event,
    ImportRecord,
    Notice,
)
from tui_forum.storage.models.moderation import (
    Case,
    Decision,
    Report,
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
    "Acknowledgement",
    "Base",
    "Case",
    "Charter",
    "Community",
    "CommunityInvitation",
    "CommunityWeek",
    "Contributor",
    "Decision",
    "Draft",
    "Event",
    "HostRequest",
    "Id",
    "ImportRecord",
    "Interest",
    "Invite",
    "JoinRequest",
    "Membership",
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
    "Recognition",
    "Report",
    "Signpost",
    "SlugAlias",
    "SshKey",
    "Thread",
    "ThreadTemplate",
    "UtcDateTime",
]
