"""TOP-LIN-01 to -05 and -09, TOP-GEO-03: the lines between units, as the network makes them."""

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.network.lines import LINE_LEVELS, NO_LEVEL, WITHIN, Line
from boundaries.network.segments import Ints
from boundaries.rules.finding import Finding
from boundaries.rules.groups import grouped
from boundaries.rules.metric import Metric
from boundaries.rules.published.picture import Picture
from boundaries.rules.registry import judges, severity

LEVEL_ZH = dict(zip(LINE_LEVELS, ("省级", "地级", "县级", "乡级"), strict=True))
_METRIC = Metric()


@judges("TOP-GEO-03")
def crossing_itself(picture: Picture) -> Iterator[Finding]:
    """Edges that meet themselves anywhere but at their ends."""
    for edge in np.flatnonzero(~shapely.is_simple(picture.shapes)).tolist():
        units = picture.beside(edge)
        zh, en = picture.called(units)
        yield Finding(
            "TOP-GEO-03",
            "crossing",
            severity("TOP-GEO-03"),
            units,
            _meetings(picture.shapes[edge]),
            f"{zh} 的界线与自身相交。",
            f"a line of {en} crosses itself",
        )


def _meetings(line: BaseGeometry) -> BaseGeometry:
    """Where a line meets itself: the ends of its pieces, once it is cut there."""
    pieces = shapely.get_parts(shapely.union_all(line))
    ends = shapely.union_all(shapely.boundary(pieces))
    met: BaseGeometry = shapely.difference(ends, shapely.boundary(line))
    return met


@judges("TOP-LIN-01")
def broken(picture: Picture) -> Iterator[Finding]:
    """Lines that end in the middle of nowhere, branch, or consist of several paths."""
    yield from _dangling(picture)
    yield from _branching(picture)
    loose = picture.unsound_nodes
    for line in picture.borders.lines:
        paths = _paths(picture, line)
        nodes = picture.ends[list(line.edges)]
        if len(paths) > 1 and not np.isin(nodes, loose).any():
            yield _several(picture, line, paths)


def _dangling(picture: Picture) -> Iterator[Finding]:
    net = picture.borders.known.net
    for edge in np.flatnonzero((picture.degree[picture.ends] == 1).any(axis=1)).tolist():
        units = picture.beside(edge)
        zh, en = picture.called(units)
        free = [node for node in picture.ends[edge].tolist() if picture.degree[node] == 1]
        yield Finding(
            "TOP-LIN-01",
            "dangle",
            severity("TOP-LIN-01"),
            units,
            shapely.MultiPoint(net.nodes[free]),
            f"{zh} 的界线在此中断，没有与任何界线相接。",
            f"a line of {en} breaks off here and meets no other",
        )


def _branching(picture: Picture) -> Iterator[Finding]:
    """Nodes where more than two edges of one line meet, none of which runs along another."""
    borders = picture.borders
    which = np.repeat(borders.line, 2)
    nodes = picture.ends.reshape(-1)
    keys = np.column_stack([which, nodes])[(which >= 0) & ~np.isin(nodes, picture.doubled)]
    met, count = np.unique(keys, axis=0, return_counts=True)
    for (line, node), ways in zip(met[count > 2].tolist(), count[count > 2].tolist(), strict=True):
        units = picture.features(borders.lines[line].units)
        zh, en = picture.called(units)
        yield Finding(
            "TOP-LIN-01",
            "branch",
            severity("TOP-LIN-01"),
            units,
            shapely.Point(borders.known.net.nodes[node]),
            f"{zh} 的界线在此分叉：{ways} 段相会。",
            f"the line of {en} branches here: {ways} of its edges meet",
            measured=ways,
            limit=2,
            unit="edges",
        )


def _paths(picture: Picture, line: Line) -> list[list[int]]:
    """The edges of a line, by what hangs together."""
    return grouped((edge, node) for edge in line.edges for node in picture.ends[edge].tolist())


def _several(picture: Picture, line: Line, paths: list[list[int]]) -> Finding:
    """Two units that meet in several places, with a third one or the sea in between."""
    units = picture.features(line.units)
    zh, en = picture.called(units)
    lengths = sorted((picture.length_m(path) / 1000 for path in paths), reverse=True)
    told = [f"{length:.3g}" for length in lengths]
    return Finding(
        "TOP-LIN-01",
        "several_paths",
        "warning",
        units,
        shapely.MultiPoint(np.vstack([picture.path_ends(path) for path in paths])),
        f"{zh} 的{LEVEL_ZH[line.level]}界线由 {len(paths)} 段互不相连的路径组成，"
        f"分别长 {'、'.join(told)} 千米。",
        f"the {line.level} line of {en} consists of {len(paths)} separate paths of"
        f" {', '.join(told)} km",
        measured=len(paths),
        limit=1,
        unit="paths",
    )


@judges("TOP-LIN-03")
def backwards(picture: Picture) -> Iterator[Finding]:
    """Edges that run neither from west to east nor from north to south."""
    net = picture.borders.known.net
    east, north = (net.nodes[net.end] - net.nodes[net.start]).T
    for edge in np.flatnonzero((east <= 0) & (north >= 0) & (net.start != net.end)).tolist():
        units = picture.beside(edge)
        zh, en = picture.called(units)
        yield Finding(
            "TOP-LIN-03",
            "direction",
            severity("TOP-LIN-03"),
            units,
            picture.shapes[edge],
            f"{zh} 的界线自东向西或自南向北。",
            f"the line of {en} runs from east to west, or from south to north",
        )


@judges("TOP-LIN-04")
def without_level(picture: Picture) -> Iterator[Finding]:
    """Edges that are the line of no level: what they divide is one unit, or has no parent."""
    level = picture.borders.level
    for edge in np.flatnonzero(level == NO_LEVEL).tolist():
        units = picture.beside(edge)
        zh, en = picture.called(units)
        yield Finding(
            "TOP-LIN-04",
            "no_level",
            severity("TOP-LIN-04"),
            units,
            picture.shapes[edge],
            f"{zh} 的界线没有级别：至少一侧的上级单位当时不存在。",
            f"the line of {en} has no level: a side has no parent in force",
        )
    yield from _known_in_parts(picture, np.flatnonzero(level == WITHIN))


def _known_in_parts(picture: Picture, edges: Ints) -> Iterator[Finding]:
    """The limit between known units and the rest of the unit that they lie in."""
    faces = picture.borders.sides[edges]
    height = picture.height[faces]
    upper = np.where(height[:, 0] < height[:, 1], faces[:, 0], faces[:, 1])
    for unit in np.unique(upper).tolist():
        mine = edges[upper == unit].tolist()
        metres = picture.length_m(mine)
        units = picture.beside(*mine)
        who = picture.names[unit]
        yield Finding(
            "TOP-LIN-04",
            "known_in_parts",
            "info",
            units,
            shapely.line_merge(shapely.MultiLineString(picture.shapes[mine].tolist())),
            f"{who} 只载入了部分下级单位；与其余部分之间的 {metres / 1000:.0f} 千米不是界线，"
            "级别不详。",
            f"only some units of {who} are loaded; the {metres / 1000:.0f} km between them and the"
            " rest are no line, and of no known level",
            measured=metres,
            unit="m",
        )


@judges("TOP-LIN-05")
def overlapping(picture: Picture) -> Iterator[Finding]:
    """Stretches that several edges run along."""
    net = picture.borders.known.net
    first, owner, same = picture.shared_pieces
    for run in grouped((k, key) for k, keys in enumerate(same) for key in keys):
        edges = np.unique(owner[run])
        units = picture.beside(*edges.tolist())
        zh, en = picture.called(units)
        pieces = shapely.linestrings(np.stack([net.xy[first[run]], net.xy[first[run] + 1]], 1))
        stretch = shapely.line_merge(shapely.union_all(pieces))
        yield Finding(
            "TOP-LIN-05",
            "overlap",
            severity("TOP-LIN-05"),
            units,
            stretch,
            f"{zh} 的界线在此重叠：{len(edges)} 条边走同一段。",
            f"lines of {en} overlap here: {len(edges)} edges run along the same stretch",
            measured=_METRIC.length(stretch),
            limit=0,
            unit="m",
        )


@judges("TOP-LIN-09")
def pseudo_nodes(picture: Picture) -> Iterator[Finding]:
    """Nodes where two edges with the same sides meet, and nothing else ever did."""
    borders = picture.borders
    net, beyond = borders.known.net, borders.known.beyond
    two = np.flatnonzero((picture.degree == 2) & ~np.isin(np.arange(len(net.nodes)), picture.rings))
    for node in two.tolist():
        one, other = picture.edges_at(node)
        if picture.beside(one) != picture.beside(other) or beyond[one] != beyond[other]:
            continue
        past = picture.ways_ever(node) > 2
        units = picture.beside(one)
        zh, en = picture.called(units)
        yield Finding(
            "TOP-LIN-09",
            "met_on_other_days" if past else "pseudo",
            "info" if past else severity("TOP-LIN-09"),
            units,
            shapely.Point(net.nodes[node]),
            f"{zh} 的界线在此有一个节点，{_WHY_ZH[past]}。",
            f"the line of {en} has a node here {_WHY_EN[past]}",
        )


_WHY_ZH = {
    True: "现在只有两条边相接；在其他日期有别的界线止于此",
    False: "只有两条边相接，两侧单位相同",
}
_WHY_EN = {
    True: "where only two edges meet today; on other days another line ended there",
    False: "where only two edges meet, with the same units on both sides",
}
