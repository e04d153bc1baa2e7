"""Reading the screen as a user does, and waiting without sleeping."""

from __future__ import annotations

import asyncio
import base64
import contextvars
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from tests.forums import another
from tui_forum.domain.charter import Charter
from tui_forum.domain.entities import Actor, PublicKey, Purpose, Registration, SiteRole
from tui_forum.domain.views import CommunityRow
from tui_forum.i18n import set_locale
from tui_forum.services.forum import Forum
from tui_forum.ui.app import ForumApp
from tui_forum.ui.traits import TerminalTraits

NARROW = (80, 24)
WIDE = (160, 50)


def screen_text(app: App[Any]) -> str:
    """What is on the screen, line by line."""
    screen = app.screen
    strips = screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


async def until(pilot: Pilot[Any], true: Callable[[], bool], *, rounds: int = 400) -> None:
    """Let the app work until ``true()``; fails with the screen when it never becomes so."""
    for _round in range(rounds):
        await pilot.pause()
        if true():
            return
        await asyncio.sleep(0.005)  # other tasks: the database's threads
    raise AssertionError(f"it did not happen; the screen:\n{screen_text(pilot.app)}")


async def shows(pilot: Pilot[Any], *texts: str) -> str:
    """Wait until all ``texts`` are on the screen; the whole screen."""
    await until(pilot, lambda: all(text in screen_text(pilot.app) for text in texts))
    return screen_text(pilot.app)


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Keys, one after the other; words of several letters in double quotes are typed."""
    for key in keys:
        if key.startswith('"'):
            await pilot.press(*(_KEY_NAMES.get(letter, letter) for letter in key[1:-1]))
        else:
            await pilot.press(key)
        await pilot.pause()


_KEY_NAMES = {" ": "space", "\n": "enter", "-": "minus", "/": "slash", ".": "full_stop", ",": "comma"}


def test_key(name: str) -> PublicKey:
    """A key that is as good as any: services and forms only compare its fingerprint."""
    blob = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + hashlib.sha256(name.encode()).digest()
    encoded = base64.b64encode(blob).decode()
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return PublicKey("ssh-ed25519", f"SHA256:{digest}", f"ssh-ed25519 {encoded}", name)


test_key.__test__ = False  # type: ignore[attr-defined]


async def person(forum: Forum, handle: str, *, admin: bool = False, language: str = "en") -> Actor:
    """An account with a key."""
    if admin:
        actor = await forum.accounts.ensure_admin(test_key(handle), handle)
        assert actor.site_role is SiteRole.ADMIN
        return actor
    form = Registration(handle, handle.capitalize(), language=language)
    return await forum.accounts.register(form, test_key(handle))


async def community(
    forum: Forum,
    manager: Actor,
    *members: Actor,
    slug: str = "gardens",
    purpose: Purpose = Purpose.PRACTICE,
    charter: Charter | None = None,
) -> CommunityRow:
    """A community with these members."""
    row = await another(forum, manager, slug, purpose=purpose, charter=charter)
    for member in members:
        await forum.memberships.join(member, row.community_id)
    return row


@asynccontextmanager
async def session(
    forum: Forum,
    actor: Actor,
    *,
    size: tuple[int, int] = NARROW,
    traits: TerminalTraits | None = None,
) -> AsyncIterator[tuple[ForumApp, Pilot[None]]]:
    """The forum's app on a terminal of ``size``, in a context of its own as on the server."""
    context = contextvars.copy_context()
    context.run(set_locale, actor.language, actor.time_zone)
    app = context.run(ForumApp, forum, actor, traits=traits)
    # run_test starts the app's task in the current context: enter the session's values.
    set_locale(actor.language, actor.time_zone)
    try:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield app, pilot
    finally:
        set_locale("en")
