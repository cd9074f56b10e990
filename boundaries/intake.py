"""Polygon files made into areas of units and the borders between them: read, checked, dated.

A polygon shows a territory on one day, the state of its file. It holds from the last change of
that territory before, and until the unit ends; of earlier days no geometry is known, and saying
today's would be wrong. Where a unit was later replaced by a single one on the whole territory,
the polygon goes on under the new unit.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.network.elsewhere import NOTHING_ELSE, Elsewhere
from boundaries.network.faces import Region
from gazetteer.intake.batch import Batch, Made, Progress, no_progress
from gazetteer.intake.coordinates import in_range
from gazetteer.intake.findings import Findings
from gazetteer.intake.ids import record_id
from gazetteer.intake.index import Carried, UnitIndex
from gazetteer.intake.read import read_text, unreadable
from gazetteer.intake.territory import Territory
from gazetteer.ledger.bounds import OPEN, Bound, Span
from gazetteer.ledger.versions import Timeline, Version

STATE = date(2019, 12, 31)
"""The day whose state the shipped polygons show (OpenStreetMap of 2019-20)."""

ACCURACY_M = 500.0
"""How far a border of the shipped polygons may lie from the truth: half of the inner ones are
more than 200 m off, so 500 m is assumed for all (decision 0004)."""

KIND = "areas"
"""How an import calls a file of this kind."""

Feature = Mapping[str, Any]


def areas(
    path: Path,
    known: UnitIndex,
    lands: Territory,
    *,
    state: date = STATE,
    accuracy_m: float = ACCURACY_M,
    elsewhere: Elsewhere = NOTHING_ELSE,
    progress: Progress = no_progress,
) -> Batch:
    """Areas of the units that carried the codes of a GeoJSON file on the day of its state.

    Each feature needs a ``code``, and a Polygon or MultiPolygon in lon, lat degrees (WGS84, equal
    to CGCS2000 within the accuracy). A feature is named by its number in the file, from 1.
    ``elsewhere`` is what the register knows of other units: borders with them are common ones.

    Raises:
        UnreadableFile: not GeoJSON, or in another coordinate system than longitude and latitude.
    """
    findings = Findings(path.name)
    encoding, source, features = _read(path)
    regions: list[Region] = []
    for line, unit, feature in _of_units(features, known, state, findings):
        shape = _shape(line, feature.get("geometry"), findings)
        if shape is not None:
            parent = _object(feature.get("properties")).get("parent_code")
            lives = tuple(_lives(line, unit, lands, state, findings))
            regions.append(
                Region(unit.code, str(parent or "") or None, shape, lives, accuracy_m, source)
            )
        progress(line, len(features), path.name)
    return Batch(
        source=path.name,
        parts=(Made([*_areas(regions), *elsewhere.with_borders(regions)]),),
        rejections=tuple(findings.found),
        rows={path.name: len(features)},
        encodings={path.name: encoding},
    )


def _of_units(
    features: Sequence[Feature], known: UnitIndex, state: date, findings: Findings
) -> Iterator[tuple[int, Carried, Feature]]:
    """The features whose code a unit carried, each code once, by their number in the file."""
    seen: set[str] = set()
    for line, feature in enumerate(features, 1):
        code = str(_object(feature.get("properties")).get("code") or "")
        unit = known.on(code, state)
        if code in seen:
            findings.add("duplicate_code", line, "code", code)
        elif unit is None:
            findings.add("no_unit_for_area", line, "code", code)
        else:
            yield line, unit, feature
        seen.add(code)


def _read(path: Path) -> tuple[str, str, list[Feature]]:
    """Encoding, source and features of the file."""
    text, encoding = read_text(path)
    try:
        layer = json.loads(text)
    except json.JSONDecodeError as error:
        raise unreadable(
            path,
            "不是有效的 JSON",
            f"not valid JSON ({error.msg})",
            field="file",
            line=error.lineno,
        ) from error
    features = layer.get("features") if isinstance(layer, dict) else None
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        zh, en = "不是 GeoJSON 要素集", "not a GeoJSON FeatureCollection"
        raise unreadable(path, zh, en, field="features")
    metadata = _object(layer.get("metadata"))
    named = _object(_object(layer.get("crs")).get("properties")).get("name")
    crs = str(metadata.get("crs") or named or "")
    if crs and not crs.endswith(("CRS84", "4326", "4490")):
        zh, en = f"坐标系 {crs} 不是经纬度", f"{crs} is not longitude and latitude"
        raise unreadable(path, zh, en, field="crs")
    return encoding, str(metadata.get("source") or path.name), features


def _object(value: Any) -> Feature:
    """A JSON object; an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def _shape(line: int, geometry: Any, findings: Findings) -> shapely.MultiPolygon | None:
    """The polygons, two-dimensional; None, and told, if they are not valid."""
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        kind = geometry.get("type") if isinstance(geometry, dict) else geometry
        findings.add("bad_geometry", line, "geometry", kind)
        return None
    try:
        open_ring = next((ring for ring in _rings(geometry) if ring[0] != ring[-1]), None)
        shape = shapely.from_geojson(json.dumps(geometry))
    except (shapely.GEOSException, LookupError, TypeError) as error:
        findings.add("bad_geometry", line, "geometry", str(error)[:80])
        return None
    if open_ring is not None:
        findings.add("bad_geometry", line, "geometry", open_ring[0], "open ring")
        return None
    return _checked(line, shape, findings)


def _rings(geometry: Feature) -> Iterator[Any]:
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    for polygon in polygons:
        yield from polygon


def _checked(line: int, shape: BaseGeometry, findings: Findings) -> shapely.MultiPolygon | None:
    if shape.is_empty or not shape.is_valid:
        findings.add("bad_geometry", line, "geometry", shapely.is_valid_reason(shape))
        return None
    west, south, east, north = shape.bounds
    if not (in_range(line, west, south, findings) and in_range(line, east, north, findings)):
        return None
    flat = shapely.force_2d(shape)
    return shapely.MultiPolygon(shapely.get_parts(flat).tolist())


def _lives(
    line: int, unit: Carried, lands: Territory, state: date, findings: Findings
) -> Iterator[tuple[UUID, Span]]:
    """When the unit had the territory, and who took all of it over later."""
    start = _start(unit, lands, state)
    unit_id: UUID | None = unit.unit_id
    while unit_id is not None:
        later = lands.changed_after(unit_id, max(state, start.on or state))
        heir = lands.whole.get(unit_id)
        if later is not None and (heir is None or heir[1].on != later.on):
            findings.add("later_than_area", line, "code", unit.code, str(later.on))
        end = heir[1] if heir else lands.ends.get(unit_id, OPEN)
        yield unit_id, Span(start, end)
        unit_id = heir[0] if heir else None
        start = end


def _areas(regions: Sequence[Region]) -> Iterator[Timeline]:
    """The area of every unit that had one of the territories."""
    for region in regions:
        shape = str(shapely.to_wkb(region.shape, hex=True, byte_order=1)).lower()
        said = {"geom": shape, "accuracy_m": region.accuracy_m, "source": region.source}
        for unit_id, span in region.lives:
            version = Version(span, {"unit_id": unit_id, **said})
            yield Timeline("area", record_id("area", str(unit_id)), (version,))


def _start(unit: Carried, lands: Territory, state: date) -> Bound:
    """From the last change of the territory, or the unit's start if that is later."""
    born = lands.starts.get(unit.unit_id, unit.span.start)
    changed = lands.last_change(unit.unit_id, state)
    if changed is None or (born.on and changed.on and changed.on <= born.on):
        return born
    return changed
