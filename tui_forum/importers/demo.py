"""The demonstration's content: an invented company, from ``demo_content/*.toml``, into an empty forum."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from typing import Any, Final

from tui_forum.domain.charter import Charter, Rule
from tui_forum.domain.entities import (
    Actor,
    Purpose,
    Registration,
    Role,
    SiteRole,
    ThreadKind,
    Visibility,
)
from tui_forum.domain.moderation import CaseCategory
from tui_forum.domain.people import ReactionKind
from tui_forum.domain.polls import PollPlan
from tui_forum.domain.profiles import ProfileForm
from tui_forum.services.forum import Forum
from tui_forum.services.imports import IncomingPost, IncomingThread, Placed

_SOURCE: Final = "demo"
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
#: In this order: one may link to another that is there already.
_COMMUNITIES: Final = (
    "after-work", "firmware", "it-desk", "nordlicht-news", "werkstatt", "polaris", "lesekreis", "3d-printing",
    "umzug-altona", "patents", "betriebsrat",
)  # fmt: skip


def _age(text: str) -> timedelta:
    """``3d``, ``5h`` or ``20m``."""
    return timedelta(**{_UNITS[text[-1]]: float(text[:-1])})


def _read(name: str) -> dict[str, Any]:
    folder = resources.files("tui_forum.importers.demo_content")
    return tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))


async def load_demo(forum: Forum) -> None:
    """Fill an empty forum; one that was filled before is left as it is."""
    people = _read("people")["account"]
    if await forum.accounts.demo_actor(people[0]["handle"]) is None:
        await _Demo(forum, datetime.now(UTC)).load(people)


class _Demo:
    """One loading: everything is as old as it says before ``now``."""

    def __init__(self, forum: Forum, now: datetime) -> None:
        self._forum = forum
        self._now = now
        self._actors: dict[str, Actor] = {}

    async def load(self, people: list[dict[str, Any]]) -> None:
        """People, then communities with what was written in them, then something for the moderators."""
        for account in people:
            await self._person(account)
        for slug in _COMMUNITIES:
            await self._community(_read(slug))
        await self._report_one()

    @property
    def _operator(self) -> Actor:
        return next(actor for actor in self._actors.values() if actor.site_role is SiteRole.ADMIN)

    async def _person(self, account: dict[str, Any]) -> None:
        form = Registration(account["handle"], account["name"], account["zone"], account["language"])
        actor = await self._forum.accounts.add_keyless(form, SiteRole(account.get("site_role", "member")))
        self._actors[form.handle] = actor
        profile = ProfileForm(
            account["name"],
            account["job"],
            account["unit"],
            account["place"],
            account["zone"],
            account["languages"],
            ", ".join(account["helps"]),
            ", ".join(account["learns"]),
        )
        await self._forum.profiles.update(actor, profile)

    # -- communities

    def _day(self, told: dict[str, Any], name: str) -> date | None:
        return (self._now + _age(told[name])).date() if name in told else None

    async def _community(self, content: dict[str, Any]) -> None:
        told = content["community"]
        charter = Charter(
            purpose=Purpose(told["purpose"]),
            statement=told["statement"],
            audience=told["audience"],
            rules=tuple(map(Rule, told["rules"])),
            response_days=told.get("response_days"),
            responders=told.get("responders", ""),
            languages=tuple(told["languages"]),
            review_on=self._day(told, "review_in"),
            ends_on=self._day(told, "ends_in"),
            linked=told.get("linked", ""),
        )
        opened = await self._forum.charters.open(
            self._operator,
            told["slug"],
            told["name"],
            charter,
            hosts=told["managers"],
            visibility=Visibility(told.get("visibility", "open")),
        )
        # Joined before the posts are there, so that there is something unread.
        for role, handle in self._people(told):
            await self._join(opened.community_id, handle, role, told["managers"][0])
        await self._forum.imports.date_back(opened.community_id, self._now - _age(told["opened"]))
        placed = await self._write(told["slug"], content["thread"])
        await self._thank(content["thread"], placed)
        for thread in content["thread"]:
            await self._start(opened.community_id, thread)
        if reason := told.get("archived"):
            await self._forum.hosting.archive(self._operator, opened.community_id, reason)

    @staticmethod
    def _people(told: dict[str, Any]) -> Iterator[tuple[Role, str]]:
        """Who is in besides the hosts, each once, in the weightiest role that is told."""
        seen = set(told["managers"])
        for role in (Role.MODERATOR, Role.EXPERT, Role.MEMBER):
            for handle in told.get(f"{role.value}s", ()):
                if handle not in seen:
                    seen.add(handle)
                    yield role, handle

    async def _join(self, community_id: int, handle: str, role: Role, host: str) -> None:
        memberships, actor = self._forum.memberships, self._actors[handle]
        row = await self._forum.communities.community_by_id(self._actors[host], community_id)
        if row.visibility is not Visibility.OPEN:
            await memberships.invite(self._actors[host], community_id, handle)
        await memberships.join(actor, community_id)
        if role is not Role.MEMBER:
            await memberships.set_role(self._operator, community_id, handle, role)

    # -- what was written

    def _posts(self, thread: dict[str, Any], place: int) -> tuple[IncomingPost, ...]:
        return tuple(
            IncomingPost(
                external_id=f"{place}.{number}",
                author_key=post["author"],
                author_name=post["author"],
                parts=(post["body"].strip(),),
                created_at=self._now - _age(post["age"]) + timedelta(seconds=number),
                parent=f"{place}.{post['reply_to']}" if "reply_to" in post else "",
            )
            for number, post in enumerate(thread["post"], 1)
        )

    async def _write(self, slug: str, threads: list[dict[str, Any]]) -> dict[str, Placed]:
        sink = await self._forum.imports.sink(slug, f"{_SOURCE}-{slug}", account_source=_SOURCE)
        await sink.adopt({handle: actor.account_id for handle, actor in self._actors.items()})
        written = await sink.write(
            [
                IncomingThread(
                    title=thread["title"],
                    posts=self._posts(thread, place),
                    kind=ThreadKind(thread["kind"]),
                    pinned=thread.get("pinned", False),
                    accepted=f"{place}.{thread['accepted']}" if "accepted" in thread else "",
                )
                for place, thread in enumerate(threads)
                if not _is_started(thread)
            ]
        )
        return written.placed

    async def _thank(self, threads: list[dict[str, Any]], placed: dict[str, Placed]) -> None:
        """Reactions and praise."""
        for place, thread in enumerate(threads):
            for number, post in enumerate(thread["post"], 1):
                if "reactions" not in post and "praise" not in post:
                    continue
                at = placed[f"{place}.{number}"]
                there = await self._forum.threads.post(self._operator, at.thread_id, at.number)
                for kind, handles in post.get("reactions", {}).items():
                    for handle in handles:
                        await self._forum.recognition.react(
                            self._actors[handle], there.post_id, ReactionKind(kind)
                        )
                if praise := post.get("praise"):
                    await self._forum.recognition.praise(
                        self._actors[praise["by"]], there.post_id, praise["reason"]
                    )

    async def _start(self, community_id: int, thread: dict[str, Any]) -> None:
        """A poll, or an announcement that wants to be acknowledged: begun by its author now."""
        if not _is_started(thread):
            return
        author = self._actors[thread["post"][0]["author"]]
        await self._forum.charters.accept(author, community_id, 1)
        plan = None
        if "options" in thread:
            plan = PollPlan(
                tuple(thread["options"]), thread["multiple"], closes_at=self._now + timedelta(days=6)
            )
        ref = await self._forum.posts.start_thread(
            author,
            community_id,
            thread["title"],
            thread["post"][0]["body"].strip(),
            kind=ThreadKind(thread["kind"]),
            wants_acknowledgement=thread.get("acknowledge", False),
            poll=plan,
        )
        for handle, choice in thread.get("votes", {}).items():
            await self._forum.polls.vote(self._actors[handle], ref.thread_id, choice)
        for handle in thread.get("acknowledged", ()):
            await self._forum.announcements.acknowledge(self._actors[handle], ref.thread_id)

    async def _report_one(self) -> None:
        """Something for the moderators to look at."""
        hits = await self._forum.threads.search_titles(self._actors["isla"], "Harbour run")
        post = await self._forum.threads.post(self._actors["isla"], hits[0].thread_id, 1)
        await self._forum.reports.report(
            self._actors["isla"],
            post.post_id,
            CaseCategory.OFF_TOPIC,
            "Is this the right place? It reads like an announcement.",
        )


def _is_started(thread: dict[str, Any]) -> bool:
    return "options" in thread or bool(thread.get("acknowledge"))
