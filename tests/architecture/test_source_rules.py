"""Rules that no library checks: read off the source's syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def sources(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every Python file below ``folders`` with its syntax tree."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text())


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of the called name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                yield called.id, node
            elif isinstance(called, ast.Attribute):
                yield called.attr, node


def test_no_sql_outside_storage() -> None:
    """Statements live in ``storage`` and ``migrations`` only."""
    verbs = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "PRAGMA ")
    found = []
    for path, tree in sources("tui_forum", "server"):
        if path.parts[:2] == ("tui_forum", "storage"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value.lstrip()
                if text.startswith(verbs) or text.lower().startswith(tuple(v.lower() + "*" for v in verbs)):
                    found.append(f"{path}:{node.lineno}: {text[:40]}")
    assert found == []


MARKUP_WIDGETS = {"Static", "Label", "Button"}


@pytest.mark.parametrize("folder", ["tui_forum/ui", "server"])
def test_no_widget_reads_markup(folder: str) -> None:
    """``[/]`` or ``[@click=…]`` in user text must never be read as markup.

    Every Static, Label or Button is made with ``markup=False`` (or is empty, or is given a
    ``Content``), and nothing calls ``from_markup`` or ``notify`` without ``markup=False``.
    """
    found = []
    for path, tree in sources(folder):
        for name, call in calls(tree):
            keywords = {keyword.arg: keyword.value for keyword in call.keywords}
            off = isinstance(keywords.get("markup"), ast.Constant) and keywords["markup"].value is False  # type: ignore[attr-defined]
            if (name == "from_markup" or (name in MARKUP_WIDGETS and call.args and not off)) or (
                name == "notify" and not off
            ):
                found.append(f"{path}:{call.lineno}: {name}")
    assert found == []


def test_no_timer_runs_while_idle() -> None:
    """``set_interval`` and cursor blink cost CPU in every idle session (measured: 41 % of a core at 100)."""
    found = []
    for path, tree in sources("tui_forum", "server"):
        for name, call in calls(tree):
            if name in {"set_interval", "auto_refresh"}:
                found.append(f"{path}:{call.lineno}: {name}")
    assert found == []


def test_blanket_excepts_are_named() -> None:
    """A bare ``except`` or ``except BaseException`` without re-raise hides cancellation."""
    found = []
    for path, tree in sources("tui_forum", "server", "migrations"):
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler):
                bare = node.type is None or (
                    isinstance(node.type, ast.Name) and node.type.id == "BaseException"
                )
                raises = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
                if bare and not raises:
                    found.append(f"{path}:{node.lineno}")
    assert found == []
