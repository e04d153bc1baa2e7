"""Deciding cases: one, or all that are marked; taking the last decision back."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import Final

from tui_forum.domain.cases import CaseRow, CaseView
from tui_forum.domain.entities import SiteRole
from tui_forum.domain.errors import ForumError
from tui_forum.domain.moderation import BULK_CASES, Conflict, DecisionKind, Ruling
from tui_forum.domain.reasons import PreparedText, pick, suggested
from tui_forum.domain.text import excerpt
from tui_forum.i18n import N_, _, explain, ngettext
from tui_forum.ui.actions.queueing import Queueing
from tui_forum.ui.casewords import HOW_TO_ANSWER, about
from tui_forum.ui.modals.decide import Answer, DecideModal, Question
from tui_forum.ui.modals.pick import Choice
from tui_forum.ui.postnumber import post_number
from tui_forum.ui.screen import dialog

#: Of a title that is offered for what is split off.
TITLE_CELLS: Final = 60

ASKED: Final = {
    DecisionKind.APPROVE: N_("Approve: the post stays, or is published."),
    DecisionKind.REMOVE: N_("Remove the post."),
    DecisionKind.EDIT: N_("Change the post and approve it."),
    DecisionKind.WARN: N_("Warn @{handle}."),
    DecisionKind.SILENCE: N_("Silence @{handle}: read, but not write."),
    DecisionKind.SUSPEND: N_("Suspend @{handle}: neither read nor write."),
    DecisionKind.MOVE: N_("Move the post."),
    DecisionKind.OFF_TOPIC: N_("Mark the post as off topic."),
    DecisionKind.REMOVE_MEMBER: N_("Remove @{handle} from the community."),
    DecisionKind.OVERTURN: N_("Grant the appeal: what was decided is taken back."),
    DecisionKind.UPHOLD: N_("Turn the appeal down: what was decided stands."),
}
ASKED_OF_MANY: Final = {
    DecisionKind.APPROVE: N_("Approve: the posts of {count} cases stay."),
    DecisionKind.REMOVE: N_("Remove the posts of {count} cases."),
    DecisionKind.WARN: N_("Warn the authors of {count} cases."),
    DecisionKind.SILENCE: N_("Silence the authors of {count} cases."),
    DecisionKind.SUSPEND: N_("Suspend the authors of {count} cases."),
    DecisionKind.OFF_TOPIC: N_("Mark the posts of {count} cases as off topic."),
    DecisionKind.REMOVE_MEMBER: N_("Remove the authors of {count} cases from their communities."),
}
DONE: Final = {
    DecisionKind.APPROVE: N_("Approved."),
    DecisionKind.REMOVE: N_("Removed."),
    DecisionKind.EDIT: N_("Changed and approved."),
    DecisionKind.WARN: N_("Warned."),
    DecisionKind.SILENCE: N_("Silenced."),
    DecisionKind.SUSPEND: N_("Suspended."),
    DecisionKind.MOVE: N_("Moved."),
    DecisionKind.OFF_TOPIC: N_("Marked as off topic."),
    DecisionKind.REMOVE_MEMBER: N_("Removed from the community."),
}


#: What the keys of decisions answer to an appeal.
_ANSWERS: Final = {
    DecisionKind.APPROVE: DecisionKind.OVERTURN,
    DecisionKind.REMOVE: DecisionKind.UPHOLD,
}


class DecidingActions(Queueing):
    """Keys ``a x e w s u X m o z`` and Space."""

    # -- marking

    def action_mark(self) -> None:
        """Mark the selected case, or take its mark away; then go on to the next."""
        row = self.queue.current
        if row is None:
            return
        if row.case_id in self.marked:
            del self.marked[row.case_id]
        elif len(self.marked) >= BULK_CASES:
            self.say(_("At most {most} cases can be decided at once.").format(most=BULK_CASES), error=True)
            return
        else:
            self.marked[row.case_id] = row
        self.queue.refresh()
        self.queue.move(1)
        self.refresh_bars()

    async def action_mark_all(self) -> None:
        """Mark every case of this queue (as many as can be decided at once), or none any more."""
        if self.marked:
            self.marked.clear()
        else:
            await self.load_up_to(BULK_CASES)
            self.marked.update((row.case_id, row) for row in self.case_rows()[:BULK_CASES])
        self.queue.refresh()
        self.refresh_bars()

    async def load_up_to(self, count: int) -> None:
        """Load pages until so many cases are there, or all."""
        raise NotImplementedError

    # -- decisions

    @dialog
    async def action_approve(self) -> None:
        """The posts stay."""
        await self._rule(DecisionKind.APPROVE)

    @dialog
    async def action_remove(self) -> None:
        """The posts go."""
        await self._rule(DecisionKind.REMOVE)

    @dialog
    async def action_warn(self) -> None:
        """The author is warned."""
        await self._rule(DecisionKind.WARN)

    @dialog
    async def action_silence(self) -> None:
        """The author may only read for a time."""
        await self._rule(DecisionKind.SILENCE)

    @dialog
    async def action_suspend(self) -> None:
        """The author stays out for a time."""
        await self._rule(DecisionKind.SUSPEND)

    @dialog
    async def action_remove_member(self) -> None:
        """The author is no member any more, and does not come back for a time."""
        await self._rule(DecisionKind.REMOVE_MEMBER)

    @dialog
    async def action_off_topic(self) -> None:
        """The posts stay, marked; they may be split off."""
        await self._rule(DecisionKind.OFF_TOPIC)

    @dialog
    async def action_edit(self) -> None:
        """Change the post that is shown, look at the change, and approve it."""
        if self._several_marked():
            return
        row = self.subject()
        case = await self._fresh(row) if row is not None else None
        if row is None or case is None or not self._may(case):
            return
        if not case.posts:
            self.say(_("There is no post in this case."), error=True)
            return
        post = case.posts[case.selected]
        before = post.body if post.present is None else post.present
        key = f"case:{row.case_id}:edit"
        after = await self.ask_words(
            key, _("Change {number}").format(number=post_number(post.number)), before
        )
        if after is None:
            return
        if after.strip() == before.strip():
            self.say(_("Nothing was changed in the post."))
            return
        answer = await self._question(DecisionKind.EDIT, [row], case, change=_difference(before, after))
        if answer is None:
            return
        ruling = Ruling(
            DecisionKind.EDIT,
            answer.reason,
            post_id=post.post_id,
            body=after,
            revision=post.present_revision,
        )
        if await self._decide(row, ruling, case):
            await self.words_sent(key)

    @dialog
    async def action_move(self) -> None:
        """The post that is shown goes to another community, with its replies or as a whole thread."""
        if self._several_marked():
            return
        row = self.subject()
        case = await self._fresh(row) if row is not None else None
        if row is None or case is None or not self._may(case):
            return
        if not case.posts:
            self.say(_("There is no post in this case."), error=True)
            return
        post = case.posts[case.selected]
        places = await self.ask(self.forum.curation.destinations(self.actor)) or ()
        places = tuple(place for place in places if place.community_id != row.community_id)
        if not places:
            self.say(_("You moderate no other community."), error=True)
            return
        question = _("Move {number} to which community?").format(number=post_number(post.number))
        found = await self.pick(question, [Choice(place.name, place.slug) for place in places])
        if found is None:
            return
        title: str | None = post.thread_title
        if post.number > 1:
            title = await self.forum_app.ask_line(
                _("It becomes a thread with its replies. A title?"), excerpt(post.body, TITLE_CELLS)
            )
        if title is None:
            return
        answer = await self._question(DecisionKind.MOVE, [row], case, change=f"→ {places[found].name}")
        if answer is not None:
            ruling = Ruling(
                DecisionKind.MOVE,
                answer.reason,
                post_id=post.post_id,
                community_id=places[found].community_id,
                title=title,
            )
            await self._decide(row, ruling, case)

    async def _rule(self, kind: DecisionKind) -> None:
        """Ask for the reason, then decide the selected case or all that are marked."""
        if self.marked:
            await self._rule_many(kind)
            return
        row = self.subject()
        case = await self._fresh(row) if row is not None else None
        if row is None or case is None:
            return
        if case.appeal is not None and kind in _ANSWERS:
            await self._answer(row, case, _ANSWERS[kind])
            return
        if not self._may(case):
            return
        answer = await self._question(kind, [row], case)
        if answer is not None:
            await self._decide(row, _ruling(kind, answer), case)

    async def _answer(self, row: CaseRow, case: CaseView, kind: DecisionKind) -> None:
        """Answer an appeal."""
        if not case.may_decide:
            self.say(_(case.why_not), error=True)
            return
        answer = await self._question(kind, [row], case)
        if answer is None:
            return
        granted = kind is DecisionKind.OVERTURN
        reason = pick(answer.reason, self.actor.language)
        call = self.forum.appeals.answer(self.actor, row.case_id, reason, overturn=granted)
        if await self.done(call):
            self.say(_("Granted; both are told.") if granted else _("Turned down; both are told."))
        await self._refresh_after([row.case_id])

    async def _rule_many(self, kind: DecisionKind) -> None:
        rows = list(self.marked.values())
        answer = await self._question(kind, rows, None)
        if answer is None:
            return

        def progress(done: int, count: int) -> None:
            if done % 10 == 0 or done == count:
                self.say(_("{done} of {count} …").format(done=done, count=count))

        call = self.forum.decisions.decide_many
        result = await self.ask(
            call(self.actor, [row.case_id for row in rows], _ruling(kind, answer), progress)
        )
        self.marked.clear()
        await self._refresh_after([row.case_id for row in rows])
        if result is None:
            return
        sentence = ngettext("{n} case decided.", "{n} cases decided.", result.decided).format(
            n=result.decided
        )
        left = sum(result.left.values())
        if left:
            sentence += " " + ngettext("{n} left:", "{n} left:", left).format(n=left)
            sentence += " " + " ".join(_(why) for why in result.left)
        self.say(sentence + " " + _("z takes it back."), error=bool(left))

    def _several_marked(self) -> bool:
        """Whether cases are marked; says that this key is for one case."""
        if self.marked:
            self.say(_("This goes case by case: * takes all marks away."), error=True)
        return bool(self.marked)

    async def _fresh(self, row: CaseRow) -> CaseView | None:
        """The case as it is on the screen; loaded when only its line is shown."""
        return self.shown or await self.ask(self.forum.cases.case(self.actor, row.case_id))

    def _may(self, case: CaseView) -> bool:
        if not case.may_decide:
            self.say(_(case.why_not), error=True)
        elif case.appeal is not None:
            self.say(_(HOW_TO_ANSWER), error=True)
        return case.may_decide and case.appeal is None

    async def _decide(self, row: CaseRow, ruling: Ruling, case: CaseView) -> bool:
        """Decide one case; what was on the screen is what is decided about."""
        seen = None
        if self.text.display:
            seen = {post.post_id: post.present_revision for post in case.posts}
        try:
            await self.forum.decisions.decide(self.actor, row.case_id, ruling, seen)
        except ForumError as error:  # decided meanwhile, changed meanwhile, or the database would not
            self.say(explain(error), error=True)
            await self._refresh_after([row.case_id])
            return False
        self.say(_(DONE[ruling.kind]) + " " + _("z takes it back."))
        await self.take_out([row.case_id])
        if ruling.kind is DecisionKind.OFF_TOPIC:
            await self.offer_to_split(case)
        return True

    async def offer_to_split(self, case: CaseView) -> None:
        """What is off topic may get a thread of its own."""
        posts = [post for post in case.posts if post.number > 1]
        if not posts or len({post.thread_id for post in posts}) > 1:
            return
        question = _("Marked as off topic. Split it off, with its replies, into a thread of its own?")
        if not await self.forum_app.confirm(question):
            return
        title = await self.forum_app.ask_line(_("A title?"), excerpt(posts[0].body, TITLE_CELLS))
        if title is None:
            return
        numbers = [post.number for post in posts]
        call = self.forum.curation.split(self.actor, posts[0].thread_id, title, numbers=numbers)
        if await self.done(call):
            self.say(_("Split off."))

    async def _refresh_after(self, case_ids: list[int]) -> None:
        """Take out what is not in the queue any more; show what still is as it is now."""
        rows = await self.ask(self.forum.cases.rows(self.actor, case_ids, self.wanted))
        left = {row.case_id for row in rows or ()}
        await self.take_out([case_id for case_id in case_ids if case_id not in left])
        await self.show_case()

    # -- the question

    async def _question(
        self, kind: DecisionKind, rows: list[CaseRow], case: CaseView | None, change: str = ""
    ) -> Answer | None:
        places = {row.community_id for row in rows}
        place = next(iter(places)) if len(places) == 1 else None
        prepared = await self.ask(self.forum.reasons.prepared(self.actor, kind, place)) or ()
        values = None
        if case is not None:
            values = self._values(case)
            prepared = tuple(text for text in prepared if _fits(text, values))
        categories = {row.category for row in rows}
        asked = Question(
            kind,
            self._title(kind, rows),
            self._warnings(rows, case),
            change,
            prepared,
            values,
            suggested(kind, prepared, categories.pop() if len(categories) == 1 else None),
            posts=any(row.post_count for row in rows),
            site=self.actor.site_role is not SiteRole.MEMBER and None not in places,
        )
        return await self.forum_app.push_screen(DecideModal(asked), wait_for_dismiss=True)

    @staticmethod
    def _values(case: CaseView) -> dict[str, str]:
        """What placeholders stand for, as far as it is known before the decision."""
        row = case.row
        values = {
            "author": f"@{row.author.handle}",
            "community": case.community_name,
            "thread": row.thread_title,
            "post": post_number(row.post_number) if row.post_number else "",
        }
        if case.rule_text:
            values["rule"] = f"{row.rule}. {case.rule_text}"
        return values

    @staticmethod
    def _title(kind: DecisionKind, rows: list[CaseRow]) -> str:
        if len(rows) == 1:
            row = rows[0]
            title = _(ASKED[kind]).format(handle=row.author.handle)
            if row.post_count > 1:
                title += " " + _("The case has {count} posts: all of them.").format(count=row.post_count)
            return f"{title} " + _("Why?")
        posts = sum(row.post_count for row in rows)
        what = ", ".join(f"{count}× {name}" for name, count in Counter(map(about, rows)).most_common(4))
        title = _(ASKED_OF_MANY[kind]).format(count=len(rows))
        count = ngettext("{n} post", "{n} posts", posts).format(n=posts)
        return f"{title} ({count}; {what}) " + _("Why?")

    @staticmethod
    def _warnings(rows: list[CaseRow], case: CaseView | None) -> list[str]:
        found = []
        busy = sorted({case.row.claimed_by} if case else {row.claimed_by for row in rows})
        found += [_("@{handle} is on this").format(handle=handle) for handle in busy if handle]
        conflicts = sum(row.conflict is not Conflict.NONE for row in rows)
        if conflicts and len(rows) > 1:
            found.append(
                ngettext(
                    "{n} of them is about you or was reported by you: it will be left.",
                    "{n} of them are about you or were reported by you: they will be left.",
                    conflicts,
                ).format(n=conflicts)
            )
        if case is not None and case.alone:
            found.append(_("Nobody else can decide this: that you did is on the record."))
        if case is not None and any(post.present is not None for post in case.posts):
            found.append(_("A post was changed since it was reported: both texts are shown."))
        return found

    # -- taking it back

    async def action_undo(self) -> None:
        """Take one's last decision back."""

        def progress(done: int, count: int) -> None:
            if count > 1 and (done % 10 == 0 or done == count):
                self.say(_("{done} of {count} …").format(done=done, count=count))

        undone = await self.ask(self.forum.decisions.undo(self.actor, progress))
        if undone is None:
            return
        await self.put_back(undone)
        self.say(
            ngettext(
                "Taken back: {n} case is open again.", "Taken back: {n} cases are open again.", len(undone)
            ).format(n=len(undone))
        )

    async def put_back(self, case_ids: tuple[int, ...]) -> None:
        """Cases are open again: they are in the queue, when it shows such; the first is selected."""
        raise NotImplementedError


def _ruling(kind: DecisionKind, answer: Answer) -> Ruling:
    return Ruling(kind, answer.reason, remove=answer.remove, until=answer.until, everywhere=answer.everywhere)


def _fits(text: PreparedText, values: dict[str, str]) -> bool:
    """A text that cites a rule is not offered where none was broken."""
    return "rule" in values or not any("{rule}" in words for words in text.texts.values())


def _difference(before: str, after: str) -> str:
    """What was changed, line by line."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
