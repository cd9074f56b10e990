"""The ground of units, dated, from a polygon layer: matched with units, drawn into the network.

A polygon shows a territory on the reference day of its file. Where the border is known on that day,
the polygon draws the same border better, or from a stated day on differently. Where it is not, the
polygon holds from the last change of that territory before that day until the unit ends, as far as
nothing else is known; of earlier days no geometry is known, and today's would be wrong. Where a
unit was later replaced by a single one on the whole territory, the polygon continues under it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from psycopg import Connection
from shapely.geometry.base import BaseGeometry

from boundaries.ingest.register_units import RegisterUnits
from boundaries.layers.polygon_layer import Layer, Remark
from boundaries.layers.position_checks import validate_positions
from boundaries.network.drawing import Drawing, advance_hierarchy, draw_regions
from boundaries.network.known_edges import NO_EDGES, KnownEdges, load_known_edges
from boundaries.network.leaf_faces import Region, derive_leaf_faces
from boundaries.network.local_coverage import DrawnRegion
from boundaries.network.redraw import DrawingPeriod, OtherDivision
from boundaries.network.redraw_days import find_tenant
from boundaries.network.side_periods import intersect_periods
from gazetteer.ingest.code_index import CodeAssignment, CodeIndex
from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.ingest.staged_batch import (
    LoadFinding,
    LoadSeverity,
    MaterializedPart,
    StagedBatch,
    ignore_progress,
)
from gazetteer.ingest.territory_changes import TerritoryChanges
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd
from gazetteer.messages import message
from gazetteer.problems import CodeNotInForce, LaterChange
from gazetteer.progress import Progress

REFERENCE_DAY = date(2019, 12, 31)
"""The day whose state the shipped polygons show (OpenStreetMap of 2019-20)."""

DEFAULT_ACCURACY_M = 500.0
"""How far a border of the shipped polygons may lie from the truth: half of the inner ones are
more than 200 m off, so 500 m is assumed for all (decision 0004)."""

AREA_FILE_KIND = "areas"
"""The kind of such a file in an import."""


@dataclass(frozen=True)
class LayerRegions:
    """The polygons of a layer that can be imported, with what was found about the others."""

    source: str
    feature_count: int
    regions: tuple[Region, ...]
    findings: tuple[LoadFinding, ...]


def read_regions(
    layer: Layer,
    units: RegisterUnits,
    reference_day: date,
    *,
    source: str | None = None,
    accuracy_m: float = DEFAULT_ACCURACY_M,
    progress: Progress = ignore_progress,
) -> LayerRegions:
    """The territories of the units that carried the codes of a layer on its reference day.

    ``layer`` is in lon, lat degrees of CGCS2000; findings number its features from 1, 0 is the
    layer as a whole. ``source`` is where the polygons come from, by default the file;
    ``accuracy_m`` is how far a border may lie from the truth, in metres.
    """
    findings = LoadFindingCollector(layer.source)
    bad_features = _find_bad_features(layer, findings)
    regions: list[Region] = []
    for number, unit in _match_units(layer, units.codes, reference_day, findings):
        if number in bad_features or None in bad_features:  # the feature, or the whole layer
            continue
        shape = _extract_polygons(number + 1, layer.geometries[number], findings)
        if shape is not None:
            tenures = tuple(
                _iter_tenures(number + 1, unit, units.territory, reference_day, findings)
            )
            names = (unit.code, _get_parent_code(layer, number))
            regions.append(Region(*names, shape, tenures, accuracy_m, source or layer.source))
        progress(number + 1, len(layer), layer.source)
    return LayerRegions(layer.source, len(layer), tuple(regions), tuple(findings.entries))


def build_area_batch(
    layer: LayerRegions,
    units: RegisterUnits,
    period: DrawingPeriod,
    known: KnownEdges = NO_EDGES,
) -> StagedBatch:
    """The edges and nodes that the regions of a layer change; areas follow from these.

    Args:
        layer: The regions; the lowest of them count, the others are made of them.
        units: The units of the register.
        period: The day whose state the layer shows, and the days for which it holds.
        known: The edges round the regions, see :func:`load_edges_around`.

    Raises:
        LaterChange: the drawing has to hold on a day for which something else is known.
        CodeNotInForce: it has to hold on its day, and no unit carries a code of the layer then.
        NotACoverage: a polygon runs along the same segment twice.
    """
    if period.is_strict:
        _check_all_in_force(layer, units, period.day)
    hierarchy = advance_hierarchy(units.unit_periods, period.day)
    drawn = [
        _build_drawn_region(region, unit, tuple(hierarchy.iter_chain(unit)), period)
        for region in derive_leaf_faces(layer.regions)
        if (unit := find_tenant(region.tenures, period.day)) is not None
    ]
    try:
        drawing = draw_regions(known, drawn, period, units.unit_periods)
    except OtherDivision as other:
        raise build_later_change(units, other.units[:1], other.bound) from None
    findings = _list_drawing_findings(layer, drawing, period.day)
    return StagedBatch(
        layer.source,
        (MaterializedPart(drawing.timelines),),
        (*layer.findings, *findings),
        {layer.source: layer.feature_count},
    )


def _list_drawing_findings(layer: LayerRegions, drawing: Drawing, day: date) -> list[LoadFinding]:
    """What could not be drawn, as lines of the report."""
    findings = LoadFindingCollector(layer.source)
    for unit in drawing.made_of_parts:
        code = next(r.code for r in layer.regions if find_tenant(r.tenures, day) == unit)
        findings.add_finding("area_of_parts", 0, "code", code, code=code)
    for first, last in sorted(set(drawing.left_out)):
        start, stop = (None if end in (date.min, date.max) else end for end in (first, last))
        findings.add_finding("divided_otherwise", 0, "", "", start=start or "…", stop=stop or "…")
    return findings.entries


def _check_all_in_force(layer: LayerRegions, units: RegisterUnits, day: date) -> None:
    """Refuse a layer of a stated day with a code that no unit carries then."""
    code = next((f.value for f in layer.findings if f.rule == "no_unit_for_area"), None)
    if code is None:
        return
    last = units.codes.find_last(code)
    words = (
        message("ingest.code_not_in_force", unit=f"{code} {last.name}", day=day)
        if last
        else message("ingest.code_unknown", code=code, day=day)
    )
    raise CodeNotInForce(words, field="effective", code=code, day=day.isoformat())


def load_edges_around(
    conn: Connection[Any], layer: LayerRegions, units: RegisterUnits, day: date
) -> KnownEdges:
    """All that is known of the edges round the regions of a layer, and of the units above them."""
    hierarchy = advance_hierarchy(units.unit_periods, day)
    tenants = {find_tenant(region.tenures, day) for region in layer.regions} - {None}
    above = {unit for tenant in tenants if tenant for unit in hierarchy.iter_chain(tenant)}
    shapes = [region.shape for region in layer.regions]
    return load_known_edges(conn, shapes, sorted(above)) if shapes else NO_EDGES


def build_later_change(
    units: RegisterUnits, concerned: Sequence[UUID], bound: PeriodEnd
) -> LaterChange:
    """The problem of a drawing that has to hold on days for which something else is known."""
    names = [units.name_unit(unit, bound.on or date.max) for unit in concerned]
    params = {"units": names, "day": bound.on or "…"}
    act = units.acts.get(bound.act) if bound.act else None
    return LaterChange(
        message("ingest.later_change.by_act", **params, act=act)
        if act
        else message("ingest.later_change", **params),
        field="effective",
        units=names,
        day=bound.on.isoformat() if bound.on else None,
        act=act,
    )


def _build_drawn_region(
    region: Region, unit: UUID, chain: tuple[UUID, ...], period: DrawingPeriod
) -> DrawnRegion:
    """A region with its tenures on the days for which it is to hold."""
    limits = Period(period.start, period.end)
    tenures = [
        (tenant, common)
        for tenant, tenure in region.tenures
        if (common := intersect_periods(tenure, limits)) is not None
    ]
    return DrawnRegion(unit, chain, region.shape, tuple(tenures), region.accuracy_m, region.source)


def _find_bad_features(layer: Layer, findings: LoadFindingCollector) -> set[int | None]:
    """The features that cannot be imported (None: the whole layer); remarks become findings."""
    remarks = (*layer.remarks, *validate_positions(layer))
    findings.entries += [_build_finding(layer, remark) for remark in remarks]
    return {remark.feature for remark in remarks if remark.severity == "error"}


def _get_parent_code(layer: Layer, number: int) -> str | None:
    parent = layer.attributes[number].get(layer.columns.get("parent_code", ""))
    return str(parent) if parent else None


_SEVERITIES = {
    "error": LoadSeverity.REJECT,
    "warning": LoadSeverity.WARNING,
    "info": LoadSeverity.INFO,
}


def _build_finding(layer: Layer, remark: Remark) -> LoadFinding:
    """A remark of the reader as a line of the report."""
    line = 0 if remark.feature is None else remark.feature + 1
    value = "" if remark.measured is None else f"{remark.measured:g} {remark.unit or ''}".strip()
    severity = _SEVERITIES[remark.severity]
    return LoadFinding(layer.source, line, "geometry", value, remark.rule, severity, remark.message)


def _match_units(
    layer: Layer, unit_index: CodeIndex, reference_day: date, findings: LoadFindingCollector
) -> Iterator[tuple[int, CodeAssignment]]:
    """The features whose code a unit carried."""
    for number, code in enumerate(layer.codes):
        unit = unit_index.find_on_day(code, reference_day) if code else None
        if unit is None:
            findings.add_finding("no_unit_for_area", number + 1, "code", code or "")
        else:
            yield number, unit


def _extract_polygons(
    line: int, shape: BaseGeometry | None, findings: LoadFindingCollector
) -> shapely.MultiPolygon | None:
    """The polygons of a feature; None, with a finding, if they are not valid."""
    if shape is None:
        return None
    if not shape.is_valid:
        findings.add_finding("bad_geometry", line, "geometry", shapely.is_valid_reason(shape))
        return None
    return shapely.MultiPolygon(shapely.get_parts(shape).tolist())


def _iter_tenures(
    line: int,
    unit: CodeAssignment,
    territory: TerritoryChanges,
    reference_day: date,
    findings: LoadFindingCollector,
) -> Iterator[tuple[UUID, Period]]:
    """The periods in which the unit, and later its successors, had the whole territory."""
    start = _find_start(unit, territory, reference_day)
    unit_id: UUID | None = unit.unit_id
    while unit_id is not None:
        later = territory.find_change_after(unit_id, max(reference_day, start.on or reference_day))
        successor = territory.full_transfers.get(unit_id)
        if later is not None and (successor is None or successor[1].on != later.on):
            findings.add_finding("later_than_area", line, "code", unit.code, day=later.on)
        end = successor[1] if successor else territory.ends.get(unit_id, UNBOUNDED)
        yield unit_id, Period(start, end)
        unit_id = successor[0] if successor else None
        start = end


def _find_start(
    unit: CodeAssignment, territory: TerritoryChanges, reference_day: date
) -> PeriodEnd:
    """From the last change of the territory, or the unit's start if that is later."""
    unit_start = territory.starts.get(unit.unit_id, unit.period.start)
    changed = territory.find_last_change(unit.unit_id, reference_day)
    if changed is None or (unit_start.on and changed.on and changed.on <= unit_start.on):
        return unit_start
    return changed
