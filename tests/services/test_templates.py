"""Templates: hosts write a few, members begin with them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.forums import member, person, place
from tui_forum.domain.entities import Role, ThreadKind, Visibility
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.limits import BODY_MAX_CHARS, TEMPLATES_MAX
from tui_forum.domain.templates import Template, TemplateConflictError
from tui_forum.services.forum import Forum

BUG = Template(0, "Bug report", ThreadKind.QUESTION, "Bug: ", "Version:\n\nWhat happened?")


async def test_hosts_write_change_arrange_and_delete_templates(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden)
    where = garden.community_id
    bug = await forum.templates.save(boss, where, BUG)
    idea = await forum.templates.save(boss, where, replace(BUG, name="Idea", kind=ThreadKind.DISCUSSION))
    assert await forum.templates.of(ada, where) == (bug, idea)
    better = replace(bug, body="Which version?")
    assert await forum.templates.save(boss, where, better, seen=bug) == better
    await forum.templates.shift(boss, where, idea.template_id, -1)
    assert await forum.templates.of(ada, where) == (idea, better)
    await forum.templates.shift(boss, where, idea.template_id, 5)
    assert await forum.templates.of(ada, where) == (better, idea)
    await forum.templates.remove(boss, where, better.template_id)
    assert await forum.templates.of(ada, where) == (idea,)
    with pytest.raises(ConflictError):
        await forum.templates.remove(boss, where, better.template_id)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " \u200b"}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "BUG report"}, "name"),
        ({"title": "x" * 201}, "title"),
        ({"body": "x" * (BODY_MAX_CHARS + 1)}, "body"),
        ({"title": "", "body": " \n"}, "body"),
    ],
)
async def test_what_cannot_be_a_template_is_told_at_its_field(
    sqlite_forum: Forum, change: dict[str, str], field: str
) -> None:
    boss, garden = await place(sqlite_forum)
    await sqlite_forum.templates.save(boss, garden.community_id, BUG)
    wrong = Template(0, **{"name": "Other", "kind": ThreadKind.QUESTION, "title": "T", "body": "B"} | change)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError) as caught:
        await sqlite_forum.templates.save(boss, garden.community_id, wrong)
    assert caught.value.field == field


async def test_there_are_a_few_only_also_when_two_hosts_write_at_once(forum: Forum) -> None:
    boss, garden = await place(forum)
    results = await asyncio.gather(
        *(
            forum.templates.save(boss, garden.community_id, replace(BUG, name=f"T{n}"))
            for n in range(TEMPLATES_MAX + 3)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Template) for one in results) == TEMPLATES_MAX
    assert sum(isinstance(one, InvalidInputError) for one in results) == 3


async def test_nobody_overwrites_what_another_host_changed_without_seeing_it(forum: Forum) -> None:
    boss, garden = await place(forum)
    seen = await forum.templates.save(boss, garden.community_id, BUG)
    theirs = await forum.templates.save(boss, garden.community_id, replace(seen, body="Theirs"), seen=seen)
    mine = replace(seen, body="Mine")
    with pytest.raises(TemplateConflictError) as caught:
        await forum.templates.save(boss, garden.community_id, mine, seen=seen)
    assert caught.value.theirs == theirs
    await forum.templates.save(boss, garden.community_id, mine, seen=theirs)
    await forum.templates.remove(boss, garden.community_id, seen.template_id)
    with pytest.raises(TemplateConflictError) as gone:
        await forum.templates.save(boss, garden.community_id, mine, seen=mine)
    assert gone.value.theirs is None


async def test_members_read_and_do_not_write_and_strangers_know_nothing(forum: Forum) -> None:
    boss, vault = await place(forum, "vault", Visibility.INVITE)
    stranger = await person(forum, "eve")
    await forum.templates.save(boss, vault.community_id, BUG)
    with pytest.raises(NotFoundError):
        await forum.templates.of(stranger, vault.community_id)
    with pytest.raises(NotFoundError):
        await forum.templates.save(stranger, vault.community_id, replace(BUG, name="x"))
    _other, garden = await place(forum)
    mod = await member(forum, "mo", garden, Role.MODERATOR, _other)
    with pytest.raises(NotAllowedError, match="managers"):
        await forum.templates.save(mod, garden.community_id, BUG)
