"""The stages of a community's life, read off facts: the boundaries, and the reasons told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tui_forum.domain.entities import Purpose
from tui_forum.domain.life import DORMANT, LifeFacts, Reason, Sign, Stage, stage_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday morning: the present week has just begun
DAY = timedelta(days=1)

#: A community in full swing on a Monday morning.
LIVELY = LifeFacts(
    community_id=1,
    purpose=Purpose.PRACTICE,
    now=NOW,
    created_at=NOW - 200 * DAY,
    archived_at=None,
    last_post_at=NOW - 2 * DAY,
    hosts=2,
    active_hosts=2,
    members=40,
    threads=60,
    weeks=(9, 8, 12, 7, 9, 10, 11, 9, 8, 10, 12, 0),
    contributors=25,
    writers=12,
    newcomers=3,
    unanswered=0,
    asked=10,
    answered=9,
)


def test_it_thrives_on_a_monday_morning_although_nothing_was_written_this_week() -> None:
    view = stage_of(LIVELY)
    assert view.stage is Stage.THRIVING
    assert view.reasons == (Reason(Sign.WRITERS, 12, 8), Reason(Sign.WEEKS, 4, 4))


def test_a_week_without_a_post_makes_it_growing_and_the_reason_says_so() -> None:
    view = stage_of(replace(LIVELY, weeks=(9, 8, 12, 7, 9, 10, 11, 9, 0, 10, 12, 3)))
    assert (view.stage, view.reasons[1]) == (Stage.GROWING, Reason(Sign.WEEKS, 3, 4))


def test_the_present_week_does_not_count_as_one_of_the_four() -> None:
    assert LIVELY.recent == (9, 8, 10, 12)
    assert LIVELY.posts_a_week == 39 / 4


def test_a_seed_needs_threads_and_people() -> None:
    view = stage_of(replace(LIVELY, threads=4))
    assert (view.stage, view.reasons[0]) == (Stage.SEED, Reason(Sign.THREADS, 4, 5))
    view = stage_of(replace(LIVELY, contributors=2))
    assert (view.stage, view.reasons[1]) == (Stage.SEED, Reason(Sign.CONTRIBUTORS, 2, 3))


def test_a_new_community_nobody_has_written_in_is_a_seed_and_not_quiet() -> None:
    fresh = replace(
        LIVELY, created_at=NOW, last_post_at=None, threads=0, contributors=0, writers=0, weeks=(0,) * 12
    )
    assert stage_of(fresh).stage is Stage.SEED


@pytest.mark.parametrize(
    ("purpose", "days", "stage"),
    [
        (Purpose.PRACTICE, 20, Stage.THRIVING),
        (Purpose.PRACTICE, 21, Stage.QUIET),
        (Purpose.QUESTIONS, 21, Stage.QUIET),
        (Purpose.INFORMATION, 44, Stage.THRIVING),
        (Purpose.INFORMATION, 45, Stage.QUIET),
        (Purpose.INFORMATION, 90, Stage.DORMANT),
        (Purpose.PRACTICE, 89, Stage.QUIET),
        (Purpose.PRACTICE, 90, Stage.DORMANT),
    ],
)
def test_silence_means_something_else_in_each_kind(purpose: Purpose, days: int, stage: Stage) -> None:
    view = stage_of(replace(LIVELY, purpose=purpose, last_post_at=NOW - days * DAY))
    assert view.stage is stage
    if stage is not Stage.THRIVING:
        assert view.reasons == (Reason(Sign.SILENT, days),)


def test_many_posts_that_became_few_are_quiet_although_somebody_still_writes() -> None:
    view = stage_of(replace(LIVELY, weeks=(20, 20, 20, 20, 20, 20, 20, 2, 1, 1, 2, 0)))
    assert (view.stage, view.reasons) == (Stage.QUIET, (Reason(Sign.FALLING, 2, 20),))


def test_one_person_is_enough_for_an_information_channel_to_thrive() -> None:
    channel = replace(
        LIVELY,
        purpose=Purpose.INFORMATION,
        threads=3,
        contributors=1,
        writers=1,
        weeks=(0,) * 7 + (1, 0, 1, 0, 0),
    )
    assert stage_of(channel).stage is Stage.THRIVING


def test_nobody_ever_wrote_and_a_quarter_has_passed() -> None:
    empty = replace(LIVELY, created_at=NOW - 100 * DAY, last_post_at=None, threads=0, contributors=0)
    assert stage_of(empty).reasons == (Reason(Sign.EMPTY, 100),)
    assert stage_of(empty).stage is Stage.DORMANT


def test_an_old_archive_imported_yesterday_is_quiet_and_not_dormant() -> None:
    moved = replace(LIVELY, created_at=NOW - DAY, last_post_at=NOW - 4000 * DAY, weeks=(0,) * 12, writers=0)
    assert stage_of(moved).stage is Stage.QUIET
    assert stage_of(replace(moved, created_at=NOW - DORMANT)).stage is Stage.DORMANT


def test_posts_dated_in_the_future_are_no_negative_silence() -> None:
    assert replace(LIVELY, last_post_at=NOW + 5 * DAY).silence == timedelta()


def test_archived_is_archived_whatever_was_written() -> None:
    assert stage_of(replace(LIVELY, archived_at=NOW - 3 * DAY)).reasons == (Reason(Sign.ARCHIVED, 3),)


def test_forsaken_is_dormant_without_a_host_who_comes() -> None:
    dormant = replace(LIVELY, last_post_at=NOW - 100 * DAY)
    assert not dormant.forsaken
    assert replace(dormant, active_hosts=0).forsaken
    assert not replace(LIVELY, active_hosts=0).forsaken
