"""Profiles: what people tell about themselves and earn, and who knows about what."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

from tui_forum.domain.entities import Actor, Role
from tui_forum.domain.errors import NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.limits import EXCERPT_CELLS
from tui_forum.domain.people import REACTIONS, ReactionKind, RecognitionKind
from tui_forum.domain.policy import Action, Standing, decide
from tui_forum.domain.profiles import (
    Hit,
    InterestKind,
    Person,
    PraiseReceived,
    Profile,
    ProfileForm,
    ProfileView,
    RecentPost,
    Recognised,
    check_detail,
    check_topics,
    fold_topic,
)
from tui_forum.domain.text import clean_line, excerpt
from tui_forum.i18n import N_
from tui_forum.services.accounts import check_display_name, check_zone
from tui_forum.services.topics import Topics
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.accounts import AccountRepository
from tui_forum.storage.repositories.profiles import ProfileRepository
from tui_forum.storage.uow import UnitOfWork

PRAISE_PAGE: Final = 10
POSTS_PAGE: Final = 20
PEOPLE_PAGE: Final = 50
NAMES_PAGE: Final = 20
QUERY_MAX_CHARS: Final = 60
#: Topics are few beside people; they are compared with what was typed in memory.
TOPICS_MAX: Final = 20_000
#: What another process was told is found after this at the latest, seconds.
TOPICS_KEPT: Final = 60.0

NOBODY: Final = N_("There is nobody called @{handle}.")


class Profiles:
    """Use cases around profiles."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._topics = Topics()
        self._topics_until = 0.0

    # -- looking

    async def view(self, actor: Actor, handle: str = "") -> ProfileView:
        """Somebody's profile (one's own without ``handle``), as far as ``actor`` may see it.

        Raises:
            NotFoundError: there is nobody of that handle.
        """
        handle = clean_line(handle).removeprefix("@").lower() or actor.handle
        async with self._database.read() as connection:
            repository = ProfileRepository(connection, actor.account_id, actor.site_role)
            found = await repository.profile(handle)
            if found is None:
                raise NotFoundError(NOBODY, handle=handle)
            person, told = found
            interests = await repository.interests(person.account_id)
            shared = await repository.shared(person.account_id)
            rows = await repository.recognised(person.account_id)
            praise: list[Any] = []
            if RecognitionKind.PRAISE not in told["hidden"]:
                praise = await repository.praise(person.account_id, None, PRAISE_PAGE + 1)
            posts = await repository.posts(person.account_id, None, POSTS_PAGE + 1)
        profile = Profile(
            person=person,
            helps=interests[InterestKind.HELP],
            learns=interests[InterestKind.LEARN],
            mine=person.account_id == actor.account_id,
            **told,
        )
        shown = [row for row in rows if row[0] not in profile.hidden]
        hides_reactions = RecognitionKind.REACTIONS in profile.hidden
        return ProfileView(
            profile=profile,
            communities=shared,
            recognised=_recognised(shown),
            reactions=() if hides_reactions else _reactions(shown),
            praise=_praise(actor, praise[:PRAISE_PAGE]),
            more_praise=len(praise) > PRAISE_PAGE,
            posts=_posts(posts[:POSTS_PAGE]),
            more_posts=len(posts) > POSTS_PAGE,
        )

    async def praise(
        self, actor: Actor, account_id: int, before: int
    ) -> tuple[tuple[PraiseReceived, ...], bool]:
        """Older praise than ``before`` (an id), and whether there is more still; none when switched off."""
        async with self._database.read() as connection:
            repository = ProfileRepository(connection, actor.account_id, actor.site_role)
            if RecognitionKind.PRAISE in await repository.hidden(account_id):
                return (), False
            rows = await repository.praise(account_id, before, PRAISE_PAGE + 1)
        return _praise(actor, rows[:PRAISE_PAGE]), len(rows) > PRAISE_PAGE

    async def posts(self, actor: Actor, account_id: int, before: int) -> tuple[tuple[RecentPost, ...], bool]:
        """Older posts than ``before`` (an id), and whether there are more still."""
        async with self._database.read() as connection:
            repository = ProfileRepository(connection, actor.account_id, actor.site_role)
            rows = await repository.posts(account_id, before, POSTS_PAGE + 1)
        return _posts(rows[:POSTS_PAGE]), len(rows) > POSTS_PAGE

    # -- telling

    async def update(self, actor: Actor, form: ProfileForm) -> Actor:
        """Write one's own profile; the actor as it is then.

        Raises:
            InvalidInputError: a field cannot be used (``field`` names it).
        """
        account = {
            "display_name": check_display_name(form.display_name, actor.handle),
            "time_zone": check_zone(form.time_zone.strip()),
        }
        details = {
            name: check_detail(getattr(form, name), name) for name in ("job", "unit", "place", "languages")
        }
        topics = {
            InterestKind.HELP: check_topics(form.helps, "helps"),
            InterestKind.LEARN: check_topics(form.learns, "learns"),
        }

        async def work(uow: UnitOfWork) -> Actor:
            repository = ProfileRepository(uow.connection, actor.account_id, actor.site_role)
            await AccountRepository(uow.connection).change(actor.account_id, account)
            await repository.save(details)
            await repository.set_interests(topics)
            uow.record(EventKind.ACCOUNT_CHANGED, actor_id=actor.account_id, account_id=actor.account_id)
            changed = await AccountRepository(uow.connection).by_id(actor.account_id)
            assert changed is not None
            return changed

        changed = await self._database.write(work)
        self._topics_until = 0.0
        return changed

    async def hide(self, actor: Actor, kind: RecognitionKind, *, hidden: bool) -> None:
        """Switch a kind of recognition off on one's profile, then nobody sees it; or on again."""

        async def work(uow: UnitOfWork) -> None:
            await AccountRepository(uow.connection).lock_account(actor.account_id)
            repository = ProfileRepository(uow.connection, actor.account_id, actor.site_role)
            await repository.hide(kind, hidden=hidden)
            uow.record(EventKind.ACCOUNT_CHANGED, actor_id=actor.account_id, account_id=actor.account_id)

        await self._database.write(work)

    async def hidden(self, actor: Actor) -> frozenset[RecognitionKind]:
        """What one has switched off."""
        async with self._database.read() as connection:
            repository = ProfileRepository(connection, actor.account_id, actor.site_role)
            return await repository.hidden(actor.account_id)

    # -- finding

    async def who_knows(self, actor: Actor, query: str) -> tuple[Hit, ...]:
        """People who can help with a topic, then who wants to learn it, then who is called so.

        Mistyped words find what was meant. ``@`` before the query asks for names only. Nobody is
        ranked: the better topic comes first, and within it the alphabet.
        """
        text = clean_line(query)[:QUERY_MAX_CHARS]
        name = text.removeprefix("@")
        folded = fold_topic(name)
        if not folded:
            return ()
        async with self._database.read() as connection:
            repository = ProfileRepository(connection, actor.account_id, actor.site_role)
            topics = [] if text.startswith("@") else (await self._all_topics(repository)).find(folded)
            rows = await repository.interested(topics, PEOPLE_PAGE) if topics else []
            people = await repository.named(name, NAMES_PAGE)
        found: dict[int, Hit] = {}
        for person, kind, label in rows:
            hit = found.get(person.account_id, Hit(person))
            helps, learns = hit.helps, hit.learns
            if kind is InterestKind.HELP:
                helps = (*helps, label)
            else:
                learns = (*learns, label)
            found[person.account_id] = Hit(person, helps, learns)
        for person in people:
            found.setdefault(person.account_id, Hit(person))
        return tuple(found.values())

    async def _all_topics(self, repository: ProfileRepository) -> Topics:
        if time.monotonic() >= self._topics_until:
            self._topics_until = time.monotonic() + TOPICS_KEPT
            self._topics = Topics(await repository.topics(TOPICS_MAX))
        return self._topics

    async def named(self, actor: Actor, text: str, limit: int = NAMES_PAGE) -> tuple[Person, ...]:
        """People whose handle begins with ``text``, or whose name holds it."""
        name = clean_line(text).removeprefix("@")[:QUERY_MAX_CHARS]
        async with self._database.read() as connection:
            return await ProfileRepository(connection, actor.account_id, actor.site_role).named(name, limit)

    async def people(self, actor: Actor, handles: Sequence[str]) -> tuple[Person, ...]:
        """Those of ``handles`` who exist, in their order."""
        async with self._database.read() as connection:
            return await ProfileRepository(connection, actor.account_id, actor.site_role).people(handles)


def _recognised(rows: Sequence[Any]) -> tuple[Recognised, ...]:
    found: dict[RecognitionKind, tuple[int, list[str]]] = {}
    for kind, community_id, name, count in rows:
        if community_id:
            total, names = found.get(RecognitionKind(kind), (0, []))
            found[RecognitionKind(kind)] = (total + count, [*names, name])
    return tuple(
        Recognised(kind, found[kind][0], tuple(sorted(found[kind][1])))
        for kind in RecognitionKind
        if kind in found
    )


def _reactions(rows: Sequence[Any]) -> tuple[tuple[ReactionKind, int], ...]:
    counts = {row[0]: row[3] for row in rows if not row[1]}
    return tuple((kind, counts[kind]) for kind, _sign, _word in REACTIONS if kind in counts)


def _praise(actor: Actor, rows: Sequence[Any]) -> tuple[PraiseReceived, ...]:
    found = []
    for praise_id, giver, reason, at, thread_id, number, title, community, giver_id, role in rows:
        standing = Standing(actor.site_role, Role(role) if role else None, own=giver_id == actor.account_id)
        may = decide(Action.WITHDRAW_PRAISE, standing).allowed
        found.append(PraiseReceived(praise_id, giver, reason, at, thread_id, number, title, community, may))
    return tuple(found)


def _posts(rows: Sequence[Any]) -> tuple[RecentPost, ...]:
    return tuple(
        RecentPost(post_id, thread_id, number, title, community, excerpt(body, EXCERPT_CELLS), at)
        for post_id, thread_id, number, title, community, body, at in rows
    )
