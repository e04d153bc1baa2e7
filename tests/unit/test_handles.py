"""Names: what may be one, and what could be taken for another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.handles import check_handle, check_slug, handle_from_name, is_reserved, skeleton


@pytest.mark.parametrize(
    ("typed", "handle"),
    [("anna", "anna"), (" @Anna ", "anna"), ("j-2", "j-2"), ("7of9", "7of9"), ("a" * 32, "a" * 32)],
)
def test_a_handle_is_lower_case(typed: str, handle: str) -> None:
    assert check_handle(typed) == handle


@pytest.mark.parametrize(
    "typed", ["", "a", "-ab", "a b", "a_b", "änna", "а1", "a" * 33, "a\nb", "ab\n\n;", "ＡＢ"]
)
def test_other_characters_are_refused(typed: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_handle(typed)
    assert caught.value.field == "handle"
    assert "2 to 32" in str(caught.value)


@pytest.mark.parametrize("typed", ["admin", "adm1n", "r00t", "rnoderator", "sys-tem", "Support", "me"])
def test_names_that_speak_for_the_forum_are_kept(typed: str) -> None:
    with pytest.raises(InvalidInputError, match="reserved"):
        check_handle(typed)
    assert is_reserved(typed)


def test_the_first_admin_may_be_called_admin() -> None:
    assert check_handle("admin", allow_reserved=True) == "admin"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bob", "b0b"),
        ("lisa", "1isa"),
        ("ivan", "lvan"),
        ("marn", "mam"),
        ("vvest", "west"),
        ("clan", "dan"),
        ("a-b", "ab"),
    ],
)
def test_confusable_handles_share_a_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"), [("anna", "hanna"), ("lucia", "luda"), ("sam", "san"), ("x-2", "x-3")]
)
def test_different_handles_do_not(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize("typed", ["x", "cobol", "twisted-web", "a" * 40])
def test_slugs(typed: str) -> None:
    assert check_slug(f" {typed.upper()} ") == typed


@pytest.mark.parametrize("typed", ["", "-a", "a/b", "ü", "a" * 41])
def test_refused_slugs(typed: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_slug(typed)
    assert caught.value.field == "slug"


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Jürgen Groß", "juergen-gross"),
        ("  Ada  Lovelace ", "ada-lovelace"),
        ("李雷", "member"),
        ("X", "member-x"),
        ("admin", "admin-2"),
        ("Émile.Zola@example.org", "emile-zola-example-org"),
        ("", "member"),
    ],
)
def test_a_handle_from_a_name(name: str, handle: str) -> None:
    assert handle_from_name(name, lambda _: False) == handle


def test_a_taken_name_gets_a_number() -> None:
    taken = {"anna", "anna-2"}
    assert handle_from_name("Anna", taken.__contains__) == "anna-3"
    long = "a" * 32
    assert handle_from_name(long, {long}.__contains__) == "a" * 30 + "-2"


@given(st.text(max_size=300))
def test_any_name_gives_a_valid_handle(name: str) -> None:
    handle = handle_from_name(name, lambda _: False)
    assert check_handle(handle) == handle
    assert len(skeleton(handle)) <= 64
