"""TOP-COV-05, TOP-HIE-06, TOP-LIN-02: areas and edges say the same, piece by piece."""

from collections.abc import Iterator
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.metres import geodesic_length
from boundaries.network.edges import NOBODY
from boundaries.network.lines import LINE_LEVELS
from boundaries.network.segments import Bools, Ints, places, segments
from boundaries.rules.finding import Finding
from boundaries.rules.published.picture import Picture
from boundaries.rules.registry import judges, severity


@judges("TOP-LIN-02")
def sides(picture: Picture) -> Iterator[Finding]:
    """Edges on whose left or right not the unit lies that is recorded there."""
    net = picture.borders.known.net
    for edge in picture.misplaced.tolist():
        turned = picture.agrees(edge, int(net.right[edge]), int(net.left[edge]))
        lowest = len(picture.borders.known.faces)
        truly = {unit for there in picture.lying[-1][edge] for unit in there if unit < lowest}
        zh, en = picture.called(picture.beside(edge))
        there_zh, there_en = picture.called(truly) if truly else ("—", "none")
        what_zh = "左右颠倒" if turned else f"两侧的单位不对：实为 {there_zh}"
        what_en = "left and right are swapped" if turned else f"beside it lie in fact {there_en}"
        yield Finding(
            "TOP-LIN-02",
            "turned" if turned else "other_unit",
            severity("TOP-LIN-02"),
            tuple(sorted({*picture.beside(edge), *truly})),
            picture.shapes[edge],
            f"{zh} 的界线{what_zh}。",
            f"a line of {en}: {what_en}",
        )


@judges("TOP-COV-05")
def made_of_edges(picture: Picture) -> Iterator[Finding]:
    """Lowest known units whose border is not, to the last bit, that of their edges."""
    net, lowest = picture.borders.known.net, set(picture.borders.known.faces)
    yield from _differing(picture, "TOP-COV-05", [u for u in picture.areas if u in lowest])
    for face, unit in enumerate(picture.borders.known.faces):
        if unit in picture.areas:
            continue
        mine = np.flatnonzero((net.left == face) | (net.right == face))
        who = picture.names[face]
        yield Finding(
            "TOP-COV-05",
            "no_area",
            severity("TOP-COV-05"),
            (face,),
            shapely.line_merge(shapely.MultiLineString(picture.shapes[mine].tolist())),
            f"{who} 有 {len(mine)} 条边，而没有有效的边界面。",
            f"{who} has {len(mine)} edges and no area in force",
        )


@judges("TOP-HIE-06")
def made_of_lower_edges(picture: Picture) -> Iterator[Finding]:
    """Units above others whose border is not made of the edges of those.

    A stretch at which already the lowest unit differs is told there.
    """
    lowest = set(picture.borders.known.faces)
    upper = [unit for unit in picture.areas if unit not in lowest]
    yield from _differing(picture, "TOP-HIE-06", upper)


def _differing(picture: Picture, rule: str, units: list[UUID]) -> Iterator[Finding]:
    for unit, bounded, stretch in _departures(picture, units):
        who = picture.names[picture.number[unit]]
        metres = float(geodesic_length([stretch])[0])
        zh = "与界线不一致" if bounded else "没有围合它的界线"
        en = "is not what its edges bound" if bounded else "has no edges"
        yield Finding(
            rule,
            "differs" if bounded else "no_edges",
            severity(rule),
            picture.features([unit]),
            stretch,
            f"{who} 的边界{zh}：{metres:.1f} 米。",
            f"the border of {who} {en}: {metres:.1f} m",
            measured=metres,
            limit=0,
            unit="m",
        )


def _departures(picture: Picture, asked: list[UUID]) -> Iterator[tuple[UUID, bool, BaseGeometry]]:
    """Units with the pieces that only their area or only their edges have.

    Told with each is whether the unit has edges at all. Pieces of edges with a wrong side are
    passed over, and those that a lower unit has alone.
    """
    units = list(picture.areas)
    net = picture.borders.known.net
    drawn = segments(np.array([None, *picture.areas.values()], dtype=object)[1:])
    xy = np.vstack([net.xy, drawn.xy])
    at, owner, edges = _bounding(picture, units)
    first = np.r_[len(net.xy) + drawn.first, at]
    unit = np.r_[drawn.feature, owner]
    vertex = places(xy)
    ends = np.sort(np.column_stack([vertex[first], vertex[first + 1]]), axis=1)
    piece = ends[:, 0] * (len(xy) + 1) + ends[:, 1]
    of_area = np.arange(len(first)) < len(drawn.first)
    alone = _in_one(unit, piece, of_area) & (ends[:, 0] != ends[:, 1])
    known = np.isin(piece, piece[~of_area][np.isin(edges, picture.misplaced)])
    faces, those = set(picture.borders.known.faces), set(asked)
    lowest = np.array([one in faces for one in units], dtype=bool)[unit]
    told = lowest | ~np.isin(piece, piece[alone & lowest])
    alone &= ~known & told & np.array([one in those for one in units], dtype=bool)[unit]
    with_edges = set(np.unique(owner).tolist())
    for number in np.unique(unit[alone]).tolist():
        mine = first[alone & (unit == number)]
        lines = shapely.linestrings(np.stack([xy[mine], xy[mine + 1]], axis=1))
        yield units[number], number in with_edges, shapely.line_merge(shapely.union_all(lines))


def _in_one(unit: Ints, piece: Ints, of_area: Bools) -> Bools:
    """Rows whose unit has the piece in its area only, or in its edges only."""
    order = np.lexsort((piece, unit))
    new = np.r_[True, (np.diff(unit[order]) != 0) | (np.diff(piece[order]) != 0)][: len(unit)]
    group = np.empty(len(unit), np.int64)
    group[order] = np.cumsum(new) - 1
    size = int(group.max(initial=-1)) + 1
    by_area, by_edge = np.zeros(size, bool), np.zeros(size, bool)
    by_area[group[of_area]] = True
    by_edge[group[~of_area]] = True
    found: Bools = (by_area != by_edge)[group]
    return found


def _bounding(picture: Picture, units: list[UUID]) -> tuple[Ints, Ints, Ints]:
    """The straight pieces of edges that bound units, once for each unit that they bound.

    Of each: where its first vertex stands, the position of the unit, and its edge.
    """
    borders, net = picture.borders, picture.borders.known.net
    first = np.delete(np.arange(len(net.xy)), net.at[1:] - 1)
    edge = np.repeat(np.arange(len(net)), np.diff(net.at) - 1)
    position = {picture.number[unit]: k for k, unit in enumerate(units)}
    found = []
    for level in LINE_LEVELS:
        stands = borders.at(level)
        mine = [
            position.get(n, NOBODY)
            if n != NOBODY and borders.known.units[borders.units[n]].level == level
            else NOBODY
            for n in stands.tolist()
        ]
        own, bounds = np.array(mine, dtype=np.int64), stands[net.left] != stands[net.right]
        for side in (net.left, net.right):
            owner = np.where(bounds, own[side], NOBODY)[edge]
            found += [np.stack([first, owner, edge])[:, owner != NOBODY]]
    at, owner, of = np.concatenate(found, axis=1).astype(np.int64)
    return at, owner, of
