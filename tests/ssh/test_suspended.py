"""Suspended, through the real OpenSSH client: the page that says so, and nothing else."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.forums import another, person
from tests.ssh.forum_server import OpenSsh, key_file, serving
from tui_forum.domain.entities import SiteRole
from tui_forum.domain.moderation import CaseCategory, DecisionKind, Ruling

pytestmark = pytest.mark.skipif(shutil.which("ssh") is None, reason="no OpenSSH client on this machine")


async def test_a_live_session_becomes_the_notice_and_a_new_one_begins_with_it(tmp_path: Path) -> None:
    """Cut over at once with the draft kept; no key leads further; back in the forum when it is lifted."""
    async with serving(tmp_path) as running:
        forum = running.forum
        boss = await person(forum, "boss", SiteRole.ADMIN)
        bob, key = await running.member("bob")
        row = await another(forum, boss, "gardens")
        await forum.memberships.join(bob, row.community_id)
        first = await forum.posts.start_thread(boss, row.community_id, "Roses", "Which ones?")
        bad = await forum.posts.reply(bob, first.thread_id, "Buy cheap roses")
        reader = await person(forum, "rita")
        await forum.reports.report(reader, bad.post_id, CaseCategory.SPAM, "spam")
        ssh = OpenSsh(running.port, "-i", key_file(tmp_path, "bob", key))
        await ssh.until("@bob", "Gardens")
        ssh.press("\r")
        await ssh.until("Roses")
        ssh.press("\r")
        await ssh.until("Which ones?")
        ssh.press("r")
        await ssh.until("Reply")
        ssh.press("half a sentence")
        await ssh.until("half a sentence")
        [case] = (await forum.cases.queue(boss)).rows
        until = forum.database.now() + timedelta(days=3)
        ruling = Ruling.plain(DecisionKind.SUSPEND, "Adverts again", until=until, everywhere=True)
        await forum.decisions.decide(boss, case.case_id, ruling)
        await ssh.until("You are suspended from this forum", "Adverts again", "ends by itself")
        assert "half a sentence" not in ssh.text
        again = OpenSsh(running.port, "-i", key_file(tmp_path, "bob2", key))
        await again.until("You are suspended from this forum", "Adverts again")
        again.press("gh/:?g\r")
        again.press("Q")
        assert await again.code() == 0
        assert "Gardens" not in again.text
        again.close()
        draft = await forum.drafts.get(bob, f"thread:{first.thread_id}:re:1")
        assert draft is not None
        assert draft.body == "half a sentence"
        await forum.sanctions.lift(boss, 1, "Welcome back")
        await ssh.until("Gardens", "@bob")
        ssh.press("Q")
        assert await ssh.code() == 0
        ssh.close()
