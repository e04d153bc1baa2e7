"""What the queue shows and in which order; filters saved under a name."""

from __future__ import annotations

from dataclasses import replace

from tui_forum.domain.moderation import CaseFilter, CaseSort
from tui_forum.i18n import _
from tui_forum.ui.actions.queueing import Queueing
from tui_forum.ui.casewords import SORTS, filter_name
from tui_forum.ui.modals.filter import FilterModal
from tui_forum.ui.modals.pick import Choice
from tui_forum.ui.screen import dialog


class FilterActions(Queueing):
    """Keys ``S F v``."""

    places: dict[int, str]

    async def _show(self, wanted: CaseFilter) -> None:
        self.wanted = wanted
        self.marked.clear()
        await self.reload()

    async def action_sort(self) -> None:
        """The next order."""
        orders = list(CaseSort)
        order = orders[(orders.index(self.wanted.sort) + 1) % len(orders)]
        await self._show(replace(self.wanted, sort=order))
        self.say(_(SORTS[order]))

    @dialog
    async def action_filter(self) -> None:
        """Choose what the queue shows."""
        found = await self.forum_app.push_screen(FilterModal(self.wanted, self.places), wait_for_dismiss=True)
        if found is not None:
            await self._show(found)

    @dialog
    async def action_filters(self) -> None:
        """Go to a saved filter, save this one, or forget one."""
        saved = await self.ask(self.forum.casework.filters(self.actor))
        if saved is None:
            return
        choices = [Choice(name, filter_name(wanted, self.places)) for name, wanted in saved]
        more = [Choice(_("Save what is shown now …"), filter_name(self.wanted, self.places))]
        if saved:
            more.append(Choice(_("Forget one …")))
        found = await self.pick(_("Saved filters"), [*choices, *more])
        if found is None:
            return
        if found < len(saved):
            await self._show(saved[found][1])
        elif found == len(saved):
            await self._save()
        else:
            await self._forget([name for name, _wanted in saved])

    async def _save(self) -> None:
        name = await self.forum_app.ask_line(_("A name for what is shown now"))
        if name is not None and await self.done(
            self.forum.casework.save_filter(self.actor, name, self.wanted)
        ):
            self.say(_("Saved: v leads there."))

    async def _forget(self, names: list[str]) -> None:
        found = await self.pick(_("Forget which filter?"), [Choice(name) for name in names])
        if found is not None:
            await self.ask(self.forum.casework.forget_filter(self.actor, names[found]))
