"""All topics that people nominated, to be found by what somebody types, mistyped or not."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Final

from rapidfuzz import fuzz, process

FOUND: Final = 40
#: Shorter words have too many neighbours to guess at.
FUZZY_FROM: Final = 4
ALIKE: Final = 75.0  # of 100

_SAME, _BEGINS, _HOLDS = 300.0, 200.0, 150.0


class Topics:
    """An index of folded topics (``domain.profiles.fold_topic``) by their words.

    Words are compared, not topics: of 20,000 topics one query looks at the few thousand words,
    which takes some milliseconds; a mistyped word finds every topic that holds the right one.
    """

    def __init__(self, topics: Iterable[str] = ()) -> None:
        self._topics = tuple(topics)
        self._by_word: dict[str, list[str]] = {}
        for topic in self._topics:
            for word in set(topic.split()):
                self._by_word.setdefault(word, []).append(topic)
        self._words = [word for word in self._by_word if len(word) >= FUZZY_FROM]

    def find(self, query: str) -> list[str]:
        """Topics that fit a folded query, best first: the same, begun so, held within, mistyped."""
        if not query:
            return []
        score: dict[str, float] = {}
        for topic in self._topics:
            if query in topic:
                begins = topic.startswith(query) or f" {query}" in topic
                score[topic] = _SAME if topic == query else _BEGINS if begins else _HOLDS
        for topic, points in self._mistyped(query).items():
            score.setdefault(topic, points)
        return heapq.nsmallest(FOUND, score, key=lambda topic: (-score[topic], topic))

    def _mistyped(self, query: str) -> dict[str, float]:
        """Topics that hold something like each word of the query, and how alike the worst one is."""
        found: dict[str, float] | None = None
        for word in query.split():
            here: dict[str, float] = dict.fromkeys(self._by_word.get(word, ()), 100.0)
            if len(word) >= FUZZY_FROM:
                near = process.extract(word, self._words, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=FOUND)
                for other, points, _place in near:
                    for topic in self._by_word[other]:
                        here[topic] = max(points, here.get(topic, 0.0))
            if found is None:
                found = here
            else:
                found = {topic: min(found[topic], here[topic]) for topic in found.keys() & here.keys()}
        return found or {}
