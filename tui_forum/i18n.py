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
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import dates, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_forum.domain.errors import ForumError

LANGUAGES: Final = ("en", "de")
DEFAULT_LANGUAGE: Final = "en"

_language: ContextVar[str] = ContextVar("tui_forum_language", default=DEFAULT_LANGUAGE)
_zone: ContextVar[tzinfo] = ContextVar("tui_forum_zone", default=UTC)


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
    return _language.get()


def zone() -> tzinfo:
    """The time zone of the current session."""
    return _zone.get()


def known_zone(name: str) -> bool:
    """Whether ``name`` is an IANA time zone this machine knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def set_locale(language: str, time_zone: str = "UTC") -> None:
    """Set language and zone of the current context; unknown ones fall back to English, UTC."""
    _language.set(language if language in LANGUAGES else DEFAULT_LANGUAGE)
    _zone.set(ZoneInfo(time_zone) if known_zone(time_zone) else UTC)


@contextmanager
def using_locale(language: str, time_zone: str = "UTC") -> Iterator[None]:
    """Speak ``language`` inside the ``with`` block."""
    before = _language.set(language if language in LANGUAGES else DEFAULT_LANGUAGE)
    before_zone = _zone.set(ZoneInfo(time_zone) if known_zone(time_zone) else UTC)
    try:
        yield
    finally:
        _language.reset(before)
        _zone.reset(before_zone)


def language_of(environment: str) -> str:
    """The language that a ``LANG``/``LC_ALL`` value such as ``de_DE.UTF-8`` asks for."""
    tag = environment.replace("-", "_").split("_")[0].split(".")[0].lower()
    return tag if tag in LANGUAGES else DEFAULT_LANGUAGE


def _(message: str) -> str:
    """``message`` in the session's language."""
    if not message:
        return ""  # gettext gives the catalogue's header for the empty string
    return _catalogue(_language.get()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of the message that fits ``count``, in the session's language."""
    return _catalogue(_language.get()).ngettext(singular, plural, count)


def explain(error: ForumError) -> str:
    """A domain error as one sentence in the session's language."""
    return _(error.message).format(**error.params)


def format_number(value: float) -> str:
    """``value`` with the grouping of the session's language."""
    return str(numbers.format_decimal(value, locale=_language.get()))


def format_datetime(moment: datetime) -> str:
    """Date and time in the reader's zone, e.g. ``12 Mar 2024, 14:05``."""
    local = moment.astimezone(_zone.get())
    pattern = "d. MMM y, HH:mm" if _language.get() == "de" else "d MMM y, HH:mm"
    return dates.format_datetime(local, pattern, tzinfo=_zone.get(), locale=_language.get())


def format_date(moment: datetime) -> str:
    """The date alone in the reader's zone, e.g. ``12 Mar 2024``."""
    local = moment.astimezone(_zone.get())
    pattern = "d. MMM y" if _language.get() == "de" else "d MMM y"
    return dates.format_date(local, pattern, locale=_language.get())


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
    local = moment.astimezone(_zone.get())
    if local.year == now.astimezone(_zone.get()).year:
        return dates.format_date(local, "d MMM", locale=_language.get())
    return dates.format_date(local, "MMM y", locale=_language.get())
