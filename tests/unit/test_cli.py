"""The command line as a person meets it: what is said, and the exit code."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tui_forum import cli
from tui_forum.domain.errors import InvalidInputError
from tui_forum.i18n import using_locale

SAMPLES = Path(__file__).parents[1] / "importers" / "samples"

#: What nobody can guess of a community, but its purpose.
FINE = ("--name", "Databases", "--statement", "All about SQL.")


@pytest.fixture
def run() -> Terminal:
    return Terminal()


def test_help_lists_the_commands(run: Terminal) -> None:
    assert run("--help") == 0
    for command in ("admin", "community", "import", "serve", "--data", "--version"):
        assert command in run.said


def test_help_speaks_german(run: Terminal) -> None:
    with using_locale("de"):
        assert run("import", "--help") == 0
    assert "Das Archiv eines anderen Forums" in run.said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["imprt", "x"], "There is no command “imprt x”; --help shows all of them."),
        (["--nonsense"], "There is no option “--nonsense” here; --help shows all of them."),
        (["import", "jsonl"], "PATH is missing; --help shows how the command is written."),
        (["import", "word", "x", "--into", "y"], "“word” is none of discourse, stackexchange, mbox, jsonl."),
        (["import", "jsonl", "/no/such/file", "--into", "x"], "/no/such/file does not exist."),
        (["import", "jsonl", __file__, "--into", "UP/DOWN"], "A short name has 1 to 40 characters"),
        (["import", "jsonl", __file__, "--into", "x"], "its first line is no object."),
        (["import", "mbox", __file__, "--into", "x"], "it does not start with a From line."),
        (["import", "stackexchange", __file__, "--into", "x"], "it has no Posts.xml."),
        (["serve", "--listen", "nowhere"], "HOST:PORT"),
        (["serve", "--config", "/no/such.toml"], "/no/such.toml"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_code_2(
    run: Terminal, arguments: list[str], sentence: str
) -> None:
    assert run(*arguments) == 2
    assert sentence in run.complained
    assert run.complained.count("\n") == 1
    assert "Traceback" not in run.complained
    assert run.said == ""


def test_a_wrong_file_leaves_no_data_folder_behind(run: Terminal, tmp_path: Path) -> None:
    assert run("import", "jsonl", __file__, "--into", "x", "--data", tmp_path / "forum") == 2
    assert not (tmp_path / "forum").exists()


def test_a_malformed_settings_file_is_named_with_its_key(run: Terminal, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("registration = 'sometimes'\n")
    assert run("import", "jsonl", SAMPLES / "newsgroup.jsonl", "--into", "x", "--config", config) == 2
    assert "registration" in run.complained
    assert str(config) in run.complained


def test_an_import_ends_with_a_table_of_what_came_and_what_did_not(run: Terminal, tmp_path: Path) -> None:
    assert run("import", "jsonl", SAMPLES / "newsgroup.jsonl", "--into", "old", "--data", tmp_path) == 0
    assert "Posts imported" in run.said
    for reason in ("newsgroup.jsonl:3", "no message id", "an id that came before", "bounded"):
        assert reason in run.said
    with sqlite3.connect(tmp_path / "forum.db") as connection:
        assert connection.execute("SELECT slug, post_count FROM community").fetchall() == [("old", 6)]


def test_an_import_makes_no_administrator(run: Terminal, tmp_path: Path) -> None:
    """Else the server's one-time claim code would be gone before anybody had used it."""
    assert run("import", "jsonl", SAMPLES / "newsgroup.jsonl", "--into", "old", "--data", tmp_path) == 0
    with sqlite3.connect(tmp_path / "forum.db") as connection:
        assert connection.execute("SELECT count(*) FROM account WHERE site_role = 'admin'").fetchone() == (0,)


def test_the_doctor_finds_a_sound_database(run: Terminal, tmp_path: Path) -> None:
    assert run("import", "jsonl", SAMPLES / "newsgroup.jsonl", "--into", "old", "--data", tmp_path) == 0
    assert run("admin", "doctor", "--data", tmp_path) == 0
    assert "SQLite library" in run.said
    assert "The database is sound." in run.said


def test_a_community_is_opened_and_an_invite_made(run: Terminal, tmp_path: Path) -> None:
    words = ("--name", "Databases", "--statement", "All about SQL.", "--purpose", "questions")
    assert run("community", "open", "db", *words, "--data", tmp_path) == 0
    assert "The community db is open." in run.said
    assert run("admin", "invite", "--data", tmp_path) == 0
    assert len(run.said.splitlines()[-1]) >= 8


def test_the_same_community_twice_is_refused(run: Terminal, tmp_path: Path) -> None:
    words = ("--name", "Databases", "--purpose", "practice", "--statement", "SQL.", "--data", str(tmp_path))
    assert run("community", "open", "db", *words) == 0
    assert run("community", "open", "db", *words) == 2
    assert run.complained == "There is a community “db” already.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "SLUG, --name, --purpose, --statement must be given; in a terminal you are asked"),
        (("db", "--name", "Databases"), "--purpose, --statement must be given"),
        (("db", *FINE, "--purpose", "fun"), "“fun” is none of practice, information, questions, project."),
        (("db", "--name", "D", "--purpose", "practice", "--statement", " "), "Say in one sentence what"),
        (("admin", *FINE, "--purpose", "practice"), "The short name “admin” is reserved"),
        (("D B", *FINE, "--purpose", "practice"), "A short name has 1 to 40 characters"),
        (("db", *FINE, "--purpose", "practice", "--review-on", "2020-01-01"), "2020-01-01 is in the past."),
        (("db", *FINE, "--purpose", "project", "--ends-on", "soon"), "“soon” is no date"),
        (("db", *FINE, "--purpose", "practice", "--host", "nobody-here"), "no account “@nobody-here”"),
        (("db", *FINE, "--purpose", "practice", "--host", ""), "A community needs a host"),
        (("db", *FINE, "--purpose", "questions", "--response-days", "0"), "working days: 1 to 30."),
        (("db", *FINE, "--purpose", "practice", "--languages", "klingon"), "“klingon” is no language"),
        (("db", *FINE, "--purpose", "information", "--linked", "talk"), "no community “talk”"),
    ],
)
def test_a_community_that_cannot_be_is_one_sentence_and_exit_code_2(
    run: Terminal, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    assert run("community", "open", *words, "--data", tmp_path) == 2
    assert sentence in run.complained
    assert run.complained.count("\n") == 1
    assert run.said == ""


def test_a_community_is_opened_with_all_that_its_charter_says(run: Terminal, tmp_path: Path) -> None:
    words = [
        "it-desk", *FINE, "--purpose", "questions", "--audience", "Everybody", "--rule", "Be kind",
        "--thread-rule", "Say what you have tried", "--response-days", "1", "--responders", "the team",
        "--languages", "en,de", "--visibility", "approval", "--review-on", "2099-01-01",
        "--no-public-record",
    ]  # fmt: skip
    assert run("community", "open", *words, "--data", tmp_path) == 0
    with sqlite3.connect(tmp_path / "forum.db") as connection:
        found = connection.execute(
            "SELECT c.purpose, c.audience, c.rules, c.response_days, c.responders, c.languages, c.review_on, "
            "c.public_record, visibility, member_count FROM charter c JOIN community ON id = community_id "
            "WHERE slug = 'it-desk'"
        ).fetchall()
    rules = (
        '[{"text": "Be kind", "scope": "always"}, {"text": "Say what you have tried", "scope": "threads"}]'
    )
    assert found == [
        ("questions", "Everybody", rules, 1, "the team", "en,de", "2099-01-01", 0, "approval", 1)
    ]


def test_in_a_terminal_it_asks_field_by_field_until_it_can_use_the_answer(
    run: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(
        [
            "settings", "roses", "", "Roses", "fun", "questions", "", "All about roses", "Gardeners",
            "soon", "", "the team", "klingon", "", "2020-01-01", "", "Be kind", "", "nobody-here", "",
        ]
    )  # fmt: skip
    asked: list[str] = []

    async def ask(prompt: str) -> str:
        asked.append(prompt)
        return next(answers)

    monkeypatch.setattr(cli, "_ask", ask)
    monkeypatch.setattr(cli, "_somebody_to_ask", lambda _console: True)
    assert run("community", "open", "--data", tmp_path) == 0
    assert list(answers) == []
    for sentence in (
        "“settings” is reserved", "name has 1 to 80 characters", "questions: Every new thread is a question",
        "Choose what kind of community it is", "Say in one sentence", "A number of working days: 1 to 30.",
        "“klingon” is no language", "2020-01-01 is in the past", "no account “@nobody-here”",
        "The community roses is open.",
    ):  # fmt: skip
        assert sentence in run.said
    assert asked[0] == "Short name: a–z, 0–9 and hyphen: "
    assert "First answer within how many working days [2]: " in asked
    assert "Rule 2 (empty: no more): " in asked
    assert not [prompt for prompt in asked if "Last day" in prompt or "discussed" in prompt]
    with sqlite3.connect(tmp_path / "forum.db") as connection:
        query = "SELECT name, purpose, statement FROM community WHERE slug = 'roses'"
        assert connection.execute(query).fetchall() == [("Roses", "questions", "All about roses")]


def test_answers_that_end_open_nothing(
    run: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(_prompt: str) -> str:
        raise InvalidInputError(cli.NO_ANSWER)

    monkeypatch.setattr(cli, "_ask", ask)
    monkeypatch.setattr(cli, "_somebody_to_ask", lambda _console: True)
    assert run("community", "open", "--data", tmp_path) == 2
    assert run.complained == "Nothing was done: there are no more answers.\n"


def test_a_folder_that_cannot_be_written_is_said_with_exit_code_1(run: Terminal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    target = tmp_path / "file" / "forum"
    assert run("import", "jsonl", SAMPLES / "newsgroup.jsonl", "--into", "old", "--data", target) == 1
    assert str(target) in run.complained


@pytest.mark.parametrize("version", [(3, 7, 0), (3, 44, 5), (3, 51, 2), (3, 50, 6)])
def test_sqlite_versions_with_the_checkpoint_bug(version: tuple[int, int, int]) -> None:
    from tui_forum.storage.health import has_wal_bug

    assert has_wal_bug(version)


@pytest.mark.parametrize("version", [(3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 6, 23)])
def test_sqlite_versions_without_it(version: tuple[int, int, int]) -> None:
    from tui_forum.storage.health import has_wal_bug

    assert not has_wal_bug(version)


def test_as_a_module_it_prints_its_version() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui_forum", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip()


def test_help_does_not_load_the_database_or_the_interface() -> None:
    """It answers within a blink: 0.3 s, not 1.5."""
    code = (
        "import sys; from tui_forum.cli import call; call(['--help']); "
        "print(sorted({'sqlalchemy', 'textual', 'asyncssh', 'markdownify'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
