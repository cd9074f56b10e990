"""A grid over the borders: which runs of them a cell meets, and which areas cover its mark."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

_CELLS_PER_RUN = 4
_CLEAR = 1e-9
"""Degrees that a mark keeps from every border on its latitude, so that no rounding can move it."""
_CHUNK = 40_000


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells are numbered row by row from the south-west; the last number is all that is outside.

    The runs of cell ``c`` are ``runs[runs_at[c]:runs_at[c + 1]]``, the areas that cover its mark
    ``areas[areas_at[c]:areas_at[c + 1]]``. A mark lies at ``share`` of the sides of its cell.
    A vertex of a run is not farther than ``reach`` from any point of a cell that the run meets, in
    degrees of longitude and latitude together.
    """

    west: float
    south: float
    side: float
    columns: int
    rows: int
    share: float
    runs_at: Ints
    runs: Ints
    areas_at: Ints
    areas: Ints
    reach: float

    def of(self, lon: float, lat: float) -> int:
        """The cell in which a point lies."""
        column = math.floor((lon - self.west) / self.side)
        row = math.floor((lat - self.south) / self.side)
        held = 0 <= column < self.columns and 0 <= row < self.rows
        return row * self.columns + column if held else self.rows * self.columns

    def mark(self, cell: int) -> tuple[float, float]:
        """The mark of a cell: lon, lat."""
        row, column = divmod(cell, self.columns)
        lon = self.west + (column + self.share) * self.side
        return lon, self.south + (row + self.share) * self.side

    def runs_of(self, cell: int) -> Ints:
        """The runs that a cell meets."""
        return self.runs[self.runs_at[cell] : self.runs_at[cell + 1]]

    def areas_of(self, cell: int) -> list[int]:
        """The areas that cover the mark of a cell."""
        found: list[int] = self.areas[self.areas_at[cell] : self.areas_at[cell + 1]].tolist()
        return found

    def runs_in(self, west: float, south: float, east: float, north: float) -> Ints:
        """The runs of all cells that a box meets; some may come several times."""
        sides = (west - self.west, east - self.west, south - self.south, north - self.south)
        first, last, low, high = (math.floor(side / self.side) for side in sides)
        first, low = max(first, 0), max(low, 0)
        last, high = min(last, self.columns - 1), min(high, self.rows - 1)
        if first > last:
            return self.runs[:0]
        starts = range(low * self.columns, (high + 1) * self.columns, self.columns)
        at = self.runs_at
        spans = [self.runs[at[row + first] : at[row + last + 1]] for row in starts]
        return np.concatenate(spans) if spans else self.runs[:0]


def cells_of(runs: Floats, owners: Ints) -> Cells:
    """The grid over runs of segments (runs, 9, 2) of areas; the rings of each must be closed."""
    if not len(runs):
        none, at = np.empty(0, np.int32), np.zeros(3, np.int32)
        return Cells(0.0, 0.0, 1.0, 1, 1, 0.5, at, none, at, none, 0.0)
    low, high = np.nanmin(runs, axis=1), np.nanmax(runs, axis=1)
    west, south = low.min(axis=0).tolist()
    width, height = (max(extent, 1e-6) for extent in (high.max(axis=0) - (west, south)).tolist())
    side = math.sqrt(width * height / (_CELLS_PER_RUN * len(runs)))
    side = max(side, width / 20_000, height / 20_000)
    columns, rows = int(width // side) + 1, int(height // side) + 1
    grid = west, south, side, columns, rows
    runs_at, of_cells = _by_cell(columns * rows, *_met(grid, runs))
    share = 0.5137
    while (found := _covered(grid, share, *_crossings(grid, share, runs, owners))) is None:
        share = 0.25 + share * 1.618 % 0.5
    areas_at, areas = _by_cell(columns * rows, *found)
    reach = float((high - low).sum(axis=1).max()) + 2 * side
    return Cells(*grid, share, runs_at, of_cells, areas_at, areas, reach)


_Grid = tuple[float, float, float, int, int]


def _by_cell(
    count: int, cells: NDArray[np.intp], items: NDArray[np.integer[Any]]
) -> tuple[Ints, Ints]:
    order = np.argsort(cells, kind="stable")
    at = np.searchsorted(cells[order], np.arange(count + 2))
    return at.astype(np.int32), items[order].astype(np.int32)


def _spread(counts: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For counts 2, 0, 1: positions 0, 0, 2 and steps 0, 1, 0."""
    positions = np.repeat(np.arange(len(counts)), counts)
    return positions, np.arange(len(positions)) - np.repeat(np.cumsum(counts) - counts, counts)


def _met(grid: _Grid, runs: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of a cell and a run, one of whose segments has a box that meets the cell."""
    west, south, side, columns, _ = grid
    pairs: list[NDArray[np.intp]] = []
    for at in range(0, len(runs), _CHUNK):
        a, b, of = _segments(runs, at)
        first, low = ((np.minimum(a, b) - (west, south)) // side).astype(np.intp).T
        last, high = ((np.maximum(a, b) - (west, south)) // side).astype(np.intp).T
        wide = last - first + 1
        segments, steps = _spread(wide * (high - low + 1))
        row, column = np.divmod(steps, wide[segments])
        cells = (low[segments] + row) * columns + first[segments] + column
        pairs.append(np.unique(cells * len(runs) + of[segments]))
    cells, of = np.divmod(np.concatenate(pairs), len(runs))
    return cells, of


def _segments(runs: Floats, at: int) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """The segments of some thousand runs: where they begin and end, and of which run they are."""
    part = runs[at : at + _CHUNK]
    a, b = part[:, :-1].reshape(-1, 2), part[:, 1:].reshape(-1, 2)
    drawn = ~np.isnan(b[:, 0])
    of = np.repeat(np.arange(at, at + len(part)), part.shape[1] - 1)
    return a[drawn], b[drawn], of[drawn]


def _crossings(
    grid: _Grid, share: float, runs: Floats, owners: Ints
) -> tuple[Ints, NDArray[np.intp], Floats]:
    """Where borders cross the latitudes of the marks: area, row and longitude, in this order."""
    parts = list(_crossed(grid, share, runs, owners))
    areas, rows, lons = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((lons, rows, areas))
    return areas[order], rows[order], lons[order]


def _crossed(
    grid: _Grid, share: float, runs: Floats, owners: Ints
) -> Iterator[tuple[Ints, NDArray[np.intp], Floats]]:
    _, south, side, _, _ = grid
    for at in range(0, len(runs), _CHUNK):
        a, b, of = _segments(runs, at)
        low, high = (pick(a[:, 1], b[:, 1]) for pick in (np.minimum, np.maximum))
        first = np.floor((low - south) / side - share).astype(np.intp)
        last = np.ceil((high - south) / side - share).astype(np.intp)
        segments, steps = _spread(last - first + 1)
        rows = first[segments] + steps
        lats = south + (rows + share) * side
        held = (low[segments] <= lats) & (lats < high[segments])
        segments, rows, lats = segments[held], rows[held], lats[held]
        (ax, ay), (bx, by) = a[segments].T, b[segments].T
        yield owners[of[segments]], rows, ax + (lats - ay) / (by - ay) * (bx - ax)


def _covered(
    grid: _Grid, share: float, areas: Ints, rows: NDArray[np.intp], lons: Floats
) -> tuple[NDArray[np.intp], Ints] | None:
    """Pairs of a cell and an area that covers its mark; None if a mark is too near to a border."""
    west, _, side, columns, _ = grid
    places = (lons - west) / side - share
    if (np.abs(places - np.round(places)) * side < _CLEAR).any():
        return None
    marks = np.ceil(places).astype(np.intp)
    first, last = marks[::2], marks[1::2]  # closed rings cross a latitude in pairs
    spans, steps = _spread(last - first)
    return rows[::2][spans] * columns + first[spans] + steps, areas[::2][spans]
