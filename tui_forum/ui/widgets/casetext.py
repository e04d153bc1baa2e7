"""A case, scrolled by lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.strip import Strip

from tui_forum.domain.cases import CaseView
from tui_forum.ui.widgets.caselines import CaseLines
from tui_forum.ui.widgets.lines import LinesView

if TYPE_CHECKING:
    from tui_forum.ui.app import ForumApp


class CaseText(LinesView):
    """What a moderator needs to decide."""

    def __init__(self) -> None:
        super().__init__(self._of_case)
        self.case: CaseView | None = None

    def show(self, case: CaseView | None) -> None:
        """Show another case (or another post of it) from its beginning, or the same where one was."""
        before, self.case = self.case, case
        same = (
            before is not None
            and case is not None
            and (before.row.case_id, before.selected) == (case.row.case_id, case.selected)
        )
        self.changed(at_start=not same)

    def _of_case(self, width: int) -> list[Strip]:
        if self.case is None:
            return []
        links = cast("ForumApp", self.app).traits.hyperlinks
        return CaseLines(self.case, width, self.skin, links=links).lines()
