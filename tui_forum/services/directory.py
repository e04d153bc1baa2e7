"""The directory: finding communities, and some that one may like."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tui_forum.domain.directory import (
    SUGGESTIONS,
    TOPIC_WEIGHT,
    DirectoryCursor,
    DirectoryPage,
    DirectoryRow,
    Suggestion,
    Wanted,
    words_of,
)
from tui_forum.domain.entities import Actor
from tui_forum.domain.life import LifeFacts, Stage, stage_of
from tui_forum.domain.limits import PAGE_SIZE
from tui_forum.storage.engine import Database
from tui_forum.storage.repositories.directory import DirectoryRepository, Found, readable_ids
from tui_forum.storage.repositories.life import LifeRepository

#: A filter by stage reads so many times as much at each further try: stages are computed, not stored.
_WIDER: Final = 8
_NOTHING: Final = Wanted()


class Directory:
    """Use cases of the directory."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        actor: Actor,
        wanted: Wanted = _NOTHING,
        after: DirectoryCursor | None = None,
        limit: int = PAGE_SIZE,
    ) -> DirectoryPage:
        """A page of the communities that ``actor`` may know of: two statements, whatever their number.

        Figures of communities that one may not read are neither told nor sorted by. A filter by a
        stage that few are in reads further, a few times.
        """
        async with self._database.read() as connection:
            directory = DirectoryRepository(connection, actor.account_id, actor.site_role)
            life = LifeRepository(connection)
            now = datetime.now(UTC)
            computed = wanted.stage is not None and wanted.stage is not Stage.ARCHIVED
            rows: list[tuple[DirectoryRow, DirectoryCursor]] = []
            reads = limit + 1
            while True:
                part = await directory.page(wanted, after, reads)
                facts = await life.facts(readable_ids([found for found, _ in part]), now)
                rows += [
                    (row, cursor)
                    for row, cursor in ((_row(found, facts), cursor) for found, cursor in part)
                    if not computed or row.stage is wanted.stage
                ]
                if len(rows) > limit or len(part) < reads:
                    break
                after, reads = part[-1][1], reads * _WIDER
        more = rows[limit - 1][1] if len(rows) > limit else None
        return DirectoryPage(tuple(row for row, _ in rows[:limit]), more)

    async def suggestions(self, actor: Actor) -> tuple[Suggestion, ...]:
        """Communities one may like, the likeliest first: a few statements, whatever there is."""
        async with self._database.read() as connection:
            directory = DirectoryRepository(connection, actor.account_id, actor.site_role)
            topics = {topic: words for topic in await directory.topics() if (words := words_of(topic))}
            matches = await directory.about(topics)
            people = await directory.of_colleagues()
            score = {
                community_id: TOPIC_WEIGHT * len(matches.get(community_id, ())) + people.get(community_id, 0)
                for community_id in {*matches, *people}
            }
            best = sorted(score, key=lambda c: (-score[c], -c))[:SUGGESTIONS]
            found = await directory.rows(best)
            facts = await LifeRepository(connection).facts(
                readable_ids(list(found.values())), datetime.now(UTC)
            )
        return tuple(
            Suggestion(
                _row(found[community_id], facts),
                tuple(matches.get(community_id, ())),
                people.get(community_id, 0),
            )
            for community_id in best
            if community_id in found
        )


def _row(found: Found, facts: dict[int, LifeFacts]) -> DirectoryRow:
    community, audience, languages, created_at = found
    life = facts.get(community.community_id)
    return DirectoryRow(
        community,
        audience,
        languages,
        created_at,
        stage_of(life).stage if life is not None else None,
        life.weeks if life is not None else (),
    )
