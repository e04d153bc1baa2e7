"""A queue to try triage on: ``python -m tests.benchmarks.queue DIR [--reports 1000]``.

Imports the newsgroup into ``DIR`` and has twenty members report its posts, as members do: every
category, rules by number, several on one post and on one author. ``DIR/keys`` holds the keys of
``triage-en`` and ``triage-de`` (of these languages), who moderate the newsgroup and a second community, of
``triage-boss``, who administers, and of the members, two of whom have been reported as well. Serve it with
``tui-forum serve --data DIR`` and work the queue as two moderators at once.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from dataclasses import replace
from pathlib import Path

import asyncssh
from sqlalchemy import func, select

from tests.benchmarks.world import SLUG, prepare_world, public_key
from tests.forums import another
from tui_forum.bootstrap import open_forum
from tui_forum.config import load_settings
from tui_forum.domain.charter import Rule
from tui_forum.domain.entities import Actor, Registration, Role
from tui_forum.domain.moderation import CaseCategory
from tui_forum.services.forum import Forum
from tui_forum.storage.models import Post, Thread

MEMBERS = 20
RULES = (
    "Be kind to those who ask.",
    "No offers of jobs without a place and a pay.",
    "Answer below the text.",
)
#: A category, the number of the rule, a note: the common ones several times.
REASONS = (
    *[(CaseCategory.SPAM, None, "An offer nobody asked for.")] * 4,
    *[(CaseCategory.OFF_TOPIC, None, "")] * 3,
    *[(CaseCategory.RULE, number, "") for number in (1, 2, 3)],
    (CaseCategory.HARASSMENT, None, "Second time this week."),
    (CaseCategory.CONFIDENTIAL, None, "Names a customer of ours."),
    (CaseCategory.OTHER, None, "Quotes the whole thread for one line."),
)


async def build(data: Path, reports: int, seed: int = 4) -> int:
    """The forum with its queue; how many posts were reported."""
    accounts = await prepare_world(data, MEMBERS)
    forum = await open_forum(load_settings(data_dir=data, registration="open"))
    try:
        boss = await forum.accounts.ensure_admin(public_key(_new_key(data, "triage-boss")), "triage-boss")
        place = await forum.communities.community(boss, SLUG)
        members = [await forum.accounts.actor_by_handle(account.handle) for account in accounts]
        for member in members[:2]:  # before there are rules to accept
            await forum.posts.start_thread(
                member, place.community_id, "Cheap compilers", "Buy one today, **two** tomorrow."
            )
        present = (await forum.charters.view(boss, place.community_id)).present
        await forum.charters.change(
            boss,
            place.community_id,
            replace(present.charter, rules=tuple(map(Rule, RULES)), languages=("en", "de")),
            version=present.version,
            reason="Rules that can be cited",
        )
        attic = await another(forum, boss, "attic")
        for handle, language in (("triage-en", "en"), ("triage-de", "de")):
            form = Registration(handle, handle.capitalize(), language=language)
            moderator = await forum.accounts.register(form, public_key(_new_key(data, handle)))
            for community_id in (place.community_id, attic.community_id):
                await forum.memberships.join(moderator, community_id)
                await forum.memberships.set_role(boss, community_id, handle, Role.MODERATOR)
        posts = await _posts(forum, place.community_id, reports, random.Random(seed))
        await _report(forum, members, posts, reports, random.Random(seed))
        return len(posts)
    finally:
        await forum.close()


def _new_key(data: Path, handle: str) -> asyncssh.SSHKey:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(data / "keys" / handle)
    return key


async def _posts(forum: Forum, community_id: int, reports: int, chance: random.Random) -> list[int]:
    """Six posts for ten reports, of many authors: the newest, then others by chance."""
    mine = select(Post.id).join(Thread, Thread.id == Post.thread_id)
    mine = mine.where(Thread.community_id == community_id)
    async with forum.database.read() as connection:
        newest = (await connection.execute(mine.order_by(Post.id.desc()).limit(2))).scalars().all()
        first_of_each = mine.with_only_columns(func.max(Post.id)).group_by(Post.author_id)
        authors = list((await connection.execute(first_of_each)).scalars())
        every = list((await connection.execute(mine)).scalars())
    chance.shuffle(authors)
    wanted = reports * 6 // 10
    chosen = [*newest, *authors[: wanted * 3 // 4]]
    return list(dict.fromkeys([*chosen, *chance.sample(every, wanted)]))[:wanted]


async def _report(
    forum: Forum, members: list[Actor], posts: list[int], reports: int, chance: random.Random
) -> None:
    """Each post once, then some again, by somebody else."""
    pairs = [(post, (turn, n)) for turn in range(MEMBERS - 2) for n, post in enumerate(posts)]
    again = pairs[len(posts) :]
    chance.shuffle(again)
    for post, (turn, n) in (pairs[: len(posts)] + again)[:reports]:
        category, rule, note = chance.choice(REASONS)
        await forum.reports.report(members[2 + (turn + n) % (MEMBERS - 2)], post, category, note, rule=rule)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="a folder of its own")
    parser.add_argument("--reports", type=int, default=1_000)
    options = parser.parse_args()
    posts = asyncio.run(build(options.data, options.reports))
    print(f"{options.reports:,} reports on {posts:,} posts; keys in {options.data / 'keys'}")


if __name__ == "__main__":
    main()
