"""Posts as they are drawn: readable, exactly as wide as said, and nothing but the renderer's own bytes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from textual.strip import Strip

from tests.data import shared_data
from tui_forum.domain.text import MAX_MARKS
from tui_forum.ui.render import DARK, LIGHT, NO_COLOUR, Palette, render_markdown, render_plain
from tui_forum.ui.render.markdown import safe_url

CONSOLE = Console(force_terminal=True, color_system="truecolor", width=80)
assert CONSOLE._color_system is ColorSystem.TRUECOLOR
#: All that a strip may add to text: colours and attributes, and links with a safe address.
OWN = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;(?:id=[0-9]+;[!-~]+|;)\x1b\\")
UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\u200b-\u200f\u2028\u2029\ufeff]"
)


def lines(source: str, width: int = 60, palette: Palette = DARK, *, hyperlinks: bool = False) -> list[str]:
    """The drawn lines as text, checked on the way."""
    strips = render_markdown(source, width, palette, hyperlinks=hyperlinks)
    check(strips, width)
    return [strip.text for strip in strips]


def check(strips: Sequence[Strip], width: int) -> None:
    for strip in strips:
        said = strip.cell_length
        assert said == cell_len(strip.text) <= width, repr(strip.text)
        assert not UNSAFE.search(strip.text), repr(strip.text)
        sent = OWN.sub("", strip.render(CONSOLE))
        assert sent == strip.text


# --- how it reads --------------------------------------------------------------------------------


def test_blocks() -> None:
    source = "# One *two*\nText\n## Three\n- a\n- b\n  1. c\n  2. d\n- [ ] open\n- [x] done\n\n---\nlast"
    assert lines(source, 20) == [
        "One two", "━━━━━━━", "", "Text", "", "Three", "─────", "",
        "• a", "• b", "  1. c", "  2. d", "[ ] open", "[x] done", "",
        "─" * 20, "", "last",
    ]  # fmt: skip


def test_line_breaks_are_kept_and_long_lines_wrapped() -> None:
    assert lines("one two three four\nfive", 10) == ["one two", "three four", "five"]
    assert lines("x" * 25 + " y", 10) == ["x" * 10, "x" * 10, "xxxxx y"]
    assert lines("日本語テキスト", 5) == ["日本", "語テ", "キス", "ト"]


def test_a_mail_reads_as_written() -> None:
    mail = "Anna wrote:\n> > first\n> second\nmy answer\n\n-- \nBob"
    assert lines(mail) == [
        "Anna wrote:", "", "▌ ▌ first", "▌ ", "▌ second", "", "my answer", "", "--", "Bob",
    ]  # fmt: skip


def test_ornaments_are_text() -> None:
    assert lines(">>>>>>>>>>>>>>> Original <<<<<<<<<<<<<<<\na") == [
        ">>>>>>>>>>>>>>> Original <<<<<<<<<<<<<<<",
        "a",
    ]
    assert lines("- - - - - - - - 2 lines left out") == ["- - - - - - - - 2 lines left out"]
    assert lines("* * * * * * *") == ["─" * 60]


def test_code_keeps_its_lines() -> None:
    assert lines("```python\ndef f():\n\treturn 'a  b'\n\nx\n```") == [
        "│ def f():", "│     return 'a  b'", "│ ", "│ x",
    ]  # fmt: skip
    assert lines("```\n" + "x" * 20 + "\n```", 12) == ["│ " + "x" * 10, "│ " + "x" * 10]
    (strip,) = render_markdown("```python\nreturn 1\n```", 40, DARK, hyperlinks=False)
    assert [segment.style for segment in strip if segment.text == "return"] == [DARK.code_keyword]


def test_a_table_fits() -> None:
    table = "| a | b | n |\n|---|:-:|--:|\n| 日本 | some words that wrap | 1 |\n| x | **y** | 20 |"
    assert lines(table, 24) == [
        "a    │      b       │  n",
        "─────┼──────────────┼───",
        "日本 │  some words  │  1",
        "     │  that wrap   │   ",
        "x    │      y       │ 20",
    ]


def test_a_table_too_wide_for_columns_is_listed() -> None:
    table = "|name|value|third|fourth|\n|-|-|-|-|\n|alphabetic|betabetic|gammagamma|deltadelta|"
    assert lines(table, 20)[:2] == ["name: alphabetic", "value: betabetic"]


def test_links() -> None:
    assert lines("see [docs](https://e.org/x) and <https://a.b>") == [
        "see docs (https://e.org/x) and https://a.b"
    ]
    assert lines("see [docs](https://e.org/x)", hyperlinks=True) == ["see docs"]
    assert lines("see (https://e.org/a_(b)).", hyperlinks=True) == ["see (https://e.org/a_(b))."]
    assert lines("![a cat](https://e.org/c.png)", hyperlinks=True) == ["[image: a cat]"]


@pytest.mark.parametrize("shown", ["https://bank.example", "bank.example", "www.bank.example/login"])
def test_a_link_cannot_pass_for_another(shown: str) -> None:
    assert lines(f"[{shown}](https://evil.example)", hyperlinks=True) == [f"{shown} (https://evil.example)"]


def linked(source: str) -> list[str]:
    strips = render_markdown(source, 200, DARK, hyperlinks=True)
    return [
        segment.style.link for strip in strips for segment in strip if segment.style and segment.style.link
    ]


def test_only_known_schemes_become_hyperlinks() -> None:
    assert linked("[a](https://e.org/ä?x=1;2) <mailto:a@b.c> ssh://h") == [
        "https://e.org/%C3%A4?x=1;2", "mailto:a@b.c", "ssh://h",
    ]  # fmt: skip
    for url in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "/relative",
        "https:x",
        "vnc://h",
    ):
        assert linked(f"[a]({url})") == []


@given(st.text(max_size=40))
def test_no_address_injects_bytes(tail: str) -> None:
    url = safe_url("https://e.org/" + tail)
    assert url is None or re.fullmatch(r"[!-~]+", url)
    for link in linked(f"[a](<https://e.org/{tail}>) https://e.org/{tail}"):
        assert re.fullmatch(r"[!-~]+", link)


def test_mentions() -> None:
    strips = render_markdown("hi @anna, not a@b.c", 60, DARK, hyperlinks=False)
    assert [segment.text for segment in strips[0] if segment.style == DARK.text + DARK.mention] == ["@anna"]


def test_meaning_does_not_need_colour() -> None:
    assert lines("a `b` ~~c~~", palette=NO_COLOUR) == ["a `b` ~c~"]
    for strip in render_markdown("# a\n> `b` [c](d)\n```py\nif 1\n```", 40, NO_COLOUR, hyperlinks=False):
        assert all(segment.style is None or segment.style.color is None for segment in strip)


def test_markup_and_html_are_text() -> None:
    assert lines("[/] [@click=app.quit]x[/] [bold]y") == ["[/] [@click=app.quit]x[/] [bold]y"]
    assert lines("<b>x</b> <script>\n<div>\ny") == ["<b>x</b> <script>", "<div>", "y"]


def test_entities_cannot_smuggle_controls() -> None:
    assert lines("a&#27;[31m&#x9b;m&#x202e;b&#xd800;&#8203;c") == ["a\ufffd[31m\ufffdmb\ufffdc"]


def test_plain_text_is_not_interpreted() -> None:
    strips = render_plain("# a\n**b**\n\n  c\x1b[1m", 10, DARK)
    check(strips, 10)
    assert [strip.text for strip in strips] == ["# a", "**b**", "", "  c[1m"]


@pytest.mark.parametrize("body", ["", "\n \n\t", "\x1b\u200b"])
def test_an_empty_body_has_no_lines(body: str) -> None:
    assert lines(body) == []


# --- whatever is written -------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "# ", "> ", "- ", "1. ", "    ", "```py\n", "~~~\n", "|a|b|\n|-|-|\n", "|x|", "*", "**", "_", "~~",
        "`", "[a](", "http://e.org/", ")", "![", "[", "]", "\n", "\n\n", " ", "\t", "<b>", "&#27;", "&amp;",
        "\\", "@anna", "word ", "日本", "👨‍👩‍👧", "e\u0301\u0301\u0301\u0301\u0301", "\x1b[31m", "\x9b",
        "\u202e", "\u0301", "\ud800", "---\n", "=\n",
        "[ ] ", "שלום", "\u1161",
    ]
)  # fmt: skip
BODIES = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=40).map("".join)


@settings(max_examples=300, deadline=None)
@given(BODIES, st.integers(1, 90), st.sampled_from([DARK, LIGHT, NO_COLOUR]), st.booleans())
def test_any_body_keeps_to_its_width(body: str, width: int, palette: Palette, hyperlinks: bool) -> None:
    check(render_markdown(body, width, palette, hyperlinks=hyperlinks), max(width, 4))


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("ab é日👍\u0e31 "), max_size=80), st.integers(4, 30))
def test_wrapping_loses_no_character(body: str, width: int) -> None:
    drawn = "".join(strip.text for strip in render_plain(body, width, DARK))
    whole = "".join(strip.text for strip in render_plain(body, 10_000, DARK))
    assert drawn.replace(" ", "") == whole.replace(" ", "")


def robust_texts(folder: Path) -> Iterator[str]:
    yield from json.loads((folder / "blns" / "blns.json").read_text("utf-8"))
    for name in (
        "kuhn/UTF-8-demo.txt",
        "kuhn/UTF-8-test.txt",
        "utf8tests/utf8tests.txt",
        "unicode/emoji-zwj-sequences.txt",
    ):
        raw = (folder / name).read_bytes()
        yield raw.decode("utf-8", "replace")[:32_000]
        yield raw.decode("utf-8", "surrogateescape")[:32_000]
        yield raw.decode("latin-1")[:32_000]
    for path in sorted((folder / "xterm_escape").glob("*.in")):
        yield path.read_bytes().decode("latin-1")


@pytest.mark.parametrize("width", [20, 80])
def test_naughty_strings_and_escape_sequences(width: int) -> None:
    for body in robust_texts(shared_data("robustness")):
        check(render_markdown(body, width, DARK, hyperlinks=True), width)


@pytest.mark.parametrize("width", [12, 78])
def test_every_example_of_the_commonmark_specification(width: int) -> None:
    spec = json.loads((shared_data("robustness") / "commonmark" / "spec.json").read_text("utf-8"))
    assert len(spec) > 600
    for example in spec:
        for hyperlinks in (False, True):
            check(render_markdown(example["markdown"], width, NO_COLOUR, hyperlinks=hyperlinks), width)


@pytest.mark.parametrize(
    "body",
    [
        "a 👨‍👩‍👧",
        "❤️ x",
        "🇩🇪 flag",
        "👍🏽",
        "日本語",
        "e\u0301" * 3,
        "1️⃣ 2️⃣",
        "שלום",
        "한국",
        "a" + "\u0301" * 300,
    ],
)
def test_the_column_after_is_where_we_think(body: str) -> None:
    """A terminal emulator draws the line and a mark after it."""
    (strip,) = render_markdown(body, 60, DARK, hyperlinks=False)
    screen = pyte.Screen(80, 3)
    pyte.Stream(screen).feed(strip.render(CONSOLE) + "\x1b[0m|")
    assert screen.cursor.x == strip.cell_length + 1
    assert all(len(cell.data) <= 1 + MAX_MARKS for cell in screen.buffer[0].values())


# --- what it costs -------------------------------------------------------------------------------


def full(pattern: str) -> str:
    return (pattern * (32_000 // len(pattern) + 1))[:32_000]


HOSTILE = {
    "brackets": full("["),
    "images": full("!["),
    "nested images": "![" * 190 + "](x)" * 190,
    "unclosed links": full("[a]("),
    "deep quotes": ">" * 10_000,
    "lazy quotes": ">" * 500 + "a\n" + full("b\n"),
    "deep list": "- " * 10_000,
    "emphasis": full("*a _b **c "),
    "stars": full("a**"),
    "one run of stars": "a" + full("*"),
    "one run of backticks": "a" + full("`"),
    "backticks": full("`` ` "),
    "table of 40 KB": "|a|b|c|d|\n|-|-|-|-|\n" + "|xxxxxxxxxxxxxxx|yyyyyyyyyyyyy|zzzzzzzzzzzzzzzz|w|\n" * 800,
    "wide table": "|a" * 1_000 + "|\n" + "|-" * 1_000 + "|\n" + "|x" * 1_000 + "|\n",
    "fences of 70 KB": "```\nx\n```\n" * 7_000,
    "highlighted fences": full("```python\nf(x, 'a') + 1\n```\n"),
    "unclosed string": "```python\n" + "'" * 3_900 + "\n```",
    "words in a class": "```java\n" + "a b c\n" * 600 + "```",
    "empty lines of code": "```c\n" + "\n" * 1_500 + "```",
    "many small classes": ("```csharp\n" + "a b c\n" * 95 + "```\n") * 30,
    "setext": full("a\n=\n"),
    "lines": full("a\n"),
    "blank lines": full("\n"),
    "references": full("[a]: b\n"),
    "autolinks": full("<http://a.b/c>"),
    "parentheses after an address": "http://a" + ")" * 31_000,
    "zalgo": full("a" + "\u0301\u0323" * 400),
    "marks": full("\u0323\u0301"),
    "families": full("👨‍👩‍👧"),
    "unassigned": "".join(map(chr, range(0x40000, 0x40000 + 32_000))),
    "tabs": full("\t"),
    "50,000 brackets": "[" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_costs_less_than_a_tenth_of_a_second(name: str) -> None:
    render_markdown("```python\nx\n```", 80, DARK, hyperlinks=True)  # the lexer is imported once
    best = 1.0
    for _ in range(3):
        start = time.process_time()
        strips = render_markdown(HOSTILE[name], 80, DARK, hyperlinks=True)
        best = min(best, time.process_time() - start)
    check(strips[:50], 80)
    assert best < 0.1


def test_too_complex_a_body_is_shown_as_plain_text() -> None:
    drawn = lines("x **y**\n" + "[" * 5_000, 60)
    assert drawn[0].startswith("Shown as plain text")
    assert drawn[1] == "x **y**"


def test_too_many_lines_are_cut_with_a_note() -> None:
    assert "4000" in lines("a\n" * 16_000)[-1]
