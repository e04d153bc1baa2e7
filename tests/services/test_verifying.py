"""Who looks after the forum proves that nobody has touched the record; who has, is found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from tests.forums import person, rows
from tests.scenes import garden_scene
from tui_forum.domain.entities import Actor, SiteRole
from tui_forum.domain.errors import InvalidInputError, NotAllowedError
from tui_forum.domain.moderation import DecisionKind
from tui_forum.domain.record import FIRST_HASH, RecordAction, RecordEntry, chain_hash
from tui_forum.domain.recordcheck import Proof
from tui_forum.services import record
from tui_forum.services.forum import Forum
from tui_forum.storage.uow import UnitOfWork

ENTRIES = 12

#: A copy of entry 5 under another number.
COPY = (
    "INSERT INTO moderation_record SELECT {}, created_at, action, actor_id, community_id, case_id, "
    "thread_id, post_id, account_id, reason, before, after, previous_hash, hash "
    "FROM moderation_record WHERE id = 5"
)


@pytest.fixture
async def boss(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Who looks after a forum whose record has twelve entries; it is read five at a time."""
    monkeypatch.setattr(record, "SLICE", 5)
    await note(forum, ENTRIES)
    return await person(forum, "boss", SiteRole.ADMIN)


async def note(forum: Forum, count: int, **values: Any) -> None:
    async def work(uow: UnitOfWork) -> None:
        for n in range(count):
            uow.note(
                RecordEntry(RecordAction.WARN, 7, reason=f"Grüße {n} 🌹", after={"n": [n, None]}, **values)
            )

    await forum.database.write(work)


async def tamper(forum: Forum, *statements: str) -> None:
    """What somebody could do who has the database in their hands."""
    if forum.database.dialect == "sqlite":
        triggers = [f"DROP TRIGGER moderation_record_refuses_{verb}" for verb in ("update", "delete")]
    else:
        triggers = ["DROP TRIGGER moderation_record_is_append_only ON moderation_record"]

    async def work(uow: UnitOfWork) -> None:
        for statement in (*triggers, *statements):
            await uow.connection.exec_driver_sql(statement)

    await forum.database.write(work)


async def test_a_whole_record_is_proved_with_its_last_hash(forum: Forum, boss: Actor) -> None:
    [(last,)] = await rows(forum.database, "SELECT hash FROM moderation_record WHERE id = 12")
    seen: list[tuple[int, int]] = []
    proof = await forum.record.verify(boss, progress=lambda done, total: seen.append((done, total)))
    assert proof == Proof(ENTRIES, last)
    assert seen == [(5, 12), (10, 12), (12, 12)]


async def test_an_empty_record_is_whole(forum: Forum) -> None:
    boss = await person(forum, "boss", SiteRole.ADMIN)
    assert await forum.record.verify(boss) == Proof(0, FIRST_HASH)


@pytest.mark.parametrize(
    ("statements", "entries", "sentence"),
    [
        (["UPDATE moderation_record SET reason = 'x' WHERE id = 7"], 6, "Entry 7 is not what was written"),
        (["UPDATE moderation_record SET actor_id = NULL WHERE id = 12"], 11, "Entry 12 is not what was"),
        (["UPDATE moderation_record SET created_at = '2020-01-01 00:00:00' WHERE id = 3"], 2, "Entry 3 is"),
        (["""UPDATE moderation_record SET "after" = '{"n": [3]}' WHERE id = 4"""], 3, "Entry 4 is not what"),
        (["DELETE FROM moderation_record WHERE id = 8"], 7, "Entry 8 is missing."),
        (["DELETE FROM moderation_record WHERE id BETWEEN 1 AND 6"], 0, "Entries 1 to 6 are missing."),
        (
            [
                "UPDATE moderation_record SET id = 99 WHERE id = 4",
                "UPDATE moderation_record SET id = 4 WHERE id = 5",
                "UPDATE moderation_record SET id = 5 WHERE id = 99",
            ],
            3,
            "Entry 4 is not what was written as entry 4: it was changed, or exchanged.",
        ),
        (
            [COPY.format(0)],
            0,
            "Entry 0 was slipped in: the record begins with entry 1.",
        ),
        (
            [COPY.format(13)],
            12,
            "Entry 13 is not what was written",
        ),
    ],
)  # fmt: skip
async def test_the_first_entry_that_was_touched_is_named(
    forum: Forum, boss: Actor, statements: Sequence[str], entries: int, sentence: str
) -> None:
    await tamper(forum, *statements)
    proof = await forum.record.verify(boss)
    assert proof.entries == entries
    assert str(proof.fault).startswith(sentence)


async def test_an_entry_with_a_new_hash_of_its_own_breaks_the_next(forum: Forum, boss: Actor) -> None:
    [(previous, at, action)] = await rows(
        forum.database, "SELECT previous_hash, created_at, action FROM moderation_record WHERE id = 6"
    )
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(f"{at}+00:00")
    values = RecordEntry(RecordAction(action), 7, reason="Nothing to see here").values()
    link = chain_hash(previous, 6, moment, values)
    await tamper(
        forum,
        "UPDATE moderation_record SET reason = 'Nothing to see here', before = '{}', "
        f"\"after\" = '{{}}', hash = '{link}' WHERE id = 6",
    )
    proof = await forum.record.verify(boss)
    assert str(proof.fault) == "Entry 7 does not follow on entry 6: one of the two was exchanged."


async def test_what_cannot_even_be_read_is_named(sqlite_forum: Forum) -> None:
    boss = await person(sqlite_forum, "boss", SiteRole.ADMIN)
    await note(sqlite_forum, ENTRIES)
    await tamper(sqlite_forum, "UPDATE moderation_record SET before = 'not JSON' WHERE id = 9")
    proof = await sqlite_forum.record.verify(boss)
    assert (proof.entries, str(proof.fault)) == (8, "Entry 9 cannot be read: it was changed.")


async def test_a_cut_tail_shows_where_something_else_knows_of_it(forum: Forum, boss: Actor) -> None:
    async def work(uow: UnitOfWork) -> None:
        at = uow.now if uow.connection.dialect.name == "postgresql" else uow.now.replace(tzinfo=None)
        await uow.connection.exec_driver_sql(
            "INSERT INTO moderation_case (account_id, opened_at, reported_at, due_at, decided_at, state) "
            f"VALUES ({boss.account_id}, '{at}', '{at}', '{at}', '{at:%Y-%m-%d %H:%M:%S.%f}', 'decided')"
        )
        uow.note(RecordEntry(RecordAction.APPROVE, 7, case_id=1))

    await forum.database.write(work)
    assert (await forum.record.verify(boss)).fault is None
    await tamper(forum, "DELETE FROM moderation_record WHERE id = 13")
    sentence = "Entries were cut off after entry 12: case 1 is decided, and no entry tells of it."
    assert str((await forum.record.verify(boss)).fault) == sentence
    await note(forum, 3)  # what comes after does not hide it
    assert str((await forum.record.verify(boss)).fault) == sentence.replace("12", "15")


async def test_a_record_of_real_work_is_whole(forum: Forum) -> None:
    """Everything that decides a case writes its entry in the same moment: else a cut end is suspected."""
    scene = await garden_scene(forum)
    for kind in (DecisionKind.REMOVE, DecisionKind.APPROVE, DecisionKind.WARN):
        await scene.decide(await scene.case_of(scene.ada), kind)
    await forum.decisions.undo(scene.mod)
    await scene.decide(await scene.case_of(scene.ben))
    [(decided,)] = await rows(forum.database, "SELECT max(id) FROM moderation_case WHERE state = 'decided'")
    for overturn in (True, False):
        await forum.appeals.appeal(scene.ben if overturn else scene.ada, decided if overturn else 1, "But")
        [(own,)] = await rows(forum.database, "SELECT max(case_id) FROM appeal")
        await forum.appeals.answer(scene.boss, own, "I see", overturn=overturn)
    proof = await forum.record.verify(scene.boss)
    assert (str(proof.fault), proof.entries > 8) == ("None", True)
    public = await forum.record.public(scene.cleo, scene.garden.community_id)
    assert "I see" not in repr(public)
    [everything, *_others] = (await forum.figures.of(scene.mod)).lines
    assert (everything.decided, everything.overturned, everything.undone) == (3, 1, 1)


async def test_a_hash_noted_elsewhere_shows_a_cut_tail_and_a_record_written_anew(
    forum: Forum, boss: Actor
) -> None:
    noted = (await forum.record.verify(boss)).head
    await note(forum, 2)
    assert (await forum.record.verify(boss, expect=noted.upper(), at=12)).found_at == 12
    assert (await forum.record.verify(boss, expect=noted)).found_at == 12
    await tamper(forum, "DELETE FROM moderation_record WHERE id > 10")
    assert (await forum.record.verify(boss)).fault is None
    assert "cut off after entry 10" in str((await forum.record.verify(boss, expect=noted, at=12)).fault)
    assert "cut or rewritten" in str((await forum.record.verify(boss, expect=noted)).fault)
    await note(forum, 2)
    found = await forum.record.verify(boss, expect=noted, at=12)
    assert str(found.fault) == "Entry 12 has another hash than was expected: the record was rewritten."


async def test_the_proof_is_for_who_looks_after_the_forum(forum: Forum, boss: Actor) -> None:
    for role in (SiteRole.MEMBER, SiteRole.MODERATOR):
        asker = await person(forum, f"an-{role.value}", role)
        with pytest.raises(NotAllowedError):
            await forum.record.verify(asker)
    with pytest.raises(InvalidInputError, match="Which hash"):
        await forum.record.verify(boss, at=3)
