"""Moderators together: claims, assignments, forwarding, conflicts of interest, and what is said."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.forums import another, member, person, place, rows
from tests.scenes import Scene, garden_scene
from tui_forum.domain.entities import Actor, Role, SiteRole
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.events import MODERATION_TOPIC
from tui_forum.domain.moderation import (
    CLAIM_FOR,
    CaseCategory,
    CaseFilter,
    CaseSource,
    Conflict,
    DecisionKind,
    ForwardedTo,
    Ruling,
)
from tui_forum.domain.recordviews import RecordFilter
from tui_forum.services.forum import Forum


@pytest.fixture
async def scene(forum: Forum) -> Scene:
    return await garden_scene(forum)


async def on_it(scene: Scene, actor: Actor) -> str:
    """Whom ``actor`` sees on the first case."""
    return (await scene.forum.cases.queue(actor)).rows[0].claimed_by


# -- claims


async def test_who_opens_a_case_is_on_it_until_they_go_on(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    assert await scene.forum.casework.look(scene.mod, case_id) == ""
    assert await scene.forum.casework.look(scene.boss, case_id) == "max"
    assert (await on_it(scene, scene.mod), await on_it(scene, scene.boss)) == ("", "max")
    await scene.forum.casework.let_go(scene.mod, case_id)
    assert await on_it(scene, scene.boss) == ""
    assert await scene.forum.casework.look(scene.boss, case_id) == ""
    await scene.forum.casework.let_go(scene.mod)  # has none: takes nobody's
    assert await on_it(scene, scene.mod) == "boss-garden"


async def test_a_claim_lapses_by_itself_and_the_others_hear_of_it(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    await scene.forum.casework.look(scene.mod, case_id)
    lapses = await scene.forum.casework.next_lapse()
    assert lapses is not None
    assert lapses - scene.forum.database.now() > CLAIM_FOR - timedelta(minutes=1)
    scene.later(CLAIM_FOR + timedelta(seconds=1))
    assert await on_it(scene, scene.boss) == ""
    heard = scene.forum.events.subscribe(MODERATION_TOPIC)
    await scene.forum.casework.lapse(scene.forum.database.now())
    event = await asyncio.wait_for(anext(heard), 5)
    assert event.data == {"case": case_id, "claim": True}
    assert await scene.forum.casework.next_lapse() is None
    heard.close()


async def test_going_on_with_a_case_makes_the_claim_last(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    for _look in range(4):
        await scene.forum.casework.look(scene.mod, case_id)
        scene.later(CLAIM_FOR / 2)
    assert await on_it(scene, scene.boss) == "max"


async def test_of_many_who_open_a_case_at_once_one_is_on_it(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    mods = [await member(scene.forum, f"mod-{n}", scene.garden, Role.MODERATOR, scene.boss) for n in range(8)]
    found = await asyncio.gather(*(scene.forum.casework.look(mod, case_id) for mod in mods))
    assert found.count("") == 1
    assert len(set(found)) == 2


async def test_a_decision_ends_the_claim_and_the_first_look_is_remembered(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    await scene.forum.casework.look(scene.mod, case_id)
    scene.later(timedelta(minutes=3))
    await scene.decide(case_id, DecisionKind.APPROVE, scene.boss)
    [(claimed, looked, decided)] = await rows(
        scene.forum.database, "SELECT claimed_by, first_look_at, decided_at FROM moderation_case"
    )
    assert claimed is None
    assert looked < decided


# -- whose it is


async def test_a_case_is_given_to_a_moderator_who_is_told(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    people = await scene.forum.casework.moderators(scene.mod, case_id)
    assert [one.handle for one in people] == ["boss-garden", "max"]
    await scene.forum.casework.assign(scene.mod, case_id, scene.boss.account_id, "You know him")
    [row] = (await scene.forum.cases.queue(scene.boss, CaseFilter(assigned_to_me=True))).rows
    assert row.assigned_to == "boss-garden"
    told = (await scene.forum.notices.page(scene.boss))[0]
    assert (told.kind, told.text, told.case_id) == ("case_assigned", "You know him", case_id)
    await scene.forum.casework.assign(scene.boss, case_id, None)
    for nobody in (scene.ada, scene.ben):  # whom it is about, and who moderates nothing
        with pytest.raises(NotFoundError):
            await scene.forum.casework.assign(scene.mod, case_id, nobody.account_id)
    await scene.decide(case_id)
    with pytest.raises(ConflictError, match="decided this case meanwhile"):
        await scene.forum.casework.assign(scene.mod, case_id, scene.mod.account_id)
    actions = [
        line.action.value for line in await scene.forum.record.page(scene.mod, RecordFilter(case_id=case_id))
    ]
    assert actions == ["remove", "assign", "assign"]


async def test_what_was_forwarded_is_decided_by_whom_it_went_to(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    max_, sven = scene.mod, await person(scene.forum, "sven", SiteRole.MODERATOR)
    nora = await member(scene.forum, "nora", scene.garden, Role.MANAGER, scene.boss)
    with pytest.raises(InvalidInputError, match="give a reason"):
        await scene.forum.casework.forward(max_, case_id, ForwardedTo.MANAGERS, " ")
    await scene.forum.casework.forward(max_, case_id, ForwardedTo.MANAGERS, "Too hot")
    assert (await scene.kinds(nora))[0] == "case_forwarded"
    with pytest.raises(NotAllowedError, match="went to the managers"):
        await scene.decide(case_id, actor=max_)
    with pytest.raises(NotAllowedError, match="went to the managers"):
        await scene.forum.casework.forward(max_, case_id, ForwardedTo.NOBODY)
    await scene.forum.casework.forward(nora, case_id, ForwardedTo.SITE, "Too hot for me, too")
    assert (await scene.kinds(sven))[0] == "case_forwarded"
    for actor in (max_, nora):
        with pytest.raises(NotAllowedError, match="whole forum"):
            await scene.decide(case_id, actor=actor)
        case = await scene.forum.cases.case(actor, case_id)
        assert (case.may_decide, "whole forum" in case.why_not) == (False, True)
    await scene.forum.casework.forward(sven, case_id, ForwardedTo.NOBODY)
    await scene.decide(case_id, actor=max_)


async def test_there_must_be_somebody_to_forward_to(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    with pytest.raises(ConflictError, match="nobody else"):
        await scene.forum.casework.forward(scene.boss, case_id, ForwardedTo.SITE, "x")
    await scene.forum.casework.forward(scene.mod, case_id, ForwardedTo.SITE, "x")
    with pytest.raises(ConflictError, match="there already"):
        await scene.forum.casework.forward(scene.boss, case_id, ForwardedTo.SITE, "x")


# -- nobody is a judge in their own cause


async def test_nobody_decides_about_themselves_or_what_they_reported(scene: Scene) -> None:
    about_max = await scene.case_of(scene.mod)
    reported_by_max = await scene.case_of(scene.ada, reporter=scene.mod)
    for case_id, why, conflict in (
        (about_max, "about you", Conflict.SUBJECT),
        (reported_by_max, "reported this yourself", Conflict.REPORTER),
    ):
        for refused in (
            scene.decide(case_id),
            scene.forum.casework.assign(scene.mod, case_id, scene.mod.account_id),
            scene.forum.casework.forward(scene.mod, case_id, ForwardedTo.SITE, "x"),
            scene.forum.caseroom.write_to_member(scene.mod, case_id, "x"),
        ):
            with pytest.raises(NotAllowedError, match=why):
                await refused
        view = await scene.forum.cases.case(scene.mod, case_id)
        assert (view.row.conflict, view.may_decide, why in view.why_not) == (conflict, False, True)
        await scene.decide(case_id, DecisionKind.APPROVE, scene.boss)


async def test_whom_a_case_is_about_sees_neither_reporters_nor_what_moderators_say(scene: Scene) -> None:
    case_id = await scene.case_of(scene.mod)
    await scene.forum.caseroom.discuss(scene.boss, case_id, "He is tired, I think")
    await scene.forum.casework.note(scene.boss, case_id, "Tired")
    mine = await scene.forum.cases.case(scene.mod, case_id)
    assert ([one.reporter for one in mine.reports], mine.messages, mine.history.notes) == ([None], (), ())
    with pytest.raises(NotAllowedError):
        await scene.forum.caseroom.discuss(scene.mod, case_id, "Am not")
    theirs = await scene.forum.cases.case(scene.boss, case_id)
    assert [one.reporter and one.reporter.handle for one in theirs.reports] == ["cleo"]
    assert [one.body for one in theirs.messages] == ["He is tired, I think"]


async def test_who_is_alone_decides_what_nobody_else_could_and_the_record_says_so(forum: Forum) -> None:
    boss, garden = await place(forum)  # the only one who moderates anything
    ada = await member(forum, "ada", garden)
    start = await forum.posts.start_thread(ada, garden.community_id, "Roses", "x")
    await forum.reports.report(boss, start.post_id, CaseCategory.SPAM)
    [row] = (await forum.cases.queue(boss)).rows
    await forum.decisions.decide(boss, row.case_id, Ruling.plain(DecisionKind.REMOVE, "x"))
    [(after,)] = await rows(forum.database, "SELECT after FROM moderation_record")
    assert "alone" in str(after)


async def test_when_all_moderators_reported_it_one_of_them_may_decide_but_never_the_subject(
    scene: Scene,
) -> None:
    case_id = await scene.case_of(scene.mod, reporter=scene.boss)
    with pytest.raises(NotAllowedError, match="about you"):
        await scene.decide(case_id)  # max: another moderator is there
    await scene.decide(case_id, actor=scene.boss)  # reported it, but nobody else is free


async def test_moderators_of_one_community_learn_nothing_of_anothers_cases(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    kitchen = await another(scene.forum, scene.boss, "kitchen")
    cook = await member(scene.forum, "cook", kitchen, Role.MODERATOR, scene.boss)
    forum = scene.forum
    assert (await forum.cases.queue(cook, CaseFilter(state=None))).rows == ()
    wanted = CaseFilter(community_id=scene.garden.community_id)
    assert (await forum.cases.queue(cook, wanted)).rows == ()
    assert await forum.cases.rows(cook, [case_id]) == ()
    assert [name for _id, name, _long in await forum.cases.places(cook)] == ["kitchen"]
    assert await forum.record.page(cook) == ()
    for refused in (
        forum.cases.case(cook, case_id),
        forum.casework.look(cook, case_id),
        forum.casework.moderators(cook, case_id),
        forum.casework.assign(cook, case_id, cook.account_id),
        forum.casework.forward(cook, case_id, ForwardedTo.SITE, "x"),
        forum.casework.note(cook, case_id, "x"),
        forum.casework.break_off(cook, case_id, scene.bad.post_id),
        forum.caseroom.discuss(cook, case_id, "x"),
        forum.caseroom.write_to_member(cook, case_id, "x"),
        scene.decide(case_id, actor=cook),
    ):
        with pytest.raises(NotFoundError):
            await refused
    outcome = await forum.decisions.decide_many(cook, [case_id], Ruling.plain(DecisionKind.REMOVE, "x"))
    assert outcome.decided == 0


async def test_moderators_hear_of_no_case_but_their_own(scene: Scene) -> None:
    forum = scene.forum
    kitchen = await another(forum, scene.boss, "kitchen")
    cook = await member(forum, "cook", kitchen, Role.MODERATOR, scene.boss)
    ears = {who.handle: forum.listening.open(who) for who in (scene.mod, cook, scene.boss)}
    case_id = await scene.report(scene.ben)
    await forum.casework.look(scene.mod, case_id)
    await forum.casework.note(scene.mod, case_id, "Again")
    await scene.decide(case_id)
    soup = await forum.posts.start_thread(scene.boss, kitchen.community_id, "Soup", "salty")
    await forum.reports.report(scene.ben, soup.post_id, CaseCategory.SPAM)  # comes last: all is there by now
    [other] = [row.case_id for row in (await forum.cases.queue(cook)).rows]
    told: dict[str, set[object]] = {}
    for name, ear in ears.items():
        cases = told[name] = set()
        while not (cases & ({other} if name != "max" else {case_id})) and await ear.wait():
            cases |= {event.data["case"] for event in await ear.take() if "case" in event.data}
        ear.close()
    assert told == {"max": {case_id}, "cook": {other}, scene.boss.handle: {case_id, other}}


# -- posts of one case


async def test_a_post_becomes_a_case_of_its_own_with_its_reports(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    with pytest.raises(ConflictError, match="only post"):
        await scene.forum.casework.break_off(scene.mod, case_id, scene.bad.post_id)
    more = await scene.post(scene.ada, "more")
    await scene.forum.reports.report(scene.cleo, more.post_id, CaseCategory.SPAM)
    await scene.forum.reports.report(scene.ben, more.post_id, CaseCategory.SPAM)
    new = await scene.forum.casework.break_off(scene.mod, case_id, scene.bad.post_id)
    shown = {row.case_id: row for row in (await scene.forum.cases.queue(scene.mod)).rows}
    assert (shown[case_id].post_id, shown[case_id].report_count) == (more.post_id, 2)
    assert (shown[new].post_id, shown[new].report_count) == (scene.bad.post_id, 1)
    await scene.decide(new)
    state = await rows(scene.forum.database, "SELECT id FROM post WHERE state = 'removed'")
    assert state == [(scene.bad.post_id,)]


# -- talks


async def test_modmail_is_part_of_the_case_and_the_member_answers_from_the_inbox(scene: Scene) -> None:
    case_id = await scene.report(scene.ben)
    caseroom = scene.forum.caseroom
    with pytest.raises(NotFoundError):  # nobody has written: there is no talk to know of
        await caseroom.conversation(scene.ada, case_id)
    await caseroom.discuss(scene.boss, case_id, "Shall we talk to her?")
    await caseroom.write_to_member(scene.mod, case_id, "Please do not sell here.")
    told = (await scene.forum.notices.page(scene.ada))[0]
    assert (told.kind, told.text, told.case_id) == ("modmail", "Please do not sell here.", case_id)
    talk = await caseroom.conversation(scene.ada, case_id)
    assert ([one.body for one in talk.messages], talk.subject, talk.community_name) == (
        ["Please do not sell here."], "Roses", "Garden",
    )  # fmt: skip
    await caseroom.answer(scene.ada, case_id, "Where else?")
    for moderator in (scene.mod, scene.boss):
        assert (await scene.kinds(moderator))[0] == "modmail_answer"
        said = [
            (one.private, one.body) for one in (await scene.forum.cases.case(moderator, case_id)).messages
        ]
        assert said == [
            (True, "Shall we talk to her?"),
            (False, "Please do not sell here."),
            (False, "Where else?"),
        ]
    # It is nobody else's: not the reporter's, not another member's.
    for other in (scene.ben, scene.cleo):
        with pytest.raises(NotFoundError):
            await caseroom.conversation(other, case_id)
        with pytest.raises(NotFoundError):
            await caseroom.answer(other, case_id, "me, too")
    for empty in ("", " \n", "x" * 4_001):
        with pytest.raises(InvalidInputError):
            await caseroom.answer(scene.ada, case_id, empty)
    # What was written is not in the record, only that somebody wrote.
    assert [line.action.value for line in await scene.forum.record.page(scene.mod)] == ["message"]
    assert "sell" not in str(await rows(scene.forum.database, "SELECT * FROM moderation_record"))


async def test_moderators_begin_a_talk_without_a_post(scene: Scene) -> None:
    place_id = scene.garden.community_id
    with pytest.raises(NotAllowedError):
        await scene.forum.caseroom.begin(scene.ben, place_id, "ada", "Hello")
    for handle in ("nobody", "max"):
        with pytest.raises(NotFoundError):
            await scene.forum.caseroom.begin(scene.mod, place_id, handle, "Hello")
    case_id = await scene.forum.caseroom.begin(scene.mod, place_id, "ada", "Hello")
    case = await scene.forum.cases.case(scene.boss, case_id)
    assert (case.row.source, case.row.post_id, case.posts) == (CaseSource.MODMAIL, None, ())
    with pytest.raises(ConflictError, match="no post"):
        await scene.decide(case_id, DecisionKind.REMOVE)
    await scene.decide(case_id, DecisionKind.APPROVE)
    await scene.forum.caseroom.answer(scene.ada, case_id, "Hello, too")  # also afterwards
    assert (await scene.kinds(scene.mod))[0] == "modmail_answer"
    # A report does not fall into the talk.
    assert await scene.report(scene.ben) != case_id
