from pathlib import Path

import orjson
import pytest

from boundaries.layers.problems import CrsNotKnown
from boundaries.validation.sandbox import ReportOptions, SandboxLimits, validate_in_subprocess
from boundaries.validation.validation_report import ReadOptions, ValidationOptions
from gazetteer.problems import TooLarge
from tests.boundaries.validation import samples

ENOUGH = SandboxLimits(250, 4 << 30)


def test_a_child_writes_the_report_with_outlines(tmp_path: Path) -> None:
    path, result = samples.planar(tmp_path / "p.geojson"), tmp_path / "result"
    wanted = ReportOptions("geojson", "en", outlines=True)
    validate_in_subprocess(
        path, ReadOptions(planar=True), ValidationOptions(), wanted, result, ENOUGH
    )
    content = orjson.loads(result.read_bytes())
    assert {feature["properties"]["rule"] for feature in content["features"]} == {
        "TOP-COV-01",
        "TOP-COV-02",
    }
    assert set(content["outlines"]) == {"coarse", "exact"}


def test_what_the_child_refuses_is_the_same_problem_here(tmp_path: Path) -> None:
    path = samples.made(tmp_path, "metres.geojson", samples.REFUSED["metres.geojson"])
    with pytest.raises(CrsNotKnown) as refused:
        validate_in_subprocess(
            path,
            ReadOptions(),
            ValidationOptions(),
            ReportOptions("csv", "en"),
            tmp_path / "r",
            ENOUGH,
        )
    assert refused.value.field == "crs"
    assert "metres" in refused.value.en


def test_a_layer_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    with pytest.raises(TooLarge, match="seconds"):
        limits = SandboxLimits(0.01, 4 << 30)
        validate_in_subprocess(
            path,
            ReadOptions(),
            ValidationOptions(),
            ReportOptions("csv", "en"),
            tmp_path / "r",
            limits,
        )


def test_a_layer_that_takes_too_much_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.geojson"
    path.write_bytes(b'{"type": "FeatureCollection", "features": [' + b" " * (600 << 20))
    with pytest.raises(TooLarge, match="memory"):
        limits = SandboxLimits(250, 1 << 30)
        validate_in_subprocess(
            path,
            ReadOptions(),
            ValidationOptions(),
            ReportOptions("csv", "en"),
            tmp_path / "r",
            limits,
        )
