"""How roles and doors are called; all of it is for ``_()``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui_forum.domain.entities import Role, Visibility
from tui_forum.i18n import N_

ROLES: Final[Mapping[str, str]] = {
    Role.MEMBER.value: N_("member"),
    Role.EXPERT.value: N_("expert"),
    Role.MODERATOR.value: N_("moderator"),
    Role.MANAGER.value: N_("manager"),
}
#: Who sees and joins a community, in a line.
VISIBILITIES: Final[Mapping[str, str]] = {
    Visibility.OPEN.value: N_("Open: everybody reads, and joins with a key press"),
    Visibility.APPROVAL.value: N_("By approval: everybody sees what it is for, its members read"),
    Visibility.INVITE.value: N_("By invitation: only its members know of it"),
}
