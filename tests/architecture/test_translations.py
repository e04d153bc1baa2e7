"""Every string a person can see is in the catalogues, in every language."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.test_source_rules import calls, sources
from tui_forum.i18n import DEFAULT_LANGUAGE, LANGUAGES
from tui_forum.locale.update import extract, forms, is_translated, load

PLACEHOLDER = re.compile(r"\{[^{}]*\}")


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != DEFAULT_LANGUAGE])
def test_every_message_is_translated(language: str) -> None:
    """The catalogue holds each message of the source, translated, with the same placeholders."""
    catalogue = load(language)
    wrong: list[str] = []
    for message in extract():
        if not message.id:
            continue
        known = catalogue.get(message.id if isinstance(message.id, str) else message.id[0])
        if known is None or not is_translated(known.string) or known.fuzzy:
            wrong.append(f"untranslated: {message.id!r} ({message.locations[0][0]})")
            continue
        wanted = set(PLACEHOLDER.findall(forms(message.id)[-1]))
        wrong.extend(
            f"placeholders differ: {message.id!r} → {form!r}"
            for form in forms(known.string)
            if set(PLACEHOLDER.findall(form)) != wanted
        )
    assert wrong == []


#: Calls whose first string argument a person reads.
SHOWN_FIRST = {"Static", "Label", "Button", "notify", "Checkbox", "say", "warn", "hint"}
#: Keyword arguments a person reads, in any call.
SHOWN_KEYWORDS = {"placeholder", "tooltip", "border_title", "description"}
WORDS = re.compile(r"[A-Za-z]{3,}")


def literal_words(node: ast.expr | None) -> bool:
    """Whether ``node`` is a plain string (or f-string) with words in it, not wrapped in ``_()``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return bool(WORDS.search(node.value))
    if isinstance(node, ast.JoinedStr):
        return any(
            isinstance(part, ast.Constant) and isinstance(part.value, str) and WORDS.search(part.value)
            for part in node.values
        )
    return False


def test_no_string_is_shown_untranslated() -> None:
    """What widgets, bindings and errors show goes through ``_`` or ``N_``."""
    found: list[str] = []
    for path, tree in sources("tui_forum/ui", "tui_forum/domain", "tui_forum/services"):
        for name, call in calls(tree):
            shown: list[ast.expr | None] = []
            if path.parts[1] == "ui":
                if name in SHOWN_FIRST:
                    shown.extend(call.args[:1])
                if name == "Binding":
                    shown.extend(call.args[2:3])
                shown.extend(k.value for k in call.keywords if k.arg in SHOWN_KEYWORDS)
            if name.endswith("Error") and name not in {"ValueError", "TypeError", "RuntimeError", "KeyError"}:
                shown.extend(call.args[:1])
            found.extend(f"{path}:{call.lineno}: {name}" for node in shown if literal_words(node))
    assert found == []


def test_no_message_hides_inside_an_f_string() -> None:
    """``f"{_('…')}"`` is translated but never extracted: the catalogue would not know it."""
    found: list[str] = []
    for path, tree in sources("tui_forum", "server"):
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                found.extend(
                    f"{path}:{node.lineno}: {call.args[0].value!r}"
                    for name, call in calls(node)
                    if name in {"_", "N_", "ngettext"}
                    and call.args
                    and isinstance(call.args[0], ast.Constant)
                )
    assert found == []


def test_catalogue_files_are_where_the_program_looks() -> None:
    """Every language but English has its ``.po`` beside the package."""
    import tui_forum.locale

    folder = Path(str(tui_forum.locale.__file__)).parent
    assert {path.stem for path in folder.glob("*.po")} == set(LANGUAGES) - {DEFAULT_LANGUAGE}
