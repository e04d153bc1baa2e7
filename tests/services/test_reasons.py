"""Prepared texts: whose they are, how they are checked, who may choose from them."""

from __future__ import annotations

import pytest

from tests.forums import another, member
from tests.scenes import Scene, garden_scene
from tui_forum.domain.entities import Role
from tui_forum.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.domain.moderation import DecisionKind
from tui_forum.domain.reasons import SHIPPED, check_text, fill
from tui_forum.i18n import LANGUAGES
from tui_forum.services.forum import Forum
from tui_forum.services.reasons import shipped


@pytest.fixture
async def scene(forum: Forum) -> Scene:
    return await garden_scene(forum)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Hello {who}", "no placeholder “who”; there are: {author}"),
        ("Hello {author.handle}", "no placeholder “author.handle”"),
        ("Hello {author!r}", "no placeholder “author”"),
        ("Hello {author:>999999}", "no placeholder “author”"),
        ("Hello {}", "no placeholder “”"),
        ("Hello {author", "A brace is missing"),
        ("Hello }", "A brace is missing"),
        ("x" * 401, "at most 400 characters"),
    ],
)
def test_a_wrong_text_says_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why.replace("{", r"\{").replace("}", r"\}")):
        check_text(text)


def test_texts_are_filled_and_ones_own_braces_are_left_alone() -> None:
    values = {"author": "@ada", "thread": "{author}"}
    assert fill(check_text("Hello {author}, {thread} {{so}}"), values) == "Hello @ada, {author} {so}"
    assert fill("a {b} c", values) == "a {b} c"
    assert fill("{", values) == "{"


def test_what_comes_with_the_program_is_right_in_every_language() -> None:
    for kind in SHIPPED:
        for text in shipped(kind):
            assert set(text.texts) == set(LANGUAGES)
            for words in text.texts.values():
                assert check_text(words) == words


async def test_a_communitys_texts_come_before_the_sites_before_those_shipped(scene: Scene) -> None:
    reasons, garden = scene.forum.reasons, scene.garden.community_id

    async def offered(kind: DecisionKind = DecisionKind.REMOVE) -> list[str]:
        return [text.in_language("en") for text in await reasons.prepared(scene.mod, kind, garden)]

    assert (await offered())[0] == "Spam or advertising"
    await reasons.save(scene.boss, None, DecisionKind.REMOVE, {"en": "Not in this company"})
    assert await offered() == ["Not in this company"]
    await reasons.save(scene.mod, garden, None, {"en": "No {thread}", "de": "Kein {thread}"})
    await reasons.save(scene.mod, garden, DecisionKind.WARN, {"de": "Nur deutsch", "en": " "})
    assert await offered() == ["No {thread}"]
    assert await offered(DecisionKind.WARN) == ["No {thread}", "Nur deutsch"]
    first = (await reasons.of(scene.mod, garden))[0]
    assert first.text_id is not None
    await reasons.save(scene.mod, garden, None, {"en": "Less {thread}"}, first.text_id)
    assert await offered() == ["Less {thread}"]
    await reasons.delete(scene.mod, garden, first.text_id)
    assert await offered() == ["Not in this company"]
    with pytest.raises(NotFoundError):
        await reasons.delete(scene.mod, garden, first.text_id)
    actions = [line.action.value for line in await scene.forum.record.page(scene.boss)]
    assert actions == ["change_text"] * 5


async def test_texts_are_written_by_who_moderates_there(scene: Scene) -> None:
    reasons, garden = scene.forum.reasons, scene.garden.community_id
    kitchen = await another(scene.forum, scene.boss, "kitchen")
    cook = await member(scene.forum, "cook", kitchen, Role.MODERATOR, scene.boss)
    await reasons.save(scene.mod, garden, None, {"en": "ours"})
    [text] = await reasons.of(scene.mod, garden)
    for actor, place in ((cook, garden), (scene.ben, garden), (scene.mod, None)):
        with pytest.raises(NotAllowedError):
            await reasons.save(actor, place, None, {"en": "theirs"})
    with pytest.raises(NotFoundError):  # of another place
        await reasons.save(cook, kitchen.community_id, None, {"en": "theirs"}, text.text_id)
    with pytest.raises(InvalidInputError, match="at least one language"):
        await reasons.save(scene.mod, garden, None, {"en": " ", "de": ""})
    with pytest.raises(InvalidInputError) as caught:
        await reasons.save(scene.mod, garden, None, {"en": "fine", "de": "{falsch}"})
    assert caught.value.field == "de"
