"""Recognising what others wrote: reactions, praise, a welcome."""

from __future__ import annotations

from tui_forum.domain.entities import PostState
from tui_forum.domain.people import REACTIONS, Newcomer, Reacted
from tui_forum.domain.policy import OWN_PRAISE, OWN_REACTION, OWN_WELCOME
from tui_forum.domain.text import display_line
from tui_forum.domain.views import PostView
from tui_forum.i18n import _
from tui_forum.ui.actions.writing import WritingActions
from tui_forum.ui.modals.pick import Choice
from tui_forum.ui.navigation import StartWriting
from tui_forum.ui.screen import dialog


class RecognitionActions(WritingActions):
    """Keys ``+ P w``."""

    def _there(self) -> PostView | None:
        """The selected post if it is there; says so when it is not."""
        post = self.reader.current
        if post is not None and post.state is not PostState.VISIBLE:
            self.say(_("This post is gone."))
            return None
        return post

    def _belongs(self) -> bool:
        """Whether one is a member here; says so when one is not."""
        if self.reader.thread is not None and self.reader.thread.role is None:
            self.say(_("Only members do that here: go back and press J to join."), error=True)
            return False
        return True

    @dialog
    async def action_react(self) -> None:
        """Choose one of the few reactions, or take one's own back; it also shows who reacted how."""
        post = self._there()
        if post is None:
            return
        if not post.marks.reactions and (not self._belongs() or self._own(post, OWN_REACTION)):
            return
        who = await self.ask(self.forum.recognition.reacted(self.actor, post.post_id))
        if who is None:
            return
        title = _("Your reaction to #{number} by @{handle}")
        if post.mine:
            title = _("How others reacted to your post #{number}")
        choice = await self.forum_app.pick(
            title.format(number=post.number, handle=post.author.handle), _reactions(who)
        )
        if choice is not None and self._belongs():
            kind = REACTIONS[choice][0]
            await self.ask(self.forum.recognition.react(self.actor, post.post_id, kind))

    def _own(self, post: PostView, sentence: str) -> bool:
        if post.mine:
            self.say(_(sentence))
        return post.mine

    @dialog
    async def action_praise(self) -> None:
        """Thank the author of the selected post in public, or take one's praise back."""
        post = self._there()
        if post is None or self._own(post, OWN_PRAISE) or not self._belongs():
            return
        given = next((line for line in post.marks.praise if line.mine), None)
        if given is not None:
            question = _("You praised this: “{reason}”. Take it back?").format(reason=given.reason)
            if await self.forum_app.confirm(question):
                await self.ask(self.forum.recognition.withdraw_praise(self.actor, given.praise_id))
            return
        name = display_line(post.author.display_name)
        question = _("Thank {name} in public for post #{number}. What for?")
        told = await self.forum_app.ask_until_taken(
            question.format(name=name, number=post.number),
            lambda reason: self.forum.recognition.praise(self.actor, post.post_id, reason),
        )
        if told:
            self.say(_("Done: {name} is told, and everybody here can read it.").format(name=name))

    async def action_welcome(self) -> None:
        """Begin a friendly reply to a newcomer."""
        post, thread = self._there(), self.reader.thread
        if post is None or thread is None or self._own(post, OWN_WELCOME) or not self._belongs():
            return
        newcomer = await self.ask(
            self.forum.recognition.newcomer(self.actor, thread.community_id, post.author.handle)
        )
        if newcomer is None:
            return
        target = self.reply_target(greeting(newcomer, thread.community_name))
        if target is not None:
            self.post_message(StartWriting(target))


def greeting(newcomer: Newcomer, community: str) -> str:
    """The beginning of a welcome, to be changed at will."""
    text = _(
        "Welcome to {community}, {name}! Good to have you here. If you wonder where to begin or whom to "
        "ask, just reply: somebody will answer."
    )
    return text.format(community=display_line(community), name=display_line(newcomer.display_name))


def _reactions(who: tuple[Reacted, ...]) -> list[Choice]:
    """All reactions, with how many gave each and who they are."""
    known = {one.kind: one for one in who}
    choices = []
    for kind, sign, word in REACTIONS:
        label = f"{sign} {_(word)}"
        one = known.get(kind)
        if one is None:
            choices.append(Choice(label))
            continue
        more = one.count - len(one.handles)
        names = " ".join(f"@{handle}" for handle in one.handles) + (f" +{more}" if more else "")
        choices.append(Choice(f"{label} {'✓' if one.mine else ''}", names))
    return choices
