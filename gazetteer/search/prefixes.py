"""Texts in order, to find all that begin with a few characters, the best first."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LAST = chr(0x10FFFF)


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Texts in order; ``rank`` is small for what people mean by a short beginning."""

    texts: Sequence[str]
    nodes: Sequence[Sequence[int]]
    rank: NDArray[np.int16]

    def beginning(self, prefix: str, limit: int) -> list[int]:
        """Positions of the texts that begin with the prefix, the best ``limit`` by rank."""
        return beginning(self.texts, self.rank, prefix, limit)


def beginning(texts: Sequence[str], rank: NDArray[np.int16], prefix: str, limit: int) -> list[int]:
    """Positions of the texts that begin with the prefix, the best ``limit`` by rank."""
    low = bisect_left(texts, prefix)
    high = bisect_left(texts, prefix + _LAST, low)
    if high - low <= limit:
        return list(range(low, high))
    order = np.argsort(rank[low:high], kind="stable")[:limit]
    return [low + int(position) for position in order]


def rank_of(level: int, length: int) -> int:
    """The higher level first, then the shorter text."""
    return level * 64 + min(length, 63)


def ranks(texts: Sequence[str], levels: Iterable[int]) -> NDArray[np.int16]:
    """The ranks of texts, each with the highest level that it means."""
    pairs = zip(texts, levels, strict=True)
    return np.fromiter((rank_of(level, len(text)) for text, level in pairs), np.int16, len(texts))


def prefixes(entries: Iterable[tuple[str, int, int]]) -> Prefixes:
    """From (text, node, level) in any order."""
    grouped: dict[str, dict[int, int]] = {}
    for text, node, level in entries:
        grouped.setdefault(text, {})[node] = level
    texts = sorted(grouped)
    rank = ranks(texts, (min(grouped[text].values()) for text in texts))
    return Prefixes(texts, [tuple(grouped[text]) for text in texts], rank)
