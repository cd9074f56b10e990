"""The temporal functions of CQL2 as tables 6 and 7 of 21-065r2 define them, over days."""

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.web.ogc.conformance.feature_requests import ExportedFeature
from tests.web.ogc.conformance.filter_samples import (
    FilterSample,
    build_call,
    read_property,
    refer,
)

Ends = tuple[date, date]
START, END = date(1983, 12, 22), date(2003, 12, 31)
FIRST, LAST = date.min, date.max

INSTANT_FUNCTIONS: dict[str, Callable[[Ends, Ends], bool]] = {
    "t_after": lambda a, b: a[0] > b[1],
    "t_before": lambda a, b: a[1] < b[0],
    "t_disjoint": lambda a, b: a[0] > b[1] or a[1] < b[0],
    "t_equals": lambda a, b: a == b,
    "t_intersects": lambda a, b: not (a[0] > b[1] or a[1] < b[0]),
}
INTERVAL_FUNCTIONS: dict[str, Callable[[Ends, Ends], bool]] = {
    "t_contains": lambda a, b: a[0] < b[0] and b[1] < a[1],
    "t_during": lambda a, b: b[0] < a[0] and a[1] < b[1],
    "t_finishedBy": lambda a, b: a[0] < b[0] and a[1] == b[1],
    "t_finishes": lambda a, b: b[0] < a[0] and a[1] == b[1],
    "t_meets": lambda a, b: a[1] == b[0],
    "t_metBy": lambda a, b: a[0] == b[1],
    "t_overlappedBy": lambda a, b: b[0] < a[0] < b[1] < a[1],
    "t_overlaps": lambda a, b: a[0] < b[0] < a[1] < b[1],
    "t_startedBy": lambda a, b: a[0] == b[0] and b[1] < a[1],
    "t_starts": lambda a, b: a[0] == b[0] and a[1] < b[1],
}
FUNCTIONS = INSTANT_FUNCTIONS | INTERVAL_FUNCTIONS
_INTERVALS: dict[str, tuple[str, str]] = {
    "t_contains": ("1990-01-01", "1995-01-01"),
    "t_during": ("1950-01-01", ".."),
    "t_finishedBy": ("1990-01-01", "2003-12-31"),
    "t_finishes": ("..", "2003-12-31"),
    "t_meets": ("2003-12-31", "2010-01-01"),
    "t_metBy": ("1970-01-01", "1983-12-22"),
    "t_overlappedBy": ("1970-01-01", "1994-04-04"),
    "t_overlaps": ("1994-04-04", ".."),
    "t_startedBy": ("1983-12-22", "1990-01-01"),
    "t_starts": ("1983-12-22", "2010-01-01"),
}
"""For each function an interval to which ``[valid_from, 2003-12-31]`` of some features has it."""


def read_start(feature: ExportedFeature) -> date:
    """The first day on which a feature was in force."""
    start = read_property(feature, "valid_from")
    assert isinstance(start, date)
    return start


def build_instant_sample(name: str, text: str, tree: Any, other: Ends) -> FilterSample:
    """The filter that the day on which a feature came into force has a relation."""
    relation = FUNCTIONS[name]
    return FilterSample(
        f"{name.upper()}(valid_from, {text})",
        build_call(name, refer("valid_from"), tree),
        lambda f: relation((read_start(f), read_start(f)), other),
    )


def build_interval_sample(name: str, ends: tuple[str, str]) -> FilterSample:
    """The filter that the time from coming into force to the end of 2003 has a relation.

    Features that came into force later are left out: their interval would end before it starts.
    """
    relation = FUNCTIONS[name]
    low, high = (
        limit if end == ".." else date.fromisoformat(end)
        for end, limit in zip(ends, (FIRST, LAST), strict=True)
    )
    text = f"{name.upper()}(INTERVAL(valid_from, '2003-12-31'), INTERVAL('{ends[0]}', '{ends[1]}'))"
    own = {"interval": [refer("valid_from"), "2003-12-31"]}
    return FilterSample(
        f"valid_from < DATE('2003-12-31') AND {text}",
        build_call(
            "and",
            build_call("<", refer("valid_from"), {"date": "2003-12-31"}),
            build_call(name, own, {"interval": list(ends)}),
        ),
        lambda f: read_start(f) < END and relation((read_start(f), END), (low, high)),
    )


INSTANTS = [
    build_instant_sample(name, text, tree, other)
    for name in INSTANT_FUNCTIONS
    for text, tree, other in (
        ("DATE('1983-12-22')", {"date": "1983-12-22"}, (START, START)),
        (
            "TIMESTAMP('1983-12-22T00:00:00Z')",
            {"timestamp": "1983-12-22T00:00:00Z"},
            (START, START),
        ),
        (
            "INTERVAL('1983-12-22', '2003-12-31')",
            {"interval": ["1983-12-22", "2003-12-31"]},
            (START, END),
        ),
        ("INTERVAL('..', '1983-12-22')", {"interval": ["..", "1983-12-22"]}, (FIRST, START)),
    )
]
INTERVALS = [build_interval_sample(name, ends) for name, ends in _INTERVALS.items()] + [
    build_interval_sample(name, ("1983-12-22", "2003-12-31")) for name in INSTANT_FUNCTIONS
]
TEMPORAL = [*INSTANTS, *INTERVALS]
