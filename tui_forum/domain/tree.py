"""The order of replies: where a post stands in its thread's tree."""

from __future__ import annotations

from typing import Final

from tui_forum.domain.limits import TREE_MAX_DEPTH

LINK_BYTES: Final = 4


def tree_path(parent: bytes, number: int) -> bytes:
    """A post's place in the reply tree; at the deepest level it joins its parent's siblings."""
    if len(parent) // LINK_BYTES >= TREE_MAX_DEPTH:
        parent = parent[:-LINK_BYTES]
    return parent + number.to_bytes(LINK_BYTES, "big")


def depth_of(path: bytes) -> int:
    """How deep a place is; 0 for what answers nothing."""
    return len(path) // LINK_BYTES - 1
