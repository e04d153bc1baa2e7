"""Time zones as people type them: a city, part of a name, another case."""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from tui_forum.domain.text import display_line
from tui_forum.i18n import _, known_zone

SUGGESTIONS: Final = 3
#: Folders of the zone database that repeat others or name no place.
_NO_PLACES: Final = ("Etc/", "SystemV/", "posix/", "right/", "US/", "Mexico/", "Chile/", "Canada/", "Brazil/")


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """Every zone by its name as it is compared: lower case, spaces for underscores."""
    return {_plain(name): name for name in sorted(available_timezones()) if not name.startswith(_NO_PLACES)}


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").split()).lower()


def find_zone(text: str) -> str | None:
    """The zone that ``text`` names beyond doubt: its name in any case, or its city alone."""
    text = text.strip()
    wanted = _plain(text)
    if not wanted:
        return None
    zones = _zones()
    if wanted in zones:
        return zones[wanted]
    if "/" in text and known_zone(text):
        return text
    cities = [name for plain, name in zones.items() if plain.rpartition("/")[2] == wanted]
    return cities[0] if len(cities) == 1 else None


def suggest_zones(text: str, limit: int = SUGGESTIONS) -> tuple[str, ...]:
    """Zones that ``text`` may have meant, the likeliest first; empty when none comes near."""
    wanted = _plain(text[:64])
    if not wanted:
        return ()
    zones = _zones()
    found = [name for plain, name in zones.items() if wanted in plain]
    if not found:
        cities = {plain.rpartition("/")[2]: name for plain, name in zones.items() if "/" in plain}
        city = wanted.rpartition("/")[2]
        found = [cities[near] for near in difflib.get_close_matches(city, cities, limit, 0.7)]
    return tuple(found[:limit])


def zone_problem(text: str) -> str:
    """A sentence for a text that names no zone, with what it may have meant."""
    zone = display_line(text)
    meant = suggest_zones(text)
    if meant:
        sentence = _("“{zone}” is not a time zone. Did you mean {zones}?")
        return sentence.format(zone=zone, zones=", ".join(meant))
    return _("“{zone}” is not a time zone; try for example Europe/Berlin.").format(zone=zone)
