"""Filters in both encodings of CQL2, with what they say in Python over exported features.

A predicate gives None where CQL2 gives NULL; such features are not selected.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely

from tests.web.ogc.conformance.feature_requests import ExportedFeature, Predicate


@dataclass(frozen=True, slots=True)
class FilterSample:
    """A filter as text and as JSON, and the predicate that it means."""

    text: str
    tree: Any
    predicate: Predicate
    collection: str = "divisions"

    def __str__(self) -> str:
        return self.text[:60]


def refer(name: str) -> dict[str, str]:
    """A reference to a property in JSON."""
    return {"property": name}


def build_call(op: str, *args: Any) -> dict[str, Any]:
    """An operation in JSON."""
    return {"op": op, "args": list(args)}


def read_property(feature: ExportedFeature, name: str) -> Any:
    """The value of a property; dates as such."""
    value = feature.properties[name]
    return date.fromisoformat(value) if value and name.startswith("valid_") else value


TIANHE, GUANGZHOU = "440106", "440100"
DAY = date(1994, 4, 4)

COMPARISONS = [
    FilterSample("code = '440106'", build_call("=", refer("code"), TIANHE),
                 lambda f: f.properties["code"] == TIANHE),
    FilterSample("code <> '440106'", build_call("<>", refer("code"), TIANHE),
                 lambda f: f.properties["code"] != TIANHE),
    FilterSample("area_km2 < 100", build_call("<", refer("area_km2"), 100),
                 lambda f: f.properties["area_km2"] < 100),
    FilterSample("area_km2 > 1E+2", build_call(">", refer("area_km2"), 100.0),
                 lambda f: f.properties["area_km2"] > 100),
    FilterSample("code <= '440106'", build_call("<=", refer("code"), TIANHE),
                 lambda f: f.properties["code"] <= TIANHE),
    FilterSample("code >= '440106'", build_call(">=", refer("code"), TIANHE),
                 lambda f: f.properties["code"] >= TIANHE),
    FilterSample("area_km2 > .5", build_call(">", refer("area_km2"), 0.5),
                 lambda f: f.properties["area_km2"] > 0.5),
    FilterSample("area_km2 > -1.", build_call(">", refer("area_km2"), -1),
                 lambda f: True),
    FilterSample("valid_from < DATE('1994-04-04')",
                 build_call("<", refer("valid_from"), {"date": "1994-04-04"}),
                 lambda f: read_property(f, "valid_from") < DAY),
    FilterSample("valid_from >= TIMESTAMP('1994-04-03T16:00:00Z')",
                 build_call(">=", refer("valid_from"), {"timestamp": "1994-04-03T16:00:00Z"}),
                 lambda f: read_property(f, "valid_from") >= DAY),
]  # fmt: skip
"""A moment is compared as the day that it is in Shanghai: here midnight."""

LOGICAL = [
    FilterSample("level = 'county' AND parent_code = '440100'",
                 build_call("and", build_call("=", refer("level"), "county"),
                            build_call("=", refer("parent_code"), GUANGZHOU)),
                 lambda f: f.properties["parent_code"] == GUANGZHOU),
    FilterSample("code = '440106' OR code = '440103' AND level = 'province'",
                 build_call("or", build_call("=", refer("code"), TIANHE),
                            build_call("and", build_call("=", refer("code"), "440103"),
                                       build_call("=", refer("level"), "province"))),
                 lambda f: f.properties["code"] == TIANHE),
    FilterSample("NOT (level = 'county' OR level = 'province')",
                 build_call("not", build_call("or", build_call("=", refer("level"), "county"),
                                              build_call("=", refer("level"), "province"))),
                 lambda f: f.properties["level"] == "prefecture"),
    FilterSample("NOT parent_code = '440100'",
                 build_call("not", build_call("=", refer("parent_code"), GUANGZHOU)),
                 lambda f: f.properties["parent_code"] not in (None, GUANGZHOU)),
    FilterSample("TRUE", True, lambda f: True),
    FilterSample("FALSE OR level = 'province'",
                 build_call("or", False, build_call("=", refer("level"), "province")),
                 lambda f: f.properties["level"] == "province"),
]  # fmt: skip

NULLS = [
    FilterSample("parent_code IS NULL", build_call("isNull", refer("parent_code")),
                 lambda f: f.properties["parent_code"] is None),
    FilterSample("valid_to IS NOT NULL", build_call("not", build_call("isNull", refer("valid_to"))),
                 lambda f: f.properties["valid_to"] is not None),
    FilterSample("geometry IS NULL AND level <> 'village' AND level <> 'township'",
                 build_call("and", build_call("isNull", refer("geometry")),
                            build_call("<>", refer("level"), "village"),
                            build_call("<>", refer("level"), "township")),
                 lambda f: f.geometry is None
                 and f.properties["level"] not in ("village", "township"),
                 "places"),
    FilterSample("(parent_code = '440100') IS NULL",
                 build_call("isNull", build_call("=", refer("parent_code"), GUANGZHOU)),
                 lambda f: f.properties["parent_code"] is None),
]  # fmt: skip
BASIC = [*COMPARISONS, *LOGICAL, *NULLS]

ADVANCED = [
    FilterSample("name LIKE '%州区'", build_call("like", refer("name"), "%州区"),
                 lambda f: f.properties["name"].endswith("州区")),
    FilterSample("name LIKE '_山区'", build_call("like", refer("name"), "_山区"),
                 lambda f: f.properties["name"][1:] == "山区"),
    FilterSample("name NOT LIKE '%区'",
                 build_call("not", build_call("like", refer("name"), "%区")),
                 lambda f: not f.properties["name"].endswith("区")),
    FilterSample("parent_name LIKE '%'", build_call("like", refer("parent_name"), "%"),
                 lambda f: f.properties["parent_name"] is not None),
    FilterSample("name LIKE '\\%'", build_call("like", refer("name"), "\\%"), lambda f: False),
    FilterSample("area_km2 BETWEEN 100 AND 500",
                 build_call("between", refer("area_km2"), 100, 500),
                 lambda f: 100 <= f.properties["area_km2"] <= 500),
    FilterSample("area_km2 NOT BETWEEN 100 AND 500",
                 build_call("not", build_call("between", refer("area_km2"), 100, 500)),
                 lambda f: not 100 <= f.properties["area_km2"] <= 500),
    FilterSample("code IN ('440106', '440103')",
                 build_call("in", refer("code"), [TIANHE, "440103"]),
                 lambda f: f.properties["code"] in (TIANHE, "440103")),
    FilterSample("parent_code NOT IN ('440100')",
                 build_call("not", build_call("in", refer("parent_code"), [GUANGZHOU])),
                 lambda f: f.properties["parent_code"] not in (None, GUANGZHOU)),
]  # fmt: skip

PAIRS = [
    FilterSample("'440106' = code", build_call("=", TIANHE, refer("code")),
                 lambda f: f.properties["code"] == TIANHE),
    FilterSample("100 > area_km2", build_call(">", 100, refer("area_km2")),
                 lambda f: f.properties["area_km2"] < 100),
    FilterSample("accuracy_m < area_km2", build_call("<", refer("accuracy_m"), refer("area_km2")),
                 lambda f: f.properties["accuracy_m"] < f.properties["area_km2"]),
    FilterSample("1 < 2", build_call("<", 1, 2), lambda f: True),
    FilterSample("DATE('1994-04-04') > valid_from",
                 build_call(">", {"date": "1994-04-04"}, refer("valid_from")),
                 lambda f: read_property(f, "valid_from") < DAY),
    FilterSample("700 BETWEEN accuracy_m AND area_km2",
                 build_call("between", 700, refer("accuracy_m"), refer("area_km2")),
                 lambda f: f.properties["accuracy_m"] <= 700 <= f.properties["area_km2"]),
    FilterSample("'440100' IN (code, parent_code)",
                 build_call("in", GUANGZHOU, [refer("code"), refer("parent_code")]),
                 lambda f: GUANGZHOU in (f.properties["code"], f.properties["parent_code"])),
    FilterSample("'天河区' LIKE '天%'", build_call("like", "天河区", "天%"), lambda f: True),
    FilterSample("S_INTERSECTS(POINT(113.3 23.1), geometry)",
                 build_call("s_intersects", {"type": "Point", "coordinates": [113.3, 23.1]},
                            refer("geometry")),
                 lambda f: shapely.intersects(f.geometry, shapely.Point(113.3, 23.1))),
    FilterSample("T_BEFORE(DATE('1994-04-04'), valid_from)",
                 build_call("t_before", {"date": "1994-04-04"}, refer("valid_from")),
                 lambda f: read_property(f, "valid_from") > DAY),
    FilterSample("T_INTERSECTS(INTERVAL('..', '1994-04-04'), valid_from)",
                 build_call("t_intersects", {"interval": ["..", "1994-04-04"]},
                            refer("valid_from")),
                 lambda f: read_property(f, "valid_from") <= DAY),
]  # fmt: skip
