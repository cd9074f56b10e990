"""Validation in a child process: its results, refusals and limits."""

from pathlib import Path

import orjson
import pytest

from boundaries.layers.layer_reader import read_layer
from boundaries.layers.problems import CrsNotKnown
from boundaries.validation.sandbox import ReportOptions, validate_in_subprocess
from boundaries.validation.validation_report import ReadOptions, ValidationOptions
from gazetteer.limited_process import ProcessLimits
from gazetteer.problems import TooLarge
from tests.boundaries.validation import samples

ENOUGH = ProcessLimits(250, 4 << 30)


def test_a_child_writes_the_report_with_outlines(tmp_path: Path) -> None:
    path, result = samples.planar(tmp_path / "p.geojson"), tmp_path / "result"
    options = ReportOptions("geojson", "en", outlines=True)
    validate_in_subprocess(
        path, ReadOptions(planar=True), ValidationOptions(), options, result, ENOUGH
    )
    content = orjson.loads(result.read_bytes())
    assert {feature["properties"]["rule"] for feature in content["features"]} == {
        "TOP-COV-01",
        "TOP-COV-02",
    }
    assert set(content["outlines"]) == {"coarse", "exact"}


def validate_with(path: Path, limits: ProcessLimits) -> None:
    options = ReportOptions("csv", "en")
    validate_in_subprocess(
        path, ReadOptions(), ValidationOptions(), options, path.parent / "result", limits
    )


def test_a_refusal_by_the_child_is_the_same_problem_here(tmp_path: Path) -> None:
    path = samples.made(tmp_path, "metres.geojson", samples.REFUSED["metres.geojson"])
    with pytest.raises(CrsNotKnown) as refused:
        validate_with(path, ENOUGH)
    with pytest.raises(CrsNotKnown) as expected:
        read_layer(path)
    assert refused.value.message == expected.value.message
    assert refused.value.field == "crs"
    assert refused.value.extras == expected.value.extras
    assert "in metres, not degrees" in refused.value.text("en")


def test_a_layer_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    path = samples.made(tmp_path, "metres.geojson", samples.REFUSED["metres.geojson"])
    with pytest.raises(TooLarge, match=r"more than 0\.01 seconds"):
        validate_with(path, ProcessLimits(0.01, 4 << 30))


def test_a_layer_that_takes_too_much_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.geojson"
    path.write_bytes(b'{"type": "FeatureCollection", "features": [' + b" " * (600 << 20))
    with pytest.raises(TooLarge, match="more than 1024 MB of memory"):
        validate_with(path, ProcessLimits(250, 1 << 30))
