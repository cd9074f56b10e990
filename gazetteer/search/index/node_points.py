"""Where nodes lie: points with the periods for which they are known, in flat arrays."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazetteer.search.index.columns import Column, Columns, pack_values
from gazetteer.search.index.splice import Splice

LonLat = tuple[float, float]
"""Lon, lat in degrees, CGCS2000."""

BoundingBox = tuple[float, float, float, float]
"""West, south, east, north in degrees, CGCS2000."""


NumberedPoint = tuple[int, int, int, float, float]
"""Node, first day, day after the last, lon, lat."""

_TYPES = {"nodes": "i", "starts": "i", "ends": "i", "lons": "d", "lats": "d"}
"""The columns of points, in the order of their fields, and the types of their values."""


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


def open_node_points(columns: Columns, name: str) -> NodePoints:
    """The points of a name over their columns."""
    return NodePoints(*(columns[f"{name}.{each}"].value_view for each in _TYPES))


def splice_points(
    columns: Columns, name: str, nodes_now: NDArray[Any], rows: Iterable[NumberedPoint]
) -> dict[str, Column]:
    """The columns of points with those of nodes that are new or replaced.

    Args:
        columns: those of the earlier index.
        name: of the points.
        nodes_now: the node of each earlier row; -1 removes it.
        rows: the points of other nodes.
    """
    new = sorted(rows)
    retained = np.flatnonzero(nodes_now >= 0)
    nodes = np.concatenate([nodes_now[retained], [row[0] for row in new]])
    order = np.argsort(nodes, kind="stable")
    positions = np.concatenate([retained, len(nodes_now) + np.arange(len(new))])[order]
    splice = Splice.from_positions(positions, len(nodes_now))
    added = list(zip(*new, strict=True)) or [()] * len(_TYPES)
    columns_now = {
        f"{name}.{each}": splice.splice_values(columns[f"{name}.{each}"], values)
        for each, values in zip(_TYPES, added, strict=True)
    }
    return {**columns_now, f"{name}.nodes": pack_values("i", nodes[order])}
