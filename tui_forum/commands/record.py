"""The record of moderation: proved whole, and written out for others to read."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from tui_forum.commands.context import FAILED, OK, Context, Where, say
from tui_forum.commands.exporting import Format, rows_to
from tui_forum.domain.charter import NO_DATE
from tui_forum.domain.entities import Actor
from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.record import RecordAction
from tui_forum.domain.recordviews import RecordFilter, RecordLine
from tui_forum.i18n import _, ngettext, zone
from tui_forum.services.forum import Forum

COLUMNS: Final = (
    "id", "created_at", "action", "actor", "account", "community", "case_id", "post_number", "reason",
    "before", "after", "actor_id", "account_id", "community_id", "thread_id", "post_id", "previous_hash",
    "hash",
)  # fmt: skip


async def verify(context: Context, where: Where, *, expect: str, at: int | None) -> int:
    """Prove the chain whole; 1 and one sentence at the first entry that is not as it was written."""
    async with context.open_forum(where) as forum:
        actor = await context.actor(forum)
        bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=context.errors,
            transient=True,
        )
        task = bar.add_task(_("Reading"), total=None)
        with bar if context.errors.is_terminal else nullcontext():
            proof = await forum.record.verify(
                actor,
                expect=expect,
                at=at,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    if proof.fault is not None:
        say(context.errors, _(proof.fault.sentence).format(**proof.fault.params))
        return FAILED
    whole = ngettext(
        "The record is whole: {n} entry.", "The record is whole: {n} entries.", proof.entries
    ).format(n=proof.entries)
    say(context.console, whole)
    if proof.found_at is not None:
        say(context.console, _("Entry {n} has the hash that was expected.").format(n=proof.found_at))
    if proof.entries:
        say(context.console, _("Hash of entry {n}: {hash}").format(n=proof.entries, hash=proof.head))
    return OK


async def export(
    context: Context,
    where: Where,
    wanted: Format,
    *,
    community: str,
    actor: str,
    about: str,
    action: RecordAction | None,
    since: str,
    until: str,
) -> int:
    """Write the entries that one may read to the output, oldest first."""
    first, last = day(since), day(until)
    async with context.open_forum(where) as forum:
        asker = await context.actor(forum)
        narrowed = RecordFilter(
            community_id=await community_id(forum, asker, community),
            action=action,
            actor=actor.removeprefix("@").lower(),
            account=about.removeprefix("@").lower(),
            since=_midnight(first) if first else None,
            until=_midnight(last + timedelta(days=1)) if last else None,
        )
        entries = forum.record.export(asker, narrowed)
        rows = None
        async for line in entries:
            rows = rows or rows_to(context.console.file, wanted, COLUMNS)
            rows.write(_row(line))
        if rows is None:
            rows_to(context.console.file, wanted, COLUMNS)
    return OK


async def community_id(forum: Forum, actor: Actor, slug: str) -> int | None:
    """The community that is meant by its short name; None for "".

    Raises:
        NotFoundError: there is none, or the actor may not see it.
    """
    if not slug:
        return None
    return (await forum.communities.community(actor, slug)).community_id


def day(text: str) -> date | None:
    """A date as it was typed; None for "".

    Raises:
        InvalidInputError: it is none.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(NO_DATE, text=text, example=date(2026, 3, 31).isoformat()) from None


def _midnight(when: date) -> datetime:
    return datetime.combine(when, time(), zone())


def _row(line: RecordLine) -> dict[str, Any]:
    return {
        "id": line.entry_id,
        "created_at": line.created_at,
        "action": line.action.value,
        "actor": line.moderator.handle if line.moderator else "",
        "account": line.author.handle if line.author else "",
        "community": line.community_slug,
        "case_id": line.case_id,
        "post_number": line.post_number,
        "reason": line.reason,
        "before": dict(line.before),
        "after": dict(line.after),
        "actor_id": line.actor_id,
        "account_id": line.account_id,
        "community_id": line.community_id,
        "thread_id": line.thread_id,
        "post_id": line.post_id,
        "previous_hash": line.previous_hash,
        "hash": line.hash,
    }
