"""Who is who: registration, keys, profile, invites."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from tui_forum.domain.entities import Actor, PublicKey, Registration, SiteRole, SshKey
from tui_forum.domain.errors import ConflictError, InvalidInputError, NotFoundError
from tui_forum.domain.events import EventKind
from tui_forum.domain.handles import check_handle, handle_from_name, skeleton
from tui_forum.domain.limits import DISPLAY_NAME_MAX_CHARS, INVITE_DAYS, KEY_NAME_MAX_CHARS
from tui_forum.domain.policy import NOT_FOUND, Action, Standing, require
from tui_forum.domain.text import clean_line, display_line
from tui_forum.i18n import DEFAULT_LANGUAGE, LANGUAGES, N_, known_zone
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.accounts import AccountRepository
from tui_forum.storage.uow import UnitOfWork

#: A key's last use is written at most this often: a login need not cost a write.
TOUCH_EVERY: Final = timedelta(hours=1)
#: Letters of codes: none that is mistaken for another when typed from a screen or paper.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_GROUPS: Final = 5
_GROUP_LETTERS: Final = 4  # 20 letters of 31: 99 bits

BAD_CODE: Final = N_("This code is not valid: it was mistyped, used already, or has expired.")
LAST_KEY: Final = N_("This is your last key: without it you cannot log in any more.")


def new_code() -> str:
    """A random code that a person can type: five groups of four letters."""
    return "-".join(
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LETTERS)) for _ in range(_CODE_GROUPS)
    )


def hash_code(code: str) -> str:
    """What is stored of a code. Case, spaces and hyphens do not count."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def check_display_name(text: str, fallback: str) -> str:
    name = clean_line(text)
    if not display_line(name).strip():  # nothing of it can be seen
        name = fallback
    if len(name) > DISPLAY_NAME_MAX_CHARS:
        raise InvalidInputError(
            N_("A name has at most {longest} characters."),
            field="display_name",
            longest=DISPLAY_NAME_MAX_CHARS,
        )
    return name


def check_zone(name: str) -> str:
    if not known_zone(name):
        raise InvalidInputError(
            N_("“{zone}” is not a time zone; try for example Europe/Berlin."), field="time_zone", zone=name
        )
    return name


def _language(code: str) -> str:
    if code not in LANGUAGES:
        raise InvalidInputError(N_("The interface does not speak “{code}”."), field="language", code=code)
    return code


class Accounts:
    """Use cases around one's own account, and the edge's questions about keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- who is it

    async def actor_for_key(self, fingerprint: str, *, touch: bool = True) -> Actor | None:
        """The active account that a key logs into; None for an unknown key."""
        async with self._database.read() as connection:
            found = await AccountRepository(connection).by_fingerprint(fingerprint)
        if found is None:
            return None
        actor, key_id, used = found

        async def note(uow: UnitOfWork) -> None:
            await AccountRepository(uow.connection).touch_key(key_id, uow.now)

        if touch and (used is None or _now(used) - used > TOUCH_EVERY):
            await self._database.write(note)
        return actor

    async def actor(self, account_id: int) -> Actor:
        """An account by id.

        Raises:
            NotFoundError: there is none.
        """
        async with self._database.read() as connection:
            found = await AccountRepository(connection).by_id(account_id)
        if found is None:
            raise NotFoundError(NOT_FOUND)
        return found

    async def actor_by_handle(self, handle: str) -> Actor:
        """An account by handle.

        Raises:
            NotFoundError: there is none.
        """
        async with self._database.read() as connection:
            found = await AccountRepository(connection).by_handle(handle.strip().removeprefix("@").lower())
        if found is None:
            raise NotFoundError(N_("There is nobody called @{handle}."), handle=handle)
        return found

    async def demo_actor(self, handle: str) -> Actor | None:
        """For the demonstration only: an account by its handle, without a key."""
        async with self._database.read() as connection:
            return await AccountRepository(connection).by_handle(handle.lower(), active=True)

    # -- coming in

    async def check_handle(self, handle: str) -> None:
        """See whether a handle can be taken.

        Raises:
            InvalidInputError: malformed, reserved, taken or confusable (``field="handle"``).
        """
        handle = check_handle(handle)
        async with self._database.read() as connection:
            taken = await AccountRepository(connection).skeleton_taken(skeleton(handle))
        if taken:
            raise InvalidInputError(
                N_("The handle “{handle}” is taken, or looks like one that is."),
                field="handle",
                handle=handle,
            )

    async def register(self, form: Registration, key: PublicKey, *, invited: bool = False) -> Actor:
        """Make an account for an unknown key. With ``invited`` the form's code must be valid.

        Raises:
            InvalidInputError: a field cannot be used (``field`` names it).
            ConflictError: the key has an account meanwhile.
        """

        async def work(uow: UnitOfWork) -> Actor:
            repository = AccountRepository(uow.connection)
            if invited and not await repository.use_invite(hash_code(form.invite_code), "invite", uow.now):
                raise InvalidInputError(BAD_CODE, field="invite_code")
            return await self._make(uow, form, key, SiteRole.MEMBER)

        return await self._database.write(work)

    async def claim_code(self) -> str | None:
        """A new one-time code for the operator's account; None once an administrator has a key."""
        code = new_code()

        async def work(uow: UnitOfWork) -> str | None:
            repository = AccountRepository(uow.connection)
            if await repository.has_operator():
                return None
            await repository.drop_claims()
            await repository.add_invite(
                {"code_hash": hash_code(code), "kind": "claim", "created_at": uow.now, "uses_left": 1}
            )
            return code

        return await self._database.write(work)

    async def has_operator(self) -> bool:
        """Whether an administrator can log in; until then the claim code is good."""
        async with self._database.read() as connection:
            return await AccountRepository(connection).has_operator()

    async def claim(self, code: str, form: Registration, key: PublicKey) -> Actor:
        """Make the operator's account with the code that the server printed.

        Raises:
            InvalidInputError: wrong code (``field="invite_code"``) or another field.
        """

        async def work(uow: UnitOfWork) -> Actor:
            repository = AccountRepository(uow.connection)
            used = await repository.use_invite(hash_code(code), "claim", uow.now)
            # Meanwhile an operator may have come by another way (--admin-key).
            if not used or await repository.has_operator():
                raise InvalidInputError(BAD_CODE, field="invite_code")
            return await self._make(uow, form, key, SiteRole.ADMIN)

        return await self._database.write(work)

    async def ensure_admin(self, key: PublicKey, handle: str = "admin") -> Actor:
        """The operator's account for ``key``: made, or raised to administrator, when needed."""

        async def work(uow: UnitOfWork) -> Actor:
            repository = AccountRepository(uow.connection)
            found = await repository.by_fingerprint(key.fingerprint)
            if found is not None:
                actor = found[0]
                if actor.site_role is not SiteRole.ADMIN:
                    await repository.change(actor.account_id, {"site_role": SiteRole.ADMIN.value})
                    uow.record(EventKind.ACCOUNT_CHANGED, account_id=actor.account_id)
            else:
                existing = await repository.by_handle(handle)
                if existing is not None and existing.site_role is SiteRole.ADMIN:
                    await repository.add_key(existing.account_id, key, _key_name("", key), uow.now)
                    uow.record(EventKind.KEY_ADDED, account_id=existing.account_id)
                    actor = existing
                else:
                    actor = await self._make(
                        uow, Registration(handle, handle.capitalize()), key, SiteRole.ADMIN, reserved=True
                    )
            refreshed = await repository.by_id(actor.account_id)
            assert refreshed is not None
            return refreshed

        return await self._database.write(work)

    async def local_actor(self, user_name: str, *, language: str = DEFAULT_LANGUAGE) -> Actor:
        """This machine's user as administrator, for the single-user TUI.

        Another's account never becomes it: who registered over ssh under the name that the
        operator has on this machine must not be an administrator for it.
        """
        wanted = handle_from_name(user_name, lambda _: False)

        async def find(repository: AccountRepository) -> tuple[Actor | None, str]:
            """The account if it is there, else a handle for it."""
            for handle in (wanted, *(f"{wanted[:22]}-local{number or ''}" for number in range(1000))):
                found = await repository.by_handle(handle, active=True)
                if found is not None and found.site_role is SiteRole.ADMIN:
                    return found, handle
                if found is None and not await repository.skeleton_taken(skeleton(handle)):
                    return None, handle
            raise ConflictError(N_("There is no free handle for {name}."), name=user_name)

        async def work(uow: UnitOfWork) -> Actor:
            found, handle = await find(AccountRepository(uow.connection))
            if found is not None:
                return found
            form = Registration(handle, user_name or handle, language=language)
            return await self._make(uow, form, None, SiteRole.ADMIN, reserved=True)

        async with self._database.read() as connection:
            known, _ = await find(AccountRepository(connection))
        return known if known is not None else await self._database.write(work)

    async def add_keyless(self, form: Registration, role: SiteRole) -> Actor:
        """An account that no key logs into: only the demonstration makes and uses them."""

        async def work(uow: UnitOfWork) -> Actor:
            found = await AccountRepository(uow.connection).by_handle(form.handle)
            return found or await self._make(uow, form, None, role)

        return await self._database.write(work)

    async def _make(
        self,
        uow: UnitOfWork,
        form: Registration,
        key: PublicKey | None,
        role: SiteRole,
        *,
        reserved: bool = False,
    ) -> Actor:
        handle = check_handle(form.handle, allow_reserved=reserved)
        repository = AccountRepository(uow.connection)
        name = check_display_name(form.display_name, handle)
        account_id = await repository.add(
            {
                "handle": handle,
                "skeleton": skeleton(handle),
                "display_name": name,
                "site_role": role.value,
                "language": _language(form.language or DEFAULT_LANGUAGE),
                "time_zone": check_zone(form.time_zone),
                "created_at": uow.now,
            }
        )
        if key is not None:
            await repository.add_key(account_id, key, _key_name(key.comment, key), uow.now)
        uow.record(EventKind.ACCOUNT_REGISTERED, actor_id=account_id, account_id=account_id)
        return Actor(account_id, handle, name, role, form.language or DEFAULT_LANGUAGE, form.time_zone)

    # -- keys

    async def keys(self, actor: Actor) -> tuple[SshKey, ...]:
        """One's own keys, oldest first."""
        async with self._database.read() as connection:
            return await AccountRepository(connection).keys(actor.account_id)

    async def add_key(self, actor: Actor, key: PublicKey, name: str = "") -> None:
        """Let another key log into one's account.

        Raises:
            ConflictError: the key belongs to an account already.
        """

        async def work(uow: UnitOfWork) -> None:
            await AccountRepository(uow.connection).add_key(
                actor.account_id, key, _key_name(name, key), uow.now
            )
            uow.record(EventKind.KEY_ADDED, actor_id=actor.account_id, account_id=actor.account_id)

        await self._database.write(work)

    async def rename_key(self, actor: Actor, key_id: int, name: str) -> None:
        """Name a key.

        Raises:
            NotFoundError: not one's own key. InvalidInputError: no name.
        """
        cleaned = clean_line(name)[:KEY_NAME_MAX_CHARS]
        if not cleaned:
            raise InvalidInputError(N_("Please give the key a name."), field="name")

        async def work(uow: UnitOfWork) -> None:
            if not await AccountRepository(uow.connection).rename_key(actor.account_id, key_id, cleaned):
                raise NotFoundError(NOT_FOUND)

        await self._database.write(work)

    async def remove_key(self, actor: Actor, key_id: int, *, confirm_last: bool = False) -> None:
        """Take a key away; the last one only with ``confirm_last``.

        Raises:
            ConflictError: it is the last key. NotFoundError: not one's own key.
        """

        async def work(uow: UnitOfWork) -> None:
            repository = AccountRepository(uow.connection)
            await repository.lock_account(actor.account_id)
            if not await repository.remove_key(actor.account_id, key_id):
                raise NotFoundError(NOT_FOUND)
            if not confirm_last and await repository.count_keys(actor.account_id) == 0:
                raise ConflictError(LAST_KEY)
            uow.record(EventKind.KEY_REMOVED, actor_id=actor.account_id, account_id=actor.account_id)

        await self._database.write(work)

    # -- profile and invites

    async def update_profile(
        self,
        actor: Actor,
        *,
        display_name: str | None = None,
        language: str | None = None,
        time_zone: str | None = None,
    ) -> Actor:
        """Change what is given; the actor as it is then.

        Raises:
            InvalidInputError: a field cannot be used (``field`` names it).
        """
        values: dict[str, str] = {}
        if display_name is not None:
            values["display_name"] = check_display_name(display_name, actor.handle)
        if language is not None:
            values["language"] = _language(language)
        if time_zone is not None:
            values["time_zone"] = check_zone(time_zone.strip())

        async def work(uow: UnitOfWork) -> Actor:
            repository = AccountRepository(uow.connection)
            if values:
                await repository.change(actor.account_id, values)
                uow.record(EventKind.ACCOUNT_CHANGED, actor_id=actor.account_id, account_id=actor.account_id)
            changed = await repository.by_id(actor.account_id)
            if changed is None:
                raise NotFoundError(NOT_FOUND)
            return changed

        return await self._database.write(work)

    async def create_invite(self, actor: Actor, *, uses: int = 1) -> str:
        """A code with which ``uses`` people may register within ``INVITE_DAYS`` days.

        Raises:
            NotAllowedError: only moderators and administrators invite.
        """
        require(Action.MAKE_INVITE, Standing(actor.site_role))
        code = new_code()

        async def work(uow: UnitOfWork) -> str:
            await AccountRepository(uow.connection).add_invite(
                {
                    "code_hash": hash_code(code),
                    "created_by": actor.account_id,
                    "created_at": uow.now,
                    "expires_at": uow.now + timedelta(days=INVITE_DAYS),
                    "uses_left": max(1, uses),
                }
            )
            return code

        return await self._database.write(work)


def _key_name(name: str, key: PublicKey) -> str:
    fallback = key.comment or key.algorithm.removeprefix("ssh-")
    return (clean_line(name) or clean_line(fallback) or "key")[:KEY_NAME_MAX_CHARS]


def _now(like: datetime) -> datetime:
    return datetime.now(like.tzinfo)
