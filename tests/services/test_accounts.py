"""Coming in: registration, claim and invite codes, keys, handles that look alike."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.forums import new_key, number, person
from tui_forum.domain.entities import Actor, Registration, SiteRole
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tui_forum.services.forum import Forum
from tui_forum.storage.uow import UnitOfWork

FORM = Registration("ada", "Ada Lovelace", "Europe/London", "de")


async def test_who_registers_is_found_by_the_key(forum: Forum) -> None:
    key = new_key("ada@laptop")
    ada = await forum.accounts.register(FORM, key)
    assert ada == Actor(ada.account_id, "ada", "Ada Lovelace", SiteRole.MEMBER, "de", "Europe/London")
    assert await forum.accounts.actor_for_key(key.fingerprint) == ada
    assert await forum.accounts.actor(ada.account_id) == ada
    assert await forum.accounts.actor_by_handle("@Ada") == ada
    assert await forum.accounts.actor_for_key("SHA256:unknown") is None
    [stored] = await forum.accounts.keys(ada)
    assert (stored.name, stored.fingerprint) == ("ada@laptop", key.fingerprint)
    assert stored.last_used_at is not None, "coming in is noted"


async def test_coming_in_often_is_noted_once_an_hour(forum: Forum) -> None:
    key = new_key()
    ada = await forum.accounts.register(FORM, key)
    await forum.accounts.actor_for_key(key.fingerprint, touch=False)
    assert (await forum.accounts.keys(ada))[0].last_used_at is None
    await forum.accounts.actor_for_key(key.fingerprint)
    first = (await forum.accounts.keys(ada))[0].last_used_at
    await forum.accounts.actor_for_key(key.fingerprint)
    assert (await forum.accounts.keys(ada))[0].last_used_at == first


WRONG = [
    ("handle", replace(FORM, handle="")),
    ("handle", replace(FORM, handle="-ada")),
    ("handle", replace(FORM, handle="a" * 33)),
    ("handle", replace(FORM, handle="admin")),
    ("handle", replace(FORM, handle="аda")),  # a Cyrillic letter
    ("display_name", replace(FORM, display_name="x" * 65)),
    ("time_zone", replace(FORM, time_zone="Moon/Base")),
    ("time_zone", replace(FORM, time_zone="../../etc/passwd")),
    ("language", replace(FORM, language="xx")),
]


async def test_a_field_that_cannot_be_used_is_named_and_nothing_is_made(forum: Forum) -> None:
    for field, form in WRONG:
        with pytest.raises(InvalidInputError) as caught:
            await forum.accounts.register(form, new_key())
        assert caught.value.field == field
    assert await number(forum.database, "SELECT count(*) FROM account") == 0
    assert await number(forum.database, "SELECT count(*) FROM ssh_key") == 0


async def test_a_handle_that_looks_like_another_is_refused(forum: Forum) -> None:
    await person(forum, "modern")
    for other in ("modern", "m0dern", "rnodern", "mo-dern", "MODERN", "modem"):
        for attempt in (forum.accounts.check_handle(other), person(forum, other)):
            with pytest.raises(InvalidInputError, match="taken, or looks like one"):
                await attempt


async def test_of_fifty_who_want_handles_that_look_alike_at_once_one_wins(forum: Forum) -> None:
    wanted = [f"l{'i1l'[n % 3]}{'0o'[n // 3 % 2]}ve{'-' * (n // 6 % 2)}r" for n in range(50)]
    ends = await asyncio.gather(
        *(forum.accounts.register(replace(FORM, handle=handle), new_key()) for handle in wanted),
        return_exceptions=True,
    )
    winners = [end for end in ends if isinstance(end, Actor)]
    assert len(winners) == 1
    assert all(isinstance(end, (Actor, InvalidInputError)) for end in ends)
    assert await number(forum.database, "SELECT count(*) FROM account") == 1
    assert await number(forum.database, "SELECT count(*) FROM ssh_key") == 1


async def test_one_key_used_twice_at_once_makes_one_account(forum: Forum) -> None:
    key = new_key()
    ends = await asyncio.gather(
        *(forum.accounts.register(replace(FORM, handle=f"person-{n}x"), key) for n in range(10)),
        return_exceptions=True,
    )
    assert sum(isinstance(end, Actor) for end in ends) == 1
    assert sum(isinstance(end, ConflictError) for end in ends) == 9
    assert await number(forum.database, "SELECT count(*) FROM account") == 1


# -- the operator


async def test_the_claim_code_makes_the_operator_once(forum: Forum) -> None:
    code = await forum.accounts.claim_code()
    assert code is not None
    typed = f" {code.upper().replace('-', ' ')} "
    boss = await forum.accounts.claim(typed, FORM, new_key())
    assert boss.site_role is SiteRole.ADMIN
    assert await forum.accounts.claim_code() is None
    with pytest.raises(InvalidInputError) as caught:
        await forum.accounts.claim(code, replace(FORM, handle="eve"), new_key())
    assert caught.value.field == "invite_code"


async def test_of_many_who_have_the_claim_code_one_becomes_operator(forum: Forum) -> None:
    code = await forum.accounts.claim_code()
    assert code is not None
    ends = await asyncio.gather(
        *(forum.accounts.claim(code, replace(FORM, handle=f"person-{n}x"), new_key()) for n in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(end, Actor) for end in ends) == 1
    assert await number(forum.database, "SELECT count(*) FROM account") == 1


async def test_a_failed_claim_leaves_the_code_usable(forum: Forum) -> None:
    code = await forum.accounts.claim_code()
    assert code is not None
    for wrong in ("", "wrong-code", code[:-1]):
        with pytest.raises(InvalidInputError):
            await forum.accounts.claim(wrong, FORM, new_key())
    with pytest.raises(InvalidInputError):
        await forum.accounts.claim(code, replace(FORM, handle="!"), new_key())
    assert (await forum.accounts.claim(code, FORM, new_key())).site_role is SiteRole.ADMIN


async def test_a_new_claim_code_replaces_the_one_printed_before(forum: Forum) -> None:
    first, second = await forum.accounts.claim_code(), await forum.accounts.claim_code()
    assert first is not None
    assert second is not None
    with pytest.raises(InvalidInputError):
        await forum.accounts.claim(first, FORM, new_key())
    await forum.accounts.claim(second, FORM, new_key())


async def test_a_claim_code_is_stored_only_as_its_hash(sqlite_forum: Forum, tmp_path: Path) -> None:
    code = await sqlite_forum.accounts.claim_code()
    assert code is not None
    await sqlite_forum.database.drain()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("forum.db*"))
    assert code.encode() not in stored
    assert code.replace("-", "").encode() not in stored


async def test_a_local_administrator_without_a_key_does_not_suppress_the_claim_code(forum: Forum) -> None:
    assert (await forum.accounts.local_actor("ada")).site_role is SiteRole.ADMIN
    code = await forum.accounts.claim_code()
    assert code is not None
    await forum.accounts.claim(code, replace(FORM, handle="boss"), new_key())
    assert await forum.accounts.claim_code() is None


async def test_an_administrator_named_by_a_key_file_ends_the_claim(forum: Forum) -> None:
    code = await forum.accounts.claim_code()
    assert code is not None
    key = new_key()
    first = await forum.accounts.ensure_admin(key)
    assert (first.handle, first.site_role) == ("admin", SiteRole.ADMIN)
    assert await forum.accounts.ensure_admin(key) == first, "starting again changes nothing"
    with pytest.raises(InvalidInputError):
        await forum.accounts.claim(code, FORM, new_key())
    assert await forum.accounts.claim_code() is None
    second = await forum.accounts.ensure_admin(new_key())
    assert second == first, "a second key of the operator is one of the same account"
    assert len(await forum.accounts.keys(first)) == 2


async def test_a_member_whose_key_is_named_is_raised_to_administrator(forum: Forum) -> None:
    key = new_key()
    await forum.accounts.register(FORM, key)
    raised = await forum.accounts.ensure_admin(key)
    assert (raised.handle, raised.site_role) == ("ada", SiteRole.ADMIN)


async def test_this_machines_user_is_administrator_and_stays_the_same(forum: Forum) -> None:
    first = await forum.accounts.local_actor("Ada L.")
    assert (first.handle, first.site_role) == ("ada-l", SiteRole.ADMIN)
    assert await forum.accounts.local_actor("Ada L.") == first


async def test_a_member_with_the_name_of_this_machines_user_does_not_become_administrator(
    forum: Forum,
) -> None:
    stranger_key = new_key()
    await forum.accounts.register(FORM, stranger_key)
    local = await forum.accounts.local_actor("ada")
    assert (local.handle, local.site_role) == ("ada-local", SiteRole.ADMIN)
    assert await forum.accounts.local_actor("ada") == local
    stranger = await forum.accounts.actor_for_key(stranger_key.fingerprint)
    assert stranger is not None
    assert stranger.site_role is SiteRole.MEMBER


# -- invites


async def test_an_invite_lets_in_as_many_as_it_says(forum: Forum) -> None:
    boss = await person(forum, "boss", SiteRole.ADMIN)
    code = await forum.accounts.create_invite(boss, uses=3)
    ends = await asyncio.gather(
        *(
            forum.accounts.register(
                replace(FORM, handle=f"person-{n}x", invite_code=code), new_key(), invited=True
            )
            for n in range(10)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(end, Actor) for end in ends) == 3
    assert {end.field for end in ends if isinstance(end, InvalidInputError)} == {"invite_code"}


async def test_an_invite_is_not_spent_by_a_form_that_was_refused(forum: Forum) -> None:
    boss = await person(forum, "boss", SiteRole.ADMIN)
    form = replace(FORM, invite_code=await forum.accounts.create_invite(boss))
    with pytest.raises(InvalidInputError):
        await forum.accounts.register(replace(form, handle="!"), new_key(), invited=True)
    await forum.accounts.register(form, new_key(), invited=True)


async def test_an_invite_expires(forum: Forum) -> None:
    boss = await person(forum, "boss", SiteRole.ADMIN)
    code = await forum.accounts.create_invite(boss)
    forum.database._clock = lambda: datetime.now(UTC) + timedelta(days=15)
    with pytest.raises(InvalidInputError, match="expired"):
        await forum.accounts.register(replace(FORM, invite_code=code), new_key(), invited=True)


async def test_only_moderators_and_administrators_invite(forum: Forum) -> None:
    with pytest.raises(NotAllowedError):
        await forum.accounts.create_invite(await person(forum, "ada"))
    assert await forum.accounts.create_invite(await person(forum, "mona", SiteRole.MODERATOR))


async def test_an_invite_is_no_claim_code(forum: Forum) -> None:
    mona = await person(forum, "mona", SiteRole.MODERATOR)
    code = await forum.accounts.create_invite(mona)
    with pytest.raises(InvalidInputError):
        await forum.accounts.claim(code, FORM, new_key())


# -- keys


async def test_keys_are_added_named_and_removed(forum: Forum) -> None:
    first, second = new_key(), new_key()
    ada = await forum.accounts.register(FORM, first)
    await forum.accounts.add_key(ada, second, "  phone\x1b[31m ")
    laptop, phone = await forum.accounts.keys(ada)
    assert "\x1b" not in phone.name
    await forum.accounts.rename_key(ada, phone.key_id, "tablet")
    assert [key.name for key in await forum.accounts.keys(ada)] == ["laptop", "tablet"]
    await forum.accounts.remove_key(ada, laptop.key_id)
    assert await forum.accounts.actor_for_key(first.fingerprint) is None
    assert await forum.accounts.actor_for_key(second.fingerprint) == ada


async def test_the_last_key_is_not_removed_by_accident(forum: Forum) -> None:
    ada = await person(forum, "ada")
    [key] = await forum.accounts.keys(ada)
    with pytest.raises(ConflictError, match="last key"):
        await forum.accounts.remove_key(ada, key.key_id)
    assert len(await forum.accounts.keys(ada)) == 1
    await forum.accounts.remove_key(ada, key.key_id, confirm_last=True)
    assert await forum.accounts.keys(ada) == ()


async def test_two_sessions_that_remove_the_last_two_keys_at_once_leave_one(forum: Forum) -> None:
    ada = await person(forum, "ada")
    await forum.accounts.add_key(ada, new_key())
    ends = await asyncio.gather(
        *(forum.accounts.remove_key(ada, key.key_id) for key in await forum.accounts.keys(ada)),
        return_exceptions=True,
    )
    assert sum(isinstance(end, ConflictError) for end in ends) == 1
    assert len(await forum.accounts.keys(ada)) == 1


async def test_anothers_key_can_neither_be_taken_nor_renamed_nor_removed(forum: Forum) -> None:
    key = new_key()
    ada, eve = await forum.accounts.register(FORM, key), await person(forum, "eve")
    [stored] = await forum.accounts.keys(ada)
    with pytest.raises(ConflictError):
        await forum.accounts.add_key(eve, key)
    with pytest.raises(NotFoundError):
        await forum.accounts.rename_key(eve, stored.key_id, "mine")
    with pytest.raises(NotFoundError):
        await forum.accounts.remove_key(eve, stored.key_id, confirm_last=True)
    assert await forum.accounts.keys(ada) == (stored,)


async def test_an_account_that_is_not_active_does_not_come_in(forum: Forum) -> None:
    key = new_key()
    await forum.accounts.register(FORM, key)

    async def work(uow: UnitOfWork) -> None:
        await uow.connection.execute(text("UPDATE account SET state = 'unclaimed'"))

    await forum.database.write(work)
    assert await forum.accounts.actor_for_key(key.fingerprint) is None
    assert await forum.accounts.demo_actor("ada") is None


async def test_a_profile_changes_only_what_is_given(forum: Forum) -> None:
    ada = await forum.accounts.register(FORM, new_key())
    changed = await forum.accounts.update_profile(ada, time_zone="Asia/Tokyo")
    assert changed == replace(ada, time_zone="Asia/Tokyo")
    with pytest.raises(InvalidInputError):
        await forum.accounts.update_profile(ada, language="tlh")
    assert await forum.accounts.actor(ada.account_id) == changed
