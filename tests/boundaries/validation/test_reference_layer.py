"""The displacement of a whole layer is detected with the bundled reference layer."""

import gzip
import json
from pathlib import Path

from boundaries.layers.coordinates import shift_to_gcj02
from boundaries.validation.reference_layer import REFERENCE_PATH, read_reference_layer
from boundaries.validation.validation_report import (
    ReadOptions,
    build_validation_options,
    validate_file,
)
from gazetteer.settings import get_settings


def find_rules(path: Path) -> set[str]:
    options = build_validation_options(get_settings(), "county", None, None)
    report = validate_file(path, ReadOptions(), options, lambda *_: None)
    return {finding.rule for finding in report.findings}


def test_counties_in_gcj02_are_recognised_and_the_same_in_cgcs2000_are_not(tmp_path: Path) -> None:
    document = json.loads(gzip.decompress(REFERENCE_PATH.read_bytes()))
    counties = [f for f in document["features"] if f["properties"]["code"].startswith("4401")]
    path = tmp_path / "counties.geojson"
    path.write_text(json.dumps({**document, "features": counties}), encoding="utf-8")
    assert "TOP-CRS-03" not in find_rules(path)
    for feature in counties:
        polygons = feature["geometry"]["coordinates"]
        if feature["geometry"]["type"] == "Polygon":
            polygons = [polygons]
        for ring in (ring for polygon in polygons for ring in polygon):
            ring[:] = [list(shift_to_gcj02(*position)) for position in ring]
    path.write_text(json.dumps({**document, "features": counties}), encoding="utf-8")
    assert "TOP-CRS-03" in find_rules(path)


def test_the_reference_is_read_once() -> None:
    reference = read_reference_layer()
    assert reference is not None and len(reference) == 198
    assert read_reference_layer() is reference
