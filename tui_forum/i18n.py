"""Languages: the session's locale, gettext, and dates and numbers through Babel.

The locale is a context variable. Every session's app runs inside its own
``contextvars.Context`` (see ``server/session.py``), so each call of :func:`_` speaks
the language of the session it is made in. Catalogues are the ``.po`` files in
``tui_forum/locale``, compiled in memory at first use, so that no build step can be
forgotten and no stale ``.mo`` can be shipped.
"""

from __future__ import annotations

import gettext as _gettext
import io
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import dates, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui_forum.domain.errors import ForumError

LANGUAGES: Final = ("en", "de")
DEFAULT_LANGUAGE: Final = "en"


@dataclass(slots=True)
class _Locale:
    """What one session speaks. Mutable: all tasks of a session share the object (see change_locale)."""

    language: str = DEFAULT_LANGUAGE
    zone: tzinfo = UTC


_locale: ContextVar[_Locale | None] = ContextVar("tui_forum_locale", default=None)
_OUTSIDE: Final = _Locale()


def _current() -> _Locale:
    return _locale.get() or _OUTSIDE


def _make(language: str, time_zone: str) -> _Locale:
    return _Locale(
        language if language in LANGUAGES else DEFAULT_LANGUAGE,
        ZoneInfo(time_zone) if known_zone(time_zone) else UTC,
    )


def N_(message: str) -> str:  # noqa: N802 - the gettext convention
    """Mark ``message`` for translation where it is defined; translate where it is shown."""
    return message


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> _gettext.NullTranslations:
    source = resources.files("tui_forum.locale") / f"{language}.po"
    if not source.is_file():
        return _gettext.NullTranslations()
    # Babel's reader is only needed for a language that has a catalogue.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as handle:
        catalogue = read_po(handle)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)


def language() -> str:
    """The language of the current session, ``en`` or ``de``."""
    return _current().language


def zone() -> tzinfo:
    """The time zone of the current session."""
    return _current().zone


def known_zone(name: str) -> bool:
    """Whether ``name`` is an IANA time zone this machine knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=256)
def known_language(code: str) -> bool:
    """Whether ``code`` (``en``, ``de``, ``fr`` …) is a language that has a name."""
    from babel import Locale, UnknownLocaleError

    try:
        return code.isascii() and code.isalpha() and bool(Locale(code).get_display_name("en"))
    except (UnknownLocaleError, ValueError):
        return False


def language_name(code: str) -> str:
    """A language's name in the session's language; the code when it has none."""
    from babel import Locale

    return str(Locale(_current().language).languages.get(code, code))


def set_locale(language: str, time_zone: str = "UTC") -> None:
    """Set language and zone of the current context; unknown ones fall back to English, UTC.

    Tasks started from here on speak them; those that run already do not (see change_locale).
    """
    _locale.set(_make(language, time_zone))


def change_locale(language: str, time_zone: str = "UTC") -> None:
    """Change what the whole session speaks, in every task that came after its :func:`set_locale`.

    Each Textual widget runs in a task with a copy of the context it was made in, so that setting
    a variable in one of them would leave all others in the old language.
    """
    shared = _locale.get()
    if shared is None:
        set_locale(language, time_zone)
        return
    changed = _make(language, time_zone)
    shared.language, shared.zone = changed.language, changed.zone


@contextmanager
def using_locale(language: str, time_zone: str = "UTC") -> Iterator[None]:
    """Speak ``language`` inside the ``with`` block."""
    before = _locale.set(_make(language, time_zone))
    try:
        yield
    finally:
        _locale.reset(before)


def language_of(environment: str) -> str:
    """The language that a ``LANG``/``LC_ALL`` value such as ``de_DE.UTF-8`` asks for."""
    tag = environment.replace("-", "_").split("_")[0].split(".")[0].lower()
    return tag if tag in LANGUAGES else DEFAULT_LANGUAGE


def _(message: str) -> str:
    """``message`` in the session's language."""
    if not message:
        return ""  # gettext gives the catalogue's header for the empty string
    return _catalogue(_current().language).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of the message that fits ``count``, in the session's language."""
    return _catalogue(_current().language).ngettext(singular, plural, count)


def explain(error: ForumError) -> str:
    """A domain error as one sentence in the session's language."""
    return phrase(error.message, error.params)


def phrase(message: str, params: Mapping[str, object]) -> str:
    """A sentence (a msgid) with its values: moments as the reader reads them, None as no end."""
    return _(message).format(**{name: _value(value) for name, value in params.items()})


def _value(value: object) -> object:
    if isinstance(value, datetime):
        return format_datetime(value)
    return _("further notice") if value is None else value


# Babel reads a pattern anew for each value; lists show the same few again and again.
@lru_cache(maxsize=4096)
def _number_text(value: float, language: str) -> str:
    return str(numbers.format_decimal(value, locale=language))


@lru_cache(maxsize=4096)
def _date_text(day: date, pattern: str, language: str) -> str:
    return str(dates.format_date(day, pattern, locale=language))


@lru_cache(maxsize=4096)
def _minute_text(minute: datetime, pattern: str, language: str) -> str:
    return str(dates.format_datetime(minute, pattern, locale=language))


def format_number(value: float) -> str:
    """``value`` with the grouping of the session's language."""
    return _number_text(value, _current().language)


def format_datetime(moment: datetime) -> str:
    """Date and time in the reader's zone, e.g. ``12 Mar 2024, 14:05``."""
    minute = moment.astimezone(_current().zone).replace(second=0, microsecond=0, tzinfo=None)
    pattern = "d. MMM y, HH:mm" if _current().language == "de" else "d MMM y, HH:mm"
    return _minute_text(minute, pattern, _current().language)


def format_date(moment: date) -> str:
    """A date, or that of a moment in the reader's zone, e.g. ``12 Mar 2024``."""
    day = moment.astimezone(_current().zone).date() if isinstance(moment, datetime) else moment
    pattern = "d. MMM y" if _current().language == "de" else "d MMM y"
    return _date_text(day, pattern, _current().language)


def format_time_in(moment: datetime, time_zone: str) -> tuple[str, str]:
    """The time of day in another zone, and its weekday when that is not the reader's (else "")."""
    there = moment.astimezone(ZoneInfo(time_zone) if known_zone(time_zone) else UTC)
    time = dates.format_datetime(there, "HH:mm", tzinfo=there.tzinfo, locale=_current().language)
    if there.date() == moment.astimezone(_current().zone).date():
        return time, ""
    return time, str(dates.format_date(there, "EEEE", locale=_current().language))


def format_until(moment: datetime, now: datetime) -> str:
    """How long it is until ``moment``: ``in 5 minutes``, ``in 3 hours``, ``in 2 days``."""
    minutes = max(1, int((moment - now).total_seconds()) // 60)
    if minutes < 90:
        return ngettext("in {n} minute", "in {n} minutes", minutes).format(n=minutes)
    hours = round(minutes / 60)
    if hours < 48:  # what is tomorrow is not in two days
        return ngettext("in {n} hour", "in {n} hours", hours).format(n=hours)
    days = round(minutes / (24 * 60))
    return ngettext("in {n} day", "in {n} days", days).format(n=days)


def format_age(moment: datetime, now: datetime) -> str:
    """A short age for list columns: ``now``, ``5m``, ``3h``, ``2d``, then the date."""
    seconds = (now - moment).total_seconds()
    if seconds < 60:
        return _("now")
    if seconds < 3600:
        return _("{n}m").format(n=int(seconds // 60))
    if seconds < 86400:
        return _("{n}h").format(n=int(seconds // 3600))
    if seconds < 7 * 86400:
        return _("{n}d").format(n=int(seconds // 86400))
    day = moment.astimezone(_current().zone).date()
    if day.year == now.astimezone(_current().zone).year:
        return _date_text(day, "d MMM", _current().language)
    return _date_text(day.replace(day=1), "MMM y", _current().language)
