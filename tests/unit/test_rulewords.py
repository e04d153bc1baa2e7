"""Rules in words: what each looks for, and what the record tells of one."""

from __future__ import annotations

from typing import Any

import pytest

from tui_forum.domain.rules import Rule, RuleAction, RuleKind
from tui_forum.domain.trials import RuleLine
from tui_forum.i18n import using_locale
from tui_forum.ui.rulewords import counted, looks_for, recorded

DAY = 86_400


@pytest.mark.parametrize(
    ("rule", "english", "german"),
    [
        ((RuleKind.WORDS, "a\nb*"), "words: a, b*", "Wörter: a, b*"),
        ((RuleKind.REGEX, "a+"), "expression: a+", "Ausdruck: a+"),
        ((RuleKind.LINKS, "", 1), "more than 1 link", "mehr als 1 Link"),
        ((RuleKind.NEW_ACCOUNT, "", 1), "the first post", "der erste Beitrag"),
        (
            (RuleKind.NEW_ACCOUNT, "", 3, 7 * DAY),
            "the first 3 posts, accounts younger than 7 days",
            "die ersten 3 Beiträge, Konten jünger als 7 Tage",
        ),
        (
            (RuleKind.RATE, "", 5, 600),
            "more than 5 posts in 10 minutes",
            "mehr als 5 Beiträge in 10 Minuten",
        ),
        ((RuleKind.RATE, "", 5, 7_200), "more than 5 posts in 2 hours", "mehr als 5 Beiträge in 2 Stunden"),
    ],
)
def test_what_a_rule_looks_for(rule: tuple[Any, ...], english: str, german: str) -> None:
    made = Rule("x", rule[0], RuleAction.HOLD, *rule[1:])
    assert looks_for(made) == english
    with using_locale("de"):
        assert looks_for(made) == german


def test_how_often_it_was_right() -> None:
    rule = Rule("x", RuleKind.LINKS, RuleAction.HOLD)
    assert counted(RuleLine(rule, 1, 0, 0)) == "1 hit"
    assert counted(RuleLine(rule, 12, 7, 2)) == "12 hits: 7 right, 2 wrong"


def test_the_record_tells_of_a_rule_in_words() -> None:
    values = {
        "rule": 3, "name": "Selling", "kind": "words", "action": "refuse", "pattern": "cheap\nsale",
        "threshold": 0, "seconds": 0, "category": "spam", "explanation": "Not here.", "enabled": True,
    }  # fmt: skip
    assert list(recorded(values)) == [
        "Selling",
        "words: cheap, sale",
        "refuse with an explanation",
        "Not here.",
        "the rule is on",
    ]
    assert list(recorded({"rule": 3, "enabled": False})) == ["the rule is off"]
    assert list(recorded({})) == []
    assert list(recorded({"kind": "of a later version"})) == ["{'kind': 'of a later version'}"]
