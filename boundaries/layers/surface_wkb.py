"""Surfaces of well-known binary that consist of polygons with straight segments only.

Multi-surfaces, curve polygons and collections are often declared where nothing is curved: SQL/MM
(ISO 13249-3) and OGC 06-103r4 give their numbers.
"""

import struct
from collections.abc import Iterator

_LINE, _POLYGON, _MULTIPOLYGON, _COLLECTION = 2, 3, 6, 7
_COMPOUND_CURVE, _CURVE_POLYGON, _MULTISURFACE = 9, 10, 12
_CONTAINERS = (_MULTIPOLYGON, _COLLECTION, _MULTISURFACE)
_EWKB_Z, _EWKB_M, _EWKB_SRID = 0x80000000, 0x40000000, 0x20000000
_MAX_DEPTH = 8

Ring = list[bytes]


class _NotStraightError(ValueError):
    """A part is no polygon, or curved, or the bytes end too early."""


def straighten_surfaces(wkb: bytes) -> bytes | None:
    """A multi-polygon with the same positions, in two dimensions; None if any part is no polygon.

    The positions are copied bit for bit.
    """
    reader = _Reader(wkb)
    try:
        polygons = list(reader.iter_polygons(0))
    except (_NotStraightError, struct.error):
        return None
    if not polygons:
        return None
    parts = [struct.pack("<BII", 1, _MULTIPOLYGON, len(polygons))]
    for rings in polygons:
        parts.append(struct.pack("<BII", 1, _POLYGON, len(rings)))
        for ring in rings:
            parts += [struct.pack("<I", len(ring)), *ring]
    return b"".join(parts)


class _Reader:
    """Reads one geometry after the other from its bytes."""

    def __init__(self, wkb: bytes) -> None:
        self.wkb, self.at = wkb, 0

    def iter_polygons(self, depth: int) -> Iterator[list[Ring]]:
        """The polygons of the geometry at the present position, each as its rings."""
        kind, order, width = self._read_head()
        if depth > _MAX_DEPTH or kind not in (*_CONTAINERS, _POLYGON, _CURVE_POLYGON):
            raise _NotStraightError
        count = self._read_count(order)
        if kind in _CONTAINERS:
            for _ in range(count):
                yield from self.iter_polygons(depth + 1)
        elif kind == _POLYGON:
            yield [self._read_positions(order, width) for _ in range(count)]
        else:
            yield [self._read_curve(depth) for _ in range(count)]

    def _read_curve(self, depth: int) -> Ring:
        """A ring that is a line, or several lines that follow each other."""
        kind, order, width = self._read_head()
        if kind == _LINE:
            return self._read_positions(order, width)
        if kind != _COMPOUND_CURVE or depth > _MAX_DEPTH:
            raise _NotStraightError
        ring: Ring = []
        for _ in range(self._read_count(order)):
            line = self._read_curve(depth + 1)
            ring += line[1:] if ring and line and ring[-1] == line[0] else line
        return ring

    def _read_head(self) -> tuple[int, str, int]:
        """The type without dimensions, the byte order, and the numbers of a position."""
        (first,) = struct.unpack_from("<B", self.wkb, self.at)
        order = "<" if first else ">"
        (number,) = struct.unpack_from(f"{order}I", self.wkb, self.at + 1)
        self.at += 9 if number & _EWKB_SRID else 5
        dimension = (number & 0x0FFFFFFF) // 1000
        extra = (1, 1, 2)[dimension - 1] if 1 <= dimension <= 3 else 0
        extra += bool(number & _EWKB_Z) + bool(number & _EWKB_M)
        return (number & 0x0FFFFFFF) % 1000, order, 2 + extra

    def _read_count(self, order: str) -> int:
        (count,) = struct.unpack_from(f"{order}I", self.wkb, self.at)
        self.at += 4
        if count > len(self.wkb):
            raise _NotStraightError
        return int(count)

    def _read_positions(self, order: str, width: int) -> Ring:
        count = self._read_count(order)
        numbers = struct.unpack_from(f"{order}{count * width}d", self.wkb, self.at)
        self.at += 8 * count * width
        return [struct.pack("<2d", *numbers[i : i + 2]) for i in range(0, count * width, width)]
