"""Findings with a geometry: their messages, their ids and their order."""

import json
from datetime import date

import pytest
import shapely

from boundaries.rules.common.spatial_finding import (
    SpatialFinding,
    assign_finding_ids,
    build_finding,
    build_sort_key,
)
from gazetteer.messages import message, read_message

AREA = 12345.678901234567


def build_overlap(x: float = 0.0, **others: object) -> SpatialFinding:
    params = {"a": "440103", "b": "440104", "area": AREA, "width": 0.5}
    place = shapely.box(x, 0, x + 10, 10)
    return build_finding("TOP-COV-01", "overlap", params, features=(0, 1), geometry=place, **others)  # type: ignore[arg-type]


def test_a_message_is_made_of_the_rule_and_the_kind() -> None:
    finding = build_overlap()
    assert (finding.message.id, finding.severity) == ("finding.TOP-COV-01.overlap", "error")
    assert finding.text("en") == (
        "440103 and 440104 overlap: 12345.68 m², 0.500 m at the widest point."
    )
    assert finding.text("zh") == "440103 与 440104 重叠：面积 12345.68 平方米，最宽处 0.500 米。"


def test_severity_and_wording_can_be_given() -> None:
    finding = build_overlap(severity="info", wording="contained")
    assert (finding.kind, finding.severity) == ("overlap", "info")
    assert finding.message.id == "finding.TOP-COV-01.contained"


def test_a_message_is_the_same_after_it_was_stored() -> None:
    nested = message("level.county")
    params = {"day": date(2020, 1, 1), "units": ("a", "b"), "n": 2, "area": AREA, "level": nested}
    words = build_finding("TOP-VER-02", "no_act", params, features=()).message
    assert read_message(json.loads(json.dumps(words.as_json()))) == words
    assert words.params["area"] == pytest.approx(AREA, abs=1e-6)


def test_numbers_that_differ_in_their_last_bits_make_the_same_message() -> None:
    first, second = (
        build_finding("TOP-VER-04", "lost", {"area": area}, features=()).message
        for area in (AREA, AREA * (1 + 1e-15))
    )
    assert first == second


def test_ids_outlive_small_moves_and_another_order() -> None:
    names = ("440103", "440104")

    def list_ids(*findings: SpatialFinding) -> set[str]:
        return {f.id for f in assign_finding_ids(findings, names, planar=True)}

    here, moved, elsewhere = build_overlap(), build_overlap(1.0), build_overlap(5000.0)
    assert list_ids(here) == list_ids(moved) != list_ids(elsewhere)
    assert list_ids(here, elsewhere) == list_ids(elsewhere, here)
    assert len(list_ids(here, moved)) == 2


def test_the_gravest_and_largest_come_first() -> None:
    small, large = build_overlap(area_m2=1.0), build_overlap(area_m2=2.0)
    note = build_overlap(severity="info", area_m2=3.0)
    assert sorted([note, small, large], key=build_sort_key) == [large, small, note]
