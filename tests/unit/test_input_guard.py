"""Whatever a client sends, Textual's parser sees whole, bounded tokens."""

from __future__ import annotations

import codecs
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.input_guard import PASTE_LIMIT, Escape, InputGuard, Keys, Pasted, Token


def tokens(*texts: str, timeout: bool = False) -> list[Token]:
    """What comes out for these pieces of input."""
    guard = InputGuard()
    found = [token for text in texts for token in guard.feed(text)]
    return found + list(guard.timeout() if timeout else ())


@pytest.mark.parametrize(
    "sequence",
    [
        "a", "é", "日本", "👩‍👩‍👧", "\r", "\t", "\x7f", "\x03",
        "\x1b[A", "\x1bOP", "\x1b[1;5C", "\x1b[3~", "\x1b[15;2~", "\x1b[Z", "\x1b[1;2R", "\x1bf",
        "\x1b[97;5u", "\x1b[<0;10;5M", "\x1b[<64;80;24m", "\x1b[?2026;2$y",
    ],
)  # fmt: skip
def test_keys_pass_whole(sequence: str) -> None:
    """In one piece or cut anywhere."""
    assert tokens(sequence) == [Keys(sequence)]
    joined = "".join(token.text for token in tokens(*sequence) if isinstance(token, Keys))
    assert joined == sequence


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[9999999999;1u", "\x1b[55296u", "\x1b[97;1;55296u", "\x1b[;;57343u", "\x1b[999999A",
        "\x1b[48;24;80;100;100t", "\x1b[48;99999;99999;1;1t", "\x1b[?2048;2$y", "\x1b[10;10R",
        "\x1b[<0;99999;1M", "\x1b[<9999;1;1M", "\x1b[M !!"[:3], "\x1b[I", "\x1b[O", "\x1b[>0;276;0c",
        "\x1b[" + "9" * 100_000 + "u", "\x1b[" + ";" * 1000 + "~", "\x1b[" + " " * 1000 + "p",
        "\x1b]0;title\x07", "\x1b]52;c;" + "A" * 1_000_000 + "\x1b\\", "\x1bP" + "q" * 1_000_000 + "\x1b\\",
        "\x1b_secret\x1b\\", "\x1b^x\x1b\\", "\x1bXx\x1b\\", "\ud800", "\x9b31m"[:1], "\x00", "\u202e",
    ],
)  # fmt: skip
def test_what_kills_or_confuses_the_parser_is_dropped_whole(sequence: str) -> None:
    """And the key after it is heard, however the pieces come."""
    for size in (len(sequence), 1000, 7):
        pieces = [sequence[i : i + size] for i in range(0, min(len(sequence), 20_000), size)]
        if size * len(pieces) < len(sequence):
            continue
        assert tokens(*pieces, "k") == [Keys("k")]


def test_a_lone_escape_is_the_key_after_a_while() -> None:
    """Not before; and two in a row are two."""
    assert tokens("\x1b") == []
    assert tokens("\x1b", timeout=True) == [Escape()]
    assert tokens("\x1b\x1b", timeout=True) == [Escape(), Escape()]
    assert tokens("\x1b", "[A", timeout=True) == [Keys("\x1b[A")]


@pytest.mark.parametrize("sequence", ["\x1b[", "\x1bO", "\x1b]", "\x1bP", "\x1b_"])
def test_alt_with_a_character_that_could_begin_a_sequence(sequence: str) -> None:
    """After a while it is a key, and nothing after it is lost."""
    guard = InputGuard()
    assert list(guard.feed(sequence)) == []
    assert guard.waiting
    assert list(guard.timeout()) == [Keys(sequence)]
    assert not guard.waiting
    assert list(guard.feed("k")) == [Keys("k")]


def test_an_incomplete_sequence_is_forgotten() -> None:
    """The next key is a key."""
    guard = InputGuard()
    for begun in ("\x1b[12;", "\x1b]0;abc", "\x1b[" + "1" * 200):
        assert list(guard.feed(begun)) == []
        assert guard.waiting
        assert list(guard.timeout()) == []
        assert list(guard.feed("k")) == [Keys("k")]


def test_a_paste_is_one_token() -> None:
    """Escape sequences in it are text without the Escape; newlines stay."""
    pasted = "one\r\ntwo\rthree\n\x1b[A\x1b]0;x\x07 \x1b[200~\u202e\x9b tab\t"
    expected = Pasted("one\ntwo\nthree\n[A]0;x [200~ tab\t", cut=False)
    text = f"a\x1b[200~{pasted}\x1b[201~b"
    assert tokens(text) == [Keys("a"), expected, Keys("b")]
    assert tokens(*text) == [Keys("a"), expected, Keys("b")]


def test_a_paste_is_cut_at_its_limit() -> None:
    """And says so; what follows is heard."""
    at_limit, over = "é" * PASTE_LIMIT, "é" * (PASTE_LIMIT + 1)
    assert tokens(f"\x1b[200~{at_limit}\x1b[201~") == [Pasted(at_limit, cut=False)]
    assert tokens(f"\x1b[200~{over}\x1b[201~k") == [Pasted(at_limit, cut=True), Keys("k")]


def test_a_paste_without_end_is_bounded() -> None:
    """It takes no more than its limit, and after a while it is given as it is."""
    guard = InputGuard()
    assert list(guard.feed("\x1b[200~")) == []
    for _ in range(1000):
        assert list(guard.feed("x" * 10_000)) == []
    assert sum(map(len, guard._paste or ())) == PASTE_LIMIT
    assert list(guard.timeout()) == [Pasted("x" * PASTE_LIMIT, cut=True)]
    assert list(guard.feed("k")) == [Keys("k")]


def test_a_paste_in_single_characters_costs_no_more() -> None:
    """200,000 packets of one character."""
    guard = InputGuard()
    started = time.process_time()
    for character in "\x1b[200~" + "x" * 200_000:
        assert not list(guard.feed(character))
    assert time.process_time() - started < 5


@given(
    st.lists(
        st.sampled_from(["\x1b", "[", "2", "0", "1", "~", "<", ";", "M", "]", "\x07", "a", "\\", "O", "u"])
    )
)
@settings(max_examples=300, deadline=None)
def test_pieces_do_not_matter(characters: list[str]) -> None:
    """Cut into single characters the input means the same, and nothing is left waiting for ever."""
    text = "".join(characters)
    whole, pieces = tokens(text, timeout=True), tokens(*text, timeout=True)
    assert _joined(whole) == _joined(pieces)


def _joined(found: list[Token]) -> str:
    return "".join("\x1b" if isinstance(token, Escape) else f"{token.text}" for token in found)


ATOMS = [
    b"\x1b", b"\x1b[", b"\x1bO", b"\x1b]", b"\x1bP", b"\x1b[200~", b"\x1b[201~", b"\x1b[<0;1;1M", b"\x1b[A",
    b"\x1b[48;1;1;1;1t", b"\x1b[9999999999;1u", b"\x07", b"\x1b\\", b"\xff", b"\xed\xa0\x80", b"\xe6\x97\xa5",
    b";", b"9", b"u", b"~", b"a", b"\x00", b"\x9b", b"\xc2\x9b", b"\x18", b"?", b"$y", b" ", b"R", b"1;1",
]  # fmt: skip


def test_a_million_fuzzed_sequences_are_survived() -> None:
    """Through Textual's own parser, as the driver feeds it; afterwards a key is still a key."""
    from textual import events

    from server.driver import KeyParser, parsed

    chance = random.Random(20)
    guard, parser = InputGuard(), KeyParser()
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    handled = 0
    for _ in range(10_000):
        chunk = b"".join(chance.choices(ATOMS, k=100))
        found = list(guard.feed(decode(chunk)))
        if chance.random() < 0.2:
            found += guard.timeout()
        for token in found:
            if isinstance(token, Keys):
                for message in parsed(parser, token.text):
                    assert not isinstance(message, events.Resize | events.Paste)
                    handled += 1
    list(guard.timeout())
    assert handled > 10_000
    decode(b"", True)
    [key] = [m for token in guard.feed("k") if isinstance(token, Keys) for m in parsed(parser, token.text)]
    assert isinstance(key, events.Key)
    assert key.key == "k"
