"""Which steps are shown at which stage, people first, and never more than a few."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.unit.test_life import DAY, LIVELY, NOW
from tui_forum.domain.entities import Purpose
from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.hosting import (
    MOST_STEPS,
    Figures,
    HostedThread,
    KindFigures,
    Situation,
    StepKind,
    check_end,
    check_notes,
    compare,
    next_steps,
)
from tui_forum.domain.life import Stage
from tui_forum.domain.views import Author

ADA, BEN = Author(1, "ada", "Ada"), Author(2, "ben", "Ben")
WAITING = HostedThread(7, "Roses?", ADA, NOW - 3 * DAY)
TODAY = NOW.date()
CALM = Situation(facts=LIVELY, stage=Stage.THRIVING, today=TODAY)


def kinds(now: Situation) -> list[StepKind]:
    return [step.kind for step in next_steps(now)]


def test_a_thriving_community_is_left_alone_and_asked_to_tell_others() -> None:
    assert kinds(CALM) == [StepKind.TELL_OTHERS, StepKind.READ_GUIDE]


@pytest.mark.parametrize("stage", [Stage.SEED, Stage.GROWING, Stage.THRIVING, Stage.QUIET])
def test_people_who_wait_come_first_at_every_stage(stage: Stage) -> None:
    now = replace(
        CALM, stage=stage, waiting=WAITING, newcomers=(ADA, BEN), join_requests=2, newcomer_thread=None
    )
    assert kinds(now)[:3] == [StepKind.ANSWER_REQUESTS, StepKind.ANSWER_WAITING, StepKind.WELCOME]


def test_a_thread_of_a_newcomer_that_has_waited_long_is_one_step_and_not_two() -> None:
    steps = kinds(replace(CALM, waiting=WAITING, newcomer_thread=WAITING))
    assert StepKind.ANSWER_NEWCOMER in steps
    assert StepKind.ANSWER_WAITING not in steps


def test_a_seed_counts_down_its_first_threads_by_its_purpose() -> None:
    now = replace(CALM, stage=Stage.SEED, facts=replace(LIVELY, threads=2, hosts=1, members=3))
    steps = {step.kind: step for step in next_steps(now)}
    assert steps[StepKind.FIRST_THREADS].n == 3
    assert StepKind.SECOND_HOST in steps
    assert StepKind.INVITE in steps
    project = replace(now, facts=replace(now.facts, purpose=Purpose.PROJECT))
    assert {step.kind: step.n for step in next_steps(project)}[StepKind.FIRST_THREADS] == 1


def test_experts_are_missed_at_a_desk_only() -> None:
    desk = replace(CALM, facts=replace(LIVELY, purpose=Purpose.QUESTIONS))
    assert StepKind.NAME_EXPERTS in kinds(desk)
    assert StepKind.NAME_EXPERTS not in kinds(replace(desk, experts=1))
    assert StepKind.NAME_EXPERTS not in kinds(CALM)


def test_this_week_is_a_step_only_as_long_as_nobody_has_written() -> None:
    growing = replace(CALM, stage=Stage.GROWING)
    assert StepKind.WRITE_THIS_WEEK in kinds(growing)
    written = replace(growing, facts=replace(LIVELY, weeks=(*LIVELY.weeks[:-1], 1)))
    assert StepKind.WRITE_THIS_WEEK not in kinds(written)


def test_dates_are_steps_two_weeks_ahead_and_when_they_are_past() -> None:
    for days, shown in ((15, False), (14, True), (0, True), (-30, True)):
        day = TODAY + timedelta(days=days)
        assert (StepKind.REVIEW_CHARTER in kinds(replace(CALM, review_on=day))) == shown
        assert (StepKind.END_PROJECT in kinds(replace(CALM, ends_on=day))) == shown


def test_what_is_over_is_offered_to_others() -> None:
    dormant = replace(CALM, stage=Stage.DORMANT, former=(ADA,))
    assert kinds(dormant) == [
        StepKind.ASK_BACK, StepKind.FIND_HOST, StepKind.MERGE, StepKind.ARCHIVE, StepKind.READ_GUIDE,
    ]  # fmt: skip
    assert kinds(replace(CALM, stage=Stage.ARCHIVED)) == [StepKind.REOPEN, StepKind.READ_GUIDE]


def test_there_are_never_more_than_a_few() -> None:
    everything = Situation(
        facts=replace(LIVELY, threads=0, hosts=1, members=2, purpose=Purpose.QUESTIONS),
        stage=Stage.SEED,
        today=TODAY,
        waiting=WAITING,
        newcomer_thread=replace(WAITING, thread_id=8),
        helper=WAITING,
        newcomers=(ADA,) * 9,
        former=(BEN,) * 9,
        join_requests=3,
        review_on=TODAY,
        ends_on=TODAY,
    )
    steps = next_steps(everything)
    assert len(steps) == MOST_STEPS
    assert steps[-1].kind is StepKind.READ_GUIDE
    assert all(len(step.people) <= 3 for step in steps)


def test_medians_need_enough_others_and_know_who_is_public() -> None:
    own = KindFigures(1, False, Figures(9.0, 9, 60.0))
    others = [
        KindFigures(n, n != 5, Figures(float(n), n, 3600.0 * n if n != 3 else None)) for n in (2, 3, 4, 5)
    ]
    assert compare(1, [own, *others[:2]]).median is None
    found = compare(1, [own, *others])
    assert found.others == 3
    assert found.own.posts == 9
    assert found.median == Figures(3.0, 3, 3600.0 * 3)
    assert compare(99, others).own == Figures(0.0, 0, None)


def test_notes_and_last_days_say_what_is_wrong_with_them() -> None:
    assert check_notes(" text\r\n") == "text"
    with pytest.raises(InvalidInputError) as long:
        check_notes("x" * 4001)
    assert long.value.field == "notes"
    assert check_end(TODAY + timedelta(days=180), TODAY) == TODAY + timedelta(days=180)
    for wrong in (None, TODAY, date(2020, 1, 1), TODAY + timedelta(days=181)):
        with pytest.raises(InvalidInputError) as caught:
            check_end(wrong, TODAY)
        assert caught.value.field == "ends_on"
