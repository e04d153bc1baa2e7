"""Accounts, keys, invites."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from tui_forum.domain.entities import Actor, PublicKey, SiteRole
from tui_forum.domain.entities import SshKey as SshKeyView
from tui_forum.domain.errors import ConflictError, InvalidInputError
from tui_forum.i18n import N_
from tui_forum.storage.models import Account, Invite, SshKey

_ACTOR = (
    Account.id,
    Account.handle,
    Account.display_name,
    Account.site_role,
    Account.language,
    Account.time_zone,
)


def _actor(row: Row[*tuple[Any, ...]]) -> Actor:
    return Actor(row[0], row[1], row[2], SiteRole(row[3]), row[4], row[5])


class AccountRepository:
    """Rows of accounts and what lets people in."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def by_fingerprint(self, fingerprint: str) -> tuple[Actor, int, datetime | None] | None:
        """The active account of a key, the key's id and when it was last used."""
        row = (
            await self._connection.execute(
                select(*_ACTOR, SshKey.id, SshKey.last_used_at)
                .join(SshKey, SshKey.account_id == Account.id)
                .where(SshKey.fingerprint == fingerprint, Account.state == "active")
            )
        ).first()
        return None if row is None else (_actor(row), row[6], row[7])

    async def by_id(self, account_id: int) -> Actor | None:
        """An account as actor."""
        row = (await self._connection.execute(select(*_ACTOR).where(Account.id == account_id))).first()
        return None if row is None else _actor(row)

    async def by_handle(self, handle: str, *, active: bool = False) -> Actor | None:
        """The account with this very handle."""
        statement = select(*_ACTOR).where(Account.handle == handle)
        if active:
            statement = statement.where(Account.state == "active")
        row = (await self._connection.execute(statement)).first()
        return None if row is None else _actor(row)

    async def skeleton_taken(self, skeleton: str) -> bool:
        """Whether a handle that looks like this exists."""
        found = await self._connection.execute(select(Account.id).where(Account.skeleton == skeleton))
        return found.first() is not None

    async def has_operator(self) -> bool:
        """Whether an administrator can log in: the single-user TUI's has no key."""
        found = await self._connection.execute(
            select(Account.id)
            .join(SshKey, SshKey.account_id == Account.id)
            .where(Account.site_role == SiteRole.ADMIN.value, Account.state == "active")
            .limit(1)
        )
        return found.first() is not None

    async def add(self, values: dict[str, Any]) -> int:
        """Insert an account.

        Raises:
            InvalidInputError: the handle, or one that looks like it, is taken.
        """
        try:
            result = await self._connection.execute(insert(Account).values(**values).returning(Account.id))
        except IntegrityError as error:
            raise InvalidInputError(
                N_("The handle “{handle}” is taken, or looks like one that is."),
                field="handle",
                handle=values["handle"],
            ) from error
        return int(result.scalar_one())

    async def change(self, account_id: int, values: dict[str, Any]) -> None:
        """Update an account's profile."""
        await self._connection.execute(update(Account).where(Account.id == account_id).values(**values))

    async def keys(self, account_id: int) -> tuple[SshKeyView, ...]:
        """An account's keys, oldest first."""
        rows = await self._connection.execute(
            select(
                SshKey.id, SshKey.name, SshKey.algorithm, SshKey.fingerprint, SshKey.created_at,
                SshKey.last_used_at,
            ).where(SshKey.account_id == account_id).order_by(SshKey.id)
        )  # fmt: skip
        return tuple(SshKeyView(*row) for row in rows)

    async def lock_account(self, account_id: int) -> None:
        """Let one transaction at a time change an account's keys."""
        await self._connection.execute(select(Account.id).where(Account.id == account_id).with_for_update())

    async def add_key(self, account_id: int, key: PublicKey, name: str, now: datetime) -> int:
        """Give an account a key.

        Raises:
            ConflictError: the key belongs to an account already.
        """
        try:
            result = await self._connection.execute(
                insert(SshKey)
                .values(
                    account_id=account_id,
                    name=name,
                    algorithm=key.algorithm,
                    fingerprint=key.fingerprint,
                    openssh=key.openssh,
                    created_at=now,
                )
                .returning(SshKey.id)
            )
        except IntegrityError as error:
            raise ConflictError(N_("This key belongs to an account already.")) from error
        return int(result.scalar_one())

    async def rename_key(self, account_id: int, key_id: int, name: str) -> bool:
        """Whether there was such a key."""
        result = await self._connection.execute(
            update(SshKey)
            .where(SshKey.id == key_id, SshKey.account_id == account_id)
            .values(name=name)
            .returning(SshKey.id)
        )
        return result.first() is not None

    async def remove_key(self, account_id: int, key_id: int) -> bool:
        """Whether there was such a key."""
        result = await self._connection.execute(
            delete(SshKey).where(SshKey.id == key_id, SshKey.account_id == account_id).returning(SshKey.id)
        )
        return result.first() is not None

    async def count_keys(self, account_id: int) -> int:
        """How many keys an account has."""
        found = await self._connection.execute(
            select(func.count()).select_from(SshKey).where(SshKey.account_id == account_id)
        )
        return int(found.scalar_one())

    async def touch_key(self, key_id: int, now: datetime) -> None:
        """Note that a key was used."""
        await self._connection.execute(update(SshKey).where(SshKey.id == key_id).values(last_used_at=now))

    async def add_invite(self, values: dict[str, Any]) -> None:
        """Store an invite or claim code (its hash)."""
        await self._connection.execute(insert(Invite).values(**values))

    async def drop_claims(self) -> None:
        """Forget earlier claim codes."""
        await self._connection.execute(delete(Invite).where(Invite.kind == "claim"))

    async def use_invite(self, code_hash: str, kind: str, now: datetime) -> bool:
        """Use a code once; False when it is unknown, spent or expired."""
        result = await self._connection.execute(
            update(Invite)
            .where(
                Invite.code_hash == code_hash,
                Invite.kind == kind,
                Invite.uses_left > 0,
                (Invite.expires_at.is_(None)) | (Invite.expires_at > now),
            )
            .values(uses_left=Invite.uses_left - 1)
            .returning(Invite.id)
        )
        return result.first() is not None
