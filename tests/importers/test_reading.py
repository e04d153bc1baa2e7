"""What was imported reads like what was written here, through the same services."""

from __future__ import annotations

from pathlib import Path

from tests.importers.test_run import SAMPLES, Silent
from tui_forum.bootstrap import open_forum
from tui_forum.config import load_settings
from tui_forum.domain.entities import PostOrder
from tui_forum.domain.events import EventKind, community_topic
from tui_forum.importers.records import ImportJob, Kind
from tui_forum.importers.run import run


async def test_an_imported_question_is_read_and_answered(tmp_path: Path) -> None:
    forum = await open_forum(load_settings(data_dir=tmp_path))
    try:
        actor = await forum.accounts.local_actor("reader")
        job = ImportJob(Kind.STACKEXCHANGE, SAMPLES / "stackexchange", "meta", name="German meta")
        await run(forum.imports, job, Silent())
        row = await forum.communities.community(actor, "meta")
        assert (row.name, row.thread_count, row.last_post_at is not None) == ("German meta", 1, True)
        [thread] = (await forum.threads.page(actor, row.community_id)).rows
        assert (thread.title, thread.solved, thread.locked, thread.reply_count) == (
            "What language?",
            True,
            True,
            3,
        )
        page = await forum.threads.posts(actor, thread.thread_id, order=PostOrder.TREE)
        assert [(post.number, post.depth, post.accepted) for post in page.posts] == [
            (1, 0, False),
            (2, 0, True),
            (3, 1, False),
            (4, 0, False),
        ]
        assert page.posts[2].reply_to is not None
        assert page.posts[2].reply_to.number == 2
        [hit] = await forum.threads.search_titles(actor, "language")
        assert hit.thread_id == thread.thread_id
    finally:
        await forum.close()


async def test_an_open_list_hears_of_an_import_and_a_reply_goes_on_from_it(tmp_path: Path) -> None:
    forum = await open_forum(load_settings(data_dir=tmp_path))
    try:
        actor = await forum.accounts.local_actor("reader")
        await run(
            forum.imports, ImportJob(Kind.MBOX, SAMPLES / "sample" / "2004-March.txt", "list"), Silent()
        )
        row = await forum.communities.community(actor, "list")
        subscription = forum.events.subscribe(community_topic(row.community_id))
        await forum.memberships.join(actor, row.community_id)
        threads = (await forum.threads.page(actor, row.community_id)).rows
        question = next(thread for thread in threads if thread.title == "March question")
        mine = await forum.posts.reply(actor, question.thread_id, "I read this.")
        await run(forum.imports, ImportJob(Kind.MBOX, SAMPLES / "sample", "list"), Silent())
        async for event in subscription:
            if event.kind is EventKind.POSTS_IMPORTED:
                break
        posts = (await forum.threads.posts(actor, question.thread_id)).posts
        assert mine.number == 2
        assert [(post.number, post.reply_to.number if post.reply_to else None) for post in posts] == [
            (1, None),
            (2, None),
            (3, 1),
        ]
        refreshed = await forum.threads.row(actor, question.thread_id)
        # The imported reply is from 2004: the newest post is still mine.
        assert (refreshed.reply_count, refreshed.last_author.handle) == (2, actor.handle)
    finally:
        await forum.close()
