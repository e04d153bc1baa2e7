"""A place with something for moderators to do, for tests of moderation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.forums import member, place
from tui_forum.domain.cases import Decided
from tui_forum.domain.entities import Actor, Role
from tui_forum.domain.moderation import CaseCategory, DecisionKind, Ruling
from tui_forum.domain.views import CommunityRow, PostRef
from tui_forum.services.forum import Forum


@dataclass
class Scene:
    """A garden with a bad post of ada's in it, a moderator and two readers."""

    forum: Forum
    boss: Actor
    garden: CommunityRow
    ada: Actor
    mod: Actor
    ben: Actor
    cleo: Actor
    start: PostRef
    bad: PostRef

    async def report(self, *reporters: Actor) -> int:
        """Let the bad post be reported; its case."""
        for reporter in reporters:
            await self.forum.reports.report(
                reporter, self.bad.post_id, CaseCategory.SPAM, f"{reporter.handle} says spam"
            )
        return (await self.forum.cases.queue(self.mod)).rows[0].case_id

    async def post(self, author: Actor, text: str = "bad") -> PostRef:
        """Another post in the thread."""
        return await self.forum.posts.reply(author, self.start.thread_id, text)

    async def case_of(self, author: Actor, reporter: Actor | None = None) -> int:
        """A post of ``author`` that is reported (by cleo); its case."""
        post = await self.post(author, f"bad of {author.handle}")
        await self.forum.reports.report(reporter or self.cleo, post.post_id, CaseCategory.SPAM)
        found = await self.forum.cases.queue(self.boss, limit=1_000)
        return next(row.case_id for row in found.rows if row.author.account_id == author.account_id)

    async def decide(
        self, case_id: int, kind: DecisionKind = DecisionKind.REMOVE, actor: Actor | None = None
    ) -> Decided:
        """A decision of the moderator's."""
        return await self.forum.decisions.decide(actor or self.mod, case_id, Ruling.plain(kind, "My reason"))

    async def kinds(self, actor: Actor) -> list[str]:
        """What somebody was told, latest first, less the replies."""
        return [one.kind for one in await self.forum.notices.page(actor) if one.kind != "reply"]

    def later(self, by: timedelta) -> None:
        """Let time pass for everything that is written or read from now on."""
        clock: Callable[[], datetime] = self.forum.database._clock
        self.forum.database._clock = lambda: clock() + by


async def garden_scene(forum: Forum) -> Scene:
    """The garden, its people and the bad post between two others."""
    boss, garden = await place(forum)
    ada, ben, cleo = [await member(forum, name, garden) for name in ("ada", "ben", "cleo")]
    mod = await member(forum, "max", garden, Role.MODERATOR, boss)
    start = await forum.posts.start_thread(boss, garden.community_id, "Roses", "When?")
    await forum.posts.reply(ben, start.thread_id, "before")
    bad = await forum.posts.reply(ada, start.thread_id, "buy **my** watches", reply_to=1)
    await forum.posts.reply(ben, start.thread_id, "after", reply_to=3)
    return Scene(forum, boss, garden, ada, mod, ben, cleo, start, bad)
