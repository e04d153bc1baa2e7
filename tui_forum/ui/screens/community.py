"""A community's page: what it is for, who hosts it, who is in it; and for managers who wants in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Final

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui_forum.domain.entities import Role, Visibility
from tui_forum.domain.errors import ForumError, InvalidInputError
from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.membership import (
    LAST_MANAGER,
    CommunityPage,
    Invitation,
    Member,
    MemberCursor,
    Request,
)
from tui_forum.domain.policy import Action, decide
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, explain, format_age, format_date, format_number, ngettext, phrase
from tui_forum.services.communities import standing_in
from tui_forum.ui.actions.calming import CalmingActions
from tui_forum.ui.actions.joining import JoiningActions
from tui_forum.ui.keys import Key
from tui_forum.ui.lifewords import MARKS, explain_stage, stage_name
from tui_forum.ui.listscreen import Page, PagedScreen
from tui_forum.ui.memberwords import PURPOSE_NAMES, ROLE_NOTES, ROLES, VISIBILITIES
from tui_forum.ui.modals.pick import Choice
from tui_forum.ui.navigation import Go, OpenCommunity, Place
from tui_forum.ui.sanctionwords import restriction_name
from tui_forum.ui.screen import dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.widgets.rows import Cell, Heading, Lines, RowList, columns
from tui_forum.ui.widgets.spark import spark

Item = Request | Invitation | Member
#: Levels: what one is here decides which keys there are.
VISITOR: Final = "visitor"
INVITED: Final = "invited"
MANAGER: Final = "manager"

_CHANGES: Final = frozenset(
    (
        EventKind.MEMBER_JOINED, EventKind.MEMBER_LEFT, EventKind.MEMBER_CHANGED, EventKind.MEMBER_INVITED,
        EventKind.INVITATION_CLOSED, EventKind.JOIN_REQUESTED, EventKind.REQUEST_CLOSED,
        EventKind.COMMUNITY_CHANGED, EventKind.NOTICE_SENT, EventKind.RESTRICTION_CHANGED,
        EventKind.SANCTION_CHANGED,
    )
)  # fmt: skip


def _quoted(text: str) -> str:
    return _("“{title}”").format(title=display_line(text))


def _draw(item: Item, width: int, skin: Skin) -> Lines:
    now = datetime.now(UTC)
    name = f" @{item.account.handle} {display_line(item.account.display_name)}"
    if isinstance(item, Member):
        role = Cell(f" {_(ROLES[item.role.value])} ", skin.base if item.role is Role.MEMBER else skin.good)
        since = Cell(f"{format_date(item.joined_at):>13} ", skin.dim)
        return (columns(Cell(name), [role, since], width),)
    age = Cell(f" {format_age(item.created_at, now):>7} ", skin.dim)
    if isinstance(item, Invitation):
        by = Cell(" " + _("invited by @{handle}").format(handle=item.inviter.handle), skin.dim)
        return (columns(Cell(name), [by, age], width),)
    said = f": {display_line(item.message)}" if item.message else ""
    return (columns(Cell(f"{name}{said}", skin.strong), [age], width),)


class CommunityScreen(JoiningActions, CalmingActions, PagedScreen[None]):
    """What everybody may know above; requests, invitations and members below."""

    FOOTER_LINES = (2, 1)
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("choose"), hint=True, levels=(MANAGER,)),
        Key(("J",), "join", N_("join or leave"), hint=True, levels=(VISITOR, MANAGER)),
        Key(("J",), "join", N_("accept"), hint=True, levels=(INVITED,)),
        Key(("D",), "decline_invitation", N_("decline"), hint=True, levels=(INVITED,)),
        Key(("t",), "threads", N_("threads"), hint=True),
        Key(("enter", "l", "right"), "profile", N_("profile"), hint=True, levels=(VISITOR,)),
        Key(("at",), "profile", N_("profile")),
        Key(("H",), "host", N_("host's page"), hint=True, levels=(MANAGER,)),
        Key(("I",), "invite", N_("invite"), hint=True, levels=(VISITOR, MANAGER)),
        Key(("a",), "accept", N_("let in"), hint=True, levels=(MANAGER,)),
        Key(("d",), "decline", N_("do not let in"), hint=True, levels=(MANAGER,)),
        Key(("r",), "role", N_("give another role"), levels=(MANAGER,)),
        Key(("x",), "remove", N_("remove a member, take back an invitation"), levels=(MANAGER,)),
        Key(("V",), "visibility", N_("who sees this community"), levels=(MANAGER,)),
        Key(("s",), "calm", N_("slow mode, approval first, read only")),
        Key(("C",), "charter", N_("charter"), hint=True),
        Key(("m",), "moderated", N_("what is moderated here"), hint=True),
        Key(("R",), "acting_rules", N_("rules that act"), levels=(MANAGER,)),
        Key(("ctrl+r", "f5"), "reload", N_("reload")),
    )
    DEFAULT_CSS = """
    CommunityScreen #about { height: auto; max-height: 60%; padding: 0 1 1 1; }
    """

    def __init__(self, community_id: int) -> None:
        super().__init__()
        self._community_id = community_id
        self._page: CommunityPage | None = None
        self._here: tuple[str, ...] = ()
        self._next: MemberCursor | None = None
        self._gone = False
        self.about = Static("", id="about", markup=False)
        self.rows = RowList[Item](_draw)

    def body(self) -> Sequence[Widget]:
        """The page and who is on it."""
        return (self.about, self.rows)

    @property
    def level(self) -> str:
        """What one is here."""
        if self._page is not None and self._page.may_manage:
            return MANAGER
        return INVITED if self._page is not None and self._page.invitation is not None else VISITOR

    def heading(self) -> str:
        """The community's name."""
        return display_line(self._page.row.name) if self._page is not None else ""

    @dialog
    async def action_calm(self) -> None:
        """Restrict the whole community for a time, or end that, as a moderator."""
        page = self._page
        if page is None:
            return
        verdict = decide(Action.RESTRICT, standing_in(self.actor, page.row))
        if not verdict.allowed:
            self.say(phrase(verdict.reason, verdict.params), error=True)
            return
        title = _("Restrict {name}").format(name=display_line(page.row.name))
        if await self.restrict(title, page.row.restrictions, self._community_id, None):
            await self._load()

    def action_charter(self) -> None:
        """The charter."""
        self.post_message(Go(Place.CHARTER, (self._community_id,), on_top=True))

    def action_moderated(self) -> None:
        """What was moderated here, and why."""
        if self._page is not None and self._page.may_read:
            self.post_message(Go(Place.MODERATED, (self._community_id, self._page.row.name), on_top=True))
        else:
            self.say(_("Only its members read here."))

    # -- loading

    async def on_mount(self) -> None:
        """Load; who may not know of it is sent back."""
        self.rows.focus()
        if not await self._load():
            return
        await super().on_mount()

    async def _load(self, farewell: str = "") -> bool:
        """Load, or leave with ``farewell`` (or why) when one may not know of the community any more."""
        if self._gone:
            return False
        try:
            page = await self.forum.memberships.page(self.actor, self._community_id)
            items = await self._people(page)
        except ForumError as error:
            self._gone = True
            self.forum_app.call_later(self.forum_app.say, farewell or explain(error), error=not farewell)
            if self.is_current:
                self.dismiss()
            return False
        self._page, self._community_id = page, page.row.community_id
        current = self.rows.current
        self.rows.empty = "" if page.may_read else _("Who is in it, its members see.")
        self.rows.set_items(items, keep=lambda item: _same(item, current))
        self._show()
        return True

    async def on_screen_resume(self) -> None:  # type: ignore[override]
        """What was laid over it is closed; it may be gone meanwhile."""
        if self._gone:
            self.dismiss()
        else:
            self.refresh_bars()

    async def _people(self, page: CommunityPage) -> list[Item | Heading]:
        """Requests and invitations for who may answer them, and members for who may read."""
        items: list[Item | Heading] = []
        community_id = page.row.community_id
        if page.requests:
            items.append(Heading(_("Asking to join")))
            items += await self.forum.memberships.requests(self.actor, community_id)
        if page.invited:
            items.append(Heading(_("Invited")))
            items += await self.forum.memberships.invitations(self.actor, community_id)
        self._next, self._here = None, ()
        if page.may_read:
            members = await self.forum.memberships.members(self.actor, community_id)
            self._next = members.next
            self._here = await self.forum.presence.here(self.actor, community_id)
            items += [Heading(_("Members")), *members.rows]
        return items

    def next_page(self) -> Coroutine[Any, Any, Page]:
        """The next members."""
        return self.forum.memberships.members(self.actor, self._community_id, self._next)

    async def on_forum_event(self, event: Event) -> None:
        """Somebody came, went, asked or answered."""
        here = event.community_id in (None, self._community_id)
        if here and event.kind in _CHANGES and not await self._load():
            return
        self.refresh_bars()

    # -- what is shown above

    def _show(self) -> None:
        page = self._page
        assert page is not None
        lines = [Content.assemble((line, style)) for line, style in self._lines(page) if line]
        self.about.update(Content("\n").join(lines))
        self.refresh_bars()

    def _lines(self, page: CommunityPage) -> list[tuple[str, str]]:
        row = page.row
        names = " ".join(f"@{host.handle}" for host in page.hosts) or _("nobody")
        kind = " · ".join((_(PURPOSE_NAMES[row.purpose]), " ".join(page.languages), row.slug))
        return [
            (display_line(row.statement), "bold"),
            (_("For: {audience}").format(audience=display_line(page.audience)) if page.audience else "", ""),
            (kind, "$foreground 65%"),
            (_("Hosts: {names}").format(names=names), ""),
            (self._figures(page), ""),
            (self._state(page), ""),
            (_(VISIBILITIES[row.visibility.value]), "$foreground 65%"),
            (_("Here now: {names}").format(names=" ".join(f"@{n}" for n in self._here)), "")
            if self._here
            else ("", ""),
            *(
                (f"! {restriction_name(one)} · {display_line(one.reason)}", "bold")
                for one in row.restrictions
            ),
            *((f"! {display_line(phrase(bar.refusal, bar.params))}", "bold $text-error") for bar in row.bars),
            (self._mine(page), "bold $accent"),
        ]

    @staticmethod
    def _figures(page: CommunityPage) -> str:
        opened = _("opened {date}").format(date=format_date(page.created_at))
        if not page.may_read:
            return opened
        row = page.row
        members = ngettext("{n} member", "{n} members", row.member_count)
        threads = ngettext("{n} thread", "{n} threads", row.thread_count)
        return " · ".join(
            (
                members.format(n=format_number(row.member_count)),
                threads.format(n=format_number(row.thread_count)),
                opened,
            )
        )

    @staticmethod
    def _state(page: CommunityPage) -> str:
        if page.stage is None:
            return ""
        stage = page.stage.stage
        return f"{MARKS[stage]} {stage_name(stage)} {spark(page.weeks)} {explain_stage(page.stage)}"

    @staticmethod
    def _mine(page: CommunityPage) -> str:
        """How one stands to it, and what one can do about it."""
        row = page.row
        if row.role is not None:
            return _("You are in it: {role}.").format(role=_(ROLES[row.role.value]))
        if page.invitation is not None:
            by = _("@{handle} invites you: J accepts, D declines.")
            said = f" {_quoted(page.invitation.message)}" if page.invitation.message else ""
            return by.format(handle=page.invitation.inviter.handle) + said
        if page.request is not None:
            return _("You have asked to join; the hosts will answer. J takes it back.")
        if page.may_join:
            return _("J joins.")
        return _("J asks the hosts to let you in.") if page.may_request else ""

    # -- in and out

    @dialog
    async def action_join(self) -> None:
        """Join, accept, ask, or leave."""
        if self._page is not None and await self.come_or_go(self._page.row):
            await self._load(farewell=self.footer.text)

    @dialog
    async def action_decline_invitation(self) -> None:
        """Say no."""
        if self._page is not None and await self.decline(self._page.row):
            await self._load(farewell=self.footer.text)

    def action_threads(self) -> None:
        """To what is written in it."""
        if self._page is not None and self._page.may_read:
            self.post_message(OpenCommunity(self._community_id))
        else:
            self.say(_("Only its members read here."))

    def action_profile(self) -> None:
        """Who the selected one is."""
        item = self.rows.current
        if item is None:
            self.say(_("There is nobody to see."))
        else:
            self.post_message(Go(Place.PROFILE, (item.account.handle,), on_top=True))

    def action_acting_rules(self) -> None:
        """The rules that hold, flag or refuse what is written here."""
        self.post_message(Go(Place.RULES, (self._community_id,), on_top=True))

    def action_host(self) -> None:
        """How the community fares, and what helps it."""
        self.post_message(Go(Place.HOSTING, (self._community_id,), on_top=True))

    async def action_reload(self) -> None:
        """Load again."""
        await self._load()

    # -- inviting

    @dialog
    async def action_invite(self) -> None:
        """Ask somebody in: who, and a sentence."""
        page = self._page
        if page is None:
            return
        if not page.may_invite:
            members = page.row.visibility is Visibility.OPEN
            self.say(
                _("Only members invite into this community.")
                if members
                else _("Only managers of the community may do that."),
                error=True,
            )
            return
        handle, message, problem = "", "", ""
        while True:
            answer = await self.forum_app.ask_line(_("Invite whom? Their handle:"), handle, problem)
            if not answer or not answer.strip():
                return
            handle = answer.strip().removeprefix("@")
            said = await self.forum_app.ask_line(
                _("A sentence for @{handle} (it may stay empty):").format(handle=handle), message
            )
            if said is None:
                return
            message = said
            try:
                await self.forum.memberships.invite(self.actor, self._community_id, handle, message)
            except InvalidInputError as error:
                problem = explain(error)
            except ForumError as error:
                self.say(explain(error), error=True)
                return
            else:
                await self._load()
                self.say(_("@{handle} is invited.").format(handle=handle))
                return

    # -- for managers

    @dialog
    async def action_accept(self) -> None:
        """Let the selected one in."""
        await self._answer(accept=True)

    @dialog
    async def action_decline(self) -> None:
        """Do not let the selected one in."""
        await self._answer(accept=False)

    async def _answer(self, *, accept: bool) -> None:
        request = self.rows.current
        if not isinstance(request, Request):
            self.say(_("Select somebody who asks to join."))
            return
        handle = request.account.handle
        question = (
            _("Let @{handle} in. A sentence for them (it may stay empty):")
            if accept
            else _("Do not let @{handle} in. A sentence that says why:")
        )
        sent = await self.forum_app.ask_until_taken(
            question.format(handle=handle), partial(self._send_answer, request.request_id, accept)
        )
        await self._load()
        if sent:
            done = _("@{handle} is a member now.") if accept else _("@{handle} is declined, and told so.")
            self.say(done.format(handle=handle))

    async def _send_answer(self, request_id: int, accept: bool, sentence: str) -> None:
        await self.forum.memberships.answer_request(self.actor, request_id, accept=accept, sentence=sentence)

    @dialog
    async def action_role(self) -> None:
        """Give the selected member another role."""
        member = self.rows.current
        if not isinstance(member, Member):
            self.say(_("Select a member."))
            return
        roles = list(Role)
        chosen = await self.forum_app.pick(
            _("@{handle} is: {role}. And from now on?").format(
                handle=member.account.handle, role=_(ROLES[member.role.value])
            ),
            [Choice(_(ROLES[role.value]), _(ROLE_NOTES[role.value])) for role in roles],
        )
        if chosen is None:
            return
        handle, role = member.account.handle, roles[chosen]
        if await self._done(
            self.forum.memberships.set_role(self.actor, self._community_id, handle, role),
            _("@{handle} is from now on: {role}.").format(handle=handle, role=_(ROLES[role.value])),
        ):
            await self._load()

    @dialog
    async def action_remove(self) -> None:
        """Remove the selected member, or take the selected invitation back."""
        item = self.rows.current
        if isinstance(item, Invitation):
            await self._take_invitation_back(item)
        elif isinstance(item, Member):
            await self._remove_member(item)
        else:
            self.say(_("Select a member."))

    async def _take_invitation_back(self, item: Invitation) -> None:
        handle = item.account.handle
        if await self.forum_app.confirm(_("Take the invitation of @{handle} back?").format(handle=handle)):
            await self._done(
                self.forum.memberships.withdraw_invitation(self.actor, self._community_id, handle),
                _("The invitation of @{handle} is taken back.").format(handle=handle),
            )
            await self._load()

    async def _remove_member(self, item: Member) -> None:
        handle, page = item.account.handle, self._page
        if page is not None and [host.handle for host in page.hosts] == [handle]:
            self.say(_(LAST_MANAGER), error=True)  # before one has typed a reason for nothing
            return
        question = _("Remove @{handle} from the community? A sentence that says why (Esc: do not):")
        if await self.forum_app.ask_until_taken(
            question.format(handle=handle),
            partial(self.forum.memberships.remove, self.actor, self._community_id, handle),
        ):
            await self._load()
            self.say(_("@{handle} is not a member any more.").format(handle=handle))

    @dialog
    async def action_visibility(self) -> None:
        """Choose who sees the community, and make sure."""
        page = self._page
        if page is None:
            return
        values = list(Visibility)
        chosen = await self.forum_app.pick(
            _("Who sees {name}?").format(name=page.row.name),
            [
                Choice(_(VISIBILITIES[one.value]), _("now") if one is page.row.visibility else "")
                for one in values
            ],
        )
        if chosen is None or values[chosen] is page.row.visibility:
            return
        if await self.forum_app.confirm(_consequence(page, values[chosen])) and await self._done(
            self.forum.memberships.change_visibility(self.actor, self._community_id, values[chosen]),
            _("Done; the members are told."),
        ):
            await self._load()

    # -- Enter

    async def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Enter, or a click on the selected one."""
        message.stop()
        await self.perform("choose" if self.level == MANAGER else "profile")

    @dialog
    async def action_choose(self) -> None:
        """What can be done with the selected one, as a choice."""
        item = self.rows.current
        options: list[tuple[str, Callable[[], Awaitable[None] | None]]]
        if isinstance(item, Request):
            said = f": {_quoted(item.message)}" if item.message else ""
            title = _("@{handle} asks to join").format(handle=item.account.handle) + said
            options = [(_("let in"), self.action_accept), (_("decline"), self.action_decline)]
        elif isinstance(item, Invitation):
            title = _("@{handle} is invited").format(handle=item.account.handle)
            options = [(_("take the invitation back"), self.action_remove)]
        elif isinstance(item, Member):
            title = f"@{item.account.handle} {item.account.display_name}"
            options = [(_("give another role"), self.action_role), (_("remove"), self.action_remove)]
        else:
            return
        options.append((_("see the profile"), self.action_profile))
        chosen = await self.forum_app.pick(title, [Choice(label) for label, _action in options])
        if chosen is not None and (doing := options[chosen][1]()) is not None:
            await doing


def _consequence(page: CommunityPage, visibility: Visibility) -> str:
    """What a change of who sees the community means, as a question."""
    name = page.row.name
    if visibility is Visibility.OPEN:
        question = _("Open {name} to all? Everybody will read all that was written in it.").format(name=name)
        if page.requests:
            question += " " + ngettext(
                "{n} person who has asked is let in.", "{n} people who have asked are let in.", page.requests
            ).format(n=page.requests)
        return question
    if visibility is Visibility.APPROVAL:
        return _("Let only members read in {name}? Others will see what it is for, and may ask.").format(
            name=name
        )
    return _("Hide {name}? Only its members will know that it exists.").format(name=name)


def _same(item: Item, before: Item | None) -> bool:
    return type(item) is type(before) and before is not None and item.account == before.account
