"""What people write as answers and as a closing time, and what a ballot may hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.limits import OPTION_MAX_CHARS, OPTIONS_MAX, POLL_MAX_DAYS
from tui_forum.domain.polls import (
    OptionView,
    PollPlan,
    PollView,
    VoteOutcome,
    check_ballot,
    outcome,
    read_closing,
    read_options,
)
from tui_forum.i18n import format_until

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)  # 13:00 in Berlin


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("", None),
        ("   ", None),
        ("2026-03-12 14:00", "2026-03-12 14:00"),
        ("2026-03-12T14:00", "2026-03-12 14:00"),
        ("2026-3-12", "2026-03-12 23:59"),
        ("12.3.2026 14:00", "2026-03-12 14:00"),
        ("12. 3. 2026", "2026-03-12 23:59"),
        ("12.3. 14 Uhr", "2026-03-12 14:00"),
        ("1.2. 9:30", "2027-02-01 09:30"),  # the next first of February
        ("18:00", "2026-03-10 18:00"),
        ("12:30", "2026-03-11 12:30"),  # that is over here, where it is 13:00
        ("today", "2026-03-10 23:59"),
        ("Heute, 18:00", "2026-03-10 18:00"),
        ("tomorrow 9:00", "2026-03-11 09:00"),
        ("morgen", "2026-03-11 23:59"),
        ("3 days", "2026-03-13 13:00"),
        ("in 2 Wochen", "2026-03-24 13:00"),
        ("+36h", "2026-03-12 01:00"),
        ("90 min", "2026-03-10 14:30"),
        # Summer time begins on 29 March: three weeks later it is an hour further on the clock.
        ("3 w", "2026-03-31 14:00"),
        ("2026-03-31 13:00", "2026-03-31 13:00"),
    ],
)
def test_closing_times_as_people_write_them_in_their_own_zone(text: str, moment: str | None) -> None:
    found = read_closing(text, NOW, BERLIN)
    local = found.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M") if found else None
    assert local == moment


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("soon", "is no time"),
        ("2026-02-30", "is no time"),
        ("25:00", "is no time"),
        ("12.13.2026", "is no time"),
        ("3 blue moons", "is no time"),
        ("9999 weeks", "at most 366 days"),
        ("9999-12-31", "at most 366 days"),
        ("2026-03-10 12:59", "must close in the future"),
        ("2020-01-01", "must close in the future"),
        ("0 days", "must close in the future"),
        ("٣ days", "is no time"),
        ("x" * 5000, "is no time"),
    ],
)
def test_what_is_no_closing_time_is_told_at_its_field(text: str, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why) as caught:
        read_closing(text, NOW, BERLIN)
    assert caught.value.field == "closes"
    assert len(str(caught.value)) < 160


def test_answers_are_lines_and_a_lists_bullets_are_none_of_them() -> None:
    assert read_options("- Tuesday\n\n* [ ] Wednesday \n•  Friday\n") == ("Tuesday", "Wednesday", "Friday")
    assert read_options("1. Mai\n2. Mai") == ("1. Mai", "2. Mai")
    assert read_options("- 5 degrees\n5 degrees") == ("- 5 degrees", "5 degrees")
    assert read_options("") == ()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ((), "at least 2"),
        (("One", "", " \u200b "), "at least 2"),
        (tuple(f"A{n}" for n in range(OPTIONS_MAX + 1)), "at most 12 answers; these are 13"),
        (("A", "x" * (OPTION_MAX_CHARS + 1)), "at most 200 characters"),
        (("Tuesday", "Wednesday", "tuesday"), "“tuesday” stands there twice"),
    ],
)
def test_what_is_no_poll_is_told_at_its_answers(options: tuple[str, ...], why: str) -> None:
    with pytest.raises(InvalidInputError, match=why) as caught:
        PollPlan(options).check(NOW)
    assert caught.value.field == "options"


def test_the_smallest_and_the_largest_poll() -> None:
    assert PollPlan((" A ", "B")).check(NOW).options == ("A", "B")
    most = tuple(f"{n} " + "x" * (OPTION_MAX_CHARS - 3) for n in range(OPTIONS_MAX))
    assert PollPlan(most, closes_at=NOW + timedelta(days=POLL_MAX_DAYS)).check(NOW).options == most
    with pytest.raises(InvalidInputError):
        PollPlan(most, closes_at=NOW).check(NOW)


def test_a_ballot_holds_one_answer_or_several_as_the_poll_says() -> None:
    assert check_ballot([2], [1, 2], multiple=False) == {2}
    assert check_ballot([], [1, 2], multiple=False) == frozenset()
    assert check_ballot([1, 2], [1, 2], multiple=True) == {1, 2}
    with pytest.raises(InvalidInputError, match="Only one"):
        check_ballot([1, 2], [1, 2], multiple=False)
    with pytest.raises(InvalidInputError, match="no such"):
        check_ballot([3], [1, 2], multiple=True)


def test_what_becomes_of_a_vote() -> None:
    assert outcome([], [1]) is VoteOutcome.COUNTED
    assert outcome([1], [2]) is VoteOutcome.CHANGED
    assert outcome([1], [1]) is VoteOutcome.UNCHANGED
    assert outcome([1], []) is VoteOutcome.WITHDRAWN
    assert outcome([], []) is VoteOutcome.UNCHANGED


def test_shares_are_of_people_also_where_several_answers_may_be_chosen() -> None:
    options = tuple(OptionView(n, str(n), votes, False) for n, votes in enumerate((3, 2, 0), 1))
    poll = PollView(options, 3, multiple=True, anonymous=False, closes_at=None)
    assert [poll.share(option) for option in options] == [100, 67, 0]
    assert poll.leading() == options[:1]
    nobody = PollView((OptionView(1, "1", 0, False),), 0, False, False, None)
    assert nobody.share(nobody.options[0]) == 0
    assert nobody.leading() == ()


@pytest.mark.parametrize(("hours", "told"), [(40, "in 40 hours"), (47, "in 47 hours"), (50, "in 2 days")])
def test_a_poll_that_ends_tomorrow_ended_in_2_days(hours: int, told: str) -> None:
    assert format_until(NOW + timedelta(hours=hours), NOW) == told
