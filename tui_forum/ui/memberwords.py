"""How roles, doors and orders are called; all of it is for ``_()``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui_forum.domain.charter import PURPOSES
from tui_forum.domain.directory import Order, Whose
from tui_forum.domain.entities import Purpose, Role, Visibility
from tui_forum.domain.views import CommunityRow
from tui_forum.i18n import N_, _

ROLES: Final[Mapping[str, str]] = {
    Role.MEMBER.value: N_("member"),
    Role.EXPERT.value: N_("expert"),
    Role.MODERATOR.value: N_("moderator"),
    Role.MANAGER.value: N_("manager"),
}
#: What a role is for, in a line.
ROLE_NOTES: Final[Mapping[str, str]] = {
    Role.MEMBER.value: N_("reads and writes"),
    Role.EXPERT.value: N_("is asked first when a question waits"),
    Role.MODERATOR.value: N_("decides about reports"),
    Role.MANAGER.value: N_("hosts: charter, members, roles"),
}
#: Who sees and joins a community, in a line.
VISIBILITIES: Final[Mapping[str, str]] = {
    Visibility.OPEN.value: N_("Open: everybody reads and may join"),
    Visibility.APPROVAL.value: N_("By approval: all see what it is for, members read"),
    Visibility.INVITE.value: N_("By invitation: only members know of it"),
}
PURPOSE_NAMES: Final[Mapping[Purpose, str]] = {one: rules.name for one, rules in PURPOSES.items()}
ORDERS: Final[Mapping[Order, str]] = {
    Order.ACTIVITY: N_("latest post first"),
    Order.SIZE: N_("most members first"),
    Order.NAME: N_("by name"),
    Order.NEWEST: N_("newest first"),
}
WHOSE: Final[Mapping[Whose, str]] = {
    Whose.ALL: N_("all"),
    Whose.MINE: N_("mine"),
    Whose.OTHERS: N_("others"),
}


def door_word(row: CommunityRow) -> str:
    """How one stands to a community, or else how one would come in; empty where one just joins."""
    if row.role is not None:
        return _(ROLES[row.role.value])
    if row.invited:
        return _("you are invited")
    if row.requested:
        return _("asked to join")
    if row.archived:
        return _("archived")
    return {
        Visibility.OPEN: "",
        Visibility.APPROVAL: _("by approval"),
        Visibility.INVITE: _("by invitation"),
    }[row.visibility]
