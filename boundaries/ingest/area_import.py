"""Areas of units and the borders between them, dated, from a polygon layer.

A polygon shows a territory on the reference day of its file. It is valid from the last change of
that territory before that day until the unit ends; of earlier days no geometry is known, and
today's would be wrong. Where a unit was later replaced by a single one on the whole territory,
the polygon continues under the new unit.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.polygon_layer import Layer, Remark
from boundaries.layers.position_checks import validate_positions
from boundaries.network.existing_coverage import EMPTY_COVERAGE, ExistingCoverage
from boundaries.network.leaf_faces import Region
from gazetteer.ingest.code_index import CodeAssignment, CodeIndex
from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.ingest.source_ids import derive_record_id
from gazetteer.ingest.staged_batch import (
    LoadFinding,
    LoadSeverity,
    MaterializedPart,
    StagedBatch,
    ignore_progress,
)
from gazetteer.ingest.territory_changes import TerritoryChanges
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd
from gazetteer.ledger.versions import Timeline, Version
from gazetteer.progress import Progress

REFERENCE_DAY = date(2019, 12, 31)
"""The day whose state the shipped polygons show (OpenStreetMap of 2019-20)."""

DEFAULT_ACCURACY_M = 500.0
"""How far a border of the shipped polygons may lie from the truth: half of the inner ones are
more than 200 m off, so 500 m is assumed for all (decision 0004)."""

AREA_FILE_KIND = "areas"
"""The kind of such a file in an import."""


def build_area_batch(
    layer: Layer,
    unit_index: CodeIndex,
    territory: TerritoryChanges,
    *,
    source: str | None = None,
    reference_day: date = REFERENCE_DAY,
    accuracy_m: float = DEFAULT_ACCURACY_M,
    existing: ExistingCoverage = EMPTY_COVERAGE,
    progress: Progress = ignore_progress,
) -> StagedBatch:
    """Areas of the units that carried the codes of a layer on its reference day, and borders.

    ``layer`` is in lon, lat degrees of CGCS2000; findings number its features from 1, 0 is the
    layer as a whole. ``source`` is where the polygons come from, by default the file;
    ``accuracy_m`` is how far a border may lie from the truth. Borders with the areas in
    ``existing`` are shared.

    Raises:
        NotACoverage: a polygon runs along the same segment twice.
    """
    findings = LoadFindingCollector(layer.source)
    bad_features = _find_bad_features(layer, findings)
    regions: list[Region] = []
    for number, unit in _match_units(layer, unit_index, reference_day, findings):
        if number in bad_features or None in bad_features:  # the feature, or the whole layer
            continue
        shape = _extract_polygons(number + 1, layer.geometries[number], findings)
        if shape is not None:
            tenures = tuple(_iter_tenures(number + 1, unit, territory, reference_day, findings))
            names = (unit.code, _get_parent_code(layer, number))
            regions.append(Region(*names, shape, tenures, accuracy_m, source or layer.source))
        progress(number + 1, len(layer), layer.source)
    timelines = [*_derive_area_timelines(regions), *existing.derive_combined_timelines(regions)]
    return StagedBatch(
        layer.source,
        (MaterializedPart(timelines),),
        tuple(findings.entries),
        {layer.source: len(layer)},
    )


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


def _derive_area_timelines(regions: Sequence[Region]) -> Iterator[Timeline]:
    """The area of every unit that had one of the territories."""
    for region in regions:
        shape = str(shapely.to_wkb(region.shape, hex=True, byte_order=1)).lower()
        attributes = {"geom": shape, "accuracy_m": region.accuracy_m, "source": region.source}
        for unit_id, period in region.tenures:
            version = Version(period, {"unit_id": unit_id, **attributes})
            yield Timeline("area", derive_record_id("area", str(unit_id)), (version,))


def _find_start(
    unit: CodeAssignment, territory: TerritoryChanges, reference_day: date
) -> PeriodEnd:
    """From the last change of the territory, or the unit's start if that is later."""
    unit_start = territory.starts.get(unit.unit_id, unit.period.start)
    changed = territory.find_last_change(unit.unit_id, reference_day)
    if changed is None or (unit_start.on and changed.on and changed.on <= unit_start.on):
        return unit_start
    return changed
