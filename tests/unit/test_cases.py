"""A queue that is loaded in part keeps its order when cases come and change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tui_forum.domain.cases import CaseRow, cursor_at, merged
from tui_forum.domain.moderation import (
    CaseCategory,
    CaseFilter,
    CaseSort,
    CaseSource,
    CaseState,
    Conflict,
    ForwardedTo,
)
from tui_forum.domain.views import Author

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def case(number: int, *, severity: int = 4, reports: int = 1) -> CaseRow:
    return CaseRow(
        case_id=number, community_id=1, community_slug="garden", thread_id=1, thread_title="Roses", post_id=1,
        post_number=1, author=Author(1, "ada", "Ada"), excerpt="x", post_count=1, report_count=reports,
        category=CaseCategory.SPAM, rule=None, severity=severity, source=CaseSource.REPORT,
        state=CaseState.OPEN, outcome=None, opened_at=NOON, due_at=NOON + timedelta(hours=number),
        decided_at=None, claimed_by="", assigned_to="", forwarded_to=ForwardedTo.NOBODY,
        conflict=Conflict.NONE,
    )  # fmt: skip


def numbers(rows: list[CaseRow]) -> list[int]:
    return [row.case_id for row in rows]


def test_what_is_new_goes_where_it_belongs() -> None:
    rows = [case(2, severity=1), case(5, severity=1), case(1, severity=3)]
    wanted = CaseFilter(sort=CaseSort.SEVERITY)
    assert numbers(merged(rows, [case(9, severity=2)], wanted, whole=True)) == [2, 5, 9, 1]
    assert numbers(merged(rows, [case(9, severity=4)], wanted, whole=True)) == [2, 5, 1, 9]


def test_what_comes_behind_the_loaded_part_is_left_to_the_next_page() -> None:
    rows = [case(2), case(5)]
    assert numbers(merged(rows, [case(9)], CaseFilter(), whole=False)) == [2, 5]
    assert numbers(merged(rows, [case(3)], CaseFilter(), whole=False)) == [2, 3, 5]
    assert numbers(merged([], [case(3)], CaseFilter(), whole=True)) == [3]


def test_a_row_that_has_changed_takes_its_new_place_once() -> None:
    rows = [case(2, reports=5), case(5, reports=3), case(7, reports=1)]
    wanted = CaseFilter(sort=CaseSort.REPORTS)
    again = merged(rows, [replace(rows[2], report_count=4)], wanted, whole=True)
    assert [(row.case_id, row.report_count) for row in again] == [(2, 5), (7, 4), (5, 3)]


def test_what_was_decided_last_comes_first() -> None:
    wanted = CaseFilter(state=CaseState.DECIDED)
    assert numbers(merged([case(5), case(2)], [case(9)], wanted, whole=False)) == [9, 5, 2]


def test_a_cursor_is_the_place_in_the_order() -> None:
    row = case(7, severity=2, reports=3)
    assert [cursor_at(row, sort).value for sort in CaseSort] == [7, 2, 3, row.due_at]


def test_a_filter_is_saved_as_what_differs() -> None:
    assert CaseFilter().as_json() == {}
    wanted = CaseFilter(state=None, community_id=3, category=CaseCategory.RULE)
    assert wanted.as_json() == {"state": None, "community_id": 3, "category": "rule"}
    assert CaseFilter.from_json(wanted.as_json()) == wanted


def test_a_case_is_overdue_only_while_it_is_open() -> None:
    row = case(1)
    late = row.due_at + timedelta(seconds=1)
    assert (row.overdue(row.due_at), row.overdue(late)) == (False, True)
    assert not replace(row, state=CaseState.DECIDED).overdue(late)
