"""The documentation says all that there is: links, settings, commands, keys."""

from __future__ import annotations

import inspect
import io
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cyclopts import App
from pydantic import BaseModel
from rich.console import Console

import tui_forum.ui.screens
from tui_forum.cli import local_tree
from tui_forum.commands.context import Context
from tui_forum.config import Limits, Settings
from tui_forum.ui.formscreen import FORM_KEYS
from tui_forum.ui.keys import Key, shown
from tui_forum.ui.listscreen import LIST_KEYS
from tui_forum.ui.screen import COMMON_KEYS, ForumScreen

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]

#: The heading in guide.md under which the keys of a screen stand.
SECTIONS = {
    "BrowseScreen": "Communities, threads and posts",
    "NotYetScreen": "Who has not acknowledged",
    "UnansweredScreen": "What nobody has answered",
    "CharterFormScreen": "Writing a charter",
    "CharterScreen": "Charter",
    "CommunityScreen": "About a community",
    "ComposeScreen": "Writing a post",
    "DecisionScreen": "A decision about you",
    "DirectoryScreen": "Find communities",
    "DraftsScreen": "Drafts",
    "EditPlaybookScreen": "Changing a guide",
    "FiguresScreen": "Figures of moderation",
    "HelpScreen": "Help",
    "HostRequestScreen": "A request among hosts",
    "HostingScreen": "Host's page",
    "InboxScreen": "Inbox",
    "ModeratedScreen": "What is moderated here",
    "ModerationScreen": "Moderation",
    "NotesScreen": "Moderators' notes",
    "ProfileEditScreen": "In forms",
    "ProfileScreen": "Profile",
    "PlaybookScreen": "A guide for hosts",
    "RecordScreen": "Record of moderation",
    "TalkScreen": "Talk with the moderators",
    "TemplateScreen": "In forms",
    "TemplatesScreen": "Templates",
    "TextsScreen": "Prepared texts",
    "RuleScreen": "Rules that act",
    "RulesScreen": "Rules that act",
    "RuleTrialScreen": "A dry run",
    "RevisionsScreen": "Earlier versions",
    "RoundScreen": "Hosts' round",
    "SearchScreen": "Search",
    "SettingsScreen": "Settings",
    "WhoKnowsScreen": "Who knows about …",
}


def _prose(page: Path) -> str:
    """A page without its fenced code, whose brackets and # are none of Markdown's."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def _anchors(page: Path) -> set[str]:
    """The anchors that a forge makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _section(page: Path, heading: str) -> str:
    """What stands under a third-level heading."""
    text = page.read_text(encoding="utf-8")
    found = re.search(rf"^### {re.escape(heading)}\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"{page.name} has no section “{heading}”"
    return found.group(1)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", _prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("page", [*PAGES, *sorted(DOCS.glob("*.svg"))], ids=lambda page: page.name)
def test_no_page_names_a_place_on_our_machines_or_fetches_fonts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert "@font-face" not in text
    assert not re.findall(r"url\(\s*['\"]?https?:", text)


def _settings(model: type[BaseModel], keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, field in model.model_fields.items():
        yield (*keys, name), field.default
        if isinstance(field.annotation, type) and issubclass(field.annotation, Limits):
            yield from _settings(field.annotation, (*keys, name))


@pytest.mark.parametrize(("keys", "default"), list(_settings(Settings)), ids=lambda value: str(value)[:40])
def test_every_setting_is_explained_with_its_names_and_default(keys: tuple[str, ...], default: Any) -> None:
    operating = (DOCS / "operating.md").read_text(encoding="utf-8")
    variable = "TUI_FORUM_" + "__".join(keys).upper()
    row = next((line for line in operating.splitlines() if line.startswith(f"| `{keys[-1]}` |")), "")
    assert row, f"operating.md has no row for {keys[-1]}"
    assert f"`{variable}`" in row or keys == ("limits",)
    if isinstance(default, bool):
        assert f"`{str(default).lower()}`" in row
    elif isinstance(default, int | float):
        assert re.search(rf"\| {default:g} [|(]", row) or f"| {default} |" in row
    elif isinstance(default, str) and default:
        assert f"`{default}`" in row


def _commands(app: App, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], App]]:
    for name in app:
        if not name.startswith("-"):
            yield (*words, name), app[name]
            yield from _commands(app[name], (*words, name))


def _tree() -> App:
    def never(*_arguments: object) -> Any:
        raise AssertionError("help opens no forum")

    return local_tree(Context(Console(file=io.StringIO()), Console(file=io.StringIO()), never, never))


def _leaves() -> list[tuple[tuple[str, ...], App]]:
    found = [(words, app) for words, app in _commands(_tree()) if app.default_command is not None]
    assert len(found) >= 5
    return found


@pytest.mark.parametrize(
    ("words", "app"), _leaves(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_and_option_is_explained(words: tuple[str, ...], app: App) -> None:
    commands = (DOCS / "commands.md").read_text(encoding="utf-8")
    heading = f"## tui-forum {' '.join(words)}\n"
    assert heading in commands
    section = commands.partition(heading)[2].partition("\n## ")[0]
    common = commands.partition("## For all of them\n")[2].partition("\n## ")[0]
    assert app.default_command is not None
    for argument in app.assemble_argument_collection():
        for name in argument.names:
            if name == "*":  # the dataclass of the common options
                continue
            assert f"`{name}" in section or f"`{name}" in common, f"{heading.strip()}: {name}"


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [words for words, _ in _leaves() if f"tui-forum {' '.join(words)}" not in readme] == []


def _screens() -> dict[str, tuple[Key, ...]]:
    found: dict[str, tuple[Key, ...]] = {}
    for module in pkgutil.iter_modules(tui_forum.ui.screens.__path__, "tui_forum.ui.screens."):
        for name, member in inspect.getmembers(import_module(module.name), inspect.isclass):
            if issubclass(member, ForumScreen) and member.__module__ == module.name:
                found[name] = member.KEYS
    return found


KEY_TABLES = [
    ("Everywhere but in text fields", COMMON_KEYS),
    ("In all lists", LIST_KEYS),
    ("In forms", FORM_KEYS),
    *((SECTIONS.get(name, name), keys) for name, keys in _screens().items()),
]


@pytest.mark.parametrize(("heading", "keys"), KEY_TABLES, ids=[heading for heading, _ in KEY_TABLES])
def test_every_key_is_in_the_guide(heading: str, keys: tuple[Key, ...]) -> None:
    section = _section(DOCS / "guide.md", heading)
    rows = [f"| {', '.join(f'`{shown(name)}`' for name in key.keys)} | {key.label} |" for key in keys]
    assert [row for row in rows if row not in section] == []
