"""What users write is stored as written, and shown so that nothing breaks."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from wcwidth import wcwidth

from tests.data import shared_data
from tui_forum.domain import text

FORBIDDEN = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F))] + [
    chr(code) for code in (*range(0x2066, 0x206A), 0xD800, 0xDFFF)
]

#: Any code point, the troublesome ones often.
anything = st.text(
    st.one_of(
        st.integers(0, 0x10FFFF).map(chr),
        st.sampled_from(
            "ab \n\t\r\x1b\x9b\u0301\u0e31\u200d\ufe0f\U0001f3fd\U0001f468\U0001f1e9日ᄀ각\u1161\u202e"
        ),
    ),
    max_size=60,
)


@pytest.mark.parametrize("char", FORBIDDEN, ids=lambda char: f"U+{ord(char):04X}")
def test_what_can_never_be_text_is_dropped(char: str) -> None:
    kept = "\n" if char == "\r" else char if char in "\n\t" else ""
    assert text.clean_body(f"a{char}b") == f"a{kept}b"
    assert text.clean_line(f"a{char}b") == ("a b" if kept else "ab")
    assert char == "\n" or char not in text.display_text(f"a{char}b")
    assert char not in text.display_line(f"a{char}b")


def test_everything_else_is_stored_as_written() -> None:
    written = "e\u0301 ﬁ Å \u200d\ufeff\u200b\u00ad 👩‍👩‍👧 🇩🇪 ❤️ שלום \u200f\ue000\uffff"
    assert text.clean_body(written) == written
    assert text.clean_body("a\r\nb\rc") == "a\nb\nc"
    assert text.clean_line("  two\r\nlines\t ") == "two lines"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("👨‍👩‍👧!", "👨👩👧!"),
        ("❤️", "❤"),
        ("👍🏽", "👍"),
        ("🇩🇪", "DE"),
        ("1️⃣", "1"),
        ("soft\u00adhyphen zero\u200bwidth \ufeff", "softhyphen zerowidth "),
        ("e\u0301", "é"),
        ("\u0301a", "◌́a"),
        ("\ufdd0\U000e0041", "\ufffd"),
        ("한", "한"),
        ("نام\u200cه שלום", "نامه שלום"),
        ("ideographic\u3000space, no\u00a0break", "ideographic  space, no break"),
    ],
)
def test_a_form_that_everyone_counts_alike(written: str, shown: str) -> None:
    assert text.display_line(written) == shown


def test_hundreds_of_marks_stay_on_their_line() -> None:
    zalgo = "Z" + "\u0301\u0323" * 400 + "x"
    shown = text.display_line(zalgo)
    assert text.cell_width(shown) == 2
    assert sum(map(bool, map(unicodedata.combining, shown))) <= text.MAX_MARKS


def test_lines_and_tabs() -> None:
    assert text.display_line("a\tb\r\nc\u2028d") == "a b c d"
    assert text.display_text("a\tb\r\nc\u2028d") == "a   b\nc\nd"
    assert text.display_text("日\tx\n\ty") == "日  x\n    y"


@given(anything)
def test_shown_text_is_safe_and_counted_alike(written: str) -> None:
    """Rich, wcwidth and we agree, piece by piece and together; showing twice changes nothing."""
    for shown in (text.display_line(written), text.display_text(written)):
        assert not any(char in shown for char in FORBIDDEN if char != "\n")
        for line in shown.split("\n"):
            assert text.cell_width(line) == cell_len(line) == sum(map(wcwidth, line))
            for cluster in text.split_graphemes(line):
                assert text.cell_width(cluster) == cell_len(cluster)
    line = text.display_line(written)
    assert "\n" not in line
    assert text.display_line(line) == line
    assert text.clean_body(text.clean_body(written)) == text.clean_body(written)


@given(anything, st.integers(0, 30))
def test_fit_and_pad_keep_to_the_width(written: str, width: int) -> None:
    shown = text.display_line(written)
    fitted = text.fit(shown, width)
    assert text.cell_width(fitted) <= width
    assert cell_len(text.pad(shown, width)) == width
    if text.cell_width(shown) <= width:
        assert fitted == shown
    assert text.cell_width(text.fit(shown, width, "")) <= width


def test_a_cut_never_tears_a_character() -> None:
    assert text.fit("日本語テキスト", 6) == "日本…"
    assert text.pad("日本語", 4) == "日… "
    assert text.fit("x̣̂ỵ̂ẓ̂w", 3) == "x̣̂ỵ̂…"
    assert text.fit("abc", 1) == "…"
    assert text.fit("abc", 0) == ""


def test_a_terminal_title_holds_no_escape() -> None:
    assert text.terminal_title("a\x1b]0;owned\x07\nb\x9c") == "a]0;owned b"
    assert text.cell_width(text.terminal_title("日" * 500)) <= text.TITLE_WIDTH


def test_excerpt_is_plain() -> None:
    body = (
        "# Hello\n\n> quoted\n\nSome **bold**, `code` and [a link](https://e.org).\n\n- one\n- [x] two_2_x\n"
    )
    assert text.excerpt(body, 80) == "Hello Some bold, code and a link. one two_2_x"
    assert text.excerpt(body, 10) == "Hello Som…"
    assert text.excerpt("> only a quote", 80) == "only a quote"
    assert text.excerpt("", 80) == ""


@given(anything, st.integers(0, 40))
def test_excerpt_fits_whatever_was_written(body: str, width: int) -> None:
    line = text.excerpt(body, width)
    assert "\n" not in line
    assert cell_len(line) <= width


def test_quote_for_a_reply() -> None:
    assert text.quote("one\n\n> two\n", "anna") == "> @anna:\n>\n> one\n>\n> > two\n\n"
    assert len(text.quote("line\n" * 5_000, "anna")) < 3 * text.QUOTE_MAX_CHARS


def test_grapheme_clusters_of_the_unicode_test_file() -> None:
    folder = shared_data("robustness")
    failed = []
    for line in (folder / "unicode" / "GraphemeBreakTest.txt").read_text("utf-8").splitlines():
        rule = line.split("#")[0].strip()
        if not rule:
            continue
        clusters = [
            "".join(chr(int(code, 16)) for code in part.split() if code != "×")
            for part in rule.strip("÷ ").split("÷")
        ]
        if text.split_graphemes("".join(clusters)) != clusters:
            failed.append(rule)
    # Whether the scissors are a pictograph changed between versions of Unicode.
    assert set(failed) <= {"÷ 2701 × 200D × 2701 ÷"}


def test_every_emoji_is_shown_in_a_width_all_agree_on() -> None:
    folder = shared_data("robustness")
    lines = (folder / "unicode" / "emoji-test.txt").read_text("utf-8").splitlines()
    for line in lines:
        codes = line.split(";")[0].strip()
        if not codes or codes.startswith("#") or "; component" in line:
            continue
        shown = text.display_line("".join(chr(int(code, 16)) for code in codes.split()))
        assert text.cell_width(shown) == cell_len(shown) == sum(map(wcwidth, shown)) > 0, codes
