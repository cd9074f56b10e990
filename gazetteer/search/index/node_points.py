"""Where nodes lie: points with the periods for which they are known, in flat arrays."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazetteer.search.index.day_ordinals import OPEN_END, OPEN_START, to_ordinal
from gazetteer.search.index.index_source import PointRow

LonLat = tuple[float, float]
"""Lon, lat in degrees, CGCS2000."""

BoundingBox = tuple[float, float, float, float]
"""West, south, east, north in degrees, CGCS2000."""


@dataclass(frozen=True, slots=True)
class NodePoints:
    """Rows in the order of nodes; days are ordinals, half-open."""

    nodes: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]
    lons: Sequence[float]
    lats: Sequence[float]

    def find_point(self, node: int, day: int) -> LonLat | None:
        """Where the node lies on the day; None if that is not known."""
        row = bisect_left(self.nodes, node)
        while row < len(self.nodes) and self.nodes[row] == node:
            if self.starts[row] <= day < self.ends[row]:
                return self.lons[row], self.lats[row]
            row += 1
        return None

    def find_nodes_within(self, box: BoundingBox, day: int) -> NDArray[Any]:
        """The nodes whose point lies in the box on the day, its sides included."""
        west, south, east, north = box
        lons, lats = np.asarray(self.lons), np.asarray(self.lats)
        inside = (west <= lons) & (lons <= east) & (south <= lats) & (lats <= north)
        return np.asarray(self.nodes)[inside & self.select_valid_rows(day)]

    def select_valid_rows(self, day: int) -> NDArray[np.bool_]:
        """Which rows are of the day."""
        return (np.asarray(self.starts) <= day) & (day < np.asarray(self.ends))


def build_node_points(rows: Iterable[PointRow], node_numbers: Mapping[str, int]) -> NodePoints:
    """The points of numbered nodes; a row of any other node is passed over."""
    ordered = sorted(
        (
            node_numbers[r.node],
            to_ordinal(r.start, OPEN_START),
            to_ordinal(r.end, OPEN_END),
            r.lon,
            r.lat,
        )
        for r in rows
        if r.node in node_numbers
    )
    return NodePoints(
        array("i", (row[0] for row in ordered)),
        array("i", (row[1] for row in ordered)),
        array("i", (row[2] for row in ordered)),
        array("d", (row[3] for row in ordered)),
        array("d", (row[4] for row in ordered)),
    )
