"""The inbox: what one is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final

from textual.widget import Widget

from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.text import display_line
from tui_forum.domain.views import CommunityRow, Notice
from tui_forum.i18n import N_, _, format_age
from tui_forum.ui import casewords
from tui_forum.ui.actions.joining import JoiningActions
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.memberwords import ROLES, VISIBILITIES
from tui_forum.ui.navigation import Go, OpenCommunity, OpenThread, Place
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Lines, RowList, columns

_SENTENCES: Final = {
    "reply": N_("@{handle} replied in “{title}”"),
    "praise": N_("@{handle} thanks you for your post in “{title}”"),
    "praise_removed": N_("Your praise of a post in “{title}” was taken away by a moderator"),
    "welcome": N_("@{handle} welcomes you to {community}"),
    **casewords.NOTICES,
    "thread_pinned": N_("@{handle} pinned your thread “{title}”"),
    "thread_unpinned": N_("@{handle} unpinned your thread “{title}”"),
    "thread_locked": N_("@{handle} closed your thread “{title}”"),
    "thread_unlocked": N_("@{handle} reopened your thread “{title}”"),
    "thread_moved": N_("@{handle} moved your thread “{title}” to {community}"),
    "thread_moved_away": N_("@{handle} moved a thread of yours from {community} to where you cannot read"),
    "thread_merged": N_("@{handle} merged your thread into “{title}”"),
    "thread_split": N_("@{handle} split posts off your thread “{title}”"),
    "poll_closed": N_("The poll “{title}” is closed"),
    "post_split": N_("@{handle} made your post the beginning of “{title}”"),
    "join_request": N_("@{handle} asks to join {community}"),
    "request_accepted": N_("You have been let into {community}"),
    "request_declined": N_("Your request to join {community} was declined"),
    "invitation": N_("@{handle} invites you into {community}"),
    "invitation_accepted": N_("@{handle} has accepted your invitation into {community}"),
    "role_changed": N_("@{handle} has given you another role in {community}"),
    "member_removed": N_("You are not a member of {community} any more"),
    "cohost_asked": N_("@{handle} asks you to host {community} too"),
    "cohost_accepted": N_("@{handle} hosts {community} with you now"),
    "cohost_declined": N_("@{handle} does not want to host {community}"),
    "handover_asked": N_("@{handle} asks you to stand in as host of {community}"),
    "handover_accepted": N_("@{handle} stands in for you as host of {community}"),
    "handover_declined": N_("@{handle} cannot stand in as host of {community}"),
    "handover_ended": N_("Standing in as host of {community} is over"),
    "handover_kept": N_("Standing in is over, but {community} has no other host: it stays as it is"),
    "community_adopted": N_("@{handle} hosts {community} from now on"),
    "community_archived": N_("{community} was archived: it can still be read"),
    "community_reopened": N_("{community} is open again"),
    "community_merged": N_("{text} is part of {community} now"),
    "community_dormant": N_("Nobody has written in {community} for a long time: what now?"),
    "community_forsaken": N_("Nobody looks after {community} any more: what now?"),
    "visibility_changed": N_("{community} is open to others than before"),
    "made_host": N_("@{handle} has opened {community} with you as a host"),
    "charter_changed": N_("@{handle} has changed the charter of {community}"),
    "question_for_experts": N_("“{title}” waits for an answer: you are an expert there"),
    "question_for_hosts": N_("“{title}” still waits for an answer: you host {community}"),
    "project_ends": N_("The last day of {community} has come: close, extend, or go on?"),
    "review_due": N_("It is time to look at the charter of {community} again"),
    "acknowledgement_wanted": N_("@{handle} asks you to acknowledge “{title}”"),
}
#: What leads to the community's charter.
_CHARTER: Final = frozenset(("charter_changed", "project_ends", "review_due"))
_CHANGES: Final = frozenset(
    (EventKind.NOTICE_SENT, EventKind.INVITATION_CLOSED, EventKind.MEMBER_LEFT, EventKind.HOST_ANSWERED)
)
#: What leads to the community's page; the others lead to its threads.
_ABOUT: Final = frozenset(
    (
        "join_request",
        "request_declined",
        "invitation",
        "invitation_accepted",
        "role_changed",
        "member_removed",
        "visibility_changed",
    )
)
#: What is answered, or looked after, in the hosts' round; and what leads to the host's page.
_ROUND: Final = frozenset(("cohost_asked", "handover_asked", "cohost_declined", "handover_declined"))
_HOSTING: Final = frozenset(
    ("cohost_accepted", "handover_accepted", "handover_kept", "community_dormant", "community_forsaken")
)
#: Said when the community is one that the reader does not see any more.
_NAMELESS: Final = {
    **casewords.NAMELESS,
    "member_removed": N_("You are not a member any more of a community that is by invitation"),
    "handover_ended": N_("Standing in as host is over"),
}
#: What a notice's text stands for, where it is a word of the program.
_MEANINGS: Final[dict[str, Mapping[str, str]]] = {
    **casewords.MEANINGS,
    "role_changed": ROLES,
    "visibility_changed": VISIBILITIES,
}


def _sentence(notice: Notice) -> str:
    nameless = _NAMELESS.get(notice.kind, "") if notice.community_id is None else ""
    return _(nameless or _SENTENCES.get(notice.kind, "{title}"))


def _text(notice: Notice) -> str:
    meaning = _MEANINGS.get(notice.kind, {}).get(notice.text)
    return _(meaning) if meaning else display_line(notice.text)


def _draw(notice: Notice, width: int, skin: Skin) -> Lines:
    sentence = _sentence(notice).format(
        handle=notice.actor_handle,
        title=display_line(notice.thread_title),
        community=display_line(notice.community_name),
        text=display_line(notice.text),
    )
    dot = Cell("  " if notice.seen else "● ", skin.unread)
    age = [Cell(f" {format_age(notice.created_at, datetime.now(UTC))}", skin.dim)]
    style = skin.base if notice.seen else skin.strong
    first = [dot, *columns(Cell(sentence, style), age, width - 3)]
    return first, [Cell("    "), Cell(_text(notice), skin.dim)]


class InboxScreen(JoiningActions, ListScreen[None]):
    """Notices, latest first; seen once one has looked."""

    TITLE_TEXT = N_("Inbox")
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("go there"), hint=True),
        Key(("J",), "accept", N_("accept an invitation"), hint=True),
        Key(("D",), "decline", N_("decline an invitation"), hint=True),
        Key(("a",), "decision", N_("the decision, appeal")),
        Key(("at",), "profile", N_("profile of who it is from")),
    )

    def __init__(self) -> None:
        super().__init__()
        self.rows = RowList[Notice](_draw, row_height=2, empty=_("Nothing here yet."))
        self._more = True

    def body(self) -> Sequence[Widget]:
        """One list."""
        return (self.rows,)

    async def on_mount(self) -> None:
        """Load, and note that all was seen."""
        self.rows.focus()
        await self._load()
        await super().on_mount()
        await self.ask(self.forum.notices.mark_seen(self.actor))

    async def _load(self) -> None:
        page = await self.ask(self.forum.notices.page(self.actor))
        if page is not None:
            current = self.rows.current
            self.rows.set_items(page, keep=lambda n: current is not None and n.notice_id == current.notice_id)

    async def on_row_list_near_end(self, message: RowList.NearEnd) -> None:
        """The next page."""
        message.stop()
        last = self.rows.items[-1] if self.rows.items else None
        if self._more and isinstance(last, Notice):
            page = await self.ask(self.forum.notices.page(self.actor, last.notice_id))
            self._more = bool(page)
            self.rows.add_items(page or ())

    async def on_forum_event(self, event: Event) -> None:
        """Something new, or something that is not to be seen any more."""
        own = event.account_id == self.actor.account_id
        if own and event.event_id and event.kind in _CHANGES:
            await self._load()
        self.refresh_bars()

    def action_decision(self) -> None:
        """What moderators decided about one, and the way to appeal."""
        notice = self.rows.current
        if notice is None or notice.case_id is None or notice.kind not in casewords.DECIDED:
            self.say(_("It is about no decision of moderators."))
        else:
            self.post_message(Go(Place.DECISION, (notice.case_id,), on_top=True))

    def action_profile(self) -> None:
        """The profile of who the selected notice is from."""
        notice = self.rows.current
        if notice is not None and notice.actor_handle:
            self.post_message(Go(Place.PROFILE, (notice.actor_handle,), on_top=True))
        else:
            self.say(_("It names nobody."))

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Go to the case, the post, or else the community, that it is about."""
        message.stop()
        notice = message.item
        if not isinstance(notice, Notice):
            return
        if notice.case_id is not None and notice.kind in casewords.TO_TALK:
            self.post_message(Go(Place.TALK, (notice.case_id,), on_top=True))
        elif notice.case_id is not None and notice.kind in casewords.TO_DECISION:
            self.action_decision()
        elif notice.case_id is not None and notice.kind in casewords.TO_CASE:
            self.post_message(Go(Place.MODERATION, (notice.case_id,)))
        elif notice.thread_id is not None:
            self.post_message(OpenThread(notice.thread_id, notice.post_number))
        elif notice.community_id is not None and notice.kind in _CHARTER:
            self.post_message(Go(Place.CHARTER, (notice.community_id,), on_top=True))
        elif notice.kind in _ROUND:
            self.post_message(Go(Place.ROUND))
        elif notice.community_id is not None and notice.kind in _HOSTING:
            self.post_message(Go(Place.HOSTING, (notice.community_id,), on_top=True))
        elif notice.community_id is not None and notice.kind in _ABOUT:
            self.post_message(Go(Place.COMMUNITY, (notice.community_id,), on_top=True))
        elif notice.community_id is not None:
            self.post_message(OpenCommunity(notice.community_id))

    # -- invitations

    async def _inviting(self) -> CommunityRow | None:
        """The community that the selected notice invites into, while that can be answered."""
        notice = self.rows.current
        if notice is None or notice.kind != "invitation" or notice.community_id is None:
            self.say(_("Select an invitation."))
            return None
        row = await self.ask(self.forum.communities.community_by_id(self.actor, notice.community_id))
        if row is not None and not row.invited:
            self.say(_("This invitation is answered."))
            return None
        return row

    @dialog
    async def action_accept(self) -> None:
        """Come in."""
        row = await self._inviting()
        if row is not None:
            await self.come_or_go(row)

    @dialog
    async def action_decline(self) -> None:
        """Say no."""
        row = await self._inviting()
        if row is not None and await self.decline(row):
            await self._load()
