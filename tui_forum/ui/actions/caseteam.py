"""Working on cases with others: forwarding, assigning, discussing, writing to the member, notes."""

from __future__ import annotations

from collections.abc import Awaitable

from tui_forum.domain.cases import CaseView
from tui_forum.domain.moderation import ForwardedTo
from tui_forum.i18n import _
from tui_forum.ui.actions.lifting import LiftingActions
from tui_forum.ui.actions.queueing import Queueing
from tui_forum.ui.modals.pick import Choice
from tui_forum.ui.postnumber import post_number
from tui_forum.ui.screen import dialog


class TeamActions(LiftingActions, Queueing):
    """Keys ``f A d r N n U b`` and the brackets."""

    places: dict[int, str]

    async def _do(self, call: Awaitable[object], sentence: str) -> bool:
        """Do it, show the case as it is now, and say so; or say why not."""
        if not await self.done(call):
            return False
        await self.show_case()
        self.say(sentence)
        return True

    @dialog
    async def action_forward(self) -> None:
        """Let the managers or the moderators of the whole forum decide."""
        row = self.subject()
        if row is None:
            return
        targets = {
            ForwardedTo.SITE: _("to the moderators of the whole forum"),
            ForwardedTo.MANAGERS: _("to the managers of the community"),
            ForwardedTo.NOBODY: _("back to everybody who moderates there"),
        }
        there = [
            to
            for to in targets
            if to is not row.forwarded_to and (row.community_id or to is not ForwardedTo.MANAGERS)
        ]
        found = await self.pick(_("Forward the case"), [Choice(targets[to]) for to in there])
        if found is None:
            return
        reason: str | None = ""
        if there[found] is not ForwardedTo.NOBODY:
            reason = await self.forum_app.ask_line(_("Why? They read it with the case."))
        if reason is None:
            return
        call = self.forum.casework.forward(self.actor, row.case_id, there[found], reason)
        await self._do(call, _("Forwarded."))

    @dialog
    async def action_assign(self) -> None:
        """Make the case somebody's, or hand it over."""
        row = self.subject()
        if row is None:
            return
        people = await self.ask(self.forum.casework.moderators(self.actor, row.case_id))
        if people is None:
            return
        choices = [Choice(f"@{one.handle}", one.display_name) for one in people]
        mine = next((i for i, one in enumerate(people) if one.account_id == self.actor.account_id), 0)
        found = await self.pick(_("Whose case is it?"), [*choices, Choice(_("nobody's"))], mine)
        if found is None:
            return
        to = people[found].account_id if found < len(people) else None
        note: str | None = ""
        if to is not None and to != self.actor.account_id:
            note = await self.forum_app.ask_line(_("A word for them? (may be empty)"))
        if note is not None:
            call = self.forum.casework.assign(self.actor, row.case_id, to, note)
            await self._do(call, _("Assigned.") if to is not None else _("It is nobody's now."))

    @dialog
    async def action_discuss(self) -> None:
        """Say something to the other moderators."""
        row = self.subject()
        if row is None:
            return
        key = f"case:{row.case_id}:discuss"
        text = await self.ask_words(key, _("Among moderators: the member does not read it"))
        if text is not None:
            call = self.forum.caseroom.discuss(self.actor, row.case_id, text)
            if await self._do(call, _("Said; the moderators of this case are told.")):
                await self.words_sent(key)

    @dialog
    async def action_write(self) -> None:
        """Write to the member, as the moderators."""
        row = self.subject()
        if row is None:
            return
        key = f"case:{row.case_id}:member"
        title = _("To @{handle}, as the moderators").format(handle=row.author.handle)
        text = await self.ask_words(key, title)
        if text is not None:
            call = self.forum.caseroom.write_to_member(self.actor, row.case_id, text)
            if await self._do(
                call, _("Sent: it is in the inbox of @{handle}.").format(handle=row.author.handle)
            ):
                await self.words_sent(key)

    @dialog
    async def action_begin_talk(self) -> None:
        """Write to any member as the moderators of a community: the talk becomes a case."""
        places = list(self.places.items())
        if not places:
            self.say(_("You moderate no community."), error=True)
            return
        row = self.queue.current
        here = next((i for i, place in enumerate(places) if row and place[0] == row.community_id), 0)
        found = 0
        if len(places) > 1:
            choices = [Choice(name) for _place, name in places]
            chosen = await self.pick(_("As the moderators of which community?"), choices, here)
            if chosen is None:
                return
            found = chosen
        handle = await self.forum_app.ask_line(_("To whom? Their handle:"))
        if not handle:
            return
        key = "case:0:begin"
        title = _("To @{handle}, as the moderators").format(handle=handle.strip().removeprefix("@"))
        text = await self.ask_words(key, title)
        if text is None:
            return
        call = self.forum.caseroom.begin(self.actor, places[found][0], handle, text)
        if await self._do(call, _("Sent: the talk is a case.")):
            await self.words_sent(key)

    @dialog
    async def action_note(self) -> None:
        """Note something about the author, for all who moderate there."""
        row = self.subject()
        if row is None:
            return
        title = _("Note about @{handle}, for moderators").format(handle=row.author.handle)
        text = await self.forum_app.ask_line(title)
        if text:
            await self._do(self.forum.casework.note(self.actor, row.case_id, text), _("Noted."))

    @dialog
    async def action_lift(self) -> None:
        """End a sanction of the author before its time."""
        row = self.subject()
        if row is None:
            return
        case = self.shown or await self.ask(self.forum.cases.case(self.actor, row.case_id))
        if case is not None and await self.lift_one_of(row.author.handle, case.history.sanctions):
            await self.show_case()

    # -- posts of one case

    async def action_next_post(self) -> None:
        """The next post of the case."""
        await self._step(1)

    async def action_previous_post(self) -> None:
        """The post before."""
        await self._step(-1)

    def _several(self) -> CaseView | None:
        """The case that is shown, when it has several posts; says so when it has not."""
        case = self.shown
        if case is None:
            self.say(_("Enter opens the case."))
        elif len(case.posts) < 2:
            self.say(_("This case has one post."))
        else:
            return case
        return None

    async def _step(self, by: int) -> None:
        case = self._several()
        if case is None:
            return
        post = case.posts[(case.selected + by) % len(case.posts)]
        shown = await self.ask(self.forum.cases.case(self.actor, case.row.case_id, post.post_id))
        if shown is not None:
            self.text.show(shown)

    @dialog
    async def action_break_off(self) -> None:
        """Make the post that is shown a case of its own."""
        case = self._several()
        if case is None:
            return
        post = case.posts[case.selected]
        question = _("Make {number} a case of its own?").format(number=post_number(post.number))
        if await self.forum_app.confirm(question):
            call = self.forum.casework.break_off(self.actor, case.row.case_id, post.post_id)
            await self._do(call, _("It is a case of its own now."))
