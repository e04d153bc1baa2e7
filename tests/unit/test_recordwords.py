"""What was before and after, in words: of every kind of entry, and of those of another version."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tui_forum.domain.record import RecordAction
from tui_forum.domain.recordviews import RecordLine, WholeEntry, named_in
from tui_forum.i18n import using_locale
from tui_forum.ui.recordwords import ACTIONS, NAMES, changes


def entry(before: dict[str, Any], after: dict[str, Any]) -> WholeEntry:
    """An entry that names post 7 (#3), account 9 (max) and community 5 (garden)."""
    line = RecordLine(
        1, datetime(2026, 3, 1, tzinfo=UTC), RecordAction.REMOVE, "", None, "", None, None, None, None, None,
        None, None, None, None, before, after, "", "", "",
    )  # fmt: skip
    return WholeEntry(line, {7: 3}, {9: "max"}, {5: "garden"})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            {"posts": [{"post": 7, "state": "visible", "revision": 2}]},
            {"posts": [{"post": 7, "state": "removed"}], "category": "spam", "sanction": 4},
            ["- post #3 is visible, version 2", "+ post #3 is removed", "+ category: Spam"],
        ),
        (
            {"posts": [{"post": 7, "state": "visible", "revision": 2}]},
            {"posts": [{"post": 7, "state": "visible", "off_topic": True}], "category": "rule", "rule": 2},
            [
                "- post #3 is visible, version 2", "+ post #3 is visible, off topic", "+ category: Rule",
                "+ rule 2",
            ],
        ),
        ({"assigned": None}, {"assigned": 9}, ["- assigned to nobody", "+ assigned to @max"]),
        ({"forwarded": "managers"}, {"forwarded": ""}, ["- for the managers", "+ not forwarded"]),
        ({"community": 5}, {"community": 6}, ["- in garden", "+ in another community"]),
        (
            {"decision": "warn", "state": "decided"},
            {"posts": [7, 8], "lifted": [1, 2]},
            ["- decided: warning", "- the case is decided", "+ post #3", "+ a post", "+ 2 sanctions lifted"],
        ),
        (
            {"kind": "remove", "texts": {"en": "Spam", "de": "Werbung"}},
            {"kind": "remove", "texts": {"en": "No {rule}", "de": "Werbung"}},
            ["  for: removal", "  de: Werbung", "- en: Spam", "+ en: No {rule}"],
        ),
        ({}, {"kind": "slow", "seconds": 300}, ["+ slow mode", "+ a post every 5m"]),
        ({"kind": "silence", "until": None}, {}, ["- silencing", "- until further notice"]),
        (
            {"decision": "remove", "moderator": 9},
            {"case": 4},
            ["- decided: removal", "- decided by @max", "+ case 4"],
        ),
        ({"pinned": False, "locked": True}, {"pinned": True, "locked": True},
         ["  the thread is closed", "- the thread is not pinned", "+ the thread is pinned"]),
        ({}, {"of tomorrow": [1, {"x": "y"}], "posts": 4}, ['+ of tomorrow: [1, {"x": "y"}]', "+ 4 posts"]),
        ({"category": "of tomorrow"}, {"until": "soon"}, ["- category: of tomorrow", "+ until: soon"]),
    ],
)  # fmt: skip
def test_before_and_after_in_words(before: dict[str, Any], after: dict[str, Any], told: list[str]) -> None:
    assert [f"{sign} {text}" for sign, text in changes(entry(before, after))] == told


def test_what_must_be_looked_up() -> None:
    named = named_in(
        entry({"posts": [{"post": 7}], "assigned": None}, {"posts": [8], "community": 5, "moderator": 9}).line
    )
    assert [sorted(ids) for ids in (named.posts, named.accounts, named.communities)] == [[7, 8], [9], [5]]


def test_every_action_has_a_name_in_each_language() -> None:
    assert set(ACTIONS) == set(NAMES) == set(RecordAction)
    with using_locale("de"):
        assert dict(changes(entry({}, {"category": "spam"}))) == {"+": "Kategorie: Spam"}
