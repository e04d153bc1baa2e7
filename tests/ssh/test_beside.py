"""The local forum and a server on the same file: each sees at once what the other writes."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import asyncssh
import psutil
import pytest

from server.identity import public_key
from tests.forums import another
from tests.ssh.forum_server import OpenSsh, Pty, ServerProcess, key_file
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.domain.entities import Registration

pytestmark = pytest.mark.skipif(shutil.which("ssh") is None, reason="no OpenSSH client on this machine")


def local(folder: Path, **environment: str) -> Pty:
    """``tui-forum --data FOLDER`` in a terminal of its own."""
    return Pty(
        [sys.executable, "-m", "tui_forum", "--data", str(folder)],
        {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "HOME": str(folder), "LANG": "C.UTF-8"}
        | {"USER": "otto", "LOGNAME": "otto"}
        | environment,
    )


async def test_server_and_local_forum_on_one_file_update_each_other(tmp_path: Path) -> None:
    """Both ways, without a key press; the local one listens nowhere and is the administrator's."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    forum = await open_forum(Settings(data_dir=tmp_path))
    otto = await forum.accounts.local_actor("otto")
    club = await another(forum, otto, "club")
    await forum.posts.start_thread(otto, club.community_id, "Hello", "Who is there?")
    anna = await forum.accounts.register(Registration("anna", "Anna"), public_key(key))
    await forum.memberships.join(anna, club.community_id)
    await forum.close()
    server = ServerProcess(tmp_path)
    here = local(tmp_path)
    await server.ready()
    there = OpenSsh(server.port, "-i", key_file(tmp_path, "anna", key))
    try:
        for window in (here, there):
            await window.until("Club")
            window.press("\r")
            await window.until("Hello")
            window.press("\r")
            await window.until("Who is there?")
        listening = [line for line in psutil.Process(here.pid).net_connections() if line.status == "LISTEN"]
        assert listening == []
        here.press("rFrom this machine\x13")
        await there.until("From this machine", "@otto")
        await here.until("#2")
        there.press("rFrom afar\x13")
        await here.until("From afar", "@anna")
        here.press("gs")
        await here.until("Make an invitation code")  # only administrators and moderators may
        here.press("\x1b")
        await here.until("From afar")
        here.press("Q")
        assert await here.code() == 0
        there.press("r")
        await there.until("Reply")
        there.press("Still here\x13")
        await there.until("#4", "Still here")
    finally:
        here.close()
        there.close()
        assert server.stop() == 0


async def test_the_local_forum_makes_its_data_folder_and_speaks_the_users_language(tmp_path: Path) -> None:
    """Nothing is there at first; one leaves with Q and finds oneself again."""
    folder = tmp_path / "new" / "forum"
    for _time in range(2):
        here = local(folder, LANG="de_DE.UTF-8")
        try:
            await here.until("@otto", "Es gibt noch keine Community")
            here.press("Q")
            assert await here.code() == 0
        finally:
            here.close()
    assert (folder / "forum.db").is_file()


async def test_a_terminal_that_is_closed_in_mid_sentence_keeps_the_draft(tmp_path: Path) -> None:
    """The local forum hears of it (SIGHUP) and ends in good order: the words are there on return."""
    forum = await open_forum(Settings(data_dir=tmp_path))
    otto = await forum.accounts.local_actor("otto")
    await another(forum, otto, "club")
    await forum.close()
    here = local(tmp_path)
    await here.until("Club")
    here.press("\r")
    await here.until("No threads yet")
    here.press("c")
    await here.until("New thread")
    here.press("Half a\tsentence that is")
    await here.until("sentence that is")
    os.kill(here.pid, signal.SIGHUP)
    assert await here.code() == 0
    here.close()
    here = local(tmp_path)
    try:
        await here.until("Club")
        here.press("gd")
        await here.until("Half a", "sentence that is")
    finally:
        here.close()
