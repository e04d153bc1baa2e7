"""What helps next is said in lines that are read whole at 80 columns."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tui_forum.domain.hosting import HostedThread, Step, StepKind
from tui_forum.domain.text import cell_width
from tui_forum.domain.views import Author
from tui_forum.i18n import using_locale
from tui_forum.ui.stepwords import step_words

#: Of 80 columns: the bar of the selected row, four columns before the line, one behind it.
ROOM = 74
ADA = Author(1, "ada", "Ada")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", list(StepKind))
def test_why_a_step_helps_was_cut_in_german(language: str, kind: StepKind) -> None:
    thread = HostedThread(1, "Roses", ADA, datetime(2026, 3, 1, tzinfo=UTC), 1)
    with using_locale(language):
        for n in (1, 12):
            what, why = step_words(Step(kind, n, (ADA,), thread, date(2026, 12, 28)), "Reviving")
            assert "{" not in what + why
            assert cell_width(why) <= ROOM, why
