"""What each format module reads out of small hand-written archives."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui_forum.domain.entities import ThreadKind
from tui_forum.domain.errors import ImportSourceError
from tui_forum.importers import discourse, jsonl, mbox, stackexchange
from tui_forum.importers.html import to_markdown
from tui_forum.importers.mail import decode_words, identify, split_subject
from tui_forum.importers.records import (
    BrokenRecord,
    ImportedAuthor,
    ImportedPost,
    Markup,
    Meter,
    SkippedRecord,
)

SAMPLES = Path(__file__).parent / "samples"


def posts(records: list[object]) -> dict[str, ImportedPost]:
    return {record.external_id: record for record in records if isinstance(record, ImportedPost)}


def broken(records: list[object]) -> list[tuple[str, str]]:
    return [(record.place, record.why) for record in records if isinstance(record, BrokenRecord)]


def skipped(records: list[object]) -> list[str]:
    return [record.place for record in records if isinstance(record, SkippedRecord)]


def test_newsgroup_lines_are_read_and_broken_ones_named_with_their_line() -> None:
    meter = Meter()
    records: list[object] = list(jsonl.read(SAMPLES / "newsgroup.jsonl", meter))
    assert broken(records) == [
        ("newsgroup.jsonl:3", "not JSON"),
        ("newsgroup.jsonl:4", "no message id"),
        ("newsgroup.jsonl:5", "not an object"),
    ]
    found = posts(records)
    reply = found["<reply@example.org>"]
    assert (reply.author_key, reply.author_name) == ("ada@example.org", "Ada Example")
    assert reply.parents == ("<root@example.org>",)
    assert reply.created_at == datetime(1999, 3, 24, 9, tzinfo=UTC)
    assert found["<nodate@example.org>"].created_at is None
    assert meter.done == (SAMPLES / "newsgroup.jsonl").stat().st_size


def topic(tmp_path: Path, **post: object) -> ImportedPost:
    """The one post of a Discourse topic."""
    whole = {"post_number": 1, "username": "ada", "created_at": "2020-01-01T00:00:00Z", **post}
    file = tmp_path / "1.json"
    file.write_text(json.dumps({"id": 1, "title": "T", "tags": ["x"], "post_stream": {"posts": [whole]}}))
    [record] = discourse.read(file, Meter())
    assert isinstance(record, ImportedPost)
    return record


POLL = {"options": [{"id": "a1", "votes": 12}, {"id": "b2", "votes": 0}, {"id": "c3"}], "voters": 12}


def test_a_poll_of_discourse_becomes_its_answers_with_their_votes(tmp_path: Path) -> None:
    cooked = (
        '<p>Shall we?</p><div class="poll"><div class="poll-container"><ul>'
        '<li data-poll-option-id="a1">Yes, &amp; soon</li><li data-poll-option-id="b2">No</li>'
        '<li data-poll-option-id="c3">Later</li></ul></div><div class="poll-info"><p>0 voters</p></div></div>'
    )
    text = to_markdown(topic(tmp_path, cooked=cooked, polls=[POLL]).body)
    assert text == "Shall we?\n\n- Yes, & soon – 12\n- No – 0\n- Later\n\nTags: x"
    raw = "Shall we?\n\n[poll type=regular]\n* Yes\n* No\n* Later\n[/poll]\nSay so."
    found = topic(tmp_path, raw=raw, cooked=cooked, polls=[POLL])
    assert found.markup is Markup.MARKDOWN
    assert found.body == "Shall we?\n\n* Yes – 12\n* No – 0\n* Later\n\nSay so.\n\nTags: x"


@pytest.mark.parametrize(
    "polls", [7, [None], [{"options": 3}], [{"options": [None, {"votes": "x"}, {"id": 1, "votes": -1}]}]]
)
def test_polls_that_are_none_leave_the_text_as_it_is(tmp_path: Path, polls: object) -> None:
    assert topic(tmp_path, cooked="<p>Hello [poll</p>", polls=polls).body.startswith("<p>Hello [poll</p>")


def test_months_are_read_in_the_order_of_the_calendar() -> None:
    assert [file.stem for file in mbox.files(SAMPLES / "sample")] == ["2004-March", "2004-April"]


def test_a_from_line_in_a_text_does_not_end_the_message() -> None:
    records: list[object] = list(mbox.read(SAMPLES / "sample", Meter()))
    text = posts(records)["<april-2@example.org>"].body
    assert "From now on I say so.\nFrom the archives: this is text, too.\nFrom escaped by" in text


def test_pipermail_addresses_names_subjects_and_references() -> None:
    found = posts(list(mbox.read(SAMPLES / "sample", Meter())))
    answer = found["<april-1@example.org>"]
    assert (answer.author_key, answer.author_name) == ("bob@example.org", "Björn Builder")
    assert answer.opens is not None
    assert answer.opens.title == "March question"
    assert answer.parents == ("<march-missing@example.org>", "<march-1@example.org>")
    assert found["<march-1@example.org>"].author_name == "carol"  # the address stays out of sight


def test_a_date_that_cannot_be_gives_way_to_the_time_of_delivery() -> None:
    wrong = posts(list(mbox.read(SAMPLES / "sample", Meter())))["<march-3@example.org>"]
    assert wrong.created_at == datetime(2004, 3, 2, 10, tzinfo=UTC)
    assert any("delivery" in note for note in wrong.notes)


def test_a_message_without_sender_is_broken_and_has_a_place() -> None:
    records: list[object] = list(mbox.read(SAMPLES / "sample", Meter()))
    assert broken(records) == [("2004-March.txt:8", "no sender")]


def test_mime_parts_charsets_and_flowed_lines() -> None:
    found = posts(list(mbox.read(SAMPLES / "mime.mbox", Meter())))
    first = found["<mime-1@example.org>"]
    assert first.author_name == "Björn"
    assert first.opens is not None
    assert first.opens.title == "Grüße"
    assert first.body.strip() == "Grüße aus Köln\n\n[picture.bin]"
    second = found["<mime-2@example.org>"]
    assert "> Grüße aus Köln\n" in second.body
    assert "This line is soft and goes on.\nThis one is not." in second.body
    assert second.subject_reply
    third = found["<mime-3@example.org>"]
    assert third.markup is Markup.HTML
    assert any("character set" in note for note in third.notes)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('"Doe, Jane" <Jane@Example.org>', ("jane@example.org", "Doe, Jane")),
        ("jane@example.org (Jane Doe)", ("jane@example.org", "Jane Doe")),
        ("jane at example.org (Jane (at home))", ("jane@example.org", "Jane (at home)")),
        ("<jane@example.org>", ("jane@example.org", "jane")),
        ("jane@example.org", ("jane@example.org", "jane")),
        ("Jane", ("jane", "Jane")),
        ("=?utf-8?q?J=C3=A4ne?= <j@example.org>", ("j@example.org", "Jäne")),
        ("", ("", "")),
    ],
)
def test_who_wrote(header: str, expected: tuple[str, str]) -> None:
    assert identify(header) == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Re: [Web] AW: Re[2]: Hello", ("Hello", True)),
        ("[PATCH v2 1/3] leds: x", ("[PATCH v2 1/3] leds: x", False)),
        ("[Web] Hello", ("Hello", False)),
        ("Reply: to all", ("Reply: to all", False)),
    ],
)
def test_subjects_lose_what_mail_programs_put_before_them(subject: str, expected: tuple[str, bool]) -> None:
    assert split_subject(subject, "web") == expected


def test_wrong_encoded_words_stay_readable() -> None:
    assert decode_words("=?no-such?q?a=C3=A4?=") == "aä"
    assert decode_words("=?utf-8?b?not base64 at all") == "=?utf-8?b?not base64 at all"


def test_stack_exchange_questions_answers_comments() -> None:
    records: list[object] = list(stackexchange.read(SAMPLES / "stackexchange", Meter()))
    found = posts(records)
    question = found["p10"]
    assert question.opens is not None
    assert question.opens.kind is ThreadKind.QUESTION
    assert question.opens.accepted == "p11"
    assert question.opens.locked
    assert question.body.endswith("<p>Tags: faq, language</p>")
    assert found["p11"].thread_key == "10"
    assert found["c1"].parents == ("p11",)
    assert found["p15"].author_name == "user508"
    assert ImportedAuthor("user:2", "Björn") in records
    assert broken(records) == [("Posts.xml:7", "not XML"), ("Comments.xml:5", "a row that is cut off")]
    assert skipped(records) == ["Posts.xml:6"]


def test_a_row_longer_than_a_block_is_read_whole(tmp_path: Path) -> None:
    long = "x" * 300_000
    (tmp_path / "Posts.xml").write_text(
        f'<posts>\n<row Id="1" PostTypeId="1" Title="t" Body="{long}"></row>\n'
        '<row Id="2" PostTypeId="2" ParentId="1" Body="short"/></posts>'
    )
    found = posts(list(stackexchange.read(tmp_path, Meter())))
    assert found["p1"].body == long
    assert found["p2"].body == "short"


def test_discourse_topics() -> None:
    records: list[object] = list(discourse.read(SAMPLES / "discourse", Meter()))
    found = posts(records)
    assert set(found) == {"7.1", "7.2"}
    assert found["7.2"].parents == ("7.1",)
    assert found["7.2"].opens is not None
    assert found["7.2"].opens.accepted == "7.2"
    assert found["7.2"].opens.kind is ThreadKind.QUESTION
    assert found["7.1"].body.endswith("<p>Tags: howto</p>")
    assert broken(records) == [
        ("broken.8.json:3", "not JSON"),
        ("first-topic.7.json#4", "a post without a number"),
        ("other.9.json", "not a Discourse topic"),
    ]
    assert skipped(records) == ["first-topic.7.json#3"]


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (jsonl, "mime.mbox"),
        (mbox, "newsgroup.jsonl"),
        (discourse, "newsgroup.jsonl"),
        (stackexchange, "discourse"),
    ],
)
def test_a_file_of_another_kind_is_refused(module: object, name: str) -> None:
    with pytest.raises(ImportSourceError):
        module.check(SAMPLES / name)  # type: ignore[attr-defined]
