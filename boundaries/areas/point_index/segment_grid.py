"""A grid over the borders: the blocks of segments in each cell, and a point with known areas."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

_CELLS_PER_BLOCK = 4
_REFERENCE_CLEARANCE = 1e-9
"""Degrees between a reference point and every border on its latitude, against rounding."""
_CHUNK_BLOCKS = 40_000


@dataclass(frozen=True, slots=True)
class SegmentGrid:
    """Cells are numbered row by row from the south-west; the last number is everything outside.

    The blocks of cell ``c`` are ``block_numbers[block_offsets[c]:block_offsets[c + 1]]``, the areas
    that cover its reference point ``reference_areas[area_offsets[c]:area_offsets[c + 1]]``. The
    reference point lies at ``reference_offset`` of the sides of its cell. A vertex of a block is
    not farther than ``max_vertex_distance`` from any point of a cell that the block intersects, in
    degrees of longitude and latitude together.
    """

    west: float
    south: float
    cell_size: float
    columns: int
    rows: int
    reference_offset: float
    block_offsets: Ints
    block_numbers: Ints
    area_offsets: Ints
    reference_areas: Ints
    max_vertex_distance: float

    def find_cell(self, lon: float, lat: float) -> int:
        """The cell that contains a point."""
        column = math.floor((lon - self.west) / self.cell_size)
        row = math.floor((lat - self.south) / self.cell_size)
        inside = 0 <= column < self.columns and 0 <= row < self.rows
        return row * self.columns + column if inside else self.rows * self.columns

    def get_reference_point(self, cell: int) -> tuple[float, float]:
        """The reference point of a cell: lon, lat."""
        row, column = divmod(cell, self.columns)
        lon = self.west + (column + self.reference_offset) * self.cell_size
        return lon, self.south + (row + self.reference_offset) * self.cell_size

    def get_block_numbers(self, cell: int) -> Ints:
        """The blocks that intersect a cell."""
        return self.block_numbers[self.block_offsets[cell] : self.block_offsets[cell + 1]]

    def get_reference_areas(self, cell: int) -> list[int]:
        """The areas that cover the reference point of a cell."""
        areas: list[int] = self.reference_areas[
            self.area_offsets[cell] : self.area_offsets[cell + 1]
        ].tolist()
        return areas

    def find_blocks_in_box(self, west: float, south: float, east: float, north: float) -> Ints:
        """The blocks of all cells that a box intersects; some may occur several times."""
        sides = (west - self.west, east - self.west, south - self.south, north - self.south)
        first, last, low, high = (math.floor(side / self.cell_size) for side in sides)
        first, low = max(first, 0), max(low, 0)
        last, high = min(last, self.columns - 1), min(high, self.rows - 1)
        if first > last:
            return self.block_numbers[:0]
        starts = range(low * self.columns, (high + 1) * self.columns, self.columns)
        offsets = self.block_offsets
        spans = [
            self.block_numbers[offsets[row + first] : offsets[row + last + 1]] for row in starts
        ]
        return np.concatenate(spans) if spans else self.block_numbers[:0]


def build_segment_grid(blocks: Floats, block_areas: Ints) -> SegmentGrid:
    """The grid over blocks of segments (blocks, 9, 2) of areas, whose rings must be closed."""
    if not len(blocks):
        none, at = np.empty(0, np.int32), np.zeros(3, np.int32)
        return SegmentGrid(0.0, 0.0, 1.0, 1, 1, 0.5, at, none, at, none, 0.0)
    low, high = np.nanmin(blocks, axis=1), np.nanmax(blocks, axis=1)
    west, south = low.min(axis=0).tolist()
    width, height = (max(extent, 1e-6) for extent in (high.max(axis=0) - (west, south)).tolist())
    cell_size = math.sqrt(width * height / (_CELLS_PER_BLOCK * len(blocks)))
    cell_size = max(cell_size, width / 20_000, height / 20_000)
    columns, rows = int(width // cell_size) + 1, int(height // cell_size) + 1
    grid = west, south, cell_size, columns, rows
    block_offsets, block_numbers = _group_by_cell(
        columns * rows, *_pair_cells_with_blocks(grid, blocks)
    )
    reference_offset = 0.5137
    while (
        pairs := _pair_cells_with_areas(
            grid, reference_offset, *_find_crossings(grid, reference_offset, blocks, block_areas)
        )
    ) is None:
        reference_offset = 0.25 + reference_offset * 1.618 % 0.5
    area_offsets, areas = _group_by_cell(columns * rows, *pairs)
    max_vertex_distance = float((high - low).sum(axis=1).max()) + 2 * cell_size
    return SegmentGrid(
        *grid,
        reference_offset,
        block_offsets,
        block_numbers,
        area_offsets,
        areas,
        max_vertex_distance,
    )


_GridShape = tuple[float, float, float, int, int]


def _group_by_cell(
    count: int, cells: NDArray[np.intp], items: NDArray[np.integer[Any]]
) -> tuple[Ints, Ints]:
    order = np.argsort(cells, kind="stable")
    offsets = np.searchsorted(cells[order], np.arange(count + 2))
    return offsets.astype(np.int32), items[order].astype(np.int32)


def _expand_counts(counts: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For counts 2, 0, 1: positions 0, 0, 2 and steps 0, 1, 0."""
    positions = np.repeat(np.arange(len(counts)), counts)
    return positions, np.arange(len(positions)) - np.repeat(np.cumsum(counts) - counts, counts)


def _pair_cells_with_blocks(
    grid: _GridShape, blocks: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of a cell and a block: the bounding box of one of its segments meets the cell."""
    west, south, cell_size, columns, _ = grid
    pairs: list[NDArray[np.intp]] = []
    for at in range(0, len(blocks), _CHUNK_BLOCKS):
        a, b, block_numbers = _extract_segments(blocks, at)
        first, low = ((np.minimum(a, b) - (west, south)) // cell_size).astype(np.intp).T
        last, high = ((np.maximum(a, b) - (west, south)) // cell_size).astype(np.intp).T
        widths = last - first + 1
        segments, steps = _expand_counts(widths * (high - low + 1))
        row, column = np.divmod(steps, widths[segments])
        cells = (low[segments] + row) * columns + first[segments] + column
        pairs.append(np.unique(cells * len(blocks) + block_numbers[segments]))
    cells, block_numbers = np.divmod(np.concatenate(pairs), len(blocks))
    return cells, block_numbers


def _extract_segments(blocks: Floats, at: int) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """The segments of some thousand blocks: their starts, their ends and their blocks."""
    part = blocks[at : at + _CHUNK_BLOCKS]
    a, b = part[:, :-1].reshape(-1, 2), part[:, 1:].reshape(-1, 2)
    is_segment = ~np.isnan(b[:, 0])
    block_numbers = np.repeat(np.arange(at, at + len(part)), part.shape[1] - 1)
    return a[is_segment], b[is_segment], block_numbers[is_segment]


def _find_crossings(
    grid: _GridShape, reference_offset: float, blocks: Floats, block_areas: Ints
) -> tuple[Ints, NDArray[np.intp], Floats]:
    """Where borders cross the latitudes of reference points: area, row, longitude, so ordered."""
    parts = list(_iter_crossings(grid, reference_offset, blocks, block_areas))
    areas, rows, lons = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((lons, rows, areas))
    return areas[order], rows[order], lons[order]


def _iter_crossings(
    grid: _GridShape, reference_offset: float, blocks: Floats, block_areas: Ints
) -> Iterator[tuple[Ints, NDArray[np.intp], Floats]]:
    _, south, cell_size, _, _ = grid
    for at in range(0, len(blocks), _CHUNK_BLOCKS):
        a, b, block_numbers = _extract_segments(blocks, at)
        low, high = (pick(a[:, 1], b[:, 1]) for pick in (np.minimum, np.maximum))
        first = np.floor((low - south) / cell_size - reference_offset).astype(np.intp)
        last = np.ceil((high - south) / cell_size - reference_offset).astype(np.intp)
        segments, steps = _expand_counts(last - first + 1)
        rows = first[segments] + steps
        lats = south + (rows + reference_offset) * cell_size
        crosses = (low[segments] <= lats) & (lats < high[segments])
        segments, rows, lats = segments[crosses], rows[crosses], lats[crosses]
        (ax, ay), (bx, by) = a[segments].T, b[segments].T
        yield block_areas[block_numbers[segments]], rows, ax + (lats - ay) / (by - ay) * (bx - ax)


def _pair_cells_with_areas(
    grid: _GridShape, reference_offset: float, areas: Ints, rows: NDArray[np.intp], lons: Floats
) -> tuple[NDArray[np.intp], Ints] | None:
    """Pairs of a cell and an area that covers its reference point.

    None if a reference point is too near to a border.
    """
    west, _, cell_size, columns, _ = grid
    positions = (lons - west) / cell_size - reference_offset
    if (np.abs(positions - np.round(positions)) * cell_size < _REFERENCE_CLEARANCE).any():
        return None
    reference_columns = np.ceil(positions).astype(np.intp)
    first, last = (
        reference_columns[::2],
        reference_columns[1::2],
    )  # closed rings cross a latitude in pairs
    spans, steps = _expand_counts(last - first)
    return rows[::2][spans] * columns + first[spans] + steps, areas[::2][spans]
