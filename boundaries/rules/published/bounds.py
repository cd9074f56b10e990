"""TOP-COV-05 and -06, TOP-HIE-06, TOP-LIN-02: areas and edges say the same, piece by piece."""

from collections.abc import Iterator
from uuid import UUID

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.layers.metres import geodesic_length
from boundaries.network.edges import NOBODY
from boundaries.network.lines import LINE_LEVELS
from boundaries.network.segments import Bools, Floats, Ints, places, segments
from boundaries.rules.finding import Finding
from boundaries.rules.published.picture import Picture
from boundaries.rules.registry import judges, severity

_BESIDE = 1e-4
"""How far beside a piece its sides are looked up, in lengths of the piece."""


@judges("TOP-COV-05")
def made_of_edges(picture: Picture) -> Iterator[Finding]:
    """Lowest known units whose border is not, to the last bit, that of their edges."""
    yield from _differing(picture, "TOP-COV-05", faces=True)
    known = set(picture.areas)
    for face, unit in enumerate(picture.borders.known.faces):
        if unit not in known:
            mine = np.flatnonzero((picture.borders.sides == face).any(axis=1))
            who = picture.borders.names[face]
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
    """Units above others whose border is not made of the edges of those."""
    yield from _differing(picture, "TOP-HIE-06", faces=False)


def _differing(picture: Picture, rule: str, *, faces: bool) -> Iterator[Finding]:
    lowest = set(picture.borders.known.faces)
    units = [
        u for u in picture.areas if u in picture.borders.known.units and faces == (u in lowest)
    ]
    for unit, border, shape in _departures(picture, units):
        who = picture.borders.known.units[unit].code or str(unit)
        metres = float(geodesic_length([shape])[0])
        zh = "与界线不一致" if border else "没有围合它的界线"
        en = "is not what its edges bound" if border else "has no edges"
        yield Finding(
            rule,
            "differs" if border else "no_edges",
            severity(rule),
            picture.features([unit]),
            shape,
            f"{who} 的边界{zh}：{metres:.1f} 米。",
            f"the border of {who} {en}: {metres:.1f} m",
            measured=metres,
            limit=0,
            unit="m",
        )


def _departures(picture: Picture, units: list[UUID]) -> Iterator[tuple[UUID, bool, BaseGeometry]]:
    """Units with the pieces that only their area or only their edges have.

    Told with each is whether the unit has edges at all.
    """
    if not units:
        return
    net = picture.borders.known.net
    drawn = segments(np.array([picture.areas[unit] for unit in units], dtype=object))
    xy = np.vstack([net.xy, drawn.xy])
    vertex = places(xy)
    of_edges = np.delete(np.arange(len(net.xy)), net.at[1:] - 1)
    edge = np.repeat(np.arange(len(net)), np.diff(net.at) - 1)
    first, owner = [len(net.xy) + drawn.first], [drawn.feature]
    for sides in _bounded(picture, units):
        there = sides[edge] != NOBODY
        first.append(of_edges[there])
        owner.append(sides[edge][there])
    by_area = np.repeat([True, False], [len(drawn.first), sum(map(len, first[1:]))])
    at, unit = np.concatenate(first), np.concatenate(owner)
    piece = np.sort(np.column_stack([vertex[at], vertex[at + 1]]), axis=1)
    keys = np.column_stack([unit, piece])[piece[:, 0] != piece[:, 1]]
    at, unit, by_area = (part[piece[:, 0] != piece[:, 1]] for part in (at, unit, by_area))
    alone = _once(keys, len(xy))
    with_edges = set(np.unique(unit[~by_area]).tolist())
    for number in np.unique(unit[alone]).tolist():
        mine = at[alone & (unit == number)]
        lines = shapely.linestrings(np.stack([xy[mine], xy[mine + 1]], axis=1))
        yield units[number], number in with_edges, shapely.line_merge(shapely.union_all(lines))


def _once(keys: Ints, size: int) -> Bools:
    """The rows (unit, place, place) that are there an odd number of times."""
    key = (keys[:, 1] * size + keys[:, 2]).astype(np.int64)
    order = np.lexsort((key, keys[:, 0]))
    new = np.r_[True, (np.diff(keys[order, 0]) != 0) | (np.diff(key[order]) != 0)][: len(key)]
    count = np.diff(np.r_[np.flatnonzero(new), len(key)])
    alone = np.zeros(len(key), bool)
    alone[order] = np.repeat(count % 2 == 1, count)
    return alone


def _bounded(picture: Picture, units: list[UUID]) -> Iterator[Ints]:
    """For each level and side: which of the units (E) every edge bounds, else NOBODY."""
    borders, net = picture.borders, picture.borders.known.net
    position = {borders.number[unit]: n for n, unit in enumerate(units) if unit in borders.number}
    for level in LINE_LEVELS:
        stands = borders.at(level)
        asked = np.array(
            [
                position.get(unit, NOBODY)
                if unit != NOBODY and borders.known.units[borders.units[unit]].level == level
                else NOBODY
                for unit in stands.tolist()
            ],
            dtype=np.int64,
        )
        left, right = stands[net.left], stands[net.right]
        for side in (net.left, net.right):
            yield np.where(left != right, asked[side], NOBODY)


@judges("TOP-COV-06")
def neighbours(picture: Picture) -> Iterator[Finding]:
    """Units that are neighbours by their edges but not by their areas, or the other way round."""
    borders = picture.borders
    for level in LINE_LEVELS:
        units = [
            unit
            for unit in picture.areas
            if unit in borders.number and borders.known.units[unit].level == level
        ]
        mine = {borders.number[unit] for unit in units}
        stands, net = borders.at(level), borders.known.net
        by_edges = {
            (min(pair), max(pair))
            for pair in np.unique(
                np.column_stack([stands[net.left], stands[net.right]]), axis=0
            ).tolist()
            if pair[0] != pair[1] and mine.issuperset(pair)
        }
        by_areas = _touching(picture, units)
        for pair in sorted(by_edges ^ by_areas):
            yield _no_neighbours(picture, pair, recorded=pair in by_edges)


def _touching(picture: Picture, units: list[UUID]) -> set[tuple[int, int]]:
    """Pairs of units whose areas have pieces of border in common."""
    drawn = segments(np.array([picture.areas[unit] for unit in units], dtype=object))
    partner = drawn.pairing.partner
    one = np.flatnonzero(partner >= 0)
    pairs = np.column_stack([drawn.feature[one], drawn.feature[partner[one]]])
    numbers = [picture.borders.number[unit] for unit in units]
    return {
        (min(numbers[a], numbers[b]), max(numbers[a], numbers[b]))
        for a, b in np.unique(pairs, axis=0).tolist()
    }


def _no_neighbours(picture: Picture, pair: tuple[int, int], *, recorded: bool) -> Finding:
    zh, en = picture.called(pair)
    what_zh = (
        "登记为相邻，而边界面没有公共界线" if recorded else "边界面有公共界线，而没有登记为相邻"
    )
    what_en = (
        "are recorded as neighbours, and their areas have no border in common"
        if recorded
        else "have border in common, and are not recorded as neighbours"
    )
    one, other = (picture.areas[picture.borders.units[n]] for n in pair)
    return Finding(
        "TOP-COV-06",
        "no_border" if recorded else "not_recorded",
        severity("TOP-COV-06"),
        tuple(sorted(pair)),
        shapely.shortest_line(one, other) if recorded else shapely.intersection(one, other),
        f"{zh} {what_zh}。",
        f"{en} {what_en}",
    )


@judges("TOP-LIN-02")
def sides(picture: Picture) -> Iterator[Finding]:
    """Edges on whose left or right not the unit lies that is recorded there."""
    units = list(picture.areas)
    if not units or not len(picture.shapes):
        return
    net = picture.borders.known.net
    tree = STRtree(np.array([picture.areas[unit] for unit in units], dtype=object))
    number = [picture.borders.number.get(unit, NOBODY) for unit in units]
    faces = len(picture.borders.known.faces)
    found = []
    for point in _beside(picture):
        here, area = tree.query(point, predicate="within")
        lying: list[set[int]] = [set() for _ in range(len(net))]
        for edge, which in zip(here.tolist(), area.tolist(), strict=True):
            lying[edge].add(number[which])
        found.append(lying)
    for edge, recorded in enumerate(zip(net.left.tolist(), net.right.tolist(), strict=True)):
        lies = [found[side][edge] for side in (0, 1)]
        if all(_agrees(unit, there) for unit, there in zip(recorded, lies, strict=True)):
            continue
        turned = all(_agrees(u, there) for u, there in zip(reversed(recorded), lies, strict=True))
        truly = tuple(n for there in lies for n in sorted(there) if n != NOBODY and n < faces)
        yield _other_side(picture, edge, turned, truly)


def _beside(picture: Picture) -> Iterator[Floats]:
    """A point on the left and one on the right of the longest piece of each edge."""
    net = picture.borders.known.net
    step = np.diff(net.xy, axis=0)
    length = np.hypot(*step.T)
    length[net.at[1:-1] - 1] = -1.0
    longest = np.array(
        [
            at + int(length[at : end - 1].argmax())
            for at, end in zip(net.at[:-1], net.at[1:], strict=True)
        ]
    )
    middle = (net.xy[longest] + net.xy[longest + 1]) / 2
    aside = step[longest][:, ::-1] * (-1.0, 1.0) * _BESIDE
    yield np.asarray(shapely.points(middle + aside), dtype=object)
    yield np.asarray(shapely.points(middle - aside), dtype=object)


def _agrees(unit: int, lying: set[int]) -> bool:
    """Whether the unit recorded on a side lies there; nobody, where no area does."""
    return not lying if unit == NOBODY else unit in lying


def _other_side(picture: Picture, edge: int, turned: bool, truly: tuple[int, ...]) -> Finding:
    units = picture.sides_of(edge)
    zh, en = picture.called(units)
    there_zh, there_en = picture.called(truly) if truly else ("—", "none")
    what_zh = "左右颠倒" if turned else f"两侧的单位不对：实为 {there_zh}"
    what_en = "left and right are swapped" if turned else f"beside it lie in fact {there_en}"
    return Finding(
        "TOP-LIN-02",
        "turned" if turned else "other_unit",
        severity("TOP-LIN-02"),
        tuple(sorted({*units, *truly})),
        picture.shapes[edge],
        f"{zh} 的界线{what_zh}。",
        f"a line of {en}: {what_en}",
    )
