"""Bring the catalogues up to date with the source: ``python -m tui_forum.locale.update``.

Adds new messages (untranslated), drops those no longer used, keeps translations. The test
``tests/architecture/test_translations.py`` fails until every message has one.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from tui_forum.i18n import DEFAULT_LANGUAGE, LANGUAGES

HERE = Path(__file__).parent
HEADER = "# {language} of tui-forum. Kept by `python -m tui_forum.locale.update`."
#: A fixed date: catalogues change when messages do, not when the tool runs.
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = HERE.parents[1]
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "ngettext": (1, 2)}


def extract() -> Catalog:
    """All messages of the source as a template catalogue."""
    template = Catalog(project="tui-forum", charset="utf-8")
    for folder in ("tui_forum", "server"):
        found = extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=KEYWORDS)
        for filename, _line, message, comments, context in sorted(found, key=lambda hit: (hit[0], hit[1])):
            place = f"{folder}/{filename}"
            template.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    return template


def load(language: str) -> Catalog:
    """The catalogue of ``language``, empty when there is none yet."""
    path = HERE / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language, project="tui-forum", charset="utf-8")
    with path.open("rb") as handle:
        return read_po(handle, locale=language)


def main() -> int:
    """Update every catalogue; return how many messages want a translation."""
    template = extract()
    missing = 0
    for language in LANGUAGES:
        if language == DEFAULT_LANGUAGE:
            continue
        catalogue = load(language)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.fuzzy = False
        catalogue.creation_date = catalogue.revision_date = EPOCH
        with (HERE / f"{language}.po").open("wb") as handle:
            catalogue.header_comment = HEADER.format(language=language)
            write_po(handle, catalogue, width=100, sort_output=True, omit_header=False, include_lineno=False)
        untranslated = [message for message in catalogue if message.id and not is_translated(message.string)]
        missing += len(untranslated)
        sys.stdout.write(f"{language}: {len(catalogue)} messages, {len(untranslated)} untranslated\n")
    return missing


def forms(translation: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """Every plural form of a message or translation."""
    if translation is None:
        return ()
    return (translation,) if isinstance(translation, str) else tuple(translation)


def is_translated(translation: str | tuple[str, ...] | list[str] | None) -> bool:
    """Whether every form of a translation is there."""
    return bool(forms(translation)) and all(forms(translation))


if __name__ == "__main__":
    main()
