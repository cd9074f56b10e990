"""Overlaps between areas of different sources, against the accuracy of both."""

import pytest
from shapely import box

from boundaries.network.network_store import UnitArea
from boundaries.rules.common.spatial_finding import build_finding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.source_accuracy import grade_overlaps
from tests.boundaries.rules.wording import assert_worded


@pytest.mark.parametrize(
    ("kind", "source", "accuracy_m", "width_m", "expected"),
    [
        ("overlap", "survey; map", 5.0, 9.9, ("overlap", "error")),  # both from the map
        ("overlap", "survey", 5.0, 9.9, ("between_sources", "warning")),
        ("overlap", "survey", 5.0, 10.1, ("overlap", "error")),
        ("overlap", "survey", None, 0.1, ("overlap", "error")),  # no accuracy, no excuse
        ("contained", "survey", 5.0, 9.9, ("contained", "error")),
    ],
)
def test_two_drawings_may_overlap_by_what_they_say_of_their_accuracy(
    kind: str, source: str, accuracy_m: float | None, width_m: float, expected: tuple[str, str]
) -> None:
    areas = [
        UnitArea(box(0, 0, 1, 1), accuracy_m, "map"),
        UnitArea(box(0, 0, 1, 1), accuracy_m, source),
    ]
    overlap = build_finding(
        "TOP-COV-01",
        kind,
        {"a": "440101", "b": "440102", "area": 12.0, "width": width_m},
        features=(0, 1),
        measured=width_m,
    )
    (graded,) = grade_overlaps([overlap], areas, Tolerances())
    assert (graded.kind, graded.severity) == expected
    assert_worded([graded])
