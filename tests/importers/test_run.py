"""Archives come into the forum whole: linked, counted, once, and again after a kill."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tui_forum.domain.limits import BODY_MAX_CHARS, TREE_MAX_DEPTH
from tui_forum.importers import run as run_module
from tui_forum.importers.records import ImportJob, Kind
from tui_forum.importers.run import ImportReport, run
from tui_forum.services.imports import Imports
from tui_forum.storage.engine import Database

SAMPLES = Path(__file__).parent / "samples"


class Silent:
    """Progress that nobody watches."""

    def reading(self, done: int, total: int, records: int) -> None:
        assert done <= total

    def writing(self, done: int, total: int) -> None:
        assert done <= total


async def rows(database: Database, statement: str) -> list[Any]:
    async with database.read() as connection:
        # Raw SQL gives moments as text on SQLite; made so on PostgreSQL, too.
        return [
            tuple(str(value) if isinstance(value, datetime) else value for value in row)
            for row in await connection.execute(text(statement))
        ]


async def imported(database: Database, kind: Kind, path: Path, slug: str = "old") -> ImportReport:
    report = await run(Imports(database), ImportJob(kind, path, slug), Silent())
    await check_counters(database)
    return report


async def check_counters(database: Database) -> None:
    """What is kept beside the posts is what counting them gives."""
    assert (
        await rows(
            database,
            "SELECT t.id FROM thread t JOIN (SELECT thread_id, count(*) AS n, max(number) AS number, "
            "max(id) AS last_id, max(created_at) AS at FROM post GROUP BY thread_id) p ON p.thread_id = t.id "
            "WHERE t.reply_count <> p.n - 1 OR t.last_number <> p.number OR t.last_number <> p.n "
            "OR t.last_post_id <> p.last_id OR t.last_post_at <> p.at",
        )
        == []
    )
    assert (
        await rows(
            database,
            "SELECT slug FROM community c WHERE thread_count <> (SELECT count(*) FROM thread "
            "WHERE community_id = c.id) OR post_count <> (SELECT count(*) FROM post JOIN thread "
            "ON thread.id = thread_id WHERE community_id = c.id) OR last_post_at <> "
            "(SELECT max(last_post_at) FROM thread WHERE community_id = c.id)",
        )
        == []
    )
    assert await rows(database, "SELECT id FROM thread WHERE id NOT IN (SELECT thread_id FROM post)") == []


async def content(database: Database) -> list[Any]:
    """Everything a reader sees, in a form that does not depend on ids."""
    return await rows(
        database,
        "SELECT slug, title, number, reply_to_number, depth, body, post.created_at, handle FROM post "
        "JOIN thread ON thread.id = thread_id JOIN community ON community.id = community_id "
        "JOIN account ON account.id = post.author_id ORDER BY slug, title, thread.created_at, number",
    )


def lines(path: Path, messages: Iterable[dict[str, Any]]) -> Path:
    with path.open("w") as handle:
        handle.writelines(json.dumps(message) + "\n" for message in messages)
    return path


def message(number: int, *references: int, thread: int = 0, sender: str = "", **more: Any) -> dict[str, Any]:
    return {
        "message_id": f"<{number}@x>",
        "from": sender or f"Author {number % 7} <author{number % 7}@x>",
        "date": f"2001-01-{1 + number % 28:02}T00:00:00",
        "thread": f"t{thread}",
        "title": f"Thread {thread}",
        "references": [f"<{r}@x>" for r in references],
        "body": f"text {number}",
    } | more


async def test_a_newsgroup_comes_in_with_its_replies_linked(database: Database) -> None:
    report = await imported(database, Kind.JSONL, SAMPLES / "newsgroup.jsonl")
    assert (report.posts, report.threads, report.already) == (6, 5, 0)
    assert await rows(
        database,
        "SELECT number, reply_to_number, depth, handle, display_name, account.state FROM post "
        "JOIN thread ON thread.id = thread_id JOIN account ON account.id = post.author_id "
        "WHERE title = 'Tabs or spaces' ORDER BY number",
    ) == [
        (1, None, 0, "bob-builder", "Bob Builder", "unclaimed"),
        (2, 1, 1, "ada-example", "Ada Example", "unclaimed"),
    ]
    assert {why: finding.places for why, finding in report.broken.items()} == {
        "not JSON": ["newsgroup.jsonl:3"],
        "no message id": ["newsgroup.jsonl:4"],
        "not an object": ["newsgroup.jsonl:5"],
    }
    assert report.skipped["an id that came before"].places == ["newsgroup.jsonl:6"]
    assert report.notes["a date before 1970 or after today: bounded"].count == 2
    assert report.notes["an empty text"].places == ["newsgroup.jsonl:10"]


async def test_absurd_dates_are_bounded(database: Database) -> None:
    await imported(database, Kind.JSONL, SAMPLES / "newsgroup.jsonl")
    dates = dict(await rows(database, "SELECT title, created_at FROM thread"))
    assert dates["Before time"].startswith("1970-01-01")
    assert "1999" < dates["From the future"] < "2900"


async def test_nothing_of_an_escape_sequence_is_stored(database: Database) -> None:
    await imported(database, Kind.JSONL, SAMPLES / "newsgroup.jsonl")
    [(title, body)] = await rows(
        database, "SELECT title, body FROM post JOIN thread ON thread.id = thread_id WHERE body LIKE '%red%'"
    )
    assert title == "(no subject)"
    assert not any(char in body for char in "\x1b\u202e\ud800")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Kind.JSONL, "newsgroup.jsonl"),
        (Kind.MBOX, "sample"),
        (Kind.MBOX, "mime.mbox"),
        (Kind.STACKEXCHANGE, "stackexchange"),
        (Kind.DISCOURSE, "discourse"),
    ],
)
async def test_running_twice_adds_nothing(database: Database, kind: Kind, name: str) -> None:
    first = await imported(database, kind, SAMPLES / name)
    before = await content(database)
    second = await imported(database, kind, SAMPLES / name)
    assert first.posts > 0
    assert (second.posts, second.threads, second.accounts) == (0, 0, 0)
    assert second.already == first.posts
    assert await content(database) == before


async def test_a_mailing_list_of_two_months(database: Database) -> None:
    report = await imported(database, Kind.MBOX, SAMPLES / "sample")
    assert await rows(database, "SELECT title, reply_count FROM thread ORDER BY id") == [
        ("March question", 1),
        ("Something never sent", 1),
        ("An answer without references", 0),
    ]
    assert report.broken["no sender"].places == ["2004-March.txt:8"]


async def test_a_month_that_comes_later_joins_the_threads_of_the_first(database: Database) -> None:
    await imported(database, Kind.MBOX, SAMPLES / "sample" / "2004-March.txt")
    later = await imported(database, Kind.MBOX, SAMPLES / "sample" / "2004-April.txt")
    assert (later.posts, later.threads) == (2, 1)
    assert await rows(
        database,
        "SELECT number, reply_to_number FROM post JOIN thread ON thread.id = thread_id "
        "WHERE title = 'March question' ORDER BY number",
    ) == [(1, None), (2, 1)]


async def test_questions_keep_their_accepted_answer_and_comments_are_replies(database: Database) -> None:
    report = await imported(database, Kind.STACKEXCHANGE, SAMPLES / "stackexchange")
    assert await rows(database, "SELECT title, kind, locked, accepted_number FROM thread") == [
        ("What language?", "question", 1, 2)
    ]
    posts = await rows(database, "SELECT number, reply_to_number, body FROM post ORDER BY number")
    assert [(number, parent) for number, parent, _ in posts] == [(1, None), (2, None), (3, 2), (4, None)]
    assert posts[0][2] == "Which *language*?\n\n```\na = 1 * 2\n```\n\nTags: faq, language"
    assert posts[2][2] == "I agree with *this*."
    assert set(report.skipped["belongs to a post that is not in the archive"].places) == {
        "Posts.xml:5",
        "Comments.xml:4",
    }
    assert {name for (name,) in await rows(database, "SELECT display_name FROM account")} == {
        "Ada Example",
        "Björn",
        "user508",
    }


async def test_a_discourse_topic(database: Database) -> None:
    await imported(database, Kind.DISCOURSE, SAMPLES / "discourse")
    assert await rows(database, "SELECT title, kind, locked, accepted_number FROM thread") == [
        ("First topic", "question", 1, 2)
    ]
    bodies = [body for (body,) in await rows(database, "SELECT body FROM post ORDER BY number")]
    assert bodies == [
        "How do I **draw** this? :wink:\n\n```cpp\nint main() { return 0; }\n```\n\nTags: howto",
        "Ada:\n\n> draw this\n\nLike \\*that\\*.",
    ]


async def test_many_small_batches_give_what_one_gives(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [message(n, *([n // 3] if n % 10 else []), thread=n % 2) for n in range(60)]
    path = lines(tmp_path / "m.jsonl", messages)
    await imported(database, Kind.JSONL, path, "one")
    monkeypatch.setattr(run_module, "BATCH_POSTS", 7)
    await imported(database, Kind.JSONL, path, "two")
    everything = await content(database)
    one, two = ([row[1:] for row in everything if row[0] == slug] for slug in ("one", "two"))
    assert one == two
    assert len(one) == 60


async def test_an_author_of_two_lists_is_one_account_and_namesakes_are_two(
    database: Database, tmp_path: Path
) -> None:
    messages = [
        message(1, sender="Jane <jane@one>"),
        message(2, sender="Jane <jane@two>"),
        message(3, sender="Admin <x@two>"),
        message(4, sender="孔子 <k@three>"),
    ]
    path = lines(tmp_path / "m.jsonl", messages)
    await imported(database, Kind.JSONL, path, "one")
    await imported(database, Kind.JSONL, path, "two")
    handles = {handle for (handle,) in await rows(database, "SELECT handle FROM account")}
    assert handles == {"jane", "jane-2", "admin-2", "member"}


async def test_a_crowd_of_namesakes(database: Database, tmp_path: Path) -> None:
    path = lines(tmp_path / "m.jsonl", (message(n, sender=f"孔 <k{n}@x>") for n in range(300)))
    report = await imported(database, Kind.JSONL, path)
    assert report.accounts == 300


async def test_a_text_longer_than_a_post_is_continued(database: Database, tmp_path: Path) -> None:
    long = "\n".join(f"This is line {n} of a very long text that goes on and on." for n in range(2000))
    path = lines(tmp_path / "m.jsonl", [message(1, body=long), message(2, 1)])
    report = await imported(database, Kind.JSONL, path)
    posts = await rows(database, "SELECT number, reply_to_number, body FROM post ORDER BY number")
    assert report.posts == 2
    assert len(posts) > 3
    assert "\n".join(body for _, _, body in posts[:-1]) == long
    assert max(len(body) for _, _, body in posts) <= BODY_MAX_CHARS
    assert [parent for _, parent, _ in posts] == [None] + [1] * (len(posts) - 1)
    assert (await imported(database, Kind.JSONL, path)).already == 2


async def test_a_long_title_is_cut_and_kept_in_the_post(database: Database, tmp_path: Path) -> None:
    title = "word " * 100
    await imported(database, Kind.JSONL, lines(tmp_path / "m.jsonl", [message(1, title=title)]))
    [(short, body)] = await rows(
        database, "SELECT title, body FROM post JOIN thread ON thread.id = thread_id"
    )
    assert len(short) == 200
    assert body.startswith(title.strip())


async def test_replies_nest_only_so_deep(database: Database, tmp_path: Path) -> None:
    path = lines(tmp_path / "m.jsonl", [message(0), *(message(n, n - 1) for n in range(1, 100))])
    await imported(database, Kind.JSONL, path)
    [(deepest, longest)] = await rows(database, "SELECT max(depth), max(length(tree_path)) FROM post")
    assert (deepest, longest) == (TREE_MAX_DEPTH - 1, 4 * TREE_MAX_DEPTH)


async def test_an_import_is_one_event_per_batch(database: Database) -> None:
    await imported(database, Kind.MBOX, SAMPLES / "sample")
    kinds = await rows(database, "SELECT kind FROM event ORDER BY id")
    assert kinds == [("community_opened",), ("posts_imported",)]
