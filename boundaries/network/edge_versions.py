"""Versions of edges as they are known now, for whatever follows from them over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np

from boundaries.network.segments import Floats
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Timeline, Version

_LINE_START = b"\x01" + (2).to_bytes(4, "little")
_LINE_HEADER = len(_LINE_START) + 4
"""WKB of a line: the byte order, the type, the number of vertices; then the vertices."""


@dataclass(frozen=True, slots=True, eq=False)
class EdgeVersion:
    """One version of an edge; ``line`` (n, 2) are its vertices, lon, lat degrees of CGCS2000."""

    edge: UUID
    start_node: UUID
    end_node: UUID
    left: UUID | None
    right: UUID | None
    beyond: str | None
    line: Floats
    accuracy_m: float | None
    source: str
    period: Period

    @property
    def first_day(self) -> date:
        """The first day; ``date.min`` where the period is open."""
        return self.period.start.on or date.min

    @property
    def last_day(self) -> date:
        """The day after the last; ``date.max`` where the period is open."""
        return self.period.end.on or date.max

    @property
    def side_units(self) -> tuple[UUID | None, UUID | None]:
        """The units on the left and on the right."""
        return self.left, self.right

    def to_version(self) -> Version:
        """The version as the ledger has it."""
        return Version(
            self.period,
            {
                "start_node": self.start_node,
                "end_node": self.end_node,
                "left_unit": self.left,
                "right_unit": self.right,
                "beyond": self.beyond,
                "geom": encode_line(self.line),
                "accuracy_m": self.accuracy_m,
                "source": self.source,
            },
        )

    @classmethod
    def from_version(cls, edge: UUID, version: Version) -> "EdgeVersion":
        """A version of the ledger."""
        attributes: Mapping[str, Any] = version.attributes
        return cls(
            edge,
            attributes["start_node"],
            attributes["end_node"],
            attributes["left_unit"],
            attributes["right_unit"],
            attributes["beyond"],
            decode_line(attributes["geom"]),
            attributes["accuracy_m"],
            attributes["source"],
            version.period,
        )


def encode_line(line: Floats) -> str:
    """Vertices in the form in which the ledger stores a line: WKB in lowercase hex."""
    return (_LINE_START + len(line).to_bytes(4, "little") + line.astype("<f8").tobytes()).hex()


def decode_line(geom: str) -> Floats:
    """The vertices of a line as the ledger stores it, which :func:`encode_line` writes.

    GEOS takes ten times as long for the hex digits, and a publication reads thousands of lines.
    """
    stored = np.frombuffer(bytes.fromhex(geom), dtype="<f8", offset=_LINE_HEADER)
    return stored.reshape(-1, 2).astype(np.float64)


def list_edge_versions(timelines: Sequence[Timeline]) -> list[EdgeVersion]:
    """The versions of the edges among timelines."""
    return [
        EdgeVersion.from_version(timeline.record_id, version)
        for timeline in timelines
        if timeline.kind == "edge"
        for version in timeline.versions
    ]


def join_sources(sources: Sequence[str]) -> str:
    """Each source once, in alphabetical order."""
    return "; ".join(sorted({part for source in sources for part in source.split("; ")}))


def find_worst_accuracy(accuracies: Sequence[float | None]) -> float | None:
    """The largest of the known accuracies in metres; None if none is known."""
    return max((value for value in accuracies if value is not None), default=None)


def is_same_line(one: Floats, other: Floats) -> bool:
    """Whether two lines have the same vertices in the same order, to the last bit."""
    return np.array_equal(one, other)
