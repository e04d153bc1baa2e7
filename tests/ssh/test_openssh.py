"""The real OpenSSH client at the real server."""

from __future__ import annotations

import asyncio
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import asyncssh
import pytest

from tests.forums import another
from tests.ssh.forum_server import OpenSsh, ServerProcess, key_file, serving

pytestmark = pytest.mark.skipif(shutil.which("ssh") is None, reason="no OpenSSH client on this machine")


async def test_a_key_opens_the_forum_and_q_leaves(tmp_path: Path) -> None:
    """In by key under any user name; out with Q, exit code 0."""
    async with serving(tmp_path) as running:
        actor, key = await running.member("anna")
        del actor
        ssh = OpenSsh(running.port, "-i", key_file(tmp_path, "anna", key))
        await ssh.until("@anna", "There is no community yet")
        ssh.press("Q")
        assert await ssh.code() == 0
        ssh.close()


async def test_an_unknown_key_registers(tmp_path: Path) -> None:
    """Open registration: handle, name, zone, no code; then the forum, and the next time at once."""
    async with serving(tmp_path, registration="open") as running:
        file = key_file(tmp_path, "new", asyncssh.generate_private_key("ssh-ed25519"))
        ssh = OpenSsh(running.port, "-i", file, user="newcomer")
        await ssh.until("is new here", "Handle", "newcomer")  # what the client calls itself is suggested
        ssh.press("\r")
        await ssh.until("Newcomer")
        ssh.press("\x13")
        await ssh.until("@newcomer", "There is no community yet")
        ssh.press("Q")
        assert await ssh.code() == 0
        ssh.close()
        again = OpenSsh(running.port, "-i", file)
        await again.until("@newcomer", "There is no community yet")
        again.close()


async def test_the_claim_code_makes_the_operator(tmp_path: Path) -> None:
    """The printed code turns the first key into the administrator's account, even when closed."""
    server = ServerProcess(tmp_path, "--registration", "closed")
    await server.ready()
    code = ""
    file = key_file(tmp_path, "op", asyncssh.generate_private_key("ssh-ed25519"))
    ssh = OpenSsh(server.port, "-i", file, user="operator1")
    try:
        assert server._process.stdout is not None
        while not code:
            line = server._process.stdout.readline()
            code = line.strip() if line.startswith("    ") else ""
        await ssh.until("is new here")
        ssh.press("\r")
        await ssh.until("Operator1")
        ssh.press("\r\r\r")
        ssh.press(code)
        await ssh.until(code)
        ssh.press("\x13")
        await ssh.until("@operator1", "There is no community yet")
        ssh.press("gs")
        await ssh.until("Make an invitation code")
    finally:
        ssh.close()
        assert server.stop() == 0


async def test_closed_means_closed(tmp_path: Path) -> None:
    """An unknown key is refused when registration is closed."""
    async with serving(tmp_path, registration="closed") as running:
        file = key_file(tmp_path, "new", asyncssh.generate_private_key("ssh-ed25519"))
        ssh = OpenSsh(running.port, "-i", file)
        assert await ssh.code() == 255
        assert "Permission denied" in ssh.text
        ssh.close()


async def test_an_unsigned_offer_gives_no_identity(tmp_path: Path) -> None:
    """Offering a victim's *public* key first, then signing with one's own, is being oneself."""
    async with serving(tmp_path, registration="open") as running:
        _victim, victim_key = await running.member("victim")
        offered = tmp_path / "victim.pub"
        offered.write_bytes(victim_key.export_public_key())
        own = key_file(tmp_path, "own", asyncssh.generate_private_key("ssh-ed25519"))
        ssh = OpenSsh(running.port, "-i", str(offered), "-i", own, user="victim")
        await ssh.until("is new here")
        assert "@victim" not in ssh.text
        ssh.close()


async def test_no_terminal_is_said_in_a_line(tmp_path: Path) -> None:
    """Without a pty: one sentence, exit code 2. Commands likewise."""
    async with serving(tmp_path) as running:
        _actor, key = await running.member("anna")
        file = key_file(tmp_path, "anna", key)
        ssh = OpenSsh(running.port, "-T", "-i", file)
        assert await ssh.code() == 2
        assert "needs a terminal" in ssh.text
        ssh.close()
        ssh = OpenSsh(running.port, "-i", file, command="cat /etc/passwd")
        assert await ssh.code() == 2
        assert "takes no commands" in ssh.text
        assert "root:" not in ssh.text
        ssh.close()


async def test_a_post_appears_in_the_other_terminal(tmp_path: Path) -> None:
    """Two terminals on one thread: what one writes, the other sees without a key press."""
    async with serving(tmp_path) as running:
        operator = await running.forum.accounts.local_actor("operator")
        club = await another(running.forum, operator, "club")
        await running.forum.posts.start_thread(operator, club.community_id, "Hello", "Who is there?")
        windows = []
        for handle in ("anna", "bert"):
            actor, key = await running.member(handle)
            await running.forum.memberships.join(actor, club.community_id)
            ssh = OpenSsh(running.port, "-i", key_file(tmp_path, handle, key))
            await ssh.until("Club")
            ssh.press("\r")
            await ssh.until("Hello")
            ssh.press("\r")
            await ssh.until("Who is there?")
            windows.append(ssh)
        anna, bert = windows
        await anna.until("@bert")  # who is here
        anna.press("rIt is me\x13")  # typed ahead of the screen that r opens
        await bert.until("It is me")
        await anna.until("#2")
        for ssh in windows:
            ssh.close()


async def test_a_dropped_line_keeps_the_draft(tmp_path: Path) -> None:
    """Cut in mid-sentence; the words are there on return."""
    async with serving(tmp_path) as running:
        operator = await running.forum.accounts.local_actor("operator")
        club = await another(running.forum, operator, "club")
        actor, key = await running.member("anna")
        await running.forum.memberships.join(actor, club.community_id)
        file = key_file(tmp_path, "anna", key)
        ssh = OpenSsh(running.port, "-i", file)
        await ssh.until("Club")
        ssh.press("\r")
        await ssh.until("No threads yet")
        ssh.press("c")
        await ssh.until("New thread")
        ssh.press("Half a\tsentence that is")
        await ssh.until("sentence that is")
        ssh.drop()
        async with asyncio.timeout(10):
            while running.listener.sessions:
                await asyncio.sleep(0.01)
        ssh = OpenSsh(running.port, "-i", file)
        await ssh.until("Club")
        ssh.press("\r")
        await ssh.until("No threads yet")
        ssh.press("c")
        await ssh.until("Half a", "sentence that is", "is back")
        ssh.close()


async def test_the_demonstration_needs_no_key(tmp_path: Path) -> None:
    """By user name, without a key, on loopback; an unknown name arrives as the guest."""
    server = ServerProcess(tmp_path, "--demo")
    await server.ready()
    try:
        for user, shown in (("mona", "@mona"), ("whoever", "@demo")):
            ssh = OpenSsh(server.port, "-o", "PubkeyAuthentication=no", user=user)
            await ssh.until(shown, "Nordlicht news")
            ssh.close()
    finally:
        assert server.stop() == 0
    assert "SHA256:" in server.output()


async def test_shutdown_tells_each_session(tmp_path: Path) -> None:
    """SIGTERM: a sentence on the screen, exit code 0 on both sides, the draft kept."""
    # Greta may begin threads in each of her communities, whichever comes first today.
    server = ServerProcess(tmp_path, "--demo")
    await server.ready()
    ssh = OpenSsh(server.port, "-o", "PubkeyAuthentication=no", user="greta")
    await ssh.until("My communities")
    ssh.press("\r")
    await ssh.until("new thread")
    ssh.press("c")
    await ssh.until("New thread")
    ssh.press("Kept\tby the server")
    await ssh.until("by the server")
    assert server.stop() == 0
    assert await ssh.code() == 0
    assert "going down" in ssh.text
    ssh.close()
    server = ServerProcess(tmp_path, "--demo")
    await server.ready()
    ssh = OpenSsh(server.port, "-o", "PubkeyAuthentication=no", user="greta")
    await ssh.until("My communities")
    ssh.press("gd")
    await ssh.until("Kept", "by the server")
    ssh.close()
    server.stop()


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "tui_forum", *arguments],
        capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent", **environment},
        cwd=Path(__file__).parents[2],
    )  # fmt: skip


async def test_what_cannot_be_served_is_said_in_a_sentence(tmp_path: Path) -> None:
    """Port taken, demonstration to the world, key file missing, host key open, settings wrong."""
    async with serving(tmp_path / "one") as running:
        taken = run("serve", "--data", str(tmp_path / "two"), "--listen", f"127.0.0.1:{running.port}")
    assert taken.returncode == 1
    assert "Cannot listen on 127.0.0.1" in taken.stderr

    world = run("serve", "--demo", "--data", str(tmp_path / "three"), "--listen", "0.0.0.0:0")
    assert (world.returncode, "loopback only" in world.stderr) == (2, True)

    missing = run("serve", "--data", str(tmp_path / "four"), "--admin-key", "/nowhere.pub")
    assert (missing.returncode, "/nowhere.pub" in missing.stderr) == (2, True)

    host_key = tmp_path / "one" / "ssh_host_ed25519_key"
    assert stat.S_IMODE(host_key.stat().st_mode) == 0o600
    host_key.chmod(0o644)
    readable = run("serve", "--data", str(tmp_path / "one"), "--listen", "127.0.0.1:0")
    assert (readable.returncode, "can be read by others" in readable.stderr) == (2, True)

    settings = tmp_path / "config.toml"
    settings.write_text("registratoin = 'open'\n")
    wrong = run("serve", "--config", str(settings), "--data", str(tmp_path / "five"))
    assert wrong.returncode == 2
    assert "registratoin" in wrong.stderr
    assert str(settings) in wrong.stderr.replace("\n", "")

    for result in (taken, world, missing, readable, wrong):
        assert "Traceback" not in result.stderr
