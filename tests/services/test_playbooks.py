"""Guides for hosts: shipped in both languages, kept up to date by hosts, nothing overwritten silently."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlalchemy import update

from tests.forums import member, person, place, rows
from tui_forum.domain.entities import Purpose, Role
from tui_forum.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.life import Stage
from tui_forum.domain.playbooks import SLUGS, Phase, PlaybookConflictError, guide_for
from tui_forum.playbooks import shipped
from tui_forum.services.forum import Forum
from tui_forum.services.playbooks import Playbooks
from tui_forum.storage.models import Playbook
from tui_forum.storage.uow import UnitOfWork


def test_every_purpose_and_phase_has_a_guide_in_both_languages() -> None:
    guides = list(shipped())
    assert len(guides) == len(Purpose) * len(Phase) * 2
    for guide in guides:
        assert guide.title
        assert 100 <= len(guide.body.split()) <= 260, guide.slug
        assert "# " not in guide.body
        assert not re.search(r"\w\n\w", guide.body), "a paragraph is one line"
    assert {guide_for(purpose, stage) for purpose in Purpose for stage in Stage} == set(SLUGS)
    english = {guide.title for guide in guides if guide.language == "en"}
    german = {guide.title for guide in guides if guide.language == "de"}
    assert len(english) == len(german) == len(SLUGS)
    assert not english & german


async def test_everybody_reads_them_in_their_language(forum: Forum) -> None:
    ada = await person(forum, "ada")
    shelf = await forum.playbooks.all(ada)
    assert [row.slug for row in shelf] == list(SLUGS)
    guide = await forum.playbooks.guide(ada, "practice-opening")
    assert guide.row.title == "Opening a community of practice"
    assert not guide.may_edit
    await forum.accounts.update_profile(ada, language="de")
    german = await forum.accounts.actor_by_handle("ada")
    assert (await forum.playbooks.guide(german, "practice-opening")).row.title.startswith("Eine Praxis")
    with pytest.raises(NotFoundError):
        await forum.playbooks.guide(ada, "no-such-guide")


async def test_hosts_change_them_and_can_take_that_back(forum: Forum) -> None:
    boss, garden = await place(forum)
    ada = await member(forum, "ada", garden, Role.MANAGER, boss)
    ben = await member(forum, "ben", garden)
    guide = await forum.playbooks.guide(ada, "practice-opening")
    assert guide.may_edit
    change, which = forum.playbooks.change, guide.row.playbook_id
    with pytest.raises(NotAllowedError):
        await change(ben, which, "Mine", "Mine", revision=1)
    with pytest.raises(NotAllowedError):
        await forum.playbooks.by_id(ben, which)
    for title, body, field in ((" ", "text", "title"), ("t", " ", "body"), ("t" * 201, "text", "title")):
        with pytest.raises(InvalidInputError) as caught:
            await change(ada, which, title, body, revision=1)
        assert caught.value.field == field

    await change(ada, which, "Opening, as we do it", "Ask first.", revision=1)
    changed = await forum.playbooks.guide(ben, "practice-opening")
    assert (changed.row.title, changed.body, changed.revision) == ("Opening, as we do it", "Ask first.", 2)
    assert changed.row.editor is not None
    assert changed.row.editor.handle == "ada"
    await forum.playbooks.restore(ada, which)
    back = await forum.playbooks.guide(ben, "practice-opening")
    assert (back.row.title, back.row.editor, back.revision) == (guide.row.title, None, 3)


async def test_the_second_of_two_editors_sees_what_the_first_wrote(forum: Forum) -> None:
    boss, _garden = await place(forum)
    guide = await forum.playbooks.guide(boss, "project-closing")
    which = guide.row.playbook_id
    await forum.playbooks.change(boss, which, "First", "First.", revision=1)
    with pytest.raises(PlaybookConflictError) as caught:
        await forum.playbooks.change(boss, which, "Second", "Second.", revision=1)
    assert (caught.value.theirs.body, caught.value.theirs.revision) == ("First.", 2)
    assert (await forum.playbooks.guide(boss, "project-closing")).body == "First."
    # The same again changes nothing and is no conflict; knowing the present text, one may replace it.
    await forum.playbooks.change(boss, which, "First", "First.", revision=1)
    await forum.playbooks.change(boss, which, "Second", "Second.", revision=2)


async def test_a_draft_is_gone_when_it_was_written(forum: Forum) -> None:
    boss, _garden = await place(forum)
    which = (await forum.playbooks.guide(boss, "project-closing")).row.playbook_id
    draft = await forum.drafts.save(boss, f"playbook:{which}:1", title="t", body="b")
    await forum.playbooks.change(boss, which, "t", "b", revision=1, token=draft.token)
    assert await forum.drafts.all(boss) == ()


async def test_a_newer_program_renews_what_nobody_has_changed(forum: Forum) -> None:
    boss, _garden = await place(forum)
    mine = (await forum.playbooks.guide(boss, "project-opening")).row.playbook_id
    await forum.playbooks.change(boss, mine, "Ours", "Ours.", revision=1)

    async def older(uow: UnitOfWork) -> None:
        await uow.connection.execute(update(Playbook).values(body="as it was last year"))

    await forum.database.write(older)
    renewed = Playbooks(forum.database)
    await asyncio.gather(renewed.all(boss), Playbooks(forum.database).all(boss))
    assert (await renewed.guide(boss, "project-closing")).body != "as it was last year"
    assert (await renewed.guide(boss, "project-opening")).row.title == "Ours"
    assert await rows(forum.database, "SELECT count(*) FROM playbook") == [(len(SLUGS) * 2,)]
