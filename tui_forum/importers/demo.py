"""The demonstration's content: an invented company, from ``demo.toml``, into an empty forum."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any, Final

from tui_forum.domain.charter import Charter, Rule, RuleScope, default_charter
from tui_forum.domain.entities import Actor, Purpose, Registration, Role, SiteRole, ThreadKind
from tui_forum.domain.moderation import CaseCategory
from tui_forum.services.forum import Forum
from tui_forum.services.imports import IncomingPost, IncomingThread

_SOURCE: Final = "demo"
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def _age(text: str) -> timedelta:
    """``3d``, ``5h`` or ``20m``."""
    return timedelta(**{_UNITS[text[-1]]: float(text[:-1])})


def _posts(thread: dict[str, Any], place: int, now: datetime) -> tuple[IncomingPost, ...]:
    return tuple(
        IncomingPost(
            external_id=f"{place}.{number}",
            author_key=post["author"],
            author_name=post["author"],
            parts=(post["body"].strip(),),
            created_at=now - _age(post["age"]) + timedelta(seconds=number),
            parent=f"{place}.{post['reply_to']}" if "reply_to" in post else "",
        )
        for number, post in enumerate(thread["post"], 1)
    )


def _charter(community: dict[str, Any], now: datetime) -> Charter:
    usual = default_charter(Purpose(community["purpose"]), community["statement"], now.date())
    return replace(
        usual,
        audience=community.get("audience", ""),
        rules=tuple(
            Rule(rule["text"], RuleScope(rule.get("scope", "always"))) for rule in community.get("rules", ())
        ),
        response_days=community.get("response_days", usual.response_days),
        responders=community.get("responders", ""),
        languages=tuple(community.get("languages", ("en", "de"))),
        linked=community.get("linked", ""),
    )


async def load_demo(forum: Forum) -> None:
    """Fill an empty forum; one that was filled before is left as it is."""
    content = tomllib.loads((resources.files("tui_forum.importers") / "demo.toml").read_text("utf-8"))
    if await forum.accounts.demo_actor(content["account"][0]["handle"]) is not None:
        return
    now = datetime.now(UTC)
    actors: dict[str, Actor] = {}
    for account in content["account"]:
        form = Registration(account["handle"], account["name"], account["zone"], account["language"])
        site_role = SiteRole(account.get("site_role", "member"))
        actors[form.handle] = await forum.accounts.add_keyless(form, site_role)
    operator = next(actor for actor in actors.values() if actor.site_role is SiteRole.ADMIN)
    keys = {handle: actor.account_id for handle, actor in actors.items()}
    for community in content["community"]:
        slug = community["slug"]
        hosts = community["managers"]
        opened = await forum.charters.open(
            operator, slug, community["name"], _charter(community, now), hosts=hosts
        )
        sink = await forum.imports.sink(slug, _SOURCE)
        await sink.adopt(keys)
        threads = [
            IncomingThread(
                title=thread["title"],
                posts=_posts(thread, place, now),
                kind=ThreadKind(thread["kind"]),
                pinned=thread.get("pinned", False),
                accepted=f"{place}.{thread['accepted']}" if "accepted" in thread else "",
            )
            for place, thread in enumerate(content["thread"])
            if thread["community"] == slug
        ]
        # Joined before the posts are there, so that there is something unread.
        for role in (Role.MODERATOR, Role.EXPERT, Role.MEMBER):
            for handle in community.get(f"{role.value}s", ()):
                await forum.memberships.join(actors[handle], opened.community_id)
                if role is not Role.MEMBER:
                    await forum.memberships.set_role(operator, opened.community_id, handle, role)
        await sink.write(threads)
    await _report_one(forum, actors)


async def _report_one(forum: Forum, actors: dict[str, Actor]) -> None:
    """Something for the moderators to look at."""
    hits = await forum.threads.search_titles(actors["isla"], "Harbour run")
    post = await forum.threads.post(actors["isla"], hits[0].thread_id, 1)
    await forum.reports.report(
        actors["isla"],
        post.post_id,
        CaseCategory.OFF_TOPIC,
        "Is this the right place? It reads like an announcement.",
    )
