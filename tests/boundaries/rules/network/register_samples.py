"""Small registers in memory: networks cut as the intake cuts them, areas, histories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid5

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.network.boundary_lines import BoundaryLines
from boundaries.network.leaf_faces import Region
from boundaries.network.network_builder import OUTSIDE, Network
from boundaries.network.network_store import KnownNetwork, NetworkHistory, NetworkUnit
from boundaries.network.polygonize import derive_areas
from boundaries.network.segments import Floats
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.history.history_context import (
    AreaTenure,
    CodeTenure,
    HistoryContext,
    SuccessionTransfer,
    UnitTenure,
    ValidityPeriod,
)
from boundaries.rules.network.network_context import NetworkContext
from boundaries.rules.register_validation import NETWORK_RULES
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Timeline
from tests.boundaries.network.drawn_timelines import derive_network_timelines
from tests.boundaries.rules.wording import assert_worded

SPACE = UUID("5a2f7d60-39b5-4f6e-8f0f-5b5b8e0f5f00")


def get_unit_id(code: str) -> UUID:
    return uuid5(SPACE, code)


def make_units(codes: Sequence[str]) -> dict[UUID, NetworkUnit]:
    """The counties of these codes, with the prefectures and provinces that the codes imply."""
    found = {}
    for code in codes:
        for own, level, parent in (
            (code[:2] + "0000", "province", None),
            (code[:4] + "00", "prefecture", code[:2] + "0000"),
            (code, "county", code[:4] + "00"),
        ):
            if get_unit_id(own) not in found:
                above = get_unit_id(parent) if parent else None
                found[get_unit_id(own)] = NetworkUnit(level, own, f"单位{own}", above)
    return found


EdgeAttributes = Mapping[str, object]


def build_network(
    edges: Sequence[EdgeAttributes],
) -> tuple[Network, tuple[UUID, ...], tuple[UUID, ...]]:
    """The network of edges given by their attributes, with its faces and its nodes."""
    ends = list(dict.fromkeys(n for one in edges for n in (one["start_node"], one["end_node"])))
    faces = list(
        dict.fromkeys(u for one in edges for u in (one["left_unit"], one["right_unit"]) if u)
    )
    start, end = (
        np.array([ends.index(one[key]) for one in edges]) for key in ("start_node", "end_node")
    )
    left, right = (
        np.array([faces.index(one[key]) if one[key] else OUTSIDE for one in edges])
        for key in ("left_unit", "right_unit")
    )
    lines = shapely.from_wkb([one["geom"] for one in edges])
    xy = shapely.get_coordinates(lines)
    at = np.r_[0, np.cumsum(shapely.get_num_coordinates(lines))]
    nodes = np.empty((len(ends), 2))
    nodes[start], nodes[end] = xy[at[:-1]], xy[at[1:] - 1]
    return Network(nodes, start, end, left, right, xy, at), tuple(faces), tuple(ends)


def build_known_network(
    regions: Sequence[Region], units: Mapping[UUID, NetworkUnit]
) -> KnownNetwork:
    """The network of regions without beginning and end."""
    timelines = [t for t in derive_network_timelines(regions) if t.kind == "edge"]
    edges = [timeline.versions[0].attributes for timeline in timelines]
    net, faces, nodes = build_network(edges)
    beyond = tuple(one["beyond"] for one in edges)
    return KnownNetwork(net, faces, tuple(t.record_id for t in timelines), nodes, units, beyond)


@dataclass(frozen=True)
class Sample:
    """A network with the areas that its edges bound, and the number of edges ever at each node."""

    known: KnownNetwork
    areas: Mapping[UUID, BaseGeometry]
    degree_ever: Mapping[UUID, int]

    def with_net(self, **parts: object) -> "Sample":
        known = replace(self.known, net=replace(self.known.net, **parts))
        return replace(self, known=known)

    def with_area(self, code: str, shape: BaseGeometry) -> "Sample":
        return replace(self, areas={**self.areas, get_unit_id(code): shape})

    def code(self, face: int) -> str:
        return str(self.known.units[self.known.faces[face]].code)

    def codes(self, edge: int) -> tuple[str, ...]:
        net = self.known.net
        sides = (int(net.left[edge]), int(net.right[edge]))
        return tuple(sorted(self.code(side) for side in sides if side != OUTSIDE))

    def build_context(self) -> NetworkContext:
        return NetworkContext(BoundaryLines(self.known), Tolerances(), self.areas, self.degree_ever)

    def findings(self) -> list[SpatialFinding]:
        context = self.build_context()
        findings = [found for rule in NETWORK_RULES for found in rule(context)]
        assert_worded(findings)
        return findings

    def list_findings(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Rule, kind and codes of each finding."""
        names = self.build_context().names
        return sorted(
            (f.rule, f.kind, tuple(sorted(names[n] for n in f.features))) for f in self.findings()
        )


def make_sample(
    shapes: Sequence[BaseGeometry], codes: Sequence[str], *, upper: Sequence[Region] = ()
) -> Sample:
    """A register of counties with all units above them, whose areas are drawn from the edges.

    ``upper`` are regions that are only partly covered by the counties.
    """
    units = make_units([*codes, *(region.code for region in upper)])
    regions = [
        Region(code, code[:4] + "00", shape, ((get_unit_id(code), Period()),), 1.0, "made")
        for code, shape in zip(codes, shapes, strict=True)
    ]
    known = build_known_network([*regions, *upper], units)
    drawn: dict[UUID, BaseGeometry] = {}
    for level in ("province", "prefecture", "county"):
        labels, found = known.label_faces(level)
        for number, shape in derive_areas(known.net, labels).items():
            if known.units[found[number]].level == level:
                drawn[found[number]] = shape
    degree_ever: dict[UUID, int] = {}
    for node in np.r_[known.net.start, known.net.end].tolist():
        degree_ever[known.nodes[node]] = degree_ever.get(known.nodes[node], 0) + 1
    return Sample(known, drawn, degree_ever)


def make_province(code: str, shape: BaseGeometry) -> Region:
    return Region(code, None, shape, ((get_unit_id(code), Period()),), 1.0, "made")


def remove_edge(made: Sample, edge: int) -> Sample:
    """The network as if somebody had taken an edge out."""
    return select_edges(made, [k for k in range(len(made.known.net)) if k != edge])


def select_edges(made: Sample, edges: Sequence[int]) -> Sample:
    """The network of these edges, some of them perhaps twice."""
    return rebuild_network(made, [(e, made.known.net.get_vertices(e)) for e in edges])


def rebuild_network(made: Sample, runs: Sequence[tuple[int, Floats]]) -> Sample:
    """The network of these runs of vertices, each with the sides of the edge it is named by."""
    known, net = made.known, made.known.net
    places = {tuple(place): k for k, place in enumerate(net.nodes.tolist())}
    nodes = list(known.nodes)
    numbers = []
    for _, xy in runs:
        for place in (tuple(xy[0].tolist()), tuple(xy[-1].tolist())):
            if place not in places:
                places[place] = len(nodes)
                nodes.append(uuid5(SPACE, repr(place)))
            numbers.append(places[place])
    of = [edge for edge, _ in runs]
    ends = np.array(numbers).reshape(-1, 2)
    at = np.r_[0, np.cumsum([len(xy) for _, xy in runs])]
    new = Network(
        np.array(list(places)),
        ends[:, 0],
        ends[:, 1],
        net.left[of],
        net.right[of],
        np.vstack([xy for _, xy in runs]),
        at,
    )
    edges = tuple(uuid5(SPACE, f"{k} {known.edges[e]}") for k, e in enumerate(of))
    beyond = tuple(known.beyond[e] for e in of)
    return replace(
        made, known=replace(known, net=new, edges=edges, nodes=tuple(nodes), beyond=beyond)
    )


_NONE, _NO_PLACES = np.empty(0, int), np.empty((0, 2))
NO_NETWORK = NetworkHistory(
    Network(_NO_PLACES, _NONE, _NONE, _NONE, _NONE, _NO_PLACES, np.zeros(1, int)),
    *((), (), ()),
    *(_NONE, _NONE),
    np.empty((0, 2), bool),
    {},
)


def make_tenure(
    code: str, start: date | None = None, stop: date | None = None, **other: object
) -> UnitTenure:
    """A county in a period; ``parent`` is given by its code."""
    edges = {"level": "county", "unit_type": "县", "name": f"县{code}", "parent": "440100", **other}
    return UnitTenure(
        str(edges["level"]),
        str(edges["unit_type"]),
        code,
        str(edges["name"]),
        get_unit_id(str(edges["parent"])),
        ValidityPeriod(start, stop),
    )


def make_history(
    states: Mapping[str, Sequence[UnitTenure]],
    *,
    codes: Sequence[tuple[str, str, date | None, date | None]] = (),
    links: Sequence[tuple[str, str, date]] = (),
    areas: Sequence[AreaTenure] = (),
    network: NetworkHistory = NO_NETWORK,
    until: date = date(2030, 1, 1),
) -> HistoryContext:
    """A history of units, which are identified by any names."""
    held = [
        CodeTenure(get_unit_id(u), code, ValidityPeriod(start, stop))
        for u, code, start, stop in codes
    ]
    passed = [
        SuccessionTransfer(get_unit_id(giver), get_unit_id(taker), on) for giver, taker, on in links
    ]
    known = {get_unit_id(name): list(lives) for name, lives in states.items()}
    return HistoryContext(until, known, held, passed, list(areas), network)


def make_area_tenure(
    version: int, unit: str, start: date | None, stop: date | None, source: str = "made"
) -> AreaTenure:
    return AreaTenure(version, get_unit_id(unit), ValidityPeriod(start, stop), 5.0, source)


def make_network_history(
    timelines: Sequence[Timeline], units: Mapping[UUID, NetworkUnit]
) -> NetworkHistory:
    """The edges of timelines with all their versions, as the ledger gives them back."""
    rows = [(t.record_id, v) for t in timelines if t.kind == "edge" for v in t.versions]
    net, faces, nodes = build_network([version.attributes for _, version in rows])
    spans = [version.period for _, version in rows]
    loose = [
        [bound.on is not None and bound.act is None for bound in (span.start, span.end)]
        for span in spans
    ]
    return NetworkHistory(
        net,
        faces,
        tuple(record for record, _ in rows),
        nodes,
        np.array([(span.start.on or date.min).toordinal() for span in spans]),
        np.array([(span.end.on or date.max).toordinal() for span in spans]),
        np.array(loose),
        units,
    )
