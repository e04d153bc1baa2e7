"""How people are shown in a line; the result may hold what they wrote, made safe."""

from __future__ import annotations

from datetime import UTC, datetime

from tui_forum.domain.profiles import Person
from tui_forum.domain.text import display_line
from tui_forum.i18n import _, format_time_in


def called(person: Person) -> str:
    """Name and handle; the handle alone when the name says no more."""
    name = display_line(person.display_name)
    return f"@{person.handle}" if name in {person.handle, ""} else f"{name} @{person.handle}"


def work_of(person: Person) -> str:
    """Role in the company and unit; for imported accounts, that they are."""
    if not person.claimed:
        return _("imported: nobody uses this account")
    return " · ".join(display_line(text) for text in (person.job, person.unit) if text)


def time_there(person: Person) -> str:
    """What time it is where somebody is; nothing for imported accounts, whose zone nobody told."""
    if not person.claimed:
        return ""
    time, day = format_time_in(datetime.now(UTC), person.time_zone)
    if day:
        return _("it is {time} there ({day})").format(time=time, day=day)
    return _("it is {time} there").format(time=time)
