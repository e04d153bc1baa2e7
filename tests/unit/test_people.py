"""Topics, reasons, the time where somebody is: what is typed, and what is made of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.people import PRAISE_SIGN, REACTIONS, ReactionKind, check_reason, hidden_kinds
from tui_forum.domain.profiles import TOPICS_MAX, check_topics, fold_topic
from tui_forum.domain.text import cell_width, display_line
from tui_forum.i18n import format_time_in, using_locale


def test_every_reaction_has_a_sign_of_two_cells_that_stays_as_it_is_and_a_word() -> None:
    assert {kind for kind, _sign, _word in REACTIONS} == set(ReactionKind)
    for sign in (*(sign for _kind, sign, _word in REACTIONS), PRAISE_SIGN):
        assert (cell_width(sign), display_line(sign)) == (2, sign)
    assert all(word for _kind, _sign, word in REACTIONS)


@pytest.mark.parametrize(
    ("typed", "topics"),
    [
        ("SQL, sql ,  SQL", ("SQL",)),
        ("machine   knitting; Rust\nsailing", ("machine knitting", "Rust", "sailing")),
        (" ,;\n, \u200b", ()),
        ("Straße, STRASSE", ("Straße",)),
        ("caf\u0065\u0301, caf\u00e9", ("caf\u0065\u0301",)),
        ("a\x1b[31mb", ("a[31mb",)),
    ],
)
def test_topics_are_told_apart_by_more_than_case_and_spaces(typed: str, topics: tuple[str, ...]) -> None:
    assert check_topics(typed, "helps") == topics


def test_too_many_topics_are_counted() -> None:
    with pytest.raises(InvalidInputError, match="At most 12 topics") as error:
        check_topics(",".join(map(str, range(TOPICS_MAX + 1))), "learns")
    assert (error.value.field, error.value.params["count"]) == ("learns", 13)


def test_folding_is_stable() -> None:
    for topic in ("ÅNGSTRÖM  units", "ﬁne Arts", "İstanbul"):
        assert fold_topic(fold_topic(topic)) == fold_topic(topic)


def test_a_reason_is_one_line() -> None:
    assert check_reason(" you\tsaved\nme ") == "you saved me"


def test_kinds_that_an_older_or_newer_program_wrote_are_passed_over() -> None:
    assert {kind.value for kind in hidden_kinds("praise,unknown,,welcomed")} == {"praise", "welcomed"}


@pytest.mark.parametrize(
    ("language", "zone", "expected"),
    [
        ("en", "Europe/Berlin", ("22:40", "")),
        ("de", "Asia/Tokyo", ("05:40", "Mittwoch")),
        ("en", "Asia/Tokyo", ("05:40", "Wednesday")),
        ("en", "No/Where", ("20:40", "")),
    ],
)
def test_the_time_there_names_the_day_when_it_is_another(
    language: str, zone: str, expected: tuple[str, str]
) -> None:
    with using_locale(language, "Europe/London"):
        assert format_time_in(datetime(2024, 7, 2, 20, 40, tzinfo=UTC), zone) == expected
