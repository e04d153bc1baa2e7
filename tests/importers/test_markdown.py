"""Plain text and HTML become Markdown that reads the same."""

from __future__ import annotations

import time

import pytest

from tui_forum.importers import html, plain
from tui_forum.importers.order import arrange, cut
from tui_forum.storage.spool import Spool, SpooledKey


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("> a\n>> b\ntext", "> a\n>\n> > b\n\ntext"),
        (
            "Hello,\n\n    MOVE A TO B.\n\n    STOP RUN.\n\nbye",
            "Hello,\n\n```\n    MOVE A TO B.\n\n    STOP RUN.\n```\n\nbye",
        ),
        ("a text\n-- \nJane", "a text\n\n--\nJane"),
        ("# not a heading", "\\# not a heading"),
        ("#define X", "#define X"),
        ("Jane Doe\nSome Street 5", "Jane Doe\\\nSome Street 5"),
        ("use <b> & &amp; [x](y)", "use \\<b> & \\&amp; [x]\\(y)"),
        ("see <http://a.b> and <a@b.c>", "see <http://a.b> and <a@b.c>"),
        ("*bold* _it_ a*b*c", "*bold* _it_ a\\*b\\*c"),
        ("`foo' and `bar'", "\\`foo' and \\`bar'"),
        ("Title\n=====", "Title\n====="),
        ("- one\n- two", "- one\n- two"),
    ],
)
def test_plain_text(text: str, expected: str) -> None:
    assert plain.to_markdown(text) == expected


def test_a_wrapped_paragraph_stays_one_paragraph() -> None:
    text = "this paragraph is wrapped at a width that\nis not wide but wide enough to be prose and\ngoes on."
    assert plain.to_markdown(text) == text


def test_a_patch_is_fenced_to_its_end() -> None:
    text = "Fix it.\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-> quoted\n+```\n-- \n2.1"
    assert plain.to_markdown(text).startswith("Fix it.\n\n````diff\ndiff --git a/x b/x\n")
    assert plain.to_markdown(text).endswith("+```\n````\n\n--\n2.1")


@pytest.mark.parametrize(
    "text", ["> " * 5000 + "x", "`" * 50_000, "a*" * 50_000, "\n" * 100_000, "<" * 50_000, "-" * 50_000]
)
def test_hostile_text_takes_no_time(text: str) -> None:
    started = time.perf_counter()
    plain.to_markdown(text)
    html.to_markdown(text)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>a <b>b</b> <i>c</i></p>", "a **b** *c*"),
        ("<pre><code class='lang-cpp'>x ``` y\n</code></pre>", "````cpp\nx ``` y\n````"),
        ('<img class="emoji" alt=":wink:" src="x">', ":wink:"),
        ('<img class="avatar" src="x"> Ada:', "Ada:"),
        ("<p>snake_case *stars* 2. x</p>", "snake_case \\*stars\\* 2. x"),
        ("<p>1. not a list</p>", "1\\. not a list"),
        ("<script>alert(1)</script><p>x</p>", "x"),
        ("<p>&lt;b&gt; # x</p>", "\\<b> # x"),
        ('<span class="bbcode-b">fat</span>', "**fat**"),
        ("<blockquote><p>q</p></blockquote><p>a</p>", "> q\n\na"),
    ],
)
def test_html(source: str, expected: str) -> None:
    assert html.to_markdown(source) == expected


def test_html_nested_without_end_keeps_its_text() -> None:
    assert html.to_markdown("<div>" * 100_000 + "deep").strip() == "deep"


def test_a_long_body_is_cut_between_lines_and_loses_nothing() -> None:
    lines = [f"line {number} {'x' * 40}" for number in range(2000)]
    parts = cut("\n".join(lines), 32_000)
    assert len(parts) > 2
    assert max(map(len, parts)) <= 32_000
    assert "\n".join(parts).split("\n") == lines


def test_a_cut_code_fence_is_opened_again() -> None:
    code = "\n".join(f"line {number}" for number in range(500))
    parts = cut(f"before\n````diff\n{code}\n````\nafter", 1_000)
    assert all(part.count("````") == 2 for part in parts)
    assert all(part.startswith("````diff\n") for part in parts[1:])
    assert parts[-1].endswith("after")


def test_one_endless_line_is_cut_too() -> None:
    assert "".join(cut("y" * 100_000, 32_000)) == "y" * 100_000


def key(seq: int, name: str, at: float | None, *parents: str) -> SpooledKey:
    return SpooledKey(seq, name, at, parents)


def test_order_is_by_date_but_never_before_what_is_answered() -> None:
    keys = [key(1, "answer", 10.0, "question"), key(2, "question", 50.0), key(3, "other", 20.0)]
    assert [one.key.external_id for one in arrange(keys, {}, 99.0)] == ["other", "question", "answer"]


def test_a_circle_of_replies_is_cut() -> None:
    keys = [key(1, "a", 2.0, "b"), key(2, "b", 1.0, "a")]
    assert [(one.key.external_id, one.parent) for one in arrange(keys, {}, 9.0)] == [("b", ""), ("a", "b")]


def spooled(spool: Spool, name: str, *parents: str, **more: object) -> bool:
    return spool.add(name, at=1.0, parents=parents, author="a", head="", body="", **more)  # type: ignore[arg-type]


def thread_sets(spool: Spool) -> set[frozenset[str]]:
    return {frozenset(key.external_id for key in spool.keys(label)) for label in spool.threads()}


def test_threads_are_found_whatever_the_order_of_their_posts() -> None:
    with Spool() as spool:
        spooled(spool, "grandchild", "child")
        spooled(spool, "sibling", "root")
        spooled(spool, "child", "root")
        spooled(spool, "root")
        spooled(spool, "alone")
        assert thread_sets(spool) == {
            frozenset({"root", "child", "grandchild", "sibling"}),
            frozenset({"alone"}),
        }


def test_a_reply_without_references_joins_the_thread_of_its_subject() -> None:
    with Spool() as spool:
        spooled(spool, "first", title="hello")
        spooled(spool, "second", title="hello", subject_reply=True)
        spooled(spool, "third", title="hello")
        spooled(spool, "fourth", "never-seen", title="hello", subject_reply=True)
        assert thread_sets(spool) == {frozenset({"first", "second"}), frozenset({"third", "fourth"})}


def test_threads_that_the_format_names_are_not_joined_by_references() -> None:
    with Spool() as spool:
        spooled(spool, "a", "b", thread_key="1")
        spooled(spool, "b", thread_key="2")
        assert thread_sets(spool) == {frozenset({"a"}), frozenset({"b"})}


def test_an_id_is_kept_once() -> None:
    with Spool() as spool:
        assert spooled(spool, "a")
        assert not spooled(spool, "a")
        assert spool.count == 1
