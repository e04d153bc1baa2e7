"""Every stage and every reason is said in both languages."""

from __future__ import annotations

import pytest

from tui_forum.domain.life import Reason, Sign, Stage, StageView
from tui_forum.domain.text import cell_width
from tui_forum.i18n import using_locale
from tui_forum.ui.lifewords import MARKS, explain_stage, stage_name
from tui_forum.ui.widgets.spark import spark


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_sign_has_a_sentence_for_few_and_many(language: str) -> None:
    with using_locale(language):
        for sign in Sign:
            for n in (0, 1, 3, 4000):
                said = explain_stage(StageView(Stage.SEED, (Reason(sign, n, 3),)))
                assert said
                assert "{" not in said
        assert len({stage_name(stage) for stage in Stage}) == len(Stage)


def test_the_reason_reads_as_a_sentence() -> None:
    view = StageView(Stage.THRIVING, (Reason(Sign.WRITERS, 12, 8), Reason(Sign.WEEKS, 4, 4)))
    assert explain_stage(view) == "12 people wrote in the last four weeks, in each of them"
    with using_locale("de"):
        assert explain_stage(view) == "12 Leute haben in den letzten vier Wochen geschrieben, in jeder davon"


def test_marks_are_one_cell_wide() -> None:
    assert {cell_width(mark) for mark in MARKS.values()} == {1}


def test_a_week_without_a_post_is_no_small_bar() -> None:
    assert spark((0, 1, 4, 8)) == "·▂▅█"
    assert spark((0, 0)) == "··"
    assert spark(()) == ""
    assert cell_width(spark(range(9))) == 9


def test_what_was_archived_today_was_archived_0_days_ago() -> None:
    view = StageView(Stage.ARCHIVED, (Reason(Sign.ARCHIVED, 0),))
    assert explain_stage(view) == "archived today"
    with using_locale("de"):
        assert explain_stage(view) == "heute archiviert"
