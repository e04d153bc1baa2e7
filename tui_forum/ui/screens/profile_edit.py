"""Changing one's own profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.widgets import Input

from tui_forum.domain.entities import Actor
from tui_forum.domain.limits import DISPLAY_NAME_MAX_CHARS
from tui_forum.domain.profiles import DETAIL_MAX_CHARS, TOPICS_MAX, Profile, ProfileForm
from tui_forum.i18n import N_, _
from tui_forum.ui.formscreen import Field, FormScreen, lines_field
from tui_forum.ui.keys import Key
from tui_forum.ui.widgets.form import line_field
from tui_forum.ui.zones import find_zone, zone_problem

#: A little more than may be: a paste that is too long is told, not cut in silence.
_ROOM = 20


class ProfileEditScreen(FormScreen[Actor]):
    """Returns the actor as it is after the change."""

    TITLE_TEXT = N_("My profile")
    KEYS: ClassVar[tuple[Key, ...]] = ()

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self._profile = profile

    def make_fields(self) -> Sequence[Field]:
        """What others read about one."""
        told, person = self._profile, self._profile.person
        topics = _("with commas between them, at most {most}").format(most=TOPICS_MAX)
        return (
            _line("display_name", _("Display name"), person.display_name, DISPLAY_NAME_MAX_CHARS),
            _line("job", _("Role in the company"), person.job),
            _line("unit", _("Unit or team"), person.unit),
            _line("place", _("Place"), told.place),
            _line("time_zone", _("Time zone: the nearest city, such as Berlin"), person.time_zone),
            _line("languages", _("Languages I speak"), told.languages),
            _topics("helps", _("What I can help with ({how})").format(how=topics), told.helps),
            _topics("learns", _("What I want to learn ({how})").format(how=topics), told.learns),
        )

    def problem_of(self, field: Field) -> str:
        """A city becomes its zone as soon as one leaves the field."""
        if field.name != "time_zone" or not isinstance(field.widget, Input):
            return ""
        zone = find_zone(field.value)
        if zone is None:
            return zone_problem(field.value)
        field.widget.value = zone
        return ""

    async def send(self, values: dict[str, str]) -> Actor:
        """Write it.

        Raises:
            InvalidInputError: a field cannot be used.
        """
        changed = await self.forum.profiles.update(self.actor, ProfileForm(**values))
        await self.forum_app.change_actor(changed)
        return changed


def _line(name: str, label: str, value: str, longest: int = DETAIL_MAX_CHARS) -> Field:
    return Field(name, label, line_field(id=name, value=value, max_length=longest + _ROOM))


def _topics(name: str, label: str, topics: Sequence[str]) -> Field:
    return Field(name, label, lines_field(", ".join(topics)))
