"""Charters on paper: what can be one, what differs between two, and which day is a working day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_forum.domain.charter import (
    PURPOSES,
    Change,
    Charter,
    Rule,
    RuleScope,
    WritingFrame,
    after_working_days,
    changes,
    check_charter,
    default_charter,
    merge,
    read_date,
    read_days,
    read_languages,
    read_purpose,
)
from tui_forum.domain.entities import Purpose, Role, ThreadKind
from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.handles import RESERVED_SLUGS, check_new_slug
from tui_forum.domain.limits import RULE_MAX_CHARS, RULES_MAX

TODAY = date(2026, 3, 2)
FINE = default_charter(Purpose.PRACTICE, "How we grow things", TODAY)


def field_of(charter: Charter) -> str:
    """The field that is wrong, "" for none."""
    try:
        check_charter(charter, TODAY)
    except InvalidInputError as error:
        return error.field
    return ""


@pytest.mark.parametrize("purpose", Purpose)
def test_the_usual_charter_of_a_purpose_is_valid(purpose: Purpose) -> None:
    charter = default_charter(purpose, "What for", TODAY)
    assert check_charter(charter, TODAY) == charter


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"statement": ""}, "statement"),
        ({"statement": " \u200b\n"}, "statement"),
        ({"statement": "x" * 301}, "statement"),
        ({"audience": "x" * 301}, "audience"),
        ({"rules": (Rule("x" * (RULE_MAX_CHARS + 1)),)}, "rules"),
        ({"rules": (Rule("x"),) * (RULES_MAX + 1)}, "rules"),
        ({"response_days": 0}, "response_days"),
        ({"response_days": 31}, "response_days"),
        ({"purpose": Purpose.QUESTIONS}, "response_days"),
        ({"responders": "x" * 121}, "responders"),
        ({"languages": ()}, "languages"),
        ({"languages": ("xx",)}, "languages"),
        ({"languages": ("en", "de", "fr", "nl", "pl", "cs")}, "languages"),
        ({"review_on": None}, "review_on"),
        ({"review_on": TODAY - timedelta(days=1)}, "review_on"),
        ({"purpose": Purpose.PROJECT}, "ends_on"),
        ({"purpose": Purpose.PROJECT, "ends_on": TODAY - timedelta(days=1)}, "ends_on"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(wrong: dict[str, object], field: str) -> None:
    assert field_of(replace(FINE, **wrong)) == field  # type: ignore[arg-type]


def test_today_is_not_the_past() -> None:
    assert field_of(replace(FINE, review_on=TODAY)) == ""


def test_what_a_purpose_has_no_use_for_is_left_out() -> None:
    kept = check_charter(replace(FINE, ends_on=TODAY, linked="talk"), TODAY)
    assert (kept.ends_on, kept.linked) == (None, "")
    channel = replace(FINE, purpose=Purpose.INFORMATION, linked=" Talk ")
    assert check_charter(channel, TODAY).linked == "talk"


def test_lines_are_cleaned_and_empty_rules_are_none() -> None:
    untidy = replace(
        FINE, statement=" a\tb\x1b\u202e ", rules=(Rule(" "), Rule(" Be kind ", RuleScope.REPLIES))
    )
    kept = check_charter(untidy, TODAY)
    assert kept.statement == "a b"
    assert kept.rules == (Rule("Be kind", RuleScope.REPLIES),)


@pytest.mark.parametrize(
    "text", ["2026-02-30", "1.4.2026", "tomorrow", "2026-1", "2026-13-01", "99999-01-01"]
)
def test_what_is_no_date_is_said_with_one_that_is(text: str) -> None:
    with pytest.raises(InvalidInputError, match="year-month-day, for example 2026-08-31") as caught:
        read_date(text, "ends_on", TODAY)
    assert caught.value.field == "ends_on"


def test_lines_of_a_form_are_read() -> None:
    assert read_date(" 2026-3-9 ", "ends_on", TODAY) == date(2026, 3, 9)
    assert read_date(" ", "ends_on", TODAY) is None
    assert read_days(" 3 ") == 3
    assert read_days("") is None
    assert read_languages("DE, en de;fr") == ("de", "en", "fr")
    assert read_purpose(" Questions ") is Purpose.QUESTIONS
    for text in ("0", "31", "-1", "two", "²", "1.5", "9" * 5000):
        with pytest.raises(InvalidInputError, match="1 to 30"):
            read_days(text)
    with pytest.raises(InvalidInputError, match="practice, information, questions, project"):
        read_purpose("fun")


@pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
def test_reserved_names_are_no_communities(slug: str) -> None:
    with pytest.raises(InvalidInputError, match="reserved") as caught:
        check_new_slug(f" {slug.upper()} ")
    assert caught.value.field == "slug"


# -- what differs


def test_a_diff_names_each_field_with_what_it_said_and_says() -> None:
    old = replace(FINE, rules=(Rule("Be kind"), Rule("No ads")))
    new = replace(
        old,
        purpose=Purpose.QUESTIONS,
        rules=(Rule("Be kind"), Rule("Say what you have tried", RuleScope.THREADS)),
        response_days=2,
        languages=("en", "de"),
        public_record=False,
    )
    assert changes(old, new) == (
        Change("purpose", ("practice",), ("questions",)),
        Change("rules", ("2. No ads",), ("2. Say what you have tried (threads)",)),
        Change("response_days", (), ("2",)),
        Change("languages", ("en",), ("en, de",)),
        Change("public_record", ("yes",), ("no",)),
    )
    assert changes(new, new) == ()


def test_what_one_has_not_touched_takes_what_the_other_wrote() -> None:
    theirs = replace(FINE, statement="Theirs", audience="All")
    mine = replace(FINE, statement="Mine", response_days=3)
    assert merge(FINE, theirs, mine) == replace(FINE, statement="Mine", audience="All", response_days=3)


def test_the_rules_that_matter_for_what_is_written_come_first_with_their_numbers() -> None:
    rules = (
        Rule("Be kind"),
        Rule("One question per thread", RuleScope.THREADS),
        Rule("Answer the question", RuleScope.REPLIES),
    )
    frame = WritingFrame(1, "a", "A", 1, replace(FINE, rules=rules), accepted=True, kinds=())
    assert [number for number, _ in frame.rules_for(RuleScope.THREADS)] == [2, 1]
    assert [number for number, _ in frame.rules_for(RuleScope.REPLIES)] == [3, 1]


# -- the table


def test_every_purpose_explains_itself_and_offers_a_kind() -> None:
    assert set(PURPOSES) == set(Purpose)
    for rules in PURPOSES.values():
        assert rules.explains.endswith((".", "?"))
        assert rules.starters <= frozenset(Role)
        assert rules.kinds
        assert Role.MANAGER in rules.starters & rules.repliers
    assert PURPOSES[Purpose.QUESTIONS].escalates_to == (Role.EXPERT, Role.MANAGER)
    assert PURPOSES[Purpose.INFORMATION].kinds_for(Role.MODERATOR) == ()
    assert PURPOSES[Purpose.PRACTICE].kinds_for(Role.MANAGER)[-1] is ThreadKind.ANNOUNCEMENT
    assert PURPOSES[Purpose.PRACTICE].kinds_for(None) == ()


# -- working days


@pytest.mark.parametrize(
    ("asked", "days", "due"),
    [
        ("2026-03-02 15:00", 1, "2026-03-03 15:00"),  # Monday
        ("2026-03-06 15:00", 1, "2026-03-09 15:00"),  # Friday
        ("2026-03-07 15:00", 1, "2026-03-10 00:00"),  # Saturday counts from Monday
        ("2026-03-08 23:59", 2, "2026-03-11 00:00"),
        ("2026-03-05 09:00", 5, "2026-03-12 09:00"),
        ("2026-03-05 09:00", 7, "2026-03-16 09:00"),
    ],
)
def test_weekends_do_not_count(asked: str, days: int, due: str) -> None:
    moment = datetime.fromisoformat(f"{asked}+00:00")
    assert after_working_days(moment, days) == datetime.fromisoformat(f"{due}+00:00")


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 30),
)
def test_a_promise_is_due_on_a_working_day_that_many_later(moment: datetime, days: int) -> None:
    due = after_working_days(moment, days)
    assert due.weekday() < 5
    between = [moment.date() + timedelta(days=n) for n in range(1, (due.date() - moment.date()).days + 1)]
    start = 1 if moment.weekday() >= 5 else 0  # Monday itself is then the first that counts
    assert sum(day.weekday() < 5 for day in between) == days + start
