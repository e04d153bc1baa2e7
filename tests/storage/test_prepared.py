"""Statements that are made once: the shape is found again, the values are those of each call."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from tui_forum.services.forum import Forum
from tui_forum.storage.models import Account
from tui_forum.storage.prepared import prepared


async def test_a_statement_is_made_once_for_each_shape_and_asked_with_the_values_of_each_call(
    forum: Forum,
) -> None:
    made: list[bool] = []

    @prepared
    def _handles(ids: list[int], after: str, limit: int, *, backwards: bool) -> Select[Any]:
        made.append(backwards)
        order = Account.handle.desc() if backwards else Account.handle
        found = select(Account.handle).where(Account.id.in_(ids), Account.handle > after)
        return found.order_by(order).limit(limit)

    ids = [(await forum.accounts.local_actor(name)).account_id for name in ("ada", "bob", "cyd")]

    async def ask(*values: Any, backwards: bool = False) -> list[str]:
        async with forum.database.read() as connection:
            return list((await connection.execute(*_handles(*values, backwards=backwards))).scalars())

    assert await ask(ids, "", 10) == ["ada", "bob", "cyd"]
    assert await ask(ids[:1], "", 10) == ["ada"]
    assert await ask([], "", 10) == []
    assert await ask(ids, "ada", 1) == ["bob"]
    assert await ask(ids, "ada", 10, backwards=True) == ["cyd", "bob"]
    assert await ask(ids, "", 2, backwards=True) == ["cyd", "bob"]
    assert made == [False, True]
