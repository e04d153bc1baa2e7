"""Profiles: told, seen as far as one may, switched off; and who knows about what."""

from __future__ import annotations

import pytest

from tests.forums import member, person, place, statements
from tui_forum.domain.entities import Actor, Role, SiteRole, ThreadKind, Visibility
from tui_forum.domain.errors import InvalidInputError, NotFoundError
from tui_forum.domain.people import ReactionKind, RecognitionKind
from tui_forum.domain.profiles import TOPIC_MAX_CHARS, TOPICS_MAX, ProfileForm, mentioned
from tui_forum.domain.views import CommunityRow
from tui_forum.services.forum import Forum
from tui_forum.services.imports import IncomingPost, IncomingThread
from tui_forum.services.profiles import POSTS_PAGE, PRAISE_PAGE
from tui_forum.services.topics import Topics
from tui_forum.storage.repositories.writing import WritingRepository
from tui_forum.storage.uow import UnitOfWork

FORM = ProfileForm(
    "Ada Lovelace", "Engineer", "Analytics", "London", "Europe/London", "English, français",
    "Looms,  Bernoulli   numbers, looms", "Sailing",
)  # fmt: skip


def form(**values: str) -> ProfileForm:
    return ProfileForm(**{**{name: getattr(FORM, name) for name in FORM.__slots__}, **values})


async def test_what_one_tells_is_shown_to_everybody(forum: Forum) -> None:
    ada, bob = await person(forum, "ada"), await person(forum, "bob")
    changed = await forum.profiles.update(ada, FORM)
    assert (changed.display_name, changed.time_zone) == ("Ada Lovelace", "Europe/London")
    for viewer, mine in ((bob, False), (changed, True)):
        profile = (await forum.profiles.view(viewer, "@Ada")).profile
        assert (profile.person.job, profile.person.unit, profile.place) == ("Engineer", "Analytics", "London")
        assert profile.languages == "English, français"
        assert profile.helps == ("Looms", "Bernoulli numbers"), "each once, spaces folded, as typed"
        assert (profile.learns, profile.mine, profile.person.claimed) == (("Sailing",), mine, True)
    assert (await forum.profiles.view(changed)).profile.person.handle == "ada", "one's own without a handle"
    await forum.profiles.update(ada, form(helps="", job=" "))
    profile = (await forum.profiles.view(bob, "ada")).profile
    assert (profile.helps, profile.person.job, profile.learns) == ((), "", ("Sailing",))


async def test_who_has_told_nothing_has_a_profile_all_the_same(forum: Forum) -> None:
    ada = await person(forum, "ada")
    view = await forum.profiles.view(ada, "ada")
    assert (view.profile.helps, view.communities, view.posts, view.praise) == ((), (), (), ())
    with pytest.raises(NotFoundError, match="nobody called @zoe"):
        await forum.profiles.view(ada, "zoe")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("display_name", "x" * 65),
        ("job", "x" * 81),
        ("unit", "x" * 81),
        ("place", "x" * 81),
        ("languages", "x" * 81),
        ("time_zone", "Moon/Base"),
        ("helps", ",".join(f"topic {n}" for n in range(TOPICS_MAX + 1))),
        ("helps", "x" * (TOPIC_MAX_CHARS + 1)),
        ("learns", "ß" * 31),  # folded it is longer than it looks
    ],
)
async def test_a_field_that_cannot_be_used_is_named_and_nothing_changes(
    forum: Forum, field: str, value: str
) -> None:
    ada = await person(forum, "ada")
    await forum.profiles.update(ada, FORM)
    before = await forum.profiles.view(ada)
    with pytest.raises(InvalidInputError) as error:
        await forum.profiles.update(ada, form(**{field: value}))
    assert error.value.field == field
    assert await forum.profiles.view(ada) == before


def test_handles_in_a_text_are_found_where_people_mean_them() -> None:
    text = "Ask @Ann or (@bob-b), not x@mail.example nor @cy's cat @ann. /@no @a"
    assert mentioned(text, 9) == ("ann", "bob-b", "cy")
    assert mentioned(text, 1) == ("ann",)


# -- finding


TOPICS = (
    "kubernetes",
    "kubernetes operations",
    "c",
    "postgresql",
    "sql",
    "machine knitting",
    "sqlite",
    "rust",
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sql", ["sql", "sqlite", "postgresql"]),
        ("kubernets", ["kubernetes", "kubernetes operations"]),
        ("postgrsql", ["postgresql"]),
        ("knitting", ["machine knitting"]),
        ("knittng machine", ["machine knitting"]),
        ("c", ["c", "machine knitting"]),
        ("go", []),
        ("cobol", []),
    ],
)
def test_mistyped_words_find_what_was_meant_and_not_everything(query: str, found: list[str]) -> None:
    assert Topics(TOPICS).find(query) == found


async def test_who_knows_finds_helpers_then_learners_then_names(forum: Forum) -> None:
    asker = await person(forum, "asker")
    for handle, helps, learns in (
        ("ada", "PostgreSQL, SQL", ""),
        ("ben", "sql tuning", ""),
        ("cleo", "", "SQL"),
        ("mysqlfan", "", ""),
        ("dan", "gardening", "cooking"),
    ):
        await forum.profiles.update(
            await person(forum, handle), form(helps=helps, learns=learns, display_name="")
        )
    hits = await forum.profiles.who_knows(asker, " SQL ")
    assert [hit.person.handle for hit in hits] == ["ada", "ben", "cleo", "mysqlfan"]
    assert hits[0].helps == ("SQL", "PostgreSQL")
    assert (hits[2].helps, hits[2].learns) == ((), ("SQL",))
    assert [hit.person.handle for hit in await forum.profiles.who_knows(asker, "gardning")] == ["dan"]
    assert [hit.person.handle for hit in await forum.profiles.who_knows(asker, "@mysql")] == ["mysqlfan"]
    assert await forum.profiles.who_knows(asker, "  ") == ()
    assert await forum.profiles.who_knows(asker, "%") == ()


async def test_finding_people_costs_the_same_however_many_there_are(forum: Forum) -> None:
    ada = await person(forum, "ada")
    await forum.profiles.update(ada, FORM)
    await forum.profiles.who_knows(ada, "looms")
    async with statements(forum.database) as seen:
        await forum.profiles.who_knows(ada, "loms")
    assert len(seen) == 2, "topics are known"
    async with statements(forum.database) as seen:
        await forum.profiles.view(ada)
    assert len(seen) == 6


async def test_handles_that_exist_are_told_from_those_that_do_not(forum: Forum) -> None:
    ada, _bob = await person(forum, "ada"), await person(forum, "bob")
    people = await forum.profiles.people(ada, ["bob", "staticmethod", "ada"])
    assert [one.handle for one in people] == ["bob", "ada"]
    assert [one.handle for one in await forum.profiles.named(ada, "@b")] == ["bob"]


# -- what one did


async def add_member(forum: Forum, actor: Actor, row: CommunityRow) -> None:
    async def work(uow: UnitOfWork) -> None:
        writing = WritingRepository(uow.connection)
        await writing.add_member(actor.account_id, row.community_id, Role.MEMBER, 0, uow.now)

    await forum.database.write(work)


class Town:
    """``ada`` is in an open and a closed place, ``ben`` in both, ``otto`` in none, ``mona`` moderates all."""

    def __init__(
        self, forum: Forum, places: list[CommunityRow], bosses: list[Actor], people: list[Actor]
    ) -> None:
        self.forum = forum
        self.open, self.closed = places
        self.boss, self.closed_boss = bosses
        self.ada, self.ben, self.otto, self.mona = people


@pytest.fixture(params=[Visibility.APPROVAL, Visibility.INVITE])
async def town(forum: Forum, request: pytest.FixtureRequest) -> Town:
    boss, garden = await place(forum, "garden")
    other, closed = await place(forum, "hush", request.param)
    ada, ben = await member(forum, "ada", garden), await member(forum, "ben", garden)
    otto, mona = await person(forum, "otto"), await person(forum, "mona", SiteRole.MODERATOR)
    for actor in (ada, ben):
        await add_member(forum, actor, closed)
    found = Town(forum, [garden, closed], [boss, other], [ada, ben, otto, mona])
    for host, row, word in ((boss, garden, "open"), (other, closed, "hush")):
        asked = await forum.posts.start_thread(
            host, row.community_id, f"{word} title", "?", kind=ThreadKind.QUESTION
        )
        answer = await forum.posts.reply(ada, asked.thread_id, f"{word} answer")
        await forum.recognition.react(ben, answer.post_id, ReactionKind.THANKS)
        await forum.recognition.praise(ben, answer.post_id, f"{word} reason")
    return found


async def test_a_profile_tells_what_one_did_where_the_viewer_may_read(town: Town) -> None:
    view = town.forum.profiles.view
    inside, outside = await view(town.ben, "ada"), await view(town.otto, "ada")
    assert [row.name for row in inside.communities] == ["Garden", "Hush"]
    assert [post.excerpt for post in inside.posts] == ["hush answer", "open answer"]
    assert [praise.reason for praise in inside.praise] == ["hush reason", "open reason"]
    assert inside.reactions == ((ReactionKind.THANKS, 2),)
    assert {one.kind: (one.count, one.communities) for one in inside.recognised} == {
        RecognitionKind.ANSWERED_FIRST: (2, ("Garden", "Hush")),
        RecognitionKind.EARLY_MOVER: (2, ("Garden", "Hush")),
    }
    assert "hush" not in repr(outside).lower()
    assert outside.communities == ()
    assert [post.excerpt for post in outside.posts] == ["open answer"]
    assert outside.reactions == ((ReactionKind.THANKS, 1),)
    assert [one.count for one in outside.recognised] == [1, 1]
    for call in (town.forum.profiles.praise, town.forum.profiles.posts):
        found, more = await call(town.otto, town.ada.account_id, 10**9)
        assert "hush" not in repr(found)
        assert (len(found), more) == (1, False)
    everything = await view(town.mona, "ada")
    assert len(everything.posts) == 2
    assert [praise.may_withdraw for praise in everything.praise] == [True, True]
    assert [praise.may_withdraw for praise in outside.praise] == [False]
    assert [praise.may_withdraw for praise in inside.praise] == [True, True], "one's own"


async def test_what_is_gone_counts_for_nothing(town: Town) -> None:
    forum = town.forum
    mine = await forum.profiles.view(town.ada)
    for post in mine.posts:
        await forum.posts.delete(town.ada, post.post_id)
    view = await forum.profiles.view(town.ben, "ada")
    assert (view.posts, view.praise, view.reactions, view.recognised) == ((), (), (), ())


async def test_what_is_switched_off_nobody_sees(town: Town) -> None:
    forum = town.forum
    for kind in RecognitionKind:
        await forum.profiles.hide(town.ada, kind, hidden=True)
    for viewer in (town.ada, town.ben, town.mona):
        view = await forum.profiles.view(viewer, "ada")
        assert (view.praise, view.reactions, view.recognised) == ((), (), ())
        assert view.profile.hidden == frozenset(RecognitionKind)
    assert await forum.profiles.praise(town.ben, town.ada.account_id, 10**9) == ((), False)
    await forum.profiles.hide(town.ada, RecognitionKind.PRAISE, hidden=False)
    await forum.profiles.update(town.ada, FORM)
    view = await forum.profiles.view(town.ben, "ada")
    assert len(view.praise) == 2
    assert view.reactions == (), "writing the profile switches nothing on"


async def test_who_left_shares_no_community_any_more(town: Town) -> None:
    await town.forum.memberships.leave(town.ada, town.closed.community_id)
    view = await town.forum.profiles.view(town.ben, "ada")
    assert [row.name for row in view.communities] == ["Garden"]
    assert "hush" not in repr(await town.forum.profiles.view(town.ada)).lower()


async def test_older_posts_and_praise_come_in_pages(forum: Forum) -> None:
    boss, row = await place(forum)
    ada = await member(forum, "ada", row)
    for count in range(POSTS_PAGE + 3):
        ref = await forum.posts.start_thread(ada, row.community_id, f"T{count}", f"text {count}")
        await forum.recognition.praise(boss, ref.post_id, f"reason {count}")
    view = await forum.profiles.view(boss, "ada")
    assert (len(view.posts), view.more_posts, len(view.praise), view.more_praise) == (
        POSTS_PAGE, True, PRAISE_PAGE, True,
    )  # fmt: skip
    older, more = await forum.profiles.posts(boss, ada.account_id, view.posts[-1].post_id)
    assert ([post.excerpt for post in older], more) == (["text 2", "text 1", "text 0"], False)
    older_praise, more = await forum.profiles.praise(boss, ada.account_id, view.praise[-1].praise_id)
    assert (older_praise[0].reason, len(older_praise), more) == ("reason 12", PRAISE_PAGE, True)


async def test_imported_people_have_a_profile_that_says_so_and_are_never_early(forum: Forum) -> None:
    boss, row = await place(forum)
    sink = await forum.imports.sink(row.slug, "list")
    at = (await forum.profiles.view(boss)).profile.since
    post = IncomingPost("1", "grace@example.com", "Grace Hopper", ("COBOL it is.",), at)
    await sink.write([IncomingThread("Languages", (post,))])
    view = await forum.profiles.view(boss, "grace-hopper")
    assert (view.profile.person.claimed, view.recognised) == (False, ())
    assert [one.excerpt for one in view.posts] == ["COBOL it is."]
    assert [hit.person.handle for hit in await forum.profiles.who_knows(boss, "grace")] == ["grace-hopper"]
