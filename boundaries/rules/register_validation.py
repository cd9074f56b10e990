"""Validation of the register: areas, lines, nodes, history and names of a moment."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg import Connection
from shapely import STRtree

from boundaries.layers.polygon_layer import Layer
from boundaries.network.boundary_lines import BoundaryLines
from boundaries.network.network_store import (
    KnownNetwork,
    NetworkUnit,
    UnitArea,
    load_network,
    load_seats,
    load_unit_areas,
)
from boundaries.rules.common.spatial_finding import (
    SpatialFinding,
    assign_finding_ids,
    build_sort_key,
)
from boundaries.rules.common.tolerances import Tolerances, build_tolerances
from boundaries.rules.history import code_rules, version_rules
from boundaries.rules.history.area_conservation import find_unconserved_areas, iter_change_events
from boundaries.rules.history.history_context import (
    HistoryContext,
    load_area_shapes,
    load_history_context,
)
from boundaries.rules.layer_validation import validate_layer
from boundaries.rules.network import area_edge_consistency, line_rules, node_rules
from boundaries.rules.network.network_context import NetworkContext
from boundaries.rules.network.place_rules import find_places_outside_unit, load_located_places
from boundaries.rules.register_layer import build_register_layer
from gazetteer.ledger.as_of import AsOf
from gazetteer.progress import Progress, ignore_progress
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.rules.rule_catalogue import read_catalogue
from gazetteer.settings import Settings, get_settings

NETWORK_RULES = (
    area_edge_consistency.find_area_edge_differences,
    area_edge_consistency.find_upper_border_differences,
    area_edge_consistency.find_wrong_sides,
    line_rules.find_self_crossings,
    line_rules.find_broken_lines,
    line_rules.find_backward_edges,
    line_rules.find_edges_without_level,
    line_rules.find_overlapping_edges,
    line_rules.find_pseudo_nodes,
    node_rules.find_tripoint_flaws,
    node_rules.find_line_end_flaws,
)
"""The rules on the lines and nodes of a moment."""

HISTORY_RULES = (
    version_rules.find_area_period_flaws,
    version_rules.find_changes_without_act,
    version_rules.find_daily_coverage_flaws,
    code_rules.find_reissued_codes,
    code_rules.find_code_change_flaws,
)
"""The rules on the history up to a moment."""


@dataclass(frozen=True, slots=True)
class RegisterValidationResult:
    """What was found in the register, the gravest first.

    ``features`` of a finding are numbers in ``units`` and ``codes``; for a unit without a code,
    the latter has its id.
    """

    units: tuple[UUID, ...]
    codes: tuple[str, ...]
    findings: tuple[SpatialFinding, ...]


class _UnitNumbering:
    """Numbers the units of findings in the order in which they occur."""

    def __init__(self) -> None:
        self.number: dict[UUID, int] = {}
        self.codes: list[str] = []

    def add_unit(self, unit: UUID, code: str | None) -> int:
        if unit not in self.number:
            self.number[unit] = len(self.codes)
            self.codes.append(code or str(unit))
        return self.number[unit]

    def renumber_findings(
        self, findings: Iterable[SpatialFinding], units: tuple[UUID, ...], codes: tuple[str, ...]
    ) -> Iterator[SpatialFinding]:
        """The findings of a rule, whose features are numbers in ``units``, with our numbers."""
        for finding in findings:
            numbers = {self.add_unit(units[n], codes[n]) for n in finding.features}
            yield replace(finding, features=tuple(sorted(numbers)))


def validate_register(
    conn: Connection[Any],
    as_of: AsOf,
    progress: Progress = ignore_progress,
    since: date = date.min,
) -> RegisterValidationResult:
    """All findings on what is in force at a moment, as known then, and on the changes before it.

    Tolerances come from the settings, and from the accuracy that the areas of each level state.

    Args:
        conn: a connection on which transactions can be opened.
        as_of: the moment, and the day of knowledge.
        progress: called with each step as ``(done, total, what)``.
        since: changes up to this day are not checked again.
    """
    settings, numbering = get_settings(), _UnitNumbering()
    known = load_network(conn, as_of)
    areas = {u: area for u, area in load_unit_areas(conn, as_of).items() if u in known.units}
    prepared = list(
        _prepare_rules(conn, as_of, since, known, areas, build_tolerances(None, None, settings))
    )
    done, total = 0, len(prepared)

    def report_step(step: int, steps: int, what: str) -> None:
        nonlocal done, total
        done, total = steps, steps + len(prepared)
        progress(step, total, what)

    layer = build_register_layer(known.units, areas, load_seats(conn, as_of))
    findings = [*_validate_areas(layer, known.units, areas, settings, numbering, report_step)]
    for more, (what, rule, units, unit_codes) in enumerate(prepared, start=1):
        findings += numbering.renumber_findings(rule(), units, unit_codes)
        progress(done + more, total, what)
    findings = sorted(_drop_repeated(findings), key=build_sort_key)
    identified_findings = assign_finding_ids(findings, tuple(numbering.codes), planar=False)
    return RegisterValidationResult(
        tuple(numbering.number), tuple(numbering.codes), tuple(identified_findings)
    )


_PreparedRule = tuple[
    str, Callable[[], Iterable[SpatialFinding]], tuple[UUID, ...], tuple[str, ...]
]
"""A rule by name, ready to run, with the units and codes that its findings refer to."""


def _prepare_rules(
    conn: Connection[Any],
    as_of: AsOf,
    since: date,
    known: KnownNetwork,
    areas: Mapping[UUID, UnitArea],
    limits: Tolerances,
) -> Iterator[_PreparedRule]:
    """The rules on the network, the history and the names of a moment.

    ``areas`` are those in force, ``limits`` the tolerances of rules that concern no single level.
    """
    borders, history = BoundaryLines(known), load_history_context(conn, as_of, since)
    shapes = {unit: area.shape for unit, area in areas.items()}
    context = NetworkContext(borders, limits, shapes, _count_edges_ever(history))
    for on_network in NETWORK_RULES:
        yield on_network.__name__, partial(on_network, context), context.units, context.names
    for on_history in HISTORY_RULES:
        yield on_history.__name__, partial(on_history, history), history.units, history.names
    changes = tuple(iter_change_events(history))
    shapes_by_version = load_area_shapes(
        conn, {a.version for e in changes for a in (*e.before, *e.after)}
    )
    yield (
        find_unconserved_areas.__name__,
        partial(find_unconserved_areas, history, changes, shapes_by_version, limits),
        history.units,
        history.names,
    )
    places = load_located_places(conn, as_of)
    unit_codes = tuple(known.units[unit].code or str(unit) for unit in areas)
    yield (
        find_places_outside_unit.__name__,
        partial(find_places_outside_unit, places, known.units, areas, limits),
        tuple(areas),
        unit_codes,
    )


def _count_edges_ever(history: HistoryContext) -> Mapping[UUID, int]:
    """How many edges met at each node at any time."""
    network = history.network
    net = network.net
    ends = zip(network.edges * 2, [*net.start.tolist(), *net.end.tolist()], strict=True)
    return Counter(network.nodes[node] for _, node in set(ends))


def _drop_repeated(findings: list[SpatialFinding]) -> list[SpatialFinding]:
    """The findings without those of an earlier day that persist and are reported as of today."""
    earlier = [f for f in findings if f.rule == "TOP-VER-03" and f.kind != "open"]
    now = [f.geometry for f in findings if f.rule in ("TOP-COV-01", "TOP-COV-02")]
    flaw_shapes = np.array([None, *now], dtype=object)[1:]
    inside = shapely.point_on_surface(np.array([None, *(f.geometry for f in earlier)], object)[1:])
    covered = STRtree(flaw_shapes).query(inside, predicate="intersects")[0]
    still = {id(earlier[k]) for k in covered.tolist()}
    catalogue = read_catalogue()
    flawed = {n for f in findings if catalogue[f.rule].leaves_border_open for n in f.features}
    still |= {id(f) for f in findings if f.kind == "open" and flawed.issuperset(f.features)}
    return [finding for finding in findings if id(finding) not in still]


def _validate_areas(
    layer: Layer,
    units: Mapping[UUID, NetworkUnit],
    areas: Mapping[UUID, UnitArea],
    settings: Settings,
    numbering: _UnitNumbering,
    progress: Progress,
) -> Iterator[SpatialFinding]:
    """The areas as a layer, checked by all rules on layers."""
    limits = {
        level: _build_level_tolerances(level, units, areas, settings) for level in UNIT_LEVELS
    }
    result = validate_layer(
        layer, build_tolerances(None, None, settings), progress, by_level=limits
    )
    partly_known = {own.parent_id for unit, own in units.items() if unit not in areas}
    relevant = (
        f for f in result.findings if not _is_against_unknown(f, tuple(areas), units, partly_known)
    )
    yield from numbering.renumber_findings(relevant, tuple(areas), layer.names)


def _is_against_unknown(
    finding: SpatialFinding,
    numbered: tuple[UUID, ...],
    units: Mapping[UUID, NetworkUnit],
    partly_known: Container[UUID | None],
) -> bool:
    """Whether an area of a parent is uncovered only because units in it have no known area."""
    if (finding.rule, finding.kind) != ("TOP-COV-02", "parent") and finding.rule != "TOP-HIE-03":
        return False
    concerned = [numbered[n] for n in finding.features]
    return min(concerned, key=lambda unit: UNIT_LEVELS.index(units[unit].level)) in partly_known


def _build_level_tolerances(
    level: str,
    units: Mapping[UUID, NetworkUnit],
    areas: Mapping[UUID, UnitArea],
    settings: Settings,
) -> Tolerances:
    """The limits of a level, with the worst accuracy that its areas state."""
    stated = [area.accuracy_m for unit, area in areas.items() if units[unit].level == level]
    return build_tolerances(
        level, max((a for a in stated if a is not None), default=None), settings
    )
