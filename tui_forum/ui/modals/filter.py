"""What a queue shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tui_forum.domain.moderation import CaseCategory, CaseFilter, CaseSort, CaseState, Claimed
from tui_forum.i18n import N_, _
from tui_forum.ui.casewords import CATEGORIES, CLAIMED, SORTS, STATES
from tui_forum.ui.modals.filterlines import FilterLines

FIELDS: Final[Mapping[str, str]] = {
    "state": N_("State"),
    "community_id": N_("Community"),
    "category": N_("Category"),
    "claimed": N_("On it now"),
    "assigned_to_me": N_("Only mine"),
    "forwarded": N_("Only forwarded"),
    "overdue": N_("Only overdue"),
    "sort": N_("Order"),
}


class FilterModal(FilterLines[CaseFilter]):
    """A line for each thing that cases can be told apart by."""

    def __init__(self, wanted: CaseFilter, places: Mapping[int, str]) -> None:
        """``places`` are the communities to choose from, by id."""
        keys = _("←→ change   Enter apply   0 all open cases   Esc never mind")
        super().__init__(_("What the queue shows"), keys, FIELDS, wanted, CaseFilter())
        self._places = places

    def values(self, field: str) -> Sequence[tuple[Any, str]]:
        """What a line may say, in the order in which it changes."""
        if field == "state":
            states = (CaseState.OPEN, CaseState.DECIDED, None)
            return [(state, _(STATES[state])) for state in states]
        if field == "community_id":
            return [(None, _("all")), *self._places.items()]
        if field == "category":
            return [(None, _("all")), *((one, _(CATEGORIES[one])) for one in CaseCategory)]
        if field == "claimed":
            return [(one, _(CLAIMED[one])) for one in Claimed]
        if field == "sort":
            return [(one, _(SORTS[one])) for one in CaseSort]
        return [(False, _("no")), (True, _("yes"))]
