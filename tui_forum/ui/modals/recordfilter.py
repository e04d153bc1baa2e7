"""Which entries of the record are shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

from tui_forum.domain.charter import NO_DATE
from tui_forum.domain.errors import ForumError
from tui_forum.domain.record import RecordAction
from tui_forum.i18n import N_, _, explain, format_date
from tui_forum.ui.modals.filterlines import FilterLines
from tui_forum.ui.recordwords import Wanted, action_name

if TYPE_CHECKING:
    from tui_forum.ui.app import ForumApp

FIELDS: Final[Mapping[str, str]] = {
    "community_id": N_("Community"),
    "action": N_("What was done"),
    "actor": N_("By whom"),
    "account": N_("About whom"),
    "since": N_("From day"),
    "until": N_("To day"),
}
_QUESTIONS: Final = {
    "actor": N_("Done by whom? A handle (empty: anybody)"),
    "account": N_("About whom? A handle (empty: anybody)"),
    "since": N_("From which day on? As year-month-day (empty: from the first)"),
    "until": N_("Up to which day? As year-month-day (empty: to the last)"),
}

#: Asks for the filter's entries; raises :class:`ForumError` when it names an unknown account.
Try = Callable[[Wanted], Awaitable[None]]


class RecordFilterModal(FilterLines[Wanted]):
    """A line for each thing that entries can be told apart by; handles and days are typed."""

    def __init__(self, wanted: Wanted, places: Mapping[int, str], try_it: Try) -> None:
        """``places`` are the communities to choose from, by id."""
        keys = _("←→ change   Enter apply   0 all entries   Esc never mind")
        super().__init__(_("Which entries?"), keys, FIELDS, wanted, Wanted())
        self._places = places
        self._try = try_it

    def values(self, field: str) -> Sequence[tuple[Any, str]]:
        """Communities and actions are chosen."""
        if field == "community_id":
            return [(None, _("all")), *self._places.items()]
        if field == "action":
            return [(None, _("all")), *((one, action_name(one)) for one in RecordAction)]
        return ()

    def named(self, field: str) -> str:
        """What a line says."""
        value = getattr(self.wanted, field)
        if field in ("actor", "account"):
            return f"@{value}" if value else _("anybody")
        if field in ("since", "until"):
            return format_date(value) if value else _("all")
        return super().named(field)

    async def type_in(self, field: str) -> None:
        """Ask until it is an account or a day."""
        value = getattr(self.wanted, field)
        typed, problem = str(value or ""), ""
        while True:
            answer = await cast("ForumApp", self.app).ask_line(_(_QUESTIONS[field]), typed, problem)
            if answer is None:
                return
            typed = answer.strip()
            try:
                wanted = replace(self.wanted, **{field: await self._read(field, typed)})
            except ValueError:
                problem = _(NO_DATE).format(text=typed, example=date(2026, 3, 31).isoformat())
            except ForumError as error:
                problem = explain(error)
            else:
                self.take(wanted)
                return

    async def _read(self, field: str, typed: str) -> Any:
        if field in ("since", "until"):
            return date.fromisoformat(typed) if typed else None
        handle = typed.removeprefix("@").lower()
        if handle:
            await self._try(Wanted(actor=handle))
        return handle
