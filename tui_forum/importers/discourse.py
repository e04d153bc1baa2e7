"""Discourse topics as JSON, one file per topic, as its API and the usual scrapers give them.

The posts are ``post_stream.posts``; several files may hold pages of one topic. The text is
``raw`` (Markdown) where an admin's export has it, else ``cooked`` (HTML).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tui_forum.domain.entities import ThreadKind
from tui_forum.domain.errors import ImportSourceError
from tui_forum.i18n import N_
from tui_forum.importers.moments import parse_iso
from tui_forum.importers.records import (
    BrokenRecord,
    ImportedPost,
    ImportedThread,
    Markup,
    Meter,
    Record,
    SkippedRecord,
)

FILE_MAX_BYTES: Final = 256 * 1024 * 1024
_SAMPLE: Final = 20
_SMALL_ACTION, _WHISPER = 3, 4


def files(path: Path) -> list[Path]:
    """The topic files: ``path`` itself, or every ``*.json`` in the folder."""
    if path.is_file():
        return [path]
    found = sorted(path.glob("*.json"))
    if not found:
        raise ImportSourceError(N_("{path} holds no Discourse topic (*.json)."), path=str(path))
    return found


def check(path: Path) -> None:
    """Refuse a folder in whose first files no topic is found."""
    for file in files(path)[:_SAMPLE]:
        with file.open("rb") as handle:
            if b'"post_stream"' in handle.read(FILE_MAX_BYTES):
                return
    raise ImportSourceError(N_("{path} holds no Discourse topic: no post_stream is in it."), path=str(path))


def read(path: Path, meter: Meter) -> Iterator[Record]:
    """Stream the posts of every topic file; one file at a time is in memory."""
    for file in files(path):
        size = file.stat().st_size
        if size > FILE_MAX_BYTES:
            yield BrokenRecord(file.name, N_("a file of more than 256 MiB"))
        else:
            yield from _topic(file)
        meter.done += size


def _topic(file: Path) -> Iterator[Record]:
    try:
        data = json.loads(file.read_bytes().decode("utf-8-sig", errors="replace"))
    except json.JSONDecodeError as error:
        yield BrokenRecord(f"{file.name}:{error.lineno}", N_("not JSON"))
        return
    except (ValueError, RecursionError):
        yield BrokenRecord(file.name, N_("not JSON"))
        return
    stream = data.get("post_stream") if isinstance(data, dict) else None
    posts = stream.get("posts") if isinstance(stream, dict) else None
    if not isinstance(data.get("id") if isinstance(data, dict) else None, int) or not isinstance(posts, list):
        yield BrokenRecord(file.name, N_("not a Discourse topic"))
        return
    if data.get("archetype") == "private_message":
        yield SkippedRecord(file.name, N_("private messages"))
        return
    accepted = next(
        (
            f"{data['id']}.{p.get('post_number')}"
            for p in posts
            if isinstance(p, dict) and p.get("accepted_answer")
        ),
        "",
    )
    title = data.get("title")
    thread = ImportedThread(
        title if isinstance(title, str) else "",
        ThreadKind.QUESTION if accepted or data.get("has_accepted_answer") else ThreadKind.DISCUSSION,
        locked=bool(data.get("closed") or data.get("archived")),
        pinned=bool(data.get("pinned") or data.get("pinned_globally")),
        accepted=accepted,
    )
    tags = [tag for tag in data.get("tags") or [] if isinstance(tag, str)]
    for index, post in enumerate(posts):
        yield _post(post, data["id"], thread, tags, f"{file.name}#{index + 1}")


def _post(post: Any, topic: int, thread: ImportedThread, tags: list[str], place: str) -> Record:
    if not isinstance(post, dict) or not isinstance(post.get("post_number"), int):
        return BrokenRecord(place, N_("a post without a number"))
    user = post.get("username")
    if not isinstance(user, str) or not user:
        return BrokenRecord(place, N_("a post without an author"))
    raw, cooked = post.get("raw"), post.get("cooked")
    body = raw if isinstance(raw, str) else cooked
    if not isinstance(body, str):
        return BrokenRecord(place, N_("no text"))
    if unwanted := _unwanted(post):
        return SkippedRecord(place, unwanted)
    body = _with_results(body, post.get("polls"))
    number, replied = post["post_number"], post.get("reply_to_post_number")
    written = isinstance(raw, str)
    if number == 1 and tags:
        body += f"\n\nTags: {', '.join(tags)}" if written else f"<p>Tags: {', '.join(tags)}</p>"
    name = post.get("name")
    return ImportedPost(
        external_id=f"{topic}.{number}",
        author_key=user.lower(),
        author_name=name if isinstance(name, str) and name.strip() else user,
        body=body,
        markup=Markup.MARKDOWN if written else Markup.HTML,
        created_at=parse_iso(str(post.get("created_at"))),
        place=place,
        parents=(f"{topic}.{replied}",) if isinstance(replied, int) and replied != number else (),
        thread_key=str(topic),
        opens=thread,
    )


#: What a post may have of polls and a poll of answers; a file may say anything.
_POLLS_MAX: Final = 10
_OPTIONS_MAX: Final = 50
_VOTES_MAX: Final = 10**9


def _with_results(body: str, polls: Any) -> str:
    """``body`` with the votes behind each answer of its polls, which are over; who voted stays there.

    A poll of Discourse may stand in any post, and several in one: they become text.
    """
    for poll in polls[:_POLLS_MAX] if isinstance(polls, list) else ():
        options = poll.get("options") if isinstance(poll, dict) else None
        known = [one for one in options if isinstance(one, dict)] if isinstance(options, list) else []
        for one in known[:_OPTIONS_MAX]:
            body = _insert(body, f'data-poll-option-id="{one.get("id")}"', "</li>", _count(one))
        start = body.find("[poll")
        end = body.find("[/poll]", start)
        if 0 <= start < end:
            lines = body[start:end].split("\n")[1:]
            counts = iter([_count(one) for one in known])
            told = [line + (next(counts, "") if line.strip() else "") for line in lines]
            body = body[:start] + "\n".join(told) + body[end + len("[/poll]") :]
    return body


def _insert(body: str, after: str, before: str, text: str) -> str:
    """``text`` put before the first ``before`` behind ``after``, where there is such a place."""
    place = body.find(before, start) if (start := body.find(after)) >= 0 else -1
    return body if place < 0 else f"{body[:place]}{text}{body[place:]}"


def _count(option: dict[str, Any]) -> str:
    """Votes as they stand behind an answer; nothing where they are not told."""
    votes = option.get("votes")
    return f" – {votes}" if isinstance(votes, int) and 0 <= votes < _VOTES_MAX else ""


def _unwanted(post: dict[str, Any]) -> str:
    """Why a post that can be read is left out; empty when it is not."""
    if post.get("post_type") == _SMALL_ACTION:
        return N_("notes of the old forum about itself (closed, moved, pinned)")
    if post.get("post_type") == _WHISPER:
        return N_("whispers among the staff")
    if post.get("deleted_at") or post.get("user_deleted") or post.get("hidden"):
        return N_("posts deleted or hidden in the old forum")
    return ""
